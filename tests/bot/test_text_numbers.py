"""Numerals, telephone numbers, identity numbers, order numbers and plates."""

from __future__ import annotations

import pytest

from bot.text import id_numbers, order_numbers
from bot.text.id_numbers import find_id_numbers
from bot.text.order_numbers import find_order_numbers
from bot.text.phones import find_phones
from bot.text.plates import find_plates
from language.numerals import find_numbers, parse_number, to_chinese


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一百二十三", 123), ("两千零五", 2005), ("一千五", 1500), ("一千零五", 1005), ("三万二", 32000), ("1万2", 12000),
        ("十五", 15), ("十", 10), ("一百零五", 105), ("一百五", 150), ("3.5万", 35000), ("一亿两千万", 120_000_000),
        ("二零二六", 2026), ("三点一四", 3.14), ("12", 12), ("零", 0), ("万", None), ("千万", None), ("哈", None),
        ("", None), ("8" * 5000, None), ("十十", None),
    ],
)  # fmt: skip
def test_a_numeral_has_one_value_or_none(text: str, value: float | None) -> None:
    assert parse_number(text) == value


def test_what_is_spoken_is_understood_again() -> None:
    for number in [*range(0, 2500), 10_005, 12_000, 100_010, 20_001_000, 100_000_001]:
        assert parse_number(to_chinese(number)) == number


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("三栋二单元", [3, 2]), ("花了十五块八", [15.8]), ("罚了1万2", [12000]), ("欠我两千零五块", [2005]), ("打十分", [10]),
        ("一个人", []), ("十分满意", []), ("统一处理", []), ("我万一没接到", []), ("交了3000元", [3000]),
    ],
)  # fmt: skip
def test_quantities_in_running_text(text: str, values: list[float]) -> None:
    assert [span.value for span in find_numbers(text)] == values


MOBILE = "13800138000"


@pytest.mark.parametrize(
    "text",
    [
        "我的电话是幺三八零零幺三八零零零", "138零零138三个零", "138-0013-8000", "一三八，零零一三，八零零零", "+8613800138000",
        "一三八 零零幺三 嗯 八零零零", "幺三八两个零幺三八三个零", "13800138000", "一三八零零一三八零零零",
    ],
)  # fmt: skip
def test_a_mobile_number_is_found_however_it_is_said(text: str) -> None:
    assert [span.value for span in find_phones(text)] == [MOBILE]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("电话010-88886666", ["010-88886666"]), ("0571 87654321", ["0571-87654321"]), ("打座机87654321", ["87654321"]),
        ("13800138000,13900139000", ["13800138000", "13900139000"]), ("4001234567", ["4001234567"]),
        ("1380013800", []), ("12800138000", []), ("110101199003074514", []), ("138001380001", []), ("花了87654321", []),
    ],
)  # fmt: skip
def test_landlines_and_what_is_no_telephone_number(text: str, values: list[str]) -> None:
    assert [span.value for span in find_phones(text)] == values


def test_the_span_of_a_spoken_number_covers_exactly_its_words() -> None:
    text = "打幺三八零零幺三八三个零找我"
    (span,) = find_phones(text)
    assert text[span.start : span.end] == "幺三八零零幺三八三个零"


@pytest.mark.parametrize(
    ("text", "value", "confidence"),
    [
        ("身份证110101199003074514", "110101199003074514", 1.0),
        ("110101 19900307 451 4", "110101199003074514", 1.0),
        ("110101 19900307 002 叉", "11010119900307002X", 1.0),
        ("幺幺零幺零幺幺九九零零三零七零零二末位叉", "11010119900307002X", 1.0),
        ("110101199003074515", "110101199003074515", 0.5),
    ],
)
def test_identity_numbers_are_checked(text: str, value: str, confidence: float) -> None:
    (span,) = find_id_numbers(text)
    assert (span.value, span.confidence) == (value, confidence)


@pytest.mark.parametrize("text", ["110101199013074514", "990101199003074514", "11010119900307451"])
def test_impossible_identity_numbers_are_left_alone(text: str) -> None:
    assert find_id_numbers(text) == []


def test_any_single_wrong_digit_breaks_an_identity_number() -> None:
    right = "110101199003074514"
    for place in range(17):
        wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
        assert not id_numbers.is_valid(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "261122-00015-9",
        "二六幺幺二二 零零零幺五 九",
        "单号261122000159",
        "261122 00015 9",
        "工单261122000159,电话13800138000",
    ],
)
def test_order_numbers_are_found_however_they_are_said(text: str) -> None:
    (span,) = find_order_numbers(text)
    assert (span.value, span.confidence) == ("261122000159", 1.0)


def test_a_wrong_check_digit_is_kept_as_doubtful_only_where_an_order_is_meant() -> None:
    assert find_order_numbers("261122-00015-8")[0].confidence == 0.5
    assert find_order_numbers("工单号261122000158")[0].confidence == 0.5
    assert find_order_numbers("261122000158") == []
    assert find_order_numbers("261322000153") == []
    assert not order_numbers.is_valid("26112200015")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("苏A12345违停", ["苏A12345"]), ("浙ad12345", ["浙AD12345"]), ("京A·D1234挡路", ["京AD1234"]),
        ("苏A幺二三四五", ["苏A12345"]), ("粤B12345D停在门口", ["粤B12345D"]), ("川A座三楼", []), ("京AABCDE", []),
    ],
)  # fmt: skip
def test_plates(text: str, values: list[str]) -> None:
    assert [span.value for span in find_plates(text)] == values

"""What a numeral is worth, and what of a text is a number."""

from __future__ import annotations

import pytest

from language.numerals import approximate_number, cardinal, find_numbers, parse_number


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("三块五一斤", [3.5, 1]), ("四块八一盒", [4.8]), ("两毛五", [0.25]), ("三块五毛二", [3.52]), ("两块钱五", [2.5]), ("五毛", [0.5]),
        ("一块二毛五", [1.25]), ("2万5", [25000]), ("1万2", [12000]), ("一百五", [150]), ("两千三", [2300]), ("三万二", [32000]),
        ("五点零三元一吨", [5.03, 1]), ("八点零五元", [8.05]), ("等了两个半小时", [2.5]), ("十五块八", [15.8]), ("零点二五吨", [0.25]),
        ("噪音七十二点六分贝", [72.6]), ("一万两千三百元", [12300]), ("三百二十四点七五斤", [324.75]),
    ],
)  # fmt: skip
def test_quantities_and_money(text: str, values: list[float]) -> None:
    assert [number.value for number in find_numbers(text)] == values


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("七八个人", 7, 8), ("两三天", 2, 3), ("十五六个人", 15, 16), ("三四十万", 300_000, 400_000), ("五六百户", 500, 600), ("三五个人", 3, 5),
     ("二十七八岁", 27, 28), ("十几个人", 10, 19), ("一两千块", 1000, 2000)],
)  # fmt: skip
def test_neighbouring_digits_are_from_to(text: str, least: float, most: float) -> None:
    (number,) = find_numbers(text)
    assert (number.value, number.most) == (least, most)


@pytest.mark.parametrize(
    "text", ["一个人", "十分满意", "统一处理", "我万一没接到", "有一点吵", "五一放假", "一下"]
)
def test_words_are_no_numbers(text: str) -> None:
    assert find_numbers(text) == []


@pytest.mark.parametrize(
    ("text", "span"),
    [("七八", (7, 8)), ("十五六", (15, 16)), ("三四十万", (300_000, 400_000)), ("一两", (1, 2)), ("九十", None), ("五零", None), ("八", None),
     ("三五", (3, 5)), ("八七", None), ("一百五", None)],
)  # fmt: skip
def test_an_approximate_number(text: str, span: tuple[int, int] | None) -> None:
    assert approximate_number(text) == span


@pytest.mark.parametrize(
    ("text", "value"),
    [("十", 10), ("两百零五", 205), ("一万二", 12000), ("五零二", None), ("502", None), ("", None), ("五", 5), ("三十四五", None), ("二十一", 21), ("一百零五", 105), ("一百五", 150), ("两亿三千万", 230_000_000), ("一千零一十", 1010),
     ("一百一十", 110), ("三万零五百", 30500), ("十百", None), ("万", None)],
)  # fmt: skip
def test_a_cardinal_has_units(text: str, value: int | None) -> None:
    assert cardinal(text) == value


def test_a_row_of_digits_is_read_digit_by_digit() -> None:
    assert (parse_number("二零二六"), parse_number("两千零五"), parse_number("1万2")) == (2026, 2005, 12000)

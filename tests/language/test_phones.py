"""Telephone numbers in citizens' words: found, judged, corrected in part, shown."""

from __future__ import annotations

import pytest

from language.phones import (
    area_and_local,
    find_phone,
    find_phones,
    grouped,
    is_mobile,
    masked,
    normal,
    problem,
    with_tail,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13912345678", "13912345678"), ("139-1234-5678", "13912345678"), ("一三九 一二三四 五六七八", "13912345678"),
        ("幺三九幺二三四五六七八", "13912345678"), ("我电话是139 1234 5678,谢谢", "13912345678"),
        ("+8613912345678", "13912345678"), ("0086 139 1234 5678", "13912345678"),
        ("(0571)87654321", "057187654321"), ("（0571）87654321", "057187654321"), ("0571/87654321", "057187654321"),
        ("零五七一，八七六五四三二一", "057187654321"), ("区号0571,电话87654321", "057187654321"),
        ("+862131010426", "02131010426"), ("4001234567", "4001234567"), ("腰三九腰二三四五六七八", "13912345678"),
        ("一三八三个零幺三八零零", "13800013800"),
    ],
)  # fmt: skip
def test_a_number_has_one_spelling_however_it_is_said(text: str, number: str) -> None:
    good, _ = find_phone(text)
    assert good is not None and good.digits == number


@pytest.mark.parametrize(
    "text",
    [
        "身份证330102199003074514",
        "工单号261129000152",
        "和平路88号3栋502",
        "花了87654321元",
        "1380013800",
        "",
    ],
)
def test_other_rows_of_digits_are_no_telephone_number(text: str) -> None:
    good, _ = find_phone(text)
    assert good is None


def test_an_extension_is_kept_and_a_foreign_number_stays_foreign() -> None:
    (office,) = find_phones("0571-87654321转8012")
    assert (office.digits, office.extension, office.full) == ("057187654321", "8012", "057187654321转8012")
    (abroad,) = find_phones("+1 866 539 0000")
    assert abroad.foreign and abroad.digits == "+18665390000"


@pytest.mark.parametrize(
    ("text", "number"),
    [("不是13912345678,是13800138000", "13800138000"), ("13800138000,不是13912345678", "13800138000")],
)
def test_the_number_that_is_denied_is_not_taken(text: str, number: str) -> None:
    good, _ = find_phone(text)
    assert good is not None and good.digits == number


@pytest.mark.parametrize(
    ("correction", "number"),
    [
        ("最后四位是8822", "13912348822"), ("尾号是8822", "13912348822"), ("末尾是99不是78", "13912345699"),
        ("13800138000", ""), ("没错", ""),
    ],
)  # fmt: skip
def test_a_correction_of_a_part_changes_that_part(correction: str, number: str) -> None:
    assert with_tail("13912345678", correction) == number


@pytest.mark.parametrize(
    ("digits", "told"),
    [
        ("13912345678", ""),
        ("057187654321", ""),
        ("1391234567", "11位"),
        ("876543", "没有说完"),
        ("12912345678", "没有以12"),
    ],
)
def test_why_digits_are_no_number_is_told(digits: str, told: str) -> None:
    found = problem(digits)
    assert told in found if told else found == ""


def test_numbers_are_shown_in_groups_and_masked() -> None:
    assert grouped("13912345678") == "139 1234 5678"
    assert grouped("057187654321") == "0571 8765 4321"
    assert masked("13912345678") == "139****5678"
    assert area_and_local("057187654321") == ("0571", "87654321")
    assert is_mobile("13912345678") and not is_mobile("057187654321")
    assert normal("8613912345678") == "13912345678"

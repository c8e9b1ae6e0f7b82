from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.orders.errors import BadOrderNumber, NumbersExhausted
from desk.orders.number import build_number, find_number, format_number, is_number, parse_number, speak_number

SAMPLE = build_number(date(2026, 11, 22), 15)


def test_the_number_tells_the_day_and_the_sequence() -> None:
    assert SAMPLE == "261122000159"
    assert format_number(SAMPLE) == "261122-00015-9"
    assert speak_number(SAMPLE) == "二六幺幺二二,零零零幺五,九"


@pytest.mark.parametrize(
    "text",
    [
        "261122000159",
        "261122-00015-9",
        "261122 00015 9",
        "工单号是261122—00015—9,帮我查一下",
        "２６１１２２０００１５９",
        "二六一一二二零零零一五九",
        "二六幺幺二二杠零零零幺五杠九",
        "单号:26 11 22 洞洞洞 幺五勾",
        "贰陆壹壹贰贰-零零零壹伍-玖",
    ],
)
def test_a_number_is_understood_however_it_is_written_or_said(text: str) -> None:
    assert parse_number(text) == SAMPLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "261122000154",
        "261322000153",
        "13800138000",
        "2611220001593",
        "11010119900307451X",
        "261122000002",
        "没有",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert find_number(text) is None
    with pytest.raises(BadOrderNumber) as caught:
        parse_number(text)
    assert not text or text not in str(caught.value)


def test_a_wrong_number_before_the_right_one_does_not_hide_it() -> None:
    assert find_number(f"不是261122000154,是{SAMPLE}") == SAMPLE


@given(
    st.dates(date(2000, 1, 1), date(2068, 12, 31)),
    st.integers(1, 99_999),
    st.integers(0, 11),
    st.integers(1, 9),
)
def test_any_single_wrong_digit_is_noticed(day: date, sequence: int, place: int, shift: int) -> None:
    number = build_number(day, sequence)
    assert is_number(number)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert not is_number(wrong)


@pytest.mark.parametrize("sequence", [0, -1, 100_000])
def test_a_sequence_outside_five_digits_is_refused(sequence: int) -> None:
    with pytest.raises(NumbersExhausted):
        build_number(date(2026, 11, 22), sequence)

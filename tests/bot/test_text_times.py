"""Times in citizens' words, seen from Sunday, 22 November 2026, 15:00."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from bot.text.times import find_times


@pytest.mark.parametrize(
    ("text", "start", "end", "recurring"),
    [
        ("上周三晚上八点多就开始吵", "2026-11-11T20:00", "2026-11-11T21:00", None),
        ("昨天半夜", "2026-11-21T23:00", "2026-11-22T05:00", None),
        ("前天下午三点半", "2026-11-20T15:30", "2026-11-20T15:31", None),
        ("国庆那天", "2026-10-01T00:00", "2026-10-02T00:00", None),
        ("这个月初", "2026-11-01T00:00", "2026-11-11T00:00", None),
        ("每天晚上十一点到凌晨两点", "2026-11-21T23:00", "2026-11-22T02:00", "daily"),
        ("天天晚上弄到一两点", "2026-11-21T18:00", "2026-11-22T01:00", "daily"),
        ("刚才停水了", "2026-11-22T14:30", "2026-11-22T15:00", None),
        ("半个月前", "2026-11-07T00:00", "2026-11-22T00:00", None),
        ("三天前", "2026-11-19T00:00", "2026-11-20T00:00", None),
        ("去年十月", "2025-10-01T00:00", "2025-11-01T00:00", None),
        ("上个星期", "2026-11-09T00:00", "2026-11-16T00:00", None),
        ("昨天晚上十点到今天早上六点", "2026-11-21T22:00", "2026-11-22T06:00", None),
        ("下午三点到五点", "2026-11-22T15:00", "2026-11-22T17:00", None),
        ("晚上八点到两点", "2026-11-21T20:00", "2026-11-22T02:00", None),
        ("11月20号", "2026-11-20T00:00", "2026-11-21T00:00", None),
        ("12月20号", "2026-12-20T00:00", "2026-12-21T00:00", None),
        ("2026-11-20 15:30", "2026-11-20T15:30", "2026-11-20T15:31", None),
        ("从上周到现在", "2026-11-09T00:00", "2026-11-22T15:00", None),
        ("停水三天了", "2026-11-19T00:00", "2026-11-22T15:00", None),
        ("电梯坏了一个多星期没修", "2026-11-15T00:00", "2026-11-22T15:00", None),
        ("昨晚十一点", "2026-11-21T23:00", "2026-11-22T00:00", None),
        ("昨晚十二点", "2026-11-22T00:00", "2026-11-22T01:00", None),
        ("15号晚上", "2026-11-15T18:00", "2026-11-16T00:00", None),
        ("我周一打的电话", "2026-11-16T00:00", "2026-11-17T00:00", None),
        ("下周一", "2026-11-23T00:00", "2026-11-24T00:00", None),
        ("明天上午九点", "2026-11-23T09:00", "2026-11-23T10:00", None),
        ("中秋节", "2026-09-25T00:00", "2026-09-26T00:00", None),
        ("去年国庆期间", "2025-10-01T00:00", "2025-10-08T00:00", None),
        ("两个小时前", "2026-11-22T13:00", "2026-11-22T14:00", None),
    ],
)
def test_a_time_is_resolved_against_now(
    text: str, start: str, end: str, recurring: str | None, now: datetime
) -> None:
    (span,) = find_times(text, now)
    assert (span.value["start"], span.value["end"]) == (f"{start}:00+08:00", f"{end}:00+08:00")
    assert span.value["recurring"] == recurring
    assert text[span.start : span.end].strip() == span.value["text"]


@pytest.mark.parametrize(
    "text",
    ["快一点", "三点建议", "大声点", "一点都不好", "15号楼漏水", "周围很吵", "三年级", "天气", "中山路128号", "一时半会", "第三天",
     "五一路12号", "吃早饭", "我住三单元"],
)  # fmt: skip
def test_what_is_no_time(text: str, now: datetime) -> None:
    assert find_times(text, now) == []


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        find_times("昨天", datetime(2026, 11, 22))


@pytest.mark.parametrize(
    "unit", ["我家楼下上周三晚上八点多就吵", "1", "一", "每天", "上个", " ", "十一月", "到"]
)
def test_five_thousand_characters_take_no_more_than_a_moment(unit: str, now: datetime) -> None:
    started = time.process_time()
    find_times((unit * 5000)[:5000], now)
    assert time.process_time() - started < 20

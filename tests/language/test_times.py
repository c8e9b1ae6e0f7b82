"""When something happened: what is said, what it means on Sunday, 22 November 2026, at 15:00, and what is no time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest

from language.festivals import lunar_day, lunar_month
from language.times import find_time, find_times

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    "text",
    [
        # Given by citizens.
        "水费五点零三元", "租金八点零五元", "燃气费三点零八元一方", "水压只有零点二兆帕", "噪音七十二点六分贝", "二十四点五平方",
        "五点零三元一吨", "水费5.03元", "电费零点五六元一度", "交了六点五万", "超标一点五倍", "PM2.5八点三", "三点二十七公里", "降到三点零五",
        "余额八点零三", "发票三点零八", "PH值八点零五", "电表读数是八点零五", "用量增加了三点零五", "评分只有八点零五", "房租涨了八点五成", "沉降十二点六毫米", "一百零二点五平米",
    ],
)  # fmt: skip
def test_a_decimal_is_no_time(text: str) -> None:
    assert find_times(text, NOW) == []
    assert find_time(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "今天都二十二号了", "今天都22号了还没人找我", "都十二月了还没供暖", "现在都几点了", "已经星期五了", "几点上班", "现在几点了",
        "合同约定七天", "七天无理由退货", "三年级", "每个孩子三点意见", "三块五一斤", "五一路12号", "一五一十地说", "三点建议", "快一点",
        "一点都不好", "15号楼漏水", "八个月大的孩子", "三室一厅", "两天内办结", "三十天内答复", "五年级", "三十年产权", "七个工作日内办结", "当天就办好了", "循环一整天", "我叫赵国庆", "门牌是9号", "能过年检吗",
    ],
)  # fmt: skip
def test_what_is_no_time_of_an_event(text: str) -> None:
    found = find_time(text)
    assert found is None, found


def test_how_late_it_is_is_not_resolved() -> None:
    for text in ("今天都二十二号了", "现在都几点了", "都十二月了还没供暖", "今天都周五了", "已经二十号了"):
        assert find_times(text, NOW) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("学院路58号昨天晚8：00开始停水了", "昨天晚8：00"), ("从国庆过后天天晚上有人唱歌", "从国庆过后天天晚上"),
        ("每个工作日的下午三点打桩", "每个工作日的下午三点"), ("早上七点到八点最堵", "早上七点到八点"), ("九月开始陆续有人反映", "九月开始陆续"),
        ("六月到十月每月12号停电", "六月到十月每月12号"), ("大年初三晚上放炮", "大年初三晚上"), ("打上个礼拜起就没水", "打上个礼拜起"),
        ("五六天前路灯就坏了", "五六天前"), ("上个月水费涨到五点零三元一吨", "上个月"), ("晚上黑灯瞎火的", "晚上"), ("差五分八点停水", "差五分八点"),
        ("天天晚上弄到一两点", "天天晚上到一两点"), ("从上周三开始一直到现在", "从上周三开始一直到现在"), ("自去年十月以来", "自去年十月以来"),
        ("每天早上六点开始施工", "每天早上六点开始"), ("三个月没发工资", "三个月没"), ("已经半个月了", "已经半个月了"),
        ("从3月1日至5日停水", "从3月1日至5日"), ("上周星期三到这周二没人来", "上周星期三到这周二"), ("每周六晚上九点到十一点", "每周六晚上九点到十一点"),
        ("去年腊月二十三夜里", "去年腊月二十三夜里"), ("从早到晚都在吵", "从早到晚"), ("国庆节前后一直臭", "国庆节前后"), ("昨晚十一点半左右跳闸", "昨晚十一点半左右"),
        ("11月20号晚上十点到第二天凌晨", "11月20号晚上十点到第二天凌晨"), ("十几天前就报了", "十几天前"), ("一到晚上就放音响", "一到晚上"),
        ("从上个月就开始了", "从上个月就开始"), ("门口修路修了八个月", "八个月"), ("说好八点收摊十点了还在卖", "十点"), ("拖了我十四个月工资", "十四个月"),
        ("对方昨晚上门恐吓过我", "昨晚"), ("停水从早上六点到现在", "从早上六点到现在"),
        ("不是昨天 是前天晚上", "前天晚上"), ("每天晚上大概九点开始就咚咚响", "每天晚上大概九点开始"), ("十号到十二号停水", "十号到十二号"),
        ("楼下半夜还在吵", "半夜"), ("凌晨一点来回跺脚", "凌晨一点"),
    ],
)  # fmt: skip
def test_the_whole_expression_is_taken_as_said(text: str, said: str) -> None:
    found = find_time(text)
    assert found is not None
    assert found.text == said
    if "弄" not in text:
        assert text[found.start : found.end] == said


@pytest.mark.parametrize("text", ["明天派人来看看", "下周能修好吗", "现在没水", "请后天上午回电"])
def test_days_to_come_are_no_time_of_an_event(text: str) -> None:
    assert find_time(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end", "grain"),
    [
        ("两个半小时前", "2026-11-22T12:30", "2026-11-22T13:30", "hour"), ("一个半小时前", "2026-11-22T13:30", "2026-11-22T14:30", "hour"),
        ("大年初三晚上", "2026-02-19T18:00", "2026-02-20T00:00", "part"), ("正月初六", "2026-02-22T00:00", "2026-02-23T00:00", "day"),
        ("去年大年初一", "2025-01-29T00:00", "2025-01-30T00:00", "day"), ("阴历三月初三", "2026-04-19T00:00", "2026-04-20T00:00", "day"),
        ("腊月初十", "2026-01-28T00:00", "2026-01-29T00:00", "day"), ("腊月二十三", "2026-02-10T00:00", "2026-02-11T00:00", "day"),
        ("正月十五晚上八点", "2026-03-03T20:00", "2026-03-03T21:00", "hour"), ("农历八月十五", "2026-09-25T00:00", "2026-09-26T00:00", "day"),
        ("除夕夜里", "2026-02-16T23:00", "2026-02-17T05:00", "part"), ("八月十五号", "2026-08-15T00:00", "2026-08-16T00:00", "day"),
        ("3月1日至5日", "2026-03-01T00:00", "2026-03-06T00:00", "day"), ("11月3号到8号", "2026-11-03T00:00", "2026-11-09T00:00", "day"),
        ("15号到20号", "2026-11-15T00:00", "2026-11-21T00:00", "day"), ("上周星期三到这周二", "2026-11-11T00:00", "2026-11-18T00:00", "day"),
        ("上个月28号到这个月2号", "2026-10-28T00:00", "2026-11-03T00:00", "day"), ("六月到十月", "2026-06-01T00:00", "2026-11-01T00:00", "month"),
        ("晚八点半", "2026-11-21T20:30", "2026-11-21T20:31", "minute"), ("昨天晚8：00", "2026-11-21T20:00", "2026-11-21T20:01", "minute"),
        ("周五晚八点", "2026-11-20T20:00", "2026-11-20T21:00", "hour"), ("早7点20", "2026-11-22T07:20", "2026-11-22T07:21", "minute"),
        ("十四时三十分", "2026-11-22T14:30", "2026-11-22T14:31", "minute"), ("十三点二十", "2026-11-22T13:20", "2026-11-22T13:21", "minute"),
        ("昨天十九点零五分", "2026-11-21T19:05", "2026-11-21T19:06", "minute"), ("上午十点五十", "2026-11-22T10:50", "2026-11-22T10:51", "minute"),
        ("3时1刻", "2026-11-21T15:15", "2026-11-21T15:16", "minute"), ("下午三点一刻", "2026-11-21T15:15", "2026-11-21T15:16", "minute"),
        ("昨天早上三点三刻", "2026-11-21T03:45", "2026-11-21T03:46", "minute"), ("差五分八点停水", "2026-11-22T07:55", "2026-11-22T07:56", "minute"),
        ("昨晚差一刻九点", "2026-11-21T20:45", "2026-11-21T20:46", "minute"), ("早上七点差十分", "2026-11-22T06:50", "2026-11-22T06:51", "minute"),
        ("98年4月", "1998-04-01T00:00", "1998-05-01T00:00", "month"), ("91年5月", "1991-05-01T00:00", "1991-06-01T00:00", "month"),
        ("1993年上半年", "1993-01-01T00:00", "1993-07-01T00:00", "month"), ("零五年三月", "2005-03-01T00:00", "2005-04-01T00:00", "month"),
        ("98年建的房", "1998-01-01T00:00", "1999-01-01T00:00", "year"), ("两千零五年买的房", "2005-01-01T00:00", "2006-01-01T00:00", "year"),
        ("一九九八年底", "1998-11-01T00:00", "1999-01-01T00:00", "month"), ("24年国庆", "2024-10-01T00:00", "2024-10-02T00:00", "day"),
        ("国庆过后", "2026-10-02T00:00", "2026-11-22T15:00", "day"), ("上个礼拜起", "2026-11-09T00:00", "2026-11-22T15:00", "week"),
        ("十月下旬", "2026-10-21T00:00", "2026-11-01T00:00", "month"), ("三点一直吵到五点", "2026-11-22T15:00", "2026-11-22T17:00", "hour"),
    ],
)  # fmt: skip
def test_a_time_means_one_stretch(text: str, start: str, end: str, grain: str) -> None:
    found = find_times(text, NOW)[-1]
    assert (found.value["start"], found.value["end"]) == (f"{start}:00+08:00", f"{end}:00+08:00")
    assert found.value["grain"] == grain
    assert found.value["recurring"] is None
    assert text[found.start : found.end] == found.value["text"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("十几天前", "11-03", "11-13"), ("五六天前路灯就坏了", "11-16", "11-18"), ("两三天前", "11-19", "11-21"), ("三五天前", "11-17", "11-20"),
     ("十五六天前", "11-06", "11-08"), ("二十几天前", "10-24", "11-03"), ("七八天前", "11-14", "11-16")],
)  # fmt: skip
def test_about_so_many_days_are_approximate(text: str, first: str, last: str) -> None:
    (found,) = find_times(text, NOW)
    assert (found.value["start"][5:10], found.value["end"][5:10]) == (first, last)
    assert (found.value["grain"], found.value["approximate"]) == ("day", True)


@pytest.mark.parametrize("text", ["三天前", "半个月前", "昨天晚上", "两个半小时前", "上周三"])
def test_an_exact_time_is_not_approximate(text: str) -> None:
    assert find_times(text, NOW)[0].value["approximate"] is False


@pytest.mark.parametrize(
    "text", ["农历闰六月初三", "阴历十三月初三", "1995年腊月初八", "农历2019年三月初三", "旧历二月三十一"]
)
def test_a_lunar_day_that_cannot_be_told_stays_words(text: str) -> None:
    (found,) = find_times(text, NOW)
    assert (found.value["start"], found.value["end"]) == (None, None)
    assert found.value["text"] in text


@pytest.mark.parametrize(
    ("text", "start", "recurring"),
    [
        ("每个月15号停电", "2026-11-15", "monthly"), ("每月12号", "2026-11-12", "monthly"), ("每个月28号", "2026-10-28", "monthly"),
        ("每个月31号", "2026-10-31", "monthly"), ("每周三上午", "2026-11-18", "weekly"), ("每年春节", "2026-02-17", "yearly"),
        ("早上七点到八点都堵", "2026-11-22", "daily"), ("晚上六点到九点老是吵", "2026-11-21", "daily"), ("每天早上七点到八点", "2026-11-22", "daily"),
        ("中午十二点到两点总有人放音响", "2026-11-22", "daily"), ("晚上黑灯瞎火的", "2026-11-21", "daily"), ("半夜装修", "2026-11-21", "daily"),
        ("夜里很吵", "2026-11-21", "daily"), ("每晚都跳广场舞", "2026-11-21", "daily"), ("每个工作日的下午三点", "2026-11-22", "daily"),
    ],
)  # fmt: skip
def test_what_happens_again_and_again_has_no_single_date(text: str, start: str, recurring: str) -> None:
    found = find_times(text, NOW)[-1]
    assert found.value["recurring"] == recurring
    assert found.value["start"][:10] == start


@pytest.mark.parametrize(
    "text", ["早上停水了", "下午有人来过", "昨天晚上吵", "下午三点到五点停水", "中午跳闸了"]
)
def test_what_happened_once_does_not_recur(text: str) -> None:
    assert find_times(text, NOW)[0].value["recurring"] is None


def test_a_decimal_hides_no_time_behind_it() -> None:
    (found,) = find_times("水费五点零三元昨天才交", NOW)
    assert found.value["text"] == "昨天"
    assert find_times("昨天三点五十公斤的煤气罐", NOW)[0].value["text"] == "昨天"


@pytest.mark.parametrize(
    ("year", "month", "day", "date"),
    [(2027, 1, 1, "2027-02-06"), (2030, 1, 1, "2030-02-03"), (2025, 8, 15, "2025-10-06"), (2023, 5, 5, "2023-06-22"),
     (2033, 12, 30, "2034-02-18"), (2020, 12, 30, "2021-02-11"), (2026, 12, 29, "2027-02-05")],
)  # fmt: skip
def test_the_lunar_calendar(year: int, month: int, day: int, date: str) -> None:
    assert str(lunar_day(year, month, day)) == date


def test_lunar_years_follow_each_other_without_a_gap() -> None:
    for year in range(2020, 2035):
        last, following = lunar_month(year, 12), lunar_month(year + 1, 1)
        assert last and following
        assert last[1] == following[0]
    assert lunar_day(2019, 1, 1) is None
    assert lunar_day(2026, 2, 31) is None


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        find_times("昨天", datetime(2026, 11, 22))


@pytest.mark.parametrize(
    "unit", ["我家楼下上周三晚上八点多就吵", "1", "一", "每天", "现在都几点了", "一点", "从", "三月到"]
)
def test_five_thousand_characters_are_read_in_order(unit: str) -> None:
    """`bench/lengths.py` shows the time that it takes; a rule that backtracks would hang here."""
    text = (unit * 5000)[:5000]
    found = find_times(text, NOW)
    assert all(before.end <= after.start for before, after in pairwise(found))
    said = find_time(text)
    assert said is None or 0 <= said.start < said.end <= len(text)

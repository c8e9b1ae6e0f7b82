"""Addresses, names, organisations, departments, normalisation, and how entities are merged."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.text.addresses import AddressFinder
from bot.text.entities import EntityFinder, merge
from bot.text.gazetteer import Gazetteer
from bot.text.names import find_names
from bot.text.organisations import DepartmentFinder, find_organisations
from language.normalise import normalise, to_simplified


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(Path(__file__).resolve().parents[2] / "data" / "places")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("我家楼下烧烤店油烟太大了,在和平路88号,天天晚上弄到一两点", ["和平路88号"]),
        ("幸福里小区三栋二单元五零二室停水", ["幸福里小区3栋2单元502室"]),
        ("明州市东湖区和平街道和平路八十八号", ["明州市东湖区和平街道和平路88号"]),
        ("我住杭州市西湖区文三路477号华星大厦A座1203室", ["杭州市西湖区文三路477号华星大厦A座1203室"]),
        ("上海市浦东新区张江镇祖冲之路1000号", ["上海市浦东新区张江镇祖冲之路1000号"]),
        ("麻烦查一下北京东路12弄3号", ["北京东路12弄3号"]),
        ("在人民路和解放路交叉口", ["人民路和解放路交叉口"]),
        ("举报建国路上一家黑网吧", ["建国路"]),
        ("青石县龙泉镇古井村三组", ["青石县龙泉镇古井村3组"]),
        ("莲花小区旁边的工地半夜施工", ["莲花小区旁边"]),
        ("不对,是三栋", ["3栋"]),
        ("阳光花园5幢1单元301", ["阳光花园5幢1单元301"]),
        ("五一路12号漏水", ["五一路12号"]),
        ("我们小区没水", []), ("学校门口堵车", []), ("知道怎么办吗", []), ("马路上有个坑", []), ("城中村改造", []),
        ("我走路去的", []), ("网路不通", []), ("这个月的电费", []),
    ],
)  # fmt: skip
def test_addresses_are_found_and_written_in_arabic_digits(
    gazetteer: Gazetteer, text: str, values: list[str]
) -> None:
    assert [span.value for span in AddressFinder(gazetteer).find(text)] == values


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("我姓王", "王", ""), ("免贵姓欧阳", "欧阳", ""), ("我叫王建国,电话138", "王建国", ""), ("我叫王建国住在和平路", "王建国", ""),
        ("王先生", "王", "先生"), ("张阿姨你好", "张", "阿姨"), ("李师傅修的", "李", "师傅"), ("司马女士", "司马", "女士"),
        ("姓名:李小明", "李小明", ""), ("本人张三，住东湖区", "张三", ""), ("赵丽华女士", "赵丽华", "女士"), ("我是方女士", "方", "女士"),
    ],
)  # fmt: skip
def test_callers_give_their_names(text: str, name: str, title: str) -> None:
    (span,) = find_names(text)
    assert span.value == {"name": name, "title": title}


@pytest.mark.parametrize(
    "text",
    ["老师", "高中老师打人", "王府井", "对于老师的问题", "我叫不到车", "我是黄河路的", "白天施工", "单位女士", "老百姓", "贵姓", "你姓什么",
     "高铁晚点", "小学老师收礼", "我叫了外卖"],
)  # fmt: skip
def test_what_is_no_name(text: str) -> None:
    assert find_names(text) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("明州市宏达物业服务有限公司乱收费", ["明州市宏达物业服务有限公司"]), ("拖欠工资的明州建工集团", ["明州建工集团"]),
        ("在阳光物业交的钱", ["阳光物业"]), ("老王烧烤店太吵", ["老王烧烤店"]), ("我在盒马超市买到过期食品", ["盒马超市"]), ("二手房市场", []),
        ("老王烧烤油烟大", ["老王烧烤"]), ("路边烧烤太呛", []), ("新东方培训班不退费", ["新东方培训班"]), ("拿快递", []), ("物业公司不管", ["物业公司"]),
    ],
)  # fmt: skip
def test_organisations(text: str, values: list[str]) -> None:
    assert [span.value for span in find_organisations(text)] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("社保局电话", ["明州市人力资源和社会保障局"]), ("打12333没人接", ["明州市人力资源和社会保障局"]), ("城管不管", ["明州市城市管理局"]),
        ("我要找公积金中心", ["明州市住房公积金管理中心"]), ("手机13812333000", []), ("110元", []),
    ],
)  # fmt: skip
def test_nicknames_of_departments_mean_the_official_name(
    gazetteer: Gazetteer, text: str, values: list[str]
) -> None:
    assert [span.value for span in DepartmentFinder(gazetteer).find(text)] == values


def test_normalised_offsets_lead_back_to_what_the_citizen_wrote() -> None:
    original = "请問１３８　😡公積金…怎么提取啊啊啊啊啊啊!!!!!！"
    clean = normalise(original)
    assert clean.text == "请问138 公积金...怎么提取啊啊啊!!!"
    start = clean.text.index("公积金")
    first, last = clean.original_span(start, start + 3)
    assert original[first:last] == "公積金"
    assert normalise(clean.text).text == clean.text


@pytest.mark.parametrize("digits", ["13800000000", "一三八零零零零零零零零"])
def test_repeated_digits_are_never_cut(digits: str) -> None:
    assert normalise(digits).text == digits


def test_simplifying_never_changes_the_length() -> None:
    text = "電話號碼與住房公積金發票頭髮乾杯"
    assert len(to_simplified(text)) == len(text)
    assert to_simplified("公積金") == "公积金"


def test_one_sentence_gives_all_its_entities_in_original_offsets(gazetteer: Gazetteer, now: datetime) -> None:
    text = "😡我叫王建国，電話１３８ ００１３ ８０００,住和平路八十八號幸福里小区3栋,昨晚十一点楼下老王烧烤店太吵"
    found = {
        span.entity: (span.value, text[span.start : span.end])
        for span in EntityFinder(gazetteer).find(text, now)
    }
    assert found["name"] == ({"name": "王建国", "title": ""}, "王建国")
    assert found["phone"] == ("13800138000", "１３８ ００１３ ８０００")
    assert found["address"] == ("和平路88号幸福里小区3栋", "和平路八十八號幸福里小区3栋")
    assert found["time"][0]["start"] == "2026-11-21T23:00:00+08:00"
    assert found["organisation"] == ("老王烧烤店", "老王烧烤店")
    assert "number" not in found


@pytest.mark.parametrize(
    "unit",
    [
        "我家在和平路88号王先生电话13800138000昨晚八点",
        "8",
        "和平路",
        "3栋",
        "路",
        "一",
        "王",
        "物业",
        "1 ",
        "在",
    ],
)
def test_very_long_texts_are_read(gazetteer: Gazetteer, now: datetime, unit: str) -> None:
    """A rule that backtracks would hang here; `bench/lengths.py` shows the time."""
    spans = EntityFinder(gazetteer).find((unit * 5000)[:5000], now)
    assert all(0 <= span.start < span.end <= 5000 for span in spans)


def entity(kind: str, start: int, end: int, value: Any = "x", extractor: str = "DIET") -> dict[str, Any]:
    return {"entity": kind, "start": start, "end": end, "value": value, "extractor": extractor}


def test_a_rule_beats_a_guess_for_what_rules_can_check() -> None:
    rule = entity("phone", 3, 14, "13800138000", "rule")
    assert merge([entity("phone", 0, 20), entity("number", 5, 9)], [rule]) == [rule]


def test_the_longer_address_stays_and_is_normalised() -> None:
    guess = entity("address", 0, 12, "老地方和平路八十八号三栋")
    assert merge([guess], [entity("address", 3, 10, "和平路88号", "rule")]) == [
        {**guess, "value": "老地方和平路88号3栋"}
    ]
    rule = entity("address", 0, 9, "和平路88号3栋", "rule")
    assert merge([entity("address", 0, 6, "和平路88号")], [rule]) == [rule]


def test_a_guessed_name_takes_the_shape_of_a_name() -> None:
    (merged,) = merge([entity("name", 0, 3, "王先生")], [])
    assert merged["value"] == {"name": "王", "title": "先生"}


def test_entities_of_different_kinds_may_overlap() -> None:
    assert len(merge([entity("organisation", 0, 8)], [entity("address", 0, 4)])) == 2


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("工商银行柜台态度差", [("organisation", "工商银行")]), ("滴滴司机绕路", [("organisation", "滴滴")]),
        ("顺丰快递把我东西弄丢了", [("organisation", "顺丰快递")]), ("京东物流园", [("organisation", "京东物流")]),
        ("老板卷款跑路", []), ("施工把电线弄断", []), ("手机5G信号", []), ("X20型号", []), ("G7次列车", []),
        ("S307省道云溪段", [("address", "S307省道云溪段")]), ("G25高速明州北出口", [("address", "G25高速明州北出口")]),
        ("104国道边", [("address", "104国道")]), ("人民路与建设路路口往南五十米", [("address", "人民路与建设路路口往南五十米")]),
        ("解放路和中山路交叉口东北角", [("address", "解放路和中山路交叉口东北角")]), ("学院路地铁站B口", [("address", "学院路地铁站B口")]),
        ("阳光花园三期5栋2单元1102", [("address", "阳光花园三期5栋2单元1102")]),
    ],
)  # fmt: skip
def test_companies_and_roads_told_from_other_words(
    gazetteer: Gazetteer, now: datetime, text: str, spans: list[tuple[str, str]]
) -> None:
    found = [(span.entity, text[span.start : span.end]) for span in EntityFinder(gazetteer).find(text, now)]
    assert [span for span in found if span[0] in ("organisation", "address", "department")] == spans

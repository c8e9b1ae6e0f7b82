from __future__ import annotations

import pytest

from desk.places import Gazetteer, Place, format_place, parse_address
from language.numerals import arabic


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    """Two districts; 人民路 lies in both, 建设路 belongs to no street."""
    rows = [
        ("level", "name", "parent", "aliases"),
        ("city", "明州市", "", "明州"),
        ("district", "东湖区", "明州市", "东湖"),
        ("street", "和平街道", "东湖区", ""),
        ("street", "湖滨街道", "东湖区", ""),
        ("community", "幸福里小区", "和平街道", "幸福里"),
        ("road", "和平路", "和平街道", ""),
        ("road", "人民路", "和平街道", ""),
        ("landmark", "东湖公园", "湖滨街道", "东湖风景区"),
        ("district", "西岭区", "明州市", "西岭"),
        ("street", "翠屏街道", "西岭区", ""),
        ("community", "翠屏苑", "翠屏街道", ""),
        ("road", "人民路", "翠屏街道", ""),
        ("road", "建设路", "", ""),
    ]
    path = tmp_path_factory.mktemp("places") / "city.tsv"
    path.write_text("\n".join("\t".join(row) for row in rows), encoding="utf-8")
    return Gazetteer.load(path)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("我家楼下烧烤店油烟太大了,在和平路88号,天天晚上弄到一两点", "东湖区和平街道和平路88号"),
        ("我住在和平路八十八号", "东湖区和平街道和平路88号"),
        ("幸福里小区3栋2单元502室漏水", "东湖区和平街道幸福里小区3栋2单元502室"),
        ("幸福里3-2-502", "东湖区和平街道幸福里小区3栋2单元502室"),
        ("幸福里小区十二号楼三单元五零二", "东湖区和平街道幸福里小区12号楼3单元502室"),
        ("和平路88号幸福里小区B座", "东湖区和平街道和平路88号幸福里小区B座"),
        ("翠屏苑甲3号", "西岭区翠屏街道翠屏苑甲3号"),
        ("和平路88弄5号", "东湖区和平街道和平路88弄5号"),
        ("和平路88-2号", "东湖区和平街道和平路88-2号"),
        ("建设路12号", "建设路12号"),
        ("东湖区人民路5号", "东湖区和平街道人民路5号"),
        ("西岭区人民路", "西岭区翠屏街道人民路"),
        ("在东湖那边", "东湖区"),
        ("东湖公园里面有人钓鱼", "东湖区湖滨街道东湖公园里面"),
        ("和平路与人民路交叉口红绿灯坏了", "东湖区和平街道和平路与人民路交叉口"),
        ("幸福里小区东门对面的小超市卖过期奶", "东湖区和平街道幸福里小区东门对面小超市"),
        ("在河平路八号", "东湖区和平街道和平路8号"),
        ("杏福里小区六栋", "东湖区和平街道幸福里小区6栋"),
        ("3栋2单元", "3栋2单元"),
        ("A市泉塘街道丽发新城5栋", "泉塘街道丽发新城5栋"),
        ("在东湖风景区门口", "东湖区湖滨街道东湖公园门口"),
    ],
)
def test_an_address_is_found_and_completed(city: Gazetteer, text: str, address: str) -> None:
    assert format_place(parse_address(text, city)) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("广州市天河区体育西路103号维多利广场A座12楼", "广州市天河区体育西路103号维多利广场A座12楼"),
        ("成都市武侯区人民南路四段九号", "成都市武侯区人民南路四段9号"),
        ("我在浙江省杭州市西湖区文三路90号", "浙江省杭州市西湖区文三路90号"),
        ("上海市徐汇区田林路140弄2号", "上海市徐汇区田林路140弄2号"),
        ("宁津县柴胡店镇李家村三组", "宁津县柴胡店镇李家村三组"),
        ("新城街道阳光嘉园7幢", "新城街道阳光嘉园7幢"),
    ],
)
def test_addresses_of_other_cities_follow_the_same_rules(city: Gazetteer, text: str, address: str) -> None:
    assert format_place(parse_address(text, city)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "我们小区停水了",
        "路灯不亮,马路上全是水",
        "11月22号晚上八点",
        "这个月22号下午",
        "公积金怎么提取",
        "整栋楼都没水",
        "三栋楼都没水",
        "高新技术企业怎么认定",
        "105路公交车不停站",
        "我在三号线上",
        "电话是13800138000",
        "工单261122000159到哪了",
        "老旧小区改造要多少人同意",
        "城市管理局电话多少",
        "下班路上被车撞了算工伤吗",
        "修了三座桥",
        "这条路挖了填填了挖",
        "孩子今年上小学学区怎么划分",
        "我打了好多次电话东湖风景区都没有人管这件事",
        "他们让我3号去办结果去了又说系统坏了要等到下个星期再来",
    ],
)
def test_what_is_no_address_gives_none(city: Gazetteer, text: str) -> None:
    place = parse_address(text, city)
    assert not place and place.confidence == 0, place


@pytest.mark.parametrize(
    ("text", "part", "value"),
    [
        ("不对,是三栋", "building", "3栋"),
        ("是86号", "number", "86号"),
        ("不是88号,是86号", "number", "86号"),
        ("88号改成86号", "number", "86号"),
        ("是二单元不是三单元", "unit", "2单元"),
    ],
)
def test_a_correction_names_one_part_only(city: Gazetteer, text: str, part: str, value: str) -> None:
    place = parse_address(text, city)
    assert {
        name: given for name, given in vars(place).items() if given and name not in ("text", "confidence")
    } == {part: value}


def test_the_words_of_the_citizen_are_kept(city: Gazetteer) -> None:
    text = "就在和平路88号那个烧烤店"
    place = parse_address(text, city)
    assert place.text == "和平路88号"
    assert place.text in text


def test_an_ambiguous_road_is_not_completed(city: Gazetteer) -> None:
    place = parse_address("人民路5号", city)
    assert (place.district, place.street, place.road) == ("", "", "人民路")


def test_a_contradiction_keeps_what_was_said_and_lowers_confidence(city: Gazetteer) -> None:
    place = parse_address("西岭区幸福里小区", city)
    assert (place.district, place.street, place.community) == ("西岭区", "", "幸福里小区")
    assert place.confidence <= 0.5 < parse_address("东湖区幸福里小区", city).confidence


def test_confidence_falls_from_known_over_heard_to_guessed(city: Gazetteer) -> None:
    known, heard, guessed = (
        parse_address(f"在{road}8号", city).confidence for road in ("和平路", "河平路", "青云路")
    )
    assert known > heard > guessed > 0


def test_long_nonsense_is_parsed(city: Gazetteer) -> None:
    """5,000 characters, the longest message, made of what the rules look for. A rule that backtracks would hang here;
    `bench/lengths.py` shows the time."""
    for words in (
        "一",
        "路",
        "号",
        "小区",
        "和平路88号",
        "区县街道",
        "1-1-",
        "\U0001f600",
        "不是",
        "东门对面的",
    ):
        place = parse_address((words * 5000)[:5000], city)
        assert len(place.said) <= 5000, words


@pytest.mark.parametrize(
    ("numeral", "digits"),
    [
        ("三", "3"), ("十", "10"), ("十二", "12"), ("二十三", "23"), ("一百零二", "102"), ("一百二", "120"),
        ("一百二十", "120"), ("五零二", "502"), ("幺零二", "102"), ("两百", "200"), ("88", "88"), ("甲", "甲"), ("A", "A"),
        ("一千二百零三", "1203"),
    ],
)  # fmt: skip
def test_numerals_become_digits(numeral: str, digits: str) -> None:
    assert arabic(numeral) == digits


def test_an_empty_place_is_false() -> None:
    assert not Place() and Place(building="3栋")
    assert not Place(building="3栋").locatable and Place(road="和平路").locatable

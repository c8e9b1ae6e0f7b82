"""What is asked: only what the matter needs, in one order, and never what was said, declined or answered."""

from __future__ import annotations

import pytest

from desk.orders.drafting.draft import Draft, Value
from desk.orders.drafting.plan import PLACE_TOLD, missing, needs_place, needs_subject, next_field, risk_in
from desk.places import Place


def draft(description: str, order_type: str = "complain", **fields: str) -> Draft:
    known = {"description": description} | fields
    return Draft("t1", order_type, {name: Value(value, 1) for name, value in known.items() if value})


@pytest.mark.parametrize(
    "description",
    [
        "工地上干了三个月，工资一直拖着",
        "贴瓷砖的钱没给，就微信上有记工",
        "理发店办的卡不给退款",
        "健身房关门了，退费没人理",
        "药店刷医保卡乱收费",
        "社保局窗口态度差",
        "小区门口路灯坏了",
        "地铁站台的扶梯停了",
        "套餐券买了三张，到店说活动停了",
    ],
)
def test_what_happens_somewhere_needs_its_place(description: str) -> None:
    assert needs_place(draft(description))


@pytest.mark.parametrize(
    "description",
    [
        "网购的鞋子是假货",
        "在淘宝买的空调不给退款",
        "这个月电话费多扣了五十",
        "话费套餐改不了",
        "社保断缴了两个月",
        "公积金少扣一笔",
        "天天收到骚扰电话",
        "app里偷偷扣了会员费",
        "快递丢了没人赔",
    ],
)
def test_what_happens_on_a_screen_or_in_an_account_has_no_place(description: str) -> None:
    assert not needs_place(draft(description))


@pytest.mark.parametrize(
    "description",
    [
        "物业半年不修电梯",
        "开发商逾期不交房",
        "房东不退押金",
        "老板拖欠三个月工资",
        "楼下饭店油烟直排",
        "驾校考完还要加钱",
        "幼儿园乱收费",
        "健身房跑路了",
        "水果店缺斤少两",
        "隔壁组养猪场臭得要死",
        "楼底下那个麻将馆打到半夜",
        "拉石头的大车天天过",
        "干了三个月不给钱",
        "我崽读的那个幼儿元伙食差",
        "包落公交车上了",
        "八亩地打了药全黄了，卖药的不认账",
    ],
)
def test_a_matter_with_somebody_needs_the_name(description: str) -> None:
    assert needs_subject(draft(description))
    assert "subject" not in missing(draft(description, subject="鑫悦物业"))


@pytest.mark.parametrize(
    "description",
    [
        "路灯不亮三天了",
        "学校门口的井盖翘起来了",
        "超市旁边积水",
        "公司楼下有人乱停车",
        "半夜打桩睡不着",
        "医院对面的树倒了",
    ],
)
def test_a_landmark_is_nobody_to_be_named(description: str) -> None:
    assert not needs_subject(draft(description))


@pytest.mark.parametrize(
    ("description", "who"),
    [
        ("包工头不给钱还骂人", "employer"),
        ("我们公司天天加班不给加班费", "employer"),
        ("村主任把路修到自己家门口", "village"),
        ("房东半夜断我的电", "landlord"),
        ("班主任让孩子去他家补课", "school"),
        ("楼上邻居拿刀威胁我", "violence"),
        ("隔壁男的扎了我的车胎", "violence"),
        ("派出所民警不出警", "police"),
        ("窗口的科长收红包", "officials"),
        ("路灯不亮三天了", ""),
        ("楼上天天打扫到半夜", ""),
        ("楼上邻居半夜打麻将", ""),
        ("共享单车乱停", ""),
    ],
)
def test_who_might_take_revenge(description: str, who: str) -> None:
    assert risk_in(draft(description)) == who
    assert ("confidential" in missing(draft(description))) is bool(who)


def test_a_report_is_always_asked_about_secrecy_and_a_suggestion_never() -> None:
    assert "confidential" in missing(draft("有人卖假酒", "report"))
    assert "confidential" not in missing(draft("村主任应该公示账目", "suggest"))


def test_the_order_of_the_questions() -> None:
    empty = Draft("t1", "report")
    assert missing(empty) == [
        "description",
        "place",
        "subject",
        "event_time",
        "caller",
        "phone",
        "confidential",
    ]


def test_when_it_happened_is_asked_of_reports_only() -> None:
    assert "event_time" not in missing(draft("半夜打桩睡不着"))


@pytest.mark.parametrize("origin", ["spoken", "line"])
def test_a_number_that_was_heard_is_checked(origin: str) -> None:
    heard = draft("路灯不亮", caller_name="王").with_field("phone", Value("13912345678", 1, origin=origin))
    assert "phone_check" in missing(heard)
    assert "phone_check" not in missing(heard.check("phone"))


def test_nothing_is_missing_of_what_was_said_or_skipped() -> None:
    told = draft("半夜打桩睡不着", caller_name="王")
    assert next_field(told.skip("place").skip("phone")) == "confirm"
    road = Place(road="和平路", said="和平路", text="和平路")
    somewhere = Draft("t1", "complain", told.fields, place=road)
    assert next_field(somewhere) == "place", "a road is long: it is asked where on it, once"
    assert next_field(somewhere.check(PLACE_TOLD)) == "phone"
    at_a_house = Place(road="和平路", number="88号", said="和平路88号", text="和平路88号")
    assert next_field(Draft("t1", "complain", told.fields, place=at_a_house)) == "phone"


@pytest.mark.parametrize(
    "description",
    [
        "隔壁组养猪场臭得要死",
        "楼底下那个麻将馆打到半夜",
        "家长群里说自愿买平板，不买的坐最后一排",
        "入职半年没交社保",
        "到镇上那个快递点拿东西要收两块钱",
        "菜场摊头短斤少两",
        "我是里面上班的，厂里往河里放黑水",
    ],
)
def test_who_lives_or_works_beside_them_is_asked_about_secrecy(description: str) -> None:
    """Where everybody knows everybody, many say so only when they are asked."""
    assert "confidential" in missing(draft(description))
    assert "confidential" not in missing(draft("路灯不亮三天了"))

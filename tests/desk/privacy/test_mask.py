"""Masking keeps what helps a clerk and hides what points at a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.privacy import mask_address, mask_id, mask_name, mask_phone, mask_plate, mask_text


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800138000", "138****8000"),
        ("138-0013-8000", "138****8000"),
        ("+86 13800138000", "138****8000"),
        ("0571-88886666", "**********66"),
        ("", ""),
    ],
)
def test_a_phone_keeps_three_and_four_digits(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


def test_an_id_number_loses_its_birthday() -> None:
    assert mask_id("33010619800101123X") == "330*************3X"


@pytest.mark.parametrize(
    ("name", "masked"), [("王小明", "王*"), ("王", "王*"), ("欧阳锋", "欧阳*"), ("", "")]
)
def test_a_name_keeps_the_family_name(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("明州市东湖区和平街道幸福里小区3栋2单元501室", "明州市东湖区和平街道****"),
        ("东湖区和平路128号", "东湖区和平路****"),
        ("东湖区", "东湖区"),
        ("幸福里小区3栋", "****"),
        ("杭州市西湖区文三路478号华星时代广场", "杭州市西湖区文三路****"),
    ],
)
def test_an_address_keeps_district_street_and_road(address: str, masked: str) -> None:
    assert mask_address(address) == masked


def test_a_plate_keeps_its_place_and_its_end() -> None:
    assert mask_plate("浙A12345") == "浙A***45"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("我电话13800138000,请回", "13800138000"),
        ("打138 0013 8000找我", "0013"),
        ("号码是１３８００１３８０００", "８００１３"),
        ("电话幺三八零零幺三八零零零", "零零幺三八零"),
        ("电话幺三八,零零幺三,八零零零", "零零幺三"),
        ("身份证33010619800101123X", "19800101"),
        ("座机88886666", "888866"),
        ("我叫王小明,住这儿", "小明"),
        ("我叫阿依古丽。", "依古丽"),
        ("我姓欧阳", "欧阳"),
        ("找李建国先生", "建国"),
        ("我是张伟。", "伟"),
        ("住幸福里小区3栋2单元501室", "501"),
        ("住幸福里小区3栋2单元501室", "幸福里"),
        ("住和平路128号", "128"),
        ("三栋二单元五零一", "三栋"),
        ("我们小区三号楼5楼", "三号"),
        ("和平路28号", "28"),
        ("住在2号楼4楼", "4"),
        ("日新小区停水", "日新"),
        ("我叫高小飞", "小飞"),
        ("我叫阳光", "阳光"),
        ("我是黎明辉。", "明辉"),
        ("我是戴维", "维"),
        ("找佘国强师傅", "国强"),
        ("电话119、120、13800138000", "00138"),
        ("车牌浙A12345乱停", "A123"),
        ("邮箱 wang.xm@example.com", "wang"),
    ],
)
def test_free_text_hides_personal_data(text: str, secret: str) -> None:
    masked = mask_text(text)
    assert secret not in masked
    assert "*" in masked


@pytest.mark.parametrize(
    "text",
    [
        "公积金怎么提取",
        "2026-11-22 停水了",
        "我叫你们赶紧来修一下吧行不行",
        "11月3号停的水",
        "请拨打119或者12345",
        "会话 c6f2a2345678ab 已建立",
        "人工坐席 1024号 已接入",
        "我是1024号坐席",
        "我们小区电梯坏了三天没人修",
        "这个小区电梯老是坏，好几个小区都这样",
        "老旧小区加装电梯，物业公司把小区花园改成停车位",
        "楼道灯不亮，一楼二楼都是，四楼的住户太吵",
        "二十二号停水，11月29号停电",
        "请直接拨打119、120、110。",
        "公积金问12329、12333，电费问95598、95079，话费问10086/10010。",
        "拨打12345、12110或者12315",
        "马上经理来了，于是师傅走了",
        "我是高血压",
        "语文老师、农村老师、游泳老师都来了",
        "没关系的先生，项目经理和客户经理会来",
        "我是党员",
        "叫做垃圾分类",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "查询码是 482913，将在12月6日前答复",
        "查询码482913",
        "查询码：482 913",
        "查询码是四八二，九幺三，请您记一下",
    ],
)
def test_a_query_code_is_gone(text: str) -> None:
    masked = mask_text(text)
    assert "查询码" in masked and "******" in masked
    assert not any(part in masked for part in ("482", "913", "四八二", "九幺三"))


@given(st.text(max_size=40), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(max_size=40))
def test_no_mobile_number_survives_anywhere(before: str, phone: str, after: str) -> None:
    """Whatever stands around it, at least the middle of a mobile number is gone."""
    # A digit next to it would make another, longer number.
    assert phone not in mask_text(f"{before} 电话{phone}。{after}")


@given(st.text(max_size=200))
def test_masking_never_fails_and_is_stable(text: str) -> None:
    """Masking what is masked changes nothing that matters: no star turns back into a character."""
    once = mask_text(text)
    assert mask_text(once).count("*") >= once.count("*")

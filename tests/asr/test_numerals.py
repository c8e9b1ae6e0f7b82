"""Digits where people write digits, words where they write words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.numerals import to_digits
from language.numerals import parse_number, to_chinese


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("我的电话是幺三八零零幺三八零零零", "我的电话是13800138000"),
        ("打一二三四五热线", "打12345热线"),
        ("打幺幺零", "打110"),
        ("和平路三十二号", "和平路32号"),
        ("幸福里小区三栋二单元五零二室", "幸福里小区3栋2单元502室"),
        ("十二号楼", "12号楼"),
        ("二号线坏了", "2号线坏了"),
        ("二零二六年五月三号", "2026年5月3号"),
        ("十二月二十五日", "12月25日"),
        ("下午三点半", "下午3点半"),
        ("晚上十一点二十分", "晚上11点20分"),
        ("凌晨两点还在施工", "凌晨2点还在施工"),
        ("早上八点零五分", "早上8点05分"),
        ("欠我三千五百块钱", "欠我3500块钱"),
        ("两千五元", "2500元"),
        ("一万二千元", "12000元"),
        ("三千万元", "3000万元"),
        ("一共三块五", "一共3块5"),
        ("涨了百分之三十", "涨了30%"),
        ("百分之三点五", "3.5%"),
        ("三点五万元", "3.5万元"),
        ("等了二十分钟", "等了20分钟"),
        ("三个小时", "3个小时"),
        ("一百二十个人", "120个人"),
        ("六十五岁", "65岁"),
        ("气温三十八度", "气温38度"),
    ],
)
def test_numbers_become_digits(spoken: str, written: str) -> None:
    assert to_digits(spoken) == written


@pytest.mark.parametrize(
    "text",
    [
        "十分感谢", "千万不要", "万一停水", "我们一起去", "等一下", "有一点吵", "快一点", "一直没有人来", "三三两两",
        "乱七八糟", "说三道四", "统一号召", "星期一", "三五个人", "两次", "一个人",
        "老百姓", "四面八方", "有两点意见", "第一", "一日三餐", "一天到晚", "亿万", "百年", "一块去", "我有三个孩子",
    ],
)  # fmt: skip
def test_words_stay_words(text: str) -> None:
    assert to_digits(text) == text


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("水费五点零三元", "水费5.03元"), ("租金八点零五元", "租金8.05元"), ("燃气费三点零八元一方", "燃气费3.08元一方"),
        ("三百二十四点七五克", "324.75克"), ("只有零点二兆帕", "只有0.2兆帕"), ("水压零点二", "水压0.2"), ("噪音七十二点六分贝", "噪音72.6分贝"),
        ("二十四点五平方", "24.5平方"), ("六点五公顷", "6.5公顷"),
        ("水费涨到五点零三", "水费涨到5.03"), ("浓度零点零三", "浓度0.03"), ("涨到五点零三一吨", "涨到5.03一吨"), ("每吨五点零三", "每吨5.03"), ("价格是三点二零", "价格是3.20"),
        ("五点零三一吨的车", "5.031吨的车"), ("三点五千万", "3.5千万"), ("3点零八元", "3.08元"),
    ],
)  # fmt: skip
def test_a_decimal_with_a_unit_is_no_time_of_day(spoken: str, written: str) -> None:
    """What has a measure, or more hours than a day, is a fraction."""
    assert to_digits(spoken) == written


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("八点零五到的", "8点05到的"), ("三点零五分", "3点05分"), ("晚上的八点二十", "晚上的8点20"), ("下午三点五分", "下午3点05分"), ("八点零五度假村", "8点05度假村"),
        ("十二点一刻", "12点一刻"), ("三点多来的", "3点多来的"), ("凌晨零点", "凌晨0点"),
    ],
)  # fmt: skip
def test_a_time_of_day_stays_one(spoken: str, written: str) -> None:
    """Minutes are written with two digits; nothing else of the sentence changes."""
    assert to_digits(spoken) == written


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("两千零五年的房子", "2005年的房子"), ("一万两千三百", "12300"), ("三百十五块", "315块"), ("一亿两千万元", "1亿2000万元"), ("两亿三千五百万", "2亿3500万"), ("八万七千八百安置费", "87800安置费"),
        ("第三十二届", "第32届"), ("第八十一条", "第81条"), ("三期十二栋", "三期12栋"), ("三块五毛二", "3块5毛2"), ("五元三角", "5元3角"), ("两毛五", "2毛5"),
        ("三块五一斤", "3块5一斤"), ("烧到三十八度五", "烧到38度5"), ("水深二十三米五左右", "水深23米5左右"), ("二十多万元", "20多万元"), ("五千克", "5千克"), ("二0一三年", "2013年"),
    ],
)  # fmt: skip
def test_a_numeral_is_turned_from_its_first_character_to_its_last(spoken: str, written: str) -> None:
    """No part of a numeral is left behind in characters."""
    assert to_digits(spoken) == written


@pytest.mark.parametrize(
    "text",
    [
        "三四十万", "七八个人", "住了七八年", "七八九个人", "一二三楼都没水", "三五百块", "百分之七八十", "十五六个人", "二十五六岁", "几十万元", "数十万元",
        "五百一千元", "第十二号", "二十一二零二室", "十万八千里", "一块三个人", "墙皮一块一块往下掉", "等了两月。", "三点五分", "周三十点半", "二十分之一", "1万二千元",
        "八点二十分贝", "三点四十公里", "四点五十分钟", "三块二次配送", "统一十二分",
    ],
)  # fmt: skip
def test_what_is_not_certain_stays_words(text: str) -> None:
    """Neighbours such as 七八 mean from seven to eight; 几十 says no number; two numbers in one breath have no border."""
    assert to_digits(text) == text


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("幺三八零零两三八零零零", "13800238000"), ("幺三拐零零零零二七幺九", "13700002719"), ("一三八三个零一三八零零", "13800013800"),
        ("零五七幺八七六五四三二幺", "057187654321"), ("138零零幺三八零零零", "13800138000"), ("打幺两零", "打120"),
        ("快一点一三八零零一三八零零零", "快一点13800138000"), ("一三八零零一三八零零零一直没人接", "13800138000，一直没人接"),
        ("一三八零零一三八零零零二十号楼", "13800138000，20号楼"), ("八七六五四三二一", "87654321"), ("一二三四五六七八九十", "一二三四五六七八九十"),
        ("一二三四五六拐弯", "123456拐弯"),
    ],
)  # fmt: skip
def test_telephone_numbers_are_whole(spoken: str, written: str) -> None:
    """两, 三个零 and 拐 belong to a telephone number; the number said after it does not."""
    assert to_digits(spoken) == written


_SPOKEN = "零一二三四五六七八九十百千万亿两幺点半号元块个月日年室分我的电话贝毛来"
# Digits and characters of one numeral side by side; not so 3000万, 3.5百万, 3千米, 12点一刻, 3块5一斤.
_HALF = re.compile(
    r"[零一二三四五六七八九两幺十百][0-9]|[0-9](?:[零二三四五六七八九两幺十]|百(?!万|亿))"
    r"|[0-9]点[零一二三四五六七八九两](?!刻)|[零一二三四五六七八九两]点[0-9]"
)


@given(st.text(alphabet=_SPOKEN, max_size=30))
def test_any_text_is_survived_and_a_second_pass_changes_nothing(text: str) -> None:
    """No numeral is lost: what has no numerals afterwards had digits put in their place."""
    result = to_digits(text)
    assert result == text or any(c.isdigit() for c in result)
    assert to_digits(result) == result


@given(st.text(alphabet=_SPOKEN, max_size=20))
def test_no_numeral_is_left_half_turned(text: str) -> None:
    """Neither 5点零三 nor 三40万, whatever stands around."""
    assert not _HALF.search(to_digits(text))


@given(
    st.integers(1, 99_999_999),
    st.sampled_from(["元", "块钱", "个人", "平方米", "号", "公里", "年", "室", "岁", "分钟", "多户", "公斤"]),
)
def test_a_number_keeps_its_value(value: int, unit: str) -> None:
    """What is said is worth as much in digits."""
    spoken = to_chinese(value)
    for said in (spoken, spoken.replace("二百", "两百").replace("二千", "两千").replace("二万", "两万")):
        written = to_digits(said + unit).removesuffix(unit)
        assert parse_number(written) == parse_number(said) == value


@given(
    st.integers(0, 9999),
    st.from_regex("[0-9]{1,3}", fullmatch=True),
    st.sampled_from(["元", "克", "米", "兆帕", "万元", "公里", "分贝", "倍"]),
)
def test_a_decimal_keeps_its_value(whole: int, part: str, unit: str) -> None:
    """Every digit behind the point is written."""
    said = to_chinese(whole) + "点" + "".join("零一二三四五六七八九"[int(c)] for c in part)
    assert to_digits(said + unit) == f"{whole}.{part}{unit}"
    assert parse_number(f"{whole}.{part}") == parse_number(said)


@given(
    st.from_regex("1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["零一二三四五六七八九", "零幺二三四五六七八九", "零幺两三四五六七八九"]),
)
def test_every_mobile_number_comes_back(digits: str, names: str) -> None:
    """However 1 and 2 are called."""
    assert to_digits("我的电话是" + "".join(names[int(c)] for c in digits)) == "我的电话是" + digits

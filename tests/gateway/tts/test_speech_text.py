"""What a caller hears of what is written."""

from __future__ import annotations

import re

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tts.speech_text import pieces_of, speak, split_sentences, without_markdown
from gateway.tts.spoken_numbers import amount, cardinal, decimal, digit_by_digit


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"),
        (10, "十"),
        (15, "十五"),
        (20, "二十"),
        (102, "一百零二"),
        (110, "一百一十"),
        (205, "两百零五"),
        (2000, "两千"),
        (20_000, "两万"),
        (10_005, "一万零五"),
        (100_010, "十万零一十"),
        (120_000, "十二万"),
        (300_000_002, "三亿零二"),
        (1_234_567, "一百二十三万四千五百六十七"),
        (-3, "负三"),
    ],
)
def test_quantities(number: int, said: str) -> None:
    assert cardinal(number) == said


@given(st.integers(0, 10**12))
def test_every_quantity_means_what_it_says(number: int) -> None:
    assert cn2an.cn2an(cardinal(number).replace("两", "二"), "smart") == number


def test_a_number_nobody_says_is_refused() -> None:
    with pytest.raises(ValueError, match="large"):
        cardinal(10**16)


def test_digits_and_parts() -> None:
    assert digit_by_digit("10086") == "幺零零八六"
    assert digit_by_digit("2016", phone=False) == "二零一六"
    assert decimal("12.50") == "十二点五零"
    assert (amount("2"), amount("12")) == ("两", "十二")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("请拨打12345热线。", "请拨打幺二三四五热线。"),
        ("请马上拨打110、119或120。", "请马上拨打幺幺零、幺幺九或幺二零。"),
        ("一共120元", "一共一百二十元"),
        ("面积110平方米", "面积一百一十平方米"),
        ("电费问95598", "电费问九五五九八"),
        ("有12345人参加", "有一万两千三百四十五人参加"),
        ("电话13800138000对吗", "电话幺三八，零零幺三，八零零零对吗"),
        ("电话138-0013-8000", "电话幺三八，零零幺三，八零零零"),
        ("号码138****8000", "号码幺三八，尾号八零零零"),
        ("座机0571-87654321", "座机零五七幺，八七六五，四三二幺"),
        ("热线400-820-8820", "热线四零零，八二零，八八二零"),
        ("工单号261122-00015-3", "工单号二六幺幺二二，零零零幺五，三"),
        ("工单号261122000153", "工单号二六幺幺二二，零零零幺五，三"),
        ("身份证11010519900307891X", "身份证幺幺零幺，零五幺九，九零零三，零七八九，幺X"),
        ("车牌浙A12345", "车牌浙A幺二三四五"),
        ("2026-11-22前答复", "二零二六年十一月二十二日前答复"),
        ("2026年11月2日", "二零二六年十一月二日"),
        ("2026/01/05", "二零二六年一月五日"),
        ("自2025年起", "自二零二五年起"),
        ("8:30开门", "八点三十分开门"),
        ("14:05到", "十四点零五分到"),
        ("2:00开会", "两点整开会"),
        ("工作时间9:00-17:30", "工作时间九点到十七点三十分"),
        ("2026-11-22 08:00", "二零二六年十一月二十二日 八点整"),
        ("涨了12.5%", "涨了百分之十二点五"),
        ("3-5个工作日", "三到五个工作日"),
        ("2个工作日", "两个工作日"),
        ("24小时服务", "二十四小时服务"),
        ("7×24小时", "七乘二十四小时"),
        ("2号楼2单元", "二号楼二单元"),
        ("3栋501室", "三栋五零幺室"),
        ("和平路86号", "和平路八十六号"),
        ("118路公交", "幺幺八路公交"),
        ("不超过90㎡", "不超过九十平方米"),
        ("气温-3℃", "气温负三摄氏度"),
        ("¥1,280.50", "一千两百八十点五零元"),
        ("缴存比例1/3", "缴存比例三分之一"),
        ("１２３４５热线", "幺二三四五热线"),
        ("国办函〔2025〕66号", "国办函，二零二五，六十六号"),
        ("您可以“转人工”（随时）。", "您可以转人工，随时。"),
        ("好的😊", "好的"),
        ("申报、缴费", "申报、缴费"),
    ],
)
def test_the_chinese_way(written: str, said: str) -> None:
    assert speak(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("请拨打0571-12345转1转0", "请拨打零五七幺，幺二三四五转一转零"),
        ("外地请拨0731-96111", "外地请拨零七三幺，九六幺幺幺"),
        ("0746—8362789", "零七四六，八三六，二七八九"),
        ("0571-87654321转8012", "零五七幺，八七六五，四三二幺转八零幺二"),
        ("0571-8765 4321转8012", "零五七幺，八七六五，四三二幺转八零幺二"),
        ("0571 8765 4321", "零五七幺，八七六五，四三二幺"),
        ("(0571)87654321", "零五七幺，八七六五，四三二幺"),
        ("（021）3101-0426", "零二幺，三幺零幺，零四二六"),
        ("02131010426", "零二幺，三幺零幺，零四二六"),
        ("+86 571 8765 4321", "零五七幺，八七六五，四三二幺"),
        ("+86 138 0013 8000", "幺三八，零零幺三，八零零零"),
        ("电话8765 4321", "电话八七六五，四三二幺"),
        ("010-12345-2", "零幺零，幺二三四五杠二"),
        ("请转802", "请转八零二"),
        ("转2000元", "转两千元"),
        ("转118路", "转一百一十八路"),
        ("尾号8000", "尾号八零零零"),
        ("卡号末4位0013", "卡号末四位零零幺三"),
        ("户号3301987", "户号三三零幺九八七"),
        ("输入12345#", "输入幺二三四五井号"),
        ("按#键", "按井号键"),
        ("手机尾号3385", "手机尾号三三八五"),
        ("后四位是8000", "后四位是八零零零"),
        ("限行尾号1和6", "限行尾号一和六"),
        ("验证码60秒内有效", "验证码六十秒内有效"),
    ],
)
def test_what_is_dialled_or_compared_is_read_digit_by_digit(written: str, said: str) -> None:
    """An extension is no end of a range, the last digits of a number are no quantity."""
    assert speak(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2024-2025学年", "二零二四到二零二五学年"),
        ("2024/2025学年", "二零二四到二零二五学年"),
        ("2024－2025学年度", "二零二四到二零二五学年度"),
        ("2024-25学年", "二零二四到二五学年"),
        ("24-25学年", "二四到二五学年"),
        ("2024学年", "二零二四学年"),
        ("2025-2026年", "二零二五到二零二六年"),
        ("2010—2020", "二零一零到二零二零"),
        ("1900-2000元", "一千九百到两千元"),
        ("10-20㎡", "十到二十平方米"),
        ("5-10%", "百分之五到百分之十"),
        ("-5~5℃", "负五到五摄氏度"),
        ("8点-12点", "八点到十二点"),
        ("3栋-5栋", "三栋到五栋"),
        ("~100元", "约一百元"),
        ("1745-1820年", "一七四五到一八二零年"),
        ("2024年—2026年", "二零二四年到二零二六年"),
        ("9月-12月", "九月到十二月"),
        ("占5%-10%", "占百分之五到百分之十"),
        ("500元-1000元", "五百元到一千元"),
        ("-5℃", "负五摄氏度"),
        ("96110-2", "九六幺幺零杠二"),
        ("12-3-502", "十二杠三杠五零二"),
        ("3号楼-2-502", "三号楼杠二杠五零二"),
        ("12#楼", "十二号楼"),
        ("12#", "十二号"),
        ("3＃楼2单元", "三号楼二单元"),
        ("12#-3-502", "十二号杠三杠五零二"),
        ("3#-502", "三号杠五零二"),
    ],
)
def test_a_dash_is_a_range_only_where_something_goes_upwards(written: str, said: str) -> None:
    """Years keep their digits on both sides; a door number has dashes of its own."""
    assert speak(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("3.5元/㎡·月", "三点五元每平方米每月"),
        ("3.45元/吨", "三点四五元每吨"),
        ("500元/（人·月）", "五百元每人每月"),
        ("0.5元/kW·h", "零点五元每度"),
        ("15μg/m³", "十五微克每立方米"),
        ("3‰", "千分之三"),
        ("50㎏", "五十公斤"),
        ("220V", "两百二十伏"),
        ("50dB(A)", "五十分贝"),
        ("水压0.2MPa", "水压零点二兆帕"),
        ("5G信号", "五G信号"),
        ("-5元", "负五元"),
        ("余额-50元", "余额负五十元"),
        ("3:2", "三比二"),
        ("Ⅲ级", "三级"),
        ("①身份证②户口本", "一，身份证，二，户口本"),
        ("二〇二五年", "二零二五年"),
        ("二○二五年", "二零二五年"),
        ("版本3.5.1", "版本三点五点一"),
        ("30元/人·次", "三十元每人每次"),
        ("12.5kg/户", "十二点五公斤每户"),
        ("4.5元/m³", "四点五元每立方米"),
        ("限速60km/h", "限速六十公里每小时"),
        ("个人/单位", "个人/单位"),
        ("≥60周岁", "大于等于六十周岁"),
        ("≤90㎡", "小于等于九十平方米"),
        ("人数>5人", "人数大于五人"),
        ("误差±5%", "误差正负百分之五"),
    ],
)
def test_rates_and_signs_are_said(written: str, said: str) -> None:
    """No unit is lost behind a slash, no sign that changes the meaning is swallowed."""
    assert speak(written) == said


@given(st.text(max_size=80))
def test_no_digit_is_left_to_the_synthesiser_and_saying_it_twice_changes_nothing(text: str) -> None:
    said = speak(text)
    assert not re.search(r"[0-9]", said)
    assert speak(said) == said


@given(st.from_regex(r"[0-9年月日:：.\-/%路号室元个万转≥> ,~]{0,30}", fullmatch=True))
def test_no_mixture_of_digits_breaks_it(text: str) -> None:
    assert not re.search(r"[0-9]", speak(text))


def test_markdown_is_not_read_out() -> None:
    text = (
        "## 提取条件\n\n**以下**情况可以[提取](https://example.cn/a?b=1)：\n\n1. 买房\n2. 租房\n\n- 带上`身份证`\n\n"
        "| 项目 | 金额 |\n| --- | --- |\n| 租房 | 1500元 |\n\n> 详见 https://example.cn 。\n\n---\n![图](a.png)"
    )
    plain = without_markdown(text)
    for sign in ("#", "*", "[", "](", "http", "|", ">", "`", "---", "!"):
        assert sign not in plain
    assert "提取条件" in plain and "第1，买房" in plain and "租房，1500元。" in plain


def test_sentences_are_apart_and_complete() -> None:
    text = "您好。请问有什么事？请说！一、社保；二、医保\n谢谢"
    assert split_sentences(text) == ["您好。", "请问有什么事？", "请说！", "一、社保；", "二、医保", "谢谢"]


def test_a_long_sentence_is_cut_at_commas() -> None:
    text = "根据规定，" + "，".join(["住房公积金可以用于购买和租赁自住住房"] * 5) + "。"
    parts = split_sentences(text)
    assert len(parts) > 1
    assert all(len(part) <= 60 for part in parts)
    assert "".join(parts) == text


@given(st.text(alphabet="您好我。！？；，、\n 1a", max_size=120))
def test_splitting_loses_nothing_but_white_space(text: str) -> None:
    joined = "".join(split_sentences(text))
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", text)


def test_pieces_keep_what_is_written_beside_what_is_said() -> None:
    found = pieces_of("工单号261122-00015-3。**---**\n请在2个工作日内来电12345。")
    assert [(p.text, p.spoken) for p in found] == [
        ("工单号261122-00015-3。", "工单号二六幺幺二二，零零零幺五，三。"),
        ("请在2个工作日内来电12345。", "请在两个工作日内来电幺二三四五。"),
    ]
    assert pieces_of(" \n。！") == []
    assert pieces_of("……——、，。？！·「」#～") == []

"""Questions, yeses, noes and corrections as tables."""

from __future__ import annotations

import pytest

from desk.orders.drafting.persons import address_form, find_person
from desk.orders.drafting.phones import digit_runs, find_phone, grouped, masked, problem
from desk.orders.drafting.phrases import (
    announces_order,
    is_cancel,
    is_correction,
    is_no,
    is_question,
    is_skip,
    is_yes,
    wants_confidence,
)
from desk.orders.drafting.times import find_time


@pytest.mark.parametrize(
    "text",
    [
        "公积金怎么提取",
        "居住证在哪办",
        "医保卡丢了怎么补办",
        "供暖几号开始",
        "生育津贴有多少",
        "退休年龄是多少岁?",
        "办营业执照要什么手续",
        "可以异地办理吗",
    ],
)
def test_questions(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "你们到底管不管",
        "能不能派人来看看",
        "怎么没人管啊",
        "楼下烧烤店油烟太大了",
        "凭什么不退押金",
        "怎么老是停水",
        "和平路88号",
        "我都打了多少次电话了",
        "有没有人管管这个广场舞",
        "",
    ],
)
def test_complaints_in_the_shape_of_questions_are_none(text: str) -> None:
    assert not is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "对",
        "是",
        "嗯",
        "好的",
        "可以",
        "确认",
        "没错",
        "行",
        "ok",
        "对的对的",
        "是的,没错",
        "最没有问题",
        "对没有问题,请您提交吧",
    ],
)
def test_yes(text: str) -> None:
    assert is_yes(text)
    assert not is_no(text)


@pytest.mark.parametrize("text", ["不对", "不是", "错了", "不行", "不用", "没有", "不"])
def test_no(text: str) -> None:
    assert is_no(text)
    assert not is_yes(text)


@pytest.mark.parametrize(
    "text", ["对面的饭店", "好又来超市", "是和平路86号", "行政服务中心", "可以的话帮我转人工", "嗯我姓王"]
)
def test_neither_yes_nor_no(text: str) -> None:
    assert not is_yes(text)
    assert not is_no(text)


@pytest.mark.parametrize("text", ["不知道", "不方便说", "不清楚", "忘了", "没有", "不想说", "跳过"])
def test_skip(text: str) -> None:
    assert is_skip(text)


@pytest.mark.parametrize("text", ["不知道他们什么时候能修好", "没有水", "没人管", "不清楚的油烟味"])
def test_no_skip(text: str) -> None:
    assert not is_skip(text)


@pytest.mark.parametrize("text", ["算了不报了", "算了", "不投诉了", "取消", "取消登记", "算了吧"])
def test_cancel(text: str) -> None:
    assert is_cancel(text)


@pytest.mark.parametrize("text", ["他们取消了公交站", "不算了", "我要投诉", "工资都没算清楚"])
def test_no_cancel(text: str) -> None:
    assert not is_cancel(text)


@pytest.mark.parametrize(
    "text", ["不对,是三栋", "地址错了", "不是88号是86号", "改成和平路", "应该是下午", "名字写错了"]
)
def test_correction(text: str) -> None:
    assert is_correction(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("请帮我保密", True),
        ("我怕被报复", True),
        ("别说是我说的", True),
        ("不用保密", False),
        ("不保密", False),
        ("不用帮我保密", False),
        ("不需要匿名", False),
        ("不能不保密啊", True),
        ("可以公开", False),
        ("在和平路", None),
    ],
)
def test_confidence(text: str, wanted: bool | None) -> None:
    assert wants_confidence(text) is wanted


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("我姓王", "王", ""),
        ("免贵姓李", "李", ""),
        ("我姓王不姓黄", "王", ""),
        ("不姓黄,姓王", "王", ""),
        ("我叫王小明", "王小明", ""),
        ("我是张师傅", "张", "师傅"),
        ("叫我陈阿姨就好", "陈", "阿姨"),
        ("我姓欧阳", "欧阳", ""),
        ("我姓赵,赵女士", "赵", "女士"),
    ],
)
def test_names_in_a_sentence(text: str, name: str, title: str) -> None:
    person = find_person(text)
    assert person is not None
    assert (person.name, person.title) == (name, title)


@pytest.mark.parametrize("text", ["王小明", "王", "李建国。", "我是刘芳", "王先生"])
def test_bare_names_count_when_asked(text: str) -> None:
    assert find_person(text, asked=True) is not None


@pytest.mark.parametrize(
    "text", ["和平路88号", "我是业主", "楼下王老板的店", "居委会的李主任不管", "我是说油烟很大"]
)
def test_other_people_are_not_the_caller(text: str) -> None:
    assert find_person(text) is None


@pytest.mark.parametrize("text", ["不方便说", "你问这个干嘛", "没有", "都行"])
def test_no_name_in_refusals(text: str) -> None:
    assert find_person(text, asked=True) is None


def test_a_caller_is_addressed_by_surname_and_title() -> None:
    assert address_form("王", "先生") == "王先生"
    assert address_form("王小明", "先生") == "王先生"
    assert address_form("欧阳锋", "女士") == "欧阳女士"
    assert address_form("", "") == "您"


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("13912345678", "13912345678"),
        ("139 1234 5678", "13912345678"),
        ("139-1234-5678", "13912345678"),
        ("幺三九一二三四五六七八", "13912345678"),
        ("我电话是一三九一二三四五六七八啊", "13912345678"),
        ("+8613912345678", "13912345678"),
        ("139…", ""),
        ("电话是13912345678不是13812345678", "13912345678"),
        ("不是13812345678,是13912345678", "13912345678"),
        ("0571-87654321", "057187654321"),
        ("工单号261122000159", ""),
        ("身份证330106199001011234", ""),
    ],
)
def test_phones(text: str, digits: str) -> None:
    good, _ = find_phone(text)
    assert (good.digits if good else "") == digits


@pytest.mark.parametrize(
    ("digits", "part"),
    [
        ("1391234567", "10位"),
        ("12912345678", "12"),
        ("139123", "6位"),
        ("13912345678", ""),
        ("057187654321", ""),
    ],
)
def test_why_a_phone_is_wrong(digits: str, part: str) -> None:
    found = problem(digits)
    assert bool(found) == bool(part)
    assert part in found


def test_phones_are_read_back_in_groups_and_shown_masked() -> None:
    assert grouped("13912345678") == "139 1234 5678"
    assert grouped("057187654321") == "0571 8765 4321"
    assert masked("13912345678") == "139****5678"
    assert [run.digits for run in digit_runs("尾号五六七八")] == ["5678"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("天天晚上弄到一两点", "天天晚上到一两点"),
        ("上周三晚上八点多来的", "上周三晚上八点多"),
        ("昨天下午3点", "昨天下午3点"),
        ("已经半个月了", "已经半个月了"),
        ("每天早上六点开始施工", "每天早上六点开始"),
        ("11月20号停的水", "11月20号"),
        ("三个月没发工资", "三个月没"),
    ],
)
def test_times(text: str, said: str) -> None:
    found = find_time(text)
    assert found is not None
    assert found.text == said


@pytest.mark.parametrize("text", ["和平路88号", "3栋2单元", "我姓王", "油烟太大了"])
def test_no_times(text: str) -> None:
    assert find_time(text) is None


@pytest.mark.parametrize(
    ("text", "announced"),
    [
        ("你好我要投诉一家小考店", True),
        ("我想举报和平路的一个作坊", True),
        ("我就是要投诉我们小区的物业", True),
        ("我要投诉", False),
        ("我想问一下投诉电话", False),
        ("我要投诉电话号码一个", False),
        ("举报有奖励没有", False),
        ("他说要投诉我们单位", False),
    ],
)
def test_who_says_that_he_complains_wants_an_order(text: str, announced: bool) -> None:
    assert announces_order(text) is announced

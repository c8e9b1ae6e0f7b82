"""Questions, yeses, noes and corrections as tables."""

from __future__ import annotations

import pytest

from desk.orders.drafting.persons import address_form, find_person
from desk.orders.drafting.phrases import (
    announces_order,
    appeal_in,
    asks_for_person,
    gives_up,
    goes_on,
    is_cancel,
    is_correction,
    is_no,
    is_question,
    is_skip,
    is_yes,
    only_asks,
    opens_name,
    says_only_wrong,
    wants_confidence,
)
from language.phones import digit_runs, find_phone, grouped, masked, problem
from language.times import find_time


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


@pytest.mark.parametrize(
    "text",
    [
        "把管事的叫来",
        "把你们管事的给我叫来",
        "找你们领导",
        "找你们领导接电话",
        "叫你们领导来听电话",
        "让你们主任跟我说",
        "喊你们负责人出来",
        "我要找领导",
        "叫个人来跟我说",
        "找个人和我讲",
        "有没有人啊",
        "有没有人工啊",
        "喂,有没有人",
        "换个人",
        "换个人听行不",
        "我不跟机器说",
        "我不跟机器人讲了",
        "懒得跟机器扯",
        "给我转个人",
        "转人 转人",
        "转人谢谢",
        "能转个人跟我讲吗",
        "叫个姑娘来接",
        "请转一位能拍板的跟我谈",
        "有活人吗",
        "叫你们经理接电话",
        "我不跟你说 给我转你们领导",
        "给我接个真人",
        "人工 谢谢",
        "我岁数大说不清 叫个姑娘来接",
        "说完了能转人了吧",
    ],
)
def test_a_wish_for_a_person(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "有没有人管管这个广场舞",
        "有没有人管啊",
        "找你们领导反映过两次了",
        "我去找过他们领导",
        "换个人办理就不行",
        "叫个人来修一下水管",
        "派个人来看看",
        "领导不接我电话",
        "老板叫人来打我",
        "他把管事的叫走了",
        "换人了也没用",
        "物业经理跟我说没钱",
        "人工湖没水了",
        "让领导看看我的材料",
        "找主任签字",
        "公司领导跟我说下个月发",
        "社区主任来过一次",
        "人行道有没有人修",
        "这个机器说坏就坏",
        "叫一个人来收垃圾",
        "楼上有人跳舞",
        "有人受伤了",
    ],
)
def test_not_a_wish_for_a_person(text: str) -> None:
    assert asks_for_person(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "千万别让他知道是我",
        "千万莫让他家知道 他会烧我房子的",
        "别说是我说的",
        "你不要说是我说的啊",
        "莫说是我们村里头哪个打的",
        "怕他报复",
        "怕他找麻烦",
        "我怕他给我穿小鞋",
        "别写我名字",
        "不要透露",
        "请不要对外透露",
        "别写我",
        "千万千万别提我",
        "别让老板知道是谁说的就行",
        "勿要讲是我讲格",
        "不能叫他知道是他爸打的",
        "保一下密吧",
        "匿名",
        "我必须匿名",
        "担心他打击报复",
        "他知道了会打我",
        "不想让邻居晓得",
        "请不要把我的姓名、房号透露给物业",
        "您别往外传",
        "别把我电话给他",
        "老板会报复我",
        "我怕他知道是我",
        "别跟人说是我",
        "不用匿名,但别告诉他我的电话",
        "别报我的名字",
        "唔好讲系我讲嘅",
        "暂时别跟他说",
    ],
)
def test_a_wish_for_secrecy(text: str) -> None:
    assert wants_confidence(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "我实名举报",
        "我实名举报我们村主任",
        "实名就实名",
        "我不怕他",
        "别告诉我这不归你们管",
        "公司让我签保密协议",
        "有人匿名举报我",
        "收到匿名信",
        "匿名电话骚扰",
        "怕孩子摔着",
        "我怕他不知道",
        "别让他跑了",
        "物业不让业主知道账目",
        "不公开账目",
        "别写错我名字",
        "在和平路",
        "不要让我等太久",
        "别叫我再跑一趟",
        "怕打雷",
        "别说我没提醒你",
        "保密局门口路灯坏了",
        "不要告诉我办不了",
    ],
)
def test_not_a_wish_for_secrecy(text: str) -> None:
    assert wants_confidence(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "中",
        "中嘞",
        "要得",
        "得嘞",
        "对头",
        "没得错",
        "对着嘞",
        "是嘞",
        "嗯呐",
        "成",
        "妥",
        "妥了",
        "行嘞",
        "系",
        "冇得错",
        "对哒",
        "好滴",
        "系得了",
        "冇错",
        "对嘞 没毛病",
        "成 就这么办",
        "要得撒",
        "对咧",
        "得啦",
        "好额",
        "冇问题",
        "嗯啦",
    ],
)
def test_a_yes_of_another_region(text: str) -> None:
    assert is_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "成都",
        "中午",
        "对面",
        "得不到",
        "系统坏了",
        "成天吵",
        "妥协",
        "是不是",
        "中介",
        "好像不对",
        "对了，还有",
        "行伐",
        "对的伐",
    ],
)
def test_not_a_yes_of_another_region(text: str) -> None:
    assert is_yes(text) is False


@pytest.mark.parametrize(
    "text", ["唔使", "唔使喇", "唔好", "勿要", "勿用哉", "弗用", "不消", "不消说", "甭了", "不得行", "勿是"]
)
def test_a_no_of_another_region(text: str) -> None:
    assert is_no(text) or is_skip(text)


@pytest.mark.parametrize("text", ["不消费", "勿用人", "不消化", "甭提多难受了"])
def test_not_a_no_of_another_region(text: str) -> None:
    assert is_no(text) is False and is_skip(text) is False


@pytest.mark.parametrize("text", ["算了不投诉了,就问问", "算了不报了", "不登记了", "那我不投诉了", "取消吧"])
def test_the_whole_order_is_given_up(text: str) -> None:
    assert is_cancel(text)


@pytest.mark.parametrize(
    "text",
    [
        "名字就不说了吧",
        "电话就不报了",
        "算了不留电话了",
        "姓名不填了",
        "名字我不说了",
        "不说名字了",
        "号码不报了",
        "我不想说名字",
        "不是要取消",
        "算了一下少了三百",
    ],
)
def test_not_the_whole_order_is_given_up(text: str) -> None:
    assert is_cancel(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "名字就不说了吧",
        "匿名",
        "匿名吧",
        "匿名就行",
        "不敢说",
        "没有手机",
        "没有电话",
        "我没有手机",
        "电话不留了",
        "号码就不留了",
        "不方便",
        "莫得电话",
        "姓名不写",
        "我名字就不说了",
        "不好说",
        "不便透露",
        "不留电话",
    ],
)
def test_one_thing_is_left_out(text: str) -> None:
    assert is_skip(text)


@pytest.mark.parametrize(
    "text",
    [
        "没有手机信号",
        "没有电话线",
        "电话没人接",
        "不敢说不敢动的",
        "匿名信是他写的",
        "名字写错了",
        "不留神摔了",
        "姓名叫王小明",
        "没有名字的那条路",
    ],
)
def test_not_one_thing_is_left_out(text: str) -> None:
    assert is_skip(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "还要名字啊，那我不报了，就当我没打过",
        "哎算了 不登了",
        "要写他名字?那我不告了不告了",
        "还要填这么多啊 那别弄了",
        "问起来没完 不投了",
        "我家那口子直摆手 不投诉了 不投诉了",
        "算了，不登记了，先找平台申诉。",
        "水来了 不用报了",
        "也不是多大事 撤了吧",
        "不登了 浪费我流量",
        "我再想想 今天先别记了",
    ],
)
def test_a_clause_gives_the_order_up(text: str) -> None:
    assert gives_up(text)


@pytest.mark.parametrize(
    "text", ["名字就不说了吧", "算了 名字不说了", "不说了", "他不办了", "号码不报了", "那就不填了"]
)
def test_not_a_clause_gives_the_order_up(text: str) -> None:
    assert gives_up(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "要登记的",
        "不是,继续",
        "继续吧",
        "谁说不登记",
        "没说不登记呀",
        "不是不登记 是不留名字",
        "别取消",
        "不取消不取消 快记",
        "不撤，登吧",
        "那登记 登记",
        "还是记上吧",
        "也别 还是记上吧",
        "不 要登 就是不留号",
        "那就登吧 名字一个字都别提",
        "好吧 那接着办",
        "那还是留着吧 别撤",
        "没说不投诉 就是不报名字",
        "要报的",
    ],
)
def test_who_was_asked_whether_not_wants_it_after_all(text: str) -> None:
    assert goes_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "不登记了",
        "不要登记了",
        "是的不登记",
        "不继续了",
        "取消",
        "对",
        "嗯不报了",
        "不用登记了",
        "别登记了",
        "确定",
        "还是算了",
    ],
)
def test_not_who_was_asked_whether_not_wants_it_after_all(text: str) -> None:
    assert goes_on(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "就问个事",
        "不用了吧，就问个事",
        "就问问",
        "我就问一下",
        "只是咨询一下",
        "我就是想打听打听",
        "随便问问",
        "就问一句",
        "只想了解一下",
        "俺就是问问",
        "俺先问问能办不能",
        "双凤场噻 我问一哈 不用登记",
        "市二医院啰 我问下咋",
        "净系想问下",
        "我问哈的，没得啥子地点",
    ],
)
def test_nothing_but_an_answer_is_wanted(text: str) -> None:
    assert only_asks(text)


@pytest.mark.parametrize(
    "text", ["我就问你处理在哪", "我问过他们", "咨询了好几次没人理", "他就问我要钱", "问题一直没解决"]
)
def test_not_nothing_but_an_answer_is_wanted(text: str) -> None:
    assert only_asks(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "不对",
        "不对不对",
        "有个地方不对",
        "不对的地方多了",
        "错了",
        "好像有点不对",
        "不是",
        "有错误",
        "不行 要改",
        "有问题",
    ],
)
def test_something_is_wrong_and_no_more_is_said(text: str) -> None:
    assert says_only_wrong(text)


@pytest.mark.parametrize("text", ["不是十组", "是15块不是50", "地址不对", "亩数反了"])
def test_not_something_is_wrong_and_no_more_is_said(text: str) -> None:
    assert says_only_wrong(text) is False


@pytest.mark.parametrize("text", ["不用保密", "不需要保密", "可以公开", "不用匿名", "公开就行", "没必要保密"])
def test_only_clear_words_open_a_name(text: str) -> None:
    assert wants_confidence(text) is False


@pytest.mark.parametrize("text", ["实名就实名", "我不怕他", "无所谓", "光明正大的事"])
def test_words_that_open_a_name_only_when_asked(text: str) -> None:
    assert wants_confidence(text) is None
    assert opens_name(text)


@pytest.mark.parametrize("text", ["我怕他报复", "不怕，就是别说是我", "要保密"])
def test_words_that_never_open_a_name(text: str) -> None:
    assert not opens_name(text)


@pytest.mark.parametrize("text", ["不是要求砍树", "没要求赔钱", "我不要求你们赔偿损失"])
def test_what_is_not_wanted_is_no_appeal(text: str) -> None:
    assert appeal_in(text) is None

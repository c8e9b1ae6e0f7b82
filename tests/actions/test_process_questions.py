"""Questions about the hotline and the own order are answered with what is true of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from actions.ports import Parts
from actions.process_questions import answer_process, kinds_asked
from desk.orders.drafting.draft import Draft, Value
from desk.orders.drafting.turn import Turn
from desk.orders.limits import OrderLimits
from desk.orders.order import NewOrder, Order, OrderStatus, OrderType
from tests.actions.conftest import NOW, ZONE, FakeJudge, FakeKnowledge, FakeOrders

KINDS = {
    "how_long": [
        "多久有结果啊", "这个要几天", "那要等多久啊", "啥时候能修好", "要几耐啊", "大概什么时候有人联系", "几时有回音", "得多少天",
    ],
    "who": ["谁来处理这个事", "这归哪个部门管", "会转给谁", "是哪家单位在办", "交给什么部门办理", "这事是归乡里管还是归县里管"],
    "callback": ["会给我回电话吗", "办好了会通知我不", "有结果打给我吗", "会不会联系我", "结果发短信告诉我吗", "修好了能给个信不"],
    "cost": ["收费吗", "要不要钱", "登记要花钱不", "是不是免费的", "不要钱吧", "查一次多少钱"],
    "useful": ["有用吗", "说了管用不", "真的有人管吗", "不会又石沉大海吧", "能解决吗", "是不是走过场"],
    "why_place": ["你问地址干嘛", "为什么要问我住哪里", "要位置做什么用", "凭什么要我家门牌", "地点一定要填吗", "退票跟在哪有啥关系", "退款和地址有什么关系"],
    "why_phone": ["要我电话干啥", "为什么要留手机号", "你问我号码做什么", "凭什么要我的电话", "留电话有什么用"],
    "robot": ["你是机器人吗", "恁是真人不", "你是人还是电脑", "跟我说话的是人工智能吧", "你是不是AI"],
    "check": ["怎么查进度", "我能自己查吗", "有没有单号", "到时候在哪查啊", "上哪查结果"],
    "secret": ["会不会保密", "他会知道是我吗", "我的电话会不会泄露", "你们会说是谁举报的吗", "物业不会知道是哪户告的吧", "会说出去吗", "会不会转头就到物业手里了", "学校会唔会查到系边个家长"],
    "visit": ["会派人来看吗", "你们是今天来还是明天来", "有人上门吗", "来不来现场看看", "今晚能来不"],
    "optional": ["可不可以不留电话", "真名一定要写吗", "不说名字可以吗", "网名也行吧", "非得留吗", "姓名是否必填", "不写名字就不给办"],
    "pictures": ["照片怎么发给你们", "要不要上传截图", "视频交给谁", "证据往哪寄", "发张照片给你行吗"],
    "two": ["两件事能不能分成两个单子", "这个是跟原来的合在一起处理吗", "我邻居的是不是要另外报", "要不要重新报一个", "是两张单子吗"],
    "open_hours": ["半夜打12345有人接不", "你们周末上班吗", "晚上有人值班吗"],
    "said_again": ["你刚才说啥", "头先讲咩话", "我刚说到哪了", "刚才问的什么"],
    "no_calls": ["我是聋人 请打字 不要打电话", "可以不打电话吗 我有点怕接电话", "电话我接不了", "别给我打电话，发短信吧"],
    "where_you_see": ["你们没定位吗", "看不到我位置吗"],
    "number_shown": ["你那边看不到吗", "你们没有来电显示吗"],
    "recorded": ["这个电话录不录音", "会录音吗", "我说的会不会留存"],
    "next": ["然后呢", "登记了以后怎么弄", "接下来要干什么", "什么流程啊", "这样就行了吗"],
}  # fmt: skip


def turn(words: str) -> Turn:
    return Turn(words, 1, NOW)


def parts(**limits: int) -> Parts:
    return Parts(FakeOrders(), FakeKnowledge(), FakeJudge(), lambda: NOW, ZONE, limits=OrderLimits(**limits))


def order(**changes: object) -> Order:
    new = NewOrder(
        conversation_id="c", draft_id="d", channel="web", type=OrderType.COMPLAIN, title="t",
        description="油烟太大", phone="13912345678", department="明州市城市管理局",
    )  # fmt: skip
    return replace(FakeOrders().create(new), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "words"), [(kind, words) for kind, wordings in KINDS.items() for words in wordings]
)
def test_a_question_is_told_by_its_words(kind: str, words: str) -> None:
    """However it is worded, the kind of the question is among those that are answered."""
    assert kind in kinds_asked(words)[:2]


def test_how_long_is_told_by_the_date_of_the_order_and_of_the_draft() -> None:
    """The date is the order's own, or the one that it would have if it was registered now."""
    stored = order(due_at=NOW + timedelta(days=3))
    assert "11月25日10点前答复" in answer_process(turn("多久有结果"), parts(), stored)
    draft = Draft("t1").with_field("description", Value("油烟太大", 1))
    assert "11月25日10点前答复" in answer_process(turn("多久有结果"), parts(normal_d=3), draft)


def test_with_nothing_open_the_limits_of_the_city_are_told() -> None:
    """Somebody who has told nothing yet hears what holds for all."""
    told = answer_process(turn("登记了要几天"), parts(normal_d=5, urgent_h=12))
    assert "5天内" in told
    assert "12小时内" in told


def test_working_days_are_called_so() -> None:
    """A city that counts working days says working days."""
    built = Parts(
        FakeOrders(), FakeKnowledge(), FakeJudge(), lambda: NOW, ZONE, limits=OrderLimits(working_days=True)
    )
    assert "7个工作日内" in answer_process(turn("要几天"), built)


def test_a_call_is_promised_only_to_a_number() -> None:
    """Who left no number is told to ask by the order's number instead."""
    asked = turn("会给我回电话吗")
    assert "会打您留的电话" in answer_process(asked, parts(), order())
    assert "凭工单号" in answer_process(asked, parts(), order(phone=""))
    begun = Draft("t1").with_field("description", Value("油烟太大", 1))
    assert "留个电话" in answer_process(asked, parts(), begun)
    assert "没有留电话" in answer_process(asked, parts(), begun.skip("phone"))


def test_who_handles_it_is_told_where_it_is_known() -> None:
    """The department is the one that the order was filed under."""
    assert "明州市城市管理局" in answer_process(turn("谁来处理"), parts(), order())
    assert "管这件事的单位" in answer_process(turn("谁来处理"), parts())


def test_an_order_that_has_ended_is_told_as_it_is() -> None:
    """Nobody waits for an answer of an order that is closed."""
    assert "已办结" in answer_process(turn("多久有结果"), parts(), order(status=OrderStatus.CLOSED))


def test_secrecy_is_told_as_it_stands() -> None:
    """A secret order is said to be secret; of any other it is said how to make it so."""
    assert "不向被反映的一方透露" in answer_process(turn("会保密吗"), parts(), order(confidential=True))
    assert "您说一声" in answer_process(turn("会保密吗"), parts(), order())


def test_what_no_rule_knows_gets_what_is_always_true() -> None:
    """A question that nobody has foreseen is answered with what happens next."""
    assert "转给承办单位" in answer_process(turn("那你们那个啥子是咋个搞的嘛"), parts(), order())


def test_no_answer_has_more_than_two_sentences_for_two_questions() -> None:
    """A citizen who asks four things at once hears two of them answered."""
    told = answer_process(turn("多久有结果，谁来处理，会回电话吗，收费吗"), parts(), order())
    assert told.count("。") <= 4
    assert not set(",?!:;") & set(told)


@pytest.mark.parametrize("words", ["我怕他找我麻烦", "他们会来找我算账的", "别让人家找我茬"])
def test_who_may_be_looked_for_by_an_enemy_asks_for_no_call(words: str) -> None:
    assert "callback" not in kinds_asked(words)

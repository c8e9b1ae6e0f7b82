"""A turn with no form open is taken up by what the citizen wants, in whatever action his intent has called."""

from __future__ import annotations

import pytest

from actions.courtesies import Greet
from actions.emotion import CalmDown
from actions.knowledge import AnswerKnowledge, NotUnderstood
from actions.manners import OutOfScope, SmallTalk
from actions.open_turns import Affirm, Deny, KeepSecret, LayAside, TakeDetail
from actions.order_follow import BeginFollow
from actions.order_form import ValidateOrderForm
from actions.order_submit import SubmitOrder
from desk.orders.status import report_status
from tests.actions.conftest import NOW, ZONE, FakeKnowledge, FakeOrders, Run
from tests.actions.readings import marked, read
from tests.actions.test_order_form import SMOKE, fill_form

QUESTION = "公积金怎么提取"


def written(run: Run, orders: FakeOrders) -> dict[str, object]:
    """The slots after an order was registered."""
    done = fill_form(run, SMOKE, "我姓王", "13912345678", "对")
    return run(SubmitOrder, "对", slots=done.slots).slots


@pytest.mark.parametrize(
    "action", [SmallTalk, OutOfScope, NotUnderstood, TakeDetail, AnswerKnowledge, CalmDown]
)
def test_a_trouble_opens_an_order_from_everywhere(run: Run, action: type) -> None:
    """The words are kept as they were said, with their reading."""
    text, reading = marked("[翠湖花园3期12栋](place)停水了，家里有刚出生的娃", "details")
    outcome = run(action, text, "chitchat", reading=reading)
    assert outcome.followup == "order_form"
    assert outcome.slots["order_seed"]["text"] == text
    assert outcome.slots["order_seed"]["reading"]["spans"] == [["place", 0, 9, 0.9]]


@pytest.mark.parametrize("action", [SmallTalk, NotUnderstood, Deny, AnswerKnowledge])
def test_a_question_is_answered_from_everywhere(run: Run, action: type) -> None:
    """Whatever the intent, who asks is answered."""
    outcome = run(action, QUESTION, "chitchat", reading=read("ask"))
    assert [message["kind"] for message in outcome.messages] == ["answer"]
    assert outcome.followup == ""


def test_a_question_with_its_background_is_answered_and_an_order_offered(run: Run) -> None:
    """The answer comes first; the words wait for a yes."""
    outcome = run(TakeDetail, QUESTION, reading=read("ask+details", details=0.6))
    assert [message["kind"] for message in outcome.messages] == ["answer", "text"]
    assert "登记成工单吗？" in outcome.text
    begun = run(Affirm, "登记吧", "affirm", slots=outcome.slots, reading=read("yes+register"))
    assert begun.followup == "order_form"
    assert begun.slots["order_seed"]["text"] == QUESTION


def test_an_intent_of_an_order_gives_way_to_the_question(run: Run, knowledge: FakeKnowledge) -> None:
    """Answer before order: no form for who wants to know something."""
    outcome = run(ValidateOrderForm, QUESTION, "order_help", reading=read("ask+details", details=0.6))
    assert outcome.messages[0]["kind"] == "answer"
    assert (outcome.slots["requested_slot"], outcome.slots["order_outcome"]) == (None, "none")
    assert "order_draft" not in outcome.slots
    assert outcome.slots["pending"]["seed"]["text"] == QUESTION


def test_where_no_article_answers_a_trouble_is_registered(run: Run) -> None:
    """A question that only a department can answer becomes an order."""
    words = "翠湖花园停水了，几点能来水"
    outcome = run(TakeDetail, words, reading=read("ask+details", details=0.7))
    assert outcome.followup == "order_form"
    started = run(ValidateOrderForm, words, "order_help", reading=read("ask+details", details=0.7))
    assert started.slots["order_draft"]


def test_after_an_answer_a_mere_yes_registers_nothing_but_the_wish_does(run: Run) -> None:
    """A trouble that was told before a question is not lost, and not forced on anybody."""
    offered = run(TakeDetail, QUESTION, reading=read("ask+details", details=0.6))
    again = run(AnswerKnowledge, QUESTION, "ask_knowledge", slots=offered.slots, reading=read("ask"))
    assert run(Affirm, "好的", "affirm", slots=again.slots, reading=read("yes")).followup == ""
    wanted = run(SmallTalk, "那帮我登记吧", "chitchat", slots=again.slots, reading=read("register"))
    assert wanted.slots["order_seed"]["text"] == QUESTION


@pytest.mark.parametrize(
    "words", ["多久有结果", "谁来处理", "会给我打电话吗", "收费吗", "有用吗", "你是机器人吗"]
)
def test_questions_about_the_hotline_are_no_articles(run: Run, knowledge: FakeKnowledge, words: str) -> None:
    """They are answered from the limits; the knowledge base is not asked."""
    outcome = run(AnswerKnowledge, words, "ask_knowledge", reading=read("process"))
    assert len(outcome.messages) == 1
    assert knowledge.asked == []


def test_after_registration_the_order_itself_tells(run: Run, orders: FakeOrders) -> None:
    """ "多久" is meant of the order that was just written."""
    slots = written(run, orders)
    outcome = run(BeginFollow, "这多久能给我回信啊", "order_status", slots=slots, reading=read("process"))
    assert "11月29日10点前答复" in outcome.text


@pytest.mark.parametrize(
    ("action", "intent", "words"),
    [
        (BeginFollow, "order_remark", "刚才那个电话能不能保密"),
        (KeepSecret, "confidential", "帮我保密"),
        (TakeDetail, "inform", "千万别让他知道是我"),
        (SmallTalk, "chitchat", "单子上别出现我号码，一猜就是我"),
        (AnswerKnowledge, "ask_knowledge", "能不能别写我名字"),
    ],
)
def test_secrecy_is_kept_after_registration(
    run: Run, orders: FakeOrders, action: type, intent: str, words: str
) -> None:
    """The order itself becomes secret; a remark would leave it open to all."""
    outcome = run(action, words, intent, slots=written(run, orders), reading=read("secret"))
    (order,) = orders.orders.values()
    assert order.confidential
    assert orders.remarks == []
    assert "已经标为保密" in outcome.text


def test_secrecy_after_registration_needs_no_reading(run: Run, orders: FakeOrders) -> None:
    """The words alone are enough: in doubt it is kept secret."""
    run(BeginFollow, "刚才那个电话能不能保密", "order_remark", slots=written(run, orders))
    assert next(iter(orders.orders.values())).confidential


def test_an_order_intent_for_secrecy_opens_no_second_order(run: Run, orders: FakeOrders) -> None:
    """The wish is about the order before."""
    slots = written(run, orders)
    outcome = run(ValidateOrderForm, "帮我保密啊", "order_help", slots=slots, reading=read("secret"))
    assert next(iter(orders.orders.values())).confidential
    assert outcome.slots["order_outcome"] == "none"


def test_one_more_thing_is_added_to_the_order(run: Run, orders: FakeOrders) -> None:
    """Verbatim, and the card of the order stays the only one."""
    slots = written(run, orders)
    words = "忘讲了 那个老板姓卞 车牌尾数是 3F8"
    outcome = run(TakeDetail, words, slots=slots, reading=read("details"))
    assert [text for _, text in orders.remarks] == [words]
    assert "已经补充到工单" in outcome.text


def test_an_order_intent_for_an_earlier_order_follows_it_up(run: Run, orders: FakeOrders) -> None:
    """The form that was begun by mistake ends, and the following-up begins."""
    words = "我上周那个单子怎么样了"
    left = run(ValidateOrderForm, words, "order_complain", reading=read("follow"))
    assert (left.messages, left.slots["requested_slot"]) == ([], None)
    assert run(SubmitOrder, words, slots=left.slots).followup == "action_follow_order"
    assert run(BeginFollow, words, "order_complain", reading=read("follow")).followup == "order_follow_form"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("我打了三次了", "不止一次"),
        ("个个都说不归他们管", "推来推去"),
        ("问东问西的", "一样样地问"),
    ],
)
def test_anger_alone_gets_a_human_word_and_what_happens_next(run: Run, words: str, said: str) -> None:
    """It is never said that nothing was understood."""
    outcome = run(NotUnderstood, words, "nlu_fallback", reading=read("grumble"))
    assert said in outcome.text
    assert "登记" in outcome.text
    assert "听明白" not in outcome.text


@pytest.mark.parametrize(
    ("words", "acts", "said"), [("喂听得到吗", "wait", "听得到"), ("等一下我找找", "wait", "不着急")]
)
def test_small_courtesies_are_answered(run: Run, words: str, acts: str, said: str) -> None:
    """Hold on and hello get a short word."""
    assert said in run(OutOfScope, words, "out_of_scope", reading=read(acts)).text


def test_without_a_reading_the_intent_decides_as_before(run: Run) -> None:
    """An older model reads nothing."""
    assert run(Greet, "你好", "greet").events[:1] != []
    assert run(SmallTalk, "今天天气不错", "chitchat").text.startswith("谢谢您跟我聊天")


def test_nothing_understood_is_said_once_and_then_a_choice_given(run: Run) -> None:
    """The second time in a row is a choice, and the words wait for it."""
    first = run(NotUnderstood, "嗯嘛", "nlu_fallback")
    assert "没太听明白" in first.text
    second = run(NotUnderstood, "嗯嘛呀", "nlu_fallback", slots={"misses": 1})
    assert "没太听明白" not in second.text


def test_the_journal_is_no_status(run: Run, orders: FakeOrders) -> None:
    """A secret order is reported on as before."""
    slots = written(run, orders)
    run(KeepSecret, "保密", "confidential", slots=slots)
    (order,) = orders.orders.values()
    assert report_status(order, NOW, ZONE).text


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("国补还有吗", "想换个手机 15%那个", "券每天几点抢 在哪个APP"),
        ("江边能飞无人机吗", "要报备不 在哪报", "周末想去拍日落"),
        ("旧车报废换电车 补贴截止到几号", "4s店说年底", "网上说已经停了"),
        ("图书馆借的书丢了怎么赔", "原价还是几倍", "会影响我借阅证吗"),
        ("摆个咖啡车要办啥证", "就在公园门口", "周末两天"),
    ],
)
def test_a_question_without_an_answer_is_registered_with_all_that_was_said(
    run: Run, first: str, second: str, third: str
) -> None:
    """Said honestly, offered, and at a word registered as a consultation: nobody has to say it again."""
    asked = run(AnswerKnowledge, first, "ask_knowledge", reading=read("ask"))
    assert "没有这个问题的准确答案" in asked.text
    more = run(TakeDetail, second, "inform", slots=asked.slots, reading=read("chat"))
    assert "没有准确答案" in more.text
    assert more.text != asked.text
    more = run(OutOfScope, third, "out_of_scope", slots=more.slots, reading=read("ask"))
    assert more.called is None
    begun = run(SmallTalk, "登记吧", "chitchat", slots=more.slots, reading=read("register"))
    started = run(ValidateOrderForm, "登记吧", "chitchat", slots=begun.slots, reading=read("register"))
    draft = started.slots["order_draft"]
    assert draft["type"] == "consult"
    assert all(words in draft["fields"]["description"]["value"] for words in (first, second, third))


def test_who_did_not_mean_the_article_is_not_told_it_again(run: Run, knowledge: FakeKnowledge) -> None:
    """不是问条件: then there is no answer, and that is said."""
    told = run(AnswerKnowledge, QUESTION, "ask_knowledge", reading=read("ask"))
    knowledge.articles["不是问条件 是问积分怎么算"] = knowledge.articles[QUESTION]
    again = run(
        AnswerKnowledge, "不是问条件 是问积分怎么算", "ask_knowledge", slots=told.slots, reading=read("ask")
    )
    assert "没有这个问题的准确答案" in again.text


@pytest.mark.parametrize("action", [LayAside, Deny])
@pytest.mark.parametrize("words", ["没有母婴室", "没人管楼道的灯", "没得热水用"])
def test_what_begins_like_a_no_and_tells_is_told(run: Run, action: type, words: str) -> None:
    """After a lone place the bot asks what it is about; the answer is the matter, whatever its first word."""
    asked = run(TakeDetail, "市图书馆三楼", "inform")
    assert "什么事情" in asked.text
    outcome = run(action, words, "skip", slots=asked.slots)
    assert outcome.followup == "order_form"
    assert outcome.slots["order_seed"]["text"] == f"市图书馆三楼，{words}"


@pytest.mark.parametrize("words", ["没有了", "不用了", "算了", "没事了谢谢"])
def test_a_no_to_what_is_it_about_is_one(run: Run, words: str) -> None:
    asked = run(TakeDetail, "市图书馆三楼", "inform")
    assert run(LayAside, words, "skip", slots=asked.slots).followup == ""

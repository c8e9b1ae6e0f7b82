"""The alarm is raised for danger and for nothing else, and danger stays until it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from actions.alarm import CAUTION
from actions.base import HotlineAction
from actions.emergency import AnswerDespair, AnswerEmergency
from actions.handoff import HandOver, ReturnedFromSeat
from actions.knowledge import AnswerKnowledge, NotUnderstood
from actions.open_turns import TakeDetail
from actions.order_follow import BeginFollow, ValidateFollowForm
from actions.order_form import ValidateOrderForm
from danger.advice import advice_book
from language.reading import Reading
from tests.actions.conftest import Outcome, Run

BOOK = advice_book()


def read(danger: float, acts: str = "details", kind: str = "") -> Reading:
    """What the understanding has read; "ask+human" are two acts."""
    return Reading({act: 0.9 for act in acts.split("+")}, (), danger, kind)


@dataclass
class Talk:
    """One conversation: each turn goes to `action`, or to the form's validation while one is open."""

    run: Run
    slots: dict[str, Any] = field(default_factory=dict)

    def say(
        self,
        text: str,
        reading: Reading | None = None,
        action: type[HotlineAction] = TakeDetail,
        intent: str = "inform",
        form: str = "",
    ) -> Outcome:
        outcome = self.run(action, text, intent, slots=self.slots, reading=reading, form=form)
        self.slots = outcome.slots
        return outcome


@pytest.fixture
def talk(run: Run) -> Talk:
    return Talk(run)


def events(outcome: Outcome) -> list[str]:
    return [signal["event"] for signal in outcome.signals]


def is_alarm(outcome: Outcome) -> bool:
    return any(message.get("kind") == "emergency" for message in outcome.messages)


@pytest.mark.parametrize(
    ("text", "danger", "kind", "alarmed"),
    [
        # Learned alone, in words that no rule knows.
        ("楼底下充电的电瓶车燃起来了，楼道头全是烟", 0.9, "fire", "fire"),
        ("娃儿发烧40度抽筋了", 0.7, "child_ill", "child_ill"),
        ("屋里一股臭鸡蛋味，灶台那边嘶嘶响", 0.51, "gas", "gas"),
        ("可刚才一个老太太让渣土车碾了", 0.6, "", "other"),
        # A rule, backed by a little.
        ("隔壁单元三楼那户人家好像起火了", 0.2, "", "fire"),
        # A bare cry, backed by nothing.
        ("着火了", 0.01, "", "fire"),
        ("我不想活了", 0.01, "", "self_harm"),
        # A rule alone, in a story.
        ("有本书叫溺水的鱼，图书馆有吗", 0.02, "", ""),
        ("他们说的那个发生火灾的电影在哪能看", 0.1, "", ""),
        # Neither.
        ("路灯坏了", 0.3, "fire", ""),
        ("居住证到期了怎么签注", 0.0, "", ""),
    ],
)
def test_what_is_read_and_what_the_rules_see_raise_it_together(
    talk: Talk, text: str, danger: float, kind: str, alarmed: str
) -> None:
    outcome = talk.say(text, read(danger, kind=kind))
    assert (outcome.slots.get("danger_state") or {}).get("kind", "") == alarmed
    assert is_alarm(outcome) == bool(alarmed)


def test_the_first_answer_is_the_advice_with_its_card_and_a_person(talk: Talk) -> None:
    outcome = talk.say("楼道头全是烟，我们在五楼下不去", read(0.9, kind="fire"))
    assert outcome.text == BOOK.of("fire").text
    assert [row["number"] for row in outcome.messages[0]["card"]["numbers"]] == ["119", "120"]
    assert outcome.signals[0] == {"event": "emergency", "kind": "fire", "numbers": ["119", "120"]}
    assert outcome.called == ("emergency", "fire")


def test_a_button_is_no_danger(run: Run) -> None:
    payload = '/ask_knowledge{"question": "着火了怎么办"}'
    assert not is_alarm(run(AnswerKnowledge, payload, "ask_knowledge"))


@pytest.mark.parametrize(
    ("kind", "text", "reading"),
    [
        ("self_harm", "你们谁能跟我说说话", read(0.01, "human")),
        ("self_harm", "别报警", read(0.02, "refuse")),
        ("self_harm", "算了不说了", read(0.0, "cancel")),
        ("self_harm", "公积金怎么提取", read(0.0, "ask")),
        ("domestic_violence", "我要投诉楼下烧烤店", read(0.0, "register")),
        ("fire", "和平路88号3楼", read(0.02, "value")),
        ("fire", "救护车多久到", read(0.0, "process")),
        ("illness", "要不要给他做人工呼吸", read(0.01, "ask")),
        ("illness", "好的谢谢", read(0.0, "thanks")),
        ("other", "没事了吗", read(0.0, "ask")),
    ],
)
@pytest.mark.parametrize("told", [1, 2, 5])
def test_whatever_is_said_in_danger_is_answered_in_its_light(
    run: Run, kind: str, text: str, reading: Reading, told: int
) -> None:
    """No menu, no form, no article; the number stays, nothing is asked."""
    state = {"kind": kind, "told": told}
    outcome = run(TakeDetail, text, slots={"danger_state": state}, reading=reading)
    assert outcome.text == BOOK.of(kind).said_again(told - 1)
    assert outcome.followup == "" and not outcome.messages[0]["quick_replies"]
    assert [row["number"] for row in outcome.messages[0]["card"]["numbers"]] == [
        n for n, _ in BOOK.of(kind).numbers
    ]
    assert outcome.slots["danger_state"] == {"kind": kind, "told": told + 1}
    assert "emergency" not in events(outcome)


def test_a_person_is_called_once_and_again_when_asked_for(talk: Talk) -> None:
    assert talk.say("我不想活了", read(0.9, kind="self_harm")).called
    assert talk.say("没人管我", read(0.4)).called is None
    assert talk.say("转人工", read(0.0, "human"), HandOver, "ask_human").called == ("emergency", "self_harm")
    pressed = talk.say("/ask_human", None, HandOver, "ask_human")
    assert pressed.called == ("emergency", "self_harm") and is_alarm(pressed)


@pytest.mark.parametrize(
    "text", ["不能打电话 他会听见", "我不敢出声", "他就在隔壁，能听到", "只能打字", "怕他听见"]
)
def test_who_cannot_speak_is_told_of_the_short_message(talk: Talk, text: str) -> None:
    talk.say("老公在打我", read(0.8, kind="domestic_violence"))
    silent = talk.say(text, read(0.06))
    assert silent.text == BOOK.of("silent_help").text
    assert silent.signals[0] == {"event": "emergency", "kind": "silent_help", "numbers": ["12110", "110"]}
    assert talk.say("好", read(0.0, "yes")).text == BOOK.of("silent_help").again[0]


def test_in_a_room_full_of_gas_one_goes_out_first(talk: Talk) -> None:
    """Not to call there is right: the short message would be no better."""
    talk.say("煤气漏了", read(0.9, kind="gas"))
    assert talk.say("那我打不了电话", read(0.1)).text == BOOK.of("gas").again[0]


def test_another_danger_is_told_another_number(talk: Talk) -> None:
    talk.say("着火了", read(0.9, kind="fire"))
    same = talk.say("我们困在五楼了", read(0.9, kind="trapped_other"))
    assert same.text == BOOK.of("fire").again[0]
    other = talk.say("有人烧伤昏过去了", read(0.9, kind="injury"))
    assert other.text == BOOK.of("injury").text
    assert "emergency" in events(other)


def test_somebody_who_wants_to_die_keeps_his_listener(talk: Talk) -> None:
    """Pills are poisoning, too; the answer stays warm, and names 120."""
    talk.say("我不想活了", read(0.9, kind="self_harm"))
    assert talk.say("药已经吃了半瓶", read(0.95, kind="poisoning")).text == BOOK.of("self_harm").again[0]


@pytest.mark.parametrize(
    ("kind", "text", "ending"),
    [
        ("fire", "火已经灭了，谢谢", "safe"),
        ("illness", "救护车来了", "safe"),
        ("missing_child", "孩子找到了", "safe"),
        ("domestic_violence", "警察来了", "safe"),
        ("fire", "搞错了", "mistake"),
        ("self_harm", "没事了，谢谢你", "gentle"),
        ("self_harm", "我没有想不开", "gentle"),
    ],
)
def test_it_ends_when_the_citizen_says_so(run: Run, kind: str, text: str, ending: str) -> None:
    state = {"danger_state": {"kind": kind, "told": 1}}
    outcome = run(TakeDetail, text, slots=state, reading=read(0.1))
    assert outcome.text == BOOK.over[ending]
    assert not outcome.slots.get("danger_state") and not is_alarm(outcome)


def test_an_end_that_is_told_in_new_danger_is_none(run: Run) -> None:
    state = {"danger_state": {"kind": "domestic_violence", "told": 1}}
    assert is_alarm(run(TakeDetail, "警察来了，他在砸门", slots=state, reading=read(0.8, kind="violence")))


def test_the_end_and_a_question_in_one_breath(talk: Talk) -> None:
    talk.say("着火了", read(0.9, kind="fire"))
    told = talk.say("没事了，公积金怎么提取", read(0.0, "ask"), AnswerKnowledge, "ask_knowledge")
    assert not is_alarm(told) and told.slots["danger_state"] is None


def test_a_person_ends_it(talk: Talk) -> None:
    talk.say("我不想活了", read(0.9, kind="self_harm"))
    back = talk.say("/returned_from_seat", None, ReturnedFromSeat, "returned_from_seat")
    assert back.slots["danger_state"] is None and not is_alarm(back)


@pytest.mark.parametrize("reading", [read(0.0, "ask"), None])
def test_another_matter_ends_it_after_the_second_answer(talk: Talk, reading: Reading | None) -> None:
    """With an older model the intent tells."""
    talk.say("着火了", read(0.9, kind="fire"))
    early = talk.say("公积金怎么提取", reading, AnswerKnowledge, "ask_knowledge")
    assert is_alarm(early)
    later = talk.say("公积金怎么提取", reading, AnswerKnowledge, "ask_knowledge")
    assert later.messages[0]["kind"] == "answer"
    assert later.slots["danger_state"] is None


def test_a_button_leaves_a_danger_that_does_not_last(run: Run) -> None:
    fire = {"danger_state": {"kind": "fire", "told": 1}}
    pressed = run(BeginFollow, "/order_status", "order_status", slots=fire)
    assert not is_alarm(pressed) and pressed.slots["danger_state"] is None
    despair = {"danger_state": {"kind": "self_harm", "told": 3}}
    assert is_alarm(run(BeginFollow, "/order_status", "order_status", slots=despair))


@pytest.fixture
def form(talk: Talk) -> Mapping[str, Any]:
    """An order form that asks for the name."""
    opened = talk.say("和平路88号楼下烧烤店油烟太大了", None, ValidateOrderForm, "order_complain")
    assert opened.slots["order_draft"]
    return dict(opened.slots)


def test_a_form_waits_and_goes_on_where_it_was(talk: Talk, form: Mapping[str, Any]) -> None:
    question = form["requested_slot"]
    alarm = talk.say(
        "先别问了，他拿刀出来了", read(0.9, kind="violence"), ValidateOrderForm, form="order_form"
    )
    assert alarm.text == BOOK.of("violence").text
    assert alarm.slots["requested_slot"] == "order_resume"
    again = talk.say("我在和平路", read(0.1, "value"), ValidateOrderForm, form="order_form")
    assert again.text == BOOK.of("violence").again[0]
    assert again.slots["requested_slot"] == "order_resume"
    assert again.slots["order_draft"] == form["order_draft"]
    over = talk.say("警察来了，谢谢", read(0.0), ValidateOrderForm, form="order_form")
    assert over.text == BOOK.over["safe"]
    assert over.slots["requested_slot"] == question and over.slots["danger_state"] is None
    assert over.slots["order_draft"] == form["order_draft"]


def test_a_form_takes_the_answer_that_comes_with_the_end(talk: Talk, form: Mapping[str, Any]) -> None:
    talk.say("着火了", read(0.9, kind="fire"), ValidateOrderForm, form="order_form")
    over = talk.say("火已经灭了，我姓王", None, ValidateOrderForm, form="order_form")
    assert over.slots["order_draft"]["fields"] != form["order_draft"]["fields"]
    assert over.slots["danger_state"] is None and not is_alarm(over)


def test_the_follow_form_waits_too(talk: Talk) -> None:
    talk.say("查进度", None, BeginFollow, "order_status")
    kept = talk.slots["follow"]
    alarm = talk.say("着火了", read(0.9, kind="fire"), ValidateFollowForm, form="order_follow_form")
    assert alarm.slots["requested_slot"] == "order_resume"
    over = talk.say("火灭了", read(0.0), ValidateFollowForm, form="order_follow_form")
    assert over.slots["follow"] == kept and over.slots["requested_slot"].startswith("follow_")


@pytest.mark.parametrize("text", ["红额刀。", "走。", "火烧一刀。", "水漫了。", "来嘛"])
def test_a_scrap_that_only_the_intent_takes_for_danger_is_asked_about(run: Run, text: str) -> None:
    outcome = run(AnswerEmergency, text, "emergency", 0.4, reading=read(0.04, "value"))
    assert not is_alarm(outcome) and outcome.called is None
    assert "没太听" in outcome.text


def test_a_scrap_in_a_form_is_asked_about_without_a_menu(talk: Talk, form: Mapping[str, Any]) -> None:
    outcome = talk.say("红额刀。", read(0.04, "value"), AnswerEmergency, "emergency", "order_form")
    assert not is_alarm(outcome) and not outcome.messages[0]["quick_replies"]


def test_the_intent_is_a_second_witness(run: Run) -> None:
    """A little danger in the reading, and the intent: alarm. The same with an older model that reads nothing."""
    assert is_alarm(run(AnswerEmergency, "快来人啊", "emergency", reading=read(0.2, kind="violence")))
    assert is_alarm(run(AnswerEmergency, "快来人啊", "emergency"))


def test_an_ordinary_trouble_in_strong_words_is_an_order(run: Run) -> None:
    outcome = run(AnswerEmergency, "楼下烧烤店油烟熏死人了", "emergency", reading=read(0.03))
    assert outcome.followup == "order_form" and not is_alarm(outcome)


@pytest.mark.parametrize(
    ("text", "reading", "alarmed"),
    [
        ("活着好累", None, True),
        ("活着好累", read(0.2), True),
        ("我真的活不下去了，工资三个月没发", read(0.05), True),
        ("最近心里很难受", read(0.02), False),
        ("这日子没法过了", read(0.05), False),
    ],
)
def test_despair_is_danger_where_something_else_says_so(
    run: Run, text: str, reading: Reading | None, alarmed: bool
) -> None:
    outcome = run(AnswerDespair, text, "emotion_despair", reading=reading)
    assert is_alarm(outcome) == alarmed
    assert "12356" in outcome.text


def test_anger_in_danger_calls_nobody_with_a_menu(run: Run) -> None:
    """What else would call a person is left alone: danger has called one."""
    state = {"danger_state": {"kind": "self_harm", "told": 2}}
    outcome = run(
        NotUnderstood,
        "你们就是不管我!!!",
        "abuse",
        slots=state,
        reading=read(0.1, "grumble"),
        emotion=("angry", 0.99),
    )
    assert outcome.called is None
    assert len(outcome.messages) == 1 and is_alarm(outcome)


def cautions(outcome: Outcome) -> int:
    return sum(message.get("text") == CAUTION for message in outcome.messages)


def test_possible_danger_gets_the_numbers_and_the_form_goes_on(talk: Talk) -> None:
    talk.say("楼上天天半夜装修", read(0.0), ValidateOrderForm, "order_complain", form="order_form")
    outcome = talk.say("和平路88号,楼道里好像有烟", read(0.3), ValidateOrderForm, form="order_form")
    assert cautions(outcome) == 1
    assert not is_alarm(outcome)
    assert not outcome.slots.get("danger_state")
    assert outcome.slots["order_draft"]["place"]


@pytest.mark.parametrize("likely", [0.0, 0.1, 0.19])
def test_an_ordinary_turn_gets_no_caution(talk: Talk, likely: float) -> None:
    assert cautions(talk.say("路灯坏了三天", read(likely))) == 0


def test_a_button_gets_no_caution_and_an_alarm_needs_none(talk: Talk) -> None:
    assert cautions(talk.say("/affirm", read(0.4), intent="affirm")) == 0
    alarmed = talk.say("屋里全是烟", read(0.9, kind="fire"))
    assert is_alarm(alarmed) and cautions(alarmed) == 0


# --- doubtful danger ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["self_harm", "fire", "kidnap_trafficking"])
def test_a_doubtful_alarm_lets_an_ordinary_affair_go_on(talk: Talk, kind: str) -> None:
    """只能你们知道，漏回村里我一家没法待 is read as despair now and then: the numbers are told, and the order goes on."""
    assert is_alarm(talk.say("这事只能你们晓得，漏出去我没法待", read(0.55, "secret", kind)))
    assert not is_alarm(talk.say("村支书拿公益岗给亲戚吃空饷", read(0.01)))


@pytest.mark.parametrize(
    ("kind", "leaves"), [("kidnap_trafficking", True), ("fire", True), ("self_harm", False)]
)
def test_who_gives_the_affair_up_leaves_a_doubtful_alarm(talk: Talk, kind: str, leaves: bool) -> None:
    """往窗外一看，车来了 was half heard as an abduction. Who may want to die is not left at a word of thanks."""
    assert is_alarm(talk.say("哎等下,我往窗户外头一看,车来了", read(0.55, "details", kind)))
    assert is_alarm(talk.say("那算了不用登记了,谢谢啊", read(0.01, "cancel+thanks"))) is not leaves


@pytest.mark.parametrize(
    ("words", "danger"),
    [("我真的撑不住了", 0.9), ("我不想活了", 0.55)],
)
def test_sure_danger_stays_whatever_is_said_next(talk: Talk, words: str, danger: float) -> None:
    """Read surely, or seen by a rule, too."""
    assert is_alarm(talk.say(words, read(danger, kind="self_harm")))
    assert is_alarm(talk.say("公积金怎么提取", read(0.01, "ask")))


def test_a_further_sign_makes_it_sure(talk: Talk) -> None:
    assert is_alarm(talk.say("这日子我过不下去", read(0.55, kind="self_harm")))
    assert is_alarm(talk.say("药我都攒好了", read(0.9, kind="self_harm")))
    assert is_alarm(talk.say("村支书吃空饷", read(0.01)))


@pytest.mark.parametrize(
    ("first", "kind", "then", "later"),
    [
        # A doubtful alarm, and then the matter again.
        ("来了俩人 穿蓝衣裳", "suicide_other", "安检的逼着俺买他的管子，不买就停气", read(0.15, kind="gas")),
        ("额不会用手机，眼睛也看不清咧", "self_harm", "低保停咧，说额有车", read(0.01, "grumble")),
        ("我现在说这些还有用吗，人都烧了", "self_harm", "殡仪馆强迫买四千八的骨灰盒", read(0.01)),
    ],
)
def test_a_doubtful_alarm_lets_go_of_who_goes_on_with_the_matter(
    talk: Talk, form: Mapping[str, Any], first: str, kind: str, then: str, later: Reading
) -> None:
    assert is_alarm(talk.say(first, read(0.55, kind=kind), ValidateOrderForm, form="order_form"))
    back = talk.say(then, later, ValidateOrderForm, "order_complain", "order_form")
    assert not is_alarm(back) and back.slots["danger_state"] is None


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("别报警，求你们了", read(0.15, "refuse", "self_harm")),
        ("我妈在家等我", read(0.12, kind="self_harm")),
        ("他往桥那头走了", read(0.3, kind="suicide_other")),
    ],
)
def test_a_doubtful_alarm_keeps_who_speaks_of_it(talk: Talk, text: str, reading: Reading) -> None:
    talk.say("活着好累", read(0.55, kind="self_harm"))
    assert is_alarm(talk.say(text, reading))


def test_a_trouble_told_twice_over_ends_a_sure_alarm(talk: Talk) -> None:
    talk.say("她中风躺床上，眼睛睁不开，刷脸过不去", read(0.79, kind="illness"))
    assert is_alarm(talk.say("社保窗口说要本人来", read(0.08), TakeDetail, "ask_human"))
    told = talk.say("我妈瘫痪刷不了脸，养老金被停了", read(0.06), ValidateOrderForm, "order_help")
    assert not is_alarm(told) and told.slots["order_draft"]

"""What the order form says to everything that is no plain answer."""

from __future__ import annotations

from typing import Any

import pytest

from actions.order_form import ValidateOrderForm
from actions.order_questions import AskConfirm, AskPhoneCheck
from actions.order_submit import SubmitOrder
from language.reading import Reading
from tests.actions.conftest import FakeKnowledge, FakeOrders, Outcome, Run
from tests.actions.readings import marked, read
from tests.actions.test_order_form import SMOKE, fill_form


def goes_on(run: Run, before: Outcome, words: str, reading: Reading, intent: str = "inform") -> Outcome:
    return run(ValidateOrderForm, words, intent, 0.4, slots=before.slots, form="order_form", reading=reading)


def at_read_back(run: Run) -> Outcome:
    return fill_form(run, SMOKE, "我姓王", "13912345678")


@pytest.mark.parametrize("words", ["那要等多久啊", "谁来处理呢", "会给我回电话吗", "收费不", "有用吗"])
def test_a_question_about_the_order_is_answered_and_the_same_asked_in_other_words(
    run: Run, words: str
) -> None:
    """The answer is the order's own; the question waits."""
    form = fill_form(run, SMOKE)
    told = goes_on(run, form, words, read("process"))
    assert len(told.messages) == 1
    assert told.text.endswith("。")
    assert (told.slots["requested_slot"], told.slots["asked_again"]) == ("order_caller", "other")


def test_no_question_has_the_same_words_twice_in_a_row(run: Run) -> None:
    """The wording alternates, and begins anew with another field."""
    form = fill_form(run, SMOKE)
    first = goes_on(run, form, "那要等多久啊", read("process"))
    second = goes_on(run, first, "谁来处理呢", read("process"))
    assert (form.slots["asked_again"], first.slots["asked_again"], second.slots["asked_again"]) == (
        None,
        "other",
        None,
    )
    text, reading = marked("免贵姓[邓](name)", "value")
    assert goes_on(run, first, text, reading).slots["asked_again"] is None


@pytest.mark.parametrize(
    ("words", "acts", "said"),
    [
        ("等一下啊我找找", "wait", "不着急"),
        ("喂，听得到吗", "wait", "听得到"),
        ("喂喂", "wait+greet", "听得到"),
        ("谢谢啊", "thanks", "不客气"),
        ("你好你好", "greet", "您好"),
    ],
)
def test_courtesies_are_answered(run: Run, words: str, acts: str, said: str) -> None:
    """A short word, and the question stays."""
    told = goes_on(run, fill_form(run, SMOKE, "我姓王"), words, read(acts))
    assert said in told.text
    assert told.slots["requested_slot"] == "order_phone"


@pytest.mark.parametrize(
    "words", ["你们到底行不行", "问东问西的", "我打了三次了", "光登记不办事", "说了多少遍了都"]
)
def test_anger_alone_is_never_not_understood(run: Run, words: str) -> None:
    """A human word, then the open question."""
    told = goes_on(run, fill_form(run, SMOKE), words, read("grumble"))
    assert told.messages
    assert "听明白" not in told.text
    assert told.slots["requested_slot"] == "order_caller"


def test_who_only_asks_gets_an_answer_and_no_form(run: Run, knowledge: FakeKnowledge) -> None:
    """The form ends; an order is offered, and the words wait for it."""
    begun = run(ValidateOrderForm, "/order_help", "order_help")
    told = goes_on(run, begun, "公积金怎么提取", read("ask"))
    assert [message["kind"] for message in told.messages] == ["answer", "text"]
    assert (told.slots["requested_slot"], told.slots["order_draft"]) == (None, None)
    assert told.slots["pending"]["seed"]["text"] == "公积金怎么提取"
    assert run(SubmitOrder, "公积金怎么提取", slots=told.slots).messages == []


def test_an_answer_that_asks_besides_gets_both(run: Run) -> None:
    """The value is taken, the question answered, the next field asked."""
    form = fill_form(run, SMOKE)
    text, reading = marked("我姓[邓](name)，多久有结果啊", "value+process")
    told = goes_on(run, form, text, reading)
    assert told.slots["order_draft"]["fields"]["caller_name"]["value"] == "邓"
    assert "前答复您" in told.text
    assert told.slots["requested_slot"] == "order_phone"


def test_a_yes_that_asks_besides_is_a_yes(run: Run, orders: FakeOrders) -> None:
    """The order is stored; what is not in its own text already is answered after its number."""
    said = goes_on(run, at_read_back(run), "对的，会给我回电话吗", read("yes+process"))
    assert said.slots["order_outcome"] == "confirmed"
    done = run(SubmitOrder, "对的，会给我回电话吗", slots=said.slots, reading=read("yes+process"))
    assert len(orders.orders) == 1
    assert "会打您留的电话" in done.messages[-1]["text"]
    again = run(SubmitOrder, "对，要多久", slots=said.slots, reading=read("yes+process"))
    assert len(again.messages) == 1


def test_the_read_back_says_everything_once(run: Run) -> None:
    """One message: its first line stands above the card, the lines below are for those who have no card."""
    (shown,) = run(AskConfirm, "", slots=at_read_back(run).slots, form="order_form").messages
    lead, *lines = shown["text"].split("\n")
    assert "都对的话" in lead
    assert [line.split("：")[0] for line in lines] == [row["label"] for row in shown["card"]["fields"]]


def test_nothing_new_is_not_read_back_again(run: Run) -> None:
    """After a question at the read-back only the yes is asked for."""
    told = goes_on(run, at_read_back(run), "那要等多久啊", read("process"))
    (shown,) = run(AskConfirm, "", slots=told.slots, form="order_form").messages
    assert (shown["text"], shown["card"]) == ("都对的话我就登记了，可以吗？", None)


def test_the_number_is_read_back_in_other_words(run: Run) -> None:
    """The second time it is no copy of the first."""
    slots: dict[str, Any] = {**at_read_back(run).slots}
    first = run(AskPhoneCheck, "", slots=slots, form="order_form").text
    second = run(AskPhoneCheck, "", slots={**slots, "asked_again": "other"}, form="order_form").text
    assert first != second
    assert second.startswith("电话就记 139 1234 5678，对吗？")


def test_secrecy_is_acknowledged_whenever_it_is_wished(run: Run) -> None:
    """In the midst of another question."""
    told = goes_on(run, fill_form(run, SMOKE), "千万别让他知道是我", read("secret"))
    assert "会为您保密，不向被反映的一方透露。" in told.text
    assert told.slots["requested_slot"] == "order_caller"


def test_what_is_said_is_in_full_width(run: Run) -> None:
    """Punctuation is Chinese."""
    text, reading = marked("在[和平路88号](place)", "value")
    told = goes_on(run, fill_form(run, "楼下烧烤店油烟太大了"), text, reading)
    assert not set(",?!:;") & set(told.text)


@pytest.mark.parametrize(
    ("words", "once"),
    [
        ("楼下烧烤店天天晚上弄到一两点，熏得慌", "到一两点"),
        ("和平路88号那里路灯坏了", "88号"),
        ("昨天晚上十点多楼上又在装修", "晚上"),
    ],
)
def test_what_stands_in_the_telling_is_not_said_again_behind_it(run: Run, words: str, once: str) -> None:
    """The time is in other words than the rules write it, and is still the same."""
    text = run(ValidateOrderForm, words, "order_complain", form="order_form").text
    assert text.count(once) == 1

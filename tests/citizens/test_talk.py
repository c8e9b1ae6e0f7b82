"""The simulated citizen, against a hotline that follows a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.calls.runner import Heard
from tests.citizens.cast import Citizen, Gold
from tests.citizens.scoring import faults_of
from tests.citizens.talk import Talk, hold

PLACE = "请问具体在什么位置？"
NAME = "请问您贵姓，怎么称呼您？"
PHONE = "请留一个联系电话，方便承办单位联系您。"
CHECK = "跟您核对一下电话：139 0000 0100，对吗？"
DONE = "登记好了，工单号是 261129-00001-3，将在12月6日前答复。还有什么可以帮您？"


class ScriptedHotline:
    """Says its lines one after another, whatever it hears; `said` is what it heard. A line may be (kind, text)."""

    def __init__(self, *lines: str | tuple[str, str], owner: str = "BOT") -> None:
        self._lines, self._owner = list(lines), owner
        self.said: list[str] = []

    def send(self, text: str) -> Heard:
        self.said.append(text)
        line = self._lines.pop(0)
        kind, words = ("text", line) if isinstance(line, str) else line
        return Heard([{"kind": kind, "text": words}], owner="BOT" if self._lines else self._owner)


def draft() -> tuple[str, str]:
    return "order_draft", "请您核对一下，都对的话我就登记了："


def done() -> tuple[str, str]:
    return "order_card", DONE


def somebody(**more: Any) -> Citizen:
    known: dict[str, Any] = {
        "id": "somebody",
        "about": "somebody",
        "openings": ("楼下的路灯坏了",),
        "facts": {
            "place": ("和平路3号", "和平路3号，邮局对面"),
            "caller": ("姓王",),
            "phone": ("13900000100",),
        },
        "gold": Gold(outcome="order", name="王", phone="13900000100"),
    }
    return Citizen(**{**known, **more})


def order(**more: Any) -> dict[str, Any]:
    known: dict[str, Any] = dict.fromkeys(
        ["place_district", "place_street", "place_community", "place_detail", "subject", "appeal", "caller_title"], ""
    )  # fmt: skip
    known |= {"type": "complain", "description": "楼下的路灯坏了", "remarks": (), "confidential": False}
    return {**known, "caller_name": "王", "phone": "13900000100", "callback_phone": "", **more}


def said_to(citizen: Citizen, *lines: str | tuple[str, str], owner: str = "BOT") -> tuple[list[str], Talk]:
    hotline = ScriptedHotline(*lines, owner=owner)
    talk = hold(citizen, hotline)
    return hotline.said, talk


def test_he_answers_what_he_is_asked_and_stops_at_his_number() -> None:
    """Opening, place, name, phone, yes; nothing is said to "还有什么可以帮您"."""
    said, talk = said_to(somebody(), PLACE, NAME, PHONE, CHECK, draft(), done())
    assert said == ["楼下的路灯坏了", "和平路3号", "姓王", "13900000100", "对", "对，没问题"]
    assert (talk.outcome, talk.asked_again, talk.misunderstood) == ("order", 0, 0)
    assert talk.order_numbers == ["261129-00001-3"]


def test_asked_again_he_says_it_in_the_next_way_and_it_is_counted() -> None:
    """The last way is said over and over."""
    said, talk = said_to(somebody(), "抱歉，我没听明白。" + PLACE, PLACE, PLACE, NAME, done())
    assert said[1:4] == ["和平路3号", "和平路3号，邮局对面", "和平路3号，邮局对面"]
    assert (talk.asked_again, talk.misunderstood) == (2, 1)


def test_what_he_says_instead_is_said_once() -> None:
    """A question or a grumble in place of an answer; asked again, he answers, and that is no second asking."""
    said, talk = said_to(somebody(instead={"place": "你们管不管啊"}), PLACE, PLACE, done())
    assert said[1:] == ["你们管不管啊", "和平路3号"]
    assert talk.asked_again == 0


def test_several_openings_are_said_whatever_is_asked() -> None:
    """Who types fast is asked in between, and goes on."""
    said, _ = said_to(somebody(openings=("在吗", "楼下的路灯坏了")), PLACE, PLACE, done())
    assert said == ["在吗", "楼下的路灯坏了", "和平路3号"]


def test_a_correction_is_said_at_the_read_back_and_again_when_it_is_asked_for() -> None:
    """Then he confirms, in his own way."""
    citizen = somebody(at_summary=("门牌是5号",), confirm="行")
    said, _ = said_to(citizen, draft(), "请问哪里要改？您可以直接说。", draft(), done())
    assert said[1:] == ["门牌是5号", "门牌是5号", "行"]


def test_while_he_corrects_he_says_the_last_way() -> None:
    """The right one stands last in his facts."""
    said, _ = said_to(somebody(at_summary=("地址说错了",)), draft(), PLACE, draft(), done())
    assert said[2] == "和平路3号，邮局对面"


def test_a_wrong_number_is_put_right_in_part_and_then_whole() -> None:
    """`facts.phone_check` is what he says first to a number that is not his."""
    citizen = somebody(facts={"phone": ("13900000001",), "phone_check": ("后四位是0100",)})
    wrong = "跟您核对一下电话：139 0000 0001，对吗？"
    said, _ = said_to(citizen, PHONE, wrong, wrong, CHECK, done())
    assert said[2:] == ["后四位是0100", "不对，是13900000100", "对"]


def test_what_he_had_told_already_counts_as_asked_again() -> None:
    """He named the place in his first message."""
    citizen = somebody(
        openings=("和平路3号路灯坏了",), gold=Gold(outcome="order", place_has=("和平路", "3号"))
    )
    _, talk = said_to(citizen, PLACE, done())
    assert talk.asked_again == 1


def test_with_an_answer_he_is_served_and_what_comes_then_is_said() -> None:
    """Only an answer that holds what it must serves him."""
    gold = Gold(outcome="answer", answer_any=("30日", "三十天"))
    citizen = somebody(openings=("冷静期几天",), facts={}, gold=gold, then=("谢谢",))
    said, talk = said_to(citizen, ("answer", "协议离婚要一起去。"), ("answer", "冷静期是30日。"), "不客气。")
    assert said == ["冷静期几天", "冷静期几天", "谢谢"]
    assert talk.outcome == "answer" and talk.is_told


def test_who_only_asks_fills_in_no_form() -> None:
    """A form that nobody wanted is told so, whatever it asks for."""
    citizen = somebody(openings=("冷静期几天",), facts={}, gold=Gold(outcome="answer", answer_any=("30日",)))
    said, _ = said_to(citizen, PLACE, NAME, draft(), ("answer", "冷静期是30日。"))
    assert said[1:] == ["不用登记，我就是问问"] * 3


def test_an_order_in_reply_to_a_correction_is_one_without_his_yes() -> None:
    """He asked or corrected something at the read-back, and it was registered over his head."""
    _, talk = said_to(somebody(at_summary=("门牌是5号",)), draft(), done())
    assert faults_of(talk, order())["confirmed"]


def test_he_stops_when_a_person_has_taken_over() -> None:
    """From then on the bot is silent."""
    citizen = somebody(openings=("转人工",), gold=Gold(outcome="human"), then=("谢谢",))
    said, talk = said_to(citizen, ("handoff", "正在为您转接"), owner="WAITING")
    assert (said, talk.outcome) == (["转人工"], "human")


def test_he_gives_up_on_somebody_who_never_asks() -> None:
    """Two times he tells his matter anew."""
    said, talk = said_to(somebody(), "好的。", "好的。", "好的。", "好的。")
    assert len(said) == 3
    assert talk.outcome == "none"


def test_he_declines_an_offer_that_he_did_not_come_for() -> None:
    """Who came for an answer does not want an order, who came for an order does."""
    offer = "这件事要我帮您登记成工单吗？"
    asks = somebody(gold=Gold(outcome="answer", answer_any=("12330",)))
    assert said_to(asks, offer, ("answer", "打12330"))[0][1] == "不用了，谢谢"
    assert said_to(somebody(), offer, done())[0][1] == "登记吧"


def test_a_right_order_has_no_faults() -> None:
    """Every field that the gold demands has been looked at."""
    _, talk = said_to(somebody(), PLACE, NAME, PHONE, done())
    faults = faults_of(
        talk, order(place_district="东湖区", place_street="和平街道", place_detail="和平路3号")
    )
    assert faults == {"outcome": [], "name": [], "phone": [], "confirmed": [], "intact": [], "understood": []}


@pytest.mark.parametrize(
    ("gold", "changed", "check"),
    [
        ({"type": ("report",)}, {}, "type"),
        ({"place_has": ("和平路", "3号")}, {"place_detail": "和平路"}, "place"),
        ({"place_lacks": ("3号",)}, {"place_detail": "和平路3号"}, "place"),
        ({"subject_has": ("城管",)}, {}, "subject"),
        ({"description_has": ("井盖",)}, {}, "description"),
        ({"name": "王"}, {"caller_name": "汪"}, "name"),
        ({"name": ""}, {"caller_name": "王"}, "name"),
        ({"phone": ""}, {}, "phone"),
        ({"phone": "13900000101"}, {}, "phone"),
        ({"confidential": True}, {}, "confidential"),
        ({"answer_lacks": ("贵姓",)}, {}, "answer"),
        ({}, {"description": "楼下路灯坏了坏了"}, "intact"),
        ({}, {"place_detail": "和平路号"}, "intact"),
    ],
)
def test_each_fault_is_found(gold: dict[str, Sequence[str]], changed: dict[str, Any], check: str) -> None:
    """And only that one."""
    _, talk = said_to(somebody(gold=Gold(outcome="order", **gold)), PLACE, NAME, PHONE, done())  # type: ignore[arg-type]
    faults = faults_of(talk, order(**changed))
    assert [name for name, found in faults.items() if found] == [check]


def test_without_an_order_every_demanded_field_is_wrong() -> None:
    """Half an order served nobody."""
    citizen = somebody(
        gold=Gold(outcome="order", place_has=("和平路",), name="", phone="", confidential=True)
    )
    _, talk = said_to(citizen, "好的。", "好的。", "好的。")
    wrong = {name for name, found in faults_of(talk, None).items() if found}
    assert wrong == {"outcome", "place", "name", "phone", "confidential"}


def test_misunderstood_more_than_once_is_not_right() -> None:
    """Once may happen to anybody."""
    lost = "抱歉，我没听明白。" + PLACE
    once, twice = ((lost, PLACE, done()), (lost, lost, done()))
    assert not faults_of(said_to(somebody(), *once)[1], order())["understood"]
    assert faults_of(said_to(somebody(), *twice)[1], order())["understood"]

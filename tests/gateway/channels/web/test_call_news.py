"""Captions and states say what happens in a call, in order, and nothing twice."""

from __future__ import annotations

from typing import Any

from desk.conversations import Owner
from gateway.channels.web.call_news import CallNews
from gateway.voice.call import Heard, Sounding, Step
from gateway.voice.dialogue import OwnerNow, ToSay
from gateway.voice.turn_events import (
    Answered,
    CallHuman,
    DropSpeech,
    Final,
    HumanReason,
    Partial,
    PauseSpeech,
    ResumeSpeech,
    SpeechEnded,
    SpeechStarted,
    TakeTurn,
)


def told(news: CallNews, *steps: Step) -> list[dict[str, Any]]:
    return [frame for step in steps for frame in news.receive(step)]


def states(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["state"] for frame in frames if frame["type"] == "state"]


def test_a_turn_goes_from_listening_over_thinking_to_speaking_and_back() -> None:
    news = CallNews()
    frames = told(
        news,
        ToSay(text="您好。"),
        SpeechStarted(),
        Sounding(seq=1, text="您好。"),
        SpeechEnded(),
        Partial(text="我要"),
        Partial(text="我要投诉"),
        TakeTurn(text="我要投诉。"),
        ToSay(text="请讲。"),
        Answered(),
        SpeechStarted(),
        Sounding(seq=3, text="请讲。"),
        SpeechEnded(),
    )
    assert states(frames) == ["thinking", "speaking", "listening", "thinking", "speaking", "listening"]
    captions = [(f["from"], f["text"], f["final"]) for f in frames if f["type"] == "caption"]
    assert captions == [
        ("hotline", "您好。", True),
        ("citizen", "我要", False),
        ("citizen", "我要投诉", False),
        ("citizen", "我要投诉。", True),
        ("hotline", "请讲。", True),
    ]


def test_pieces_that_the_recogniser_finishes_on_its_own_stay_in_the_caption() -> None:
    frames = told(CallNews(), Partial(text="和平路"), Final(text="和平路"), Partial(text="十二号"))
    # The final text that changes nothing is not told again.
    assert [f["text"] for f in frames if f["type"] == "caption"] == ["和平路", "和平路十二号"]


def test_words_that_come_to_nothing_are_taken_back() -> None:
    frames = told(CallNews(), Partial(text="啊"), Final(text="", answers=1))
    assert [f["text"] for f in frames if f["type"] == "caption"] == ["啊", ""]


def test_an_interruption_drops_what_the_page_has_in_stock() -> None:
    news = CallNews()
    told(news, ToSay(text="很长的回答。"), SpeechStarted())
    assert told(news, PauseSpeech()) == [{"type": "drop"}, {"type": "state", "state": "listening"}]
    assert told(news, ResumeSpeech()) == [{"type": "state", "state": "speaking"}]
    cut = Heard(seq=3, text="很长", seconds=0.4, whole=False)
    assert told(news, DropSpeech(), cut) == [
        {"type": "drop"},
        {"type": "state", "state": "listening"},
        {"type": "caption", "from": "hotline", "text": "很长", "cut": True, "seq": 3},
    ]


def test_who_waits_and_who_has_a_person_is_told_so() -> None:
    news = CallNews()
    frames = told(
        news,
        CallHuman(reason=HumanReason.KEY),
        OwnerNow(owner=Owner.WAITING),
        Answered(),
        ToSay(text="请稍候。"),
        SpeechStarted(),
        SpeechEnded(),
        OwnerNow(owner=Owner.SEAT),
        TakeTurn(text="你好"),
        Answered(),
        OwnerNow(owner=Owner.BOT),
    )
    assert states(frames) == ["thinking", "waiting", "speaking", "waiting", "seat", "listening"]


def test_a_call_of_somebody_who_waits_begins_with_waiting() -> None:
    assert states(told(CallNews(Owner.WAITING), Answered())) == ["waiting"]

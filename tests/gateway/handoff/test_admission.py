"""What a citizen is told about the queue, in the language that he reads."""

from __future__ import annotations

from datetime import datetime

import pytest

from desk.conversations import HandoffReason, HandoffRequest
from desk.conversations.conversation import Effects, Mark
from desk.handoff.estimate import Admission
from desk.handoff.events import QueuePlace
from gateway import sentences, sentences_english
from gateway.handoff.admission import admitted, refused
from gateway.turns.emergency_fallback import emergency_numbers

NOW = datetime(2026, 11, 29, 20, 0)
OPENS = datetime(2026, 11, 30, 8, 30)


def request(language: str, reason: HandoffReason = HandoffReason.ASKED) -> HandoffRequest:
    return HandoffRequest(reason=reason, skill="english", detail={"language": language} if language else {})


@pytest.mark.parametrize(("language", "words"), [("en", "You are next"), ("", "您是下一位")])
def test_the_place_in_the_queue_is_told_in_the_language_of_the_citizen(language: str, words: str) -> None:
    """The request of the bot names the language."""
    asked = request(language)
    drafts, effects = admitted((), Effects(handoff=asked), asked, QueuePlace(1, 0, 3))
    assert words in drafts[-1].text and effects.handoff == asked


@pytest.mark.parametrize(
    "admission", [Admission.NO_SEAT, Admission.NOBODY_READY, Admission.OUT_OF_HOURS, Admission.TOO_LONG]
)
def test_where_nobody_can_come_a_call_is_offered_in_english(admission: Admission) -> None:
    """No order is offered: the bot writes none in English."""
    drafts, effects = refused((), Effects(handoff=request("en")), admission, OPENS, NOW)
    assert drafts[-1].text.isascii() and "phone number" in drafts[-1].text
    assert [reply.text for reply in drafts[-1].quick_replies] == ["Call me back"]
    assert effects.handoff is None


def test_danger_with_nobody_there_is_told_in_english() -> None:
    """The numbers above count, whoever is on duty."""
    asked = request("en", HandoffReason.EMERGENCY)
    effects = Effects(handoff=asked, marks=(Mark(reason=HandoffReason.EMERGENCY),))
    drafts, _ = refused((), effects, Admission.NO_SEAT, None, NOW)
    assert drafts[-1].text == sentences_english.URGENT_NO_SEAT


def test_every_english_sentence_has_a_chinese_one() -> None:
    """Either module serves the same places of the code."""
    names = {name for name in vars(sentences_english) if name.isupper()} - {"LEAVE_PHONE"}
    assert all(hasattr(sentences, name) for name in names)


@pytest.mark.parametrize(("text", "first"), [("Fire! Help!", "119"), ("my child is not breathing", "120")])
def test_the_fallback_without_the_bot_knows_english(text: str, first: str) -> None:
    """Danger in English gets numbers while the bot is down."""
    assert emergency_numbers(text)[0][0] == first

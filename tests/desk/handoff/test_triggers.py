"""When a person is called: each reason alone, their order, and the thresholds."""

from __future__ import annotations

import pytest

from desk.conversations import HandoffReason
from desk.conversations.handoff import priority_of
from desk.handoff.triggers import Thresholds, TurnFacts, emotion_strength, judge
from desk.settings import Settings

USUAL = Thresholds()
CALM = TurnFacts()


def reason(*turns: TurnFacts, thresholds: Thresholds = USUAL) -> HandoffReason | None:
    trigger = judge(turns, thresholds)
    return trigger and trigger.reason


def test_a_calm_understood_turn_calls_nobody() -> None:
    assert judge([], USUAL) is None
    assert judge([CALM, TurnFacts(emotion="happy", emotion_score=1.0)], USUAL) is None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (TurnFacts(emergency=True), HandoffReason.EMERGENCY),
        (TurnFacts(vulnerable=("old",)), HandoffReason.VULNERABLE),
        (TurnFacts(emotion="angry", emotion_score=0.8), HandoffReason.EMOTION),
        (TurnFacts(emotion="sad", emotion_score=0.75), HandoffReason.EMOTION),
        (TurnFacts(asked=True), HandoffReason.ASKED),
        (TurnFacts(historical=True), HandoffReason.COMPLEX),
        (TurnFacts(complaints=3), HandoffReason.COMPLEX),
        (TurnFacts(departments=("甲局", "乙局", "丙局")), HandoffReason.COMPLEX),
    ],
)
def test_each_reason_alone(facts: TurnFacts, expected: HandoffReason) -> None:
    assert reason(facts) is expected


def test_the_gravest_reason_wins() -> None:
    everything = TurnFacts(
        emergency=True, vulnerable=("old",), emotion="angry", emotion_score=1.0, asked=True, historical=True
    )
    assert reason(everything) is HandoffReason.EMERGENCY
    assert reason(TurnFacts(vulnerable=("old",), asked=True)) is HandoffReason.VULNERABLE
    assert reason(TurnFacts(emotion="angry", emotion_score=0.9, asked=True)) is HandoffReason.EMOTION


def test_not_understood_counts_in_a_row_only() -> None:
    lost = TurnFacts(understood=False)
    assert reason(lost) is None
    assert reason(lost, CALM, lost) is None
    assert reason(CALM, lost, lost) is HandoffReason.NOT_UNDERSTOOD
    assert reason(lost, lost, thresholds=Thresholds(not_understood=3)) is None


def test_anger_adds_up_and_calms_down() -> None:
    cross = TurnFacts(emotion="angry", emotion_score=0.6)
    assert reason(cross) is None
    assert reason(cross, cross) is None
    assert reason(cross, cross, cross) is HandoffReason.EMOTION
    assert reason(TurnFacts(emotion="angry", emotion_score=1.0), CALM) is None
    assert emotion_strength([cross]) == pytest.approx(0.6)
    assert emotion_strength([cross, cross]) > emotion_strength([CALM, cross])


def test_a_complaint_in_a_firm_voice_makes_no_second_outburst() -> None:
    """Below a certain strength a feeling is none, also in the turns before."""
    firm, outburst = (TurnFacts(emotion="angry", emotion_score=score) for score in (0.28, 0.72))
    assert emotion_strength([firm, outburst]) == pytest.approx(0.72)
    assert reason(firm, outburst) is None
    cross = TurnFacts(emotion="angry", emotion_score=0.4)
    assert reason(cross, outburst) is HandoffReason.EMOTION


def test_the_bot_may_help_first_once_and_only_a_calm_first_wish() -> None:
    wish = TurnFacts(asked=True)
    first = judge([wish], USUAL)
    assert first is not None and first.may_help_first
    for before in (
        TurnFacts(asked=True, helped_first=True),
        TurnFacts(understood=False),
        TurnFacts(emotion="angry", emotion_score=0.6),
    ):
        again = judge([before, wish], USUAL)
        assert again is not None and not again.may_help_first


def test_policy_topics_are_words_inside_the_topic() -> None:
    strict = Thresholds(policy_topics=("拆迁",))
    assert reason(TurnFacts(topics=("房屋拆迁补偿",)), thresholds=strict) is HandoffReason.POLICY
    assert reason(TurnFacts(topics=("公积金提取",)), thresholds=strict) is None


def test_the_skill_is_the_latest_named_one() -> None:
    trigger = judge([TurnFacts(skill="tax"), TurnFacts(skill="housing_fund"), TurnFacts(asked=True)], USUAL)
    assert trigger is not None and trigger.skill == "housing_fund"
    deaf = judge([TurnFacts(skill="tax", vulnerable=("deaf",))], USUAL)
    assert deaf is not None and deaf.skill == "sign_language"


def test_a_trigger_becomes_a_request_with_its_priority() -> None:
    trigger = judge([TurnFacts(emotion="angry", emotion_score=0.9)], USUAL)
    assert trigger is not None
    request = trigger.request("情绪激动", facts=1)
    assert (request.reason, request.note, priority_of(request)) == (HandoffReason.EMOTION, "情绪激动", 200)
    assert request.detail == {"score": 0.9, "why": {"emotion": "angry", "score": 0.9}, "facts": 1}


def test_thresholds_come_from_the_settings() -> None:
    settings = Settings(handoff_not_understood=4, handoff_policy_topics="拆迁，强拆")  # type: ignore[arg-type]
    assert Thresholds.of(settings) == Thresholds(not_understood=4, policy_topics=("拆迁", "强拆"))

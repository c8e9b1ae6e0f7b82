"""When a conversation needs a person. Pure: the facts of its turns and the thresholds in, a reason or nothing out.

The same function judges live turns and replays past ones under other thresholds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from desk.conversations import HandoffReason, HandoffRequest
from desk.settings import Settings

# Emotions that wear a person down; `happy` and `neutral` never call anybody.
HARD_EMOTIONS = frozenset({"angry", "sad", "anxious"})
# A feeling below this is none.
CALM = 0.3
# Who speaks with their hands is served by a seat who can; the rest are served by everybody.
_SKILL_OF_VULNERABLE = {"deaf": "sign_language"}


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    not_understood: int = 2
    emotion_score: float = 0.75
    repeat_complaints: int = 3
    # More than one department at once needs somebody who coordinates.
    departments: int = 3
    policy_topics: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Thresholds:
        return cls(
            not_understood=settings.handoff_not_understood,
            emotion_score=settings.handoff_emotion_score,
            repeat_complaints=settings.handoff_repeat_complaints,
            policy_topics=settings.handoff_policy_topics,
        )


@dataclass(frozen=True, kw_only=True)
class TurnFacts:
    """What is known about one message of the citizen. Scores from 0 to 1.

    `asked`: wants a person, in any wording, by key 0 or by a button. `vulnerable`: codes `old`, `blind`, `deaf`,
    `child`. `departments` are united over the turns. `topics` are what this turn is about, in words (a policy topic hits
    where it is part of one). `complaints` counts earlier complaints of the same caller. `helped_first`: the bot answered this turn's wish for a person with
    "let me help you first".
    """

    seq: int = 0
    asked: bool = False
    understood: bool = True
    emergency: bool = False
    emotion: str = "neutral"
    emotion_score: float = 0.0
    vulnerable: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    complaints: int = 0
    historical: bool = False
    skill: str = ""
    helped_first: bool = False


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """`why` are codes and counts for the journal, no citizen's words. `may_help_first`: the bot may once say "let me
    help you first" instead of calling somebody (only for a first plain wish)."""

    reason: HandoffReason
    score: float
    skill: str = ""
    why: dict[str, Any] = field(default_factory=dict)
    may_help_first: bool = False

    def request(self, note: str = "", **facts: Any) -> HandoffRequest:
        """The request to store with the answer."""
        detail = {"score": round(self.score, 3), "why": self.why, **facts}
        return HandoffRequest(reason=self.reason, note=note, skill=self.skill, detail=detail)


def judge(turns: Sequence[TurnFacts], thresholds: Thresholds) -> Trigger | None:
    """Does the last of `turns` (all since the bot has the conversation, in order) call for a person, and why?

    The gravest reason wins: emergency, vulnerable, emotion, asked, policy, complex, not understood.
    """
    if not turns:
        return None
    skill = _skill(turns)
    return (
        _emergency(turns[-1])
        or _vulnerable(turns[-1], skill)
        or _emotion(turns, thresholds, skill)
        or _asked(turns, thresholds, skill)
        or _policy(turns[-1], thresholds, skill)
        or _complex(turns, thresholds, skill)
        or _not_understood(turns, thresholds, skill)
    )


def emotion_strength(turns: Sequence[TurnFacts]) -> float:
    """How strong a hard emotion is now, 0 to 1: what the last turn shows, raised by what the turns before it showed,
    each counting half of the one after. Two complaints in rising anger are more than one outburst."""
    calm = 1.0
    weight = 1.0
    for turn in reversed(turns[-3:]):
        shown = turn.emotion_score if turn.emotion in HARD_EMOTIONS else 0.0
        if weight == 1.0 and shown < CALM:
            # Who has calmed down is not handed over for the anger of a minute ago.
            return shown
        # A complaint that was told in a firm voice makes the outburst after it no second one.
        calm *= 1 - weight * (shown if shown >= CALM else 0.0)
        weight /= 2
    return 1 - calm


def _emergency(turn: TurnFacts) -> Trigger | None:
    if not turn.emergency:
        return None
    return Trigger(reason=HandoffReason.EMERGENCY, score=1.0, why={"emergency": True})


def _vulnerable(turn: TurnFacts, skill: str) -> Trigger | None:
    if not turn.vulnerable:
        return None
    needed = next((_SKILL_OF_VULNERABLE[v] for v in turn.vulnerable if v in _SKILL_OF_VULNERABLE), skill)
    return Trigger(
        reason=HandoffReason.VULNERABLE, score=1.0, skill=needed, why={"vulnerable": list(turn.vulnerable)}
    )


def _emotion(turns: Sequence[TurnFacts], thresholds: Thresholds, skill: str) -> Trigger | None:
    strength = emotion_strength(turns)
    if strength < thresholds.emotion_score:
        return None
    why = {"emotion": turns[-1].emotion, "score": round(strength, 3)}
    return Trigger(reason=HandoffReason.EMOTION, score=strength, skill=skill, why=why)


def _asked(turns: Sequence[TurnFacts], thresholds: Thresholds, skill: str) -> Trigger | None:
    if not turns[-1].asked:
        return None
    times = sum(turn.asked for turn in turns)
    stalled = any(not turn.understood for turn in turns)
    tense = any(
        turn.emotion in HARD_EMOTIONS and turn.emotion_score >= thresholds.emotion_score / 2 for turn in turns
    )
    held_back = any(turn.helped_first for turn in turns)
    first = times == 1 and not (stalled or tense or held_back)
    return Trigger(
        reason=HandoffReason.ASKED, score=1.0, skill=skill, why={"asked": times}, may_help_first=first
    )


def _policy(turn: TurnFacts, thresholds: Thresholds, skill: str) -> Trigger | None:
    hit = [word for word in thresholds.policy_topics if any(word in topic for topic in turn.topics)]
    if not hit:
        return None
    return Trigger(reason=HandoffReason.POLICY, score=1.0, skill=skill, why={"topics": hit})


def _complex(turns: Sequence[TurnFacts], thresholds: Thresholds, skill: str) -> Trigger | None:
    departments = sorted({name for turn in turns for name in turn.departments})
    why: dict[str, Any] = {}
    if len(departments) >= thresholds.departments:
        why["departments"] = departments
    if turns[-1].historical:
        why["historical"] = True
    if turns[-1].complaints >= thresholds.repeat_complaints:
        why["complaints"] = turns[-1].complaints
    if not why:
        return None
    return Trigger(reason=HandoffReason.COMPLEX, score=min(1.0, 0.6 + 0.2 * len(why)), skill=skill, why=why)


def _not_understood(turns: Sequence[TurnFacts], thresholds: Thresholds, skill: str) -> Trigger | None:
    in_a_row = 0
    for turn in reversed(turns):
        if turn.understood:
            break
        in_a_row += 1
    if in_a_row < thresholds.not_understood:
        return None
    return Trigger(
        reason=HandoffReason.NOT_UNDERSTOOD, score=1.0, skill=skill, why={"not_understood": in_a_row}
    )


def _skill(turns: Sequence[TurnFacts]) -> str:
    return next((turn.skill for turn in reversed(turns) if turn.skill), "")

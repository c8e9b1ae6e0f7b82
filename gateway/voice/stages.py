"""How long a caller waits for an answer, and for what. Pure: the clock is an argument.

    voice ends --endpoint--> EndUtterance --final--> TakeTurn --answer--> ToSay --voice--> its first audio
    |------------------------------------------- total --------------------------------------------|

A turn counts only if it is plain which answer belongs to it: spoken, to the bot, alone, and heard. A sentence in between
("please wait") is no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.voice.turn_events import (
    Answered,
    CallHuman,
    Command,
    EndUtterance,
    Event,
    SpeechEnded,
    TakeTurn,
    Voice,
)

# What a stage is called, and its seconds.
Told = Callable[[str, float], None]
STAGES = ("endpoint", "final", "answer", "voice", "total")


@dataclass
class _Turn:
    voice_ended_s: float
    cut_s: float
    taken_s: float
    # Its answer: the first message after it, and when that came.
    seq: int | None = None
    answered_s: float = 0.0


class CallStages:
    """One call. Times by any monotonic clock, in seconds; `told` is called for each stage once an answer sounds."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._last_voice_s: float | None = None
        # Of the present utterance: its last voice before it was cut, and when that was.
        self._cut: tuple[float, float] | None = None
        self._due = 0
        self._with_bot = True
        self._turn: _Turn | None = None

    def owner(self, *, with_bot: bool) -> None:
        """A person answers when it suits them."""
        self._with_bot = with_bot
        if not with_bot:
            self._turn = None

    def see(self, step: Event | Command, now_s: float) -> None:
        match step:
            case Voice():
                self._last_voice_s = now_s if step.active else self._last_voice_s
            case EndUtterance():
                self._cut = None if self._last_voice_s is None else (self._last_voice_s, now_s)
            case TakeTurn():
                self._due += 1
                cut, self._cut = self._cut, None
                alone = self._due == 1 and self._with_bot
                self._turn = _Turn(*cut, now_s) if cut and alone and not step.keys else None
            case CallHuman():
                self._due += 1
                self._turn = None
            case SpeechEnded():
                # Said into our own words, of which they heard the rest first.
                self._cut = None
            case Answered():
                self._due = max(self._due - 1, 0)

    def to_say(self, seq: int | None, now_s: float) -> None:
        """A message is going to be spoken; None: a sentence that is no part of the conversation."""
        if self._turn is not None and self._turn.seq is None and seq is not None:
            self._turn.seq, self._turn.answered_s = seq, now_s

    def sounding(self, seq: int | None, now_s: float) -> None:
        """Audio of a message leaves now."""
        turn = self._turn
        if turn is None or turn.seq is None or turn.seq != seq:
            return
        self._turn = None
        moments = (turn.voice_ended_s, turn.cut_s, turn.taken_s, turn.answered_s, now_s)
        spans = [after - before for before, after in zip(moments, moments[1:], strict=False)]
        for stage, seconds in zip(STAGES, [*spans, now_s - turn.voice_ended_s], strict=True):
            self._told(stage, seconds)

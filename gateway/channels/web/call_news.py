"""What a page is told of its call: captions and state, from the call's steps. Pure.

`state` is what the caller can expect now: `listening` (to them), `thinking`, `speaking`, `waiting` (in the queue for a
person), `seat` (a person has the conversation).
"""

from __future__ import annotations

from typing import Any

from desk.conversations import Owner
from gateway.voice.call import Heard, Sounding, Step
from gateway.voice.caller_words import CallerWords
from gateway.voice.dialogue import OwnerNow, ToSay
from gateway.voice.turn_events import (
    Answered,
    CallHuman,
    DropSpeech,
    Final,
    Partial,
    PauseSpeech,
    ResumeSpeech,
    SpeechEnded,
    SpeechStarted,
    TakeTurn,
)

Frame = dict[str, Any]


class CallNews:
    def __init__(self, owner: Owner = Owner.BOT) -> None:
        self._owner = owner
        self._state = ""
        self._speaking = False
        # Answers that are awaited, and texts that have not begun to sound.
        self._due = 0
        self._unsaid = 0
        self._words = CallerWords()

    @property
    def state(self) -> str:
        if self._speaking:
            return "speaking"
        if self._owner is Owner.WAITING:
            return "waiting"
        if self._owner in (Owner.SEAT, Owner.WRAP_UP):
            return "seat"
        return "thinking" if self._due or self._unsaid else "listening"

    def receive(self, step: Step) -> list[Frame]:
        """The frames that this step makes, in order."""
        frames = self._captions(step) + self._audio(step)
        self._count(step)
        if self.state != self._state:
            self._state = self.state
            frames.append({"type": "state", "state": self._state})
        return frames

    def _captions(self, step: Step) -> list[Frame]:
        match step:
            case Partial() | Final():
                shown = self._words.receive(step)
                text = self._words.text
                return [{"type": "caption", "from": "citizen", "text": text, "final": False}] if shown else []
            case TakeTurn():
                self._words.receive(step)
                return [{"type": "caption", "from": "citizen", "text": step.text, "final": True}]
            case Sounding():
                return [
                    {"type": "caption", "from": "hotline", "text": step.text, "final": True, "seq": step.seq}
                ]
            case Heard() if not step.whole:
                return [
                    {"type": "caption", "from": "hotline", "text": step.text, "cut": True, "seq": step.seq}
                ]
            case _:
                return []

    def _audio(self, step: Step) -> list[Frame]:
        # What the page holds in stock must not sound any more.
        return [{"type": "drop"}] if isinstance(step, PauseSpeech | DropSpeech) else []

    def _count(self, step: Step) -> None:
        match step:
            case ToSay():
                self._unsaid += 1
            case SpeechStarted():
                self._speaking = True
                self._unsaid = max(self._unsaid - 1, 0)
            case ResumeSpeech():
                self._speaking = True
            case PauseSpeech():
                self._speaking = False
            case DropSpeech() | SpeechEnded():
                self._speaking = False
                self._unsaid = 0
            case TakeTurn() | CallHuman():
                self._due += 1
            case Answered():
                self._due = max(self._due - 1, 0)
            case OwnerNow():
                self._owner = step.owner
            case _:
                pass

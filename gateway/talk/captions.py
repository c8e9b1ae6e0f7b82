"""What a seat reads of the words that their caller is just saying: often enough to follow, never stored. Pure."""

from __future__ import annotations

from typing import Any

from gateway.voice.caller_words import CallerWords
from gateway.voice.turn_events import TakeTurn

# Faster than anybody reads; a recogniser may say several in between.
EVERY_S = 0.25

Frame = dict[str, Any]


class CallerCaptions:
    """Feed every step of a call and ask `due` all the time; both give the frame that is to be told now, or None."""

    def __init__(self) -> None:
        self._words = CallerWords()
        self._told = ""
        self._told_at = -1e9
        self._waiting = False

    def see(self, step: object, now: float) -> Frame | None:
        if isinstance(step, TakeTurn):
            self._words.receive(step)
            self._told, self._waiting = "", False
            # Its message comes as soon as it is stored, and takes the place of the caption.
            return {"type": "caption", "from": "citizen", "text": step.text, "final": True}
        if self._words.receive(step):
            self._waiting = True
        return self.due(now)

    def due(self, now: float) -> Frame | None:
        if not self._waiting or now - self._told_at < EVERY_S:
            return None
        self._waiting = False
        text = self._words.text
        if text == self._told:
            return None
        self._told, self._told_at = text, now
        return {"type": "caption", "from": "citizen", "text": text, "final": False}

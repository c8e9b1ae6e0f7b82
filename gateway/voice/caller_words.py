"""What a caller has said since their last turn, as far as it is heard by now. Pure."""

from __future__ import annotations

from gateway.voice.turn_events import Final, Partial, TakeTurn


class CallerWords:
    def __init__(self) -> None:
        # What no longer changes, and what may.
        self._pieces = ""
        self._partial = ""

    @property
    def text(self) -> str:
        return self._pieces + self._partial

    def receive(self, step: object) -> bool:
        """Feed every step of the call; True if the words are to be shown anew. A turn that is taken begins the next."""
        before = self.text
        match step:
            case Partial():
                self._partial = step.text
                return True
            case Final():
                self._pieces, self._partial = self._pieces + step.text, ""
            case TakeTurn():
                self._pieces = self._partial = ""
        return self.text != before

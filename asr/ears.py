"""An engine and the repair of what it writes: all that a process of the speech server hears with. Heavy to import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asr.recognizer import FinalTranscript, Recognizer
from asr.text import ALL, TextMender

# Without `itn` numbers stay as they were spoken, and so does the flow of words.
_AS_SPOKEN = ALL.without("numerals", "punctuation")
# Captions need no repair: the next one comes at once.
_CAPTION = ALL.without("homophones", "hot_words", "punctuation", "numerals")


@dataclass(frozen=True)
class Ears:
    """Shared by all speakers of a process."""

    recognizer: Recognizer
    mender: TextMender

    def write(self, finals: Sequence[FinalTranscript], hot_words: tuple[str, ...], *, itn: bool) -> str:
        """Utterances as a reader expects them. Takes milliseconds: not for the event loop."""
        layers = ALL if itn else _AS_SPOKEN
        return "".join(self.mender.mend(f.text, f.words, layers, hot_words).text for f in finals)

    def caption(self, partial: str) -> str:
        return self.mender.mend(partial, layers=_CAPTION).text

    def close(self) -> None:
        self.recognizer.close()

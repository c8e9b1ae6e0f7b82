"""An engine with the repair of its text: everything a process of the speech server needs to hear. Heavy to import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asr.recognizer import FinalTranscript, Recognizer
from asr.text import ALL, TextMender

# Without `itn` numbers stay as spoken and no punctuation is added.
_AS_SPOKEN = ALL.without("numerals", "punctuation")
# Captions need no repair: the next one comes at once.
_CAPTION = ALL.without("homophones", "hot_words", "punctuation", "numerals")


@dataclass(frozen=True)
class Ears:
    """Shared by all speakers of a process."""

    recognizer: Recognizer
    mender: TextMender

    def write(self, finals: Sequence[FinalTranscript], hot_words: tuple[str, ...], *, itn: bool) -> str:
        """Mend utterances for a reader. Takes milliseconds: do not call it on the event loop."""
        layers = ALL if itn else _AS_SPOKEN
        return "".join(self.mender.mend(f.text, f.words, layers, hot_words).text for f in finals)

    def caption(self, partial: str) -> str:
        return self.mender.mend(partial, layers=_CAPTION).text

    def close(self) -> None:
        self.recognizer.close()

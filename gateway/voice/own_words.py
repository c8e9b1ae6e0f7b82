"""Words that the bot is saying are not the caller's. Pure: what sounds, what was voiced and what was heard in, a verdict out.

The echo guard keeps the bot's voice from the recogniser; what gets through all the same comes back as its words. A caller may say
the same words, so they are the bot's only where nobody's voice was heard beside it.
"""

from __future__ import annotations

from collections import deque
from difflib import SequenceMatcher

from gateway.voice.short_words import bare

# A recogniser gives words so long after they sounded, at most.
LATE_S = 5.0
# So much voice, within that time, is a caller. Turn-taking calls the same a person who speaks.
VOICED_S = 0.2
# Words count as the bot's from this share on that stands in what it says, in pieces of two characters and more.
SHARE = 0.6


class OwnWords:
    """One call. Times are monotonic, in seconds from any zero."""

    def __init__(self) -> None:
        self._said: deque[tuple[float, str]] = deque()
        self._voiced: deque[tuple[float, float]] = deque()

    def sounding(self, text: str, now_s: float) -> None:
        """A sentence of the bot begins to sound."""
        # The one before may still be on its way through the line.
        while len(self._said) > 1 and now_s - self._said[1][0] > LATE_S:
            self._said.popleft()
        self._said.append((now_s, bare(text)))

    def sounds(self, now_s: float) -> None:
        """Something of the last sentence sounds now."""
        if self._said:
            self._said[-1] = (now_s, self._said[-1][1])

    def voice(self, seconds: float, now_s: float) -> None:
        """So much voice of the caller was heard."""
        self._voiced.append((now_s, seconds))

    def has(self, text: str, now_s: float) -> bool:
        """Whether `text`, heard now, is what the bot says or has just said."""
        while self._voiced and now_s - self._voiced[0][0] > LATE_S:
            self._voiced.popleft()
        words = bare(text)
        if not words or sum(seconds for _, seconds in self._voiced) >= VOICED_S:
            return False
        recent = "".join(said for at, said in self._said if now_s - at <= LATE_S)
        if len(words) == 1:
            return words in recent
        blocks = SequenceMatcher(None, words, recent, autojunk=False).get_matching_blocks()
        return sum(block.size for block in blocks if block.size > 1) >= SHARE * len(words)

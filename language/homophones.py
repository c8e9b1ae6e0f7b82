"""Puts misheard words right: 我想提曲攻击金 was surely 我想提取公积金.

Speech recognition (and fast pinyin typing) swaps characters of the same sound. `Repairer` looks for the sentence of the
same sounds that is likeliest as Chinese and as something said to a hotline, where each character that differs from what
was heard has a price: a noisy-channel model, decoded with a beam over words. About a millisecond a sentence.

The result has as many characters as the text, so offsets stay true. It is for understanding and searching only: names
and addresses in an order are what the citizen wrote.
"""

from __future__ import annotations

import math
from functools import lru_cache

from language.sounds import CJK, fold, readings, syllable
from language.words import LONGEST, START, Words

# Price of a character that sounds the same and of one that only an accent makes sound the same, in nats. At these, two
# characters in a thousand of clean sentences are changed, and four of five misheard ones are put right.
SAME_SOUND = 6.0
ACCENT = 8.0
# Readings of a word so far that are followed further, at each character.
BEAM = 8
# Longer texts are left alone: nobody is misheard for minutes, and a turn has to end.
MAX_CHARS = 600


class Repairer:
    """Thread-safe; keeps the last results."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self.repair = lru_cache(maxsize=2_048)(self._repair)

    def _repair(self, text: str) -> str:
        """The likeliest text of the same length and sound."""
        if len(text) > MAX_CHARS:
            return text
        sounds = readings(text)
        repaired: list[str] = []
        start = 0
        while start < len(text):
            end = start
            while end < len(text) and CJK.match(text[end]):
                end += 1
            if end > start:
                repaired.append(self._decode(text[start:end], sounds[start:end]))
            repaired.append(text[end : end + 1])
            start = end + 1
        return "".join(repaired)

    def _decode(self, heard: str, sounds: list[str]) -> str:
        """Viterbi over words: states[i] maps the last word of a reading of heard[:i] to (price, where it came from)."""
        states: list[dict[str, tuple[float, tuple[int, str]]]] = [{} for _ in range(len(heard) + 1)]
        states[0][START] = (0.0, (-1, ""))
        for i in range(len(heard)):
            if not states[i]:
                continue
            likely = sorted((price, word) for word, (price, _) in states[i].items())[:BEAM]
            known = [(price, previous, self._words.after(previous)) for price, previous in likely]
            # Most words are known after none of them: then the same one is best for all.
            plain, unknown = min((price - math.log(after.rest), previous) for price, previous, after in known)
            for word, changes in candidates(self._words, heard, sounds, i):
                alone = self._words.alone(word)
                best, behind = plain - math.log(alone), unknown
                for price, previous, after in known:
                    if word in after.shares and (total := price + after.surprise(word, alone)) < best:
                        best, behind = total, previous
                ahead = states[i + len(word)]
                if word not in ahead or best + changes < ahead[word][0]:
                    ahead[word] = (best + changes, (i, behind))
        position, word = len(heard), min(states[-1], key=lambda w: states[-1][w][0])
        found: list[str] = []
        while position > 0:
            found.append(word)
            position, word = states[position][word][1]
        return "".join(reversed(found))


def candidates(words: Words, heard: str, sounds: list[str], i: int) -> list[tuple[str, float]]:
    """Words that may begin at `i`, with the price of what they change; the character as heard is always one."""
    found = {heard[i]: 0.0}
    longest = min(LONGEST, len(heard) - i)
    in_context = tuple(sounds[i : i + longest])
    # 行 alone is xing, in 银行 hang; a misheard neighbour may have hidden the right one.
    alone = tuple(map(syllable, heard[i : i + longest]))
    for heard_as in (in_context,) if alone == in_context else (in_context, alone):
        folded = tuple(map(fold, heard_as))
        for length in range(1, longest + 1):
            for word, exact in words.by_sound.get(folded[:length], ()):
                price = 0.0
                # The sounds of the whole stretch: zip ends with the word.
                for a, b, x, y in zip(word, heard[i : i + length], exact, heard_as, strict=False):
                    if a != b:
                        price += SAME_SOUND if x == y else ACCENT
                found[word] = min(price, found.get(word, price))
    return list(found.items())

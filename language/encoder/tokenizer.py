"""Cut a text into the pieces that the encoder knows, each with the characters it came from.

The same unigram segmentation as the model was trained with: characters are brought to one shape (full-width to
half-width, control characters away), spaces become a mark, and the most probable sequence of pieces wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

SPACE = "\u2581"
# What the model adds to the least probable piece for a character that it does not know.
_UNKNOWN_PENALTY = 10.0
_CACHED_TEXTS = 512


@dataclass(frozen=True)
class Pieces:
    """Piece `ids[i]` covers the characters `starts[i]` to `ends[i]` (exclusive) of the text; a mark alone covers none."""

    ids: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class Tokenizer:
    """Thread-safe: nothing changes after construction but a cache."""

    def __init__(
        self, pieces: Sequence[str], scores: Sequence[float], normaliser: dict[str, str], unknown: int
    ) -> None:
        """`pieces[id]` has the score `scores[id]`; `unknown` is the id of what is in no piece."""
        self._unknown = unknown
        self._normaliser = normaliser
        self._unknown_score = min(scores) - _UNKNOWN_PENALTY
        self._known = {
            piece: (scores[number], number) for number, piece in enumerate(pieces) if number != unknown
        }
        # The longest piece that begins with a character: nothing longer needs to be looked up there.
        self._longest: dict[str, int] = {}
        for piece in self._known:
            if piece:
                self._longest[piece[0]] = max(self._longest.get(piece[0], 1), len(piece))
        self.split = lru_cache(maxsize=_CACHED_TEXTS)(self._split)

    def _split(self, text: str, leading_space: bool = True) -> Pieces:
        """Pieces of `text`. A text that continues after another piece gets no leading space."""
        characters, origins = self._normalised(text, leading_space)
        count = len(characters)
        joined = "".join(characters)
        best = [0.0] + [-1e30] * count
        chosen = [(0, 0)] * (count + 1)
        known, longest = self._known, self._longest
        for start in range(count):
            base = best[start]
            for end in range(start + 1, min(start + longest.get(joined[start], 1), count) + 1):
                found = known.get(joined[start:end])
                if found is not None and base + found[0] > best[end]:
                    best[end] = base + found[0]
                    chosen[end] = (start, found[1])
            if base + self._unknown_score > best[start + 1]:
                best[start + 1] = base + self._unknown_score
                chosen[start + 1] = (start, self._unknown)
        ids: list[int] = []
        starts: list[int] = []
        ends: list[int] = []
        end = count
        while end > 0:
            start, number = chosen[end]
            covered = [origin for origin in origins[start:end] if origin >= 0]
            ids.append(number)
            starts.append(covered[0] if covered else -1)
            ends.append(covered[-1] + 1 if covered else -1)
            end = start
        return Pieces(tuple(reversed(ids)), *_without_holes(starts[::-1], ends[::-1]))

    def _normalised(self, text: str, leading_space: bool) -> tuple[list[str], list[int]]:
        """Characters as the model reads them, and where in `text` each stood (-1: nowhere, or a space)."""
        characters: list[str] = []
        origins: list[int] = []
        for origin, raw in enumerate(text):
            for char in self._normaliser.get(raw, raw):
                if char == " ":
                    char, place = SPACE, -1
                    if characters and characters[-1] == SPACE and origins[-1] == -1:
                        continue
                else:
                    place = origin
                characters.append(char)
                origins.append(place)
        if leading_space and not (characters and characters[0] == SPACE and origins[0] == -1):
            characters.insert(0, SPACE)
            origins.insert(0, -1)
        return characters, origins


def _without_holes(starts: list[int], ends: list[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A piece of no character stands, empty, where the one before it ended."""
    last = 0
    for number, end in enumerate(ends):
        if end < 0:
            starts[number] = ends[number] = last
        else:
            last = end
    return tuple(starts), tuple(ends)

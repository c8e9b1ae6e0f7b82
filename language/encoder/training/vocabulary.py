"""Which of the model's 250,000 pieces a Chinese citizen's message needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from language.encoder.tokenizer import SPACE, Tokenizer
from language.encoder.training.reader import Vocabulary

# Latin pieces beyond those that our own texts use (brands, apps): the most probable ones of the model.
_LATIN_PIECES = 2_000
_LATIN_SHORT = 2


def kept_pieces(vocabulary: Vocabulary, texts: Iterable[str]) -> list[int]:
    """Numbers of the pieces to keep, ascending: specials, every single character of Chinese, digits and signs, longer
    pieces of simplified characters alone, and Latin ones that are short, frequent, or occur in `texts`."""
    tokenizer = Tokenizer(vocabulary.pieces, vocabulary.scores, vocabulary.normaliser, vocabulary.unknown)
    used = Counter(number for text in texts for number in tokenizer.split(text).ids)
    special = {vocabulary.start, vocabulary.end, vocabulary.unknown}
    kept, latin = set(special), 0
    for number, piece in enumerate(vocabulary.pieces):
        bare = piece.replace(SPACE, "")
        if number in special:
            continue
        if number in used or not bare and piece:
            kept.add(number)
        elif len(bare) == 1 and (_is_han(bare) or _is_plain(bare)):
            kept.add(number)
        elif bare and all(map(_is_plain, bare)):
            is_latin = any(char.isascii() and char.isalpha() for char in bare)
            # The file lists pieces by falling probability.
            if not is_latin or len(bare) <= _LATIN_SHORT or latin < _LATIN_PIECES:
                kept.add(number)
                latin += is_latin
    return sorted(kept)


def cut(vocabulary: Vocabulary, kept: list[int]) -> Vocabulary:
    """The vocabulary of the kept pieces, renumbered in their order."""
    places = {number: place for place, number in enumerate(kept)}
    return Vocabulary(
        tuple(vocabulary.pieces[number] for number in kept),
        tuple(vocabulary.scores[number] for number in kept),
        vocabulary.normaliser,
        places[vocabulary.start],
        places[vocabulary.end],
        places[vocabulary.unknown],
    )


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def _is_plain(char: str) -> bool:
    """Simplified characters, ASCII, and the signs of Chinese text; no kana, no Greek."""
    if char.isascii():
        return True
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return _is_han(char) or not char.isalpha()

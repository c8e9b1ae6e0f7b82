"""Turns Chinese text into the phonemes that Kokoro knows: misaki's sounds, our readings, and the names of letters.

misaki passes letters through, and Kokoro drops what it does not know or takes it for phonemes, so that B栋, C栋 and D栋
would sound alike. Rare characters outside the basic block would be lost in the same way. Pure, once jieba has read
its dictionary.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator

from gateway.tts.readings import Readings
from gateway.tts.spoken_numbers import digit_by_digit

_log = logging.getLogger(__name__)

_HAN = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
_PIECE = re.compile(rf"(?P<han>{_HAN}+)|(?P<latin>[A-Za-z]+(?:[-'][A-Za-z]+)*)|(?P<other>.)", re.DOTALL)
# English names of the letters, in Kokoro's own spelling: A is ei, I is ai, O is ou.
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "ˈA bˈi sˈi dˈi ˈi ˈɛf ʤˈi ˈAʧ ˈI ʤˈA kˈA ˈɛl ˈɛm ˈɛn ˈO pˈi kjˈu ˈɑɹ ˈɛs tˈi jˈu vˈi dˈʌbᵊljˌu ˈɛks wˈI zˈi".split(),
        strict=True,
    )
)
# Abbreviations that people say as words; all others are spelt.
_WORDS = {"wifi": "wˈIfI", "wi-fi": "wˈIfI", "ok": "ˌOkˈA"}
_PUNCTUATION = ';:,.!?—…"()“” '
_END = (".", "!", "?", ",", ";", ":", "…", "—")


def phonemes_of(text: str, readings: Readings) -> str:
    """The phonemes; "" if there is nothing to say. They end in punctuation, without which the model cuts off the
    last vowel."""
    from misaki.zh import ZHG2P

    text = unicodedata.normalize("NFC", text.replace("〇", "零"))
    text = re.sub("[0-9]+", lambda digits: digit_by_digit(digits.group()), text)
    text = ZHG2P.map_punctuation(text)
    said: list[str] = []
    at = 0
    for reading in readings.find(text):
        said += _plain(text[at : reading.start])
        said.append(_sound(reading.syllables))
        at = reading.end
    said += _plain(text[at:])
    phonemes = re.sub(r"\s+", " ", " ".join(said)).strip()
    phonemes = re.sub(r" (?=[;:,.!?…)”])", "", phonemes)
    if not phonemes.strip(_PUNCTUATION):
        return ""
    return phonemes if phonemes.endswith(_END) else phonemes + "."


def _plain(text: str) -> Iterator[str]:
    import jieba

    for piece in _PIECE.finditer(text):
        if piece["han"]:
            yield from (_sound(_syllables(word)) for word in jieba.lcut(piece["han"]))
        elif piece["latin"]:
            yield _WORDS.get(piece["latin"].lower()) or " ".join(
                _LETTERS[letter] for letter in piece["latin"].upper() if letter in _LETTERS
            )
        elif piece["other"] in _PUNCTUATION:
            yield piece["other"]


def _syllables(word: str) -> tuple[str, ...]:
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore"))


def _sound(syllables: tuple[str, ...]) -> str:
    from misaki.zh import ZHG2P

    said = ""
    for syllable in syllables:
        try:
            said += ZHG2P.py2ipa(syllable.replace("ü", "v"))
        except (AssertionError, IndexError, KeyError, ValueError):
            # A sound that is no syllable, such as hng.
            _log.info("a syllable has no phonemes", extra={"syllable": syllable})
    # The tie below nasals is no phoneme of the model.
    return said.replace("\u032f", "")

"""Sound that is made here: sentences in a voice that the bundled model never heard, with a dialect's accent or without, and minutes
without any speech. Always the same for the same arguments.

The accent is the dialect's own table (asr/dialects/pronunciation), every change at once: it shows what the table is worth where
people speak as it says, and not whether they do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import jieba
import numpy as np
import numpy.typing as npt
from pypinyin import Style, lazy_pinyin

from asr.audio import RATE_HZ, Int16
from asr.training import units
from asr.training.pronunciation import Pronunciation, Sound, sounds_of
from gateway.audio.pcm import Resampler, from_floats
from gateway.tts.kokoro import Weights

# Kept out when the bundled model was trained.
VOICE = "jm_kumo"
_KOKORO_HZ = 24_000
_MARKS = {"，": ", ", "。": ". ", "？": "? ", "！": "! "}
_PIECE = re.compile(r"[，。？！]|[一-鿿㐀-䶿]+")
_ALONE = {
    "i": "yi", "ia": "ya", "iao": "yao", "ie": "ye", "iou": "you", "ian": "yan", "in": "yin", "iang": "yang", "ing": "ying",
    "iong": "yong", "u": "wu", "ua": "wa", "uo": "wo", "uai": "wai", "uei": "wei", "uan": "wan", "uen": "wen", "uang": "wang",
    "v": "yu", "ve": "yue", "van": "yuan", "vn": "yun",
}  # fmt: skip
_SHORT = {"iou": "iu", "uei": "ui", "uen": "un", "ir": "i", "iz": "i"}

Floats = npt.NDArray[np.float64]


class Voice:
    """Kokoro's male voice, sentence by sentence; a second of speech takes about a second of one core."""

    def __init__(self) -> None:
        from kokoro_onnx import Kokoro

        weights = Weights.find(None)
        self._kokoro: Any = Kokoro(str(weights.model), str(weights.voices), vocab_config=weights.vocabulary)

    def say(
        self, text: str, readings: Mapping[str, tuple[int, ...]], accent: Pronunciation | None = None
    ) -> Int16:
        """At 16 kHz, with half a second of silence around it. `readings`: names and their units; all else as a dictionary has it."""
        samples, _ = self._kokoro.create(phonemes(text, readings, accent), VOICE, 1.0, is_phonemes=True)
        pcm = Resampler(_KOKORO_HZ, RATE_HZ).feed(from_floats(np.asarray(samples)), last=True)
        silence = np.zeros(RATE_HZ // 2, dtype=np.int16)
        return np.concatenate([silence, np.frombuffer(pcm, "<i2"), silence])


def phonemes(text: str, readings: Mapping[str, tuple[int, ...]], accent: Pronunciation | None) -> str:
    said = ""
    names = "|".join(map(re.escape, sorted(readings, key=len, reverse=True))) or "(?!)"
    for part in re.split(f"({names})", text):
        for piece in [part] if part in readings else _PIECE.findall(part):
            if piece in _MARKS:
                said = said.rstrip() + _MARKS[piece]
                continue
            for word in [piece] if piece in readings else jieba.lcut(piece):
                numbers = readings.get(word) or _numbers(word)
                said += "".join(_ipa(sound) for sound in _accented(numbers, accent)) + " "
    return said.strip() if said.strip()[-1:] in ".?!" else said.strip() + "."


def _numbers(word: str) -> tuple[int, ...]:
    found = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
    return tuple(units.NUMBER[unit] for sound in found for unit in units.syllable(sound) or ())


def _accented(numbers: tuple[int, ...], accent: Pronunciation | None) -> tuple[Sound, ...]:
    ways = accent.ways(numbers, 2) if accent else ()
    return sounds_of(ways[-1].units if ways else numbers)


def _ipa(sound: Sound) -> str:
    from misaki.zh import ZHG2P

    initial, final = sound.initial, _SHORT.get(sound.final, sound.final)
    if not initial:
        pinyin = _ALONE.get(sound.final, sound.final)
    elif initial in ("j", "q", "x") and final.startswith("v"):
        pinyin = f"{initial}u{final[1:]}"
    else:
        pinyin = initial + final
    try:
        return str(ZHG2P.py2ipa(f"{pinyin}{sound.tone}")).replace("\u032f", "")
    except (AssertionError, IndexError, KeyError, ValueError):
        # A syllable that Mandarin does not have, and its voice cannot say (fong): as near as it can.
        return str(ZHG2P.py2ipa(f"{initial}eng{sound.tone}")).replace("\u032f", "")


# -- no speech ------------------------------------------------------------------------------------------


def noises(seconds: float) -> Iterator[tuple[str, Int16]]:
    """Sound in which nobody speaks, by name."""
    size = int(seconds * RATE_HZ)
    for name, make in _KINDS.items():
        yield name, make(size)


def _silence(size: int) -> Int16:
    return np.zeros(size, dtype=np.int16)


def _at(sound: Floats, level_db: float) -> Int16:
    """With a root mean square of so many dB below full scale."""
    scaled = sound / np.sqrt((sound**2).mean()) * 32_768 * 10 ** (level_db / 20)
    return np.clip(scaled, -32_768, 32_767).astype(np.int16)


def _white(size: int) -> Floats:
    return np.random.default_rng(1).standard_normal(size)


def _coloured(size: int, power: float) -> Floats:
    spectrum = np.fft.rfft(_white(size))
    spectrum /= np.maximum(np.arange(len(spectrum)), 1) ** (power / 2)
    found: Floats = np.fft.irfft(spectrum, size)
    return found


def _sines(size: int, tones: Iterable[tuple[float, float]]) -> Floats:
    at = np.arange(size) / RATE_HZ
    found: Floats = sum((level * np.sin(2 * np.pi * hz * at) for hz, level in tones), np.zeros(size))
    return found


def _gated(sound: Floats, on_s: float, off_s: float) -> Floats:
    at = np.arange(len(sound)) / RATE_HZ
    found: Floats = sound * (at % (on_s + off_s) < on_s)
    return found


def _music(size: int) -> Floats:
    """A tune of five tones by lot, four notes a second, each with overtones that fade, over a slow bass."""
    random, found = np.random.default_rng(2), np.zeros(size)
    length = RATE_HZ // 4
    fade = np.exp(-4 * np.arange(length * 2) / length)
    for start in range(0, size - 2 * length, length):
        hz = 261.6 * 2 ** (random.choice([0, 2, 4, 7, 9, 12]) / 12)
        overtones = [(hz * n, 1 / n) for n in range(1, 6)]
        found[start : start + 2 * length] += _sines(2 * length, overtones) * fade
        if start % (8 * length) == 0:
            found[start : start + 2 * length] += _sines(2 * length, [(hz / 4, 1.5), (hz / 2, 0.7)]) * fade
    return found


def _keys(size: int) -> Floats:
    """Keys of a telephone, by lot."""
    random, found = np.random.default_rng(3), np.zeros(size)
    length = RATE_HZ // 5
    for start in range(0, size - length, 2 * length):
        low, high = random.choice([697, 770, 852, 941]), random.choice([1209, 1336, 1477])
        found[start : start + length] = _sines(length, [(low, 1), (high, 1)])
    return found


_KINDS: dict[str, Callable[[int], Int16]] = {
    "silence": _silence,
    "white, -50 dB": lambda size: _at(_white(size), -50),
    "white, -25 dB": lambda size: _at(_white(size), -25),
    "pink, -25 dB": lambda size: _at(_coloured(size, 1), -25),
    "brown, -25 dB": lambda size: _at(_coloured(size, 2), -25),
    "babble-shaped, -25 dB": lambda size: _at(
        _coloured(size, 1) * (1.2 + _sines(size, [(3.1, 0.6), (4.7, 0.5)])), -25
    ),
    "hum of 50 Hz": lambda size: _at(_sines(size, [(50 * n, 1 / n) for n in range(1, 8)]), -25),
    "ringing, 450 Hz": lambda size: _at(_gated(_sines(size, [(450, 1.0)]), 1, 4) + 1e-4 * _white(size), -25),
    "keys": lambda size: _at(_keys(size) + 1e-4 * _white(size), -25),
    "music": lambda size: _at(_music(size), -22),
}

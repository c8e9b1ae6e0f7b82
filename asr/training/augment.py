"""Turns a recording into that of another speaker, room or line. Every choice comes from the given generator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import fftconvolve, resample_poly

from asr.training.features import RATE_HZ, mfcc

Float32 = NDArray[np.float32]
Random = np.random.Generator


def resampled(samples: Float32, factor: float) -> Float32:
    """Faster and higher for a factor above 1: tempo, pitch and formants move together."""
    positions = np.arange(0, len(samples) - 1, factor)
    return np.asarray(np.interp(positions, np.arange(len(samples)), samples), np.float32)


def stretched(samples: Float32, factor: float, window: int = 640) -> Float32:
    """Faster for a factor above 1, at the same pitch: overlap-add with the best-fitting shift (WSOLA)."""
    hop, search = window // 2, window // 4
    padded = np.concatenate(
        [np.zeros(search, np.float32), samples, np.zeros(window * 2 + search, np.float32)]
    )
    count = max(1, int(len(samples) / factor / hop))
    out = np.zeros((count + 1) * hop + window, np.float32)
    shape = np.hanning(window).astype(np.float32)
    expected: Float32 | None = None
    for i in range(count):
        start = int(i * hop * factor)
        if expected is not None:
            area = padded[start : start + window + 2 * search]
            if len(area) < window + 2 * search:
                break
            start += int(np.argmax(np.correlate(area, expected, "valid")))
        else:
            start += search
        out[i * hop : i * hop + window] += padded[start : start + window] * shape
        expected = padded[start + hop : start + hop + window]
        if len(expected) < window:
            break
    return out[: count * hop]


def in_room(samples: Float32, random: Random) -> Float32:
    """Adds a room: a sudden wave front, then noise that dies away within 0.08-0.5 s."""
    length = int(random.uniform(0.08, 0.5) * RATE_HZ)
    response = random.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    response[0] = random.uniform(1, 4) * np.abs(response).max()
    response /= np.sqrt(np.square(response).sum())
    return np.asarray(fftconvolve(samples, response)[: len(samples)], np.float32)


def equalised(samples: Float32, random: Random, range_db: float = 10.0) -> Float32:
    length = next_fast_len(len(samples), real=True)
    spectrum = rfft(samples, length)
    gains = 10 ** (random.uniform(-range_db, range_db, 6) / 20)
    curve = np.interp(np.linspace(0, 1, len(spectrum)), np.linspace(0, 1, 6), gains)
    return np.asarray(irfft(spectrum * curve, length)[: len(samples)], np.float32)


def on_the_phone(samples: Float32) -> Float32:
    """8 kHz and eight bits of mu-law, as a telephone line carries it, brought back to 16 kHz."""
    narrow = resample_poly(samples, 1, 2)
    narrow = narrow / max(1e-3, np.abs(narrow).max())
    coded = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256) * 127) / 127
    narrow = np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255
    return np.asarray(resample_poly(narrow, 2, 1), np.float32)


def coloured_noise(length: int, random: Random) -> Float32:
    """Between white and brown, of unit power."""
    longer = next_fast_len(length, real=True)
    spectrum = rfft(random.standard_normal(longer).astype(np.float32))
    slope = np.arange(1, len(spectrum) + 1, dtype=np.float32) ** -random.uniform(0, 1.2)
    noise = irfft(spectrum * slope, longer)[:length]
    return np.asarray(noise / (noise.std() + 1e-9), np.float32)


def babble(others: list[Float32], length: int, random: Random) -> Float32:
    """Three to six voices at once, of unit power."""
    mixed = np.zeros(length, np.float32)
    for _ in range(int(random.integers(3, 7))):
        voice = others[int(random.integers(len(others)))]
        repeated = np.resize(np.roll(voice, int(random.integers(len(voice)))), length)
        mixed += repeated / (repeated.std() + 1e-6)
    return np.asarray(mixed / (mixed.std() + 1e-6), np.float32)


def another(samples: Float32, random: Random, others: list[Float32]) -> Float32:
    """The features of a new, random copy."""
    samples = resampled(samples, random.uniform(0.78, 1.25))
    if random.random() < 0.4:
        samples = stretched(samples, random.uniform(0.8, 1.3))
    if random.random() < 0.5:
        samples = in_room(samples, random)
    if random.random() < 0.6:
        samples = equalised(samples, random)
    if random.random() < 0.35:
        samples = on_the_phone(samples)
    level = samples.std() + 1e-6
    if random.random() < 0.8:
        noise = coloured_noise(len(samples), random)
        samples = samples + noise * level * np.float32(10 ** (-random.uniform(5, 35) / 20))
    if others and random.random() < 0.25:
        samples = samples + babble(others, len(samples), random) * level * np.float32(
            10 ** (-random.uniform(8, 25) / 20)
        )
    samples = samples * np.float32(random.uniform(0.03, 0.95) / max(1e-3, np.abs(samples).max()))
    return mfcc(samples, random.uniform(15, 60), random.uniform(6600, 8000))

"""Which words the recogniser itself does not believe. Pure."""

from __future__ import annotations

from danger.rules import cries, find_danger
from gateway.voice.short_words import bare, is_backchannel

# Geometric mean of the words' confidence. Of thirty short answers and twenty noises at 8 kHz (Whisper base, 2026-11-29) what lay
# below was wrong, each time; right ones began at 0.2 (可以, 走了).
DOUBTED = 0.2
# Longer texts are wrong in parts only, and what is right in them helps.
SHORT_CHARS = 6


def is_unclear(text: str, confidence: float | None) -> bool:
    """Whether the caller is to be asked again instead of being taken at these words. A cry for help, a yes and digits are
    believed however they sound; None: the recogniser does not say."""
    words = bare(text)
    if confidence is None or confidence >= DOUBTED or not 0 < len(words) <= SHORT_CHARS:
        return False
    if any(char.isdigit() for char in words):
        return False
    return not (is_backchannel(text) or find_danger(text) or cries(text))

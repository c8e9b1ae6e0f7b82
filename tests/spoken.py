"""Voices for tests: what is said, as sound."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from asr.audio import read_clip
from gateway.audio.pcm import Resampler
from gateway.tts.espeak import EspeakSynthesizer
from gateway.tts.synthesizer import SpeechRequest


async def speech(text: str, rate_hz: int) -> bytes:
    """16-bit mono PCM of espeak-ng, which is here wherever the product is and takes a moment only."""
    engine = EspeakSynthesizer()
    pcm = b"".join([piece async for piece in engine.stream(SpeechRequest(text=text))])
    await engine.aclose()
    return Resampler(engine.rate_hz, rate_hz).feed(pcm, last=True)


CITIZEN = Path(__file__).parent / "calls" / "speech"
# What a seat says into his microphone.
SEAT_WORDS = "您好，我是人工坐席，您的投诉我已经登记好了。"


@cache
def recorded_lines() -> dict[str, bytes]:
    """All that the scripted citizen says, and SEAT_WORDS: Kokoro's voice, 16-bit mono PCM at 16 kHz."""
    with (CITIZEN / "lines.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    return {row["text"]: read_clip(CITIZEN / row["file"]).samples.tobytes() for row in rows}

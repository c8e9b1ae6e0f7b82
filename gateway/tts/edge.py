"""Microsoft Edge's read-aloud service through edge-tts. Free and good, but it may stop at any moment: never make it
the only engine.

It gives 48 kbit/s MP3 at 24 kHz. The package's receive_timeout only covers opening the socket, so this file gives up
on a service that accepts and then is silent. Callers on the line have a shorter budget (gateway.tts.speaker).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import aiohttp
import edge_tts
from edge_tts.exceptions import EdgeTTSException, NoAudioReceived

from gateway.tts.mp3 import Mp3Decoder
from gateway.tts.synthesizer import (
    MANDARIN,
    EngineMissing,
    EngineRefused,
    NoAudio,
    SpeechRequest,
    TtsError,
)

CONNECT_S = 3
SILENCE_S = 5
VOICES = {
    MANDARIN: "zh-CN-XiaoxiaoNeural",
    "northeast": "zh-CN-liaoning-XiaobeiNeural",
    "shaanxi": "zh-CN-shaanxi-XiaoniNeural",
    "cantonese": "zh-HK-HiuGaaiNeural",
    "taiwan": "zh-TW-HsiaoChenNeural",
}


class EdgeSynthesizer:
    name = "edge"
    outside = True
    rate_hz = 24000

    def __init__(self, silence_s: float = SILENCE_S) -> None:
        """`silence_s`: longest wait for the next piece of sound."""
        self._silence_s = silence_s
        # Voices come and go; `check` finds out which exist.
        self._gone: frozenset[str] = frozenset()

    def voice_of(self, name: str) -> str:
        voice = VOICES.get(name, VOICES[MANDARIN])
        return VOICES[MANDARIN] if voice in self._gone else voice

    async def stream(self, request: SpeechRequest) -> AsyncGenerator[bytes, None]:
        speech = edge_tts.Communicate(
            request.text,
            self.voice_of(request.voice),
            rate=f"{round((request.speed - 1) * 100):+d}%",
            connect_timeout=CONNECT_S,
        )
        decoder = Mp3Decoder(self.rate_hz)
        sounded = False
        try:
            async with contextlib.aclosing(speech.stream()) as chunks:
                while True:
                    async with asyncio.timeout(self._silence_s):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        break
                    if chunk["type"] == "audio":
                        pcm = decoder.feed(chunk["data"])
                        if pcm:
                            sounded = True
                            yield pcm
        except (EdgeTTSException, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise _told(error) from error
        rest = decoder.finish()
        if rest:
            yield rest
        elif not sounded:
            raise NoAudio("the service sent no sound")

    async def check(self) -> None:
        """Looks at the service's list of voices."""
        try:
            async with asyncio.timeout(SILENCE_S):
                listed = {voice["ShortName"] for voice in await edge_tts.list_voices()}
        except (EdgeTTSException, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise _told(error) from error
        self._gone = frozenset(VOICES.values()) - listed
        if VOICES[MANDARIN] in self._gone:
            raise EngineMissing(f"the service has no voice {VOICES[MANDARIN]} any more")

    async def aclose(self) -> None:
        pass


def _told(error: BaseException) -> TtsError:
    if isinstance(error, aiohttp.ClientResponseError) and error.status in (401, 403, 429):
        return EngineRefused(f"the service answers {error.status}")
    # A 403 without a date cannot be corrected for the clock; the package says so with an error of its own.
    if isinstance(error.__context__, aiohttp.ClientResponseError) and error.__context__.status == 403:
        return EngineRefused("the service answers 403")
    if isinstance(error, NoAudioReceived):
        return NoAudio("the service sent no sound")
    return TtsError(f"the service cannot be reached ({type(error).__name__})")

"""espeak-ng: a robot's voice, but it needs nothing, never waits, and speaks Mandarin and Cantonese.

The shared library comes from the package espeakng-loader and is called directly: no process for each sentence. Its
state lies in C globals, so a process has one library with one lock, however many synthesisers there are.
"""

from __future__ import annotations

import asyncio
import ctypes
import functools
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor

import espeakng_loader

from gateway.tts.synthesizer import MANDARIN, EngineMissing, NoAudio, SpeechRequest

# From espeak-ng's speak_lib.h.
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1
_RATE = 1
# Words a minute; espeak's default of 175 is hurried for Mandarin.
NORMAL_RATE = 160
PIECE_BYTES = 8192
VOICES = {MANDARIN: "cmn", "cantonese": "yue"}
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class _Library:
    """Get it with `_library`."""

    def __init__(self) -> None:
        """
        Raises:
            EngineMissing: the library does not load.
        """
        try:
            self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise EngineMissing("the library of espeak-ng does not load") from error
        data = espeakng_loader.get_data_path().encode()
        self.rate_hz = int(self._lib.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT))
        if self.rate_hz <= 0:
            raise EngineMissing("espeak-ng does not find its data")
        self._lock = threading.Lock()
        self._pcm = bytearray()
        # Keep a reference, or the library would call into freed memory.
        self._callback = _Callback(self._take)
        self._lib.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, voice: str, words_per_minute: int) -> bytes:
        data = text.encode()
        with self._lock:
            if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
                raise EngineMissing(f"espeak-ng has no voice {voice}")
            self._lib.espeak_SetParameter(_RATE, words_per_minute, 0)
            self._pcm = bytearray()
            self._lib.espeak_Synth(data, len(data) + 1, 0, 0, 0, _UTF8, None, None)
            return bytes(self._pcm)

    def _take(self, wave: ctypes._Pointer[ctypes.c_short], samples: int, _events: int | None) -> int:
        if wave and samples > 0:
            self._pcm += ctypes.string_at(wave, samples * 2)
        return 0


@functools.cache
def _library() -> _Library:
    return _Library()


class EspeakSynthesizer:
    name = "espeak"
    outside = False
    rate_hz = 22050

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="espeak")

    def voice_of(self, name: str) -> str:
        return VOICES.get(name, VOICES[MANDARIN])

    async def stream(self, request: SpeechRequest) -> AsyncGenerator[bytes, None]:
        loop = asyncio.get_running_loop()
        pcm = await loop.run_in_executor(self._thread, self._speak, request)
        if not any(pcm):
            raise NoAudio("espeak-ng said nothing")
        for start in range(0, len(pcm), PIECE_BYTES):
            yield pcm[start : start + PIECE_BYTES]

    async def check(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._loaded)

    async def aclose(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _speak(self, request: SpeechRequest) -> bytes:
        words_per_minute = round(NORMAL_RATE * request.speed)
        return self._loaded().speak(request.text, self.voice_of(request.voice), words_per_minute)

    def _loaded(self) -> _Library:
        library = _library()
        if library.rate_hz != self.rate_hz:
            raise EngineMissing(f"espeak-ng speaks at {library.rate_hz} Hz")
        return library

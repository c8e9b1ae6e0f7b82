"""Says a sentence with the best engine that can do it in time.

Engines are tried in order. If one has not sounded within the budget, or its audio runs out in the middle, the next
one goes on from about the clause where it stopped. A circuit breaker pauses an engine that keeps failing. Text that
may be personal goes neither to an outside engine nor into the cache.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace

import structlog

from gateway.audio.pcm import Resampler
from gateway.runtime.breaker import CircuitBreaker
from gateway.runtime.metrics import Spoken
from gateway.runtime.tasks import end_tasks
from gateway.tts.cache import SpeechCache
from gateway.tts.synthesizer import NoAudio, SpeechRequest, Synthesizer, TooSlow, TtsError, seconds_of

_log = structlog.get_logger(__name__)

FIRST_AUDIO_S = 1.5
# How long after the end of the delivered audio the next piece may come; the caller hears a short gap.
STALL_S = 0.4
# Characters a second at normal speed, to guess how far a broken sentence had come.
CHARS_PER_S = 4.5
PIECE_S = 0.1
# A sentence that nobody could say longer ago says nothing about now.
RECENT_S = 60.0
_CLAUSE = re.compile(r"[^，,、：；。！？]*[，,、：；。！？]+|[^，,、：；。！？]+$")

Clock = Callable[[], float]


class NobodySpeaks(TtsError):
    """No engine could say it."""


class Speaker:
    def __init__(
        self,
        engines: Sequence[Synthesizer],
        *,
        cache: SpeechCache | None = None,
        personal_outside: bool = False,
        first_audio_s: float = FIRST_AUDIO_S,
        clock: Clock = time.monotonic,
        on_spoken: Callable[[Spoken], None] = lambda _spoken: None,
    ) -> None:
        """`engines`: best first."""
        self._engines = tuple(engines)
        self._breakers = {engine.name: CircuitBreaker() for engine in engines}
        self._cache = cache
        self._personal_outside = personal_outside
        self._first_audio_s = first_audio_s
        self._clock = clock
        self._on_spoken = on_spoken
        self._loading: asyncio.Task[None] | None = None
        # When nobody could say a sentence the last time.
        self._speechless_at = -math.inf

    def left_alone(self) -> list[str]:
        """Names of the engines that failed and are not asked at present."""
        now = self._clock()
        return [name for name, breaker in self._breakers.items() if breaker.is_open(now)]

    def speechless(self) -> bool:
        """A sentence of the last minute was said by nobody."""
        return self._clock() - self._speechless_at < RECENT_S

    def engines_for(self, request: SpeechRequest) -> tuple[Synthesizer, ...]:
        """The engines that may see the text."""
        inside_only = request.personal and not self._personal_outside
        return tuple(e for e in self._engines if not (e.outside and inside_only))

    async def stream(self, request: SpeechRequest, rate_hz: int) -> AsyncGenerator[bytes, None]:
        """16-bit PCM at `rate_hz`; none for a text of nothing but punctuation.

        Raises:
            NobodySpeaks: no engine could; what was said before that was delivered.
        """
        if not any(char.isalnum() for char in request.text):
            # Every engine would fail at it, and its breaker would open.
            return
        started = self._clock()
        # The rest of the sentence; shorter once an engine has broken off.
        left = request
        for engine in self.engines_for(request):
            cached = await self._cached(engine, left)
            if cached is not None:
                self._on_spoken(
                    Spoken(engine=engine.name, cached=True, first_audio_s=self._clock() - started)
                )
                for piece in _pieces(Resampler(engine.rate_hz, rate_hz).feed(cached, last=True), rate_hz):
                    yield piece
                return
            breaker = self._breakers[engine.name]
            if not breaker.allows(self._clock()):
                continue
            delivered_s = 0.0
            resampler = Resampler(engine.rate_hz, rate_hz)
            settled = False
            try:
                async with contextlib.aclosing(self._in_time(engine, left)) as made:
                    async for pcm in made:
                        if not delivered_s:
                            self._on_spoken(
                                Spoken(
                                    engine=engine.name, cached=False, first_audio_s=self._clock() - started
                                )
                            )
                        delivered_s += seconds_of(pcm, engine.rate_hz)
                        if piece := resampler.feed(pcm):
                            yield piece
                if rest := resampler.feed(b"", last=True):
                    yield rest
                breaker.succeeded()
                settled = True
                return
            except TtsError as error:
                breaker.failed(self._clock())
                settled = True
                _log.warning("tts_engine_failed", engine=engine.name, why=type(error).__name__)
                if rest := resampler.feed(b"", last=True):
                    yield rest
                left = replace(left, text=rest_of(left.text, delivered_s * left.speed))
            finally:
                if not settled:
                    breaker.abandoned()
        self._speechless_at = self._clock()
        raise NobodySpeaks("no engine could say it")

    async def render(self, request: SpeechRequest, engine_name: str | None = None) -> tuple[bytes, int]:
        """The whole sentence without hurry, by the first engine that can (or the named one), and its rate. Cached.

        Raises:
            TtsError: nobody could.
        """
        last: TtsError = NobodySpeaks("no engine may say it")
        for engine in self.engines_for(request):
            if engine_name not in (None, engine.name):
                continue
            cached = await self._cached(engine, request)
            if cached is not None:
                return cached, engine.rate_hz
            try:
                pcm = b"".join([piece async for piece in engine.stream(request)])
            except TtsError as error:
                last = error
                continue
            await self._keep(engine, request, pcm)
            return pcm, engine.rate_hz
        raise last

    def get_ready(self) -> None:
        """Load the best engine of this machine in the background, once: the first sentence must not wait for it."""
        inside = next((engine for engine in self._engines if not engine.outside), None)
        if inside is not None and self._loading is None:
            self._loading = asyncio.create_task(_load(inside))

    async def aclose(self) -> None:
        if self._loading is not None:
            await end_tasks([self._loading])
        for engine in self._engines:
            await engine.aclose()

    async def _in_time(self, engine: Synthesizer, request: SpeechRequest) -> AsyncGenerator[bytes, None]:
        """The engine's audio, as long as it stays ahead of the listener.

        Raises:
            TtsError: TooSlow, or the engine's own.
        """
        whole = bytearray()
        deadline = self._clock() + self._first_audio_s
        first = True
        async with contextlib.aclosing(engine.stream(request)) as pieces:
            while True:
                try:
                    async with asyncio.timeout(max(deadline - self._clock(), 0.0)):
                        pcm = await anext(pieces)
                except StopAsyncIteration:
                    break
                except TimeoutError as error:
                    raise TooSlow("no audio in time") from error
                if first:
                    deadline = self._clock() + STALL_S
                    first = False
                deadline += seconds_of(pcm, engine.rate_hz)
                whole += pcm
                yield pcm
        if first:
            raise NoAudio("no sound at all")
        await self._keep(engine, request, bytes(whole))

    async def _cached(self, engine: Synthesizer, request: SpeechRequest) -> bytes | None:
        if self._cache is None or request.personal:
            return None
        return await asyncio.to_thread(self._cache.get, engine, request)

    async def _keep(self, engine: Synthesizer, request: SpeechRequest, pcm: bytes) -> None:
        if self._cache is not None and not request.personal:
            await asyncio.to_thread(self._cache.put, engine, request, pcm)


async def _load(engine: Synthesizer) -> None:
    try:
        await engine.check()
    except TtsError as error:
        _log.warning("tts_engine_failed", engine=engine.name, why=type(error).__name__)


def rest_of(text: str, seconds: float) -> str:
    """What is left of a sentence that broke off after `seconds` at normal speed, from the beginning of a clause on.
    It may repeat a few words, but never loses one."""
    said = int(seconds * CHARS_PER_S)
    at = begun = 0
    for clause in _CLAUSE.findall(text):
        begun = at
        at += len(clause)
        if at > said:
            break
    return text[begun:]


def _pieces(pcm: bytes, rate_hz: int) -> list[bytes]:
    size = 2 * int(PIECE_S * rate_hz)
    return [pcm[start : start + size] for start in range(0, len(pcm), size)]

"""Builds the speaker that the settings describe."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from desk.settings import ROOT, Settings, SettingsError
from gateway.runtime.metrics import Spoken
from gateway.tts.cache import SpeechCache
from gateway.tts.edge import EdgeSynthesizer
from gateway.tts.espeak import EspeakSynthesizer
from gateway.tts.kokoro import KokoroSynthesizer
from gateway.tts.speaker import Speaker
from gateway.tts.synthesizer import Synthesizer, TtsError

ENGINES = ("edge", "kokoro", "espeak")
# Kokoro takes seconds to load.
CHECK_S = 30.0
# The fixed sentences, rendered once per checkout (minsheng tts warm) for all copies that run from it.
READY_MADE = ROOT / "models" / "speech"


def build_engine(name: str, settings: Settings) -> Synthesizer:
    """
    Raises:
        SettingsError: no such engine.
    """
    match name:
        case "edge":
            return EdgeSynthesizer()
        case "kokoro":
            return KokoroSynthesizer(settings.tts_models_dir, settings.tts_threads)
        case "espeak":
            return EspeakSynthesizer()
        case _:
            raise SettingsError(f"{name!r} is no voice engine; there are {', '.join(ENGINES)}")


async def check_engines(settings: Settings) -> dict[str, str | None]:
    """For each engine of the settings, best first: None if it can speak now, else why not. Loads or connects."""
    found: dict[str, str | None] = {}
    for name in settings.tts_engines:
        engine = build_engine(name, settings)
        try:
            async with asyncio.timeout(CHECK_S):
                await engine.check()
            found[name] = None
        except (TtsError, TimeoutError) as error:
            found[name] = str(error) or type(error).__name__
        finally:
            await engine.aclose()
    return found


def build_speaker(
    settings: Settings,
    engines: tuple[str, ...] = (),
    on_spoken: Callable[[Spoken], None] = lambda _spoken: None,
    cache: SpeechCache | None = None,
) -> Speaker:
    """`engines` and `cache` instead of those of the settings. Raises SettingsError."""
    return Speaker(
        [build_engine(name, settings) for name in engines or settings.tts_engines],
        cache=cache
        or SpeechCache(settings.var_dir / "speech", settings.tts_cache_mb * 1_000_000, READY_MADE),
        personal_outside=settings.tts_allow_personal_outside,
        first_audio_s=settings.tts_first_audio_s,
        on_spoken=on_spoken,
    )

"""Builds the speaker that the settings describe."""

from __future__ import annotations

from collections.abc import Callable

from desk.settings import Settings, SettingsError
from gateway.tts.cache import SpeechCache
from gateway.tts.edge import EdgeSynthesizer
from gateway.tts.espeak import EspeakSynthesizer
from gateway.tts.kokoro import KokoroSynthesizer
from gateway.tts.speaker import Speaker, Spoken
from gateway.tts.synthesizer import Synthesizer

ENGINES = ("edge", "kokoro", "espeak")


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


def build_speaker(
    settings: Settings,
    engines: tuple[str, ...] = (),
    on_spoken: Callable[[Spoken], None] = lambda _spoken: None,
) -> Speaker:
    """`engines` instead of those of the settings. Raises SettingsError."""
    return Speaker(
        [build_engine(name, settings) for name in engines or settings.tts_engines],
        cache=SpeechCache(settings.var_dir / "speech", settings.tts_cache_mb * 1_000_000),
        personal_outside=settings.tts_allow_personal_outside,
        first_audio_s=settings.tts_first_audio_s,
        on_spoken=on_spoken,
    )

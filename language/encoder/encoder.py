"""Read a message once and know its meaning, whether somebody is in danger, what the citizen does, and where values stand."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from language.encoder.known import FOLDER as KNOWN
from language.encoder.known import KnownVectors
from language.encoder.labels import ACTS, DANGERS, KINDS
from language.encoder.pieces import Sentence, Splitter, best_spans, tag_rows
from language.encoder.tokenizer import Tokenizer
from language.reading import Reading, ReadSpan

Vector = npt.NDArray[np.float32]
WEIGHTS = Path(__file__).parent / "weights"
GRAPH_FILE, VOCABULARY_FILE, SCALES_FILE = "encoder.onnx", "vocabulary.json", "scales.json"
# The classifier, the tagger and the knowledge search ask for the same message one after the other.
_CACHED_READINGS = 256
_OUTPUTS = ("vector", "danger", "kinds", "acts", "spans")


class EncoderError(RuntimeError):
    """The encoder's files are missing or broken. The message says which."""


@dataclass(frozen=True)
class Encoded:
    """`vector` has length one. `danger` and each of `acts` are independent probabilities; `kinds` add up to one.
    `tags` [characters, `labels.TAGS`] has a probability of each tag for each character of the text."""

    vector: Vector
    danger: float
    kinds: Mapping[str, float]
    acts: Mapping[str, float]
    tags: Vector

    @property
    def spans(self) -> tuple[ReadSpan, ...]:
        """The spans that the network alone finds."""
        return tuple(best_spans(self.tags))

    def reading(self) -> Reading:
        """A reading from the network alone, for a message that the linear models have not read."""
        kind = max(DANGERS, key=lambda name: self.kinds[name])
        return Reading(self.acts, self.spans, self.danger, kind)


class Encoder:
    """Thread-safe. The files are read at first use; `load` alone costs nothing."""

    def __init__(self, folder: Path, threads: int) -> None:
        self._folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self.read = lru_cache(maxsize=_CACHED_READINGS)(self._read)

    @classmethod
    def load(cls, folder: Path = WEIGHTS, *, threads: int = 1) -> Encoder:
        """One thread is the fastest for a sentence where several conversations run at once. A process has one encoder for
        the same folder, however many ask for it."""
        return _shared(folder, threads)

    @property
    def splitter(self) -> Splitter:
        """Raises EncoderError, as everything does that needs the files."""
        return self._parts().splitter

    def _read(self, text: str, expecting: str = "") -> Encoded:
        """`expecting` is what the bot had just asked (`labels.ASKED`; unknown ones count as nothing asked)."""
        parts = self._parts()
        sentence = parts.splitter.read(text, expecting)
        found = self.run(sentence)
        kinds = np.exp((found["kinds"] - found["kinds"].max()) / parts.scales["kinds"])
        acts = _logistic(found["acts"] / parts.scales["acts"])
        vector, tags = found["vector"], tag_rows(sentence, found["spans"], len(text))
        vector.flags.writeable = tags.flags.writeable = False
        return Encoded(
            vector,
            float(_logistic(found["danger"] / parts.scales["danger"])[0]),
            dict(zip(KINDS, (kinds / kinds.sum()).tolist(), strict=True)),
            dict(zip(ACTS, acts.tolist(), strict=True)),
            tags,
        )

    def digest(self) -> str:
        """Changes with the weights, because equal texts then get other vectors. Raises OSError if there are no
        weights."""
        return _digest(self._folder)

    def meaning(self, text: str, *, passage: bool = False) -> Vector:
        """The sentence vector alone, from `known` for a text that ships. `passage` marks a text that is searched in, as in
        the model's training."""
        parts = self._parts()
        shipped = None if passage else parts.known.get(text)
        return self.computed(text, passage=passage) if shipped is None else shipped

    def computed(self, text: str, *, passage: bool = False) -> Vector:
        """As `meaning`, computed in any case."""
        return self.run(self._parts().splitter.read(text, passage=passage), ("vector",))["vector"]

    def run(self, sentence: Sentence, outputs: tuple[str, ...] = _OUTPUTS) -> dict[str, Vector]:
        """The network's raw outputs, before they become probabilities. Also has `states`, one row a piece."""
        inputs = {"ids": np.array(sentence.ids, np.int64), "first": np.array([sentence.first], np.int64)}
        return dict(zip(outputs, self._parts().session.run(list(outputs), inputs), strict=True))

    def _parts(self) -> _Loaded:
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = _Loaded.of(self._folder, self._threads)
        return self._loaded


@lru_cache(maxsize=4)
def _shared(folder: Path, threads: int) -> Encoder:
    return Encoder(folder, threads)


@dataclass(frozen=True)
class _Loaded:
    session: Any
    splitter: Splitter
    scales: Mapping[str, float]
    known: KnownVectors

    @classmethod
    def of(cls, folder: Path, threads: int) -> _Loaded:
        # Heavy, and whoever only imports the class does not need it.
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Free memory after each sentence: the arena would keep what the longest message took, for ever.
        options.enable_cpu_mem_arena = False
        try:
            words = json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
            scales = json.loads((folder / SCALES_FILE).read_text(encoding="utf-8"))
            session = onnxruntime.InferenceSession(
                str(folder / GRAPH_FILE), options, providers=["CPUExecutionProvider"]
            )
            tokenizer = Tokenizer(words["pieces"], words["scores"], words["normaliser"], words["unknown"])
        except Exception as error:
            # onnxruntime raises exception classes that its package does not export.
            raise EncoderError(f"the encoder in {folder} cannot be loaded: {error}") from error
        splitter = Splitter(tokenizer, words["start"], words["end"])
        return cls(session, splitter, scales, KnownVectors.load(KNOWN, _digest(folder)))


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / GRAPH_FILE).read_bytes()).hexdigest()[:12]


def _logistic(scores: Vector) -> Vector:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -50, 50))), np.float32)

"""Sentence vectors behind an interface: meaning where words differ (取钱交房租 / 租房提取). Optional.

The default is the product's own encoder, made from multilingual-e5-small (it ships, CPU only, nothing is downloaded, no
text leaves the machine). Without it, or with MINSHENG_KNOWLEDGE_EMBEDDING=false, search works by words, characters and sounds.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from desk.knowledge.tables import VectorRow
from language.encoder.encoder import Encoder, EncoderError

logger = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]
SLICE = 400


class Embedder(Protocol):
    """Maps texts to unit vectors. `name` changes whenever equal texts may get other vectors."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), float32, each row of length 1. Thread-safe."""
        ...


class EncoderEmbedder:
    """The product's own encoder (`language.encoder`). It ships, so nothing is downloaded; a sentence costs 5 ms of
    one core."""

    dimensions = 384

    def __init__(self) -> None:
        self._encoder = Encoder.load()
        self.name = f"minsheng-encoder-{self._encoder.digest()}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        # Questions are compared with questions, so that both sides are read in the same way.
        return np.stack([self._encoder.meaning(text) for text in texts])


def open_embedder() -> Embedder | None:
    """The shipped embedder, or None with a warning if this machine cannot load it."""
    try:
        embedder = EncoderEmbedder()
        embedder.embed(["公积金"])
    except (ImportError, OSError, EncoderError) as error:
        logger.warning("sentence vectors are off: the encoder cannot be loaded (%s)", type(error).__name__)
        return None
    return embedder


def embed_cached(engine: Engine, embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Vectors of the texts, taken from the database where they are known; new ones are computed and kept."""
    hashes = [hashlib.sha256(f"{embedder.name}\0{text}".encode()).hexdigest() for text in texts]
    result = np.zeros((len(texts), embedder.dimensions), dtype=np.float32)
    for start in range(0, len(texts), SLICE):
        part = hashes[start : start + SLICE]
        known: dict[str, bytes] = {}
        with engine.connect() as connection:
            rows = connection.execute(
                select(VectorRow.text_hash, VectorRow.vector).where(VectorRow.text_hash.in_(part))
            )
            known = {text_hash: vector for text_hash, vector in rows}
        missing = [i for i, text_hash in enumerate(part) if text_hash not in known]
        fresh = embedder.embed([texts[start + i] for i in missing])
        if missing:
            # float16 halves the table and does not change the ranking.
            values = {part[i]: fresh[n].astype(np.float16).tobytes() for n, i in enumerate(missing)}
            insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
            statement = insert(VectorRow).on_conflict_do_nothing()
            with engine.begin() as connection:
                connection.execute(statement, [{"text_hash": h, "vector": v} for h, v in values.items()])
            known |= values
        for i, text_hash in enumerate(part):
            result[start + i] = np.frombuffer(known[text_hash], dtype=np.float16)
    return result

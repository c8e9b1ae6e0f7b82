"""Makes the shipped sentence vectors anew (language/encoder/known), after the encoder or many shipped texts changed.

Usage: python -m launcher.vectors      # a few minutes of all cores; train first: the texts of the intents come from there

A text that is missing there costs 5 ms wherever it is needed, and nothing else.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from rich.console import Console

from desk.knowledge import open_search
from desk.knowledge.embedding import EncoderEmbedder, Vectors
from desk.knowledge.shipped import import_shipped
from desk.orders import nature
from desk.orders.category.examples import load_examples
from desk.orders.category.tree import CategoryTree
from desk.orders.category.views import head
from desk.settings import ROOT, load_settings
from desk.store.engine import open_engine
from desk.store.migrate import upgrade
from language.encoder.encoder import Encoder
from language.encoder.known import FOLDER, save

# Where the training of the intents keeps the vectors of its texts (config.yml).
_OF_INTENTS = ROOT / "models" / "sentence-vectors.npz"


class _Listening(EncoderEmbedder):
    """Notes what is embedded, and answers at once: only the texts are wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: set[str] = set()

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.heard.update(texts)
        vectors = np.random.default_rng(0).normal(size=(len(texts), self.dimensions)).astype(np.float32)
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def shipped_texts() -> set[str]:
    """Every text that ships and whose vector the product asks for when it is set up. Raises OSError where the intents
    were not trained yet."""
    with np.load(_OF_INTENTS) as arrays:
        texts = set(map(str, arrays["texts"]))
    texts |= {
        sample.text[: nature.MOST_CHARS]
        for path in nature.FOLDER.glob("*.tsv")
        for sample in nature.read_samples(path)
    }
    categories = ROOT / "data" / "categories"
    tree = CategoryTree.load(categories / "tree.tsv")
    texts |= {head(example.text) for example in load_examples(categories / "examples", tree)}
    return texts | _of_knowledge()


def _of_knowledge() -> set[str]:
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings().model_copy(update={"var_dir": Path(folder)})
        engine = open_engine(f"sqlite:///{folder}/texts.db")
        try:
            upgrade(engine)
            import_shipped(engine, ROOT / "data" / "knowledge")
            listening = _Listening()
            open_search(settings, engine=engine, embedder=listening).refresh()
        finally:
            engine.dispose()
    return listening.heard


def compute(texts: Iterable[str]) -> dict[str, Vectors]:
    """Text -> vector."""
    encoder, wanted = Encoder.load(), sorted(texts)
    # The network runs outside Python's lock.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return dict(zip(wanted, threads.map(encoder.computed, wanted), strict=True))


def main() -> None:
    console = Console()
    texts = shipped_texts()
    console.print(f"vectors: computing {len(texts)}")
    save(FOLDER, Encoder.load().digest(), compute(texts))
    console.print(f"vectors: {FOLDER}")


if __name__ == "__main__":
    main()

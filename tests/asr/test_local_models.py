"""Models that were built here are found by their profile; one that is broken is heard without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from asr.choice import OWN, WHISPER, Engine, choose
from asr.local_models import NAMES, RECORD, added_words, is_local, local_models, model_name, sound_models
from asr.models import ModelStore
from asr.profiles import load_profiles
from asr.recognizer import StreamOptions
from asr.registry import load_registry
from tests.asr.test_choice import put


def built(folder: Path, profile: str, name: str | None = None) -> Path:
    name = name or model_name(profile)
    put(folder, name, "vosk")
    (folder / name / RECORD).write_text(json.dumps({"profile": profile, "added": 1}), encoding="utf-8")
    (folder / name / NAMES).write_text("幸福里\n长安路\n", encoding="utf-8")
    return folder / name


def test_they_are_found_by_their_profile(tmp_path: Path) -> None:
    """Also a profile of a city's own; what has no record, no name of ours or another's record is none."""
    wu, city = built(tmp_path, "wu"), built(tmp_path, "our-city")
    put(tmp_path, model_name("xiang"), "vosk")
    built(tmp_path, "wu", "another")
    built(tmp_path, "wu", model_name("gan"))
    (built(tmp_path, "hakka") / RECORD).write_text("[", encoding="utf-8")
    assert [(one.profile, one.path) for one in local_models(tmp_path)] == [("our-city", city), ("wu", wu)]
    assert sound_models(tmp_path) == {"our-city": city, "wu": wu}
    assert is_local(wu) and not is_local(tmp_path / model_name("xiang"))
    assert sound_models(tmp_path / "nothing") == {}


def test_a_broken_one_is_told_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (built(tmp_path, "wu") / "graph" / "HCLG.fst").unlink()
    assert sound_models(tmp_path) == {}
    assert "a model that was built here is broken" in caplog.text


def test_the_words_that_were_added(tmp_path: Path) -> None:
    assert added_words(built(tmp_path, "wu")) == ("幸福里", "长安路")
    assert added_words(tmp_path) == () == added_words(None)


def test_a_profile_opens_streams_with_its_model(tmp_path: Path) -> None:
    """Other profiles as before; one whose file names a model keeps that."""
    profiles = load_profiles().hearing_with({"wu": tmp_path})
    assert profiles.get("wu").options(StreamOptions()).model == tmp_path
    assert profiles.built == {"wu": tmp_path.name}
    assert profiles.get("xiang").options(StreamOptions()).model is None
    assert profiles.names == load_profiles().names and profiles.of_area("021") is profiles.get("wu")


def test_it_goes_before_other_models(tmp_path: Path) -> None:
    """It hears alone, or along with Whisper; a model that somebody names goes before it."""
    store = ModelStore(tmp_path, load_registry())
    put(tmp_path, OWN, "vosk")
    ours = built(tmp_path, "wu")
    assert choose(store, built=ours).vosk == ours and choose(store, built=ours).engine is Engine.VOSK
    assert choose(store, Engine.VOSK, built=ours).vosk == ours
    assert choose(store, Engine.VOSK, OWN, ours).vosk == tmp_path / OWN
    put(tmp_path, WHISPER, "whisper")
    for engine in (Engine.AUTO, Engine.TWO_PASS):
        two = choose(store, engine, built=ours)
        assert (two.engine, two.vosk, two.whisper) == (Engine.TWO_PASS, ours, tmp_path / WHISPER)
    assert choose(store, Engine.TWO_PASS, WHISPER, ours).vosk == ours
    assert choose(store, Engine.WHISPER, built=ours).vosk is None
    assert store.check(model_name("wu")).sound and store.path(model_name("wu")) == ours

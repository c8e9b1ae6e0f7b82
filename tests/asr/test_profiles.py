"""Profiles of dialects: what ships is sound, what is wrong is told with its file, and a city adds a file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from asr.choice import Engine
from asr.profiles import FOLDER, ProfileError, load_profiles
from asr.recognizer import StreamOptions
from gateway.tts.edge import VOICES

NAMES = (
    "cantonese",
    "cantonese-mandarin",
    "central-plains",
    "jilu-jiaoliao",
    "mandarin",
    "northeastern",
    "southwestern",
    "wu",
    "xiang",
)


def written(folder: Path, name: str = "hakka", **changes: object) -> Path:
    """The shipped Mandarin profile, and one of another name beside it, as YAML."""
    shutil.copy(FOLDER / "mandarin.yaml", folder)
    content = yaml.safe_load((FOLDER / "mandarin.yaml").read_text(encoding="utf-8"))
    content = {key: value for key, value in {**content, **changes}.items() if value != "-"}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def test_the_shipped_profiles() -> None:
    """Each has a title, a table of its own, a voice that there is, and an engine that somebody publishes."""
    profiles = load_profiles()
    assert profiles.names == NAMES
    for name in NAMES:
        profile = profiles.get(name)
        assert profile.title and profile.normaliser == name and profile.voice in VOICES
        assert profile.pronunciation in (name, None)
        assert profile.best_engine.url.startswith("https://") and profile.best_engine.size_mb > 0


def test_pronunciations_are_off_for_what_needs_none() -> None:
    """Mandarin, and Cantonese, which the bundled model cannot hear at all; every table belongs to a profile."""
    profiles = load_profiles()
    tables = {path.stem for path in (FOLDER / "pronunciation").glob("*.tsv")}
    assert tables == set(NAMES) - {"mandarin", "cantonese"}
    assert tables == {name for name in NAMES if profiles.get(name).pronunciation}


def test_a_wrong_table_of_pronunciations_stops_the_start(tmp_path: Path) -> None:
    written(tmp_path, pronunciation="hakka")
    (tmp_path / "pronunciation").mkdir()
    (tmp_path / "pronunciation" / "hakka.tsv").write_text("zh-\tz-\tmuch\n", encoding="utf-8")
    with pytest.raises(ProfileError, match=r"hakka\.yaml: .*hakka\.tsv, line 1: much is no cost"):
        load_profiles(tmp_path)


def test_what_words_are_put_into() -> None:
    """By the profile's table: 要得 in Sichuan, nothing in Mandarin."""
    profiles = load_profiles()
    assert profiles.get("southwestern").normalise("屋头莫得水").text == "家里没有水"
    assert profiles.get("mandarin").normalise("屋头莫得水").text == "屋头莫得水"


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("028", "southwestern"),
        ("028-8888 6666", "southwestern"),
        ("+86 28 8888 6666", "southwestern"),
        ("008602088886666", "cantonese"),
        ("0371 6666 8888", "central-plains"),
        ("0210", "wu"),
        ("0755", "cantonese-mandarin"),
        ("010", None),
        ("13800000000", None),
        ("+8613800000000", None),
        ("", None),
    ],
)
def test_the_area_code_of_a_line_tells(number: str, name: str | None) -> None:
    """A line's own place; a mobile number tells nothing that is true."""
    found = load_profiles().of_area(number)
    assert (found and found.name) == name


def test_words_tell() -> None:
    """Those of one dialect only; 咋 is said everywhere."""
    profiles = load_profiles()
    told = [profiles.of_words(text) for text in ("娃儿遭电打了", "我哋樓下冇水", "咋办", "路灯坏了")]
    assert [found and found.name for found in told] == ["southwestern", "cantonese", None, None]


def test_a_city_adds_a_file(tmp_path: Path) -> None:
    """With its own engine, endpoint and hot words; what the client expects comes first."""
    words = ["幸福里", "城关镇"]
    endpoint = {"silence_s": 0.9}
    folder = written(
        tmp_path,
        engine="vosk",
        endpoint=endpoint,
        hot_words=words,
        area_codes=["0752"],
        normaliser="cantonese",
    )
    profile = load_profiles(folder).get("hakka")
    assert (profile.engine, profile.end_s, profile.normaliser) == (Engine.VOSK, 0.9, "cantonese")
    options = profile.options(StreamOptions(hot_words=("社保", "城关镇")))
    assert options.hot_words == ("社保", "城关镇", "幸福里") and options.end_s == 0.9


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": "-"}, "title missing"),
        ({"colour": "red"}, "unknown key colour; there are area_codes"),
        ({"title": ""}, "title: needs a text"),
        ({"title": 12}, "title: needs a text"),
        ({"normaliser": "klingon"}, "there is no table klingon; there are mandarin, cantonese"),
        ({"engine": "ears"}, "engine: ears is none; there are auto, vosk"),
        ({"endpoint": {"silence_s": 0}}, "from 0.2 to 3.0"),
        ({"endpoint": {"silence_s": True}}, "from 0.2 to 3.0"),
        ({"endpoint": {"pause": 1}}, "endpoint: unknown key pause"),
        ({"endpoint": 0.9}, "endpoint: needs keys and values"),
        ({"pronunciation": "klingon"}, "there is no table klingon in .*pronunciation; there are none"),
        ({"pronunciation": 1}, "pronunciation: needs a text"),
        ({"hot_words": "幸福里"}, "hot_words: a list"),
        ({"hot_words": [""]}, "is no text of 1 to"),
        ({"area_codes": [28]}, "write it with its 0 and in quotes"),
        ({"area_codes": ["28"]}, "write it with its 0 and in quotes"),
        ({"best_engine": {"name": "x"}}, "best_engine: about, licence, size_mb, url missing"),
        (
            {"best_engine": {"name": "x", "url": "http://x", "licence": "MIT", "size_mb": 1, "about": "x"}},
            "no https address",
        ),
        (
            {
                "best_engine": {
                    "name": "x",
                    "url": "https://x",
                    "licence": "MIT",
                    "size_mb": "1",
                    "about": "x",
                }
            },
            "whole number of megabytes",
        ),
    ],
)
def test_a_mistake_is_told_with_its_file(tmp_path: Path, changes: dict[str, object], problem: str) -> None:
    """In one line that says what to do."""
    folder = written(tmp_path, **changes)
    with pytest.raises(ProfileError, match=r"hakka\.yaml: .*" + problem) as told:
        load_profiles(folder)
    assert "\n" not in str(told.value)


def test_other_mistakes(tmp_path: Path) -> None:
    """Two claims on one area code, no YAML, not UTF-8, a name that means something else, no Mandarin."""
    with pytest.raises(ProfileError, match="no mandarin.yaml"):
        load_profiles(tmp_path)
    written(tmp_path, "hakka", area_codes=["0752"])
    written(tmp_path, "teochew", area_codes=["0752"])
    with pytest.raises(ProfileError, match="area code 0752 is claimed by hakka, too"):
        load_profiles(tmp_path)
    (tmp_path / "teochew.yaml").write_text("title: [a\nb: c", encoding="utf-8")
    with pytest.raises(ProfileError, match="is not YAML in line 2"):
        load_profiles(tmp_path)
    (tmp_path / "teochew.yaml").write_bytes("title: 潮州话".encode("gbk"))
    with pytest.raises(ProfileError, match="save it as UTF-8"):
        load_profiles(tmp_path)
    (tmp_path / "teochew.yaml").rename(tmp_path / "auto.yaml")
    with pytest.raises(ProfileError, match="name it after the dialect"):
        load_profiles(tmp_path)
    with pytest.raises(ProfileError, match="no profile is called auto; there are"):
        load_profiles().get("auto")

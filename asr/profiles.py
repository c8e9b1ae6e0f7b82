"""Profiles of dialects: what changes when a caller speaks one, a file each (`asr/dialects/*.yaml`). A city adds a file.

docs/dialects.md tells what the keys mean. Everything is checked when the files are read, so that a mistake stops the start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from asr.choice import Engine
from asr.errors import AsrError
from asr.protocol import MAX_HOT_WORD_CHARS, MAX_HOT_WORDS
from asr.recognizer import StreamOptions
from asr.training.pronunciation import PronunciationError, load_pronunciation
from language.dialects.normaliser import InMandarin, dialect_normaliser, to_mandarin
from language.dialects.tables import AUTO, MANDARIN, BadDialectTable

FOLDER = Path(__file__).resolve().parent / "dialects"

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_AREA_CODE = re.compile(r"0(?:10|2\d|[3-9]\d{2})")
_KEYS = frozenset(
    "title engine model normaliser pronunciation endpoint voice hot_words area_codes best_engine speaks_back".split()
)
_NEEDED = frozenset("title normaliser voice speaks_back best_engine".split())
_BEST_KEYS = frozenset("name url licence size_mb about".split())
# An utterance may end after so much silence, in seconds.
_SILENCE_S = (0.2, 3.0)


class ProfileError(AsrError):
    """A profile cannot be used. The message names the file, and what to do."""


@dataclass(frozen=True)
class PublishedEngine:
    """The best engine for a dialect that somebody publishes, as far as we know. It is not part of this product."""

    name: str
    url: str
    licence: str
    size_mb: int
    about: str


@dataclass(frozen=True)
class Profile:
    """`engine` and `model` None: as the operator has configured them. `end_s`: silence that ends an utterance, in seconds;
    None: as always. `normaliser`: a table of language/dialects, or "mandarin". `voice`: as the synthesisers name voices.
    `pronunciation`: a table of asr/dialects/pronunciation, for graphs that are built here; None: Mandarin's. `built`: the folder of
    such a model, where there is one."""

    name: str
    title: str
    normaliser: str
    voice: str
    speaks_back: str
    best_engine: PublishedEngine
    engine: Engine | None = None
    model: str | None = None
    end_s: float | None = None
    hot_words: tuple[str, ...] = ()
    area_codes: tuple[str, ...] = ()
    pronunciation: str | None = None
    built: Path | None = None

    def normalise(self, text: str) -> InMandarin:
        return to_mandarin(text, self.normaliser)

    def options(self, options: StreamOptions) -> StreamOptions:
        """How a stream of this dialect is opened; what the client expects comes before what the profile does."""
        words = tuple(dict.fromkeys([*options.hot_words, *self.hot_words]))[:MAX_HOT_WORDS]
        return replace(options, hot_words=words, end_s=self.end_s, model=self.built)


@dataclass(frozen=True)
class Profiles:
    """All profiles, by name. There is always one of Mandarin."""

    by_name: Mapping[str, Profile]
    _by_area: Mapping[str, Profile] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_area = {code: profile for profile in self.by_name.values() for code in profile.area_codes}
        object.__setattr__(self, "_by_area", by_area)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def get(self, name: str) -> Profile:
        """Raises ProfileError for an unknown name."""
        if name not in self.by_name:
            raise ProfileError(f"no profile is called {name}; there are {', '.join(self.by_name)}")
        return self.by_name[name]

    @property
    def built(self) -> Mapping[str, str]:
        """The profiles that are heard with a model that was built here, and its name."""
        return {name: profile.built.name for name, profile in self.by_name.items() if profile.built}

    def hearing_with(self, built: Mapping[str, Path]) -> Profiles:
        """The same profiles, with the models that were built here for them, by profile. A model that a profile names itself goes
        before."""
        return Profiles(
            {
                name: replace(profile, built=None if profile.model else built.get(name))
                for name, profile in self.by_name.items()
            }
        )

    def of_area(self, number: str) -> Profile | None:
        """The profile of a line's area code: 028, or a number that begins with it. None: no profile claims it, or it is a
        mobile number, which tells where it was bought at most."""
        digits = re.sub(r"^(?:\+|00)860?", "0", re.sub(r"[\s-]", "", number))
        return next((self._by_area[digits[:n]] for n in (4, 3) if digits[:n] in self._by_area), None)

    def of_words(self, text: str) -> Profile | None:
        """The profile whose table the words of a text tell; None where they tell no dialect."""
        told = to_mandarin(text).dialects
        return next(
            (profile for name in told for profile in self.by_name.values() if profile.normaliser == name),
            None,
        )


def load_profiles(folder: Path = FOLDER) -> Profiles:
    """Raises ProfileError."""
    paths = sorted(folder.glob("*.yaml"), key=lambda path: path.stem)
    profiles = {path.stem: _profile(path) for path in paths}
    if MANDARIN not in profiles:
        raise ProfileError(f"{folder}: no {MANDARIN}.yaml; restore it from git")
    claimed: dict[str, str] = {}
    for profile in profiles.values():
        for code in profile.area_codes:
            if code in claimed:
                raise ProfileError(
                    f"{folder}/{profile.name}.yaml: area code {code} is claimed by {claimed[code]}, too; take it out of one"
                )
            claimed[code] = profile.name
    return Profiles(profiles)


def _profile(path: Path) -> Profile:
    if not _NAME.fullmatch(path.stem) or path.stem == AUTO:
        raise ProfileError(f"{path}: name it after the dialect, in small Latin letters, and not {AUTO}")
    raw = _mapping(path, _read(path), _KEYS, _NEEDED)
    try:
        normaliser = _text(raw, "normaliser")
        known = dialect_normaliser().dialects
        if normaliser not in known:
            raise ValueError(f"normaliser: there is no table {normaliser}; there are {', '.join(known)}")
        best = _mapping(path, raw["best_engine"], _BEST_KEYS, _BEST_KEYS, "best_engine: ")
        return Profile(
            name=path.stem,
            title=_text(raw, "title"),
            normaliser=normaliser,
            voice=_text(raw, "voice"),
            speaks_back=_text(raw, "speaks_back"),
            best_engine=_published(best),
            engine=_engine(raw.get("engine")),
            model=_text(raw, "model") if raw.get("model") is not None else None,
            end_s=_end_s(path, raw.get("endpoint")),
            hot_words=tuple(_words(raw.get("hot_words"))),
            area_codes=tuple(_area_codes(raw.get("area_codes"))),
            pronunciation=_pronunciation(raw, path.parent / "pronunciation"),
        )
    except (ValueError, BadDialectTable, PronunciationError) as error:
        raise ProfileError(f"{path}: {error}") from error


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(
            f"{path}: cannot be read as UTF-8 ({type(error).__name__}); save it as UTF-8, or restore it from git"
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        raise ProfileError(
            f"{path}: is not YAML{where}; mind the indentation, and quote what holds a colon"
        ) from error


def _mapping(
    path: Path, raw: Any, keys: frozenset[str], needed: frozenset[str], where: str = ""
) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ProfileError(f"{path}: {where}needs keys and values; see another profile beside it")
    unknown = sorted(str(key) for key in raw.keys() - keys)
    if unknown:
        raise ProfileError(
            f"{path}: {where}unknown key {', '.join(unknown)}; there are {', '.join(sorted(keys))}"
        )
    missing = sorted(needed - raw.keys())
    if missing:
        raise ProfileError(f"{path}: {where}{', '.join(missing)} missing")
    return raw


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw[key]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key}: needs a text")
    return value.strip()


def _pronunciation(raw: Mapping[str, Any], folder: Path) -> str | None:
    """The name of the table, read once to see that it is sound. Raises PronunciationError."""
    if raw.get("pronunciation") is None:
        return None
    name = _text(raw, "pronunciation")
    load_pronunciation(name, folder)
    return name


def _engine(value: Any) -> Engine | None:
    if value is None:
        return None
    try:
        return Engine(value)
    except ValueError:
        raise ValueError(f"engine: {value} is none; there are {', '.join(Engine)}") from None


def _end_s(path: Path, raw: Any) -> float | None:
    if raw is None:
        return None
    value = _mapping(path, raw, frozenset({"silence_s"}), frozenset({"silence_s"}), "endpoint: ")["silence_s"]
    low, high = _SILENCE_S
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"endpoint: silence_s is seconds, from {low} to {high}")
    return float(value)


def _words(raw: Any) -> Iterable[str]:
    words = [] if raw is None else raw
    if not isinstance(words, list) or len(words) > MAX_HOT_WORDS:
        raise ValueError(f"hot_words: a list of at most {MAX_HOT_WORDS}")
    for word in words:
        if not isinstance(word, str) or not 0 < len(word) <= MAX_HOT_WORD_CHARS:
            raise ValueError(f"hot_words: {word!r} is no text of 1 to {MAX_HOT_WORD_CHARS} characters")
        yield word


def _area_codes(raw: Any) -> Iterable[str]:
    codes = [] if raw is None else raw
    if not isinstance(codes, list):
        raise ValueError("area_codes: a list")
    for code in codes:
        if not isinstance(code, str) or not _AREA_CODE.fullmatch(code):
            raise ValueError(
                f'area_codes: {code!r} is none; write it with its 0 and in quotes, such as "028" or "0731"'
            )
        yield code


def _published(raw: Mapping[str, Any]) -> PublishedEngine:
    size, url = raw["size_mb"], _text(raw, "url")
    if isinstance(size, bool) or not isinstance(size, int) or size <= 0:
        raise ValueError("best_engine: size_mb is a whole number of megabytes")
    if urlsplit(url).scheme != "https":
        raise ValueError(f"best_engine: {url} is no https address")
    return PublishedEngine(_text(raw, "name"), url, _text(raw, "licence"), size, _text(raw, "about"))

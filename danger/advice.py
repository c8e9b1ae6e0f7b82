"""What to do and whom to dial, by the kind of danger: data/danger_advice.yml, which ops edit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from danger.errors import BadAdvice
from language.encoder.labels import DANGERS

FILE = Path(__file__).resolve().parent.parent / "data" / "danger_advice.yml"
# Danger of an unknown kind.
OTHER = "other"
KINDS = (*DANGERS, OTHER)
# The ways in which danger ends, each with its own sentence: it has passed, it never was, or somebody who wanted to
# die is calmer.
SAFE, MISTAKE, GENTLE = "safe", "mistake", "gentle"
ENDINGS = (SAFE, MISTAKE, GENTLE)
# Nobody in danger reads longer ones.
TEXT_MAX_CHARS = 200

_KEYS = frozenset({"numbers", "text", "again", "spoken"})
_HALF_WIDTH = re.compile(r"[!-/:-@\[-`{-~\s]")
# Lengths of time and counts have fewer digits.
_NUMBER = re.compile(r"\d{3,}")


@dataclass(frozen=True)
class Advice:
    """The answers to one kind of danger. `numbers` are (number, label) in the order of importance."""

    kind: str
    numbers: tuple[tuple[str, str], ...]
    text: str
    again: tuple[str, ...]
    spoken: str = ""

    def said_again(self, turn: int) -> str:
        """The sentence for turn `turn` (from 0) while the danger lasts; the sentences come round."""
        return self.again[turn % len(self.again)]


@dataclass(frozen=True)
class AdviceBook:
    """All kinds of danger, and the sentences for its end."""

    kinds: Mapping[str, Advice]
    over: Mapping[str, str]

    def of(self, kind: str) -> Advice:
        """The advice for a kind; an unknown kind gets that of `OTHER`."""
        return self.kinds.get(kind) or self.kinds[OTHER]

    def texts(self) -> Iterator[str]:
        """Everything that is said, as it is read out."""
        for advice in self.kinds.values():
            yield advice.spoken or advice.text
            yield from advice.again
        yield from self.over.values()


@lru_cache(maxsize=1)
def advice_book() -> AdviceBook:
    """The book of this installation, read once. Raises BadAdvice."""
    return load_advice(FILE)


def load_advice(path: Path) -> AdviceBook:
    """Read and check. Raises BadAdvice."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadAdvice(f"{path}: cannot be read ({type(error).__name__}); restore it from git") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        raise BadAdvice(
            f"{path}: is not YAML{where}; mind the indentation, and quote texts that hold a colon"
        ) from error
    reader = _Reader(path)
    top = reader.mapping("", content)
    labels = {str(n): str(label) for n, label in reader.mapping("labels", top.get("labels")).items()}
    told = reader.mapping("kinds", top.get("kinds"))
    reader.exactly("kinds", told, KINDS)
    over = reader.mapping("over", top.get("over"))
    reader.exactly("over", over, ENDINGS)
    return AdviceBook(
        {kind: reader.advice(kind, told[kind], labels) for kind in KINDS},
        {name: reader.text(f"over.{name}", over[name], tuple(labels)) for name in ENDINGS},
    )


@dataclass(frozen=True)
class _Reader:
    path: Path

    def fail(self, key: str, problem: str) -> BadAdvice:
        return BadAdvice(f"{self.path}: {key or 'the file'}: {problem}")

    def mapping(self, key: str, value: Any) -> Mapping[Any, Any]:
        if not isinstance(value, dict) or not value:
            raise self.fail(key, "is missing or no mapping; write 'key: value' lines below it")
        return value

    def exactly(self, key: str, found: Mapping[Any, Any], wanted: tuple[str, ...]) -> None:
        """Every wanted key and no other."""
        for name in wanted:
            if name not in found:
                raise self.fail(f"{key}.{name}", "is missing; every one needs an entry, so add it")
        for name in found:
            if name not in wanted:
                raise self.fail(f"{key}.{name}", f"is unknown; use one of: {', '.join(wanted)}")

    def advice(self, kind: str, value: Any, labels: Mapping[str, str]) -> Advice:
        key = f"kinds.{kind}"
        entry = self.mapping(key, value)
        for name in entry:
            if name not in _KEYS:
                raise self.fail(f"{key}.{name}", f"is unknown; use {', '.join(sorted(_KEYS))}")
        numbers = self.numbers(f"{key}.numbers", entry.get("numbers"), labels)
        again = entry.get("again")
        variants = again if isinstance(again, list) else [again]
        if not variants:
            raise self.fail(f"{key}.again", "is empty; write at least one sentence")
        spoken = entry.get("spoken")
        return Advice(
            kind,
            tuple((number, labels[number]) for number in numbers),
            self.text(f"{key}.text", entry.get("text"), numbers, needs_number=True),
            tuple(self.text(f"{key}.again", said, numbers, needs_number=True) for said in variants),
            "" if spoken is None else self.text(f"{key}.spoken", spoken, numbers, needs_number=True),
        )

    def numbers(self, key: str, value: Any, labels: Mapping[str, str]) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            raise self.fail(key, "is missing; write a list like [119, 120]")
        numbers = tuple(str(number) for number in value)
        for number in numbers:
            if number not in labels:
                raise self.fail(key, f"{number} has no label; add it to `labels` or take it out")
        return numbers

    def text(self, key: str, value: Any, numbers: tuple[str, ...], *, needs_number: bool = False) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if not text:
            raise self.fail(key, "is missing or no text; write a sentence")
        if len(text) > TEXT_MAX_CHARS:
            raise self.fail(key, f"has {len(text)} characters; shorten it to {TEXT_MAX_CHARS}")
        half = _HALF_WIDTH.search(text)
        if half is not None:
            raise self.fail(
                key, f"holds the half-width {half.group()!r}; use the Chinese sign, and no blanks"
            )
        named = _NUMBER.findall(text)
        for number in named:
            if number not in numbers:
                raise self.fail(
                    key, f"names {number}, which is not in its numbers; add it there or take it out"
                )
        if needs_number and not named:
            raise self.fail(key, f"names no number to dial; name {numbers[0]}")
        return text

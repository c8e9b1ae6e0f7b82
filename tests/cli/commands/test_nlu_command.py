"""`minsheng nlu normalise`, as programs see it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cli.main import main


def normalise(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["minsheng", "nlu", "normalise", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_line_of_json_for_each_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Text as given, its Mandarin, where each piece comes from, and what the words told."""
    file = tmp_path / "said.txt"
    file.write_text("我屋企冇水\n\n路灯坏了\n", encoding="utf-8")
    assert normalise(monkeypatch, "--dialect", "auto", "--file", str(file), "--json") == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first == {
        "text": "我屋企冇水",
        "normalised": "我家里没水",
        "spans": [[0, 1, 0, 1], [1, 3, 1, 3], [3, 5, 3, 5]],
        "dialects": ["cantonese", "cantonese-mandarin"],
    }
    assert second["normalised"] == "路灯坏了" and second["dialects"] == []


def test_a_named_dialect_and_plain_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only its own words count."""
    assert normalise(monkeypatch, "--dialect", "southwestern", "屋头冇水,莫法") == 0
    assert capsys.readouterr().out == "家里冇水,没办法\n"


def test_an_unknown_dialect_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With those that there are."""
    assert normalise(monkeypatch, "--dialect", "klingon", "你好") == 1
    assert "no dialect is called klingon; there are mandarin, cantonese" in capsys.readouterr().err

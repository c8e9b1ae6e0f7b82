"""One check for all servers of our own: the right token, shown once, and nothing else."""

from __future__ import annotations

import ast

import pytest

from access.bearer import authorization, shows_token
from desk.settings import ROOT

TOKEN = "of-this-test-alone"


def test_who_shows_the_token_is_let_in() -> None:
    assert shows_token([authorization(TOKEN)], TOKEN)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [""],
        ["Bearer "],
        [TOKEN],
        [f"Bearer {TOKEN}x"],
        [f"Bearer {TOKEN[:-1]}"],
        [f"bearer {TOKEN}"],
        [f"Basic {TOKEN}"],
        [authorization(TOKEN), authorization(TOKEN)],
        ["Bearer 口令"],
        ["Bearer \udcff\ud800"],
    ],
)
def test_anybody_else_is_not(values: list[str]) -> None:
    assert not shows_token(values, TOKEN)


def test_a_server_without_a_token_lets_nobody_in() -> None:
    assert not shows_token(["Bearer "], "") and not shows_token([""], "")


@pytest.mark.parametrize("name", ["actions/__main__.py", "bot/guard.py", "asr/server.py"])
def test_no_server_has_a_check_of_its_own(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert "compare_digest" not in called
    assert any(isinstance(node, ast.Name) and node.id == "shows_token" for node in ast.walk(tree))

"""The arrows between the rooms point one way; this reads the imports, so that no review has to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.settings import ROOT

# room -> rooms it may import. `launcher` starts everything; the command line (in gateway) shows what it knows.
ALLOWED = {
    "access": set(),
    "language": set(),
    "danger": {"language"},
    "desk": {"access", "language"},
    "bot": {"access", "language"},
    "asr": {"access", "language"},
    "actions": {"access", "desk", "danger", "language"},
    "gateway": {"desk", "danger", "language", "launcher", "asr"},
    "launcher": {"desk", "language", "asr"},
}
ROOMS = set(ALLOWED)


def imported_rooms(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            if name.split(".")[0] in ROOMS:
                yield name.split(".")[0], node.lineno


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_what_it_may(room: str) -> None:
    wrong = []
    files = [p for p in sorted((ROOT / room).rglob("*.py")) if ".venv" not in p.parts]
    for path in files:
        for other, line in imported_rooms(path):
            if other != room and other not in ALLOWED[room]:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {other}")
    assert not wrong


def test_only_the_command_line_of_the_gateway_knows_the_launcher() -> None:
    """The serving part of the gateway runs where there is no launcher (containers, systemd)."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in (ROOT / "gateway").rglob("*.py")
        if "commands" not in path.parts
        for other, line in imported_rooms(path)
        if other == "launcher"
    ]
    assert not wrong


def test_rasa_is_imported_in_its_own_environment_only() -> None:
    """Rasa needs an old Python with old libraries; nothing that faces people may depend on it."""
    wrong = []
    for room in ROOMS - {"bot"}:
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    modules = [node.module or ""]
                wrong += [
                    f"{path.relative_to(ROOT)}:{node.lineno}" for m in modules if m.split(".")[0] == "rasa"
                ]
    assert not wrong

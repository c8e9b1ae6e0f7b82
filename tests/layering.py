"""The import graph of the tree, read from the source: the arrows between rooms, and between the units of one room.

A unit is what lies directly in a room: a folder (`desk/orders`) or a module (`desk/settings.py`). What a folder imports
inside itself is looked at by itself (`desk/orders` is a room of its own here). Imports in functions and under
TYPE_CHECKING count like all others: whoever moves a file meets them too.

    python -m tests.layering              # every room: its units in layers, its circles
    python -m tests.layering desk asr     # these folders only, with every import that a circle is made of
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from desk.settings import ROOT

# room -> rooms it may import. `launcher` starts everything; the command line shows what it knows.
ALLOWED: dict[str, set[str]] = {
    "access": set(),
    "language": set(),
    "danger": {"language"},
    "desk": {"access", "language"},
    "bot": {"access", "language"},
    "asr": {"access", "language"},
    "actions": {"access", "desk", "danger", "language"},
    "gateway": {"desk", "danger", "language", "asr"},
    "cli": {"gateway", "launcher", "desk", "language", "asr"},
    "launcher": {"desk", "language", "asr"},
}
ROOMS = tuple(sorted(ALLOWED))
# The floor plan of the gateway, from the roof down: a unit imports what stands below it, and nothing beside or above it. So
# no channel imports another.
# A new folder finds its place here first.
FLOORS: dict[str, tuple[tuple[str, ...], ...]] = {
    "gateway": (
        ("__main__.py",),
        ("server.py",),
        ("app.py",),
        # The composition root: it alone knows all.
        ("composition.py",),
        ("api", "order_page"),
        # What people meet.
        ("channels", "console"),
        ("talk",),
        ("voice", "erasure"),
        ("handoff",),
        ("turns",),
        ("feed", "conversations"),
        ("wire.py", "recordings", "backends"),
        # Without business.
        ("pictures", "sockets", "tts"),
        ("runtime",),
        ("sentences.py",),
        ("audio", "doors.py", "errors.py", "sentences_english.py", "signatures.py"),
    ),
    "gateway/channels": (("phone", "web", "wechat"), ("calls.py",)),
}
# Environments and builds that lie in a room.
_NOT_OURS = frozenset({".venv", "node_modules", "__pycache__"})


def sources(folder: Path) -> list[Path]:
    """The Python files below `folder`, in order."""
    return [path for path in sorted(folder.rglob("*.py")) if not _NOT_OURS & set(path.parts)]


@cache
def imports(path: Path, root: Path = ROOT) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Dotted names that a file imports, as parts, with the line. `from a import b` is `a.b`: b may be a module."""
    return tuple(_imports(path, path.relative_to(root).parent.parts))


def _imports(path: Path, package: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield tuple(alias.name.split(".")), node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            for alias in node.names:
                yield (*base, alias.name), node.lineno


@cache
def file_of(name: tuple[str, ...], root: Path = ROOT) -> Path | None:
    """The file of the tree that a dotted name is found in; None for what is not ours."""
    for length in range(len(name), 0, -1):
        path = root.joinpath(*name[:length])
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.is_file():
                return candidate
    return None


@dataclass(frozen=True)
class Graph:
    """`arrows[a][b]` are the imports (`file:line -> file`) by which unit a needs unit b."""

    arrows: Mapping[str, Mapping[str, Sequence[str]]]
    circles: list[tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "circles", circles(self.arrows))

    def layers(self) -> list[list[str]]:
        """Units by height: the lowest import nobody of the room. The units of one circle share a height."""
        circle_of = {unit: circle for circle in self.circles for unit in circle}
        height: dict[tuple[str, ...], int] = {}

        def of(unit: str) -> int:
            group = circle_of.get(unit, (unit,))
            if group not in height:
                below = {other for member in group for other in self.arrows[member]} - set(group)
                height[group] = 1 + max((of(other) for other in below), default=-1)
            return height[group]

        layers: dict[int, list[str]] = {}
        for unit in self.arrows:
            layers.setdefault(of(unit), []).append(unit)
        return [sorted(layers[number]) for number in sorted(layers)]


def graph_of(folder: Path, root: Path = ROOT) -> Graph:
    """The units of `folder` and their arrows. Its `__init__.py` is one of them, where it imports something: whoever in the
    folder imports the folder stands in a circle with it."""
    arrows: dict[str, dict[str, list[str]]] = {}
    for path in sources(folder):
        unit = path.relative_to(folder).parts[0]
        arrows.setdefault(unit, {})
        for name, line in imports(path, root):
            target = file_of(name, root)
            if target is None or not target.is_relative_to(folder):
                continue
            other = target.relative_to(folder).parts[0]
            if other != unit:
                step = f"{path.relative_to(folder)}:{line} -> {target.relative_to(folder)}"
                arrows[unit].setdefault(other, []).append(step)
    if not arrows.get("__init__.py", True):
        arrows = {
            unit: {other: steps for other, steps in others.items() if other != "__init__.py"}
            for unit, others in arrows.items()
            if unit != "__init__.py"
        }
    return Graph(arrows)


def circles(arrows: Mapping[str, Mapping[str, object]]) -> list[tuple[str, ...]]:
    """The largest sets of units that reach one another, each sorted; empty where the arrows have one direction."""
    reached = {unit: _reached(arrows, unit) for unit in arrows}
    found = {
        tuple(sorted(other for other in arrows if other in reached[unit] and unit in reached[other]))
        for unit in arrows
        if unit in reached[unit]
    }
    return sorted(found)


def _reached(arrows: Mapping[str, Mapping[str, object]], start: str) -> set[str]:
    seen: set[str] = set()
    ahead = list(arrows[start])
    while ahead:
        unit = ahead.pop()
        if unit not in seen:
            seen.add(unit)
            ahead.extend(arrows.get(unit, ()))
    return seen


def folders() -> list[str]:
    """Every room, and every folder of one that has units of its own: `desk`, `desk/orders`, `desk/orders/drafting`."""
    found = set()
    for room in ROOMS:
        for path in sources(ROOT / room):
            found.add(str(path.parent.relative_to(ROOT)))
    return sorted(found)


def between_rooms() -> Graph:
    """The rooms as units."""
    arrows: dict[str, dict[str, list[str]]] = {room: {} for room in ROOMS}
    for room in ROOMS:
        for path in sources(ROOT / room):
            for name, line in imports(path):
                if name[0] in ALLOWED and name[0] != room:
                    arrows[room].setdefault(name[0], []).append(f"{path.relative_to(ROOT)}:{line}")
    return Graph(arrows)


def report(title: str, graph: Graph, *, every_import: bool) -> str:
    """Layers from the top down, then each circle with its arrows."""
    count = len(graph.circles)
    told = "no circle" if not count else "1 circle" if count == 1 else f"{count} circles"
    lines = [f"{title}: {len(graph.arrows)} units, {told}"]
    for height, units in reversed(list(enumerate(graph.layers()))):
        lines.append(f"  {height}  {' '.join(units)}")
    for circle in graph.circles:
        lines.append(f"  circle of {len(circle)}:")
        for unit in circle:
            for other in sorted(set(graph.arrows[unit]) & set(circle)):
                steps = graph.arrows[unit][other]
                lines.append(f"    {unit} -> {other} ({len(steps)})")
                lines += [f"      {step}" for step in steps if every_import]
    return "\n".join(lines)


def main(wanted: Sequence[str]) -> int:
    """Exit status 1 if a folder that was named does not exist."""
    missing = [name for name in wanted if not (ROOT / name).is_dir()]
    if missing:
        print(f"no such folder: {', '.join(missing)}", file=sys.stderr)
        return 1
    if not wanted:
        print(report("rooms", between_rooms(), every_import=False))
    for name in wanted or folders():
        graph = graph_of(ROOT / name)
        if wanted or graph.circles or name in ROOMS:
            print(report(name, graph, every_import=bool(wanted)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

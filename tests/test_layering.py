"""The arrows point one way, between rooms and inside them; this reads the imports, so that no review has to.

`python -m tests.layering` prints the graph; `python -m tests.layering FOLDER` the imports that make its circles.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from desk.settings import ROOT
from tests.layering import ALLOWED, FLOORS, ROOMS, circles, file_of, folders, graph_of, imports, sources


def imported_rooms(path: Path) -> list[tuple[str, int]]:
    return [(name[0], line) for name, line in imports(path) if name[0] in ALLOWED]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {other}"
        for path in sources(ROOT / room)
        for other, line in imported_rooms(path)
        if other != room and other not in ALLOWED[room]
    ]
    assert not wrong


@pytest.mark.parametrize("folder", folders())
def test_no_circle_inside_a_folder(folder: str) -> None:
    """Mend by moving what both need below both; `python -m tests.layering FOLDER` tells which imports it is."""
    assert graph_of(ROOT / folder).circles == []


@pytest.mark.parametrize("room", FLOORS)
def test_no_arrow_against_the_stream(room: str) -> None:
    """A unit imports what stands below it on the floor plan, and nothing beside or above it."""
    height = {unit: -floor for floor, units in enumerate(FLOORS[room]) for unit in units}
    arrows = graph_of(ROOT / room).arrows
    assert set(arrows) == set(height)
    wrong = [
        step
        for unit, others in arrows.items()
        for other, steps in others.items()
        if height[other] >= height[unit]
        for step in steps
    ]
    assert wrong == []


def test_circles_are_found_and_layers_stand_on_one_another(tmp_path: Path) -> None:
    """A circle through a folder, an import in a function and one by a relative name; what is above a circle is not in it."""
    files = {
        "room/__init__.py": "",
        "room/a.py": "from room.inside import deep",
        "room/inside/__init__.py": "",
        "room/inside/deep.py": "def late():\n    from .. import b",
        "room/b.py": "import room.a",
        "room/above.py": "from room import a\nimport json",
        "room/below.py": "",
        "room/c.py": "from room.below import x",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    graph = graph_of(tmp_path / "room", tmp_path)
    assert graph.circles == [("a.py", "b.py", "inside")]
    assert graph.layers() == [["a.py", "b.py", "below.py", "inside"], ["above.py", "c.py"]]
    assert graph.arrows["inside"]["b.py"] == ["inside/deep.py:2 -> b.py"]


def test_a_folder_that_its_own_parts_import_is_a_circle(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    (room / "__init__.py").write_text("from room.a import x", encoding="utf-8")
    (room / "a.py").write_text("from room import x", encoding="utf-8")
    assert graph_of(room, tmp_path).circles == [("__init__.py", "a.py")]


def test_two_circles_are_two() -> None:
    arrows = {"a": {"b": 1}, "b": {"a": 1, "c": 1}, "c": {"d": 1}, "d": {"c": 1}, "e": {"a": 1}}
    assert circles(arrows) == [("a", "b"), ("c", "d")]


def test_a_dotted_name_is_found_in_the_file_that_holds_it() -> None:
    assert file_of(("desk", "settings", "Settings")) == ROOT / "desk" / "settings.py"
    assert file_of(("desk", "orders", "store")) == ROOT / "desk" / "orders" / "store.py"
    assert file_of(("desk", "conversations", "Owner")) == ROOT / "desk" / "conversations" / "__init__.py"
    assert file_of(("json", "dumps")) is None


def test_rasa_is_imported_in_its_own_environment_only() -> None:
    """Rasa needs an old Python with old libraries; nothing that faces people may depend on it."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in set(ROOMS) - {"bot"}
        for path in sources(ROOT / room)
        for name, line in imports(path)
        if name[0] == "rasa"
    ]
    assert not wrong


def test_the_product_of_the_tests_is_imported_by_no_module() -> None:
    """pytest would take the name for another fixture, and start the product once more."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "tests.product"
        if {name.name for name in node.names} & {"product", "callable_product", "citizen"}
    ]
    assert wrong == []

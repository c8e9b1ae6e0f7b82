"""The category tree (诉求分类): what a city counts its orders by, and who handles each kind by default.

Read from `tree.tsv`: code, parent, level, name, department, urgency. A node's parent stands above it in the file;
roots have parent "-". Codes are opaque, though the shipped ones grow by two digits a level.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desk.orders.category.errors import BadCategoryData
from desk.orders.category.tables import read_table
from desk.orders.order import Urgency

ROOT_PARENT = "-"
MAX_LEVEL = 5
COLUMNS = ("code", "parent", "level", "name", "department", "urgency")


@dataclass(frozen=True)
class CategoryNode:
    code: str
    parent: str
    level: int
    name: str
    department: str
    urgency: Urgency
    """What an order of this category gets when its text says nothing about haste."""


class CategoryTree:
    """A checked tree: every parent exists, levels fit, names differ among siblings."""

    def __init__(self, nodes: dict[str, CategoryNode]) -> None:
        self._nodes = nodes
        parents = {node.parent for node in nodes.values()}
        self.leaves: tuple[str, ...] = tuple(code for code in nodes if code not in parents)
        self.roots: tuple[str, ...] = tuple(
            code for code, node in nodes.items() if node.parent == ROOT_PARENT
        )

    @classmethod
    def load(cls, path: Path) -> CategoryTree:
        """Raises: BadCategoryData naming the first bad line."""
        nodes: dict[str, CategoryNode] = {}
        siblings: set[tuple[str, str]] = set()
        for line, row in read_table(path, COLUMNS):
            node = _node(path, line, row, nodes)
            if (node.parent, node.name) in siblings:
                raise BadCategoryData(path, line, f"name {node.name} occurs twice below {node.parent}")
            siblings.add((node.parent, node.name))
            nodes[node.code] = node
        if not nodes:
            raise BadCategoryData(path, 0, "the tree is empty")
        return cls(nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[CategoryNode]:
        return iter(self._nodes.values())

    def __contains__(self, code: object) -> bool:
        return code in self._nodes

    def __getitem__(self, code: str) -> CategoryNode:
        return self._nodes[code]

    def lineage(self, code: str) -> tuple[CategoryNode, ...]:
        """From the root down to `code` itself."""
        nodes = [self._nodes[code]]
        while nodes[-1].parent != ROOT_PARENT:
            nodes.append(self._nodes[nodes[-1].parent])
        return tuple(reversed(nodes))

    def root_of(self, code: str) -> str:
        return self.lineage(code)[0].code

    def path(self, code: str) -> tuple[str, ...]:
        """Names from the top level down."""
        return tuple(node.name for node in self.lineage(code))


def _node(path: Path, line: int, row: dict[str, str], above: dict[str, CategoryNode]) -> CategoryNode:
    for column in COLUMNS:
        if not row[column]:
            raise BadCategoryData(path, line, f"{column} is empty")
    code, parent = row["code"], row["parent"]
    if code in above:
        raise BadCategoryData(path, line, f"code {code} occurs twice")
    if parent != ROOT_PARENT and parent not in above:
        raise BadCategoryData(path, line, f"parent {parent} of {code} does not stand above it")
    expected = 1 if parent == ROOT_PARENT else above[parent].level + 1
    if row["level"] != str(expected):
        raise BadCategoryData(path, line, f"level of {code} is {row['level']}, expected {expected}")
    if expected > MAX_LEVEL:
        raise BadCategoryData(path, line, f"{code} lies deeper than {MAX_LEVEL} levels")
    try:
        urgency = Urgency(row["urgency"])
    except ValueError as error:
        known = " ".join(level.value for level in Urgency)
        raise BadCategoryData(path, line, f"urgency {row['urgency']} is none of: {known}") from error
    return CategoryNode(code, parent, expected, row["name"], row["department"], urgency)

"""The goals of speed, and the table that tells which of them are reached: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import markdown

# In the order in which they are measured.
PARTS = ("memory", "start", "turn", "load", "long", "train")
# Conversations at once in the row of many.
CROWD = 32


@dataclass(frozen=True)
class Goal:
    """A bound for the figure of this build, or, with `of_other`, for its ratio to that of the other build."""

    bound: float
    of_other: bool = False
    at_least: bool = False

    def told(self, unit: str) -> str:
        of = "× the other" if self.of_other else unit
        return f"{'at least' if self.at_least else 'at most'} {self.bound:g} {of}"

    def verdict(self, ours: float | None, other: float | None) -> str:
        """`reached`, `missed` or `not measured`."""
        found = ratio(ours, other) if self.of_other else ours
        if found is None:
            return "not measured"
        return "reached" if (found >= self.bound if self.at_least else found <= self.bound) else "missed"


@dataclass(frozen=True)
class Row:
    """One line of the table. `part` is what `--only` takes; figures are in `unit`, shown with so many decimals."""

    key: str
    part: str
    what: str
    unit: str
    decimals: int
    goal: Goal


ROWS = (
    Row("p50", "turn", "a turn, 1 in flight, p50", "ms", 1, Goal(0.25, of_other=True)),
    Row("p95", "turn", "a turn, 1 in flight, p95", "ms", 1, Goal(0.25, of_other=True)),
    Row("rate", "load", f"turns a second, {CROWD} in flight", "/s", 1, Goal(5, of_other=True, at_least=True)),
    Row("long", "long", "a turn after many messages / the third message", "×", 2, Goal(1.1)),
    Row("idle", "memory", "memory of all processes, idle", "GB", 2, Goal(1.0)),
    Row("after", "memory", "memory of all processes, after the conversations", "GB", 2, Goal(1.6)),
    Row("start", "start", "second start until ready", "s", 1, Goal(20)),
    Row("train", "train", "training after one changed example", "s", 1, Goal(60)),
)

# By Row.key.
Figures = dict[str, float]


def ratio(ours: float | None, other: float | None) -> float | None:
    return ours / other if ours is not None and other else None


def table(parts: Sequence[str], ours: tuple[str, Figures], other: tuple[str, Figures] | None) -> str:
    """The rows of these parts. A build is its name and its figures."""
    builds = [ours, *([other] if other else [])]
    columns = ["what", "goal", *(name for name, _ in builds), *(["ratio"] if other else []), "goal reached"]
    rows = []
    for row in ROWS:
        if row.part in parts:
            found = [figures.get(row.key) for _, figures in builds]
            rest = found[1] if other else None
            cells = [shown(figure, row.decimals, row.unit) for figure in found]
            if other:
                cells.append(shown(ratio(found[0], rest), 2))
            rows.append([row.what, row.goal.told(row.unit), *cells, row.goal.verdict(found[0], rest)])
    return markdown(columns, rows)


def shown(figure: float | None, decimals: int, unit: str = "") -> str:
    return "–" if figure is None else f"{figure:,.{decimals}f} {unit}".strip()

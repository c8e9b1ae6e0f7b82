"""How the time of each reader of text grows with the length of the text: what backtracks grows by more than the length.

Usage: .venv/bin/python -m bench.lengths
Reads texts made of the signs and words that the rules look for, of 2,500 and of 5,000 characters, the longest message, and
prints the time for the longer one and the ratio of both. Linear is 2, quadratic 4.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.figures import markdown, milliseconds
from bench.machine import machine
from desk.places.address import parse_address
from language.punctuation import full_width
from language.times import find_time, find_times

SHORT, LONG = 2_500, 5_000
REPEATS = 5
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
READERS: dict[str, tuple[Callable[[str], object], Sequence[str]]] = {
    "language.punctuation.full_width": (
        full_width,
        ["好,", "(", "好(", "A", "a.", "/:", "好http://,", "1,", "`", "](", "/a", "[:", "你.a ", ")."],
    ),
    "language.times.find_times": (
        lambda text: find_times(text, NOW),
        ["我家楼下上周三晚上八点多就吵", "1", "一", "每天", "现在都几点了", "一点", "从", "三月到"],
    ),
    "language.times.find_time": (find_time, ["上周三晚上八点多", "1", "一", "每天", "一点", "从", "三月到"]),
    "desk.places.address.parse_address": (
        parse_address,
        ["一", "路", "号", "小区", "和平路88号", "区县街道", "1-1-", "\U0001f600", "不是", "东门对面的"],
    ),
}


def least_s(read: Callable[[str], object], unit: str, length: int) -> float:
    """The shortest of some tries, in seconds: the others were disturbed."""
    text = (unit * length)[:length]
    tries = []
    for _ in range(REPEATS):
        began = time.thread_time()
        read(text)
        tries.append(time.thread_time() - began)
    return min(tries)


def main() -> None:
    print(machine())
    rows = []
    for name, (read, units) in READERS.items():
        long = {unit: least_s(read, unit, LONG) for unit in units}
        growth = {unit: long[unit] / max(least_s(read, unit, SHORT), 1e-6) for unit in units}
        slowest, steepest = max(long, key=lambda unit: long[unit]), max(growth, key=lambda unit: growth[unit])
        rows.append(
            (name, f"{milliseconds(long[slowest])} ({slowest})", f"{growth[steepest]:.1f} ({steepest})")
        )
    print(
        markdown(
            ("reader", f"slowest text of {LONG:,} characters, ms", "steepest growth for twice the length"),
            rows,
        )
    )


if __name__ == "__main__":
    main()

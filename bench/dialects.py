"""What the tables of dialects are worth: intents and danger in sentences of dialects, read as they are said and in Mandarin.

Usage: .venv/bin/python -m bench.dialects [--show]
Reads tests/data/intents_dialects.tsv, danger_dialects.tsv (tables and rules were worked on with it) and
danger_dialects_kept.tsv (they were not) with the newest trained model, and prints Markdown. "as said" is the same model with
the tables switched off. Danger counts as seen where it is taken for real (actions/alarm.py): by the reading alone, and with
the rules beside it, as the product decides.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actions.alarm import DangerState, danger_in, is_likely
from bench.figures import markdown
from bench.machine import machine
from bench.understanding import read_tsv
from desk.orders.drafting.turn import Turn
from desk.settings import ROOT
from language.dialects.tables import AUTO, MANDARIN
from language.reading import Reading

DATA = ROOT / "tests" / "data"
DANGERS = ("danger_dialects.tsv", "danger_dialects_kept.tsv")
ALL = "all"

Row = dict[str, str]


def parsed(texts: Sequence[str], dialect: str) -> list[dict[str, Any]]:
    """What the newest model says of each text, read as one of this dialect."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("".join(f"start\t{text}\n" for text in texts))
        file.flush()
        command = [str(ROOT / "bot/.venv/bin/python"), "-m", "bot.parse", "--asked", "--file", file.name]
        done = subprocess.run(
            [*command, "--dialect", dialect],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
    if done.returncode:
        raise SystemExit(f"no reading: {(done.stderr.strip().splitlines() or ['no output'])[-1]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def share(right: Sequence[bool], rows: Sequence[Row], dialect: str, label: str = "") -> str:
    """Percent of a dialect's rows, of these labelled so; with the number of rows."""
    held = [
        r
        for r, row in zip(right, rows, strict=True)
        if dialect in (ALL, row["dialect"]) and label in ("", row.get("label"))
    ]
    return f"{100 * sum(held) / len(held):.0f} ({len(held)})" if held else "–"


def intents(show: bool) -> None:
    rows = read_tsv(DATA / "intents_dialects.tsv")
    texts = [row["text"] for row in rows]
    found = {spoken: parsed(texts, spoken) for spoken in (MANDARIN, AUTO)}
    right = {
        spoken: [p["intent"]["name"] == row["intent"] for p, row in zip(read, rows, strict=True)]
        for spoken, read in found.items()
    }
    if show:
        for row, p, good in zip(rows, found[AUTO], right[AUTO], strict=True):
            if not good:
                print(f"  {row['intent']:16} -> {p['intent']['name']:16} {row['text']}")
    print("\nIntents right, percent (sentences)\n")
    print(
        markdown(
            ["dialect", "as said", "+ normaliser"],
            [
                [name, share(right[MANDARIN], rows, name), share(right[AUTO], rows, name)]
                for name in dialects(rows)
            ],
        )
    )


def danger(file: str, show: bool) -> None:
    rows = read_tsv(DATA / file)
    texts = [row["text"] for row in rows]
    said, read = (
        [Reading.from_json(p["reading"]) for p in parsed(texts, spoken)] for spoken in (MANDARIN, AUTO)
    )
    now = datetime.now(UTC)
    by_rules = [
        bool(danger_in(Turn(text=text, seq=1, now=now, reading=reading), DangerState()))
        for text, reading in zip(texts, read, strict=True)
    ]
    columns = [[is_likely(reading) for reading in said], [is_likely(reading) for reading in read], by_rules]
    if show:
        for row, seen, reading in zip(rows, by_rules, read, strict=True):
            if seen is not (row["label"] == "danger"):
                print(f"  {row['label']:7} {reading.danger:.2f} {row['text']}")
    print(f"\nDanger, {file}: percent taken for danger (sentences)\n")
    print(
        markdown(
            ["dialect", "as said", "+ normaliser", "with the rules", "false, with the rules"],
            [
                [
                    name,
                    *(share(column, rows, name, "danger") for column in columns),
                    share(by_rules, rows, name, "no"),
                ]
                for name in dialects(rows)
            ],
        )
    )


def dialects(rows: Sequence[Row]) -> list[str]:
    return [*dict.fromkeys(row["dialect"] for row in rows), ALL]


def main() -> None:
    parser = argparse.ArgumentParser(description="Intents and danger in sentences of dialects.")
    parser.add_argument("--show", action="store_true", help="what is read wrong")
    options = parser.parse_args()
    print(machine())
    intents(options.show)
    for file in DANGERS:
        danger(file, options.show)


if __name__ == "__main__":
    main()

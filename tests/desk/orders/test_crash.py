"""A number that was told is never lost, whatever dies and when."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from desk.orders import tables as t
from desk.orders.limits import OrderLimits
from desk.orders.store import OrderStore
from tests.desk.orders.samples import barbecue

ROOT = Path(__file__).resolve().parents[3]
KILLS = 4


@pytest.mark.slow
def test_kill_9_between_any_steps_loses_and_doubles_nothing(engine: Engine, database_url: str) -> None:
    chance = random.Random(20261122)
    told: dict[int, str] = {}
    for _ in range(KILLS):
        # Starts again with the last draft that was told, as a client does that did not see its answer.
        first = max(told, default=0)
        command = [sys.executable, "-m", "tests.desk.orders.order_writer", database_url, str(first)]
        writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        first_line = writer.stdout.readline()
        time.sleep(chance.uniform(0.02, 0.4))
        writer.kill()
        rest, _ = writer.communicate()
        # What was cut off in the pipe was not told.
        for line in (first_line + rest).splitlines(keepends=True):
            if line.endswith("\n"):
                draft, number = line.split()
                assert told.setdefault(int(draft), number) == number
    assert len(told) > KILLS

    store = OrderStore(engine, OrderLimits())
    for draft, number in told.items():
        order = store.get(number)
        assert order.draft_id == f"d{draft}"
        assert order.history[0].seq == 1 and order.sources
    with engine.connect() as connection:
        rows = connection.execute(select(t.orders.c.number, t.orders.c.draft_id, t.orders.c.version)).all()
        counts = connection.execute(
            select(t.order_events.c.order_number, func.count()).group_by(t.order_events.c.order_number)
        ).all()
        events = {number: count for number, count in counts}
        remarks = connection.execute(select(func.count()).select_from(t.order_remarks)).scalar_one()
    assert len({row.draft_id for row in rows}) == len(rows)
    # No number is skipped either: a killed transaction gives its number back.
    assert sorted(int(row.number[6:11]) for row in rows) == list(range(1, len(rows) + 1))
    # A write and its journal line live or die together.
    assert all(events[row.number] == row.version for row in rows)
    assert remarks <= len(rows)
    assert store.create(barbecue(f"d{max(told)}")).number == told[max(told)]

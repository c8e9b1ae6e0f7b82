"""Writes orders until it is killed; a program of its own for test_crash.py.

Arguments: database URL, first draft number. After each order that `create` returned it prints `draft number`;
each draft is submitted twice and every third order gets a remark, as a repeated click would.
"""

from __future__ import annotations

import itertools
import sys
from datetime import UTC, datetime

from desk.orders.limits import OrderLimits
from desk.orders.store import OrderStore
from desk.store.engine import open_engine
from tests.desk.orders.samples import barbecue


def main() -> None:
    url, first = sys.argv[1], int(sys.argv[2])
    # One day for all orders, so that the test can count the numbers also around midnight.
    store = OrderStore(open_engine(url), OrderLimits(), lambda: datetime(2026, 11, 22, 4, 0, tzinfo=UTC))
    for draft in itertools.count(first):
        order = store.create(barbecue(f"d{draft}"))
        sys.stdout.write(f"{draft} {order.number}\n")
        sys.stdout.flush()
        assert store.create(barbecue(f"d{draft}")).number == order.number
        if draft % 3 == 0:
            store.add_remark(order.number, "补充一句", "citizen")
        store.hurry(order.number, "citizen")


main()

"""A time-out at 确认登记 while the order is stored all the same: the citizen hears its number later, once."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from gateway import sentences
from gateway.errors import Failure
from launcher.private import PrivateProduct
from tests.calls.runner import Heard
from tests.product import HttpCitizen
from tests.waiting import PATIENCE_S, wait_until

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

# Rasa may be faster than we are; then the next citizen tries.
TRIES = 5


def registered(product: PrivateProduct, citizen: HttpCitizen, phone: str) -> Heard:
    """The citizen registers an order, and Rasa stands still from the moment on in which the order is stored, as on a machine
    that swaps, until the gateway has given up. Returns what the citizen heard."""
    for line in ("幸福里小区5栋门口的路灯坏了三天了,晚上黑得很", "我姓周", phone):
        citizen.send(line)
    heard: list[Heard] = []
    turn = threading.Thread(target=lambda: heard.append(citizen.send("确认登记")))
    turn.start()
    _order_stored(product, citizen.id, turn.is_alive)
    os.kill(product.pid("rasa"), signal.SIGSTOP)
    try:
        turn.join(PATIENCE_S)
    finally:
        os.kill(product.pid("rasa"), signal.SIGCONT)
    product.wait("rasa")
    return heard[0]


def _order_stored(product: PrivateProduct, conversation_id: str, goes_on: Callable[[], bool]) -> None:
    """Return at once when it is, for milliseconds count; or when the turn is over."""
    path = make_url(product.settings.effective_database_url).database
    query = "SELECT 1 FROM orders WHERE conversation_id = ?"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        while goes_on() and not connection.execute(query, (conversation_id,)).fetchone():
            pass


def test_the_number_of_an_order_behind_a_time_out_is_told_later(product: PrivateProduct) -> None:
    for attempt in range(TRIES):
        citizen = HttpCitizen(product)
        heard = registered(product, citizen, f"1390000224{attempt}")
        if heard.replies[0]["kind"] != "order_card":
            break
        citizen.close()
    assert sentences.FAILURES[Failure.TIMEOUT] in [reply["text"] for reply in heard.replies]

    def cards() -> list[dict[str, Any]]:
        return [message["card"] for message in citizen.messages() if message["kind"] == "order_card"]

    [card] = wait_until(cards)
    [order] = map(dict, citizen.orders())
    assert card["number"].replace("-", "") == order["number"]
    # Said again, it is the same order.
    citizen.send("确认登记")
    assert len(citizen.orders()) == 1
    citizen.close()

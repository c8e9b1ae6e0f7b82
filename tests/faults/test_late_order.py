"""A time-out at 确认登记 while the order is stored all the same: the citizen hears its number later, once."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from gateway import sentences
from gateway.errors import Failure
from launcher.private import PrivateProduct
from tests.product import HttpCitizen
from tests.waiting import wait_until

pytestmark = [pytest.mark.rasa, pytest.mark.slow]


def test_the_number_of_an_order_behind_a_time_out_is_told_later(product: PrivateProduct) -> None:
    """The actions stand still, as on a machine that swaps, until the gateway has given up; then they go on."""
    citizen = HttpCitizen(product)
    for line in ("幸福里小区5栋门口的路灯坏了三天了,晚上黑得很", "我姓周", "13900002233"):
        citizen.send(line)
    os.kill(product.pid("actions"), signal.SIGSTOP)
    try:
        heard = citizen.send("确认登记")
    finally:
        os.kill(product.pid("actions"), signal.SIGCONT)
    assert [reply["text"] for reply in heard.replies][:1] == [sentences.FAILURES[Failure.TIMEOUT]]

    def cards() -> list[dict[str, Any]]:
        return [message["card"] for message in citizen.messages() if message["kind"] == "order_card"]

    [card] = wait_until(cards)
    [order] = map(dict, citizen.orders())
    assert card["number"].replace("-", "") == order["number"]
    # Said again, it is the same order.
    citizen.send("确认登记")
    assert len(citizen.orders()) == 1
    citizen.close()

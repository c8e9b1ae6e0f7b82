"""`kill -9` of each process during conversations: nothing that was confirmed is lost, and nobody meets silence. Whatever is killed runs again
afterwards: the product is that of the other tests."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import httpx
import pytest

from launcher.private import PrivateProduct
from tests.product import HttpCitizen

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

PROCESSES = ("actions", "rasa", "redis", "gateway")


def texts(messages: list[dict[str, Any]], sender: str) -> list[str]:
    return [message["text"] for message in messages if message["from"] == sender]


def register(citizen: HttpCitizen, phone: str) -> str:
    """Say what is needed for an order; returns its number as shown. A phone of its own, else the earlier order is offered."""
    for line in ("幸福里小区3栋门口的路灯坏了三天了,晚上黑得很", "我姓周", phone):
        citizen.send(line)
    heard = citizen.send("确认登记")
    cards = [reply["card"] for reply in heard.replies if reply["kind"] == "order_card"]
    assert cards, [reply["text"] for reply in citizen.messages()]
    return str(cards[0]["number"])


@pytest.mark.parametrize("process", PROCESSES)
def test_a_killed_process_loses_nothing_confirmed(product: PrivateProduct, process: str) -> None:
    """An order stands, a half-told story is there after the restart, and the conversation goes on."""
    done, talking = HttpCitizen(product), HttpCitizen(product)
    number = register(done, f"1390000111{PROCESSES.index(process)}")
    talking.send("你好")
    before = talking.messages()

    product.kill(process)
    if process != "gateway":
        heard = talking.send("我想问一下公积金怎么提取")
        assert heard.replies, "silence while something is down"
        assert all("Traceback" not in r["text"] and "Error" not in r["text"] for r in heard.replies)
    product.launch(process)
    product.wait(process)

    after = talking.messages()
    assert [m["seq"] for m in after] == list(range(1, len(after) + 1))
    assert after[: len(before)] == before
    if process != "gateway":
        assert texts(after, "citizen").count("我想问一下公积金怎么提取") == 1
    assert any(order["number"] == number.replace("-", "") for order in map(dict, done.orders()))
    assert talking.send("你是谁").replies
    done.close()
    talking.close()


def test_a_message_sent_while_the_gateway_dies_is_kept_or_refused(product: PrivateProduct) -> None:
    """The client that saw no answer sends again with the same id: one message, one answer, whatever was stored."""
    person = HttpCitizen(product)
    person.send("你好")
    message_id = uuid.uuid4().hex
    failure: list[Exception] = []

    def say() -> None:
        try:
            person.send("社保卡丢了怎么补办", message_id=message_id)
        except httpx.HTTPError as error:
            failure.append(error)

    speaking = threading.Thread(target=say)
    speaking.start()
    product.restart("gateway")
    speaking.join(timeout=60)

    heard = person.send("社保卡丢了怎么补办", message_id=message_id)
    assert heard.replies
    said = [m for m in person.messages() if m["from"] == "citizen" and m["message_id"] == message_id]
    assert len(said) == 1
    person.close()

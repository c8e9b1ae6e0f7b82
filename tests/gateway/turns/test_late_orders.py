"""An order that was stored behind a time-out or a crash is told to its citizen, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.conversations import ConversationStore, Draft, Sender
from desk.orders.limits import OrderLimits
from desk.orders.number import format_number
from desk.orders.order import Order
from desk.orders.store import OrderStore
from desk.orders.view import order_card
from gateway import sentences
from gateway.errors import Failure
from gateway.turns import late_orders
from tests.desk.orders.samples import barbecue
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.waiting import until

pytestmark = pytest.mark.redis


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_orders, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(late_orders, "TELL_AFTER", timedelta())


def orders_of(gateway: RunningGateway) -> OrderStore:
    return OrderStore(gateway.engine, OrderLimits.from_settings(gateway.settings))


def cards(gateway: RunningGateway, conversation_id: str) -> list[Any]:
    messages = gateway.store.messages(conversation_id)
    return [message.card["number"] for message in messages if message.kind == "order_card" and message.card]


def registering(
    gateway: RunningGateway, stored: list[Order]
) -> Callable[[dict[str, Any]], list[dict[str, Any]]]:
    """A bot whose action stores the order: the same draft, however often it is asked."""

    def answer(request: dict[str, Any]) -> list[dict[str, Any]]:
        order = orders_of(gateway).create(barbecue(conversation_id=request["sender"]))
        stored.append(order)
        card = order_card(order, ZoneInfo("Asia/Shanghai"))
        return [{"custom": {"text": "登记好了", "kind": "order_card", "card": card}}]

    return answer


async def test_a_number_that_came_too_late_is_told_once_by_two_gateways(
    make_gateway: MakeGateway, database_url: str, rasa: FakeRasa
) -> None:
    one = make_gateway(database_url=database_url, rasa_timeout_s=1.0)
    make_gateway(database_url=database_url)
    stored: list[Order] = []
    rasa.answer, rasa.delay_s = registering(one, stored), 2.0
    async with client_of(one) as client:
        citizen = await Citizen.arrive(client)
        [apology] = (await citizen.say("确认登记")).json()["replies"]
        assert apology["text"] == sentences.FAILURES[Failure.TIMEOUT]
        # The connection was broken off; what Rasa works on goes on all the same.
        rasa.delay_s = 0.0
        registering(one, stored)({"sender": citizen.id})
        await until(lambda: cards(one, citizen.id))
        number = format_number(stored[0].number)
        last = (await citizen.read())["messages"][-1]
        assert (last["from"], last["kind"], last["card"]["number"]) == ("system", "order_card", number)
        assert number in last["text"]
        # Who says it again, gets the same order and no other; and nothing is told again.
        again = (await citizen.say("确认登记")).json()["replies"]
        assert [reply["card"]["number"] for reply in again] == [number]
        settled = cards(one, citizen.id)
        another = make_gateway(database_url=database_url)
        witness = another.store.create("web")[0].id
        orders_of(another).create(barbecue(conversation_id=witness))
        await until(lambda: cards(another, witness))
    assert cards(one, citizen.id) == settled == [number, number]


async def test_an_answer_in_time_is_not_told_again(
    make_gateway: MakeGateway, database_url: str, rasa: FakeRasa
) -> None:
    """Also not while it is in work: the order is in SQL a moment before its answer is."""
    gateway = make_gateway(database_url=database_url)
    stored: list[Order] = []
    rasa.answer = registering(gateway, stored)
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        # Rasa is asked, its action has stored, and it takes its time to say so.
        rasa.delay_s = 1.0
        turn = asyncio.create_task(citizen.say("确认登记"))
        await until(lambda: rasa.asked)
        registering(gateway, stored)({"sender": citizen.id})
        witness = gateway.store.create("web")[0].id
        orders_of(gateway).create(barbecue(conversation_id=witness))
        await until(lambda: cards(gateway, witness))
        assert (await turn).status_code == 200
        second = gateway.store.create("web")[0].id
        orders_of(gateway).create(barbecue(conversation_id=second))
        await until(lambda: cards(gateway, second))
        assert cards(gateway, citizen.id) == [format_number(stored[0].number)]


async def test_what_a_gateway_that_died_did_not_tell_is_told_by_the_next(
    make_gateway: MakeGateway, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = make_gateway()
    conversation, _token, _greeting = gateway.store.create("web")
    await asyncio.to_thread(gateway.stop)
    order = orders_of(gateway).create(barbecue(conversation_id=conversation.id))
    make_gateway()
    await until(lambda: cards(gateway, conversation.id) == [format_number(order.number)])


async def test_who_has_gone_is_told_nothing(make_gateway: MakeGateway, rasa: FakeRasa) -> None:
    gateway = make_gateway()
    gone, witness = (gateway.store.create("web")[0].id for _ in range(2))
    gateway.store.close(gone)
    for conversation_id in (gone, "c-of-nobody", witness):
        orders_of(gateway).create(barbecue(conversation_id=conversation_id))
    await until(lambda: cards(gateway, witness))
    assert cards(gateway, gone) == []


def test_an_order_is_told_once_also_when_two_tell_it_at_once(make_gateway: MakeGateway) -> None:
    gateway = make_gateway()
    conversation_id = gateway.store.create("web")[0].id
    draft = Draft(sender=Sender.SYSTEM, text="工单号", kind="order_card", card={"number": "1"})
    first = ConversationStore(gateway.engine).append_order_once(conversation_id, draft)
    assert first is not None and first.seq == 1
    assert ConversationStore(gateway.engine).append_order_once(conversation_id, draft) is None
    assert gateway.store.get(conversation_id).last_seq == 1

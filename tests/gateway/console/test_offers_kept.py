"""An open offer stays on the screen of its seat, whatever was lost on the way there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from gateway.console.acts import SeatActs
from gateway.console.consoles import SWEEP_S, Console, Consoles
from gateway.errors import StoreUnavailable
from gateway.handoff.bus import HandoffBus
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.console.conftest import angry_citizen

pytestmark = pytest.mark.redis
Seats = Callable[..., Any]


async def test_an_offer_is_there_again_after_a_reload(client: httpx.AsyncClient, seats: Seats) -> None:
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    first = await wang.next("offer")
    await wang.drop()
    wang.frames.clear()
    await wang.open()
    again = await wang.next("offer")
    assert again["item"]["conversation"] == citizen.id
    # The queue keeps milliseconds.
    apart = datetime.fromisoformat(again["until"]) - datetime.fromisoformat(first["until"])
    assert abs(apart) < timedelta(milliseconds=2)
    done = await wang.act(type="accept", handoff=again["item"]["handoff"])
    assert done["type"] == "done"


async def test_an_offer_stays_offered_over_sweeps(client: httpx.AsyncClient, seats: Seats) -> None:
    wang = await seats("wang")
    await angry_citizen(client)
    await wang.next("offer")
    wang.frames.clear()
    await asyncio.sleep(SWEEP_S * 1.5)
    told = [f["item"]["state"] for f in wang.frames if f["type"] == "item"]
    assert set(told) <= {"offered"}
    # Told once: a page would sound again.
    assert not [f for f in wang.frames if f["type"] == "offer"]


async def test_an_offer_whose_event_was_lost_is_told_by_the_next_sweep(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = HandoffBus.publish

    def lossy(self: HandoffBus, event: Mapping[str, Any]) -> None:
        if event["kind"] != "offer":
            publish(self, event)

    monkeypatch.setattr(HandoffBus, "publish", lossy)
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    done = await wang.take(citizen.id)
    assert done["conversation"] == citizen.id


async def test_a_late_word_of_the_queue_closes_no_view_and_the_next_owner_does(
    client: httpx.AsyncClient, seats: Seats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a console was about to be told of the waiting arrives when its seat has the conversation open already."""
    entered: list[tuple[Console, asyncio.AbstractEventLoop]] = []
    enter = Consoles.enter

    def spied(self: Consoles, console: Console) -> None:
        entered.append((console, asyncio.get_running_loop()))
        enter(self, console)

    monkeypatch.setattr(Consoles, "enter", spied)
    wang, li = await seats("wang"), await seats("li", ready=False)
    citizen = await angry_citizen(client)
    offer = await wang.next("offer")
    done = await wang.act(type="accept", handoff=offer["item"]["handoff"])
    await wang.act(type="open", conversation=citizen.id, after=0)
    ((console, loop),) = [one for one in entered if one[0].user.id == wang.id]
    late = {**offer["item"], "state": "waiting", "seat": None}
    loop.call_soon_threadsafe(console.show, late, json.dumps({"type": "item", "item": late}))
    await citizen.say("还在吗")
    await wang.find(lambda f: f["type"] == "message" and f["message"]["text"] == "还在吗")
    await li.be("ready")
    given = await wang.act(type="transfer", conversation=citizen.id, epoch=done["epoch"], seat=li.id, note="")
    assert given["type"] == "done"
    await li.take(citizen.id)
    await citizen.say("换人了吗")
    await li.find(lambda f: f["type"] == "message" and f["message"]["text"] == "换人了吗")
    assert not [f for f in wang.frames if f["type"] == "message" and f["message"]["text"] == "换人了吗"]


async def test_a_conversation_that_could_not_be_read_opens_when_the_database_is_back(
    client: httpx.AsyncClient, seats: Seats, monkeypatch: pytest.MonkeyPatch
) -> None:
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    offer = await wang.next("offer")
    await wang.act(type="accept", handoff=offer["item"]["handoff"])
    may_read, tries = SeatActs.may_read, iter(range(2))

    async def away_at_first(self: SeatActs, user: Any, conversation_id: str) -> bool:
        if next(tries, None) is not None:
            raise StoreUnavailable
        return await may_read(self, user, conversation_id)

    monkeypatch.setattr(SeatActs, "may_read", away_at_first)
    refused = await wang.act(type="open", conversation=citizen.id, after=0)
    assert (refused["type"], refused["retryable"]) == ("error", True)
    await wang.find(lambda f: f["type"] == "message" and f["message"]["text"] == "气死我了，转人工")

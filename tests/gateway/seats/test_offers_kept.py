"""An open offer stays on the screen of its seat, whatever was lost on the way there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from gateway.handoff.bus import DeskBus
from gateway.seats.consoles import SWEEP_S
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.seats.conftest import angry_citizen

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
    publish = DeskBus.publish

    def lossy(self: DeskBus, event: Mapping[str, Any]) -> None:
        if event["kind"] != "offer":
            publish(self, event)

    monkeypatch.setattr(DeskBus, "publish", lossy)
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    done = await wang.take(citizen.id, limit_s=SWEEP_S * 3)
    assert done["conversation"] == citizen.id

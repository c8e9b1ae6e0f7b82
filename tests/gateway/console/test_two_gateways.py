"""Two gateway processes behind one Redis and one database are one hotline."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.fake_seat import FakeSeat, add_user
from tests.gateway.channels.web.test_chat_socket import Page
from tests.gateway.conftest import client_of
from tests.gateway.console.conftest import MakeDesk, angry_citizen
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.redis


async def test_a_citizen_at_one_gateway_talks_with_a_seat_at_the_other(make_desk: MakeDesk) -> None:
    here, there = make_desk(), make_desk()
    add_user(here, "wang", badge="1024")
    wang = await FakeSeat.arrive(there, "wang")
    page = await Page.open(here)
    conversation = (await page.next("welcome"))["conversation"]
    await page.send(type="send", message_id="m1", text="气死我了，转人工")
    done = await wang.take(conversation)
    while (await page.next("owner"))["owner"] != "SEAT":
        continue
    await page.send(type="send", message_id="m2", text="楼下太吵")
    await wang.find(lambda f: f["type"] == "message" and f["message"]["text"] == "楼下太吵")
    await wang.say(conversation, done["epoch"], "马上登记")
    while (got := await page.next("message"))["message"]["from"] != "seat":
        continue
    assert got["message"]["author"] == {"badge": "1024"}
    texts = [f["message"]["seq"] for f in page.frames if f["type"] == "message"]
    assert texts == sorted(set(texts))
    await page.line.close()
    await wang.leave()


async def test_a_seat_whose_gateway_stops_goes_on_at_the_other(make_desk: MakeDesk) -> None:
    here, there = make_desk(), make_desk()
    add_user(here, "wang", badge="1024")
    wang = await FakeSeat.arrive(here, "wang")
    async with client_of(there) as client:
        citizen = await angry_citizen(client)
        done = await wang.take(citizen.id)
        await asyncio.to_thread(here.stop)
        # "Going away", or the web server's own "restarting" where it is faster: both mean "connect again".
        assert await wang.closed() in (1001, 1012)
        wang.frames.clear()
        welcome = await wang.open(gateway=there)
        assert welcome["status"] == "ready"
        assert (await wang.say(citizen.id, done["epoch"], "我还在"))["type"] == "done"
        assert (await citizen.read())["messages"][-1]["text"] == "我还在"
    await wang.leave()


async def test_each_of_many_waiting_is_served_once_by_one_of_many_seats(make_desk: MakeDesk) -> None:
    gateways = [make_desk(), make_desk()]
    for n in range(4):
        add_user(gateways[0], f"seat{n}", badge=str(n))
    seats = [await FakeSeat.arrive(gateways[n % 2], f"seat{n}") for n in range(4)]
    # Who was told that it is his; an offer may be told twice, and accepted twice by the same seat.
    owners: dict[str, set[str]] = {}

    async def work(seat: FakeSeat) -> None:
        while True:
            offer = await seat.next("offer", 60)
            done = await seat.act(type="accept", handoff=offer["item"]["handoff"])
            if done["type"] == "done":
                owners.setdefault(done["conversation"], set()).add(seat.id)

    workers = [asyncio.create_task(work(seat)) for seat in seats]
    async with client_of(gateways[0]) as one, client_of(gateways[1]) as two:
        citizens = await asyncio.gather(*(angry_citizen((one, two)[n % 2]) for n in range(12)))
        async with asyncio.timeout(PATIENCE_S):
            while len(owners) < len(citizens):
                await asyncio.sleep(0.05)
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    assert set(owners) == {citizen.id for citizen in citizens}
    assert all(len(by) == 1 for by in owners.values())
    for seat in seats:
        await seat.leave()

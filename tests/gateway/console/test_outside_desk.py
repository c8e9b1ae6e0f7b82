"""Another desk can be connected: it hears of handoffs by webhook and answers over REST."""

from __future__ import annotations

import pytest

from gateway.handoff import outside
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.fakes.outside_desk import SECRET, OutsideDeskDouble
from tests.gateway.conftest import client_of
from tests.gateway.console.conftest import MakeDesk, angry_citizen
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.redis


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "BEAT_S", 0.2)
    monkeypatch.setattr(outside, "RETRY_FIRST_S", 0.05)


def connected(make_desk: MakeDesk, double: OutsideDeskDouble):  # type: ignore[no-untyped-def]
    gateway = make_desk(outside_desk_url=double.url, outside_desk_secret=SECRET)
    add_user(gateway, "outside", badge="8000")
    return gateway


async def test_a_handoff_is_told_answered_and_closed_by_the_outside_desk(make_desk: MakeDesk) -> None:
    async with OutsideDeskDouble() as double:
        gateway = connected(make_desk, double)
        await _until_ready(gateway)
        async with client_of(gateway) as client, double.rest(gateway.url) as rest:
            citizen = await angry_citizen(client)
            told = await double.told("handoff")
            assert (told["conversation"], told["reason"]) == (citizen.id, "emotion")
            assert any("烧烤店" in message["text"] for message in told["messages"])
            answer = {"message_id": "o1", "text": "您好，外部坐席为您服务"}
            assert (await rest.post(f"/{citizen.id}/messages", json=answer)).status_code == 201
            again = await rest.post(f"/{citizen.id}/messages", json=answer)
            last = (await citizen.read())["messages"][-1]
            assert again.json()["seq"] == last["seq"]
            assert (last["from"], last["author"]) == ("seat", {"badge": "8000"})
            await citizen.say("还在吵")
            heard = await double.told("message")
            assert heard["message"]["text"] == "还在吵"
            closed = await rest.post(f"/{citizen.id}/close", json={"outcome": "answered"})
            assert closed.status_code == 204, closed.text
            assert (await double.told("closed"))["conversation"] == citizen.id
            assert (await citizen.read())["owner"] == "CLOSED"
            assert (await rest.post(f"/{citizen.id}/messages", json=answer)).status_code == 409
            assert double.forged == 0
        async with double.rest(gateway.url, "wrong") as stranger:
            assert (await stranger.get(f"/{citizen.id}/messages")).status_code == 401


async def test_what_cannot_be_delivered_goes_to_our_own_seats(make_desk: MakeDesk) -> None:
    async with OutsideDeskDouble() as double:
        gateway = connected(make_desk, double)
        await _until_ready(gateway)
        double.refuse = True
        async with client_of(gateway) as client:
            citizen = await angry_citizen(client)
            add_user(gateway, "wang", badge="1024")
            wang = await FakeSeat.arrive(gateway, "wang")
            await wang.take(citizen.id)
            await wang.leave()
        assert double.events == []


async def _until_ready(gateway) -> None:  # type: ignore[no-untyped-def]
    """The outside desk counts as a seat like any other."""
    import asyncio

    add_user(gateway, "probe", role="lead", badge="1")
    lead = await FakeSeat.sign_in(gateway, "probe")
    async with asyncio.timeout(PATIENCE_S):
        while True:
            seats = (await lead.http.get("/api/v1/desk/directory")).json()["seats"]
            if any(s["badge"] == "8000" and s["status"] == "ready" for s in seats):
                break
            await asyncio.sleep(0.1)
    await lead.leave()

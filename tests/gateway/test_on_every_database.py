"""What the gateway promises holds on SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.fake_rasa import FakeRasa
from tests.gateway.conftest import Citizen, MakeGateway, client_of

pytestmark = [pytest.mark.redis, pytest.mark.usefixtures("patient")]

# Nothing here hangs.
RASA_TIMEOUT_S = 60.0


async def test_many_citizens_on_two_replicas_at_once(
    make_gateway: MakeGateway, database_url: str, rasa: FakeRasa
) -> None:
    """Two replicas, five citizens, each message sent twice: all answered once, in order, without gaps."""
    one, two = (make_gateway(database_url=database_url, rasa_timeout_s=RASA_TIMEOUT_S) for _ in range(2))
    async with client_of(one) as first, client_of(two) as second:
        citizens = [await Citizen.arrive(first) for _ in range(5)]
        twins = [Citizen(second, c.id, c.token) for c in citizens]
        calls = [
            who.say(f"第{n}句", f"m{n}")
            for n in range(4)
            for pair in zip(citizens, twins, strict=True)
            for who in pair
        ]
        responses = await asyncio.gather(*calls)
        assert {r.status_code for r in responses} == {200}
        for citizen in citizens:
            log = (await citizen.read())["messages"]
            assert [m["seq"] for m in log] == list(range(1, 10))
            asked = [r["message"] for r in rasa.asked if r["sender"] == citizen.id]
            assert asked == [m["text"] for m in log if m["from"] == "citizen"]
            assert sorted(asked) == [f"第{n}句" for n in range(4)]
            assert rasa.most_at_once[citizen.id] == 1


async def test_messages_stored_together_are_all_answered(
    make_gateway: MakeGateway, database_url: str, rasa: FakeRasa
) -> None:
    """Those of one commit reach the loop at once: the second must not be forgotten while the first one's turn begins."""
    async with client_of(make_gateway(database_url=database_url, rasa_timeout_s=RASA_TIMEOUT_S)) as client:
        citizens = [await Citizen.arrive(client) for _ in range(6)]
        calls = [who.say(f"第{n}句", f"m{n}") for n in range(3) for who in citizens]
        responses = await asyncio.gather(*calls)
        assert {r.status_code for r in responses} == {200}
        for citizen in citizens:
            asked = [r["message"] for r in rasa.asked if r["sender"] == citizen.id]
            assert sorted(asked) == [f"第{n}句" for n in range(3)]

"""How a call ended, as the exchange asks for it."""

from __future__ import annotations

import uuid

import pytest

from cli.simulator.asterisk_client import AsteriskClient
from gateway.channels.phone.audiosocket import conversation_of
from gateway.channels.phone.ends import CallEnds
from gateway.runtime.blocking import Blocking
from gateway.runtime.redis_link import RedisLink
from tests.conftest import free_port
from tests.fakes.fake_ears import FakeEars
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.gateway.channels.web.conftest import PATIENT, ears
from tests.gateway.conftest import MakeGateway, client_of
from tests.gateway.console.conftest import MakeDesk, make_desk
from tests.waiting import until

__all__ = ["ears", "make_desk"]
pytestmark = pytest.mark.redis
TOKEN = {"Authorization": "Bearer exchange"}


async def test_a_call_that_never_came_is_unknown_and_only_the_exchange_asks(
    make_gateway: MakeGateway,
) -> None:
    async with client_of(make_gateway(api_tokens="exchange")) as http:
        url = f"/api/v1/calls/{uuid.uuid4()}"
        answer = await http.get(url, headers=TOKEN)
        assert (answer.status_code, answer.text) == (200, "unknown")
        assert answer.headers["content-type"].startswith("text/plain")
        assert (await http.get(url)).status_code == 401


async def test_without_redis_nobody_is_hung_up_on(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(api_tokens="exchange", redis_url=f"redis://127.0.0.1:{free_port()}")
    async with client_of(gateway) as http:
        answer = await http.get(f"/api/v1/calls/{uuid.uuid4()}", headers=TOKEN)
    assert (answer.status_code, answer.text) == (200, "unknown")


async def test_a_caller_with_people_belongs_to_people_until_the_hotline_says_goodbye(
    make_desk: MakeDesk, ears: FakeEars
) -> None:
    gateway = make_desk(asr_port=ears.port, audiosocket_port=free_port(), api_tokens="exchange", **PATIENT)
    add_user(gateway, "wang", badge="1024")
    wang = await FakeSeat.arrive(gateway, "wang")
    port = gateway.settings.audiosocket_port
    async with client_of(gateway) as http, await AsteriskClient.call("127.0.0.1", port) as caller:
        url = f"/api/v1/calls/{caller.call_id}"
        await until(lambda: [f for f in caller.heard if not f.silent])
        assert (await http.get(url, headers=TOKEN)).text == "unknown"
        caller.press("0")
        conversation = conversation_of(caller.call_id)
        await wang.take(conversation, 120)
        # As after a crash: SQL remembers whose it was.
        assert (await http.get(url, headers=TOKEN)).text == "human"
        link = RedisLink(gateway.settings.redis_url.get_secret_value())
        await CallEnds(link, gateway.store, Blocking(sqlite=True)).goodbye(caller.call_id)
        await link.aclose()
        assert (await http.get(url, headers=TOKEN)).text == "goodbye"
    await wang.leave()

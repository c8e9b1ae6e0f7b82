"""`kill -9` of the gateway while a caller waits for a seat: the exchange is told to bring them to people."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from rich.console import Console
from sqlalchemy import Engine

from bench.handoff import SETTINGS, Part
from cli.simulator.asterisk_client import AsteriskClient
from desk.conversations import ConversationStore, Owner
from desk.store.engine import open_engine
from gateway.channels.phone.audiosocket import conversation_of
from launcher.prepare import prepare_data
from tests.fakes.fake_ears import FakeEars
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.waiting import until

pytestmark = [pytest.mark.redis, pytest.mark.slow]
TOKEN = {"Authorization": "Bearer exchange"}


@dataclass(frozen=True)
class Desk:
    """What a seat needs to know of a gateway."""

    url: str
    engine: Engine


async def test_who_waits_when_the_gateway_dies_belongs_to_people(tmp_path: Path) -> None:
    """While it is down nobody answers the dialplan, which is `hotline-human`; once it is back it says so itself."""
    ears = FakeEars().start()
    try:
        asked = {"MINSHENG_API_TOKENS": "exchange", "MINSHENG_ASR_PORT": str(ears.port)}
        part = Part(tmp_path, {**SETTINGS, **asked}, names=("redis", "gateway"))
        await asyncio.to_thread(prepare_data, part.settings, Console(stderr=True))
        engine = open_engine(part.settings.effective_database_url)
        with part:
            desk = Desk(part.url, engine)
            add_user(desk, "wang")  # type: ignore[arg-type]
            wang = await FakeSeat.arrive(desk, "wang")  # type: ignore[arg-type]
            port = part.settings.audiosocket_port
            async with httpx.AsyncClient(trust_env=False) as http:
                async with await AsteriskClient.call("127.0.0.1", port) as caller:
                    url = f"{part.url}/api/v1/calls/{caller.call_id}"
                    await until(lambda: [f for f in caller.heard if not f.silent])
                    caller.press("0")
                    store = ConversationStore(engine)
                    conversation = conversation_of(caller.call_id)
                    await until(lambda: store.get(conversation).owner is Owner.WAITING)
                    await asyncio.to_thread(part.kill, "gateway")
                    await until(caller.hung_up.is_set)
                with pytest.raises(httpx.TransportError):
                    await http.get(url, headers=TOKEN)
                await asyncio.to_thread(part.launch, "gateway")
                await asyncio.to_thread(part.wait, "gateway")
                answer = await http.get(url, headers=TOKEN)
            assert (answer.status_code, answer.text) == (200, "human")
            await wang.leave()
        engine.dispose()
    finally:
        ears.stop()

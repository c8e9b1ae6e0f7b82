"""A citizen's token ends when nothing was said for long, and whoever shows it is told to begin anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from desk.conversations import TokenEnded
from desk.conversations.store import hash_token
from desk.conversations.tables import ConversationRow
from gateway.conversations.tokens import ConversationTokens
from gateway.runtime.blocking import Blocking
from gateway.sockets.page_socket import WRONG_TOKEN
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import Citizen, MakeGateway, client_of


def silent_for(gateway: RunningGateway, citizen: Citizen, days: float) -> None:
    silent_since(gateway, citizen.id, datetime.now(UTC) - timedelta(days=days))


def silent_since(gateway: RunningGateway, conversation_id: str, last: datetime) -> None:
    with gateway.engine.begin() as connection:
        row = update(ConversationRow).where(ConversationRow.id == conversation_id)
        connection.execute(row.values(updated_at=last))


async def test_an_old_token_opens_nothing_and_says_so(make_gateway: MakeGateway) -> None:
    first, second = make_gateway(), make_gateway(citizen_token_days=30)
    async with client_of(first) as client:
        citizen = await Citizen.arrive(client)
        assert (await citizen.say("你好")).status_code == 200
    silent_for(first, citizen, 30.5)
    async with client_of(second) as client:
        citizen.client = client
        said = await citizen.say("还在吗")
        assert (said.status_code, said.json()["error"]["code"]) == (401, "token_ended")
        assert "新的会话" in said.json()["error"]["text"]
        # Somebody who guesses is told no more than before.
        citizen.headers = {"Authorization": "Bearer wrong"}
        assert (await citizen.say("x")).json()["error"]["code"] == "unauthorized"
    async with connect(second.ws_url) as socket:
        hello = {"type": "hello", "conversation": citizen.id, "token": citizen.token, "after": 0}
        await socket.send(json.dumps(hello))
        frame = json.loads(await socket.recv())
        assert (frame["type"], frame["code"]) == ("error", "token_ended")
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == WRONG_TOKEN


async def test_a_conversation_that_goes_on_keeps_its_token(make_gateway: MakeGateway) -> None:
    """Also one whose beginning the gateway remembers: what was said since is looked up."""
    gateway = make_gateway()
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
    silent_for(gateway, citizen, 29.5)
    async with client_of(make_gateway(citizen_token_days=30)) as client:
        citizen.client = client
        assert (await citizen.say("你好")).status_code == 200
    silent_for(gateway, citizen, 4000)
    async with client_of(make_gateway(citizen_token_days=0, keep_conversations_days=0)) as client:
        citizen.client = client
        assert (await citizen.say("你好")).status_code == 200


async def test_what_is_remembered_is_looked_up_again_when_it_may_have_ended(gateway: RunningGateway) -> None:
    now = datetime.now(UTC)
    blocking = Blocking(sqlite=True)
    tokens = ConversationTokens(gateway.store, blocking, timedelta(days=1), clock=lambda: now)
    conversation, token, _ = gateway.store.create("web")
    tokens.remember(conversation.id, hash_token(token))
    now += timedelta(hours=23)
    await tokens.check(conversation.id, token)
    silent_since(gateway, conversation.id, now)
    now += timedelta(hours=23)
    await tokens.check(conversation.id, token)
    now += timedelta(hours=2)
    with pytest.raises(TokenEnded):
        await tokens.check(conversation.id, token)
    await blocking.aclose()

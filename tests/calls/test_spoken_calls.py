"""Calls with no fake in the chain: synthetic citizens speak, the recogniser hears them, Rasa understands, SQL has the
order. One by telephone (AudioSocket, 8 kHz) and one from the page (websocket, 16 kHz), both at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from asr.audio import RATE_HZ
from cli.commands.call import Via
from cli.simulator.asterisk_client import AsteriskClient
from cli.simulator.caller import Caller
from cli.simulator.citizen import PHONE, STREET, lines
from cli.simulator.demo import play
from cli.simulator.page_client import BrowserClient
from cli.simulator.report import CallBook, lines_of
from desk.conversations import Message, Sender
from desk.orders.limits import OrderLimits
from desk.orders.order import Order, OrderType
from desk.orders.store import OrderStore
from desk.settings import Settings
from desk.store.engine import open_engine
from gateway.audio.pcm import Resampler
from launcher.private import PrivateProduct
from tests.spoken import recorded_lines

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

# The hotline has finished when it is silent for so long; when he has his number he hears it out and no more.
PAUSE_S, LAST_PAUSE_S = 3.0, 2.0
# A whole call takes two to three minutes on two idle cores.
PATIENCE_S = 900.0


@dataclass(frozen=True)
class Called:
    """What a call left behind."""

    order: Order | None
    messages: list[Message]
    # For whoever reads why a test failed.
    transcript: str

    def said(self, sender: Sender) -> list[Message]:
        return [message for message in self.messages if message.sender is sender]


async def call(settings: Settings, via: Via) -> Called:
    """He complains, interrupts the hotline once, answers, and hangs up when he has heard his order number."""
    engine = open_engine(settings.effective_database_url)
    client: AsteriskClient | BrowserClient
    if via is Via.AUDIOSOCKET:
        client = await AsteriskClient.call(settings.audiosocket_host, settings.audiosocket_port)
    else:
        client = await BrowserClient.call(f"ws://{settings.host}:{settings.port}/ws/call")
    conversation = client.conversation
    book, caller = CallBook(engine, settings, conversation), Caller(client)
    voice = {
        text: Resampler(RATE_HZ, client.rate_hz).feed(pcm, last=True)
        for text, pcm in recorded_lines().items()
    }
    listening = asyncio.create_task(caller.listen())
    playing = asyncio.create_task(play(caller, book, voice, PAUSE_S, interrupts=2))
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not playing.done() and not await asyncio.to_thread(lambda: book.registered):
                await asyncio.sleep(0.2)
            await caller.until_answered(LAST_PAUSE_S, PATIENCE_S)
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        await caller.hang_up()
        await listening
    try:
        found = OrderStore(engine, OrderLimits.from_settings(settings)).find_by_conversation(conversation)
        transcript = "\n".join(lines_of(book.report(caller.events)))
        return Called(found[0] if found else None, book.messages(), transcript)
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def calls(callable_product: PrivateProduct) -> dict[Via, Called | BaseException]:
    async def all_at_once() -> list[Any]:
        settings = callable_product.settings
        return await asyncio.gather(*(call(settings, via) for via in Via), return_exceptions=True)

    return dict(zip(Via, asyncio.run(all_at_once()), strict=True))


@pytest.fixture(params=list(Via), ids=str)
def called(request: pytest.FixtureRequest, calls: dict[Via, Called | BaseException]) -> Called:
    found = calls[request.param]
    if isinstance(found, BaseException):
        raise found
    return found


def test_all_that_he_may_say_is_recorded() -> None:
    assert set(lines()) <= set(recorded_lines())


def test_a_citizen_who_complains_by_voice_gets_an_order_as_he_said_it(called: Called) -> None:
    order = called.order
    assert order is not None, called.transcript
    assert order.type is OrderType.COMPLAIN, called.transcript
    assert (STREET in order.place_detail, order.phone) == (True, PHONE), called.transcript
    assert "垃圾" in order.description, called.transcript
    # He is asked for what he has not said, and told his number.
    spoken = [message.speech for message in called.said(Sender.BOT)]
    assert any("怎么称呼" in text for text in spoken) and any("联系电话" in text for text in spoken)
    (last,) = [m for m in called.said(Sender.BOT) if m.kind == "order_card"]
    assert order.number in last.speech.replace("-", "") and last.heard is None, called.transcript


def test_who_speaks_into_the_hotlines_words_silences_it(called: Called) -> None:
    """It is known what he heard, and what he said meanwhile is answered."""
    cut = [m for m in called.said(Sender.BOT) if m.heard]
    assert cut, called.transcript
    assert all(m.speech.startswith(m.heard or "") and len(m.heard or "") < len(m.speech) for m in cut)
    assert any(m.seq > cut[0].seq for m in called.said(Sender.CITIZEN)), called.transcript

"""A caller by telephone and a seat in Chromium, with no fake in the chain: they hear one another, the caller's words arrive
in the console while he speaks, and the recording of it all is played there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from asr.audio import RATE_HZ as HEARD_HZ
from asr.client import ClientOptions, RemoteRecognizer
from asr.recognizer import FinalTranscript, Transcript
from cli.simulator.asterisk_client import AsteriskClient
from cli.simulator.caller import Caller
from cli.simulator.citizen import OPENING
from desk.seats import Accounts, NewUser, Role
from desk.seats.passwords import Argon2Hasher
from desk.settings import OwnServer, Settings
from desk.store.engine import open_engine
from gateway.audio.pcm import Resampler
from launcher.private import PrivateProduct
from tests.browser.fake_microphone import RATE_HZ, chromium_with_microphone, play_into
from tests.browser.real_desk import (
    EXPECTED,
    PASSWORD,
    choose_status,
    desk,
    get_ready,
    messages,
    nobody_around,
    sign_in,
    take,
    wrap_up,
)
from tests.browser.test_recording_player import heard_at_least
from tests.browser.watched import Watched
from tests.spoken import SEAT_WORDS, recorded_lines
from tests.waiting import PATIENCE_MS, PATIENCE_S

__all__ = ["desk"]
pytestmark = [pytest.mark.browser, pytest.mark.rasa, pytest.mark.slow]

# He says it again if nobody understood.
TRIES = 4

T = TypeVar("T")


class Telephone:
    """A caller in a thread of his own, because Playwright has a loop in this one."""

    def __init__(self, settings: Settings) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.client = self.do(AsteriskClient.call(settings.audiosocket_host, settings.audiosocket_port))
        self.caller = self.do(self._caller())
        self._listening = self.begin(self.caller.listen())

    def begin(self, what: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(what, self._loop)

    def do(self, what: Coroutine[Any, Any, T]) -> T:
        return self.begin(what).result(2 * PATIENCE_S)

    def press(self, key: str) -> None:
        self._loop.call_soon_threadsafe(self.client.press, key)

    def close(self) -> None:
        self.do(self.caller.hang_up())
        self._listening.result(2 * PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _caller(self) -> Caller:
        return Caller(self.client)


@pytest.fixture
def telephone(callable_product: PrivateProduct, desk: None) -> Iterator[Telephone]:
    line = Telephone(callable_product.settings)
    yield line
    line.close()


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Somebody speaks into its microphone."""
    pcm = Resampler(HEARD_HZ, RATE_HZ).feed(recorded_lines()[SEAT_WORDS], last=True)
    with chromium_with_microphone(play_into(tmp_path_factory.mktemp("seat") / "seat.wav", pcm)) as browser:
        yield browser


@pytest.fixture
def console(speaking: Browser, callable_product: PrivateProduct, desk: None) -> Iterator[Page]:
    """A seat, ready."""
    engine = open_engine(callable_product.settings.effective_database_url)
    zhao = NewUser(username="real-zhao", display_name="real-zhao", badge="8811", role=Role.SEAT)
    Accounts(engine).users.add(zhao, Argon2Hasher().hash(PASSWORD), "test")
    engine.dispose()
    context = speaking.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    try:
        context.grant_permissions(["microphone"], origin=callable_product.url)
        watched = Watched(context, EXPECTED)
        page = watched.page(f"{callable_product.url}/seat")
        page.set_default_timeout(PATIENCE_MS)
        sign_in(page, "real-zhao")
        get_ready(page)
        yield page
        watched.check()
    finally:
        context.close()


async def understood(settings: Settings, pcm: bytes, rate_hz: int) -> str:
    """What the product's own recogniser makes of it."""
    options = ClientOptions(answer_s=PATIENCE_S, token=settings.own_token(OwnServer.ASR))
    stream = RemoteRecognizer(f"ws://{settings.asr_address}", options).open()
    samples = np.frombuffer(Resampler(rate_hz, HEARD_HZ).feed(pcm, last=True), "<i2").astype(np.int16)
    found: list[Transcript] = []
    # A second at a time, as the server takes it.
    for start in range(0, len(samples), HEARD_HZ):
        found += await stream.feed(samples[start : start + HEARD_HZ])
    found += await stream.finish()
    await stream.close()
    return "".join(part.text for part in found if isinstance(part, FinalTranscript))


def test_a_caller_and_a_seat_talk_and_the_recording_is_played(
    callable_product: PrivateProduct, telephone: Telephone, console: Page
) -> None:
    caller = telephone.caller
    assert telephone.do(caller.until_answered(1.0, PATIENCE_S))
    telephone.press("0")
    take(console, telephone.client.conversation)
    bar = console.get_by_test_id("talk-words")
    expect(bar).to_contain_text("电话线上")
    console.keyboard.press("Alt+v")
    expect(bar).to_have_text("通话中")
    begun = len(telephone.client.heard)

    complaint = Resampler(HEARD_HZ, telephone.client.rate_hz).feed(recorded_lines()[OPENING[1]], last=True)
    arrived = messages(console, "citizen").filter(has_text="垃圾")
    for again in range(TRIES):
        speaking = telephone.begin(caller.say(complaint))
        # His words are seen before they are final, and then stand in the conversation.
        if not again:
            expect(console.get_by_test_id("caption")).not_to_be_empty()
        speaking.result(2 * PATIENCE_S)
        try:
            expect(arrived).not_to_have_count(0, timeout=PATIENCE_MS / TRIES)
            break
        except AssertionError:
            assert again < TRIES - 1, "nobody understood the caller"
    # The microphone of the seat sounds again and again; the silence between is longer than those in his words.
    assert telephone.do(caller.until_answered(3.0, PATIENCE_S))
    heard = b"".join(frame.pcm for frame in telephone.client.heard[begun:])
    text = telephone.do(understood(callable_product.settings, heard, telephone.client.rate_hz))
    assert len(set(text) & set(SEAT_WORDS)) > len(set(SEAT_WORDS)) / 2, text

    console.get_by_test_id("talk-hang-up").click()
    telephone.do(caller.until(lambda: caller.gone, PATIENCE_S))
    assert caller.gone
    expect(console.get_by_test_id("talk-bar")).to_have_count(0)
    expect(console.get_by_test_id("recording")).to_have_attribute("data-state", "complete")
    console.get_by_test_id("recording-play").click()
    heard_at_least(console, 1.0)
    wrap_up(console, "1")
    choose_status(console, "offline")
    nobody_around(callable_product)

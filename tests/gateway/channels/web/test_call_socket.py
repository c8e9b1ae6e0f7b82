"""A page calls the real gateway, is heard and answered, and its conversation goes on in the chat."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cli.simulator.page_client import BrowserClient, CallRefused
from desk.conversations import HandoffReason, HandoffRequest, Sender
from desk.orders.proof import origin_of
from gateway.channels.web import call_socket, page_calls
from gateway.sockets import voice_socket
from tests.fakes.fake_ears import FakeEars
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.channels.web.conftest import PATIENT
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.spoken import speech
from tests.waiting import until

pytestmark = pytest.mark.redis
SILENCE = bytes(640)


@pytest.fixture(scope="module")
def question() -> bytes:
    """A voice at 16 kHz, about two seconds."""
    return asyncio.run(speech("请问怎么办理社会保障卡", 16000))


@pytest.fixture
async def citizen(hotline: RunningGateway) -> AsyncIterator[Citizen]:
    async with client_of(hotline) as client:
        yield await Citizen.arrive(client)


def url_of(gateway: RunningGateway) -> str:
    return f"ws://127.0.0.1:{gateway.port}/ws/call"


def captions(caller: BrowserClient, who: str) -> list[str]:
    return [f["text"] for f in caller.frames("caption") if f["from"] == who and f.get("final")]


def states(caller: BrowserClient) -> list[str]:
    return [frame["state"] for frame in caller.frames("state")]


async def test_a_call_in_an_open_chat_is_greeted_heard_answered_and_written_down(
    hotline: RunningGateway, ears: FakeEars, rasa: FakeRasa, citizen: Citizen, question: bytes
) -> None:
    rasa.answer = lambda _request: [{"custom": {"text": "**带身份证**。", "speech": "请带身份证。"}}]
    ears.script = ["怎么办社保卡"]
    async with await BrowserClient.call(url_of(hotline), citizen.id, citizen.token) as caller:
        assert (caller.conversation, caller.token) == (citizen.id, None)
        await until(lambda: "listening" in states(caller))
        assert captions(caller, "hotline") == ["您好，语音已接通，请讲。"]
        assert any(not frame.silent for frame in caller.heard)
        await caller.say(question)
        await until(lambda: "请带身份证。" in captions(caller, "hotline"))
        await until(lambda: states(caller)[-1] == "listening")
    assert captions(caller, "citizen") == ["怎么办社保卡"]
    assert "怎么办社保卡" in [f["text"] for f in caller.frames("caption") if f.get("final") is False]
    assert states(caller) == ["thinking", "speaking", "listening", "thinking", "speaking", "listening"]
    assert ears.rates == [16000]
    messages = (await citizen.read())["messages"]
    assert [m["from"] for m in messages] == ["bot", "citizen", "bot"]
    assert (messages[1]["text"], messages[2]["text"]) == ("怎么办社保卡", "**带身份证**。")


async def test_a_call_without_a_conversation_begins_one_that_its_token_opens(hotline: RunningGateway) -> None:
    async with await BrowserClient.call(url_of(hotline)) as caller:
        await until(lambda: captions(caller, "hotline"))
    async with client_of(hotline) as client:
        messages = (await Citizen(client, caller.conversation, caller.token or "").read())["messages"]
    assert [m["from"] for m in messages] == ["bot"]
    assert hotline.store.get(caller.conversation).channel == "web_voice"
    assert hotline.store.origin(caller.conversation) == origin_of("127.0.0.1")


async def test_speaking_into_an_answer_silences_it_at_once(
    hotline: RunningGateway, ears: FakeEars, rasa: FakeRasa, question: bytes
) -> None:
    rasa.answer = lambda _request: [{"custom": {"text": "这是一段很长的回答，" * 12}}]
    ears.script = ["怎么办社保卡", "我不是问这个"]
    async with await BrowserClient.call(url_of(hotline)) as caller:
        await until(lambda: "listening" in states(caller))
        await caller.say(question)
        await until(lambda: states(caller)[-1] == "speaking")
        before = len(caller.told)
        await caller.say(question)
        later = [told.frame["type"] for told in caller.told[before:]]
        assert "drop" in later
        await until(lambda: "我不是问这个" in captions(caller, "citizen"))
        cut = [frame for frame in caller.frames("caption") if frame.get("cut")]
        assert len(cut) == 1 and "这是一段很长的回答".startswith(cut[0]["text"][:9])


async def test_key_0_asks_for_a_person_and_a_muted_caller_is_told_so(
    hotline: RunningGateway, rasa: FakeRasa
) -> None:
    async with await BrowserClient.call(url_of(hotline)) as caller:
        await until(lambda: "listening" in states(caller))
        await caller.mute(True)
        await until(lambda: caller.frames("muted") == [{"type": "muted", "on": True}])
        await caller.press("0")
        await until(lambda: rasa.texts == ["转人工"])
        await caller.press("9" * 2)
        await until(lambda: caller.frames("error"))
        assert caller.frames("error")[0]["code"] == "malformed"
    assert not caller.frames("ended")


async def test_the_hotline_hangs_up_when_the_conversation_is_closed(
    hotline: RunningGateway, ears: FakeEars, rasa: FakeRasa, question: bytes
) -> None:
    rasa.answer = lambda _request: [{"custom": {"text": "再见。", "event": "close"}}]
    ears.script = ["没有了"]
    async with await BrowserClient.call(url_of(hotline)) as caller:
        await until(lambda: "listening" in states(caller))
        await caller.say(question)
        await asyncio.wait_for(caller.hung_up.wait(), 120)
    assert caller.frames("ended") == [{"type": "ended", "why": "hotline"}]
    with pytest.raises(CallRefused) as refused:
        await BrowserClient.call(url_of(hotline), caller.conversation, caller.token)
    assert refused.value.code == "closed"


async def test_a_conversation_is_a_call_for_its_seat_until_the_last_line_ends(
    hotline: RunningGateway, citizen: Citizen
) -> None:
    def is_call() -> bool:
        asked = HandoffRequest(reason=HandoffReason.ASKED)
        return hotline.store.request_handoff(citizen.id, asked).call

    assert not is_call()
    async with await BrowserClient.call(url_of(hotline), citizen.id, citizen.token):
        await until(is_call)
    await until(lambda: not is_call())
    first = hotline.store.begin_call(citizen.id)
    second = hotline.store.begin_call(citizen.id)
    hotline.store.end_call(citizen.id, first)
    assert is_call(), "the end of an older line says nothing of the newer"
    hotline.store.end_call(citizen.id, second)
    assert not is_call()


async def test_without_ears_the_caller_is_told_and_the_chat_goes_on(make_gateway: MakeGateway) -> None:
    # Nobody listens on port 1.
    gateway = make_gateway(asr_port=1, **PATIENT)
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        with pytest.raises(CallRefused) as refused:
            await BrowserClient.call(url_of(gateway), citizen.id, citizen.token)
        assert refused.value.code == "speech_unavailable"
        assert "继续打字" in refused.value.text
        assert (await citizen.say("你好")).status_code == 200


async def test_only_the_citizen_may_call_and_only_once_at_a_time(
    hotline: RunningGateway, citizen: Citizen
) -> None:
    for token in (None, "wrong"):
        with pytest.raises(CallRefused) as refused:
            await BrowserClient.call(url_of(hotline), citizen.id, token)
        assert refused.value.code == "unauthorized"
    async with await BrowserClient.call(url_of(hotline), citizen.id, citizen.token):
        with pytest.raises(CallRefused) as refused:
            await BrowserClient.call(url_of(hotline), citizen.id, citizen.token)
        assert refused.value.code == "call_exists"


@pytest.mark.parametrize(("most", "code"), [(0, "calls_off"), (1, "busy_line")])
async def test_calls_are_counted(make_gateway: MakeGateway, ears: FakeEars, most: int, code: str) -> None:
    gateway = make_gateway(asr_port=ears.port, web_max_calls=most, **PATIENT)
    callers = [await BrowserClient.call(url_of(gateway)) for _ in range(most)]
    with pytest.raises(CallRefused) as refused:
        await BrowserClient.call(url_of(gateway))
    assert refused.value.code == code
    for caller in callers:
        await caller.hang_up()


async def test_an_address_that_calls_too_often_is_asked_to_write(
    hotline: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_calls, "PER_ADDRESS_AND_HOUR", 1)
    async with await BrowserClient.call(url_of(hotline)):
        pass
    with pytest.raises(CallRefused) as refused:
        await BrowserClient.call(url_of(hotline))
    assert (refused.value.code, "继续打字" in refused.value.text) == ("too_many", True)


async def test_a_page_of_another_site_gets_nothing(hotline: RunningGateway) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(url_of(hotline), proxy=None, origin="https://elsewhere.example")  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403


async def raw(gateway: RunningGateway, *messages: bytes | str) -> int:
    """The close code that this ends with."""
    async with connect(url_of(gateway), proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello"}))
        try:
            for message in messages:
                await socket.send(message)
            async with asyncio.timeout(60):
                while True:
                    await socket.recv()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([b"\0" * 6402], 1009),
        ([b"\0"], 1009),
        (["x" * 5000], 1009),
        (['{"type": "ping"}'] * 100, 4429),
    ],
)
async def test_what_no_microphone_sends_ends_the_call(
    hotline: RunningGateway, messages: list[Any], code: int
) -> None:
    assert await raw(hotline, *messages) == code


async def test_audio_faster_than_time_is_left_out_and_a_flood_ends_the_call(
    hotline: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_socket, "AUDIO_PER_S", 0.0)
    monkeypatch.setattr(voice_socket, "AUDIO_STOCK", 6400)
    monkeypatch.setattr(call_socket, "FLOOD_BYTES", 3 * 6400)
    # One is taken, three are left out, the next is too many.
    assert await raw(hotline, *[bytes(6400)] * 5) == 4429


async def test_a_line_that_has_fallen_silent_is_ended(
    hotline: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_socket, "IDLE_S", 0.5)
    async with connect(url_of(hotline), proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello"}))
        frames = [json.loads(m) async for m in socket if isinstance(m, str)]
    assert frames[-1] == {"type": "ended", "why": "idle"}


async def test_a_page_that_vanishes_leaves_its_words_and_its_place(
    hotline: RunningGateway, ears: FakeEars, citizen: Citizen, question: bytes
) -> None:
    ears.script = ["和平路停水了"]
    caller = await BrowserClient.call(url_of(hotline), citizen.id, citizen.token)
    await until(lambda: "listening" in states(caller))
    await caller.say(question)
    await caller.hang_up()
    await until(
        lambda: [m.sender for m in hotline.store.messages(citizen.id)][1:] == [Sender.CITIZEN, Sender.BOT]
    )
    async with await BrowserClient.call(url_of(hotline), citizen.id, citizen.token):
        pass

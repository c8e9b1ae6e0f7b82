"""A citizen who calls and the seat who serves him hear one another; the caller's words go on into the conversation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from cli.simulator.page_client import BrowserClient
from gateway.audio.hold_tone import HoldTone
from tests.fakes.fake_ears import FakeEars
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.channels.web.conftest import PATIENT, ears
from tests.gateway.channels.web.test_call_socket import question, until, url_of
from tests.gateway.conftest import Citizen, client_of
from tests.gateway.console.conftest import MakeDesk

__all__ = ["ears", "question"]
pytestmark = pytest.mark.redis
# A value that no voice of ours holds for long.
MARK = 12345
SEAT_VOICE = np.full(320, MARK, "<i2").tobytes()


class Headset:
    """The seat's end: /ws/seat/audio."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.frames: list[dict[str, Any]] = []
        self.sounds: list[bytes] = []
        self._task = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, seat: FakeSeat, conversation: str, gateway: RunningGateway | None = None) -> Headset:
        gateway = gateway or seat.gateway
        cookie = "; ".join(f"{name}={value}" for name, value in seat.http.cookies.items())
        headers = {"Cookie": cookie, "Origin": gateway.url}
        url = gateway.url.replace("http", "ws") + "/ws/seat/audio"
        headset = cls(await connect(url, proxy=None, additional_headers=headers))
        await headset.tell(type="hello", csrf=seat.csrf, conversation=conversation)
        return headset

    async def tell(self, **frame: Any) -> None:
        await self.line.send(json.dumps(frame))

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == kind]

    async def speak_until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(120):
            while not true():
                await self.line.send(SEAT_VOICE)
                await asyncio.sleep(0.02)

    async def close(self) -> None:
        await self.line.close()
        await self._task

    async def _listen(self) -> None:
        try:
            async for message in self.line:
                if isinstance(message, bytes):
                    self.sounds.append(message)
                else:
                    self.frames.append(json.loads(message))
        except ConnectionClosed:
            return


def hears_seat(caller: BrowserClient, since: int = 0) -> bool:
    return any((np.frombuffer(f.pcm, "<i2") == MARK).sum() > 100 for f in caller.heard[since:])


def hears_tone(caller: BrowserClient, since: int = 0) -> bool:
    loudest = np.abs(np.frombuffer(HoldTone(16000).next(16000), "<i2")).max()
    frames = [np.abs(np.frombuffer(f.pcm, "<i2")).max() for f in caller.heard[since:]]
    return any(0.9 * loudest < frame <= loudest for frame in frames)


@pytest.fixture
async def scene(make_desk: MakeDesk, ears: FakeEars) -> AsyncIterator[tuple[RunningGateway, FakeSeat]]:
    gateway = make_desk(asr_port=ears.port, **PATIENT)
    add_user(gateway, "wang", badge="1024")
    add_user(gateway, "li", badge="1025")
    wang = await FakeSeat.arrive(gateway, "wang")
    yield gateway, wang
    await wang.leave()


async def handed_over(
    gateway: RunningGateway, seat: FakeSeat, client: httpx.AsyncClient
) -> tuple[BrowserClient, Citizen, int]:
    """A citizen who calls from his chat and has pressed 0, once the seat has accepted."""
    citizen = await Citizen.arrive(client)
    caller = await BrowserClient.call(url_of(gateway), citizen.id, citizen.token)
    await until(lambda: caller.frames("state"))
    await caller.press("0")
    done = await seat.take(citizen.id, 120)
    await until(lambda: caller.frames("state")[-1]["state"] in ("seat", "speaking"))
    return caller, citizen, done["epoch"]


async def test_caller_and_seat_hear_one_another_and_the_words_are_written_down(
    scene: tuple[RunningGateway, FakeSeat], ears: FakeEars, question: bytes
) -> None:
    gateway, wang = scene
    async with client_of(gateway) as client:
        caller, citizen, _epoch = await handed_over(gateway, wang, client)
        assert (await wang.next("call", 120, conversation=citizen.id))["line"] == "browser"
        headset = await Headset.open(wang, citizen.id)
        await until(lambda: {"type": "caller", "on": True, "line": "browser"} in headset.frames)
        await headset.speak_until(lambda: hears_seat(caller))

        ears.script = ["楼下烧烤店太吵了"]
        await caller.say(question)
        await until(lambda: any(np.abs(np.frombuffer(s, "<i2")).max() > 1000 for s in headset.sounds))
        said = await wang.find(
            lambda f: f["type"] == "message" and f["message"]["text"] == "楼下烧烤店太吵了", 120
        )
        assert said["message"]["from"] == "citizen"
        # He was read while he spoke, and only by the console.
        captions = [f for f in wang.frames if f["type"] == "caption"]
        assert captions[-1]["final"] and captions[-1]["text"] == "楼下烧烤店太吵了"
        assert [f for f in captions if not f["final"]] and {f["conversation"] for f in captions} == {
            citizen.id
        }

        await headset.tell(type="hold", on=True)
        await until(lambda: headset.told("held"))
        begun = len(caller.heard)
        await until(lambda: hears_tone(caller, begun))
        heard = len(headset.sounds)
        await caller.say(question)
        assert len(headset.sounds) == heard
        await headset.tell(type="hold", on=False)
        await headset.speak_until(lambda: hears_seat(caller, begun))

        await headset.tell(type="hang_up")
        await asyncio.wait_for(caller.hung_up.wait(), 120)
        assert caller.frames("ended") == [{"type": "ended", "why": "hotline"}]
        await until(lambda: {"type": "caller", "on": False, "line": None} in headset.frames)
        await headset.close()
        # The conversation itself goes on in writing.
        assert (await citizen.read())["owner"] == "SEAT"
        await caller.hang_up()


async def test_a_caller_at_one_gateway_talks_with_a_seat_at_the_other(
    make_desk: MakeDesk, ears: FakeEars, question: bytes
) -> None:
    here, there = (make_desk(asr_port=ears.port, **PATIENT) for _ in range(2))
    add_user(here, "wang", badge="1024")
    wang = await FakeSeat.arrive(there, "wang")
    async with client_of(here) as client:
        caller, citizen, _epoch = await handed_over(here, wang, client)
        headset = await Headset.open(wang, citizen.id)
        await headset.speak_until(lambda: hears_seat(caller))
        await caller.say(question)
        await until(lambda: any(np.abs(np.frombuffer(s, "<i2")).max() > 1000 for s in headset.sounds))
        await headset.close()
        await caller.hang_up()
    await wang.leave()


async def test_only_the_owner_may_listen_and_only_as_long_as_he_is(
    scene: tuple[RunningGateway, FakeSeat],
) -> None:
    gateway, wang = scene
    async with client_of(gateway) as client:
        caller, citizen, epoch = await handed_over(gateway, wang, client)
        li = await FakeSeat.sign_in(gateway, "li")
        refused = await Headset.open(li, citizen.id)
        await refused.line.wait_closed()
        assert [f["code"] for f in refused.told("error")] == ["not_the_owner"]
        assert refused.line.close_code == 4403
        await li.http.aclose()

        url = gateway.url.replace("http", "ws") + "/ws/seat/audio"
        async with connect(url, proxy=None) as stranger:
            await stranger.wait_closed()
        assert stranger.close_code == 4401

        headset = await Headset.open(wang, citizen.id)
        await until(lambda: headset.told("caller"))
        done = await wang.act(type="to_bot", conversation=citizen.id, epoch=epoch)
        assert done["type"] == "done", done
        await until(lambda: headset.told("ended"))
        await headset.line.wait_closed()
        await caller.hang_up()

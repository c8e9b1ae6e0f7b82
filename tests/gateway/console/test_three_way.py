"""A seat calls a second one into the talk with a caller: who hears whom, who may what, and whose it is in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import pytest

from cli.simulator.page_client import BrowserClient
from tests.fakes.fake_ears import FakeEars
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.channels.web.conftest import PATIENT
from tests.gateway.conftest import Citizen, client_of
from tests.gateway.console.conftest import MakeDesk
from tests.gateway.console.test_talk import Headset, ears, handed_over
from tests.waiting import until

__all__ = ["ears"]
pytestmark = pytest.mark.redis
PATIENCE_S = 120
# What each says all the time: no sum of two is a third.
WANG, LI, CALLER = 1000, 4000, 300


class Voice:
    """Says one value, twenty milliseconds at a time, until it is silent."""

    def __init__(self, say: Any, value: int) -> None:
        self._pcm = np.full(320, value, "<i2").tobytes()
        self._say = say
        self._task = asyncio.create_task(self._speak())

    async def _speak(self) -> None:
        while True:
            await self._say(self._pcm)
            await asyncio.sleep(0.02)

    async def silent(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def hears(frames: list[bytes], value: int) -> bool:
    return any((np.frombuffer(pcm, "<i2") == value).sum() > 100 for pcm in frames)


@dataclass
class Scene:
    """Wang talks with a caller; Li may be called in."""

    gateway: RunningGateway
    wang: FakeSeat
    li: FakeSeat
    caller: BrowserClient
    citizen: Citizen
    epoch: int
    headset: Headset

    async def call_in(self, **whom: Any) -> dict[str, Any]:
        asked = {"seat": self.li.id} if not whom else whom
        return await self.wang.act(
            type="call_in", conversation=self.citizen.id, epoch=self.epoch, note="公积金的事请您说", **asked
        )

    async def join(self) -> Headset:
        """Li accepts and takes his headset."""
        invited = await self.li.next("invited", PATIENCE_S, conversation=self.citizen.id)
        done = await self.li.act(type="join", conversation=self.citizen.id, invitation=invited["invitation"])
        assert done["type"] == "done", done
        await self.li.act(type="open", conversation=self.citizen.id, after=0)
        return await Headset.open(self.li, self.citizen.id)

    async def third(self, seat: FakeSeat, state: str) -> dict[str, Any]:
        def fits(f: dict[str, Any]) -> bool:
            told = f["type"] == "third" and f["conversation"] == self.citizen.id and f["state"] == state
            # As a console opens the conversation it is told how it stands; what happens has a reason.
            return bool(told and (state != "nobody" or "why" in f))

        return await seat.find(fits, PATIENCE_S)


@asynccontextmanager
async def talking(make_desk: MakeDesk, ears: FakeEars, **changes: Any) -> AsyncIterator[Scene]:
    gateway = make_desk(asr_port=ears.port, **PATIENT, **changes)
    add_user(gateway, "wang", badge="1024")
    add_user(gateway, "li", badge="1025", skills=("housing_fund",))
    add_user(gateway, "zhang", badge="9001", role="lead")
    wang = await FakeSeat.arrive(gateway, "wang")
    async with client_of(gateway) as client:
        caller, citizen, epoch = await handed_over(gateway, wang, client)
        # After the offer, which is for Wang.
        li = await FakeSeat.arrive(gateway, "li")
        headset = await Headset.open(wang, citizen.id)
        await until(lambda: headset.told("caller"))
        yield Scene(gateway, wang, li, caller, citizen, epoch, headset)
        await headset.close()
        await caller.hang_up()
    await li.leave()
    await wang.leave()


@pytest.fixture
async def scene(make_desk: MakeDesk, ears: FakeEars) -> AsyncIterator[Scene]:
    async with talking(make_desk, ears) as scene:
        yield scene


async def test_three_people_hear_one_another_and_the_owner_hands_over_without_a_gap(scene: Scene) -> None:
    done = await scene.call_in()
    assert done["type"] == "done" and done["until"]
    asked = await scene.third(scene.wang, "asked")
    assert [one["badge"] for one in asked["asked"]] == ["1025"]
    invited = await scene.li.find(lambda f: f["type"] == "invited", PATIENCE_S)
    assert (invited["note"], invited["from"]["badge"]) == ("公积金的事请您说", "1024")
    assert invited["item"]["conversation"] == scene.citizen.id and invited["until"] == done["until"]
    scene.li.frames.append(invited)

    headset = await scene.join()
    assert (await scene.third(scene.wang, "in"))["seat"]["badge"] == "1025"
    await until(lambda: headset.told("caller") and headset.told("welcome"))
    assert headset.told("welcome")[0]["third"] is True
    assert [f for f in scene.li.frames if f["type"] == "message"]

    voices = [
        Voice(scene.headset.line.send, WANG),
        Voice(headset.line.send, LI),
        Voice(scene.caller.say, CALLER),
    ]
    await until(lambda: hears([f.pcm for f in scene.caller.heard], WANG + LI))
    await until(lambda: hears(scene.headset.sounds, LI + CALLER))
    await until(lambda: hears(headset.sounds, WANG + CALLER))
    # Nobody hears himself.
    assert not hears(scene.headset.sounds, WANG) and not hears(headset.sounds, LI)

    # Only the owner holds, hangs up, closes and gives back.
    for frame in ({"type": "hold", "on": True}, {"type": "hang_up"}):
        before = len(headset.told("error"))
        await headset.tell(**frame)
        await until(lambda before=before: len(headset.told("error")) > before)
    for act in ("end", "to_bot"):
        refused = await scene.li.act(type=act, conversation=scene.citizen.id, epoch=scene.epoch)
        assert (refused["type"], refused["code"]) == ("error", "not_the_owner")
    refused = await scene.li.act(
        type="transfer", conversation=scene.citizen.id, epoch=scene.epoch, seat=scene.wang.id, note=""
    )
    assert refused["type"] == "error"
    assert not scene.caller.hung_up.is_set()

    said = len((await scene.citizen.read())["messages"])
    handed = await scene.wang.act(
        type="transfer", conversation=scene.citizen.id, epoch=scene.epoch, seat=scene.li.id, note="请继续"
    )
    assert handed["type"] == "done", handed
    await until(lambda: scene.headset.told("ended"))
    owner = await scene.li.find(lambda f: f["type"] == "owner", PATIENCE_S)
    assert (owner["owner"], owner["epoch"], owner["seat"]["badge"]) == ("SEAT", scene.epoch + 1, "1025")
    assert not headset.told("ended")
    # The same socket goes on, and is the owner's now.
    mark = len(scene.caller.heard)
    await until(lambda: hears([f.pcm for f in scene.caller.heard[mark:]], LI))
    await headset.tell(type="hold", on=True)
    await until(lambda: headset.told("held"))
    read = await scene.citizen.read()
    # The caller was told of nothing: he has heard it.
    assert (read["owner"], len([m for m in read["messages"][said:] if m["from"] == "system"])) == ("SEAT", 0)
    for voice in voices:
        await voice.silent()
    ended = await scene.li.act(type="end", conversation=scene.citizen.id, epoch=scene.epoch + 1)
    assert ended["type"] == "done", ended
    await headset.close()


async def test_the_third_may_go_and_sees_nothing_more(scene: Scene) -> None:
    await scene.call_in(skill="housing_fund")
    headset = await scene.join()
    await scene.third(scene.wang, "in")
    url = f"/api/v1/desk/conversations/{scene.citizen.id}"
    assert (await scene.li.http.get(url)).status_code == 200
    full = await scene.call_in()
    assert (full["type"], full["code"]) == ("error", "call_full")

    await scene.li.act(type="leave_call", conversation=scene.citizen.id)
    assert (await scene.third(scene.wang, "nobody"))["why"] == "left"
    await until(lambda: {"type": "ended", "why": "third"} in headset.frames)
    await headset.close()
    assert (await scene.li.http.get(url)).status_code == 403
    again = await Headset.open(scene.li, scene.citizen.id)
    await again.line.wait_closed()
    assert again.line.close_code == 4403
    assert (await scene.citizen.read())["owner"] == "SEAT"
    # The talk of the two goes on.
    await scene.headset.speak_until(lambda: hears([f.pcm for f in scene.caller.heard], 12345))


async def test_an_invitation_can_be_taken_back_refused_and_runs_out(
    make_desk: MakeDesk, scene: Scene
) -> None:
    await scene.call_in()
    invited = await scene.li.next("invited", PATIENCE_S)
    taken_back = await scene.wang.act(type="leave_call", conversation=scene.citizen.id)
    assert taken_back["type"] == "done"
    gone = await scene.li.next("invitation_gone", PATIENCE_S)
    assert (gone["invitation"], gone["why"]) == (invited["invitation"], "withdrawn")
    late = await scene.li.act(type="join", conversation=scene.citizen.id, invitation=invited["invitation"])
    assert (late["type"], late["code"]) == ("error", "offer_gone")
    assert (await scene.third(scene.wang, "nobody"))["why"] == "withdrawn"

    await scene.call_in()
    invited = await scene.li.next("invited", PATIENCE_S)
    await scene.li.act(type="refuse", conversation=scene.citizen.id, invitation=invited["invitation"])
    assert (await scene.third(scene.wang, "nobody"))["why"] == "refused"

    await scene.call_in()
    await scene.li.next("invited", PATIENCE_S)
    assert (await scene.li.next("invitation_gone", PATIENCE_S))["why"] == "expired"
    assert (await scene.third(scene.wang, "nobody"))["why"] == "expired"


async def test_only_the_owner_calls_in_and_only_who_is_there(scene: Scene) -> None:
    asked = {"type": "call_in", "conversation": scene.citizen.id, "note": ""}
    for seat, frame, code in (
        (scene.li, {"epoch": scene.epoch, "seat": scene.wang.id}, "not_the_owner"),
        (scene.wang, {"epoch": scene.epoch - 1, "seat": scene.li.id}, "not_the_owner"),
        (scene.wang, {"epoch": scene.epoch, "seat": scene.wang.id}, "malformed"),
        (scene.wang, {"epoch": scene.epoch, "skill": "tax"}, "nobody_there"),
        (scene.wang, {"epoch": scene.epoch, "skill": "no such"}, "malformed"),
        (scene.wang, {"epoch": scene.epoch}, "malformed"),
    ):
        refused = await seat.act(**asked, **frame)
        assert (refused["type"], refused["code"]) == ("error", code), frame
    zhang = await FakeSeat.sign_in(scene.gateway, "zhang")
    away = await scene.wang.act(**asked, epoch=scene.epoch, seat=zhang.id)
    assert away["code"] == "nobody_there"
    await zhang.http.aclose()


async def test_a_lead_can_be_called_in_and_goes_with_the_owner_who_gives_it_away(scene: Scene) -> None:
    zhang = await FakeSeat.arrive(scene.gateway, "zhang")
    await scene.call_in(seat=zhang.id)
    invited = await zhang.next("invited", PATIENCE_S)
    await zhang.act(type="join", conversation=scene.citizen.id, invitation=invited["invitation"])
    headset = await Headset.open(zhang, scene.citizen.id)
    await until(lambda: headset.told("caller"))
    await scene.wang.act(type="to_bot", conversation=scene.citizen.id, epoch=scene.epoch)
    await until(lambda: headset.told("ended"))
    assert (await scene.citizen.read())["owner"] == "BOT"
    await headset.close()
    await zhang.leave()


async def test_when_the_owners_browser_is_lost_the_usual_rules_hold(
    make_desk: MakeDesk, ears: FakeEars
) -> None:
    async with talking(make_desk, ears, seat_lost_s=8.0) as scene:
        await scene.call_in()
        headset = await scene.join()
        await until(lambda: headset.told("caller"))
        await scene.wang.drop()
        # The third is out, and asked like anybody else.
        await until(lambda: headset.told("ended"))
        taken = await scene.li.take(scene.citizen.id, PATIENCE_S)
        assert taken["epoch"] > scene.epoch
        again = await Headset.open(scene.li, scene.citizen.id)
        await until(lambda: again.told("welcome"))
        assert again.told("welcome")[0]["third"] is False
        await again.close()
        await headset.close()


async def test_the_three_may_be_at_two_gateways(make_desk: MakeDesk, ears: FakeEars) -> None:
    here, there = (make_desk(asr_port=ears.port, **PATIENT) for _ in range(2))
    add_user(here, "wang", badge="1024")
    add_user(here, "li", badge="1025")
    wang = await FakeSeat.arrive(here, "wang")
    async with httpx.AsyncClient(base_url=here.url, timeout=30, trust_env=False) as client:
        caller, citizen, epoch = await handed_over(here, wang, client)
        li = await FakeSeat.arrive(there, "li")
        first = await Headset.open(wang, citizen.id)
        scene = Scene(here, wang, li, caller, citizen, epoch, first)
        await scene.call_in()
        second = await scene.join()
        voices = [Voice(first.line.send, WANG), Voice(second.line.send, LI), Voice(caller.say, CALLER)]
        await until(lambda: hears([f.pcm for f in caller.heard], WANG + LI))
        await until(lambda: hears(first.sounds, LI + CALLER))
        await until(lambda: hears(second.sounds, WANG + CALLER))
        for voice in voices:
            await voice.silent()
        await first.close()
        await second.close()
        await caller.hang_up()
    await li.leave()
    await wang.leave()

"""A call that a seat promises in the wrap-up is written down, with the matter, the time and the way to what was said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import Citizen
from tests.gateway.console.conftest import angry_citizen

Seats = Callable[..., Any]


async def wrapped(seat: Any, citizen: Citizen, **more: Any) -> dict[str, Any]:
    done = await seat.take(citizen.id)
    await seat.act(type="end", conversation=citizen.id, epoch=done["epoch"])
    answer: dict[str, Any] = await seat.act(
        type="wrap", conversation=citizen.id, outcome="callback", tags=[], **more
    )
    return answer


async def test_the_outcome_callback_writes_one(client: httpx.AsyncClient, seats: Seats) -> None:
    """With the number and the time that the seat has noted, and his note as the matter."""
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    more = {"phone": "137 0000 2719", "wish": "明天上午9点以后", "note": "核实烧烤店的处理结果"}
    assert (await wrapped(wang, citizen, **more))["type"] == "done"
    told = (await wang.next("callback"))["callback"]
    assert told["conversation"] == citizen.id
    assert (told["phone"], told["wish"], told["note"], told["state"]) == (
        "137****2719",
        "明天上午9点以后",
        "核实烧烤店的处理结果",
        "open",
    )
    card = (await wang.http.get(f"/api/v1/desk/conversations/{citizen.id}")).json()
    assert card["handoff"]["outcome"] == "callback"
    requested = [event for event in card["history"] if event["kind"] == "callback_requested"]
    assert [event["actor"] for event in requested] == [wang.id]


async def test_without_a_note_the_matter_is_what_the_citizen_told(
    client: httpx.AsyncClient, seats: Seats
) -> None:
    """Nobody has to write it again; and a number that nobody knows is left open, not invented."""
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    await wrapped(wang, citizen)
    told = (await wang.next("callback"))["callback"]
    assert "烧烤店" in told["note"] and told["phone"] == ""


async def test_what_the_citizen_wished_is_kept(client: httpx.AsyncClient, seats: Seats) -> None:
    """The seat promises the call that the citizen has asked for: one callback, with his time."""
    wang = await seats("wang")
    citizen = await Citizen.arrive(client)
    await citizen.say("请回电给我")
    await wang.next("callback")
    await citizen.say("转人工")
    await wrapped(wang, citizen, note="退费的事")
    told = (await wang.http.get("/api/v1/desk/callbacks")).json()["callbacks"]
    assert [(one["phone"], one["wish"], one["note"]) for one in told] == [
        ("139****1234", "明天上午", "退费的事")
    ]


@pytest.mark.parametrize("phone", ["12", "1370000", "+1"])
async def test_a_wrong_number_is_told_and_nothing_is_closed(
    client: httpx.AsyncClient, seats: Seats, phone: str
) -> None:
    """The wrap-up stays open until the number is right."""
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    refused = await wrapped(wang, citizen, phone=phone)
    assert (refused["type"], refused["code"]) == ("error", "malformed")
    assert (await citizen.read())["owner"] == "WRAP_UP"


async def test_other_outcomes_write_none(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    """Only the promise of a call does."""
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    done = await wang.take(citizen.id)
    await wang.act(type="end", conversation=citizen.id, epoch=done["epoch"])
    await wang.act(type="wrap", conversation=citizen.id, outcome="answered", tags=[], phone="13700002719")
    assert (await wang.http.get("/api/v1/desk/callbacks")).json()["callbacks"] == []


async def test_who_has_taken_a_callback_may_read_what_was_said(
    client: httpx.AsyncClient, seats: Seats
) -> None:
    """Nobody else who never served the citizen, and only until it is done."""
    wang, li = await seats("wang"), await seats("li", ready=False)
    citizen = await angry_citizen(client)
    await wrapped(wang, citizen, phone="13700002719")
    told = (await wang.next("callback"))["callback"]
    url = f"/api/v1/desk/conversations/{citizen.id}/messages"
    assert (await li.http.get(url)).status_code == 403
    await li.http.post(f"/api/v1/desk/callbacks/{told['id']}/take", json={"result": ""})
    read = await li.http.get(url)
    assert read.status_code == 200 and "烧烤店" in read.text
    await li.http.post(f"/api/v1/desk/callbacks/{told['id']}/done", json={"result": "已回电"})
    assert (await li.http.get(url)).status_code == 403

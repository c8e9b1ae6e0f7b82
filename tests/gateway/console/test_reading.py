"""Another's conversation is masked until revealed, at every door, and every reading of it is written down with the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from desk.orders.limits import OrderLimits
from desk.orders.store import OrderStore
from desk.seats import AuditLog
from gateway.doors import DOORS
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import Citizen
from tests.gateway.console.test_console import PNG, served

Seats = Callable[..., Any]

PHONE, MASKED = "13900001234", "139****1234"
# What nobody but the owner may see before it is revealed; `served` has the citizen say all of it.
SECRETS = (PHONE, "王小明", "3栋")
HOME = "127.0.0.1"


def readings(desk: RunningGateway, actor: str, conversation: str) -> list[str]:
    """What was read of the conversation, oldest first; every line has the address."""
    lines = AuditLog(desk.engine).read(
        actor=actor, action="conversation_read", subject=("conversation", conversation)
    )
    assert {line.address for line in lines} <= {HOME}
    return [str(line.detail["what"]) for line in reversed(lines)]


def secrets_in(answer: object) -> list[str]:
    return [secret for secret in SECRETS if secret in str(answer)]


async def noted(wang: Any, conversation: str) -> None:
    """A seat's note and wish with the citizen's data in them."""
    url = f"/api/v1/desk/conversations/{conversation}/notes"
    done = await wang.http.post(url, json={"text": f"我叫王小明，请回{PHONE}，住3栋"})
    assert done.status_code == 201


async def test_a_lead_reads_the_order_form_masked_until_revealed_and_is_written_down(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    """It showed the phone in clear, and nobody knew."""
    wang, lead = await seats("wang"), await seats("zhang", ready=False)
    citizen, _ = await served(client, wang)
    url = f"/api/v1/desk/conversations/{citizen.id}/order-draft"
    own = (await wang.http.get(url)).json()
    assert PHONE in str(own) and own["masked"] is False
    assert readings(desk, wang.id, citizen.id) == []

    told = (await lead.http.get(url)).json()
    values = {field["name"]: field["value"] for field in told["fields"]}
    assert secrets_in(told) == [] and values["phone"] == MASKED and told["masked"] is True
    assert "烧烤" in values["description"]
    assert readings(desk, lead.id, citizen.id) == ["order_draft"]

    reveal = {"what": "order", "why": "核对登记"}
    assert (await lead.http.post(url.replace("order-draft", "reveal"), json=reveal)).status_code == 200
    clear = (await lead.http.get(url)).json()
    assert {field["name"]: field["value"] for field in clear["fields"]}["phone"] == PHONE
    [line] = AuditLog(desk.engine).read(action="reveal", actor=lead.id)
    assert (line.detail, line.address) == (reveal, HOME)
    # What was revealed is the form, and nothing else.
    assert PHONE not in (await lead.http.get(url.replace("order-draft", "messages"))).text


async def test_an_order_that_was_filled_in_masked_holds_what_the_citizen_said(
    client: httpx.AsyncClient, seats: Seats, desk: RunningGateway
) -> None:
    wang, lead = await seats("wang"), await seats("zhang", ready=False)
    citizen, _ = await served(client, wang)
    url = f"/api/v1/desk/conversations/{citizen.id}"
    form = (await lead.http.get(f"{url}/order-draft")).json()
    fields = {field["name"]: field["value"] for field in form["fields"]}
    half = fields | {"description": fields["description"] + "，电话139****9999"}
    refused = await lead.http.post(f"{url}/orders", json={"draft_id": "x", "fields": half})
    assert refused.status_code == 422 and "查看原文" in refused.json()["fields"]["description"]
    done = await lead.http.post(f"{url}/orders", json={"draft_id": "x", "fields": fields})
    assert done.status_code == 201, done.text
    [order] = OrderStore(desk.engine, OrderLimits.from_settings(desk.settings)).find_by_conversation(
        citizen.id
    )
    assert order.phone == PHONE and "*" not in order.description + order.place + order.caller_name


async def test_no_reading_door_shows_a_lead_anything_in_clear(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    """All of them, from the table of doors: a new one is walked through without being named here."""
    wang, lead = await seats("wang"), await seats("zhang", ready=False)
    citizen, _ = await served(client, wang)
    await noted(wang, citizen.id)
    doors = [door for door in DOORS if door.method == "GET" and door.path.startswith("/api/v1/desk/")]
    named = [door for door in doors if "{conversation_id}" in door.path]
    assert len(named) >= 6
    for door in doors:
        if "{" in door.path and door not in named:
            continue
        answer = await lead.http.get(door.path.format(conversation_id=citizen.id))
        assert answer.status_code == 200, (door, answer.text)
        assert secrets_in(answer.text) == [], door
    assert len(readings(desk, lead.id, citizen.id)) == len(named)


async def test_revealed_messages_are_in_clear_and_every_look_is_written_down(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    wang, lead = await seats("wang"), await seats("zhang", ready=False)
    citizen, _ = await served(client, wang)
    url = f"/api/v1/desk/conversations/{citizen.id}/messages"
    covered = (await lead.http.get(url)).json()["messages"]
    assert secrets_in(covered) == [] and any(one.get("masked") for one in covered)
    await lead.http.post(url.replace("messages", "reveal"), json={"what": "messages", "why": "投诉核查"})
    clear = (await lead.http.get(url)).json()["messages"]
    assert PHONE in str(clear) and not any(one.get("masked") for one in clear)
    assert readings(desk, lead.id, citizen.id) == ["messages", "reveal", "messages"]
    assert readings(desk, wang.id, citizen.id) == []


async def test_a_lead_who_looks_on_hears_the_numbers_only_once_it_is_his(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    wang, lead = await seats("wang"), await seats("zhang", ready=False)
    citizen, epoch = await served(client, wang)
    await lead.act(type="open", conversation=citizen.id, after=0)
    assert readings(desk, lead.id, citizen.id) == ["live"]
    await citizen.say(f"再说一遍，我的电话是{PHONE}")

    def said(frame: dict[str, Any]) -> bool:
        return frame["type"] == "message" and "再说一遍" in frame["message"]["text"]

    assert MASKED in (await lead.find(said))["message"]["text"]
    await noted(wang, citizen.id)
    note = (await lead.next("note", conversation=citizen.id))["note"]
    assert secrets_in(note) == []
    assert secrets_in([frame for frame in lead.frames if frame["type"] != "desk"]) == []
    assert (await lead.act(type="take_over", conversation=citizen.id, epoch=epoch))["type"] == "done"
    await lead.act(type="open", conversation=citizen.id, after=0)
    assert PHONE in (await lead.find(said))["message"]["text"]
    assert readings(desk, lead.id, citizen.id) == ["live"]


async def test_an_earlier_conversation_and_its_pictures_are_masked_and_written_down_too(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    """Who serves the citizen now may know what was before; the same number is not always the same person."""
    wang = await seats("wang")
    first, epoch = await served(client, wang)
    sent = await client.post(
        f"/api/v1/conversations/{first.id}/images", files={"file": ("a.png", PNG)}, headers=first.headers
    )
    picture = sent.json()["attachment"]["id"]
    form = (await wang.http.get(f"/api/v1/desk/conversations/{first.id}/order-draft")).json()
    fields = {field["name"]: field["value"] for field in form["fields"]}
    await wang.http.post(
        f"/api/v1/desk/conversations/{first.id}/orders", json={"draft_id": "x", "fields": fields}
    )
    await wang.act(type="end", conversation=first.id, epoch=epoch)
    await wang.act(type="wrap", conversation=first.id, outcome="order", tags=[])
    await wang.be("pause")
    li = await seats("li")
    await served(client, li)
    told = await li.http.get(f"/api/v1/desk/conversations/{first.id}/messages")
    assert told.status_code == 200 and secrets_in(told.text) == [] and MASKED in told.text
    assert (await li.http.get(f"/api/v1/desk/attachments/{picture}")).status_code == 200
    assert readings(desk, li.id, first.id) == ["messages", "picture"]
    assert (await li.act(type="open", conversation=first.id, after=0))["code"] == "forbidden"


async def test_a_callback_shows_its_result_to_whoever_took_it_alone(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    wang, li = await seats("wang", ready=False), await seats("li", ready=False)
    citizen = await Citizen.arrive(client)
    await citizen.say("请给我回电")
    [one] = (await wang.http.get("/api/v1/desk/callbacks")).json()["callbacks"]
    url = f"/api/v1/desk/callbacks/{one['id']}"
    await wang.http.post(f"{url}/take", json={})
    [line] = AuditLog(desk.engine).read(action="reveal", actor=wang.id)
    assert line.address == HOME
    # Who calls back has to know what was said, and it is known who looked.
    assert (await wang.http.get(f"/api/v1/desk/conversations/{citizen.id}/messages")).status_code == 200
    assert readings(desk, wang.id, citizen.id) == ["messages"]
    await wang.http.post(f"{url}/done", json={"result": f"已回{PHONE}"})
    assert PHONE in (await wang.http.get("/api/v1/desk/callbacks")).text
    assert secrets_in((await li.http.get("/api/v1/desk/callbacks")).text) == []


@pytest.mark.parametrize("role", ["seat", "lead"])
async def test_who_may_not_read_leaves_no_line_and_sees_nothing(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats, role: str
) -> None:
    wang = await seats("wang")
    citizen, _ = await served(client, wang)
    other = await seats("li" if role == "seat" else "zhang", ready=False)
    url = f"/api/v1/desk/conversations/{citizen.id}/reveal"
    answer = await other.http.post(url, json={"what": "order", "why": "x"})
    assert answer.status_code == (403 if role == "seat" else 200)
    lines = AuditLog(desk.engine).read(action="reveal", actor=other.id)
    assert len(lines) == (0 if role == "seat" else 1)

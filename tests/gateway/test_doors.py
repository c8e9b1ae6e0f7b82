"""Every door of the real application stands in the table of `gateway.doors`, and every role meets what the table says."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from desk.seats import RIGHTS, Right, Role
from desk.settings import Settings
from gateway.app import create_app
from gateway.console import frames
from gateway.doors import DOORS, FRAMES, WEBSOCKET, Door, Key
from gateway.sockets.page_socket import NO_RIGHT, WRONG_TOKEN
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import MakeGateway, client_of
from tests.waiting import PATIENCE_S

API_TOKEN = "a-token-of-operators"
SECRET = "a-secret-of-the-outside-desk"
DESK_DOORS = [door for door, guard in DOORS.items() if isinstance(guard, Right)]


def doors_of(app: Any) -> set[Door]:
    found: set[Door] = set()
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        if isinstance(route.original_route, APIWebSocketRoute):
            found.add(Door(WEBSOCKET, path))
            continue
        methods = set(route.methods or ()) - {"HEAD"}
        assert methods, f"{path}: neither HTTP nor a websocket; give it a line and a guard"
        found |= {Door(method, path) for method in methods}
    return found


def asked_for(dependant: Dependant) -> Iterator[type]:
    """The types that a route asks for by `the`, itself and through others."""
    for other in dependant.dependencies:
        kind = vars(other.call).get("kind") if hasattr(other.call, "__dict__") else None
        if kind is not None:
            yield kind
        yield from asked_for(other)


def at(door: Door) -> str:
    """A real path; every parameter names something that is not there."""
    return re.sub(r"\{[^}]*\}", lambda match: "0" * 32 if "recording" in match[0] else "take", door.path)


def test_every_route_finds_what_it_asks_for(make_gateway: MakeGateway) -> None:
    app = make_gateway().app
    asked = {
        kind
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute | APIWebSocketRoute)
        for kind in asked_for(route.original_route.dependant)
    }
    assert len(asked) > 20
    assert asked - set(app.state.installed) == set()


def test_every_door_of_the_application_has_a_line_and_no_line_is_without_a_door(settings: Settings) -> None:
    assert doors_of(create_app(settings)) == set(DOORS)


def test_every_frame_of_the_console_has_a_line() -> None:
    acting = {get_args(frame.model_fields["type"].annotation)[0] for frame in get_args(frames.Acting)}
    assert acting | {"heartbeat"} == set(FRAMES)


def test_operators_meet_no_citizens_and_only_admins_manage() -> None:
    """The table's sense, in words: the rest of this file only compares doors with it."""
    assert {role for role in Role if Right.SERVE in RIGHTS[role]} == {Role.SEAT, Role.LEAD, Role.ADMIN}
    assert {role for role in Role if Right.LEAD in RIGHTS[role]} == {Role.LEAD, Role.ADMIN}
    assert {role for role in Role if Right.MANAGE in RIGHTS[role]} == {Role.ADMIN}
    assert all(Right.ACCOUNT in RIGHTS[role] for role in Role)
    served = {Door(WEBSOCKET, "/ws/seat"), Door(WEBSOCKET, "/ws/seat/audio")}
    served |= {door for door in DOORS if "/desk/conversations/" in door.path}
    assert {DOORS[door] for door in served} == {Right.SERVE}


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    return Settings(_env_file=None, var=tmp_path)  # type: ignore[call-arg]


@pytest.fixture
def desk(make_gateway: MakeGateway) -> RunningGateway:
    gateway = make_gateway(
        api_tokens=(API_TOKEN,),
        outside_desk_url="http://127.0.0.1:1",
        outside_desk_secret=SECRET,
        wechat_token="token",
        wechat_app_id="wx0000",
        wechat_app_secret="secret",
        wechat_api_url="http://127.0.0.1:1",
    )
    for number, role in enumerate(Role):
        add_user(gateway, str(role), role=role.value, badge=str(2000 + number))
    add_user(gateway, "outside", badge="8000")
    return gateway


async def knock(http: httpx.AsyncClient, door: Door) -> tuple[int, str]:
    """Status and code of the answer to an empty request."""
    body: dict[str, Any] = {} if door.method == "GET" else {"json": {}}
    response = await http.request(door.method, at(door), **body)
    told = response.headers.get("content-type", "").startswith("application/json")
    error = (response.json() if told else {}).get("error")
    return response.status_code, error["code"] if isinstance(error, dict) else ""


async def open_socket(seat: FakeSeat, door: Door) -> int | None:
    """The close code of a socket of the desk after its hello; None: it was welcomed, or asked for a conversation."""
    cookie = "; ".join(f"{name}={value}" for name, value in seat.http.cookies.items())
    headers = {"Cookie": cookie, "Origin": seat.gateway.url}
    url = seat.gateway.url.replace("http", "ws") + door.path
    async with asyncio.timeout(PATIENCE_S), connect(url, proxy=None, additional_headers=headers) as line:
        try:
            hello = {"type": "hello", "csrf": seat.csrf, "tab": "t", "conversation": "nothing"}
            await line.send(json.dumps(hello))
            await line.recv()
        except ConnectionClosed:
            return line.close_code
    return None


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_comes_in_where_the_table_says_so_and_nowhere_else(
    desk: RunningGateway, role: Role
) -> None:
    seat = await FakeSeat.sign_in(desk, str(role))
    wrong = []
    # What ends the sign-in comes last.
    for door in sorted(DESK_DOORS, key=lambda one: "sign-out" in one.path):
        right = DOORS[door]
        wanted = right in RIGHTS[role]
        if door.method == WEBSOCKET:
            code = await open_socket(seat, door)
            came_in = code is None
            assert came_in or code == NO_RIGHT, (door, code)
        else:
            status, code_ = await knock(seat.http, door)
            came_in = (status, code_) != (403, "forbidden") and status != 401
        if came_in != wanted:
            wrong.append((door, came_in))
    await seat.leave()
    assert not wrong


async def test_who_shows_nothing_comes_in_only_where_nobody_asks(desk: RunningGateway) -> None:
    wrong = []
    async with client_of(desk) as nobody:
        stranger = FakeSeat(desk, nobody, {}, "")
        for door, guard in DOORS.items():
            if door.method == WEBSOCKET:
                if isinstance(guard, Right):
                    assert await open_socket(stranger, door) == WRONG_TOKEN, door
                continue
            if (await knock(nobody, door))[0] == 401 and guard is Key.NOBODY_ASKS:
                wrong.append(door)
            elif guard is not Key.NOBODY_ASKS and (await knock(nobody, door))[0] not in (401, 422):
                wrong.append(door)
    assert not wrong


async def test_an_operator_at_the_console_is_not_welcomed_and_never_offered_anything(
    desk: RunningGateway,
) -> None:
    """The role ops could open the socket, go ready and serve citizens."""
    ops = await FakeSeat.sign_in(desk, "ops")
    for path in ("/ws/seat", "/ws/seat/audio"):
        assert await open_socket(ops, Door(WEBSOCKET, path)) == NO_RIGHT
    await ops.leave()
    lead = await FakeSeat.arrive(desk, "lead", ready=False)
    picture = (await lead.http.get("/api/v1/desk/directory")).json()
    assert ops.id not in {seat["id"] for seat in picture["seats"]}
    await lead.leave()


async def test_a_seat_that_becomes_an_operator_is_out_at_once(desk: RunningGateway) -> None:
    """Long before the queue would have missed the console's heartbeat."""
    boss, seat = await FakeSeat.sign_in(desk, "admin"), await FakeSeat.arrive(desk, "seat")
    lead = await FakeSeat.arrive(desk, "lead", ready=False)
    changed = await boss.http.patch(f"/api/v1/desk/users/{seat.id}", json={"role": "ops"})
    assert changed.status_code == 200, changed.text
    assert await seat.closed(PATIENCE_S) == NO_RIGHT

    def offline(frame: dict[str, Any]) -> bool:
        return (
            frame["type"] == "seat"
            and frame["seat"]["id"] == seat.id
            and frame["seat"]["status"] == "offline"
        )

    await lead.find(offline)
    for one in (boss, seat, lead):
        await one.leave()

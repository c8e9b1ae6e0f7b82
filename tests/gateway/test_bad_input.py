"""Whatever an address, a query, a header or a body holds: an answer that says what is wrong, never a traceback."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from structlog.testing import capture_logs

from desk.settings import Settings
from gateway.app import create_app
from gateway.channels.web import call_frames
from gateway.console import frames, talk_socket
from gateway.wire import CleanBody, Incoming
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.gateway.channels.web.test_chat_socket import Page
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.gateway.console.conftest import desk_backends

# Percent-encoded as they go over the line.
TEXTS = [
    "%00",
    "x" * 300,
    "%F0%9F%92%A9" * 80,
    "%ff%fe",
    "%ED%A0%80",
    "..%2f..%2fetc%2fpasswd",
    "9" * 30,
]
NUMBERS = [
    "-1",
    "0",
    "2147483647",
    "2147483648",
    "9223372036854775808",
    "9" * 30,
    "9" * 5000,
    "1e400",
    "nan",
    "%00",
    "²",
]
TIMES = ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "9" * 20, "-9" * 20, "1e400", "%00", "2026-13-45"]
HEADERS = [b"\xff\xfe", "人".encode(), b"Bearer " + b"\xb2" * 10, b"x" * 4000]


@pytest.fixture
def app() -> FastAPI:
    return create_app(Settings(_env_file=None))  # type: ignore[call-arg]


def routes(app: FastAPI) -> list[APIRoute]:
    routers = [getattr(route, "original_router", None) for route in app.routes]
    inner = [route for router in routers if router is not None for route in router.routes]
    return [route for route in [*app.routes, *inner] if isinstance(route, APIRoute)]


def bad_values(schema: dict[str, Any]) -> list[str]:
    kinds = schema.get("anyOf", [schema])
    if any(kind.get("type") == "integer" for kind in kinds):
        return NUMBERS
    return TIMES + TEXTS if any(kind.get("format") == "date-time" for kind in kinds) else TEXTS


def requests_of(openapi: dict[str, Any], conversation: str) -> Iterator[tuple[str, str]]:
    """Method and address of every call of the API with each parameter bad in turn, the others as they should be."""
    good = {"conversation_id": conversation, "act": "take", "call_id": str(uuid.uuid4()), "q": "路灯"}
    for path, methods in openapi["paths"].items():
        for method, call in methods.items():
            parameters = [p for p in call.get("parameters", ()) if p["in"] in ("path", "query")]
            for bad in parameters:
                for value in bad_values(bad["schema"]):
                    filled = {
                        p["name"]: quote(good.get(p["name"], "x1")) for p in parameters if p["in"] == "path"
                    }
                    query = f"{bad['name']}={value}" if bad["in"] == "query" else ""
                    if bad["in"] == "path":
                        filled[bad["name"]] = value
                    elif "q" in {p["name"] for p in parameters} and bad["name"] != "q":
                        query += "&q=x"
                    yield method, path.format(**filled) + (f"?{query}" if query else "")


@pytest.mark.redis
async def test_no_parameter_of_any_call_makes_it_crash(
    make_gateway: MakeGateway, database_url: str, rasa: FakeRasa
) -> None:
    gateway = make_gateway(
        database_url=database_url,
        make_backends=desk_backends,
        api_tokens="operator-token",
        outside_desk_url="http://127.0.0.1:1/",
        outside_desk_secret="x" * 40,
        outside_desk_user="outside",
    )
    add_user(gateway, "admin", role="admin")
    add_user(gateway, "outside")
    admin = await FakeSeat.sign_in(gateway, "admin")
    openapi = create_app(gateway.settings).openapi()
    seen = 0
    with capture_logs() as logged:
        async with client_of(gateway) as client:
            citizen = await Citizen.arrive(client)
            for method, address in requests_of(openapi, citizen.id):
                token = "x" * 40 if "/outside/" in address else citizen.token
                if re.match(r"/api/v1/(orders|knowledge|calls)", address):
                    token = "operator-token"
                http, headers = (
                    (admin.http, {})
                    if "/desk/" in address
                    else (client, {"Authorization": f"Bearer {token}"})
                )
                response = await http.request(method.upper(), address, headers=headers)
                seen += 1
                assert response.status_code < 500, (method, address[:120], response.status_code)
                if response.status_code >= 400:
                    assert re.search("[\u4e00-\u9fff]", response.json()["error"]["text"]), address[:120]
    await admin.http.aclose()
    assert seen > 400
    assert [entry for entry in logged if "crashed" in entry["event"]] == []


@pytest.mark.redis
async def test_no_address_of_a_page_makes_it_crash(make_gateway: MakeGateway, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>民声</title>", encoding="utf-8")
    (dist / "assets" / "a b%41.js").write_text("1", encoding="utf-8")
    gateway = make_gateway(dist=dist)
    async with client_of(gateway) as client:
        for prefix, text in product(("/", "/assets/", "/assets/a.js/"), [*TEXTS, "%2500", "a/" * 3000]):
            response = await client.get(prefix + text)
            # What is left of it when NUL is gone is the page itself.
            expected = 200 if prefix + text == "/%00" else 404
            assert response.status_code == expected, (prefix, text[:60])
        # The name that the disk has, decoded once.
        assert (await client.get("/assets/a%20b%2541.js")).status_code == 200


@pytest.mark.redis
async def test_no_header_makes_it_crash(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(make_backends=desk_backends, api_tokens="operator-token")
    add_user(gateway, "zhang", role="lead")
    seat = await FakeSeat.sign_in(gateway, "zhang")
    names = (
        "Authorization",
        "Origin",
        "X-CSRF",
        "Cookie",
        "User-Agent",
        "Host",
        "X-Forwarded-For",
        "Range",
        "Referer",
    )
    paths = (
        "/",
        "/api/v1/orders",
        "/api/v1/conversations/x/messages",
        "/api/v1/desk/me",
        "/api/v1/desk/sign-out",
    )
    async with client_of(gateway) as client:
        for name, value, path in product(names, [*HEADERS, b"http://[", b"Basic " + b"/" * 8], paths):
            method = "POST" if path.endswith("sign-out") else "GET"
            response = await client.request(method, path, headers=[(name.encode(), value)])
            assert response.status_code in range(200, 500) or path == "/", (name, value, path)
        for name, value in product(("Origin", "X-CSRF"), [*HEADERS, b"http://["]):
            response = await seat.http.post("/api/v1/desk/sign-out", headers=[(name.encode(), value)])
            assert response.status_code < 500
    await seat.http.aclose()


@pytest.mark.redis
async def test_frames_with_numbers_beyond_all_bounds_get_an_answer(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(make_backends=desk_backends)
    page = await Page.open(gateway, after=10**30)
    assert (await page.next("error"))["code"] == "bad_hello"
    add_user(gateway, "zhang", role="lead")
    seat = await FakeSeat.arrive(gateway, "zhang")
    for value in (2**31, 2**63, 10**30):
        answer = await seat.act(type="open", conversation="c1", after=value)
        assert (answer["type"], answer["code"]) == ("error", "malformed")
    await seat.leave()


def integers(node: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        if node.get("type") == "integer":
            yield where, node
        for key, value in node.items():
            yield from integers(value, f"{where}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from integers(value, f"{where}.{number}")


def bodies(app: FastAPI) -> list[type[BaseModel]]:
    """Everything that comes in as JSON: bodies of calls, frames of sockets."""
    found = {
        parameter.field_info.annotation for route in routes(app) for parameter in route.dependant.body_params
    }
    for module in (frames, call_frames, talk_socket):
        found |= {
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, BaseModel)
            and value.__module__ == module.__name__
        }
    return [model for model in found if isinstance(model, type) and issubclass(model, BaseModel)]


def test_every_body_and_frame_is_cleaned_before_it_is_checked(app: FastAPI) -> None:
    """No door is forgotten when the next one is built."""
    models = bodies(app)
    assert len(models) > 30
    assert [model.__name__ for model in models if not issubclass(model, CleanBody)] == []
    assert issubclass(Incoming, CleanBody)


def test_every_number_that_comes_in_has_an_end(app: FastAPI) -> None:
    """Databases count in 32 or 64 bits, JSON without end."""
    open_ended = [
        where
        for model in bodies(app)
        for where, node in integers(model.model_json_schema(), model.__name__)
        if "maximum" not in node and "enum" not in node
    ]
    for path, methods in app.openapi()["paths"].items():
        for method, call in methods.items():
            for parameter in call.get("parameters", ()):
                for where, node in integers(parameter["schema"], f"{method} {path} {parameter['name']}"):
                    if "maximum" not in node:
                        open_ended.append(where)
    assert open_ended == []


def test_every_text_of_an_address_has_an_end(app: FastAPI) -> None:
    open_ended = [
        f"{method} {path} {parameter['name']}"
        for path, methods in app.openapi()["paths"].items()
        for method, call in methods.items()
        for parameter in call.get("parameters", ())
        if parameter["in"] in ("path", "query")
        for kind in parameter["schema"].get("anyOf", [parameter["schema"]])
        if kind.get("type") == "string"
        and not {"maxLength", "pattern", "enum", "format", "const"} & set(kind)
    ]
    assert open_ended == []


def test_requests_are_made_for_every_call_with_a_parameter(app: FastAPI) -> None:
    paths = {
        httpx.URL(f"http://x{address}").path.split("/")[3]
        for _method, address in requests_of(app.openapi(), "c1")
    }
    assert {"conversations", "orders", "knowledge", "calls", "desk", "outside", "attachments"} <= paths

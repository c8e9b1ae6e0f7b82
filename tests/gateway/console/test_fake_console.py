"""The gateway that the console's tests talk to is never richer than the real one: what it answers, the real one answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from desk.orders.category import CategoryTree
from gateway.backends.categories import shipped_tree
from tests.browser.fake_seat_gateway import PASSWORD, FakeSeatGateway
from tests.fakes.fake_seat import FakeSeat
from tests.gateway.console.conftest import angry_citizen
from tests.gateway.console.test_console import served
from tests.gateway.samples import picture

pytestmark = pytest.mark.redis
Seats = Callable[..., Any]
FAKES_OWN = "c00"


@pytest.fixture
def fake() -> Iterator[FakeSeatGateway]:
    gateway = FakeSeatGateway()
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.fixture
async def real(client: httpx.AsyncClient, seats: Seats) -> tuple[FakeSeat, str, str]:
    """A lead who serves somebody who has come before, with an order that is open, while another citizen waits."""
    lead = await seats("zhang")
    first, epoch = await served(client, lead)
    form = (await lead.http.get(f"/api/v1/desk/conversations/{first.id}/order-draft")).json()
    fields = {field["name"]: field["value"] for field in form["fields"]} | {"phone": "13900001234"}
    url = f"/api/v1/desk/conversations/{first.id}/orders"
    filed = (await lead.http.post(url, json={"draft_id": form["draft_id"], "fields": fields})).json()["order"]
    await lead.http.post(f"/api/v1/desk/orders/{filed['number']}/hurry", json={"words": "又来电催问"})
    await lead.act(type="end", conversation=first.id, epoch=epoch)
    await lead.act(type="wrap", conversation=first.id, outcome="order", tags=[])
    citizen, epoch = await served(client, lead)
    await citizen.say("几点以后算扰民？")
    await lead.say(citizen.id, epoch, "您好，我会转给城管处理，明天前答复您。")
    url = f"/api/v1/conversations/{citizen.id}/images"
    kept = await client.post(url, files={"file": ("a.png", picture())}, headers=citizen.headers)
    await citizen.say("[图片]", attachment=kept.json()["attachment"]["id"])
    await lead.http.post(f"/api/v1/desk/conversations/{citizen.id}/notes", json={"text": "已核实"})
    # Takes nobody more, and is at work.
    await lead.be("busy")
    waiting = await angry_citizen(client)
    await lead.item(citizen.id, state="serving")
    return lead, citizen.id, waiting.id


async def answers(http: httpx.AsyncClient, conversation: str) -> dict[str, Any]:
    own = f"conversations/{conversation}"
    paths = {
        "me": "me",
        "detail": own,
        "messages": f"{own}/messages?limit=60",
        "draft": f"{own}/order-draft",
        "summary": f"{own}/summary",
        "knowledge": f"{own}/knowledge?q=噪声",
        "past": f"citizens/{conversation}/past",
        "categories": "categories",
        "canned": "canned-replies",
        "directory": "directory",
        "overview": "overview",
        "found": "orders?q=烧烤",
        "finished": "finished",
    }
    told = {
        name: (await http.get(f"/api/v1/desk/{path}")).raise_for_status().json()
        for name, path in paths.items()
    }
    number = told["found"]["orders"][0]["number"]
    return told | {"order": (await http.get(f"/api/v1/desk/orders/{number}")).raise_for_status().json()}


def keys(answer: Any, where: str = "") -> set[str]:
    """The paths of all keys of an answer, or of a list of answers."""
    found: set[str] = set()
    if isinstance(answer, dict):
        for key, value in answer.items():
            found |= {f"{where}.{key}"} | keys(value, f"{where}.{key}")
    elif isinstance(answer, list):
        for one in answer:
            found |= keys(one, f"{where}[]" if where else "")
    return found


async def test_the_fake_sends_nothing_that_the_real_gateway_does_not_send(
    fake: FakeSeatGateway, real: tuple[FakeSeat, str, str]
) -> None:
    lead, served_one, waiting = real
    base = fake.url.removesuffix("/seat")
    async with httpx.AsyncClient(base_url=base, trust_env=False) as http:
        await http.post("/api/v1/desk/sign-in", json={"username": "zhaomin", "password": PASSWORD})
        faked = await answers(http, FAKES_OWN)
    told = [await answers(lead.http, one) for one in (served_one, waiting)]
    richer = [
        name + key for name in faked for key in sorted(keys(faked[name]) - keys([one[name] for one in told]))
    ]
    assert not richer, "\n".join(richer)


async def test_both_give_all_categories_apart_from_the_form(
    fake: FakeSeatGateway, real: tuple[FakeSeat, str, str]
) -> None:
    lead, served_one, waiting = real
    base = fake.url.removesuffix("/seat")
    tree: CategoryTree = shipped_tree()
    async with httpx.AsyncClient(base_url=base, trust_env=False) as http:
        await http.post("/api/v1/desk/sign-in", json={"username": "zhaomin", "password": PASSWORD})
        for asked, one in ((http, FAKES_OWN), (lead.http, served_one)):
            got = await answers(asked, one)
            assert [category["code"] for category in got["categories"]["categories"]] == list(tree.leaves)
            [field] = [field for field in got["draft"]["fields"] if field["name"] == "category_code"]
            assert "options" not in field

"""Pictures from the first message on are kept, answered, and stand at the order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from gateway import sentences
from gateway.console.order_pictures import owner_of
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.fake_seat import FakeSeat
from tests.gateway.channels.web.test_pictures import send
from tests.gateway.conftest import Citizen
from tests.gateway.console.conftest import angry_citizen
from tests.gateway.samples import picture

pytestmark = pytest.mark.redis
Seats = Callable[..., Any]


async def shown(
    client: httpx.AsyncClient, citizen: Citizen, words: str = "[图片]"
) -> tuple[str, dict[str, Any]]:
    """Id of the picture, and the answer."""
    kept = (await send(client, citizen, picture())).json()["attachment"]["id"]
    return kept, (await citizen.say(words, attachment=kept)).json()


async def test_the_bot_says_what_becomes_of_a_picture_and_asks_nobody(
    client: httpx.AsyncClient, rasa: FakeRasa
) -> None:
    citizen = await Citizen.arrive(client)
    _, answer = await shown(client, citizen)
    assert [reply["text"] for reply in answer["replies"]] == [sentences.PICTURE_KEPT]
    assert rasa.texts == [] and answer["owner"] == "BOT"
    _, answer = await shown(client, citizen, "学院路58号路灯坏了")
    assert rasa.texts == ["学院路58号路灯坏了"], "what is written beside it is understood"
    await citizen.say("[图片]")
    assert rasa.texts[-1] == "[图片]", "words without a picture are words"


async def test_a_picture_stands_at_its_order(client: httpx.AsyncClient, seats: Seats) -> None:
    wang, li = await seats("wang"), await seats("li")
    citizen = await angry_citizen(client)
    first, _ = await shown(client, citizen)
    done = await wang.take(citizen.id)
    for words in ("地址是和平路88号幸福里小区3栋", "我姓王，电话13900001234"):
        await citizen.say(words)
    number = await registered(wang, citizen)
    url = f"/api/v1/desk/orders/{number}"
    order = (await wang.http.get(url)).json()["order"]
    assert [one["id"] for one in order["pictures"]] == [first]
    # Whoever may read the order sees it, also when the talk is over; nobody sees pictures of others through it.
    await wang.act(type="end", conversation=citizen.id, epoch=int(done["epoch"]))
    seen = await li.http.get(f"{url}/pictures/{first}")
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/png")
    assert seen.headers["x-content-type-options"] == "nosniff"
    stranger = await Citizen.arrive(client)
    others, _ = await shown(client, stranger)
    assert (await li.http.get(f"{url}/pictures/{others}")).status_code == 404
    assert (await li.http.get(f"{url}/pictures/nothing")).status_code == 404
    assert (
        await httpx.AsyncClient(base_url=str(client.base_url), trust_env=False).get(f"{url}/pictures/{first}")
    ).status_code == 401


async def test_pictures_of_what_was_told_in_confidence_are_for_its_seat(
    client: httpx.AsyncClient, seats: Seats
) -> None:
    wang, li = await seats("wang"), await seats("li")
    citizen = await angry_citizen(client)
    first, _ = await shown(client, citizen)
    await wang.take(citizen.id)
    number = await registered(wang, citizen, confidential=True)
    url = f"/api/v1/desk/orders/{number}/pictures/{first}"
    assert (await wang.http.get(url)).status_code == 200
    assert (await li.http.get(url)).status_code in (403, 404)


async def registered(seat: FakeSeat, citizen: Citizen, **changes: Any) -> str:
    url = f"/api/v1/desk/conversations/{citizen.id}"
    form = (await seat.http.get(f"{url}/order-draft")).json()
    fields = {field["name"]: field["value"] for field in form["fields"]} | {
        "phone": "13900001234",
        "place": "和平路88号幸福里小区3栋",
    }
    fields |= changes
    answer = await seat.http.post(f"{url}/orders", json={"draft_id": form["draft_id"], "fields": fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["order"]["number"])


def test_a_picture_belongs_to_the_order_that_is_registered_next() -> None:
    noon = datetime(2026, 11, 29, 12, tzinfo=UTC)
    begun = {"1": noon, "2": noon + timedelta(minutes=10)}
    assert owner_of(noon - timedelta(minutes=1), begun) == "1"
    assert owner_of(noon, begun) == "1"
    assert owner_of(noon + timedelta(minutes=5), begun) == "2"
    assert owner_of(noon + timedelta(hours=1), begun) == "2", "what comes after all belongs to the last"
    assert owner_of(noon, {}) == ""

"""The console over HTTP and its websocket: the card, the form, knowledge, pictures, figures, and who may do what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed

from desk.orders.limits import OrderLimits
from desk.orders.store import OrderStore
from desk.settings import Settings
from desk.store.engine import open_engine
from gateway.backends.opening import Backends
from gateway.console.seat_socket import SIGN_IN_CHECK_S
from gateway.pictures.picture_copy import copy_of
from gateway.runtime.blocking import Blocking
from gateway.sockets.page_socket import WRONG_TOKEN
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import Citizen
from tests.gateway.console.conftest import MakeDesk, OneArticle, SmallJudge, angry_citizen
from tests.gateway.samples import picture as png

pytestmark = pytest.mark.redis
Seats = Callable[..., Any]
PNG = png()


async def served(client: httpx.AsyncClient, seat: FakeSeat) -> tuple[Citizen, int]:
    """A citizen in this seat's hands, who has told everything."""
    citizen = await angry_citizen(client)
    done = await seat.take(citizen.id)
    for words in ("地址是和平路88号幸福里小区3栋", "我姓王，电话13900001234", "希望你们尽快派人来处理"):
        await citizen.say(words)
    return citizen, int(done["epoch"])


async def test_the_order_form_is_filled_submitted_once_and_told_to_the_citizen(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    citizen, _ = await served(client, wang)
    url = f"/api/v1/desk/conversations/{citizen.id}"
    form = (await wang.http.get(f"{url}/order-draft")).json()
    values = {field["name"]: field["value"] for field in form["fields"]}
    assert values["description"].startswith("我们小区楼下的烧烤店")
    assert (values["phone"], values["caller_name"]) == ("13900001234", "王")
    assert values["place"].endswith("和平路88号幸福里小区3栋")
    assert form["suggested_category"][0]["code"] == values["category_code"]
    body = {"draft_id": form["draft_id"], "fields": values}
    bad = await wang.http.post(f"{url}/orders", json={**body, "fields": {**values, "phone": "139"}})
    assert bad.status_code == 422 and "phone" in bad.json()["fields"]
    order = (await wang.http.post(f"{url}/orders", json=body)).json()["order"]
    again = (await wang.http.post(f"{url}/orders", json=body)).json()["order"]
    assert again["number"] == order["number"] and order["phone"] == "139****1234"
    cards = [m for m in (await citizen.read())["messages"] if m["kind"] == "order_card"]
    assert [card["card"]["number"] for card in cards] == [order["number"]]
    # What follows is another matter.
    await citizen.say("还有路灯坏了三天没人修")
    second = (await wang.http.get(f"{url}/order-draft")).json()
    assert form["registered"] == [] and [one["number"] for one in second["registered"]] == [order["number"]]
    assert second["draft_id"] != form["draft_id"]
    told = {field["name"]: field["value"] for field in second["fields"]}
    assert "路灯" in told["description"] and "烧烤" not in told["description"]


async def test_the_bots_own_draft_fills_the_form(
    client: httpx.AsyncClient, seats: Seats, rasa: FakeRasa
) -> None:
    wang = await seats("wang")
    citizen, _ = await served(client, wang)
    described = {"value": "工地半夜打桩", "turn": 2, "start": 0, "end": 6}
    draft = {"draft_id": "t2", "type": "report", "fields": {"description": described}}
    rasa.trackers[citizen.id] = {"slots": {"order_draft": draft}, "events": []}
    form = (await wang.http.get(f"/api/v1/desk/conversations/{citizen.id}/order-draft")).json()
    values = {field["name"]: field["value"] for field in form["fields"]}
    assert form["draft_id"] == "t2"
    assert (values["type"], values["phone"]) == ("report", "13900001234")
    assert values["description"].startswith("工地半夜打桩")


async def test_a_second_order_of_the_same_trouble_is_warned_of(
    client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    first, epoch = await served(client, wang)
    url = f"/api/v1/desk/conversations/{first.id}"
    form = (await wang.http.get(f"{url}/order-draft")).json()
    fields = {field["name"]: field["value"] for field in form["fields"]}
    number = (await wang.http.post(f"{url}/orders", json={"draft_id": "x", "fields": fields})).json()[
        "order"
    ]["number"]
    await wang.act(type="end", conversation=first.id, epoch=epoch)
    await wang.act(type="wrap", conversation=first.id, outcome="order", tags=[])
    second, _ = await served(client, wang)
    form = (await wang.http.get(f"/api/v1/desk/conversations/{second.id}/order-draft")).json()
    assert [one["number"] for one in form["duplicates"]] == [number]
    past = (await wang.http.get(f"/api/v1/desk/citizens/{second.id}/past")).json()
    assert [one["id"] for one in past["conversations"]] == [first.id]
    assert [one["number"] for one in past["orders"]] == [number]
    assert past["orders"][0]["phone"] == "139****1234"


async def test_the_card_masks_the_citizen_and_each_unmasking_is_written_down(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    citizen, _ = await served(client, wang)
    url = f"/api/v1/desk/conversations/{citizen.id}"
    card = (await wang.http.get(url)).json()
    assert card["citizen"]["phone"] == "139****1234" and card["citizen"]["name"] == "王*"
    assert "3栋" not in card["citizen"]["address"]
    assert [event["kind"] for event in card["history"]][:1] == ["requested"]
    assert (card["conversation"]["owner"], card["handoff"]["reason"]) == ("SEAT", "emotion")
    shown = await wang.http.post(f"{url}/reveal", json={"what": "phone", "why": "回拨核实"})
    assert shown.json() == {"value": "13900001234"}
    with desk.engine.connect() as connection:
        rows = connection.execute(
            text("select actor, action, subject_id from audit where action = 'reveal'")
        ).all()
    assert [tuple(row) for row in rows] == [(wang.id, "reveal", citizen.id)]


async def test_knowledge_follows_the_citizen_and_takes_a_thumbs_down(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    citizen, _ = await served(client, wang)
    pushed = await wang.find(lambda f: f["type"] == "knowledge" and "派人" in f["query"])
    assert pushed["hits"][0]["id"] == "noise"
    url = f"/api/v1/desk/conversations/{citizen.id}/knowledge"
    assert (await wang.http.get(url, params={"q": "油烟"})).json()["query"] == "油烟"
    assert (await wang.http.get(url)).json()["query"] == "希望你们尽快派人来处理"
    verdict = {"conversation": citizen.id, "verdict": "down", "comment": "过期了"}
    assert (await wang.http.post("/api/v1/desk/knowledge/noise/feedback", json=verdict)).status_code == 204
    with desk.engine.connect() as connection:
        assert connection.execute(text("select article_id, verdict from knowledge_feedback")).all() == [
            ("noise", "down")
        ]


async def test_pictures_go_both_ways_and_to_nobody_else(client: httpx.AsyncClient, seats: Seats) -> None:
    wang = await seats("wang")
    citizen, epoch = await served(client, wang)
    other = await Citizen.arrive(client)
    sent = await client.post(
        f"/api/v1/conversations/{citizen.id}/images", files={"file": ("a.png", PNG)}, headers=citizen.headers
    )
    assert sent.status_code == 201, sent.text
    picture = sent.json()["attachment"]["id"]
    assert (await citizen.say("[图片]", attachment=picture)).status_code == 200
    await wang.find(
        lambda f: f["type"] == "message" and (f["message"]["attachment"] or {}).get("id") == picture
    )
    shown = await wang.http.get(f"/api/v1/desk/attachments/{picture}")
    copy = copy_of(PNG).content
    assert shown.content == copy and shown.headers["content-type"] == "image/png"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["x-content-type-options"] == "nosniff"
    url = f"/api/v1/attachments/{picture}"
    assert (await client.get(url, headers=citizen.headers)).content == copy
    assert (await client.get(url, headers=other.headers)).status_code == 401
    stolen = await other.say("看", attachment=picture)
    assert stolen.status_code == 422
    page = await client.post(
        f"/api/v1/conversations/{citizen.id}/images",
        files={"file": ("a.png", b"<svg/>")},
        headers=citizen.headers,
    )
    assert (page.status_code, page.json()["error"]["code"]) == (422, "not_a_picture")
    seats_own = await wang.http.post(
        f"/api/v1/desk/conversations/{citizen.id}/images", files={"image": ("b.png", PNG)}
    )
    done = await wang.act(
        type="send",
        conversation=citizen.id,
        epoch=epoch,
        message_id="p1",
        text="",
        attachment=seats_own.json()["attachment"]["id"],
    )
    assert done["type"] == "done"
    last = (await citizen.read())["messages"][-1]
    assert (last["from"], last["attachment"]["type"], last["card"]) == ("seat", "image/png", None)


async def test_a_large_picture_is_refused(client: httpx.AsyncClient) -> None:
    citizen = await Citizen.arrive(client)
    big = await client.post(
        f"/api/v1/conversations/{citizen.id}/images",
        files={"file": ("a.png", PNG + b"0" * 5 * 1024 * 1024)},
        headers=citizen.headers,
    )
    assert big.status_code == 413


async def test_a_seat_reads_and_writes_only_what_is_his(client: httpx.AsyncClient, seats: Seats) -> None:
    wang = await seats("wang")
    citizen, epoch = await served(client, wang)
    li = await seats("li")
    url = f"/api/v1/desk/conversations/{citizen.id}"
    for path in ("", "/messages", "/order-draft", "/knowledge"):
        assert (await li.http.get(url + path)).status_code == 403, path
    assert (await li.http.post(f"{url}/notes", json={"text": "x"})).status_code == 403
    assert (await li.act(type="open", conversation=citizen.id, after=0))["code"] == "forbidden"
    assert (await li.say(citizen.id, epoch, "我来说"))["code"] == "not_the_owner"
    assert (await li.act(type="take_over", conversation=citizen.id, epoch=epoch))["code"] == "forbidden"
    assert (await li.act(type="whisper", conversation=citizen.id, text="x"))["code"] == "forbidden"
    assert (await li.http.get("/api/v1/desk/overview")).status_code == 403
    del li.http.headers["X-CSRF"]
    assert (await li.http.post(f"{url}/notes", json={"text": "x"})).status_code == 403
    async with httpx.AsyncClient(base_url=li.gateway.url, trust_env=False) as stranger:
        assert (await stranger.get(url)).status_code == 401


async def test_a_lead_observes_whispers_and_takes_over(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    citizen, epoch = await served(client, wang)
    lead = await seats("zhang", ready=False)
    asked = await wang.act(type="pull_in", conversation=citizen.id)
    assert asked["type"] == "done"
    alert = await lead.next("alert", kind="pull_in")
    assert alert["item"]["conversation"] == citizen.id
    assert (await lead.act(type="open", conversation=citizen.id, after=0))["type"] == "done"
    await lead.next("message", conversation=citizen.id)
    await lead.act(type="whisper", conversation=citizen.id, text="先安抚，再登记")
    heard = await wang.next("whisper", conversation=citizen.id)
    assert heard["note"]["text"] == "先安抚，再登记" and heard["note"]["author"]["id"] == lead.id
    assert not any("先安抚" in m["text"] for m in (await citizen.read())["messages"])
    assert (await lead.act(type="take_over", conversation=citizen.id, epoch=epoch))["type"] == "done"
    gone = await wang.find(lambda f: f["type"] == "owner" and f["seat"] and f["seat"]["id"] == lead.id)
    assert gone["owner"] == "SEAT"
    assert (await wang.say(citizen.id, epoch, "喂"))["code"] == "not_the_owner"
    kinds = [
        e["kind"] for e in (await lead.http.get(f"/api/v1/desk/conversations/{citizen.id}")).json()["history"]
    ]
    assert {"observed", "whispered", "taken_over"} <= set(kinds)


async def test_a_console_that_comes_back_is_where_it_was(client: httpx.AsyncClient, seats: Seats) -> None:
    wang = await seats("wang")
    citizen, epoch = await served(client, wang)
    await wang.drop()
    await citizen.say("您还在吗")
    wang.frames.clear()
    welcome = await wang.open()
    assert welcome["status"] == "ready" and welcome["settings"]["heartbeat_s"] == 5
    await wang.act(type="open", conversation=citizen.id, after=3)
    await wang.find(lambda f: f["type"] == "message" and f["message"]["text"] == "您还在吗")
    assert (await wang.say(citizen.id, epoch, "在的"))["type"] == "done"
    # A second tab of the same seat sees the same, and a repeated message id is stored once.
    tab = FakeSeat(wang.gateway, wang.http, wang.user, wang.csrf)
    await tab.open()
    await tab.act(type="open", conversation=citizen.id, after=0)
    one = await wang.say(citizen.id, epoch, "两次", message_id="twice")
    two = await tab.say(citizen.id, epoch, "两次", message_id="twice")
    assert one["seq"] == two["seq"]
    await tab.find(lambda f: f["type"] == "message" and f["message"]["text"] == "两次")
    await tab.drop()


async def test_the_full_picture_tells_mine_queue_and_seats(client: httpx.AsyncClient, seats: Seats) -> None:
    wang = await seats("wang")
    mine, _ = await served(client, wang)
    await wang.be("busy")
    waiting = await angry_citizen(client)
    await wang.drop()
    wang.frames.clear()
    assert wang.user
    tab = FakeSeat(wang.gateway, wang.http, wang.user, wang.csrf)

    seen: dict[str, Any] = {}

    async def desk_frame() -> None:
        from websockets.asyncio.client import connect

        cookie = "; ".join(f"{name}={value}" for name, value in wang.http.cookies.items())
        url = wang.gateway.url.replace("http", "ws") + "/ws/seat"
        async with connect(url, proxy=None, additional_headers={"Cookie": cookie}) as line:
            import json

            await line.send(json.dumps({"type": "hello", "csrf": tab.csrf, "tab": "x"}))
            while "desk" not in seen:
                frame = json.loads(await line.recv())
                seen[frame["type"]] = frame

    await asyncio.wait_for(desk_frame(), 8)
    picture = seen["desk"]
    assert [item["conversation"] for item in picture["mine"]] == [mine.id]
    assert [item["conversation"] for item in picture["queue"]] == [waiting.id]
    assert "13900001234" not in str(picture)
    [seat] = [one for one in picture["seats"] if one["id"] == wang.id]
    assert (seat["status"], seat["load"], seat["badge"]) == ("busy", 1, "1024")


async def test_the_lead_sees_figures_directory_and_ready_made_replies(
    client: httpx.AsyncClient, seats: Seats
) -> None:
    lead = await seats("zhang")
    citizen, epoch = await served(client, lead)
    await lead.say(citizen.id, epoch, "您好")
    told = (await lead.http.get("/api/v1/desk/overview")).json()
    assert told["service_level"]["text"] == {"within": 1, "total": 1, "target_s": 180}
    assert told["today"]["handoffs"] == 1 and told["today"]["served"] == 1
    assert told["reasons"] == [{"reason": "emotion", "label": "情绪激动", "count": 1}]
    assert told["hours"][-1]["requested"] == 1
    directory = (await lead.http.get("/api/v1/desk/directory")).json()
    assert {"code": "housing_fund", "label": "住房公积金"} in directory["skills"]
    by_badge = {seat["badge"]: seat["status"] for seat in directory["seats"]}
    assert by_badge == {"1024": "offline", "1025": "offline", "9001": "ready"}
    assert (await lead.http.get("/api/v1/desk/canned-replies")).json()["replies"]
    assert len((await lead.http.get("/api/v1/desk/categories")).json()["categories"]) > 50


async def test_the_websocket_asks_who_is_there_and_for_the_page(desk: RunningGateway, seats: Seats) -> None:
    wang = await seats("wang")
    stranger = FakeSeat(desk, httpx.AsyncClient(base_url=desk.url), wang.user, wang.csrf)
    with pytest.raises((AssertionError, ConnectionClosed)):
        await stranger.open(beat_s=0, limit_s=1)
    assert await stranger.closed() == 4401
    await stranger.leave()
    forged = FakeSeat(desk, wang.http, wang.user, "wrong")
    with pytest.raises((AssertionError, ConnectionClosed)):
        await forged.open(beat_s=0, limit_s=1)
    assert await forged.closed() == 4401
    await forged.drop()
    odd = await wang.act(type="dance")
    assert (odd["type"], odd["code"]) == ("error", "malformed")


async def test_a_changed_account_reaches_an_open_console_at_once(desk: RunningGateway, seats: Seats) -> None:
    """Long before the console would have looked by itself."""
    add_user(desk, "boss", role="admin")
    boss, wang = await seats("boss", ready=False), await seats("wang")
    url = f"/api/v1/desk/users/{wang.id}"
    assert (await boss.http.patch(url, json={"capacity": 9})).status_code == 200

    def widened(frame: dict[str, Any]) -> bool:
        return frame["type"] == "seat" and frame["seat"]["id"] == wang.id and frame["seat"]["capacity"] == 9

    await boss.find(widened, SIGN_IN_CHECK_S / 2)
    assert (await boss.http.patch(url, json={"active": False})).status_code == 200
    assert await wang.closed(SIGN_IN_CHECK_S / 2) == WRONG_TOKEN


async def test_a_mere_guess_fills_no_category_and_stays_open_first(
    client: httpx.AsyncClient, seats: Seats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A department that got an order by a guess of 13 % sends it back a week later."""
    monkeypatch.setattr(SmallJudge, "sure", 0.13)
    wang = await seats("wang")
    citizen, _ = await served(client, wang)
    url = f"/api/v1/desk/conversations/{citizen.id}"
    form = (await wang.http.get(f"{url}/order-draft")).json()
    values = {field["name"]: field["value"] for field in form["fields"]}
    assert (values["category_code"], values["department"]) == ("", "")
    assert [field["name"] for field in form["fields"]][:2] == ["category_code", "department"]
    first = form["suggested_category"][0]
    assert first["confidence"] == 0.13, "shown to choose from"
    body = {"draft_id": form["draft_id"], "fields": values}
    refused = await wang.http.post(f"{url}/orders", json=body)
    assert set(refused.json()["fields"]) == {"category_code", "department"}
    chosen = {"category_code": first["code"], "department": first["department"]}
    done = await wang.http.post(f"{url}/orders", json={**body, "fields": values | chosen})
    assert done.json()["order"]["department"] == first["department"]


async def test_categories_are_there_without_a_classifier(make_desk: MakeDesk, seats: Seats) -> None:
    def without(settings: Settings, blocking: Blocking) -> Backends:
        limits = OrderLimits.from_settings(settings)
        return Backends(
            blocking, OneArticle, lambda: OrderStore(open_engine(settings.effective_database_url), limits)
        )

    wang = await seats("wang", make_desk(make_backends=without))
    told = (await wang.http.get("/api/v1/desk/categories")).json()["categories"]
    assert len(told) == 154
    assert told[0].keys() == {"code", "path", "department", "urgency"}

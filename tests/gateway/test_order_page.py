"""The order page's HTTP: what proves an order opens it, for a while and for nobody else, and everything is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from desk.orders.limits import OrderLimits
from desk.orders.links import OrderLinks
from desk.orders.order import Order, OrderStatus
from desk.orders.store import OrderStore
from desk.seats.tables import audit
from tests.desk.orders.samples import barbecue
from tests.fakes.running_gateway import RunningGateway
from tests.fakes.sms_provider import SECRET, SmsProvider
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.waiting import PATIENCE_S

BASE = "/api/v1/my-orders"
PHONE = "13800138000"
APP_SECRET = "the-secret-of-the-account"
WECHAT = {
    "wechat_token": "token",
    "wechat_app_id": "wx0000",
    "wechat_app_secret": APP_SECRET,
    "wechat_api_url": "http://127.0.0.1:1",
    "public_url": "https://hotline.example.cn",
}


def store_of(gateway: RunningGateway) -> OrderStore:
    return OrderStore(gateway.engine, OrderLimits())


def stored(gateway: RunningGateway, draft_id: str = "d1", **changes: Any) -> Order:
    return store_of(gateway).create(barbecue(draft_id, **changes))


async def prove(http: httpx.AsyncClient, beside: str | None = None, **proof: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {beside}"} if beside else {}
    return await http.post(f"{BASE}/visits", json=proof, headers=headers)


async def opened(http: httpx.AsyncClient, **proof: str) -> dict[str, Any]:
    """The visit; further requests of `http` show its token."""
    answer = await prove(http, **proof)
    assert answer.status_code == 201, answer.text
    http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return dict(answer.json())


def audited(gateway: RunningGateway) -> list[tuple[str, str, str]]:
    with gateway.engine.connect() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.id)).all()
    return [(row.action, row.subject_id, row.detail.get("proof", "")) for row in rows]


@pytest.fixture
def sms() -> Iterator[SmsProvider]:
    provider = SmsProvider().start()
    yield provider
    provider.stop()


async def test_number_and_code_open_one_order_and_no_other(gateway: RunningGateway) -> None:
    mine, other = stored(gateway), stored(gateway, "d2", phone="13911112222")
    async with client_of(gateway) as http:
        visit = await opened(http, number=mine.number, code=mine.query_code)
        assert [line["number"] for line in visit["orders"]] == [shown(mine)]
        assert (await http.get(f"{BASE}/{shown(mine)}")).json()["order"]["title"] == mine.title
        for path in (f"{BASE}/{other.number}", f"{BASE}/nonsense"):
            assert (await http.get(path)).status_code == 404
        for act in ("remark", "hurry", "withdraw", "rate"):
            body = {"text": "别人的", "score": 1}
            assert (await http.post(f"{BASE}/{other.number}/{act}", json=body)).status_code == 404
    after = store_of(gateway).get(other.number)
    assert after == other and audited(gateway) == [("own_order_opened", shown(mine), "code")]


def shown(order: Order) -> str:
    return f"{order.number[:6]}-{order.number[6:11]}-{order.number[11:]}"


async def test_a_wrong_code_a_wrong_number_and_no_order_are_answered_alike(gateway: RunningGateway) -> None:
    order, other = stored(gateway), stored(gateway, "d2")
    wrong = f"{(int(order.query_code) + 1) % 10**6:06d}"
    async with client_of(gateway) as http:
        answers = [
            await prove(http, number=number, code=code)
            for number, code in ((order.number, wrong), (other.number, order.query_code), ("1", "1"))
        ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1


async def test_guesses_are_counted_by_address_as_everywhere_and_the_conversation_goes_on(
    make_gateway: MakeGateway,
) -> None:
    gateway = make_gateway(lookup_wrong_per_address=3)
    async with client_of(gateway) as http:
        citizen = await Citizen.arrive(http)
        order = stored(gateway, conversation_id=citizen.id)
        wrong = f"{(int(order.query_code) + 1) % 10**6:06d}"
        tried = [await prove(http, number=order.number, code=wrong) for _ in range(3)]
        assert {answer.status_code for answer in tried} == {403}
        shut = await prove(http, number=order.number, code=order.query_code)
        assert shut.status_code == 429 and "小时再试" in shut.json()["error"]["text"]
        visit = await opened(http, conversation=citizen.id, token=citizen.token)
    assert [line["number"] for line in visit["orders"]] == [shown(order)]


async def test_a_conversation_opens_its_own_orders_with_its_token_alone(gateway: RunningGateway) -> None:
    async with client_of(gateway) as http:
        citizen, stranger = await Citizen.arrive(http), await Citizen.arrive(http)
        order = stored(gateway, conversation_id=citizen.id)
        refused = await prove(http, conversation=citizen.id, token=stranger.token)
        assert refused.status_code == 401
        assert (await prove(http, conversation=stranger.id, token=stranger.token)).json()["orders"] == []
        visit = await opened(http, conversation=citizen.id, token=citizen.token)
    assert [line["number"] for line in visit["orders"]] == [shown(order)]


async def test_the_link_of_the_conversation_opens_its_order_where_links_are_made(
    make_gateway: MakeGateway,
) -> None:
    gateway = make_gateway(**WECHAT)
    order, now = stored(gateway), datetime.now(UTC)
    url = OrderLinks("https://hotline.example.cn", APP_SECRET).link(order.number, now) or ""
    forged = OrderLinks("https://hotline.example.cn", "another").link(order.number, now) or ""
    async with client_of(gateway) as http, client_of(make_gateway()) as linkless:
        for where, link in ((http, forged), (http, f"{order.number}.29990101.x"), (linkless, url)):
            assert (await prove(where, link=link.rpartition("#")[2])).status_code == 403
        visit = await opened(http, link=url.rpartition("#")[2])
    assert [line["number"] for line in visit["orders"]] == [shown(order)]
    assert audited(gateway)[-1] == ("own_order_opened", shown(order), "link")


async def test_a_phone_opens_its_orders_by_what_was_sent_to_it(
    make_gateway: MakeGateway, sms: SmsProvider
) -> None:
    gateway = make_gateway(sms_url=sms.url, sms_secret=SECRET)
    mine = stored(gateway, phone=PHONE)
    stored(gateway, "d2", phone=PHONE, confidential=True)
    async with client_of(gateway) as http:
        asked = await http.post(f"{BASE}/phone-codes", json={"phone": "138 0013 8000"})
        nobody = await http.post(f"{BASE}/phone-codes", json={"phone": "13911112222"})
        assert (asked.status_code, nobody.status_code) == (202, 202)
        assert asked.json().keys() == nobody.json().keys()
        again = await http.post(f"{BASE}/phone-codes", json={"phone": PHONE})
        assert again.status_code == 429
        async with asyncio.timeout(PATIENCE_S):
            while not sms.sent:
                await asyncio.sleep(0.02)
        [message] = sms.sent
        assert (message["phone"], message["template"]) == (PHONE, "order_code")
        ticket, code = asked.json()["ticket"], message["values"]["code"]
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        assert (await prove(http, ticket=ticket, code=wrong)).status_code == 403
        assert (await prove(http, ticket=nobody.json()["ticket"], code=code)).status_code == 403
        visit = await opened(http, ticket=ticket, code=code)
    assert [line["number"] for line in visit["orders"]] == [shown(mine)]
    assert len(sms.sent) == 1 and sms.refused == 0


async def test_without_a_provider_nothing_is_sent_and_that_is_said(gateway: RunningGateway) -> None:
    stored(gateway, phone=PHONE)
    async with client_of(gateway) as http:
        answer = await http.post(f"{BASE}/phone-codes", json={"phone": PHONE})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_sms")
        assert "没有接通短信" in answer.json()["error"]["text"]
        assert (await http.get("/config.json")).json()["sms"] is False


async def test_what_may_be_done_is_done_told_and_written_down(gateway: RunningGateway) -> None:
    order = stored(gateway)
    store = store_of(gateway)
    async with client_of(gateway) as http:
        await opened(http, number=order.number, code=order.query_code)

        async def act(name: str, **body: Any) -> httpx.Response:
            return await http.post(f"{BASE}/{order.number}/{name}", json=body)

        first = (await http.get(f"{BASE}/{order.number}")).json()["order"]
        assert first["may"] == ["remark", "hurry", "withdraw"]
        assert (await act("remark", text="  ")).status_code == 422
        assert (await act("rate", score=5)).status_code == 409
        remarked = await act("remark", text="昨晚又开到两点")
        assert remarked.json()["order"]["remarks"][0]["text"] == "昨晚又开到两点"
        assert (await act("hurry")).json()["told"].startswith("已催办")
        assert "只计次数" in (await act("hurry")).json()["told"]
        for status, note in (
            (OrderStatus.DISPATCHED, "派给李科长"),
            (OrderStatus.PROCESSING, ""),
            (OrderStatus.ANSWERED, "已责令停业整改"),
        ):
            store.change_status(order.number, status, "office", note)
        answered = (await http.get(f"{BASE}/{order.number}")).json()["order"]
        assert answered["answer"] == "已责令停业整改" and answered["may"] == ["remark", "rate"]
        assert "李科长" not in str(answered) and "office" not in str(answered)
        refused = await act("withdraw")
        assert refused.status_code == 409 and "已答复" in refused.json()["error"]["text"]
        assert (await act("rate", score=6)).status_code == 422
        rated = await act("rate", score=2, text="还是有烟")
        assert rated.json()["order"]["rating"] == 2
    after = store.get(order.number)
    assert after.rating == 2 and after.hurry_count == 2 and after.history[-1].note == "2分：还是有烟"
    assert {event.by for event in after.history[1:4]} == {"citizen"}
    acts = [action for action, subject, _ in audited(gateway) if subject == shown(order)]
    assert acts == [
        "own_order_opened", "own_order_remark", "own_order_hurry", "own_order_hurry", "own_order_rate",
    ]  # fmt: skip


async def test_of_a_confidential_order_only_the_frame_is_shown(gateway: RunningGateway) -> None:
    order = stored(gateway, confidential=True)
    async with client_of(gateway) as http:
        await opened(http, number=order.number, code=order.query_code)
        told = (await http.get(f"{BASE}/{order.number}")).text
    secrets = (order.title, order.description, order.place_detail, order.phone, order.query_code)
    assert all(words and words not in told for words in secrets)


async def test_two_orders_are_open_beside_each_other_and_the_end_ends_both(gateway: RunningGateway) -> None:
    one, two = stored(gateway), stored(gateway, "d2")
    async with client_of(gateway) as http:
        visit = await opened(http, number=one.number, code=one.query_code)
        both = await prove(http, visit["token"], number=two.number, code=two.query_code)
        assert [line["number"] for line in both.json()["orders"]] == [shown(two), shown(one)]
        assert (await http.delete(f"{BASE}/visits")).status_code == 204
        for answer in (await http.get(BASE), await http.get(f"{BASE}/{one.number}")):
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "visit_over")


async def test_nothing_of_a_proof_reaches_the_log(
    make_gateway: MakeGateway, sms: SmsProvider, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = make_gateway(sms_url=sms.url, sms_secret=SECRET, log_level="DEBUG")
    sms.status = 500
    order = stored(gateway, phone=PHONE)
    async with client_of(gateway) as http:
        asked = await http.post(f"{BASE}/phone-codes", json={"phone": PHONE})
        visit = await opened(http, number=order.number, code=order.query_code)
        await http.post(f"{BASE}/{order.number}/remark", json={"text": "我住在湖滨一村"})
        async with asyncio.timeout(PATIENCE_S):
            while not sms.sent:
                await asyncio.sleep(0.02)
        gateway.stop()
    log = caplog.text
    assert "order_code_not_sent" in log and "HTTP 500" in log
    private = (
        PHONE,
        sms.sent[0]["values"]["code"],
        order.query_code,
        visit["token"],
        asked.json()["ticket"],
        "湖滨",
    )
    assert not any(secret in log for secret in private)

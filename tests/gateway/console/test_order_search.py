"""Seats find the orders that are there, do with them what a caller asks for, and see what they finished today."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.fakes.fake_seat import FakeSeat
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.console.test_console import served

pytestmark = pytest.mark.redis
Seats = Callable[..., Any]
PHONE = "13900001234"


async def filed(client: httpx.AsyncClient, seat: FakeSeat, **changes: Any) -> dict[str, Any]:
    """An order that this seat has written; the talk is over."""
    citizen, epoch = await served(client, seat)
    url = f"/api/v1/desk/conversations/{citizen.id}"
    form = (await seat.http.get(f"{url}/order-draft")).json()
    fields = {field["name"]: field["value"] for field in form["fields"]} | changes
    body = {"draft_id": form["draft_id"], "fields": fields}
    order = (await seat.http.post(f"{url}/orders", json=body)).json()["order"]
    await seat.act(type="end", conversation=citizen.id, epoch=epoch)
    await seat.act(type="wrap", conversation=citizen.id, outcome="order", tags=[])
    return dict(order)


async def found(seat: FakeSeat, q: str) -> tuple[str, list[str]]:
    answer = (await seat.http.get("/api/v1/desk/orders", params={"q": q})).json()
    return answer["by"], [order["number"] for order in answer["orders"]]


async def act(seat: FakeSeat, number: str, what: str, **body: Any) -> httpx.Response:
    return await seat.http.post(f"/api/v1/desk/orders/{number}/{what}", json=body)


async def test_orders_are_found_by_number_phone_and_words_and_shown_masked(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    number = (await filed(client, wang))["number"]
    secret = (await filed(client, wang, confidential=True, title="有人夜里偷倒渣土"))["number"]
    assert await found(wang, number) == ("number", [number])
    assert await found(wang, f"单号是{number.replace('-', '')}") == ("number", [number])
    assert await found(wang, "139-0000-1234") == ("phone", [number]), "what was told in confidence stays so"
    assert await found(wang, "烧烤店 幸福里") == ("words", [secret, number])
    assert await found(wang, "渣土") == ("words", [secret])
    assert await found(wang, "100%") == ("words", []), "no wildcard of SQL"
    assert await found(wang, "261122-00015-9") == ("number", [])
    opened = (await wang.http.get(f"/api/v1/desk/orders/{number}")).json()["order"]
    assert opened["phone"] == "139****1234" and PHONE not in str(opened)
    hidden = (await wang.http.get(f"/api/v1/desk/orders/{secret}")).json()["order"]
    assert (hidden["phone"], hidden["caller"]) == ("保密", "保密")
    with desk.engine.connect() as connection:
        lines = connection.execute(
            text("select action, detail from audit where actor = :a"), {"a": wang.id}
        ).all()
    actions = [line.action for line in lines]
    assert "orders_searched" in actions and "order_read" in actions
    assert all(PHONE not in str(line.detail) and "1390000" not in str(line.detail) for line in lines)


async def test_an_order_is_hurried_amended_and_withdrawn_and_all_is_written_down(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    number = (await filed(client, wang))["number"]
    hurried = (await act(wang, number, "hurry", words="市民又来电催问")).json()
    assert hurried["order"]["hurry_count"] == 1 and "已催办" in hurried["note"]
    assert [remark["text"] for remark in hurried["order"]["remarks"]] == ["市民又来电催问"]
    again = (await act(wang, number, "hurry")).json()
    assert "只计次数" in again["note"]
    amended = await act(wang, number, "amend", fields={"place": "东湖区和平路90号2栋", "subject": "老刘烧烤"})
    order = amended.json()["order"]
    assert order["subject"] == "老刘烧烤" and "90号" in order["place_detail"]
    journal = [event for event in order["history"] if event["kind"] == "amended"]
    assert len(journal) == 1 and journal[0]["by"] == "seat:1024" and "原为" in journal[0]["note"]
    assert (await act(wang, number, "withdraw")).status_code == 422, "why is asked for"
    gone = (await act(wang, number, "withdraw", words="市民说已经解决")).json()["order"]
    assert gone["status"] == "withdrawn"
    late = await act(wang, number, "amend", fields={"subject": "别家"})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "order_done")
    assert (await act(wang, number, "amend", fields={"phone": "1"})).status_code == 422
    assert (await act(wang, "261122-00015-9", "hurry")).status_code == 404
    revealed = (await act(wang, number, "reveal", words="回拨核实")).json()["order"]
    assert revealed["phone"] == PHONE
    with desk.engine.connect() as connection:
        rows = connection.execute(text("select action from audit where subject_type = 'order'")).scalars()
    assert {"order_hurry", "order_amend", "order_withdraw", "order_reveal"} <= set(rows)


async def test_a_seat_sees_what_it_finished_today_and_nothing_of_others(
    client: httpx.AsyncClient, seats: Seats
) -> None:
    wang, li = await seats("wang"), await seats("li", ready=False)
    order = await filed(client, wang)
    mine = (await wang.http.get("/api/v1/desk/finished")).json()
    assert [one["number"] for one in mine["orders"]] == [order["number"]]
    [talk] = mine["conversations"]
    assert talk["id"] == order["conversation_id"] and talk["outcome"] == "order" and "烧烤店" in talk["title"]
    assert (await li.http.get("/api/v1/desk/finished")).json() == {"conversations": [], "orders": []}

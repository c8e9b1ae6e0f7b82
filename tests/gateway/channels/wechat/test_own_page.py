"""Whoever opens the order page inside WeChat has the orders of their openid, and nobody else's, by nothing that they show."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from desk.orders.limits import OrderLimits
from desk.orders.order import Order
from desk.orders.store import OrderStore
from gateway.channels.wechat.standin import StandIn
from tests.desk.orders.samples import barbecue
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.channels.wechat.conftest import OPENID, MakeWechatGateway
from tests.gateway.conftest import client_of

PUBLIC_URL = "https://hotline.example.cn"


@pytest.fixture
def gateway(make_wechat_gateway: MakeWechatGateway) -> RunningGateway:
    return make_wechat_gateway(public_url=PUBLIC_URL)


async def talks(gateway: RunningGateway, wechat: StandIn, openid: str) -> str:
    """A new conversation of this citizen."""
    before = {conversation.id for conversation in gateway.store.newest()}
    await wechat.text(openid, "你好")
    [made] = {conversation.id for conversation in gateway.store.newest()} - before
    return made


def stored(gateway: RunningGateway, conversation_id: str, draft_id: str = "d1") -> Order:
    return OrderStore(gateway.engine, OrderLimits()).create(
        barbecue(draft_id, conversation_id=conversation_id)
    )


async def opened(
    http: httpx.AsyncClient, wechat: StandIn, openid: str, cookie: str | None = None, code: str | None = None
) -> str:
    """Where the phone ends that opens the page: each redirect is followed as it would."""
    wechat.opener = openid
    entered = await http.get("/wechat/orders")
    state = cookie if cookie is not None else entered.cookies["minsheng_wechat_state"]
    http.cookies.clear()
    async with httpx.AsyncClient(trust_env=False) as phone:
        sent_back = (await phone.get(entered.headers["location"])).headers["location"]
    assert sent_back.startswith(f"{PUBLIC_URL}/wechat/orders/back?")
    back = httpx.URL(sent_back)
    query = dict(back.params) | ({"code": code} if code is not None else {})
    answer = await http.get(back.path, params=query, headers={"Cookie": f"minsheng_wechat_state={state}"})
    assert answer.status_code == 302 and "Max-Age=0" in answer.headers["set-cookie"]
    return str(answer.headers["location"])


async def numbers(http: httpx.AsyncClient, where: str) -> list[str]:
    assert where.startswith("/orders#visit=")
    headers = {"Authorization": f"Bearer {where.partition('=')[2]}"}
    answer = (await http.get("/api/v1/my-orders", headers=headers)).json()
    return [line["number"].replace("-", "") for line in answer["orders"]]


async def test_all_orders_of_an_openid_are_open_and_none_of_another(
    gateway: RunningGateway, wechat: StandIn
) -> None:
    first = await talks(gateway, wechat, OPENID)
    gateway.store.close(first)
    second = await talks(gateway, wechat, OPENID)
    mine = [stored(gateway, one) for one in (first, second)]
    other = stored(gateway, await talks(gateway, wechat, "oAnother"))
    async with client_of(gateway) as http:
        assert await numbers(http, await opened(http, wechat, OPENID)) == [one.number for one in mine[::-1]]
        assert await numbers(http, await opened(http, wechat, "oAnother")) == [other.number]
        assert await opened(http, wechat, "oNobody") == "/orders"


async def test_a_code_that_is_not_for_this_phone_opens_nothing(
    gateway: RunningGateway, wechat: StandIn
) -> None:
    stored(gateway, await talks(gateway, wechat, OPENID))
    wrong: list[dict[str, Any]] = [
        {"cookie": "0" * 32},
        {"cookie": ""},
        {"code": "of somebody else"},
        {"code": ""},
    ]
    async with client_of(gateway) as http:
        for one in wrong:
            assert await opened(http, wechat, OPENID, **one) == "/orders"
        wechat.stop()
        assert (await http.get("/wechat/orders/back", params={"code": "c"})).headers["location"] == "/orders"


async def test_who_unfollows_is_no_longer_known(gateway: RunningGateway, wechat: StandIn) -> None:
    stored(gateway, await talks(gateway, wechat, OPENID))
    async with client_of(gateway) as http:
        assert await opened(http, wechat, OPENID) != "/orders"
        await wechat.event(OPENID, "unsubscribe")
        assert await opened(http, wechat, OPENID) == "/orders"


async def test_without_an_address_of_its_own_there_is_no_such_page(
    make_wechat_gateway: MakeWechatGateway,
) -> None:
    async with client_of(make_wechat_gateway()) as http:
        for path in ("/wechat/orders", "/wechat/orders/back"):
            assert (await http.get(path)).status_code == 404


async def test_neither_openid_nor_code_is_logged(
    gateway: RunningGateway, wechat: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    stored(gateway, await talks(gateway, wechat, OPENID))
    async with client_of(gateway) as http:
        visit = (await opened(http, wechat, OPENID)).partition("=")[2]
        await opened(http, wechat, OPENID, code="a-code-of-nobody")
    told = "".join(record.getMessage() for record in caplog.records if record.name.startswith("gateway"))
    assert "wechat_page_not_known" in told
    assert not any(secret in told for secret in (OPENID, visit, "a-code-of-nobody"))

"""Operators get in with a token and see no caller; pages and health are for everybody."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.orders.limits import OrderLimits
from desk.orders.order import NewOrder, OrderType
from desk.orders.store import OrderStore
from desk.settings import Settings
from desk.store.engine import open_engine
from gateway.api.health import CACHE_S
from gateway.backends.opening import Backends
from gateway.runtime.blocking import Blocking
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.gateway.test_outages import Locked

pytestmark = pytest.mark.redis

TOKEN = {"Authorization": "Bearer operator-token"}
GUARDED = [
    "/api/v1/knowledge/search?q=社保",
    "/api/v1/orders",
    "/api/v1/orders/1",
    "/docs",
    "/openapi.json",
    "/metrics",
]


@dataclass(frozen=True)
class FoundArticle:
    id: str = "residence-permit"
    title: str = "居住证怎么办"
    score: float = 0.91234
    department: str = "明州市公安局"
    voice: str = "带身份证到街道办理"
    body: str = "带身份证到街道办理。"
    source: str = "居住证暂行条例"
    effective_to: date | None = date(2030, 1, 1)
    matched: str = ""


class FakeKnowledge:
    def search(self, query: str, top: int = 3) -> list[FoundArticle]:
        return [FoundArticle()][:top]


def backends(settings: Settings, blocking: Blocking) -> Backends:
    def orders() -> OrderStore:
        engine = open_engine(settings.effective_database_url)
        return OrderStore(engine, OrderLimits.from_settings(settings))

    return Backends(blocking, FakeKnowledge, orders)


@pytest.fixture
def gateway(make_gateway: MakeGateway) -> RunningGateway:
    return make_gateway(api_tokens="operator-token,second", make_backends=backends)


async def test_everything_of_operators_is_guarded(gateway: RunningGateway, make_gateway: MakeGateway) -> None:
    closed = make_gateway()
    async with client_of(gateway) as client, client_of(closed) as other:
        for path in GUARDED:
            for headers in ({}, {"Authorization": "Bearer wrong"}):
                refused = await client.get(path, headers=headers)
                assert (refused.status_code, refused.json()["error"]["code"]) == (401, "api_token"), path
            unset = await other.get(path, headers=TOKEN)
            assert unset.status_code == 403
            assert "MINSHENG_API_TOKENS" in unset.json()["error"]["text"]


async def test_knowledge_is_searched(gateway: RunningGateway) -> None:
    async with client_of(gateway) as client:
        response = await client.get(
            "/api/v1/knowledge/search", params={"q": "居住证", "top": 1}, headers=TOKEN
        )
        [hit] = response.json()["hits"]
        assert (hit["id"], hit["score"], hit["effective_to"]) == ("residence-permit", 0.9123, "2030-01-01")
        assert (
            await client.get("/api/v1/knowledge/search", params={"q": ""}, headers=TOKEN)
        ).status_code == 422


async def test_orders_are_listed_and_their_callers_masked(gateway: RunningGateway) -> None:
    store = OrderStore(gateway.engine, OrderLimits.from_settings(gateway.settings))
    common: dict[str, Any] = {
        "conversation_id": "c1", "channel": "web", "type": OrderType.COMPLAIN, "title": "夜间施工", "description": "吵",
        "caller_name": "王小明", "phone": "13800138000",
    }  # fmt: skip
    open_order = store.create(NewOrder(draft_id="1", **common))
    secret = store.create(NewOrder(draft_id="2", confidential=True, **common))
    async with client_of(gateway) as client:
        first = (await client.get("/api/v1/orders", params={"limit": 1}, headers=TOKEN)).json()
        assert len(first["orders"]) == 1 and first["next_cursor"]
        rest = await client.get("/api/v1/orders", params={"cursor": first["next_cursor"]}, headers=TOKEN)
        assert len(rest.json()["orders"]) == 1
        none = await client.get("/api/v1/orders", params={"type": "praise"}, headers=TOKEN)
        assert none.json() == {"orders": [], "next_cursor": None}
        shown = (await client.get(f"/api/v1/orders/{open_order.number}", headers=TOKEN)).json()
        hidden = (await client.get(f"/api/v1/orders/{secret.number}", headers=TOKEN)).json()
        assert (shown["phone"], shown["caller"]) == ("138****8000", "王*")
        assert (hidden["phone"], hidden["caller"]) == ("保密", "保密")
        assert (await client.get("/api/v1/orders/261122000009", headers=TOKEN)).status_code == 404
        assert (await client.get("/api/v1/orders", params={"status": "x"}, headers=TOKEN)).status_code == 422
        assert (await client.get("/api/v1/orders", params={"cursor": "x"}, headers=TOKEN)).status_code == 422


async def test_the_description_and_the_metrics(gateway: RunningGateway) -> None:
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        await citizen.say("你好")
        openapi = (await client.get("/openapi.json", headers=TOKEN)).json()
        assert "/api/v1/conversations/{conversation_id}/messages" in openapi["paths"]
        docs = await client.get("/docs", auth=httpx.BasicAuth("", "second"))
        assert docs.status_code == 200
        assert "<script" not in docs.text and "/api/v1/orders" in docs.text
        metrics = (await client.get("/metrics", headers=TOKEN)).text
        assert 'minsheng_turns_total{outcome="stored"} 1.0' in metrics
        assert 'minsheng_turn_stage_seconds_count{stage="rasa"} 1.0' in metrics
        assert 'route="/api/v1/conversations/{conversation_id}/messages"' in metrics
        assert citizen.id not in metrics


async def test_health_names_what_is_away(gateway: RunningGateway, rasa: FakeRasa) -> None:
    async with client_of(gateway) as client:
        report = (await client.get("/healthz")).json()
        assert report["components"]["rasa"]["state"] == "ok"
        assert report["components"]["database"]["state"] == "ok"
        # No action server runs in this test.
        assert report["components"]["actions"]["state"] == "down"
        assert report["status"] == "degraded"
        rasa.stop()
        time.sleep(CACHE_S + 0.1)
        response = await client.get("/healthz")
        assert (response.status_code, response.json()["components"]["rasa"]["state"]) == (200, "down")
        rasa.start()


async def test_a_database_that_is_gone_is_unhealthy(make_gateway: MakeGateway, tmp_path: Path) -> None:
    gateway = make_gateway()
    database = gateway.settings.var_dir / "minsheng.db"
    async with client_of(gateway) as client:
        with Locked(gateway.settings.var_dir):
            # A writer elsewhere keeps nobody from reading.
            assert (await client.get("/healthz")).status_code == 200
        for path in database.parent.glob("minsheng.db*"):
            path.write_bytes(b"this is no database" * 500)
        time.sleep(CACHE_S + 0.1)
        response = await client.get("/healthz")
        assert (response.status_code, response.json()["status"]) == (503, "down")


async def test_pages_are_served_with_strict_headers(make_gateway: MakeGateway, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>民声</title>", encoding="utf-8")
    (dist / "assets" / "app-1a2b.js").write_text("1", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("x", encoding="utf-8")
    gateway = make_gateway(dist=dist)
    async with client_of(gateway) as client:
        page = await client.get("/")
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy and f"ws://127.0.0.1:{gateway.port}" in policy
        assert "unsafe" not in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        asset = await client.get("/assets/app-1a2b.js")
        assert "immutable" in asset.headers["cache-control"]
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/nothing.js"):
            assert (await client.get(path)).status_code == 404
        missing = await client.get("/api/v1/nothing")
        assert missing.json()["error"]["code"] == "not_found"


async def test_unbuilt_pages_say_what_to_do(gateway: RunningGateway) -> None:
    async with client_of(gateway) as client:
        page = await client.get("/")
        assert page.status_code == 503
        assert "make setup" in page.text and "页面尚未构建" in page.text

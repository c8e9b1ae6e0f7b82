"""A desk with short patience, and citizens who ask for a person."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from desk.knowledge.search import Hit
from desk.orders.category import Category, CategoryTree
from desk.orders.limits import OrderLimits
from desk.orders.order import Urgency
from desk.orders.store import OrderStore
from desk.settings import ROOT, Settings
from desk.store.engine import open_engine
from gateway.backends.opening import Backends
from gateway.runtime.blocking import Blocking
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import Citizen, client_of

MakeDesk = Callable[..., RunningGateway]


def hotline(request: dict[str, Any]) -> list[dict[str, Any]]:
    """A bot that hands over when asked, and says what it heard otherwise."""
    words = request["message"]
    if "人工" in words or "气死" in words:
        reason = "emotion" if "气死" in words else "asked"
        event = {
            "event": "handoff_requested",
            "reason": reason,
            "detail": {"emotion": {"label": "angry", "score": 0.9}},
        }
        return [{"text": "好的，马上为您转人工。"}, {"custom": event}]
    if words == "/returned_from_seat":
        return [{"text": "我是民声，又回来了。"}]
    if "回电" in words:
        return [
            {"text": "好的"},
            {"custom": {"event": "callback_requested", "phone": "13900001234", "wish": "明天上午"}},
        ]
    return [{"text": f"收到：{words}"}]


class OneArticle:
    """Knowledge that always finds the same article."""

    def __init__(self) -> None:
        self.queries: list[str] = []

    def search(self, query: str, top: int = 3) -> list[Hit]:
        self.queries.append(query)
        return [
            Hit(
                id="noise",
                title="夜间噪声怎么投诉",
                score=0.8,
                department="明州市生态环境局",
                voice="夜间噪声由城管处理。",
                body="夜间噪声由城管处理。",
                source="噪声污染防治法",
                effective_to=None,
            )
        ]


class SmallJudge:
    """Always the same verdict, as sure as `sure`."""

    sure = 0.7

    def __init__(self, tree: CategoryTree) -> None:
        self.tree = tree

    def classify(self, text: str) -> Category:
        code = self.tree.leaves[0]
        return Category(
            code=code,
            path=self.tree.path(code),
            confidence=0.9,
            leaf_confidence=self.sure,
            department=self.tree[code].department,
            urgency=Urgency.NORMAL,
            urgency_reason="",
        )

    def probabilities(self, text: str) -> dict[str, float]:
        return {code: self.sure - 0.1 * n for n, code in enumerate(self.tree.leaves[:3])}


def desk_backends(settings: Settings, blocking: Blocking) -> Backends:
    """Real orders, one article, a judge without a model."""
    limits = OrderLimits.from_settings(settings)
    return Backends(
        blocking,
        OneArticle,
        lambda: OrderStore(open_engine(settings.effective_database_url), limits),
        lambda: SmallJudge(CategoryTree.load(ROOT / "data" / "categories" / "tree.tsv")),
    )


@pytest.fixture
def make_desk(make_gateway: Any, rasa: FakeRasa) -> MakeDesk:
    """Starts gateways whose time-outs are too short for people and right for tests."""
    rasa.answer = hotline

    def make(**changes: Any) -> RunningGateway:
        patience = {"offer_timeout_s": 20.0, "seat_lost_s": 20.0, "affinity_s": 0.0, "overflow_after_s": 0.0}
        patience |= {key: changes.pop(key) for key in list(changes) if key in patience}
        return make_gateway(impatient=patience, **{"make_backends": desk_backends} | changes)  # type: ignore[no-any-return]

    return make


@pytest.fixture
async def desk(make_desk: MakeDesk) -> RunningGateway:
    gateway = make_desk()
    add_user(gateway, "wang", badge="1024")
    add_user(gateway, "li", badge="1025")
    add_user(gateway, "zhang", badge="9001", role="lead")
    return gateway


@pytest.fixture
async def client(desk: RunningGateway) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(desk) as http:
        yield http


@pytest.fixture
async def seats(desk: RunningGateway) -> AsyncIterator[Callable[..., Any]]:
    """`await seats("wang")`: that user, signed in and ready. All leave at the end."""
    present: list[FakeSeat] = []

    async def arrive(username: str, gateway: RunningGateway | None = None, **more: Any) -> FakeSeat:
        seat = await FakeSeat.arrive(gateway or desk, username, **more)
        present.append(seat)
        return seat

    yield arrive
    for seat in present:
        await seat.leave()


async def angry_citizen(client: httpx.AsyncClient) -> Citizen:
    """Somebody who told a trouble and then wants a person."""
    citizen = await Citizen.arrive(client)
    await citizen.say("我们小区楼下的烧烤店天天晚上吵到两点没人管")
    body = (await citizen.say("气死我了，转人工")).json()
    assert body["owner"] == "WAITING", body
    return citizen

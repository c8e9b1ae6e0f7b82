"""An action, a tracker and fake parts: what the citizen sees and what Rasa is told come back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import HotlineAction
from actions.ports import Answer, Article, Judgement, Parts
from desk.handoff.triggers import Thresholds
from desk.orders.errors import BadTransition, OrderNotFound
from desk.orders.number import build_number, find_number
from desk.orders.order import NewOrder, Order, OrderStatus
from desk.orders.proof import Asker, code_fits, is_own, tail_fits
from desk.orders.store import Hurried
from language.reading import Reading
from tests.desk.orders.natures import nothing_learned

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=ZONE)


class FakeOrders:
    """Orders in a dict, with the promises of the real store that conversations rely on."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.remarks: list[tuple[str, str]] = []
        self.broken = False

    def create(self, new_order: NewOrder) -> Order:
        if self.broken:
            raise OSError("disk is full")
        for order in self.orders.values():
            if (order.conversation_id, order.draft_id) == (new_order.conversation_id, new_order.draft_id):
                return order
        number = build_number(NOW.date(), len(self.orders) + 1)
        values = {name: getattr(new_order, name) for name in new_order.__dataclass_fields__}
        order = Order(
            **values,
            number=number,
            status=OrderStatus.ACCEPTED,
            created_at=NOW.astimezone(UTC),
            updated_at=NOW.astimezone(UTC),
            due_at=(NOW + timedelta(days=7)).astimezone(UTC),
            query_code=f"{480_000 + len(self.orders):06d}",
        )
        self.orders[number] = order
        return order

    def get(self, number: str) -> Order:
        found = self.orders.get(find_number(number) or "")
        if found is None:
            raise OrderNotFound(number)
        return found

    def find_own(self, number: str, asker: Asker) -> Order | None:
        found = self.orders.get(find_number(number) or "")
        return found if found and is_own(found, asker) else None

    def find_by_tail(self, number: str, phone_tail: str, asker: Asker) -> Order | None:
        found = self.orders.get(find_number(number) or "")
        return found if tail_fits(found, phone_tail) else None

    def find_by_code(self, number: str, code: str, asker: Asker) -> Order | None:
        found = self.orders.get(find_number(number) or "")
        return found if code_fits(found, code) else None

    def find_by_conversation(self, conversation_id: str) -> Sequence[Order]:
        return [order for order in self.orders.values() if order.conversation_id == conversation_id]

    def find_open_by_phone(self, phone: str) -> Sequence[Order]:
        return [order for order in self.orders.values() if order.phone == phone and order.status.is_open]

    def find_by_phone(self, phone: str, limit: int) -> Sequence[Order]:
        return [order for order in self.orders.values() if order.phone == phone][:limit]

    def add_remark(self, number: str, text: str, by: str) -> Order:
        self.remarks.append((number, text))
        return self.get(number)

    def hurry(self, number: str, by: str) -> Hurried:
        order = self.get(number)
        if not order.status.is_open:
            raise BadTransition(number, order.status, "hurried")
        self.orders[order.number] = replace(order, hurry_count=order.hurry_count + 1)
        return Hurried(order=order, told=True, next_at=NOW)

    def keep_secret(self, number: str, by: str) -> Order:
        order = replace(self.get(number), confidential=True)
        self.orders[order.number] = order
        return order

    def withdraw(self, number: str, reason: str, by: str) -> Order:
        order = replace(self.get(number), status=OrderStatus.WITHDRAWN)
        self.orders[order.number] = order
        return order


class FakeKnowledge:
    def __init__(self) -> None:
        self.articles = {
            "公积金怎么提取": Article(
                "fund",
                "公积金提取",
                "明州市住房公积金管理中心",
                "带身份证去窗口办。",
                "**材料**:身份证",
                "条例",
                "2027-01-01",
            )
        }
        self.asked: list[str] = []
        self.chosen: list[str] = []

    def answer(self, query: str, *, topic: str = "", section: str = "", about: str = "") -> Answer:
        self.asked.append(query)
        self.chosen.append(about)
        if about:
            return Answer("found", Article(about, query, voice=f"{about}的答案。"))
        if query in self.articles:
            return Answer("found", self.articles[query])
        if query == "公积金":
            return Answer("ambiguous", None, (Article("a", "公积金提取"), Article("b", "公积金贷款")))
        return Answer("nothing")


class FakeJudge:
    def judge(self, order_type: str, text: str) -> Judgement:
        return Judgement("0101", ("城市管理", "油烟"), "明州市城市管理局", 0.9, "normal")


@dataclass
class Outcome:
    """What one action did. `slots` are the slots as they are afterwards, `asked` what the answer says that it asks for."""

    messages: list[dict[str, Any]]
    events: list[dict[str, Any]]
    slots: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(str(message["text"]) for message in self.messages if "text" in message)

    @property
    def signals(self) -> list[dict[str, Any]]:
        return [message for message in self.messages if "event" in message]

    @property
    def called(self) -> tuple[str, str] | None:
        """Reason and note of the call for a person; None if nobody was called. More than one call fails."""
        calls = [signal for signal in self.signals if signal["event"] == "handoff_requested"]
        assert len(calls) <= 1, calls
        return (calls[0]["reason"], calls[0]["note"]) if calls else None

    @property
    def followup(self) -> str:
        return next((str(event["name"]) for event in self.events if event["event"] == "followup"), "")


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _rules_alone() -> Iterator[None]:
    """What is learned of matters is tested apart (tests/desk/orders/test_nature.py)."""
    with nothing_learned():
        yield


@pytest.fixture
def orders() -> FakeOrders:
    return FakeOrders()


@pytest.fixture
def knowledge() -> FakeKnowledge:
    return FakeKnowledge()


@pytest.fixture
def thresholds() -> Thresholds:
    return Thresholds(policy_topics=("拆迁",))


@pytest.fixture
def run(orders: FakeOrders, knowledge: FakeKnowledge, thresholds: Thresholds) -> Run:
    """run(Action, "text", intent="greet", slots={...}, form="order_form") -> Outcome; `seq` names an earlier turn,
    `line` the number that the call comes from, `reading` what was read in the text."""
    parts = Parts(orders, knowledge, FakeJudge(), lambda: NOW, ZONE, thresholds=thresholds)
    numbers = iter(range(1, 1000))

    def go(
        action: type[HotlineAction],
        text: str,
        intent: str = "inform",
        confidence: float = 0.9,
        slots: Mapping[str, Any] | None = None,
        form: str = "",
        emotion: tuple[str, float] = ("neutral", 0.9),
        entities: Sequence[Mapping[str, Any]] = (),
        before: Sequence[Mapping[str, Any]] = (),
        after: Sequence[Mapping[str, Any]] = (),
        seq: int | None = None,
        line: str = "",
        reading: Reading | None = None,
    ) -> Outcome:
        caller = {"caller_number": line} if line else {}
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "entities": list(entities),
            "metadata": {"channel": "web", "seq": seq or next(numbers), "now": NOW.isoformat(), **caller},
            "emotion": {"label": emotion[0], "score": emotion[1]},
        }
        if reading is not None:
            message["reading"] = reading.to_json()
        kept = dict(slots or {})
        tracker = Tracker(
            "conversation-1",
            json.loads(json.dumps(kept)),
            message,
            [*before, {"event": "user", "text": text}, *after],
            False,
            None,
            {"name": form} if form else {},
            "action_listen",
        )
        dispatcher = CollectingDispatcher()
        events = asyncio.run(action(lambda: parts).run(dispatcher, tracker, {}))
        for event in events:
            if event["event"] == "slot":
                kept[event["name"]] = event["value"]
        told = [m["custom"] for m in dispatcher.messages if m.get("custom")]
        asked = [str(message["asked"]) for message in told if message.get("event") == "expecting"]
        return Outcome([m for m in told if m.get("event") != "expecting"], events, kept, asked)

    return go

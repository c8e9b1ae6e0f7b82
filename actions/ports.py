"""What actions need from the rest of the desk, as small protocols, so that tests bring their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from desk.handoff.triggers import Thresholds
from desk.orders.limits import OrderLimits
from desk.orders.order import NewOrder, Order
from desk.orders.proof import Asker
from desk.orders.store import Hurried


class OrderPort(Protocol):
    """The part of desk.orders.store.OrderStore that a citizen's conversation uses."""

    def create(self, new_order: NewOrder) -> Order: ...
    def get(self, number: str) -> Order: ...
    def find_own(self, number: str, asker: Asker) -> Order | None: ...
    def find_by_tail(self, number: str, phone_tail: str, asker: Asker) -> Order | None: ...
    def find_by_code(self, number: str, code: str, asker: Asker) -> Order | None: ...
    def find_by_conversation(self, conversation_id: str) -> Sequence[Order]: ...
    def find_open_by_phone(self, phone: str) -> Sequence[Order]: ...
    def find_by_phone(self, phone: str, limit: int) -> Sequence[Order]: ...
    def add_remark(self, number: str, text: str, by: str) -> Order: ...
    def hurry(self, number: str, by: str) -> Hurried: ...
    def withdraw(self, number: str, reason: str, by: str) -> Order: ...
    def keep_secret(self, number: str, by: str) -> Order: ...


@dataclass(frozen=True)
class Article:
    """A published article as it is told to a citizen. `body` is Markdown, `voice` the short spoken form."""

    id: str
    title: str
    department: str = ""
    voice: str = ""
    body: str = ""
    source: str = ""
    effective_to: str = ""


@dataclass(frozen=True)
class Told:
    """What is told of an article. `heading` is empty for the article in short; `others` are the other sections' names;
    `untold` names a figure that was asked for and that the article does not have."""

    heading: str
    text: str
    speech: str
    others: tuple[str, ...] = ()
    untold: str = ""


@dataclass(frozen=True)
class Answer:
    """`score`: how well the article that was found fits, 0 to 1."""

    outcome: Literal["found", "ambiguous", "nothing"]
    article: Article | None = None
    candidates: tuple[Article, ...] = ()
    told: Told | None = None
    score: float = 1.0


class KnowledgePort(Protocol):
    def answer(self, query: str, *, topic: str = "", section: str = "", about: str = "") -> Answer:
        """`topic`: id of the article told just before. `section`: a heading, or 全文; empty for what is asked. `about`: id of
        the article that is meant, where the citizen chose it."""
        ...


@dataclass(frozen=True)
class Judgement:
    """Where an order belongs and how urgent it is. Empty where nothing could be told."""

    code: str = ""
    path: tuple[str, ...] = ()
    department: str = ""
    confidence: float = 0.0
    urgency: str = "normal"


class JudgePort(Protocol):
    def judge(self, order_type: str, text: str) -> Judgement: ...


class OriginPort(Protocol):
    def __call__(self, conversation_id: str) -> str:
        """Where a conversation was opened from, as a hash; empty where nobody knows."""
        ...


class Clock(Protocol):
    def __call__(self) -> datetime: ...


@dataclass(frozen=True)
class Parts:
    """Everything that actions work with."""

    orders: OrderPort
    knowledge: KnowledgePort
    judge: JudgePort
    clock: Clock
    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    city: str = "明州市"
    hotline: str = "12345"
    thresholds: Thresholds = Thresholds()
    limits: OrderLimits = OrderLimits()
    origin: OriginPort = lambda conversation_id: ""

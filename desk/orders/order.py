"""The work order as a record: its fields, where each came from, and the states that it goes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from desk.orders.errors import BadTransition


class OrderType(StrEnum):
    CONSULT = "consult"
    HELP = "help"
    COMPLAIN = "complain"
    REPORT = "report"
    SUGGEST = "suggest"
    PRAISE = "praise"

    @property
    def label(self) -> str:
        return _TYPE_LABELS[self]


_TYPE_LABELS = {
    OrderType.CONSULT: "咨询",
    OrderType.HELP: "求助",
    OrderType.COMPLAIN: "投诉",
    OrderType.REPORT: "举报",
    OrderType.SUGGEST: "建议",
    OrderType.PRAISE: "表扬",
}


class Urgency(StrEnum):
    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"
    DIFFICULT = "difficult"

    @property
    def label(self) -> str:
        return _URGENCY_LABELS[self]


_URGENCY_LABELS = {
    Urgency.EMERGENCY: "特急",
    Urgency.URGENT: "紧急",
    Urgency.NORMAL: "一般",
    Urgency.DIFFICULT: "疑难",
}


class OrderStatus(StrEnum):
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    PROCESSING = "processing"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        return _STATUS_LABELS[self]

    @property
    def is_open(self) -> bool:
        """Somebody still owes the citizen an answer: the order can be hurried, withdrawn and duplicated."""
        return self in OPEN_STATUSES

    @property
    def is_answered(self) -> bool:
        """There is something to rate."""
        return self in (OrderStatus.ANSWERED, OrderStatus.CLOSED)

    def may_become(self, wanted: OrderStatus) -> bool:
        return wanted in _TRANSITIONS[self]


_STATUS_LABELS = {
    OrderStatus.ACCEPTED: "已受理",
    OrderStatus.DISPATCHED: "已派单",
    OrderStatus.PROCESSING: "办理中",
    OrderStatus.ANSWERED: "已答复",
    OrderStatus.CLOSED: "已办结",
    OrderStatus.WITHDRAWN: "已撤回",
    OrderStatus.REJECTED: "不予受理",
}

OPEN_STATUSES = frozenset({OrderStatus.ACCEPTED, OrderStatus.DISPATCHED, OrderStatus.PROCESSING})

# Dispatched -> accepted is the department sending the order back (退单), processing -> dispatched is another
# department taking it (改派), answered -> processing is a citizen who is not satisfied (重办).
_TRANSITIONS: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.ACCEPTED: frozenset(
        {OrderStatus.DISPATCHED, OrderStatus.ANSWERED, OrderStatus.WITHDRAWN, OrderStatus.REJECTED}
    ),
    OrderStatus.DISPATCHED: frozenset(
        {OrderStatus.PROCESSING, OrderStatus.ACCEPTED, OrderStatus.WITHDRAWN, OrderStatus.REJECTED}
    ),
    OrderStatus.PROCESSING: frozenset({OrderStatus.ANSWERED, OrderStatus.DISPATCHED, OrderStatus.WITHDRAWN}),
    OrderStatus.ANSWERED: frozenset({OrderStatus.CLOSED, OrderStatus.PROCESSING}),
    OrderStatus.CLOSED: frozenset(),
    OrderStatus.WITHDRAWN: frozenset(),
    OrderStatus.REJECTED: frozenset(),
}


def check_transition(number: str, current: OrderStatus, wanted: OrderStatus) -> None:
    """Raises BadTransition unless an order may go from `current` to `wanted`."""
    if not current.may_become(wanted):
        raise BadTransition(number, current, wanted)


class Origin(StrEnum):
    """Who decided a field's value."""

    CITIZEN = "citizen"
    RULE = "rule"
    CLASSIFIER = "classifier"
    SEAT = "seat"


@dataclass(frozen=True, kw_only=True)
class FieldSource:
    """Where one field came from.

    `turn` is the `seq` of the message; `span` the characters [start, end) of its text, or None where the
    value was inferred; `confidence` 0 to 1.
    """

    turn: int
    origin: Origin
    span: tuple[int, int] | None = None
    confidence: float = 1.0


@dataclass(frozen=True, kw_only=True)
class NewOrder:
    """An order that the citizen has confirmed and that has no number yet. Unknown text fields are empty.

    `draft_id` names the draft inside its conversation: storing the same draft again gives the same order.
    `event_time` is for people to read: a resolved moment (2026-11-18 20:00) or the citizen's own words.
    `category_path` and `department` are kept as they were on the day, whatever becomes of the category tree.
    `duplicate_of` is the number of an open order that this one may repeat, for people to look at; empty for none.
    `sources` is keyed by field name.
    """

    conversation_id: str
    draft_id: str
    channel: str
    type: OrderType
    title: str
    description: str
    appeal: str = ""
    event_time: str = ""
    place_district: str = ""
    place_street: str = ""
    place_community: str = ""
    place_detail: str = ""
    subject: str = ""
    category_code: str = ""
    category_path: tuple[str, ...] = ()
    department: str = ""
    urgency: Urgency = Urgency.NORMAL
    caller_name: str = ""
    caller_title: str = ""
    phone: str = ""
    callback_phone: str = ""
    confidential: bool = False
    reply_wanted: bool = True
    duplicate_of: str = ""
    sources: Mapping[str, FieldSource] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The whole place in one line."""
        return f"{self.place_district}{self.place_street}{self.place_community}{self.place_detail}"


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something added later. `by` is `citizen`, `bot` or the name of a member of staff."""

    text: str
    by: str
    at: datetime


class EventKind(StrEnum):
    CREATED = "created"
    STATUS = "status"
    REMARK = "remark"
    HURRIED = "hurried"
    REVEALED = "revealed"
    SECRET = "secret"
    # Its words and its caller were erased (desk.erasure); the other events' notes with them.
    ERASED = "erased"
    AMENDED = "amended"
    # Its citizen's mark for what became of it.
    RATED = "rated"


@dataclass(frozen=True, kw_only=True)
class OrderEvent:
    """One line of an order's journal; never changed or removed. `seq` counts from 1 within the order."""

    seq: int
    kind: EventKind
    by: str
    at: datetime
    from_status: OrderStatus | None = None
    to_status: OrderStatus | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Order(NewOrder):
    """A stored order. `number` is 12 digits without dashes (`format_number` adds them); times are in UTC."""

    number: str
    status: OrderStatus
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    # Six digits that only its citizen is told, at registration; empty in orders of before there were codes.
    query_code: str = field(default="", repr=False)
    hurry_count: int = 0
    hurried_at: datetime | None = None
    # 1 to 5, by its citizen.
    rating: int | None = None
    remarks: tuple[Remark, ...] = ()
    history: tuple[OrderEvent, ...] = ()

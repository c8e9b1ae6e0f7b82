"""What a citizen hears about an order, in plain words. Nothing that happens inside the offices, no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.orders.number import format_number, speak_number
from desk.orders.order import EventKind, Order, OrderStatus

_ANSWER_MAX_CHARS = 500


@dataclass(frozen=True, kw_only=True)
class StatusReport:
    """`text` for the screen, `speech` for the ear: shorter, the number digit by digit."""

    text: str
    speech: str


def report_status(order: Order, now: datetime, zone: ZoneInfo) -> StatusReport:
    """How the order is going, for its own citizen (`OrderStore.find_own`, `OrderStore.find_by_code`).

    Of a confidential order neither title nor place are said: somebody may be listening or looking.
    """
    what = f"{order.type.label}工单"
    title = "" if order.confidential else f"「{order.title}」"
    progress = _progress(order, now, zone)
    hurried = f"您已催办{order.hurry_count}次。" if order.hurry_count and order.status.is_open else ""
    return StatusReport(
        text=f"您的{what} {format_number(order.number)}{title}{progress}{hurried}",
        speech=f"您的{what}{speak_number(order.number)},{progress}",
    )


def report_bare_status(order: Order, now: datetime, zone: ZoneInfo) -> StatusReport:
    """What the tail of a phone opens (`OrderStore.find_by_tail`): how far and until when, not what, where, with whom, nor
    what was answered."""
    until = _promise(order, now, zone) if order.status.is_open else ""
    more = "想听办理详情，请报登记时告诉您的6位查询码。"
    return StatusReport(
        text=f"工单 {format_number(order.number)} {order.status.label}。{until}{more}",
        speech=f"工单{speak_number(order.number)},{order.status.label}。{until}{more}",
    )


def _progress(order: Order, now: datetime, zone: ZoneInfo) -> str:
    department = order.department or "承办单位"
    match order.status:
        case OrderStatus.ACCEPTED:
            return f"已受理,正在派给{department}。{_promise(order, now, zone)}"
        case OrderStatus.DISPATCHED:
            return f"已派给{department},等待办理。{_promise(order, now, zone)}"
        case OrderStatus.PROCESSING:
            return f"正在由{department}办理。{_promise(order, now, zone)}"
        case OrderStatus.ANSWERED:
            return f"已由{department}答复。{_note('答复意见', order)}"
        case OrderStatus.CLOSED:
            return f"已办结。{_note('答复意见', order)}"
        case OrderStatus.WITHDRAWN:
            return "已按您的要求撤回。"
        case OrderStatus.REJECTED:
            return f"没有受理。{_note('原因', order)}"


def _promise(order: Order, now: datetime, zone: ZoneInfo) -> str:
    due = order.due_at.astimezone(zone)
    if now > order.due_at:
        return f"应在{due.month}月{due.day}日答复,现在已经超时,非常抱歉。"
    year = f"{due.year}年" if due.year != now.astimezone(zone).year else ""
    return f"最迟{year}{due.month}月{due.day}日{due:%H:%M}前答复。"


def _note(label: str, order: Order) -> str:
    """The words that an office wrote for the citizen: only those of the answer or the refusal, the newest."""
    told = (OrderStatus.ANSWERED, OrderStatus.REJECTED)
    notes = [e.note for e in order.history if e.kind is EventKind.STATUS and e.to_status in told and e.note]
    if not notes:
        return ""
    note = notes[-1] if len(notes[-1]) <= _ANSWER_MAX_CHARS else notes[-1][: _ANSWER_MAX_CHARS - 1] + "…"
    return f"{label}:{note}" if note.endswith(("。", "!", "!", "…")) else f"{label}:{note}。"

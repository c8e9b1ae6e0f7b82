"""A long conversation in a few lines, for the seat who takes it up: the matter, where, what was asked, what was promised.

Pure. Nothing is made up: each line is of the citizen's or the seat's own words, or of an order or callback that is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from desk.conversations import Message, Sender
from desk.handoff.store import Callback
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.phrases import asks_for_person, is_question
from desk.orders.drafting.summary import shorten
from desk.orders.number import format_number
from desk.orders.order import Order
from desk.privacy import mask_address, mask_phone, mask_text
from gateway.console.danger_words import danger_clause
from gateway.console.items import title_of
from gateway.console.transcript_draft import tells_nothing

MATTER_CHARS = 120
LINE_CHARS = 60
# More of a kind nobody reads while a citizen waits; the newest count.
LINES = 5

# What a seat says that they, or somebody, will do, and by when.
_WILL = re.compile(
    r"(?:会|将|帮您|替您|为您|给您|马上|稍后|尽快|这就).{0,16}"
    r"(?:回复|答复|回电|回访|回拨|联系|反馈|处理|转[给交达办]|催办|催促|核实|上门|登记|跟进|派人|安排)"
)
_BY_WHEN = re.compile(
    r"(?:今[天日晚]|明[天日早]|后天|下?周[一二三四五六日天]|[0-9一二两三四五六七八九十半几]+个?(?:分钟|小时|钟头|天|工作日|日)).{0,4}"
    r"(?:内|之内|以内|前|之前|答复|回复|回电|联系|到场|上门)"
)
_NO_PROMISE = re.compile(r"[?？]|不会|无法|不能|没办法|如果|要是")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """`asked` and `promised` are (seq, text), oldest first; seq 0 for what is kept beside the messages."""

    messages: int
    danger: str
    matter: str
    place: str
    asked: tuple[tuple[int, str], ...]
    promised: tuple[tuple[int, str], ...]

    def as_json(self, *, clear: bool) -> dict[str, Any]:
        """For whoever may read it in clear, or masked like the messages."""

        def told(text: str) -> str:
            return text if clear else mask_text(text)

        return {
            "messages": self.messages,
            "danger": told(self.danger),
            "matter": told(self.matter),
            "place": self.place if clear else mask_address(self.place),
            "asked": [{"seq": seq, "text": told(text)} for seq, text in self.asked],
            "promised": [{"seq": seq, "text": told(text)} for seq, text in self.promised],
        }


def summary_of(
    messages: Sequence[Message],
    draft: Draft,
    orders: Sequence[Order],
    callback: Callback | None,
    zone: tzinfo,
) -> Summary:
    """`draft` is what was told since the last order; `orders` those of this conversation, newest first."""
    citizens = [one for one in messages if one.sender is Sender.CITIZEN and one.payload is None]
    newest = orders[0] if orders else None
    matter = draft.get("description") or (newest.description if newest else "")
    return Summary(
        messages=len(messages),
        danger=shorten(_danger_in(citizens), LINE_CHARS),
        matter=shorten(matter or title_of([one.text for one in citizens]), MATTER_CHARS),
        place=draft.place_text or (newest.place if newest else ""),
        asked=_newest(
            (one.seq, shorten(one.text.strip(), LINE_CHARS)) for one in citizens if _asks(one.text)
        ),
        promised=(
            *_newest(
                (one.seq, text)
                for one in messages
                if one.sender is Sender.SEAT
                for text in promises_in(one.text)
            ),
            *((0, _order_line(order, zone)) for order in reversed(orders[:LINES])),
            *([(0, _callback_line(callback))] if callback is not None else []),
        ),
    )


def promises_in(text: str) -> list[str]:
    """The clauses of a seat's message that promise something."""
    clauses = (clause.strip() for clause in re.split(r"(?<=[。！!；;\n？?])", text))
    return [
        shorten(clause.rstrip("。；;！! \n"), LINE_CHARS)
        for clause in clauses
        if (_WILL.search(clause) or _BY_WHEN.search(clause)) and not _NO_PROMISE.search(clause)
    ]


def _danger_in(citizens: Sequence[Message]) -> str:
    return next((told for one in reversed(citizens) if (told := danger_clause(one.text))), "")


def _asks(text: str) -> bool:
    return is_question(text) and not tells_nothing(text) and not asks_for_person(text)


def _newest(lines: Any) -> tuple[tuple[int, str], ...]:
    """The last few, each text once, where it was said last."""
    last = {text: seq for seq, text in lines}
    return tuple(sorted((seq, text) for text, seq in last.items())[-LINES:])


def _order_line(order: Order, zone: tzinfo) -> str:
    told = f"工单 {format_number(order.number)}：{shorten(order.title, 24)}"
    if order.status.is_open:
        due = order.due_at.astimezone(zone)
        return f"{told}，{due.month}月{due.day}日{due.hour}点前办结"
    return f"{told}，{order.status.label}"


def _callback_line(callback: Callback) -> str:
    # The number itself stands in the list of callbacks, where reading it is written down.
    told = f"人工回电 {mask_phone(callback.phone)}"
    return f"{told}，{shorten(callback.wish, 30)}" if callback.wish else told

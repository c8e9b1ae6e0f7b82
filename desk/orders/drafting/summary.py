"""What the citizen is shown before the order is stored, and the short title that staff see."""

from __future__ import annotations

from desk.orders.drafting import openings
from desk.orders.drafting.draft import TYPES, Draft
from desk.orders.drafting.insults import without_insults
from desk.orders.drafting.persons import address_form
from language.phones import grouped
from language.punctuation import full_width

TITLE_CHARS = 30
LABELS = {
    "type": "诉求类型",
    "description": "反映内容",
    "place": "发生地点",
    "event_time": "发生时间",
    "subject": "涉及对象",
    "appeal": "您的诉求",
    "caller": "称呼",
    "phone": "联系电话",
    "confidential": "是否保密",
}


def rows(draft: Draft) -> list[tuple[str, str, str]]:
    """(name, label, value) of every known field, in the order in which it is read out."""
    name, title = draft.get("caller_name"), draft.get("caller_title")
    caller = (
        name + title if len(name) == 1 and title else f"{name}({title})" if title and name else name or title
    )
    if len(name) == 1 and not title:
        caller = f"{name}姓市民"
    confidential = {"yes": "保密", "no": "不需要保密"}.get(draft.get("confidential"), "")
    values = {
        "type": TYPES[draft.type],
        "description": draft.get("description"),
        "place": draft.place_text,
        "event_time": draft.get("event_time"),
        "subject": draft.get("subject"),
        "appeal": draft.get("appeal"),
        "caller": caller,
        "phone": grouped(draft.get("phone")) if draft.has("phone") else "不留电话",
        "confidential": confidential,
    }
    return [(key, LABELS[key], value) for key, value in values.items() if value]


def spoken(draft: Draft) -> str:
    """The summary for the ear: what, where, how to reach; the rest is seen on the card."""
    parts = [f"您要{TYPES[draft.type]}的是：{shorten(draft.get('description'), 60)}"]
    if draft.place:
        parts.append(f"地点在{draft.place_text}")
    if draft.get("event_time"):
        parts.append(f"时间是{draft.get('event_time')}")
    if draft.has("phone"):
        parts.append(f"联系电话{grouped(draft.get('phone'))}")
    if draft.get("confidential") == "yes":
        parts.append("您的信息会保密")
    return openings.READ_BACK + "，".join(parts) + "。对吗？"


def title(draft: Draft) -> str:
    """At most TITLE_CHARS characters: type, and the first clause of the description, punctuated as people read it."""
    description = draft.get("description")
    clause = without_insults(description) or description
    for mark in "。;;!!??":
        clause = clause.split(mark)[0]
    first = clause.split(",")[0].split(",")[0]
    clause = first if len(first) >= 8 else clause
    return full_width(f"{TYPES[draft.type]}：{shorten(clause, TITLE_CHARS - 3)}")


def shorten(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def caller_form(draft: Draft) -> str:
    return address_form(draft.get("caller_name"), draft.get("caller_title"))

"""What is still missing from a draft, and what is asked next: one thing at a time, never what is known."""

from __future__ import annotations

from desk.orders.drafting.draft import Draft

# A description shorter than this ("我要投诉") says nothing yet.
DESCRIPTION_MIN_CHARS = 5
# After so many unusable answers a field is let go.
MAX_TRIES = 2

_NEEDS_PLACE = frozenset({"help", "complain", "report"})
_PLACELESS = (
    "网购",
    "网上买",
    "淘宝",
    "快递丢",
    "社保",
    "公积金",
    "医保",
    "工资",
    "电话费",
    "话费",
    "退款",
    "软件",
    "平台",
    "app",
    "APP",
    "微信",
)


def needs_place(draft: Draft) -> bool:
    if draft.type not in _NEEDS_PLACE:
        return False
    return not any(word in draft.get("description") for word in _PLACELESS)


def missing(draft: Draft) -> list[str]:
    """Askable fields that are still open, in the order in which they are asked."""
    open_fields: list[str] = []

    def want(name: str, known: bool) -> None:
        if not known and name not in draft.skipped and draft.tries.get(name, 0) <= MAX_TRIES:
            open_fields.append(name)

    want("description", draft.has("description"))
    if needs_place(draft):
        want("place", draft.place.locatable)
    if draft.type == "report":
        want("subject", draft.has("subject"))
        want("event_time", draft.has("event_time"))
    if draft.type == "praise":
        want("subject", draft.has("subject"))
    if draft.type in ("complain", "help") and _money(draft.get("description")):
        want("subject", draft.has("subject"))
    want("caller", draft.has("caller_name"))
    want("phone", draft.has("phone"))
    # A number that was typed is read back in passing; one that was heard is asked back, for a digit is easily misheard,
    # and the number of the line, for he may want to be reached at another.
    if draft.has("phone") and draft.fields["phone"].origin in ("spoken", "line"):
        want("phone_check", "phone" in draft.checked)
    if draft.type == "report":
        want("confidential", draft.has("confidential"))
    return open_fields


def _money(description: str) -> bool:
    """Disputes over money are with somebody: a department cannot start without the name."""
    return any(
        word in description
        for word in ("工资", "退款", "退费", "不退", "押金", "预付", "充值", "办卡", "欠薪", "拖欠")
    )


def next_field(draft: Draft) -> str:
    """The field to ask for; "confirm" when nothing is missing."""
    open_fields = missing(draft)
    return open_fields[0] if open_fields else "confirm"

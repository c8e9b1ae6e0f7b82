"""What a list of conversations shows of each: one line without anybody's data in clear. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from desk.conversations import HandoffReason
from desk.conversations.handoff import EMERGENCY_PRIORITY
from desk.orders.drafting.filling import tidy
from desk.orders.drafting.insults import without_insults
from desk.orders.drafting.phrases import has_content
from desk.orders.drafting.summary import shorten
from desk.privacy import mask_text
from gateway.console.danger_words import KINDS, danger_told
from gateway.console.queries import Head, Talk
from gateway.console.transcript_draft import tells_nothing

TITLE_CHARS = 32
LAST_CHARS = 60

REASONS = {
    "asked": "市民要求人工",
    "not_understood": "多次未能理解",
    "emotion": "情绪激动",
    "complex": "诉求复杂",
    "emergency": "紧急情况",
    "low_asr_confidence": "听不清楚",
    "vulnerable": "特殊群体",
    "policy": "规定由人工办理",
    "failure": "系统故障",
}


def title_of(first_words: Sequence[str]) -> str:
    """The matter in a line, masked: the first message that tells a trouble, else the first that tells anything.

    How angry somebody is has a mark of its own; the title tells what about.
    """
    told = [without_insults(words) for words in first_words]
    telling = [words for words in told if not tells_nothing(words)]
    best = next((words for words in telling if has_content(words)), telling[0] if telling else "")
    return shorten(mask_text(tidy(best) or best), TITLE_CHARS)


def danger_title(talk: Talk) -> str:
    """The words of the danger in a line, masked; "" where nobody knows them."""
    told = talk.danger and danger_told(talk.danger)
    return shorten(mask_text(without_insults(told) or told), TITLE_CHARS) if told else ""


def in_danger(head: Head) -> bool:
    """Whether a person was called because of a danger."""
    return head.reason == HandoffReason.EMERGENCY.value or head.priority >= EMERGENCY_PRIORITY


def tells_matter(first_words: Sequence[str]) -> bool:
    """Whether `title_of` has found a trouble in them: later words change the title no more."""
    return any(has_content(without_insults(words)) for words in first_words)


def item_json(head: Head, talk: Talk, title: str, *, offered: bool, now: datetime) -> dict[str, Any]:
    """An Item of docs/protocol.md. `waited_s` counts until somebody accepted."""
    detail = head.detail if isinstance(head.detail, dict) else {}
    emotion = detail.get("emotion")
    return {
        "conversation": head.conversation_id,
        "handoff": head.handoff_id,
        "state": "offered" if offered and head.state == "waiting" else head.state,
        "reason": head.reason,
        "reason_text": REASONS.get(head.reason, head.reason),
        "note": KINDS.get(head.note) or mask_text(head.note),
        "priority": head.priority,
        "skill": head.skill,
        "since": head.requested_at.isoformat(),
        "accepted_at": head.accepted_at.isoformat() if head.accepted_at else None,
        "waited_s": round(((head.accepted_at or now) - head.requested_at).total_seconds(), 1),
        "seat": head.seat_id,
        "wanted_seat": head.wanted_seat,
        "channel": head.channel,
        "owner": head.owner,
        "emotion": emotion if isinstance(emotion, dict) else None,
        "title": title,
        "said": _line(talk.said),
        "last": last_json(talk),
        "unread": talk.unread,
        "requeued": head.requeued,
        "vulnerable": vulnerable_of(detail),
        "epoch": head.epoch,
    }


def last_json(talk: Talk) -> dict[str, Any] | None:
    if talk.last is None:
        return None
    sender, text, at, seq = talk.last
    return {"from": sender, "text": _line(text), "at": at.isoformat(), "seq": seq}


def _line(text: str) -> str:
    return shorten(mask_text(" ".join(text.split())), LAST_CHARS)


def vulnerable_of(detail: dict[str, Any]) -> list[str]:
    """What citizens say of themselves: 老人, 视障 and the like."""
    found = detail.get("vulnerable")
    if isinstance(found, str):
        return [found]
    return [str(word) for word in found][:5] if isinstance(found, list) else []

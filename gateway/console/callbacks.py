"""Promises to call back, as consoles show them."""

from __future__ import annotations

from typing import Any

from desk.handoff.store import Callback
from desk.privacy import mask_phone, mask_text


def callback_json(callback: Callback, *, revealed: bool = False) -> dict[str, Any]:
    """The number is in clear only for the seat who has taken the callback: who calls needs it, who looks does not."""
    return {
        "id": callback.id,
        "conversation": callback.conversation_id,
        "phone": callback.phone if revealed else mask_phone(callback.phone),
        "wish": callback.wish if revealed else mask_text(callback.wish),
        "note": callback.note if revealed else mask_text(callback.note),
        "state": callback.state.value,
        "created_at": callback.created_at.isoformat(),
        "due_at": callback.due_at.isoformat() if callback.due_at else None,
        "seat": callback.seat_id,
        "done_at": callback.done_at.isoformat() if callback.done_at else None,
        "result": callback.result if revealed or not callback.result else mask_text(callback.result),
    }

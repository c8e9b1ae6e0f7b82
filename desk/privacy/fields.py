"""Masks values by what they are called: a field of an order, a key of a card or of an audit line. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from desk.privacy.mask import mask_address, mask_id, mask_name, mask_phone, mask_text

# Names whose value is one piece of personal data as a whole; everything else is masked as running text.
_MASKS: Mapping[str, Callable[[str], str]] = {
    "phone": mask_phone,
    "callback_phone": mask_phone,
    "name": mask_name,
    "caller_name": mask_name,
    "address": mask_address,
    "place": mask_address,
    "id_number": mask_id,
}
# Ours, not the citizen's; an order number would suffer from the masks.
_PUBLIC = frozenset({"id", "number", "numbers", "label", "status", "type", "kind", "due_at", "department"})


def is_personal(name: str) -> bool:
    """Does the name say that its value is personal data as a whole?"""
    return name in _MASKS


def mask_field(name: str, value: str) -> str:
    """The value as it may be shown to whoever only looks."""
    return _MASKS.get(name, mask_text)(value)


def mask_card(card: Any) -> Any:
    """The card of a message (docs/protocol.md) with its personal data masked; its shape stays."""
    if isinstance(card, Mapping):
        if {"name", "value"} <= card.keys():
            # A field of an order: `name` is a code and says what `value` is.
            value = card["value"]
            return {
                **card,
                "value": mask_field(str(card["name"]), value) if isinstance(value, str) else value,
            }
        return {
            key: value if key in _PUBLIC and isinstance(value, str) else _masked(str(key), value)
            for key, value in card.items()
        }
    return [mask_card(one) for one in card] if isinstance(card, list) else card


def _masked(key: str, value: Any) -> Any:
    return mask_field(key, value) if isinstance(value, str) else mask_card(value)

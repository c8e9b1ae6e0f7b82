"""How the bot's messages are printed: with the punctuation of Chinese. Pure; the one place that decides it.

The citizen's own words in a read-back stay as they were said, and so does what is spoken: its sound is looked up by its text.
The gateway's own sentences (gateway/sentences.py) are written that way already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from desk.conversations import Draft, QuickReply
from language.punctuation import full_width

# Fields of a read-back whose values we word ourselves.
_OUR_FIELDS = frozenset({"type", "caller", "phone", "confidential"})
# Lists of a card, and what of their entries is ours to print.
_PRINTED = {"fields": ("label",), "articles": ("title", "department"), "numbers": ("label",)}


def printed(draft: Draft) -> Draft:
    """The draft as people read it. What was to be spoken of it, and what a quick reply sends, stays the same."""
    card = draft.card
    text = _around(draft.text, _citizens_words(card))
    return replace(
        draft,
        text=text,
        speech=draft.text if draft.speech is None and text != draft.text else draft.speech,
        quick_replies=tuple(_quick_reply(reply) for reply in draft.quick_replies),
        card=_card(card) if card is not None else None,
    )


def _quick_reply(reply: QuickReply) -> QuickReply:
    text = full_width(reply.text)
    # The bot may know its own words by heart.
    said = reply.text if text != reply.text else None
    return QuickReply(text=text, payload=reply.payload or said)


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(card)
    for name, keys in _PRINTED.items():
        if isinstance(card.get(name), list):
            made[name] = [_entry(entry, keys) for entry in card[name]]
    return made


def _entry(entry: object, keys: tuple[str, ...]) -> object:
    if not isinstance(entry, Mapping):
        return entry
    ours = (*keys, "value") if _is_worded_by_us(entry) else keys
    return {**entry, **{key: full_width(entry[key]) for key in ours if isinstance(entry.get(key), str)}}


def _is_worded_by_us(field: Mapping[str, Any]) -> bool:
    name = field.get("name")
    return isinstance(name, str) and name in _OUR_FIELDS


def _citizens_words(card: Mapping[str, Any] | None) -> set[str]:
    fields = card.get("fields") if card is not None else None
    return {
        field["value"]
        for field in (fields if isinstance(fields, list) else [])
        if isinstance(field, Mapping) and not _is_worded_by_us(field)
        if isinstance(field.get("value"), str) and field["value"]
    }


def _around(text: str, verbatim: set[str]) -> str:
    """The text printed, the `verbatim` parts of it as they are."""
    if not verbatim:
        return full_width(text)
    # The longest first: one value may stand in another.
    whole = "|".join(re.escape(value) for value in sorted(verbatim, key=lambda v: (-len(v), v)))
    kept = list(full_width(text))
    for match in re.finditer(whole, text):
        kept[match.start() : match.end()] = match.group()
    return "".join(kept)

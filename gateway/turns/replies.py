"""Reads what Rasa answered: messages for the citizen and effects on the conversation. Pure.

Rasa's REST channel gives a list of objects. Three shapes matter:
* `{"text", "buttons": [{"title", "payload"}]}`: a response from domain.yml;
* `{"custom": {...}}` with the keys of a protocol message (text, format, speech, kind, quick_replies, card);
* `{"custom": {"event": ...}}`: `handoff_requested` (reason, note, skill, priority, detail), `callback_requested`
  (phone, wish), `emergency` (numbers), `rating` (score), `expecting` (asked), `close`. An event may carry a message too.
Anything else is left out and counted in `ignored`, so that one odd action does not cost the citizen the whole answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from desk.conversations import Draft, HandoffReason, HandoffRequest, QuickReply, Sender
from desk.conversations.conversation import Effects, Mark
from desk.conversations.handoff import priority_of
from gateway import sentences
from gateway.turns.printing import printed

KINDS = frozenset(
    {"text", "answer", "clarify", "order_draft", "order_card", "emergency", "handoff", "rating", "notice"}
)
FORMATS = frozenset({"plain", "markdown"})
# What a message may ask the citizen for; actions/expecting.py says it.
EXPECTED = frozenset(
    "details place time subject appeal name phone phone_check confidential summary change cancel_check duplicate "
    "order_number order_proof remark withdrawal offer call_time".split()
)
# More than any screen shows; a runaway action must not fill the log.
MAX_MESSAGES = 20
MAX_TEXT_CHARS = 20_000
MAX_QUICK_REPLIES = 20
MAX_NOTE_CHARS = 500
MAX_PRIORITY = 1000
_SKILL = re.compile(r"[a-z_]{1,32}")
_PHONE = re.compile(r"\+?[0-9]{5,20}")


@dataclass(frozen=True, kw_only=True)
class CallbackWish:
    """The citizen wants to be called back. `wish` is a time, `matter` what it is about, in their own words, possibly
    empty."""

    phone: str
    wish: str = ""
    matter: str = ""


@dataclass(frozen=True, kw_only=True)
class ReadReplies:
    """`drafts` is empty only if Rasa said nothing that we understand and asked for nothing: a failure.

    `callback` is for `HandoffService.callback`: it belongs to no conversation's owner, so it is no effect.
    """

    drafts: tuple[Draft, ...]
    effects: Effects
    callback: CallbackWish | None = None
    ignored: int = 0


def read_replies(raw: object) -> ReadReplies:
    """Never raises: what cannot be read is ignored."""
    items = raw if isinstance(raw, list) else []
    drafts: list[Draft] = []
    marks: list[Mark] = []
    fallbacks: list[Draft] = []
    handoff: HandoffRequest | None = None
    callback: CallbackWish | None = None
    rating: int | None = None
    expecting = ""
    close = False
    ignored = 0 if isinstance(raw, list) else 1
    for item in items[:MAX_MESSAGES]:
        if not isinstance(item, Mapping):
            ignored += 1
            continue
        custom = item.get("custom")
        body = custom if isinstance(custom, Mapping) else item
        draft = _draft(body)
        if draft is not None:
            drafts.append(draft)
        match body.get("event"):
            case None:
                ignored += draft is None
            case "handoff_requested":
                request = _request(body)
                marks.append(Mark(reason=request.reason, note=request.note))
                # A conversation waits once: for the most pressing of its reasons.
                if handoff is None or priority_of(request) > priority_of(handoff):
                    handoff = request
                fallbacks.append(Draft(sender=Sender.BOT, text=sentences.HANDOFF, kind="handoff"))
            case "callback_requested" if _callback(body) is not None:
                callback = _callback(body)
            case "emergency":
                marks.append(Mark(reason=HandoffReason.EMERGENCY, note=_note(body)))
                numbers = _numbers(body)
                if numbers and not any(d.kind == "emergency" for d in drafts):
                    fallbacks.append(sentences.emergency(numbers))
            case "rating" if _score(body) is not None:
                rating = _score(body)
                fallbacks.append(sentences.notice(sentences.RATED))
            case "expecting" if body.get("asked") in EXPECTED:
                expecting = str(body["asked"])
            case "close":
                close = True
                fallbacks.append(sentences.notice(sentences.GOODBYE))
            case _:
                ignored += 1
    # An event alone must not be silence; and numbers to dial are said even next to other text.
    if not drafts:
        drafts = fallbacks
    elif not any(d.kind == "emergency" for d in drafts):
        drafts += [d for d in fallbacks if d.kind == "emergency"]
    ignored += max(len(items) - MAX_MESSAGES, 0)
    # A question ends the answer.
    if drafts and expecting:
        drafts[-1] = replace(drafts[-1], expecting=expecting)
    return ReadReplies(
        drafts=tuple(printed(draft) for draft in drafts),
        effects=Effects(marks=tuple(marks), rating=rating, close=close, handoff=handoff),
        callback=callback,
        ignored=ignored,
    )


def _draft(body: Mapping[str, Any]) -> Draft | None:
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        return None
    speech, kind, form, card = (body.get(key) for key in ("speech", "kind", "format", "card"))
    buttons = body.get("quick_replies") or body.get("buttons")
    return Draft(
        sender=Sender.BOT,
        text=text[:MAX_TEXT_CHARS],
        format=form if isinstance(form, str) and form in FORMATS else "plain",
        speech=speech[:MAX_TEXT_CHARS] if isinstance(speech, str) and speech.strip() else None,
        kind=kind if isinstance(kind, str) and kind in KINDS else "text",
        quick_replies=_quick_replies(buttons),
        card=dict(card) if isinstance(card, Mapping) else None,
    )


def _quick_replies(buttons: object) -> tuple[QuickReply, ...]:
    found: list[QuickReply] = []
    for button in (buttons if isinstance(buttons, list) else [])[:MAX_QUICK_REPLIES]:
        if not isinstance(button, Mapping):
            continue
        text = button.get("text") or button.get("title")
        payload = button.get("payload")
        if isinstance(text, str) and text.strip():
            # A payload that only repeats the text is what the citizen could type: no need to check it later.
            useful = isinstance(payload, str) and payload not in ("", text)
            found.append(QuickReply(text=text, payload=payload if useful else None))
    return tuple(found)


def _request(body: Mapping[str, Any]) -> HandoffRequest:
    """Whatever is unreadable in it, the call for a person itself is not lost."""
    try:
        reason = HandoffReason(body.get("reason", HandoffReason.ASKED))
    except ValueError:
        reason = HandoffReason.ASKED
    skill, priority, detail = (body.get(key) for key in ("skill", "priority", "detail"))
    return HandoffRequest(
        reason=reason,
        note=_note(body),
        skill=skill if isinstance(skill, str) and _SKILL.fullmatch(skill) else "",
        priority=priority if type(priority) is int and 0 <= priority <= MAX_PRIORITY else None,
        detail=dict(detail) if isinstance(detail, Mapping) else {},
    )


def _callback(body: Mapping[str, Any]) -> CallbackWish | None:
    phone, wish, matter = (body.get(key) for key in ("phone", "wish", "matter"))
    if not isinstance(phone, str) or not _PHONE.fullmatch(phone):
        return None
    return CallbackWish(
        phone=phone,
        wish=wish[:MAX_NOTE_CHARS] if isinstance(wish, str) else "",
        matter=matter[:MAX_NOTE_CHARS] if isinstance(matter, str) else "",
    )


def _note(body: Mapping[str, Any]) -> str:
    note = body.get("note")
    return note[:MAX_NOTE_CHARS] if isinstance(note, str) else ""


def _numbers(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    numbers = body.get("numbers")
    for item in numbers if isinstance(numbers, list) else []:
        if isinstance(item, Mapping):
            found.append((str(item.get("number", "")), str(item.get("label", ""))))
        elif isinstance(item, (str, int)):
            found.append((str(item), ""))
    return tuple((number, label) for number, label in found if number.isdigit())


def _score(body: Mapping[str, Any]) -> int | None:
    score = body.get("score")
    if isinstance(score, bool) or not isinstance(score, int):
        return None
    return score if 1 <= score <= 5 else None

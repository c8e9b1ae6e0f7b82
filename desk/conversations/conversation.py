"""The records of a conversation. Frozen; the store makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Owner(StrEnum):
    """Who speaks for the hotline. Each change bumps the conversation's epoch."""

    BOT = "BOT"
    WAITING = "WAITING"
    SEAT = "SEAT"
    WRAP_UP = "WRAP_UP"
    CLOSED = "CLOSED"


class Sender(StrEnum):
    CITIZEN = "citizen"
    BOT = "bot"
    SEAT = "seat"
    SYSTEM = "system"


class HandoffReason(StrEnum):
    """Why a human should look at a conversation."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"
    EMOTION = "emotion"
    COMPLEX = "complex"
    EMERGENCY = "emergency"
    LOW_ASR_CONFIDENCE = "low_asr_confidence"
    VULNERABLE = "vulnerable"
    POLICY = "policy"
    # Our own machine broke (bot down, timeout, database locked). Kept apart from `not_understood` and `policy`,
    # because those say something about the citizen's matter and are tuned by thresholds; this one says nothing about
    # it, needs no tuning but an operator, and must not spoil their statistics.
    FAILURE = "failure"


@dataclass(frozen=True, kw_only=True)
class CallNumbers:
    """What the exchange tells of a call. `caller` in one spelling (desk.orders.digits.normal_phone), empty if it is
    withheld; `called` is what they dialled."""

    caller: str = field(default="", repr=False)
    called: str = ""


NO_NUMBERS = CallNumbers()


@dataclass(frozen=True, kw_only=True)
class QuickReply:
    text: str
    payload: str | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message about to be stored. `speech` None means: as `text`. `expecting`: what it asks the citizen for (values in
    docs/protocol.md), "" for nothing."""

    sender: Sender
    text: str
    format: str = "plain"
    speech: str | None = None
    kind: str = "text"
    quick_replies: tuple[QuickReply, ...] = ()
    card: Mapping[str, Any] | None = None
    expecting: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A stored message. `reply_to` is the seq of the citizen message that it answers; `author` the user id of the
    seat who wrote it; `heard`, if it was spoken and cut off, what the caller heard of it; `expecting` as of a draft."""

    conversation_id: str
    seq: int
    sender: Sender
    text: str
    format: str
    speech: str
    kind: str
    quick_replies: tuple[QuickReply, ...]
    card: Mapping[str, Any] | None
    message_id: str | None
    payload: str | None
    reply_to: int | None
    at: datetime
    author: str | None = None
    heard: str | None = None
    expecting: str = ""


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """`last_seq` is the number of its last message, 0 when there is none. `caller_phone` and `called_number` are known of
    calls only, and only where the exchange has told them; the caller's is in clear: whoever shows it masks it."""

    id: str
    channel: str
    owner: Owner
    epoch: int
    last_seq: int
    created_at: datetime
    updated_at: datetime
    rating_score: int | None
    rating_comment: str | None
    caller_phone: str = field(default="", repr=False)
    called_number: str = ""


@dataclass(frozen=True, kw_only=True)
class SentPicture:
    """A picture that a citizen sent; `id` is of `gateway.pictures.attachments`."""

    id: str
    type: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PendingMessage:
    """A citizen's message that has not been answered yet."""

    seq: int
    text: str
    payload: str | None
    at: datetime
    # A picture came with it.
    picture: bool = False


@dataclass(frozen=True, kw_only=True)
class Pending:
    """What waits for the bot in one conversation, in order, with the owner and epoch of the same moment."""

    owner: Owner
    epoch: int
    channel: str
    messages: tuple[PendingMessage, ...]
    caller_phone: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A wish for a human, on its way to the store."""

    reason: HandoffReason
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class HandoffMark:
    """A stored wish for a human. `seq` is the last message at that time; the queue works these off."""

    id: int
    conversation_id: str
    reason: HandoffReason
    note: str
    seq: int
    at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class HandoffRequest:
    """A call for a person. `skill` "" is everybody's; `priority` None: as the reason says.

    `detail` is JSON for the seat and for replay: score, emotion, facts. No names, numbers or addresses.
    """

    reason: HandoffReason
    note: str = ""
    skill: str = ""
    priority: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Effects:
    """What an answer does besides speaking; stored in the same transaction as the answer.

    With `handoff` the conversation waits for a person afterwards, and `close` is not done: who still needs somebody
    is not sent away.
    """

    marks: tuple[Mark, ...] = ()
    rating: int | None = None
    close: bool = False
    handoff: HandoffRequest | None = None


NO_EFFECTS = Effects()

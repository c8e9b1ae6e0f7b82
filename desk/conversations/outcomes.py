"""What became of a message or of an answer that the store took. Frozen; the store makes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from desk.conversations.conversation import Message, Owner, Pending
from desk.conversations.handoff import Turnover


@dataclass(frozen=True, kw_only=True)
class Appended:
    """What became of a citizen's message.

    `new` is False if the message id was stored before; then `message` is the old one and `answered` says whether
    its answer is complete. `pending` is everything unanswered up to now, this message included. `reopened` is set
    if the message called a seat back that had already ended the conversation; hand it to `HandoffService.requested`.
    `told` is what it was answered with at once.
    """

    message: Message
    new: bool
    answered: bool
    pending: Pending
    reopened: Turnover | None = None
    told: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SeatAppended:
    """What became of a seat's message. `new` is False if the message id was stored before; `first` is True with the
    first message of a seat in this handoff."""

    message: Message
    new: bool
    first: bool = False


class AnswerStored(StrEnum):
    """What became of a bot's answer."""

    STORED = "stored"
    OLD_EPOCH = "old_epoch"
    ALREADY_ANSWERED = "already_answered"


@dataclass(frozen=True, kw_only=True)
class AnswerResult:
    """`messages` are the stored replies; empty unless `stored` is STORED. `turnover` is set if the answer called a
    person; hand it to `HandoffService.requested`."""

    stored: AnswerStored
    owner: Owner
    epoch: int
    messages: tuple[Message, ...] = field(default=())
    turnover: Turnover | None = None

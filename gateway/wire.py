"""The protocol's JSON: what comes in (validated) and what goes out. docs/protocol.md is the contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from desk.conversations import (
    ConversationClosed,
    ConversationError,
    ConversationNotFound,
    Message,
    MessageIdTaken,
    NotTheOwner,
    PayloadNotOffered,
    TokenEnded,
    WrongToken,
)
from desk.handoff.errors import CallbackNotFound, HandoffError, OfferGone, QueueUnavailable
from desk.store.storable import storable_json
from gateway import sentences
from gateway.errors import (
    GatewayError,
    MessageKept,
    Refused,
    StillWorking,
    StoreRefused,
    StoreUnavailable,
    TooMany,
)
from gateway.pictures.attachments import BadPicture

MessageId = Annotated[str, Field(min_length=1, max_length=64)]
Comment = Annotated[str, Field(max_length=1000)]
Score = Annotated[int, Field(ge=1, le=5, strict=True)]
# Longer than any payload of ours.
Payload = Annotated[str, Field(min_length=1, max_length=2000)]


AttachmentId = Annotated[str, Field(min_length=1, max_length=120)]


# No conversation comes near; SQL counts in 32 bits.
NUMBER_MAX = 2**31 - 1
Seq = Annotated[int, Field(ge=0, le=NUMBER_MAX)]


def _in_reach(moment: datetime) -> datetime:
    """The calendar ends at both ends: what stands there cannot be told in another zone."""
    if not datetime.min.year < moment.year < datetime.max.year:
        raise ValueError("the calendar ends there")
    return moment


Moment = Annotated[datetime, AfterValidator(_in_reach)]


class CleanBody(BaseModel):
    """What everything is made of that comes in: before anything is checked, its texts are such as can be stored."""

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, value: Any) -> Any:
        return storable_json(value)


class Incoming(CleanBody):
    """Unknown keys are ignored, so that newer pages can talk to older gateways."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class NewConversation(Incoming):
    channel: Literal["web", "api"] = "api"


class NewMessage(Incoming):
    message_id: MessageId
    # The upper bound is a setting; see `check_length`.
    text: str = Field(min_length=1)
    payload: Payload | None = None
    # A picture that was uploaded before.
    attachment: AttachmentId | None = None


class Rating(Incoming):
    score: Score
    comment: Comment | None = None


class Hello(Incoming):
    type: Literal["hello"]
    conversation: str | None = Field(None, max_length=64)
    token: str | None = Field(None, max_length=128)
    after: Seq = 0


class Send(NewMessage):
    type: Literal["send"]


class Rate(Rating):
    type: Literal["rate"]


class Ping(Incoming):
    type: Literal["ping"]


class HangUp(Incoming):
    type: Literal["hang_up"]


class CitizenTyping(Incoming):
    type: Literal["typing"]
    on: bool


class ErrorBody(BaseModel):
    code: str
    text: str
    retryable: bool


class ErrorEnvelope(BaseModel):
    error: ErrorBody


class QuickReplyOut(BaseModel):
    text: str
    payload: str | None


class MessageOut(BaseModel):
    """Only describes the JSON of `message_json` for the API description."""

    model_config = ConfigDict(populate_by_name=True)

    seq: int
    from_: Literal["citizen", "bot", "seat", "system"] = Field(alias="from")
    text: str
    format: Literal["plain", "markdown"]
    speech: str
    kind: str
    quick_replies: list[QuickReplyOut]
    card: dict[str, Any] | None
    author: dict[str, str] | None
    attachment: dict[str, Any] | None
    message_id: str | None
    heard: str | None
    expecting: str | None
    at: str


class ConversationOut(BaseModel):
    id: str
    token: str
    owner: str
    greeting: list[MessageOut]


class AnswerOut(BaseModel):
    seq: int
    replies: list[MessageOut]
    owner: str


class MessagesOut(BaseModel):
    messages: list[MessageOut]
    owner: str
    last_seq: int
    queue: dict[str, Any] | None = None


def message_json(message: Message, author: Mapping[str, str] | None = None) -> dict[str, Any]:
    """`author` is the seat who wrote it, as the reader may know them."""
    card = dict(message.card) if message.card is not None else None
    attachment = card.pop("attachment", None) if card is not None else None
    return {
        "seq": message.seq,
        "from": message.sender.value,
        "text": message.text,
        "format": message.format,
        "speech": message.speech,
        "kind": message.kind,
        "quick_replies": [{"text": q.text, "payload": q.payload} for q in message.quick_replies],
        "card": card or None,
        "author": dict(author) if author else None,
        "attachment": attachment if isinstance(attachment, dict) else None,
        "message_id": message.message_id,
        "heard": message.heard,
        "expecting": message.expecting or None,
        "at": message.at.isoformat(),
    }


def error_json(code: str, text: str, *, retryable: bool) -> dict[str, Any]:
    return {"error": {"code": code, "text": text, "retryable": retryable}}


class Problem(BaseModel):
    """An error as the outside sees it, by HTTP status."""

    model_config = ConfigDict(frozen=True)

    status: int
    code: str
    text: str
    retryable: bool = False
    retry_after_s: int | None = None


CRASHED_PROBLEM = Problem(status=500, code="internal", text=sentences.INTERNAL)


def _wait_words(seconds: int) -> str:
    return f" {seconds} 秒" if seconds < 100 else f" {(seconds + 59) // 60} 分钟"


def problem_of(error: GatewayError | ConversationError | HandoffError | BadPicture) -> Problem:
    """The one place where our errors become status, code and Chinese sentence."""
    match error:
        case WrongToken():
            return Problem(status=401, code="unauthorized", text=sentences.TOKEN_WRONG)
        case TokenEnded():
            return Problem(status=401, code="token_ended", text=sentences.TOKEN_ENDED)
        case ConversationNotFound():
            return Problem(status=404, code="not_found", text=sentences.NOT_FOUND)
        case ConversationClosed():
            return Problem(status=409, code="closed", text=sentences.CLOSED)
        case PayloadNotOffered():
            return Problem(status=422, code="payload_unknown", text=sentences.PAYLOAD_UNKNOWN)
        case NotTheOwner():
            return Problem(status=409, code="not_the_owner", text=sentences.NOT_THE_OWNER)
        case MessageIdTaken():
            return Problem(status=409, code="message_id_taken", text=sentences.MESSAGE_ID_TAKEN)
        case OfferGone():
            return Problem(status=409, code="offer_gone", text=sentences.OFFER_GONE)
        case CallbackNotFound():
            return Problem(status=409, code="callback_gone", text=sentences.CALLBACK_GONE)
        case QueueUnavailable():
            return Problem(
                status=503,
                code="queue_unavailable",
                text=sentences.QUEUE_UNAVAILABLE,
                retryable=True,
                retry_after_s=2,
            )
        case BadPicture():
            status = {"too_large": 413, "no_room": 507, "busy": 503}.get(error.reason, 422)
            return Problem(
                status=status,
                code=error.reason,
                text=sentences.PICTURES[error.reason],
                retryable=error.reason == "busy",
                retry_after_s=5 if error.reason == "busy" else None,
            )
        case Refused():
            return Problem(status=error.status, code=error.code, text=error.text)
        case TooMany():
            wait_s = max(1, int(error.retry_after_s + 0.999))
            texts = {
                "conversations": sentences.TOO_MANY_CONVERSATIONS,
                "pictures": sentences.TOO_MANY_PICTURES,
            }
            words = texts.get(error.scope, sentences.TOO_MANY)
            return Problem(
                status=429,
                code=error.code,
                text=words.format(wait=_wait_words(wait_s)),
                retryable=True,
                retry_after_s=wait_s,
            )
        case MessageKept():
            text = sentences.KEPT
            if error.numbers:
                text = sentences.emergency_text(error.numbers) + text
            return Problem(status=503, code=error.code, text=text, retryable=True, retry_after_s=5)
        case StoreUnavailable():
            return Problem(
                status=503, code=error.code, text=sentences.NOT_STORED, retryable=True, retry_after_s=5
            )
        case StoreRefused():
            return Problem(status=422, code=error.code, text=sentences.NOT_STORABLE)
        case StillWorking():
            return Problem(
                status=503, code=error.code, text=sentences.STILL_WORKING, retryable=True, retry_after_s=2
            )
        case _:
            return CRASHED_PROBLEM


def check_length(text: str, limit: int) -> None:
    """Raises Refused (413, or 422 for nothing but white space)."""
    if len(text) > limit:
        raise Refused(413, "too_long", sentences.TOO_LONG)
    if not text.strip():
        raise Refused(422, "malformed", sentences.MALFORMED)

"""What a console sends over /ws/seat, validated. docs/protocol.md is the contract."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from gateway import sentences
from gateway.errors import Refused
from gateway.wire import Incoming, MessageId, Seq

Id = Annotated[str, Field(min_length=1, max_length=64)]
Text = Annotated[str, Field(min_length=1, max_length=5000)]
Note = Annotated[str, Field(max_length=2000)]
Epoch = Seq


class Frame(Incoming):
    """`id` comes back with `done` or `error`."""

    id: Annotated[str, Field(max_length=64)] | None = None


class SeatHello(Frame):
    type: Literal["hello"]
    csrf: str = Field(max_length=128)
    tab: str = Field("", max_length=64)


class SetStatus(Frame):
    type: Literal["status"]
    status: Literal["ready", "busy", "pause", "offline"]
    reason: str = Field("", max_length=100)


class Heartbeat(Frame):
    type: Literal["heartbeat"]


class Accept(Frame):
    type: Literal["accept"]
    handoff: Id


class Decline(Frame):
    type: Literal["decline"]
    handoff: Id
    reason: str = Field("", max_length=200)


class Open(Frame):
    type: Literal["open"]
    conversation: Id
    after: Seq = 0


class CloseView(Frame):
    type: Literal["close_view"]
    conversation: Id


class SeatSend(Frame):
    type: Literal["send"]
    conversation: Id
    epoch: Epoch
    message_id: MessageId
    text: str = Field("", max_length=5000)
    attachment: str | None = Field(None, max_length=120)


class Typing(Frame):
    type: Literal["typing"]
    conversation: Id
    on: bool


class Whisper(Frame):
    type: Literal["whisper"]
    conversation: Id
    text: Text


class Transfer(Frame):
    type: Literal["transfer"]
    conversation: Id
    epoch: Epoch
    skill: str | None = Field(None, max_length=32)
    seat: str | None = Field(None, max_length=64)
    note: Note = ""


class PullIn(Frame):
    type: Literal["pull_in"]
    conversation: Id
    lead: str | None = Field(None, max_length=64)


class CallIn(Frame):
    type: Literal["call_in"]
    conversation: Id
    epoch: Epoch
    seat: str | None = Field(None, max_length=64)
    skill: str | None = Field(None, max_length=32)
    note: Note = ""


class Join(Frame):
    type: Literal["join"]
    conversation: Id
    invitation: Id


class Refuse(Frame):
    type: Literal["refuse"]
    conversation: Id
    invitation: Id


class LeaveCall(Frame):
    type: Literal["leave_call"]
    conversation: Id


class TakeOver(Frame):
    type: Literal["take_over"]
    conversation: Id
    epoch: Epoch


class ToBot(Frame):
    type: Literal["to_bot"]
    conversation: Id
    epoch: Epoch
    note: Note = ""


class End(Frame):
    type: Literal["end"]
    conversation: Id
    epoch: Epoch


class Wrap(Frame):
    type: Literal["wrap"]
    conversation: Id
    outcome: str = Field(min_length=1, max_length=64)
    tags: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=20)
    note: Note = ""
    # Of the outcome `callback`: another number than the one that is known, and when to call.
    phone: str = Field("", max_length=40)
    wish: str = Field("", max_length=200)


Acting = (
    SetStatus | Accept | Decline | Open | CloseView | SeatSend | Typing | Whisper | Transfer | PullIn | CallIn | Join
    | Refuse | LeaveCall | TakeOver | ToBot | End | Wrap
)  # fmt: skip
AnyFrame = Annotated[Heartbeat | Acting, Field(discriminator="type")]
_FRAMES: TypeAdapter[Any] = TypeAdapter(AnyFrame)


def read_frame(body: object) -> Heartbeat | Acting:
    """Raises Refused (422)."""
    try:
        frame: Heartbeat | Acting = _FRAMES.validate_python(body)
    except ValidationError as error:
        raise Refused(422, "malformed", sentences.MALFORMED) from error
    return frame

"""What a page sends over `/ws/call` besides audio, validated. docs/protocol.md is the contract."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from gateway import sentences
from gateway.errors import Refused
from gateway.wire import HangUp, Incoming, Ping


class CallHello(Incoming):
    """No conversation: a new one begins."""

    type: Literal["hello"]
    conversation: str | None = Field(None, max_length=64)
    token: str | None = Field(None, max_length=128)


class Mute(Incoming):
    type: Literal["mute"]
    on: bool


class PressKey(Incoming):
    type: Literal["key"]
    key: Annotated[str, Field(pattern=r"^[0-9*#]$")]


CallFrame = Mute | PressKey | HangUp | Ping
_FRAMES: TypeAdapter[CallFrame] = TypeAdapter(Annotated[CallFrame, Field(discriminator="type")])


def read_call_frame(body: object) -> CallFrame:
    """Raises Refused (422)."""
    try:
        return _FRAMES.validate_python(body)
    except ValidationError as error:
        raise Refused(422, "malformed", sentences.MALFORMED) from error

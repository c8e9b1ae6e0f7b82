"""What a page sends over `/ws/call` besides audio, validated. docs/protocol.md is the contract."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from gateway import sentences
from gateway.errors import Refused
from gateway.wire import Incoming, Ping

# Both ways 16-bit little-endian mono.
RATE_HZ = 16000
BYTES_PER_S = 2 * RATE_HZ
# 200 ms; pages send 20.
MAX_AUDIO_BYTES = BYTES_PER_S // 5


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


class HangUp(Incoming):
    type: Literal["hang_up"]


CallFrame = Mute | PressKey | HangUp | Ping
_FRAMES: TypeAdapter[CallFrame] = TypeAdapter(Annotated[CallFrame, Field(discriminator="type")])


def read_call_frame(body: object) -> CallFrame:
    """Raises Refused (422)."""
    try:
        return _FRAMES.validate_python(body)
    except ValidationError as error:
        raise Refused(422, "malformed", sentences.MALFORMED) from error


def is_audio(pcm: bytes) -> bool:
    """Whole samples, at least one, not too many."""
    return 0 < len(pcm) <= MAX_AUDIO_BYTES and len(pcm) % 2 == 0

"""What travels between the two ends of a talk: audio, or a word about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

# 16-bit little-endian mono on the way, whatever the line has.
RATE_HZ = 16000
FRAME_BYTES = 2 * RATE_HZ // 50
_AUDIO, _WORD = b"a", b"w"


class Side(StrEnum):
    CALLER = "caller"
    SEAT = "seat"

    @property
    def other(self) -> Side:
        return Side.SEAT if self is Side.CALLER else Side.CALLER


@dataclass(frozen=True, kw_only=True)
class Sound:
    pcm: bytes


@dataclass(frozen=True, kw_only=True)
class Here:
    """Said every second by an end that is there; the other counts it as gone soon after the last.

    `line`: the caller's is `phone` or `browser`. `hold`: the seat has put the caller on hold.
    """

    line: str = ""
    hold: bool = False


@dataclass(frozen=True, kw_only=True)
class Gone:
    """This end has hung up."""


@dataclass(frozen=True, kw_only=True)
class EndCall:
    """The seat ends the whole call, not only his part in it."""


Packet = Sound | Here | Gone | EndCall


def encode(packet: Packet) -> bytes:
    match packet:
        case Sound():
            return _AUDIO + packet.pcm
        case Here():
            return _WORD + orjson.dumps({"type": "here", "line": packet.line, "hold": packet.hold})
        case Gone():
            return _WORD + b'{"type":"gone"}'
        case EndCall():
            return _WORD + b'{"type":"end_call"}'


def decode(data: bytes) -> Packet | None:
    """None for what is no packet that we know."""
    kind, body = data[:1], data[1:]
    if kind == _AUDIO:
        return Sound(pcm=body) if body and len(body) % 2 == 0 else None
    if kind != _WORD:
        return None
    try:
        word: dict[str, Any] = orjson.loads(body)
        match word["type"]:
            case "here":
                return Here(line=str(word["line"]), hold=bool(word["hold"]))
            case "gone":
                return Gone()
            case "end_call":
                return EndCall()
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return None

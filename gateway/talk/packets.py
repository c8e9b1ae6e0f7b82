"""What travels between the ends of a talk: audio, or a word about it. Pure.

The caller's end hears every seat who is in and sends to each of them; a seat's end knows only the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

# 16-bit little-endian mono on the way, whatever the line has.
RATE_HZ = 16000
FRAME_BYTES = 2 * RATE_HZ // 50
_AUDIO, _WORD = b"a", b"w"
# The name of the caller's end; that of a seat's is their user id.
CALLER = "caller"


@dataclass(frozen=True, kw_only=True)
class Sound:
    """`end`: who speaks; what the caller's end sends to a seat is everybody but that seat."""

    end: str
    pcm: bytes


@dataclass(frozen=True, kw_only=True)
class Here:
    """Said every second by an end that is there; the other counts it as gone soon after the last.

    `line`: the caller's is `phone` or `browser`. `hold`: the seat has put the caller on hold.
    """

    end: str
    line: str = ""
    hold: bool = False


@dataclass(frozen=True, kw_only=True)
class Gone:
    """This end has hung up."""

    end: str


@dataclass(frozen=True, kw_only=True)
class EndCall:
    """The seat ends the whole call, not only their part in it."""


Packet = Sound | Here | Gone | EndCall


def encode(packet: Packet) -> bytes:
    match packet:
        case Sound():
            name = packet.end.encode()
            return _AUDIO + bytes([len(name)]) + name + packet.pcm
        case Here():
            word = {"type": "here", "end": packet.end, "line": packet.line, "hold": packet.hold}
            return _WORD + orjson.dumps(word)
        case Gone():
            return _WORD + orjson.dumps({"type": "gone", "end": packet.end})
        case EndCall():
            return _WORD + b'{"type":"end_call"}'


def decode(data: bytes) -> Packet | None:
    """None for what is no packet that we know."""
    kind, body = data[:1], data[1:]
    if kind == _AUDIO:
        return _sound(body)
    if kind != _WORD:
        return None
    try:
        word: dict[str, Any] = orjson.loads(body)
        match word["type"]:
            case "here":
                return Here(end=str(word["end"]), line=str(word["line"]), hold=bool(word["hold"]))
            case "gone":
                return Gone(end=str(word["end"]))
            case "end_call":
                return EndCall()
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return None


def _sound(body: bytes) -> Sound | None:
    if not body:
        return None
    name, pcm = body[1 : 1 + body[0]], body[1 + body[0] :]
    if len(name) < body[0] or not pcm or len(pcm) % 2:
        return None
    try:
        return Sound(end=name.decode(), pcm=pcm)
    except UnicodeDecodeError:
        return None

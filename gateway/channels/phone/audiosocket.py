"""AudioSocket's framing. Pure: bytes in, frames out, and back; no socket, no clock.

A frame is one byte of type, two bytes of payload length (unsigned, big-endian), and the payload. Asterisk connects to
us and sends the call's UUID first, in 16 bytes; other exchanges write it as text, or send sound before it. Samples are 16-bit little-endian mono PCM. Newer Asterisk versions know more types
than older ones, so a type that we do not know is skipped, never an error.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import IntEnum

from gateway.voice.line import FRAME_S, Audio, Key

HEADER_BYTES = 3
DEFAULT_RATE_HZ = 8000


class Kind(IntEnum):
    TERMINATE = 0x00
    UUID = 0x01
    DTMF = 0x03
    AUDIO_8K = 0x10
    AUDIO_12K = 0x11
    AUDIO_16K = 0x12
    AUDIO_24K = 0x13
    AUDIO_32K = 0x14
    AUDIO_44K = 0x15
    AUDIO_48K = 0x16
    AUDIO_96K = 0x17
    AUDIO_192K = 0x18
    ERROR = 0xFF


RATES_HZ = {
    Kind.AUDIO_8K: 8000,
    Kind.AUDIO_12K: 12000,
    Kind.AUDIO_16K: 16000,
    Kind.AUDIO_24K: 24000,
    Kind.AUDIO_32K: 32000,
    Kind.AUDIO_44K: 44100,
    Kind.AUDIO_48K: 48000,
    Kind.AUDIO_96K: 96000,
    Kind.AUDIO_192K: 192000,
}
# By the bare byte: nearly every frame is looked up here.
_RATES_HZ = {int(kind): rate_hz for kind, rate_hz in RATES_HZ.items()}
_KINDS = {rate_hz: int(kind) for kind, rate_hz in RATES_HZ.items()}
_UUID_BYTES = 16
# Type and length of what a call begins with; some exchanges write the UUID as text, with its hyphens or without.
_FIRST = frozenset({(Kind.UUID, _UUID_BYTES), (Kind.UUID, 36), (Kind.UUID, 32), (Kind.TERMINATE, 0)})
_KEYS = frozenset("0123456789*#ABCD")


class FramingError(Exception):
    """The peer does not speak AudioSocket: the connection is of no use."""


@dataclass(frozen=True, kw_only=True)
class CallId:
    """The first frame, or behind the first sound."""

    id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Terminate:
    """The other side hangs up; the connection ends after it."""


@dataclass(frozen=True, kw_only=True)
class PeerError:
    """Asterisk reports an error; the meaning of the code is its application's."""

    code: int | None


Frame = CallId | Audio | Key | Terminate | PeerError


class Decoder:
    """Feed what the socket gives, in any pieces. `skipped` counts frames of unknown type or senseless content, `odd` those
    of audio that end in half a sample."""

    def __init__(self) -> None:
        self.skipped = 0
        self.odd = 0
        self._rest = bytearray()
        self._identified = False

    def feed(self, data: bytes) -> list[Frame]:
        """
        Raises:
            FramingError: what comes first is no call's UUID.
        """
        self._rest += data
        frames: list[Frame] = []
        while len(self._rest) >= HEADER_BYTES:
            if not self._identified:
                self._expect_uuid()
            length = int.from_bytes(self._rest[1:HEADER_BYTES], "big")
            if len(self._rest) < HEADER_BYTES + length:
                break
            payload = bytes(self._rest[HEADER_BYTES : HEADER_BYTES + length])
            frame = self._frame(self._rest[0], payload)
            del self._rest[: HEADER_BYTES + length]
            if frame is None:
                self.skipped += 1
            else:
                frames.append(frame)
        return frames

    def _expect_uuid(self) -> None:
        """Told at the header, so that a port scanner is not waited for. Terminate may come from a health check, and some
        exchanges send the first sound before the call id."""
        kind, length = self._rest[0], int.from_bytes(self._rest[1:HEADER_BYTES], "big")
        if kind in RATES_HZ:
            if length == 0 or length % frame_bytes(RATES_HZ[Kind(kind)]):
                raise FramingError("the first frame is no call id")
            return
        if (kind, length) not in _FIRST:
            raise FramingError("the first frame is no call id")
        self._identified = True

    def _frame(self, kind: int, payload: bytes) -> Frame | None:
        rate_hz = _RATES_HZ.get(kind)
        if rate_hz is not None:
            # Half a sample at the end is left out; the others are still sound.
            if len(payload) % 2:
                self.odd += 1
                payload = payload[:-1]
            return Audio(pcm=payload, rate_hz=rate_hz) if payload else None
        match kind:
            case Kind.TERMINATE:
                return Terminate()
            case Kind.UUID:
                return _call_id(payload)
            case Kind.DTMF:
                digit = payload.decode("latin-1").upper()
                return Key(digit=digit) if len(payload) == 1 and digit in _KEYS else None
            case Kind.ERROR:
                return PeerError(code=int.from_bytes(payload, "big") if payload else None)
            case _:
                return None


def _call_id(payload: bytes) -> CallId | None:
    if len(payload) == _UUID_BYTES:
        return CallId(id=uuid.UUID(bytes=payload))
    try:
        return CallId(id=uuid.UUID(payload.decode("ascii")))
    except ValueError:
        return None


def conversation_of(call_id: uuid.UUID) -> str:
    """The id of a call's conversation: whoever knows the call in Asterisk finds what was said."""
    return f"c{call_id.hex[:24]}"


def encode_call_id(call_id: uuid.UUID) -> bytes:
    return _encode(Kind.UUID, call_id.bytes)


def encode_key(digit: str) -> bytes:
    return _encode(Kind.DTMF, digit.encode("ascii"))


def encode_audio(pcm: bytes, rate_hz: int = DEFAULT_RATE_HZ) -> bytes:
    """
    Raises:
        ValueError: a rate that AudioSocket does not have, an odd number of bytes, or more than a frame can hold.
    """
    if rate_hz not in _KINDS:
        raise ValueError(f"AudioSocket has no audio of {rate_hz} Hz")
    if len(pcm) % 2:
        raise ValueError("half a sample")
    return _encode(_KINDS[rate_hz], pcm)


def encode_terminate() -> bytes:
    return _encode(Kind.TERMINATE, b"")


def encode_error(code: int) -> bytes:
    return _encode(Kind.ERROR, bytes([code]))


def frame_bytes(rate_hz: int) -> int:
    """Bytes of 20 ms."""
    return 2 * round(rate_hz * FRAME_S)


def _encode(kind: int, payload: bytes) -> bytes:
    if len(payload) > 0xFFFF:
        raise ValueError("longer than a frame can hold")
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload

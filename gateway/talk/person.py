"""The caller's end of a talk with a seat: part of his call, whatever line he has.

While a seat owns the conversation, what the caller says goes to the seat's browser and what the seat says is mixed into
what the caller hears. The call goes on listening: the caller's words are written into the conversation all the time.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from desk.conversations import Owner
from gateway.hub import Hub
from gateway.talk.captions import CallerCaptions
from gateway.talk.hold_tone import HoldTone
from gateway.talk.packets import RATE_HZ, EndCall, Gone, Here, Packet, Side, Sound
from gateway.talk.relay import Leg, TalkRelay
from gateway.tts.pcm import Resampler

# An end that has said nothing for so long is gone.
GONE_S = 4.0
HERE_EVERY_S = 1.0
# Consoles learn of the call from these; one that opens the conversation does so within this time.
TELL_EVERY_S = 2.0
# Of the seat's audio: begin when so much has come; the oldest gives way beyond the other.
STOCK_S, MOST_S = 0.06, 0.4
FRAME_S = 0.02


class Person(Protocol):
    """What a call tells whoever takes it over from the bot. Nothing may wait, nothing may raise."""

    def begin(self, rate_hz: int, hang_up: Callable[[], None]) -> None:
        """The conversation exists and the line is open; `hang_up` ends the call."""

    def owner(self, owner: Owner) -> None:
        """Whose the conversation is now."""

    def heard(self, pcm: bytes) -> None:
        """16-bit mono PCM that has just come from the caller."""

    def next_frame(self) -> bytes | None:
        """20 ms for the caller at the line's rate; None: silence. Called every 20 ms."""

    def end(self) -> None:
        """The call is over."""


class NobodyElse:
    def begin(self, rate_hz: int, hang_up: Callable[[], None]) -> None:
        return

    def owner(self, owner: Owner) -> None:
        return

    def heard(self, pcm: bytes) -> None:
        return

    def next_frame(self) -> bytes | None:
        return None

    def end(self) -> None:
        return


NOBODY_ELSE = NobodyElse()


class SeatOnLine:
    """A `Person`: the seat that owns the conversation, wherever he is."""

    def __init__(
        self,
        relay: TalkRelay,
        hub: Hub,
        conversation: Callable[[], str],
        line: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`conversation` is asked for its id once the call has begun; `line`: `phone` or `browser`."""
        self._relay = relay
        self._hub = hub
        self._conversation = conversation
        self._line = line
        self._clock = clock
        self._owner = Owner.BOT
        self._leg: Leg | None = None
        self._hang_up: Callable[[], None] = lambda: None
        self._stock: deque[bytes] = deque()
        self._stock_bytes = 0
        self._playing = False
        self._hold = False
        self._seat_at = -1e9
        self._said_at = self._told_at = -1e9
        self._captions = CallerCaptions()

    def see(self, step: object) -> None:
        """Every step of the call (gateway.voice.call.Step): what the caller says is shown to the seat while he says it."""
        self._caption(self._captions.see(step, self._clock()))

    def begin(self, rate_hz: int, hang_up: Callable[[], None]) -> None:
        self._hang_up = hang_up
        self._to_wire = Resampler(rate_hz, RATE_HZ)
        self._from_wire = Resampler(RATE_HZ, rate_hz)
        self._bytes_per_s = 2 * rate_hz
        self._frame_bytes = 2 * round(rate_hz * FRAME_S)
        self._tone = HoldTone(rate_hz)

    def owner(self, owner: Owner) -> None:
        before, self._owner = self._owner, owner
        if owner is Owner.SEAT and self._leg is None:
            self._leg = self._relay.join(self._conversation(), Side.CALLER, self._receive)
            self._said_at = -1e9
        elif owner is not Owner.SEAT:
            self._close()
        if (before is Owner.BOT) != (owner is Owner.BOT):
            self._tell(on=owner is not Owner.BOT)

    def heard(self, pcm: bytes) -> None:
        if self._leg is not None and self._seat_here and not self._hold:
            wire = self._to_wire.feed(pcm)
            if wire:
                self._leg.send(Sound(pcm=wire))

    def next_frame(self) -> bytes | None:
        now = self._clock()
        self._caption(self._captions.due(now))
        if self._owner is not Owner.BOT and now - self._told_at >= TELL_EVERY_S:
            self._tell(on=True)
        if self._leg is None:
            return None
        if now - self._said_at >= HERE_EVERY_S:
            self._said_at = now
            self._leg.send(Here(line=self._line))
        if not self._seat_here:
            return None
        return self._tone.next(self._frame_bytes) if self._hold else self._next_of_stock()

    def end(self) -> None:
        self._close()
        if self._owner is not Owner.BOT:
            self._tell(on=False)

    @property
    def _seat_here(self) -> bool:
        return self._clock() - self._seat_at < GONE_S

    def _receive(self, packet: Packet) -> None:
        match packet:
            case Sound():
                if self._seat_here and not self._hold:
                    self._put(self._from_wire.feed(packet.pcm))
            case Here():
                self._seat_at = self._clock()
                if packet.hold != self._hold:
                    self._hold = packet.hold
                    self._drop()
                    self._tone.rewind()
            case Gone():
                self._seat_at = -1e9
                self._hold = False
                self._drop()
            case EndCall():
                self._hang_up()

    def _put(self, pcm: bytes) -> None:
        self._stock.append(pcm)
        self._stock_bytes += len(pcm)
        while self._stock_bytes > MOST_S * self._bytes_per_s:
            self._stock_bytes -= len(self._stock.popleft())

    def _next_of_stock(self) -> bytes | None:
        if not self._playing:
            if self._stock_bytes < STOCK_S * self._bytes_per_s:
                return None
            self._playing = True
        frame = bytearray()
        while self._stock and len(frame) < self._frame_bytes:
            piece = self._stock.popleft()
            need = self._frame_bytes - len(frame)
            frame += piece[:need]
            if len(piece) > need:
                self._stock.appendleft(piece[need:])
        self._stock_bytes -= len(frame)
        if not frame:
            self._playing = False
            return None
        return bytes(frame.ljust(self._frame_bytes, b"\0"))

    def _drop(self) -> None:
        self._stock.clear()
        self._stock_bytes = 0
        self._playing = False

    def _close(self) -> None:
        if self._leg is not None:
            self._leg.send(Gone())
            self._leg.leave()
            self._leg = None
        self._seat_at = -1e9
        self._hold = False
        self._drop()

    def _caption(self, frame: dict[str, Any] | None) -> None:
        if frame is not None and self._owner is Owner.SEAT:
            self._hub.publish(self._conversation(), frame)

    def _tell(self, *, on: bool) -> None:
        self._told_at = self._clock()
        event: dict[str, Any] = {"type": "call", "on": on, "line": self._line}
        self._hub.publish(self._conversation(), event)


def mixed(one: bytes | None, other: bytes | None) -> bytes | None:
    """Both at once, of 16-bit PCM of the same length; too loud is clipped."""
    if one is None or other is None:
        return one if other is None else other
    total = np.frombuffer(one, "<i2").astype("<i4") + np.frombuffer(other, "<i2")
    pcm: bytes = np.clip(total, -32768, 32767).astype("<i2").tobytes()
    return pcm

"""The caller's end of a talk: part of their call, whatever line they have.

While a seat owns the conversation, what the caller says goes to the seat's browser and what the seat says is mixed into
what the caller hears. Where a second seat was called in (三方通话) this end has all voices and the clock, so it mixes for
everybody. The call goes on listening: the caller's words are written into the conversation all the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from desk.conversations import Owner
from gateway.audio.hold_tone import HoldTone
from gateway.audio.mixing import VoiceStock, mixed, others
from gateway.audio.pcm import Resampler
from gateway.feed.hub import Hub
from gateway.talk.captions import CallerCaptions
from gateway.talk.packets import CALLER, FRAME_BYTES, RATE_HZ, EndCall, Gone, Here, Packet, Sound
from gateway.talk.relay import Leg, TalkRelay

# An end that has said nothing for so long is gone.
GONE_S = 4.0
HERE_EVERY_S = 1.0
# Consoles learn of the call from these; one that opens the conversation does so within this time.
TELL_EVERY_S = 2.0
FRAME_S = 0.02


class _SeatEnd:
    """One seat who may be in the talk."""

    def __init__(self, rate_hz: int) -> None:
        self.here_at = -1e9
        self.hold = False
        self._from_wire = Resampler(RATE_HZ, rate_hz)
        # For the caller, at their line's rate; and for the other seat, who is sent to at the wire's.
        self.for_caller = VoiceStock(rate_hz, 2 * round(rate_hz * FRAME_S))
        self.for_others = VoiceStock(RATE_HZ, FRAME_BYTES)

    def put(self, pcm: bytes, *, alone: bool) -> None:
        line = self._from_wire.feed(pcm)
        if line:
            self.for_caller.put(line)
        if not alone:
            self.for_others.put(pcm)

    def drop(self) -> None:
        self.for_caller.drop()
        self.for_others.drop()


class SeatOnLine:
    """A `gateway.voice.person.Person`: the seat that owns the conversation, wherever they are, and the one whom they have called in."""

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
        self._ends: dict[str, _SeatEnd] = {}
        # The caller's voice; it waits only where there are several to be mixed.
        self._own = VoiceStock(RATE_HZ, FRAME_BYTES)
        self._said_at = self._told_at = -1e9
        self._captions = CallerCaptions()

    def see(self, step: object) -> None:
        """Every step of the call (gateway.voice.call.Step): what the caller says is shown to the seat while they say it."""
        self._caption(self._captions.see(step, self._clock()))

    def begin(self, rate_hz: int, hang_up: Callable[[], None]) -> None:
        self._hang_up = hang_up
        self._to_wire = Resampler(rate_hz, RATE_HZ)
        self._rate_hz = rate_hz
        self._frame_bytes = 2 * round(rate_hz * FRAME_S)
        self._tone = HoldTone(rate_hz)

    def owner(self, owner: Owner) -> None:
        before, self._owner = self._owner, owner
        if owner is Owner.SEAT and self._leg is None:
            self._leg = self._relay.join(self._conversation(), CALLER, self._receive)
            self._said_at = -1e9
        elif owner is not Owner.SEAT:
            self._close()
        if (before is Owner.BOT) != (owner is Owner.BOT):
            self._tell(on=owner is not Owner.BOT)

    def heard(self, pcm: bytes) -> None:
        seats = self._seats()
        if self._leg is None or not seats or self._hold:
            return
        wire = self._to_wire.feed(pcm)
        if not wire:
            return
        if len(seats) == 1:
            # Nobody to wait for.
            self._leg.send(Sound(end=CALLER, pcm=wire), to=seats[0])
        else:
            self._own.put(wire)

    def next_frame(self) -> bytes | None:
        now = self._clock()
        self._caption(self._captions.due(now))
        if self._owner is not Owner.BOT and now - self._told_at >= TELL_EVERY_S:
            self._tell(on=True)
        if self._leg is None:
            return None
        if now - self._said_at >= HERE_EVERY_S:
            self._said_at = now
            for end in self._ends:
                self._leg.send(Here(end=CALLER, line=self._line), to=end)
        seats = self._seats()
        if not seats:
            return None
        if self._hold:
            return self._tone.next(self._frame_bytes)
        if len(seats) > 1:
            self._mix_for(seats, self._leg)
        return mixed(*(self._ends[end].for_caller.next() for end in seats))

    def _mix_for(self, seats: list[str], leg: Leg) -> None:
        voices = {CALLER: self._own.next()}
        voices |= {end: self._ends[end].for_others.next() for end in seats}
        heard = others(voices)
        for end in seats:
            pcm = heard[end]
            if pcm is not None:
                leg.send(Sound(end=CALLER, pcm=pcm), to=end)

    def end(self) -> None:
        self._close()
        if self._owner is not Owner.BOT:
            self._tell(on=False)

    @property
    def _hold(self) -> bool:
        return any(self._ends[end].hold for end in self._seats())

    def _seats(self) -> list[str]:
        """Those who are there now."""
        now = self._clock()
        return [end for end, seat in self._ends.items() if now - seat.here_at < GONE_S]

    def _receive(self, packet: Packet) -> None:
        match packet:
            case Sound():
                seats = self._seats()
                if packet.end in seats and not self._hold:
                    self._ends[packet.end].put(packet.pcm, alone=len(seats) == 1)
            case Here():
                self._here(packet)
            case Gone():
                before = self._hold
                if self._ends.pop(packet.end, None) is not None and (before or len(self._seats()) < 2):
                    # What waited to be mixed is late where nothing is mixed any more.
                    self._own.drop()
                    for seat in self._ends.values():
                        seat.for_others.drop()
            case EndCall():
                self._hang_up()

    def _here(self, packet: Here) -> None:
        before = self._hold
        if packet.end not in self._seats():
            self._ends[packet.end] = _SeatEnd(self._rate_hz)
            # They need not wait for our next word.
            self._said_at = -1e9
        seat = self._ends[packet.end]
        seat.here_at, seat.hold = self._clock(), packet.hold
        if self._hold != before:
            self._quiet()
            self._tone.rewind()

    def _quiet(self) -> None:
        for seat in self._ends.values():
            seat.drop()
        self._own.drop()

    def _close(self) -> None:
        if self._leg is not None:
            for end in self._ends:
                self._leg.send(Gone(end=CALLER), to=end)
            self._leg.leave()
            self._leg = None
            self._quiet()
        self._ends.clear()

    def _caption(self, frame: dict[str, Any] | None) -> None:
        if frame is not None and self._owner is Owner.SEAT:
            self._hub.publish(self._conversation(), frame)

    def _tell(self, *, on: bool) -> None:
        self._told_at = self._clock()
        event: dict[str, Any] = {"type": "call", "on": on, "line": self._line}
        self._hub.publish(self._conversation(), event)

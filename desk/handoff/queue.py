"""The queue on Redis: who waits, what is offered to whom, which seats are there.

It orders and offers; it owns nobody. Losing it all costs a second, until `tick` has rebuilt it from SQL. Keys:
desk/store/redis_keys.py; steps: scripts.py.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from desk.handoff import scripts
from desk.handoff.entry import Entry, Lease, Offer
from desk.handoff.errors import QueueUnavailable
from desk.handoff.seat import SeatState, SeatStatus, SeatView
from desk.store.redis_keys import DISPATCHER_TTL_S, desk_key
from desk.store.redis_trouble import RedisTrouble, Verdict, trouble_of

_log = logging.getLogger(__name__)
T = TypeVar("T")

# A claim whose process died is offered to the next seat after this; longer than a database may take to answer.
CLAIM = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything at one moment. Keys of entries, offers, refusals and leases are conversation ids."""

    version: int = 0
    entries: Mapping[str, Entry] = field(default_factory=dict)
    offers: Mapping[str, Offer] = field(default_factory=dict)
    refusals: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    seats: Mapping[str, SeatState] = field(default_factory=dict)
    presence: Mapping[str, datetime] = field(default_factory=dict)
    leases: Mapping[str, Lease] = field(default_factory=dict)
    taken: Mapping[str, datetime] = field(default_factory=dict)

    def views(self, now: datetime, lost_s: float) -> tuple[SeatView, ...]:
        """The seats with what they have in hand; present are those heard of in the last `lost_s` seconds."""
        chats: dict[str, int] = {}
        calls: dict[str, int] = {}
        offered: dict[str, int] = {}
        for lease in self.leases.values():
            kind = calls if lease.call else chats
            kind[lease.seat_id] = kind.get(lease.seat_id, 0) + 1
        for offer in self.offers.values():
            offered[offer.seat_id] = offered.get(offer.seat_id, 0) + 1
        lost_at = now - timedelta(seconds=lost_s)
        views = []
        for seat_id, state in sorted(self.seats.items()):
            beat, taken = self.presence.get(seat_id), self.taken.get(seat_id)
            views.append(
                SeatView(
                    state=state,
                    present=beat is not None and beat > lost_at,
                    chats=chats.get(seat_id, 0),
                    calls=calls.get(seat_id, 0),
                    offered=offered.get(seat_id, 0),
                    idle_since=state.since if taken is None else max(taken, state.since),
                )
            )
        return tuple(views)


class Queue(Protocol):
    """What the service needs of a queue. Every method is one atomic step and raises QueueUnavailable.

    Steps that carry an epoch change nothing that is younger, so they may come late, twice, or in any order.
    """

    async def put(self, entry: Entry, now: datetime, avoid: Collection[str] = ()) -> None:
        """Add, or replace an older spell or the same one (its offer stays); out of the hands that had it before. `avoid`:
        seats to be asked last."""

    async def take_out(self, conversation_id: str, epoch: int) -> Offer | None:
        """Remove what waited, or was in a seat's hands, before `epoch`; the open offer comes back."""

    async def claim(self, conversation_id: str, handoff_id: str, seat_id: str, now: datetime) -> bool:
        """The seat accepts: the offer is held for it (for CLAIM) until SQL has confirmed. False: not its offer."""

    async def lease(self, lease: Lease, now: datetime) -> Offer | None:
        """SQL says that it is the seat's: out of the queue, into its hands. The open offer comes back."""

    async def decline(self, conversation_id: str, handoff_id: str, seat_id: str, now: datetime) -> bool:
        """False if it was not offered to this seat (any more)."""

    async def expire(self, now: datetime) -> list[Offer]:
        """Take back offers whose time is over; each comes back to one caller only."""

    async def withdraw(self, seat_id: str) -> list[Offer]:
        """Take back all open offers of a seat."""

    async def set_seat(self, state: SeatState, now: datetime) -> None:
        """Counts as a heartbeat."""

    async def heartbeats(self, seat_ids: Collection[str], now: datetime) -> set[str]:
        """Those whose state is unknown come back."""

    async def lost(self, now: datetime, lost_s: float, serving: Collection[str]) -> list[str]:
        """Seats silent for `lost_s` seconds. `serving` are those that have conversations by SQL: unknown ones count
        as heard of now. After a time in which nobody called this, everybody counts as heard of now."""

    async def forget(self, seat_id: str, last_beat: datetime) -> bool:
        """Remove a seat unless it was heard of after `last_beat`."""

    async def snapshot(self) -> Snapshot: ...

    async def mend(self, before: Snapshot, waiting: Iterable[Entry], leases: Iterable[Lease]) -> list[Offer]:
        """Make the queue what SQL says. `before` was taken before SQL was read. Offers of ghosts come back."""

    async def take_turn(self, for_s: float) -> bool:
        """Whether nobody else has taken the turn at keeping the queue in the last `for_s` seconds (of real time)."""

    async def begin(self) -> tuple[int, Snapshot] | None:
        """Become the dispatcher; the fence number and everything as it is now, or None while somebody else is."""

    async def commit(
        self, fence: int, offers: Sequence[Offer], before: Snapshot, lost_at: datetime
    ) -> list[Offer]:
        """Make offers, each if its entry (as in `before`) still waits unoffered and its seat has room and was heard
        of after `lost_at`. The made ones come back; none if `fence` is no longer the dispatcher's."""

    async def unlock(self, fence: int, version: int, *, force: bool = False) -> bool:
        """False: something changed since the snapshot `version`, so look again; still locked then, unless forced."""


class HandoffQueue:
    """The queue on a real Redis. Share one a process. The client should have short time-outs and no retries."""

    def __init__(self, client: Redis[Any]) -> None:  # type: ignore[type-arg, unused-ignore]
        self._client = client
        self._keys = [desk_key(name) for name in scripts.KEY_NAMES]
        self._scripts: dict[str, Any] = {}
        self._trouble = RedisTrouble()

    async def put(self, entry: Entry, now: datetime, avoid: Collection[str] = ()) -> None:
        raw = encode_entry(entry)
        await self._eval(scripts.PUT, entry.conversation_id, entry.epoch, raw, _ms(now), *avoid)

    async def take_out(self, conversation_id: str, epoch: int) -> Offer | None:
        raw = await self._eval(scripts.TAKE_OUT, conversation_id, epoch)
        return decode_offer(conversation_id, raw) if raw else None

    async def claim(self, conversation_id: str, handoff_id: str, seat_id: str, now: datetime) -> bool:
        until = _ms(now + CLAIM)
        return bool(await self._eval(scripts.CLAIM, conversation_id, handoff_id, seat_id, until))

    async def lease(self, lease: Lease, now: datetime) -> Offer | None:
        conversation_id = lease.conversation_id
        raw = await self._eval(
            scripts.LEASE, conversation_id, lease.epoch, encode_lease(lease), lease.seat_id, _ms(now)
        )
        return decode_offer(conversation_id, raw) if raw else None

    async def decline(self, conversation_id: str, handoff_id: str, seat_id: str, now: datetime) -> bool:
        return bool(await self._eval(scripts.DECLINE, conversation_id, handoff_id, seat_id, _ms(now)))

    async def expire(self, now: datetime) -> list[Offer]:
        return _offers(await self._eval(scripts.EXPIRE, _ms(now)))

    async def withdraw(self, seat_id: str) -> list[Offer]:
        return _offers(await self._eval(scripts.WITHDRAW, seat_id))

    async def set_seat(self, state: SeatState, now: datetime) -> None:
        await self._eval(scripts.SET_SEAT, state.seat_id, encode_seat(state), _ms(now))

    async def heartbeats(self, seat_ids: Collection[str], now: datetime) -> set[str]:
        return {_text(seat) for seat in await self._eval(scripts.HEARTBEATS, _ms(now), *seat_ids)}

    async def lost(self, now: datetime, lost_s: float, serving: Collection[str]) -> list[str]:
        silence_ms = int(lost_s * 1000)
        found = await self._eval(scripts.LOST, _ms(now), silence_ms, silence_ms // 2, *serving)
        return [_text(seat) for seat in found]

    async def forget(self, seat_id: str, last_beat: datetime) -> bool:
        return bool(await self._eval(scripts.FORGET, seat_id, _ms(last_beat)))

    async def snapshot(self) -> Snapshot:
        return _snapshot(await self._eval(scripts.SNAPSHOT))

    async def mend(self, before: Snapshot, waiting: Iterable[Entry], leases: Iterable[Lease]) -> list[Offer]:
        wanted = {entry.conversation_id: encode_entry(entry) for entry in waiting}
        epochs = {key: int(raw.partition("|")[0]) for key, raw in wanted.items()}
        known = {key: encode_entry(entry) for key, entry in before.entries.items()}
        hands = {lease.conversation_id: lease for lease in leases}
        held = {key: encode_lease(lease) for key, lease in before.leases.items()}
        found = {
            "drop": [[key, raw] for key, raw in known.items() if key not in wanted],
            "add": [[key, epochs[key], raw] for key, raw in wanted.items() if known.get(key) != raw],
            "release": [[key, raw] for key, raw in held.items() if key not in hands],
            "lease": [
                [key, lease.epoch, encode_lease(lease)]
                for key, lease in hands.items()
                if held.get(key) != encode_lease(lease)
            ],
        }
        if not any(found.values()):
            return []
        return _offers(await self._eval(scripts.MEND, orjson.dumps(found)))

    async def take_turn(self, for_s: float) -> bool:
        key, ms = desk_key("turn"), int(for_s * 1000)
        return bool(await self._run(lambda client: client.set(key, 1, nx=True, px=ms), write=True))

    async def begin(self) -> tuple[int, Snapshot] | None:
        begun = await self._eval(scripts.BEGIN, int(DISPATCHER_TTL_S * 1000))
        return (int(begun[0]), _snapshot(begun[1])) if begun else None

    async def commit(
        self, fence: int, offers: Sequence[Offer], before: Snapshot, lost_at: datetime
    ) -> list[Offer]:
        if not offers:
            return []
        arguments: list[Any] = []
        for offer in offers:
            entry = before.entries[offer.conversation_id]
            arguments += [
                entry.conversation_id,
                entry.epoch,
                encode_offer(offer),
                offer.seat_id,
                int(entry.call),
            ]
        made = {_text(key) for key in await self._eval(scripts.COMMIT, fence, _ms(lost_at), *arguments)}
        return [offer for offer in offers if offer.conversation_id in made]

    async def unlock(self, fence: int, version: int, *, force: bool = False) -> bool:
        return bool(await self._eval(scripts.UNLOCK, fence, version, int(force)))

    async def _eval(self, body: str, *arguments: Any) -> Any:
        run = self._scripts.get(body)
        if run is None:
            run = self._scripts[body] = self._client.register_script(scripts.script(body))
        return await self._run(lambda _client: run(keys=self._keys, args=arguments))

    async def _run(self, command: Callable[[Any], Awaitable[T]], *, write: bool = False) -> T:
        """`write`: a Redis that takes no writes refuses it for certain; scripts may only have read."""
        if self._trouble.paused(time.monotonic()):
            raise QueueUnavailable
        try:
            result = await command(self._client)
        except (RedisError, OSError, TimeoutError) as error:
            verdict = self._trouble.failed(error, time.monotonic())
            if verdict is not None:
                _log.warning("queue_unavailable: %s", trouble_of(error))
            raise QueueUnavailable from error
        if self._trouble.worked(time.monotonic(), write=write) is Verdict.BACK:
            _log.info("queue_back")
        return result


# Most of a snapshot is what it was a moment ago; reading it again would be most of the work of a dispatch.
_same = lru_cache(maxsize=8192)


@_same
def encode_entry(entry: Entry) -> str:
    body = {
        "handoff": entry.handoff_id,
        "priority": entry.priority,
        "skill": entry.skill,
        "requested": _ms(entry.requested_at),
        "queued": _ms(entry.queued_at),
        "requeued": entry.requeued,
        "wanted": entry.wanted_seat,
        "call": entry.call,
    }
    return f"{entry.epoch}|{orjson.dumps(body).decode()}"


@_same
def decode_entry(conversation_id: str, raw: str) -> Entry:
    epoch, _, text = raw.partition("|")
    body = orjson.loads(text)
    return Entry(
        handoff_id=body["handoff"], conversation_id=conversation_id, epoch=int(epoch), priority=body["priority"],
        skill=body["skill"], requested_at=_moment(body["requested"]), queued_at=_moment(body["queued"]),
        requeued=body["requeued"], wanted_seat=body["wanted"], call=body["call"],
    )  # fmt: skip


def encode_offer(offer: Offer) -> str:
    return f"{offer.handoff_id}|{offer.seat_id}|{_ms(offer.until)}|{int(offer.claimed)}"


@_same
def decode_offer(conversation_id: str, raw: bytes | str) -> Offer:
    handoff_id, seat_id, until, claimed = _text(raw).split("|")
    return Offer(
        handoff_id=handoff_id, conversation_id=conversation_id, seat_id=seat_id, until=_moment(until),
        claimed=claimed == "1",
    )  # fmt: skip


def encode_lease(lease: Lease) -> str:
    return f"{lease.seat_id}|{lease.epoch}|{int(lease.call)}"


@_same
def decode_lease(conversation_id: str, raw: str) -> Lease:
    seat_id, epoch, call = raw.split("|")
    return Lease(conversation_id=conversation_id, seat_id=seat_id, epoch=int(epoch), call=call == "1")


def _snapshot(raw: bytes | str) -> Snapshot:
    found = orjson.loads(raw)
    beats, waiting, open_offers, refused, states, hands, took = (_pairs(flat) for flat in found[1:])
    return Snapshot(
        version=int(found[0]),
        entries={key: decode_entry(key, raw) for key, raw in waiting},
        offers={key: decode_offer(key, raw) for key, raw in open_offers},
        refusals={key: {seat: _moment(ms) for seat, ms in orjson.loads(raw).items()} for key, raw in refused},
        seats={key: decode_seat(key, raw) for key, raw in states},
        presence={seat: _moment(score) for seat, score in beats},
        leases={key: decode_lease(key, raw) for key, raw in hands},
        taken={key: _moment(ms) for key, ms in took},
    )


def encode_seat(state: SeatState) -> bytes:
    return orjson.dumps(
        {
            "status": state.status.value, "skills": sorted(state.skills), "capacity": state.capacity,
            "since": _ms(state.since), "reason": state.reason,
        }
    )  # fmt: skip


@_same
def decode_seat(seat_id: str, raw: str) -> SeatState:
    body = orjson.loads(raw)
    return SeatState(
        seat_id=seat_id, status=SeatStatus(body["status"]), skills=frozenset(body["skills"]),
        capacity=body["capacity"], since=_moment(body["since"]), reason=body["reason"],
    )  # fmt: skip


def _offers(flat: Sequence[Any]) -> list[Offer]:
    """Scripts give pairs back as one flat list."""
    return [decode_offer(_text(flat[i]), flat[i + 1]) for i in range(0, len(flat), 2)]


def _pairs(flat: Any) -> Iterable[tuple[str, str]]:
    """Keys and values in turn. Lua knows no difference between an empty list and an empty object."""
    return zip(flat[::2], flat[1::2], strict=True) if flat else ()


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(ms: str | float) -> datetime:
    return datetime.fromtimestamp(float(ms) / 1000, UTC)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value

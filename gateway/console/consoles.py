"""Every open console of this process: what reaches which of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import orjson
import structlog

from desk.handoff.errors import QueueUnavailable
from desk.handoff.service import HandoffService
from desk.handoff.store import HandoffStore
from desk.seats import Right, User, may
from gateway.console.callbacks import callback_json
from gateway.console.knowledge_panel import KnowledgePanel
from gateway.console.picture import Change, Item, QueuePicture
from gateway.errors import StoreUnavailable
from gateway.handoff.bus import HandoffBus
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics
from gateway.runtime.tasks import Loops, end_tasks

_log = structlog.get_logger(__name__)

SWEEP_S = 3.0
# What happens within this moment is read together.
GATHER_S = 0.01
# The same for what changes all the time and nobody waits for: last words, unread counts, loads of seats.
LIGHT_S = 0.4
TROUBLE_S = 1.0
# Beats of this process go to the queue together, so often; a seat is lost only after many times that.
BEATS_S = 0.5


class Console(Protocol):
    """An open console. No method blocks or raises."""

    user: User

    def put(self, frame: str) -> None:
        """Send this JSON as it is."""

    def show(self, item: Item, frame: str) -> None:
        """An item changed; the console knows whether its user may see it."""

    def watches(self, conversation_id: str) -> bool:
        """Whether the conversation is open on the console, or its user's own."""

    def tell_note(self, frame: Mapping[str, Any]) -> None:
        """A note about a conversation that the console watches; it knows whether its user sees it masked."""

    def show_gone(self, conversation_id: str) -> None:
        """It needs nobody any more."""

    def look_at_account(self) -> None:
        """The user's account was changed."""

    def tell_status(self) -> None:
        """The queue has forgotten the seat."""


class Consoles:
    """`start` it inside the event loop; `aclose` at the end."""

    def __init__(
        self,
        picture: QueuePicture,
        bus: HandoffBus,
        handoffs: HandoffStore,
        knowledge: KnowledgePanel,
        blocking: Blocking,
        metrics: Metrics,
        service: HandoffService,
        loops: Loops | None = None,
    ) -> None:
        self._loops = loops or Loops()
        self._service = service
        self._beaten: set[str] = set()
        self._beat = asyncio.Event()
        self.picture = picture
        self._bus = bus
        self._handoffs = handoffs
        self._knowledge = knowledge
        self._blocking = blocking
        self._metrics = metrics
        self._open: dict[str, set[Console]] = defaultdict(set)
        self._changed: set[str] = set()
        self._said: set[str] = set()
        self._seats_changed = False
        # Said after the items that they speak of are fresh.
        self._after: list[Mapping[str, Any]] = []
        self._wake = asyncio.Event()
        self._light_wake = asyncio.Event()
        self._light: dict[str, Item] = {}
        # Conversations whose owner is to get suggestions, and the last words that they are for.
        self._followed: dict[str, tuple[str, int]] = {}
        self._follow = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._side: set[asyncio.Task[None]] = set()
        bus.listen(self._on_event)

    def start(self) -> None:
        self._tasks = [
            self._loops.start("consoles.refresh", self._refresh_forever),
            self._loops.start("consoles.refresh_light", self._refresh_light_forever),
            self._loops.start("consoles.sweep", self._sweep_forever),
            self._loops.start("consoles.follow", self._follow_forever),
            self._loops.start("consoles.beat", self._beat_forever),
        ]

    async def aclose(self) -> None:
        await end_tasks([*self._tasks, *self._side])

    def enter(self, console: Console) -> None:
        self._open[console.user.id].add(console)
        self._metrics.seat_sockets.set(sum(len(tabs) for tabs in self._open.values()))

    def leave(self, console: Console) -> None:
        tabs = self._open.get(console.user.id)
        if tabs is not None:
            tabs.discard(console)
            if not tabs:
                del self._open[console.user.id]
        self._metrics.seat_sockets.set(sum(len(tabs) for tabs in self._open.values()))

    def beat(self, seat_id: str) -> None:
        """The seat is alive."""
        self._beaten.add(seat_id)
        self._beat.set()

    def all(self) -> list[Console]:
        return [console for tabs in self._open.values() for console in tabs]

    def to_seat(self, seat_id: str, frame: Mapping[str, Any]) -> None:
        encoded = orjson.dumps(frame).decode()
        for console in tuple(self._open.get(seat_id, ())):
            console.put(encoded)

    def to_all(self, frame: Mapping[str, Any]) -> None:
        encoded = orjson.dumps(frame).decode()
        for console in self.all():
            console.put(encoded)

    async def fresh(self) -> None:
        """The picture as of a moment ago at most. Raises StoreUnavailable."""
        await self._refresh(None)

    def _on_event(self, event: Mapping[str, Any]) -> None:
        match event.get("kind"):
            case "changed":
                self._changed.update(event.get("conversations", ()))
            case "said":
                self._on_said(event["conversation"], event["seq"], follow=event.get("by") != "seat")
                return
            case "offer":
                self._on_offer(event)
            case "alert" | "alert_seat":
                self._changed.add(event["conversation"])
                self._after.append(event)
            case "frame":
                self.to_seat(event["seat"], event["frame"])
                return
            case "watchers":
                for console in self.all():
                    if console.watches(event["conversation"]):
                        console.tell_note(event["frame"])
                return
            case "seats":
                self._seats_changed = True
                self._light_wake.set()
                return
            case "account":
                for console in tuple(self._open.get(event["user"], ())):
                    console.look_at_account()
                return
            case "callback":
                self._later(self._tell_callback(event["id"]))
                return
            case _:
                return
        self._wake.set()

    def _on_said(self, conversation_id: str, seq: int, *, follow: bool) -> None:
        """Its owner's list shows it soon; the others' with the next sweep."""
        item = self.picture.items.get(conversation_id)
        if item is None or not item["seat"] or item["seat"] not in self._open:
            return
        self._said.add(conversation_id)
        self._light_wake.set()
        if follow:
            # Only the last words count: suggestions that come late are none.
            self._followed[conversation_id] = (item["seat"], seq)
            self._follow.set()

    def _on_offer(self, event: Mapping[str, Any]) -> None:
        conversation_id, seat_id = event["conversation"], event["seat"]
        item = self.picture.offered(conversation_id, seat_id, datetime.fromisoformat(event["until"]))
        if item is None:
            # Not known to be waiting here: read first.
            self._changed.add(conversation_id)
            self._after.append(event)
            return
        shown = orjson.dumps({"type": "item", "item": item}).decode()
        for console in tuple(self._open.get(seat_id, ())):
            console.show(item, shown)
        self.to_seat(seat_id, {"type": "offer", "item": item, "until": event["until"]})
        self._after.append({"kind": "offered", "conversation": conversation_id})

    async def _refresh_forever(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_S)
            self._wake.clear()
            changed, self._changed = self._changed, set()
            after, self._after = self._after, []
            if not self._open:
                # Nobody looks; the next console reads everything.
                continue
            try:
                if changed:
                    await self._refresh(changed)
                for event in after:
                    self._say_after(event)
            except StoreUnavailable:
                # The sweep finds it.
                await asyncio.sleep(TROUBLE_S)
            except Exception:
                self._metrics.failures.labels("consoles").inc()
                _log.exception("consoles_crashed")

    async def _refresh_light_forever(self) -> None:
        while True:
            await self._light_wake.wait()
            await asyncio.sleep(LIGHT_S)
            self._light_wake.clear()
            said, self._said = self._said, set()
            seats, self._seats_changed = self._seats_changed, False
            try:
                if said and self._open:
                    await self._refresh(said)
                if seats:
                    self._broadcast_seats(await self.picture.refresh_seats())
            except StoreUnavailable:
                await asyncio.sleep(TROUBLE_S)
            except Exception:
                self._metrics.failures.labels("consoles").inc()
                _log.exception("consoles_crashed")

    async def _beat_forever(self) -> None:
        while True:
            await self._beat.wait()
            self._beat.clear()
            beaten, self._beaten = self._beaten, set()
            try:
                unknown = await self._service.heartbeats(beaten)
            except QueueUnavailable:
                # The page must not take a Redis that is away for a broken line; it beats again.
                unknown = set()
            for seat_id in unknown:
                for console in tuple(self._open.get(seat_id, ()))[:1]:
                    console.tell_status()
            await asyncio.sleep(BEATS_S)

    async def _follow_forever(self) -> None:
        """One conversation after the other, whoever waits longest first; nobody waits for it."""
        while True:
            await self._follow.wait()
            if not self._followed:
                self._follow.clear()
                continue
            conversation_id, (seat_id, seq) = next(iter(self._followed.items()))
            del self._followed[conversation_id]
            try:
                frame = await self._knowledge.frame(conversation_id, seq)
            except Exception:
                self._metrics.failures.labels("consoles").inc()
                _log.exception("knowledge_not_followed")
                continue
            if frame is not None:
                self.to_seat(seat_id, frame)

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            if not self._open:
                continue
            with contextlib.suppress(StoreUnavailable):
                await self._refresh(None)
            light, self._light = self._light, {}
            for item in light.values():
                self._broadcast(item)

    async def _refresh(self, conversation_ids: set[str] | None) -> None:
        change: Change = await self.picture.refresh(conversation_ids)
        for item in change.weighty:
            self._light.pop(item["conversation"], None)
            self._broadcast(item)
        for item in change.light:
            self._light[item["conversation"]] = item
            if item["seat"]:
                frame = orjson.dumps({"type": "item", "item": item}).decode()
                for console in tuple(self._open.get(item["seat"], ())):
                    console.show(item, frame)
        for item, seat_id, until in change.offers:
            # Its event was lost on the way: the seat hears of it here.
            self.to_seat(seat_id, {"type": "offer", "item": item, "until": until.isoformat()})
        for conversation_id in change.gone:
            self._light.pop(conversation_id, None)
            for console in self.all():
                console.show_gone(conversation_id)
        self._broadcast_seats(change.seats)

    def _broadcast(self, item: Item) -> None:
        frame = orjson.dumps({"type": "item", "item": item}).decode()
        for console in self.all():
            console.show(item, frame)

    def _broadcast_seats(self, seats: list[dict[str, Any]]) -> None:
        for seat in seats:
            self.to_all({"type": "seat", "seat": seat})

    def _say_after(self, event: Mapping[str, Any]) -> None:
        item = self.picture.items.get(event["conversation"])
        if item is None:
            return
        match event["kind"]:
            case "offer" if item["state"] == "offered":
                self.to_seat(event["seat"], {"type": "offer", "item": item, "until": event["until"]})
            case "offered" if item["state"] == "offered":
                self._broadcast(item)
            case "alert":
                self.to_all({"type": "alert", "kind": event["alert"], "item": item})
            case "alert_seat":
                self.to_seat(event["seat"], {**event["frame"], "item": item})

    async def _tell_callback(self, callback_id: str) -> None:
        with contextlib.suppress(StoreUnavailable):
            known = await self._blocking.read(self._handoffs.callbacks)
            for one in known:
                if one.id == callback_id:
                    self.to_all({"type": "callback", "callback": callback_json(one)})

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._side.add(task)
        task.add_done_callback(self._side.discard)


def sees_everything(user: User) -> bool:
    """Leads look after all conversations; the others after their own and the queue."""
    return may(user, Right.LEAD)

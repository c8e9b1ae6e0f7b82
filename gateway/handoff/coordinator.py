"""The asyncio shell around the handoff service: keeps the dispatcher ticking and tells everybody what happened.

Citizens hear through the hub (owner, place in the queue, notices), consoles through the bus. Whatever is lost
on the way is found again by the sweeps of either side.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog

from desk.conversations import (
    Appended,
    ConversationError,
    ConversationStore,
    Draft,
    HandoffReason,
    HandoffRequest,
    NotTheOwner,
    Owner,
    Turnover,
)
from desk.conversations.handoff import CITIZEN, EMERGENCY_PRIORITY, priority_of
from desk.conversations.store import Clock, utc_now
from desk.handoff.entry import Entry, entry_of
from desk.handoff.errors import HandoffError
from desk.handoff.estimate import Admission, handling_s, places
from desk.handoff.events import (
    Accepted,
    CallbackAdded,
    Event,
    HandoffEnded,
    MoreToOffer,
    Offered,
    OfferWithdrawn,
    OwnerChanged,
    QueueMoved,
    QueuePlace,
    Requested,
    Requeued,
    SeatsChanged,
)
from desk.handoff.routing import Rules
from desk.handoff.service import Done, HandoffService
from desk.handoff.store import HandoffStore
from desk.opening_hours import OpeningHours
from gateway import sentences
from gateway.errors import StoreRefused, StoreUnavailable
from gateway.feed.hub import Hub
from gateway.handoff import notices
from gateway.handoff.admission import admitted, place_json, refused, request_of
from gateway.handoff.bus import HandoffBus
from gateway.handoff.people import People
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics
from gateway.runtime.tasks import Loops, end_tasks
from gateway.turns.replies import CallbackWish
from gateway.turns.session import StoreAnswer

_log = structlog.get_logger(__name__)

TICK_S = 1.0
# While one process ticks the others need not; a little less than a tick, so that nobody has to wait for two.
TURN_S = 0.9
# Pages that are told their place in one go, before others get a word in.
PLACES_AT_ONCE = 20
# After a trouble with SQL or Redis; the next tick mends whatever was missed.
TROUBLE_S = 1.0
# The typical handling time moves slowly.
TYPICAL_S = 60.0
# What may go wrong with one conversation and must trouble nothing else.
TROUBLE = (StoreUnavailable, StoreRefused, HandoffError, ConversationError)
# Spells of waiting whose first message has been acknowledged.
REMEMBERED = 10_000


class Watcher(Protocol):
    """Somebody else who works with handoffs, in the process where they happen."""

    def on_event(self, event: Event) -> None:
        """Must not block and must not raise."""

    async def on_said(self, appended: Appended) -> None:
        """A citizen wrote to a person. Must not raise."""


class HandoffCoordinator:
    """`start` it inside the event loop; `aclose` at the end."""

    def __init__(
        self,
        *,
        service: HandoffService,
        handoffs: HandoffStore,
        store: ConversationStore,
        blocking: Blocking,
        hub: Hub,
        bus: HandoffBus,
        people: People,
        metrics: Metrics,
        rules: Rules,
        zone: ZoneInfo,
        clock: Clock = utc_now,
        loops: Loops | None = None,
    ) -> None:
        self._service = service
        self._handoffs = handoffs
        self._store = store
        self._blocking = blocking
        self._hub = hub
        self._bus = bus
        self._people = people
        self._metrics = metrics
        self._rules = rules
        self._zone = zone
        self._clock = clock
        self._loops = loops or Loops()
        self._wake = asyncio.Event()
        self._typical: tuple[float, float] = (-1e9, 0.0)
        self._places: dict[str, QueuePlace] = {}
        self._watchers: list[Watcher] = []
        self._acknowledged: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._more = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._bus.listen(self._on_bus)

    @property
    def service(self) -> HandoffService:
        return self._service

    def watch(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    def start(self) -> None:
        self._tasks = [
            self._loops.start("desk.tick", self._tick_forever),
            self._loops.start("desk.look_again", self._look_again_forever),
        ]

    async def aclose(self) -> None:
        await end_tasks(self._tasks)

    def wake(self) -> None:
        """Tick now instead of within a second."""
        self._wake.set()

    async def done(self, done: Done) -> Done:
        """Tell what an act of the service left behind; gives it back."""
        await self.publish(done.events)
        return done

    async def admit(self, answer: StoreAnswer, channel: str) -> StoreAnswer:
        """Decide about the call for a person in an answer that is about to be stored."""
        request = request_of(answer.effects)
        if request is None:
            return answer
        local = self._clock().astimezone(self._zone)
        admission = await self._service.admission(local, request.skill, priority_of(request))
        self._metrics.admissions.labels(admission.value).inc()
        if admission is Admission.QUEUE:
            place = await self._newcomers_place(request, channel)
            drafts, effects = admitted(answer.drafts, answer.effects, request, place)
        else:
            opens = OpeningHours.parse(self._rules.hours).next_opening(local)
            drafts, effects = refused(answer.drafts, answer.effects, admission, opens, local)
        return replace(answer, drafts=drafts, effects=effects)

    async def requested(self, turnover: Turnover) -> None:
        """Queue what an answer or a message has stored. Never raises: the tick does it again."""
        try:
            await self.publish((await self._service.requested(turnover)).events)
        except TROUBLE as error:
            _log.warning("handoff_not_queued", error=type(error).__name__)
            self.wake()

    async def citizen_said(self, appended: Appended) -> None:
        """A citizen wrote while a person owns the conversation or is on their way."""
        conversation_id = appended.message.conversation_id
        if appended.reopened is not None:
            await self.requested(appended.reopened)
        elif appended.pending.owner is Owner.WAITING:
            await self._acknowledge(conversation_id, appended.pending.epoch)
        for watcher in self._watchers:
            await watcher.on_said(appended)
        self._bus.publish({"kind": "said", "conversation": conversation_id, "seq": appended.message.seq})

    async def _acknowledge(self, conversation_id: str, epoch: int) -> None:
        """Once in each spell of waiting; every message is acknowledged by the channel itself as well."""
        key = (conversation_id, epoch)
        if key in self._acknowledged:
            return
        self._acknowledged[key] = None
        while len(self._acknowledged) > REMEMBERED:
            self._acknowledged.popitem(last=False)
        await self.tell(conversation_id, sentences.notice(sentences.ADDED_WHILE_WAITING))

    async def callback(self, conversation_id: str, wish: CallbackWish) -> None:
        """Keep a wish that the bot read. Never raises: the mark of the answer tells of it as well."""
        try:
            _kept, events = await self._service.callback(conversation_id, wish.phone, wish.wish, wish.matter)
            await self.publish(events)
        except TROUBLE:
            _log.error("callback_not_kept", conversation=conversation_id)

    async def tell(self, conversation_id: str, *drafts: Draft) -> None:
        """Store and show notices. Never raises: they explain what other frames say as well."""
        try:
            messages = await self._blocking.write(self._store.append_system, conversation_id, drafts)
        except TROUBLE:
            _log.warning("notice_not_stored", conversation=conversation_id)
            return
        self._hub.publish_messages(messages)

    async def take_bot(self, conversation_id: str) -> int:
        """The citizen waits no longer: the bot goes on. Returns the epoch. Raises ConversationError, StoreUnavailable."""
        done = await self.done(await self._service.to_bot(conversation_id, CITIZEN))
        if done.turnover.changed:
            await self.tell(conversation_id, notices.back_to_bot(by_citizen=True))
        return done.epoch

    async def leave(self, conversation_id: str) -> None:
        """The citizen goes. Raises ConversationError, StoreUnavailable."""
        done = await self._service.leave(conversation_id)
        if done.turnover.changed:
            await self.tell(conversation_id, sentences.notice(sentences.LEFT_QUEUE))
        await self.done(done)

    async def hung_up(self, conversation_id: str) -> None:
        """A caller is gone: their place is free, and who talked with them goes on to the wrap-up. Raises as `leave`."""
        try:
            await self.leave(conversation_id)
        except NotTheOwner:
            done = await self._service.end(conversation_id, CITIZEN, None)
            if done.turnover.changed:
                await self.tell(conversation_id, sentences.notice(sentences.HUNG_UP))
            await self.done(done)

    async def place(self, conversation_id: str) -> QueuePlace | None:
        """Where somebody stands in the queue; None if they do not wait."""
        known = self._places.get(conversation_id)
        if known is not None:
            return known
        try:
            return await self._service.place(conversation_id)
        except TROUBLE:
            return None

    async def publish(self, events: Iterable[Event]) -> None:
        """Tell citizens and consoles. Never raises."""
        changed: dict[str, None] = {}
        for event in events:
            await self._tell_event(event, changed)
            for watcher in self._watchers:
                watcher.on_event(event)
        if changed:
            self._bus.publish({"kind": "changed", "conversations": list(changed)})

    async def _tell_event(self, event: Event, changed: dict[str, None]) -> None:
        bus, hub, metrics = self._bus, self._hub, self._metrics
        match event:
            case Requested():
                handoff = event.handoff
                changed[handoff.conversation_id] = None
                metrics.handoffs.labels(handoff.reason.value).inc()
                _log.info(
                    "handoff_requested", conversation=handoff.conversation_id, reason=handoff.reason.value
                )
                if handoff.priority >= EMERGENCY_PRIORITY or handoff.reason is HandoffReason.EMERGENCY:
                    bus.publish(
                        {"kind": "alert", "alert": "emergency", "conversation": handoff.conversation_id}
                    )
                if event.late:
                    await self.tell(handoff.conversation_id, notices.called_late())
            case Offered():
                metrics.offers.labels("made").inc()
                bus.publish(
                    {
                        "kind": "offer",
                        "seat": event.seat_id,
                        "handoff": event.handoff.id,
                        "conversation": event.handoff.conversation_id,
                        "until": event.until.isoformat(),
                    }
                )
            case OfferWithdrawn():
                changed[event.conversation_id] = None
                metrics.offers.labels(event.why.value).inc()
                frame = {"type": "offer_gone", "handoff": event.handoff_id, "why": event.why.value}
                bus.publish({"kind": "frame", "seat": event.seat_id, "frame": frame})
            case Accepted():
                await self._accepted(event)
                changed[event.handoff.conversation_id] = None
            case Requeued():
                changed[event.handoff.conversation_id] = None
                if event.why == "seat_lost":
                    metrics.seats_lost.inc()
                    _log.warning("seat_lost", conversation=event.handoff.conversation_id)
                await self.tell(event.handoff.conversation_id, notices.requeued(event.why))
            case OwnerChanged():
                changed[event.conversation_id] = None
                hub.publish(
                    event.conversation_id,
                    {
                        "type": "owner",
                        "owner": event.owner.value,
                        "epoch": event.epoch,
                        "seat": self._people.author(event.seat),
                    },
                )
            case HandoffEnded():
                changed[event.handoff.conversation_id] = None
            case QueueMoved():
                self._places = dict(event.positions)
                metrics.waiting.set(len(event.positions))
                await self._tell_places(event)
            case CallbackAdded():
                bus.publish({"kind": "callback", "id": event.callback_id})
            case MoreToOffer():
                self._more.set()
            case SeatsChanged():
                bus.publish({"kind": "seats", "seats": list(event.seat_ids)})

    async def _tell_places(self, moved: QueueMoved) -> None:
        """Every process looks at the queue itself, so each tells only its own pages."""
        told = 0
        for conversation_id in moved.changed:
            if self._hub.listening(conversation_id):
                self._hub.tell_here(
                    conversation_id, {"type": "queue", **place_json(moved.positions[conversation_id])}
                )
                told += 1
                if told % PLACES_AT_ONCE == 0:
                    await asyncio.sleep(0)

    async def _accepted(self, event: Accepted) -> None:
        handoff = event.handoff
        await self._people.know([event.seat_id])
        user = self._people.get(event.seat_id)
        badge = user.badge if user is not None else ""
        if handoff.accepted_at is not None:
            waited_s = (handoff.accepted_at - handoff.queued_at).total_seconds()
            self._metrics.handoff_wait.observe(max(waited_s, 0.0))
        self._metrics.offers.labels("accepted").inc()
        await self.tell(handoff.conversation_id, notices.accepted(badge))

    async def _newcomers_place(self, request: HandoffRequest, channel: str) -> QueuePlace:
        """The place that somebody would get now. Honest, not exact: others come and go at the same moment."""
        try:
            picture = await self._service.picture()
        except TROUBLE:
            return QueuePlace(1, None, None)
        now = self._clock()
        entries = [entry_of(t) for t in picture.waiting]
        newcomer = Entry(
            handoff_id="~",
            conversation_id="~",
            epoch=0,
            priority=priority_of(request),
            skill=request.skill,
            requested_at=now,
            queued_at=now,
        )
        typical_s = await self._typical_s()
        return places([*entries, newcomer], picture.seats, now, self._rules, typical_s)["~"]

    async def _typical_s(self) -> float:
        read_at, value = self._typical
        if time.monotonic() - read_at > TYPICAL_S:
            try:
                value = handling_s(await self._blocking.read(self._handoffs.handling_times))
            except StoreUnavailable:
                return handling_s([])
            self._typical = (time.monotonic(), value)
        return value

    def _on_bus(self, event: Mapping[str, Any]) -> None:
        if event.get("kind") == "wake":
            self._wake.set()

    async def _look_again_forever(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            await self.publish(await self._service.dispatch())

    async def _tick_forever(self) -> None:
        while True:
            pause_s = TICK_S
            woken = self._wake.is_set()
            self._wake.clear()
            try:
                service = self._service
                mine = await service.take_turn(TURN_S)
                await self.publish(await (service.tick() if mine or woken else service.look()))
            except (StoreUnavailable, HandoffError):
                pause_s = TROUBLE_S
            except Exception:
                # The desk must outlive whatever one conversation does to it.
                self._metrics.failures.labels("desk").inc()
                _log.exception("desk_tick_crashed")
                pause_s = TROUBLE_S
            try:
                async with asyncio.timeout(pause_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

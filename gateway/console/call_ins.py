"""Calling a second seat into a talk (三方通话): they are asked as for an offer, come in, go. The conversation stays its
owner's throughout; only handing it to the one who is in makes them the owner, without the caller noticing a gap."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from desk.conversations import Appended, ConversationStore, EventKind, NotTheOwner, Owner
from desk.handoff.events import Event, OwnerChanged
from desk.handoff.seat import SeatStatus
from desk.handoff.service import HandoffService
from desk.handoff.store import HandoffStore
from desk.privacy import mask_text
from desk.seats import SKILLS, Right, User, may
from gateway import sentences
from gateway.errors import Refused, StoreUnavailable
from gateway.feed.hub import Hub
from gateway.handoff.bus import HandoffBus
from gateway.handoff.people import People
from gateway.runtime.blocking import Blocking
from gateway.runtime.redis_link import RedisUnavailable
from gateway.runtime.tasks import end_tasks
from gateway.talk.third import RENEW_S, Invitation, ThirdSeats

_log = structlog.get_logger(__name__)

# Redis ends it; we look a moment later.
LATER_S = 0.3

Frame = dict[str, Any]


class CallIns:
    """Share one a process; `aclose` at the end. Acts raise Refused, NotTheOwner, ConversationNotFound, StoreUnavailable,
    RedisUnavailable, QueueUnavailable."""

    def __init__(
        self,
        third: ThirdSeats,
        service: HandoffService,
        store: ConversationStore,
        handoffs: HandoffStore,
        blocking: Blocking,
        hub: Hub,
        bus: HandoffBus,
        people: People,
        offer_s: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.third = third
        self._service = service
        self._store = store
        self._handoffs = handoffs
        self._blocking = blocking
        self._hub = hub
        self._bus = bus
        self._people = people
        self._offer_s = offer_s
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def aclose(self) -> None:
        await end_tasks(self._tasks)

    # -- acts --

    async def call_in(
        self, user: User, conversation_id: str, epoch: int, seat: str | None, skill: str | None, note: str
    ) -> Frame:
        """Ask one seat, or everybody of a group who is ready: the first who accepts comes in."""
        await self._own(user, conversation_id, epoch)
        asked = await self._asked(user, seat, skill)
        one = Invitation(
            id="i" + secrets.token_hex(8),
            conversation=conversation_id,
            epoch=epoch,
            by=user.id,
            asked=asked,
            until=(self._clock() + timedelta(seconds=self._offer_s)).isoformat(),
            note=note.strip(),
        )
        if not await self.third.invite(one):
            raise Refused(409, "call_full", sentences.CALL_FULL)
        await self._record(one, EventKind.CALLED_IN, user.id, {"asked": list(asked), "skill": skill})
        self._people.remember(user)
        for other in asked:
            frame = {
                "type": "invited",
                "conversation": conversation_id,
                "invitation": one.id,
                "from": self._people.author(user.id),
                # Whoever is asked is not in the talk yet.
                "note": mask_text(one.note),
                "until": one.until,
            }
            self._bus.publish(
                {"kind": "alert_seat", "seat": other, "conversation": conversation_id, "frame": frame}
            )
        self._tell(one)
        self._later(self._watch(one))
        return {"invitation": one.id, "until": one.until}

    async def join(self, user: User, conversation_id: str, invitation: str) -> Frame:
        one = await self.third.join(conversation_id, invitation, user.id)
        if one is None:
            raise Refused(409, "offer_gone", sentences.INVITATION_GONE)
        conversation = await self._blocking.read(self._store.get, conversation_id)
        if conversation.owner is not Owner.SEAT or conversation.epoch != one.epoch:
            await self._end(one, "owner")
            raise Refused(409, "offer_gone", sentences.INVITATION_GONE)
        self._people.remember(user)
        self._gone(one, "taken", but=user.id)
        self._tell(one)
        await self._record(one, EventKind.JOINED_CALL, user.id)
        return {"conversation": conversation_id, "epoch": one.epoch}

    async def refuse(self, user: User, conversation_id: str, invitation: str) -> None:
        left = await self.third.refuse(conversation_id, invitation, user.id)
        if left is False:
            self._nobody(conversation_id, "refused")

    async def leave(self, user: User, conversation_id: str) -> None:
        """The third goes; or the owner takes the invitation back, or sends the third out."""
        one = await self.third.of(conversation_id)
        if one is None:
            return
        if user.id not in (one.seat, one.by):
            raise Refused(403, "forbidden", sentences.NO_RIGHT)
        if await self._end(one, "left" if user.id == one.seat else "withdrawn"):
            await self._record(one, EventKind.LEFT_CALL, user.id, {"seat": one.seat or None})

    async def third_of(self, conversation_id: str) -> Invitation | None:
        """Never raises: without Redis nobody is in."""
        try:
            return await self.third.of(conversation_id)
        except RedisUnavailable:
            return None

    async def is_in(self, user_id: str, conversation_id: str) -> bool:
        one = await self.third_of(conversation_id)
        return one is not None and one.seat == user_id

    async def frame(self, conversation_id: str) -> Frame:
        """How it stands now, for a console that has just opened the conversation."""
        one = await self.third_of(conversation_id)
        return _NOBODY if one is None else self._frame(one)

    # -- the coordinator's watcher: whoever was called in goes with the owner who called them --

    def on_event(self, event: Event) -> None:
        if isinstance(event, OwnerChanged):
            self._later(self._follow(event))

    async def on_said(self, appended: Appended) -> None:
        return

    async def _follow(self, event: OwnerChanged) -> None:
        one = await self.third_of(event.conversation_id)
        if one is None or one.epoch >= event.epoch:
            return
        with contextlib.suppress(RedisUnavailable):
            await self._end(one, "handed" if event.seat is not None and event.seat == one.seat else "owner")

    # -- inside --

    async def _own(self, user: User, conversation_id: str, epoch: int) -> None:
        conversation = await self._blocking.read(self._store.get, conversation_id)
        served = await self._blocking.read(self._handoffs.of_conversation, conversation_id)
        seat = next((one.seat_id for one in served if one.state.value == "serving"), None)
        if conversation.owner is not Owner.SEAT or conversation.epoch != epoch or seat != user.id:
            raise NotTheOwner(conversation_id, conversation.owner, conversation.epoch, seat)

    async def _asked(self, user: User, seat: str | None, skill: str | None) -> tuple[str, ...]:
        views = {view.state.seat_id: view for view in await self._service.seats() if view.present}
        await self._people.know([*views, seat])

        def talks(user_id: str) -> bool:
            known = self._people.get(user_id)
            return known is not None and may(known, Right.SERVE) and user_id != user.id

        if seat is not None:
            if not talks(seat):
                raise Refused(422, "malformed", sentences.NO_SUCH_SEAT)
            if seat not in views or views[seat].state.status is SeatStatus.OFFLINE:
                raise Refused(409, "nobody_there", sentences.SEAT_AWAY)
            return (seat,)
        if not skill or skill not in SKILLS:
            raise Refused(422, "malformed", sentences.NO_SUCH_SKILL if skill else sentences.TRANSFER_WHERE)
        ready = [
            seat_id
            for seat_id, view in views.items()
            if view.state.status is SeatStatus.READY and skill in view.state.skills and talks(seat_id)
        ]
        if not ready:
            raise Refused(409, "nobody_there", sentences.GROUP_AWAY)
        return tuple(sorted(ready))

    async def _watch(self, one: Invitation) -> None:
        """What Redis ends by itself is told by whoever began it."""
        wait_s = max((one.until_at - self._clock()).total_seconds(), 0.0) + LATER_S
        while True:
            await asyncio.sleep(wait_s)
            try:
                now = await self.third.of(one.conversation)
            except RedisUnavailable:
                wait_s = RENEW_S
                continue
            if now is None:
                self._gone(one, "expired")
                self._nobody(one.conversation, "left" if one.seat else "expired")
            if now is None or now.id != one.id:
                return
            one, wait_s = now, RENEW_S

    async def _end(self, one: Invitation, why: str) -> bool:
        ended = await self.third.end(one.conversation, one.id)
        if ended:
            if not one.seat:
                self._gone(one, "withdrawn")
            self._nobody(one.conversation, why)
        return ended

    def _gone(self, one: Invitation, why: str, but: str = "") -> None:
        for seat in one.asked:
            if seat != but:
                frame = {"type": "invitation_gone", "invitation": one.id, "why": why}
                self._bus.publish({"kind": "frame", "seat": seat, "frame": frame})

    def _tell(self, one: Invitation) -> None:
        self._hub.publish(one.conversation, self._frame(one))

    def _nobody(self, conversation_id: str, why: str) -> None:
        self._hub.publish(conversation_id, {**_NOBODY, "why": why})

    def _frame(self, one: Invitation) -> Frame:
        return {
            "type": "third",
            "state": "in" if one.seat else "asked",
            "invitation": one.id,
            "seat": self._people.author(one.seat),
            "asked": [self._people.author(seat) for seat in one.asked],
            "from": self._people.author(one.by),
            "until": one.until,
        }

    async def _record(
        self, one: Invitation, kind: EventKind, actor: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """The journal is for later; a talk does not wait for it."""
        try:
            await self._blocking.write(self._handoffs.record, one.conversation, kind, actor, detail or {})
        except StoreUnavailable:
            _log.warning("call_in_not_recorded", conversation=one.conversation)

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_NOBODY: Frame = {"type": "third", "state": "nobody"}

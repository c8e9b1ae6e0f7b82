"""An outside desk: another system whose people answer, connected by a webhook and a small REST.

To the desk it is one seat with much room, a user of role `seat` who is named in the settings. What is offered to it is
accepted at once and told by webhook; what its people say comes back over REST (gateway/api/outside.py). While it cannot be
reached it takes nothing new, and what it took but never heard of goes back to the head of the queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import structlog

from desk.conversations import Appended, ConversationError, ConversationStore, Owner
from desk.conversations.store import PAGE
from desk.handoff.errors import HandoffError
from desk.handoff.events import Event, HandoffEnded, Offered, OwnerChanged
from desk.handoff.seat import SeatState, SeatStatus
from desk.handoff.store import HandoffStore
from desk.seats import Accounts, Right, SeatError, User, may
from gateway.errors import StoreRefused, StoreUnavailable
from gateway.handoff.coordinator import HandoffCoordinator
from gateway.handoff.outbox import Notification, Outbox
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics
from gateway.runtime.tasks import Loops, end_tasks
from gateway.signatures import signature
from gateway.wire import message_json

_log = structlog.get_logger(__name__)

BEAT_S = 3.0
DELIVERY_LIMIT_S = 5.0
RETRY_FIRST_S = 1.0
RETRY_LONGEST_S = 60.0
# After so many failures a notification is given up, and the conversation goes back to the queue.
TRIES_MAX = 6
IDLE_S = 0.5
CAPACITY = 500
TROUBLE = (StoreUnavailable, StoreRefused, HandoffError, ConversationError)


class OutsideDesk:
    """`start` it inside the event loop; `aclose` at the end."""

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        username: str,
        coordinator: HandoffCoordinator,
        store: ConversationStore,
        handoffs: HandoffStore,
        accounts: Accounts,
        blocking: Blocking,
        outbox: Outbox,
        metrics: Metrics,
        loops: Loops | None = None,
    ) -> None:
        self._url = url
        self._secret = secret
        self._username = username
        self._coordinator = coordinator
        self._store = store
        self._handoffs = handoffs
        self._accounts = accounts
        self._blocking = blocking
        self._outbox = outbox
        self._metrics = metrics
        self._loops = loops or Loops()
        self.seat_id = ""
        self._skills: frozenset[str] = frozenset()
        self._http = httpx.AsyncClient(timeout=DELIVERY_LIMIT_S, trust_env=False)
        self._failures: dict[str, int] = {}
        self._not_before = 0.0
        self._since = datetime.now(UTC)
        self._told = SeatStatus.OFFLINE
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._side: set[asyncio.Task[None]] = set()
        self._coordinator.watch(self)

    def start(self) -> None:
        self._tasks = [
            self._loops.start("outside.beat", self._beat_forever),
            self._loops.start("outside.deliver", self._deliver_forever),
        ]

    async def aclose(self) -> None:
        await end_tasks([*self._tasks, *self._side])
        self._outbox.let_go()
        await self._http.aclose()

    def on_event(self, event: Event) -> None:
        """What happened at the desk, told to the one process that did it."""
        match event:
            case Offered(seat_id=seat_id) if seat_id == self.seat_id:
                self._later(self._accept(event.handoff.id))
            case OwnerChanged(seat=seat) if seat == self.seat_id and event.owner is Owner.SEAT:
                self._later(self._requested(event.conversation_id))
            case HandoffEnded(seat_id=seat_id) if seat_id == self.seat_id:
                self._later(self._closed(event.handoff.conversation_id, event.handoff.ended_by or "seat"))
            case _:
                return

    async def on_said(self, appended: Appended) -> None:
        """A citizen wrote to a person; perhaps to one of ours."""
        if appended.pending.owner is not Owner.SEAT:
            return
        conversation_id = appended.message.conversation_id
        with contextlib.suppress(*TROUBLE):
            found = await self._blocking.read(self._handoffs.open_of, conversation_id)
            if found is not None and found.seat_id == self.seat_id:
                await self._keep("message", conversation_id, message=message_json(appended.message))

    async def _accept(self, handoff_id: str) -> None:
        with contextlib.suppress(*TROUBLE):
            await self._coordinator.done(await self._coordinator.service.accept(handoff_id, self.seat_id))

    async def _requested(self, conversation_id: str) -> None:
        with contextlib.suppress(*TROUBLE):
            found = await self._blocking.read(self._handoffs.open_of, conversation_id)
            if found is None:
                return
            messages = await self._blocking.read(self._store.messages, conversation_id, 0, PAGE)
            await self._keep(
                "handoff",
                conversation_id,
                handoff=found.handoff.id,
                epoch=found.epoch,
                reason=found.handoff.reason.value,
                note=found.handoff.note,
                skill=found.handoff.skill,
                channel=found.channel,
                messages=[message_json(message) for message in messages],
            )

    async def _closed(self, conversation_id: str, by: str) -> None:
        await self._keep("closed", conversation_id, by=by)

    async def _keep(self, kind: str, conversation_id: str, **more: Any) -> None:
        body = {"event": kind, "conversation": conversation_id, "at": datetime.now(UTC).isoformat(), **more}
        try:
            await self._blocking.file(self._outbox.keep, body)
        except OSError:
            _log.error("outside_not_kept", conversation=conversation_id)
            self._metrics.outside.labels("lost").inc()
        self._news.set()

    async def _beat_forever(self) -> None:
        """Present while this process lives; ready while the outside desk can be reached."""
        while True:
            with contextlib.suppress(*TROUBLE):
                await self._find_user()
                if self.seat_id:
                    await self._beat()
            await asyncio.sleep(BEAT_S)

    async def _find_user(self) -> None:
        user: User | None
        try:
            user = await self._blocking.read(self._accounts.users.by_username, self._username)
        except SeatError:
            user = None
        except StoreUnavailable:
            # Who was there a moment ago stays there.
            return
        if user is not None and may(user, Right.SERVE):
            self.seat_id, self._skills = user.id, frozenset(user.skills)
            return
        if self.seat_id:
            # Out of use, or of a role that meets no citizens: what it has goes back to the queue as a lost seat's does.
            await self._tell_queue(SeatStatus.OFFLINE)
            self.seat_id = ""
        _log.error("outside_user_missing")

    async def _beat(self) -> None:
        status = SeatStatus.PAUSE if self._failures else SeatStatus.READY
        known = await self._coordinator.service.heartbeat(self.seat_id)
        if not known or status is not self._told:
            await self._tell_queue(status)

    async def _tell_queue(self, status: SeatStatus) -> None:
        if status is not self._told:
            self._since = datetime.now(UTC)
        state = SeatState(
            seat_id=self.seat_id,
            status=status,
            skills=self._skills,
            capacity=CAPACITY,
            since=self._since,
            reason="outside",
        )
        await self._coordinator.publish(await self._coordinator.service.set_seat(state))
        self._told = status
        self._coordinator.wake()

    async def _deliver_forever(self) -> None:
        while True:
            self._news.clear()
            try:
                if await self._blocking.file(self._outbox.take_charge):
                    await self._deliver_waiting()
            except Exception:
                self._metrics.failures.labels("outside").inc()
                _log.exception("outside_crashed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(self._not_before - time.monotonic(), IDLE_S)):
                    await self._news.wait()

    async def _deliver_waiting(self) -> None:
        if time.monotonic() < self._not_before:
            return
        # Order holds within a conversation; one that cannot be told of must not hold up the others.
        stuck: set[str] = set()
        for notification in await self._blocking.file(self._outbox.waiting):
            if notification.conversation_id in stuck:
                continue
            if await self._deliver(notification):
                self._failures.pop(notification.id, None)
                await self._blocking.file(self._outbox.done, notification)
                continue
            stuck.add(notification.conversation_id)
            tries = self._failures[notification.id] = self._failures.get(notification.id, 0) + 1
            self._not_before = time.monotonic() + min(RETRY_FIRST_S * 2 ** (tries - 1), RETRY_LONGEST_S)
            if tries >= TRIES_MAX:
                await self._give_up(notification)

    async def _deliver(self, notification: Notification) -> bool:
        body = orjson.dumps({**notification.body, "id": notification.id})
        stamp = str(int(time.time()))
        headers = {
            "content-type": "application/json",
            "x-minsheng-timestamp": stamp,
            "x-minsheng-signature": signature(self._secret, stamp, body),
        }
        try:
            response = await self._http.post(self._url, content=body, headers=headers)
        except httpx.HTTPError:
            self._metrics.outside.labels("failed").inc()
            return False
        ok = response.is_success
        self._metrics.outside.labels("delivered" if ok else "failed").inc()
        return ok

    async def _give_up(self, notification: Notification) -> None:
        conversation_id = notification.conversation_id
        _log.error("outside_given_up", conversation=conversation_id)
        self._metrics.outside.labels("given_up").inc()
        self._failures.pop(notification.id, None)
        await self._blocking.file(self._outbox.done, notification)
        with contextlib.suppress(*TROUBLE):
            found = await self._blocking.read(self._handoffs.open_of, conversation_id)
            if found is not None and found.owner is Owner.SEAT and found.seat_id == self.seat_id:
                done = await self._coordinator.service.give_back(conversation_id, self.seat_id, found.epoch)
                await self._coordinator.done(done)

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._side.add(task)
        task.add_done_callback(self._side.discard)


def shows_secret(secret: str, authorization: str | None) -> bool:
    """`Authorization: Bearer <secret>`, compared in constant time."""
    shown = authorization.removeprefix("Bearer ").strip() if authorization else ""
    return hmac.compare_digest(shown.encode(), secret.encode())

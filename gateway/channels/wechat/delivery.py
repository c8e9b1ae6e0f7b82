"""Brings what the hotline says to citizens on WeChat: every message of the log once, in order, whichever gateway lives.

Whatever is stored in a conversation (an answer of the bot, a seat's words, a notice) waits behind the number up to which
everything was brought. It goes out in one of two ways and never in both: with the answer to WeChat's request, which costs
nothing, or by the API, which costs one of the few messages that the citizen's own last one has granted. Who holds the claim
in SQL chooses (desk/wechat). A message is looked at when it is stored; what is missed then, the sweep finds.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from desk.conversations import ConversationStore, Message, Sender
from desk.conversations.store import PAGE
from desk.orders.links import OrderLinks
from desk.wechat import Claim, WechatStore, is_wechat
from gateway.channels.wechat.api import DAILY_PAUSE_S, WechatApi
from gateway.channels.wechat.errors import (
    AccountRefused,
    CitizenGone,
    DailyLimit,
    NotPermitted,
    QuotaUsedUp,
    WechatError,
    WechatRefused,
    WindowClosed,
)
from gateway.channels.wechat.quota import Quota, Taken
from gateway.channels.wechat.wording import Part, Telling, telling_of
from gateway.errors import StoreRefused, StoreUnavailable
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics
from gateway.runtime.tasks import Loops, end_tasks

_log = structlog.get_logger(__name__)

# Longer than one message may take to be sent; after it another gateway goes on.
LEASE = timedelta(seconds=30)
SWEEP_EVERY_S = 2.0
# What is being brought at the end may be brought yet.
GRACE_S = 5.0
AGAIN = timedelta(seconds=5)
# Somebody has to change a setting.
AGAIN_AFTER_MENDING = timedelta(minutes=1)
# A claim is held for some milliseconds; a request has no longer.
CLAIM_TRIES, CLAIM_AGAIN_S = 3, 0.1
# Citizens that are brought something at the same time.
AT_ONCE = 50
# What belongs together comes within a moment; the fewer messages are left, the longer it is gathered into one.
GATHER_S = {2: 1.5, 1: 3.0, 0: 0.0}
GATHER_USUAL_S = 0.2
# Nothing can be done about these before the citizen writes again.
_WAITS_FOR_HIM = (WindowClosed, QuotaUsedUp, NotPermitted, CitizenGone)


@dataclass(frozen=True, kw_only=True)
class DeliveryTools:
    store: WechatStore
    conversations: ConversationStore
    blocking: Blocking
    api: WechatApi
    quota: Quota
    metrics: Metrics
    loops: Loops
    # What may still be sent, or what has been brought, is another now. Must not block.
    on_window: Callable[[str], None]
    # Of orders, where the gateway knows its own address.
    links: OrderLinks | None = None


class Delivery:
    """`start` it inside the event loop; `aclose` at the end. What it was about to bring then, another gateway brings."""

    def __init__(self, tools: DeliveryTools) -> None:
        self._t = tools
        self._room = asyncio.Semaphore(AT_ONCE)
        self._working: dict[str, asyncio.Task[None]] = {}
        # Something came while it was being worked on.
        self._again: set[str] = set()
        self._held: dict[str, list[Callable[[], bool]]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [self._t.loops.start("wechat.sweep", self._sweep_forever)]

    async def aclose(self) -> None:
        if self._working:
            await asyncio.wait(self._working.values(), timeout=GRACE_S)
        await end_tasks([*self._tasks, *self._working.values()])

    def on_message(self, message: Message) -> None:
        """A message was stored by this process."""
        conversation_id = message.conversation_id
        if message.sender is Sender.CITIZEN or not is_wechat(conversation_id):
            return
        if not any(waits() for waits in self._held.get(conversation_id, ())):
            self.wake(conversation_id)

    @contextlib.contextmanager
    def held(self, conversation_id: str, waits: Callable[[], bool]) -> Iterator[None]:
        """As long as a request `waits` here for what is to be said, nobody else here looks for it."""
        self._held.setdefault(conversation_id, []).append(waits)
        try:
            yield
        finally:
            self._held[conversation_id].remove(waits)
            if not self._held[conversation_id]:
                del self._held[conversation_id]

    def wake(self, conversation_id: str) -> None:
        """Bring what there is, soon."""
        if conversation_id in self._working:
            self._again.add(conversation_id)
            return
        task = asyncio.create_task(self._work(conversation_id))
        self._working[conversation_id] = task
        task.add_done_callback(lambda _: self._done(conversation_id))

    async def passive(self, conversation_id: str, message_id: str) -> str | None:
        """What is to be said now, for the answer to the request of `message_id`; None: nothing, or the API says it. The same
        for a copy of the request: perhaps the first one took it for an answer that never arrived.

        Raises StoreUnavailable.
        """
        t = self._t
        for _ in range(CLAIM_TRIES):
            claim = await t.blocking.write(t.store.claim, conversation_id, LEASE, passive=True)
            if claim is not None:
                said = await self._say_passively(claim, message_id)
                if said is not None:
                    return said
                break
            # Somebody brings something at this moment: the API, or the same request that came before.
            await asyncio.sleep(CLAIM_AGAIN_S)
        return await t.blocking.read(t.store.passive_of, conversation_id, message_id)

    async def _say_passively(self, claim: Claim, message_id: str) -> str | None:
        t = self._t
        messages, telling = await self._telling(claim)
        if not telling.parts:
            await t.blocking.write(t.store.finish, claim, telling.seq)
            return None
        if self._too_much(messages, telling) and t.api.may_send:
            await t.blocking.write(t.store.finish, claim, claim.delivered_seq)
            self.wake(claim.conversation_id)
            return None
        part = telling.parts[0]
        said = await t.blocking.write(
            t.store.said_passively, claim, part.seq, part.parts, message_id, part.text
        )
        t.metrics.wechat.labels("passive" if said else "claim_lost").inc()
        t.on_window(claim.conversation_id)
        return part.text if said else None

    async def let_go(self, conversation_id: str) -> None:
        """The answer to the request is out: the API may go on with what is left. Raises StoreUnavailable."""
        await self._t.blocking.write(self._t.store.let_go, conversation_id)
        self.wake(conversation_id)

    async def _telling(self, claim: Claim) -> tuple[list[Message], Telling]:
        messages = await self._t.blocking.read(
            self._t.conversations.messages, claim.conversation_id, claim.delivered_seq, PAGE
        )
        return messages, telling_of(messages, claim.delivered_seq, claim.delivered_parts, self._t.links)

    @staticmethod
    def _too_much(messages: list[Message], telling: Telling) -> bool:
        """For one text: then all of it goes by the API, so that nothing overtakes what stands before it."""
        return len(telling.parts) > 1 or len(messages) == PAGE

    def _done(self, conversation_id: str) -> None:
        task = self._working.pop(conversation_id)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._t.metrics.failures.labels("wechat").inc()
            _log.error("wechat_delivery_crashed", conversation=conversation_id, exc_info=error)
        elif conversation_id in self._again and not task.cancelled():
            self._again.discard(conversation_id)
            self.wake(conversation_id)
        self._again.discard(conversation_id)

    async def _work(self, conversation_id: str) -> None:
        t = self._t
        async with self._room:
            left = await t.quota.left(conversation_id)
            await asyncio.sleep(GATHER_S.get(left, GATHER_USUAL_S) if left is not None else GATHER_USUAL_S)
            # What came until now is in the log and will be seen.
            self._again.discard(conversation_id)
            try:
                claim = await t.blocking.write(t.store.claim, conversation_id, LEASE, passive=False)
                if claim is not None:
                    await self._bring(claim)
            except (StoreUnavailable, StoreRefused):
                # The claim ends by itself, and the sweep comes by.
                _log.warning("wechat_delivery_halted", conversation=conversation_id)

    async def _bring(self, claim: Claim) -> None:
        t = self._t
        while True:
            messages, telling = await self._telling(claim)
            for part in telling.parts:
                brought = await self._send(claim, part)
                if brought is None:
                    return
                claim = brought
            if len(messages) < PAGE:
                await t.blocking.write(t.store.finish, claim, telling.seq)
                return
            claim = replace(claim, delivered_seq=telling.seq, delivered_parts=0)

    async def _send(self, claim: Claim, part: Part) -> Claim | None:
        """The claim as it stands afterwards; None: it has ended."""
        t, conversation_id = self._t, claim.conversation_id
        taken = await t.quota.take(conversation_id)
        try:
            if taken.left == -1:
                raise QuotaUsedUp()
            await t.api.send_text(claim.openid, part.text)
        except WechatRefused as error:
            # It will never be taken, and what comes after it must not wait for it.
            _log.error("wechat_message_refused", conversation=conversation_id, code=error.code)
            t.metrics.wechat.labels("refused").inc()
            await t.quota.give_back(conversation_id)
        except _WAITS_FOR_HIM as error:
            await self._wait_for_him(claim, error, taken)
            return None
        except WechatError as error:
            await t.quota.give_back(conversation_id)
            await self._try_later(claim, error)
            return None
        else:
            t.metrics.wechat.labels("sent").inc()
        if not await t.blocking.write(t.store.brought, claim, part.seq, part.parts, LEASE):
            _log.warning("wechat_claim_lost", conversation=conversation_id)
            return None
        t.on_window(conversation_id)
        return replace(claim, delivered_seq=part.seq, delivered_parts=part.parts)

    async def _wait_for_him(self, claim: Claim, error: WechatError, taken: Taken) -> None:
        """The citizen may write at this very moment: what that grants is never taken back."""
        t = self._t
        if isinstance(error, WindowClosed):
            await t.quota.closed(claim.conversation_id, taken.grant)
        elif isinstance(error, QuotaUsedUp):
            await t.quota.used_up(claim.conversation_id, taken.grant)
        await t.blocking.write(t.store.give_up, claim)
        t.on_window(claim.conversation_id)
        t.metrics.wechat.labels("waiting").inc()
        _log.info("wechat_waits_for_citizen", conversation=claim.conversation_id, reason=type(error).__name__)

    async def _try_later(self, claim: Claim, error: WechatError) -> None:
        t = self._t
        again = AGAIN
        if isinstance(error, DailyLimit):
            again = timedelta(seconds=DAILY_PAUSE_S)
        elif isinstance(error, AccountRefused):
            again = AGAIN_AFTER_MENDING
        await t.blocking.write(t.store.finish, claim, claim.delivered_seq, again)
        t.metrics.wechat.labels("failed").inc()
        _log.warning(
            "wechat_not_sent",
            conversation=claim.conversation_id,
            reason=type(error).__name__,
            code=error.code,
        )

    async def _sweep_forever(self) -> None:
        t = self._t
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            try:
                for conversation_id in await t.blocking.read(t.store.due):
                    self.wake(conversation_id)
            except StoreUnavailable:
                continue

"""Tells citizens the numbers of orders that were stored, but whose answer never came to them: Rasa took too long, or died,
or we did. Found in SQL and told under the conversation's turn lock, so once, whatever crashed, and by any replica.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from desk.conversations import ConversationNotFound, ConversationStore, Draft, Sender
from desk.conversations.store import Clock, utc_now
from desk.orders.errors import StoreUnavailable as OrdersUnavailable
from desk.orders.number import format_number, speak_code
from desk.orders.order import Order
from desk.orders.store import NewlyStored, OrderStore
from desk.orders.view import first_card
from gateway import sentences
from gateway.errors import StoreUnavailable
from gateway.feed.hub import Hub
from gateway.runtime.blocking import Blocking
from gateway.turns.turn_lock import TurnLocks

_log = structlog.get_logger(__name__)

LOOK_EVERY_S = 5.0
# A seat's order is told a moment after it was stored, and without the turn lock.
TELL_AFTER = timedelta(seconds=10)
# As long as a message waits for its answer (gateway.composition); later the order is for the human who looks at the mark.
TELL_BEFORE = timedelta(hours=1)
# More orders than a city registers within an hour.
REMEMBERED = 20_000


class LateOrders:
    """`run_forever` in a task."""

    def __init__(
        self,
        orders: OrderStore,
        store: ConversationStore,
        blocking: Blocking,
        locks: TurnLocks,
        hub: Hub,
        zone: ZoneInfo,
        waiting: Callable[[str], bool],
        clock: Clock = utc_now,
    ) -> None:
        """`waiting`: an answer of this conversation is kept in the spool and may tell the number yet."""
        self._orders = orders
        self._store = store
        self._blocking = blocking
        self._locks = locks
        self._hub = hub
        self._zone = zone
        self._waiting = waiting
        self._clock = clock
        # Numbers that need not be looked at again.
        self._settled: OrderedDict[str, None] = OrderedDict()

    async def run_forever(self) -> None:
        while True:
            try:
                await self.tell()
            except (StoreUnavailable, OrdersUnavailable):
                _log.warning("late_orders_not_looked_for")
            await asyncio.sleep(LOOK_EVERY_S)

    async def tell(self) -> int:
        """Tell what nobody was told. Returns how many; raises StoreUnavailable (of conversations or of orders)."""
        now = self._clock()
        found = await self._blocking.read(self._orders.stored_between, now - TELL_BEFORE, now - TELL_AFTER)
        told = 0
        for one in found:
            if one.number not in self._settled:
                told += await self._tell_one(one)
        return told

    async def _tell_one(self, one: NewlyStored) -> bool:
        if self._waiting(one.conversation_id):
            return False
        lock = await self._locks.try_take(one.conversation_id)
        if lock is None:
            # A turn is in work: its answer may be the one that tells.
            return False
        try:
            order = await self._blocking.read(self._orders.get, one.number)
            message = await self._blocking.write(
                self._store.append_order_once, one.conversation_id, self._draft(order)
            )
        except ConversationNotFound:
            message = None
        finally:
            await lock.release()
        self._settle(one.number)
        if message is None:
            return False
        _log.info("order_told_late", conversation=one.conversation_id)
        self._hub.publish_messages([message])
        return True

    def _draft(self, order: Order) -> Draft:
        number = format_number(order.number)
        return Draft(
            sender=Sender.SYSTEM,
            text=sentences.ORDER_TOLD_LATE.format(number=number, code=order.query_code),
            speech=sentences.ORDER_TOLD_LATE.format(number=number, code=speak_code(order.query_code)),
            kind="order_card",
            card=first_card(order, self._zone),
        )

    def _settle(self, number: str) -> None:
        self._settled[number] = None
        while len(self._settled) > REMEMBERED:
            self._settled.popitem(last=False)

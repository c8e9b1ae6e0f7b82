"""Calls from the page: who may call now, and what a call is made of. One a process."""

from __future__ import annotations

from collections import Counter

from gateway import sentences
from gateway.call_kit import CallKit
from gateway.channels.web.page_dialogue import CHANNEL, PageDialogue
from gateway.errors import Refused, TooMany
from gateway.network import origin_of_page
from gateway.rate_limits import Limit

# A family behind one address; more at once is nobody's need.
PER_ADDRESS = 8
PER_ADDRESS_AND_HOUR = 60


class WebCalls:
    """`enter` before a call, `leave` after it."""

    def __init__(self, kit: CallKit) -> None:
        self.kit = kit
        self._services = kit.services
        self._addresses: Counter[str] = Counter()
        self._conversations: set[str] = set()

    @property
    def count(self) -> int:
        return self._addresses.total()

    async def enter(self, address: str, conversation_id: str | None) -> None:
        """
        Raises:
            Refused: `calls_off`, `busy_line`, `call_exists`, `too_many` (the address calls too often).
        """
        most = self._services.settings.web_max_calls
        if most == 0:
            raise Refused(503, "calls_off", sentences.CALLS_OFF)
        if self.count >= most or self._addresses[address] >= PER_ADDRESS:
            raise Refused(503, "busy_line", sentences.CALLS_BUSY)
        if conversation_id is not None and conversation_id in self._conversations:
            raise Refused(409, "call_exists", sentences.CALL_EXISTS)
        # Before anything is awaited, so that two calls never both see the last place free.
        self._addresses[address] += 1
        if conversation_id is not None:
            self._conversations.add(conversation_id)
        try:
            limit = Limit(scope="calls", subject=address, count=PER_ADDRESS_AND_HOUR, window_s=3600)
            await self._services.limits.hit(limit)
        except TooMany as error:
            self.leave(address, conversation_id)
            self._services.metrics.rate_limited.labels("calls").inc()
            raise Refused(429, "too_many", sentences.CALL_TOO_OFTEN) from error

    def leave(self, address: str, conversation_id: str | None) -> None:
        self._addresses[address] -= 1
        if self._addresses[address] <= 0:
            del self._addresses[address]
        if conversation_id is not None:
            self._conversations.discard(conversation_id)

    def dialogue(self, address: str) -> PageDialogue:
        s = self._services
        return PageDialogue(
            s.store,
            s.blocking,
            s.hub,
            s.turns,
            s.desk,
            s.settings.city,
            self.kit.answer_s,
            CHANNEL,
            origin=origin_of_page(address),
        )

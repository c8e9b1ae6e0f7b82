"""Calls from the page: who may call now, and the conversation behind a call. One a process."""

from __future__ import annotations

from collections import Counter

from desk.conversations import ConversationStore
from desk.conversations.channel import WEB_VOICE
from gateway import sentences
from gateway.channels.web.page_dialogue import PageDialogue
from gateway.conversations.opening import Opening
from gateway.errors import Refused, TooMany
from gateway.feed.hub import Hub
from gateway.handoff.coordinator import HandoffCoordinator
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics
from gateway.runtime.rate_limits import Limit, RateLimits
from gateway.sockets.network import origin_of_page
from gateway.turns.turns import Turns

# A family behind one address; more at once is nobody's need.
PER_ADDRESS = 8
PER_ADDRESS_AND_HOUR = 60


class PageCalls:
    """`enter` before a call, `leave` after it."""

    def __init__(
        self,
        *,
        limits: RateLimits,
        metrics: Metrics,
        store: ConversationStore,
        blocking: Blocking,
        hub: Hub,
        turns: Turns,
        coordinator: HandoffCoordinator,
        opening: Opening,
        most: int,
        answer_s: float,
    ) -> None:
        """`most` calls at once, 0: none at all. `answer_s`: a caller waits so long for an answer."""
        self._limits = limits
        self._metrics = metrics
        self._store = store
        self._blocking = blocking
        self._hub = hub
        self._turns = turns
        self._coordinator = coordinator
        self._opening = opening
        self._most = most
        self._answer_s = answer_s
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
        if self._most == 0:
            raise Refused(503, "calls_off", sentences.CALLS_OFF)
        if self.count >= self._most or self._addresses[address] >= PER_ADDRESS:
            raise Refused(503, "busy_line", sentences.CALLS_BUSY)
        if conversation_id is not None and conversation_id in self._conversations:
            raise Refused(409, "call_exists", sentences.CALL_EXISTS)
        # Before anything is awaited, so that two calls never both see the last place free.
        self._addresses[address] += 1
        if conversation_id is not None:
            self._conversations.add(conversation_id)
        try:
            await self._limits.hit(
                Limit(scope="calls", subject=address, count=PER_ADDRESS_AND_HOUR, window_s=3600)
            )
        except TooMany as error:
            self.leave(address, conversation_id)
            self._metrics.rate_limited.labels("calls").inc()
            raise Refused(429, "too_many", sentences.CALL_TOO_OFTEN) from error

    def leave(self, address: str, conversation_id: str | None) -> None:
        self._addresses[address] -= 1
        if self._addresses[address] <= 0:
            del self._addresses[address]
        if conversation_id is not None:
            self._conversations.discard(conversation_id)

    def dialogue(self, address: str) -> PageDialogue:
        return PageDialogue(
            self._store,
            self._blocking,
            self._hub,
            self._turns,
            self._coordinator,
            self._opening,
            self._answer_s,
            WEB_VOICE,
            origin=origin_of_page(address),
        )

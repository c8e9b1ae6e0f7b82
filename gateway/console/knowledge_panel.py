"""The knowledge panel of the console: follows what the citizen says, or searches what the seat types."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

from desk.conversations import ConversationStore
from gateway.backends.knowledge import KnowledgeBackend
from gateway.console.transcript_draft import last_wish
from gateway.errors import GatewayError
from gateway.runtime.blocking import Blocking

TOP = 5
# The last words of a conversation; what came before was answered or given up.
READ_BACK = 30
REMEMBERED = 512
# An article may be changed at any time.
REMEMBERED_S = 30.0


class KnowledgePanel:
    """Share one a process."""

    def __init__(self, store: ConversationStore, knowledge: KnowledgeBackend, blocking: Blocking) -> None:
        self._store = store
        self._knowledge = knowledge
        self._blocking = blocking
        # Several tabs and several seats look at the same words.
        self._answers: OrderedDict[str, tuple[float, list[dict[str, Any]]]] = OrderedDict()

    async def follow(
        self, conversation_id: str, last_seq: int, *, unasked: bool = False
    ) -> tuple[str, list[dict[str, Any]]]:
        """(query, hits) for what the citizen said last; ("", []) when nothing of it can be looked up."""
        after = max(last_seq - READ_BACK, 0)
        messages = await self._blocking.read(self._store.messages, conversation_id, after, READ_BACK)
        query = last_wish(messages)
        return query, await self.search(query, unasked=unasked) if query else []

    async def search(self, query: str, *, unasked: bool = False) -> list[dict[str, Any]]:
        """Raises Refused (503) while there is no index, StoreUnavailable."""
        known = self._answers.get(query)
        if known is not None and time.monotonic() - known[0] < REMEMBERED_S:
            return known[1]
        found = await self._knowledge.hits(query, TOP, unasked=unasked)
        if found:
            self._answers[query] = (time.monotonic(), found)
            self._answers.move_to_end(query)
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        return found

    async def frame(self, conversation_id: str, last_seq: int) -> dict[str, Any] | None:
        """What is pushed to the owner after a citizen's message; None when there is nothing to show."""
        try:
            query, hits = await self.follow(conversation_id, last_seq, unasked=True)
        except GatewayError:
            # The panel can be asked again; nobody waits for it.
            return None
        if not query:
            return None
        return {"type": "knowledge", "conversation": conversation_id, "query": query, "hits": hits}

"""The published articles, as consoles and operators search them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Protocol

import structlog

from desk.store.errors import is_away
from gateway.backends.deferred import Deferred
from gateway.errors import Refused, StoreUnavailable
from gateway.runtime.blocking import Blocking

_log = structlog.get_logger(__name__)


class KnowledgeHit(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def department(self) -> str: ...
    @property
    def voice(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def effective_to(self) -> date | None: ...


class Knowledge(Protocol):
    """Blocking."""

    def search(self, query: str, top: int = 3) -> Sequence[KnowledgeHit]: ...


class KnowledgeBackend:
    """Share one a process."""

    def __init__(self, blocking: Blocking, open_knowledge: Callable[[], Knowledge]) -> None:
        self._blocking = blocking
        self._knowledge = Deferred(blocking, open_knowledge, "knowledge_not_opened")
        # The kind of the last error; empty while all is well.
        self._failure = ""

    async def hits(self, query: str, top: int, *, unasked: bool = False) -> list[dict[str, Any]]:
        """The best articles as JSON of docs/protocol.md. Raises Refused (503) while there is no index, StoreUnavailable.

        `unasked`: nobody waits for them; such searches step back behind all other work.
        """
        knowledge = await self._open()
        run = self._blocking.background if unasked else self._blocking.search
        try:
            found = await run(knowledge.search, query, top)
        except Exception as error:
            if is_away(error):
                raise StoreUnavailable from error
            self._failure = type(error).__name__
            raise
        self._failure = ""
        return [
            {
                "id": hit.id,
                "title": hit.title,
                "score": round(hit.score, 4),
                "department": hit.department,
                "speech": hit.voice,
                "text": hit.body,
                "source": hit.source,
                "effective_to": hit.effective_to.isoformat() if hit.effective_to else None,
            }
            for hit in found
        ]

    async def warm(self) -> None:
        """Open the index and search once, so that the first operator does not wait for it."""
        try:
            knowledge = await self._open()
            await self._blocking.search(knowledge.search, "你好", 1)
        except (Refused, StoreUnavailable):
            return
        except Exception as error:
            self._failure = type(error).__name__
            _log.exception("knowledge_not_searchable")

    def state(self) -> tuple[str, str]:
        """(state, detail) for the health report."""
        if self._failure:
            return "down", self._failure
        return ("ok", "") if self._knowledge.opened is not None else ("degraded", "is being opened")

    async def _open(self) -> Knowledge:
        """Raises Refused (503)."""
        known = self._knowledge.opened
        if known is not None:
            return known
        try:
            opened = await self._knowledge.get()
        except Refused as error:
            self._failure = type(error.__cause__).__name__
            raise
        self._failure = ""
        return opened

"""The tokens with which citizens show that a conversation is theirs, compared in constant time."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from desk.conversations import ConversationStore, TokenEnded, WrongToken
from desk.conversations.store import hash_token, utc_now
from gateway.runtime.blocking import Blocking

MAX_CACHED = 20_000


class ConversationTokens:
    """A conversation's token never changes, so its hash is read from SQL only once while it holds for sure.

    It also means that a citizen whose page is open can still leave a message while the database is away.
    """

    def __init__(
        self,
        store: ConversationStore,
        blocking: Blocking,
        holds: timedelta | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`holds`: how long after the conversation's last message a token is good; None: for ever."""
        self._store = store
        self._blocking = blocking
        self._holds = holds
        self._clock = clock
        # The hash, and how long it holds at least.
        self._hashes: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    async def check(self, conversation_id: str, token: str) -> None:
        """Raises ConversationNotFound, WrongToken, TokenEnded, StoreUnavailable."""
        known = self._hashes.get(conversation_id)
        if known is None or self._clock() >= known[1]:
            token_hash, last = await self._blocking.read(self._store.token_hash, conversation_id)
            known = self._remembered(conversation_id, token_hash, last)
        if not hmac.compare_digest(known[0], hash_token(token)):
            raise WrongToken(conversation_id)
        if self._clock() >= known[1]:
            raise TokenEnded(conversation_id)

    def remember(self, conversation_id: str, token_hash: str) -> None:
        """Of a conversation that began just now."""
        self._remembered(conversation_id, token_hash, self._clock())

    def forget(self, conversation_id: str) -> None:
        """The conversation was erased."""
        self._hashes.pop(conversation_id, None)

    def _remembered(self, conversation_id: str, token_hash: str, last: datetime) -> tuple[str, datetime]:
        until = last + self._holds if self._holds else datetime.max.replace(tzinfo=UTC)
        self._hashes[conversation_id] = token_hash, until
        self._hashes.move_to_end(conversation_id)
        while len(self._hashes) > MAX_CACHED:
            self._hashes.popitem(last=False)
        return token_hash, until


def bearer(authorization: str | None) -> str | None:
    """The token of `Authorization: Bearer ...`, or None."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None

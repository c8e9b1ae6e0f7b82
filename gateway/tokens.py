"""Checks secrets that callers show, in constant time."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections import OrderedDict
from collections.abc import Iterable

from pydantic import SecretStr

from desk.conversations import ConversationStore, WrongToken
from desk.conversations.store import hash_token
from gateway.blocking import Blocking

MAX_CACHED = 20_000


class ConversationTokens:
    """A conversation's token never changes, so its hash is read from SQL only once.

    It also means that a citizen whose page is open can still leave a message while the database is away.
    """

    def __init__(self, store: ConversationStore, blocking: Blocking) -> None:
        self._store = store
        self._blocking = blocking
        self._hashes: OrderedDict[str, str] = OrderedDict()

    async def check(self, conversation_id: str, token: str) -> None:
        """Raises ConversationNotFound, WrongToken, StoreUnavailable."""
        known = self._hashes.get(conversation_id)
        if known is None:
            known = await self._blocking.read(self._store.token_hash, conversation_id)
            self.remember(conversation_id, known)
        if not hmac.compare_digest(known, hash_token(token)):
            raise WrongToken(conversation_id)

    def remember(self, conversation_id: str, token_hash: str) -> None:
        self._hashes[conversation_id] = token_hash
        self._hashes.move_to_end(conversation_id)
        while len(self._hashes) > MAX_CACHED:
            self._hashes.popitem(last=False)


def bearer(authorization: str | None) -> str | None:
    """The token of `Authorization: Bearer ...`, or None."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def api_token(authorization: str | None) -> str | None:
    """As `bearer`, or the password of `Authorization: Basic ...`: so that a browser can ask for it by itself."""
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return bearer(authorization)
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded.partition(":")[2] or None


def is_api_token(shown: str | None, valid: Iterable[SecretStr]) -> bool:
    """Compares with every valid token, so that the time does not tell which one was nearly right."""
    found = False
    for token in valid:
        found |= hmac.compare_digest(token.get_secret_value().encode(), (shown or "").encode())
    return found

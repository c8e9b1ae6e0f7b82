"""Begins conversations: the one place where a channel makes one."""

from __future__ import annotations

from dataclasses import dataclass

from desk.conversations import CallNumbers, Conversation, ConversationStore, Message
from desk.conversations.conversation import NO_NUMBERS
from desk.conversations.store import hash_token
from gateway import sentences
from gateway.conversations.tokens import ConversationTokens
from gateway.runtime.blocking import Blocking


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A new conversation. `token` opens it to its citizen; `greeting` are its first messages."""

    conversation: Conversation
    token: str
    greeting: tuple[Message, ...]


class Opening:
    """Share one a process."""

    def __init__(
        self, store: ConversationStore, blocking: Blocking, tokens: ConversationTokens, city: str
    ) -> None:
        """`city` is named in the greeting."""
        self._store = store
        self._blocking = blocking
        self._tokens = tokens
        self._city = city

    async def begin(
        self,
        channel: str,
        *,
        origin: str = "",
        conversation_id: str | None = None,
        numbers: CallNumbers = NO_NUMBERS,
        greet: bool = True,
    ) -> Opened:
        """Store a conversation of `channel` and its greeting.

        `origin` is where it comes from, as a hash: wrong proofs of ownership count by it. `numbers` is what the exchange
        tells of a call. Without `greet` it begins empty.

        Raises:
            IntegrityError: the wanted `conversation_id` exists; without one that cannot happen.
            StoreUnavailable.
        """
        greeting = (sentences.greeting(self._city),) if greet else ()
        conversation, token, stored = await self._blocking.write(
            self._store.create, channel, greeting, conversation_id, numbers, origin
        )
        self._tokens.remember(conversation.id, hash_token(token))
        return Opened(conversation=conversation, token=token, greeting=stored)

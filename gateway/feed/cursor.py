"""Where a follower of a conversation stands: each message once and in order, whatever the hub loses or repeats."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from desk.conversations import ConversationStore, Message
from desk.conversations.store import PAGE
from gateway.runtime.blocking import Blocking


async def _nothing(_page: Sequence[Message]) -> None:
    return


class MessageCursor:
    """One follower's. The hub tells of messages as they come; whoever sees a gap reads SQL by `missing`.

    `seq` is the number of the last message that was taken, 0 for none.
    """

    def __init__(
        self,
        store: ConversationStore,
        blocking: Blocking,
        conversation_id: str,
        seq: int = 0,
        prepare: Callable[[Sequence[Message]], Awaitable[None]] = _nothing,
    ) -> None:
        """`prepare` sees each page before its messages are taken, to look up who wrote them. It must not raise."""
        self.seq = seq
        self._store = store
        self._blocking = blocking
        self._conversation_id = conversation_id
        self._prepare = prepare

    def take(self, seq: int) -> bool:
        """Take the message `seq` that the hub brings. False: it is known, or others are missing before it (`lacks`)."""
        if seq != self.seq + 1:
            return False
        self.seq = seq
        return True

    def lacks(self, last_seq: int) -> bool:
        """Whether a conversation that has reached `last_seq` has messages that were not taken."""
        return last_seq > self.seq

    async def missing(self) -> AsyncGenerator[Message, None]:
        """Take what SQL has beyond `seq`, in order. The hub's messages may be taken meanwhile; none comes twice.

        Raises StoreUnavailable.
        """
        while True:
            page = await self._blocking.read(self._store.messages, self._conversation_id, self.seq, PAGE)
            await self._prepare(page)
            for message in page:
                if message.seq > self.seq:
                    self.seq = message.seq
                    yield message
            if len(page) < PAGE:
                return

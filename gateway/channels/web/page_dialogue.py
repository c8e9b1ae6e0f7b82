"""The conversation of a page that calls: the one its citizen has in the chat, or a new one. It goes on after the call."""

from __future__ import annotations

from desk.conversations import ConversationClosed, Owner
from gateway import sentences
from gateway.voice.dialogue import OwnerNow, PhoneDialogue, ToSay

# Of conversations that begin as a call from the page; those that begin in its chat are `web`.
CHANNEL = "web_voice"
_RESUMED = {
    Owner.WAITING: sentences.CALL_RESUMED_WAITING,
    Owner.SEAT: sentences.CALL_RESUMED_SEAT,
    Owner.WRAP_UP: sentences.CALL_RESUMED_SEAT,
}


class PageDialogue(PhoneDialogue):
    """`open` it before the call begins."""

    _greeting: ToSay

    async def open(self, conversation_id: str | None) -> Owner:
        """Resume this conversation, whose token has been checked, or begin a new one. Returns its owner.

        Raises:
            ConversationError: closed, or unknown.
            StoreUnavailable.
        """
        if conversation_id is None:
            self._greeting = await super().begin()
            return Owner.BOT
        conversation = await self._blocking.read(self._store.get, conversation_id)
        if conversation.owner is Owner.CLOSED:
            raise ConversationClosed(conversation_id)
        self.conversation_id = conversation_id
        self._seq = conversation.last_seq
        self._owner = conversation.owner
        if self._owner is not Owner.BOT:
            self._news.put_nowait(OwnerNow(owner=self._owner))
        self._hub.listen(conversation_id, self)
        text = _RESUMED.get(self._owner, sentences.CALL_RESUMED)
        self._greeting = ToSay(text=text, public=True)
        return self._owner

    async def begin(self) -> ToSay:
        return self._greeting

    async def end(self) -> None:
        # Who waits for a person goes on waiting in the chat.
        await self._stop_listening()

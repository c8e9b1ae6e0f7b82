"""The conversation of a page that calls: the one its citizen has in the chat, or a new one. It goes on after the call."""

from __future__ import annotations

from datetime import datetime

import structlog

from desk.conversations import ConversationClosed, Owner
from gateway import sentences
from gateway.errors import StoreUnavailable
from gateway.voice.dialogue import OwnerNow, PhoneDialogue, ToSay

_log = structlog.get_logger(__name__)

_RESUMED = {
    Owner.WAITING: sentences.CALL_RESUMED_WAITING,
    Owner.SEAT: sentences.CALL_RESUMED_SEAT,
    Owner.WRAP_UP: sentences.CALL_RESUMED_SEAT,
}


class PageDialogue(PhoneDialogue):
    """`open` it before the call begins."""

    _greeting: ToSay
    # Since when the conversation is a call in SQL.
    _since: datetime | None = None

    async def open(self, conversation_id: str | None) -> Owner:
        """Resume this conversation, whose token has been checked, or begin a new one. Returns its owner.

        Raises:
            ConversationError: closed, or unknown.
            StoreUnavailable.
        """
        if conversation_id is None:
            self._greeting = await super().begin()
            await self._be_a_call()
            return Owner.BOT
        conversation = await self._blocking.read(self._store.get, conversation_id)
        if conversation.owner is Owner.CLOSED:
            raise ConversationClosed(conversation_id)
        self.conversation_id = conversation_id
        self._owner = conversation.owner
        if self._owner is not Owner.BOT:
            self._news.put_nowait(OwnerNow(owner=self._owner))
        self._follow(conversation)
        text = _RESUMED.get(self._owner, sentences.CALL_RESUMED)
        self._greeting = ToSay(text=text, public=True)
        await self._be_a_call()
        return self._owner

    async def begin(self) -> ToSay:
        return self._greeting

    async def end(self) -> None:
        # Who waits for a person goes on waiting in the chat, and their seat is free for other calls.
        await self._stop_listening()
        if self._since is None:
            return
        try:
            await self._blocking.write(self._store.end_call, self.conversation_id, self._since)
        except StoreUnavailable:
            _log.warning("web_call_end_not_kept", conversation=self.conversation_id)

    async def _be_a_call(self) -> None:
        self._since = await self._blocking.write(self._store.begin_call, self.conversation_id)

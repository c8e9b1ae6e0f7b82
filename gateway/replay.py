"""Puts what the spool kept into the database, in order and at most once each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from desk.conversations import (
    AnswerStored,
    ConversationError,
    ConversationStore,
    Draft,
    HandoffReason,
    Message,
    QuickReply,
    Sender,
)
from desk.conversations.conversation import Effects, Mark
from gateway.blocking import Blocking
from gateway.session import StoreAnswer
from gateway.spool import Entry, Spool

_log = structlog.get_logger(__name__)


class Replay:
    def __init__(self, spool: Spool, store: ConversationStore, blocking: Blocking) -> None:
        self._spool = spool
        self._store = store
        self._blocking = blocking

    async def run(self, conversation_id: str) -> list[Message]:
        """Store everything that is kept for a conversation; the newly stored messages come back.

        Raises StoreUnavailable: what is left stays kept, in order.
        """
        stored: list[Message] = []
        while (entry := self._spool.first(conversation_id)) is not None:
            try:
                stored += await self._blocking.write(self._apply, entry)
            except ConversationError as error:
                # Closed or unknown meanwhile: it can never be stored.
                _log.error("spool_entry_refused", conversation=conversation_id, reason=type(error).__name__)
            await self._blocking.file(self._spool.done, entry)
        return stored

    def _apply(self, entry: Entry) -> list[Message]:
        if entry.kind == "answer":
            answer = answer_from(entry.body)
            result = self._store.append_reply(
                entry.conversation_id, answer.epoch, answer.answers, answer.drafts, answer.effects
            )
            return list(result.messages) if result.stored is AnswerStored.STORED else []
        body = entry.body
        appended = self._store.append_citizen(
            entry.conversation_id,
            body["message_id"],
            body["text"],
            body["payload"],
            at=datetime.fromisoformat(body["at"]),
        )
        # The citizen was told that a human will look at it.
        self._store.mark_for_human(entry.conversation_id, HandoffReason.FAILURE, "kept")
        return [appended.message] if appended.new else []


def answer_body(answer: StoreAnswer) -> dict[str, Any]:
    """The JSON form of an answer."""
    return {
        "epoch": answer.epoch,
        "answers": list(answer.answers),
        "drafts": [
            {
                "sender": draft.sender.value,
                "text": draft.text,
                "format": draft.format,
                "speech": draft.speech,
                "kind": draft.kind,
                "quick_replies": [[q.text, q.payload] for q in draft.quick_replies],
                "card": dict(draft.card) if draft.card is not None else None,
            }
            for draft in answer.drafts
        ],
        "marks": [[mark.reason.value, mark.note] for mark in answer.effects.marks],
        "rating": answer.effects.rating,
        "close": answer.effects.close,
    }


def answer_from(body: Mapping[str, Any]) -> StoreAnswer:
    """The inverse of `answer_body`."""
    drafts = tuple(
        Draft(
            **{
                **draft,
                "sender": Sender(draft["sender"]),
                "quick_replies": tuple(QuickReply(text=t, payload=p) for t, p in draft["quick_replies"]),
            }
        )
        for draft in body["drafts"]
    )
    marks = tuple(Mark(reason=HandoffReason(reason), note=note) for reason, note in body["marks"])
    return StoreAnswer(
        epoch=body["epoch"],
        answers=tuple(body["answers"]),
        drafts=drafts,
        effects=Effects(marks=marks, rating=body["rating"], close=body["close"]),
    )

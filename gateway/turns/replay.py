"""Puts what the spool kept into the database, in order and at most once each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from typing import Any

import structlog

from desk.conversations import (
    AnswerStored,
    ConversationError,
    ConversationStore,
    Draft,
    HandoffReason,
    HandoffRequest,
    Message,
    QuickReply,
    Sender,
    Turnover,
)
from desk.conversations.conversation import Effects, Mark
from gateway.errors import StoreRefused, StoreUnavailable
from gateway.runtime.blocking import Blocking
from gateway.turns.replies import CallbackWish
from gateway.turns.session import StoreAnswer
from gateway.turns.spool import Entry, Spool

_log = structlog.get_logger(__name__)


@dataclass
class Replayed:
    """What came out of the spool: newly stored messages, and changes of hands to be told."""

    messages: list[Message] = field(default_factory=list)
    turnovers: list[Turnover] = field(default_factory=list)
    callbacks: list[CallbackWish] = field(default_factory=list)


class Replay:
    def __init__(self, spool: Spool, store: ConversationStore, blocking: Blocking) -> None:
        self._spool = spool
        self._store = store
        self._blocking = blocking

    async def run(self, conversation_id: str, replayed: Replayed) -> None:
        """Store everything that is kept for a conversation; `replayed` takes what came of it.

        What can never be stored (its conversation was closed meanwhile, the database refuses it, we cannot make sense
        of it) is laid aside for a human and holds up nothing.

        Raises StoreUnavailable: what is left stays kept, in order.
        """
        while (entry := self._spool.first(conversation_id)) is not None:
            try:
                await self._blocking.write(self._apply, entry, replayed)
            except StoreUnavailable:
                raise
            except Exception as error:
                await self._lay_aside(entry, error)
            else:
                await self._blocking.file(self._spool.done, entry)

    async def _lay_aside(self, entry: Entry, error: Exception) -> None:
        cause = error.__cause__ or error
        _log.error(
            "spool_entry_quarantined",
            conversation=entry.conversation_id,
            entry=entry.id,
            kind=entry.kind,
            reason=type(cause).__name__,
        )
        try:
            await self._blocking.file(self._spool.quarantine, entry)
        except OSError as full:
            raise StoreUnavailable from full
        try:
            # The citizen was told that a human will look at it.
            await self._blocking.write(
                self._store.mark_for_human, entry.conversation_id, HandoffReason.FAILURE, "quarantined"
            )
        except (StoreUnavailable, StoreRefused, ConversationError):
            _log.warning("quarantine_not_marked", conversation=entry.conversation_id)

    def _apply(self, entry: Entry, replayed: Replayed) -> None:
        if entry.kind == "answer":
            answer = answer_from(entry.body)
            result = self._store.append_reply(
                entry.conversation_id, answer.epoch, answer.answers, answer.drafts, answer.effects
            )
            if result.stored is AnswerStored.STORED:
                replayed.messages += result.messages
                replayed.turnovers += [result.turnover] if result.turnover else []
                replayed.callbacks += [answer.callback] if answer.callback else []
            return
        body = entry.body
        appended = self._store.append_citizen(
            entry.conversation_id,
            body["message_id"],
            body["text"],
            body["payload"],
            at=datetime.fromisoformat(body["at"]),
            card=body.get("card"),
        )
        # The citizen was told that a human will look at it.
        self._store.mark_for_human(entry.conversation_id, HandoffReason.FAILURE, "kept")
        if appended.new:
            replayed.messages.append(appended.message)
            replayed.turnovers += [appended.reopened] if appended.reopened else []


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
                "expecting": draft.expecting,
            }
            for draft in answer.drafts
        ],
        "marks": [[mark.reason.value, mark.note] for mark in answer.effects.marks],
        "handoff": _request_body(answer.effects.handoff),
        "callback": list(astuple(answer.callback)) if answer.callback else None,
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
    # Kept by an older version of us, an answer has neither key.
    callback = body.get("callback")
    marks = tuple(Mark(reason=HandoffReason(reason), note=note) for reason, note in body["marks"])
    return StoreAnswer(
        epoch=body["epoch"],
        answers=tuple(body["answers"]),
        drafts=drafts,
        effects=Effects(
            marks=marks,
            rating=body["rating"],
            close=body["close"],
            handoff=_request_from(body.get("handoff")),
        ),
        callback=_callback_from(callback) if callback else None,
    )


def _callback_from(kept: Sequence[str]) -> CallbackWish:
    """An older version of us kept no matter."""
    return CallbackWish(phone=kept[0], wish=kept[1], matter="".join(kept[2:3]))


def _request_body(request: HandoffRequest | None) -> dict[str, Any] | None:
    if request is None:
        return None
    return {
        "reason": request.reason.value,
        "note": request.note,
        "skill": request.skill,
        "priority": request.priority,
        "detail": dict(request.detail),
    }


def _request_from(body: Mapping[str, Any] | None) -> HandoffRequest | None:
    return HandoffRequest(**{**body, "reason": HandoffReason(body["reason"])}) if body else None

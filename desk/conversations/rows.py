"""Between the records of a conversation and its rows in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from desk.conversations.conversation import Conversation, Draft, Message, Owner, QuickReply, Sender


def message_row(
    conversation_id: str, seq: int, draft: Draft, at: datetime, reply_to: int | None = None
) -> dict[str, Any]:
    return {
        "conversation_id": conversation_id,
        "seq": seq,
        "sender": draft.sender.value,
        "text": draft.text,
        "format": draft.format,
        "speech": draft.speech,
        "kind": draft.kind,
        "quick_replies": [{"text": q.text, "payload": q.payload} for q in draft.quick_replies] or None,
        "card": dict(draft.card) if draft.card is not None else None,
        "message_id": None,
        "payload": None,
        "reply_to": reply_to,
        "at": at,
        "answered_at": None,
        "answered_by": None,
        "author": None,
        "heard": None,
        "expecting": draft.expecting or None,
    }


def read_message(row: Mapping[Any, Any]) -> Message:
    return Message(
        conversation_id=row["conversation_id"],
        seq=row["seq"],
        sender=Sender(row["sender"]),
        text=row["text"],
        format=row["format"],
        speech=row["speech"] if row["speech"] is not None else row["text"],
        kind=row["kind"],
        quick_replies=tuple(
            QuickReply(text=q["text"], payload=q.get("payload")) for q in row["quick_replies"] or ()
        ),
        card=row["card"],
        message_id=row["message_id"],
        payload=row["payload"],
        reply_to=row["reply_to"],
        at=row["at"],
        author=row["author"],
        heard=row["heard"],
        expecting=row["expecting"] or "",
    )


def read_conversation(row: Mapping[Any, Any]) -> Conversation:
    return Conversation(
        id=row["id"],
        channel=row["channel"],
        owner=Owner(row["owner"]),
        epoch=row["epoch"],
        last_seq=row["last_seq"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        rating_score=row["rating_score"],
        rating_comment=row["rating_comment"],
        caller_phone=row["caller_phone"] or "",
        called_number=row["called_number"] or "",
    )

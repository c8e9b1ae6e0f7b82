"""The console's HTTP about one conversation: its card, messages, notes, knowledge and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from desk.conversations import Conversation, Owner
from desk.conversations.store import PAGE
from desk.orders.errors import StoreUnavailable as OrdersUnavailable
from desk.privacy import mask_address, mask_name, mask_phone, mask_text
from desk.seats import KnowledgeFeedback, Verdict
from desk.seats.audit import masked_detail
from gateway import sentences
from gateway.console.access import (
    Acts,
    AsReader,
    HandoffRecords,
    Id,
    InThreads,
    KeptPictures,
    Orders,
    Queries,
    Seats,
    Store,
)
from gateway.console.items import REASONS, title_of
from gateway.console.knowledge_panel import KnowledgePanel
from gateway.console.reading import masked_message, masked_texts
from gateway.console.seat_orders import Citizen
from gateway.errors import Refused, StoreUnavailable
from gateway.handoff.people import People
from gateway.pictures.http import picture_in, picture_response
from gateway.runtime.installed import the
from gateway.wire import NUMBER_MAX, Incoming, Seq, message_json

router = APIRouter(prefix="/api/v1/desk", tags=["seats"])

Panel = Annotated[KnowledgePanel, the(KnowledgePanel)]


class NewNote(Incoming):
    text: str = Field(min_length=1, max_length=2000)


class Reveal(Incoming):
    what: Literal["phone", "name", "address", "messages", "order"]
    why: str = Field("", max_length=200)


class ArticleVerdict(Incoming):
    conversation: str = Field(min_length=1, max_length=64)
    verdict: Literal["down", "up"]
    comment: str = Field("", max_length=500)


@router.get("/conversations/{conversation_id}", summary="Everything about a conversation but its messages")
async def card(
    blocking: InThreads,
    queries: Queries,
    handoffs: HandoffRecords,
    people: Seats,
    orders: Orders,
    acts: Acts,
    reader: AsReader,
    conversation_id: Id,
) -> JSONResponse:
    """Notes and the journal are masked like the messages: for whoever only looks, until revealed."""
    reading = await reader.read(conversation_id, "card")
    conversation = reading.conversation
    episode = await blocking.read(queries.episode, conversation_id)
    history = await blocking.read(queries.history, conversation_id)
    notes = await blocking.read(handoffs.notes, conversation_id)
    await people.know([*(event["actor"] for event in history), *(note.author for note in notes)])
    citizen = await orders.citizen(conversation)
    return JSONResponse(
        {
            "conversation": conversation_json(conversation),
            "handoff": _handoff_json(episode, clear=reading.clear) if episode else None,
            "history": [_event_json(people, event, clear=reading.clear) for event in history],
            "citizen": masked(citizen) | {"tags": _tags(episode)},
            "notes": [
                told if reading.clear else masked_texts(told)
                for told in (acts.note_json(note) for note in notes)
            ],
        }
    )


@router.get("/conversations/{conversation_id}/messages", summary="Messages after or before a number")
async def messages(
    store: Store,
    blocking: InThreads,
    queries: Queries,
    people: Seats,
    reader: AsReader,
    conversation_id: Id,
    after: Annotated[Seq, Query()] = 0,
    before: Annotated[int | None, Query(ge=1, le=NUMBER_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = 60,
) -> JSONResponse:
    """In order. `before` gives the last `limit` messages below that number. Whoever only looks gets them masked, until
    they have revealed `messages`."""
    reading = await reader.read(conversation_id, "messages")
    conversation = reading.conversation
    if before is not None:
        after = await blocking.read(queries.before, conversation_id, before, limit)
    page = await blocking.read(store.messages, conversation_id, after, limit)
    if before is not None:
        page = [message for message in page if message.seq < before]
    await people.authors_of(page)
    told = [message_json(message, people.author(message.author)) for message in page]
    if not reading.clear:
        told = [masked_message(message) for message in told]
    return JSONResponse(
        {"messages": told, "last_seq": conversation.last_seq, "owner": conversation.owner.value}
    )


@router.get(
    "/conversations/{conversation_id}/knowledge", summary="Articles for a query, or for the last words"
)
async def knowledge(
    panel: Panel,
    reader: AsReader,
    conversation_id: Id,
    q: Annotated[str, Query(max_length=500)] = "",
) -> JSONResponse:
    reading = await reader.read(conversation_id, "knowledge")
    if q.strip():
        return JSONResponse({"query": q.strip(), "hits": await panel.search(q.strip())})
    query, hits = await panel.follow(conversation_id, reading.conversation.last_seq)
    return JSONResponse({"query": query if reading.clear else mask_text(query), "hits": hits})


@router.post("/knowledge/{article}/feedback", status_code=204, summary="An article helped, or did not")
async def feedback(
    kept: Annotated[KnowledgeFeedback, the(KnowledgeFeedback)],
    blocking: InThreads,
    panel: Panel,
    reader: AsReader,
    article: Annotated[str, Path(max_length=100)],
    body: ArticleVerdict,
) -> Response:
    conversation = (await reader.read(body.conversation, "knowledge")).conversation
    query, _hits = await panel.follow(conversation.id, conversation.last_seq)
    await blocking.write(
        kept.add,
        reader.user.id,
        article,
        conversation.id,
        Verdict(body.verdict),
        query=query,
        comment=body.comment,
    )
    return Response(status_code=204)


@router.post("/conversations/{conversation_id}/notes", status_code=201, summary="A private note")
async def add_note(acts: Acts, reader: AsReader, conversation_id: Id, body: NewNote) -> JSONResponse:
    await reader.write(conversation_id, "note")
    if not body.text.strip():
        raise Refused(422, "malformed", sentences.MALFORMED)
    note = await acts.note(reader.user, conversation_id, body.text)
    return JSONResponse({"note": acts.note_json(note)}, status_code=201)


@router.post(
    "/conversations/{conversation_id}/reveal", summary="One masked value in clear; written down first"
)
async def reveal(orders: Orders, reader: AsReader, conversation_id: Id, body: Reveal) -> JSONResponse:
    """`messages` and `order` have no value of their own: they are in clear for whoever asked, for an hour."""
    conversation = await reader.reveal(conversation_id, body.what, body.why)
    if body.what in ("messages", "order"):
        return JSONResponse({"value": ""})
    citizen = await orders.citizen(conversation)
    values = {"phone": citizen.phone, "name": citizen.name + citizen.title, "address": citizen.address}
    return JSONResponse({"value": values[body.what]})


@router.get("/conversations/{conversation_id}/summary", summary="A long conversation in a few lines")
async def summary(
    blocking: InThreads, handoffs: HandoffRecords, orders: Orders, reader: AsReader, conversation_id: Id
) -> JSONResponse:
    """The matter, the place, what was asked and what was promised; masked like the messages for whoever only looks."""
    reading = await reader.read(conversation_id, "messages")
    callback = await blocking.read(handoffs.open_callback, conversation_id)
    try:
        made = await orders.summary(reading.conversation, callback)
    except OrdersUnavailable as error:
        raise StoreUnavailable from error
    return JSONResponse(made.as_json(clear=reading.clear))


@router.get("/citizens/{conversation_id}/past", summary="Earlier conversations and orders of the same phone")
async def past(
    blocking: InThreads,
    queries: Queries,
    people: Seats,
    orders: Orders,
    reader: AsReader,
    conversation_id: Id,
) -> JSONResponse:
    conversation = (await reader.read(conversation_id, "past")).conversation
    heads, lines = await orders.past(conversation)
    told = []
    for head in heads:
        episode = await blocking.read(queries.episode, head.id)
        words = await blocking.read(queries.first_words, head.id)
        seat = people.get(episode["seat_id"]) if episode else None
        told.append(
            conversation_json(head)
            | {
                "title": title_of(words),
                "outcome": (episode or {}).get("outcome"),
                "seat": seat.display_name if seat else "",
            }
        )
    return JSONResponse({"conversations": told, "orders": lines})


@router.post(
    "/conversations/{conversation_id}/images", status_code=201, summary="Upload a picture, to be sent next"
)
async def upload(
    request: Request, pictures: KeptPictures, reader: AsReader, conversation_id: Id
) -> JSONResponse:
    conversation = (await reader.write(conversation_id, "picture")).conversation
    if conversation.owner is Owner.CLOSED:
        raise Refused(409, "closed", sentences.CLOSED)
    content = await picture_in(request)
    kept = await pictures.keep(conversation_id, content)
    return JSONResponse(kept.card(), status_code=201)


@router.get(
    "/attachments/{attachment_id}", summary="A picture or a voice message of a conversation that one may read"
)
async def download(
    pictures: KeptPictures, reader: AsReader, attachment_id: Annotated[str, Path(max_length=120)]
) -> Response:
    picture = await pictures.find(attachment_id)
    if picture is None:
        raise Refused(404, "not_found", sentences.PICTURES["not_found"])
    await reader.read(picture[0].conversation_id, "voice" if picture[0].is_voice else "picture")
    return picture_response(picture)


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "channel": conversation.channel,
        "called": conversation.called_number,
        "owner": conversation.owner.value,
        "epoch": conversation.epoch,
        "last_seq": conversation.last_seq,
        "created_at": conversation.created_at.isoformat(),
        "updated_at": conversation.updated_at.isoformat(),
        "rating": conversation.rating_score,
    }


def masked(citizen: Citizen) -> dict[str, Any]:
    return {
        "name": mask_name(citizen.name) + citizen.title if citizen.name else "",
        "phone": mask_phone(citizen.phone),
        "phone_origin": ("line" if citizen.line else "citizen") if citizen.phone else "",
        "address": mask_address(citizen.address),
    }


def _handoff_json(row: Mapping[str, Any], *, clear: bool) -> dict[str, Any]:
    told = {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in row.items()
        if key != "conversation_id"
    }
    if not clear:
        told |= {"note": mask_text(str(row["note"])), "detail": _masked_detail(row["detail"])}
    return told | {"reason_text": REASONS.get(str(row["reason"]), str(row["reason"]))}


def _tags(episode: Mapping[str, Any] | None) -> list[str]:
    detail = (episode or {}).get("detail") or {}
    found = detail.get("vulnerable") if isinstance(detail, Mapping) else None
    return [str(one) for one in found][:5] if isinstance(found, list) else []


def _masked_detail(detail: Any) -> Any:
    return masked_detail(detail) if isinstance(detail, Mapping) else detail


def _event_json(people: People, event: Mapping[str, Any], *, clear: bool) -> dict[str, Any]:
    user = people.get(event["actor"])
    return {
        "at": event["at"].isoformat(),
        "kind": event["kind"],
        "actor": event["actor"],
        "actor_name": user.display_name if user else "",
        "epoch": event["epoch"],
        "handoff": event["handoff_id"],
        "detail": event["detail"] if clear else _masked_detail(event["detail"]),
    }

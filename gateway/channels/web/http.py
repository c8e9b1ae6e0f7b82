"""The chat over plain HTTP, as docs/protocol.md describes it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from desk.conversations import NotTheOwner, Owner
from desk.conversations.store import PAGE
from gateway import sentences
from gateway.channels.web.access import (
    AsCitizen,
    Begin,
    BotTurns,
    Configured,
    ConversationId,
    Coordinator,
    Feed,
    InThreads,
    KeptPictures,
    Limits,
    Measured,
    Seats,
    Store,
)
from gateway.channels.web.messages import citizen_message
from gateway.errors import Refused
from gateway.handoff.admission import place_json
from gateway.runtime.closing import refuse_while_closing
from gateway.sockets.network import address_of, origin_of_page
from gateway.wire import (
    AnswerOut,
    ConversationOut,
    ErrorEnvelope,
    MessagesOut,
    NewConversation,
    NewMessage,
    Rating,
    Seq,
    check_length,
    message_json,
)

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorEnvelope} for status in (401, 404, 409, 413, 422, 429, 503)
}
router = APIRouter(
    prefix="/api/v1/conversations",
    tags=["citizens"],
    responses=_PROBLEMS,
    dependencies=[Depends(refuse_while_closing)],
)


@router.post("", status_code=201, response_model=ConversationOut, summary="Begin a conversation")
async def create(opening: Begin, limits: Limits, request: Request, body: NewConversation) -> JSONResponse:
    address = address_of(request)
    await limits.count_conversation(address)
    opened = await opening.begin(body.channel, origin=origin_of_page(address))
    content = {
        "id": opened.conversation.id,
        "token": opened.token,
        "owner": opened.conversation.owner.value,
        "greeting": [message_json(message) for message in opened.greeting],
    }
    return JSONResponse(content, status_code=201)


@router.post(
    "/{conversation_id}/messages", response_model=AnswerOut, summary="Say something and get the answer"
)
async def say(
    turns: BotTurns,
    pictures: KeptPictures,
    people: Seats,
    metrics: Measured,
    settings: Configured,
    citizen: AsCitizen,
    conversation_id: ConversationId,
    body: NewMessage,
) -> JSONResponse:
    """Idempotent by `message_id`."""
    check_length(body.text, settings.message_max_chars)
    await citizen.acts(conversation_id)
    with metrics.stage.labels("total").time():
        card = await pictures.card_of(conversation_id, body.attachment) if body.attachment else None
        appended = await turns.accept(conversation_id, body.message_id, body.text, body.payload, card)
        # Room for the message that may be in work before ours.
        answer = await turns.answer(appended, 2 * settings.rasa_timeout_s + 5)
    content = {
        "seq": appended.message.seq,
        "replies": [citizen_message(people, message) for message in answer.replies],
        "owner": answer.owner.value,
    }
    return JSONResponse(content)


@router.get("/{conversation_id}/messages", response_model=MessagesOut, summary="Read on from a number")
async def read(
    store: Store,
    blocking: InThreads,
    people: Seats,
    coordinator: Coordinator,
    citizen: AsCitizen,
    conversation_id: ConversationId,
    after: Annotated[Seq, Query()] = 0,
) -> JSONResponse:
    await citizen.reads(conversation_id)
    messages = await blocking.read(store.messages, conversation_id, after, PAGE)
    conversation = await blocking.read(store.get, conversation_id)
    await people.authors_of(messages)
    content: dict[str, Any] = {
        "messages": [citizen_message(people, message) for message in messages],
        "owner": conversation.owner.value,
        "last_seq": conversation.last_seq,
    }
    if conversation.owner is Owner.WAITING:
        place = await coordinator.place(conversation_id)
        content["queue"] = place_json(place) if place is not None else None
    return JSONResponse(content)


@router.post("/{conversation_id}/take-bot", summary="Wait no longer for a person; the bot goes on")
async def take_bot(
    coordinator: Coordinator, citizen: AsCitizen, conversation_id: ConversationId
) -> JSONResponse:
    """409 `not_the_owner` unless the conversation waits for a person."""
    await citizen.acts(conversation_id)
    await _leaving(coordinator.take_bot(conversation_id))
    return JSONResponse({"owner": Owner.BOT.value})


@router.post("/{conversation_id}/leave", summary="Wait no longer for a person; the conversation ends")
async def leave(
    coordinator: Coordinator, citizen: AsCitizen, conversation_id: ConversationId
) -> JSONResponse:
    """409 `not_the_owner` unless the conversation waits for a person."""
    await citizen.acts(conversation_id)
    await _leaving(coordinator.leave(conversation_id))
    return JSONResponse({"owner": Owner.CLOSED.value})


async def _leaving(act: Awaitable[object]) -> None:
    """Raises Refused (409) in words for a citizen: those for seats speak of whose conversation it is."""
    try:
        await act
    except NotTheOwner as error:
        raise Refused(409, "not_the_owner", sentences.NOT_IN_THE_QUEUE) from error


@router.post(
    "/{conversation_id}/rating", status_code=204, summary="Rate the service; a later rating replaces it"
)
async def rate(
    store: Store,
    blocking: InThreads,
    hub: Feed,
    citizen: AsCitizen,
    conversation_id: ConversationId,
    body: Rating,
) -> Response:
    await citizen.acts(conversation_id)
    await blocking.write(store.rate, conversation_id, body.score, body.comment)
    hub.publish(conversation_id, {"type": "rated", "score": body.score})
    return Response(status_code=204)

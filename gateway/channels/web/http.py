"""The chat over plain HTTP, as docs/protocol.md describes it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from desk.conversations import Message, NotTheOwner, Owner, WrongToken
from desk.conversations.store import PAGE, hash_token
from gateway import sentences
from gateway.channels.web.limits import count_conversation, count_message
from gateway.errors import Refused
from gateway.handoff.admission import place_json
from gateway.network import address_of, origin_of_page
from gateway.seats.people import for_citizens
from gateway.services import Services
from gateway.tokens import bearer
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
router = APIRouter(prefix="/api/v1/conversations", tags=["citizens"], responses=_PROBLEMS)

ConversationId = Annotated[str, Path(max_length=64)]


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    if services.closing:
        raise Refused(503, "closing", sentences.SHUTTING_DOWN)
    return services


Needed = Annotated[Services, Depends(services_of)]
Authorization = Annotated[str | None, Header(include_in_schema=False)]


async def check(services: Services, conversation_id: str, authorization: str | None) -> None:
    """Raises WrongToken, ConversationNotFound, StoreUnavailable."""
    token = bearer(authorization)
    if token is None:
        raise WrongToken(conversation_id)
    await services.tokens.check(conversation_id, token)


async def check_and_count(
    services: Services, request: Request, conversation_id: str, authorization: str | None
) -> None:
    """What every act of a citizen begins with. Raises as `check` does, and TooMany."""
    await check(services, conversation_id, authorization)
    await count_message(
        services.limits, services.metrics, services.settings, conversation_id, address_of(request)
    )


@router.post("", status_code=201, response_model=ConversationOut, summary="Begin a conversation")
async def create(services: Needed, request: Request, body: NewConversation) -> JSONResponse:
    address = address_of(request)
    await count_conversation(services.limits, services.metrics, services.settings, address)
    conversation, token, greeting = await services.blocking.write(
        services.store.create,
        body.channel,
        [sentences.greeting(services.settings.city)],
        origin=origin_of_page(address),
    )
    services.tokens.remember(conversation.id, hash_token(token))
    content = {
        "id": conversation.id,
        "token": token,
        "owner": conversation.owner.value,
        "greeting": [message_json(message) for message in greeting],
    }
    return JSONResponse(content, status_code=201)


@router.post(
    "/{conversation_id}/messages", response_model=AnswerOut, summary="Say something and get the answer"
)
async def say(
    services: Needed,
    request: Request,
    conversation_id: ConversationId,
    body: NewMessage,
    authorization: Authorization = None,
) -> JSONResponse:
    """Idempotent by `message_id`."""
    check_length(body.text, services.settings.message_max_chars)
    await check_and_count(services, request, conversation_id, authorization)
    with services.metrics.stage.labels("total").time():
        card = await picture_card(services, conversation_id, body.attachment)
        appended = await services.turns.accept(
            conversation_id, body.message_id, body.text, body.payload, card
        )
        # Room for the message that may be in work before ours.
        answer = await services.turns.answer(appended, 2 * services.settings.rasa_timeout_s + 5)
    content = {
        "seq": appended.message.seq,
        "replies": [citizen_message(services, message) for message in answer.replies],
        "owner": answer.owner.value,
    }
    return JSONResponse(content)


@router.get("/{conversation_id}/messages", response_model=MessagesOut, summary="Read on from a number")
async def read(
    services: Needed,
    conversation_id: ConversationId,
    after: Annotated[Seq, Query()] = 0,
    authorization: Authorization = None,
) -> JSONResponse:
    await check(services, conversation_id, authorization)
    messages = await services.blocking.read(services.store.messages, conversation_id, after, PAGE)
    conversation = await services.blocking.read(services.store.get, conversation_id)
    await services.people.authors_of(messages)
    content: dict[str, Any] = {
        "messages": [citizen_message(services, message) for message in messages],
        "owner": conversation.owner.value,
        "last_seq": conversation.last_seq,
    }
    if conversation.owner is Owner.WAITING:
        place = await services.desk.place(conversation_id)
        content["queue"] = place_json(place) if place is not None else None
    return JSONResponse(content)


@router.post("/{conversation_id}/take-bot", summary="Wait no longer for a person; the bot goes on")
async def take_bot(
    services: Needed,
    request: Request,
    conversation_id: ConversationId,
    authorization: Authorization = None,
) -> JSONResponse:
    """409 `not_the_owner` unless the conversation waits for a person."""
    await check_and_count(services, request, conversation_id, authorization)
    await _leaving(services.desk.take_bot(conversation_id))
    return JSONResponse({"owner": Owner.BOT.value})


@router.post("/{conversation_id}/leave", summary="Wait no longer for a person; the conversation ends")
async def leave(
    services: Needed,
    request: Request,
    conversation_id: ConversationId,
    authorization: Authorization = None,
) -> JSONResponse:
    """409 `not_the_owner` unless the conversation waits for a person."""
    await check_and_count(services, request, conversation_id, authorization)
    await _leaving(services.desk.leave(conversation_id))
    return JSONResponse({"owner": Owner.CLOSED.value})


async def _leaving(act: Awaitable[object]) -> None:
    """Raises Refused (409) in words for a citizen: those for seats speak of whose conversation it is."""
    try:
        await act
    except NotTheOwner as error:
        raise Refused(409, "not_the_owner", sentences.NOT_IN_THE_QUEUE) from error


def citizen_message(services: Services, message: Message) -> dict[str, Any]:
    """A message as citizens see it: of a seat, only the badge."""
    return dict(for_citizens(message_json(message, services.people.author(message.author))))


async def picture_card(
    services: Services, conversation_id: str, attachment: str | None
) -> dict[str, Any] | None:
    """What a message with this picture holds. Raises Refused unless it is a picture of this conversation."""
    if attachment is None:
        return None
    found = await services.blocking.file(services.attachments.find, attachment)
    if found is None or found[0].conversation_id != conversation_id:
        raise Refused(422, "malformed", sentences.PICTURES["not_found"])
    return found[0].card()


@router.post(
    "/{conversation_id}/rating", status_code=204, summary="Rate the service; a later rating replaces it"
)
async def rate(
    services: Needed,
    request: Request,
    conversation_id: ConversationId,
    body: Rating,
    authorization: Authorization = None,
) -> Response:
    await check_and_count(services, request, conversation_id, authorization)
    await services.blocking.write(services.store.rate, conversation_id, body.score, body.comment)
    services.hub.publish(conversation_id, {"type": "rated", "score": body.score})
    return Response(status_code=204)

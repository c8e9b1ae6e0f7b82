"""REST for an outside desk: read a conversation of its own, answer, end it, give it back to the bot."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from desk.conversations import NotTheOwner, Turnover
from desk.conversations.store import PAGE
from desk.seats import User
from gateway import sentences
from gateway.errors import Refused
from gateway.handoff.outside import OutsideDesk, shows_secret
from gateway.seats.acts import Promise
from gateway.seats.frames import SeatSend
from gateway.services import Services
from gateway.wire import Incoming, MessageId, Seq, message_json

Id = Annotated[str, Path(max_length=64)]


class Answer(Incoming):
    message_id: MessageId
    text: str = Field(min_length=1, max_length=5000)


class Closing(Incoming):
    outcome: str = Field("answered", min_length=1, max_length=64)
    tags: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=20)
    note: str = Field("", max_length=2000)
    # Of the outcome `callback`: another number than the one that is known, and when to call.
    phone: str = Field("", max_length=40)
    wish: str = Field("", max_length=200)


class Giving(Incoming):
    note: str = Field("", max_length=2000)


async def outside_of(
    request: Request, authorization: Annotated[str | None, Header(include_in_schema=False)] = None
) -> OutsideDesk:
    """Raises Refused: 403 when no outside desk is configured, 401 for a wrong secret, 503 while its user is missing."""
    services: Services = request.app.state.services
    secret = services.settings.outside_desk_secret
    if services.outside is None or secret is None:
        raise Refused(403, "no_outside_desk", sentences.NO_OUTSIDE_DESK)
    if not shows_secret(secret.get_secret_value(), authorization):
        raise Refused(401, "api_token", sentences.API_TOKEN_WRONG)
    if not services.outside.seat_id:
        raise Refused(503, "part_missing", sentences.PART_MISSING)
    return services.outside


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Outside = Annotated[OutsideDesk, Depends(outside_of)]
Needed = Annotated[Services, Depends(services_of)]
router = APIRouter(prefix="/api/v1/outside/conversations", tags=["machines"])


@router.get("/{conversation_id}/messages", summary="Messages of a conversation that the outside desk has")
async def messages(
    services: Needed, outside: Outside, conversation_id: Id, after: Annotated[Seq, Query()] = 0
) -> JSONResponse:
    await _held(services, outside, conversation_id)
    page = await services.blocking.read(services.store.messages, conversation_id, after, PAGE)
    return JSONResponse({"messages": [message_json(message) for message in page]})


@router.post("/{conversation_id}/messages", status_code=201, summary="Answer; idempotent by `message_id`")
async def answer(services: Needed, outside: Outside, conversation_id: Id, body: Answer) -> JSONResponse:
    held = await _held(services, outside, conversation_id)
    frame = SeatSend(
        type="send",
        conversation=conversation_id,
        epoch=held.epoch,
        message_id=body.message_id,
        text=body.text,
    )
    appended = await services.seats.acts.send(await _user(services, outside), frame)
    return JSONResponse({"seq": appended.message.seq}, status_code=201)


@router.post("/{conversation_id}/close", status_code=204, summary="End the conversation")
async def close(services: Needed, outside: Outside, conversation_id: Id, body: Closing) -> Response:
    """The citizen is asked for a rating; whoever writes more than thanks calls a seat again before that."""
    held = await _held(services, outside, conversation_id)
    user, acts = await _user(services, outside), services.seats.acts
    await acts.end(user, conversation_id, held.epoch)
    promised = Promise(phone=body.phone, wish=body.wish)
    await acts.wrap(user, conversation_id, body.outcome, body.tags, body.note, promised)
    return Response(status_code=204)


@router.post("/{conversation_id}/to-bot", status_code=204, summary="Give the conversation back to the bot")
async def to_bot(services: Needed, outside: Outside, conversation_id: Id, body: Giving) -> Response:
    held = await _held(services, outside, conversation_id)
    await services.seats.acts.to_bot(await _user(services, outside), conversation_id, held.epoch, body.note)
    return Response(status_code=204)


async def _held(services: Services, outside: OutsideDesk, conversation_id: str) -> Turnover:
    """Raises ConversationNotFound, NotTheOwner."""
    found: Turnover | None = await services.blocking.read(services.handoffs.open_of, conversation_id)
    if found is None or found.seat_id != outside.seat_id:
        conversation = await services.blocking.read(services.store.get, conversation_id)
        raise NotTheOwner(conversation_id, conversation.owner, conversation.epoch, None)
    return found


async def _user(services: Services, outside: OutsideDesk) -> User:
    await services.people.know([outside.seat_id])
    user = services.people.get(outside.seat_id)
    if user is None:
        raise Refused(503, "part_missing", sentences.PART_MISSING)
    return user

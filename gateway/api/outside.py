"""REST for an outside desk: read a conversation of its own, answer, end it, give it back to the bot."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from desk.conversations import ConversationStore, Message, NotTheOwner, Turnover
from desk.conversations.store import PAGE
from desk.handoff.store import HandoffStore
from desk.seats import User
from desk.settings import Settings
from gateway import sentences
from gateway.console.acts import Promise, SeatActs
from gateway.console.frames import SeatSend
from gateway.errors import Refused
from gateway.handoff.outside import OutsideDesk, shows_secret
from gateway.handoff.people import People
from gateway.runtime.blocking import Blocking
from gateway.runtime.installed import find_or_none, the
from gateway.wire import Incoming, MessageId, Seq, message_json

Id = Annotated[str, Path(max_length=64)]


class SeatAnswer(Incoming):
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
    request: Request,
    settings: Annotated[Settings, the(Settings)],
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> OutsideDesk:
    """Raises Refused: 403 when no outside desk is configured, 401 for a wrong secret, 503 while its user is missing."""
    secret, outside = settings.outside_desk_secret, find_or_none(request, OutsideDesk)
    if outside is None or secret is None:
        raise Refused(403, "no_outside_desk", sentences.NO_OUTSIDE_DESK)
    if not shows_secret(secret.get_secret_value(), authorization):
        raise Refused(401, "api_token", sentences.API_TOKEN_WRONG)
    if not outside.seat_id:
        raise Refused(503, "part_missing", sentences.PART_MISSING)
    return outside


class Held:
    """The conversations that the outside desk has, and its user."""

    def __init__(
        self,
        outside: OutsideDesk,
        store: ConversationStore,
        handoffs: HandoffStore,
        people: People,
        blocking: Blocking,
    ) -> None:
        self._outside = outside
        self._store = store
        self._handoffs = handoffs
        self._people = people
        self._blocking = blocking

    async def turnover(self, conversation_id: str) -> Turnover:
        """Raises ConversationNotFound, NotTheOwner."""
        found: Turnover | None = await self._blocking.read(self._handoffs.open_of, conversation_id)
        if found is None or found.seat_id != self._outside.seat_id:
            conversation = await self._blocking.read(self._store.get, conversation_id)
            raise NotTheOwner(conversation_id, conversation.owner, conversation.epoch, None)
        return found

    async def messages(self, conversation_id: str, after: int) -> list[Message]:
        return await self._blocking.read(self._store.messages, conversation_id, after, PAGE)

    async def user(self) -> User:
        """Raises Refused (503) while nobody knows it."""
        await self._people.know([self._outside.seat_id])
        user = self._people.get(self._outside.seat_id)
        if user is None:
            raise Refused(503, "part_missing", sentences.PART_MISSING)
        return user


async def held_by(
    outside: Annotated[OutsideDesk, Depends(outside_of)],
    store: Annotated[ConversationStore, the(ConversationStore)],
    handoffs: Annotated[HandoffStore, the(HandoffStore)],
    people: Annotated[People, the(People)],
    blocking: Annotated[Blocking, the(Blocking)],
) -> Held:
    return Held(outside, store, handoffs, people, blocking)


AsOutside = Annotated[Held, Depends(held_by)]
Acts = Annotated[SeatActs, the(SeatActs)]
router = APIRouter(prefix="/api/v1/outside/conversations", tags=["machines"])


@router.get("/{conversation_id}/messages", summary="Messages of a conversation that the outside desk has")
async def messages(held: AsOutside, conversation_id: Id, after: Annotated[Seq, Query()] = 0) -> JSONResponse:
    await held.turnover(conversation_id)
    page = await held.messages(conversation_id, after)
    return JSONResponse({"messages": [message_json(message) for message in page]})


@router.post("/{conversation_id}/messages", status_code=201, summary="Answer; idempotent by `message_id`")
async def answer(held: AsOutside, acts: Acts, conversation_id: Id, body: SeatAnswer) -> JSONResponse:
    turnover = await held.turnover(conversation_id)
    frame = SeatSend(
        type="send",
        conversation=conversation_id,
        epoch=turnover.epoch,
        message_id=body.message_id,
        text=body.text,
    )
    appended = await acts.send(await held.user(), frame)
    return JSONResponse({"seq": appended.message.seq}, status_code=201)


@router.post("/{conversation_id}/close", status_code=204, summary="End the conversation")
async def close(held: AsOutside, acts: Acts, conversation_id: Id, body: Closing) -> Response:
    """The citizen is asked for a rating; whoever writes more than thanks calls a seat again before that."""
    turnover = await held.turnover(conversation_id)
    user = await held.user()
    await acts.end(user, conversation_id, turnover.epoch)
    promised = Promise(phone=body.phone, wish=body.wish)
    await acts.wrap(user, conversation_id, body.outcome, body.tags, body.note, promised)
    return Response(status_code=204)


@router.post("/{conversation_id}/to-bot", status_code=204, summary="Give the conversation back to the bot")
async def to_bot(held: AsOutside, acts: Acts, conversation_id: Id, body: Giving) -> Response:
    turnover = await held.turnover(conversation_id)
    await acts.to_bot(await held.user(), conversation_id, turnover.epoch, body.note)
    return Response(status_code=204)

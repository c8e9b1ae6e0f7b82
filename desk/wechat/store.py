"""Keeps in SQL what of a conversation has been brought to its citizen on WeChat, so that any gateway can go on after any
other: once, in order, whoever dies.

A *claim* is the right to bring what is next. It is taken for a few seconds, in SQL, by one at a time; who had it and died
loses it by the clock. Only in that moment, between WeChat's yes and ours being written down, may a message be brought twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Table,
    and_,
    case,
    delete,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from desk.conversations import Owner, Sender
from desk.conversations.channel import WECHAT
from desk.conversations.tables import ConversationRow, MessageRow
from desk.store.times import UtcDateTime
from desk.wechat.tables import WechatCitizenRow, WechatJobRow

Clock = Callable[[], datetime]

# Conversations of this channel begin with this letter, so that whoever sees a message knows whether to bring it there.
_PREFIX = "w"
# A session of WeChat's customer service lasts as long; who comes later comes with another matter.
SESSION = timedelta(hours=48)
# While a person owns the conversation it is looked at now and then: what he writes may be stored by a gateway that dies.
LOOK_AGAIN = timedelta(seconds=30)
# The same for an answer that the bot is still to give.
LOOK_SOON = timedelta(seconds=5)
# WeChat repeats a request within fifteen seconds of the first; what it repeats hours later was answered.
PASSIVE_AGAIN = timedelta(seconds=30)
BATCH = 200
ORIGIN_CHARS = 32
_PEOPLE = (Owner.WAITING.value, Owner.SEAT.value, Owner.WRAP_UP.value)

_citizens = cast(Table, WechatCitizenRow.__table__)
_jobs = cast(Table, WechatJobRow.__table__)
_conversations = cast(Table, ConversationRow.__table__)
_messages = cast(Table, MessageRow.__table__)
_w, _j, _c, _m = _citizens.c, _jobs.c, _conversations.c, _messages.c


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Whose message it is. `begins`: the conversation is still to be made, under this id. `repeated`: this message was said
    in an earlier conversation, and is not to be said again. `passive`: what this very message was answered with a moment
    ago, in the answer to its request."""

    conversation_id: str
    owner: Owner
    last_seq: int = 0
    begins: bool = False
    # The conversation that ended before this one.
    ended: str | None = None
    repeated: bool = False
    passive: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to bring what stands behind `delivered_seq`, and behind `delivered_parts` parts of the next message."""

    conversation_id: str
    token: str
    openid: str = field(repr=False)
    delivered_seq: int
    delivered_parts: int
    # When the citizen had last written as it was taken.
    heard_at: datetime


@dataclass(frozen=True, kw_only=True)
class Job:
    id: str
    conversation_id: str
    kind: str
    media_id: str = field(repr=False)
    tries: int


def utc_now() -> datetime:
    return datetime.now(UTC)


def is_wechat(conversation_id: str) -> bool:
    return conversation_id.startswith(_PREFIX)


def origin_of_citizen(key: str) -> str:
    """Where a citizen's conversations come from, as it is kept with them: a part of his key that no other shares."""
    return key[:ORIGIN_CHARS]


def _of_citizen(key: str) -> ColumnElement[bool]:
    return and_(_c.origin == origin_of_citizen(key), _c.channel == WECHAT.name)


class WechatStore:
    """Thread-safe: share one. All methods block; what they return is committed."""

    def __init__(self, engine: Engine, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def arrive(
        self, key: str, openid: str, message_id: str, hold: timedelta, *, seen: bool = False
    ) -> Arrival:
        """A message has come; the API waits for `hold`. A conversation that ended or has slept for two days is followed by a
        new one, which the caller makes if `begins`. `seen`: this message was stored before, perhaps long ago. Idempotent."""
        for _ in range(3):
            try:
                return self._arrive(key, openid, message_id, hold, seen)
            except IntegrityError:
                # Another gateway has just met the same citizen for the first time.
                continue
        raise AssertionError("a row that is neither there nor can be made")

    def _arrive(self, key: str, openid: str, message_id: str, hold: timedelta, seen: bool) -> Arrival:
        now, fresh = self._clock(), _PREFIX + secrets.token_hex(12)
        held: Mapping[str, Any] = {"heard_at": now, "hold_until": now + hold, "due_at": now + hold}
        with self._engine.begin() as connection:
            row = connection.execute(
                update(_citizens)
                .where(_w.key == key)
                .values(**held)
                .returning(_w.conversation_id, _w.passive_id, _w.passive_text, _w.passive_at)
            ).first()
            if row is None:
                values = {
                    "key": key,
                    "openid": openid,
                    "conversation_id": fresh,
                    "delivered_seq": 0,
                    "delivered_parts": 0,
                }
                connection.execute(insert(_citizens).values(**values, **held))
                return Arrival(conversation_id=fresh, owner=Owner.BOT, begins=True)
            conversation_id = str(row.conversation_id)
            state = connection.execute(
                select(_c.owner, _c.updated_at, _c.last_seq).where(_c.id == conversation_id)
            ).first()
            if state is None:
                # It was begun by a gateway that died at once.
                return Arrival(conversation_id=conversation_id, owner=Owner.BOT, begins=True)
            owner = Owner(state.owner)
            if row.passive_id == message_id:
                recent = row.passive_at is not None and now - row.passive_at < PASSIVE_AGAIN
                return Arrival(
                    conversation_id=conversation_id, owner=owner, repeated=not recent,
                    passive=row.passive_text if recent else None,
                )  # fmt: skip
            over = owner is Owner.CLOSED or (owner is Owner.BOT and now - state.updated_at > SESSION)
            if (seen or over) and not self._knows(connection, conversation_id, message_id):
                if seen:
                    return Arrival(conversation_id=conversation_id, owner=owner, repeated=True)
                anew: Mapping[str, Any] = {
                    "delivered_seq": 0,
                    "delivered_parts": 0,
                    "claim_token": None,
                    "claim_until": None,
                }
                connection.execute(
                    update(_citizens).where(_w.key == key).values(conversation_id=fresh, **anew)
                )
                return Arrival(conversation_id=fresh, owner=Owner.BOT, begins=True, ended=conversation_id)
        return Arrival(conversation_id=conversation_id, owner=owner, last_seq=int(state.last_seq))

    def _knows(self, connection: Connection, conversation_id: str, message_id: str) -> bool:
        query = select(_m.seq).where(_m.conversation_id == conversation_id, _m.message_id == message_id)
        return connection.scalar(query) is not None

    def let_go(self, conversation_id: str) -> None:
        """The answer to the request says nothing more: what is left is the API's, now."""
        now = self._clock()
        with self._engine.begin() as connection:
            connection.execute(
                update(_citizens)
                .where(_w.conversation_id == conversation_id)
                .values(hold_until=None, due_at=now)
            )

    def claim(self, conversation_id: str, lease: timedelta, *, passive: bool) -> Claim | None:
        """None: somebody else has it, it is held for the answer to a request (unless `passive`), or there is no such
        citizen."""
        now, token = self._clock(), secrets.token_hex(16)
        free = or_(_w.claim_until.is_(None), _w.claim_until < now)
        if not passive:
            free = and_(free, or_(_w.hold_until.is_(None), _w.hold_until <= now))
        with self._engine.begin() as connection:
            row = connection.execute(
                update(_citizens)
                .where(_w.conversation_id == conversation_id, free)
                .values(claim_token=token, claim_until=now + lease)
                .returning(_w.openid, _w.delivered_seq, _w.delivered_parts, _w.heard_at)
            ).first()
        if row is None:
            return None
        return Claim(
            conversation_id=conversation_id, token=token, openid=row.openid,
            delivered_seq=row.delivered_seq, delivered_parts=row.delivered_parts, heard_at=row.heard_at,
        )  # fmt: skip

    def brought(self, claim: Claim, seq: int, parts: int, lease: timedelta) -> bool:
        """Everything up to `seq` and so many parts of the next message are with the citizen; the claim goes on. False: it
        was lost meanwhile, and nothing was noted."""
        return self._note(claim, delivered_seq=seq, delivered_parts=parts, claim_until=self._clock() + lease)

    def said_passively(self, claim: Claim, seq: int, parts: int, message_id: str, text: str) -> bool:
        """It goes out with the answer to the request for `message_id`; ends the claim. False: it was lost."""
        passive = {"passive_id": message_id, "passive_text": text, "passive_at": self._clock()}
        return self._note(
            claim,
            delivered_seq=seq,
            delivered_parts=parts,
            hold_until=None,
            **passive,
            **self._ended(claim, seq),
        )

    def finish(self, claim: Claim, seq: int, again: timedelta | None = None) -> None:
        """Ends the claim, and the hold with it; everything up to `seq` was looked at. It is looked at again after `again`,
        or when there is something new."""
        ended = self._ended(claim, seq)
        if again is not None:
            ended = {**ended, "due_at": self._clock() + again}
        self._note(claim, hold_until=None, **ended)

    def give_up(self, claim: Claim) -> None:
        """Ends the claim: nothing can be brought before the citizen writes again. Where they have since, it is looked at."""
        waits = case((_w.heard_at <= claim.heard_at, null()), else_=_w.due_at)
        self._note(claim, claim_token=None, claim_until=None, due_at=waits)

    def _ended(self, claim: Claim, seq: int) -> Mapping[str, Any]:
        """What was stored since was perhaps refused the claim, and is looked at now."""
        now, mine = self._clock(), _c.id == claim.conversation_id
        unanswered = (
            select(_m.seq)
            .where(
                _m.conversation_id == claim.conversation_id,
                # Written out for the partial index, as in desk.conversations.
                _m.sender == literal_column(f"'{Sender.CITIZEN.value}'"),
                _m.answered_at.is_(None),
            )
            .exists()
        )
        newer = select(_c.id).where(mine, _c.last_seq > seq).exists()
        with_people = select(_c.id).where(mine, _c.owner.in_(_PEOPLE)).exists()
        moment = UtcDateTime()
        due = case(
            (newer, literal(now, moment)),
            (unanswered, literal(now + LOOK_SOON, moment)),
            (with_people, literal(now + LOOK_AGAIN, moment)),
            else_=null(),
        )
        return {"claim_token": None, "claim_until": None, "due_at": due}

    def due(self) -> list[str]:
        """Conversations to look at, longest due first, at most BATCH."""
        now = self._clock()
        query = (
            select(_w.conversation_id)
            .where(_w.due_at <= now, or_(_w.claim_until.is_(None), _w.claim_until < now))
            .order_by(_w.due_at)
            .limit(BATCH)
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def passive_of(self, conversation_id: str, message_id: str) -> str | None:
        """What this message was answered with a moment ago, in the answer to its request."""
        recent = self._clock() - PASSIVE_AGAIN
        query = select(_w.passive_text).where(
            _w.conversation_id == conversation_id, _w.passive_id == message_id, _w.passive_at > recent
        )
        with self._engine.connect() as connection:
            found = connection.scalar(query)
        return str(found) if found is not None else None

    def forget(self, key: str) -> None:
        """The citizen follows the account no more: who he is there is nobody's business, and nothing opens his orders by it.
        What he said stays as long as all conversations do."""
        with self._engine.begin() as connection:
            connection.execute(delete(_citizens).where(_w.key == key))
            connection.execute(update(_conversations).where(_of_citizen(key)).values(origin=None))

    def conversations_of(self, key: str, limit: int = 50) -> list[str]:
        """All that this citizen has had since he follows the account, newest first."""
        query = select(_c.id).where(_of_citizen(key)).order_by(_c.created_at.desc()).limit(limit)
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def delivered_to(self, conversation_id: str) -> int | None:
        """Up to which number everything has been brought; None: nobody is there any more to whom it could be."""
        with self._engine.connect() as connection:
            found = connection.scalar(select(_w.delivered_seq).where(_w.conversation_id == conversation_id))
        return int(found) if found is not None else None

    def openid_of(self, conversation_id: str) -> str | None:
        with self._engine.connect() as connection:
            found = connection.scalar(select(_w.openid).where(_w.conversation_id == conversation_id))
        return str(found) if found is not None else None

    # -- files that are still to be fetched --

    def add_job(
        self, message_id: str, conversation_id: str, kind: str, media_id: str, lease: timedelta
    ) -> bool:
        """Taken by the caller for `lease`. False: it is there already."""
        now = self._clock()
        values: Mapping[str, Any] = {
            "id": message_id, "conversation_id": conversation_id, "kind": kind, "media_id": media_id,
            "made_at": now, "tries": 1, "taken_until": now + lease,
        }  # fmt: skip
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_jobs).values(values))
        except IntegrityError:
            return False
        return True

    def take_jobs(self, lease: timedelta, limit: int = 20) -> list[Job]:
        """Those that nobody works on any more; taken for `lease`."""
        now = self._clock()
        with self._engine.begin() as connection:
            ids = connection.scalars(
                select(_j.id).where(_j.taken_until < now).order_by(_j.taken_until).limit(limit)
            ).all()
            rows: list[Any] = []
            for one in ids:
                rows += connection.execute(
                    update(_jobs)
                    .where(_j.id == one, _j.taken_until < now)
                    .values(taken_until=now + lease, tries=_j.tries + 1)
                    .returning(_j.id, _j.conversation_id, _j.kind, _j.media_id, _j.tries)
                ).all()
        return [Job(**row._mapping) for row in rows]

    def has_job(self, message_id: str) -> bool:
        with self._engine.connect() as connection:
            return connection.scalar(select(_j.id).where(_j.id == message_id)) is not None

    def end_job(self, message_id: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(_jobs).where(_j.id == message_id))

    def _note(self, claim: Claim, **values: Any) -> bool:
        with self._engine.begin() as connection:
            result = connection.execute(self._of(claim).values(**values))
        return bool(cast("CursorResult[Any]", result).rowcount)

    def _of(self, claim: Claim) -> Any:
        return update(_citizens).where(
            _w.conversation_id == claim.conversation_id, _w.claim_token == claim.token
        )

"""Keeps conversations in SQL, on SQLite and PostgreSQL alike.

Every write is one transaction that begins by updating the conversation's row. That row lock is what numbers the
messages without gaps; and SQLite, which refuses to turn a reader into a writer once somebody else wrote, gets its
write lock first. What a method returns is committed.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    CursorResult,
    Engine,
    Row,
    Table,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Connection

from desk.conversations.conversation import (
    NO_EFFECTS,
    NO_NUMBERS,
    CallNumbers,
    Conversation,
    Draft,
    Effects,
    HandoffMark,
    HandoffReason,
    Mark,
    Message,
    Owner,
    Pending,
    PendingMessage,
    Sender,
    SentPicture,
)
from desk.conversations.errors import (
    ConversationClosed,
    ConversationNotFound,
    MessageIdTaken,
    NotTheOwner,
    PayloadNotOffered,
    WrongToken,
)
from desk.conversations.farewell import is_farewell
from desk.conversations.handoff import BOT, is_call
from desk.conversations.outcomes import AnswerResult, AnswerStored, Appended, SeatAppended
from desk.conversations.rows import message_row, read_conversation, read_message
from desk.conversations.tables import ConversationRow, HandoffMarkRow, MessageRow
from desk.conversations.transitions import (
    Locked,
    OwnerTransitions,
    begin_handoff,
    mark_first_reply,
    open_handoff,
    reopen,
    seat_of,
)
from desk.store.storable import storable

Clock = Callable[[], datetime]

# A page of messages, as the protocol promises.
PAGE = 200

_conversations = cast(Table, ConversationRow.__table__)
_messages = cast(Table, MessageRow.__table__)
_marks = cast(Table, HandoffMarkRow.__table__)
_c = _conversations.c
_m = _messages.c


# The statements of a turn, built once: putting them together costs more than running them.
_BUMP = (
    update(_conversations)
    .where(_c.id == bindparam("b_id"))
    .values(last_seq=_c.last_seq + bindparam("b_by"), updated_at=bindparam("b_now"))
    .returning(_c.last_seq, _c.owner, _c.epoch, _c.channel, _c.calling_since, _c.caller_phone)
)
_BY_MESSAGE_ID = select(_messages).where(
    _m.conversation_id == bindparam("b_id"), _m.message_id == bindparam("b_message_id")
)
_PENDING = (
    select(_m.seq, _m.text, _m.payload, _m.at, _m.card)
    .where(
        _m.conversation_id == bindparam("b_id"),
        # Written out, because a partial index is used only if the condition can be seen to imply its own.
        _m.sender == literal_column(f"'{Sender.CITIZEN.value}'"),
        _m.answered_at.is_(None),
    )
    .order_by(_m.seq)
)
# Every database looks first whether it may write at all.
_WRITE_NOTHING = update(_conversations).where(_c.id == literal_column("''")).values(epoch=_c.epoch)
_ADD_MESSAGES = insert(_messages)
_ANSWER = (
    update(_messages)
    .where(
        _m.conversation_id == bindparam("b_id"),
        _m.seq.in_(bindparam("b_seqs", expanding=True)),
        _m.answered_at.is_(None),
    )
    .values(answered_at=bindparam("b_now"), answered_by=bindparam("b_by"))
)


def utc_now() -> datetime:
    return datetime.now(UTC)


def hash_token(token: str) -> str:
    """Tokens have 256 random bits, so a plain SHA-256 without salt or stretching is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _attachment(card: object) -> dict[str, Any] | None:
    found = card.get("attachment") if isinstance(card, dict) else None
    return found if isinstance(found, dict) and found.get("id") else None


class ConversationStore(OwnerTransitions):
    """Thread-safe: share one. All methods block."""

    def __init__(self, engine: Engine, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def create(
        self,
        channel: str,
        greeting: Sequence[Draft] = (),
        conversation_id: str | None = None,
        numbers: CallNumbers = NO_NUMBERS,
        origin: str = "",
    ) -> tuple[Conversation, str, tuple[Message, ...]]:
        """A new conversation of the bot, its token (shown only here) and its stored greeting. `origin`: where it is opened
        from, as a hash.

        Raises:
            IntegrityError: the wanted `conversation_id` exists; without one that cannot happen.
        """
        conversation_id = conversation_id or "c" + secrets.token_hex(12)
        token = secrets.token_urlsafe(32)
        now = self._clock()
        values: dict[str, Any] = {
            "id": conversation_id,
            "token_hash": hash_token(token),
            "channel": channel,
            "owner": Owner.BOT.value,
            "epoch": 1,
            "last_seq": len(greeting),
            "created_at": now,
            "updated_at": now,
            "caller_phone": numbers.caller or None,
            "called_number": numbers.called or None,
            "origin": origin or None,
        }
        rows = [message_row(conversation_id, seq, draft, now) for seq, draft in enumerate(greeting, start=1)]
        with self._engine.begin() as connection:
            connection.execute(insert(_conversations).values(values))
            if rows:
                connection.execute(_ADD_MESSAGES, rows)
        conversation = Conversation(
            id=conversation_id, channel=channel, owner=Owner.BOT, epoch=1, last_seq=len(greeting),
            created_at=now, updated_at=now, rating_score=None, rating_comment=None,
            caller_phone=numbers.caller, called_number=numbers.called,
        )  # fmt: skip
        return conversation, token, tuple(read_message(row) for row in rows)

    def origin(self, conversation_id: str) -> str:
        """Where a conversation was opened from, as a hash; empty where nobody knows, or of one that is not there."""
        with self._engine.connect() as connection:
            found = connection.scalar(select(_c.origin).where(_c.id == conversation_id))
        return str(found or "")

    def token_hash(self, conversation_id: str) -> tuple[str, datetime]:
        """With the time of the conversation's last message or change. For a cache of checks: a conversation never gets
        another token. Raises ConversationNotFound."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(_c.token_hash, _c.updated_at).where(_c.id == conversation_id)
            ).first()
        if found is None:
            raise ConversationNotFound(conversation_id)
        return str(found.token_hash), found.updated_at

    def check_token(self, conversation_id: str, token: str) -> None:
        """Raises ConversationNotFound or WrongToken."""
        if not hmac.compare_digest(self.token_hash(conversation_id)[0], hash_token(token)):
            raise WrongToken(conversation_id)

    def get(self, conversation_id: str) -> Conversation:
        """Raises ConversationNotFound."""
        with self._engine.connect() as connection:
            row = connection.execute(select(_conversations).where(_c.id == conversation_id)).first()
        if row is None:
            raise ConversationNotFound(conversation_id)
        return read_conversation(row._mapping)

    def heads(self, conversation_ids: Iterable[str]) -> list[Conversation]:
        """The present state of many conversations; unknown ones are missing."""
        wanted = list(conversation_ids)
        if not wanted:
            return []
        with self._engine.connect() as connection:
            rows = connection.execute(select(_conversations).where(_c.id.in_(wanted))).all()
        return [read_conversation(row._mapping) for row in rows]

    def newest(self, *, limit: int = 50, before: datetime | None = None) -> list[Conversation]:
        """Newest first."""
        query = select(_conversations).order_by(_c.created_at.desc(), _c.id).limit(limit)
        if before is not None:
            query = query.where(_c.created_at < before)
        with self._engine.connect() as connection:
            return [read_conversation(row._mapping) for row in connection.execute(query).all()]

    def append_citizen(
        self,
        conversation_id: str,
        message_id: str,
        text: str,
        payload: str | None = None,
        at: datetime | None = None,
        card: Mapping[str, Any] | None = None,
        told: Sequence[Draft] = (),
    ) -> Appended:
        """Store what a citizen said. Idempotent by `message_id`, with the same words: other words under an id that is
        taken are refused, never taken for stored. `card`: a picture that came with it, or a place.

        `told`: the channel's own answer to what the bot cannot hear (a picture without words). It is stored with the
        message if the bot owns the conversation, which then has nothing to answer; people answer for themselves.

        While a human owns the conversation the message counts as answered: the bot has nothing to say to it. During
        the wrap-up it calls the seat back, unless it only says thanks or goodbye.

        Raises:
            ConversationNotFound, ConversationClosed, PayloadNotOffered, MessageIdTaken: nothing was stored.
        """
        now, text = self._clock(), storable(text)
        with self._engine.connect() as connection:
            # Taken for a duplicate too and rolled back then: see the module's docstring.
            state = self._bump(connection, conversation_id, 1, now)
            owner = Owner(state.owner)
            seq = int(state.last_seq)
            old = connection.execute(
                _BY_MESSAGE_ID, {"b_id": conversation_id, "b_message_id": message_id}
            ).first()
            if old is not None:
                pending = self._pending(connection, conversation_id, state)
                connection.rollback()
                message = read_message(old._mapping)
                same = (message.text, message.payload, message.card or None) == (text, payload, card or None)
                if message.sender is not Sender.CITIZEN or not same:
                    raise MessageIdTaken(conversation_id)
                return Appended(
                    message=message,
                    new=False,
                    answered=old._mapping["answered_at"] is not None,
                    pending=pending,
                )
            if owner is Owner.CLOSED:
                raise ConversationClosed(conversation_id)
            if payload is not None and not self._offered(connection, conversation_id, payload):
                raise PayloadNotOffered(conversation_id)
            row = message_row(
                conversation_id, seq, Draft(sender=Sender.CITIZEN, text=text, card=card), at or now
            )
            row |= {"message_id": message_id, "payload": payload}
            if owner is not Owner.BOT:
                row["answered_at"] = now
            answers: list[dict[str, Any]] = []
            if told and owner is Owner.BOT:
                state = self._bump(connection, conversation_id, len(told), now)
                row |= {"answered_at": now, "answered_by": seq}
                answers = [
                    message_row(conversation_id, seq + n, draft, now, seq) for n, draft in enumerate(told, 1)
                ]
            connection.execute(_ADD_MESSAGES, [row, *answers])
            pending = self._pending(connection, conversation_id, state)
            reopened = None
            if owner is Owner.WRAP_UP and payload is None and not is_farewell(text):
                handoff = open_handoff(connection, conversation_id)
                if handoff is not None:
                    reopened = reopen(connection, _locked(conversation_id, state, now), handoff, now)
                    pending = replace(pending, owner=reopened.owner, epoch=reopened.epoch)
            connection.commit()
        return Appended(
            message=read_message(row),
            new=True,
            answered=owner is not Owner.BOT or bool(answers),
            pending=pending,
            reopened=reopened,
            told=tuple(read_message(one) for one in answers),
        )

    def append_reply(
        self,
        conversation_id: str,
        epoch: int,
        answers: Sequence[int],
        drafts: Sequence[Draft],
        effects: Effects = NO_EFFECTS,
    ) -> AnswerResult:
        """Store the bot's answer to the citizen messages `answers` (seqs, ascending) and all its effects, or nothing.

        `answers` may be empty: what the bot says of its own accord, for instance when it takes over again.

        Refused with OLD_EPOCH when the conversation changed hands since `epoch` (the messages then count as
        answered: they are the new owner's), and with ALREADY_ANSWERED when somebody else answered meanwhile.
        """
        now = self._clock()
        last = answers[-1] if answers else None
        with self._engine.connect() as connection:
            state = self._bump(connection, conversation_id, len(drafts), now)
            owner = Owner(state.owner)
            if state.epoch != epoch or owner is not Owner.BOT:
                connection.rollback()
                self.drop(conversation_id, answers)
                return AnswerResult(stored=AnswerStored.OLD_EPOCH, owner=owner, epoch=state.epoch)
            taken = connection.execute(
                _ANSWER,
                {"b_id": conversation_id, "b_seqs": list(answers), "b_now": now, "b_by": last},
            )
            if cast("CursorResult[Any]", taken).rowcount != len(answers):
                connection.rollback()
                return AnswerResult(stored=AnswerStored.ALREADY_ANSWERED, owner=owner, epoch=state.epoch)
            first = int(state.last_seq) - len(drafts) + 1
            rows = [
                message_row(conversation_id, first + n, draft, now, last) for n, draft in enumerate(drafts)
            ]
            if rows:
                connection.execute(_ADD_MESSAGES, rows)
            for mark in effects.marks:
                self._insert_mark(connection, conversation_id, mark, int(state.last_seq), now)
            new_epoch = int(state.epoch)
            if effects.rating is not None:
                connection.execute(
                    update(_conversations)
                    .where(_c.id == conversation_id)
                    .values(rating_score=effects.rating, rated_at=now)
                )
            turnover = None
            if effects.handoff is not None:
                turnover = begin_handoff(
                    connection, _locked(conversation_id, state, now), effects.handoff, BOT, now
                )
                owner, new_epoch = turnover.owner, turnover.epoch
            elif effects.close:
                owner, new_epoch = Owner.CLOSED, new_epoch + 1
                connection.execute(
                    update(_conversations)
                    .where(_c.id == conversation_id)
                    .values(owner=owner.value, epoch=new_epoch)
                )
            connection.commit()
        return AnswerResult(
            stored=AnswerStored.STORED,
            owner=owner,
            epoch=new_epoch,
            messages=tuple(read_message(row) for row in rows),
            turnover=turnover,
        )

    def append_seat(
        self, conversation_id: str, seat_id: str, epoch: int, message_id: str, draft: Draft
    ) -> SeatAppended:
        """Store what a seat said. Idempotent by `message_id` with the same words, whoever owns the conversation by then.

        Raises:
            ConversationNotFound, MessageIdTaken: nothing was stored.
            NotTheOwner: nor was it here: another owner, epoch or seat.
        """
        now, draft = self._clock(), replace(draft, text=storable(draft.text))
        with self._engine.connect() as connection:
            state = self._bump(connection, conversation_id, 1, now)
            locked = _locked(conversation_id, state, now)
            old = connection.execute(
                _BY_MESSAGE_ID, {"b_id": conversation_id, "b_message_id": message_id}
            ).first()
            if old is not None:
                connection.rollback()
                message = read_message(old._mapping)
                same = (message.text, message.card or None) == (draft.text, draft.card or None)
                if message.sender is not Sender.SEAT or message.author != seat_id or not same:
                    raise MessageIdTaken(conversation_id)
                return SeatAppended(message=message, new=False)
            handoff = open_handoff(connection, conversation_id)
            held = seat_of(handoff)
            if (
                handoff is None
                or locked.owner is not Owner.SEAT
                or locked.epoch != epoch
                or handoff.seat_id != seat_id
            ):
                raise NotTheOwner(conversation_id, locked.owner, locked.epoch, held)
            row = message_row(conversation_id, locked.last_seq, replace(draft, sender=Sender.SEAT), now)
            row |= {"message_id": message_id, "author": seat_id}
            connection.execute(_ADD_MESSAGES, row)
            first = mark_first_reply(connection, locked, handoff, seat_id, now)
            connection.commit()
        return SeatAppended(message=read_message(row), new=True, first=first)

    def append_system(self, conversation_id: str, drafts: Sequence[Draft]) -> tuple[Message, ...]:
        """Store notices of the hotline itself, whoever owns the conversation. Raises ConversationNotFound."""
        now = self._clock()
        with self._engine.begin() as connection:
            state = self._bump(connection, conversation_id, len(drafts), now)
            first = int(state.last_seq) - len(drafts) + 1
            rows = [
                message_row(conversation_id, first + n, replace(draft, sender=Sender.SYSTEM), now)
                for n, draft in enumerate(drafts)
            ]
            if rows:
                connection.execute(_ADD_MESSAGES, rows)
        return tuple(read_message(row) for row in rows)

    def append_system_once(self, conversation_id: str, message_id: str, draft: Draft) -> Message | None:
        """Store a notice of the hotline itself, unless this id is taken: then None. Raises ConversationNotFound."""
        now = self._clock()
        with self._engine.connect() as connection:
            state = self._bump(connection, conversation_id, 1, now)
            known = {"b_id": conversation_id, "b_message_id": message_id}
            if connection.execute(_BY_MESSAGE_ID, known).first() is not None:
                connection.rollback()
                return None
            notice = replace(draft, sender=Sender.SYSTEM)
            row = message_row(conversation_id, int(state.last_seq), notice, now)
            row |= {"message_id": message_id}
            connection.execute(_ADD_MESSAGES, row)
            connection.commit()
        return read_message(row)

    def append_order_once(self, conversation_id: str, draft: Draft) -> Message | None:
        """Tell an order (`draft` is its `order_card`), unless this conversation has been told its number, or has ended:
        then None. Raises ConversationNotFound."""
        now = self._clock()
        with self._engine.connect() as connection:
            state = self._bump(connection, conversation_id, 1, now)
            cards = connection.scalars(
                select(_m.card).where(_m.conversation_id == conversation_id, _m.kind == draft.kind)
            )
            told = {card.get("number") for card in cards if card}
            if Owner(state.owner) is Owner.CLOSED or (draft.card or {}).get("number") in told:
                connection.rollback()
                return None
            row = message_row(conversation_id, int(state.last_seq), draft, now)
            connection.execute(_ADD_MESSAGES, row)
            connection.commit()
        return read_message(row)

    def mark_heard(self, conversation_id: str, seq: int, text: str) -> None:
        """A message was spoken and cut off; `text` is what of it was heard. Idempotent."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_messages)
                .where(_m.conversation_id == conversation_id, _m.seq == seq)
                .values(heard=text)
            )

    def drop(self, conversation_id: str, answers: Sequence[int]) -> None:
        """Nobody needs to answer these citizen messages any more."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_messages)
                .where(_m.conversation_id == conversation_id, _m.seq.in_(answers), _m.answered_at.is_(None))
                .values(answered_at=self._clock())
            )

    def messages(self, conversation_id: str, after: int = 0, limit: int = PAGE) -> list[Message]:
        """At most `limit` messages with a seq above `after`, in order."""
        query = (
            select(_messages)
            .where(_m.conversation_id == conversation_id, _m.seq > after)
            .order_by(_m.seq)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [read_message(row._mapping) for row in connection.execute(query).all()]

    def by_message_id(self, conversation_id: str, message_id: str) -> Message | None:
        with self._engine.connect() as connection:
            row = connection.execute(
                _BY_MESSAGE_ID, {"b_id": conversation_id, "b_message_id": message_id}
            ).first()
        return read_message(row._mapping) if row is not None else None

    def answer_of(self, conversation_id: str, seq: int) -> list[Message] | None:
        """The replies to citizen message `seq`; None while they are not complete. Empty: nobody had to answer."""
        with self._engine.connect() as connection:
            asked = connection.execute(
                select(_m.answered_at, _m.answered_by).where(
                    _m.conversation_id == conversation_id, _m.seq == seq
                )
            ).first()
            if asked is None or asked.answered_at is None:
                return None
            if asked.answered_by is None:
                return []
            rows = connection.execute(
                select(_messages)
                .where(_m.conversation_id == conversation_id, _m.reply_to == asked.answered_by)
                .order_by(_m.seq)
            ).all()
        return [read_message(row._mapping) for row in rows]

    def pending(self, conversation_id: str) -> Pending:
        """What waits for the bot. Raises ConversationNotFound."""
        with self._engine.connect() as connection:
            state = connection.execute(
                select(_c.owner, _c.epoch, _c.channel, _c.caller_phone).where(_c.id == conversation_id)
            ).first()
            if state is None:
                raise ConversationNotFound(conversation_id)
            return self._pending(connection, conversation_id, state)

    def unanswered(self, *, older_than: timedelta, younger_than: timedelta) -> list[str]:
        """Conversations in which a message of that age waits for the bot, the longest waiting first."""
        now = self._clock()
        first = func.min(_m.at)
        query = (
            select(_m.conversation_id)
            .where(
                _m.sender == literal_column(f"'{Sender.CITIZEN.value}'"),
                _m.answered_at.is_(None),
                _m.at <= now - older_than,
                _m.at >= now - younger_than,
            )
            .group_by(_m.conversation_id)
            .order_by(first)
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(query).all())

    def mark_for_human(
        self, conversation_id: str, reason: HandoffReason, note: str = "", at: datetime | None = None
    ) -> None:
        """Wish for a human. A second open mark for the same reason and the same last message is not made."""
        now = at or self._clock()
        with self._engine.begin() as connection:
            state = self._bump(connection, conversation_id, 0, now)
            self._insert_mark(
                connection, conversation_id, Mark(reason=reason, note=note), state.last_seq, now
            )

    def handoff_marks(self, conversation_id: str | None = None) -> list[HandoffMark]:
        """Open marks first, oldest first."""
        query = select(_marks).order_by(_marks.c.resolved_at.isnot(None), _marks.c.at, _marks.c.id)
        if conversation_id is not None:
            query = query.where(_marks.c.conversation_id == conversation_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [HandoffMark(**{**row._mapping, "reason": HandoffReason(row.reason)}) for row in rows]

    def begin_call(self, conversation_id: str) -> datetime:
        """The citizen of this page's conversation is on the line from now on: a seat has to talk with them. Returns since
        when, for `end_call`."""
        now = self._clock()
        with self._engine.begin() as connection:
            connection.execute(
                update(_conversations).where(_c.id == conversation_id).values(calling_since=now)
            )
        return now

    def end_call(self, conversation_id: str, since: datetime) -> None:
        """The citizen is on the line no longer, unless they have called again meanwhile; the conversation is a chat."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_conversations)
                .where(_c.id == conversation_id, _c.calling_since == since)
                .values(calling_since=None)
            )

    def rate(self, conversation_id: str, score: int, comment: str | None = None) -> None:
        """The citizen's rating, 1 to 5; a later one replaces it. Raises ConversationNotFound."""
        now = self._clock()
        with self._engine.begin() as connection:
            result = connection.execute(
                update(_conversations)
                .where(_c.id == conversation_id)
                .values(rating_score=score, rating_comment=comment, rated_at=now, updated_at=now)
            )
            if cast("CursorResult[Any]", result).rowcount == 0:
                raise ConversationNotFound(conversation_id)

    def take_turn(self, conversation_id: str, holder: str, lease: timedelta) -> bool:
        """Take or renew the lease of a turn; False while somebody else holds it."""
        now = self._clock()
        with self._engine.begin() as connection:
            result = connection.execute(
                update(_conversations)
                .where(
                    _c.id == conversation_id,
                    or_(_c.turn_holder.is_(None), _c.turn_holder == holder, _c.turn_until < now),
                )
                .values(turn_holder=holder, turn_until=now + lease)
            )
        return bool(cast("CursorResult[Any]", result).rowcount)

    def give_turn(self, conversation_id: str, holder: str) -> None:
        """Give the lease back; does nothing if somebody else took it over."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_conversations)
                .where(_c.id == conversation_id, _c.turn_holder == holder)
                .values(turn_holder=None, turn_until=None)
            )

    def pictures(self, conversation_id: str) -> tuple[SentPicture, ...]:
        """What the citizen has sent, oldest first; none of a conversation that is unknown or erased."""
        mine = (
            _m.conversation_id == conversation_id,
            _m.sender == Sender.CITIZEN.value,
            _m.card.is_not(None),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(select(_m.card, _m.at).where(*mine).order_by(_m.seq)).all()
        return tuple(
            SentPicture(id=str(found["id"]), type=str(found.get("type") or ""), at=row.at)
            for row in rows
            if (found := _attachment(row.card))
        )

    def ping(self) -> None:
        """Raises whatever the database raises when it cannot answer."""
        with self._engine.connect() as connection:
            connection.execute(select(_c.id).limit(1)).first()

    def ping_write(self) -> None:
        """A write that changes nothing. Raises what the database raises when it answers, but takes no writes."""
        with self._engine.begin() as connection:
            connection.execute(_WRITE_NOTHING)

    def _bump(self, connection: Connection, conversation_id: str, by: int, now: datetime) -> Row[Any]:
        """Number the next `by` messages and lock the conversation until the transaction ends."""
        row = connection.execute(_BUMP, {"b_id": conversation_id, "b_by": by, "b_now": now}).first()
        if row is None:
            raise ConversationNotFound(conversation_id)
        return row

    def _pending(self, connection: Connection, conversation_id: str, state: Any) -> Pending:
        rows = connection.execute(_PENDING, {"b_id": conversation_id}).all()
        waiting = tuple(
            PendingMessage(
                seq=r.seq, text=r.text, payload=r.payload, at=r.at, picture=bool(_attachment(r.card))
            )
            for r in rows
        )
        return Pending(
            owner=Owner(state.owner),
            epoch=state.epoch,
            channel=state.channel,
            messages=waiting,
            caller_phone=state.caller_phone or "",
        )

    def _offered(self, connection: Connection, conversation_id: str, payload: str) -> bool:
        rows = connection.scalars(
            select(_m.quick_replies).where(
                _m.conversation_id == conversation_id,
                _m.sender != Sender.CITIZEN.value,
                _m.quick_replies.isnot(None),
            )
        )
        return any(reply.get("payload") == payload for replies in rows for reply in replies)

    def _insert_mark(
        self, connection: Connection, conversation_id: str, mark: Mark, seq: int, now: datetime
    ) -> None:
        known = connection.execute(
            select(_marks.c.id).where(
                _marks.c.conversation_id == conversation_id,
                _marks.c.reason == mark.reason.value,
                _marks.c.seq == seq,
                _marks.c.resolved_at.is_(None),
            )
        ).first()
        if known is None:
            connection.execute(
                insert(_marks).values(
                    conversation_id=conversation_id, reason=mark.reason.value, note=mark.note, seq=seq, at=now
                )
            )


def _locked(conversation_id: str, state: Row[Any], now: datetime) -> Locked:
    return Locked(
        id=conversation_id, owner=Owner(state.owner), epoch=int(state.epoch), last_seq=int(state.last_seq),
        channel=state.channel, call=is_call(state.channel, state.calling_since, now),
    )  # fmt: skip

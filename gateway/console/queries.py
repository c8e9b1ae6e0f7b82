"""What consoles show, read from SQL in few statements. Blocking; nothing here writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Engine, Table, and_, func, select

from desk.conversations import Sender
from desk.conversations.tables import ConversationRow, HandoffEventRow, HandoffRow, MessageRow
from desk.handoff.tables import CallbackRow, NoteRow
from gateway.console.danger_words import Line

_h = cast(Table, HandoffRow.__table__).c
_c = cast(Table, ConversationRow.__table__).c
_m = cast(Table, MessageRow.__table__).c
_e = cast(Table, HandoffEventRow.__table__).c
_n = cast(Table, NoteRow.__table__).c
_k = cast(Table, CallbackRow.__table__).c

# The matter is told early; more is not read for a title.
TITLE_MESSAGES = 8
HISTORY_MAX = 200
# A danger is told shortly before somebody is called.
DANGER_MESSAGES = 60


@dataclass(frozen=True, kw_only=True)
class Head:
    """An open handoff and its conversation, of one moment. What changes an item changes its head."""

    handoff_id: str
    conversation_id: str
    channel: str
    owner: str
    epoch: int
    last_seq: int
    state: str
    reason: str
    note: str
    skill: str
    priority: int
    requested_at: datetime
    queued_at: datetime
    accepted_at: datetime | None
    seat_id: str | None
    wanted_seat: str | None
    requeued: int
    detail: Any


@dataclass(frozen=True, kw_only=True)
class Talk:
    """What an item tells of the messages: the citizen's first and last words, the last message, how many wait for the seat."""

    first_words: tuple[str, ...]
    said: str
    last: tuple[str, str, datetime, int] | None
    unread: int
    # The last messages, where a danger was told.
    danger: tuple[Line, ...] = ()


class ConsoleQueries:
    """Thread-safe: share one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def heads(self, conversation_ids: Collection[str] | None = None) -> list[Head]:
        """Open handoffs, of these conversations or all."""
        query = (
            select(
                _h.id.label("handoff_id"),
                _h.conversation_id,
                _c.channel,
                _c.owner,
                _c.epoch,
                _c.last_seq,
                _h.state,
                _h.reason,
                _h.note,
                _h.skill,
                _h.priority,
                _h.requested_at,
                _h.queued_at,
                _h.accepted_at,
                _h.seat_id,
                _h.wanted_seat,
                _h.requeued,
                _h.detail,
            )
            .join(ConversationRow, _c.id == _h.conversation_id)
            .where(_h.state != "done")
        )
        if conversation_ids is not None:
            query = query.where(_h.conversation_id.in_(list(conversation_ids)))
        with self._engine.connect() as connection:
            return [Head(**row._mapping) for row in connection.execute(query).all()]

    def talks(
        self,
        conversation_ids: Sequence[str],
        *,
        with_words: Collection[str] = (),
        in_danger: Collection[str] = (),
    ) -> dict[str, Talk]:
        """`with_words`: the conversations whose first words are wanted; the others' are left out. So for the lines of
        those `in_danger`."""
        if not conversation_ids:
            return {}
        wanted = list(conversation_ids)
        spoken = (
            select(_m.conversation_id, func.max(_m.seq).label("seq"))
            .where(_m.conversation_id.in_(wanted), _m.sender == Sender.SEAT.value)
            .group_by(_m.conversation_id)
            .subquery()
        )
        unread = (
            select(_m.conversation_id, func.count().label("count"))
            .outerjoin(spoken, spoken.c.conversation_id == _m.conversation_id)
            .where(
                _m.conversation_id.in_(wanted),
                _m.sender == Sender.CITIZEN.value,
                _m.seq > func.coalesce(spoken.c.seq, 0),
            )
            .group_by(_m.conversation_id)
        )
        last = (
            select(_m.conversation_id, _m.sender, _m.text, _m.at, _m.seq)
            .join(ConversationRow, and_(_c.id == _m.conversation_id, _c.last_seq == _m.seq))
            .where(_m.conversation_id.in_(wanted))
        )
        newest = (
            select(_m.conversation_id, func.max(_m.seq).label("seq"))
            .where(_m.conversation_id.in_(wanted), _m.sender == Sender.CITIZEN.value)
            .group_by(_m.conversation_id)
            .subquery()
        )
        said = select(_m.conversation_id, _m.text).join(
            newest, and_(newest.c.conversation_id == _m.conversation_id, newest.c.seq == _m.seq)
        )
        with self._engine.connect() as connection:
            counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(unread).all()}
            lasts = {row[0]: row for row in connection.execute(last).all()}
            newest_words: dict[str, str] = {row[0]: row[1] for row in connection.execute(said).all()}
            words = self._first_words(connection, list(with_words))
            danger = {one: self._last_lines(connection, one) for one in in_danger}
        return {
            one: Talk(
                first_words=words.get(one, ()),
                said=newest_words.get(one, ""),
                last=_last(lasts.get(one)),
                unread=int(counts.get(one, 0)),
                danger=danger.get(one, ()),
            )
            for one in wanted
        }

    def first_words(self, conversation_id: str) -> tuple[str, ...]:
        with self._engine.connect() as connection:
            return self._first_words(connection, [conversation_id])[conversation_id]

    def _first_words(self, connection: Any, conversation_ids: list[str]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for one in conversation_ids:
            rows = connection.execute(
                select(_m.text)
                .where(_m.conversation_id == one, _m.sender == Sender.CITIZEN.value, _m.payload.is_(None))
                .order_by(_m.seq)
                .limit(TITLE_MESSAGES)
            )
            found[one] = tuple(rows.scalars())
        return found

    def _last_lines(self, connection: Any, conversation_id: str) -> tuple[Line, ...]:
        rows = connection.execute(
            select(_m.sender, _m.kind, _m.text, _m.payload)
            .where(_m.conversation_id == conversation_id)
            .order_by(_m.seq.desc())
            .limit(DANGER_MESSAGES)
        ).all()
        return tuple(
            Line(row.sender == Sender.CITIZEN.value, row.kind, row.text, row.payload is not None)
            for row in reversed(rows)
            # Notices stand between a message and its answer.
            if row.sender in (Sender.CITIZEN.value, Sender.BOT.value)
        )

    def episode(self, conversation_id: str) -> dict[str, Any] | None:
        """The newest handoff of a conversation with all its columns, open or done."""
        query = (
            select(HandoffRow.__table__)
            .where(_h.conversation_id == conversation_id)
            .order_by((_h.state == "done"), _h.requested_at.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return dict(row._mapping) if row is not None else None

    def history(self, conversation_id: str) -> list[dict[str, Any]]:
        """The journal of all its handoffs, oldest first; the newest 200 lines of a long one."""
        query = (
            select(_e.at, _e.kind, _e.actor, _e.epoch, _e.handoff_id, _e.detail)
            .where(_e.conversation_id == conversation_id)
            .order_by(_e.id.desc())
            .limit(HISTORY_MAX)
        )
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in reversed(connection.execute(query).all())]

    def authors(self, conversation_id: str, first: int, last: int) -> dict[int, str]:
        """Which seat wrote which message, by seq."""
        query = select(_m.seq, _m.author).where(
            _m.conversation_id == conversation_id, _m.seq.between(first, last), _m.author.is_not(None)
        )
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(query).all()}

    def before(self, conversation_id: str, before: int, limit: int) -> int:
        """The seq after which the last `limit` messages before `before` begin."""
        query = (
            select(_m.seq)
            .where(_m.conversation_id == conversation_id, _m.seq < before)
            .order_by(_m.seq.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            seqs = connection.execute(query).scalars().all()
        return int(seqs[-1]) - 1 if seqs else 0

    def by_callback_phone(self, phone: str) -> list[str]:
        """Conversations that left this number for a callback."""
        query = select(_k.conversation_id).where(_k.phone == phone).order_by(_k.created_at.desc()).limit(50)
        with self._engine.connect() as connection:
            return list(dict.fromkeys(connection.execute(query).scalars()))

    def by_caller_phone(self, phone: str) -> list[str]:
        """Calls that came from this number, newest first."""
        query = select(_c.id).where(_c.caller_phone == phone).order_by(_c.created_at.desc()).limit(50)
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def callback_phone(self, conversation_id: str) -> str:
        query = (
            select(_k.phone)
            .where(_k.conversation_id == conversation_id, _k.phone != "")
            .order_by(_k.created_at.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            return str(connection.execute(query).scalar_one_or_none() or "")

    def last_seat(self, conversation_id: str) -> str | None:
        """Who served it last."""
        query = (
            select(_h.seat_id)
            .where(_h.conversation_id == conversation_id, _h.seat_id.is_not(None))
            .order_by(_h.requested_at.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return str(found) if found is not None else None

    def finished_by(self, seat_id: str, since: datetime) -> list[dict[str, Any]]:
        """The conversations that this seat has ended since then, newest first."""
        query = (
            select(_h.conversation_id, _c.channel, _h.outcome, _h.ended_at, _h.state)
            .join(ConversationRow, _c.id == _h.conversation_id)
            .where(_h.seat_id == seat_id, _h.ended_at >= since)
            .order_by(_h.ended_at.desc())
            .limit(HISTORY_MAX)
        )
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query).all()]

    def since(self, moment: datetime) -> list[Any]:
        """Handoffs requested since then, with the channel of their conversation: for the leads' figures."""
        query = (
            select(
                _h.requested_at,
                _h.accepted_at,
                _h.first_reply_at,
                _h.ended_at,
                _h.wrapped_at,
                _h.reason,
                _h.state,
                _h.outcome,
                _h.ended_by,
                _h.requeued,
                _h.seat_id,
                _c.channel,
                _c.rating_score,
            )
            .join(ConversationRow, _c.id == _h.conversation_id)
            .where(_h.requested_at >= moment)
        )
        with self._engine.connect() as connection:
            return list(connection.execute(query).all())


def _last(row: Any | None) -> tuple[str, str, datetime, int] | None:
    return (row.sender, row.text, row.at, row.seq) if row is not None else None

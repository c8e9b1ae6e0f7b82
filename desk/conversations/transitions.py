"""Changes of hands in SQL: owner, epoch, handoff row and journal row in one transaction, or nothing.

Every transaction begins by updating the conversation's row, so that all changes of one conversation come one after the
other, in every process; what is then read under that lock cannot change before the commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Engine, Table, insert, select, update
from sqlalchemy.engine import Connection

from desk.conversations.conversation import HandoffReason, HandoffRequest, Owner
from desk.conversations.errors import ConversationClosed, ConversationNotFound, NotTheOwner
from desk.conversations.handoff import (
    BOT,
    CITIZEN,
    SYSTEM,
    EventKind,
    Handoff,
    HandoffState,
    Turnover,
    is_call,
    priority_of,
)
from desk.conversations.ownership import Move, next_owner
from desk.conversations.tables import ConversationRow, HandoffEventRow, HandoffRow

_conversations = cast(Table, ConversationRow.__table__)
_handoffs = cast(Table, HandoffRow.__table__)
_events = cast(Table, HandoffEventRow.__table__)
_c = _conversations.c
_h = _handoffs.c


@dataclass(frozen=True, kw_only=True)
class Locked:
    """A conversation whose row this transaction holds."""

    id: str
    owner: Owner
    epoch: int
    last_seq: int
    channel: str
    call: bool


class OwnerTransitions:
    """The part of the conversation store that changes owners. All methods block.

    They raise ConversationNotFound, ConversationClosed where it has ended, and NotTheOwner where the conversation is
    not (or no longer) the caller's: other owner, other epoch, other seat. Asking again for what is done already is no
    error: `Turnover.changed` is False then.
    """

    _engine: Engine
    _clock: Callable[[], datetime]

    def request_handoff(
        self,
        conversation_id: str,
        request: HandoffRequest,
        *,
        actor: str = CITIZEN,
        epoch: int | None = None,
    ) -> Turnover:
        """BOT -> WAITING. While it waits already, only a higher priority is taken over; `epoch` None: any."""
        with self._locked(conversation_id) as (connection, locked, now):
            if locked.owner is Owner.CLOSED:
                raise ConversationClosed(conversation_id)
            handoff = open_handoff(connection, conversation_id)
            if handoff is None:
                _check_epoch(locked, epoch, None)
                return begin_handoff(connection, locked, request, actor, now)
            if locked.owner is Owner.WRAP_UP:
                return reopen(connection, locked, handoff, now)
            if locked.owner is Owner.WAITING and priority_of(request) > handoff.priority:
                values = {"priority": priority_of(request), "reason": request.reason.value}
                handoff = _update(connection, handoff, values)
                detail = {"again": True, "reason": request.reason.value, "note": request.note}
                journal(connection, locked, EventKind.REQUESTED, actor, now, handoff.id, detail)
                return replace(_unchanged(locked, handoff), changed=True)
            return _unchanged(locked, handoff)

    def accept_handoff(self, handoff_id: str, seat_id: str) -> Turnover:
        """WAITING -> SEAT. Raises NotTheOwner if another seat was faster or it waits no longer."""
        conversation_id = self._conversation_of(handoff_id)
        with self._locked(conversation_id) as (connection, locked, now):
            handoff = open_handoff(connection, conversation_id)
            if handoff is None or handoff.id != handoff_id:
                raise NotTheOwner(conversation_id, locked.owner, locked.epoch, seat_of(handoff))
            if locked.owner is Owner.SEAT and handoff.seat_id == seat_id:
                return _unchanged(locked, handoff)
            values = {"state": HandoffState.SERVING.value, "seat_id": seat_id, "accepted_at": now}
            waited_s = (now - handoff.queued_at).total_seconds()
            detail = {"waited_s": round(waited_s, 1)}
            return _turn_over(
                connection, locked, Move.ACCEPT, handoff, values, EventKind.ACCEPTED, seat_id, now, detail
            )

    def requeue(self, conversation_id: str, seat_id: str, epoch: int | None, *, why: str) -> Turnover:
        """SEAT -> WAITING, at the head. `why` is a code: `seat_lost`, `returned`."""
        with self._locked(conversation_id) as (connection, locked, now):
            handoff = _held(connection, locked, seat_id, epoch, Owner.SEAT)
            if why == "seat_lost":
                journal(connection, locked, EventKind.SEAT_LOST, SYSTEM, now, handoff.id, {"seat": seat_id})
            # Its seat is asked first should it come back, and does not keep anybody waiting while it is away.
            values = _queue_again(handoff, now) | {"wanted_seat": seat_id if why == "seat_lost" else None}
            actor = SYSTEM if why == "seat_lost" else seat_id
            return _turn_over(
                connection,
                locked,
                Move.REQUEUE,
                handoff,
                values,
                EventKind.REQUEUED,
                actor,
                now,
                {"why": why},
            )

    def transfer(
        self,
        conversation_id: str,
        actor: str,
        epoch: int,
        *,
        skill: str | None = None,
        wanted_seat: str | None = None,
        note: str = "",
        lead: bool = False,
    ) -> Turnover:
        """SEAT -> WAITING for another skill or seat. `skill` None: as before; a lead may transfer for the owner."""
        with self._locked(conversation_id) as (connection, locked, now):
            handoff = _held(connection, locked, None if lead else actor, epoch, Owner.SEAT)
            values: dict[str, Any] = _queue_again(handoff, now)
            values |= {"requeued": handoff.requeued, "wanted_seat": wanted_seat}
            values |= {"skill": handoff.skill if skill is None else skill, "note": note or handoff.note}
            detail = {"from": handoff.seat_id, "skill": skill, "seat": wanted_seat, "note": note}
            return _turn_over(
                connection, locked, Move.TRANSFER, handoff, values, EventKind.TRANSFERRED, actor, now, detail
            )

    def hand_over(
        self,
        conversation_id: str,
        actor: str,
        seat_id: str,
        epoch: int,
        *,
        note: str = "",
        lead: bool = False,
    ) -> Turnover:
        """SEAT -> SEAT, to one who is in the talk already: it waits for nobody in between."""
        with self._locked(conversation_id) as (connection, locked, now):
            handoff = _held(connection, locked, None if lead else actor, epoch, Owner.SEAT)
            values = {"seat_id": seat_id, "accepted_at": now, "note": note or handoff.note}
            detail = {"from": handoff.seat_id, "seat": seat_id, "note": note, "in_talk": True}
            return _turn_over(
                connection, locked, Move.TAKE_OVER, handoff, values, EventKind.TRANSFERRED, actor, now, detail
            )

    def take_over(self, conversation_id: str, seat_id: str, epoch: int | None) -> Turnover:
        """SEAT | WAITING | BOT -> SEAT, without being offered. Who may is for the caller to check."""
        with self._locked(conversation_id) as (connection, locked, now):
            handoff = open_handoff(connection, conversation_id)
            if handoff is not None and locked.owner is Owner.SEAT and handoff.seat_id == seat_id:
                return _unchanged(locked, handoff)
            _check_epoch(locked, epoch, seat_of(handoff))
            if locked.owner is Owner.CLOSED:
                raise ConversationClosed(conversation_id)
            if handoff is None:
                request = HandoffRequest(reason=HandoffReason.POLICY, note="坐席主动接管")
                begun = begin_handoff(connection, locked, request, seat_id, now)
                handoff = begun.handoff
                locked = replace(locked, owner=begun.owner, epoch=begun.epoch)
            values = {"state": HandoffState.SERVING.value, "seat_id": seat_id, "accepted_at": now}
            detail = {"from": handoff.seat_id}
            return _turn_over(
                connection,
                locked,
                Move.TAKE_OVER,
                handoff,
                values,
                EventKind.TAKEN_OVER,
                seat_id,
                now,
                detail,
            )

    def give_to_bot(
        self,
        conversation_id: str,
        actor: str,
        epoch: int | None = None,
        *,
        note: str = "",
        lead: bool = False,
    ) -> Turnover:
        """SEAT | WAITING -> BOT, by its seat, a lead, or (while waiting) the citizen."""
        with self._locked(conversation_id) as (connection, locked, now):
            handoff = open_handoff(connection, conversation_id)
            held = seat_of(handoff)
            _check_epoch(locked, epoch, held)
            wrong_seat = locked.owner is Owner.SEAT and held != actor and not lead
            if (
                handoff is None
                or wrong_seat
                or (locked.owner is Owner.WAITING and actor != CITIZEN and not lead)
            ):
                raise NotTheOwner(conversation_id, locked.owner, locked.epoch, held)
            kind = EventKind.CITIZEN_TOOK_BOT if actor == CITIZEN else EventKind.RETURNED_TO_BOT
            values = _finished(now, "citizen" if actor == CITIZEN else "seat")
            return _turn_over(
                connection, locked, Move.TO_BOT, handoff, values, kind, actor, now, {"note": note}
            )

    def end_handoff(self, conversation_id: str, seat_id: str, epoch: int | None) -> Turnover:
        """SEAT -> WRAP_UP: said goodbye, the after-work begins. `seat_id` `citizen`: they have hung up, whoever talked with them."""
        with self._locked(conversation_id) as (connection, locked, now):
            by_citizen = seat_id == CITIZEN
            handoff = open_handoff(connection, conversation_id)
            ended = handoff is not None and locked.owner is Owner.WRAP_UP
            if handoff is not None and ended and (by_citizen or handoff.seat_id == seat_id):
                return _unchanged(locked, handoff)
            handoff = _held(connection, locked, None if by_citizen else seat_id, epoch, Owner.SEAT)
            values = {
                "state": HandoffState.WRAP_UP.value,
                "ended_at": now,
                "ended_by": "citizen" if by_citizen else "seat",
            }
            return _turn_over(
                connection, locked, Move.END, handoff, values, EventKind.ENDED, seat_id, now, {}
            )

    def wrap_up(
        self,
        conversation_id: str,
        seat_id: str,
        *,
        outcome: str | None,
        tags: Sequence[str] = (),
        note: str = "",
        to_bot: bool = False,
    ) -> Turnover:
        """WRAP_UP -> CLOSED, or back to the bot. NotTheOwner if the citizen wrote again meanwhile.

        `seat_id` `system` wraps up for a seat that never did.
        """
        with self._locked(conversation_id) as (connection, locked, now):
            holder = None if seat_id == SYSTEM else seat_id
            handoff = _held(connection, locked, holder, None, Owner.WRAP_UP)
            values = {
                "state": HandoffState.DONE.value,
                "wrapped_at": now,
                "outcome": outcome,
                "tags": list(tags),
            }
            move = Move.WRAP_TO_BOT if to_bot else Move.WRAP
            detail = {"outcome": outcome, "tags": list(tags), "note": note}
            return _turn_over(
                connection, locked, move, handoff, values, EventKind.WRAPPED, seat_id, now, detail
            )

    def leave_queue(self, conversation_id: str) -> Turnover:
        """WAITING -> CLOSED, because the citizen said so."""
        with self._locked(conversation_id) as (connection, locked, now):
            handoff = open_handoff(connection, conversation_id)
            if handoff is None or locked.owner is not Owner.WAITING:
                raise NotTheOwner(conversation_id, locked.owner, locked.epoch, seat_of(handoff))
            values = _finished(now, "citizen")
            return _turn_over(
                connection, locked, Move.CLOSE, handoff, values, EventKind.CITIZEN_LEFT, CITIZEN, now, {}
            )

    def close(self, conversation_id: str, actor: str = SYSTEM, *, why: str = "") -> Turnover | None:
        """From anywhere; None if no handoff was open. Closing what is closed changes nothing."""
        with self._locked(conversation_id) as (connection, locked, now):
            if locked.owner is Owner.CLOSED:
                return None
            handoff = open_handoff(connection, conversation_id)
            if handoff is None:
                _set_owner(connection, locked, Owner.CLOSED)
                return None
            by = actor if actor in (CITIZEN, SYSTEM, BOT) else "seat"
            values = _finished(now, by)
            return _turn_over(
                connection, locked, Move.CLOSE, handoff, values, EventKind.CLOSED, actor, now, {"why": why}
            )

    def _conversation_of(self, handoff_id: str) -> str:
        with self._engine.connect() as connection:
            found = connection.scalar(select(_h.conversation_id).where(_h.id == handoff_id))
        if found is None:
            raise ConversationNotFound(handoff_id)
        return str(found)

    @contextmanager
    def _locked(self, conversation_id: str) -> Iterator[tuple[Connection, Locked, datetime]]:
        """Commits at the end; rolls back when something is raised."""
        now = self._clock()
        with self._engine.begin() as connection:
            row = connection.execute(
                update(_conversations)
                .where(_c.id == conversation_id)
                .values(updated_at=now)
                .returning(_c.owner, _c.epoch, _c.last_seq, _c.channel, _c.calling_since)
            ).first()
            if row is None:
                raise ConversationNotFound(conversation_id)
            locked = Locked(
                id=conversation_id, owner=Owner(row.owner), epoch=row.epoch, last_seq=row.last_seq,
                channel=row.channel, call=is_call(row.channel, row.calling_since, now),
            )  # fmt: skip
            yield connection, locked, now


def open_handoff(connection: Connection, conversation_id: str) -> Handoff | None:
    row = connection.execute(
        select(_handoffs).where(_h.conversation_id == conversation_id, _h.state != HandoffState.DONE.value)
    ).first()
    return None if row is None else read_handoff(row._mapping)


def seat_of(handoff: Handoff | None) -> str | None:
    return None if handoff is None else handoff.seat_id


def begin_handoff(
    connection: Connection, locked: Locked, request: HandoffRequest, actor: str, now: datetime
) -> Turnover:
    """Call a person under the conversation's lock; the caller commits."""
    last_seat = connection.scalar(
        select(_h.seat_id)
        .where(_h.conversation_id == locked.id, _h.seat_id.isnot(None))
        .order_by(_h.requested_at.desc())
        .limit(1)
    )
    handoff = Handoff(
        id="h" + secrets.token_hex(12), conversation_id=locked.id, reason=request.reason, note=request.note,
        skill=request.skill, priority=priority_of(request), requested_at=now, requested_seq=locked.last_seq,
        queued_at=now, state=HandoffState.WAITING, wanted_seat=last_seat, detail=dict(request.detail),
    )  # fmt: skip
    row = {name: getattr(handoff, name) for name in _h.keys()}
    row |= {"reason": handoff.reason.value, "state": handoff.state.value, "tags": []}
    connection.execute(insert(_handoffs), row)
    _set_owner(connection, locked, Owner.WAITING)
    detail = {"reason": request.reason.value, "note": request.note, "skill": request.skill}
    journal(connection, locked, EventKind.REQUESTED, actor, now, handoff.id, detail, epoch=locked.epoch + 1)
    return Turnover(
        handoff=handoff, owner=Owner.WAITING, epoch=locked.epoch + 1, seat_id=None, channel=locked.channel,
        call=locked.call,
    )  # fmt: skip


def reopen(connection: Connection, locked: Locked, handoff: Handoff, now: datetime) -> Turnover:
    """The citizen wrote again during the wrap-up: back to the head of the queue, to the same seat first."""
    values = _queue_again(handoff, now)
    values |= {"wanted_seat": handoff.seat_id, "ended_at": None, "ended_by": None}
    return _turn_over(
        connection, locked, Move.REOPEN, handoff, values, EventKind.REQUEUED, CITIZEN, now,
        {"why": "citizen_wrote"},
    )  # fmt: skip


def journal(
    connection: Connection,
    locked: Locked,
    kind: EventKind,
    actor: str,
    now: datetime,
    handoff_id: str | None,
    detail: Mapping[str, Any],
    *,
    epoch: int | None = None,
) -> None:
    """`epoch`: the one after the event; None if it changed nothing."""
    connection.execute(
        insert(_events).values(
            handoff_id=handoff_id, conversation_id=locked.id, at=now, kind=kind.value, actor=actor,
            epoch=locked.epoch if epoch is None else epoch, detail=dict(detail),
        )
    )  # fmt: skip


def mark_first_reply(
    connection: Connection, locked: Locked, handoff: Handoff, seat_id: str, now: datetime
) -> bool:
    """True if this was the first message of a seat in the handoff."""
    if handoff.first_reply_at is not None:
        return False
    _update(connection, handoff, {"first_reply_at": now})
    detail = {"waited_s": round((now - handoff.requested_at).total_seconds(), 1)}
    journal(connection, locked, EventKind.FIRST_REPLY, seat_id, now, handoff.id, detail)
    return True


def read_handoff(row: Mapping[Any, Any]) -> Handoff:
    values = {name: row[name] for name in _h.keys()}
    values["reason"] = HandoffReason(values["reason"])
    values["state"] = HandoffState(values["state"])
    values["tags"] = tuple(values["tags"] or ())
    return Handoff(**values)


def _turn_over(
    connection: Connection,
    locked: Locked,
    move: Move,
    handoff: Handoff,
    values: Mapping[str, Any],
    kind: EventKind,
    actor: str,
    now: datetime,
    detail: Mapping[str, Any],
) -> Turnover:
    owner = next_owner(move, locked.owner)
    if owner is None:
        raise NotTheOwner(locked.id, locked.owner, locked.epoch, handoff.seat_id)
    from_seat = handoff.seat_id
    handoff = _update(connection, handoff, values)
    _set_owner(connection, locked, owner)
    epoch = locked.epoch + 1
    journal(connection, locked, kind, actor, now, handoff.id, detail, epoch=epoch)
    seat_id = handoff.seat_id if owner in (Owner.SEAT, Owner.WRAP_UP) else None
    return Turnover(
        handoff=handoff, owner=owner, epoch=epoch, seat_id=seat_id, channel=locked.channel, call=locked.call,
        from_seat=from_seat,
    )  # fmt: skip


def _set_owner(connection: Connection, locked: Locked, owner: Owner) -> None:
    connection.execute(
        update(_conversations)
        .where(_c.id == locked.id, _c.owner == locked.owner.value, _c.epoch == locked.epoch)
        .values(owner=owner.value, epoch=locked.epoch + 1)
    )


def _update(connection: Connection, handoff: Handoff, values: Mapping[str, Any]) -> Handoff:
    row = connection.execute(
        update(_handoffs).where(_h.id == handoff.id).values(**values).returning(_handoffs)
    ).one()
    return read_handoff(row._mapping)


def _held(
    connection: Connection, locked: Locked, seat_id: str | None, epoch: int | None, owner: Owner
) -> Handoff:
    """The open handoff if the conversation is as the caller thinks; `seat_id` and `epoch` None: any."""
    handoff = open_handoff(connection, locked.id)
    held = seat_of(handoff)
    _check_epoch(locked, epoch, held)
    if handoff is None or locked.owner is not owner or (seat_id is not None and held != seat_id):
        raise NotTheOwner(locked.id, locked.owner, locked.epoch, held)
    return handoff


def _check_epoch(locked: Locked, epoch: int | None, seat_id: str | None) -> None:
    if epoch is not None and epoch != locked.epoch:
        raise NotTheOwner(locked.id, locked.owner, locked.epoch, seat_id)


def _queue_again(handoff: Handoff, now: datetime) -> dict[str, Any]:
    return {
        "state": HandoffState.WAITING.value,
        "seat_id": None,
        "queued_at": now,
        "requeued": handoff.requeued + 1,
    }


def _finished(now: datetime, by: str) -> dict[str, Any]:
    return {"state": HandoffState.DONE.value, "ended_at": now, "wrapped_at": now, "ended_by": by}


def _unchanged(locked: Locked, handoff: Handoff) -> Turnover:
    seat_id = handoff.seat_id if locked.owner in (Owner.SEAT, Owner.WRAP_UP) else None
    return Turnover(
        handoff=handoff, owner=locked.owner, epoch=locked.epoch, seat_id=seat_id, channel=locked.channel,
        call=locked.call, changed=False,
    )  # fmt: skip

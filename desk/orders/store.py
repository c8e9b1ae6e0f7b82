"""Keeps work orders in SQL. Every write is one transaction; what a method returns is already committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    Table,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from desk.orders import tables as t
from desk.orders.digits import normal_phone, only_digits
from desk.orders.errors import (
    BadOrder,
    BadTransition,
    OrderNotFound,
    StoreUnavailable,
)
from desk.orders.limits import OrderLimits
from desk.orders.number import build_number, find_number
from desk.orders.order import (
    OPEN_STATUSES,
    EventKind,
    NewOrder,
    Order,
    OrderEvent,
    OrderStatus,
    OrderType,
    Urgency,
    check_transition,
)
from desk.orders.proof import (
    CODE_DIGITS,
    TAIL_DIGITS,
    Asker,
    Proof,
    TryBounds,
    code_fits,
    is_own,
    new_code,
    tail_fits,
)
from desk.orders.rows import (
    MAX_CHARS,
    REMARK_MAX_CHARS,
    REQUIRED,
    clean_text,
    event_of,
    order_of,
    order_values,
    source_rows,
)
from desk.orders.tries import count_try, forget_old
from desk.store.errors import is_away

Clock = Callable[[], datetime]

OWN_OPEN_ORDERS_MAX = 20
# What a seat may correct of an order that is there, and what it is called in the journal.
AMENDABLE: Mapping[str, str] = {
    "title": "标题", "description": "反映内容", "appeal": "市民诉求", "event_time": "发生时间", "place_district": "所在区",
    "place_street": "所在街道", "place_community": "所在社区", "place_detail": "详细地点", "subject": "涉及对象", "department": "承办单位", "callback_phone": "回访电话",
}  # fmt: skip
PAGE_MAX = 500


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class OrderFilter:
    """Which orders to list; None means any. `since` counts in, `until` out (both by time of creation).

    Of `words` each has to stand somewhere in the title, the texts, the place, the subject or the department.
    """

    status: OrderStatus | None = None
    type: OrderType | None = None
    urgency: Urgency | None = None
    since: datetime | None = None
    until: datetime | None = None
    conversation_id: str | None = None
    department: str | None = None
    words: tuple[str, ...] = ()
    numbers: frozenset[str] | None = None


ANY_ORDER = OrderFilter()


@dataclass(frozen=True, kw_only=True)
class OrderPage:
    """Newest first. `next_cursor` goes into the next call of `list`; None at the end."""

    orders: tuple[Order, ...]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Hurried:
    """What a hurry did. `told` is False if the department was told less than `hurry_interval_h` hours ago;
    from `next_at` on it would be told again."""

    order: Order
    told: bool
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewlyStored:
    """An order by its number, 12 digits, and where it was written."""

    number: str
    conversation_id: str


class OrderStore:
    """Thread-safe: share one. Numbers are given as 12 digits or dashed, phone numbers in any spelling.

    `by` names who acts: `citizen`, `bot` or a member of staff. Every method raises StoreUnavailable when the
    database is locked for too long or gone; nothing is half done then.
    """

    def __init__(
        self,
        engine: Engine,
        limits: OrderLimits,
        clock: Clock = utc_now,
        bounds: TryBounds = TryBounds(),  # noqa: B008 - frozen
    ) -> None:
        self._engine = engine
        self._limits = limits
        self._clock = clock
        self._bounds = bounds
        self._insert: Any = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    def create(self, new_order: NewOrder) -> Order:
        """Store an order and give it a number.

        Idempotent by (conversation_id, draft_id): a repeated call, also a concurrent one or one after a
        crash, returns the order that was stored first.

        Raises:
            BadOrder: a field is empty that must not be, or too long.
            NumbersExhausted: no number is left today.
        """
        values = order_values(new_order)
        same_draft = (t.orders.c.conversation_id == values["conversation_id"]) & (
            t.orders.c.draft_id == values["draft_id"]
        )
        with self._reading() as connection:
            known = _load(connection, same_draft)
        if known is not None:
            return known
        try:
            with self._writing() as connection:
                number = self._insert_order(connection, values, new_order)
                return _load_known(connection, number)
        except IntegrityError:
            # Somebody stored this draft between our look and our insert: their number counts, ours is undone.
            with self._reading() as connection:
                known = _load(connection, same_draft)
            if known is None:
                raise
            return known

    def _insert_order(self, connection: Connection, values: dict[str, Any], new_order: NewOrder) -> str:
        now = self._clock()
        day = now.astimezone(self._limits.zone).date()
        # The first statement writes: SQLite takes its lock here and PostgreSQL the day's row, so that numbers
        # go out one after the other; a rollback gives the number back.
        sequence: int = connection.execute(
            self._insert(t.order_numbers)
            .values(day=day, last=1)
            .on_conflict_do_update(index_elements=["day"], set_={"last": t.order_numbers.c.last + 1})
            .returning(t.order_numbers.c.last)
        ).scalar_one()
        number = build_number(day, sequence)
        connection.execute(
            insert(t.orders).values(
                **values,
                number=number,
                version=1,
                status=OrderStatus.ACCEPTED.value,
                query_code=new_code(),
                hurry_count=0,
                created_at=now,
                updated_at=now,
                due_at=self._limits.due_at(new_order.urgency, now),
            )
        )
        sources = source_rows(number, new_order.sources)
        if sources:
            connection.execute(insert(t.order_field_sources), sources)
        event = _event(EventKind.CREATED, values["channel"], to_status=OrderStatus.ACCEPTED)
        connection.execute(insert(t.order_events).values(order_number=number, seq=1, at=now, **event))
        return number

    def get(self, number: str) -> Order:
        """For staff and for the conversation that created the order. Raises OrderNotFound."""
        digits = _digits_of(number)
        with self._reading() as connection:
            return _load_known(connection, digits)

    def find_own(self, number: str, asker: Asker) -> Order | None:
        """The order if it is the asker's without anything said (desk/orders/proof.py), else None."""
        digits = find_number(number)
        if digits is None:
            return None
        with self._reading() as connection:
            order = _load(connection, t.orders.c.number == digits)
        return order if order is not None and is_own(order, asker) else None

    def find_by_tail(self, number: str, phone_tail: str, asker: Asker) -> Order | None:
        """The order, of which no more than the status may be told, if the last four digits of its phone (or callback
        phone) are right and it is not confidential; else None. As `find_by_code`.

        Raises:
            TooManyTries: so many wrong ones that none is looked at for a while.
        """
        if len(only_digits(phone_tail)) < TAIL_DIGITS:
            return None
        return self._prove(Proof.TAIL, number, asker, lambda order: tail_fits(order, phone_tail))

    def find_by_code(self, number: str, code: str, asker: Asker) -> Order | None:
        """The order if this is its query code, else None.

        Whether the number or the code was wrong cannot be told from the answer nor from its time.

        Raises:
            TooManyTries: so many wrong ones that none is looked at for a while.
        """
        if len(only_digits(code)) != CODE_DIGITS:
            return None
        return self._prove(Proof.CODE, number, asker, lambda order: code_fits(order, code))

    def _prove(
        self, proof: Proof, number: str, asker: Asker, fits: Callable[[Order | None], bool]
    ) -> Order | None:
        digits = find_number(number)
        if digits is None:
            return None
        now = self._clock()
        with self._writing() as connection:
            forget_old(connection, now, self._bounds)
        with _unavailable_as_ours(), self._engine.connect() as connection:
            count_try(connection, proof, digits, asker, now, self._bounds)
            order = _load(connection, t.orders.c.number == digits)
            if fits(order):
                # Leaving without a commit takes the count back.
                return order
            connection.commit()
        return None

    def find_open_by_phone(self, phone: str) -> tuple[Order, ...]:
        """Open orders of a number, newest first, at most 20, without remarks and history. To be told to those only whose
        call is announced with this number, and to staff."""
        digits = normal_phone(phone)
        if not digits:
            return ()
        return self._summaries(
            or_(t.orders.c.phone == digits, t.orders.c.callback_phone == digits),
            t.orders.c.status.in_([status.value for status in OPEN_STATUSES]),
        )

    def find_by_phone(self, phone: str, limit: int = OWN_OPEN_ORDERS_MAX) -> tuple[Order, ...]:
        """All orders of a caller, newest first, without remarks and history. For staff."""
        digits = normal_phone(phone)
        if not digits:
            return ()
        return self._summaries(
            or_(t.orders.c.phone == digits, t.orders.c.callback_phone == digits), limit=limit
        )

    def find_by_numbers(self, numbers: Sequence[str]) -> tuple[Order, ...]:
        """These orders, newest first, without remarks and history; unknown numbers are passed over."""
        return self._summaries(t.orders.c.number.in_(list(numbers)), limit=max(len(numbers), 1))

    def find_by_conversation(self, conversation_id: str) -> tuple[Order, ...]:
        """Orders written in one conversation, newest first, at most 20, without remarks and history."""
        return self._summaries(t.orders.c.conversation_id == conversation_id)

    def find_by_conversations(self, conversation_ids: Sequence[str]) -> tuple[Order, ...]:
        """As `find_by_conversation`, of several."""
        return self._summaries(t.orders.c.conversation_id.in_(list(conversation_ids)))

    def stored_between(self, since: datetime, until: datetime) -> tuple[NewlyStored, ...]:
        """Orders created in [since, until), oldest first."""
        created = t.orders.c.created_at
        query = (
            select(t.orders.c.number, t.orders.c.conversation_id)
            .where(created >= since, created < until)
            .order_by(t.orders.c.number)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return tuple(NewlyStored(number=row.number, conversation_id=row.conversation_id) for row in rows)

    def add_remark(self, number: str, text: str, by: str) -> Order:
        """Append a remark (1 to 2,000 characters).

        Saying the same again right away changes nothing, so a repeated call is harmless.

        Raises:
            OrderNotFound, BadOrder (the text), BadTransition (the order is closed, withdrawn or rejected).
        """
        remark = clean_text(text)
        if not remark or len(remark) > REMARK_MAX_CHARS:
            raise BadOrder("remark", f"{len(remark)} characters, 1 to {REMARK_MAX_CHARS} are allowed")
        with self._changing(number) as change:
            last = change.connection.execute(
                select(t.order_remarks)
                .where(t.order_remarks.c.order_number == change.number)
                .order_by(t.order_remarks.c.id.desc())
                .limit(1)
            ).one_or_none()
            if last is not None and (last.text, last.actor) == (remark, by):
                return change.unchanged()
            if not (change.status.is_open or change.status is OrderStatus.ANSWERED):
                raise BadTransition(change.number, change.status, "remarked")
            row = {"order_number": change.number, "text": remark, "actor": by, "at": change.at}
            change.connection.execute(insert(t.order_remarks).values(**row))
            return change.done(_event(EventKind.REMARK, by))

    def hurry(self, number: str, by: str) -> Hurried:
        """Count a hurry (催办). Raises OrderNotFound, and BadTransition if the order is not open."""
        interval = timedelta(hours=self._limits.hurry_interval_h)
        with self._changing(number) as change:
            if not change.status.is_open:
                raise BadTransition(change.number, change.status, "hurried")
            before: datetime | None = change.row["hurried_at"]
            told = before is None or change.at - before >= interval
            since = change.at if before is None or told else before
            values = {"hurry_count": t.orders.c.hurry_count + 1, "hurried_at": since}
            note = "department told" if told else "counted only"
            order = change.done(_event(EventKind.HURRIED, by, note=note), values)
        return Hurried(order=order, told=told, next_at=since + interval)

    def withdraw(self, number: str, reason: str, by: str) -> Order:
        """Take the order back; a withdrawn order stays as it is. Raises OrderNotFound, BadTransition."""
        return self.change_status(number, OrderStatus.WITHDRAWN, by, reason)

    def change_status(self, number: str, wanted: OrderStatus, by: str, note: str = "") -> Order:
        """Move the order along its life. A status that it already has changes nothing.

        Raises:
            OrderNotFound, BadTransition.
        """
        with self._changing(number) as change:
            if change.status is wanted:
                return change.unchanged()
            check_transition(change.number, change.status, wanted)
            event = _event(EventKind.STATUS, by, clean_text(note), change.status, wanted)
            return change.done(event, {"status": wanted.value})

    def rate(self, number: str, score: int, words: str, by: str) -> Order:
        """Its citizen's mark, 1 to 5, for what became of it; a later one replaces it, and the journal keeps both.

        Raises:
            OrderNotFound, BadOrder (the mark, or words above 2,000 characters), BadTransition (there is no answer yet).
        """
        comment = clean_text(words)
        if score not in range(1, 6):
            raise BadOrder("rating", "is a whole number from 1 to 5")
        if len(comment) > REMARK_MAX_CHARS:
            raise BadOrder("comment", f"{len(comment)} characters, at most {REMARK_MAX_CHARS}")
        with self._changing(number) as change:
            if not change.status.is_answered:
                raise BadTransition(change.number, change.status, "rated")
            if change.row["rating"] == score and not comment:
                return change.unchanged()
            note = f"{score}分：{comment}" if comment else f"{score}分"
            return change.done(_event(EventKind.RATED, by, note), {"rating": score})

    def amend(self, number: str, values: Mapping[str, str], by: str) -> Order:
        """Correct fields of an open order (AMENDABLE); what stood there before stays in the journal. Raises OrderNotFound,
        BadOrder, BadTransition. Nothing changes where all is as it was."""
        cleaned = {name: _amended(name, text) for name, text in values.items()}
        with self._changing(number) as change:
            news = {name: text for name, text in cleaned.items() if change.row[name] != text}
            if not news:
                return change.unchanged()
            if not change.status.is_open:
                raise BadTransition(change.number, change.status, "amended")
            before = "；".join(f"{AMENDABLE[name]}原为：{change.row[name]}" for name in news)
            return change.done(_event(EventKind.AMENDED, by, before), news)

    def keep_secret(self, number: str, by: str) -> Order:
        """Hide the caller from now on, whatever the order's status. One that is secret stays as it is.

        Raises:
            OrderNotFound.
        """
        with self._changing(number) as change:
            if change.row["confidential"]:
                return change.unchanged()
            return change.done(_event(EventKind.SECRET, by), {"confidential": True})

    def reveal(self, number: str, by: str, reason: str) -> Order:
        """The order for eyes that may see the caller, once it is written down who looked and why.

        Raises:
            OrderNotFound, BadOrder (no name or no reason given).
        """
        if not by.strip() or not reason.strip():
            raise BadOrder("reveal", "needs a name and a reason")
        with self._changing(number) as change:
            return change.done(_event(EventKind.REVEALED, by, clean_text(reason)))

    def list(self, filters: OrderFilter = ANY_ORDER, limit: int = 50, cursor: str | None = None) -> OrderPage:
        """One page of orders, newest first, 1 to 500 a page, without remarks and history.

        Raises:
            BadOrder: the limit is out of range or the cursor not one of ours.
        """
        if not 1 <= limit <= PAGE_MAX:
            raise BadOrder("limit", f"1 to {PAGE_MAX}")
        if cursor is not None and find_number(cursor) != cursor:
            raise BadOrder("cursor", "is not one that a page gave")
        wanted = [
            column == value
            for column, value in (
                (t.orders.c.status, filters.status),
                (t.orders.c.type, filters.type),
                (t.orders.c.urgency, filters.urgency),
                (t.orders.c.conversation_id, filters.conversation_id),
                (t.orders.c.department, filters.department),
            )
            if value is not None
        ]
        if filters.since is not None:
            wanted.append(t.orders.c.created_at >= filters.since)
        if filters.until is not None:
            wanted.append(t.orders.c.created_at < filters.until)
        if filters.numbers is not None:
            wanted.append(t.orders.c.number.in_(filters.numbers))
        wanted += [_holds(word) for word in filters.words]
        if cursor is not None:
            wanted.append(t.orders.c.number < cursor)
        # One more than asked tells whether another page follows. Numbers sort as orders were created.
        found = self._summaries(*wanted, limit=limit + 1)
        more = len(found) > limit
        return OrderPage(orders=found[:limit], next_cursor=found[limit - 1].number if more else None)

    def history(self, number: str) -> tuple[OrderEvent, ...]:
        """The order's journal from its creation. Raises OrderNotFound."""
        digits = _digits_of(number)
        with self._reading() as connection:
            events = _children(connection, t.order_events, digits, t.order_events.c.seq)
        if not events:
            raise OrderNotFound(digits)
        return tuple(event_of(event) for event in events)

    def _summaries(self, *wanted: ColumnElement[bool], limit: int = OWN_OPEN_ORDERS_MAX) -> tuple[Order, ...]:
        query = select(t.orders).where(*wanted).order_by(t.orders.c.number.desc()).limit(limit)
        with self._reading() as connection:
            return tuple(order_of(row) for row in connection.execute(query).mappings())

    @contextmanager
    def _changing(self, number: str) -> Iterator[_Change]:
        """One order, locked against other writers until the block ends. Raises OrderNotFound."""
        digits = _digits_of(number)
        with self._writing() as connection:
            # A write comes first here too: it is the lock on both databases, and SQLite cannot turn a read
            # transaction that another writer has overtaken into a writing one.
            row = (
                connection.execute(
                    update(t.orders)
                    .where(t.orders.c.number == digits)
                    .values(version=t.orders.c.version + 1)
                    .returning(t.orders)
                )
                .mappings()
                .one_or_none()
            )
            if row is None:
                raise OrderNotFound(digits)
            yield _Change(connection, row, self._clock())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _unavailable_as_ours(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _unavailable_as_ours(), self._engine.begin() as connection:
            yield connection


class _Change:
    """A write to one order inside its transaction. Ends with `done` or `unchanged`."""

    def __init__(self, connection: Connection, row: RowMapping, at: datetime) -> None:
        self.connection = connection
        self.row = row
        self.at = at
        self.number: str = row["number"]
        self.status = OrderStatus(row["status"])

    def done(self, event: dict[str, Any], values: dict[str, Any] | None = None) -> Order:
        """Write the journal line and the changed columns."""
        seq = self.row["version"]
        self.connection.execute(
            insert(t.order_events).values(order_number=self.number, seq=seq, at=self.at, **event)
        )
        self.connection.execute(
            update(t.orders)
            .where(t.orders.c.number == self.number)
            .values(updated_at=self.at, **(values or {}))
        )
        return _load_known(self.connection, self.number)

    def unchanged(self) -> Order:
        """Nothing happened: give the version back, so that versions and journal lines stay in step."""
        self.connection.execute(
            update(t.orders).where(t.orders.c.number == self.number).values(version=self.row["version"] - 1)
        )
        return _load_known(self.connection, self.number)


@contextmanager
def _unavailable_as_ours() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise StoreUnavailable("the orders' database is locked or gone") from error
        raise


def _holds(word: str) -> ColumnElement[bool]:
    columns = t.orders.c
    where = (
        columns.title, columns.description, columns.appeal, columns.subject, columns.department,
        columns.place_street, columns.place_community, columns.place_detail,
    )  # fmt: skip
    return or_(*(column.icontains(word, autoescape=True) for column in where))


def _amended(name: str, text: str) -> str:
    """Raises BadOrder: a field that cannot be amended, or a value that cannot be its."""
    if name not in AMENDABLE:
        raise BadOrder(name, "cannot be amended")
    cleaned = normal_phone(clean_text(text)) if name in ("phone", "callback_phone") else clean_text(text)
    if len(cleaned) > MAX_CHARS[name]:
        raise BadOrder(name, f"{len(cleaned)} characters, at most {MAX_CHARS[name]}")
    if not cleaned and name in REQUIRED:
        raise BadOrder(name, "is empty")
    return cleaned


def _digits_of(number: str) -> str:
    """12 digits of a number that a program passes. Raises OrderNotFound for what cannot be a number."""
    digits = find_number(number)
    if digits is None:
        raise OrderNotFound(number)
    return digits


def _event(
    kind: EventKind,
    by: str,
    note: str = "",
    from_status: OrderStatus | None = None,
    to_status: OrderStatus | None = None,
) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "actor": by,
        "note": note,
        "from_status": from_status.value if from_status else None,
        "to_status": to_status.value if to_status else None,
    }


def _load(connection: Connection, wanted: ColumnElement[bool]) -> Order | None:
    row = connection.execute(select(t.orders).where(wanted)).mappings().one_or_none()
    if row is None:
        return None
    number = row["number"]
    return order_of(
        row,
        _children(connection, t.order_field_sources, number, t.order_field_sources.c.field),
        _children(connection, t.order_remarks, number, t.order_remarks.c.id),
        _children(connection, t.order_events, number, t.order_events.c.seq),
    )


def _load_known(connection: Connection, number: str) -> Order:
    order = _load(connection, t.orders.c.number == number)
    if order is None:
        raise OrderNotFound(number)
    return order


def _children(connection: Connection, table: Table, number: str, order: Any) -> tuple[RowMapping, ...]:
    query = select(table).where(table.c.order_number == number).order_by(order)
    return tuple(connection.execute(query).mappings())

"""Orders that are there already: seats find, open, hurry, amend and withdraw them, and see what they finished today.

A list and an opened order are masked like everything that is not one's own conversation; the caller in clear costs a
reason, and each step is in the audit log. A number finds its order, a telephone number the orders of the caller (never
those that were reported in confidence: whoever names a number must not learn of them), words whatever holds them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from desk.orders.digits import normal_phone, only_digits
from desk.orders.errors import BadOrder, BadTransition, OrderNotFound
from desk.orders.errors import StoreUnavailable as OrdersUnavailable
from desk.orders.number import find_number, format_number
from desk.orders.order import Order
from desk.orders.store import OrderFilter
from desk.orders.view import order_line, order_view
from desk.places import columns_of, parse_address
from desk.seats import Accounts
from gateway import sentences
from gateway.backends.orders import Orders
from gateway.console.access import (
    AllOrders,
    AsReader,
    InThreads,
    KeptPictures,
    Queries,
    Reader,
    Store,
    Zone,
)
from gateway.console.items import title_of
from gateway.console.order_pictures import pictures_json, pictures_of
from gateway.errors import Refused, StoreUnavailable
from gateway.pictures.http import picture_response
from gateway.runtime.blocking import Blocking
from gateway.runtime.installed import the
from gateway.wire import Incoming

router = APIRouter(prefix="/api/v1/desk", tags=["seats"])

PAGE = 50
# Words are looked for in the orders of so many days: without an index every order of that time is read.
WORDS_DAYS = 366
WORDS_MAX = 5
# Fewer digits are no telephone number but words: 88号.
PHONE_DIGITS = 7
_FIELDS = frozenset(
    ("title", "description", "appeal", "event_time", "place", "subject", "department", "callback_phone")
)

Number = Annotated[str, Path(max_length=32)]


class OrderAct(Incoming):
    """`words`: the remark, or why. `fields`: what is amended, by the names of the form."""

    words: str = Field("", max_length=2000)
    fields: dict[str, str] = Field(default_factory=dict, max_length=20)


@router.get("/orders", summary="Orders by number, telephone number or words; newest first, masked")
async def find(
    blocking: InThreads,
    backend: AllOrders,
    zone: Zone,
    reader: AsReader,
    q: Annotated[str, Query(max_length=100)] = "",
) -> JSONResponse:
    """`by` says what `q` was taken for; `more` that older ones match too. Without `q` the newest orders come."""
    orders = await backend.orders()
    by, found, more = await _found(blocking, orders, q.strip())
    # The words stay out of the log: a telephone number may be among them.
    await _note(reader, "orders_searched", "", {"by": by, "found": len(found)})
    lines = [order_line(order, zone) for order in found]
    return JSONResponse({"by": by, "orders": lines, "more": more})


async def _found(blocking: Blocking, orders: Orders, asked: str) -> tuple[str, tuple[Order, ...], bool]:
    read = blocking.read
    try:
        number = find_number(asked)
        if number is not None:
            return "number", (await read(orders.get, number),), False
        phone = normal_phone(asked) if len(only_digits(asked)) >= PHONE_DIGITS else ""
        if phone:
            same = await read(orders.find_by_phone, phone, PAGE + 1)
            told = tuple(order for order in same if not order.confidential)
            return "phone", told[:PAGE], len(same) > PAGE
        words = tuple(asked.split())[:WORDS_MAX]
        since = datetime.now(UTC) - timedelta(days=WORDS_DAYS)
        page = await read(orders.list, OrderFilter(words=words, since=since), PAGE)
        return "words", page.orders, page.next_cursor is not None
    except OrderNotFound:
        return "number", (), False
    except OrdersUnavailable as error:
        raise StoreUnavailable from error


@router.get("/orders/{number}", summary="One whole order, the caller masked")
async def look(
    store: Store,
    blocking: InThreads,
    pictures: KeptPictures,
    backend: AllOrders,
    zone: Zone,
    reader: AsReader,
    number: Number,
) -> JSONResponse:
    orders = await backend.orders()
    order = await _told(lambda: blocking.read(orders.get, number))
    await _note(reader, "order_read", order.number, {})
    sent = await pictures_of(store, blocking, pictures, orders, order)
    return JSONResponse({"order": order_view(order, zone) | pictures_json(sent)})


@router.get("/orders/{number}/pictures/{attachment_id}", summary="A picture that was sent with an order")
async def picture(
    store: Store,
    blocking: InThreads,
    pictures: KeptPictures,
    backend: AllOrders,
    reader: AsReader,
    number: Number,
    attachment_id: Annotated[str, Path(max_length=120)],
) -> Response:
    """Of an order that is confidential only for who may read its conversation: faces and doors tell who sent it."""
    orders = await backend.orders()
    order = await _told(lambda: blocking.read(orders.get, number))
    if attachment_id not in {one.id for one in await pictures_of(store, blocking, pictures, orders, order)}:
        raise Refused(404, "not_found", sentences.PICTURES["not_found"])
    if order.confidential:
        await reader.read(order.conversation_id, "picture")
    await _note(reader, "order_picture", order.number, {"picture": attachment_id})
    return picture_response(await pictures.find(attachment_id))


@router.post("/orders/{number}/{act}", summary="Reveal, hurry, remark, amend or withdraw an order")
async def act_on(
    store: Store,
    blocking: InThreads,
    pictures: KeptPictures,
    backend: AllOrders,
    zone: Zone,
    reader: AsReader,
    number: Number,
    act: Literal["reveal", "hurry", "remark", "amend", "withdraw"],
    body: OrderAct,
) -> JSONResponse:
    """The order as it is now. 409 `order_done`: it is closed, and nothing more can be done with it. 422 where the reason,
    the remark or the changes are missing or wrong."""
    words = body.words.strip()
    if not words and act in ("reveal", "remark", "withdraw"):
        raise Refused(422, "malformed", sentences.ORDER_WHY)
    orders = await backend.orders()
    write = blocking.write
    by = f"seat:{reader.user.badge or reader.user.username}"
    note = ""

    async def done() -> Order:
        nonlocal note
        match act:
            case "reveal":
                return await write(orders.reveal, number, by, words)
            case "hurry":
                hurried = await write(orders.hurry, number, by)
                note = sentences.ORDER_HURRIED if hurried.told else sentences.ORDER_HURRIED_LATELY
                if words:
                    return await write(orders.add_remark, number, words, by)
                return hurried.order
            case "remark":
                return await write(orders.add_remark, number, words, by)
            case "amend":
                return await write(orders.amend, number, _columns(body.fields), by)
            case "withdraw":
                return await write(orders.withdraw, number, words, by)

    order = await _told(done)
    detail = {"why": words} if act in ("reveal", "withdraw") else {"fields": sorted(body.fields)}
    await _note(reader, f"order_{act}", order.number, detail)
    sent = await pictures_of(store, blocking, pictures, orders, order)
    shown = order_view(order, zone, revealed=act == "reveal") | pictures_json(sent)
    return JSONResponse({"order": shown, "note": note})


@router.get("/finished", summary="What I have finished today: conversations and orders")
async def finished(
    blocking: InThreads,
    queries: Queries,
    accounts: Annotated[Accounts, the(Accounts)],
    backend: AllOrders,
    zone: Zone,
    reader: AsReader,
) -> JSONResponse:
    read = blocking.read
    now = datetime.now(UTC).astimezone(zone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await read(queries.finished_by, reader.user.id, midnight)
    conversations = []
    for row in rows:
        words = await read(queries.first_words, row["conversation_id"])
        conversations.append(
            {
                "id": row["conversation_id"],
                "channel": row["channel"],
                "title": title_of(words),
                "outcome": row["outcome"],
                "state": row["state"],
                "ended_at": row["ended_at"].isoformat(),
            }
        )
    lines = await read(_written, accounts, reader, midnight)
    orders = await backend.orders()
    page = await read(orders.list, OrderFilter(numbers=lines), 200)
    told = [order_line(order, zone) for order in page.orders]
    return JSONResponse({"conversations": conversations, "orders": told})


def _written(accounts: Accounts, reader: Reader, since: datetime) -> frozenset[str]:
    lines = accounts.audit.read(actor=reader.user.id, action="order_created", since=since, limit=500)
    return frozenset(filter(None, (find_number(line.subject_id) for line in lines)))


def _columns(fields: Mapping[str, str]) -> dict[str, str]:
    """The columns of what a form calls by fewer names. Raises Refused (422)."""
    if not fields or set(fields) - _FIELDS:
        raise Refused(422, "malformed", sentences.ORDER_NOTHING_AMENDED)
    values = {name: text for name, text in fields.items() if name != "place"}
    if "place" in fields:
        columns = columns_of(parse_address(fields["place"]))
        values |= {
            "place_district": columns.district,
            "place_street": columns.street,
            "place_community": columns.community,
            "place_detail": columns.detail,
        }
    return values


async def _told(act: Callable[[], Awaitable[Order]]) -> Order:
    """What happened, or why not, as people understand it."""
    try:
        return await act()
    except OrderNotFound as error:
        raise Refused(404, "not_found", sentences.NO_SUCH_ORDER) from error
    except BadTransition as error:
        raise Refused(409, "order_done", sentences.ORDER_DONE) from error
    except BadOrder as error:
        raise Refused(422, "bad_order", sentences.ORDER_NOTHING_AMENDED) from error
    except OrdersUnavailable as error:
        raise StoreUnavailable from error


async def _note(reader: Reader, action: str, number: str, detail: dict[str, Any]) -> None:
    await reader.note(action, "order", format_number(number) if number else "", detail)

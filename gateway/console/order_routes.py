"""The console's HTTP about work orders: the filled form, its submission, the category tree."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from desk.conversations import Draft, Owner, Sender
from desk.orders.errors import BadOrder, NumbersExhausted
from desk.orders.errors import StoreUnavailable as OrdersUnavailable
from desk.orders.number import format_number, speak_code
from desk.orders.order import Order
from desk.orders.view import first_card, order_line
from gateway import sentences
from gateway.console.access import AsReader, Categories, Id, Orders, Zone
from gateway.console.order_form import FieldProblems, masked_fields
from gateway.console.sign_in import Admitted
from gateway.errors import StoreUnavailable
from gateway.handoff.coordinator import HandoffCoordinator
from gateway.runtime.installed import the
from gateway.wire import Incoming, error_json

router = APIRouter(prefix="/api/v1/desk", tags=["seats"])


class NewOrderForm(Incoming):
    draft_id: str = Field(min_length=1, max_length=64)
    fields: dict[str, str | bool | None] = Field(max_length=40)


@router.get(
    "/conversations/{conversation_id}/order-draft", summary="The order form, filled from the conversation"
)
async def order_draft(orders: Orders, reader: AsReader, conversation_id: Id) -> JSONResponse:
    """A lead gets the form of another's conversation masked, until they have revealed `order`."""
    reading = await reader.write(conversation_id, "order_draft", part="order")
    try:
        form = await orders.form(reading.conversation)
    except OrdersUnavailable as error:
        raise StoreUnavailable from error
    if not reading.clear:
        form["fields"] = masked_fields(form["fields"])
    return JSONResponse(form | {"masked": not reading.clear})


@router.post("/conversations/{conversation_id}/orders", status_code=201, summary="Register the order")
async def submit(
    orders: Orders,
    coordinator: Annotated[HandoffCoordinator, the(HandoffCoordinator)],
    zone: Zone,
    reader: AsReader,
    conversation_id: Id,
    body: NewOrderForm,
) -> JSONResponse:
    """Idempotent by `draft_id`. 422 names the problem of each field in `fields`. A field that comes back as it was masked
    is what the citizen said."""
    reading = await reader.write(conversation_id, "order", part="order")
    conversation = reading.conversation
    try:
        order, new = await orders.submit(
            conversation, body.draft_id, dict(body.fields), seen_masked=not reading.clear
        )
    except FieldProblems as error:
        return _bad(error.problems)
    except BadOrder as error:
        return _bad({error.field: sentences.FIELD_BAD})
    except (OrdersUnavailable, NumbersExhausted) as error:
        raise StoreUnavailable from error
    if new:
        number = format_number(order.number)
        await reader.note("order_created", "order", number, {"conversation": conversation_id})
        if conversation.owner is not Owner.CLOSED:
            await coordinator.tell(conversation_id, _told(zone, order))
    return JSONResponse({"order": order_line(order, zone)}, status_code=201)


@router.get("/categories", summary="All categories that an order may have")
async def categories(known: Categories, found: Admitted) -> JSONResponse:
    tree = await known.tree()
    told = [
        {
            "code": code,
            "path": list(tree.path(code)),
            "department": tree[code].department,
            "urgency": tree[code].urgency.value,
        }
        for code in tree.leaves
    ]
    return JSONResponse({"categories": told})


def _told(zone: Any, order: Order) -> Draft:
    text = sentences.ORDER_BY_SEAT.format(number=format_number(order.number), code=order.query_code)
    speech = sentences.ORDER_BY_SEAT.format(
        number=format_number(order.number), code=speak_code(order.query_code)
    )
    return Draft(
        sender=Sender.SYSTEM, text=text, speech=speech, kind="order_card", card=first_card(order, zone)
    )


def _bad(problems: Any) -> JSONResponse:
    content = error_json("bad_order", sentences.FORM_BAD, retryable=False) | {"fields": dict(problems)}
    return JSONResponse(content, status_code=422)

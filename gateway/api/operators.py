"""HTTP for operators with an API token: knowledge, orders, metrics, the API description."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from desk.orders.errors import BadOrder, OrderNotFound
from desk.orders.order import OrderStatus, OrderType, Urgency
from desk.orders.store import OrderFilter
from desk.orders.view import order_line, order_view
from desk.settings import Settings
from gateway import sentences
from gateway.api.description import description_page
from gateway.api.tokens import api_token, is_api_token
from gateway.backends.knowledge import KnowledgeBackend
from gateway.backends.orders import OrderBackend
from gateway.errors import Refused
from gateway.runtime.blocking import Blocking
from gateway.runtime.installed import the
from gateway.runtime.metrics import Metrics
from gateway.wire import Moment


async def require_token(
    settings: Annotated[Settings, the(Settings)],
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> None:
    """Raises Refused: 403 when no token is configured, 401 when the shown one is wrong."""
    valid = settings.api_tokens
    if not valid:
        raise Refused(403, "no_api_tokens", sentences.API_TOKENS_MISSING)
    if not is_api_token(api_token(authorization), valid):
        raise Refused(401, "api_token", sentences.API_TOKEN_WRONG)


router = APIRouter(dependencies=[Depends(require_token)])


InThreads = Annotated[Blocking, the(Blocking)]
Zone = Annotated[ZoneInfo, the(ZoneInfo)]
AllOrders = Annotated[OrderBackend, the(OrderBackend)]


@router.get("/api/v1/knowledge/search", tags=["operators"], summary="Search the published articles")
async def search_knowledge(
    knowledge: Annotated[KnowledgeBackend, the(KnowledgeBackend)],
    q: Annotated[str, Query(min_length=1, max_length=500)],
    top: Annotated[int, Query(ge=1, le=20)] = 3,
) -> dict[str, Any]:
    return {"hits": await knowledge.hits(q, top)}


@router.get("/api/v1/orders", tags=["operators"], summary="Work orders, newest first, callers masked")
async def list_orders(
    blocking: InThreads,
    zone: Zone,
    backend: AllOrders,
    status: OrderStatus | None = None,
    type: OrderType | None = None,
    urgency: Urgency | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    conversation: Annotated[str | None, Query(max_length=64)] = None,
    department: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> dict[str, Any]:
    """`next_cursor` goes into the next call; null at the end. Times without a zone are the city's."""
    filters = OrderFilter(
        status=status,
        type=type,
        urgency=urgency,
        since=since.replace(tzinfo=zone) if since and since.tzinfo is None else since,
        until=until.replace(tzinfo=zone) if until and until.tzinfo is None else until,
        conversation_id=conversation,
        department=department,
    )
    orders = await backend.orders()
    try:
        page = await blocking.read(orders.list, filters, limit, cursor)
    except BadOrder as error:
        raise Refused(422, "malformed", sentences.MALFORMED) from error
    return {"orders": [order_line(order, zone) for order in page.orders], "next_cursor": page.next_cursor}


@router.get("/api/v1/orders/{number}", tags=["operators"], summary="One work order, the caller masked")
async def get_order(
    blocking: InThreads, zone: Zone, backend: AllOrders, number: Annotated[str, Path(max_length=32)]
) -> dict[str, Any]:
    """A confidential order says 保密 instead of the caller, whoever asks."""
    orders = await backend.orders()
    try:
        order = await blocking.read(orders.get, number)
    except OrderNotFound as error:
        raise Refused(404, "not_found", "没有找到这张工单。") from error
    return order_view(order, zone)


@router.get("/metrics", tags=["machines"], summary="Prometheus metrics")
async def metrics(measured: Annotated[Metrics, the(Metrics)]) -> Response:
    return Response(generate_latest(measured.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> JSONResponse:
    return JSONResponse(request.app.openapi())


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    return HTMLResponse(description_page(request.app.openapi()))

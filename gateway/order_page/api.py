"""The order page's HTTP, as docs/protocol.md describes it. A visit's token comes as `Authorization: Bearer`."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from desk.orders.visits import Visit
from gateway import sentences
from gateway.channels.web.access import Authorization, Tokens
from gateway.conversations.tokens import bearer
from gateway.errors import Refused, TooMany
from gateway.order_page.page import OrderPage
from gateway.runtime.closing import refuse_while_closing
from gateway.runtime.installed import the
from gateway.runtime.metrics import Metrics
from gateway.runtime.rate_limits import Limit, RateLimits
from gateway.sockets.network import address_of
from gateway.wire import Incoming, Score

router = APIRouter(
    prefix="/api/v1/my-orders", tags=["citizens"], dependencies=[Depends(refuse_while_closing)]
)

# Behind one address sits a family, an office or a mobile network; who guesses is stopped by the counts of tries.
VISITS_PER_MINUTE = 60
# Of one visit; a person taps a few times.
ASKS_PER_MINUTE = 60

Number = Annotated[str, Path(max_length=40)]


class Proof(Incoming):
    """One of: `number` and `code`; `link`; `conversation` and `token`; `ticket` and `code`."""

    number: str | None = Field(None, min_length=1, max_length=40)
    code: str | None = Field(None, min_length=1, max_length=40, repr=False)
    link: str | None = Field(None, min_length=1, max_length=128, repr=False)
    conversation: str | None = Field(None, min_length=1, max_length=64)
    token: str | None = Field(None, min_length=1, max_length=128, repr=False)
    ticket: str | None = Field(None, min_length=1, max_length=128, repr=False)


class Phone(Incoming):
    phone: str = Field(min_length=1, max_length=40, repr=False)


class Act(Incoming):
    text: str = Field("", max_length=5000)
    score: Score | None = None


class Allowed:
    """Counts what one address and one visit ask. Share one a process."""

    def __init__(self, limits: RateLimits, metrics: Metrics) -> None:
        self._limits = limits
        self._metrics = metrics

    async def visit(self, address: str) -> None:
        """Raises TooMany."""
        await self._hit(Limit(scope="order_visits", subject=address, count=VISITS_PER_MINUTE, window_s=60))

    async def ask(self, visit: Visit) -> None:
        """Raises TooMany."""
        subject = hashlib.sha256(visit.token.encode()).hexdigest()[:32]
        await self._hit(Limit(scope="order_visit", subject=subject, count=ASKS_PER_MINUTE, window_s=60))

    async def _hit(self, limit: Limit) -> None:
        try:
            await self._limits.hit(limit)
        except TooMany:
            self._metrics.rate_limited.labels(limit.scope).inc()
            raise


Page = Annotated[OrderPage, the(OrderPage)]
Limits = Annotated[Allowed, the(Allowed)]


async def visiting(allowed: Limits, page: Page, authorization: Authorization = None) -> Visit:
    """Raises Refused (401), TooMany."""
    visit = await page.visit(bearer(authorization))
    await allowed.ask(visit)
    return visit


Visiting = Annotated[Visit, Depends(visiting)]


@router.post("/visits", status_code=201, summary="Prove that orders are one's own")
async def open_visit(
    request: Request,
    allowed: Limits,
    tokens: Tokens,
    page: Page,
    body: Proof,
    authorization: Authorization = None,
) -> JSONResponse:
    """Opens what was proved, beside what the visit in the header has open. 403 `not_proved`, 429 `too_many`."""
    address, beside = address_of(request), bearer(authorization)
    await allowed.visit(address)
    if body.link is not None:
        visit = await page.by_link(body.link, address, beside)
    elif body.ticket is not None and body.code is not None:
        visit = await page.by_phone_code(body.ticket, body.code, address, beside)
    elif body.number is not None and body.code is not None:
        visit = await page.by_code(body.number, body.code, address, beside)
    elif body.conversation is not None and body.token is not None:
        await tokens.check(body.conversation, body.token)
        visit = await page.by_conversation(body.conversation, address, beside)
    else:
        raise Refused(422, "malformed", sentences.MALFORMED)
    content = {"token": visit.token, "expires_at": visit.expires_at.isoformat()}
    return JSONResponse(content | {"orders": await page.lines(visit)}, status_code=201)


@router.post("/phone-codes", status_code=202, summary="Send a one-time code to a phone")
async def send_code(request: Request, allowed: Limits, page: Page, body: Phone) -> JSONResponse:
    """409 `no_sms` where no provider is connected. The answer does not tell whether the phone has orders."""
    address = address_of(request)
    await allowed.visit(address)
    return JSONResponse({"ticket": await page.send_phone_code(body.phone, address)}, status_code=202)


@router.delete("/visits", status_code=204, summary="Close what is open")
async def end_visit(page: Page, visit: Visiting) -> Response:
    await page.end(visit)
    return Response(status_code=204)


@router.get("", summary="What this visit has open, newest first")
async def lines(page: Page, visit: Visiting) -> JSONResponse:
    return JSONResponse({"orders": await page.lines(visit)})


@router.get("/{number}", summary="One of them: how it goes, and what may be done")
async def order(page: Page, visit: Visiting, number: Number) -> JSONResponse:
    return JSONResponse({"order": await page.order(visit, number)})


@router.post("/{number}/{act}", summary="Add to it, hurry it, take it back, rate it")
async def act(
    request: Request,
    page: Page,
    visit: Visiting,
    number: Number,
    act: Literal["remark", "hurry", "withdraw", "rate"],
    body: Act,
) -> JSONResponse:
    """`text` for remark, withdraw (why) and rate, `score` for rate. 409 `not_now`."""
    told, shown = await page.act(visit, number, act, body.text, body.score, address_of(request))
    return JSONResponse({"told": told, "order": shown})

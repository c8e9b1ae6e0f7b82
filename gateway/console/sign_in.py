"""Signing in to the console, and the dependency that guards everything else of it.

Routes ask `Depends(admitted)`: who may come in stands in `gateway.doors`. A websocket asks `who_is` before it accepts,
compares the `csrf` of its hello with `csrf_fits`, and calls `still_signed_in` about once a minute, so that a sign-out,
a disabled account or another role ends it too.
"""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, WebSocket
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field
from starlette.requests import HTTPConnection

from desk.seats import (
    Disabled,
    Locked,
    NotSignedIn,
    SignedIn,
    Slowed,
    WeakPassword,
    WrongPassword,
    may,
)
from desk.seats.devices import KNOWN_FOR
from desk.seats.sign_ins import hash_token
from gateway import sentences
from gateway.console.accounts import SeatAccounts
from gateway.doors import right_for
from gateway.errors import GatewayError, Refused, TooMany
from gateway.handoff.people import user_json
from gateway.runtime.closing import Closing
from gateway.runtime.installed import find
from gateway.sockets.network import TrustedProxies, address_of
from gateway.sockets.opening import accept, own_page
from gateway.sockets.page_socket import NO_RIGHT, TRY_LATER, WRONG_TOKEN
from gateway.wire import CleanBody, error_json

COOKIE = "minsheng_seat"
DEVICES_COOKIE = "minsheng_devices"
DEVICES_PATH = "/api/v1/desk"
CSRF_HEADER = "x-csrf"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Longer than any password that is allowed, so that the rules and not the parser refuse it.
PASSWORD_FIELD_CHARS = 256

router = APIRouter(prefix="/api/v1/desk", tags=["seats"])


class _Body(CleanBody):
    model_config = ConfigDict(extra="ignore", strict=True)


class Credentials(_Body):
    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=PASSWORD_FIELD_CHARS, repr=False)


class PasswordChange(_Body):
    old: str = Field(min_length=1, max_length=PASSWORD_FIELD_CHARS, repr=False)
    new: str = Field(min_length=1, max_length=PASSWORD_FIELD_CHARS, repr=False)


def seat_accounts(connection: HTTPConnection) -> SeatAccounts:
    """The accounts of this process. Raises Refused (503) while it ends."""
    if find(connection, Closing).begun:
        raise Refused(503, "closing", sentences.SHUTTING_DOWN)
    return find(connection, SeatAccounts)


async def who_is(connection: HTTPConnection) -> SignedIn:
    """The user behind the cookie of a request or websocket, who may come in by this door.

    Raises:
        Refused: 401 `unauthorized` (nobody is signed in), 403 `forbidden` (not with their role).
        StoreUnavailable.
    """
    token = connection.cookies.get(COOKIE)
    if not token:
        raise Refused(401, "unauthorized", sentences.NOT_SIGNED_IN)
    return await still_signed_in(connection, hash_token(token))


async def still_signed_in(connection: HTTPConnection, token_hash: str) -> SignedIn:
    """As `who_is`, for `SignedIn.token_hash`. The user that comes back is as of now: role, skills, capacity."""
    try:
        found = await seat_accounts(connection).find(token_hash)
    except NotSignedIn as error:
        raise Refused(401, "unauthorized", sentences.NOT_SIGNED_IN) from error
    right = right_for(connection)
    if right is None or not may(found.user, right):
        raise Refused(403, "forbidden", sentences.NO_RIGHT)
    return found


def csrf_fits(signed_in: SignedIn, shown: str | None) -> bool:
    return hmac.compare_digest(signed_in.csrf.encode(), (shown or "").encode())


async def open_for_seat(websocket: WebSocket) -> SignedIn | None:
    """Accept a console's websocket, or close it (None). Who it is, from the console's cookie."""
    if not own_page(websocket):
        await websocket.close(1008)
        return None
    try:
        found = await who_is(websocket)
    except GatewayError as error:
        # Accepted first: a page can read a close code, but not why a websocket never opened.
        await websocket.accept()
        status = error.status if isinstance(error, Refused) else 503
        await websocket.close({401: WRONG_TOKEN, 403: NO_RIGHT}.get(status, TRY_LATER))
        return None
    return found if await accept(websocket) else None


async def admitted(request: Request) -> SignedIn:
    """A dependency: the user, once they may come in by this door and, if something is to change, their page has shown the
    CSRF value.

    Raises Refused: 401 `unauthorized`, 403 `forbidden`, `csrf` or `foreign_page`; StoreUnavailable.
    """
    found = await who_is(request)
    if request.method not in _SAFE_METHODS:
        _check_page(request)
        if not csrf_fits(found, request.headers.get(CSRF_HEADER)):
            raise Refused(403, "csrf", sentences.CSRF_WRONG)
    return found


Admitted = Annotated[SignedIn, Depends(admitted)]
Desk = Annotated[SeatAccounts, Depends(seat_accounts)]


@router.post("/sign-in", summary="Sign in; sets the cookie that every other call of the console needs")
async def sign_in(request: Request, desk: Desk, body: Credentials) -> Response:
    """401 `wrong`, 403 `disabled`, 423 `locked` and 429 `too_many` with Retry-After."""
    _check_page(request)
    address = address_of(request)
    try:
        token, found = await desk.sign_in(
            body.username,
            body.password,
            address=address,
            user_agent=_user_agent(request),
            devices=request.cookies.get(DEVICES_COOKIE, ""),
        )
    except WrongPassword as error:
        raise Refused(401, "wrong", error.text) from error
    except Disabled as error:
        raise Refused(403, "disabled", error.text) from error
    except (Locked, Slowed, TooMany) as error:
        return _come_back_later(error)
    before = request.cookies.get(COOKIE)
    if before:
        await desk.end(before)
    return await _welcome(request, desk, JSONResponse(_me(found)), token, found)


@router.get("/me", summary="Who is signed in, and the CSRF value of this sign-in")
async def me(found: Admitted) -> JSONResponse:
    return JSONResponse(_me(found))


@router.post("/sign-out", status_code=204, summary="End this sign-in; the user's others stay")
async def sign_out(request: Request, desk: Desk, found: Admitted) -> Response:
    await desk.sign_out(found, address_of(request))
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=_is_https(request))
    return response


@router.post("/password", status_code=204, summary="Change one's own password; every other sign-in ends")
async def change_password(request: Request, desk: Desk, found: Admitted, body: PasswordChange) -> Response:
    """403 `wrong` (the old one), 422 `weak_password` (the new one), 423 `locked`. The CSRF value stays."""
    if body.old == body.new:
        raise Refused(422, "weak_password", sentences.SAME_PASSWORD)
    address = address_of(request)
    try:
        token, renewed = await desk.change_password(
            found, body.old, body.new, address=address, user_agent=_user_agent(request)
        )
    except WeakPassword as error:
        raise Refused(422, "weak_password", error.text) from error
    except WrongPassword as error:
        raise Refused(403, "wrong", sentences.OLD_PASSWORD_WRONG) from error
    except Locked as error:
        return _come_back_later(error)
    return await _welcome(request, desk, Response(status_code=204), token, renewed)


def _me(found: SignedIn) -> dict[str, Any]:
    return {"user": user_json(found.user), "csrf": found.csrf}


async def _welcome(
    request: Request, desk: SeatAccounts, response: Response, token: str, found: SignedIn
) -> Response:
    """`found` has just begun, so that it was last seen now by the clock that will end it."""
    devices = await desk.remember_device(found.user.id, request.cookies.get(DEVICES_COOKIE, ""))
    if devices is not None:
        # Outlives the sign-in: it opens nothing, and only keeps strangers' wrong passwords from counting here.
        response.set_cookie(
            DEVICES_COOKIE,
            devices,
            max_age=int(KNOWN_FOR.total_seconds()),
            path=DEVICES_PATH,
            httponly=True,
            samesite="strict",
            secure=_is_https(request),
        )
    response.set_cookie(
        COOKIE,
        token,
        max_age=int((found.expires_at - found.last_seen_at).total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=_is_https(request),
    )
    return response


def _come_back_later(error: Locked | Slowed | TooMany) -> JSONResponse:
    if isinstance(error, Locked):
        wait_s = error.wait_s
        minutes = max(1, round(wait_s / 60))
        status, code, text = 423, "locked", f"{error.text}，请约 {minutes} 分钟后再试，或联系管理员解锁。"
    else:
        wait_s = error.wait_s if isinstance(error, Slowed) else error.retry_after_s
        status, code, text = 429, TooMany.code, sentences.TOO_MANY_SIGN_INS
    headers = {"Retry-After": str(max(1, int(wait_s + 0.999)))}
    return JSONResponse(error_json(code, text, retryable=True), status_code=status, headers=headers)


def _check_page(request: Request) -> None:
    if not own_page(request):
        raise Refused(403, "foreign_page", sentences.FOREIGN_PAGE)


def _user_agent(request: Request) -> str:
    return request.headers.get("user-agent", "")[:200]


def _is_https(request: Request) -> bool:
    """Also behind a proxy that takes the encryption off, if it is one that we trust."""
    peer = request.client.host if request.client else None
    if peer in find(request, TrustedProxies):
        # The first is that of the browser, if several proxies have added theirs.
        told = ",".join(request.headers.getlist("x-forwarded-proto")).partition(",")[0].strip().lower()
        return (told or request.url.scheme) == "https"
    return request.url.scheme == "https"

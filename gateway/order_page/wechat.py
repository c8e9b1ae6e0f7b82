"""The order page inside WeChat: who opens it is asked of WeChat (网页授权, snsapi_base), so that nobody has to prove anything.

`/wechat/orders` is what a button of the menu opens. It sends the phone to WeChat, WeChat sends it back with a code, the code is the
openid, and the openid opens what was written in its conversations. Whatever goes wrong on the way ends at the page's own proof.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse

from desk.orders.links import PAGE
from desk.settings import Settings
from gateway import sentences
from gateway.channels.web.access import Configured
from gateway.channels.wechat.errors import WechatError
from gateway.channels.wechat.hotline import WechatHotline
from gateway.errors import GatewayError, Refused
from gateway.order_page.api import Limits, Page
from gateway.runtime.closing import refuse_while_closing
from gateway.runtime.installed import find_or_none
from gateway.sockets.network import address_of

_log = structlog.get_logger(__name__)

router = APIRouter(tags=["citizens"], include_in_schema=False, dependencies=[Depends(refuse_while_closing)])

ENTRY = "/wechat/orders"
BACK = f"{ENTRY}/back"
# Without it a stranger could send somebody back with the stranger's own code, to write into the stranger's orders.
STATE_COOKIE = "minsheng_wechat_state"
STATE_LASTS_S = 300

Word = Annotated[str, Query(max_length=256)]


def _hotline(request: Request, settings: Settings) -> tuple[WechatHotline, str]:
    """Raises Refused (404): there is no account, or the gateway does not know its own address."""
    hotline, public = find_or_none(request, WechatHotline), settings.public_url
    if hotline is None or public is None:
        raise Refused(404, "not_found", sentences.NO_SUCH_PAGE)
    return hotline, public.rstrip("/")


@router.get(ENTRY, summary="My orders, for who opens this inside WeChat")
async def enter(request: Request, settings: Configured) -> RedirectResponse:
    hotline, public = _hotline(request, settings)
    state = secrets.token_hex(16)
    response = RedirectResponse(hotline.page_address(f"{public}{BACK}", state), 302)
    response.set_cookie(
        STATE_COOKIE,
        state,
        max_age=STATE_LASTS_S,
        path=BACK,
        httponly=True,
        # WeChat sends the phone back from its own page.
        samesite="lax",
        secure=public.startswith("https:"),
    )
    return response


@router.get(BACK, summary="WeChat sends whoever opened the page back")
async def come_back(
    request: Request, settings: Configured, allowed: Limits, page: Page, code: Word = "", state: Word = ""
) -> RedirectResponse:
    hotline, _ = _hotline(request, settings)
    address = address_of(request)
    where = PAGE
    if code and hmac.compare_digest(request.cookies.get(STATE_COOKIE, "").encode(), state.encode()) and state:
        try:
            await allowed.visit(address)
            visit = await page.by_openid(await hotline.conversations_by(code), address)
            where = f"{PAGE}#visit={visit.token}" if visit is not None else PAGE
        except (WechatError, GatewayError) as error:
            # The page asks for number and code then.
            _log.warning("wechat_page_not_known", reason=type(error).__name__)
    response = RedirectResponse(where, 302)
    response.delete_cookie(STATE_COOKIE, path=BACK, httponly=True, samesite="lax")
    return response

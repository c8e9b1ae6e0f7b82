"""WeChat's API: the few calls that the hotline makes. Paths are WeChat's; the address in front of them is a setting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import structlog

from gateway.channels.wechat.access_token import AccessTokens
from gateway.channels.wechat.errors import (
    AccountRefused,
    DailyLimit,
    FileTooLarge,
    NotPermitted,
    TokenRefused,
    WechatAway,
    WechatRefused,
    error_of,
)
from gateway.runtime.breaker import CircuitBreaker
from gateway.runtime.redis_link import RedisLink

_log = structlog.get_logger(__name__)

OFFICIAL, PAGES = "https://api.weixin.qq.com", "https://open.weixin.qq.com"
LIMIT_S, CONNECT_S = 5.0, 3.0
# What the hotline takes of a file; pictures of phones are smaller, a minute of speech far smaller.
MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_CONNECTIONS = 50
# The daily limit ends at midnight; somebody may also raise it before.
DAILY_PAUSE_S = 600.0
# Rights are given by people, on a page of WeChat.
NO_RIGHT_PAUSE_S = 3600.0


class WechatApi:
    """Pooled; share one a process. Close with `aclose`.

    Every method raises WechatError; WechatAway at once while WeChat does not answer.
    """

    def __init__(self, url: str, app_id: str, app_secret: str, redis: RedisLink) -> None:
        self._app_id, self._secret = app_id, app_secret
        # A stand-in is both.
        self._pages = PAGES if url.rstrip("/") == OFFICIAL else url.rstrip("/")
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            timeout=httpx.Timeout(LIMIT_S, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS),
            headers={"content-type": "application/json"},
            # A stand-in on this machine is not behind the city's proxy.
            trust_env=httpx.URL(url).host not in ("127.0.0.1", "::1", "localhost"),
        )
        self._tokens = AccessTokens(redis, app_id, self._fetch_token)
        self._breaker = CircuitBreaker(failures=3, open_s=10.0, longest_s=300.0)
        self._daily_until = 0.0
        self._no_right_until = 0.0

    @property
    def may_send(self) -> bool:
        """False: the account has no right to the customer-service messages (a 订阅号 without verification), so that only
        the answers to requests reach its citizens."""
        return time.monotonic() >= self._no_right_until

    async def send_text(self, openid: str, text: str) -> None:
        """As a customer-service message (客服消息)."""
        await self._send({"touser": openid, "msgtype": "text", "text": {"content": text}})

    async def show_typing(self, openid: str) -> None:
        """对方正在输入, for fifteen seconds or until a message comes."""
        await self._send({"touser": openid, "command": "Typing"}, "/cgi-bin/message/custom/typing")

    async def put_menu(self, menu: Mapping[str, Any]) -> None:
        """The whole menu below the chat."""
        await self._call("/cgi-bin/menu/create", menu)

    def page_address(self, back: str, state: str) -> str:
        """Where WeChat asks, without a word to anybody, who opens a page (网页授权, snsapi_base), and sends them `back` with a
        code and our `state`."""
        query = {
            "appid": self._app_id,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{self._pages}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"

    async def who_opened(self, code: str) -> str:
        """The openid behind the code of `page_address`; a code is good once, for five minutes."""
        query = {
            "appid": self._app_id,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        answer = await self._ask("GET", "/sns/oauth2/access_token", params=query)
        openid = self._read(answer.content).get("openid")
        if not isinstance(openid, str) or not openid:
            raise WechatAway()
        return openid

    async def file(self, media_id: str) -> bytes:
        """What a citizen sent: WeChat keeps it for three days. FileTooLarge above MAX_FILE_BYTES."""
        content: bytes = await self._with_token(lambda token: self._fetch_file(token, media_id))
        return content

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _send(self, body: Mapping[str, Any], path: str = "/cgi-bin/message/custom/send") -> None:
        if not self.may_send:
            raise NotPermitted(48001)
        try:
            await self._call(path, body)
        except NotPermitted:
            self._no_right_until = time.monotonic() + NO_RIGHT_PAUSE_S
            raise

    async def _call(self, path: str, body: Mapping[str, Any]) -> None:
        content = orjson.dumps(dict(body))

        async def post(token: str) -> None:
            answer = await self._ask("POST", path, params={"access_token": token}, content=content)
            self._read(answer.content)

        await self._with_token(post)

    async def _with_token(self, call: Any) -> Any:
        token = await self._tokens.get()
        try:
            return await call(token)
        except TokenRefused:
            # Once: another program has fetched one, or WeChat has ended it early.
            return await call(await self._tokens.get(refused=token))

    async def _fetch_token(self, force: bool) -> tuple[str, float]:
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        answer = await self._ask("POST", "/cgi-bin/stable_token", content=orjson.dumps(body))
        try:
            found = self._read(answer.content)
        except (WechatRefused, AccountRefused) as error:
            _log.error(
                "wechat_account_refused",
                code=error.code,
                what_to_do="compare MINSHENG_WECHAT_APP_ID and _APP_SECRET, and enter our address into WeChat's IP list",
            )
            raise AccountRefused(error.code) from error
        try:
            return str(found["access_token"]), float(found["expires_in"])
        except (KeyError, TypeError, ValueError) as error:
            raise WechatAway() from error

    async def _fetch_file(self, token: str, media_id: str) -> bytes:
        params = {"access_token": token, "media_id": media_id}
        answer = await self._ask("GET", "/cgi-bin/media/get", params=params)
        if "json" in answer.headers.get("content-type", "") or answer.content[:1] == b"{":
            # Voice and pictures never begin like this.
            self._read(answer.content)
            raise WechatAway()
        return answer.content

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        now = time.monotonic()
        if now < self._daily_until:
            raise DailyLimit(45009)
        if not self._breaker.allows(now):
            raise WechatAway()
        try:
            async with asyncio.timeout(2 * LIMIT_S):
                answer = await self._bounded(method, path, request)
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            self._breaker.failed(time.monotonic())
            raise WechatAway() from error
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()
        return answer

    async def _bounded(self, method: str, path: str, request: Mapping[str, Any]) -> httpx.Response:
        async with self._http.stream(method, path, **request) as answer:
            answer.raise_for_status()
            content = bytearray()
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > MAX_FILE_BYTES:
                    raise FileTooLarge
            kind = answer.headers.get("content-type", "")
            return httpx.Response(answer.status_code, headers={"content-type": kind}, content=bytes(content))

    def _read(self, content: bytes) -> Any:
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise WechatAway() from error
        told = error_of(body)
        if isinstance(told, DailyLimit):
            self._daily_until = time.monotonic() + DAILY_PAUSE_S
        if told is not None:
            raise told
        return body

"""A stand-in for WeChat's servers, with their rules: for tests, and for trying the channel without an account.

It plays both sides of WeChat. To the hotline it is the API below `MINSHENG_WECHAT_API_URL`: tokens that end, quotas that
run out, files, the documented error codes. For its citizens it brings messages to the callback: signed, sealed if the account
has a key, with five seconds of patience and three tries. `heard` is what reached a citizen, and how.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import orjson
import uvicorn
from defusedxml.ElementTree import fromstring
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from gateway.channels.wechat.sealing import Seal, key_of
from gateway.channels.wechat.signing import signature_of

# WeChat's own figures.
PATIENCE_S, TRIES = 5.0, 3
TOKEN_S = 7200.0
QUOTA, WINDOW_S = 5, 48 * 3600.0
EVENT_QUOTA, EVENT_WINDOW_S = 3, 60.0
CONTENT_BYTES = 2048
OUT_OF_ORDER = "该公众号暂时无法提供服务，请稍后再试"
_EVENTS_THAT_GRANT = frozenset({"subscribe", "SCAN", "CLICK"})


@dataclass(frozen=True)
class StandInAccount:
    """`aes_key` None: messages go in clear."""

    token: str
    app_id: str
    app_secret: str
    aes_key: str | None = None
    name: str = "gh_standin00001"


@dataclass(frozen=True)
class Said:
    """A text that reached a citizen. `how` is `passive`, `api`, or `trouble` (WeChat's own words about a silent account)."""

    how: str
    text: str
    at: float


@dataclass
class _Person:
    heard: list[Said] = field(default_factory=list)
    # How many messages may still be sent, and until when.
    grant: tuple[int, float] = (0, 0.0)
    event_grant: tuple[int, float] = (0, 0.0)
    follows: bool = True
    typing: int = 0


class StandIn:
    """`start` and `stop` it; it listens on loopback in a thread of its own. All methods may be called from any thread."""

    def __init__(self, account: StandInAccount, clock: Callable[[], float] = time.time) -> None:
        self.account = account
        self.port = 0
        self.callback_url = ""
        self.people: dict[str, _Person] = defaultdict(_Person)
        self.files: dict[str, tuple[str, bytes]] = {}
        self.menu: Any = None
        # Error codes for the next messages that are sent, in order; `hang` leaves one without an answer.
        self.failures: deque[int | str] = deque()
        # Of every answer that was asked for over the API.
        self.codes: list[int] = []
        self.requests: list[tuple[int, float]] = []
        # Who opens pages of the account at present.
        self.opener = ""
        self._page_codes: dict[str, str] = {}
        self._clock = clock
        self._tokens: dict[str, float] = {}
        self._seal = Seal(key_of(account.aes_key), account.app_id) if account.aes_key else None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._ids = iter(range(24_000_000_000_000_000, 25_000_000_000_000_000))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> StandIn:
        listener = socket.socket()
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(self._app(), log_config=None, access_log=False, lifespan="off")
        server = self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(20)
            self._server = None

    # -- its citizens --

    async def text(self, openid: str, words: str, **fields: Any) -> str | None:
        """Say it; the text of the passive reply, None where there was none."""
        return await self.send(openid, "text", Content=words, **fields)

    async def event(self, openid: str, name: str, key: str = "") -> str | None:
        return await self.send(openid, "event", Event=name, EventKey=key, with_id=False)

    async def voice(self, openid: str, content: bytes, form: str = "amr") -> str | None:
        return await self.send(openid, "voice", MediaId=self.keep("audio/amr", content), Format=form)

    async def image(self, openid: str, content: bytes) -> str | None:
        media_id = self.keep("image/jpeg", content)
        return await self.send(openid, "image", PicUrl="http://mmbiz.example/1", MediaId=media_id)

    async def location(self, openid: str, latitude: float, longitude: float, label: str) -> str | None:
        return await self.send(
            openid,
            "location",
            Location_X=f"{latitude:.6f}",
            Location_Y=f"{longitude:.6f}",
            Scale="16",
            Label=label,
        )

    def keep(self, kind: str, content: bytes) -> str:
        """A file that can be fetched; its media id."""
        media_id = secrets.token_urlsafe(32)
        self.files[media_id] = (kind, content)
        return media_id

    async def send(self, openid: str, kind: str, *, with_id: bool = True, **fields: Any) -> str | None:
        """Bring a message to the hotline as WeChat does. What the citizen sees of it is in `heard` as well."""
        person, name = self.people[openid], str(fields.get("Event", ""))
        now = self._clock()
        if kind != "event":
            person.grant = (QUOTA, now + WINDOW_S)
        elif name in _EVENTS_THAT_GRANT:
            person.event_grant = (EVENT_QUOTA, now + EVENT_WINDOW_S)
        if name in ("subscribe", "unsubscribe"):
            person.follows = name == "subscribe"
        if with_id:
            fields.setdefault("MsgId", str(next(self._ids)))
        body = self._message(openid, kind, fields)
        for attempt in range(1, TRIES + 1):
            answer = await self.ask(body)
            self.requests.append((attempt, time.time() - now))
            if answer is not None and answer.status_code == 200:
                reply = self._reply(answer.content)
                if reply is not None:
                    person.heard.append(Said("passive", reply, time.time()))
                return reply
        person.heard.append(Said("trouble", OUT_OF_ORDER, time.time()))
        return None

    async def check_address(self) -> str:
        """Ask as WeChat's console does when an address is entered. "" where it is ours, else what is wrong with it."""
        timestamp, nonce, echo = str(int(time.time())), secrets.token_hex(5), secrets.token_hex(8)
        query = {
            "signature": signature_of(self.account.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": echo,
        }
        try:
            async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as http:
                answer = await http.get(self.callback_url, params=query)
        except httpx.HTTPError:
            return "nobody answers there; start the hotline with 'make run'"
        if answer.status_code == 200 and answer.text == echo:
            return ""
        told = {
            404: "it runs without MINSHENG_WECHAT_TOKEN; start it anew with the settings of this command",
            401: "it has another MINSHENG_WECHAT_TOKEN, or its clock is wrong",
        }
        return told.get(answer.status_code, f"it answers with status {answer.status_code}")

    async def ask(self, body: bytes) -> httpx.Response | None:
        """One request to the callback; None: no answer within WeChat's patience."""
        timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
        query = {
            "signature": signature_of(self.account.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
        }
        if self._seal is not None:
            sealed = self._seal.seal(body)
            query |= {
                "encrypt_type": "aes",
                "msg_signature": signature_of(self.account.token, timestamp, nonce, sealed),
            }
            body = _xml({"ToUserName": self.account.name, "Encrypt": sealed})
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._post(query, body)
        except (httpx.HTTPError, TimeoutError):
            return None

    async def _post(self, query: dict[str, str], body: bytes) -> httpx.Response:
        async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as http:
            return await http.post(self.callback_url, params=query, content=body)

    def heard(self, openid: str) -> list[str]:
        """What reached the citizen, in order."""
        return [said.text for said in self.people[openid].heard]

    def _message(self, openid: str, kind: str, fields: dict[str, Any]) -> bytes:
        head = {
            "ToUserName": self.account.name,
            "FromUserName": openid,
            "CreateTime": str(int(time.time())),
            "MsgType": kind,
        }
        return _xml(head | {name: str(value) for name, value in fields.items()})

    def _reply(self, content: bytes) -> str | None:
        if content in (b"", b"success"):
            return None
        reply = fromstring(content)
        if self._seal is not None:
            parts = [reply.findtext(name) or "" for name in ("TimeStamp", "Nonce", "Encrypt")]
            if reply.findtext("MsgSignature") != signature_of(self.account.token, *parts):
                return None
            reply = fromstring(self._seal.open(parts[2]))
        return str(reply.findtext("Content") or "")

    # -- its API --

    def expire_tokens(self) -> None:
        """Every token that was given out is good no more (40001)."""
        self._tokens.clear()

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/cgi-bin/stable_token", self._stable_token, methods=["POST"]),
                Route("/cgi-bin/message/custom/send", self._custom_send, methods=["POST"]),
                Route("/cgi-bin/message/custom/typing", self._typing, methods=["POST"]),
                Route("/cgi-bin/menu/create", self._menu, methods=["POST"]),
                Route("/cgi-bin/media/get", self._file, methods=["GET"]),
                Route("/connect/oauth2/authorize", self._authorize, methods=["GET"]),
                Route("/sns/oauth2/access_token", self._who_opened, methods=["GET"]),
            ]
        )

    async def _stable_token(self, request: Request) -> JSONResponse:
        asked = orjson.loads(await request.body())
        if (asked.get("appid"), asked.get("secret")) != (self.account.app_id, self.account.app_secret):
            return self._code(40125 if asked.get("appid") == self.account.app_id else 40013)
        now = self._clock()
        if asked.get("force_refresh"):
            self._tokens.clear()
        good = [token for token, until in self._tokens.items() if until - now > 300]
        token = good[-1] if good else secrets.token_urlsafe(48)
        self._tokens.setdefault(token, now + TOKEN_S)
        return JSONResponse({"access_token": token, "expires_in": int(self._tokens[token] - now)})

    async def _custom_send(self, request: Request) -> Response:
        code = self._token_code(request)
        if code:
            return self._code(code)
        if self.failures:
            failure = self.failures.popleft()
            if failure == "hang":
                await asyncio.sleep(3600)
            return self._code(int(failure))
        body = orjson.loads(await request.body())
        person, text = self.people[str(body.get("touser"))], str((body.get("text") or {}).get("content", ""))
        if not person.follows:
            return self._code(43004)
        if not text:
            return self._code(44004)
        if len(text.encode()) > CONTENT_BYTES:
            return self._code(45002)
        code = self._take_grant(person)
        if code:
            return self._code(code)
        person.heard.append(Said("api", text, time.time()))
        return self._code(0)

    def _take_grant(self, person: _Person) -> int:
        now = self._clock()
        left, until = person.event_grant
        if left and now < until:
            person.event_grant = (left - 1, until)
            return 0
        left, until = person.grant
        if now >= until:
            return 45015
        if not left:
            return 45047
        person.grant = (left - 1, until)
        return 0

    async def _typing(self, request: Request) -> JSONResponse:
        code = self._token_code(request)
        if not code:
            self.people[str(orjson.loads(await request.body()).get("touser"))].typing += 1
        return self._code(code)

    async def _menu(self, request: Request) -> JSONResponse:
        code = self._token_code(request)
        if not code:
            self.menu = orjson.loads(await request.body())
        return self._code(code)

    async def _authorize(self, request: Request) -> Response:
        """Whose phone it is that opens the page, `opener` says."""
        asked = request.query_params
        wanted = (asked.get("appid"), asked.get("response_type"), asked.get("scope"))
        if wanted != (self.account.app_id, "code", "snsapi_base"):
            return Response("10003", 400)
        code = secrets.token_urlsafe(24)
        self._page_codes[code] = self.opener
        query = urlencode({"code": code, "state": asked.get("state", "")})
        return RedirectResponse(f"{asked.get('redirect_uri')}?{query}", 302)

    async def _who_opened(self, request: Request) -> JSONResponse:
        asked = request.query_params
        if (asked.get("appid"), asked.get("secret")) != (self.account.app_id, self.account.app_secret):
            return self._code(40125)
        openid = self._page_codes.pop(asked.get("code", ""), None)
        if openid is None:
            return self._code(40029)
        return JSONResponse(
            {"access_token": "page", "expires_in": 7200, "openid": openid, "scope": "snsapi_base"}
        )

    async def _file(self, request: Request) -> Response:
        code = self._token_code(request)
        if code:
            return self._code(code)
        found = self.files.get(request.query_params.get("media_id", ""))
        if found is None:
            return self._code(40007)
        return Response(found[1], media_type=found[0])

    def _token_code(self, request: Request) -> int:
        until = self._tokens.get(request.query_params.get("access_token", ""))
        if until is None:
            return 40001
        return 0 if self._clock() < until else 42001

    def _code(self, code: int) -> JSONResponse:
        self.codes.append(code)
        return JSONResponse({"errcode": code, "errmsg": "ok" if code == 0 else "stand-in"})


def _xml(fields: dict[str, str]) -> bytes:
    root = ElementTree.Element("xml")
    for name, value in fields.items():
        ElementTree.SubElement(root, name).text = value
    content: bytes = ElementTree.tostring(root, encoding="utf-8")
    return content

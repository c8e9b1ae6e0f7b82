"""A seat at his console: signs in over HTTP, talks over /ws/seat, keeps what he gets."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from desk.seats import Accounts, NewUser, Role
from desk.seats.passwords import Argon2Hasher
from tests.fakes.running_gateway import RunningGateway
from tests.waiting import PATIENCE_S

PASSWORD = "Minsheng-12345-desk"
_log = logging.getLogger(__name__)


def add_user(gateway: RunningGateway, username: str, **more: Any) -> str:
    """A user of the gateway's database; the id comes back."""
    accounts = Accounts(gateway.engine)
    values: dict[str, Any] = {
        "display_name": username,
        "badge": more.pop("badge", str(1000 + len(accounts.users.all()))),
    }
    values["role"] = Role(more.pop("role", "seat"))
    new = NewUser(username=username, **values, **more)
    return accounts.users.add(new, _hash(), "test").id


@cache
def _hash() -> str:
    """Hashing is slow on purpose; once is enough for all users of all tests."""
    return Argon2Hasher().hash(PASSWORD)


class FakeSeat:
    """One signed-in user with one open console. `frames` is everything that came."""

    def __init__(
        self, gateway: RunningGateway, http: httpx.AsyncClient, user: dict[str, Any], csrf: str
    ) -> None:
        self.gateway = gateway
        self.http = http
        self.user = user
        self.csrf = csrf
        self.frames: list[dict[str, Any]] = []
        self._line: ClientConnection | None = None
        self._ids = itertools.count(1)
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def sign_in(cls, gateway: RunningGateway, username: str) -> FakeSeat:
        http = httpx.AsyncClient(base_url=gateway.url, timeout=20, trust_env=False)
        body = {"username": username, "password": PASSWORD}
        response = await http.post("/api/v1/desk/sign-in", json=body)
        assert response.status_code == 200, response.text
        http.headers["X-CSRF"] = response.json()["csrf"]
        return cls(gateway, http, response.json()["user"], response.json()["csrf"])

    @classmethod
    async def arrive(
        cls, gateway: RunningGateway, username: str, *, ready: bool = True, beat_s: float = 0.2
    ) -> FakeSeat:
        """Signed in, with an open console that beats, and ready for work."""
        seat = await cls.sign_in(gateway, username)
        await seat.open(beat_s=beat_s)
        if ready:
            await seat.be("ready")
        return seat

    @property
    def id(self) -> str:
        return str(self.user["id"])

    async def open(
        self, *, beat_s: float = 0.2, gateway: RunningGateway | None = None, limit_s: float = PATIENCE_S
    ) -> dict[str, Any]:
        """Open the console (again), perhaps at another replica; its welcome comes back."""
        gateway = gateway or self.gateway
        url = gateway.url.replace("http", "ws") + "/ws/seat"
        cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        self._line = await connect(
            url, proxy=None, additional_headers={"Cookie": cookie, "Origin": gateway.url}, max_size=None
        )
        self._tasks = [asyncio.create_task(self._listen(self._line))]
        await self.send(type="hello", csrf=self.csrf, tab="t")
        welcome = await self.next("welcome", limit_s)
        await self.next("desk")
        if beat_s:
            self._tasks.append(asyncio.create_task(self._beat(beat_s)))
        return welcome

    async def send(self, **frame: Any) -> None:
        assert self._line is not None
        await self._line.send(json.dumps(frame, ensure_ascii=False))

    async def act(self, **frame: Any) -> dict[str, Any]:
        """Send a frame and wait for `done` or `error`."""
        frame_id = f"f{next(self._ids)}"
        await self.send(**frame, id=frame_id)
        return await self.find(lambda got: got.get("id") == frame_id)

    async def be(self, status: str) -> None:
        """Choose a status; again while the console says that the desk cannot note it: a busy machine may miss Redis for a
        second."""
        async with asyncio.timeout(PATIENCE_S):
            while (answer := await self.act(type="status", status=status))["type"] != "done":
                assert answer["retryable"], answer
                _log.warning("%s cannot be %s yet: %s", self.user["username"], status, answer["code"])
                await asyncio.sleep(0.2)

    async def next(self, kind: str, /, limit_s: float = PATIENCE_S, **wanted: Any) -> dict[str, Any]:
        """The first frame of that kind that nobody took yet; it is taken."""

        def fits(frame: dict[str, Any]) -> bool:
            return frame["type"] == kind and all(frame.get(key) == value for key, value in wanted.items())

        return await self.find(fits, limit_s)

    async def find(
        self, fits: Callable[[dict[str, Any]], bool], limit_s: float = PATIENCE_S
    ) -> dict[str, Any]:
        try:
            async with asyncio.timeout(limit_s):
                while True:
                    for index, frame in enumerate(self.frames):
                        if fits(frame):
                            return self.frames.pop(index)
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            seen = [str(f)[:150] for f in self.frames if f["type"] != "pong"]
            raise AssertionError(f"never came; there were {seen[-30:]}") from None

    async def item(self, conversation: str, limit_s: float = PATIENCE_S, **wanted: Any) -> dict[str, Any]:
        """Wait until an item frame of the conversation fits."""

        def fits(frame: dict[str, Any]) -> bool:
            item = frame.get("item") or {}
            return (
                frame["type"] == "item"
                and item.get("conversation") == conversation
                and all(item.get(key) == value for key, value in wanted.items())
            )

        return dict((await self.find(fits, limit_s))["item"])

    async def take(self, conversation: str, limit_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait for the offer of a conversation, accept and open it; `done` comes back."""
        offer = await self.find(
            lambda f: f["type"] == "offer" and f["item"]["conversation"] == conversation, limit_s
        )
        done = await self.act(type="accept", handoff=offer["item"]["handoff"])
        assert done["type"] == "done", done
        await self.act(type="open", conversation=conversation, after=0)
        return done

    async def say(
        self, conversation: str, epoch: int, text: str, message_id: str | None = None
    ) -> dict[str, Any]:
        message_id = message_id or f"s{next(self._ids)}"
        return await self.act(
            type="send", conversation=conversation, epoch=epoch, message_id=message_id, text=text
        )

    async def drop(self) -> None:
        """The browser is killed: the line breaks, nothing is said."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._line is not None:
            self._line.transport.abort()
            self._line = None

    async def closed(self, limit_s: float = 10) -> int:
        """The close code."""
        assert self._line is not None
        async with asyncio.timeout(limit_s):
            await self._line.wait_closed()
        return self._line.close_code or 1006

    async def leave(self) -> None:
        await self.drop()
        await self.http.aclose()

    async def _listen(self, line: ClientConnection) -> None:
        try:
            async for text in line:
                self.frames.append(json.loads(text))
                self._news.set()
        except ConnectionClosed:
            return

    async def _beat(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.send(type="heartbeat")
            except ConnectionClosed:
                return

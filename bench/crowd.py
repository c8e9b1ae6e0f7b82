"""Simulated seats and citizens: pages without a browser, which speak the websockets of docs/protocol.md and come back.

They keep what the protocol asks of pages: an act that got no answer is sent again after a reconnect under the same id, and
a conversation is resumed after the last number seen.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

BEAT_S = 5.0
# A page waits a little before it tries again; half of it at random, so that not all come back at once.
AGAIN_S = 0.4
# Nobody waits longer than this for words to arrive before calling them lost.
LOST_S = 90.0
# Pages are told many things that this crowd does not look at; reading them would measure the crowd itself.
_UNREAD = tuple(
    f'{{"type":"{kind}"' for kind in ("item", "item_gone", "seat", "queue", "typing", "knowledge", "pong")
)

Frame = dict[str, Any]


@dataclass
class Watch:
    """What the crowd saw. Times in seconds, by what was measured; `sent` is text -> conversation."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[str, str] = field(default_factory=dict)
    troubles: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    # Handoff -> the seat that is looking at the offer now.
    offered: dict[str, tuple[str, float]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    def took(self, what: str, since: float) -> None:
        self.times[what].append(time.perf_counter() - since)


class Line:
    """One page's websocket, for ever: to its own gateway, or to the next one while that is away."""

    def __init__(self, urls: Sequence[str], headers: dict[str, str], key: str) -> None:
        """`key`: how answers name what they answer, `id` for consoles and `message_id` for citizens."""
        self.urls = urls
        self.headers = headers
        self.ready = asyncio.Event()
        self._key = key
        self._socket: ClientConnection | None = None
        self._open: dict[str, tuple[str, asyncio.Future[Frame]]] = {}
        self._again: set[asyncio.Task[None]] = set()

    def hello(self) -> Frame:
        raise NotImplementedError

    def on_frame(self, frame: Frame) -> None:
        raise NotImplementedError

    def on_down(self) -> None:
        """The line broke."""

    async def live(self) -> None:
        """Connect again and again until cancelled."""
        for url in itertools.cycle(self.urls):
            with contextlib.suppress(OSError, WebSocketException, TimeoutError, EOFError):
                async with connect(
                    url, proxy=None, compression=None, max_size=None, ping_interval=None, open_timeout=10,
                    additional_headers=self.headers,
                ) as socket:  # fmt: skip
                    self._socket = socket
                    await socket.send(orjson.dumps(self.hello()).decode())
                    async for text in socket:
                        if isinstance(text, str) and not text.startswith(_UNREAD):
                            self._read(orjson.loads(text))
            self._socket = None
            self.ready.clear()
            self.on_down()
            await asyncio.sleep(AGAIN_S * random.uniform(0.5, 1))

    async def act(self, key: str, frame: Frame) -> Frame:
        """Send until it is answered; `key` is unique and makes it safe to repeat."""
        text = orjson.dumps(frame).decode()
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._open[key] = (text, answer)
        if self.ready.is_set():
            await self._send(text)
        try:
            return await answer
        finally:
            del self._open[key]

    async def say(self, frame: Frame) -> None:
        """Send without an answer; lost if the line is down."""
        if self.ready.is_set():
            await self._send(orjson.dumps(frame).decode())

    async def welcomed(self) -> None:
        """Say again what was not answered."""
        self.ready.set()
        for text, _ in tuple(self._open.values()):
            await self._send(text)

    def later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._again.add(task)
        task.add_done_callback(self._again.discard)

    def _read(self, frame: Frame) -> None:
        if frame["type"] == "error" and frame.get("retryable"):
            self.later(self._retry(frame.get(self._key)))
            return
        if frame["type"] in ("done", "error", "ack"):
            waiting = self._open.get(str(frame.get(self._key)))
            if waiting is not None and not waiting[1].done():
                waiting[1].set_result(frame)
        self.on_frame(frame)

    async def _retry(self, key: object) -> None:
        await asyncio.sleep(AGAIN_S)
        if str(key) in self._open:
            await self._send(self._open[str(key)][0])

    async def _send(self, text: str) -> None:
        if self._socket is not None:
            with contextlib.suppress(WebSocketException, OSError):
                await self._socket.send(text)


class Sight:
    """The messages of one conversation as one page has them, and who waits for which words."""

    def __init__(self, watch: Watch) -> None:
        self.seq = 0
        self._watch = watch
        self._texts: dict[str, float] = {}
        self._waiting: dict[str, asyncio.Event] = {}

    def show(self, message: Frame) -> None:
        """A page drops a number that it has."""
        if message["seq"] <= self.seq:
            return
        if message["seq"] != self.seq + 1:
            self._watch.troubles["gaps on a page"] += 1
        self.seq = message["seq"]
        if message["text"] in self._texts:
            self._watch.troubles["shown twice"] += 1
        self._texts[message["text"]] = time.perf_counter()
        if message["text"] in self._waiting:
            self._waiting[message["text"]].set()

    async def of(self, text: str) -> float | None:
        """When it was shown; None if it never came."""
        if text not in self._texts:
            event = self._waiting.setdefault(text, asyncio.Event())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOST_S):
                    await event.wait()
        return self._texts.get(text)


class Citizen(Line):
    """Somebody who waits for a person, and talks once there is one."""

    def __init__(
        self, conversation: str, token: str, urls: Sequence[str], headers: dict[str, str], watch: Watch
    ) -> None:
        super().__init__(urls, headers, "message_id")
        self.conversation = conversation
        self.sight = Sight(watch)
        self._token = token
        self._watch = watch

    def hello(self) -> Frame:
        return {
            "type": "hello", "conversation": self.conversation, "token": self._token, "after": self.sight.seq,
        }  # fmt: skip

    def on_frame(self, frame: Frame) -> None:
        if frame["type"] == "welcome":
            self.later(self.welcomed())
        elif frame["type"] == "message":
            self.sight.show(frame["message"])

    async def speak(self, text: str) -> float:
        """When it was first sent, once it is stored."""
        self._watch.sent[text] = self.conversation
        began = time.perf_counter()
        key = f"m{abs(hash(text))}"
        answer = await self.act(key, {"type": "send", "message_id": key, "text": text})
        if answer["type"] != "ack":
            self._watch.troubles[f"citizen refused: {answer['code']}"] += 1
        return began


class Seat(Line):
    """One console. Serves one conversation at a time, so that it is plain when it is free."""

    def __init__(
        self, name: str, csrf: str, urls: Sequence[str], headers: dict[str, str], watch: Watch,
        *, citizens: dict[str, Citizen], exchanges: int, handling_s: float, on_closed: Callable[[], None],
    ) -> None:  # fmt: skip
        super().__init__(urls, headers, "id")
        self.name = name
        self.status = "offline"
        self.free_since: float | None = None
        # The first wait of everybody at once is another matter than the next one of one seat.
        self.first = True
        self._csrf = csrf
        self._watch = watch
        self._citizens = citizens
        self._exchanges = exchanges
        self._pause_s = handling_s / exchanges
        self._on_closed = on_closed
        self._ids = itertools.count(1)
        self._offers: asyncio.Queue[Frame] = asyncio.Queue()
        self._conversation = ""
        self._sight = Sight(watch)

    def hello(self) -> Frame:
        return {"type": "hello", "csrf": self._csrf, "tab": self.name}

    def on_frame(self, frame: Frame) -> None:
        match frame["type"]:
            case "welcome":
                self.later(self._come_back(frame))
            case "offer":
                self._on_offer(frame)
            case "offer_gone":
                self._gone(frame["handoff"])
            case "message" if frame["conversation"] == self._conversation:
                self._sight.show(frame["message"])

    def on_down(self) -> None:
        """What was on the screen is no longer."""
        for handoff, (seat, _) in tuple(self._watch.offered.items()):
            if seat == self.name:
                del self._watch.offered[handoff]

    async def set_status(self, status: str) -> None:
        self.status = status
        if status == "ready":
            self.free_since, self.first = time.perf_counter(), True
        await self.order(type="status", status=status)

    async def order(self, **frame: Any) -> Frame:
        key = f"{self.name}-{next(self._ids)}"
        return await self.act(key, {**frame, "id": key})

    async def beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S * random.uniform(0.8, 1))
            await self.say({"type": "heartbeat"})

    async def work(self) -> None:
        """Take what is offered, for ever."""
        while True:
            item = (await self._offers.get())["item"]
            began = time.perf_counter()
            done = await self.order(type="accept", handoff=item["handoff"])
            self._gone(item["handoff"])
            if done["type"] != "done":
                self._watch.troubles[f"not accepted: {done['code']}"] += 1
                continue
            self._watch.took("accept", began)
            await self._serve(str(done["conversation"]), int(done["epoch"]))

    async def _serve(self, conversation: str, epoch: int) -> None:
        citizen = self._citizens[conversation]
        self._conversation, self._sight = conversation, Sight(self._watch)
        await self.order(type="open", conversation=conversation, after=0)
        for turn in range(self._exchanges):
            await asyncio.sleep(self._pause_s * random.uniform(0.5, 1.5))
            said = f"{conversation} 市民 {epoch}.{turn}"
            began = await citizen.speak(said)
            shown = await self._sight.of(said)
            self._note("citizen to seat", began, shown)
            answer, key = f"{conversation} 坐席 {epoch}.{turn}", f"s-{conversation}-{epoch}-{turn}"
            began = time.perf_counter()
            stored = await self.order(
                type="send", conversation=conversation, epoch=epoch, message_id=key, text=answer
            )
            if stored["type"] != "done":
                # Taken away meanwhile: somebody else goes on with it.
                self._watch.troubles[f"seat refused: {stored['code']}"] += 1
                break
            self._watch.sent[answer] = conversation
            self._note("seat to citizen", began, await citizen.sight.of(answer))
        else:
            await self.order(type="end", conversation=conversation, epoch=epoch)
            self.free_since = time.perf_counter()
            await self.order(type="wrap", conversation=conversation, outcome="answered", tags=[])
            self._watch.closed.add(conversation)
            self._on_closed()
        self._conversation = ""

    def _note(self, what: str, began: float, shown: float | None) -> None:
        if shown is None:
            self._watch.troubles["never shown"] += 1
        else:
            self._watch.times[what].append(shown - began)

    async def _come_back(self, welcome: Frame) -> None:
        if self._conversation:
            # First of all, so that the view is open before anything else is said.
            key = f"{self.name}-{next(self._ids)}"
            frame = {"type": "open", "conversation": self._conversation, "after": self._sight.seq, "id": key}
            self.ready.set()
            await self.say(frame)
        await self.welcomed()
        if welcome["status"] != self.status:
            await self.order(type="status", status=self.status)

    def _on_offer(self, frame: Frame) -> None:
        handoff, now = frame["item"]["handoff"], time.perf_counter()
        other = self._watch.offered.get(handoff)
        if other is not None and other[0] != self.name:
            self._watch.troubles["offered to two at once"] += 1
        self._watch.offered[handoff] = (self.name, now)
        if self.free_since is not None:
            self._watch.took("offer, all at once" if self.first else "offer", self.free_since)
            self.free_since, self.first = None, False
        self._offers.put_nowait(frame)

    def _gone(self, handoff: str) -> None:
        if self._watch.offered.get(handoff, ("", 0))[0] == self.name:
            del self._watch.offered[handoff]

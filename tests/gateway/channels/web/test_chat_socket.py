"""An open page sees every message once and in order, whatever happens to its line."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import httpx
import pytest
from redis import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from desk.conversations import HandoffReason, HandoffRequest
from desk.orders.proof import origin_of
from desk.store.redis_keys import conversation_channel
from gateway.feed import hub
from gateway.sockets import page_socket
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import MakeGateway
from tests.waiting import PATIENCE_S, until

pytestmark = pytest.mark.redis


class Page:
    """A browser page: says hello, keeps what it gets."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.frames: list[dict[str, Any]] = []

    @classmethod
    async def open(cls, gateway: RunningGateway, **hello: Any) -> Page:
        page = cls(await connect(gateway.ws_url, proxy=None))
        await page.send(type="hello", **{"conversation": None, "token": None, "after": 0, **hello})
        return page

    async def send(self, **frame: Any) -> None:
        await self.line.send(json.dumps(frame, ensure_ascii=False))

    async def next(self, kind: str, limit_s: float = PATIENCE_S) -> dict[str, Any]:
        """The next frame of that kind; what comes before it is kept in `frames`."""
        async with asyncio.timeout(limit_s):
            while True:
                frame: dict[str, Any] = json.loads(await self.line.recv())
                self.frames.append(frame)
                if frame["type"] == kind:
                    return frame

    async def until_seq(self, seq: int, limit_s: float = PATIENCE_S) -> list[int]:
        """Read until message `seq`; the numbers of all messages so far."""
        while seq not in self.seqs:
            await self.next("message", limit_s)
        return self.seqs

    async def closed(self, limit_s: float = PATIENCE_S) -> int:
        async with asyncio.timeout(limit_s):
            try:
                while True:
                    self.frames.append(json.loads(await self.line.recv()))
            except ConnectionClosed as end:
                return end.rcvd.code if end.rcvd else 1006

    @property
    def seqs(self) -> list[int]:
        return [f["message"]["seq"] for f in self.frames if f["type"] == "message"]


async def test_a_page_opens_talks_and_sees_its_own_words(gateway: RunningGateway, rasa: FakeRasa) -> None:
    page = await Page.open(gateway)
    welcome = await page.next("welcome")
    assert (welcome["owner"], welcome["last_seq"]) == ("BOT", 1)
    assert welcome["token"]
    await page.send(type="send", message_id="m1", text="停水了")
    assert await page.until_seq(3) == [1, 2, 3]
    messages = [f["message"] for f in page.frames if f["type"] == "message"]
    assert [m["from"] for m in messages] == ["bot", "citizen", "bot"]
    assert messages[1]["message_id"] == "m1"
    typing = [f["on"] for f in page.frames if f["type"] == "typing"]
    assert typing == [True, False]
    ack = [f for f in page.frames if f["type"] == "ack"] or [await page.next("ack")]
    assert ack == [{"type": "ack", "message_id": "m1", "seq": 2}]
    await page.send(type="ping")
    await page.next("pong")
    await page.line.close()
    assert rasa.texts == ["停水了"]


async def test_a_page_resumes_from_the_last_number_it_saw(gateway: RunningGateway) -> None:
    page = await Page.open(gateway)
    welcome = await page.next("welcome")
    await page.send(type="send", message_id="m1", text="一")
    await page.until_seq(3)
    # The line breaks right after sending: nobody knows whether the message arrived.
    await page.send(type="send", message_id="m2", text="二")
    await page.line.close()
    again = await Page.open(gateway, conversation=welcome["conversation"], token=welcome["token"], after=3)
    second = await again.next("welcome")
    assert "token" not in second
    await again.send(type="send", message_id="m2", text="二")
    assert await again.until_seq(5) == [4, 5]
    texts = [m.text for m in gateway.store.messages(welcome["conversation"])][1:]
    assert texts == ["一", "收到：一", "二", "收到：二"]
    await again.line.close()


async def test_pages_on_two_replicas_agree(make_gateway: MakeGateway) -> None:
    one, two = make_gateway(), make_gateway()
    first = await Page.open(one)
    welcome = await first.next("welcome")
    second = await Page.open(two, conversation=welcome["conversation"], token=welcome["token"], after=0)
    await second.next("welcome")
    for n in range(5):
        await first.send(type="send", message_id=f"a{n}", text=f"甲{n}")
        await second.send(type="send", message_id=f"b{n}", text=f"乙{n}")
    assert await first.until_seq(21) == list(range(1, 22))
    assert await second.until_seq(21) == list(range(1, 22))
    assert [f["message"] for f in first.frames if f["type"] == "message"] == [
        f["message"] for f in second.frames if f["type"] == "message"
    ]
    await first.line.close()
    await second.line.close()


async def test_events_reach_another_replica_without_its_sweep(
    make_gateway: MakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "SWEEP_S", 3600.0)
    one, two = make_gateway(), make_gateway()
    first = await Page.open(one)
    welcome = await first.next("welcome")
    second = await Page.open(two, conversation=welcome["conversation"], token=welcome["token"])
    await second.until_seq(1)
    # What is said before both listen is lost.
    redis = Redis.from_url(one.settings.effective_redis_url)
    channel = conversation_channel(welcome["conversation"])
    await until(lambda: dict(redis.pubsub_numsub(channel))[channel.encode()] == 2)
    redis.close()
    await first.send(type="send", message_id="m1", text="你好")
    await second.until_seq(3)
    assert [f["on"] for f in second.frames if f["type"] == "typing"] == [True, False]
    await first.line.close()
    await second.line.close()


async def test_a_change_of_owner_is_told(gateway: RunningGateway) -> None:
    page = await Page.open(gateway)
    welcome = await page.next("welcome")
    gateway.store.request_handoff(welcome["conversation"], HandoffRequest(reason=HandoffReason.ASKED))
    told = await page.next("owner")
    assert (told["owner"], told["epoch"]) == ("WAITING", 2)
    await page.line.close()


async def test_a_conversation_knows_from_where_it_was_opened_and_not_the_address(
    gateway: RunningGateway,
) -> None:
    """By it wrong proofs of ownership are counted, whichever replica answers."""
    page = await Page.open(gateway)
    welcome = await page.next("welcome")
    assert gateway.store.origin(welcome["conversation"]) == origin_of("127.0.0.1")
    assert gateway.store.origin("c-of-nobody") == ""
    await page.line.close()


async def test_a_rating_is_confirmed(gateway: RunningGateway) -> None:
    page = await Page.open(gateway)
    welcome = await page.next("welcome")
    await page.send(type="rate", score=5, comment="很好")
    assert (await page.next("rated"))["score"] == 5
    await page.send(type="rate", score=9)
    assert (await page.next("error"))["code"] == "malformed"
    assert gateway.store.get(welcome["conversation"]).rating_score == 5
    assert welcome["rated"] is None
    await page.line.close()
    again = await Page.open(gateway, conversation=welcome["conversation"], token=welcome["token"])
    assert (await again.next("welcome"))["rated"] == 5, "a page that was reloaded knows it"
    await again.line.close()


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        ({"conversation": "c000000000000000000000000", "token": "x"}, 4404),
        ({"conversation": "OWN", "token": "wrong"}, 4401),
        ({"conversation": "OWN", "token": None}, 4401),
        ({"after": -1}, 4400),
        ({"after": "x"}, 4400),
    ],
)
async def test_a_bad_hello_ends_the_line(gateway: RunningGateway, hello: dict[str, Any], code: int) -> None:
    own, _, _ = gateway.store.create("web")
    if hello.get("conversation") == "OWN":
        hello = {**hello, "conversation": own.id}
    page = await Page.open(gateway, **hello)
    assert await page.closed() == code
    assert page.frames[0]["type"] == "error"


async def test_a_page_that_does_not_say_hello_is_closed(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_socket, "HELLO_WAIT_S", 0.2)
    assert await Page(await connect(gateway.ws_url, proxy=None)).closed() == 4408


async def test_nonsense_is_answered_and_the_line_stays(gateway: RunningGateway) -> None:
    page = await Page.open(gateway)
    await page.next("welcome")
    for nonsense in ("", "{", "[]", '"x"', '{"type":"fly"}', '{"type":"send","message_id":"m9"}', "null"):
        await page.line.send(nonsense)
        assert (await page.next("error"))["code"] == "malformed"
    await page.line.send(b"\x00\x01")
    assert (await page.next("error"))["code"] == "malformed"
    await page.send(type="send", message_id="m1", text="长" * 5001)
    error = await page.next("error")
    assert (error["code"], error["message_id"]) == ("too_long", "m1")
    await page.send(type="send", message_id="m2", text="查", payload="/restart")
    assert (await page.next("error"))["code"] == "payload_unknown"
    await page.send(type="send", message_id="m3", text="你好")
    await page.until_seq(3)
    await page.line.close()


async def test_a_frame_that_is_too_large_closes_the_line(gateway: RunningGateway) -> None:
    page = await Page.open(gateway)
    await page.next("welcome")
    await page.line.send("x" * (page_socket.MAX_FRAME_BYTES + 1))
    assert await page.closed() == 1009


async def test_limits_hold_on_the_websocket_too(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(rate_messages_per_minute=2, rate_conversations_per_hour=2)
    page = await Page.open(gateway)
    await page.next("welcome")
    for n in range(3):
        await page.send(type="send", message_id=f"m{n}", text="你好")
    error = await page.next("error")
    assert (error["code"], error["message_id"], error["retryable"]) == ("too_many", "m2", True)
    await (await Page.open(gateway)).next("welcome")
    refused = await Page.open(gateway)
    assert await refused.closed() == 4429


async def test_too_many_pages_of_one_conversation(gateway: RunningGateway) -> None:
    pages = [await Page.open(gateway)]
    welcome = await pages[0].next("welcome")
    own = {"conversation": welcome["conversation"], "token": welcome["token"]}
    for _ in range(7):
        pages.append(await Page.open(gateway, **own))
        await pages[-1].next("welcome")
    ninth = await Page.open(gateway, **own)
    assert await ninth.closed() == 4429
    for page in pages:
        await page.line.close()


async def test_a_page_that_does_not_read_is_closed_and_harms_nobody(
    make_gateway: MakeGateway, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_socket, "SEND_WAIT_S", 0.5)
    gateway = make_gateway(api_tokens="operator")
    # 14 MB in all, far more than the buffers on the way take.
    rasa.answer = lambda request: [{"text": "长" * 18_000}] * 4
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", gateway.port))
    slow = Page(await connect(gateway.ws_url, sock=narrow, max_queue=1, proxy=None, ping_interval=None))
    await slow.send(type="hello", conversation=None, token=None, after=0)
    welcome = await slow.next("welcome")
    own = {"conversation": welcome["conversation"], "token": welcome["token"]}
    good = await Page.open(gateway, **own)
    await good.next("welcome")
    reader = asyncio.create_task(good.until_seq(301, 60))
    async with httpx.AsyncClient(base_url=gateway.url, timeout=60, trust_env=False) as client:
        for n in range(60):
            await client.post(
                f"/api/v1/conversations/{welcome['conversation']}/messages",
                json={"message_id": f"m{n}", "text": "讲"},
                headers={"Authorization": f"Bearer {welcome['token']}"},
            )
        assert await reader == list(range(1, 302))
        async with asyncio.timeout(PATIENCE_S):
            metrics = ""
            while "minsheng_open_sockets 1.0" not in metrics:
                await asyncio.sleep(0.1)
                metrics = (await client.get("/metrics", headers={"Authorization": "Bearer operator"})).text
    slow.line.transport.abort()
    again = await Page.open(gateway, **own, after=len(slow.seqs))
    assert await again.until_seq(301, 30) == list(range(len(slow.seqs) + 1, 302))
    await good.line.close()
    await again.line.close()


async def test_pages_of_foreign_sites_are_refused(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(allowed_origins="https://wx.example.cn")
    with pytest.raises(InvalidStatus) as refused:
        await connect(gateway.ws_url, origin="https://evil.example", proxy=None)
    assert refused.value.response.status_code == 403
    for origin in (f"http://127.0.0.1:{gateway.port}", "https://wx.example.cn", None):
        line = await connect(gateway.ws_url, origin=origin, proxy=None)
        await line.close()


async def test_a_stopping_gateway_finishes_turns_and_says_come_back(
    make_gateway: MakeGateway, rasa: FakeRasa
) -> None:
    gateway = make_gateway()
    page = await Page.open(gateway)
    welcome = await page.next("welcome")
    rasa.delay_s = 0.5
    await page.send(type="send", message_id="m1", text="最后一句")
    await page.next("ack")
    stopping = asyncio.create_task(asyncio.to_thread(gateway.stop))
    assert await page.closed() == 1001
    await stopping
    assert [m.text for m in gateway.store.messages(welcome["conversation"], after=2)] == ["收到：最后一句"]

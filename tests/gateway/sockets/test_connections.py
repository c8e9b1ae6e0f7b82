"""Connections that owe a request have deadlines, and never keep out whoever sends whole ones."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from gateway.sockets import connections, file_limit
from gateway.sockets import open_sockets as sockets
from gateway.sockets.connections import OwedRequests
from gateway.sockets.page_socket import TOO_MANY_SOCKETS
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.waiting import PATIENCE_S

HALF = b"GET /config.json HTTP/1.1\r\nHost: x\r\nX-Half: "
# Says that a body comes, and does not send it.
BODILESS = b"POST /api/v1/conversations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"


@contextmanager
def line(gateway: RunningGateway) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=PATIENCE_S) as made:
        yield made


def told_until_closed(made: socket.socket, drip: bytes = b"") -> bytes:
    """What the gateway says until it closes the connection; meanwhile `drip` is sent, again and again."""
    told, deadline = b"", time.monotonic() + PATIENCE_S
    made.settimeout(0.02 if drip else PATIENCE_S)
    while time.monotonic() < deadline:
        try:
            if drip:
                made.sendall(drip)
            piece = made.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return told
        if not piece:
            return told
        told += piece
    raise AssertionError("the gateway keeps the connection open")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines shorter than a person's."""
    monkeypatch.setattr(connections, "HEADERS_S", 0.3)
    monkeypatch.setattr(connections, "BODY_S", 0.3)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    ("first", "drip"),
    [(b"", b""), (HALF, b""), (HALF, b"a"), (b"", b"\r\n"), (BODILESS, b""), (BODILESS, b"{")],
    ids=["silent", "half a header", "a dripping header", "blank lines", "no body", "a dripping body"],
)
def test_a_request_that_does_not_come_ends_the_connection(
    gateway: RunningGateway, first: bytes, drip: bytes
) -> None:
    """uvicorn waited for ever."""
    with line(gateway) as made:
        made.sendall(first)
        told = told_until_closed(made, drip)
    # A body of twenty bytes has dripped in whole, and was no conversation.
    assert told == b"" or told.startswith(b"HTTP/1.1 4")


@pytest.mark.usefixtures("short")
def test_the_second_request_of_a_connection_has_deadlines_too(gateway: RunningGateway) -> None:
    with line(gateway) as made:
        made.sendall(b"GET /config.json HTTP/1.1\r\nHost: x\r\n\r\n" + HALF)
        told = told_until_closed(made, b"a")
    assert told.startswith(b"HTTP/1.1 200")


def test_a_header_without_end_is_refused(gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADERS_BYTES", 10_000)
    with line(gateway) as made:
        made.sendall(HALF)
        assert told_until_closed(made, b"a" * 1000).startswith(b"HTTP/1.1 400")


def test_whoever_sends_whole_requests_is_heard_beside_any_number_who_do_not(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "OWING_PER_ADDRESS", 5)
    with ExitStack() as stack:
        held = [stack.enter_context(line(gateway)) for _ in range(12)]
        for made in held:
            made.sendall(HALF)
        assert httpx.get(f"{gateway.url}/config.json", trust_env=False).status_code == 200
        # The oldest had to go; the youngest may still finish.
        assert told_until_closed(held[0]).startswith(b"HTTP/1.1 408")
        held[-1].sendall(b"b\r\n\r\n")
        assert held[-1].recv(65536).startswith(b"HTTP/1.1 200")


def test_more_connections_than_files_cost_those_who_owe(
    make_gateway: MakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.server.connections_within", lambda _limit: 8)
    gateway = make_gateway()
    with ExitStack() as stack:
        held = [stack.enter_context(line(gateway)) for _ in range(20)]
        for made in held:
            made.sendall(HALF)
        assert httpx.get(f"{gateway.url}/config.json", trust_env=False).status_code == 200
        assert told_until_closed(held[0]).startswith(b"HTTP/1.1 408")


class Slow:
    def __init__(self, owed: OwedRequests, address: str) -> None:
        self.open, self._owed, self._address = True, owed, address
        owed.enter(self, address)

    def give_up(self) -> None:
        self.open = False
        self._owed.leave(self, self._address)


def test_an_address_pays_for_itself_and_a_proxy_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "OWING_PER_ADDRESS", 1)
    owed = OwedRequests(uncounted=["10.0.0.9"])
    mine, proxied = Slow(owed, "10.0.0.1"), [Slow(owed, "10.0.0.9") for _ in range(5)]
    assert mine.open and all(one.open for one in proxied) and len(owed) == 6
    other = Slow(owed, "10.0.0.1")
    assert not mine.open and other.open and len(owed) == 6
    # Where there is no room at all, the one who has most pays.
    assert owed.free_one() and not proxied[0].open and other.open
    for one in (other, *proxied[1:]):
        one.give_up()
    assert not owed.free_one() and len(owed) == 0


async def test_citizens_at_an_address_do_not_keep_its_seats_out(
    make_gateway: MakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They shared fifty sockets: a call centre behind one NAT was shut out by citizens there, or by its own tabs."""
    monkeypatch.setattr(sockets, "PER_USER", 2)
    gateway = make_gateway(sockets_per_address=2)
    add_user(gateway, "wang", badge="1024")
    add_user(gateway, "li", badge="1025")
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
    hello = json.dumps({"type": "hello", "conversation": citizen.id, "token": citizen.token, "after": 0})
    pages = [await connect(gateway.ws_url, proxy=None, origin=gateway.url) for _ in range(3)]
    for page in pages[:2]:
        await page.send(hello)
        assert json.loads(await page.recv())["type"] == "welcome"
    # The third is refused as soon as it has come: it may be closed before it could say anything.
    with pytest.raises(ConnectionClosed):
        await pages[2].recv()
    assert pages[2].close_code == TOO_MANY_SOCKETS
    wang, li = await FakeSeat.arrive(gateway, "wang"), await FakeSeat.arrive(gateway, "li")
    # One person's tabs are bounded, and cost nobody else.
    second = FakeSeat(gateway, wang.http, wang.user, wang.csrf)
    await second.open()
    third = await connect(
        gateway.url.replace("http", "ws") + "/ws/seat",
        proxy=None,
        additional_headers={"Cookie": "; ".join(f"{k}={v}" for k, v in wang.http.cookies.items())},
        origin=gateway.url,
    )
    with pytest.raises(ConnectionClosed):
        await third.recv()
    assert third.close_code == TOO_MANY_SOCKETS
    for page in (*pages, third):
        page.transport.abort()
    await second.drop()
    for seat in (wang, li):
        await seat.leave()


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "warned"),
    [(1024, 20_000, 20_000, False), (256, 256, 256, True), (1024, 2048, 2048, True)],
)
def test_the_file_limit_is_raised_as_far_as_it_goes_and_a_low_one_is_told(
    soft: int,
    hard: int,
    wanted: int,
    warned: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits = [soft, hard]
    monkeypatch.setattr(file_limit.resource, "getrlimit", lambda _kind: tuple(limits))

    def set_limits(_kind: int, values: tuple[int, int]) -> None:
        limits[:] = values

    monkeypatch.setattr(file_limit.resource, "setrlimit", set_limits)
    assert file_limit.raise_file_limit() == wanted
    assert ("file_limit_low" in caplog.text) is warned


def test_where_the_system_does_not_grant_its_hard_limit_the_soft_one_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_kind: int, _values: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(file_limit.resource, "getrlimit", lambda _kind: (1024, 1 << 40))
    monkeypatch.setattr(file_limit.resource, "setrlimit", refuse)
    assert file_limit.raise_file_limit() == 1024
    assert file_limit.connections_within(1024) == 512 and file_limit.connections_within(100) == 64

"""`/healthz` says of each part whether it does what it is there for, not only whether it answers."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import redis
from structlog.testing import capture_logs

from gateway.api.health import CHECK_WAIT_S
from gateway.errors import Failure
from gateway.tts.speaker import NobodySpeaks, Speaker
from gateway.tts.synthesizer import NoAudio, SpeechRequest
from gateway.turns.last_turn import RECENT_S, LastTurn
from tests.conftest import PrivateRedis, free_port
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import Citizen, MakeGateway, client_of


async def part(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    """As it is now: what was seen in the last second is not asked again, so whoever wants news asks until they come."""
    report = (await client.get("/healthz")).json()
    return {"status": report["status"], **report["components"][name]}


async def becomes(client: httpx.AsyncClient, name: str, state: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (found := await part(client, name))["state"] != state:
            await asyncio.sleep(0.1)
    return found


REFUSING = {
    "full": (lambda r: r.config_set("maxmemory", "1"), lambda r: r.config_set("maxmemory", "0"), "OutOfMemory"),
    "replica": (lambda r: r.replicaof("127.0.0.1", "1"), lambda r: r.replicaof("NO", "ONE"), "ReadOnlyReplica"),
    "alone": (
        lambda r: r.config_set("min-replicas-to-write", "1"),
        lambda r: r.config_set("min-replicas-to-write", "0"),
        "NotEnoughReplicas",
    ),
}  # fmt: skip


@pytest.mark.redis
@pytest.mark.parametrize("how", REFUSING)
async def test_a_redis_that_answers_and_refuses_is_seen_and_told_once(
    make_gateway: MakeGateway, rasa: FakeRasa, mortal_redis: PrivateRedis, how: str
) -> None:
    begin, end, name = REFUSING[how]
    operator = redis.Redis.from_url(mortal_redis.url)
    with capture_logs() as logged:
        gateway = make_gateway(redis_url=mortal_redis.url)
        async with client_of(gateway) as client:
            assert (await part(client, "redis"))["state"] == "ok"
            citizen = await Citizen.arrive(client)
            begin(operator)
            seen = await becomes(client, "redis", "degraded")
            assert name in seen["detail"] and seen["status"] == "degraded"
            # Reads and writes in turn: half of them work.
            for n in range(5):
                assert (await citizen.say(f"第{n}句")).status_code == 200
                await part(client, "redis")
            end(operator)
            await becomes(client, "redis", "ok")
            assert (await citizen.say("又好了")).status_code == 200
    events = [line["event"] for line in logged if line["event"].startswith("redis_")]
    assert events == ["redis_refuses", "redis_back"]
    assert name in next(line["error"] for line in logged if line["event"] == "redis_refuses")
    operator.close()


@pytest.mark.redis
async def test_without_anybody_asking_for_health_a_redis_comes_back_too(
    make_gateway: MakeGateway, rasa: FakeRasa, mortal_redis: PrivateRedis
) -> None:
    operator = redis.Redis.from_url(mortal_redis.url)
    with capture_logs() as logged:
        gateway = make_gateway(redis_url=mortal_redis.url)
        async with client_of(gateway) as client:
            citizen = await Citizen.arrive(client)
            operator.config_set("maxmemory", "1")
            assert (await citizen.say("一")).status_code == 200
            operator.config_set("maxmemory", "0")

            async def back() -> bool:
                await citizen.say("还在吗")
                return any(line["event"] == "redis_back" for line in logged)

            async with asyncio.timeout(60):
                while not await back():
                    await asyncio.sleep(0.1)
    assert [line["event"] for line in logged if line["event"].startswith("redis_")] == [
        "redis_refuses",
        "redis_back",
    ]
    operator.close()


@pytest.mark.parametrize(("mode", "why"), [("empty", "empty"), ("error", "broken"), ("garbage", "broken")])
async def test_a_rasa_that_answers_its_status_and_no_citizen_is_degraded(
    gateway: RunningGateway, rasa: FakeRasa, mode: str, why: str
) -> None:
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        assert (await part(client, "rasa"))["state"] == "ok"
        rasa.mode = mode
        await citizen.say("路灯不亮")
        seen = await becomes(client, "rasa", "degraded")
        assert why in seen["detail"] and "last turn" in seen["detail"]
        rasa.mode = "ok"
        await citizen.say("路灯不亮")
        await becomes(client, "rasa", "ok")


async def test_an_action_that_breaks_is_a_failed_turn(gateway: RunningGateway, rasa: FakeRasa) -> None:
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        rasa.answer = lambda _request: [{"custom": {"event": "handoff_requested", "reason": "failure"}}]
        await citizen.say("路灯不亮")
        assert "failed" in (await becomes(client, "rasa", "degraded"))["detail"]


def test_an_old_failure_says_nothing_about_now() -> None:
    turns = LastTurn()
    assert turns.trouble(0) == ""
    turns.failed(Failure.TIMEOUT, 0)
    turns.failed(Failure.EMPTY, 10)
    assert turns.trouble(12) == "answers, but the last 2 turns failed (empty), 2 s ago"
    assert turns.trouble(10 + RECENT_S + 1) == ""
    turns.worked()
    assert turns.trouble(12) == ""


@contextmanager
def mute_server() -> Iterator[int]:
    """Takes every connection and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield listener.getsockname()[1]


async def test_a_part_that_hangs_delays_nobody_and_is_not_asked_twice(
    make_gateway: MakeGateway, rasa: FakeRasa
) -> None:
    with mute_server() as port, mute_server() as speech:
        gateway = make_gateway(rasa_port=port, actions_port=speech, asr_port=speech)
        async with client_of(gateway) as client:
            for name in ("rasa", "actions", "speech"):
                assert (await part(client, name))["state"] == "down"
            reports = await asyncio.gather(
                *(client.get("/healthz", timeout=4 * CHECK_WAIT_S) for _ in range(20))
            )
            assert {report.json()["components"]["database"]["state"] for report in reports} == {"ok"}


async def test_a_database_that_hangs_is_looked_at_once(make_gateway: MakeGateway, rasa: FakeRasa) -> None:
    gateway = make_gateway()
    over = threading.Event()
    asked = 0

    async with client_of(gateway) as client:
        services = gateway.app.state.gateway
        read = services.blocking.read

        async def hang(work: Any, *arguments: Any, **more: Any) -> Any:
            nonlocal asked
            if work == services.store.ping:
                asked += 1
                while not over.is_set():
                    await asyncio.sleep(0.01)
            return await read(work, *arguments, **more)

        services.blocking.read = hang
        assert "no answer" in (await becomes(client, "database", "down"))["detail"]
        first = asked
        await asyncio.sleep(1.1)
        response = await client.get("/healthz")
        assert (response.status_code, asked) == (503, first)
        over.set()
        await becomes(client, "database", "ok")


async def test_a_database_that_takes_no_writes_is_degraded(make_gateway: MakeGateway) -> None:
    gateway = make_gateway()
    holder = sqlite3.connect(gateway.settings.var_dir / "minsheng.db", isolation_level=None)
    async with client_of(gateway) as client:
        assert (await part(client, "database"))["state"] == "ok"
        holder.execute("BEGIN IMMEDIATE")
        seen = await becomes(client, "database", "degraded")
        assert "write" in seen["detail"] and seen["status"] == "degraded"
        holder.execute("ROLLBACK")
        await becomes(client, "database", "ok")
    holder.close()


async def test_a_look_that_breaks_hides_no_other(make_gateway: MakeGateway, rasa: FakeRasa) -> None:
    gateway = make_gateway()
    async with client_of(gateway) as client:

        def broken() -> tuple[str, str]:
            raise KeyError("a bug")

        gateway.app.state.gateway.backends.knowledge.state = broken
        assert (await becomes(client, "knowledge", "down"))["detail"] == "KeyError"
        assert (await part(client, "database"))["state"] == "ok"


class Hoarse:
    """An engine that cannot speak any more."""

    name, rate_hz, outside = "espeak", 24000, False

    async def stream(self, _request: SpeechRequest) -> AsyncGenerator[bytes, None]:
        raise NoAudio("hoarse")
        yield b""

    async def aclose(self) -> None:
        return


async def test_a_voice_that_nobody_has_is_down(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(tts_engines=("espeak",))
    async with client_of(gateway) as client:
        assert (await part(client, "voice"))["state"] == "ok"
        speaker = gateway.app.state.gateway.health._speaker = Speaker([Hoarse()])
        for state in ("degraded", "down"):
            with pytest.raises(NobodySpeaks):
                async for _ in speaker.stream(SpeechRequest(text="您好", voice="mandarin"), 8000):
                    pass
            assert "espeak" in (await becomes(client, "voice", state))["detail"]


async def test_a_phone_without_a_free_place_is_degraded(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(audiosocket_port=free_port(), phone_max_calls=1)
    async with client_of(gateway) as client:
        assert (await part(client, "phone"))["state"] == "ok"
        with socket.create_connection(("127.0.0.1", gateway.settings.audiosocket_port)):
            assert "sent back" in (await becomes(client, "phone", "degraded"))["detail"]
        await becomes(client, "phone", "ok")

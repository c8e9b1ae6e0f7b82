"""The hotline on Redis servers as operators have them: an ACL user, TLS with an authority of their own, Sentinels.

Rasa's half, which has an older client, is tried in its own environment through `endpoints.yml`."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from structlog.testing import capture_logs

from desk.settings import ROOT, Settings
from desk.store.redis_address import RedisAddress
from launcher.services import rasa_environment
from launcher.train import RASA
from tests.conftest import missing
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.fakes.own_redis import with_sentinel, with_tls, with_user
from tests.gateway.channels.web.test_chat_socket import Page
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.gateway.console.conftest import desk_backends, hotline

pytestmark = pytest.mark.redis

KINDS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {"user": with_user, "tls": with_tls}

# As Rasa's server opens its stores.
THROUGH_RASA = """
import asyncio
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

async def main():
    endpoints = AvailableEndpoints.read_endpoints("endpoints.yml")
    trackers = TrackerStore.create(endpoints.tracker_store, Domain.empty())
    locks = LockStore.create(endpoints.lock_store)
    async with locks.lock("c1"):
        tracker = DialogueStateTracker("c1", [])
        tracker.update(UserUttered("路灯坏了"))
        await trackers.save(tracker)
    kept = await trackers.retrieve("c1")
    print(type(trackers).__name__, type(locks).__name__, kept.latest_message.text)

asyncio.run(main())
"""


def through_rasa(url: str, var: Path) -> str:
    """What comes back of a tracker that Rasa's own stores have kept."""
    if not RASA.exists():
        missing("Rasa's environment (make setup)")
    settings = Settings(_env_file=None, var=var, redis_url=url, actions_token="x" * 16)  # type: ignore[call-arg, arg-type]
    environment = {**rasa_environment(settings), "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    done = subprocess.run(
        [str(RASA.with_name("python")), "-c", THROUGH_RASA],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture(params=KINDS)
def own_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with KINDS[request.param](tmp_path) as url:
        yield url


async def talk_and_hand_over(gateway: Any, replica: Any) -> None:
    """Locks, limits, channels between replicas, the queue and its scripts."""
    add_user(gateway, "wang", badge="1024")
    async with client_of(gateway) as client:
        wang = await FakeSeat.arrive(gateway, "wang")
        citizen = await Citizen.arrive(client)
        page = await Page.open(replica, conversation=citizen.id, token=citizen.token)
        assert (await citizen.say("居住证怎么办")).status_code == 200
        assert await page.until_seq(3) == [1, 2, 3]
        assert (await citizen.say("转人工")).json()["owner"] == "WAITING"
        await wang.take(citizen.id)
        assert (await citizen.read())["owner"] == "SEAT"
        health = (await client.get("/healthz")).json()["components"]
        assert health["redis"]["state"] == "ok"
        await page.line.close()
        await wang.leave()


async def test_gateways_and_seats_work_on_it(make_gateway: MakeGateway, rasa: FakeRasa, own_url: str) -> None:
    rasa.answer = hotline
    with capture_logs() as logged:
        gateway, replica = (make_gateway(make_backends=desk_backends, redis_url=own_url) for _ in range(2))
        await talk_and_hand_over(gateway, replica)
    assert not [line for line in logged if line["event"].startswith("redis_")]


@pytest.mark.rasa
def test_rasa_keeps_trackers_and_locks_in_it(own_url: str, tmp_path: Path) -> None:
    assert through_rasa(own_url, tmp_path / "var") == "BoundedTrackerStore SharedLockStore 路灯坏了"
    keys = RedisAddress.parse(own_url).connect(decode_responses=True)
    assert keys.exists("minshengtracker:tracker:c1")


def test_doctor_sees_it(own_url: str, tmp_path: Path) -> None:
    from cli.commands.doctor import _redis

    settings = Settings(_env_file=None, var=tmp_path, redis_url=own_url)  # type: ignore[call-arg, arg-type]
    found = _redis(settings)
    assert found.ok is True, found
    wrong = own_url.replace("hotline:", "stranger:")
    found = _redis(Settings(_env_file=None, var=tmp_path, redis_url=wrong))  # type: ignore[call-arg, arg-type]
    assert found.ok is False and "p@ss" not in found.detail


def test_a_certificate_of_another_authority_is_not_believed(tmp_path: Path) -> None:
    with with_tls(tmp_path) as url:
        plain = url.partition("?")[0]
        with pytest.raises(redis.ConnectionError, match="(?i)certificate"):
            RedisAddress.parse(plain).connect().ping()
        elsewhere = url.replace("127.0.0.1", "127.0.0.2")
        with pytest.raises(redis.ConnectionError):
            RedisAddress.parse(elsewhere).connect(socket_connect_timeout=2).ping()


async def test_behind_a_sentinel_the_hotline_goes_on_with_the_next_master(
    make_gateway: MakeGateway, rasa: FakeRasa, tmp_path: Path
) -> None:
    rasa.answer = hotline
    with with_sentinel(tmp_path / "servers") as watched:
        gateway, replica = (
            make_gateway(make_backends=desk_backends, redis_url=watched.url) for _ in range(2)
        )
        await talk_and_hand_over(gateway, replica)
        watched.master.stop()
        async with client_of(gateway) as client:

            async def again() -> httpx.Response:
                return await client.get("/healthz")

            async def well() -> bool:
                return bool((await again()).json()["components"]["redis"]["state"] == "ok")

            # While there is no master the hotline goes on with locks in SQL.
            citizen = await Citizen.arrive(client)
            assert (await citizen.say("一")).status_code == 200
            while not await well():
                pass
            page = await Page.open(replica, conversation=citizen.id, token=citizen.token)
            await page.until_seq(3)
            assert (await citizen.say("二")).status_code == 200
            assert await page.until_seq(5) == [1, 2, 3, 4, 5]
            await page.line.close()


@pytest.mark.rasa
def test_rasa_asks_the_sentinel_too(tmp_path: Path) -> None:
    with with_sentinel(tmp_path / "servers") as watched:
        kept = through_rasa(watched.url, tmp_path / "var")
    assert kept == "BoundedTrackerStore SharedLockStore 路灯坏了"

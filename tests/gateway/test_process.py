"""`python -m gateway` as a process: it starts, stops on request, and forgets nothing when it is killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from desk.conversations import ConversationStore
from desk.settings import ROOT
from desk.store.base import Base
from desk.store.engine import open_engine
from tests.conftest import free_port
from tests.fakes.fake_rasa import TOKEN, FakeRasa
from tests.gateway.conftest import Citizen
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.redis


class Process:
    def __init__(self, var: Path, redis_url: str, rasa_port: int) -> None:
        self.port = free_port()
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("MINSHENG_")},
            "MINSHENG_VAR": str(var),
            "MINSHENG_PORT": str(self.port),
            "MINSHENG_REDIS_URL": redis_url,
            "MINSHENG_RASA_PORT": str(rasa_port),
            "MINSHENG_RASA_TOKEN": TOKEN,
            "MINSHENG_AUDIOSOCKET_PORT": "0",
            "MINSHENG_LOG_JSON": "true",
        }
        self._log = var.with_suffix(".log")
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "gateway"], cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/healthz", trust_env=False, timeout=5)
                return
            except httpx.HTTPError:
                assert self.running.poll() is None and time.monotonic() < deadline, self.output
                time.sleep(0.1)

    def end(self, by: signal.Signals) -> int:
        assert self.running is not None
        self.running.send_signal(by)
        return self.running.wait(30)

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8")


@pytest.fixture
def process(tmp_path: Path, redis_url: str, rasa: FakeRasa) -> Iterator[Process]:
    var = tmp_path / "var"
    engine = open_engine(f"sqlite:///{var / 'minsheng.db'}")
    Base.metadata.create_all(engine)
    engine.dispose()
    process = Process(var, redis_url, rasa.port)
    yield process
    if process.running is not None and process.running.poll() is None:
        process.end(signal.SIGKILL)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_told_and_logs_that_and_not_the_pools_of_the_database(
    process: Process, by: signal.Signals
) -> None:
    process.start()
    assert process.end(by) == 0
    assert "Traceback" not in process.output
    logged = [json.loads(line) for line in process.output.splitlines()]
    events = [line["event"] for line in logged]
    assert "request_crashed" not in events
    assert "Application startup complete." in events and "Application shutdown complete." in events
    assert not [line for line in logged if "Pool" in line["logger"] or line["event"].startswith("Pool")]


async def test_a_turn_cut_off_by_a_kill_is_answered_after_the_restart(
    process: Process, rasa: FakeRasa, tmp_path: Path
) -> None:
    process.start()
    rasa.delay_s = 3
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{process.port}", trust_env=False, timeout=30
    ) as client:
        citizen = await Citizen.arrive(client)
        turn = asyncio.create_task(citizen.say("我要投诉", "m1"))
        while not rasa.asked:
            await asyncio.sleep(0.02)
        process.end(signal.SIGKILL)
        with pytest.raises(httpx.HTTPError):
            await turn
        rasa.delay_s = 0
        await asyncio.to_thread(process.start)
        # Nobody sends again; the lock of the dead process runs out, the message is found and answered.
        engine = open_engine(f"sqlite:///{tmp_path / 'var' / 'minsheng.db'}")
        store = ConversationStore(engine)
        deadline = time.monotonic() + PATIENCE_S
        while len(store.messages(citizen.id)) < 3:
            assert time.monotonic() < deadline, process.output
            await asyncio.sleep(0.2)
        engine.dispose()
        assert (await citizen.say("我要投诉", "m1")).json()["replies"][0]["text"] == "收到：我要投诉"
        assert (await citizen.read())["last_seq"] == 3

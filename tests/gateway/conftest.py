"""A gateway with a fake Rasa, a real Redis and a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.logs import configure_logs
from desk.settings import Settings
from desk.store import engine
from gateway.runtime import blocking, redis_link
from tests.fakes.fake_rasa import TOKEN, FakeRasa
from tests.fakes.running_gateway import RunningGateway
from tests.waiting import PATIENCE_S

MakeGateway = Callable[..., RunningGateway]


@pytest.fixture(autouse=True)
def _logs() -> None:
    """As in production, so that a log line in a failing test looks like one from the field."""
    configure_logs("INFO")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway's parts wait as long as the tests do. For tests of what happens when nothing is away: both gateways, what
    they ask and who asks them share one process and a busy machine, where each limit of the product is passed some day,
    and a turn that was taken for lost is then honestly apologised for, asked twice, or told to come again."""
    monkeypatch.setattr(redis_link, "SOCKET_TIMEOUT_S", PATIENCE_S)
    monkeypatch.setattr(blocking, "STORE_LIMIT_S", PATIENCE_S)
    monkeypatch.setattr(engine, "SQLITE_BUSY_TIMEOUT_MS", int(PATIENCE_S * 1000))


@pytest.fixture
def rasa() -> Iterator[FakeRasa]:
    fake = FakeRasa()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def make_gateway(rasa: FakeRasa, redis_url: str, tmp_path: Path) -> Iterator[MakeGateway]:
    """Starts gateways with changed settings; those with the same `var` are replicas of one another."""
    running: list[RunningGateway] = []

    def make(
        dist: Path | None = None,
        make_backends: Any = None,
        impatient: dict[str, Any] | None = None,
        **changes: Any,
    ) -> RunningGateway:
        """`impatient`: settings past their bounds, for tests that would wait for a person's time otherwise."""
        values: dict[str, Any] = {
            "var": tmp_path / "var",
            "redis_url": redis_url,
            "rasa_port": rasa.port,
            "rasa_token": TOKEN,
            "rasa_timeout_s": 2.0,
            "rate_messages_per_minute": 1000,
            "rate_conversations_per_hour": 1000,
            # Gateways side by side cannot share the port of the phone.
            "audiosocket_port": 0,
            # Nobody listens there, whatever else runs on this machine.
            "actions_port": 1,
        }
        settings = Settings(_env_file=None, **{**values, **changes})  # type: ignore[call-arg]
        settings = settings.model_copy(update=impatient or {})
        extra = {"make_backends": make_backends} if make_backends else {}
        gateway = RunningGateway(settings, dist, **extra)
        running.append(gateway)
        return gateway.start()

    yield make
    for gateway in running:
        gateway.close()


@pytest.fixture
def gateway(make_gateway: MakeGateway) -> RunningGateway:
    return make_gateway()


class Citizen:
    """Talks over HTTP."""

    def __init__(self, client: httpx.AsyncClient, conversation_id: str, token: str) -> None:
        self.client = client
        self.id = conversation_id
        self.token = token
        self.headers = {"Authorization": f"Bearer {token}"}
        self._count = 0

    @classmethod
    async def arrive(cls, client: httpx.AsyncClient) -> Citizen:
        response = await client.post("/api/v1/conversations", json={"channel": "api"})
        assert response.status_code == 201, response.text
        return cls(client, response.json()["id"], response.json()["token"])

    async def say(self, text: str, message_id: str | None = None, **more: Any) -> httpx.Response:
        self._count += 1
        body = {"message_id": message_id or f"m{self._count}", "text": text, **more}
        url = f"/api/v1/conversations/{self.id}/messages"
        return await self.client.post(url, json=body, headers=self.headers)

    async def read(self, after: int = 0) -> dict[str, Any]:
        url = f"/api/v1/conversations/{self.id}/messages"
        response = await self.client.get(url, params={"after": after}, headers=self.headers)
        assert response.status_code == 200, response.text
        return dict(response.json())


def client_of(gateway: RunningGateway) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=gateway.url, timeout=PATIENCE_S, trust_env=False)

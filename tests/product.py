"""The whole product, started once a session on free ports: real Rasa, actions, Redis, SQL, gateway.

The fixtures are a plugin (conftest.py of the repository): a module that imports one gets, and starts, one of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import httpx
import pytest

from desk.conversations import ConversationStore
from desk.orders.limits import OrderLimits
from desk.orders.store import OrderStore
from desk.settings import OwnServer
from desk.store.engine import open_engine
from launcher.private import PrivateProduct
from launcher.train import RASA
from tests.calls.runner import Heard
from tests.conftest import missing

# Far above what a person does: whole conversations run back to back from one address.
TEST_LIMITS = {
    "MINSHENG_RATE_MESSAGES_PER_MINUTE": "100000",
    "MINSHENG_RATE_CONVERSATIONS_PER_HOUR": "100000",
    "MINSHENG_LOOKUP_WRONG_PER_ADDRESS": "1000",
    "MINSHENG_HANDOFF_POLICY_TOPICS": "拆迁",
    # No seat here lets an offer lapse; a busy machine must not do it between the card and the key that accepts it.
    "MINSHENG_OFFER_TIMEOUT_S": "120",
}
# The hotline answers by espeak-ng, which takes no time from the recogniser; both are real, and slow on a busy machine.
CALLS = {
    "MINSHENG_TTS_ENGINES": "espeak",
    "MINSHENG_TTS_FIRST_AUDIO_S": "10",
    "MINSHENG_RASA_TIMEOUT_S": "50",
    "MINSHENG_RECORDING": "true",
    "MINSHENG_RECORDING_MIN_FREE_MB": "0",
}
API_TOKEN = "test-operator-token"
TURN_TIMEOUT_S = 60.0


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateProduct]:
    """A running copy of the product. Tests that kill parts of it must start them again."""
    if not RASA.exists():
        missing("the Rasa environment (make setup)")
    var = tmp_path_factory.mktemp("var")
    with PrivateProduct(var, {**TEST_LIMITS, **CALLS, "MINSHENG_API_TOKENS": API_TOKEN}) as running:
        yield running


@pytest.fixture(scope="session")
def callable_product(product: PrivateProduct) -> PrivateProduct:
    """The same, if it can hear."""
    if "asr" not in product.names:
        missing("a speech model (minsheng models pull whisper-base)")
    return product


class HttpCitizen:
    """A citizen of `tests/calls` who talks over the HTTP interface, as an app would."""

    def __init__(self, product: PrivateProduct) -> None:
        self._product = product
        self._client = httpx.Client(base_url=product.url, timeout=TURN_TIMEOUT_S)
        made = self._client.post("/api/v1/conversations", json={"channel": "api"})
        assert made.status_code == 201, made.text
        self.id = made.json()["id"]
        self._client.headers["Authorization"] = f"Bearer {made.json()['token']}"

    def send(self, text: str, payload: str | None = None, message_id: str | None = None) -> Heard:
        body: dict[str, Any] = {"message_id": message_id or uuid.uuid4().hex, "text": text}
        if payload:
            body["payload"] = payload
        answer = self._client.post(f"/api/v1/conversations/{self.id}/messages", json=body)
        assert answer.status_code == 200, answer.text
        data = answer.json()
        return Heard(replies=data["replies"], owner=data["owner"])

    def take_bot(self) -> None:
        answer = self._client.post(f"/api/v1/conversations/{self.id}/take-bot")
        assert answer.status_code == 200, answer.text

    def given_back(self) -> Heard:
        """A person hands the conversation back: the bot is told as the gateway tells it, without a seat at hand."""
        told = httpx.post(
            f"{self._product.settings.rasa_url}/webhooks/rest/webhook",
            headers=self._product.settings.own_headers(OwnServer.RASA),
            json={"sender": self.id, "message": "/returned_from_seat", "metadata": {"channel": "api"}},
            timeout=TURN_TIMEOUT_S,
        )
        assert told.status_code == 200, told.text
        return Heard(replies=[part.get("custom") or part for part in told.json()])

    def messages(self) -> list[dict[str, Any]]:
        answer = self._client.get(f"/api/v1/conversations/{self.id}/messages", params={"after": 0})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    def orders(self) -> Sequence[Mapping[str, Any]]:
        engine = open_engine(self._product.settings.effective_database_url)
        try:
            store = OrderStore(engine, OrderLimits.from_settings(self._product.settings))
            return [asdict(order) for order in store.find_by_conversation(self.id)]
        finally:
            engine.dispose()

    def close(self) -> None:
        """Nothing of this conversation is left to do: the seats of other tests are not called for its emergency."""
        self._client.close()
        engine = open_engine(self._product.settings.effective_database_url)
        try:
            ConversationStore(engine).close(self.id)
        finally:
            engine.dispose()


@pytest.fixture
def citizen(product: PrivateProduct) -> Iterator[HttpCitizen]:
    """A fresh conversation with the running product."""
    person = HttpCitizen(product)
    yield person
    person.close()

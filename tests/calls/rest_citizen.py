"""Plays calls straight against Rasa's REST channel, without a gateway: the dialogue alone, signals visible."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import httpx

from desk.orders.store import OrderStore
from desk.settings import OwnServer, Settings
from tests.calls.runner import Heard

# What the gateway tells Rasa then.
GIVEN_BACK = "/returned_from_seat"


class RestCitizen:
    """One conversation with the Rasa of `settings`; orders are read from `store`. `now` is sent along as the time."""

    def __init__(self, settings: Settings, store: OrderStore, now: datetime, timeout_s: float = 30) -> None:
        self._url = f"{settings.rasa_url}/webhooks/rest/webhook"
        self._headers = settings.own_headers(OwnServer.RASA)
        self._store = store
        self._now = now
        self._timeout_s = timeout_s
        self._seq = 0
        self.conversation_id = f"call-{uuid.uuid4().hex}"

    def send(self, text: str, payload: str | None = None) -> Heard:
        self._seq += 1
        metadata = {"channel": "api", "seq": self._seq, "now": self._now.isoformat()}
        message = payload or text
        answer = httpx.post(
            self._url,
            headers=self._headers,
            json={"sender": self.conversation_id, "message": message, "metadata": metadata},
            timeout=self._timeout_s,
        )
        answer.raise_for_status()
        parts = [part.get("custom") or _plain(part) for part in answer.json()]
        self._seq += len(parts)
        return Heard([p for p in parts if "text" in p], [p for p in parts if "event" in p])

    def take_bot(self) -> None:
        """Without a gateway nobody ever waits."""

    def given_back(self) -> Heard:
        return self.send("", GIVEN_BACK)

    def orders(self) -> Sequence[Mapping[str, Any]]:
        found = self._store.find_by_conversation(self.conversation_id)
        return [asdict(order) for order in reversed(found)]


def _plain(part: Mapping[str, Any]) -> dict[str, Any]:
    buttons = [{"text": b["title"], "payload": b["payload"]} for b in part.get("buttons", [])]
    return {"text": part.get("text", ""), "kind": "text", "quick_replies": buttons}

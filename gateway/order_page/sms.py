"""Short messages (SMS) to citizens. The hotline has no provider of its own: an operator connects theirs by a webhook."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Protocol

import httpx
import orjson

from desk.settings import Settings
from gateway.signatures import signature

LIMIT_S = 5.0


class SmsNotSent(Exception):
    """`str()` says in English why; it names no phone."""


class Sms(Protocol):
    @property
    def connected(self) -> bool:
        """False: nothing can be sent, and no page may offer it."""
        ...

    async def send(self, phone: str, template: str, values: Mapping[str, str]) -> None:
        """To a mobile phone of eleven digits. Providers in China take no free text: `template` names one that the operator has
        registered, `values` fill it. Raises SmsNotSent."""
        ...

    async def aclose(self) -> None: ...


class NoSms:
    """As shipped: sends nothing, and says so."""

    connected = False

    async def send(self, phone: str, template: str, values: Mapping[str, str]) -> None:
        raise SmsNotSent("no provider of short messages is connected (MINSHENG_SMS_URL)")

    async def aclose(self) -> None:
        return


class WebhookSms:
    """Posts each message to the operator's own address, signed as the outside desk's webhooks are (docs/protocol.md)."""

    connected = True

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret
        self._http = httpx.AsyncClient(timeout=LIMIT_S, headers={"content-type": "application/json"})

    async def send(self, phone: str, template: str, values: Mapping[str, str]) -> None:
        body = orjson.dumps({"phone": phone, "template": template, "values": dict(values)})
        stamp = str(int(time.time()))
        headers = {
            "x-minsheng-timestamp": stamp,
            "x-minsheng-signature": signature(self._secret, stamp, body),
        }
        try:
            answer = await self._http.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise SmsNotSent(type(error).__name__) from error
        if not answer.is_success:
            raise SmsNotSent(f"HTTP {answer.status_code}")

    async def aclose(self) -> None:
        await self._http.aclose()


def open_sms(settings: Settings) -> Sms:
    if settings.sms_url is None or settings.sms_secret is None:
        return NoSms()
    return WebhookSms(settings.sms_url, settings.sms_secret.get_secret_value())

"""`GET /healthz`: how each component is. Asked often and by everybody, so bounded in time and cached."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import orjson
from redis.exceptions import RedisError

from desk.settings import OwnServer
from gateway.api.desk_parts import DeskParts
from gateway.channels.phone.hotline import PhoneHotline
from gateway.errors import StoreUnavailable
from gateway.services import Services

CHECK_WAIT_S = 2.0
CACHE_S = 1.0
WRONG_TOKEN = "it does not take our token: both have to read the same setting or var folder"

Component = dict[str, str]


def _component(state: str, detail: str = "") -> Component:
    return {"state": state, "detail": detail}


class Health:
    """`ok`: all well. `degraded`: serving, but something is missing. `down`: the database is gone. A component that is
    switched off is `off`, which is no fault."""

    def __init__(self, services: Services, parts: DeskParts, phone: PhoneHotline) -> None:
        self._services = services
        self._parts = parts
        self._phone = phone
        self._http = httpx.AsyncClient(timeout=CHECK_WAIT_S, trust_env=False)
        self._checked_at = 0.0
        self._report: dict[str, Any] = {}
        self._lock = asyncio.Lock()

    async def report(self) -> dict[str, Any]:
        """At most one look a second, however many ask."""
        async with self._lock:
            if time.monotonic() - self._checked_at >= CACHE_S:
                self._report = await self._look()
                self._checked_at = time.monotonic()
        return self._report

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _look(self) -> dict[str, Any]:
        checks = {
            "database": self._database(),
            "redis": self._redis(),
            "rasa": self._rasa(),
            "actions": self._actions(),
            "knowledge": self._knowledge(),
            "spool": self._spool(),
            "loops": self._loops(),
            "speech": self._speech(),
            "voice": self._voice(),
            "phone": self._calls(),
        }
        bounded = [self._bounded(check) for check in checks.values()]
        components = dict(zip(checks, await asyncio.gather(*bounded), strict=True))
        bad = [name for name, component in components.items() if component["state"] not in ("ok", "off")]
        status = "down" if components["database"]["state"] != "ok" else "degraded" if bad else "ok"
        return {"status": status, "components": components}

    async def _bounded(self, check: Any) -> Component:
        try:
            async with asyncio.timeout(CHECK_WAIT_S):
                result: Component = await check
                return result
        except TimeoutError:
            return _component("down", f"no answer within {CHECK_WAIT_S:g} s")

    async def _database(self) -> Component:
        try:
            await self._services.blocking.read(self._services.store.ping)
        except StoreUnavailable as error:
            return _component("down", type(error.__cause__).__name__ if error.__cause__ else "")
        return _component("ok")

    async def _redis(self) -> Component:
        try:
            await self._services.redis.client.ping()  # type: ignore[misc, unused-ignore]
        except (RedisError, OSError) as error:
            return _component("down", type(error).__name__)
        return _component("ok")

    async def _rasa(self) -> Component:
        url = f"{self._services.settings.rasa_url}/status"
        return await self._get(url, OwnServer.RASA, {409: "no model is loaded"})

    async def _actions(self) -> Component:
        url = f"http://127.0.0.1:{self._services.settings.actions_port}/health"
        return await self._get(url, OwnServer.ACTIONS, {})

    async def _get(self, url: str, server: OwnServer, meanings: dict[int, str]) -> Component:
        headers = self._services.settings.own_headers(server)
        try:
            response = await self._http.get(url, headers=headers)
        except httpx.HTTPError as error:
            return _component("down", type(error).__name__)
        # 404: Rasa runs without its HTTP API; it is alive all the same.
        if response.status_code in (200, 404):
            return _component("ok")
        meanings = {401: WRONG_TOKEN, **meanings}
        return _component("down", meanings.get(response.status_code, f"HTTP {response.status_code}"))

    async def _knowledge(self) -> Component:
        return _component(*self._parts.knowledge_state())

    async def _spool(self) -> Component:
        spool = self._services.spool
        aside = await self._services.blocking.file(spool.quarantined)
        told = [
            f"{count} entries {what}"
            for count, what in ((len(spool), "wait for the database"), (aside, "are laid aside, see doctor"))
            if count
        ]
        return _component("degraded", "; ".join(told)) if told else _component("ok")

    async def _loops(self) -> Component:
        troubled = self._services.loops.troubled()
        detail = "; ".join(f"{name}: {what}" for name, what in troubled.items())
        return _component("degraded", detail) if troubled else _component("ok")

    async def _speech(self) -> Component:
        """Which engine and model hear callers, and why these."""
        settings = self._services.settings
        if not settings.hears:
            return _component("off", "MINSHENG_ASR_ENGINE=off")
        try:
            response = await self._http.get(
                f"http://{settings.asr_address}/health", headers=settings.own_headers(OwnServer.ASR)
            )
            if response.status_code == 401:
                return _component("down", WRONG_TOKEN)
            report = orjson.loads(response.content)
            engine, model, why = report["engine"], report["model"], report["why"]
        except (httpx.HTTPError, orjson.JSONDecodeError, KeyError, TypeError) as error:
            return _component("down", f"no speech server at {settings.asr_address} ({type(error).__name__})")
        warning = f"; {report['warning']}" if report.get("warning") else ""
        return _component("ok", f"{engine} with {model} ({why}{warning})")

    async def _voice(self) -> Component:
        settings = self._services.settings
        spoke = self._services.metrics.last_voice
        last = f"last spoke {spoke}" if spoke else "nobody spoke yet"
        return _component("ok", f"{settings.tts_voice} by {', '.join(settings.tts_engines)}; {last}")

    async def _calls(self) -> Component:
        settings = self._services.settings
        if not settings.audiosocket_port:
            return _component("off", "MINSHENG_AUDIOSOCKET_PORT=0")
        if not self._phone.address:
            place = f"{settings.audiosocket_host}:{settings.audiosocket_port}"
            return _component("down", f"cannot listen on {place}; MINSHENG_AUDIOSOCKET_PORT moves it")
        return _component("ok", f"AudioSocket on {self._phone.address}, {self._phone.calls} calls")

"""`GET /healthz`: how each component is. Asked often and by everybody, so bounded in time and cached.

A component is looked at by what it is there for: the database and Redis by a write, Rasa by its last turns, the voice by what it
said last. Who only answers `PING` may be of no use to a citizen.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError

from desk.conversations import ConversationStore
from desk.settings import OwnServer, Settings
from gateway.backends.knowledge import KnowledgeBackend
from gateway.channels.phone.hotline import PhoneHotline
from gateway.errors import StoreUnavailable
from gateway.runtime.blocking import Blocking
from gateway.runtime.installed import the
from gateway.runtime.metrics import Metrics
from gateway.runtime.redis_link import RedisLink
from gateway.runtime.tasks import Loops, end_tasks
from gateway.tts.speaker import Speaker
from gateway.turns.last_turn import LastTurn
from gateway.turns.spool import Spool

CHECK_WAIT_S = 2.0
# Of one write, which waits its turn behind those of others; less than the whole look.
WRITE_WAIT_S = 1.5
CACHE_S = 1.0
# Kept messages need a few kilobytes each; with less than this a full disk is near.
DISK_MIN_MB = 100
WRONG_TOKEN = "it does not take our token: both have to read the same setting or var folder"

Component = dict[str, str]
Check = Callable[[], Coroutine[Any, Any, Component]]

_log = structlog.get_logger(__name__)


def _component(state: str, detail: str = "") -> Component:
    return {"state": state, "detail": detail}


class Health:
    """`ok`: all well. `degraded`: serving, but something is missing. `down`: the database is gone. A component that is
    switched off is `off`, which is no fault."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: ConversationStore,
        blocking: Blocking,
        redis: RedisLink,
        last_turn: LastTurn,
        spool: Spool,
        loops: Loops,
        metrics: Metrics,
        knowledge: KnowledgeBackend,
        phone: PhoneHotline,
        speaker: Speaker,
    ) -> None:
        self._settings = settings
        self._store = store
        self._blocking = blocking
        self._link = redis
        self._last_turn = last_turn
        self._kept = spool
        self._running = loops
        self._metrics = metrics
        self._articles = knowledge
        self._phone = phone
        self._speaker = speaker
        self._http = httpx.AsyncClient(timeout=CHECK_WAIT_S, trust_env=False)
        self._checked_at = 0.0
        self._report: dict[str, Any] = {}
        self._lock = asyncio.Lock()
        # Looks that have not ended, and when they began: a component that hangs is not asked again by the next one.
        self._looks: dict[str, tuple[float, asyncio.Task[Component]]] = {}

    async def report(self) -> dict[str, Any]:
        """At most one look a second, however many ask."""
        async with self._lock:
            if time.monotonic() - self._checked_at >= CACHE_S:
                self._report = await self._look()
                self._checked_at = time.monotonic()
        return self._report

    async def aclose(self) -> None:
        await end_tasks(task for _, task in self._looks.values())
        await self._http.aclose()

    async def _look(self) -> dict[str, Any]:
        checks: dict[str, Check] = {
            "database": self._database,
            "redis": self._redis,
            "rasa": self._rasa,
            "actions": self._actions,
            "knowledge": self._knowledge,
            "spool": self._spool,
            "loops": self._loops,
            "speech": self._speech,
            "voice": self._voice,
            "phone": self._calls,
        }
        bounded = [self._bounded(name, check) for name, check in checks.items()]
        components = dict(zip(checks, await asyncio.gather(*bounded), strict=True))
        bad = [name for name, component in components.items() if component["state"] not in ("ok", "off")]
        status = "down" if components["database"]["state"] == "down" else "degraded" if bad else "ok"
        return {"status": status, "components": components}

    async def _bounded(self, name: str, check: Check) -> Component:
        now = time.monotonic()
        began, look = self._looks.pop(name, (now, None))
        if look is None or look.done():
            began, look = now, asyncio.create_task(self._unbroken(name, check))
        await asyncio.wait({look}, timeout=CHECK_WAIT_S)
        if look.done():
            return look.result()
        self._looks[name] = began, look
        return _component("down", f"no answer for {time.monotonic() - began:.0f} s")

    async def _unbroken(self, name: str, check: Check) -> Component:
        """One component that breaks its own look must not hide the others."""
        try:
            return await check()
        except Exception as error:
            _log.exception("health_not_seen", component=name)
            return _component("down", type(error).__name__)

    async def _database(self) -> Component:
        blocking, store = self._blocking, self._store
        try:
            await blocking.read(store.ping)
        except StoreUnavailable as error:
            return _component("down", _cause(error))
        try:
            async with asyncio.timeout(WRITE_WAIT_S):
                await blocking.write(store.ping_write)
        except TimeoutError:
            return _component("degraded", f"reads, but has taken no write for {WRITE_WAIT_S:g} s")
        except StoreUnavailable as error:
            return _component("degraded", f"reads, but takes no writes: {_cause(error)}")
        return _component("ok")

    async def _redis(self) -> Component:
        try:
            refusal = await self._link.refusal()
        except (RedisError, OSError) as error:
            return _component("down", type(error).__name__)
        return (
            _component("degraded", f"answers, but takes no writes: {refusal}")
            if refusal
            else _component("ok")
        )

    async def _rasa(self) -> Component:
        url = f"{self._settings.rasa_url}/status"
        found = await self._get(url, OwnServer.RASA, {409: "no model is loaded"})
        trouble = self._last_turn.trouble(time.monotonic())
        return _component("degraded", trouble) if trouble and found["state"] == "ok" else found

    async def _actions(self) -> Component:
        url = f"http://127.0.0.1:{self._settings.actions_port}/health"
        return await self._get(url, OwnServer.ACTIONS, {})

    async def _get(self, url: str, server: OwnServer, meanings: dict[int, str]) -> Component:
        headers = self._settings.own_headers(server)
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
        return _component(*self._articles.state())

    async def _spool(self) -> Component:
        spool = self._kept
        aside = await self._blocking.file(spool.quarantined)
        told = [
            f"{count} entries {what}"
            for count, what in ((len(spool), "wait for the database"), (aside, "are laid aside, see doctor"))
            if count
        ]
        free_mb = await self._blocking.file(_free_mb, self._settings.var_dir)
        if free_mb < DISK_MIN_MB:
            told.append(f"only {free_mb} MB of the disk are free")
        return _component("degraded", "; ".join(told)) if told else _component("ok")

    async def _loops(self) -> Component:
        troubled = self._running.troubled()
        detail = "; ".join(f"{name}: {what}" for name, what in troubled.items())
        return _component("degraded", detail) if troubled else _component("ok")

    async def _speech(self) -> Component:
        """Which engine and model hear callers, and why these."""
        settings = self._settings
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
            if failure := report.get("failure"):
                return _component("down", f"{engine} with {model} cannot be loaded: {failure}")
        except (httpx.HTTPError, orjson.JSONDecodeError, KeyError, TypeError) as error:
            return _component("down", f"no speech server at {settings.asr_address} ({type(error).__name__})")
        warning = f"; {report['warning']}" if report.get("warning") else ""
        return _component("ok", f"{engine} with {model} ({why}{warning})")

    async def _voice(self) -> Component:
        settings = self._settings
        spoke = self._metrics.last_voice
        last = f"last spoke {spoke}" if spoke else "nobody spoke yet"
        told = f"{settings.tts_voice} by {', '.join(settings.tts_engines)}; {last}"
        if alone := self._speaker.left_alone():
            told += f"; failed and left alone for a while: {', '.join(alone)}"
        if set(alone) == set(settings.tts_engines):
            return _component("down", told)
        if self._speaker.speechless():
            return _component("degraded", f"{told}; a sentence of the last minute was said by nobody")
        return _component("ok", told)

    async def _calls(self) -> Component:
        settings = self._settings
        if not settings.audiosocket_port:
            return _component("off", "MINSHENG_AUDIOSOCKET_PORT=0")
        if not self._phone.address:
            place = f"{settings.audiosocket_host}:{settings.audiosocket_port}"
            return _component("down", f"cannot listen on {place}; MINSHENG_AUDIOSOCKET_PORT moves it")
        told = f"AudioSocket on {self._phone.address}, {self._phone.calls} calls"
        if self._phone.full:
            return _component("degraded", f"{told}: further ones are sent back (MINSHENG_PHONE_MAX_CALLS)")
        return _component("ok", told)


def _cause(error: StoreUnavailable) -> str:
    return type(error.__cause__).__name__ if error.__cause__ else ""


def _free_mb(folder: Path) -> int:
    return shutil.disk_usage(folder).free // 1000**2


router = APIRouter()


@router.get("/healthz", tags=["machines"], summary="State of each component; 503 when the database is gone")
async def healthz(health: Annotated[Health, the(Health)]) -> JSONResponse:
    report = await health.report()
    return JSONResponse(report, status_code=503 if report["status"] == "down" else 200)

"""All recording of a process: gives calls their recorders, mends what a crash left, removes what is due."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Engine

from desk.recordings import (
    Outcome,
    Recording,
    RecordingCatalogue,
    RecordingError,
    RecordingState,
    RecordingVault,
    Trouble,
    load_keys,
)
from desk.settings import Settings
from gateway.errors import StoreUnavailable
from gateway.recordings.call_recorder import CallRecorder, RecordingTools
from gateway.recordings.playings import Playings
from gateway.recordings.recorder import NOBODY_RECORDS, Recorder
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics
from gateway.runtime.tasks import Loops, end_tasks

_log = structlog.get_logger(__name__)

T = TypeVar("T")

# Encoding takes one per cent of a core a call; the second thread writes on while the first waits for the disk.
THREADS = 2
SWEEP_EVERY_S = 3600.0
# A row without a file: its process was killed in between. Longer than any call, since the file may be elsewhere.
LOST_AFTER = timedelta(days=1)
# Longest wait at the end for what calls have handed over.
GRACE_S = 8.0
RETENTION = "retention"
# A century: calendars end before for ever does.
FOR_EVER_DAYS = 36_500


def utc_now() -> datetime:
    return datetime.now(UTC)


class Recordings:
    """`start` it with the gateway, `aclose` it when no call is left."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        blocking: Blocking,
        metrics: Metrics,
        now: Callable[[], datetime] = utc_now,
        loops: Loops | None = None,
    ) -> None:
        """Blocks for a moment: makes the key file, if one is needed.

        Raises BadRecordingKey, RecordingKeyLost, OSError: only where calls are to be recorded.
        """
        self._loops = loops or Loops()
        self.on = settings.recording
        self.catalogue = RecordingCatalogue(engine, now)
        self.vault = open_vault(settings, make_key=settings.recording)
        self._blocking = blocking
        self._now = now
        self.playings = Playings()
        self._writing: set[asyncio.Task[None]] = set()
        self._sweeping: asyncio.Task[None] | None = None
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="recording")
        self._tools: RecordingTools | None = None
        if self.on:
            self._tools = RecordingTools(
                catalogue=self.catalogue,
                vault=self.vault,
                blocking=blocking,
                threads=self._threads,
                metrics=metrics,
                keep=timedelta(days=settings.recording_days or FOR_EVER_DAYS),
                min_free_bytes=settings.recording_min_free_mb * 1024 * 1024,
                now=now,
            )

    def recorder(
        self, conversation: Callable[[], str], clock: Callable[[], float] = time.monotonic
    ) -> Recorder:
        """For one call. `conversation` tells its id once the call has begun."""
        if self._tools is None:
            return NOBODY_RECORDS
        return CallRecorder(self._tools, conversation, self._keep, clock)

    def start(self) -> None:
        self._sweeping = self._loops.start("recordings.sweep", self._sweep_forever)

    async def aclose(self) -> None:
        if self._sweeping is not None:
            await end_tasks([self._sweeping])
        if self._writing:
            await asyncio.wait(self._writing, timeout=GRACE_S)
        await end_tasks(self._writing)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    # -- the sweep --

    async def _sweep_forever(self) -> None:
        while True:
            try:
                await self.sweep()
            except StoreUnavailable:
                _log.warning("recordings_not_swept")
            except Exception:
                _log.exception("recordings_not_swept")
            await asyncio.sleep(SWEEP_EVERY_S)

    async def sweep(self) -> tuple[int, int]:
        """Mend and remove. Returns how many of each. Raises StoreUnavailable.

        Runs also where nothing is recorded any more: what is due has to go.
        """
        mended = removed = 0
        for recording in await self._blocking.read(self.catalogue.unfinished):
            outcome = await self._judge(recording)
            if outcome is not None:
                await self._blocking.write(self.catalogue.end, recording.id, outcome)
                mended += 1
        while due := await self._blocking.read(self.catalogue.due):
            gone = 0
            for recording in due:
                gone += await self._remove(recording)
            removed += gone
            if gone < len(due):
                # The rest cannot be removed now; it is tried again with the next sweep.
                break
        if mended or removed:
            _log.info("recordings_swept", mended=mended, removed=removed)
        return mended, removed

    async def _judge(self, recording: Recording) -> Outcome | None:
        try:
            outcome = await self._run(self.vault.outcome, recording)
        except (RecordingError, OSError):
            _log.exception("recording_unreadable", conversation=recording.conversation_id)
            outcome = None
        if outcome is None and recording.began_at < self._now() - LOST_AFTER:
            return Outcome(state=RecordingState.BROKEN, trouble=Trouble.CRASH, length_ms=0, bytes=0)
        return outcome

    async def _remove(self, recording: Recording) -> bool:
        try:
            await self._run(self.vault.destroy, recording)
        except OSError:
            _log.exception("recording_not_removed", conversation=recording.conversation_id)
            return False
        return await self._blocking.write(self.catalogue.deleted, recording.id, RETENTION)

    async def _run(self, work: Callable[[Recording], T], recording: Recording) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, recording)


def open_vault(settings: Settings, *, make_key: bool) -> RecordingVault:
    """Raises BadRecordingKey, RecordingKeyLost, OSError, but only with `make_key`: without it the vault may have no key."""
    configured = settings.recording_key.get_secret_value() if settings.recording_key else ""
    try:
        keys = load_keys(configured, settings.var_dir, make=make_key)
    except (RecordingError, OSError):
        if make_key:
            raise
        return RecordingVault(settings.var_dir, None)
    return RecordingVault(settings.var_dir, keys)

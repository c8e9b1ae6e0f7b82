"""Records one call. The shell: it collects on the event loop, and writes in threads of its own.

Nothing of a call ever waits for it. If the disk is full, fails or does not keep up, or the database is away, the recording
ends there and is marked broken, and the call goes on.

Until the caller has heard the announcement to its end nothing is on the disk, and of what they say nothing is kept at all;
the announcement itself is the first that is heard in a recording.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ParamSpec, TypeVar

import av
import structlog

from desk.recordings import (
    Cue,
    Outcome,
    Recording,
    RecordingCatalogue,
    RecordingState,
    RecordingVault,
    Trouble,
)
from gateway.errors import StoreUnavailable
from gateway.recordings.opus_file import OpusFile
from gateway.recordings.recorder import ANNOUNCEMENT
from gateway.recordings.timeline import SAMPLE_BYTES, StereoTimeline
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics

_log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

# What the disk may be behind, in seconds of sound; 1.3 MB a call at 16 kHz.
BEHIND_S = 20.0
# A call in which the announcement cannot be heard for so long is not recorded.
UNTOLD_S = 15.0
# A call that is over waits no longer than this for the disk; the writing itself goes on.
END_S = 5.0
STEREO_SAMPLE_BYTES = 2 * SAMPLE_BYTES
# Messages of a call; more are not needed to find one's way.
CUES_MAX = 2000


@dataclass(frozen=True, kw_only=True)
class RecordingTools:
    """Shared by all calls of a process. `threads` run what blocks."""

    catalogue: RecordingCatalogue
    vault: RecordingVault
    blocking: Blocking
    threads: Executor
    metrics: Metrics
    keep: timedelta
    min_free_bytes: int
    now: Callable[[], datetime]


class CallRecorder:
    announcement = ANNOUNCEMENT

    def __init__(
        self,
        tools: RecordingTools,
        conversation: Callable[[], str],
        own: Callable[[asyncio.Task[None]], None] = lambda _task: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`conversation` tells its id once `begin` is called; `own` is given the task that outlives a call whose disk
        is slow."""
        self._t = tools
        self._clock = clock
        self._conversation = conversation
        self._own = own
        self._timeline: StereoTimeline | None = None
        self._began_at = tools.now()
        self._rate_hz = self._bytes_per_s = 0
        self._told = False
        self._cues: list[Cue] = []
        # Stereo PCM; b"" at the end. Bounded by bytes, see `_put`.
        self._blocks: asyncio.Queue[bytes] = asyncio.Queue()
        self._held = 0
        self._early: list[bytes] = []
        self._trouble: Trouble | None = None
        self._writing: asyncio.Task[None] | None = None
        self._file: OpusFile | None = None

    @property
    def held_bytes(self) -> int:
        """Sound that waits for the disk."""
        return self._held

    # -- the call's side: never waits, never raises --

    def begin(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._bytes_per_s = STEREO_SAMPLE_BYTES * rate_hz
        self._began_at = self._t.now()
        self._timeline = StereoTimeline(rate_hz, self._clock())

    def announced(self) -> None:
        if self._timeline is None or self._told:
            return
        self._told = True
        self._writing = asyncio.create_task(self._write())
        self._own(self._writing)

    def heard(self, pcm: bytes) -> None:
        if self._timeline is not None and self._told:
            self._timeline.heard(pcm, self._clock())

    def played(self, pcm: bytes | None) -> None:
        if self._timeline is None:
            return
        now_s = self._clock()
        if pcm is not None:
            self._timeline.played(pcm, now_s)
        self._hand_over(self._timeline.take(now_s))

    def sounding(self, seq: int | None) -> None:
        if self._timeline is None or seq is None or len(self._cues) >= CUES_MAX:
            return
        if not self._cues or self._cues[-1].seq != seq:
            self._cues.append(Cue(seq=seq, ms=self._timeline.ms_at(self._clock())))

    async def aclose(self) -> None:
        if self._timeline is not None:
            self._hand_over(self._timeline.rest(self._clock()))
            self._timeline = None
        if self._writing is None:
            return
        self._put(b"")
        await asyncio.wait([self._writing], timeout=END_S)

    async def written(self) -> None:
        """After `aclose`: everything is on the disk and in the catalogue, however long that takes."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    def _hand_over(self, stereo: bytes) -> None:
        if not stereo or self._trouble is not None:
            return
        if not self._told:
            self._early.append(stereo)
            self._held += len(stereo)
            if self._held > UNTOLD_S * self._bytes_per_s:
                _log.warning("recording_not_announced", conversation=self._conversation())
                self._forget()
            return
        early, self._early, self._held = self._early, [], self._held - sum(map(len, self._early))
        for block in (*early, stereo):
            self._put(block)

    def _put(self, stereo: bytes) -> None:
        if self._held + len(stereo) > BEHIND_S * self._bytes_per_s:
            # The writer sees it when it comes back, if it does.
            self._trouble = self._trouble or Trouble.SLOW
            self._forget()
        if self._trouble is None or not stereo:
            self._held += len(stereo)
            self._blocks.put_nowait(stereo)

    def _forget(self) -> None:
        """What is not on the disk by now never will be."""
        self._timeline = None
        self._early.clear()
        while not self._blocks.empty():
            self._blocks.get_nowait()
        self._held = 0
        # Whoever waits for sound gets the end.
        self._blocks.put_nowait(b"")

    # -- the disk's side --

    async def _write(self) -> None:
        conversation_id = self._conversation()
        if not conversation_id:
            return
        t = self._t
        try:
            recording = await t.blocking.write(
                t.catalogue.begin, conversation_id, t.vault.key_id, self._began_at, t.keep
            )
        except StoreUnavailable:
            _log.error("recording_not_begun", conversation=conversation_id)
            t.metrics.recordings.labels("not_begun").inc()
            self._give_up(Trouble.DISK)
            return
        try:
            await self._write_file(recording)
            state = RecordingState.BROKEN if self._trouble else RecordingState.COMPLETE
            t.metrics.recordings.labels(state.value).inc()
            outcome = Outcome(
                state=state,
                trouble=self._trouble,
                length_ms=self._file.length_ms if self._file is not None else 0,
                bytes=await self._run(t.vault.file_bytes, recording),
                cues=tuple(self._cues),
            )
            await t.blocking.write(t.catalogue.end, recording.id, outcome)
        except StoreUnavailable:
            # The sweep finds the file and judges it.
            _log.warning("recording_not_noted", conversation=conversation_id)
        except Exception:
            _log.exception("recording_crashed", conversation=conversation_id)
            self._forget()
        finally:
            # Until here its lock tells a sweep that somebody looks after it.
            if self._file is not None:
                await self._run(self._file.close)

    async def _write_file(self, recording: Recording) -> None:
        t = self._t
        try:
            file = self._file = await self._run(OpusFile, t.vault, recording, self._rate_hz, t.min_free_bytes)
            while self._trouble is None and (stereo := await self._blocks.get()):
                await self._run(file.write, stereo)
                self._held = max(self._held - len(stereo), 0)
            if self._trouble is None:
                await self._run(file.finish)
        except OSError as error:
            self._give_up(Trouble.DISK)
            _log.error("recording_disk", conversation=recording.conversation_id, errno=error.errno)
        except (av.FFmpegError, ValueError):
            self._give_up(Trouble.ENCODER)
            _log.exception("recording_encoder", conversation=recording.conversation_id)
        if self._trouble is Trouble.SLOW:
            _log.error("recording_too_slow", conversation=recording.conversation_id)

    def _give_up(self, trouble: Trouble) -> None:
        self._trouble = self._trouble or trouble
        self._forget()

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._t.threads, partial(work, *args, **kwargs)
        )

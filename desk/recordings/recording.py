"""One recording of a call: what the catalogue knows of it. Frozen; the catalogue makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RecordingState(StrEnum):
    """RECORDING -> COMPLETE or BROKEN -> DELETED. A broken one can be played up to where it ends."""

    RECORDING = "recording"
    COMPLETE = "complete"
    BROKEN = "broken"
    DELETED = "deleted"

    @property
    def playable(self) -> bool:
        return self in (RecordingState.COMPLETE, RecordingState.BROKEN)


class Trouble(StrEnum):
    """Why a recording is broken."""

    # Its process was killed.
    CRASH = "crash"
    # The disk was full, nearly full, or failed.
    DISK = "disk"
    # The disk or the processor did not keep up.
    SLOW = "slow"
    ENCODER = "encoder"


@dataclass(frozen=True, kw_only=True)
class Cue:
    """At `ms` from the beginning the message `seq` began to sound."""

    seq: int
    ms: int


@dataclass(frozen=True, kw_only=True)
class Recording:
    """`began_at` is the moment of its first sample. `bytes`: of the encrypted file. Length and bytes are 0 while it is
    being written. `deleted_by`: a user id, `cli:` and a name, or `retention`."""

    id: str
    conversation_id: str
    path: str
    key_id: str
    state: RecordingState
    trouble: Trouble | None
    began_at: datetime
    length_ms: int
    bytes: int
    cues: tuple[Cue, ...]
    keep_until: datetime
    deleted_at: datetime | None
    deleted_by: str | None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a recording when it ended."""

    state: RecordingState
    length_ms: int
    bytes: int
    cues: tuple[Cue, ...] = ()
    trouble: Trouble | None = None

"""Recordings in the console: which there are, and the sound itself. For whose conversation it is, and leads."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Header, Path
from fastapi.responses import JSONResponse, Response, StreamingResponse

from desk.recordings import (
    Recording,
    RecordingDamaged,
    RecordingError,
    RecordingNotFound,
    RecordingState,
    SealedReader,
)
from gateway import sentences
from gateway.console.access import Acts, AsReader, Id, InThreads
from gateway.errors import Refused
from gateway.recordings.recordings import Recordings
from gateway.runtime.installed import the

router = APIRouter(prefix="/api/v1/desk", tags=["seats"])

Kept = Annotated[Recordings, the(Recordings)]
RecordingId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
PIECE_BYTES = 64 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@router.get("/conversations/{conversation_id}/recordings", summary="Recordings of a call, oldest first")
async def recordings_of(
    blocking: InThreads, recordings: Kept, reader: AsReader, conversation_id: Id
) -> JSONResponse:
    await reader.write(conversation_id, "recordings")
    known = await blocking.read(recordings.catalogue.of_conversation, conversation_id)
    return JSONResponse({"recordings": [recording_json(one) for one in known]})


@router.get("/recordings/{recording_id}/audio", summary="The sound: Ogg Opus, caller left, hotline right")
async def audio(
    blocking: InThreads,
    recordings: Kept,
    acts: Acts,
    reader: AsReader,
    recording_id: RecordingId,
    range_header: Annotated[str | None, Header(alias="Range")] = None,
) -> Response:
    """Parts by `Range`. Each playing is in the audit log before a byte of it is sent."""
    try:
        recording = await blocking.read(recordings.catalogue.get, recording_id)
    except RecordingNotFound as error:
        raise Refused(404, "not_found", sentences.RECORDINGS["not_found"]) from error
    # Each playing has a line of its own; its parts would only write the same again.
    await acts.may_write(reader.user, recording.conversation_id)
    if recording.state is RecordingState.DELETED:
        raise Refused(410, "recording_deleted", sentences.RECORDINGS["deleted"])
    if recording.state is RecordingState.RECORDING:
        raise Refused(409, "recording_running", sentences.RECORDINGS["running"])
    playings, now_s = recordings.playings, time.monotonic()
    if playings.is_new(reader.token_hash, recording.id, now_s):
        await reader.note(
            "recording_played", "recording", recording.id, {"conversation": recording.conversation_id}
        )
    playings.noted(reader.token_hash, recording.id, now_s)
    try:
        sealed = await anyio.to_thread.run_sync(recordings.vault.open, recording)
    except RecordingNotFound as error:
        raise Refused(404, "not_found", sentences.RECORDINGS["elsewhere"]) from error
    except (RecordingError, OSError) as error:
        raise Refused(503, "recording_unreadable", sentences.RECORDINGS["unreadable"]) from error
    return _response(sealed, range_header)


def recording_json(recording: Recording) -> dict[str, Any]:
    return {
        "id": recording.id,
        "state": recording.state.value,
        "trouble": recording.trouble.value if recording.trouble else None,
        "began_at": recording.began_at.isoformat(),
        "length_s": recording.length_ms / 1000,
        "keep_until": recording.keep_until.isoformat(),
        "cues": [{"seq": cue.seq, "at_s": cue.ms / 1000} for cue in recording.cues],
    }


def part_of(range_header: str | None, size: int) -> tuple[int, int] | None:
    """First byte, and the one after the last; None for the whole. Several ranges at once are answered by the whole.

    Raises ValueError: nothing of it is there.
    """
    match = _RANGE.fullmatch((range_header or "").strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        raise ValueError("nothing of it is there")
    return start, end


def _response(reader: SealedReader, range_header: str | None) -> Response:
    size = reader.size
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "no-store", "Content-Disposition": "inline"}
    try:
        part = part_of(range_header, size)
    except ValueError:
        reader.close()
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    start, end = part or (0, size)
    headers["Content-Length"] = str(end - start)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 206 if part is not None else 200
    return StreamingResponse(_pieces(reader, start, end), status, headers, "audio/ogg")


async def _pieces(reader: SealedReader, start: int, end: int) -> AsyncIterator[bytes]:
    def read(at: int) -> bytes:
        return b"".join(reader.read(at, min(at + PIECE_BYTES, end)))

    try:
        while start < end:
            try:
                piece = await anyio.to_thread.run_sync(read, start)
            except RecordingDamaged:
                # The head is sent. Breaking off is all that can be done, and the player says that it cannot go on.
                return
            start += len(piece)
            yield piece
    finally:
        reader.close()

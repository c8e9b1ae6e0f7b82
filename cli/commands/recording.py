"""`minsheng recording`: which calls were recorded; export, keep and delete recordings, each with a line in the audit log."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from cli.commands.database import opened
from cli.commands.errors import CommandError
from desk.recordings import (
    Recording,
    RecordingCatalogue,
    RecordingError,
    RecordingNotFound,
    RecordingState,
    RecordingVault,
    new_key,
)
from desk.seats import AuditLog
from desk.settings import load_settings
from gateway.recordings.recordings import open_vault

app = typer.Typer(no_args_is_help=True)

RecordingId = Annotated[str, typer.Argument(metavar="ID", help="Recording id, as `list` shows it")]
Why = Annotated[str, typer.Option(help="Why; kept with your name")]

_LABELS = {
    RecordingState.RECORDING: "录音中",
    RecordingState.COMPLETE: "完整",
    RecordingState.BROKEN: "不完整",
    RecordingState.DELETED: "已删除",
}
PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class _Desk:
    catalogue: RecordingCatalogue
    vault: RecordingVault
    audit: AuditLog
    zone: ZoneInfo

    def note(self, action: str, recording: Recording, why: str, **more: Any) -> None:
        """Before anything is done."""
        detail = {"conversation": recording.conversation_id, "why": why.strip(), **more}
        self.audit.write(f"cli:{getpass.getuser()}", action, "recording", recording.id, detail)


@app.command("list")
def list_recordings(
    conversation: Annotated[str | None, typer.Option(help="Only of this conversation")] = None,
    state: Annotated[RecordingState | None, typer.Option(help="Only these")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most this many, newest first")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
) -> None:
    """Recordings, newest first; deleted ones too."""
    with _desk() as desk:
        found = desk.catalogue.newest(limit=limit, conversation_id=conversation, state=state)
    table = Table("录音", "会话", "状态", "开始", "时长", "大小", "保存至")
    for one in found:
        if as_json:
            typer.echo(orjson.dumps(_line(one, desk.zone)).decode())
            continue
        minutes, seconds = divmod(round(one.length_ms / 1000), 60)
        table.add_row(
            one.id,
            one.conversation_id,
            _LABELS[one.state] + (f"（{one.trouble}）" if one.trouble else ""),
            f"{one.began_at.astimezone(desk.zone):%Y-%m-%d %H:%M}",
            f"{minutes}:{seconds:02}",
            f"{one.bytes / 1e6:.1f} MB",
            f"{one.keep_until.astimezone(desk.zone):%Y-%m-%d}",
        )
    if not as_json:
        Console(highlight=False).print(table)


@app.command()
def export(
    recording_id: RecordingId,
    out: Annotated[Path, typer.Option(help="File to write: Ogg Opus, caller left, hotline right, in clear")],
    why: Why = "",
) -> None:
    """Decrypt a recording into a file that any player opens. Who looks after that file is you."""
    _reason(why)
    with _desk() as desk:
        recording = desk.catalogue.get(recording_id)
        with desk.vault.open(recording) as reader:
            try:
                handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError as error:
                raise CommandError(f"{out} exists; choose another name") from error
            with os.fdopen(handle, "wb") as file:
                desk.note("recording_exported", recording, why, bytes=reader.size)
                for start in range(0, reader.size, PIECE_BYTES):
                    file.writelines(reader.read(start, start + PIECE_BYTES))
    typer.echo(str(out))


@app.command()
def keep(
    recording_id: RecordingId,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day until which it is kept")],
    why: Why = "",
) -> None:
    """Keep a recording longer (a complaint, a lawsuit) or not so long."""
    _reason(why)
    with _desk() as desk:
        recording = desk.catalogue.get(recording_id)
        desk.note("recording_kept", recording, why, until=f"{until:%Y-%m-%d}")
        desk.catalogue.keep(recording.id, until.replace(tzinfo=desk.zone))


@app.command()
def delete(recording_id: RecordingId, why: Why = "") -> None:
    """Remove a recording for good: its key, then its file. What remains is that there was one."""
    _reason(why)
    with _desk() as desk:
        recording = desk.catalogue.get(recording_id)
        if recording.state is RecordingState.RECORDING:
            raise CommandError("the call is still being recorded")
        desk.note("recording_deleted", recording, why)
        desk.vault.destroy(recording)
        desk.catalogue.deleted(recording.id, f"cli:{getpass.getuser()}")


@app.command("new-key")
def print_new_key() -> None:
    """A fresh key for MINSHENG_RECORDING_KEY. Put it before the old ones: they still open what they wrote."""
    typer.echo(new_key())


def _reason(why: str) -> None:
    if not why.strip():
        raise typer.BadParameter("say --why: the reason is kept with your name")


def _line(recording: Recording, zone: ZoneInfo) -> dict[str, Any]:
    def iso(moment: datetime | None) -> str | None:
        return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None

    return {
        "id": recording.id,
        "conversation": recording.conversation_id,
        "state": recording.state.value,
        "trouble": recording.trouble.value if recording.trouble else None,
        "began_at": iso(recording.began_at),
        "length_s": recording.length_ms / 1000,
        "bytes": recording.bytes,
        "key": recording.key_id,
        "path": recording.path,
        "keep_until": iso(recording.keep_until),
        "deleted_at": iso(recording.deleted_at),
        "deleted_by": recording.deleted_by,
    }


@contextmanager
def _desk() -> Iterator[_Desk]:
    settings = load_settings()
    try:
        with opened(settings) as engine:
            yield _Desk(
                RecordingCatalogue(engine),
                open_vault(settings, make_key=False),
                AuditLog(engine),
                ZoneInfo(settings.timezone),
            )
    except RecordingNotFound as error:
        raise CommandError("没有这段录音，或它的文件不在这台机器上") from error
    except (RecordingError, OSError) as error:
        raise CommandError(str(error)) from error
    except SQLAlchemyError as error:
        raise CommandError("the database is locked or gone; try again in a moment") from error

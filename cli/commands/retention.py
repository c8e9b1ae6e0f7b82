"""`minsheng retention`: what is kept for how long, and erasing what is due now."""

from __future__ import annotations

import asyncio
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from cli.commands.database import opened
from cli.commands.errors import CommandError
from desk.erasure import ErasureStore
from desk.recordings import RecordingCatalogue
from desk.settings import Settings, load_settings
from gateway.erasure.retention import Due, Retention, RetentionSweep
from gateway.errors import StoreUnavailable
from gateway.pictures.attachments import Attachments
from gateway.runtime.blocking import Blocking
from gateway.runtime.redis_link import RedisLink

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _retention() -> None:
    pass


@app.command()
def run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is due")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Erase what is due now, as every gateway does each hour. Recordings are counted here and removed by the gateway."""
    settings = load_settings()
    try:
        with opened(settings) as engine:
            recordings = len(RecordingCatalogue(engine).due())
            attachments = Attachments(settings.var_dir / "attachments")
            retention = Retention(settings, ErasureStore(engine), attachments)
            found = (
                retention.look() if dry_run else asyncio.run(_sweep(settings, engine, retention, attachments))
            )
    except (SQLAlchemyError, StoreUnavailable) as error:
        raise CommandError("the database is locked or gone; try again in a moment") from error
    except OSError as error:
        raise CommandError(f"a file cannot be removed: {error.strerror}") from error
    _show(settings, found, recordings, dry_run, as_json)


async def _sweep(settings: Settings, engine: Engine, retention: Retention, attachments: Attachments) -> Due:
    blocking, redis = (
        Blocking(sqlite=engine.dialect.name == "sqlite"),
        RedisLink(settings.redis_address),
    )
    try:
        return await RetentionSweep(retention, attachments, blocking, redis).run()
    finally:
        await redis.aclose()
        await blocking.aclose()


def _show(settings: Settings, found: Due, recordings: int, dry_run: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps({**vars(found), "recordings_due": recordings, "dry_run": dry_run}).decode())
        return
    table = Table("种类", "保存天数", "到期" if dry_run else "已清除")
    rows = (
        ("会话", settings.keep_conversations_days, found.conversations),
        ("工单（当事人和内容）", settings.keep_orders_days, found.orders),
        ("回拨", settings.keep_callbacks_days, found.callbacks),
        ("图片（按会话）", settings.keep_pictures_days, found.pictures),
    )
    for name, days, count in rows:
        table.add_row(name, str(days) if days else "不限", str(count))
    console = Console(highlight=False)
    console.print(table)
    if recordings:
        console.print(f"另有 {recordings} 段录音到期，由运行中的网关清除。")
    if dry_run:
        console.print("以上是本批到期的数量（每种最多 200），没有清除任何内容。")

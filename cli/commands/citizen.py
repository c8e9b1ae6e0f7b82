"""`minsheng citizen erase`: forgets a citizen who wishes it, after saying what that is."""

from __future__ import annotations

import asyncio
import getpass
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from cli.commands.database import opened
from cli.commands.errors import CommandError
from desk.erasure import ErasureStore, Found
from desk.recordings import RecordingCatalogue, RecordingError
from desk.settings import Settings, load_settings
from desk.store.redis_keys import turn_lock
from gateway.erasure.retention import forget_tracker
from gateway.erasure.traces import Traces
from gateway.pictures.attachments import Attachments
from gateway.recordings.recordings import open_vault
from gateway.runtime.redis_link import RedisLink, RedisUnavailable

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _citizen() -> None:
    pass


@dataclass(frozen=True)
class _Desk:
    settings: Settings
    store: ErasureStore
    traces: Traces
    by: str


@app.command()
def erase(
    phone: Annotated[
        bool,
        typer.Option("--phone", help="By telephone number; it is asked for, and stays out of the history"),
    ] = False,
    conversation: Annotated[str | None, typer.Option(help="By conversation id")] = None,
    why: Annotated[str, typer.Option(help="Why; kept with your name")] = "",
    with_open_orders: Annotated[
        bool, typer.Option("--with-open-orders", help="Also orders that nobody can go on with then")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Erase what is held of a citizen: messages, drafts, what orders tell of them, callbacks, pictures, recordings.

    Backups are not touched. With --phone and without a terminal, the number is read from standard input.
    """
    if phone == (conversation is not None):
        raise typer.BadParameter("give either --phone or --conversation ID")
    if not why.strip():
        raise typer.BadParameter("say --why: the reason is kept with your name")
    number = typer.prompt("电话号码", hide_input=False) if phone else ""
    settings = load_settings()
    try:
        with opened(settings) as engine:
            store, catalogue = ErasureStore(engine), RecordingCatalogue(engine)
            attachments = Attachments(settings.var_dir / "attachments")
            vault = open_vault(settings, make_key=False)
            desk = _Desk(
                settings,
                store,
                Traces(settings.var_dir, attachments, catalogue, vault),
                f"cli:{getpass.getuser()}",
            )
            found = store.find_phone(number) if phone else store.find_conversation(conversation or "")
            # A conversation that was erased before may have left files behind when that was cut off.
            ids = found.conversations or ((conversation,) if conversation else ())
            _erase(desk, found, ids, why.strip(), with_open_orders=with_open_orders, yes=yes)
    except RecordingError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"a file cannot be removed: {error.strerror}; run the command again") from error
    except SQLAlchemyError as error:
        raise CommandError("the database is locked or gone; try again in a moment") from error


def _erase(
    desk: _Desk, found: Found, ids: tuple[str, ...], why: str, *, with_open_orders: bool, yes: bool
) -> None:
    orders = [order.number for order in found.orders if with_open_orders or not order.open]
    left = [order.number for order in found.orders if order.number not in orders]
    if _say(desk, found, ids, orders, left) == 0:
        return
    if found.served:
        raise CommandError("some of these conversations are with people of the desk now; end them first")
    if not yes and not typer.confirm("清除后无法恢复。确定清除吗？", default=False):
        raise typer.Exit(1)
    if asyncio.run(_answering(desk.settings, ids)):
        raise CommandError("the bot answers in one of these conversations now; try again in a moment")
    held = 0
    for one in ids:
        # Before the conversation, by which whoever is cut off here finds them again; and after it, when it is closed and
        # nothing new can come.
        desk.traces.erase(one, desk.by)
        desk.store.erase_conversation(one, desk.by, why)
        held += desk.traces.erase(one, desk.by).held
    for number in orders:
        desk.store.erase_order(number, desk.by, why)
    for callback in found.callbacks:
        desk.store.erase_callback(callback, desk.by, why)
    forgotten = asyncio.run(_forget(desk.settings, ids))
    typer.echo("已清除。")
    if not forgotten:
        typer.echo("Redis 未运行：对话记忆没有清除，启动后请再执行一次（否则 30 天后自动失效）。")
    if held:
        typer.echo(f"还有 {held} 条消息在网关的暂存文件里，网关会在入库时丢弃。")


def _say(desk: _Desk, found: Found, ids: tuple[str, ...], orders: list[str], left: list[str]) -> int:
    """What will be done, without anything that tells who it is. Returns how much that is."""
    console = Console(highlight=False)
    total = len(found.conversations) + len(orders) + len(found.callbacks)
    for one in ids:
        counts = desk.traces.count(one)
        total += counts.pictures + counts.recordings
        console.print(f"会话 {one}：全部消息、草稿和备注，图片 {counts.pictures}，录音 {counts.recordings}")
    for number in orders:
        console.print(f"工单 {number}：当事人、联系电话和内容；编号、类别、部门和时间保留")
    if found.callbacks:
        console.print(f"回拨 {len(found.callbacks)} 条")
    for number in left:
        console.print(
            f"[yellow]工单 {number} 还在办理，不清除（--with-open-orders 一并清除，之后无法继续办理）[/]"
        )
    for one in found.mentioned:
        console.print(f"[yellow]会话 {one} 提到过这个号码，请核实后按会话清除[/]")
    if not total:
        console.print("没有可清除的内容。")
    return total


async def _answering(settings: Settings, ids: tuple[str, ...]) -> bool:
    redis = RedisLink(settings.redis_address)
    try:
        return bool(ids) and bool(await redis.run(lambda client: client.exists(*map(turn_lock, ids))))
    except RedisUnavailable:
        return False
    finally:
        await redis.aclose()


async def _forget(settings: Settings, ids: tuple[str, ...]) -> bool:
    redis = RedisLink(settings.redis_address)
    try:
        return all([await forget_tracker(redis, one) for one in ids])
    finally:
        await redis.aclose()

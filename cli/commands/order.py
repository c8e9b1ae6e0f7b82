"""`minsheng order`: list, show, export and classify work orders. Callers are masked unless `show --reveal` asks for them."""

from __future__ import annotations

import getpass
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO
from zoneinfo import ZoneInfo

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from cli.commands.database import opened
from cli.commands.errors import CommandError
from desk.orders.errors import OrderError, OrderNotFound, StoreUnavailable
from desk.orders.export import all_orders, write_csv, write_jsonl
from desk.orders.limits import OrderLimits
from desk.orders.order import EventKind, OrderStatus, OrderType, Urgency
from desk.orders.store import OrderFilter, OrderStore
from desk.orders.view import order_line, order_view
from desk.settings import ROOT, load_settings

app = typer.Typer(no_args_is_help=True)

Status = Annotated[OrderStatus | None, typer.Option(help="Only orders in this state")]
Type = Annotated[OrderType | None, typer.Option(help="Only orders of this type")]
Since = Annotated[str | None, typer.Option(help="Created since: 2026-11-22, 2026-11-22T08:00, 7d or 12h")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line")]


class ExportFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


@app.command("list")
def list_orders(
    status: Status = None,
    type: Type = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most this many, newest first")] = 50,
    as_json: AsJson = False,
) -> None:
    """Work orders, newest first."""
    with _store() as (store, zone):
        page = store.list(_filter(status, type, since, zone), limit)
    lines = [order_line(order, zone) for order in page.orders]
    if as_json:
        for line in lines:
            typer.echo(orjson.dumps(line).decode())
        return
    # Whole, however narrow the screen: `show` wants it.
    table = Table(
        Column("工单号", min_width=14),
        "类型",
        "状态",
        "紧急",
        "标题",
        "承办单位",
        "来电人",
        "受理时间",
        "时限",
    )
    for line in lines:
        table.add_row(
            line["number"],
            OrderType(line["type"]).label,
            OrderStatus(line["status"]).label,
            Urgency(line["urgency"]).label,
            escape(line["title"]),
            escape(line["department"]),
            escape(line["caller"]),
            _minute(line["created_at"]),
            _minute(line["due_at"]),
        )
    console = Console(highlight=False)
    console.print(table)
    if page.next_cursor:
        console.print(f"只显示最新的 {limit} 件，更多请用 --limit 或 export")


@app.command()
def show(
    number: Annotated[str, typer.Argument(help="Order number, with or without dashes")],
    reveal: Annotated[
        bool, typer.Option(help="Show the caller unmasked; who and why is written down")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why the caller must be seen")] = "命令行查看",
    as_json: AsJson = False,
) -> None:
    """One order with its remarks and journal."""
    with _store() as (store, zone):
        order = store.reveal(number, getpass.getuser(), reason) if reveal else store.get(number)
    view = order_view(order, zone, revealed=reveal)
    if as_json:
        typer.echo(orjson.dumps(view).decode())
        return
    _print_view(view, order.type.label, order.status.label, order.urgency.label)


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="File to write; replaced as a whole when the export is complete")],
    format: Annotated[ExportFormat, typer.Option(help="csv or jsonl")] = ExportFormat.CSV,
    status: Status = None,
    type: Type = None,
    since: Since = None,
    excel: Annotated[
        bool, typer.Option(help="CSV with a byte order mark, so that Excel reads UTF-8")
    ] = False,
) -> None:
    """Write orders to a file, callers masked."""
    with _store() as (store, zone), _replaced(out) as stream:
        orders = all_orders(store, _filter(status, type, since, zone))
        if format is ExportFormat.CSV:
            count = write_csv(orders, stream, zone, excel=excel)
        else:
            count = write_jsonl(orders, stream, zone)
    typer.echo(f"{count} orders written to {out}")


@app.command()
def classify(
    text: Annotated[str | None, typer.Argument(help="One text in quotes")] = None,
    file: Annotated[Path | None, typer.Option(help="UTF-8 file, one text a line")] = None,
    as_json: AsJson = False,
) -> None:
    """Category, department and urgency that an order with this text would get."""
    # Imported here: scikit-learn takes a second to load, and the other commands do without.
    from desk.orders.category import CategoryError, classify_file, classify_text, load_or_train

    if (text is None) == (file is None):
        raise CommandError("give either a TEXT or --file FILE")
    try:
        classifier = load_or_train(ROOT / "data", load_settings().var_dir)
        answers = (
            classify_file(file, classifier) if file is not None else [classify_text(classifier, text or "")]
        )
        for answer in answers:
            if as_json:
                typer.echo(orjson.dumps(answer).decode())
            else:
                typer.echo(
                    f"{'/'.join(answer['category'])}  {answer['confidence']:.2f}  {answer['urgency']}  "
                    f"{answer['department']}  {answer['text']}"
                )
    except CategoryError as error:
        raise CommandError(str(error)) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is not UTF-8 (byte {error.start}); convert it first") from error
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}") from error


@contextmanager
def _store() -> Iterator[tuple[OrderStore, ZoneInfo]]:
    settings = load_settings()
    limits = OrderLimits.from_settings(settings)
    try:
        with opened(settings) as engine:
            yield OrderStore(engine, limits), limits.zone
    except OrderNotFound as error:
        raise CommandError("没有这个工单号，请核对 12 位数字（例如 261122-00015-9）") from error
    except StoreUnavailable as error:
        raise CommandError("the database is locked or gone; try again in a moment") from error
    except OrderError as error:
        raise CommandError(str(error)) from error


@contextmanager
def _replaced(out: Path) -> Iterator[TextIO]:
    """A file beside `out` that takes its place at the end: an export that breaks leaves the old file alone."""
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    except OSError as error:
        raise CommandError(f"cannot write to {out.parent}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream
        Path(name).replace(out)
    except OSError as error:
        raise CommandError(f"cannot write {out}: {error.strerror}") from error
    finally:
        Path(name).unlink(missing_ok=True)


def _filter(
    status: OrderStatus | None, type: OrderType | None, since: str | None, zone: ZoneInfo
) -> OrderFilter:
    return OrderFilter(status=status, type=type, since=None if since is None else _moment(since, zone))


def _moment(since: str, zone: ZoneInfo) -> datetime:
    number, unit = since[:-1], since[-1:]
    if number.isdecimal() and unit in ("d", "h") and len(number) < 6:
        span = timedelta(days=int(number)) if unit == "d" else timedelta(hours=int(number))
        return datetime.now(zone) - span
    try:
        moment = datetime.fromisoformat(since)
    except ValueError as error:
        raise typer.BadParameter(f"{since!r} is no date; write 2026-11-22, 7d or 12h") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _minute(iso: str) -> str:
    return iso[:16].replace("T", " ")


def _print_view(view: dict[str, Any], type_label: str, status_label: str, urgency_label: str) -> None:
    console = Console(highlight=False)
    place = f"{view['district']}{view['street']}{view['community']}{view['place_detail']}"
    secret = " · 保密" if view["confidential"] else ""
    console.print(f"[bold]{view['number']}[/] {type_label} · {status_label} · {urgency_label}{secret}")
    table = Table(show_header=False, box=None)
    for label, value in (
        ("标题", view["title"]),
        ("内容", view["description"]),
        ("诉求", view["appeal"]),
        ("时间", view["event_time"]),
        ("地点", place),
        ("涉及对象", view["subject"]),
        ("分类", "/".join(view["category_path"])),
        ("承办单位", view["department"]),
        ("来电人", view["caller"]),
        ("电话", view["phone"]),
        ("回访电话", view["callback_phone"]),
        ("受理时间", _minute(view["created_at"])),
        ("答复时限", _minute(view["due_at"])),
        ("可能重复", view["duplicate_of"]),
        ("查询码", view.get("query_code", "")),
        ("会话", view["conversation_id"]),
    ):
        if value:
            table.add_row(f"[dim]{label}[/]", escape(value))
    for remark in view["remarks"]:
        table.add_row("[dim]补充[/]", escape(f"{_minute(remark['at'])} {remark['by']}: {remark['text']}"))
    for event in view["history"]:
        moved = f" → {OrderStatus(event['to']).label}" if event["to"] else ""
        words = f"{_minute(event['at'])} {_EVENT_LABELS[EventKind(event['kind'])]}{moved} {event['by']} {event['note']}"
        table.add_row("[dim]记录[/]", escape(words.rstrip()))
    console.print(table)


_EVENT_LABELS = {
    EventKind.CREATED: "登记",
    EventKind.STATUS: "流转",
    EventKind.REMARK: "补充",
    EventKind.HURRIED: "催办",
    EventKind.REVEALED: "查看来电人",
    EventKind.SECRET: "要求保密",
    EventKind.ERASED: "清除内容",
    EventKind.AMENDED: "更正",
    EventKind.RATED: "评价",
}

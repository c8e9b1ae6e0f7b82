from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from cli.commands import conversation, order
from cli.commands.errors import CommandError
from desk.conversations.conversation import HandoffReason
from desk.conversations.store import ConversationStore
from desk.erasure import ErasureStore
from desk.orders.category import Category
from desk.orders.limits import OrderLimits
from desk.orders.number import format_number
from desk.orders.order import EventKind, Order, Urgency
from desk.orders.store import OrderStore
from tests.desk.orders.samples import barbecue

DAY_ONE = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
def orders(engine: Engine) -> tuple[Order, Order]:
    old = OrderStore(engine, OrderLimits(), lambda: DAY_ONE).create(barbecue("d1", title="=1+1 油烟"))
    store = OrderStore(engine, OrderLimits(), lambda: DAY_ONE.replace(day=22))
    new = store.create(barbecue("d2", confidential=True, description="我叫王小明,电话13800138000"))
    store.withdraw(old.number, "解决了", "citizen")
    return old, new


def run(*arguments: str) -> Result:
    return CliRunner().invoke(order.app, arguments)


def listed(*arguments: str) -> list[str]:
    result = run("list", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line)["number"] for line in result.stdout.splitlines()]


def test_list_filters_by_status_type_and_day(orders: tuple[Order, Order]) -> None:
    old, new = (format_number(each.number) for each in orders)
    assert listed() == [new, old]
    assert listed("--status", "withdrawn") == [old]
    assert listed("--type", "praise") == []
    assert listed("--since", "2026-11-21") == [new]
    assert listed("--since", "2026-11-22T12:00") == [new]
    assert listed("--since", "2026-11-22T12:01") == []
    assert listed("--limit", "1") == [new]


def test_list_is_a_table_for_people(orders: tuple[Order, Order], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    result = run("list")
    assert result.exit_code == 0
    for word in ("工单号", format_number(orders[1].number), "投诉", "已撤回", "保密", "王*先生"):
        assert word in result.stdout


def test_show_masks_and_reveal_is_written_down(engine: Engine, orders: tuple[Order, Order]) -> None:
    number = format_number(orders[1].number)
    masked = run("show", number, "--json").stdout
    assert json.loads(masked)["caller"] == "保密"
    assert "王小明" not in masked and "8000" not in masked
    assert "query_code" not in masked and "query_code" not in run("list", "--json").stdout
    revealed = json.loads(run("show", number, "--reveal", "--reason", "回访", "--json").stdout)
    assert (revealed["caller"], revealed["phone"]) == ("王小明先生", "13800138000")
    assert revealed["query_code"] == orders[1].query_code
    last = OrderStore(engine, OrderLimits()).history(number)[-1]
    assert (last.kind, last.note) == (EventKind.REVEALED, "回访")
    assert "查看来电人" in run("show", number).stdout


def test_an_unknown_order_is_one_line(orders: tuple[Order, Order]) -> None:
    for number in ("261122999990", "nonsense"):
        result = run("show", number)
        assert isinstance(result.exception, CommandError)
        assert "没有这个工单号" in str(result.exception)


@pytest.mark.parametrize(
    "arguments",
    [("list", "--status", "lost"), ("list", "--since", "yesterday"), ("export",), ("list", "--limit", "0")],
)
def test_wrong_usage_exits_with_two(orders: tuple[Order, Order], arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_export_replaces_the_file_as_a_whole(orders: tuple[Order, Order], tmp_path: Path) -> None:
    out = tmp_path / "orders.csv"
    out.write_text("old", encoding="utf-8")
    assert run("export", "--out", str(out), "--excel").exit_code == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["标题"] for row in rows] == ["和平路**号烧烤店油烟扰民", "'=1+1 油烟"]
    assert [row["电话"] for row in rows] == ["保密", "138****8000"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".orders")] == []
    lines = tmp_path / "orders.jsonl"
    assert run("export", "--format", "jsonl", "--out", str(lines)).exit_code == 0
    assert len(lines.read_text(encoding="utf-8").splitlines()) == 2


def test_an_export_that_cannot_be_written_is_one_line(orders: tuple[Order, Order], tmp_path: Path) -> None:
    result = run("export", "--out", str(tmp_path / "none" / "orders.csv"))
    assert isinstance(result.exception, CommandError) and "cannot write" in str(result.exception)


def test_an_empty_or_missing_database_says_what_to_do(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINSHENG_DATABASE_URL", database_url)
    result = run("list")
    assert isinstance(result.exception, CommandError) and "make run" in str(result.exception)
    monkeypatch.setenv("MINSHENG_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    gone = run("list")
    assert isinstance(gone.exception, CommandError) and "cannot be opened" in str(gone.exception)


def test_conversations_are_listed_and_shown_masked(engine: Engine) -> None:
    store = ConversationStore(engine)
    quiet = store.create("web")[0].id
    asked = store.create("api")[0].id
    store.append_citizen(asked, message_id="m1", text="我的电话13800138000,转人工")
    store.mark_for_human(asked, HandoffReason.ASKED)
    runner = CliRunner()

    def lines(*arguments: str) -> list[dict[str, object]]:
        result = runner.invoke(conversation.app, [*arguments, "--json"])
        assert result.exit_code == 0, result.exception
        return [json.loads(line) for line in result.stdout.splitlines()]

    assert {line["id"] for line in lines("list")} == {quiet, asked}
    assert [line["id"] for line in lines("list", "--marked")] == [asked]
    (shown,) = lines("show", asked)
    messages = shown["messages"]
    assert isinstance(messages, list)
    assert "13800138000" not in str(messages) and "转人工" in messages[-1]["text"]
    assert runner.invoke(conversation.app, ["show", asked]).stdout.count("市民") == 1
    unknown = runner.invoke(conversation.app, ["show", "0" * 32])
    assert isinstance(unknown.exception, CommandError)


class _SmokeOnly:
    """Stands for the trained classifier, which takes a while to train."""

    def classify(self, text: str) -> Category:
        known = "油烟" in text
        return Category(
            code="0803" if known else "99",
            path=("生态环境", "大气污染") if known else ("其他",),
            department="明州市生态环境局",
            urgency=Urgency.NORMAL,
            urgency_reason="",
            confidence=0.9,
            leaf_confidence=0.8,
        )


def test_classify_answers_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.orders.category.load_or_train", lambda *_: _SmokeOnly())
    texts = tmp_path / "texts.txt"
    texts.write_text("油烟太大\n\n随便说说\n", encoding="utf-8")
    result = run("classify", "--file", str(texts), "--json")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["text"] for answer in answers] == ["油烟太大", "", "随便说说"]
    assert list(answers[0]) == ["text", "category", "confidence", "urgency", "department"]
    assert answers[0]["category"] == ["生态环境", "大气污染"]
    assert "生态环境/大气污染" in run("classify", "油烟太大").stdout


def test_classify_wants_a_text_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.orders.category.load_or_train", lambda *_: _SmokeOnly())
    for arguments in ((), ("文字", "--file", str(tmp_path / "x")), ("--file", str(tmp_path / "none"))):
        assert isinstance(run("classify", *arguments).exception, CommandError)


def test_every_kind_of_event_can_be_shown(engine: Engine) -> None:
    number = OrderStore(engine, OrderLimits()).create(barbecue()).number
    assert ErasureStore(engine).erase_order(number, "cli:ops")
    shown = run("show", number)
    assert shown.exit_code == 0 and "清除内容" in shown.output
    assert set(EventKind) <= set(order._EVENT_LABELS)

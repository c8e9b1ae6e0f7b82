"""The unmasked view of a conversation is written down; the audit log can be read."""

from __future__ import annotations

import getpass
import json

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from cli.commands import audit, conversation
from cli.commands.errors import CommandError
from desk.conversations.store import ConversationStore
from desk.seats import Accounts
from tests.desk.seats.conftest import add_user, cheap_hasher


@pytest.fixture
def talk(engine: Engine) -> str:
    store = ConversationStore(engine)
    conversation_id = store.create("web")[0].id
    store.append_citizen(conversation_id, message_id="m1", text="我叫王小明，电话13800138000")
    return conversation_id


def show(*arguments: str) -> Result:
    return CliRunner().invoke(conversation.app, ["show", *arguments])


def lines(*arguments: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(audit.app, ["list", "--json", *arguments])
    assert result.exit_code == 0, result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_conversation_is_masked_unless_asked_for_with_a_reason(engine: Engine, talk: str) -> None:
    assert "13800138000" not in show(talk).stdout
    assert lines() == []
    clear = show(talk, "--clear", "--why", "核对13800138000的投诉")
    assert "我叫王小明，电话13800138000" in clear.stdout
    as_json = json.loads(show(talk, "--clear", "--why", "投诉复核", "--json").stdout)
    assert as_json["messages"][-1]["text"] == "我叫王小明，电话13800138000"
    newest, first = lines("--subject", f"conversation:{talk}")
    assert first["actor"] == f"cli:{getpass.getuser()}" and first["action"] == "conversation_shown_clear"
    assert newest["detail"] == {"why": "投诉复核", "messages": 1}
    assert "13800138000" not in str(first) and "王小明" not in str(first)


def test_without_a_reason_nothing_is_shown(engine: Engine, talk: str) -> None:
    for arguments in (("--clear",), ("--clear", "--why", "  ")):
        result = show(talk, *arguments)
        assert result.exit_code == 2 and "13800138000" not in result.output
    assert lines() == []


def test_an_unknown_conversation_leaves_no_line(engine: Engine) -> None:
    assert isinstance(show("0" * 32, "--clear", "--why", "x").exception, CommandError)
    assert lines() == []


def test_the_log_is_read_by_user_action_and_page(engine: Engine) -> None:
    accounts = Accounts(engine, hasher=cheap_hasher())
    wang = add_user(accounts, "wang", badge="1024")
    for n in range(3):
        accounts.audit.write(wang.id, "reveal", "conversation", f"c{n}", {"what": "phone"}, "10.0.0.1")
    assert [line["subject_id"] for line in lines("--user", "wang")] == ["c2", "c1", "c0"]
    assert lines("--user", "wang")[0]["user"] == "wang"
    assert [line["action"] for line in lines("--action", "user_added")] == ["user_added"]
    newest = lines("--limit", "1")[0]
    assert [line["subject_id"] for line in lines("--before", str(newest["id"]), "--action", "reveal")] == [
        "c1",
        "c0",
    ]
    table = CliRunner().invoke(audit.app, ["list"], env={"COLUMNS": "200"}).stdout
    for word in ("wang", "reveal", "conversation:c2", "what=phone", "10.0.0.1", "user:wang"):
        assert word in table


def test_wrong_questions_are_refused(engine: Engine) -> None:
    runner = CliRunner()
    assert isinstance(runner.invoke(audit.app, ["list", "--user", "nobody"]).exception, CommandError)
    assert runner.invoke(audit.app, ["list", "--subject", "c1"]).exit_code == 2

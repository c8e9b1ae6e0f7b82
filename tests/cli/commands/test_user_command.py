from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from cli.commands import user
from cli.commands.errors import CommandError
from desk.seats import Accounts, NotSignedIn
from tests.desk.seats.conftest import PASSWORD, cheap_hasher

WANG = ("wang", "--name", "王敏", "--badge", "1024", "--skill", "housing_fund", "--skill", "tax")


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user, "Accounts", lambda engine: Accounts(engine, hasher=cheap_hasher()))


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Somebody at a terminal who types these lines when asked for a password."""

    def prepare(*lines: str) -> None:
        left = list(lines)
        monkeypatch.setattr(user, "_at_a_terminal", lambda: True)
        monkeypatch.setattr("getpass.getpass", lambda _prompt: left.pop(0))

    return prepare


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(user.app, arguments, input=stdin)


def add(*arguments: str) -> Result:
    result = run("add", *(arguments or WANG), "--password-stdin", stdin=PASSWORD + "\n")
    assert result.exit_code == 0, result.exception
    return result


def listed(*arguments: str) -> list[dict[str, object]]:
    result = run("list", "--json", *arguments)
    assert result.exit_code == 0, result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


def sign_in(engine: Engine, password: str = PASSWORD) -> str:
    accounts = Accounts(engine, hasher=cheap_hasher())
    attempt = accounts.begin("wang")
    right = accounts.hasher.verify(attempt.password_hash, password)
    return accounts.sign_in(attempt, right)[1].token_hash


def refused(result: Result) -> str:
    assert isinstance(result.exception, CommandError), result.output
    return str(result.exception)


def test_a_user_is_added_and_listed(engine: Engine) -> None:
    assert "已添加 wang" in add().stdout
    (line,) = listed()
    assert (line["display_name"], line["badge"], line["role"], line["skills"]) == (
        "王敏", "1024", "seat", ["housing_fund", "tax"],
    )  # fmt: skip
    table = CliRunner().invoke(user.app, ["list"], env={"COLUMNS": "160"}).stdout
    for word in ("王敏", "1024", "坐席", "住房公积金、税务", "正常"):
        assert word in table
    sign_in(engine)
    line_of_audit = Accounts(engine).audit.read(action="user_added")[0]
    assert line_of_audit.actor.startswith("cli:")


def test_the_first_user_may_come_before_the_first_start(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINSHENG_DATABASE_URL", database_url)
    assert "make run" in refused(run("list"))
    add()
    assert len(listed()) == 1


def test_a_password_is_typed_twice(engine: Engine, type_in: Callable[..., None]) -> None:
    type_in(PASSWORD, "something-else-1")
    assert "不一致" in refused(run("add", *WANG))
    type_in("short")
    assert "至少 10 位" in refused(run("add", *WANG))
    assert listed() == []
    type_in(PASSWORD, PASSWORD)
    assert run("add", *WANG).exit_code == 0
    sign_in(engine)


def test_without_a_terminal_a_password_comes_from_standard_input(engine: Engine) -> None:
    assert "--password-stdin" in refused(run("add", *WANG))
    assert "没有密码" in refused(run("add", *WANG, "--password-stdin", stdin=""))


def test_what_is_wrong_is_said_before_a_password_is_asked(
    engine: Engine, type_in: Callable[..., None]
) -> None:
    add()
    type_in()
    assert "需要工号" in refused(run("add", "li", "--name", "李雷"))
    assert "没有这项技能" in refused(run("add", "li", "--name", "李雷", "--badge", "7", "--skill", "cooking"))
    assert "已有人使用" in refused(run("add", "WANG", "--name", "李雷", "--badge", "7"))


def test_a_badge_that_is_taken_is_one_line(engine: Engine) -> None:
    add()
    result = run("add", "li", "--name", "李", "--badge", "1024", "--password-stdin", stdin=PASSWORD)
    assert "工号 1024 已有人使用" in refused(result)


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "li"),
        ("add", "li", "--name", "李", "--role", "boss"),
        ("add", "li", "--name", "李", "--capacity", "0"),
        ("set", "wang"),
        ("set", "wang", "--skill", "tax", "--no-skills"),
    ],
)
def test_wrong_usage_exits_with_two(engine: Engine, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_new_password_ends_the_sign_ins(engine: Engine) -> None:
    add()
    key = sign_in(engine)
    assert run("passwd", "wang", "--password-stdin", stdin="another-river-8\n").exit_code == 0
    with pytest.raises(NotSignedIn):
        Accounts(engine).sign_ins.find(key)
    sign_in(engine, "another-river-8")


def test_a_user_is_changed(engine: Engine) -> None:
    add()
    result = run("set", "wang", "--role", "lead", "--skill", "english", "--capacity", "8", "--badge", "7")
    assert "班长" in result.stdout and "英语" in result.stdout
    assert run("set", "wang", "--no-skills", "--name", "王小敏").exit_code == 0
    (line,) = listed()
    assert (line["role"], line["badge"], line["capacity"], line["skills"]) == ("lead", "7", 8, [])
    assert line["display_name"] == "王小敏"


def test_an_account_is_taken_out_of_use_and_put_back(engine: Engine) -> None:
    add()
    key = sign_in(engine)
    assert "已停用" in run("disable", "wang").stdout
    with pytest.raises(NotSignedIn):
        Accounts(engine).sign_ins.find(key)
    assert listed("--active") == [] and listed()[0]["active"] is False
    assert "停用" in run("list").stdout
    assert "已启用" in run("enable", "wang").stdout
    sign_in(engine)


def test_a_locked_account_shows_and_opens(engine: Engine) -> None:
    add()
    accounts = Accounts(engine, hasher=cheap_hasher())
    for _ in range(5):
        accounts.begin("wang")
    assert listed()[0]["locked_until"]
    assert "有人被拦至" in CliRunner().invoke(user.app, ["list"], env={"COLUMNS": "160"}).stdout
    assert run("unlock", "wang").exit_code == 0
    assert listed()[0]["locked_until"] is None
    sign_in(engine)


def test_unknown_users_are_one_line(engine: Engine) -> None:
    for command in ("disable", "enable", "unlock"):
        assert refused(run(command, "nobody")) == "没有这个账号"
    assert refused(run("passwd", "nobody", "--password-stdin", stdin=PASSWORD)) == "没有这个账号"
    assert refused(run("set", "nobody", "--capacity", "3")) == "没有这个账号"


def test_the_last_admin_cannot_be_disabled(engine: Engine) -> None:
    add("boss", "--name", "主任", "--role", "admin")
    assert "最后一个" in refused(run("disable", "boss"))

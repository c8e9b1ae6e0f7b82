"""`minsheng user`: accounts of the people at the desk. A password is typed or piped in, never an argument."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from cli.commands.database import opened
from cli.commands.errors import CommandError
from desk.seats import SKILLS, Accounts, NewUser, Role, SeatError, User, UserChange, skill_label
from desk.seats.passwords import check_password
from desk.seats.user import CAPACITY_DEFAULT, CAPACITY_MAX, checked_new
from desk.settings import load_settings

app = typer.Typer(no_args_is_help=True)

Username = Annotated[str, typer.Argument(metavar="USERNAME", help="What the user signs in with")]
Badge = typer.Option(help="Badge (工号), shown to citizens; seats and leads need one")
Skills = typer.Option("--skill", help=f"May be given several times: {', '.join(SKILLS)}")
Capacity = typer.Option(min=1, max=CAPACITY_MAX, help="Conversations at once")
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input")
]


@app.command()
def add(
    username: Username,
    name: Annotated[str, typer.Option(help="Display name, for example 王敏")],
    badge: Annotated[str, Badge] = "",
    role: Annotated[Role, typer.Option(help="What the user may do")] = Role.SEAT,
    skill: Annotated[list[str] | None, Skills] = None,
    capacity: Annotated[int, Capacity] = CAPACITY_DEFAULT,
    password_stdin: FromStdin = False,
) -> None:
    """Add a user; asks for a password twice."""
    new = NewUser(
        username=username,
        display_name=name,
        badge=badge,
        role=role,
        skills=tuple(skill or ()),
        capacity=capacity,
    )
    # May be the first command after the installation.
    with _accounts(migrated=True) as (accounts, _):
        # Before anybody types a password for a user that cannot be.
        new = checked_new(new)
        if any(user.username == new.username for user in accounts.users.all()):
            raise CommandError(f"用户名 {new.username} 已有人使用")
        password = _new_password(new.username, new.display_name, from_stdin=password_stdin)
        kept = accounts.checked_hash(password, new.username, new.display_name)
        user = accounts.users.add(new, kept, _actor())
    typer.echo(f"已添加 {user.username}（{user.role.label}，{user.id}）")


@app.command()
def passwd(username: Username, password_stdin: FromStdin = False) -> None:
    """Set a new password; ends every sign-in of the user and opens a locked account."""
    with _accounts() as (accounts, _):
        user = accounts.users.by_username(username)
        password = _new_password(user.username, user.display_name, from_stdin=password_stdin)
        kept = accounts.checked_hash(password, user.username, user.display_name)
        accounts.users.set_password(user.id, kept, _actor())
    typer.echo(f"已修改 {user.username} 的密码，该用户需要重新登录")


@app.command("list")
def list_users(
    active: Annotated[bool, typer.Option("--active", help="Only those who may sign in")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
) -> None:
    """Everybody who has an account."""
    with _accounts() as (accounts, zone):
        users = accounts.users.all(active_only=active)
    if as_json:
        for user in users:
            typer.echo(orjson.dumps(_line(user, zone)).decode())
        return
    table = Table("用户名", "姓名", "工号", "角色", "技能", "同时接待", "状态", "添加时间")
    for user in users:
        line = _line(user, zone)
        table.add_row(
            user.username,
            escape(user.display_name),
            user.badge,
            user.role.label,
            "、".join(map(skill_label, user.skills)),
            str(user.capacity),
            _state(line),
            line["created_at"][:16].replace("T", " "),
        )
    Console(highlight=False).print(table)
    if not users:
        typer.echo("还没有账号，用 minsheng user add 添加")


@app.command("set")
def set_user(
    username: Username,
    name: Annotated[str | None, typer.Option(help="Display name")] = None,
    badge: Annotated[str | None, Badge] = None,
    role: Annotated[Role | None, typer.Option(help="What the user may do")] = None,
    skill: Annotated[list[str] | None, Skills] = None,
    no_skills: Annotated[bool, typer.Option("--no-skills", help="Take all skills away")] = False,
    capacity: Annotated[int | None, Capacity] = None,
) -> None:
    """Change what is given; `--skill` replaces all skills."""
    if skill and no_skills:
        raise typer.BadParameter("give --skill or --no-skills, not both")
    skills = () if no_skills else tuple(skill) if skill else None
    change = UserChange(display_name=name, badge=badge, role=role, skills=skills, capacity=capacity)
    if change == UserChange():
        raise typer.BadParameter("nothing to change; see --help")
    user = _change(username, change)
    skill_names = "、".join(map(skill_label, user.skills)) or "无"
    typer.echo(
        f"已修改 {user.username}：{user.display_name}，工号 {user.badge or '无'}，{user.role.label}，"
        f"技能 {skill_names}，同时接待 {user.capacity}"
    )


@app.command()
def disable(username: Username) -> None:
    """Take an account out of use; ends every sign-in of the user."""
    typer.echo(f"已停用 {_change(username, UserChange(active=False)).username}，其登录已全部失效")


@app.command()
def enable(username: Username) -> None:
    """Put an account back into use."""
    typer.echo(f"已启用 {_change(username, UserChange(active=True)).username}")


@app.command()
def unlock(username: Username) -> None:
    """Open an account that wrong passwords have shut."""
    with _accounts() as (accounts, _):
        user = accounts.users.by_username(username)
        accounts.users.unlock(user.id, _actor())
    typer.echo(f"已解锁 {user.username}")


def _change(username: str, change: UserChange) -> User:
    with _accounts() as (accounts, _):
        user = accounts.users.by_username(username)
        return accounts.users.change(user.id, change, _actor())


def _new_password(username: str, display_name: str, *, from_stdin: bool) -> str:
    """Raises CommandError, WeakPassword."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise CommandError("标准输入里没有密码 (no password on standard input)")
        check_password(password, username, display_name)
        return password
    if not _at_a_terminal():
        raise CommandError("没有终端可以输入密码，请用 --password-stdin (no terminal; use --password-stdin)")
    password = _ask("新密码：")
    # Said before it is typed a second time.
    check_password(password, username, display_name)
    if _ask("再输一次：") != password:
        raise CommandError("两次输入的密码不一致 (the passwords differ)")
    return password


def _at_a_terminal() -> bool:
    return sys.stdin.isatty()


def _ask(prompt: str) -> str:
    try:
        return getpass.getpass(prompt)
    except (EOFError, KeyboardInterrupt) as error:
        raise CommandError("已取消 (cancelled)") from error


def _actor() -> str:
    return f"cli:{getpass.getuser()}"


@contextmanager
def _accounts(*, migrated: bool = False) -> Iterator[tuple[Accounts, ZoneInfo]]:
    settings = load_settings()
    try:
        with opened(settings, migrated=migrated) as engine:
            yield Accounts(engine), ZoneInfo(settings.timezone)
    except SeatError as error:
        raise CommandError(error.text) from error
    except SQLAlchemyError as error:
        raise CommandError("the database is locked or gone; try again in a moment") from error


def _line(user: User, zone: ZoneInfo) -> dict[str, Any]:
    locked = user.locked_until
    return {
        "id": user.id,
        "username": user.username,
        "display_name": user.display_name,
        "badge": user.badge,
        "role": user.role.value,
        "skills": list(user.skills),
        "capacity": user.capacity,
        "active": user.active,
        "locked_until": locked.astimezone(zone).isoformat(timespec="seconds") if locked else None,
        "created_at": user.created_at.astimezone(zone).isoformat(timespec="seconds"),
    }


def _state(line: dict[str, Any]) -> str:
    if not line["active"]:
        return "[dim]停用[/]"
    return f"[red]有人被拦至 {line['locked_until'][11:16]}[/]" if line["locked_until"] else "[green]正常[/]"

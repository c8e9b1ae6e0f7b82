from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from desk.seats import Accounts, BadUser, LastAdmin, NewUser, Role, Taken, User, UserChange, UserNotFound
from tests.desk.seats.conftest import add_user

ADMIN = "u-admin"


def test_a_user_is_found_as_he_was_added(accounts: Accounts, wang: User) -> None:
    assert accounts.users.by_username(" WANG ") == wang == accounts.users.get(wang.id)
    assert (wang.badge, wang.role, wang.skills, wang.capacity, wang.active) == (
        "1024", Role.SEAT, ("housing_fund",), 5, True,
    )  # fmt: skip
    assert wang.id.startswith("u") and len(wang.id) == 13
    with pytest.raises(UserNotFound):
        accounts.users.get("u000")
    with pytest.raises(UserNotFound):
        accounts.users.by_username("li")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "王敏"}, "username"),
        ({"username": "w"}, "username"),
        ({"username": "wang-"}, "username"),
        ({"display_name": "  "}, "display_name"),
        ({"badge": ""}, "badge"),
        ({"badge": "10 24"}, "badge"),
        ({"skills": ("cooking",)}, "skills"),
        ({"capacity": 0}, "capacity"),
    ],
)
def test_a_wrong_field_is_named(accounts: Accounts, changes: dict[str, object], field: str) -> None:
    values = {"username": "li", "display_name": "李雷", "badge": "7", **changes}
    with pytest.raises(BadUser) as caught:
        accounts.users.add(NewUser(**values), "hash", ADMIN)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_username_and_badge_belong_to_one_person(accounts: Accounts, wang: User) -> None:
    for username, badge, field in (("Wang", "7", "username"), ("li", "1024", "badge")):
        with pytest.raises(Taken) as caught:
            add_user(accounts, username, badge=badge)
        assert caught.value.field == field
    li = add_user(accounts, "li", badge="7")
    with pytest.raises(Taken):
        accounts.users.change(li.id, UserChange(badge="1024"), ADMIN)
    assert accounts.users.get(li.id).badge == "7"
    # Several people without a badge are no clash.
    add_user(accounts, "ops1", role=Role.OPS)
    add_user(accounts, "ops2", role=Role.OPS)


def test_a_change_touches_what_was_given_and_is_audited(accounts: Accounts, wang: User) -> None:
    change = UserChange(display_name="王小敏", role=Role.LEAD, skills=("tax", "english", "tax"), capacity=8)
    after = accounts.users.change(wang.id, change, ADMIN, "10.0.0.1")
    assert (after.role, after.skills, after.capacity, after.badge) == (
        Role.LEAD,
        ("tax", "english"),
        8,
        "1024",
    )
    line = accounts.audit.read(limit=1)[0]
    assert (line.actor, line.action, line.subject_id) == (ADMIN, "user_changed", wang.id)
    assert line.detail == {"role": "lead", "skills": ["tax", "english"], "capacity": 8, "renamed": True}
    assert "王小敏" not in str(line)
    accounts.users.change(wang.id, change, ADMIN)
    assert len(accounts.audit.read(action="user_changed")) == 1


def test_a_seat_keeps_a_badge(accounts: Accounts, wang: User) -> None:
    with pytest.raises(BadUser):
        accounts.users.change(wang.id, UserChange(badge=""), ADMIN)
    ops = add_user(accounts, "ops", role=Role.OPS)
    with pytest.raises(BadUser):
        accounts.users.change(ops.id, UserChange(role=Role.SEAT), ADMIN)


def test_the_last_admin_stays(accounts: Accounts) -> None:
    one = add_user(accounts, "root1", role=Role.ADMIN)
    for change in (UserChange(active=False), UserChange(role=Role.OPS)):
        with pytest.raises(LastAdmin):
            accounts.users.change(one.id, change, ADMIN)
    two = add_user(accounts, "root2", role=Role.ADMIN)
    accounts.users.change(one.id, UserChange(active=False), ADMIN)
    with pytest.raises(LastAdmin):
        accounts.users.change(two.id, UserChange(active=False), ADMIN)


def test_admins_who_remove_each_other_at_once_leave_one(accounts: Accounts) -> None:
    pair = [add_user(accounts, name, role=Role.ADMIN) for name in ("root1", "root2")]

    def remove(user: User) -> bool:
        try:
            accounts.users.change(user.id, UserChange(active=False), ADMIN)
        except (LastAdmin, DBAPIError):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(remove, pair)).count(True) <= 1
    assert any(user.active for user in accounts.users.all())


def test_everybody_is_listed_by_rank_and_name(accounts: Accounts, wang: User) -> None:
    add_user(accounts, "zhao", role=Role.LEAD, badge="1")
    add_user(accounts, "boss", role=Role.ADMIN)
    add_user(accounts, "an", badge="2")
    assert [user.username for user in accounts.users.all()] == ["boss", "zhao", "an", "wang"]
    accounts.users.change(wang.id, UserChange(active=False), ADMIN)
    assert [user.username for user in accounts.users.all(active_only=True)] == ["boss", "zhao", "an"]


def test_no_password_is_kept_in_clear(accounts: Accounts, wang: User, engine: Engine) -> None:
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT password_hash FROM users")).scalar_one()
    assert kept.startswith("$argon2id$") and "mountain" not in kept

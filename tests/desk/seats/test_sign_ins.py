"""Signing in, staying signed in, and being shut out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, text

from desk.seats import (
    Accounts,
    Disabled,
    Locked,
    NotSignedIn,
    SignedIn,
    Slowed,
    User,
    UserChange,
    WrongPassword,
)
from desk.seats import tables as t
from desk.seats.lockout import MAX_FAILURES, STRANGERS_FAILURES
from desk.seats.sign_ins import SIGN_INS_PER_USER, hash_token
from desk.seats.tries import SignInPlace, address_place
from tests.desk.seats.conftest import PASSWORD, Clock, add_user, cheap_hasher


def sign_in(accounts: Accounts, username: str = "wang", password: str = PASSWORD) -> tuple[str, SignedIn]:
    attempt = accounts.begin(username)
    right = accounts.hasher.verify(attempt.password_hash, password)
    return accounts.sign_in(attempt, right, address="10.0.0.1", user_agent="browser")


def fail(accounts: Accounts, username: str = "wang", times: int = 1) -> list[type[Exception]]:
    outcomes: list[type[Exception]] = []
    for _ in range(times):
        with pytest.raises((WrongPassword, Locked)) as caught:
            sign_in(accounts, username, "not this one")
        outcomes.append(caught.type)
    return outcomes


def test_a_sign_in_is_found_by_its_token_alone(accounts: Accounts, wang: User, engine: Engine) -> None:
    token, signed_in = sign_in(accounts)
    found = accounts.sign_ins.find(hash_token(token))
    assert found == signed_in and found.user == wang and not found.stale
    with engine.connect() as connection:
        kept = str(connection.execute(text("SELECT * FROM sign_ins")).all())
    assert token not in kept
    for wrong in (token, hash_token("x")):
        with pytest.raises(NotSignedIn):
            accounts.sign_ins.find(wrong)


def test_an_idle_sign_in_ends_and_a_busy_one_ends_too(accounts: Accounts, wang: User, clock: Clock) -> None:
    key = sign_in(accounts)[1].token_hash
    clock.forward(minutes=119)
    assert accounts.sign_ins.find(key).stale
    accounts.sign_ins.touch(key)
    clock.forward(minutes=119)
    accounts.sign_ins.find(key)
    clock.forward(minutes=1)
    with pytest.raises(NotSignedIn):
        accounts.sign_ins.find(key)
    busy = sign_in(accounts)[1].token_hash
    for _ in range(12 * 2 - 1):
        clock.forward(minutes=30)
        accounts.sign_ins.touch(busy)
    accounts.sign_ins.find(busy)
    clock.forward(minutes=30)
    with pytest.raises(NotSignedIn):
        accounts.sign_ins.find(busy)


def test_a_touched_sign_in_is_fresh_for_a_minute(accounts: Accounts, wang: User, clock: Clock) -> None:
    key = sign_in(accounts)[1].token_hash
    clock.forward(seconds=59)
    assert not accounts.sign_ins.find(key).stale
    clock.forward(seconds=1)
    assert accounts.sign_ins.find(key).stale
    accounts.sign_ins.touch(key)
    assert not accounts.sign_ins.find(key).stale


def test_signing_out_ends_one_sign_in(accounts: Accounts, wang: User) -> None:
    one, two = sign_in(accounts)[1], sign_in(accounts)[1]
    accounts.sign_out(one)
    accounts.sign_out(one)
    with pytest.raises(NotSignedIn):
        accounts.sign_ins.find(one.token_hash)
    accounts.sign_ins.touch(one.token_hash)
    with pytest.raises(NotSignedIn):
        accounts.sign_ins.find(one.token_hash)
    accounts.sign_ins.find(two.token_hash)


def test_a_deactivated_user_is_out_at_once_and_cannot_come_back(accounts: Accounts, wang: User) -> None:
    key = sign_in(accounts)[1].token_hash
    accounts.users.change(wang.id, UserChange(active=False), "cli:x")
    with pytest.raises(NotSignedIn):
        accounts.sign_ins.find(key)
    with pytest.raises(Disabled):
        sign_in(accounts)
    # Only the right password learns that the account is out of use.
    fail(accounts)
    accounts.users.change(wang.id, UserChange(active=True), "cli:x")
    with pytest.raises(NotSignedIn):
        accounts.sign_ins.find(key)
    sign_in(accounts)


def test_a_change_of_skills_is_seen_by_the_next_request(accounts: Accounts, wang: User) -> None:
    key = sign_in(accounts)[1].token_hash
    accounts.users.change(wang.id, UserChange(skills=("tax",)), "cli:x")
    assert accounts.sign_ins.find(key).user.skills == ("tax",)


def test_a_password_set_by_somebody_else_ends_every_sign_in(accounts: Accounts, wang: User) -> None:
    keys = [sign_in(accounts)[1].token_hash for _ in range(2)]
    accounts.users.set_password(wang.id, accounts.hasher.hash("another-river-8"), "cli:x")
    for key in keys:
        with pytest.raises(NotSignedIn):
            accounts.sign_ins.find(key)
    fail(accounts)
    sign_in(accounts, password="another-river-8")


def test_ones_own_change_keeps_only_the_page_that_asked(accounts: Accounts, wang: User) -> None:
    other, mine = sign_in(accounts)[1], sign_in(accounts)[1]
    attempt = accounts.begin("wang")
    new_hash = accounts.hasher.hash("another-river-8")
    token, renewed = accounts.change_password(attempt, True, new_hash, keep=mine)
    assert renewed.csrf == mine.csrf
    assert accounts.sign_ins.find(hash_token(token)).user.id == wang.id
    for gone in (other, mine):
        with pytest.raises(NotSignedIn):
            accounts.sign_ins.find(gone.token_hash)
    with pytest.raises(WrongPassword):
        accounts.change_password(accounts.begin("wang"), False, new_hash, keep=renewed)


def test_five_failures_shut_the_way_to_the_account_and_then_even_the_right_password_waits(
    accounts: Accounts, wang: User, clock: Clock
) -> None:
    assert fail(accounts, times=5) == [WrongPassword] * 4 + [Locked]
    with pytest.raises(Locked) as caught:
        sign_in(accounts)
    assert caught.value.until == clock.now + timedelta(minutes=15)
    assert caught.value.wait_s == 15 * 60
    assert accounts.users.get(wang.id).locked_until == caught.value.until
    clock.forward(minutes=15)
    assert accounts.users.get(wang.id).locked_until is None
    sign_in(accounts)
    assert fail(accounts, times=4) == [WrongPassword] * 4


def test_a_name_that_nobody_has_behaves_like_any_other(accounts: Accounts, wang: User) -> None:
    assert fail(accounts, "nobody", 7) == fail(accounts, "wang", 7)


def test_unlocking_opens_at_once(accounts: Accounts, wang: User) -> None:
    fail(accounts, times=5)
    accounts.users.unlock(wang.id, "cli:x")
    sign_in(accounts)


def test_guesses_in_parallel_do_not_slip_past_the_limit(accounts: Accounts, wang: User) -> None:
    def guess(_: int) -> bool:
        try:
            accounts.begin("wang")
        except Locked:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(guess, range(24))).count(True) == 5


def test_made_up_names_do_not_pile_up(accounts: Accounts, engine: Engine, clock: Clock) -> None:
    for n in range(10):
        fail(accounts, f"made-up-{n}")
    clock.forward(hours=29)
    fail(accounts, "last")
    with engine.connect() as connection:
        names = select(func.count(t.sign_in_tries.c.username_hash.distinct()))
        assert connection.execute(names).scalar_one() == 1


def test_a_user_has_at_most_twenty_sign_ins(accounts: Accounts, wang: User, clock: Clock) -> None:
    keys = []
    for _ in range(SIGN_INS_PER_USER + 1):
        keys.append(sign_in(accounts)[1].token_hash)
        clock.forward(seconds=1)
    with pytest.raises(NotSignedIn):
        accounts.sign_ins.find(keys[0])
    for key in keys[1:]:
        accounts.sign_ins.find(key)


def test_a_better_hash_replaces_the_old_one(
    engine: Engine, accounts: Accounts, wang: User, clock: Clock
) -> None:
    stronger = Accounts(engine, hasher=cheap_hasher(memory_cost=16), clock=clock)
    attempt = stronger.begin("wang")
    assert attempt.password_hash and stronger.hasher.outdated(attempt.password_hash)
    stronger.sign_in(attempt, True, better_hash=stronger.hasher.hash(PASSWORD))
    attempt = stronger.begin("wang")
    assert attempt.password_hash and not stronger.hasher.outdated(attempt.password_hash)
    assert stronger.hasher.verify(attempt.password_hash, PASSWORD)


def test_a_password_that_changed_while_it_was_checked_is_wrong(accounts: Accounts, wang: User) -> None:
    attempt = accounts.begin("wang")
    accounts.users.set_password(wang.id, accounts.hasher.hash("another-river-8"), "cli:x")
    with pytest.raises(WrongPassword):
        accounts.sign_in(attempt, True)


def test_sign_ins_are_audited_without_what_was_typed(accounts: Accounts, wang: User) -> None:
    fail(accounts, "my-secret-password")
    fail(accounts)
    sign_in(accounts)
    lines = accounts.audit.read(limit=3)
    assert [line.action for line in lines] == ["signed_in", "sign_in_failed", "sign_in_failed"]
    assert [line.actor for line in lines] == [wang.id, wang.id, ""]
    assert lines[0].address == "10.0.0.1"
    assert "my-secret" not in str(lines)


def test_two_users_do_not_share_their_failures(accounts: Accounts, wang: User) -> None:
    add_user(accounts, "li", badge="7")
    fail(accounts, times=5)
    sign_in(accounts, "li")


def try_from(accounts: Accounts, place: SignInPlace, password: str = "not this one") -> str:
    """What came of a try: `in`, or the name of what was raised."""
    try:
        attempt = accounts.begin("wang", place)
        accounts.sign_in(attempt, accounts.hasher.verify(attempt.password_hash, password))
    except (WrongPassword, Locked, Slowed) as error:
        return type(error).__name__
    return "in"


def test_a_strangers_wrong_passwords_shut_nobody_out_but_the_stranger(accounts: Accounts, wang: User) -> None:
    """They shut the account for everybody, for hours."""
    stranger, owner = address_place("203.0.113.9"), address_place("10.0.0.1")
    assert [try_from(accounts, stranger) for _ in range(6)] == ["WrongPassword"] * 4 + ["Locked"] * 2
    assert try_from(accounts, owner, PASSWORD) == "in"
    # A right password from elsewhere opens nothing for the stranger.
    assert try_from(accounts, stranger, PASSWORD) == "Locked"
    accounts.users.unlock(wang.id, "cli:x")
    assert try_from(accounts, stranger, PASSWORD) == "in"


def test_many_strangers_make_strangers_wait_for_seconds_and_a_known_device_not_at_all(
    accounts: Accounts, wang: User, clock: Clock
) -> None:
    cookie = accounts.remember_device(wang.id, "")
    for n in range(STRANGERS_FAILURES):
        assert try_from(accounts, address_place(f"198.51.100.{n}")) == "WrongPassword"
    new = address_place("10.0.0.1")
    with pytest.raises(Slowed) as caught:
        accounts.begin("wang", new)
    assert 0 < caught.value.wait_s <= 2
    assert accounts.users.get(wang.id).locked_until is None
    known = accounts.place("wang", "198.51.100.1", cookie)
    assert known.known and try_from(accounts, known, PASSWORD) == "in"
    clock.forward(seconds=caught.value.wait_s)
    assert try_from(accounts, new, PASSWORD) == "in"


def test_a_name_that_nobody_has_is_slowed_down_like_any_other(accounts: Accounts, wang: User) -> None:
    def outcomes(username: str) -> list[str]:
        found = []
        for n in range(STRANGERS_FAILURES + 2):
            try:
                accounts.begin(username, address_place(f"198.51.100.{n}"))
                found.append("counted")
            except Slowed as error:
                found.append(str(error.wait_s))
        return found

    assert outcomes("nobody") == outcomes("wang")


def test_a_known_device_answers_for_its_own_wrong_passwords_alone(accounts: Accounts, wang: User) -> None:
    places = [accounts.place("wang", "10.0.0.1", accounts.remember_device(wang.id, "")) for _ in range(2)]
    assert [try_from(accounts, places[0]) for _ in range(5)] == ["WrongPassword"] * 4 + ["Locked"]
    assert try_from(accounts, places[0], PASSWORD) == "Locked"
    assert try_from(accounts, places[1], PASSWORD) == "in"
    assert try_from(accounts, address_place("10.0.0.1"), PASSWORD) == "in"


def test_a_new_password_makes_every_device_a_stranger(accounts: Accounts, wang: User) -> None:
    cookie = accounts.remember_device(wang.id, "")
    assert accounts.place("wang", "10.0.0.1", cookie).known
    assert not accounts.place("nobody", "10.0.0.1", cookie).known
    accounts.users.set_password(wang.id, accounts.hasher.hash("another-river-8"), "cli:x")
    assert not accounts.place("wang", "10.0.0.1", cookie).known


def test_guesses_in_parallel_from_many_addresses_neither_slip_past_nor_block_one_another(
    accounts: Accounts, wang: User
) -> None:
    def guess(n: int) -> str:
        try:
            accounts.begin("wang", address_place(f"198.51.100.{n % 4}"))
        except (Locked, Slowed) as error:
            return type(error).__name__
        return "counted"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(64)))
    assert outcomes.count("counted") == 4 * MAX_FAILURES == STRANGERS_FAILURES

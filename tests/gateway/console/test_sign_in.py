"""Seats sign in over HTTP; everything of theirs is guarded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from desk.seats import Accounts, NewUser, Role, User, UserChange
from desk.seats.sign_ins import hash_token
from desk.settings import Settings
from desk.store import migrate
from desk.store.engine import open_engine
from gateway.api.problems import install_problem_handlers
from gateway.console import accounts as seat_accounts_module
from gateway.console import sign_in, users
from gateway.console.accounts import SeatAccounts
from gateway.console.sign_in import COOKIE, DEVICES_COOKIE
from gateway.handoff.bus import HandoffBus
from gateway.runtime.blocking import Blocking
from gateway.runtime.closing import Closing
from gateway.runtime.installed import install
from gateway.runtime.rate_limits import RateLimits
from gateway.runtime.redis_link import RedisLink
from gateway.sockets.network import trusted_proxies
from tests.desk.seats.conftest import PASSWORD, Clock, add_user, cheap_hasher
from tests.gateway.conftest import MakeGateway, client_of

BASE = "http://desk.test"
API = "/api/v1/desk"


class Foundations:
    """What the routes of accounts ask for, and nothing else."""

    def __init__(self, settings: Settings) -> None:
        url = settings.effective_database_url
        self.settings = settings
        self.engine = open_engine(url)
        self.blocking = Blocking(sqlite=url.startswith("sqlite"))
        self.redis = RedisLink(settings.effective_redis_url)
        self.limits = RateLimits(self.redis)
        self.bus = HandoffBus(self.redis)
        self.closing = Closing()

    async def aclose(self) -> None:
        await self.redis.aclose()
        self.engine.dispose()


class Console:
    """The application with nothing but the routes of accounts, in this process."""

    def __init__(self, app: FastAPI, services: Foundations, accounts: Accounts, clock: Clock) -> None:
        self.app = app
        self.services = services
        self.accounts = accounts
        self.clock = clock
        self._clients: list[httpx.AsyncClient] = []

    def browser(self, base: str = BASE, address: str = "10.0.0.1") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, client=(address, 1))
        client = httpx.AsyncClient(transport=transport, base_url=base, headers={"Origin": base})
        self._clients.append(client)
        return client

    async def seat(self, username: str = "wang", base: str = BASE) -> httpx.AsyncClient:
        """A browser that is signed in and shows the CSRF value."""
        client = self.browser(base)
        response = await enter(client, username)
        assert response.status_code == 200, response.text
        client.headers["X-CSRF"] = response.json()["csrf"]
        return client

    async def aclose(self) -> None:
        for client in self._clients:
            await client.aclose()
        await self.services.aclose()


async def enter(client: httpx.AsyncClient, username: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post(f"{API}/sign-in", json={"username": username, "password": password})


def code_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


@pytest.fixture
async def console(database_url: str, tmp_path: Path) -> AsyncIterator[Console]:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        var=tmp_path,
        database_url=database_url,
        # No Redis: limits count in the process.
        redis_url="redis://127.0.0.1:1/0",
        trusted_proxies=("10.9.9.9",),
    )
    services = Foundations(settings)
    migrate.upgrade(services.engine)
    clock = Clock()
    accounts = Accounts(services.engine, hasher=cheap_hasher(), clock=clock)
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(sign_in.router)
    app.include_router(users.router)

    install(
        app,
        *(settings, trusted_proxies(settings), services.closing, services.blocking, services.bus),
        SeatAccounts(accounts, services.blocking, services.limits),
    )
    made = Console(app, services, accounts, clock)
    add_user(accounts, "wang", badge="1024", display_name="王敏", skills=("housing_fund",))
    yield made
    await made.aclose()


def user_of(console: Console, username: str) -> User:
    return console.accounts.users.by_username(username)


async def test_a_seat_signs_in_and_out(console: Console) -> None:
    client = console.browser()
    response = await enter(client, "wang")
    body = response.json()
    assert set(body["user"]) == {
        "id", "username", "display_name", "badge", "role", "rights", "skills", "capacity",
    }  # fmt: skip
    assert (body["user"]["badge"], body["user"]["skills"]) == ("1024", ["housing_fund"])
    cookie = response.headers["set-cookie"]
    # The clock of the accounts counts, which stands still here: half a day whatever day it is.
    for word in ("minsheng_seat=", "HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"):
        assert word in cookie
    assert "Secure" not in cookie
    assert (await client.get(f"{API}/me")).json() == body
    token = client.cookies[COOKIE]
    left = await client.post(f"{API}/sign-out", headers={"X-CSRF": body["csrf"]})
    assert left.status_code == 204 and COOKIE not in client.cookies
    again = console.browser()
    again.cookies.set(COOKIE, token)
    assert code_of(await again.get(f"{API}/me")) == (401, "unauthorized")


async def test_wrong_passwords_and_unknown_names_look_alike(console: Console) -> None:
    client = console.browser()
    for _ in range(4):
        wrong, unknown = await enter(client, "wang", "x"), await enter(client, "nobody", "x")
        assert code_of(wrong) == (401, "wrong") and wrong.json() == unknown.json()
    wrong, unknown = await enter(client, "wang", "x"), await enter(client, "nobody", "x")
    assert code_of(wrong) == (423, "locked") == code_of(unknown)
    right = await enter(client, "wang")
    assert code_of(right) == (423, "locked")
    assert "管理员" in right.json()["error"]["text"] and right.headers["retry-after"] == "900"
    assert COOKIE not in client.cookies


async def test_a_stranger_shuts_the_account_for_nobody_but_themselves(console: Console) -> None:
    """Five wrong passwords of anybody who knew the name kept its owner out for a quarter of an hour, then for hours."""
    stranger = console.browser(address="203.0.113.9")
    for _ in range(5):
        last = await enter(stranger, "wang", "x")
    assert code_of(last) == (423, "locked")
    owner = console.browser()
    assert (await enter(owner, "wang")).status_code == 200
    # From the stranger's own address, too: behind one NAT, in a browser that is known.
    known = console.browser(address="203.0.113.9")
    assert code_of(await enter(known, "wang")) == (423, "locked")
    known.cookies.set(DEVICES_COOKIE, owner.cookies[DEVICES_COOKIE])
    assert (await enter(known, "wang")).status_code == 200


async def test_a_known_device_passes_a_flood_from_its_address(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_accounts_module, "TRIES_PER_ADDRESS", 3)
    known = console.browser()
    assert (await enter(known, "wang")).status_code == 200
    flood = console.browser()
    for name in ("a1", "a2", "a3", "a4"):
        last = await enter(flood, name, "x")
    assert code_of(last) == (429, "too_many")
    assert (await enter(known, "wang")).status_code == 200
    assert code_of(await enter(console.browser(), "wang")) == (429, "too_many")


async def test_more_strangers_than_can_be_checked_are_told_to_come_again(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of guesses must neither pile up nor keep out who is known."""
    known = console.browser()
    assert (await enter(known, "wang")).status_code == 200
    monkeypatch.setattr(seat_accounts_module, "WAITING_MAX", 0)
    refused = await enter(console.browser(), "wang")
    assert code_of(refused) == (429, "too_many") and refused.headers["retry-after"] == "5"
    assert (await enter(known, "wang")).status_code == 200


async def test_the_cookie_of_devices_is_long_lived_and_for_the_desk_alone(console: Console) -> None:
    response = await enter(console.browser("https://desk.test"), "wang")
    [cookie] = [one for one in response.headers.get_list("set-cookie") if one.startswith(DEVICES_COOKIE)]
    for word in ("HttpOnly", "SameSite=strict", "Path=/api/v1/desk", f"Max-Age={180 * 86400}", "Secure"):
        assert word in cookie
    wrong = await enter(console.browser(), "wang", "x")
    assert DEVICES_COOKIE not in wrong.headers.get("set-cookie", "")


async def test_a_user_out_of_use_is_told_so_only_with_his_password(console: Console) -> None:
    console.accounts.users.change(user_of(console, "wang").id, UserChange(active=False), "cli:x")
    client = console.browser()
    assert code_of(await enter(client, "wang")) == (403, "disabled")
    assert code_of(await enter(client, "wang", "x")) == (401, "wrong")


async def test_whoever_changes_something_shows_the_csrf_value(console: Console) -> None:
    seat = await console.seat()
    right = seat.headers["X-CSRF"]
    for shown in ("", "x", right[:-1]):
        seat.headers["X-CSRF"] = shown
        assert code_of(await seat.post(f"{API}/sign-out")) == (403, "csrf")
    del seat.headers["X-CSRF"]
    assert code_of(await seat.post(f"{API}/sign-out")) == (403, "csrf")
    assert (await seat.get(f"{API}/me")).status_code == 200


async def test_a_foreign_page_can_neither_sign_in_nor_act(console: Console) -> None:
    seat = await console.seat()
    seat.headers["Origin"] = "https://evil.example"
    assert code_of(await seat.post(f"{API}/sign-out")) == (403, "foreign_page")
    assert code_of(await enter(seat, "wang")) == (403, "foreign_page")


async def test_the_cookie_is_for_https_alone_where_there_is_https(console: Console) -> None:
    secure = await enter(console.browser("https://desk.test"), "wang")
    assert "; Secure" in secure.headers["set-cookie"]
    forwarded = {"X-Forwarded-Proto": "https"}
    for address, wanted in (("10.9.9.9", True), ("10.0.0.1", False)):
        client = console.browser(address=address)
        client.headers.update(forwarded)
        response = await enter(client, "wang")
        assert ("; Secure" in response.headers["set-cookie"]) is wanted


async def test_a_new_sign_in_takes_the_place_of_the_old_one(console: Console) -> None:
    seat = await console.seat()
    before = seat.cookies[COOKIE]
    await enter(seat, "wang")
    assert seat.cookies[COOKIE] != before
    old = console.browser()
    old.cookies.set(COOKIE, before)
    assert (await old.get(f"{API}/me")).status_code == 401


async def test_a_process_that_ends_signs_nobody_in(console: Console) -> None:
    console.services.closing.begun = True
    assert code_of(await enter(console.browser(), "wang")) == (503, "closing")


async def test_roles_open_doors(console: Console) -> None:
    add_user(console.accounts, "zhao", role=Role.LEAD, badge="1")
    add_user(console.accounts, "boss", role=Role.ADMIN)
    add_user(console.accounts, "ops", role=Role.OPS)
    for username, wanted in (("zhao", 200), ("boss", 200), ("wang", 403), ("ops", 403)):
        client = await console.seat(username)
        assert (await client.get(f"{API}/users")).status_code == wanted, username
    assert (await console.browser().get(f"{API}/users")).status_code == 401


async def test_looking_around_keeps_the_sign_in_alive(console: Console) -> None:
    seat = await console.seat()
    for _ in range(5):
        console.clock.forward(minutes=61)
        assert (await seat.get(f"{API}/me")).status_code == 200
    found = console.accounts.sign_ins.find(hash_token(seat.cookies[COOKIE]))
    assert found.last_seen_at == console.clock.now
    console.clock.forward(minutes=120)
    assert (await seat.get(f"{API}/me")).status_code == 401


async def test_a_password_is_changed_by_who_knows_the_old_one(console: Console) -> None:
    seat, elsewhere = await console.seat(), await console.seat()
    url = f"{API}/password"
    new = "another-river-8"
    weak = await seat.post(url, json={"old": PASSWORD, "new": "short"})
    assert code_of(weak) == (422, "weak_password") and "10" in weak.json()["error"]["text"]
    assert code_of(await seat.post(url, json={"old": PASSWORD, "new": PASSWORD})) == (422, "weak_password")
    assert code_of(await seat.post(url, json={"old": "x", "new": new})) == (403, "wrong")
    assert (await seat.post(url, json={"old": PASSWORD, "new": new})).status_code == 204
    assert (await seat.get(f"{API}/me")).json()["csrf"] == seat.headers["X-CSRF"]
    assert (await elsewhere.get(f"{API}/me")).status_code == 401
    assert code_of(await enter(console.browser(), "wang")) == (401, "wrong")
    assert (await enter(console.browser(), "wang", new)).status_code == 200


async def test_a_stolen_page_cannot_guess_the_password_for_long(console: Console) -> None:
    seat = await console.seat()
    body = {"old": "x", "new": "another-river-8"}
    codes = [(await seat.post(f"{API}/password", json=body)).status_code for _ in range(6)]
    assert codes == [403] * 4 + [423] * 2


async def test_one_address_cannot_try_everybody(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seat_accounts_module, "TRIES_PER_ADDRESS", 3)
    client = console.browser()
    for n in range(3):
        assert (await enter(client, f"name{n}", "x")).status_code == 401
    refused = await enter(client, "wang")
    assert code_of(refused) == (429, "too_many") and int(refused.headers["retry-after"]) > 0
    assert (await enter(console.browser(address="10.0.0.2"), "wang")).status_code == 200


async def test_an_outdated_hash_is_renewed_at_the_next_sign_in(console: Console) -> None:
    stronger = Accounts(console.services.engine, hasher=cheap_hasher(memory_cost=16), clock=console.clock)
    install(console.app, SeatAccounts(stronger, console.services.blocking, console.services.limits))
    assert (await enter(console.browser(), "wang")).status_code == 200
    kept = stronger.begin("wang").password_hash
    assert kept and not stronger.hasher.outdated(kept)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "wang"},
        {"username": "wang", "password": 1},
        {"username": "w" * 65, "password": "x"},
        [],
    ],
)
async def test_a_malformed_sign_in_is_refused_without_repeating_it(console: Console, body: Any) -> None:
    response = await console.browser().post(f"{API}/sign-in", json=body)
    assert code_of(response) == (422, "malformed")
    assert "www" not in response.text


async def test_admins_add_change_and_remove_users(console: Console) -> None:
    add_user(console.accounts, "boss", role=Role.ADMIN)
    boss = await console.seat("boss")
    new = {"username": "li", "display_name": "李雷", "badge": "7", "password": PASSWORD, "skills": ["tax"]}
    added = await boss.post(f"{API}/users", json=new)
    assert added.status_code == 201
    li = added.json()["user"]
    assert (li["role"], li["active"], li["locked_until"]) == ("seat", True, None)
    assert "password" not in added.text and "argon2" not in added.text
    for change, field in (
        ({"username": "wang"}, "username"),
        ({"username": "li2", "badge": "1024"}, "badge"),
        ({"username": "li3", "badge": "8", "password": "short"}, "password"),
        ({"username": "li4", "badge": "8", "skills": ["cooking"]}, "skills"),
    ):
        refused = await boss.post(f"{API}/users", json={**new, **change})
        assert code_of(refused) == (422, "bad_user") and list(refused.json()["fields"]) == [field]
    seat = await console.seat("li")
    url = f"{API}/users/{li['id']}"
    patched = await boss.patch(url, json={"capacity": 9, "role": "lead"})
    assert (patched.json()["user"]["capacity"], patched.json()["user"]["role"]) == (9, "lead")
    assert (await boss.patch(url, json={"password": "another-river-8"})).status_code == 200
    assert (await seat.get(f"{API}/me")).status_code == 401
    assert (await boss.patch(url, json={"active": False})).json()["user"]["active"] is False
    assert code_of(await boss.patch(f"{API}/users/u0", json={"capacity": 1})) == (404, "not_found")
    mine = f"{API}/users/{user_of(console, 'boss').id}"
    assert code_of(await boss.patch(mine, json={"active": False})) == (409, "last_admin")
    names = [user["username"] for user in (await boss.get(f"{API}/users")).json()["users"]]
    assert names == ["boss", "li", "wang"]


async def test_an_admin_opens_a_locked_account(console: Console) -> None:
    add_user(console.accounts, "boss", role=Role.ADMIN)
    boss, client = await console.seat("boss"), console.browser()
    for _ in range(5):
        await enter(client, "wang", "x")
    wang = user_of(console, "wang")
    listed = (await boss.get(f"{API}/users")).json()["users"]
    assert next(user for user in listed if user["id"] == wang.id)["locked_until"]
    opened = await boss.patch(f"{API}/users/{wang.id}", json={"unlock": True})
    assert opened.json()["user"]["locked_until"] is None
    assert (await enter(client, "wang")).status_code == 200


async def test_a_lead_staffs_the_shift_and_no_more(console: Console) -> None:
    add_user(console.accounts, "zhao", role=Role.LEAD, badge="1")
    lead, seat = await console.seat("zhao"), await console.seat()
    url = f"{API}/users/{user_of(console, 'wang').id}"
    changed = await lead.patch(url, json={"skills": ["tax", "english"], "capacity": 3})
    assert changed.json()["user"]["skills"] == ["tax", "english"]
    assert code_of(await lead.patch(url, json={"role": "admin"})) == (403, "forbidden")
    assert code_of(await lead.patch(url, json={"password": "another-river-8"})) == (403, "forbidden")
    own = f"{API}/users/{user_of(console, 'zhao').id}"
    assert code_of(await lead.patch(own, json={"capacity": 20})) == (403, "forbidden")
    body = {"username": "x1", "display_name": "x", "badge": "9", "password": PASSWORD}
    assert code_of(await lead.post(f"{API}/users", json=body)) == (403, "forbidden")
    for response in (await seat.get(f"{API}/users"), await seat.patch(url, json={"capacity": 20})):
        assert code_of(response) == (403, "forbidden")


@pytest.mark.redis
async def test_the_whole_gateway_lets_a_seat_in_on_every_replica(make_gateway: MakeGateway) -> None:
    """With the real parameters of argon2, the real Redis and the outer layers of the application."""
    one, two = make_gateway(), make_gateway()
    accounts = Accounts(one.engine)
    new = NewUser(username="wang", display_name="王敏", badge="1024")
    accounts.users.add(new, accounts.checked_hash(PASSWORD, "wang"), "cli:test")
    async with client_of(one) as first, client_of(two) as second:
        assert code_of(await enter(first, "wang", "wrong")) == (401, "wrong")
        entered = await enter(first, "wang")
        assert entered.status_code == 200 and entered.headers["cache-control"] == "no-store"
        second.cookies.set(COOKIE, first.cookies[COOKIE])
        assert (await second.get(f"{API}/me")).json() == entered.json()
        left = await second.post(f"{API}/sign-out", headers={"X-CSRF": entered.json()["csrf"]})
        assert left.status_code == 204
        assert (await first.get(f"{API}/me")).status_code == 401

"""Accounts for the event loop: SQL behind `Blocking`, passwords in threads of their own, limits per address."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

from desk.seats import Accounts, SignedIn, UserNotFound
from desk.seats.passwords import check_password
from desk.seats.sign_ins import hash_token
from desk.seats.tries import sign_in_place
from gateway.errors import StoreUnavailable, TooMany
from gateway.runtime.blocking import Blocking
from gateway.runtime.rate_limits import Limit, RateLimits

P = ParamSpec("P")
T = TypeVar("T")

# A whole call centre may begin its shift behind one address. Guessing one account is held off by its own counts
# (desk.seats.lockout); this only keeps one address from trying its way through all of them. Known devices are not counted.
TRIES_PER_ADDRESS = 200
TRIES_WINDOW_S = 600.0
# Each takes 64 MiB and a core for some 50 ms.
PASSWORDS_AT_ONCE = 2
# Some two seconds of work.
WAITING_MAX = 50
AGAIN_S = 5.0


class SeatAccounts:
    """Share one a process; make it inside the event loop."""

    def __init__(self, accounts: Accounts, blocking: Blocking, limits: RateLimits) -> None:
        self.accounts = accounts
        self._blocking = blocking
        self._limits = limits
        # Apart, so that a flood of strangers' guesses makes nobody wait who is known.
        self._strangers = anyio.CapacityLimiter(PASSWORDS_AT_ONCE)
        self._known = anyio.CapacityLimiter(PASSWORDS_AT_ONCE)

    async def sign_in(
        self, username: str, password: str, *, address: str, user_agent: str, devices: str = ""
    ) -> tuple[str, SignedIn]:
        """The token for the cookie, and who is signed in. `devices`: the browser's cookie of devices.

        Raises:
            TooMany, WrongPassword, Locked, Slowed, Disabled, StoreUnavailable.
        """
        place = await self._blocking.read(self.accounts.place, username, address, devices)
        threads = self._known if place.known else self._strangers
        if not place.known:
            self._bound_waiting()
            await self._count(address)
        attempt = await self._blocking.write(self.accounts.begin, username, place)
        right = await _slowly(threads, self.accounts.hasher.verify, attempt.password_hash, password)
        better = None
        if right and attempt.password_hash and self.accounts.hasher.outdated(attempt.password_hash):
            better = await _slowly(threads, self.accounts.hasher.hash, password)
        return await self._blocking.write(
            self.accounts.sign_in,
            attempt,
            right,
            address=address,
            user_agent=user_agent,
            better_hash=better,
        )

    async def change_password(
        self, signed_in: SignedIn, old: str, new: str, *, address: str, user_agent: str
    ) -> tuple[str, SignedIn]:
        """Every other sign-in of the user ends; this one goes on under the token that is returned.

        Raises:
            WeakPassword, WrongPassword, Locked, StoreUnavailable.
        """
        user = signed_in.user
        check_password(new, user.username, user.display_name)
        place = sign_in_place(signed_in.token_hash)
        attempt = await self._blocking.write(self.accounts.begin, user.username, place)
        right = await _slowly(self._known, self.accounts.hasher.verify, attempt.password_hash, old)
        new_hash = await self.hashed(new, user.username, user.display_name) if right else ""
        return await self._blocking.write(
            self.accounts.change_password,
            attempt,
            right,
            new_hash,
            keep=signed_in,
            address=address,
            user_agent=user_agent,
        )

    async def remember_device(self, user_id: str, devices: str) -> str | None:
        """The cookie of devices after a sign-in; None while it cannot be made: then the browser stays a stranger."""
        try:
            return await self._blocking.read(self.accounts.remember_device, user_id, devices)
        except (StoreUnavailable, UserNotFound):
            return None

    async def hashed(self, password: str, username: str, display_name: str = "") -> str:
        """Raises WeakPassword."""
        return await _slowly(self._known, self.accounts.checked_hash, password, username, display_name)

    async def find(self, token_hash: str) -> SignedIn:
        """Who that is, as of now; counts as a sign of life, written at most once a minute.

        Raises:
            NotSignedIn, StoreUnavailable.
        """
        signed_in = await self._blocking.read(self.accounts.sign_ins.find, token_hash)
        if signed_in.stale:
            # Who may look may look on, also while somebody else holds the only writer.
            with contextlib.suppress(StoreUnavailable):
                await self._blocking.write(self.accounts.sign_ins.touch, token_hash)
        return signed_in

    async def sign_out(self, signed_in: SignedIn, address: str) -> None:
        await self._blocking.write(self.accounts.sign_out, signed_in, address)

    async def end(self, token: str) -> None:
        """Forget a token that a new one took the place of."""
        await self._blocking.write(self.accounts.sign_ins.end, hash_token(token))

    def _bound_waiting(self) -> None:
        """Raises TooMany, before anything is counted: a try that would wait for minutes is better made again."""
        if self._strangers.statistics().tasks_waiting >= WAITING_MAX:
            raise TooMany("sign_in", AGAIN_S)

    async def _count(self, address: str) -> None:
        await self._limits.hit(
            Limit(scope="sign_in", subject=address, count=TRIES_PER_ADDRESS, window_s=TRIES_WINDOW_S)
        )


async def _slowly(
    threads: anyio.CapacityLimiter, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    return await anyio.to_thread.run_sync(partial(work, *args, **kwargs), limiter=threads)

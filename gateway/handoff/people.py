"""Who the seats are, at hand without asking SQL each time: names and badges for messages and lists."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any

from desk.conversations import Message
from desk.seats import RIGHTS, Accounts, User
from gateway.errors import StoreUnavailable
from gateway.runtime.blocking import Blocking

# Somebody renamed or added elsewhere is seen after this long, or at once when they are met and unknown.
REFRESH_S = 30.0
# A user id that nobody has must not send every message to the database.
MISS_S = 5.0


class People:
    """Share one a process."""

    def __init__(self, accounts: Accounts, blocking: Blocking) -> None:
        self._accounts = accounts
        self._blocking = blocking
        self._users: Mapping[str, User] = {}
        self._read_at = -1e9
        self._lock = asyncio.Lock()

    def get(self, user_id: str | None) -> User | None:
        """What is known now; see `know`."""
        return self._users.get(user_id) if user_id else None

    def all(self) -> Iterable[User]:
        return self._users.values()

    def remember(self, user: User) -> None:
        self._users = {**self._users, user.id: user}

    async def know(self, user_ids: Iterable[str | None]) -> None:
        """Read SQL if one of them is unknown. Never raises: a name may be missing, a message may not."""
        missing = any(one and one not in self._users for one in user_ids)
        if missing:
            await self.refresh(MISS_S)

    async def refresh(self, older_than_s: float = REFRESH_S) -> None:
        """Never raises."""
        async with self._lock:
            if time.monotonic() - self._read_at < older_than_s:
                return
            self._read_at = time.monotonic()
            try:
                users = await self._blocking.read(self._accounts.users.all)
            except StoreUnavailable:
                return
            self._users = {user.id: user for user in users}

    def author(self, user_id: str | None) -> dict[str, str] | None:
        """The author of a message for consoles; None if no seat wrote it."""
        if not user_id:
            return None
        user = self.get(user_id)
        if user is None:
            return {"id": user_id, "display_name": "", "badge": ""}
        return {"id": user.id, "display_name": user.display_name, "badge": user.badge}

    async def authors_of(self, messages: Iterable[Message]) -> None:
        await self.know(message.author for message in messages)


def for_citizens(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message as a citizen may see it: of its author only the badge."""
    author = message.get("author")
    if not author or author.keys() == {"badge"}:
        return message
    return {**message, "author": {"badge": author.get("badge", "")}}


def user_json(user: User) -> dict[str, Any]:
    """Who is signed in, as the console needs it."""
    return {
        "id": user.id,
        "username": user.username,
        "display_name": user.display_name,
        "badge": user.badge,
        "role": user.role.value,
        # What the page may show a link to.
        "rights": sorted(RIGHTS[user.role]),
        "skills": list(user.skills),
        "capacity": user.capacity,
    }

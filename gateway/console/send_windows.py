"""What a seat may still send in a conversation whose channel has limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

# `left`, `until`, `delivered`, as docs/protocol.md has them; None: nobody knows. Raises StoreUnavailable.
SendWindow = Callable[[str], Awaitable[Mapping[str, Any] | None]]


class SendWindows:
    """Asks the channel that has limits, if there is one. Share one a process."""

    def __init__(self, channel: SendWindow | None) -> None:
        self._channel = channel

    async def of(self, conversation_id: str) -> Mapping[str, Any] | None:
        return await self._channel(conversation_id) if self._channel is not None else None

"""The gateway's line to Redis, which may break at any time without anybody waiting for it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from desk.store.redis_address import RedisAddress
from gateway.errors import GatewayError

T = TypeVar("T")
# Redis on the loopback or in the same rack answers within a millisecond; a busy machine may take a while to read the answer.
SOCKET_TIMEOUT_S = 1.0
# After a failure nobody tries again for this long, so that a dead Redis costs one time-out a second, not one a turn.
PAUSE_S = 1.0

_log = structlog.get_logger(__name__)


class RedisUnavailable(GatewayError):
    code = "redis_unavailable"
    retryable = True


class RedisLink:
    """Runs commands with a short time-out and a pause after failures. Close with `aclose`."""

    def __init__(self, address: RedisAddress | str) -> None:
        """A URL is read by `RedisAddress.parse`."""
        address = RedisAddress.parse(address) if isinstance(address, str) else address
        self.client: Redis[Any] = address.connect_async(  # type: ignore[type-arg, unused-ignore]
            socket_timeout=SOCKET_TIMEOUT_S,
            socket_connect_timeout=SOCKET_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=30,
            max_connections=100,
        )
        self._paused_until = 0.0
        self._broken = False

    @property
    def broken(self) -> bool:
        """The last command failed."""
        return self._broken

    async def run(self, command: Callable[[Redis[Any]], Awaitable[T]]) -> T:  # type: ignore[type-arg, unused-ignore]
        """Raises RedisUnavailable, at once while paused."""
        if time.monotonic() < self._paused_until:
            raise RedisUnavailable
        try:
            result = await command(self.client)
        except (RedisError, OSError, TimeoutError) as error:
            self._paused_until = time.monotonic() + PAUSE_S
            if not self._broken:
                _log.warning("redis_lost", error=type(error).__name__)
            self._broken = True
            raise RedisUnavailable from error
        if self._broken:
            self._broken = False
            _log.info("redis_back")
        return result

    async def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Say each to whoever listens to its channel, in one go. Never raises: what is said while Redis is away is lost."""
        pipeline = self.client.pipeline(transaction=False)
        for channel, body in messages:
            pipeline.publish(channel, body)
        with contextlib.suppress(RedisUnavailable):
            await self.run(lambda _client: pipeline.execute())

    async def aclose(self) -> None:
        await self.client.aclose()

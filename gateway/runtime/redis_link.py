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
from redis.exceptions import RedisError, ResponseError

from desk.store.redis_address import RedisAddress
from desk.store.redis_keys import probe_key
from desk.store.redis_trouble import RedisTrouble, Verdict, trouble_of
from gateway.errors import GatewayError

T = TypeVar("T")
# Redis on the loopback or in the same rack answers within a millisecond; a busy machine may take a while to read the answer.
SOCKET_TIMEOUT_S = 1.0
PROBE_MS = 1000

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
        self._trouble = RedisTrouble()

    @property
    def broken(self) -> bool:
        """The last command failed, or writes are refused."""
        return self._trouble.present

    async def run(self, command: Callable[[Redis[Any]], Awaitable[T]]) -> T:  # type: ignore[type-arg, unused-ignore]
        """Raises RedisUnavailable, at once while nobody answers."""
        if self._trouble.paused(time.monotonic()):
            raise RedisUnavailable
        try:
            result = await command(self.client)
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)
            raise RedisUnavailable from error
        self._tell(self._trouble.worked(time.monotonic(), write=False))
        if self._trouble.wants_proof(time.monotonic()):
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                await self.refusal()
        return result

    async def refusal(self) -> str:
        """Why it takes no writes, in a word (`OutOfMemory`); empty when it does.

        Raises:
            RedisError, OSError, TimeoutError: it does not answer.
        """
        try:
            await self.client.set(probe_key(), "", px=PROBE_MS)
        except ResponseError as error:
            self._failed(error)
            return trouble_of(error)
        self._tell(self._trouble.worked(time.monotonic(), write=True))
        return ""

    def _failed(self, error: Exception) -> None:
        self._tell(self._trouble.failed(error, time.monotonic()), trouble_of(error))

    def _tell(self, verdict: Verdict | None, error: str = "") -> None:
        if verdict is Verdict.BACK:
            _log.info(verdict.value)
        elif verdict is not None:
            _log.warning(verdict.value, error=error)

    async def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Say each to whoever listens to its channel, in one go. Never raises: what is said while Redis is away is lost."""
        pipeline = self.client.pipeline(transaction=False)
        for channel, body in messages:
            pipeline.publish(channel, body)
        with contextlib.suppress(RedisUnavailable):
            await self.run(lambda _client: pipeline.execute())

    async def aclose(self) -> None:
        await self.client.aclose()

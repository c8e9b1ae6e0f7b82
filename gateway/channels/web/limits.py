"""Which limits a citizen's request counts against."""

from __future__ import annotations

from desk.settings import Settings
from gateway.errors import TooMany
from gateway.runtime.metrics import Metrics
from gateway.runtime.rate_limits import Limit, RateLimits

# Behind one address may sit a family, an office, or a whole mobile network: far more room than one conversation has.
ADDRESS_FACTOR = 20


class CitizenLimits:
    """Share one a process. Methods count one request and raise TooMany, and then nothing was counted."""

    def __init__(self, limits: RateLimits, metrics: Metrics, settings: Settings) -> None:
        self._limits = limits
        self._metrics = metrics
        self._messages_per_minute = settings.rate_messages_per_minute
        self._conversations_per_hour = settings.rate_conversations_per_hour
        self._pictures_per_hour = settings.rate_pictures_per_hour

    async def count_message(self, conversation_id: str, address: str) -> None:
        per_minute = self._messages_per_minute
        await self._hit(
            Limit(scope="messages", subject=conversation_id, count=per_minute, window_s=60),
            Limit(scope="address", subject=address, count=per_minute * ADDRESS_FACTOR, window_s=60),
        )

    async def count_conversation(self, address: str) -> None:
        per_hour = self._conversations_per_hour
        await self._hit(Limit(scope="conversations", subject=address, count=per_hour, window_s=3600))

    async def count_picture(self, address: str) -> None:
        per_hour = self._pictures_per_hour
        await self._hit(Limit(scope="pictures", subject=address, count=per_hour, window_s=3600))

    async def _hit(self, *wanted: Limit) -> None:
        try:
            await self._limits.hit(*wanted)
        except TooMany as error:
            self._metrics.rate_limited.labels(error.scope).inc()
            raise

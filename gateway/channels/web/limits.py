"""Which limits a citizen's request counts against."""

from __future__ import annotations

from desk.settings import Settings
from gateway.errors import TooMany
from gateway.metrics import Metrics
from gateway.rate_limits import Limit, RateLimits

# Behind one address may sit a family, an office, or a whole mobile network: far more room than one conversation has.
ADDRESS_FACTOR = 20


async def count_message(
    limits: RateLimits, metrics: Metrics, settings: Settings, conversation_id: str, address: str
) -> None:
    """Raises TooMany."""
    per_minute = settings.rate_messages_per_minute
    await _hit(
        limits,
        metrics,
        Limit(scope="messages", subject=conversation_id, count=per_minute, window_s=60),
        Limit(scope="address", subject=address, count=per_minute * ADDRESS_FACTOR, window_s=60),
    )


async def count_conversation(limits: RateLimits, metrics: Metrics, settings: Settings, address: str) -> None:
    """Raises TooMany."""
    per_hour = settings.rate_conversations_per_hour
    await _hit(limits, metrics, Limit(scope="conversations", subject=address, count=per_hour, window_s=3600))


async def count_picture(limits: RateLimits, metrics: Metrics, settings: Settings, address: str) -> None:
    """Raises TooMany."""
    per_hour = settings.rate_pictures_per_hour
    await _hit(limits, metrics, Limit(scope="pictures", subject=address, count=per_hour, window_s=3600))


async def _hit(limits: RateLimits, metrics: Metrics, *wanted: Limit) -> None:
    try:
        await limits.hit(*wanted)
    except TooMany as error:
        metrics.rate_limited.labels(error.scope).inc()
        raise

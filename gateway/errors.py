"""What can go wrong in the gateway.

GatewayError                  code, retryable
├── StoreUnavailable          the database did not answer in time
│   └── MessageKept           ... but the message is in the spool and will be stored later
├── StoreRefused              the database will never take what it was given; nothing was stored
├── StillWorking              stored, the answer takes longer than the caller may wait
├── RasaError                 failure (what kind)
├── TooMany                   a rate limit was hit; retry_after_s
├── Refused                   wrong token, unknown, closed, malformed: a status and a sentence
└── (desk errors are translated by `gateway.wire.problem_of`)

None of them carries what a citizen said.
"""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    """Why the bot gave no answer."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    EMPTY = "empty"


class GatewayError(Exception):
    log_safe = True
    code = "internal"
    retryable = False


class StoreUnavailable(GatewayError):
    code = "store_unavailable"
    retryable = True


class MessageKept(StoreUnavailable):
    code = "kept"

    def __init__(self, numbers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(self.code)
        # Emergency numbers to be said at once, when the kept message sounds like danger.
        self.numbers = numbers


class StoreRefused(GatewayError):
    code = "not_storable"


class StillWorking(GatewayError):
    code = "busy"
    retryable = True


class RasaError(GatewayError):
    code = "bot_failed"
    retryable = True

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class TooMany(GatewayError):
    code = "too_many"
    retryable = True

    def __init__(self, scope: str, retry_after_s: float) -> None:
        super().__init__(scope)
        self.scope = scope
        self.retry_after_s = retry_after_s


class Refused(GatewayError):
    """A request that we will not serve; `text` is Chinese and may be shown to a citizen."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.text = text

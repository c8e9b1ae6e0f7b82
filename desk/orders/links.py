"""Links to one order that are told in the conversation that wrote it. Pure.

What stands behind the `#` is `<number>.<last day>.<seal>`. It is made of the order alone, so that a message that is worded twice
says the same; nothing is stored for it. Whoever has the link has the order, as with the query code; it ends by itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta

from desk.orders.number import find_number
from desk.settings import Settings

LASTS = timedelta(days=30)
PAGE = "/orders"
# Of 256 bits: 128, which nobody guesses.
_SEAL_CHARS = 22


class OrderLinks:
    def __init__(self, public_url: str, secret: str) -> None:
        """`secret`: one that all gateways know and nobody else."""
        self._page = f"{public_url.rstrip('/')}{PAGE}"
        self._key = hmac.new(secret.encode(), b"order-links", hashlib.sha256).digest()

    @classmethod
    def of(cls, settings: Settings) -> OrderLinks | None:
        """None: the gateway does not know its own address, or there is no secret that all gateways share. A new
        WeChat AppSecret ends all links that were told."""
        secret = settings.wechat_app_secret
        if settings.public_url is None or secret is None:
            return None
        return cls(settings.public_url, secret.get_secret_value())

    def link(self, number: str, told_at: datetime) -> str | None:
        """None for what is no order number."""
        digits = find_number(number)
        if digits is None:
            return None
        until = (told_at.astimezone(UTC) + LASTS).strftime("%Y%m%d")
        return f"{self._page}#{digits}.{until}.{self._seal(digits, until)}"

    def number_in(self, shown: str, today: date) -> str | None:
        """The order that a link opens, by what stands behind its `#`. None: it is not of ours, or over."""
        digits, _, rest = shown.partition(".")
        until, _, seal = rest.partition(".")
        if not hmac.compare_digest(self._seal(digits, until).encode(), seal.encode()):
            return None
        return digits if until >= today.strftime("%Y%m%d") else None

    def _seal(self, digits: str, until: str) -> str:
        sealed = hmac.new(self._key, f"{digits}.{until}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(sealed).decode()[:_SEAL_CHARS]

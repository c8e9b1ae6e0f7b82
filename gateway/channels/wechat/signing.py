"""Is it WeChat who asks, and does it ask now? Pure."""

from __future__ import annotations

import hashlib
import hmac
import re

# WeChat signs at the moment it sends, each retry anew. Clocks of servers differ by seconds; the rest is patience.
WINDOW_S = 600
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


def signature_of(token: str, *parts: str) -> str:
    """The SHA-1 of the sorted parts in hexadecimal, as WeChat defines it."""
    return hashlib.sha1("".join(sorted((token, *parts))).encode("utf-8", "replace")).hexdigest()


def is_signed(token: str, signature: str, *parts: str) -> bool:
    """Compares in constant time. Nothing is signed with an empty token."""
    expected = signature_of(token, *parts)
    return bool(token) & hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def is_fresh(timestamp: str, now_s: float) -> bool:
    """Whether it was signed within the last minutes, or the next ones of a clock that goes ahead. Seconds since 1970."""
    return _TIMESTAMP.fullmatch(timestamp) is not None and abs(now_s - int(timestamp)) <= WINDOW_S

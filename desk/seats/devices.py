"""Known devices: a signed cookie names the people who have signed in from this browser. Pure.

Locks and waits that strangers' wrong passwords cause do not hold up a known device; its own wrong passwords count for
it alone. The signing key derives from the person's password hash: nothing has to be stored, every gateway can compute
it, and a new password makes every device unknown. One cookie serves several people, since
seats of different shifts share a browser:

    u1f2e3d4c5b6.1795953600.9f86d081884c7d65.<43 signs>~u0a1b2c3d4e5.…
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

# Longer than a holiday; each sign-in starts it again.
KNOWN_FOR = timedelta(days=180)
# If more people share a browser, the latest stay; twenty entries fill half a cookie.
PEOPLE_MAX = 20
COOKIE_MAX_CHARS = 4096
# Stands in for a person who does not exist, so that the check takes as long.
_NOBODY = "nobody has this hash"
_ENTRY = re.compile(r"(u[0-9a-f]{1,15})\.(\d{1,12})\.([0-9a-f]{16})\.([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Device:
    """A browser that has signed in as a person. `nonce` tells two of them apart."""

    user_id: str
    issued_at: int
    nonce: str


def known_device(cookie: str, user_id: str | None, password_hash: str | None, now: datetime) -> Device | None:
    """The device, if its cookie has a valid entry of this person. Pass None for both for a name that nobody has."""
    entries = (match for match in map(_ENTRY.fullmatch, _entries(cookie)) if match is not None)
    found = next((match for match in entries if match[1] == user_id), None)
    device = Device(
        user_id=user_id or "",
        issued_at=int(found[2]) if found is not None else 0,
        nonce=found[3] if found is not None else "",
    )
    signed = hmac.compare_digest(
        _signature(device, password_hash or _NOBODY), found[4] if found is not None else ""
    )
    age = now.timestamp() - device.issued_at
    valid = signed and found is not None and password_hash is not None
    return device if valid and 0 <= age < KNOWN_FOR.total_seconds() else None


def with_device(cookie: str, user_id: str, password_hash: str, now: datetime) -> str:
    """The cookie after this person has signed in: their entry new and first, the others' as they were."""
    device = Device(user_id=user_id, issued_at=int(now.timestamp()), nonce=secrets.token_hex(8))
    entry = f"{user_id}.{device.issued_at}.{device.nonce}.{_signature(device, password_hash)}"
    others = [
        one
        for one in _entries(cookie)
        if (match := _ENTRY.fullmatch(one)) is not None and match[1] != user_id
    ]
    return "~".join([entry, *others[: PEOPLE_MAX - 1]])


def _entries(cookie: str) -> list[str]:
    return cookie.split("~") if len(cookie) <= COOKIE_MAX_CHARS else []


def _signature(device: Device, password_hash: str) -> str:
    key = hashlib.sha256(b"minsheng device\0" + password_hash.encode()).digest()
    told = f"{device.user_id}.{device.issued_at}.{device.nonce}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, told, "sha256")).decode().rstrip("=")

"""The tokens of operators and their programs, compared in constant time."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable

from pydantic import SecretStr

from gateway.conversations.tokens import bearer


def api_token(authorization: str | None) -> str | None:
    """As `bearer`, or the password of `Authorization: Basic ...`: so that a browser can ask for it by itself."""
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return bearer(authorization)
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded.partition(":")[2] or None


def is_api_token(shown: str | None, valid: Iterable[SecretStr]) -> bool:
    """Compares with every valid token, so that the time does not tell which one was nearly right."""
    found = False
    for token in valid:
        found |= hmac.compare_digest(token.get_secret_value().encode(), (shown or "").encode())
    return found

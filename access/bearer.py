"""The one check of a server's token: Rasa, the action server and the speech server ask it, each in its own framework."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

HEADER = "Authorization"
# What whoever shows no token, or a wrong one, is told with 401.
REFUSED = "this server asks for a token: Authorization: Bearer …"


def authorization(token: str) -> str:
    """The value of the header that shows the token."""
    return f"Bearer {token}"


def shows_token(values: Sequence[str], token: str) -> bool:
    """Whether a request shows the token. `values` are all its Authorization headers: several, or none, are refused like
    a wrong one. A server without a token lets nobody in. Takes the same time however much of it is right."""
    if not token or len(values) != 1:
        return False
    # Whatever a stranger sends can be compared.
    return hmac.compare_digest(values[0].encode(errors="backslashreplace"), authorization(token).encode())

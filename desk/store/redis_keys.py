"""Every Redis key of the hotline: type, time to live, owner. Nothing else builds key names.

| key | type | TTL | owner | holds |
|---|---|---|---|---|
| `minsheng:turn:{conversation}` | string | 10 s, renewed | gateway/turn_lock.py | random token of the replica that runs a turn |
| `minsheng:conversation:{conversation}` | pub/sub channel | - | gateway/hub.py | events for the open sockets of a conversation |
| `minsheng:rate:{scope}:{subject}` | sorted set | the window | gateway/rate_limits.py | times (ms) of the last hits |

Braces around the conversation make it a Redis Cluster hash tag. Losing every key loses no message: what must survive
is in SQL. Rasa keeps its tracker and its locks under prefixes of its own, see endpoints.yml.
"""

from __future__ import annotations

PREFIX = "minsheng"

TURN_LOCK_TTL_S = 10.0


def turn_lock(conversation_id: str) -> str:
    return f"{PREFIX}:turn:{{{conversation_id}}}"


def conversation_channel(conversation_id: str) -> str:
    return f"{PREFIX}:conversation:{{{conversation_id}}}"


def rate_window(scope: str, subject: str) -> str:
    """`scope` names the limit (`messages`, `conversations`), `subject` whom it holds for."""
    return f"{PREFIX}:rate:{scope}:{{{subject}}}"

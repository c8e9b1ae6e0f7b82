"""Every Redis key of the hotline: type, time to live, owner. Nothing else builds key names.

| key | type | TTL | owner | holds |
|---|---|---|---|---|
| `minsheng:turn:{conversation}` | string | 10 s, renewed | gateway/turns/turn_lock.py | random token of the replica that runs a turn |
| `minsheng:conversation:{conversation}` | pub/sub channel | - | gateway/feed/hub.py | events for the open sockets of a conversation |
| `minsheng:talk:{conversation}:{end}` | pub/sub channel | - | gateway/talk/relay.py | audio and words for the caller's or a seat's end of a talk |
| `minsheng:third:{conversation}` | string, JSON | 20 s, renewed | gateway/talk/third.py | the seat who is called into a talk, or is in it beside its owner |
| `minsheng:{desk}:events` | pub/sub channel | - | gateway/handoff/bus.py | what happens at the desk, for every gateway process |
| `minsheng:caller:{call}` | string, JSON | 60 s, deleted when the call comes | gateway/channels/phone/callers.py | the numbers of a call that Asterisk has announced |
| `minsheng:probe` | string | 1 s | gateway/runtime/redis_link.py | nothing: whether writes are taken |
| `minsheng:rate:{scope}:{subject}` | sorted set | the window | gateway/runtime/rate_limits.py | times (ms) of the last hits |
| `minsheng:wechat:token:{app}` | string, JSON | as long as the token is good | gateway/channels/wechat/access_token.py | the access_token of a WeChat account |
| `minsheng:wechat:token-lock:{app}` | string | 10 s | gateway/channels/wechat/access_token.py | random word of the process that gets a new one |
| `minsheng:wechat:quota:{conversation}:{grant}` | counter | 48 h, 1 min | gateway/channels/wechat/quota.py | messages that may still be sent to the citizen |
| `minsheng:wechat:seen:{message}` | string | 24 h | gateway/channels/wechat/hotline.py | a message of WeChat that was stored |
| `minsheng:wechat:unsure:{conversation}` | string | 10 min | gateway/channels/wechat/hotline.py | words of a voice message that the citizen is asked about |
| `minsheng:{desk}:entries` | hash conversation -> `epoch|json` | - | desk/handoff/queue.py | who waits for a seat |
| `minsheng:{desk}:offers` | hash conversation -> `handoff|seat|until ms|claimed` | - | desk/handoff/queue.py | open offers |
| `minsheng:{desk}:refusals` | hash conversation -> json seat -> ms | - | desk/handoff/queue.py | who declined or let expire, and when |
| `minsheng:{desk}:seats` | hash seat -> json | - | desk/handoff/queue.py | status, skills, capacity (availability) |
| `minsheng:{desk}:presence` | sorted set seat by ms | - | desk/handoff/queue.py | last heartbeat; renews all leases of the seat |
| `minsheng:{desk}:leases` | hash conversation -> `seat|epoch|call` | - | desk/handoff/queue.py | what seats have in hand |
| `minsheng:{desk}:taken` | hash seat -> ms | - | desk/handoff/queue.py | when a seat last took a conversation |
| `minsheng:{desk}:version` | counter | - | desk/handoff/queue.py | goes up with every change that routing cares for |
| `minsheng:{desk}:fence` | counter | - | desk/handoff/queue.py | the number of the last dispatcher |
| `minsheng:{desk}:dispatcher` | string | 3 s | desk/handoff/queue.py | the fence number of the process that makes offers |
| `minsheng:{desk}:turn` | string | 0.9 s | desk/handoff/queue.py | some process keeps the queue true at present |
| `minsheng:{desk}:ticked` | string ms | - | desk/handoff/queue.py | when somebody last looked for lost seats |

Braces around the conversation make it a Redis Cluster hash tag; the keys of the desk share one, so that one script may
touch them all. They have no TTL, because `tick` removes what SQL does not know. Losing every key loses no message and
nobody's place: what must survive is in SQL. Rasa keeps its tracker and its locks under prefixes of its own, see endpoints.yml.
"""

from __future__ import annotations

PREFIX = "minsheng"

TURN_LOCK_TTL_S = 10.0
# An exchange announces a call and connects it at once.
ANNOUNCED_TTL_S = 60.0
# After a call its exchange asks at once how it ended.
CALL_END_TTL_S = 600.0
# Getting a token takes a second; a gateway that died over it is replaced after this.
WECHAT_TOKEN_LOCK_S = 10.0
# WeChat repeats a message within seconds, and now and then hours later.
WECHAT_SEEN_TTL_S = 86_400
# After this nobody remembers what they were asked.
WECHAT_UNSURE_TTL_S = 600
# A dispatcher works for milliseconds; one that died is replaced after this.
DISPATCHER_TTL_S = 3.0


def rasa_tracker(conversation_id: str) -> str:
    """What Rasa remembers of a conversation; the prefix is the one in endpoints.yml, with Rasa's own behind it."""
    return f"minshengtracker:tracker:{conversation_id}"


def turn_lock(conversation_id: str) -> str:
    return f"{PREFIX}:turn:{{{conversation_id}}}"


def conversation_channel(conversation_id: str) -> str:
    return f"{PREFIX}:conversation:{{{conversation_id}}}"


def talk_channel(conversation_id: str, end: str) -> str:
    """`end` is the one that listens: `caller`, or a seat's user id."""
    return f"{PREFIX}:talk:{{{conversation_id}}}:{end}"


def third_seat(conversation_id: str) -> str:
    return f"{PREFIX}:third:{{{conversation_id}}}"


def announced_call(call_id: str) -> str:
    return f"{PREFIX}:caller:{{{call_id}}}"


def ended_call(call_id: str) -> str:
    return f"{PREFIX}:ended:{{{call_id}}}"


def probe_key() -> str:
    return f"{PREFIX}:probe"


def wechat_token(app_id: str) -> str:
    return f"{PREFIX}:wechat:token:{{{app_id}}}"


def wechat_token_lock(app_id: str) -> str:
    return f"{PREFIX}:wechat:token-lock:{{{app_id}}}"


def wechat_quota(conversation_id: str, grant: str) -> str:
    """`grant` is what it was given for: `message` or `event`."""
    return f"{PREFIX}:wechat:quota:{{{conversation_id}}}:{grant}"


def wechat_seen(message_id: str) -> str:
    return f"{PREFIX}:wechat:seen:{{{message_id}}}"


def wechat_unsure(conversation_id: str) -> str:
    return f"{PREFIX}:wechat:unsure:{{{conversation_id}}}"


def desk_channel() -> str:
    return f"{PREFIX}:{{desk}}:events"


def rate_window(scope: str, subject: str) -> str:
    """`scope` names the limit (`messages`, `conversations`), `subject` whom it holds for."""
    return f"{PREFIX}:rate:{scope}:{{{subject}}}"


def desk_key(name: str) -> str:
    """`name` as in the table above, after `{desk}:`."""
    return f"{PREFIX}:{{desk}}:{name}"

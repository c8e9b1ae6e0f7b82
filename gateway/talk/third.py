"""Who is called into a talk beside its owner (三方通话): one seat at a time, invited, then in it. Kept in Redis.

An invitation ends by itself, and so does the place of a seat whose browser is gone: whoever is in renews it. Losing the
key costs the third their place, never the owner or the caller anything.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from desk.store.redis_keys import third_seat
from gateway.runtime.redis_link import RedisLink

# A browser that has accepted has to ask for the microphone first.
ENTER_S = 60.0
STAY_S = 20.0
RENEW_S = 5.0

# KEYS: the third seat. ARGV: invitation, seat, ms to enter. The invitation as it is now, or nothing.
_JOIN = """
local raw = redis.call('GET', KEYS[1])
if not raw then return false end
local one = cjson.decode(raw)
if one.id ~= ARGV[1] then return false end
if one.seat ~= ARGV[2] then
  if one.seat ~= '' then return false end
  local asked = false
  for _, seat in ipairs(one.asked) do asked = asked or seat == ARGV[2] end
  if not asked then return false end
  one.seat = ARGV[2]
end
raw = cjson.encode(one)
redis.call('SET', KEYS[1], raw, 'PX', ARGV[3])
return raw
"""
# ARGV: invitation, seat. 1: somebody else may still come; 0: nobody; nothing: the seat was not asked (any more).
_REFUSE = """
local raw = redis.call('GET', KEYS[1])
if not raw then return false end
local one = cjson.decode(raw)
if one.id ~= ARGV[1] or one.seat ~= '' then return false end
local left, asked = {}, false
for _, seat in ipairs(one.asked) do
  if seat == ARGV[2] then asked = true else left[#left + 1] = seat end
end
if not asked then return false end
if #left == 0 then redis.call('DEL', KEYS[1]) return 0 end
one.asked = left
redis.call('SET', KEYS[1], cjson.encode(one), 'KEEPTTL')
return 1
"""
# ARGV: invitation, ms (0: end it). 1 if it was still that one.
_KEEP = """
local raw = redis.call('GET', KEYS[1])
if not raw or cjson.decode(raw).id ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then redis.call('DEL', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
"""


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """`by` calls `asked` in, under the epoch in which the conversation is theirs; `seat` is the one who has come, or empty."""

    id: str
    conversation: str
    epoch: int
    by: str
    asked: tuple[str, ...]
    until: str
    note: str = field(default="", repr=False)
    seat: str = ""

    @property
    def until_at(self) -> datetime:
        return datetime.fromisoformat(self.until)


class ThirdSeats:
    """All raise RedisUnavailable."""

    def __init__(self, redis: RedisLink) -> None:
        self._redis = redis

    async def invite(self, one: Invitation) -> bool:
        """False: somebody else is called in already, or is in."""
        wait_s = (one.until_at - datetime.now(UTC)).total_seconds()
        key, body, ms = third_seat(one.conversation), orjson.dumps(asdict(one)), max(int(wait_s * 1000), 1)
        return bool(await self._redis.run(lambda client: client.set(key, body, px=ms, nx=True)))

    async def of(self, conversation_id: str) -> Invitation | None:
        key = third_seat(conversation_id)
        raw: Any = await self._redis.run(lambda client: client.get(key))
        return _read(raw)

    async def join(self, conversation_id: str, invitation: str, seat: str) -> Invitation | None:
        """None: it is not for this seat, or not any more. Repeating it does no harm."""
        return _read(await self._run(_JOIN, conversation_id, invitation, seat, int(ENTER_S * 1000)))

    async def refuse(self, conversation_id: str, invitation: str, seat: str) -> bool | None:
        """Whether somebody else may still come; None if this seat was not asked (any more)."""
        left = await self._run(_REFUSE, conversation_id, invitation, seat)
        return None if left is None else bool(left)

    async def renew(self, conversation_id: str, invitation: str) -> bool:
        return bool(await self._run(_KEEP, conversation_id, invitation, int(STAY_S * 1000)))

    async def end(self, conversation_id: str, invitation: str) -> bool:
        """False: it had ended before."""
        return bool(await self._run(_KEEP, conversation_id, invitation, 0))

    async def _run(self, script: str, conversation_id: str, *arguments: str | int) -> Any:
        key = third_seat(conversation_id)
        return await self._redis.run(lambda client: client.eval(script, 1, key, *arguments))


def _read(raw: bytes | None) -> Invitation | None:
    if not raw:
        return None
    body: dict[str, Any] = orjson.loads(raw)
    return Invitation(**{**body, "asked": tuple(body["asked"])})

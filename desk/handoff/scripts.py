"""The queue's steps on Redis, one Lua script each: what happens in one of them happens at once or not at all.

All scripts get the same keys in the same order (`KEY_NAMES`), and times in milliseconds. A conversation's epoch tells
one spell of waiting from the next: whatever comes late, with an older epoch, changes nothing.
"""

from __future__ import annotations

KEY_NAMES = (
    "entries", "offers", "refusals", "seats", "presence", "leases", "taken", "version", "fence", "dispatcher", "ticked",
)  # fmt: skip

_PRELUDE = """
local entries, offers, refusals, seats, presence, leases, taken, version, fence, dispatcher, ticked = unpack(KEYS)
local function entry_epoch(conversation)
  local raw = redis.call('HGET', entries, conversation)
  return raw and tonumber(string.match(raw, '^(%d+)|'))
end
local function lease_epoch(conversation)
  local raw = redis.call('HGET', leases, conversation)
  return raw and tonumber(string.match(raw, '^[^|]*|(%d+)|'))
end
local function offer_of(conversation)
  local raw = redis.call('HGET', offers, conversation)
  if not raw then return nil end
  local handoff, seat, till, claimed = string.match(raw, '^([^|]*)|([^|]*)|(%d+)|(%d)$')
  return {handoff = handoff, seat = seat, till = tonumber(till), claimed = claimed == '1', raw = raw}
end
local function refuse(conversation, seat, now)
  local raw = redis.call('HGET', refusals, conversation)
  local known = raw and cjson.decode(raw) or {}
  known[seat] = tonumber(now)
  redis.call('HSET', refusals, conversation, cjson.encode(known))
end
local function remove(conversation)
  redis.call('HDEL', entries, conversation)
  redis.call('HDEL', offers, conversation)
  redis.call('HDEL', refusals, conversation)
end
local function changed() redis.call('INCR', version) end
local function snapshot()
  local found = {redis.call('GET', version) or '0', redis.call('ZRANGE', presence, 0, -1, 'WITHSCORES')}
  for _, key in ipairs({entries, offers, refusals, seats, leases, taken}) do
    found[#found + 1] = redis.call('HGETALL', key)
  end
  return cjson.encode(found)
end
"""

# conversation, epoch, entry, now, then seats that should not be asked first; out of the hands that had it before
PUT = """
local conversation, epoch = ARGV[1], tonumber(ARGV[2])
local old = entry_epoch(conversation)
if old and old > epoch then return 0 end
local leased = lease_epoch(conversation)
if leased and leased > epoch then return 0 end
if leased and leased < epoch then redis.call('HDEL', leases, conversation) end
if old and old < epoch then remove(conversation) end
redis.call('HSET', entries, conversation, ARGV[3])
for i = 5, #ARGV do refuse(conversation, ARGV[i], ARGV[4]) end
changed()
return 1
"""

# conversation, epoch: what waited before that epoch, or was in a seat's hands, is out; the open offer comes back
TAKE_OUT = """
local epoch = tonumber(ARGV[2])
local leased, old = lease_epoch(ARGV[1]), entry_epoch(ARGV[1])
local held, waited = leased and leased < epoch, old and old < epoch
if held then redis.call('HDEL', leases, ARGV[1]) end
local offer = waited and offer_of(ARGV[1])
if waited then remove(ARGV[1]) end
if held or waited then changed() end
return offer and offer.raw
"""

# conversation, handoff, seat, until
CLAIM = """
local offer = offer_of(ARGV[1])
if not offer or offer.handoff ~= ARGV[2] or offer.seat ~= ARGV[3] then return 0 end
redis.call('HSET', offers, ARGV[1], ARGV[2] .. '|' .. ARGV[3] .. '|' .. ARGV[4] .. '|1')
return 1
"""

# conversation, epoch, lease, seat, now: out of the queue and into the seat's hands; the open offer comes back
LEASE = """
local epoch = tonumber(ARGV[2])
local offer = nil
local old = entry_epoch(ARGV[1])
if old and old < epoch then
  offer = offer_of(ARGV[1])
  remove(ARGV[1])
end
local leased = lease_epoch(ARGV[1])
if not leased or leased < epoch then
  redis.call('HSET', leases, ARGV[1], ARGV[3])
  redis.call('HSET', taken, ARGV[4], ARGV[5])
end
changed()
return offer and offer.raw
"""

# conversation, handoff, seat, now
DECLINE = """
local offer = offer_of(ARGV[1])
if not offer or offer.handoff ~= ARGV[2] or offer.seat ~= ARGV[3] then return 0 end
redis.call('HDEL', offers, ARGV[1])
refuse(ARGV[1], ARGV[3], ARGV[4])
changed()
return 1
"""

# now: offers that ran out; a claimed one counts as no refusal, its process died between Redis and SQL
EXPIRE = """
local gone = {}
for _, conversation in ipairs(redis.call('HKEYS', offers)) do
  local offer = offer_of(conversation)
  if offer.till <= tonumber(ARGV[1]) then
    redis.call('HDEL', offers, conversation)
    if not offer.claimed then refuse(conversation, offer.seat, ARGV[1]) end
    gone[#gone + 1] = conversation
    gone[#gone + 1] = offer.raw
  end
end
if #gone > 0 then changed() end
return gone
"""

# seat: its open offers go to others, without counting as refusals
WITHDRAW = """
local gone = {}
for _, conversation in ipairs(redis.call('HKEYS', offers)) do
  local offer = offer_of(conversation)
  if offer.seat == ARGV[1] and not offer.claimed then
    redis.call('HDEL', offers, conversation)
    gone[#gone + 1] = conversation
    gone[#gone + 1] = offer.raw
  end
end
if #gone > 0 then changed() end
return gone
"""

# seat, state, now
SET_SEAT = """
redis.call('HSET', seats, ARGV[1], ARGV[2])
redis.call('ZADD', presence, 'GT', ARGV[3], ARGV[1])
changed()
return 1
"""

# now, then seats; those whose state is unknown come back
HEARTBEATS = """
local unknown, new = {}, false
for i = 2, #ARGV do
  if redis.call('ZADD', presence, 'GT', ARGV[1], ARGV[i]) == 1 then new = true end
  if redis.call('HEXISTS', seats, ARGV[i]) == 0 then unknown[#unknown + 1] = ARGV[i] end
end
if new then changed() end
return unknown
"""

# now, silence, gap, then the seats that serve according to SQL.
# Nobody looked for `gap`: Redis or all of us were away, so nobody could beat, and everybody gets their time again.
LOST = """
local now = tonumber(ARGV[1])
local last = tonumber(redis.call('GET', ticked) or '0')
if now > last then redis.call('SET', ticked, ARGV[1]) end
for i = 4, #ARGV do redis.call('ZADD', presence, 'NX', ARGV[1], ARGV[i]) end
if now - last > tonumber(ARGV[3]) then
  for _, seat in ipairs(redis.call('ZRANGE', presence, 0, -1)) do
    redis.call('ZADD', presence, 'XX', 'GT', ARGV[1], seat)
  end
  return {}
end
return redis.call('ZRANGEBYSCORE', presence, '-inf', now - tonumber(ARGV[2]))
"""

# seat, latest beat: gone unless it has beaten since
FORGET = """
local beat = redis.call('ZSCORE', presence, ARGV[1])
if beat and tonumber(beat) > tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', presence, ARGV[1])
redis.call('HDEL', seats, ARGV[1])
redis.call('HDEL', taken, ARGV[1])
changed()
return 1
"""

# ttl: become the dispatcher and look at everything
BEGIN = """
if redis.call('EXISTS', dispatcher) == 1 then return false end
local number = redis.call('INCR', fence)
redis.call('SET', dispatcher, number, 'PX', ARGV[1])
return {number, snapshot()}
"""

# fence, version, force: given back only if nothing changed since the snapshot of that version, else look again
UNLOCK = """
if redis.call('GET', dispatcher) ~= ARGV[1] then return 1 end
if ARGV[3] == '0' and (redis.call('GET', version) or '0') ~= ARGV[2] then return 0 end
redis.call('DEL', dispatcher)
return 1
"""

# fence, latest beat of a lost seat, then (conversation, epoch, offer, seat, call) each
COMMIT = """
if redis.call('GET', dispatcher) ~= ARGV[1] then return {} end
local load, calls = {}, {}
for _, raw in ipairs(redis.call('HVALS', leases)) do
  local seat, call = string.match(raw, '^([^|]*)|%d+|(%d)$')
  load[seat] = (load[seat] or 0) + 1
  if call == '1' then calls[seat] = true end
end
for _, raw in ipairs(redis.call('HVALS', offers)) do
  local seat = string.match(raw, '^[^|]*|([^|]*)|')
  load[seat] = (load[seat] or 0) + 1
end
local made = {}
for i = 3, #ARGV, 5 do
  local conversation, seat = ARGV[i], ARGV[i + 3]
  local raw = redis.call('HGET', seats, seat)
  local state = raw and cjson.decode(raw)
  local beat = tonumber(redis.call('ZSCORE', presence, seat) or '0')
  if entry_epoch(conversation) == tonumber(ARGV[i + 1])
      and redis.call('HEXISTS', offers, conversation) == 0
      and state and state.status == 'ready' and beat > tonumber(ARGV[2])
      and not calls[seat] and (load[seat] or 0) < state.capacity then
    redis.call('HSET', offers, conversation, ARGV[i + 2])
    load[seat] = (load[seat] or 0) + 1
    made[#made + 1] = conversation
  end
end
return made
"""

# json: what a comparison with SQL found. Ghosts go only if they are still what was compared. Offers of removed
# entries come back.
MEND = """
local found = cjson.decode(ARGV[1])
local gone = {}
for _, item in ipairs(found.drop) do
  if redis.call('HGET', entries, item[1]) == item[2] then
    local offer = offer_of(item[1])
    if offer then
      gone[#gone + 1] = item[1]
      gone[#gone + 1] = offer.raw
    end
    remove(item[1])
  end
end
for _, item in ipairs(found.add) do
  local old, leased = entry_epoch(item[1]), lease_epoch(item[1])
  if (not old or old <= item[2]) and not (leased and leased > item[2]) then
    if old and old < item[2] then remove(item[1]) end
    redis.call('HSET', entries, item[1], item[3])
  end
end
for _, item in ipairs(found.release) do
  if redis.call('HGET', leases, item[1]) == item[2] then redis.call('HDEL', leases, item[1]) end
end
for _, item in ipairs(found.lease) do
  local leased = lease_epoch(item[1])
  if not leased or leased <= item[2] then redis.call('HSET', leases, item[1], item[3]) end
end
changed()
return gone
"""


# everything as one JSON text: Python reads that a hundred times faster than a thousand small answers
SNAPSHOT = "return snapshot()"


def script(body: str) -> str:
    return _PRELUDE + body

"""One contract for the queue in memory and the queue on Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from desk.handoff.entry import Lease, Offer
from desk.handoff.errors import QueueUnavailable
from desk.handoff.queue import HandoffQueue, Queue
from tests.conftest import PrivateRedis, free_port
from tests.desk.handoff.samples import at, entry, state
from tests.fakes.memory_queue import MemoryQueue


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def queue(request: pytest.FixtureRequest) -> AsyncIterator[Queue]:
    if request.param == "memory":
        yield MemoryQueue()
        return
    client: Redis = Redis.from_url(request.getfixturevalue("redis_url"))
    yield HandoffQueue(client)
    await client.aclose()


def offer(name: str, seat: str, until_s: float = 20) -> Offer:
    return Offer(handoff_id="h" + name, conversation_id="c" + name, seat_id=seat, until=at(until_s))


async def lock(queue: Queue) -> int | None:
    begun = await queue.begin()
    return None if begun is None else begun[0]


async def offered(queue: Queue, name: str, seat: str, until_s: float = 20) -> None:
    """Somebody waits and is offered to the seat."""
    await queue.set_seat(state(seat), at(0))
    await queue.put(entry(name), at(0))
    fence = await lock(queue)
    assert fence is not None
    before = await queue.snapshot()
    assert await queue.commit(fence, [offer(name, seat, until_s)], before, at(-20))
    assert await queue.unlock(fence, before.version)


async def test_what_is_put_comes_back_as_it_was(queue: Queue) -> None:
    first = entry("1", skill="tax", wanted_seat="u1", call=True, requeued=2)
    await queue.put(first, at(0), ["u7"])
    await queue.set_seat(state("u1", "tax", "english"), at(0))
    snapshot = await queue.snapshot()
    assert snapshot.entries == {"c1": first}
    assert snapshot.refusals == {"c1": {"u7": at(0)}}
    assert snapshot.seats == {"u1": state("u1", "tax", "english")}
    assert snapshot.presence == {"u1": at(0)}


async def test_an_entry_is_there_once_and_only_a_younger_spell_replaces_it(queue: Queue) -> None:
    await offered(queue, "1", "u1")
    await queue.put(entry("1", priority=400), at(1))
    snapshot = await queue.snapshot()
    assert (snapshot.entries["c1"].priority, len(snapshot.entries)) == (400, 1)
    assert "c1" in snapshot.offers, "the same spell keeps its offer"
    await queue.put(entry("1", epoch=4), at(2))
    await queue.put(entry("1", epoch=2), at(3))
    snapshot = await queue.snapshot()
    assert snapshot.entries["c1"].epoch == 4
    assert snapshot.offers == {}


async def test_only_what_waited_before_the_epoch_is_taken_out(queue: Queue) -> None:
    await offered(queue, "1", "u1")
    assert await queue.take_out("c1", 2) is None
    gone = await queue.take_out("c1", 3)
    assert gone is not None and gone.seat_id == "u1"
    assert await queue.take_out("c1", 3) is None
    snapshot = await queue.snapshot()
    assert (snapshot.entries, snapshot.offers) == ({}, {})


async def test_only_the_seat_that_it_is_offered_to_can_claim(queue: Queue) -> None:
    await offered(queue, "1", "u1")
    assert not await queue.claim("c1", "h1", "u2", at(1))
    assert not await queue.claim("c1", "h0", "u1", at(1))
    assert await queue.claim("c1", "h1", "u1", at(1))
    claimed = (await queue.snapshot()).offers["c1"]
    assert claimed.claimed and claimed.until == at(11)
    assert await queue.withdraw("u1") == [], "a claimed offer is not taken away"


async def test_a_lease_ends_the_waiting_and_counts_as_load(queue: Queue) -> None:
    await offered(queue, "1", "u1")
    lease = Lease(conversation_id="c1", seat_id="u1", epoch=3)
    gone = await queue.lease(lease, at(5))
    assert gone is not None and gone.handoff_id == "h1"
    assert await queue.lease(replace(lease, seat_id="u2", epoch=2), at(6)) is None
    snapshot = await queue.snapshot()
    assert (snapshot.entries, snapshot.offers, snapshot.leases) == ({}, {}, {"c1": lease})
    (seat,) = snapshot.views(at(5), 20)
    assert (seat.chats, seat.calls, seat.offered, seat.idle_since) == (1, 0, 0, at(5))
    await queue.put(entry("1", epoch=2), at(7))
    assert (await queue.snapshot()).entries == {}, "an older spell cannot come back"
    await queue.take_out("c1", 3)
    assert (await queue.snapshot()).leases == {"c1": lease}
    await queue.take_out("c1", 4)
    assert (await queue.snapshot()).leases == {}


async def test_a_refusal_is_remembered(queue: Queue) -> None:
    await offered(queue, "1", "u1")
    assert not await queue.decline("c1", "h1", "u2", at(1))
    assert await queue.decline("c1", "h1", "u1", at(1))
    assert not await queue.decline("c1", "h1", "u1", at(2))
    snapshot = await queue.snapshot()
    assert (snapshot.offers, snapshot.refusals) == ({}, {"c1": {"u1": at(1)}})


async def test_an_offer_expires_once_and_a_claimed_one_blames_nobody(queue: Queue) -> None:
    await offered(queue, "1", "u1")
    await offered(queue, "2", "u1")
    assert await queue.claim("c2", "h2", "u1", at(12))
    assert await queue.expire(at(19)) == []
    assert [(o.conversation_id, o.seat_id) for o in await queue.expire(at(20))] == [("c1", "u1")]
    assert await queue.expire(at(20)) == []
    assert [o.conversation_id for o in await queue.expire(at(22))] == ["c2"]
    snapshot = await queue.snapshot()
    assert snapshot.refusals == {"c1": {"u1": at(20)}}
    assert set(snapshot.entries) == {"c1", "c2"}, "whoever was offered still waits"


async def test_withdrawn_offers_are_nobodys_refusal(queue: Queue) -> None:
    await offered(queue, "1", "u1")
    assert [o.conversation_id for o in await queue.withdraw("u1")] == ["c1"]
    snapshot = await queue.snapshot()
    assert (snapshot.offers, snapshot.refusals) == ({}, {})


async def test_a_silent_seat_is_lost_and_forgotten(queue: Queue) -> None:
    await queue.set_seat(state("u1"), at(0))
    await queue.set_seat(state("u2"), at(0))
    for second in range(0, 25, 5):
        assert await queue.heartbeats(["u2"], at(second)) == set()
        assert await queue.lost(at(second), 20, []) == (["u1"] if second >= 20 else [])
    assert not await queue.forget("u2", at(4))
    assert await queue.forget("u1", at(4))
    assert set((await queue.snapshot()).seats) == {"u2"}
    assert await queue.heartbeats(["u1", "u2"], at(25)) == {"u1"}, "its status must be sent again"


async def test_seats_get_their_time_again_when_nobody_looked(queue: Queue) -> None:
    """Redis or every gateway was away, or Redis forgot everything: nobody could beat."""
    await queue.set_seat(state("u1"), at(0))
    await queue.lost(at(0), 20, [])
    assert await queue.lost(at(300), 20, ["u9"]) == []
    assert await queue.lost(at(305), 20, ["u9"]) == []
    assert await queue.lost(at(312), 20, ["u9"]) == []
    assert sorted(await queue.lost(at(321), 20, ["u9"])) == ["u1", "u9"]


async def test_there_is_one_dispatcher_and_an_old_one_commits_nothing(queue: Queue) -> None:
    await queue.set_seat(state("u1"), at(0))
    await queue.put(entry("1"), at(0))
    first = await lock(queue)
    assert first is not None
    assert await lock(queue) is None
    before = await queue.snapshot()
    assert await queue.unlock(first, 0, force=True)
    second = await lock(queue)
    assert second is not None and second > first
    assert await queue.commit(first, [offer("1", "u1")], before, at(-20)) == []
    assert await queue.unlock(first, before.version), "no lock of ours: nothing to give back"
    assert await lock(queue) is None
    assert await queue.commit(second, [offer("1", "u1")], before, at(-20)) == [offer("1", "u1")]
    assert await queue.commit(second, [offer("1", "u1")], before, at(-20)) == [], "one seat at a time"


async def test_the_dispatcher_must_look_again_after_a_change(queue: Queue) -> None:
    fence = await lock(queue)
    assert fence is not None
    before = await queue.snapshot()
    await queue.put(entry("1"), at(0))
    assert not await queue.unlock(fence, before.version)
    assert await lock(queue) is None
    assert await queue.unlock(fence, (await queue.snapshot()).version)
    assert await lock(queue) is not None


async def test_offers_are_made_only_to_seats_that_can_take_them(queue: Queue) -> None:
    await queue.set_seat(state("busy", status="busy"), at(0))
    await queue.set_seat(state("gone"), at(-30))
    await queue.set_seat(state("full", capacity=1), at(0))
    await queue.lease(Lease(conversation_id="c9", seat_id="full", epoch=3), at(0))
    await queue.set_seat(state("calling"), at(0))
    await queue.lease(Lease(conversation_id="c8", seat_id="calling", epoch=3, call=True), at(0))
    await queue.set_seat(state("small", capacity=1), at(0))
    names = ["busy", "gone", "full", "calling", "nobody", "small", "small"]
    for n in range(len(names)):
        await queue.put(entry(str(n)), at(0))
    fence = await lock(queue)
    assert fence is not None
    before = await queue.snapshot()
    offers = [offer(str(n), name) for n, name in enumerate(names)]
    assert [o.conversation_id for o in await queue.commit(fence, offers, before, at(-20))] == ["c5"]


async def test_an_entry_that_came_back_younger_is_not_offered_on_old_news(queue: Queue) -> None:
    await queue.set_seat(state("u1"), at(0))
    await queue.put(entry("1"), at(0))
    fence = await lock(queue)
    assert fence is not None
    before = await queue.snapshot()
    await queue.put(entry("1", epoch=4), at(1))
    assert await queue.commit(fence, [offer("1", "u1")], before, at(-20)) == []


async def test_mending_adds_what_is_missing_and_removes_ghosts(queue: Queue) -> None:
    await offered(queue, "ghost", "u1")
    await queue.lease(Lease(conversation_id="cold", seat_id="u1", epoch=3), at(0))
    before = await queue.snapshot()
    lease = Lease(conversation_id="cnew", seat_id="u2", epoch=5)
    gone = await queue.mend(before, [entry("lost")], [lease])
    assert [o.conversation_id for o in gone] == ["cghost"]
    snapshot = await queue.snapshot()
    assert snapshot.entries == {"clost": entry("lost")}
    assert snapshot.leases == {"cnew": lease}
    assert await queue.mend(snapshot, [entry("lost")], [lease]) == []


async def test_mending_tells_a_call_from_a_chat_in_the_same_hands(queue: Queue) -> None:
    chat = Lease(conversation_id="c1", seat_id="u1", epoch=3)
    await queue.lease(chat, at(0))
    call = replace(chat, call=True)
    for wanted in (call, chat):
        await queue.mend(await queue.snapshot(), [], [wanted])
        assert (await queue.snapshot()).leases == {"c1": wanted}
    await queue.lease(replace(chat, epoch=4), at(1))
    await queue.mend(await queue.snapshot(), [], [call])
    assert (await queue.snapshot()).leases["c1"].epoch == 4, "older news"


async def test_mending_touches_nothing_that_is_younger_than_its_news(queue: Queue) -> None:
    """Between reading SQL and mending, people come, go and are served."""
    await queue.put(entry("back"), at(0))
    await queue.put(entry("served"), at(0))
    before = await queue.snapshot()
    await queue.put(entry("back", epoch=4), at(1))
    await queue.put(entry("new"), at(1))
    await queue.lease(Lease(conversation_id="cserved", seat_id="u1", epoch=3), at(1))
    await queue.mend(before, [entry("served", priority=300)], [])
    snapshot = await queue.snapshot()
    assert snapshot.entries == {"cback": entry("back", epoch=4), "cnew": entry("new")}
    assert set(snapshot.leases) == {"cserved"}


@pytest.mark.redis
async def test_a_dead_redis_is_one_error_and_is_not_asked_at_once_again(mortal_redis: PrivateRedis) -> None:
    client: Redis = Redis.from_url(mortal_redis.url, socket_timeout=0.5)
    queue = HandoffQueue(client)
    await queue.put(entry("1"), at(0))
    mortal_redis.stop()
    with pytest.raises(QueueUnavailable):
        await queue.snapshot()
    mortal_redis.start()
    with pytest.raises(QueueUnavailable):
        await queue.snapshot()
    queue._trouble._paused_until = 0
    assert (await queue.snapshot()).entries == {}
    await queue.put(entry("1"), at(0))
    assert set((await queue.snapshot()).entries) == {"c1"}, "the scripts are there again"
    await client.aclose()


@pytest.mark.redis
async def test_without_any_redis_nothing_hangs() -> None:
    client: Redis = Redis(port=free_port(), socket_connect_timeout=0.5)
    with pytest.raises(QueueUnavailable):
        await HandoffQueue(client).heartbeats(["u1"], at(0))
    await client.aclose()


async def test_who_begins_sees_everything_and_the_others_nothing(queue: Queue) -> None:
    await queue.put(entry("1"), at(0))
    begun = await queue.begin()
    assert begun is not None
    assert begun[1] == await queue.snapshot() and set(begun[1].entries) == {"c1"}
    assert await queue.begin() is None

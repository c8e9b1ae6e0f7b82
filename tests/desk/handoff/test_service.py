"""Acts and ticks over a real database and both queues; the stateful histories are in test_ownership_properties.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from desk.conversations import (
    ConversationStore,
    Draft,
    EventKind,
    HandoffReason,
    HandoffRequest,
    NotTheOwner,
    Owner,
    Sender,
)
from desk.conversations.conversation import Effects, Mark
from desk.handoff.errors import OfferGone, QueueUnavailable
from desk.handoff.estimate import Admission
from desk.handoff.events import (
    Accepted,
    CallbackAdded,
    Event,
    HandoffEnded,
    MoreToOffer,
    Offered,
    OfferWithdrawn,
    OwnerChanged,
    QueueMoved,
    QueuePlace,
    Requested,
    Requeued,
    SeatsChanged,
)
from desk.handoff.keeper import WRAP_UP_LIMIT
from desk.handoff.queue import HandoffQueue, Queue
from desk.handoff.routing import Rules
from desk.handoff.seat import SeatState, SeatStatus
from desk.handoff.service import Done
from desk.handoff.store import HandoffStore
from desk.store.base import Base
from desk.store.engine import open_engine
from tests.desk.handoff.machinery import Clock, Gateway, Link
from tests.fakes.memory_queue import MemoryQueue

ASKED = HandoffRequest(reason=HandoffReason.ASKED)


class Desk:
    """A city's desk: two gateways, seats that beat, citizens that wait."""

    def __init__(self, queue: Queue, url: str) -> None:
        self.engine = open_engine(url)
        Base.metadata.create_all(self.engine)
        self.clock = Clock()
        self.store = ConversationStore(self.engine, self.clock)
        self.handoffs = HandoffStore(self.engine, self.clock)
        self.link = Link()
        self.queue = queue
        self.one, self.other = (
            Gateway(queue, self.link, self.store, self.handoffs, self.clock).service for _ in range(2)
        )
        self.alive: set[str] = set()

    async def seat(
        self, name: str, *skills: str, status: str = "ready", capacity: int = 5
    ) -> tuple[Event, ...]:
        self.alive.add(name)
        state = SeatState(
            seat_id=name, status=SeatStatus(status), skills=frozenset(skills), capacity=capacity,
            since=self.clock.now,
        )  # fmt: skip
        return await self.one.set_seat(state)

    async def citizen(self, request: HandoffRequest = ASKED, channel: str = "web") -> Done:
        # Nobody comes in the same millisecond as the one before.
        self.clock.forward(0.01)
        return await self.one.request(self.store.create(channel)[0].id, request)

    async def served(self, seat: str = "u1") -> Done:
        """A citizen in the hands of that seat, which must be the one to be offered it."""
        return await self.one.accept((await self.citizen()).handoff.id, seat)

    async def pass_time(self, seconds: int) -> list[Event]:
        """Beats every 5 s, ticks of both gateways every second."""
        events: list[Event] = []
        for second in range(seconds):
            self.clock.forward(1)
            if second % 5 == 0:
                for name in sorted(self.alive):
                    await self.one.heartbeat(name)
            events += [*await self.one.tick(), *await self.other.tick()]
        return events


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    if request.param == "memory":
        desk = Desk(MemoryQueue(), url)
        yield desk
    else:
        client: Redis = Redis.from_url(request.getfixturevalue("redis_url"))
        desk = Desk(HandoffQueue(client), url)
        yield desk
        await client.aclose()
    desk.engine.dispose()


def only(events: Any, kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


async def test_a_request_is_offered_at_once_to_a_free_seat_and_accepted(desk: Desk) -> None:
    await desk.seat("u1")
    asked = await desk.citizen()
    conversation_id = asked.handoff.conversation_id
    assert only(asked.events, Requested) and only(asked.events, OwnerChanged)[0].owner is Owner.WAITING
    (offer,) = only(asked.events, Offered)
    assert (offer.handoff.id, offer.seat_id) == (asked.handoff.id, "u1")
    assert await desk.one.place(conversation_id) == QueuePlace(1, 0, 1)
    taken = await desk.other.accept(asked.handoff.id, "u1")
    assert (taken.owner, taken.epoch) == (Owner.SEAT, 3)
    assert only(taken.events, Accepted)[0].seat_id == "u1"
    assert not (await desk.one.accept(asked.handoff.id, "u1")).turnover.changed
    picture = await desk.one.picture()
    assert [t.seat_id for t in picture.serving] == ["u1"]
    assert (picture.waiting, picture.offers, picture.seats[0].chats) == ((), {}, 1)
    kinds = [event.kind for event in desk.handoffs.history(conversation_id)]
    assert kinds == [EventKind.REQUESTED, EventKind.OFFERED, EventKind.ACCEPTED]


async def test_what_the_bot_stored_is_queued(desk: Desk) -> None:
    await desk.seat("u1")
    conversation_id = desk.store.create("web")[0].id
    desk.store.append_citizen(conversation_id, "m1", "转人工")
    reply = [Draft(sender=Sender.BOT, text="好的")]
    stored = desk.store.append_reply(conversation_id, 1, [1], reply, Effects(handoff=ASKED))
    assert stored.turnover is not None
    assert only((await desk.one.requested(stored.turnover)).events, Offered)


async def test_an_offer_goes_round_until_somebody_takes_it(desk: Desk) -> None:
    await desk.seat("u1")
    await desk.seat("u2")
    asked = await desk.citizen()
    (first,) = only(asked.events, Offered)
    second_seat = {"u1": "u2", "u2": "u1"}[first.seat_id]
    with pytest.raises(OfferGone):
        await desk.one.accept(asked.handoff.id, second_seat)
    events = await desk.one.decline(asked.handoff.id, first.seat_id, "在忙")
    assert [o.seat_id for o in only(events, Offered)] == [second_seat]
    assert await desk.one.decline(asked.handoff.id, first.seat_id) == ()
    events = await desk.pass_time(20)
    assert [(w.seat_id, w.why.value) for w in only(events, OfferWithdrawn)] == [(second_seat, "expired")]
    assert [o.seat_id for o in only(events, Offered)] == [first.seat_id], "the one who declined longer ago"
    history = desk.handoffs.history(asked.handoff.conversation_id)
    assert [e.kind.value for e in history] == [
        "requested", "offered", "declined", "offered", "offer_expired", "offered",
    ]  # fmt: skip
    assert history[2].detail == {"reason": "在忙"}


async def test_a_seat_gets_no_more_than_it_can_hold(desk: Desk) -> None:
    await desk.seat("u1", capacity=2)
    asked = [await desk.citizen() for _ in range(3)]
    assert [bool(only(done.events, Offered)) for done in asked] == [True, True, False]
    taken = [await desk.one.accept(done.handoff.id, "u1") for done in asked[:2]]
    over = await desk.one.end(taken[0].handoff.conversation_id, "u1", taken[0].epoch)
    assert only(over.events, HandoffEnded) and not only(over.events, Offered), "the wrap-up is work too"
    wrapped = await desk.one.wrap(taken[0].handoff.conversation_id, "u1", outcome="resolved")
    assert wrapped.owner is Owner.CLOSED
    assert [o.handoff.id for o in only(wrapped.events, Offered)] == [asked[2].handoff.id]


async def test_a_seat_is_on_a_call_as_long_as_its_caller_is_on_the_line(desk: Desk) -> None:
    """A page's conversation becomes a call and a chat again; a telephone's stays a call until it is wrapped up."""
    await desk.seat("u1")
    asked = await desk.citizen()
    conversation_id = asked.handoff.conversation_id
    await desk.one.accept(asked.handoff.id, "u1")
    since = desk.store.begin_call(conversation_id)
    await desk.pass_time(2)
    (seat,) = (await desk.one.picture()).seats
    assert (seat.calls, seat.chats) == (1, 0)
    waiting = await desk.citizen()
    assert only(waiting.events, Offered) == [], "nobody is offered to one who talks"
    assert only(await desk.pass_time(10), Offered) == []
    desk.store.end_call(conversation_id, since)
    assert [offer.handoff.id for offer in only(await desk.pass_time(2), Offered)] == [waiting.handoff.id]
    await desk.one.accept(waiting.handoff.id, "u1")
    (seat,) = (await desk.one.picture()).seats
    assert (seat.calls, seat.chats) == (0, 2)

    phone = await desk.citizen(channel="phone")
    await desk.one.accept(phone.handoff.id, "u1")
    await desk.one.end(phone.handoff.conversation_id, "u1", None)
    await desk.pass_time(2)
    assert [seat.calls for seat in (await desk.one.picture()).seats] == [1]


async def test_a_page_whose_caller_has_hung_up_waits_as_a_chat(desk: Desk) -> None:
    asked = await desk.citizen(channel="web_voice")
    since = desk.store.begin_call(asked.handoff.conversation_id)
    await desk.pass_time(2)
    assert [entry.call for entry in (await desk.queue.snapshot()).entries.values()] == [True]
    desk.store.end_call(asked.handoff.conversation_id, since)
    await desk.pass_time(2)
    assert [entry.call for entry in (await desk.queue.snapshot()).entries.values()] == [False]


async def test_a_vanished_seat_loses_its_conversations_to_the_head_of_the_queue(desk: Desk) -> None:
    await desk.seat("u1")
    taken = await desk.served()
    await desk.citizen(HandoffRequest(reason=HandoffReason.ASKED, skill="tax"))
    await desk.seat("u2", status="pause")
    assert only(await desk.pass_time(40), Requeued) == [], "alive"
    desk.alive.remove("u1")
    events = await desk.pass_time(25)
    (back,) = only(events, Requeued)
    assert (back.handoff.id, back.seat_id, back.why) == (taken.handoff.id, "u1", "seat_lost")
    picture = await desk.one.picture()
    assert [t.handoff.id for t in picture.waiting][0] == taken.handoff.id, "before whoever came later"
    assert [s.state.seat_id for s in picture.seats] == ["u2"]
    with pytest.raises(NotTheOwner):
        desk.store.append_seat(
            taken.handoff.conversation_id, "u1", taken.epoch, "late", Draft(sender=Sender.SEAT, text="在的")
        )
    assert not await desk.one.heartbeat("u1"), "back again it must say its status"
    events = await desk.seat("u1")
    assert taken.handoff.id in {o.handoff.id for o in only(events, Offered)}


async def test_a_flushed_redis_costs_a_second_and_nobody(desk: Desk, redis_url: str) -> None:
    await desk.seat("u1", capacity=1)
    taken = await desk.served()
    waiting = [await desk.citizen() for _ in range(3)]
    if isinstance(desk.queue, MemoryQueue):
        desk.queue.flush()
    else:
        client: Redis = Redis.from_url(redis_url)
        await client.flushall()
        await client.aclose()
    events = await desk.pass_time(1)
    assert only(events, Requeued) == [], "its seat gets time to be heard of again"
    snapshot = await desk.queue.snapshot()
    assert set(snapshot.entries) == {done.handoff.conversation_id for done in waiting}
    assert set(snapshot.leases) == {taken.handoff.conversation_id}
    events = await desk.seat("u2")
    assert len(only(events, Offered)) == 3


async def test_without_redis_people_wait_in_sql_and_are_queued_later(desk: Desk) -> None:
    await desk.seat("u1")
    offered = await desk.citizen()
    desk.link.away = True
    asked = await desk.citizen()
    conversation_id = asked.handoff.conversation_id
    assert (asked.owner, only(asked.events, Offered)) == (Owner.WAITING, [])
    assert await desk.one.tick() == ()
    assert await desk.one.place(conversation_id) == QueuePlace(2, None, None)
    assert [len(part) for part in await _pictured(desk)] == [2, 0]
    taken = await desk.one.accept(offered.handoff.id, "u1")
    assert taken.owner is Owner.SEAT, "an offer on the screen still counts"
    with pytest.raises(QueueUnavailable):
        await desk.one.heartbeat("u1")
    desk.link.away = False
    events = await desk.pass_time(1)
    assert [o.handoff.id for o in only(events, Offered)] == [asked.handoff.id]
    assert set((await desk.queue.snapshot()).leases) == {offered.handoff.conversation_id}


async def _pictured(desk: Desk) -> tuple[tuple[object, ...], tuple[object, ...]]:
    picture = await desk.one.picture()
    return picture.waiting, picture.seats


async def test_seats_are_not_lost_for_an_outage_of_ours(desk: Desk) -> None:
    """All gateways, or Redis, were away for ten minutes: nobody could beat."""
    await desk.seat("u1")
    taken = await desk.served()
    await desk.pass_time(3)
    desk.clock.forward(600)
    assert only(await desk.pass_time(5), Requeued) == []
    assert desk.store.get(taken.handoff.conversation_id).owner is Owner.SEAT


async def test_a_transfer_goes_to_the_wanted_seat_and_not_back(desk: Desk) -> None:
    await desk.seat("u1")
    taken = await desk.served()
    await desk.seat("u2", "tax")
    await desk.seat("u3")
    moved = await desk.one.transfer(
        taken.handoff.conversation_id, "u1", taken.epoch, wanted_seat="u3", note="他更熟"
    )
    assert [o.seat_id for o in only(moved.events, Offered)] == ["u3"]
    assert only(moved.events, Requeued)[0].why == "transferred"
    taken = await desk.one.accept(moved.handoff.id, "u3")
    moved = await desk.one.transfer(taken.handoff.conversation_id, "u3", taken.epoch, skill="tax")
    assert [o.seat_id for o in only(moved.events, Offered)] == ["u2"]
    taken = await desk.one.accept(moved.handoff.id, "u2")
    back = await desk.one.give_back(taken.handoff.conversation_id, "u2", taken.epoch)
    assert "u2" not in [o.seat_id for o in only(back.events, Offered)]


async def test_taking_over_ends_offers_and_moves_the_load(desk: Desk) -> None:
    await desk.seat("u1")
    asked = await desk.citizen()
    conversation_id = asked.handoff.conversation_id
    mine = await desk.other.take_over(conversation_id, "lead", asked.epoch)
    assert [(w.seat_id, w.why.value) for w in only(mine.events, OfferWithdrawn)] == [("u1", "taken")]
    with pytest.raises(OfferGone):
        await desk.one.accept(asked.handoff.id, "u1")
    again = await desk.one.take_over(conversation_id, "u1", mine.epoch)
    assert set(only(again.events, SeatsChanged)[0].seat_ids) == {"lead", "u1"}
    assert [lease.seat_id for lease in (await desk.queue.snapshot()).leases.values()] == ["u1"]


async def test_giving_up_waiting_ends_the_offer(desk: Desk) -> None:
    await desk.seat("u1")
    for leave in (False, True):
        asked = await desk.citizen()
        conversation_id = asked.handoff.conversation_id
        done = (
            await desk.one.leave(conversation_id)
            if leave
            else await desk.one.to_bot(conversation_id, "citizen")
        )
        assert done.owner is (Owner.CLOSED if leave else Owner.BOT)
        assert [w.why.value for w in only(done.events, OfferWithdrawn)] == ["left"]
    assert (await desk.queue.snapshot()).entries == {}


async def test_a_second_handoff_works_like_the_first(desk: Desk) -> None:
    await desk.seat("u1")
    taken = await desk.served()
    conversation_id = taken.handoff.conversation_id
    back = await desk.one.to_bot(conversation_id, "u1", taken.epoch)
    assert back.owner is Owner.BOT
    again = await desk.one.request(conversation_id, ASKED)
    assert again.handoff.id != taken.handoff.id
    assert [o.handoff.id for o in only(again.events, Offered)] == [again.handoff.id]
    closed = await desk.one.close(conversation_id, "system", "idle")
    assert closed is not None and closed.owner is Owner.CLOSED
    assert (await desk.queue.snapshot()).entries == {}


async def test_the_citizen_who_writes_again_gets_the_same_seat(desk: Desk) -> None:
    await desk.seat("u1")
    taken = await desk.served()
    await desk.seat("u2")
    conversation_id = taken.handoff.conversation_id
    await desk.one.end(conversation_id, "u1", taken.epoch)
    appended = desk.store.append_citizen(conversation_id, "m9", "还有一个问题")
    assert appended.reopened is not None
    done = await desk.one.requested(appended.reopened)
    assert only(done.events, Requeued)[0].why == "citizen_wrote"
    assert [o.seat_id for o in only(done.events, Offered)] == ["u1"]


async def test_a_forgotten_wrap_up_is_closed(desk: Desk) -> None:
    await desk.seat("u1")
    taken = await desk.served()
    conversation_id = taken.handoff.conversation_id
    await desk.one.end(conversation_id, "u1", taken.epoch)
    desk.clock.now += WRAP_UP_LIMIT
    events = await desk.pass_time(1)
    assert [e.owner for e in only(events, OwnerChanged)] == [Owner.CLOSED]
    assert desk.store.get(conversation_id).owner is Owner.CLOSED


async def test_a_pausing_seat_gives_its_offers_back(desk: Desk) -> None:
    await desk.seat("u1")
    asked = await desk.citizen()
    events = await desk.seat("u1", status="pause")
    assert [w.handoff_id for w in only(events, OfferWithdrawn)] == [asked.handoff.id]
    events = await desk.seat("u1")
    assert [o.handoff.id for o in only(events, Offered)] == [asked.handoff.id], "no refusal"


async def test_two_gateways_at_once_offer_everybody_once(desk: Desk) -> None:
    for _ in range(12):
        await desk.citizen()
    for n in range(4):
        await desk.seat(f"u{n}", status="pause")
    states = [
        SeatState(
            seat_id=f"u{n}", status=SeatStatus.READY, skills=frozenset(), capacity=2, since=desk.clock.now
        )
        for n in range(4)
    ]
    found = await asyncio.gather(
        *((desk.one if n % 2 else desk.other).set_seat(state) for n, state in enumerate(states)),
        desk.one.tick(), desk.other.tick(),
    )  # fmt: skip
    # Who met the other one's change is asked to look again, as a gateway then does.
    while only(found[-1], MoreToOffer) or len(found) == 6:
        found.append(await desk.one.tick())
    offers = [offer for events in found for offer in only(events, Offered)]
    assert len(offers) == 8 == len({offer.handoff.id for offer in offers})
    assert {offer.seat_id for offer in offers} == {"u0", "u1", "u2", "u3"}


async def test_places_are_told_when_they_change(desk: Desk) -> None:
    await desk.seat("u1", status="busy")
    asked = [await desk.citizen() for _ in range(3)]
    names = [done.handoff.conversation_id for done in asked]
    (moved,) = only(await desk.one.tick(), QueueMoved)
    assert {key: place.position for key, place in moved.positions.items()} == dict(
        zip(names, [1, 2, 3], strict=True)
    )
    assert only(await desk.one.tick(), QueueMoved) == []
    last = await desk.citizen()
    (moved,) = only(await desk.one.tick(), QueueMoved)
    assert (len(moved.positions), moved.changed) == (4, {last.handoff.conversation_id})
    await desk.one.leave(names[0])
    (moved,) = only(await desk.one.tick(), QueueMoved)
    assert names[0] not in moved.positions and moved.positions[names[1]].position == 1
    assert moved.changed == set(moved.positions)
    assert await desk.one.place(names[0]) is None


async def test_one_late_answer_of_redis_sends_nobody_away(desk: Desk) -> None:
    await desk.seat("u1")
    desk.link.away = True
    asked = asyncio.create_task(desk.one.admission(desk.clock.now))
    await asyncio.sleep(0.05)
    desk.link.away = False
    assert await asked is Admission.QUEUE


async def test_admission_and_callbacks(desk: Desk) -> None:
    local = desk.clock.now
    assert await desk.one.admission(local) is Admission.NO_SEAT
    assert await desk.one.admission(local, priority=400) is Admission.NO_SEAT
    await desk.seat("u1")
    assert await desk.one.admission(local, priority=400) is Admission.QUEUE
    assert await desk.one.admission(local) is Admission.QUEUE
    conversation_id = desk.store.create("web")[0].id
    callback, events = await desk.one.callback(conversation_id, "13800000000", "明天上午")
    assert events == (CallbackAdded(callback_id=callback.id, conversation_id=conversation_id),)
    assert desk.store.get(conversation_id).owner is Owner.BOT
    desk.link.away = True
    assert await desk.one.admission(local) is Admission.NO_SEAT


async def test_out_of_hours_is_said_also_while_redis_is_away(desk: Desk) -> None:
    night = Rules(hours="03:00-03:01")
    service = Gateway(desk.queue, desk.link, desk.store, desk.handoffs, desk.clock, night).service
    desk.link.away = True
    assert await service.admission(desk.clock.now) is Admission.OUT_OF_HOURS
    # Danger is told to whoever is there, at any hour; without Redis nobody is known to be.
    assert await service.admission(desk.clock.now, priority=400) is Admission.NO_SEAT


async def test_an_emergency_overtakes(desk: Desk) -> None:
    await desk.seat("u1", status="busy", capacity=1)
    await desk.citizen()
    later = await desk.citizen()
    urgent = HandoffRequest(reason=HandoffReason.EMERGENCY)
    raised = await desk.one.request(later.handoff.conversation_id, urgent)
    assert only(raised.events, Requested)[0].handoff.priority == 400
    events = await desk.seat("u1", capacity=1)
    assert [o.handoff.id for o in only(events, Offered)] == [later.handoff.id]


def danger(desk: Desk) -> str:
    """Somebody tells of a fire while no console is open; the conversation."""
    conversation_id = desk.store.create("web")[0].id
    said = desk.store.append_citizen(conversation_id, "m1", "着火了")
    marks = (Mark(reason=HandoffReason.EMERGENCY, note="fire"),)
    drafts = [Draft(sender=Sender.BOT, text="请马上拨打 119。")]
    desk.store.append_reply(conversation_id, 1, [said.message.seq], drafts, Effects(marks=marks))
    return conversation_id


async def test_an_emergency_that_found_nobody_goes_to_the_first_console_before_all_others(desk: Desk) -> None:
    conversation_id = danger(desk)
    await desk.citizen()
    await desk.one.tick()
    assert desk.store.get(conversation_id).owner is Owner.BOT
    desk.clock.forward(29 * 60)
    await desk.seat("u1", status="busy", capacity=1)
    events = await desk.one.tick()
    (called,) = only(events, Requested)
    assert (called.late, called.handoff.conversation_id, called.handoff.priority) == (
        True,
        conversation_id,
        400,
    )
    assert (called.handoff.reason, called.handoff.note) == (HandoffReason.EMERGENCY, "fire")
    assert [event.owner for event in only(events, OwnerChanged)] == [Owner.WAITING]
    offered = only(await desk.seat("u1", capacity=1), Offered)
    assert [offer.handoff.conversation_id for offer in offered] == [conversation_id]


async def test_a_missed_emergency_is_called_for_once(desk: Desk) -> None:
    conversation_id = danger(desk)
    await desk.seat("u1", status="busy")
    ticks = await asyncio.gather(desk.one.tick(), desk.other.tick())
    assert len([event for events in ticks for event in only(events, Requested)]) == 1
    await desk.one.to_bot(conversation_id, "citizen")
    assert only(await desk.one.tick(), Requested) == []
    assert desk.store.get(conversation_id).owner is Owner.BOT


async def test_danger_of_an_hour_ago_and_closed_conversations_call_nobody(desk: Desk) -> None:
    desk.store.close(danger(desk))
    danger(desk)
    desk.clock.forward(31 * 60)
    desk.store.close(danger(desk))
    await desk.seat("u1", status="busy")
    assert only(await desk.one.tick(), Requested) == []


async def test_offers_are_told_before_the_queue_is_looked_at_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under a storm of changes a seat must not wait for its offer until the storm is over."""
    await desk.seat("u1", status="busy", capacity=1)
    await desk.seat("u2", status="busy", capacity=1)
    await desk.citizen()
    await desk.citizen()
    await desk.seat("u1", capacity=1)
    commit = type(desk.queue).commit

    async def commit_and_more(self: Any, *args: Any) -> Any:
        made = await commit(self, *args)
        if made:
            monkeypatch.undo()
            state = SeatState(
                seat_id="u3", status=SeatStatus.READY, skills=frozenset(), capacity=1, since=desk.clock.now
            )
            await self.set_seat(state, desk.clock.now)
        return made

    monkeypatch.setattr(type(desk.queue), "commit", commit_and_more)
    events = await desk.seat("u2", capacity=1)
    assert [offer.seat_id for offer in only(events, Offered)] == ["u2"]
    assert only(events, MoreToOffer) == [MoreToOffer()]
    await desk.citizen()
    assert only(await desk.other.tick(), MoreToOffer) == []

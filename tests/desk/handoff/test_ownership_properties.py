"""Whatever happens in whatever order: one owner, no word under an old epoch, nobody lost, nobody twice."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from redis.asyncio import Redis
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.pool import StaticPool

from desk.conversations import (
    AnswerStored,
    ConversationError,
    ConversationStore,
    Draft,
    HandoffReason,
    HandoffRequest,
    HandoffState,
    NotTheOwner,
    Owner,
    Sender,
)
from desk.conversations.conversation import Effects
from desk.conversations.tables import HandoffEventRow, HandoffRow
from desk.handoff.errors import HandoffError
from desk.handoff.events import Offered, OwnerChanged
from desk.handoff.queue import HandoffQueue
from desk.handoff.seat import SeatState, SeatStatus
from desk.handoff.service import Done
from desk.handoff.store import HandoffStore
from desk.store.base import Base
from desk.store.redis_keys import desk_key
from tests.desk.handoff.machinery import Clock, Crash, Gateway, Link
from tests.fakes.memory_queue import MemoryQueue

SEATS = ("u1", "u2", "u3")
SKILLS = {"u1": frozenset({"tax", "general"}), "u2": frozenset({"english"}), "u3": frozenset[str]()}
OWNER_OF = {
    HandoffState.WAITING: Owner.WAITING,
    HandoffState.SERVING: Owner.SEAT,
    HandoffState.WRAP_UP: Owner.WRAP_UP,
}
Act = Callable[[Gateway], Awaitable[Any]]

seats = st.sampled_from(SEATS)
which = st.integers(0, 99)
gateways = st.integers(0, 1)
skills = st.sampled_from(["", "tax", "english", "sign_language"])
reasons = st.sampled_from([HandoffReason.ASKED, HandoffReason.EMOTION, HandoffReason.EMERGENCY])
# How often an act uses what its page still shows, though the world has moved on.
stale = st.sampled_from([0, 0, 0, 1])


def memory_engine() -> Engine:
    """One connection for all, so that the database lives as long as the engine."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    return engine


class Desk(RuleBasedStateMachine):
    def __init__(self, redis_url: str | None) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.engine = memory_engine()
        self.clock = Clock()
        self.store = ConversationStore(self.engine, self.clock)
        self.handoffs = HandoffStore(self.engine, self.clock)
        self.link = Link()
        self.client: Any = None
        self.memory = MemoryQueue()
        self.queue: Any = self.memory
        if redis_url is not None:
            self.client = Redis.from_url(redis_url)
            self.queue = HandoffQueue(self.client)
            self.run(self.client.flushall())
        self.gateways = [
            Gateway(self.queue, self.link, self.store, self.handoffs, self.clock) for _ in range(2)
        ]
        self.conversations: list[str] = []
        # What the bot was asked: conversation, epoch, seq. Rasa may answer much later.
        self.asked: list[tuple[str, int, int]] = []
        self.offers: list[tuple[str, str]] = []
        self.lines: dict[str, datetime] = {}
        self.seen: dict[str, tuple[Owner, int, str | None]] = {}
        self.told: dict[tuple[str, int], tuple[Owner, str | None]] = {}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    # what people do

    @initialize(channels=st.lists(st.sampled_from(["web", "web", "phone"]), min_size=2, max_size=4))
    def people_come(self, channels: list[str]) -> None:
        for channel in channels:
            self.conversations.append(self.store.create(channel)[0].id)
        for seat in SEATS[:2]:
            self.act(0, lambda g, seat=seat: g.service.set_seat(self.seat(seat, SeatStatus.READY)))
        request = HandoffRequest(reason=HandoffReason.ASKED)
        for conversation_id in self.conversations:
            # The bot was asked everywhere, and may answer when it is no longer the bot's turn.
            self.citizen_writes(self.conversations.index(conversation_id), "我家停水了", 0)
        for conversation_id in self.conversations[1:]:
            self.act(1, lambda g, c=conversation_id: g.service.request(c, request))

    @rule(n=which, text=st.sampled_from(["我家停水了", "谢谢"]), g=gateways)
    def citizen_writes(self, n: int, text: str, g: int) -> None:
        conversation_id = self.pick(n)
        before = self.store.get(conversation_id)
        try:
            appended = self.store.append_citizen(conversation_id, secrets.token_hex(8), text)
        except ConversationError:
            assert before.owner is Owner.CLOSED
            return
        after = self.store.get(conversation_id)
        if before.owner is Owner.WRAP_UP and text != "谢谢":
            assert appended.reopened is not None and after.owner is Owner.WAITING
            turnover = appended.reopened
            self.act(g, lambda gateway: gateway.service.requested(turnover))
        else:
            assert (after.owner, after.epoch) == (before.owner, before.epoch)
        if after.owner is Owner.BOT:
            self.asked.append((conversation_id, after.epoch, appended.message.seq))

    @rule(n=which, calls_person=st.booleans(), reason=reasons, skill=skills, close=st.booleans(), g=gateways)
    def bot_answers(
        self, n: int, calls_person: bool, reason: HandoffReason, skill: str, close: bool, g: int
    ) -> None:
        if not self.asked:
            return
        conversation_id, epoch, seq = self.asked.pop(n % len(self.asked))
        before = self.store.get(conversation_id)
        request = HandoffRequest(reason=reason, skill=skill) if calls_person else None
        effects = Effects(handoff=request, close=close and n % 7 == 0)
        drafts = [Draft(sender=Sender.BOT, text="好的")]
        result = self.store.append_reply(conversation_id, epoch, [seq], drafts, effects)
        if result.stored is AnswerStored.STORED:
            assert (before.owner, before.epoch) == (Owner.BOT, epoch), "the bot spoke over a person"
        else:
            assert self.store.get(conversation_id).last_seq == before.last_seq
        turnover = result.turnover
        assert (turnover is not None) == (result.stored is AnswerStored.STORED and calls_person)
        if turnover is not None:
            self.act(g, lambda gateway: gateway.service.requested(turnover))

    @rule(n=which, reason=reasons, skill=skills, g=gateways)
    def somebody_calls_a_person(self, n: int, reason: HandoffReason, skill: str, g: int) -> None:
        request = HandoffRequest(reason=reason, skill=skill)
        self.act(g, lambda gateway: gateway.service.request(self.pick(n), request))

    @rule(n=which, g=gateways, take_bot=st.booleans())
    def citizen_gives_up_waiting(self, n: int, g: int, take_bot: bool) -> None:
        conversation_id = self.pick(n)
        if take_bot:
            self.act(g, lambda gateway: gateway.service.to_bot(conversation_id, "citizen"))
        elif n % 3 == 0:
            self.act(g, lambda gateway: gateway.service.leave(conversation_id))

    @rule(n=which, on_the_line=st.booleans())
    def citizen_calls_or_hangs_up(self, n: int, on_the_line: bool) -> None:
        """By the page: nobody is told, the queue finds it in SQL."""
        conversation_id = self.pick(n)
        if on_the_line:
            self.lines[conversation_id] = self.store.begin_call(conversation_id)
        elif conversation_id in self.lines:
            self.store.end_call(conversation_id, self.lines.pop(conversation_id))

    # what seats do

    @rule(seat=seats, status=st.sampled_from(["ready", "ready", "pause", "offline"]), g=gateways)
    def seat_changes_status(self, seat: str, status: str, g: int) -> None:
        self.act(g, lambda gateway: gateway.service.set_seat(self.seat(seat, SeatStatus(status))))

    @rule(alive=st.sets(seats), g=gateways)
    def seats_beat(self, alive: set[str], g: int) -> None:
        for seat in sorted(alive):
            self.act(g, lambda gateway, seat=seat: self.beat(gateway, seat))

    @rule(n=which, g=gateways)
    def seat_accepts_at_once(self, n: int, g: int) -> None:
        self.seat_accepts_any(n, g, 0)

    @rule(n=which, g=gateways, old=stale)
    def seat_accepts_any(self, n: int, g: int, old: int) -> None:
        found = self.open_offers()
        if old:
            found = self.offers
        if found:
            handoff_id, seat = found[n % len(found)]
            self.act(g, lambda gateway: gateway.service.accept(handoff_id, seat))

    @rule(n=which, g=gateways)
    def seat_declines(self, n: int, g: int) -> None:
        found = self.open_offers()
        if found:
            handoff_id, seat = found[n % len(found)]
            self.act(g, lambda gateway: gateway.service.decline(handoff_id, seat, "忙"))

    @rule(n=which, seat=seats, old=stale)
    def seat_writes(self, n: int, seat: str, old: int) -> None:
        conversation_id = self.pick(n)
        before = self.store.get(conversation_id)
        held = self.holder(conversation_id)
        seat = held or seat if n % 4 else seat
        try:
            self.store.append_seat(
                conversation_id, seat, before.epoch - old, secrets.token_hex(8),
                Draft(sender=Sender.SEAT, text="您好"),
            )  # fmt: skip
        except NotTheOwner:
            assert old or before.owner is not Owner.SEAT or held != seat
            assert self.store.get(conversation_id).last_seq == before.last_seq
        else:
            assert not old and before.owner is Owner.SEAT and held == seat

    @rule(n=which, what=st.sampled_from(["transfer", "end", "to_bot", "give_back", "wrap", "take_over"]),
          seat=seats, skill=skills, old=stale, g=gateways)  # fmt: skip
    def seat_acts(self, n: int, what: str, seat: str, skill: str, old: int, g: int) -> None:
        act = self.seat_act(n, what, seat, skill, old)
        self.act(g, act)

    @rule(first=st.tuples(which, st.sampled_from(["transfer", "end", "to_bot", "take_over", "wrap"]), seats),
          second=st.tuples(which, st.sampled_from(["accept", "tick", "take_bot", "take_over", "close"]), seats),
          delays=st.lists(st.integers(0, 3), max_size=20))  # fmt: skip
    def two_processes_race(
        self, first: tuple[int, str, str], second: tuple[int, str, str], delays: list[int]
    ) -> None:
        """Both work at once, each step of one at a random distance from those of the other."""
        one, other = self.gateways
        one.fate.delays, other.fate.delays = iter(delays), iter(reversed(delays))
        n, what, seat = second
        found = self.open_offers()
        if what == "tick":
            act: Act = lambda gateway: gateway.service.tick()  # noqa: E731
        elif what == "accept" and found:
            handoff_id, to = found[n % len(found)]
            act = lambda gateway: gateway.service.accept(handoff_id, to)  # noqa: E731
        elif what == "take_bot":
            act = lambda gateway: gateway.service.to_bot(self.pick(n), "citizen")  # noqa: E731
        elif what == "close" and n % 5 == 0:
            act = lambda gateway: gateway.service.close(self.pick(n), "system")  # noqa: E731
        else:
            act = self.seat_act(n, "take_over", seat, "", 0)

        async def both() -> None:
            mine = self.seat_act(first[0], first[1], first[2], "tax", 0)
            await asyncio.gather(self.guarded(0, mine), self.guarded(1, act))

        self.run(both())
        one.fate.delays = other.fate.delays = iter(())

    # what time and machines do

    @rule(seconds=st.sampled_from([1, 4, 9, 9, 21, 65]))
    def time_passes(self, seconds: int) -> None:
        self.clock.forward(seconds)

    @rule(g=gateways)
    def tick(self, g: int) -> None:
        self.act(g, lambda gateway: gateway.service.tick())
        self.check_queue()

    @rule()
    def redis_forgets(self) -> None:
        if self.client is not None:
            self.run(self.client.flushall())
        self.memory.flush()

    @rule(away=st.booleans())
    def redis_goes_or_comes(self, away: bool) -> None:
        self.link.away = away

    @rule(g=gateways, steps=st.integers(0, 8))
    def next_act_dies(self, g: int, steps: int) -> None:
        self.gateways[g].fate.steps_to_live = steps

    @rule()
    def the_lock_of_the_dead_runs_out(self) -> None:
        self.expire_lock()

    # what must hold

    @invariant()
    def owner_epoch_and_handoff_agree(self) -> None:
        found = {turnover.handoff.conversation_id: turnover.handoff for turnover in self.handoffs.open()}
        for conversation in self.store.heads(self.conversations):
            handoff = found.get(conversation.id)
            holder = handoff.seat_id if handoff else None
            if conversation.owner in (Owner.BOT, Owner.CLOSED):
                assert handoff is None
            else:
                assert handoff is not None and OWNER_OF[handoff.state] is conversation.owner
                assert (holder is None) == (conversation.owner is Owner.WAITING)
            now = (conversation.owner, conversation.epoch, holder)
            before = self.seen.get(conversation.id, now)
            assert now == before or now[1] > before[1], "another owner under the same epoch"
            self.seen[conversation.id] = now

    def teardown(self) -> None:
        """Everything recovers: whoever waits is offered to somebody in the end."""
        try:
            if self.conversations:
                self.recover()
        finally:
            if self.client is not None:
                self.run(self.client.aclose())
            self.runner.close()
            self.engine.dispose()

    def recover(self) -> None:
        self.link.away = False
        self.expire_lock()
        for gateway in self.gateways:
            gateway.restart()
        willing = SeatState(
            seat_id="u9", status=SeatStatus.READY, skills=frozenset({"general"}), capacity=50,
            since=self.clock.now,
        )  # fmt: skip
        for turn in range(10):
            self.act(turn % 2, lambda g: g.service.set_seat(willing))
            self.act(turn % 2, lambda g: g.service.tick())
            for handoff_id, seat in self.open_offers():
                if seat == "u9":
                    self.act(turn % 2, lambda g, h=handoff_id, s=seat: g.service.accept(h, s))
            for item in self.handoffs.open():
                # A seat can have one call: it ends what it has.
                if item.call and item.seat_id == "u9" and item.owner in (Owner.SEAT, Owner.WRAP_UP):
                    self.act(0, lambda g, i=item: g.service.close(i.handoff.conversation_id, "system"))
            self.clock.forward(9)
        self.act(0, lambda g: g.service.tick())
        self.check_queue()
        waiting = [t.handoff for t in self.handoffs.open() if t.owner is Owner.WAITING]
        assert waiting == [], "somebody waits for ever"
        keepers = {t.seat_id for t in self.handoffs.open() if t.owner is Owner.SEAT}
        assert keepers <= {"u9"}, "a vanished seat keeps a conversation"
        with self.engine.connect() as connection:
            kinds = ("accepted", "taken_over")
            doubled = connection.execute(
                select(HandoffEventRow.conversation_id)
                .where(HandoffEventRow.kind.in_(kinds))
                .group_by(HandoffEventRow.conversation_id, HandoffEventRow.epoch)
                .having(func.count() > 1)
            ).all()
            assert doubled == []
            never = select(HandoffRow.id).where(HandoffRow.state == "done", HandoffRow.wrapped_at.is_(None))
            assert connection.execute(never).all() == []

    def check_queue(self) -> None:
        """After a tick that lived to its end, the queue is what SQL says: nobody missing, nobody there who waits not."""
        if self.link.away or self.died:
            return
        snapshot = self.run(self.queue.snapshot())
        found = self.handoffs.open()
        waiting = {
            t.handoff.conversation_id: (t.handoff.id, t.epoch, t.call)
            for t in found
            if t.owner is Owner.WAITING
        }
        assert {key: (e.handoff_id, e.epoch, e.call) for key, e in snapshot.entries.items()} == waiting
        assert set(snapshot.offers) <= set(waiting)
        held = {
            t.handoff.conversation_id: (t.seat_id, t.call)
            for t in found
            if t.owner in (Owner.SEAT, Owner.WRAP_UP)
        }
        assert {key: (lease.seat_id, lease.call) for key, lease in snapshot.leases.items()} == held

    # how it is done

    died = False

    def act(self, g: int, act: Act) -> None:
        self.run(self.guarded(g, act))

    async def guarded(self, g: int, act: Act) -> None:
        gateway = self.gateways[g]
        self.died = False
        try:
            done = await act(gateway)
        except Crash:
            self.died = True
            gateway.restart()
            return
        except (ConversationError, HandoffError):
            return
        self.hear(done.events if isinstance(done, Done) else done)

    def hear(self, events: Sequence[Any] | bool | None) -> None:
        for event in events if isinstance(events, tuple) else ():
            if isinstance(event, Offered):
                self.offers.append((event.handoff.id, event.seat_id))
            elif isinstance(event, OwnerChanged):
                told = (event.owner, event.seat)
                assert self.told.setdefault((event.conversation_id, event.epoch), told) == told

    async def beat(self, gateway: Gateway, seat: str) -> None:
        if not await gateway.service.heartbeat(seat):
            await gateway.service.set_seat(self.seat(seat, SeatStatus.READY))

    def seat_act(self, n: int, what: str, seat: str, skill: str, old: int) -> Act:
        conversation_id = self.pick(n)
        before = self.store.get(conversation_id)
        epoch = before.epoch - old
        # Mostly the owner himself, sometimes somebody who has no business here.
        held = self.holder(conversation_id)
        who = held or seat if n % 4 else seat

        def work(gateway: Gateway) -> Awaitable[Done]:
            service = gateway.service
            match what:
                case "transfer":
                    wanted = seat if n % 2 else None
                    return service.transfer(
                        conversation_id, who, epoch, skill=skill, wanted_seat=wanted, note="请处理"
                    )
                case "end":
                    return service.end(conversation_id, who, epoch)
                case "to_bot":
                    return service.to_bot(conversation_id, who, epoch)
                case "give_back":
                    return service.give_back(conversation_id, who, epoch)
                case "wrap":
                    return service.wrap(conversation_id, who, outcome="resolved", to_bot=n % 2 == 0)
                case _:
                    return service.take_over(conversation_id, seat, epoch)

        async def act(gateway: Gateway) -> Done:
            done = await work(gateway)
            if done.turnover.changed and what in ("transfer", "end", "to_bot", "give_back"):
                assert who == held, "acted on what was never his"
            if done.turnover.changed and what != "wrap":
                # Calling a person and taking over from the bot are two steps in one.
                steps = 2 if before.owner is Owner.BOT else 1
                assert done.epoch == epoch + steps, "acted on what was no longer so"
            return done

        return act

    def seat(self, seat_id: str, status: SeatStatus) -> SeatState:
        return SeatState(
            seat_id=seat_id, status=status, skills=SKILLS[seat_id], capacity=2, since=self.clock.now
        )

    def pick(self, n: int) -> str:
        return self.conversations[n % len(self.conversations)]

    def holder(self, conversation_id: str) -> str | None:
        found = self.handoffs.open_of(conversation_id)
        return None if found is None else found.seat_id

    def open_offers(self) -> list[tuple[str, str]]:
        snapshot = self.run(self.queue.snapshot())
        return [(offer.handoff_id, offer.seat_id) for _, offer in sorted(snapshot.offers.items())]

    def expire_lock(self) -> None:
        self.memory.expire_lock()
        if self.client is not None:
            self.run(self.client.delete(desk_key("dispatcher")))


def _limits(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def test_one_owner_nobody_lost_nobody_twice() -> None:
    run_state_machine_as_test(lambda: Desk(None), settings=_limits(30, 40))


@pytest.mark.redis
def test_one_owner_nobody_lost_nobody_twice_on_a_real_redis(redis_url: str) -> None:
    run_state_machine_as_test(lambda: Desk(redis_url), settings=_limits(8, 30))

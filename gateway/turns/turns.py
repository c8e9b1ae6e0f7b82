"""Runs the turns: stores what citizens say, asks Rasa, stores and delivers the answers. The shell around session.py.

Per conversation at most one *drain* works in this process: it takes the conversation's turn lock, works off everything
that waits, in order, and gives the lock back. Whoever stored a message waits for the drain's result; a message that
another replica answered is read from the store. A drain belongs to nobody's request: it goes on when the citizen's
connection breaks.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn, Protocol
from zoneinfo import ZoneInfo

import structlog

from desk.conversations import (
    AnswerStored,
    Appended,
    ConversationError,
    ConversationStore,
    Draft,
    HandoffReason,
    Message,
    MessageIdTaken,
    Owner,
    Pending,
    Turnover,
)
from desk.conversations.outcomes import AnswerResult
from desk.conversations.store import Clock, utc_now
from desk.store.storable import storable, storable_json
from gateway.errors import (
    Failure,
    GatewayError,
    MessageKept,
    RasaError,
    StillWorking,
    StoreRefused,
    StoreUnavailable,
)
from gateway.feed.hub import Hub
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics
from gateway.runtime.tasks import end_tasks
from gateway.turns.emergency_fallback import emergency_numbers
from gateway.turns.last_turn import LastTurn
from gateway.turns.rasa import RasaClient
from gateway.turns.replay import Replay, Replayed, answer_body
from gateway.turns.replies import CallbackWish, read_replies
from gateway.turns.session import (
    Arrived,
    Ask,
    Command,
    Drop,
    Event,
    Failed,
    KeepAnswer,
    Replied,
    Session,
    StoreAnswer,
    Stored,
    StoreFailed,
    apology,
)
from gateway.turns.spool import OtherMessageKept, Spool
from gateway.turns.turn_lock import TurnLock, TurnLocks
from gateway.wire import problem_of

_log = structlog.get_logger(__name__)

# A turn elsewhere may take a Rasa time-out for each message before ours; after this long something is wrong, and the
# sweep (`recover`) finds the message again.
LOCK_WAIT_S = 60.0
# While a person has the conversation nobody holds its lock for longer than it takes to store a message.
HAND_BACK_WAIT_S = 2.0
# More than are with seats at once, however large the desk.
WITH_PEOPLE_MAX = 10_000
# One conversation may be locked by somebody; when so many in a row cannot be written, the database is away.
AWAY_AFTER = 3


@dataclass(frozen=True, kw_only=True)
class BotAnswer:
    """The complete answer to one message; no replies when nobody had to answer."""

    replies: tuple[Message, ...]
    owner: Owner


class HandoffPort(Protocol):
    """What turns tell the side where people answer. None of these raises but `admit`."""

    async def admit(self, answer: StoreAnswer, channel: str) -> StoreAnswer:
        """Decide about a call for a person before its answer is stored. Raises StoreUnavailable."""

    async def requested(self, turnover: Turnover) -> None:
        """An answer has put the conversation into the queue, or a message has called the seat back."""

    async def citizen_said(self, appended: Appended) -> None:
        """A message came while a person owns the conversation, or is awaited."""

    async def callback(self, conversation_id: str, wish: CallbackWish) -> None:
        """The citizen wants to be called back."""


@dataclass(frozen=True)
class _Said:
    """A citizen's message as it came."""

    conversation_id: str
    message_id: str
    text: str
    payload: str | None
    card: Mapping[str, Any] | None
    told: tuple[Draft, ...] = ()


@dataclass(eq=False)
class _Drain:
    conversation_id: str
    channel: str = ""
    caller_phone: str = field(default="", repr=False)
    # Something was stored since the drain last looked.
    again: bool = False
    # The last look at the waiters has begun: who comes now needs another.
    settled: bool = False
    task: asyncio.Task[None] | None = None
    waiters: dict[int, asyncio.Future[BotAnswer]] = field(default_factory=dict)
    done: dict[int, BotAnswer] = field(default_factory=dict)


class Turns:
    def __init__(
        self,
        *,
        store: ConversationStore,
        blocking: Blocking,
        locks: TurnLocks,
        rasa: RasaClient,
        hub: Hub,
        spool: Spool,
        replay: Replay,
        metrics: Metrics,
        timezone: ZoneInfo,
        handoff: HandoffPort,
        clock: Clock = utc_now,
        last_turn: LastTurn | None = None,
    ) -> None:
        self._store = store
        self._blocking = blocking
        self._locks = locks
        self._rasa = rasa
        self._hub = hub
        self._spool = spool
        self._replay = replay
        self._metrics = metrics
        self._timezone = timezone
        self._handoff = handoff
        self._clock = clock
        self._last_turn = last_turn or LastTurn()
        self._resuming: set[asyncio.Task[None]] = set()
        self._drains: dict[str, _Drain] = {}
        self._accepting: set[asyncio.Task[Appended]] = set()
        # Conversations that a person had, or was awaited in, when the citizen last wrote. A hint, never the truth.
        self._with_people: OrderedDict[str, None] = OrderedDict()

    async def accept(
        self,
        conversation_id: str,
        message_id: str,
        text: str,
        payload: str | None = None,
        card: Mapping[str, Any] | None = None,
        told: Sequence[Draft] = (),
    ) -> Appended:
        """Store a citizen's message and see to its answer. Nothing can lose it once this returns.

        `told`: the answer, where the bot could not give one: see `ConversationStore.append_citizen`.

        Raises:
            ConversationError, StoreRefused: refused; nothing is stored.
            MessageKept: the database is away; the message is on disk and will be stored and answered later.
            StoreUnavailable: not even that.
        """
        # Whichever door it came through, recognised speech too: what Rasa hears, pages show and SQL has are the same.
        said = _Said(conversation_id, storable(message_id), storable(text), payload, card, tuple(told))
        # In a task of its own: a page that closes in the middle must not leave a stored message without its answer.
        task = asyncio.create_task(self._accept(said))
        self._accepting.add(task)
        task.add_done_callback(self._accepting.discard)
        return await asyncio.shield(task)

    async def _accept(self, said: _Said) -> Appended:
        started = time.perf_counter()
        conversation_id = said.conversation_id
        try:
            if self._spool.waiting(conversation_id):
                # What was kept came first and must be stored first.
                await self._replay_kept(conversation_id)
            # Nothing is awaited between this look and what follows from it.
            if conversation_id in self._drains:
                appended = await self._store_said(said, started)
                if not appended.answered:
                    self._wake(conversation_id)
            elif conversation_id in self._with_people:
                # Most likely the bot has no turn, so none is opened beforehand.
                appended = await self._store_said(said, started)
                if appended.pending.messages:
                    # The bot has it back, or something was left over from before it was handed on.
                    self._wake(conversation_id)
            else:
                appended = await self._open_turn(said, started)
        except StoreUnavailable as error:
            await self._keep(said, error)
        await self._tell_person(appended)
        return appended

    async def _open_turn(self, said: _Said, started: float) -> Appended:
        """Store what opens a drain. The lock is taken before storing, so that what the store reports as waiting is true
        and need not be read again."""
        drain = self._drains[said.conversation_id] = _Drain(said.conversation_id)
        lock: TurnLock | None = None
        try:
            lock = await self._locks.try_take(said.conversation_id)
            appended = await self._store_said(said, started)
        except BaseException:
            await self._abandon(drain, lock)
            raise
        self._start(drain, lock, appended.pending if lock else None)
        return appended

    async def _store_said(self, said: _Said, started: float) -> Appended:
        """Store and show it. Nothing is awaited once it is stored: who comes then must find its drain.

        `started`: when it came, by the performance counter.
        """
        appended = await self._blocking.write(
            self._store.append_citizen,
            said.conversation_id,
            said.message_id,
            said.text,
            said.payload,
            None,
            said.card,
            said.told,
        )
        self._metrics.stage.labels("store").observe(time.perf_counter() - started)
        if appended.new:
            self._hub.publish_messages([appended.message, *appended.told])
        return appended

    async def _tell_person(self, appended: Appended) -> None:
        conversation_id = appended.message.conversation_id
        if appended.pending.owner is Owner.BOT:
            self._with_people.pop(conversation_id, None)
            return
        self._with_people[conversation_id] = None
        self._with_people.move_to_end(conversation_id)
        if len(self._with_people) > WITH_PEOPLE_MAX:
            self._with_people.popitem(last=False)
        if appended.new:
            await self._handoff.citizen_said(appended)

    async def hand_back(
        self, conversation_id: str, turn_over: Callable[[], Awaitable[int | None]], payload: str
    ) -> None:
        """Give the conversation to the bot and let it speak first, before it answers what the citizen says meanwhile.

        `turn_over` changes the owner and returns the new epoch, or None if nothing changed; what it raises is raised
        here. `payload` is what the bot is told. It speaks in the background; a bot that is away stays silent, for the
        citizen has been told who owns the conversation.
        """
        # Who writes in this moment waits for the lock. Whoever cannot have it goes on: a person's word counts more.
        lock = await self._locks.take(conversation_id, HAND_BACK_WAIT_S)
        try:
            epoch = await turn_over()
        except BaseException:
            if lock is not None:
                await lock.release()
            raise
        task = asyncio.create_task(self._resume(conversation_id, epoch, payload, lock))
        self._resuming.add(task)
        task.add_done_callback(self._resuming.discard)

    async def answer(self, appended: Appended, limit_s: float) -> BotAnswer:
        """Wait for the answer to a message that `accept` stored.

        Raises:
            StillWorking: not within `limit_s` seconds; it goes on all the same.
            MessageKept: the answer is known but the database is away.
            StoreUnavailable: the answer could not be read.
        """
        conversation_id, seq = appended.message.conversation_id, appended.message.seq
        drain = self._drains.get(conversation_id)
        if drain is not None and seq in drain.done:
            return drain.done[seq]
        if appended.answered:
            answer = await self._stored_answer(conversation_id, seq)
            return answer or BotAnswer(replies=(), owner=appended.pending.owner)
        if drain is None or drain.settled:
            drain = self._wake(conversation_id)
        waiter = drain.waiters.get(seq)
        if waiter is None:
            waiter = drain.waiters[seq] = asyncio.get_running_loop().create_future()
            # Nobody may be waiting any more when it fails; an unread exception would be logged as a bug.
            waiter.add_done_callback(lambda f: f.cancelled() or f.exception())
        try:
            async with asyncio.timeout(limit_s):
                return await asyncio.shield(waiter)
        except TimeoutError as error:
            raise StillWorking from error

    async def recover(self, *, older_than: timedelta, younger_than: timedelta) -> int:
        """Answer what was stored but never answered: after a crash, or when a lock could not be had.

        Raises StoreUnavailable. Returns the number of conversations that are worked on.
        """
        await self._replay_all()
        found = await self._blocking.read(
            self._store.unanswered, older_than=older_than, younger_than=younger_than
        )
        for conversation_id in found:
            self._wake(conversation_id)
        return len(found)

    async def _replay_all(self) -> None:
        """Raises StoreUnavailable once several conversations in a row say so; they come last the next time, so that one
        whose row is locked, or whose entry breaks us, holds up nobody."""
        away = 0
        for conversation_id in self._spool.conversations():
            try:
                await self._replay_kept(conversation_id)
            except StoreUnavailable:
                self._spool.postpone(conversation_id)
                away += 1
                if away >= AWAY_AFTER:
                    raise
            except Exception:
                self._spool.postpone(conversation_id)
                self._metrics.failures.labels("replay").inc()
                _log.exception("not_replayed", conversation=conversation_id)
            else:
                away = 0
                self._wake(conversation_id)
            finally:
                self._metrics.spooled.set(len(self._spool))

    async def aclose(self, grace_s: float) -> None:
        """Let turns finish for `grace_s` seconds; those cut off are found again by `recover`."""
        tasks = [drain.task for drain in self._drains.values() if drain.task is not None]
        tasks += self._resuming
        if tasks:
            _done, late = await asyncio.wait(tasks, timeout=grace_s)
            await end_tasks(late)

    def _wake(self, conversation_id: str) -> _Drain:
        drain = self._drains.get(conversation_id)
        if drain is None:
            drain = self._drains[conversation_id] = _Drain(conversation_id)
            self._start(drain, None, None)
        else:
            drain.again = True
        return drain

    def _start(self, drain: _Drain, lock: TurnLock | None, pending: Pending | None) -> None:
        """Without `pending` the drain reads for itself, under the lock, what there is to do."""
        drain.again = drain.again or pending is None
        drain.task = asyncio.create_task(self._run(drain, lock, pending))

    async def _abandon(self, drain: _Drain, lock: TurnLock | None) -> None:
        """Our own message was not stored; others may have joined the drain meanwhile."""
        if drain.again or drain.waiters:
            self._start(drain, lock, None)
            return
        del self._drains[drain.conversation_id]
        if lock is not None:
            await lock.release()

    async def _run(self, drain: _Drain, lock: TurnLock | None, pending: Pending | None) -> None:
        error: Exception = StillWorking()
        try:
            while True:
                if lock is None:
                    lock = await self._locks.take(drain.conversation_id, LOCK_WAIT_S)
                    if lock is None:
                        _log.error("turn_lock_not_had", conversation=drain.conversation_id)
                        self._metrics.failures.labels("turn_lock").inc()
                        return
                session = Session()
                drain.settled = False
                while pending is not None or drain.again:
                    # What was handed in may be older than a message that came before this task began.
                    if pending is None:
                        drain.again = False
                        pending = await self._read_pending(drain.conversation_id)
                    await self._work(session, drain, pending)
                    pending = None
                drain.settled = True
                await self._settle(drain)
                await lock.release()
                lock = None
                if not drain.again:
                    return
        except StoreUnavailable as unavailable:
            error = unavailable
            self._metrics.failures.labels("store").inc()
            _log.warning("turn_halted", conversation=drain.conversation_id)
        except ConversationError as unknown:
            error = unknown
        except Exception:
            self._metrics.failures.labels("bug").inc()
            _log.exception("turn_crashed", conversation=drain.conversation_id)
        finally:
            # Before anything is awaited, so that nobody joins a drain that has ended.
            if self._drains.get(drain.conversation_id) is drain:
                del self._drains[drain.conversation_id]
            for waiter in drain.waiters.values():
                if not waiter.done():
                    waiter.set_exception(error)
            if lock is not None:
                await lock.release()

    async def _read_pending(self, conversation_id: str) -> Pending:
        if self._spool.waiting(conversation_id):
            # A kept answer must be in before its message can look unanswered.
            await self._replay_kept(conversation_id)
            self._metrics.spooled.set(len(self._spool))
        return await self._blocking.read(self._store.pending, conversation_id)

    async def _work(self, session: Session, drain: _Drain, pending: Pending) -> None:
        drain.channel, drain.caller_phone = pending.channel, pending.caller_phone
        arrived = Arrived(owner=pending.owner, epoch=pending.epoch, messages=pending.messages)
        commands: deque[Command] = deque(session.receive(arrived))
        while commands:
            event = await self._carry_out(drain, commands.popleft())
            if event is not None:
                commands.extend(session.receive(event))

    async def _carry_out(self, drain: _Drain, command: Command) -> Event | None:
        match command:
            case Ask():
                return await self._ask(drain, command)
            case StoreAnswer():
                return await self._store_answer(drain, command)
            case Drop():
                await self._blocking.write(self._store.drop, drain.conversation_id, command.answers)
                self._metrics.turns.labels("dropped").inc(len(command.answers))
                return None
            case KeepAnswer():
                await self._keep_answer(drain, command.answer)
                return None

    async def _keep_answer(self, drain: _Drain, answer: StoreAnswer) -> None:
        """Whoever waits for it is told so; where it cannot be kept, that its message is stored and is asked again later."""
        error: GatewayError = MessageKept()
        try:
            await self._blocking.file(self._spool.keep, drain.conversation_id, "answer", answer_body(answer))
        except OSError:
            _log.error("answer_not_kept", conversation=drain.conversation_id)
            self._metrics.failures.labels("spool").inc()
            error = StillWorking()
        else:
            self._metrics.spooled.set(len(self._spool))
            self._metrics.turns.labels("kept").inc()
        problem = problem_of(error)
        self._hub.publish(
            drain.conversation_id,
            {"type": "error", "code": problem.code, "text": problem.text, "retryable": True},
        )
        for seq in answer.answers:
            self._fail(drain, seq, error)

    async def _resume(
        self, conversation_id: str, epoch: int | None, payload: str, lock: TurnLock | None
    ) -> None:
        try:
            if epoch is None:
                return
            lock = lock or await self._locks.take(conversation_id, LOCK_WAIT_S)
            if lock is None:
                return
            conversation = await self._blocking.read(self._store.get, conversation_id)
            if conversation.owner is not Owner.BOT or conversation.epoch != epoch:
                return
            drain = _Drain(
                conversation_id, channel=conversation.channel, caller_phone=conversation.caller_phone
            )
            said = await self._ask(drain, Ask(seq=conversation.last_seq, text=payload, epoch=epoch))
            if isinstance(said, Replied) and said.reading.drafts:
                reading = said.reading
                answer = StoreAnswer(
                    epoch=epoch,
                    answers=(),
                    drafts=reading.drafts,
                    effects=reading.effects,
                    callback=reading.callback,
                )
                await self._store_answer(drain, answer)
        except (StoreUnavailable, StoreRefused, ConversationError):
            _log.warning("bot_not_resumed", conversation=conversation_id)
        finally:
            if lock is not None:
                await lock.release()

    async def _ask(self, drain: _Drain, ask: Ask) -> Event:
        conversation_id = drain.conversation_id
        now = self._clock().astimezone(self._timezone)
        metadata = {
            "channel": drain.channel,
            "seq": ask.seq,
            "now": now.isoformat(timespec="seconds"),
        }
        if drain.caller_phone:
            metadata["caller_number"] = drain.caller_phone
        self._hub.publish(conversation_id, {"type": "typing", "from": "bot", "on": True})
        started = time.perf_counter()
        try:
            raw = await self._rasa.ask(conversation_id, ask.text, metadata)
        except RasaError as error:
            self._metrics.failures.labels(f"rasa_{error.failure.value}").inc()
            self._last_turn.failed(error.failure, time.monotonic())
            _log.warning(
                "rasa_failed", conversation=conversation_id, seq=ask.seq, failure=error.failure.value
            )
            return Failed(seq=ask.seq, failure=error.failure)
        finally:
            self._metrics.stage.labels("rasa").observe(time.perf_counter() - started)
            self._hub.publish(conversation_id, {"type": "typing", "from": "bot", "on": False})
        reading = read_replies(storable_json(raw))
        if reading.ignored:
            _log.warning(
                "rasa_reply_ignored", conversation=conversation_id, seq=ask.seq, count=reading.ignored
            )
        if not reading.drafts:
            self._metrics.failures.labels("rasa_empty").inc()
            self._last_turn.failed(Failure.EMPTY, time.monotonic())
            _log.warning("rasa_said_nothing", conversation=conversation_id, seq=ask.seq)
        elif any(mark.reason is HandoffReason.FAILURE for mark in reading.effects.marks):
            # An action of ours broke and said so.
            self._last_turn.failed(Failure.BROKEN, time.monotonic())
        else:
            self._last_turn.worked()
        return Replied(seq=ask.seq, reading=reading)

    async def _store_answer(self, drain: _Drain, answer: StoreAnswer) -> Event:
        conversation_id = drain.conversation_id
        started = time.perf_counter()
        try:
            answer = await self._handoff.admit(answer, drain.channel)
            result: AnswerResult = await self._blocking.write(
                self._store.append_reply,
                conversation_id,
                answer.epoch,
                answer.answers,
                answer.drafts,
                answer.effects,
            )
        except StoreUnavailable:
            self._metrics.failures.labels("store").inc()
            return StoreFailed()
        except StoreRefused as error:
            # Rasa would say the same again, every half minute: the citizen gets the honest sentence, and a human.
            if answer == (plain := apology(answer)):
                raise
            _log.error("answer_refused", conversation=conversation_id, reason=type(error.__cause__).__name__)
            self._metrics.failures.labels("answer_refused").inc()
            return await self._store_answer(drain, plain)
        self._metrics.stage.labels("answer").observe(time.perf_counter() - started)
        self._metrics.turns.labels(result.stored.value).inc()
        if result.stored is AnswerStored.STORED:
            for mark in answer.effects.marks:
                self._metrics.marks.labels(mark.reason.value).inc()
                _log.info("marked_for_human", conversation=conversation_id, reason=mark.reason.value)
            done = BotAnswer(replies=result.messages, owner=result.owner)
            for seq in answer.answers:
                self._finish(drain, seq, done)
            self._hub.publish_messages(result.messages)
            if answer.effects.rating is not None:
                self._hub.publish(conversation_id, {"type": "rated", "score": answer.effects.rating})
            if answer.callback is not None:
                await self._handoff.callback(conversation_id, answer.callback)
            if result.turnover is not None:
                await self._handoff.requested(result.turnover)
            elif answer.effects.close:
                self._hub.publish(
                    conversation_id, {"type": "owner", "owner": result.owner.value, "epoch": result.epoch}
                )
        return Stored(outcome=result.stored, owner=result.owner, epoch=result.epoch)

    async def _settle(self, drain: _Drain) -> None:
        """Waiters whose message this drain did not answer: another replica did, or nobody has to."""
        for seq, waiter in list(drain.waiters.items()):
            if not waiter.done():
                answer = await self._stored_answer(drain.conversation_id, seq)
                if answer is not None:
                    self._finish(drain, seq, answer)

    async def _stored_answer(self, conversation_id: str, seq: int) -> BotAnswer | None:
        replies = await self._blocking.read(self._store.answer_of, conversation_id, seq)
        if replies is None:
            return None
        conversation = await self._blocking.read(self._store.get, conversation_id)
        return BotAnswer(replies=tuple(replies), owner=conversation.owner)

    def _finish(self, drain: _Drain, seq: int, answer: BotAnswer) -> None:
        drain.done[seq] = answer
        waiter = drain.waiters.pop(seq, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(answer)

    def _fail(self, drain: _Drain, seq: int, error: Exception) -> None:
        waiter = drain.waiters.pop(seq, None)
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)

    async def _replay_kept(self, conversation_id: str) -> None:
        """Raises StoreUnavailable; what could be stored before that is told all the same."""
        replayed = Replayed()
        try:
            await self._replay.run(conversation_id, replayed)
        finally:
            self._hub.publish_messages(replayed.messages)
            for turnover in replayed.turnovers:
                await self._handoff.requested(turnover)
            for wish in replayed.callbacks:
                await self._handoff.callback(conversation_id, wish)

    async def _keep(self, said: _Said, cause: Exception) -> NoReturn:
        """Put the message into the spool, and raise what the citizen is to be told."""
        body = {
            "message_id": said.message_id,
            "text": said.text,
            "payload": said.payload,
            "card": said.card,
            "at": self._clock().isoformat(),
        }
        try:
            await self._blocking.file(self._spool.keep, said.conversation_id, "message", body)
        except OtherMessageKept:
            raise MessageIdTaken(said.conversation_id) from cause
        except OSError:
            _log.error("message_not_kept", conversation=said.conversation_id)
            self._metrics.failures.labels("spool").inc()
            raise StoreUnavailable from cause
        self._metrics.spooled.set(len(self._spool))
        self._metrics.failures.labels("store").inc()
        _log.warning("message_kept", conversation=said.conversation_id)
        raise MessageKept(emergency_numbers(said.text)) from cause

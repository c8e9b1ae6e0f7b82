"""The rules of a turn hold for every order of events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.conversations import AnswerStored, Draft, HandoffReason, Owner, PendingMessage, Sender
from desk.conversations.conversation import NO_EFFECTS
from gateway import sentences
from gateway.errors import Failure
from gateway.turns.replies import ReadReplies
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
    SessionState,
    StoreAnswer,
    Stored,
    StoreFailed,
    rasa_text,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAID = ReadReplies(drafts=(Draft(sender=Sender.BOT, text="好的"),), effects=NO_EFFECTS)
SILENCE = ReadReplies(drafts=(), effects=NO_EFFECTS)


def message(seq: int, text: str = "停水了", payload: str | None = None) -> PendingMessage:
    return PendingMessage(seq=seq, text=text, payload=payload, at=NOON)


def arrived(*seqs: int, owner: Owner = Owner.BOT, epoch: int = 1) -> Arrived:
    return Arrived(owner=owner, epoch=epoch, messages=tuple(message(seq) for seq in seqs))


def stored(owner: Owner = Owner.BOT, epoch: int = 1, outcome: AnswerStored = AnswerStored.STORED) -> Stored:
    return Stored(outcome=outcome, owner=owner, epoch=epoch)


def test_messages_are_asked_one_after_the_other() -> None:
    session = Session()
    assert session.receive(arrived(2, 3)) == [Ask(seq=2, text="停水了", epoch=1)]
    assert session.receive(arrived(2, 3, 4)) == []
    answer = StoreAnswer(epoch=1, answers=(2,), drafts=SAID.drafts, effects=NO_EFFECTS)
    assert session.receive(Replied(seq=2, reading=SAID)) == [answer]
    assert session.receive(stored()) == [Ask(seq=3, text="停水了", epoch=1)]


def test_silence_is_a_failure() -> None:
    session = Session()
    session.receive(arrived(2))
    [answer] = session.receive(Replied(seq=2, reading=SILENCE))
    assert isinstance(answer, StoreAnswer)
    assert [d.text for d in answer.drafts] == [sentences.FAILURES[Failure.EMPTY]]
    assert [m.reason for m in answer.effects.marks] == [HandoffReason.FAILURE]


def test_a_time_out_tells_everybody_who_waits_once() -> None:
    session = Session()
    session.receive(arrived(2, 3, 4))
    [answer] = session.receive(Failed(seq=2, failure=Failure.TIMEOUT))
    assert isinstance(answer, StoreAnswer)
    assert (answer.answers, len(answer.drafts)) == ((2, 3, 4), 1)


def test_danger_hidden_in_a_waiting_message_still_gets_its_number() -> None:
    session = Session()
    session.receive(Arrived(owner=Owner.BOT, epoch=1, messages=(message(2), message(3, "楼上着火了"))))
    [answer] = session.receive(Failed(seq=2, failure=Failure.UNREACHABLE))
    assert isinstance(answer, StoreAnswer)
    assert answer.drafts[0].kind == "emergency"
    assert "119" in answer.drafts[0].text


def test_a_new_owner_silences_the_bot() -> None:
    session = Session()
    session.receive(arrived(2, 3))
    session.receive(arrived(4, owner=Owner.SEAT, epoch=2))
    assert session.receive(Replied(seq=2, reading=SAID)) == [Drop(answers=(2,)), Drop(answers=(3, 4))]
    assert session.receive(arrived(5, owner=Owner.SEAT, epoch=2)) == [Drop(answers=(5,))]


def test_a_failing_store_keeps_the_answer_and_stops() -> None:
    session = Session()
    session.receive(arrived(2, 3))
    [answer] = session.receive(Replied(seq=2, reading=SAID))
    assert isinstance(answer, StoreAnswer)
    assert session.receive(StoreFailed()) == [KeepAnswer(answer=answer)]
    assert session.receive(arrived(2, 3, 4)) == []


def test_payloads_pass_and_commands_do_not() -> None:
    assert rasa_text(message(1, "查进度", "/order_status")) == "/order_status"
    assert rasa_text(message(1, " \u3000/restart")) == "／restart"
    assert rasa_text(message(1, "//x/y")) == "／／x/y"
    assert rasa_text(message(1, "1/2 的钱")) == "1/2 的钱"


@given(st.text())
def test_no_text_begins_a_command(text: str) -> None:
    assert not rasa_text(message(1, text)).strip().startswith("/")


@dataclass
class World:
    """Plays store and Rasa at random and writes down what the session did."""

    session: Session = field(default_factory=Session)
    owner: Owner = Owner.BOT
    epoch: int = 1
    last_seq: int = 0
    asked: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    open: Command | None = None

    def feed(self, event: Event) -> None:
        for command in self.session.receive(event):
            match command:
                case Ask():
                    assert self.open is None, "two questions at once"
                    assert event_owner(event, self) is Owner.BOT
                    self.asked.append(command.seq)
                    self.open = command
                case StoreAnswer():
                    assert self.open is None
                    assert command.drafts, "silence"
                    self.open = command
                case KeepAnswer():
                    self.ended += command.answer.answers
                case Drop():
                    self.ended += command.answers


def event_owner(event: Event, world: World) -> Owner:
    return event.owner if isinstance(event, (Arrived, Stored)) else world.session._owner


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_order_of_events_keeps_the_promises(data: st.DataObject) -> None:
    """One question at a time, in order; each message ends once; nothing is asked after a change of hands."""
    world = World()
    for _ in range(data.draw(st.integers(1, 25))):
        if world.session.state is SessionState.HALTED:
            break
        choice = data.draw(st.sampled_from(["arrive", "change", "go on", "go on"]))
        command, world_open = world.open, world.open is not None
        if choice == "arrive":
            count = data.draw(st.integers(0, 3))
            seqs = range(world.last_seq + 1, world.last_seq + 1 + count)
            world.last_seq += count
            world.feed(arrived(*seqs, owner=world.owner, epoch=world.epoch))
        elif choice == "change":
            world.owner = data.draw(st.sampled_from(list(Owner)))
            world.epoch += 1
        elif world_open and isinstance(command, Ask):
            world.open = None
            if data.draw(st.booleans()):
                reading = data.draw(st.sampled_from([SAID, SILENCE]))
                world.feed(Replied(seq=command.seq, reading=reading))
            else:
                world.feed(Failed(seq=command.seq, failure=data.draw(st.sampled_from(list(Failure)))))
        elif world_open and isinstance(command, StoreAnswer):
            world.open = None
            if data.draw(st.integers(0, 9)) == 0:
                world.feed(StoreFailed())
                continue
            old = command.epoch != world.epoch or world.owner is not Owner.BOT
            world.ended += command.answers
            outcome = AnswerStored.OLD_EPOCH if old else AnswerStored.STORED
            world.feed(stored(world.owner, world.epoch, outcome))
    assert world.asked == sorted(set(world.asked))
    assert len(world.ended) == len(set(world.ended)), "a message ended twice"
    if world.session.state is SessionState.IDLE:
        assert sorted(world.ended) == list(range(1, world.last_seq + 1))

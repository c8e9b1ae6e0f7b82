"""The rules of a conversation's turns. Pure: events in, commands out; no clock, no socket, no database.

One `Session` serves one conversation while its turn lock is held. The shell (gateway/turns/turns.py) feeds it `Arrived`
with everything that waits, carries out each command, and feeds the outcome back:

A picture without words is answered at once: it is kept, and the bot cannot see.

    Arrived ──> Ask ──> Replied ──> StoreAnswer ──> Stored ──> (next) Ask ...
                  └───> Failed ───> StoreAnswer (one honest sentence, marked for a human)
                                        └──> StoreFailed ──> KeepAnswer, and nothing more

Promises, whatever the order of events:
* one question at a time, in the order of the messages;
* the bot is not asked and says nothing once the conversation has another owner or another epoch;
* every message ends in exactly one StoreAnswer, KeepAnswer or Drop; an answer is never empty.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from enum import Enum

from desk.conversations import AnswerStored, Draft, HandoffReason, Owner, PendingMessage, Sender
from desk.conversations.conversation import NO_EFFECTS, Effects, Mark
from gateway import sentences
from gateway.errors import Failure
from gateway.turns.emergency_fallback import emergency_numbers
from gateway.turns.replies import CallbackWish, ReadReplies

# Failures that the next question would meet as well: everybody who waits is told at once instead of one timeout each.
_HITS_EVERYONE = frozenset({Failure.UNREACHABLE, Failure.TIMEOUT})


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """What waits in the conversation now, in order. May repeat what is known."""

    owner: Owner
    epoch: int
    messages: tuple[PendingMessage, ...]


@dataclass(frozen=True, kw_only=True)
class Replied:
    seq: int
    reading: ReadReplies


@dataclass(frozen=True, kw_only=True)
class Failed:
    seq: int
    failure: Failure


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The outcome of StoreAnswer, with the owner and epoch that the store saw."""

    outcome: AnswerStored
    owner: Owner
    epoch: int


@dataclass(frozen=True, kw_only=True)
class StoreFailed:
    pass


Event = Arrived | Replied | Failed | Stored | StoreFailed


@dataclass(frozen=True, kw_only=True)
class Ask:
    seq: int
    text: str
    epoch: int


@dataclass(frozen=True, kw_only=True)
class StoreAnswer:
    """Store under `epoch`; `answers` are the seqs that it completes."""

    epoch: int
    answers: tuple[int, ...]
    drafts: tuple[Draft, ...]
    effects: Effects
    # To be kept once the answer is stored; it changes no owner.
    callback: CallbackWish | None = None


@dataclass(frozen=True, kw_only=True)
class KeepAnswer:
    """The database would not take this answer: keep it aside. Asking Rasa again would do everything twice."""

    answer: StoreAnswer


@dataclass(frozen=True, kw_only=True)
class Drop:
    """These messages are no longer the bot's to answer."""

    answers: tuple[int, ...]


Command = Ask | StoreAnswer | KeepAnswer | Drop


class SessionState(Enum):
    IDLE = "idle"
    ASKING = "asking"
    STORING = "storing"
    # The database is away; what still waits is found again by recovery.
    HALTED = "halted"


class Session:
    def __init__(self) -> None:
        self.state = SessionState.IDLE
        self._owner = Owner.BOT
        self._epoch = 0
        self._waiting: deque[PendingMessage] = deque()
        self._asked: PendingMessage | None = None
        self._asked_epoch = 0
        self._answer: StoreAnswer | None = None
        self._last_taken = 0

    def receive(self, event: Event) -> list[Command]:
        """Feed one event; carry out the commands in order, then feed their outcomes.

        Raises:
            AssertionError: the shell answered a question that was not open.
        """
        match event:
            case Arrived():
                return self._arrived(event)
            case Replied():
                return self._replied(event)
            case Failed():
                return self._failed(event)
            case Stored():
                return self._stored(event)
            case StoreFailed():
                assert self.state is SessionState.STORING and self._answer is not None
                self.state = SessionState.HALTED
                return [KeepAnswer(answer=self._answer)]

    def _arrived(self, event: Arrived) -> list[Command]:
        if event.epoch >= self._epoch:
            self._owner, self._epoch = event.owner, event.epoch
        for message in event.messages:
            if message.seq > self._last_taken:
                self._waiting.append(message)
                self._last_taken = message.seq
        return self._next() if self.state is SessionState.IDLE else []

    def _next(self) -> list[Command]:
        self.state = SessionState.IDLE
        self._asked = self._answer = None
        if not self._waiting:
            return []
        if self._owner is not Owner.BOT:
            dropped = Drop(answers=tuple(m.seq for m in self._waiting))
            self._waiting.clear()
            return [dropped]
        self._asked = self._waiting.popleft()
        self._asked_epoch = self._epoch
        if shows_picture_only(self._asked):
            # Rasa reads words; the picture is kept, and goes with the order.
            draft = Draft(sender=Sender.BOT, text=sentences.PICTURE_KEPT)
            return self._store((self._asked.seq,), (draft,), NO_EFFECTS)
        self.state = SessionState.ASKING
        return [Ask(seq=self._asked.seq, text=rasa_text(self._asked), epoch=self._epoch)]

    def _replied(self, event: Replied) -> list[Command]:
        asked = self._close_question(event.seq)
        if self._asked_epoch != self._epoch:
            return [Drop(answers=(asked.seq,)), *self._next()]
        if not event.reading.drafts:
            return self._apologise(asked, Failure.EMPTY)
        reading = event.reading
        return self._store((asked.seq,), reading.drafts, reading.effects, reading.callback)

    def _failed(self, event: Failed) -> list[Command]:
        asked = self._close_question(event.seq)
        if self._asked_epoch != self._epoch:
            return [Drop(answers=(asked.seq,)), *self._next()]
        return self._apologise(asked, event.failure)

    def _apologise(self, asked: PendingMessage, failure: Failure) -> list[Command]:
        told = [asked]
        if failure in _HITS_EVERYONE:
            told += self._waiting
            self._waiting.clear()
        numbers = emergency_numbers("\n".join(m.text for m in told))
        drafts = [sentences.notice(sentences.FAILURES[failure])]
        marks = [Mark(reason=HandoffReason.FAILURE, note=failure.value)]
        if numbers:
            drafts.insert(0, sentences.emergency(numbers))
            marks.insert(0, Mark(reason=HandoffReason.EMERGENCY))
        return self._store(tuple(m.seq for m in told), tuple(drafts), Effects(marks=tuple(marks)))

    def _store(
        self,
        answers: tuple[int, ...],
        drafts: tuple[Draft, ...],
        effects: Effects,
        callback: CallbackWish | None = None,
    ) -> list[Command]:
        self.state = SessionState.STORING
        self._answer = StoreAnswer(
            epoch=self._asked_epoch, answers=answers, drafts=drafts, effects=effects, callback=callback
        )
        return [self._answer]

    def _stored(self, event: Stored) -> list[Command]:
        assert self.state is SessionState.STORING
        if event.epoch >= self._epoch:
            self._owner, self._epoch = event.owner, event.epoch
        return self._next()

    def _close_question(self, seq: int) -> PendingMessage:
        asked = self._asked
        assert self.state is SessionState.ASKING and asked is not None and asked.seq == seq
        return asked


def apology(answer: StoreAnswer) -> StoreAnswer:
    """Instead of an answer that the database refuses: that it was stored, and that a human looks at it."""
    return StoreAnswer(
        epoch=answer.epoch,
        answers=answer.answers,
        drafts=(sentences.notice(sentences.FAILURES[Failure.BROKEN]),),
        effects=Effects(marks=(Mark(reason=HandoffReason.FAILURE, note=Failure.BROKEN.value),)),
    )


# What stands in a message for its picture, where the citizen has written nothing.
_STANDS_FOR_PICTURE = re.compile(r"\W*(?:图片|照片|相片|截图|picture|image|photo)?\W*", re.IGNORECASE)


def shows_picture_only(message: PendingMessage) -> bool:
    return message.picture and bool(_STANDS_FOR_PICTURE.fullmatch(message.text))


def rasa_text(message: PendingMessage) -> str:
    """What Rasa gets to read.

    A payload was offered by us and goes as it is, Rasa's `/intent{...}` form included. Text is a citizen's: Rasa strips
    it and takes a leading slash for a command (`/restart` wipes the conversation), so that slash becomes the
    full-width one, which reads the same and means nothing to Rasa.
    """
    if message.payload is not None:
        return message.payload
    text = message.text.strip()
    bare = text.lstrip("/")
    return "／" * (len(text) - len(bare)) + bare

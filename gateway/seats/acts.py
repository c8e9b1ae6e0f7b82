"""What a seat may do with conversations, whoever asks: the websocket or HTTP. Checks rights, acts, tells everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from desk.conversations import ConversationStore, Draft, EventKind, SeatAppended, Sender
from desk.handoff.service import HandoffService
from desk.handoff.store import HandoffStore, Note, NoteKind
from desk.orders.digits import normal_phone
from desk.seats import SKILLS, Right, User, may
from gateway import sentences
from gateway.attachments import Attachments
from gateway.blocking import Blocking
from gateway.errors import Refused
from gateway.handoff import notices
from gateway.handoff.bus import DeskBus
from gateway.handoff.desk import HandoffDesk
from gateway.hub import Hub
from gateway.metrics import Metrics
from gateway.seats.call_ins import CallIns
from gateway.seats.consoles import sees_everything
from gateway.seats.frames import SeatSend
from gateway.seats.order_desk import OrderDesk
from gateway.seats.people import People
from gateway.seats.queries import ConsoleQueries
from gateway.turns import Turns
from language import phones

# What the bot hears when a conversation comes back to it.
RETURNED = "/returned_from_seat"
# The outcome of a wrap-up that promises a call (web/src/seat/desk/labels.ts).
CALLBACK = "callback"
MATTER_CHARS = 500


class Reads(Enum):
    """Why somebody may read a conversation."""

    # It is theirs now.
    OWN = auto()
    # Another's, but they cannot do without: the third in its talk, or to call the citizen back.
    TASK = auto()
    # Another's, to look after it or to know what was before.
    LOOK = auto()


@dataclass(frozen=True, kw_only=True)
class ActTools:
    desk: HandoffDesk
    service: HandoffService
    store: ConversationStore
    handoffs: HandoffStore
    queries: ConsoleQueries
    blocking: Blocking
    hub: Hub
    bus: DeskBus
    people: People
    turns: Turns
    attachments: Attachments
    metrics: Metrics
    call_ins: CallIns
    orders: OrderDesk


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a seat says of the call that he promises in the wrap-up. Without a number, the one that is known is called."""

    phone: str = ""
    wish: str = ""


NO_PROMISE = Promise()


class SeatActs:
    """Share one a process. Acts raise ConversationError, HandoffError, Refused, StoreUnavailable."""

    def __init__(self, tools: ActTools) -> None:
        self._t = tools

    async def accept(self, user: User, handoff_id: str) -> dict[str, Any]:
        done = await self._t.desk.done(await self._t.service.accept(handoff_id, user.id))
        return {"conversation": done.handoff.conversation_id, "epoch": done.epoch}

    async def decline(self, user: User, handoff_id: str, reason: str) -> None:
        self._t.metrics.offers.labels("declined").inc()
        await self._t.desk.publish(await self._t.service.decline(handoff_id, user.id, reason))

    async def send(self, user: User, frame: SeatSend) -> SeatAppended:
        """Only the owner can: the store compares owner, epoch and seat in the same transaction."""
        text, card = frame.text.strip(), None
        if frame.attachment is not None:
            card = await self._card(frame.conversation, frame.attachment)
            text = text or "[图片]"
        if not text:
            raise Refused(422, "malformed", sentences.MALFORMED)
        draft = Draft(sender=Sender.SEAT, text=text, card=card)
        appended = await self._t.blocking.write(
            self._t.store.append_seat, frame.conversation, user.id, frame.epoch, frame.message_id, draft
        )
        if appended.new:
            self._t.people.remember(user)
            self._t.metrics.seat_messages.inc()
            self._t.hub.publish_messages([appended.message])
            said = {
                "kind": "said",
                "conversation": frame.conversation,
                "seq": appended.message.seq,
                "by": "seat",
            }
            self._t.bus.publish(said)
        return appended

    async def transfer(
        self, user: User, conversation_id: str, epoch: int, skill: str | None, seat: str | None, note: str
    ) -> None:
        if skill and skill not in SKILLS:
            raise Refused(422, "malformed", sentences.NO_SUCH_SKILL)
        if seat is not None:
            await self._t.people.know([seat])
            wanted = self._t.people.get(seat)
            if wanted is None or not may(wanted, Right.SERVE) or seat == user.id:
                raise Refused(422, "malformed", sentences.NO_SUCH_SEAT)
        if not skill and seat is None:
            raise Refused(422, "malformed", sentences.TRANSFER_WHERE)
        lead = sees_everything(user)
        if seat is not None and await self._t.call_ins.is_in(seat, conversation_id):
            handed = await self._t.service.hand_over(
                conversation_id, user.id, seat, epoch, note=note, lead=lead
            )
            await self._t.desk.done(handed)
            if note.strip():
                await self.note(user, conversation_id, note, NoteKind.NOTE)
            return
        done = await self._t.service.transfer(
            conversation_id,
            user.id,
            epoch,
            skill=skill,
            wanted_seat=seat,
            note=note,
            lead=lead,
        )
        await self._t.desk.done(done)
        if note.strip():
            await self.note(user, conversation_id, note, NoteKind.NOTE)

    async def take_over(self, user: User, conversation_id: str, epoch: int) -> None:
        await self._t.desk.done(await self._t.service.take_over(conversation_id, user.id, epoch))

    async def to_bot(self, user: User, conversation_id: str, epoch: int, note: str) -> None:
        async def turn_over() -> int | None:
            done = await self._t.service.to_bot(
                conversation_id, user.id, epoch, note=note, lead=sees_everything(user)
            )
            await self._t.desk.done(done)
            if not done.turnover.changed:
                return None
            await self._t.desk.tell(conversation_id, notices.back_to_bot(by_citizen=False))
            return done.epoch

        await self._t.turns.hand_back(conversation_id, turn_over, RETURNED)

    async def end(self, user: User, conversation_id: str, epoch: int) -> None:
        done = await self._t.desk.done(await self._t.service.end(conversation_id, user.id, epoch))
        if done.turnover.changed:
            await self._t.desk.tell(conversation_id, notices.ended())

    async def wrap(
        self,
        user: User,
        conversation_id: str,
        outcome: str,
        tags: list[str],
        note: str,
        promised: Promise = NO_PROMISE,
    ) -> None:
        """The outcome CALLBACK writes a callback, before the conversation closes: the promise must not be lost with it."""
        if outcome == CALLBACK:
            await self._promise_call(user, conversation_id, note, promised)
        done = await self._t.service.wrap(conversation_id, user.id, outcome=outcome, tags=tags, note=note)
        await self._t.desk.done(done)
        if note.strip():
            await self.note(user, conversation_id, note, NoteKind.NOTE)

    async def _promise_call(self, user: User, conversation_id: str, note: str, promised: Promise) -> None:
        """Raises Refused where the number given is none, or the conversation is not his."""
        await self.may_write(user, conversation_id)
        conversation = await self._t.blocking.read(self._t.store.get, conversation_id)
        phone = normal_phone(promised.phone) if promised.phone.strip() else ""
        if phone and phones.problem(phone):
            raise Refused(422, "malformed", sentences.CALLBACK_PHONE_WRONG)
        phone = phone or (await self._t.orders.citizen(conversation)).phone
        known = await self._t.blocking.read(self._t.handoffs.open_callback, conversation_id)
        same = known if known is not None and known.phone == phone else None
        matter = note.strip() or (same.note if same else "") or await self._t.orders.matter(conversation)
        wish = promised.wish.strip() or (same.wish if same else "")
        _kept, events = await self._t.service.callback(
            conversation_id, phone, wish, matter[:MATTER_CHARS], actor=user.id
        )
        await self._t.desk.publish(events)

    async def pull_in(self, user: User, conversation_id: str, lead: str | None) -> None:
        """Call a lead to look: he is shown the conversation and may whisper or take it over."""
        await self.may_write(user, conversation_id)
        asked = f"请班长协助（{user.display_name}）"
        frame = {
            "type": "alert",
            "kind": "pull_in",
            "conversation": conversation_id,
            "text": asked,
            "from": self._t.people.author(user.id),
        }
        await self._t.people.refresh()
        for other in self._t.people.all():
            if sees_everything(other) and other.id != user.id and (lead is None or other.id == lead):
                self._t.bus.publish(
                    {"kind": "alert_seat", "seat": other.id, "conversation": conversation_id, "frame": frame}
                )
        await self._t.blocking.write(
            self._t.handoffs.record,
            conversation_id,
            EventKind.OBSERVED,
            user.id,
            {"pulled_in": lead or "any"},
        )

    async def whisper(self, user: User, conversation_id: str, text: str) -> Note:
        return await self.note(user, conversation_id, text, NoteKind.WHISPER)

    async def note(self, user: User, conversation_id: str, text: str, kind: NoteKind = NoteKind.NOTE) -> Note:
        note = await self._t.blocking.write(
            self._t.handoffs.add_note, conversation_id, user.id, text.strip(), kind
        )
        frame = {"type": kind.value, "conversation": conversation_id, "note": self.note_json(note)}
        self._t.bus.publish({"kind": "watchers", "conversation": conversation_id, "frame": frame})
        return note

    def note_json(self, note: Note) -> dict[str, Any]:
        return {
            "id": str(note.id),
            "conversation": note.conversation_id,
            "at": note.at.isoformat(),
            "author": self._t.people.author(note.author),
            "kind": note.kind.value,
            "text": note.text,
        }

    def typing(self, conversation_id: str, on: bool) -> None:
        self._t.hub.publish(conversation_id, {"type": "typing", "from": "seat", "on": on})

    async def observed(self, user: User, conversation_id: str) -> None:
        """A lead looks into a conversation that is not his: written down."""
        await self._t.blocking.write(self._t.handoffs.record, conversation_id, EventKind.OBSERVED, user.id)

    async def may_read(self, user: User, conversation_id: str) -> Reads:
        """Raises Refused (403), ConversationNotFound."""
        await self._t.blocking.read(self._t.store.get, conversation_id)
        served = await self._t.blocking.read(self._t.handoffs.of_conversation, conversation_id)
        if any(one.seat_id == user.id and one.state.value != "done" for one in served):
            return Reads.OWN
        if await self._t.call_ins.is_in(user.id, conversation_id):
            return Reads.TASK
        if await self._t.blocking.read(self._t.handoffs.calls_back, user.id, conversation_id):
            # Who calls somebody back has to know what was said.
            return Reads.TASK
        if sees_everything(user) or any(one.seat_id == user.id for one in served):
            return Reads.LOOK
        raise Refused(403, "forbidden", sentences.NOT_YOUR_CONVERSATION)

    async def may_write(self, user: User, conversation_id: str) -> Reads:
        """Raises Refused (403): only whose it is, and leads."""
        reads = await self.may_read(user, conversation_id)
        if reads is not Reads.OWN and not sees_everything(user):
            raise Refused(403, "forbidden", sentences.NOT_YOUR_CONVERSATION)
        return reads

    async def _card(self, conversation_id: str, attachment_id: str) -> Mapping[str, Any]:
        found = await self._t.blocking.file(self._t.attachments.find, attachment_id)
        if found is None or found[0].conversation_id != conversation_id:
            raise Refused(422, "malformed", sentences.PICTURES["not_found"])
        return found[0].card()

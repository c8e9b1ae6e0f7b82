"""What a seat may do with conversations, whoever asks: the websocket or HTTP. Checks rights, acts, tells everybody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from desk.conversations import ConversationStore, Draft, EventKind, SeatAppended, Sender
from desk.handoff.service import HandoffService
from desk.handoff.store import HandoffStore, Note, NoteKind
from desk.orders.digits import normal_phone
from desk.seats import SKILLS, Right, User, may
from gateway import sentences
from gateway.console.call_ins import CallIns
from gateway.console.consoles import sees_everything
from gateway.console.frames import SeatSend
from gateway.console.seat_orders import SeatOrders
from gateway.errors import Refused
from gateway.feed.hub import Hub
from gateway.handoff import notices
from gateway.handoff.bus import HandoffBus
from gateway.handoff.coordinator import HandoffCoordinator
from gateway.handoff.people import People
from gateway.pictures.keeping import Pictures
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics
from gateway.turns.turns import Turns
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
class Promise:
    """The call that a seat promises in the wrap-up. Without a number, the one that is known is called."""

    phone: str = ""
    wish: str = ""


NO_PROMISE = Promise()


class SeatActs:
    """Share one a process. Acts raise ConversationError, HandoffError, Refused, StoreUnavailable."""

    def __init__(
        self,
        *,
        coordinator: HandoffCoordinator,
        service: HandoffService,
        store: ConversationStore,
        handoffs: HandoffStore,
        blocking: Blocking,
        hub: Hub,
        bus: HandoffBus,
        people: People,
        turns: Turns,
        pictures: Pictures,
        metrics: Metrics,
        call_ins: CallIns,
        orders: SeatOrders,
    ) -> None:
        self._coordinator = coordinator
        self._service = service
        self._store = store
        self._handoffs = handoffs
        self._blocking = blocking
        self._hub = hub
        self._bus = bus
        self._people = people
        self._turns = turns
        self._pictures = pictures
        self._metrics = metrics
        self._call_ins = call_ins
        self._orders = orders

    async def accept(self, user: User, handoff_id: str) -> dict[str, Any]:
        done = await self._coordinator.done(await self._service.accept(handoff_id, user.id))
        return {"conversation": done.handoff.conversation_id, "epoch": done.epoch}

    async def decline(self, user: User, handoff_id: str, reason: str) -> None:
        self._metrics.offers.labels("declined").inc()
        await self._coordinator.publish(await self._service.decline(handoff_id, user.id, reason))

    async def send(self, user: User, frame: SeatSend) -> SeatAppended:
        """Only the owner can: the store compares owner, epoch and seat in the same transaction."""
        text, card = frame.text.strip(), None
        if frame.attachment is not None:
            card = await self._pictures.card_of(frame.conversation, frame.attachment)
            text = text or "[图片]"
        if not text:
            raise Refused(422, "malformed", sentences.MALFORMED)
        draft = Draft(sender=Sender.SEAT, text=text, card=card)
        appended = await self._blocking.write(
            self._store.append_seat, frame.conversation, user.id, frame.epoch, frame.message_id, draft
        )
        if appended.new:
            self._people.remember(user)
            self._metrics.seat_messages.inc()
            self._hub.publish_messages([appended.message])
            said = {
                "kind": "said",
                "conversation": frame.conversation,
                "seq": appended.message.seq,
                "by": "seat",
            }
            self._bus.publish(said)
        return appended

    async def transfer(
        self, user: User, conversation_id: str, epoch: int, skill: str | None, seat: str | None, note: str
    ) -> None:
        if skill and skill not in SKILLS:
            raise Refused(422, "malformed", sentences.NO_SUCH_SKILL)
        if seat is not None:
            await self._people.know([seat])
            wanted = self._people.get(seat)
            if wanted is None or not may(wanted, Right.SERVE) or seat == user.id:
                raise Refused(422, "malformed", sentences.NO_SUCH_SEAT)
        if not skill and seat is None:
            raise Refused(422, "malformed", sentences.TRANSFER_WHERE)
        lead = sees_everything(user)
        if seat is not None and await self._call_ins.is_in(seat, conversation_id):
            handed = await self._service.hand_over(
                conversation_id, user.id, seat, epoch, note=note, lead=lead
            )
            await self._coordinator.done(handed)
            if note.strip():
                await self.note(user, conversation_id, note, NoteKind.NOTE)
            return
        done = await self._service.transfer(
            conversation_id,
            user.id,
            epoch,
            skill=skill,
            wanted_seat=seat,
            note=note,
            lead=lead,
        )
        await self._coordinator.done(done)
        if note.strip():
            await self.note(user, conversation_id, note, NoteKind.NOTE)

    async def take_over(self, user: User, conversation_id: str, epoch: int) -> None:
        await self._coordinator.done(await self._service.take_over(conversation_id, user.id, epoch))

    async def to_bot(self, user: User, conversation_id: str, epoch: int, note: str) -> None:
        async def turn_over() -> int | None:
            done = await self._service.to_bot(
                conversation_id, user.id, epoch, note=note, lead=sees_everything(user)
            )
            await self._coordinator.done(done)
            if not done.turnover.changed:
                return None
            await self._coordinator.tell(conversation_id, notices.back_to_bot(by_citizen=False))
            return done.epoch

        await self._turns.hand_back(conversation_id, turn_over, RETURNED)

    async def end(self, user: User, conversation_id: str, epoch: int) -> None:
        done = await self._coordinator.done(await self._service.end(conversation_id, user.id, epoch))
        if done.turnover.changed:
            await self._coordinator.tell(conversation_id, notices.ended())

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
        done = await self._service.wrap(conversation_id, user.id, outcome=outcome, tags=tags, note=note)
        await self._coordinator.done(done)
        if note.strip():
            await self.note(user, conversation_id, note, NoteKind.NOTE)

    async def _promise_call(self, user: User, conversation_id: str, note: str, promised: Promise) -> None:
        """Raises Refused where the number given is none, or the conversation is not the user's."""
        await self.may_write(user, conversation_id)
        conversation = await self._blocking.read(self._store.get, conversation_id)
        phone = normal_phone(promised.phone) if promised.phone.strip() else ""
        if phone and phones.problem(phone):
            raise Refused(422, "malformed", sentences.CALLBACK_PHONE_WRONG)
        phone = phone or (await self._orders.citizen(conversation)).phone
        known = await self._blocking.read(self._handoffs.open_callback, conversation_id)
        same = known if known is not None and known.phone == phone else None
        matter = note.strip() or (same.note if same else "") or await self._orders.matter(conversation)
        wish = promised.wish.strip() or (same.wish if same else "")
        _kept, events = await self._service.callback(
            conversation_id, phone, wish, matter[:MATTER_CHARS], actor=user.id
        )
        await self._coordinator.publish(events)

    async def pull_in(self, user: User, conversation_id: str, lead: str | None) -> None:
        """Call a lead to look: they are shown the conversation and may whisper or take it over."""
        await self.may_write(user, conversation_id)
        asked = f"请班长协助（{user.display_name}）"
        frame = {
            "type": "alert",
            "kind": "pull_in",
            "conversation": conversation_id,
            "text": asked,
            "from": self._people.author(user.id),
        }
        await self._people.refresh()
        for other in self._people.all():
            if sees_everything(other) and other.id != user.id and (lead is None or other.id == lead):
                self._bus.publish(
                    {"kind": "alert_seat", "seat": other.id, "conversation": conversation_id, "frame": frame}
                )
        await self._blocking.write(
            self._handoffs.record,
            conversation_id,
            EventKind.OBSERVED,
            user.id,
            {"pulled_in": lead or "any"},
        )

    async def whisper(self, user: User, conversation_id: str, text: str) -> Note:
        return await self.note(user, conversation_id, text, NoteKind.WHISPER)

    async def note(self, user: User, conversation_id: str, text: str, kind: NoteKind = NoteKind.NOTE) -> Note:
        note = await self._blocking.write(
            self._handoffs.add_note, conversation_id, user.id, text.strip(), kind
        )
        frame = {"type": kind.value, "conversation": conversation_id, "note": self.note_json(note)}
        self._bus.publish({"kind": "watchers", "conversation": conversation_id, "frame": frame})
        return note

    def note_json(self, note: Note) -> dict[str, Any]:
        return {
            "id": str(note.id),
            "conversation": note.conversation_id,
            "at": note.at.isoformat(),
            "author": self._people.author(note.author),
            "kind": note.kind.value,
            "text": note.text,
        }

    def typing(self, conversation_id: str, on: bool) -> None:
        self._hub.publish(conversation_id, {"type": "typing", "from": "seat", "on": on})

    async def observed(self, user: User, conversation_id: str) -> None:
        """Write down that a lead looks into another's conversation."""
        await self._blocking.write(self._handoffs.record, conversation_id, EventKind.OBSERVED, user.id)

    async def may_read(self, user: User, conversation_id: str) -> Reads:
        """Raises Refused (403), ConversationNotFound."""
        await self._blocking.read(self._store.get, conversation_id)
        served = await self._blocking.read(self._handoffs.of_conversation, conversation_id)
        if any(one.seat_id == user.id and one.state.value != "done" for one in served):
            return Reads.OWN
        if await self._call_ins.is_in(user.id, conversation_id):
            return Reads.TASK
        if await self._blocking.read(self._handoffs.calls_back, user.id, conversation_id):
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

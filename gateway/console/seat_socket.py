"""One open console: the websocket `/ws/seat` of docs/protocol.md.

A reader, a writer, and a task that watches the sign-in. A console that was too slow to read comes back for a full
picture.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import structlog
from fastapi import APIRouter, WebSocket
from pydantic import ValidationError

from desk.conversations import ConversationError, ConversationStore
from desk.handoff.errors import HandoffError, QueueUnavailable
from desk.handoff.seat import SeatState, SeatStatus
from desk.handoff.service import HandoffService
from desk.seats import SignedIn, User, may
from desk.settings import Settings
from desk.wechat import is_wechat
from gateway import sentences
from gateway.console import frames as f
from gateway.console.access import Acts, Configured, InThreads, Seats, Shown, Store
from gateway.console.acts import Promise, SeatActs
from gateway.console.call_ins import CallIns
from gateway.console.consoles import Consoles, sees_everything
from gateway.console.picture import Item, QueuePicture, seats_json
from gateway.console.reading import Readings, masked_frame
from gateway.console.send_windows import SendWindows
from gateway.console.sign_in import csrf_fits, open_for_seat, still_signed_in
from gateway.console.view import ConversationView
from gateway.doors import FRAMES
from gateway.errors import GatewayError, Refused, StoreUnavailable
from gateway.feed.hub import Hub
from gateway.handoff.coordinator import HandoffCoordinator
from gateway.handoff.people import People, user_json
from gateway.pictures.attachments import BadPicture
from gateway.runtime.blocking import Blocking
from gateway.runtime.installed import the
from gateway.sockets.network import address_of
from gateway.sockets.open_sockets import Holder, OpenSockets
from gateway.sockets.page_socket import BAD_HELLO, NO_RIGHT, TRY_LATER, WRONG_TOKEN, PageSocket
from gateway.wire import CRASHED_PROBLEM, problem_of

_log = structlog.get_logger(__name__)

router = APIRouter()

# A full picture of a long queue is one frame; between two of them come many small ones.
OUTGOING = 2000
HEARTBEAT_S = 5
# How often the sign-in is looked at, unless somebody says that the account was changed: a sign-out ends the console
# within this time.
SIGN_IN_CHECK_S = 30.0
# More than anybody can look at.
VIEWS_MAX = 40
# How soon a conversation that could not be read is tried again.
OPEN_AGAIN_S = 1.0
PROBLEMS = (GatewayError, ConversationError, HandoffError, BadPicture)


class SeatSocket(PageSocket[str]):
    def __init__(
        self,
        websocket: WebSocket,
        found: SignedIn,
        address: str,
        *,
        sockets: OpenSockets,
        consoles: Consoles,
        picture: QueuePicture,
        people: People,
        service: HandoffService,
        coordinator: HandoffCoordinator,
        acts: SeatActs,
        call_ins: CallIns,
        readings: Readings,
        hub: Hub,
        store: ConversationStore,
        blocking: Blocking,
        settings: Settings,
        windows: SendWindows,
    ) -> None:
        super().__init__(websocket, sockets, address, OUTGOING)
        self._consoles = consoles
        self._picture = picture
        self._people = people
        self._service = service
        self._coordinator = coordinator
        self._acts = acts
        self._call_ins = call_ins
        self._readings = readings
        self._hub = hub
        self._store = store
        self._blocking = blocking
        self._settings = settings
        self._windows = windows
        self._found = found
        self.user: User = found.user
        self._status = SeatStatus.OFFLINE
        self._reason = ""
        self._since = datetime.now(UTC)
        self._views: dict[str, ConversationView] = {}
        # What the page wants open while SQL is away.
        self._unopened: dict[str, f.Open] = {}
        self._unopened_news = asyncio.Event()
        self._shown: set[str] = set()
        # Conversations of others in whose talk this seat is the third.
        self._as_third: set[str] = set()
        # Opened only to look at: personal data are covered there.
        self._masked: set[str] = set()
        self._account_changed = asyncio.Event()
        self._forgotten = asyncio.Event()
        self._ready = False

    def _holder(self) -> Holder:
        return Holder(kind="user", name=self._found.user.id)

    def _work(self) -> Sequence[Coroutine[Any, Any, None]]:
        return (
            self._read_forever(),
            self._write_forever(),
            self._watch_sign_in(),
            self._watch_queue(),
            self._open_later(),
        )

    def _left(self) -> None:
        self._consoles.leave(self)
        for view in self._views.values():
            view.close()

    def put(self, frame: str) -> None:
        """Send a frame that is written already: many consoles get the same."""
        self._enqueue(frame)

    def look_at_account(self) -> None:
        self._account_changed.set()

    def tell_status(self) -> None:
        self._forgotten.set()

    def watches(self, conversation_id: str) -> bool:
        item = self._picture.items.get(conversation_id)
        return conversation_id in self._views or (item is not None and item["seat"] == self.user.id)

    def show(self, item: Item, frame: str) -> None:
        if not self._ready:
            return
        conversation_id = item["conversation"]
        if item["seat"] == self.user.id:
            self._masked.discard(conversation_id)
        if self._sees(item):
            self._shown.add(conversation_id)
            self.put(frame)
        else:
            self.show_gone(conversation_id)
        view = self._views.get(conversation_id)
        if view is None or item["seat"] == self.user.id or sees_everything(self.user):
            return
        if conversation_id in self._as_third:
            # As long as they are in; what ends that ends the view.
            return
        if item["epoch"] > view.epoch:
            # Handed on: what is said there now is no longer for these eyes. (An item of an older epoch is late: it tells
            # of the waiting that ended when this seat took it.)
            self._views.pop(conversation_id).close()

    def show_gone(self, conversation_id: str) -> None:
        if conversation_id in self._shown:
            self._shown.discard(conversation_id)
            self._put({"type": "item_gone", "conversation": conversation_id})

    def _sees(self, item: Item) -> bool:
        return (
            item["state"] in ("waiting", "offered")
            or item["seat"] == self.user.id
            or item["conversation"] in self._as_third
            or sees_everything(self.user)
        )

    async def _hello(self, body: object) -> bool:
        try:
            hello = f.SeatHello.model_validate(body)
        except ValidationError:
            self.close_soon(BAD_HELLO)
            return False
        if not csrf_fits(self._found, hello.csrf):
            self.close_soon(WRONG_TOKEN)
            return False
        try:
            await self._welcome()
        except PROBLEMS as error:
            _log.warning("console_not_welcomed", error=type(error).__name__)
            self.close_soon(TRY_LATER)
            return False
        return True

    async def _welcome(self) -> None:
        self._people.remember(self.user)
        await self._take_up_status()
        rules = self._settings
        await self._write(
            {
                "type": "welcome",
                "user": user_json(self.user),
                "status": self._status.value,
                "server_time": datetime.now(UTC).isoformat(),
                "settings": {
                    "offer_s": rules.offer_timeout_s,
                    "heartbeat_s": HEARTBEAT_S,
                    "lost_s": rules.seat_lost_s,
                },
            }
        )
        self._consoles.enter(self)
        await self._consoles.fresh()
        self._put(self._desk())
        self._ready = True
        for item, until in self._picture.offer_to(self.user.id):
            self._put({"type": "offer", "item": item, "until": until.isoformat()})

    def _desk(self) -> dict[str, Any]:
        """The full picture as this user may see it."""
        picture = self._picture
        items = sorted(picture.items.values(), key=lambda item: (-item["priority"], item["since"]))
        seen = [item for item in items if self._sees(item)]
        self._shown = {item["conversation"] for item in seen}
        mine = [item for item in seen if item["seat"] == self.user.id]
        others = [item for item in seen if item["seat"] != self.user.id]
        return {"type": "desk", "mine": mine, "queue": others, "seats": seats_json(picture.seats)}

    async def _take_up_status(self) -> None:
        """Go on as the seat was, in whatever tab or process; being here counts as a heartbeat."""
        try:
            for view in await self._service.seats():
                if view.state.seat_id == self.user.id:
                    self._status, self._reason = view.state.status, view.state.reason
                    self._since = view.state.since
            await self._tell_queue()
        except QueueUnavailable:
            # Nobody is offered anything now; the next heartbeat tells the queue.
            return

    async def _tell_queue(self) -> None:
        user = self.user
        state = SeatState(
            seat_id=user.id,
            status=self._status,
            skills=frozenset(user.skills),
            capacity=user.capacity,
            since=self._since,
            reason=self._reason,
        )
        await self._coordinator.publish(await self._service.set_seat(state))

    async def _watch_sign_in(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SIGN_IN_CHECK_S):
                    await self._account_changed.wait()
            self._account_changed.clear()
            try:
                self._found = await still_signed_in(self._socket, self._found.token_hash)
            except Refused as error:
                if error.status == 403:
                    await self._retire()
                self.close_soon(NO_RIGHT if error.status == 403 else WRONG_TOKEN)
                return
            except StoreUnavailable:
                continue
            if self._found.user != self.user:
                # Other skills, another capacity: the next offers follow them.
                self.user = self._found.user
                self._people.remember(self.user)
                with contextlib.suppress(*PROBLEMS):
                    await self._tell_queue()

    async def _retire(self) -> None:
        """Their role serves nobody any longer: what would be offered to them goes to somebody else at once."""
        self._status = SeatStatus.OFFLINE
        with contextlib.suppress(*PROBLEMS):
            await self._tell_queue()

    async def _watch_queue(self) -> None:
        while True:
            await self._forgotten.wait()
            self._forgotten.clear()
            with contextlib.suppress(*PROBLEMS):
                await self._tell_queue()

    async def _read_forever(self) -> None:
        while True:
            body = await self._receive()
            raw_id = body.get("id") if isinstance(body, dict) else None
            frame_id = raw_id if isinstance(raw_id, str) and len(raw_id) <= 64 else None
            message_id = body.get("message_id") if isinstance(body, dict) else None
            try:
                frame = f.read_frame(body)
                more = await self._act(frame)
                if frame_id is not None:
                    self._put({"type": "done", "id": frame_id, **(more or {})})
            except Exception as error:
                if isinstance(error, PROBLEMS):
                    problem = problem_of(error)
                else:
                    # A console whose socket ended would come back and do the same again.
                    _log.exception("frame_crashed", seat=self.user.id)
                    problem = CRASHED_PROBLEM
                told: dict[str, Any] = {
                    "type": "error",
                    "id": frame_id,
                    "code": problem.code,
                    "text": problem.text,
                    "retryable": problem.retryable or problem.status == 503,
                }
                if isinstance(message_id, str):
                    told["message_id"] = message_id[:64]
                self._put(told)

    async def _act(self, frame: f.Heartbeat | f.Acting) -> Mapping[str, Any] | None:
        acts, user = self._acts, self.user
        right = FRAMES.get(frame.type)
        if right is None or not may(user, right):
            raise Refused(403, "forbidden", sentences.NO_RIGHT)
        match frame:
            case f.Heartbeat():
                self._consoles.beat(self.user.id)
                self._put({"type": "pong"})
            case f.SetStatus():
                await self._set_status(SeatStatus(frame.status), frame.reason)
            case f.Accept():
                return await acts.accept(user, frame.handoff)
            case f.Decline():
                await acts.decline(user, frame.handoff, frame.reason)
            case f.Open():
                try:
                    await self._open(frame)
                except StoreUnavailable:
                    # A page says it once and would stay blank.
                    self._unopened[frame.conversation] = frame
                    self._unopened_news.set()
                    raise
            case f.CloseView():
                self._unopened.pop(frame.conversation, None)
                view = self._views.pop(frame.conversation, None)
                if view is not None:
                    view.close()
            case f.SeatSend():
                appended = await acts.send(user, frame)
                return {"message_id": frame.message_id, "seq": appended.message.seq}
            case f.Typing():
                item = self._picture.items.get(frame.conversation)
                if item is not None and item["seat"] == user.id and item["state"] == "serving":
                    acts.typing(frame.conversation, frame.on)
            case f.Whisper():
                note = await acts.whisper(user, frame.conversation, frame.text)
                return {"note": acts.note_json(note)}
            case f.Transfer():
                await acts.transfer(
                    user, frame.conversation, frame.epoch, frame.skill, frame.seat, frame.note
                )
            case f.PullIn():
                await acts.pull_in(user, frame.conversation, frame.lead)
            case f.CallIn():
                return await self._call_ins.call_in(
                    user, frame.conversation, frame.epoch, frame.seat, frame.skill, frame.note
                )
            case f.Join():
                return await self._call_ins.join(user, frame.conversation, frame.invitation)
            case f.Refuse():
                await self._call_ins.refuse(user, frame.conversation, frame.invitation)
            case f.LeaveCall():
                await self._call_ins.leave(user, frame.conversation)
            case f.TakeOver():
                await acts.take_over(user, frame.conversation, frame.epoch)
            case f.ToBot():
                await acts.to_bot(user, frame.conversation, frame.epoch, frame.note)
            case f.End():
                await acts.end(user, frame.conversation, frame.epoch)
            case f.Wrap():
                promised = Promise(phone=frame.phone, wish=frame.wish)
                await acts.wrap(user, frame.conversation, frame.outcome, frame.tags, frame.note, promised)
        return None

    async def _set_status(self, status: SeatStatus, reason: str) -> None:
        before = (self._status, self._reason, self._since)
        self._status, self._reason, self._since = status, reason, datetime.now(UTC)
        try:
            await self._tell_queue()
        except QueueUnavailable:
            self._status, self._reason, self._since = before
            raise

    async def _open_later(self) -> None:
        while True:
            await self._unopened_news.wait()
            self._unopened_news.clear()
            await asyncio.sleep(OPEN_AGAIN_S)
            for conversation_id, frame in tuple(self._unopened.items()):
                try:
                    await self._open(frame)
                except StoreUnavailable:
                    self._unopened_news.set()
                    break
                except PROBLEMS:
                    # Handed on meanwhile.
                    self._unopened.pop(conversation_id, None)

    async def _open(self, frame: f.Open) -> None:
        conversation_id = frame.conversation
        reading = await self._readings.look(self.user, conversation_id, self._address)
        own, conversation = reading.own, reading.conversation
        (self._masked.discard if reading.clear else self._masked.add)(conversation_id)
        before = self._views.pop(conversation_id, None)
        if before is not None:
            before.close()
        elif not own and sees_everything(self.user):
            await self._acts.observed(self.user, conversation_id)
        if len(self._views) >= VIEWS_MAX:
            oldest = next(iter(self._views))
            self._views.pop(oldest).close()
        self._unopened.pop(conversation_id, None)
        # The place of a third is another seat's conversation: its end ends the view.
        third = await self._call_ins.frame(conversation_id)
        self._as_third.discard(conversation_id)
        if not own and (third.get("seat") or {}).get("id") == self.user.id:
            self._as_third.add(conversation_id)
        self._views[conversation_id] = ConversationView(
            conversation,
            frame.after,
            self._show_view,
            hub=self._hub,
            store=self._store,
            blocking=self._blocking,
            people=self._people,
            window=self._windows.of if is_wechat(conversation_id) else None,
        )
        self._put({**third, "conversation": conversation_id})

    def tell_note(self, frame: Mapping[str, Any]) -> None:
        self._put(masked_frame(frame) if frame["conversation"] in self._masked else frame)

    def _show_view(self, frame: Mapping[str, Any]) -> None:
        self.tell_note(frame)
        conversation_id = frame["conversation"]
        if frame["type"] == "third" and frame["state"] == "nobody" and conversation_id in self._as_third:
            self._as_third.discard(conversation_id)
            item = self._picture.items.get(conversation_id)
            if frame.get("why") == "handed" or sees_everything(self.user):
                return
            view = self._views.pop(conversation_id, None)
            if view is not None:
                view.close()
            if item is not None:
                self.show_gone(conversation_id)

    def _put(self, frame: Mapping[str, Any]) -> None:
        self.put(orjson.dumps(frame).decode())

    async def _write_forever(self) -> None:
        while True:
            try:
                await self._write_text(await self._outgoing.get())
            except TimeoutError:
                self.close_soon(TRY_LATER)
                return


@router.websocket("/ws/seat")
async def seat(
    websocket: WebSocket,
    sockets: Annotated[OpenSockets, the(OpenSockets)],
    consoles: Annotated[Consoles, the(Consoles)],
    picture: Shown,
    people: Seats,
    service: Annotated[HandoffService, the(HandoffService)],
    coordinator: Annotated[HandoffCoordinator, the(HandoffCoordinator)],
    acts: Acts,
    call_ins: Annotated[CallIns, the(CallIns)],
    readings: Annotated[Readings, the(Readings)],
    hub: Annotated[Hub, the(Hub)],
    store: Store,
    blocking: InThreads,
    settings: Configured,
    windows: Annotated[SendWindows, the(SendWindows)],
) -> None:
    found = await open_for_seat(websocket)
    if found is not None:
        await SeatSocket(
            websocket,
            found,
            address_of(websocket),
            sockets=sockets,
            consoles=consoles,
            picture=picture,
            people=people,
            service=service,
            coordinator=coordinator,
            acts=acts,
            call_ins=call_ins,
            readings=readings,
            hub=hub,
            store=store,
            blocking=blocking,
            settings=settings,
            windows=windows,
        ).run()

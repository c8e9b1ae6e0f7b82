"""From a message of WeChat to a turn of the conversation, and from the turn to the answer of WeChat's request.

WeChat waits five seconds. What the hotline has to say by then goes out with the answer; what comes later goes by the API
(`delivery.py` sees that nothing goes both ways). Whatever was stored is never asked twice, however often WeChat repeats it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError

from asr.audio import Clip
from desk.conversations import (
    ConversationError,
    ConversationStore,
    Draft,
    Message,
    MessageIdTaken,
    NotTheOwner,
    Owner,
    QuickReply,
    Sender,
)
from desk.conversations.channel import WECHAT
from desk.orders.links import OrderLinks
from desk.settings import Settings
from desk.store.redis_keys import WECHAT_SEEN_TTL_S, WECHAT_UNSURE_TTL_S, wechat_seen, wechat_unsure
from desk.wechat import Arrival, Job, WechatStore, origin_of_citizen
from gateway import sentences
from gateway.channels.wechat import patience
from gateway.channels.wechat.account import Account
from gateway.channels.wechat.api import WechatApi
from gateway.channels.wechat.delivery import Delivery, DeliveryTools
from gateway.channels.wechat.errors import CitizenGone, FileTooLarge, NotPermitted, WechatError, WechatRefused
from gateway.channels.wechat.incoming import Incoming, citizen_key
from gateway.channels.wechat.patience import HURRIED_S, Patience
from gateway.channels.wechat.quota import Quota
from gateway.channels.wechat.voice import SURE, Ears, Heard, UnreadableVoice, clip_from, opus_of
from gateway.channels.wechat.wording import picked
from gateway.conversations.opening import Opening
from gateway.errors import GatewayError, StillWorking
from gateway.feed.hub import Hub
from gateway.handoff.coordinator import HandoffCoordinator
from gateway.pictures.attachments import BadPicture
from gateway.pictures.keeping import Pictures
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics
from gateway.runtime.rate_limits import Limit, RateLimits
from gateway.runtime.redis_link import RedisLink, RedisUnavailable
from gateway.runtime.tasks import Loops, end_tasks
from gateway.turns.turns import Turns
from gateway.wire import check_length, problem_of

_log = structlog.get_logger(__name__)

# The API waits so long for the answer of a request whose gateway died.
HOLD = timedelta(seconds=5)
# One try at a file: fetching, hearing a minute of speech, storing. Another gateway takes over afterwards.
JOB_LEASE = timedelta(seconds=150)
JOB_TRIES = 3
JOBS_EVERY_S = 10.0
JOB_LOOK_S = 0.3
# Messages looked at for what was offered last.
LOOK_BACK = 12
PICK_CHARS = 60
GRACE_S = 3.0

_FILES = {"voice": "[语音]", "image": "[图片]"}
_UNSEEN = {
    "video": "[视频]",
    "shortvideo": "[小视频]",
    "file": "[文件]",
    "link": "[链接]",
    "miniprogrampage": "[小程序卡片]",
    "music": "[音乐]",
}
# Taps and scans: they open a window of their own and no other.
_ACTS = frozenset({"event:click", "event:scan", "event:subscribe", "event:view"})
_NO_QUEUE = re.compile(r"(?:取消|不|别)(?:排队|转人工|等)(?:了|吧)?[。！!]*|不用(?:转)?人工了?[。！!]*")
_YES = re.compile(
    r"(?:对+的?|是的?|嗯+|没错|正确|对[，,]?就是(?:这样|这个)?|可以|ok)[。！!.~～]*", re.IGNORECASE
)
_SCORE = re.compile(r"\s*([1-5])\s*(?:分|星|颗星)?[。.!！]?\s*")
_AGAIN = re.compile(
    r"(?:不[对是]|错了?)[，,。 ]*(?:我?(?:重新|再)(?:说|讲)(?:一遍)?)?[。！!]*|(?:重新|再)(?:说|讲)一?遍?[。！!]*"
)


@dataclass
class _Course:
    """One request on its way. `conversation_id` is set as soon as it is known; `late` once the request was answered without
    it, `answering` once its answer is being fetched: never both."""

    conversation_id: str = ""
    late: bool = False
    answering: bool = False


@dataclass(frozen=True, kw_only=True)
class HotlineTools:
    """What the channel uses of the rest of the gateway."""

    settings: Settings
    citizens: WechatStore
    store: ConversationStore
    opening: Opening
    turns: Turns
    coordinator: HandoffCoordinator
    hub: Hub
    pictures: Pictures
    limits: RateLimits
    redis: RedisLink
    blocking: Blocking
    metrics: Metrics
    loops: Loops


class WechatHotline:
    """Share one a process. `start` it inside the event loop; `aclose` at the end."""

    def __init__(self, tools: HotlineTools, api: WechatApi, account: Account) -> None:
        self._s = tools
        self._app_id = tools.settings.wechat_app_id
        self._api = api
        self._account = account
        self._store = tools.citizens
        self._quota = Quota(tools.redis)
        self._ears = Ears(tools.settings)
        self._patience = Patience(patience.ANSWER_WITHIN_S)
        self._delivery = Delivery(
            DeliveryTools(
                store=self._store,
                conversations=tools.store,
                blocking=tools.blocking,
                api=api,
                quota=self._quota,
                metrics=tools.metrics,
                loops=tools.loops,
                on_window=self._tell_window,
                links=OrderLinks.of(tools.settings),
            )
        )
        tools.hub.watch(self._delivery.on_message)
        self._running: set[asyncio.Task[Any]] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._delivery.start()
        self._tasks = [self._s.loops.start("wechat.files", self._files_forever)]

    async def aclose(self) -> None:
        """Lets what is in work finish for a moment; the rest another gateway finds."""
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE_S)
        await end_tasks([*self._running, *self._tasks])
        await self._delivery.aclose()
        await self._api.aclose()

    async def answer(self, incoming: Incoming) -> str | None:
        """What to say with the answer to WeChat's request; None: nothing. Within `patience.ANSWER_WITHIN_S`, and a moment."""
        self._s.metrics.wechat.labels("received").inc()
        course = _Course()
        # In a task of its own: it goes on when WeChat breaks off.
        task = self._keep(self._take(incoming, course))
        given_s, in_vain = self._patience.begin(time.monotonic()), False
        try:
            async with asyncio.timeout(given_s):
                return await asyncio.shield(task)
        except TimeoutError:
            in_vain = True
        finally:
            self._patience.end(given_s, in_vain, time.monotonic())
        if course.answering:
            # What is to be said is being taken for this answer, and for no other way.
            return await asyncio.shield(task)
        course.late = True
        if course.conversation_id:
            self._keep(self._go_on_by_api(course.conversation_id, incoming, hurried=given_s <= HURRIED_S))
        return None

    def page_address(self, back: str, state: str) -> str:
        return self._api.page_address(back, state)

    async def conversations_by(self, code: str) -> list[str]:
        """All conversations of who opened a page, by the code that WeChat has sent them back with. Raises WechatError,
        StoreUnavailable."""
        key = citizen_key(self._app_id, await self._api.who_opened(code))
        return await self._s.blocking.read(self._store.conversations_of, key)

    async def window(self, conversation_id: str) -> Mapping[str, Any] | None:
        """What a seat has to know before writing: `left` messages, `until` when (ISO, null: closed), and up to which number
        everything is `delivered`. None: nobody knows. Raises StoreUnavailable."""
        window = await self._quota.window(conversation_id)
        delivered = await self._s.blocking.read(self._store.delivered_to, conversation_id)
        if window is None or delivered is None:
            return None
        until = datetime.fromtimestamp(window.until, UTC).isoformat() if window.until is not None else None
        return {"left": window.left, "until": until, "delivered": delivered}

    def _tell_window(self, conversation_id: str) -> None:
        # Only that there is news: what it is, the gateway of whoever looks asks for itself.
        self._s.hub.publish(conversation_id, {"type": "window"})

    def _keep(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ran)
        return task

    def _ran(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("wechat_crashed", exc_info=error)

    async def _go_on_by_api(self, conversation_id: str, incoming: Incoming, *, hurried: bool) -> None:
        try:
            await self._delivery.let_go(conversation_id)
            # While the bot is behind, WeChat has enough to carry without it.
            if not hurried and not incoming.is_event and self._api.may_send:
                await self._api.show_typing(incoming.openid)
        except (GatewayError, WechatError):
            # The hold ends by itself; that somebody types is news to nobody.
            return

    async def _take(self, incoming: Incoming, course: _Course) -> str | None:
        before = None
        try:
            before = await self._handle(incoming, course)
        except StillWorking:
            # It goes on, and the API will say what comes of it.
            return None
        except (GatewayError, ConversationError) as error:
            trouble = problem_of(error).text
            if course.late:
                await self._tell_late(incoming, trouble)
            return trouble
        if before is not None or not course.conversation_id or course.late:
            return before
        course.answering = True
        try:
            return await self._delivery.passive(course.conversation_id, incoming.message_id)
        except GatewayError:
            # What is stored is brought by the API, when the database is back.
            _log.warning("wechat_answer_not_read", conversation=course.conversation_id)
            return None

    async def _tell_late(self, incoming: Incoming, trouble: str) -> None:
        """The words of a trouble are stored nowhere: they may be about what stores. Once; what fails here stays unsaid."""
        try:
            await self._api.send_text(incoming.openid, trouble)
        except WechatError as error:
            _log.warning("wechat_trouble_not_told", reason=type(error).__name__)

    async def _handle(self, incoming: Incoming, course: _Course) -> str | None:
        """Do what the message asks for and wait until its answer is stored. Returns what it was answered with before."""
        key = citizen_key(self._app_id, incoming.openid)
        if incoming.kind == "event:unsubscribe":
            await self._s.blocking.write(self._store.forget, key)
            return None
        if incoming.is_event and incoming.kind not in _ACTS:
            # Reports of places, of templates that were sent, and whatever comes after us.
            return None
        seen = await self._seen(incoming.message_id)
        arrival = await self._s.blocking.write(
            self._store.arrive, key, incoming.openid, incoming.message_id, HOLD, seen=seen
        )
        if arrival.passive is not None or arrival.repeated:
            return arrival.passive
        if arrival.begins:
            await self._begin(arrival, key)
        course.conversation_id = arrival.conversation_id
        if not seen:
            await (self._quota.acted if incoming.is_event else self._quota.wrote)(arrival.conversation_id)
            self._tell_window(arrival.conversation_id)
        with self._delivery.held(arrival.conversation_id, lambda: not course.late):
            await self._say(arrival, incoming)
        await self._remember(incoming.message_id)
        return None

    async def _begin(self, arrival: Arrival, key: str) -> None:
        # A copy of the request, or the citizen's next message, may make it at the same moment.
        with contextlib.suppress(IntegrityError):
            await self._s.opening.begin(
                WECHAT.name,
                conversation_id=arrival.conversation_id,
                # Wrong proofs of ownership are counted by where they come from.
                origin=origin_of_citizen(key),
                greet=False,
            )

    async def _say(self, arrival: Arrival, incoming: Incoming) -> None:
        """Raises GatewayError, ConversationError."""
        if not incoming.is_event:
            per_minute = self._s.settings.rate_messages_per_minute
            await self._s.limits.hit(
                Limit(scope="messages", subject=arrival.conversation_id, count=per_minute, window_s=60)
            )
        match incoming.kind:
            case "text":
                await self._text(arrival, incoming)
            case "voice" | "image":
                await self._file(arrival, incoming)
            case "location":
                await self._location(arrival, incoming)
            case "event:subscribe":
                await self._greet(arrival, incoming)
            case "event:scan":
                await self._for_him(arrival, incoming, self._account.said_by("scan", incoming.key))
            case "event:click":
                await self._for_him(arrival, incoming, self._account.said_by("tap", incoming.key))
            case "event:view":
                return
            case _:
                words = _UNSEEN.get(incoming.kind, "[不支持的消息]")
                await self._turn(
                    arrival, incoming.message_id, words, told=(_notice(sentences.WECHAT_UNSEEN),)
                )

    # -- words --

    async def _text(self, arrival: Arrival, incoming: Incoming) -> None:
        text = incoming.text.strip()
        if not text:
            told = (_notice(sentences.WECHAT_UNSEEN),)
            await self._turn(arrival, incoming.message_id, "[空白消息]", told=told)
            return
        check_length(text, self._s.settings.message_max_chars)
        if arrival.owner is Owner.WAITING and _NO_QUEUE.fullmatch(text):
            with contextlib.suppress(NotTheOwner):
                await self._s.coordinator.take_bot(arrival.conversation_id)
                return
        if await self._rated(arrival, incoming.message_id, text):
            return
        if arrival.owner is Owner.BOT and await self._settled_doubt(arrival, incoming.message_id, text):
            return
        choice = await self._picked(arrival, text)
        if choice is not None:
            await self._turn(arrival, incoming.message_id, choice.text, payload=choice.payload)
            return
        await self._turn(arrival, incoming.message_id, text)

    async def _picked(self, arrival: Arrival, text: str) -> QuickReply | None:
        if arrival.owner is not Owner.BOT or len(text) > PICK_CHARS:
            return None
        return picked(text, _offering(await self._latest(arrival.conversation_id, arrival.last_seq)))

    async def _latest(self, conversation_id: str, last_seq: int) -> list[Message]:
        after = max(last_seq - LOOK_BACK, 0)
        return await self._s.blocking.read(self._s.store.messages, conversation_id, after, LOOK_BACK)

    async def _rated(self, arrival: Arrival, message_id: str, text: str) -> bool:
        """A figure after a person's work, which the seat has asked for; also where the conversation has ended since."""
        score = _SCORE.fullmatch(text)
        if score is None:
            return False
        rated = arrival.ended or arrival.conversation_id
        conversation = await self._s.blocking.read(self._s.store.get, rated)
        latest = await self._latest(rated, conversation.last_seq)
        asked = [one for one in latest if one.sender is not Sender.CITIZEN][-1:]
        if not asked or asked[0].kind != "rating" or asked[0].sender is not Sender.SYSTEM:
            return False
        await self._s.blocking.write(self._s.store.rate, rated, int(score[1]))
        self._s.hub.publish(rated, {"type": "rated", "score": int(score[1])})
        if arrival.owner is not Owner.BOT:
            await self._turn(arrival, message_id, text)
            await self._tell_once(arrival.conversation_id, f"{message_id}:rated", _notice(sentences.RATED))
        else:
            await self._turn(arrival, message_id, text, told=(_notice(sentences.RATED),))
        return True

    async def _for_him(self, arrival: Arrival, incoming: Incoming, sentence: str | None) -> None:
        if sentence is None:
            _log.warning("wechat_key_unknown", kind=incoming.kind, what_to_do="write it into wechat.yml")
            told = _notice(sentences.WECHAT_KEY_UNKNOWN)
            await self._tell_once(arrival.conversation_id, incoming.message_id, told)
            return
        await self._turn(arrival, incoming.message_id, sentence)

    async def _greet(self, arrival: Arrival, incoming: Incoming) -> None:
        sentence = self._account.said_by("scan", incoming.key) if incoming.key else None
        if sentence is not None:
            await self._turn(arrival, incoming.message_id, sentence)
            return
        greeting = sentences.greeting(self._s.settings.city)
        await self._tell_once(arrival.conversation_id, incoming.message_id, greeting)

    async def _tell_once(self, conversation_id: str, message_id: str, draft: Draft) -> None:
        """Raises GatewayError, ConversationError."""
        s = self._s
        message = await s.blocking.write(s.store.append_system_once, conversation_id, message_id, draft)
        if message is not None:
            s.hub.publish_messages([message])

    async def _turn(
        self,
        arrival: Arrival,
        message_id: str,
        text: str,
        payload: str | None = None,
        card: dict[str, Any] | None = None,
        told: Sequence[Draft] = (),
    ) -> None:
        """Say it, and wait for the answer. Raises GatewayError, ConversationError."""
        s, conversation_id = self._s, arrival.conversation_id
        try:
            appended = await s.turns.accept(conversation_id, message_id, text, payload, card, told)
        except MessageIdTaken:
            # A copy of the request that was read at another moment: its choice is no choice any more.
            known = await s.blocking.read(s.store.by_message_id, conversation_id, message_id)
            if known is None or known.sender is not Sender.CITIZEN:
                raise
            appended = await s.turns.accept(
                conversation_id, message_id, known.text, known.payload, known.card, told
            )
        await self._remember(message_id)
        await s.turns.answer(appended, 2 * s.settings.rasa_timeout_s + 5)

    # -- places --

    async def _location(self, arrival: Arrival, incoming: Incoming) -> None:
        place = incoming.place
        assert place is not None
        card = {
            "location": {
                "latitude": place.latitude,
                "longitude": place.longitude,
                # China's maps are shifted; whoever draws it on another one has to know.
                "system": "GCJ-02",
                "label": place.label,
            }
        }
        if place.label:
            text = sentences.WECHAT_PLACE.format(label=place.label[:200])
            await self._turn(arrival, incoming.message_id, text, card=card)
            return
        await self._turn(
            arrival, incoming.message_id, "[位置]", card=card, told=(_notice(sentences.WECHAT_PLACE_UNNAMED),)
        )

    # -- files --

    async def _file(self, arrival: Arrival, incoming: Incoming) -> None:
        if not incoming.media_id or len(incoming.media_id) > 256:
            told = (_notice(sentences.WECHAT_FILE_LOST),)
            await self._turn(arrival, incoming.message_id, _FILES[incoming.kind], told=told)
            return
        job = Job(
            id=incoming.message_id,
            conversation_id=arrival.conversation_id,
            kind=incoming.kind,
            media_id=incoming.media_id,
            tries=1,
        )
        new = await self._s.blocking.write(
            self._store.add_job, job.id, job.conversation_id, job.kind, job.media_id, JOB_LEASE
        )
        await self._remember(job.id)
        if new:
            await self._work(job)
            return
        # The request came before, and its file is being worked on: wait as its first copy does.
        while True:
            await asyncio.sleep(JOB_LOOK_S)
            if not await self._s.blocking.read(self._store.has_job, job.id):
                return

    async def _files_forever(self) -> None:
        """Files whose gateway died over them, or that WeChat would not give."""
        while True:
            await asyncio.sleep(JOBS_EVERY_S)
            try:
                jobs = await self._s.blocking.write(self._store.take_jobs, JOB_LEASE)
            except GatewayError:
                continue
            for job in jobs:
                self._keep(self._work_again(job))

    async def _work_again(self, job: Job) -> None:
        last = job.tries > JOB_TRIES
        try:
            await (self._without(job, sentences.WECHAT_FILE_LOST) if last else self._work(job))
        except (GatewayError, ConversationError) as error:
            _log.warning(
                "wechat_file_not_said", conversation=job.conversation_id, reason=type(error).__name__
            )
        if last:
            await self._s.blocking.write(self._store.end_job, job.id)

    async def _work(self, job: Job) -> None:
        """Raises GatewayError, ConversationError; then the file is tried again later."""
        s = self._s
        try:
            content = await self._api.file(job.media_id)
        except (WechatRefused, NotPermitted, CitizenGone, FileTooLarge) as error:
            _log.warning("wechat_file_refused", conversation=job.conversation_id, reason=type(error).__name__)
            words = (
                sentences.WECHAT_FILE_TOO_LARGE
                if isinstance(error, FileTooLarge)
                else sentences.WECHAT_FILE_LOST
            )
            await self._without(job, words)
        except WechatError as error:
            _log.warning(
                "wechat_file_not_fetched", conversation=job.conversation_id, reason=type(error).__name__
            )
            if job.tries < JOB_TRIES:
                return
            await self._without(job, sentences.WECHAT_FILE_LOST)
        else:
            await (self._picture if job.kind == "image" else self._voice)(job, content)
        await s.blocking.write(self._store.end_job, job.id)

    async def _without(self, job: Job, words: str, card: dict[str, Any] | None = None) -> None:
        await self._turn(_again(job), job.id, _FILES[job.kind], card=card, told=(_notice(words),))

    async def _picture(self, job: Job, content: bytes) -> None:
        try:
            kept = await self._s.pictures.keep(job.conversation_id, content)
        except BadPicture as error:
            await self._without(job, sentences.PICTURES[error.reason])
            return
        # The turn itself says that it is kept.
        await self._turn(_again(job), job.id, _FILES["image"], card=kept.card())

    async def _voice(self, job: Job, content: bytes) -> None:
        s = self._s
        try:
            clip = await s.blocking.search(clip_from, content)
            card = await self._kept_voice(job.conversation_id, clip)
            heard = await self._ears.hear(clip)
        except UnreadableVoice as error:
            _log.warning("wechat_voice_unreadable", conversation=job.conversation_id, reason=str(error))
            await self._without(job, sentences.WECHAT_VOICE_UNREADABLE)
            return
        conversation = await s.blocking.read(s.store.get, job.conversation_id)
        if conversation.owner is not Owner.BOT:
            # A person reads it; whatever it is, he can ask back.
            text = f"[语音] {heard.text}" if heard and heard.text else "[语音，没能转成文字]"
            await self._turn(_again(job), job.id, text, card=card)
        elif heard is None:
            await self._without(job, sentences.WECHAT_NO_EARS, card)
        elif not heard.text:
            await self._without(job, sentences.WECHAT_NOTHING_HEARD, card)
        elif heard.sure < SURE:
            await self._doubt(job, heard, card)
        else:
            told = _notice(sentences.WECHAT_HEARD.format(text=heard.text))
            await self._tell_once(job.conversation_id, f"{job.id}:heard", told)
            await self._turn(_again(job), job.id, heard.text, card=card)

    async def _kept_voice(self, conversation_id: str, clip: Clip) -> dict[str, Any] | None:
        """What the message holds of it, so that a person can listen; None: there is no room for it."""
        s = self._s
        try:
            opus = await s.blocking.search(opus_of, clip)
            kept = await s.pictures.keep_voice(conversation_id, opus)
        except (BadPicture, OSError) as error:
            _log.warning("wechat_voice_not_kept", conversation=conversation_id, reason=type(error).__name__)
            return None
        return {"voice": {"id": kept.id, "seconds": round(clip.seconds)}}

    async def _doubt(self, job: Job, heard: Heard, card: dict[str, Any] | None) -> None:
        key = wechat_unsure(job.conversation_id)
        try:
            await self._s.redis.run(lambda c: c.set(key, heard.text.encode(), ex=WECHAT_UNSURE_TTL_S))
        except RedisUnavailable:
            await self._without(job, sentences.WECHAT_NOTHING_HEARD, card)
            return
        await self._without(job, sentences.WECHAT_DOUBT.format(text=heard.text), card)

    async def _settled_doubt(self, arrival: Arrival, message_id: str, text: str) -> bool:
        """The answer to “对吗”: yes makes the words his, no asks for them again, anything else is what it is."""
        key = wechat_unsure(arrival.conversation_id)
        try:
            words = await self._s.redis.run(lambda c: c.getdel(key))
        except RedisUnavailable:
            return False
        if words is None:
            return False
        if _YES.fullmatch(text):
            await self._turn(arrival, message_id, words.decode() if isinstance(words, bytes) else words)
        elif _AGAIN.fullmatch(text):
            await self._turn(arrival, message_id, text, told=(_notice(sentences.WECHAT_SAY_AGAIN),))
        else:
            return False
        return True

    # -- what was seen before --

    async def _seen(self, message_id: str) -> bool:
        try:
            return bool(await self._s.redis.run(lambda c: c.exists(wechat_seen(message_id))))
        except RedisUnavailable:
            # The conversation itself knows what was said in it.
            return False

    async def _remember(self, message_id: str) -> None:
        try:
            await self._s.redis.run(lambda c: c.set(wechat_seen(message_id), b"1", ex=WECHAT_SEEN_TTL_S))
        except RedisUnavailable:
            return


def _notice(text: str) -> Draft:
    return sentences.notice(text)


def _again(job: Job) -> Arrival:
    return Arrival(conversation_id=job.conversation_id, owner=Owner.BOT)


def _offering(latest: Sequence[Message]) -> Message | None:
    """The last message with choices since the citizen wrote last."""
    for message in reversed(latest):
        if message.sender is Sender.CITIZEN:
            return None
        if message.quick_replies:
            return message
    return None

"""Joins the parts of the gateway. Only this module builds them and knows them all; every other class is handed what it uses,
by name, and every route asks for it by its type (`gateway.runtime.installed`)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from fastapi import FastAPI
from sqlalchemy import Engine

from desk.conversations import ConversationStore
from desk.erasure import ErasureStore
from desk.handoff.queue import HandoffQueue
from desk.handoff.routing import Rules
from desk.handoff.service import HandoffService
from desk.handoff.store import HandoffStore
from desk.orders.limits import OrderLimits
from desk.orders.store import OrderStore
from desk.seats import Accounts, KnowledgeFeedback
from desk.settings import OwnServer, Settings
from desk.store.engine import open_engine, open_write_groups
from desk.wechat import WechatStore
from gateway.api.health import Health
from gateway.backends.opening import Backends, open_backends
from gateway.channels.calls import CallFactory
from gateway.channels.phone.callers import AnnouncedCalls
from gateway.channels.phone.ends import CallEnds
from gateway.channels.phone.hotline import PhoneHotline
from gateway.channels.web.limits import CitizenLimits
from gateway.channels.web.page_calls import PageCalls
from gateway.channels.wechat.hotline import HotlineTools, WechatHotline
from gateway.channels.wechat.open import open_wechat
from gateway.console.accounts import SeatAccounts
from gateway.console.acts import SeatActs
from gateway.console.call_ins import CallIns
from gateway.console.consoles import Consoles
from gateway.console.knowledge_panel import KnowledgePanel
from gateway.console.picture import QueuePicture
from gateway.console.queries import ConsoleQueries
from gateway.console.reading import Readings
from gateway.console.seat_orders import SeatOrders
from gateway.console.send_windows import SendWindows
from gateway.conversations.opening import Opening
from gateway.conversations.tokens import ConversationTokens
from gateway.erasure.retention import Retention, RetentionSweep
from gateway.errors import StoreUnavailable
from gateway.feed.hub import Hub
from gateway.handoff.bus import HandoffBus
from gateway.handoff.coordinator import HandoffCoordinator
from gateway.handoff.outbox import Outbox
from gateway.handoff.outside import OutsideDesk
from gateway.handoff.people import People
from gateway.order_page.api import Allowed
from gateway.order_page.page import OrderPage
from gateway.pictures.attachments import Attachments
from gateway.pictures.keeping import Pictures
from gateway.recordings.recordings import Recordings
from gateway.runtime.blocking import Blocking
from gateway.runtime.closing import Closing
from gateway.runtime.installed import install
from gateway.runtime.metrics import Metrics
from gateway.runtime.rate_limits import RateLimits
from gateway.runtime.redis_link import RedisLink
from gateway.runtime.tasks import Loops, end_tasks
from gateway.sockets.network import trusted_proxies
from gateway.sockets.open_sockets import OpenSockets
from gateway.talk.relay import TalkRelay
from gateway.talk.third import ThirdSeats
from gateway.tts.build import build_speaker
from gateway.tts.speaker import Speaker
from gateway.turns.last_turn import LastTurn
from gateway.turns.late_orders import LateOrders
from gateway.turns.rasa import RasaClient
from gateway.turns.replay import Replay
from gateway.turns.spool import Spool
from gateway.turns.turn_lock import TurnLocks
from gateway.turns.turns import Turns
from gateway.voice.transcriber import speech_server

_log = structlog.get_logger(__name__)

# At start a message of the last moment may still be in work on another replica. What is younger than this was perhaps
# cut off by the very end of the process before us, so a second look follows when it has come of age.
RECOVER_OLDER_THAN = timedelta(seconds=5)
SECOND_LOOK_S = 6.0
# In the later sweeps a turn in work must not be taken for a lost one; the turn lock would guard it anyway.
SWEEP_OLDER_THAN = timedelta(seconds=60)
# An answer to what was asked an hour ago would surprise more than help; such conversations are for a human.
RECOVER_YOUNGER_THAN = timedelta(hours=1)
SWEEP_EVERY_S = 30.0
# The database may be back long before the next sweep; kept messages should not wait.
SPOOL_EVERY_S = 2.0
# Longest wait for turns in flight when the process is told to end.
GRACE_S = 10.0
# What a caller waits beyond Rasa's own time-out.
CALLER_PATIENCE_S = 5.0

MakeBackends = Callable[[Settings, Blocking], Backends]


@dataclass(kw_only=True)
class Gateway:
    """Everything that serves, joined. `start` it inside the event loop; `drain` before the server stops, `aclose` after."""

    settings: Settings
    engine: Engine
    store: ConversationStore
    blocking: Blocking
    redis: RedisLink
    metrics: Metrics
    # Everything that runs for as long as the process.
    loops: Loops
    zone: ZoneInfo
    limits: RateLimits
    closing: Closing
    # Turns of the bot.
    rasa: RasaClient
    hub: Hub
    spool: Spool
    turns: Turns
    last_turn: LastTurn
    late_orders: LateOrders
    tokens: ConversationTokens
    opening: Opening
    sockets: OpenSockets
    pictures: Pictures
    # Handoff and consoles.
    accounts: Accounts
    people: People
    handoffs: HandoffStore
    service: HandoffService
    bus: HandoffBus
    coordinator: HandoffCoordinator
    outside: OutsideDesk | None
    backends: Backends
    queries: ConsoleQueries
    picture: QueuePicture
    consoles: Consoles
    acts: SeatActs
    call_ins: CallIns
    panel: KnowledgePanel
    orders: SeatOrders
    readings: Readings
    # Calls.
    speaker: Speaker
    recordings: Recordings
    talks: TalkRelay
    factory: CallFactory
    page_calls: PageCalls
    announced: AnnouncedCalls
    ends: CallEnds
    phone: PhoneHotline
    wechat: WechatHotline | None
    order_page: OrderPage
    retention: RetentionSweep
    health: Health
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def install(self, app: FastAPI) -> None:
        """Give the routes of the application what they ask for."""
        install(
            app,
            *(self.settings, trusted_proxies(self.settings), self.closing, self.zone),
            *(self.store, self.blocking, self.metrics, self.hub, self.turns, self.tokens, self.opening),
            *(self.sockets, self.pictures, self.recordings, self.talks),
            CitizenLimits(self.limits, self.metrics, self.settings),
            *(self.accounts, SeatAccounts(self.accounts, self.blocking, self.limits), self.people),
            *(self.handoffs, self.service, self.bus, self.coordinator),
            *(self.backends.knowledge, self.backends.orders, self.backends.categories),
            *(self.queries, self.picture, self.consoles, self.acts, self.call_ins, self.panel),
            *(self.orders, self.readings, KnowledgeFeedback(self.engine)),
            *(self.factory, self.page_calls, self.announced, self.ends, self.health),
            *(self.order_page, Allowed(self.limits, self.metrics)),
            SendWindows(self.wechat.window if self.wechat is not None else None),
            *(one for one in (self.outside, self.wechat) if one is not None),
        )

    async def start(self) -> None:
        self.hub.start()
        self.bus.start()
        self.coordinator.start()
        self.consoles.start()
        self.talks.start()
        self.recordings.start()
        if self.outside is not None:
            self.outside.start()
        self.tasks.append(self.loops.start("turns.recover", self._recover_forever))
        self.tasks.append(self.loops.start("orders.tell_late", self.late_orders.run_forever))
        self.tasks.append(self.loops.start("retention.sweep", self.retention.run_forever))
        await self.phone.open()
        if self.wechat is not None:
            self.wechat.start()
        self.tasks.append(asyncio.create_task(self.backends.knowledge.warm()))

    async def drain(self) -> None:
        """Say goodbye to open pages (1001) and let turns in flight finish. Call it before the server stops."""
        if self.closing.begun:
            return
        self.closing.begun = True
        await self.sockets.close_all()
        await self.turns.aclose(GRACE_S)

    async def aclose(self) -> None:
        await self.phone.aclose()
        if self.wechat is not None:
            await self.wechat.aclose()
        await self.order_page.aclose()
        await self.health.aclose()
        await self.drain()
        await end_tasks(self.tasks)
        if self.outside is not None:
            await self.outside.aclose()
        await self.talks.aclose()
        await self.recordings.aclose()
        await self.call_ins.aclose()
        await self.consoles.aclose()
        await self.coordinator.aclose()
        await self.bus.aclose()
        await self.hub.aclose()
        await self.rasa.aclose()
        await self.redis.aclose()
        await self.blocking.aclose()
        self.spool.close()
        self.engine.dispose()
        await self.speaker.aclose()

    async def _recover_forever(self) -> None:
        older_than, next_sweep_s, looks = RECOVER_OLDER_THAN, 0.0, 0
        while True:
            if next_sweep_s <= 0 or len(self.spool):
                with contextlib.suppress(StoreUnavailable):
                    found = await self.turns.recover(older_than=older_than, younger_than=RECOVER_YOUNGER_THAN)
                    if found:
                        _log.info("unanswered_found", count=found)
                    looks += next_sweep_s <= 0
                    if looks == 1:
                        next_sweep_s = SECOND_LOOK_S
                    elif next_sweep_s <= 0:
                        older_than, next_sweep_s = SWEEP_OLDER_THAN, SWEEP_EVERY_S
            await asyncio.sleep(SPOOL_EVERY_S)
            next_sweep_s -= SPOOL_EVERY_S


async def open_gateway(settings: Settings, make_backends: MakeBackends = open_backends) -> Gateway:
    """Connects to nothing yet, so that the gateway starts and says what is wrong while its neighbours are away."""
    engine = open_engine(settings.effective_database_url)
    blocking = Blocking(sqlite=engine.dialect.name == "sqlite", groups=open_write_groups(engine))
    store = ConversationStore(engine)
    redis = RedisLink(settings.redis_address)
    metrics, loops, last_turn = Metrics(), Loops(), LastTurn()
    zone, limits, rules = ZoneInfo(settings.timezone), RateLimits(redis), Rules.of(settings)
    backends = make_backends(settings, blocking)

    accounts = Accounts(engine, session=timedelta(hours=settings.seat_session_h))
    people = People(accounts, blocking)
    hub = Hub(redis, store, blocking, people.author, loops)
    bus = HandoffBus(redis, loops)
    handoffs = HandoffStore(engine)
    service = HandoffService(HandoffQueue(redis.client), store, handoffs, blocking, rules)
    coordinator = HandoffCoordinator(
        service=service,
        handoffs=handoffs,
        store=store,
        blocking=blocking,
        hub=hub,
        bus=bus,
        people=people,
        metrics=metrics,
        rules=rules,
        zone=zone,
        loops=loops,
    )

    spool = await blocking.file(Spool, settings.var_dir / "spool")
    rasa = RasaClient(settings.rasa_url, settings.rasa_timeout_s, settings.own_headers(OwnServer.RASA))
    locks = TurnLocks(redis, store, blocking)
    turns = Turns(
        store=store,
        blocking=blocking,
        locks=locks,
        rasa=rasa,
        hub=hub,
        spool=spool,
        replay=Replay(spool, store, blocking),
        metrics=metrics,
        timezone=zone,
        handoff=coordinator,
        last_turn=last_turn,
    )
    late_orders = LateOrders(
        OrderStore(engine, OrderLimits.from_settings(settings)),
        store,
        blocking,
        locks,
        hub,
        zone,
        spool.waiting,
    )
    holds = timedelta(days=settings.citizen_token_days) if settings.citizen_token_days else None
    tokens = ConversationTokens(store, blocking, holds)
    opening = Opening(store, blocking, tokens, settings.city)
    attachments = Attachments(
        settings.var_dir / "attachments",
        most_bytes=settings.pictures_store_mb * 1000**2,
        conversation_bytes=settings.pictures_conversation_mb * 1000**2,
    )
    pictures = Pictures(attachments, blocking, metrics)

    outside = await _open_outside(settings, coordinator, store, handoffs, accounts, blocking, metrics, loops)
    queries = ConsoleQueries(engine)
    picture = QueuePicture(service, queries, people, blocking)
    panel = KnowledgePanel(store, backends.knowledge, blocking)
    orders = SeatOrders(store, queries, backends.orders, backends.categories, rasa, blocking, zone)
    call_ins = CallIns(
        ThirdSeats(redis),
        service,
        store,
        handoffs,
        blocking,
        hub,
        bus,
        people,
        settings.offer_timeout_s,
    )
    coordinator.watch(call_ins)
    acts = SeatActs(
        coordinator=coordinator,
        service=service,
        store=store,
        handoffs=handoffs,
        blocking=blocking,
        hub=hub,
        bus=bus,
        people=people,
        turns=turns,
        pictures=pictures,
        metrics=metrics,
        call_ins=call_ins,
        orders=orders,
    )

    speaker = build_speaker(settings, on_spoken=metrics.spoke)
    recordings = await blocking.file(Recordings, settings, engine, blocking, metrics, loops=loops)
    talks = TalkRelay(redis, loops)
    factory = CallFactory(
        speaker=speaker,
        open_transcriber=speech_server(settings),
        talks=talks,
        hub=hub,
        recordings=recordings,
        metrics=metrics,
        voice=settings.tts_voice,
        city=settings.city,
    )
    answer_s = settings.rasa_timeout_s + CALLER_PATIENCE_S
    page_calls = PageCalls(
        limits=limits,
        metrics=metrics,
        store=store,
        blocking=blocking,
        hub=hub,
        turns=turns,
        coordinator=coordinator,
        opening=opening,
        most=settings.web_max_calls,
        answer_s=answer_s,
    )
    announced, ends = AnnouncedCalls(redis), CallEnds(redis, store, blocking)
    phone = PhoneHotline(
        factory=factory,
        announced=announced,
        ends=ends,
        store=store,
        blocking=blocking,
        hub=hub,
        turns=turns,
        coordinator=coordinator,
        opening=opening,
        metrics=metrics,
        host=settings.audiosocket_host,
        port=settings.audiosocket_port,
        max_calls=settings.phone_max_calls,
        answer_s=answer_s,
    )
    wechat = open_wechat(
        HotlineTools(
            settings=settings,
            citizens=WechatStore(engine),
            store=store,
            opening=opening,
            turns=turns,
            coordinator=coordinator,
            hub=hub,
            pictures=pictures,
            limits=limits,
            redis=redis,
            blocking=blocking,
            metrics=metrics,
            loops=loops,
        )
    )
    return Gateway(
        settings=settings,
        engine=engine,
        store=store,
        blocking=blocking,
        redis=redis,
        metrics=metrics,
        loops=loops,
        zone=zone,
        limits=limits,
        closing=Closing(),
        rasa=rasa,
        hub=hub,
        spool=spool,
        turns=turns,
        last_turn=last_turn,
        late_orders=late_orders,
        tokens=tokens,
        opening=opening,
        sockets=OpenSockets(metrics, settings.sockets_per_address),
        pictures=pictures,
        accounts=accounts,
        people=people,
        handoffs=handoffs,
        service=service,
        bus=bus,
        coordinator=coordinator,
        outside=outside,
        backends=backends,
        queries=queries,
        picture=picture,
        consoles=Consoles(picture, bus, handoffs, panel, blocking, metrics, service, loops),
        acts=acts,
        call_ins=call_ins,
        panel=panel,
        orders=orders,
        readings=Readings(store, acts, orders, picture, accounts, blocking),
        speaker=speaker,
        recordings=recordings,
        talks=talks,
        factory=factory,
        page_calls=page_calls,
        announced=announced,
        ends=ends,
        phone=phone,
        wechat=wechat,
        order_page=OrderPage(settings, engine, blocking, zone, accounts.audit),
        retention=RetentionSweep(
            Retention(settings, ErasureStore(engine), attachments), attachments, blocking, redis
        ),
        health=Health(
            settings=settings,
            store=store,
            blocking=blocking,
            redis=redis,
            last_turn=last_turn,
            spool=spool,
            loops=loops,
            metrics=metrics,
            knowledge=backends.knowledge,
            phone=phone,
            speaker=speaker,
        ),
    )


async def _open_outside(
    settings: Settings,
    coordinator: HandoffCoordinator,
    store: ConversationStore,
    handoffs: HandoffStore,
    accounts: Accounts,
    blocking: Blocking,
    metrics: Metrics,
    loops: Loops,
) -> OutsideDesk | None:
    """None: no outside desk is configured."""
    if settings.outside_desk_url is None or settings.outside_desk_secret is None:
        return None
    return OutsideDesk(
        url=settings.outside_desk_url,
        secret=settings.outside_desk_secret.get_secret_value(),
        username=settings.outside_desk_user,
        coordinator=coordinator,
        store=store,
        handoffs=handoffs,
        accounts=accounts,
        blocking=blocking,
        outbox=await blocking.file(Outbox, settings.var_dir / "outside"),
        metrics=metrics,
        loops=loops,
    )

"""Joins the parts of the gateway. Only this file and `__main__` build them; everything else is handed what it needs."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine

from desk.conversations import ConversationStore
from desk.erasure import ErasureStore
from desk.handoff.queue import HandoffQueue
from desk.handoff.routing import Rules
from desk.handoff.service import HandoffService
from desk.handoff.store import HandoffStore
from desk.orders.limits import OrderLimits
from desk.orders.store import OrderStore
from desk.seats import Accounts
from desk.settings import OwnServer, Settings
from desk.store.engine import open_engine, open_write_groups
from gateway.attachments import Attachments
from gateway.blocking import Blocking
from gateway.channels.web.sockets import OpenSockets
from gateway.errors import StoreUnavailable
from gateway.handoff.bus import DeskBus
from gateway.handoff.desk import DeskTools, HandoffDesk
from gateway.handoff.outbox import Outbox
from gateway.handoff.outside import OutsideDesk, OutsideTools
from gateway.hub import Hub
from gateway.late_orders import LateOrders
from gateway.metrics import Metrics
from gateway.rasa import RasaClient
from gateway.rate_limits import RateLimits
from gateway.recordings.recordings import Recordings
from gateway.redis_link import RedisLink
from gateway.replay import Replay
from gateway.retention import Retention, RetentionSweep
from gateway.seats.parts import SeatParts
from gateway.seats.people import People
from gateway.spool import Spool
from gateway.talk.relay import TalkRelay
from gateway.tasks import Loops, end_tasks
from gateway.tokens import ConversationTokens
from gateway.turn_lock import TurnLocks
from gateway.turns import Turns, TurnTools

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


@dataclass
class Services:
    """Everything that serves requests. Made by `open_services` inside the event loop."""

    settings: Settings
    engine: Engine
    store: ConversationStore
    blocking: Blocking
    redis: RedisLink
    rasa: RasaClient
    hub: Hub
    spool: Spool
    turns: Turns
    late_orders: LateOrders
    limits: RateLimits
    tokens: ConversationTokens
    metrics: Metrics
    sockets: OpenSockets
    zone: ZoneInfo
    accounts: Accounts
    people: People
    handoffs: HandoffStore
    bus: DeskBus
    desk: HandoffDesk
    attachments: Attachments
    outside: OutsideDesk | None
    recordings: Recordings
    talks: TalkRelay
    # Everything that runs for as long as the process.
    loops: Loops
    retention: RetentionSweep
    # Set once by the application: it needs the parts of the desk that open later.
    seats: SeatParts = field(init=False)
    closing: bool = False
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        self.hub.start()
        self.bus.start()
        self.desk.start()
        self.seats.consoles.start()
        self.talks.start()
        self.recordings.start()
        if self.outside is not None:
            self.outside.start()
        self.tasks.append(self.loops.start("turns.recover", self._recover_forever))
        self.tasks.append(self.loops.start("orders.tell_late", self.late_orders.run_forever))
        self.tasks.append(self.loops.start("retention.sweep", self.retention.run_forever))

    async def drain(self) -> None:
        """Say goodbye to open pages (1001) and let turns in flight finish. Call it before the server stops."""
        if self.closing:
            return
        self.closing = True
        await self.sockets.close_all()
        await self.turns.aclose(GRACE_S)

    async def aclose(self) -> None:
        await self.drain()
        await end_tasks(self.tasks)
        if self.outside is not None:
            await self.outside.aclose()
        await self.talks.aclose()
        await self.recordings.aclose()
        await self.seats.call_ins.aclose()
        await self.seats.consoles.aclose()
        await self.desk.aclose()
        await self.bus.aclose()
        await self.hub.aclose()
        await self.rasa.aclose()
        await self.redis.aclose()
        await self.blocking.aclose()
        self.spool.close()
        self.engine.dispose()

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


async def open_services(settings: Settings) -> Services:
    """Connects to nothing yet, so that the gateway starts and says what is wrong while its neighbours are away."""
    url = settings.effective_database_url
    engine = open_engine(url)
    blocking = Blocking(sqlite=engine.dialect.name == "sqlite", groups=open_write_groups(engine))
    store = ConversationStore(engine)
    redis = RedisLink(settings.redis_address)
    metrics, loops = Metrics(), Loops()
    accounts = Accounts(engine, session=timedelta(hours=settings.seat_session_h))
    people = People(accounts, blocking)
    hub = Hub(redis, store, blocking, people.author, loops)
    bus = DeskBus(redis, loops)
    handoffs = HandoffStore(engine)
    rules = Rules.of(settings)
    zone = ZoneInfo(settings.timezone)
    desk = HandoffDesk(
        DeskTools(
            service=HandoffService(HandoffQueue(redis.client), store, handoffs, blocking, rules),
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
    )
    spool = await blocking.file(Spool, settings.var_dir / "spool")
    rasa = RasaClient(settings.rasa_url, settings.rasa_timeout_s, settings.own_headers(OwnServer.RASA))
    locks = TurnLocks(redis, store, blocking)
    orders = OrderStore(engine, OrderLimits.from_settings(settings))
    turns = Turns(
        TurnTools(
            store=store,
            blocking=blocking,
            locks=locks,
            rasa=rasa,
            hub=hub,
            spool=spool,
            replay=Replay(spool, store, blocking),
            metrics=metrics,
            timezone=zone,
            desk=desk,
        )
    )
    outside = None
    if settings.outside_desk_url is not None and settings.outside_desk_secret is not None:
        outside = OutsideDesk(
            OutsideTools(
                url=settings.outside_desk_url,
                secret=settings.outside_desk_secret.get_secret_value(),
                username=settings.outside_desk_user,
                desk=desk,
                store=store,
                handoffs=handoffs,
                accounts=accounts,
                blocking=blocking,
                outbox=await blocking.file(Outbox, settings.var_dir / "outside"),
                metrics=metrics,
                loops=loops,
            )
        )
    attachments = Attachments(
        settings.var_dir / "attachments",
        most_bytes=settings.pictures_store_mb * 1000**2,
        conversation_bytes=settings.pictures_conversation_mb * 1000**2,
    )
    retention = Retention(settings, ErasureStore(engine), attachments)
    return Services(
        settings=settings,
        engine=engine,
        store=store,
        blocking=blocking,
        redis=redis,
        rasa=rasa,
        hub=hub,
        spool=spool,
        turns=turns,
        late_orders=LateOrders(orders, store, blocking, locks, hub, zone, spool.waiting),
        limits=RateLimits(redis),
        tokens=ConversationTokens(
            store,
            blocking,
            timedelta(days=settings.citizen_token_days) if settings.citizen_token_days else None,
        ),
        metrics=metrics,
        sockets=OpenSockets(metrics, settings.sockets_per_address),
        zone=zone,
        accounts=accounts,
        people=people,
        handoffs=handoffs,
        bus=bus,
        desk=desk,
        attachments=attachments,
        retention=RetentionSweep(retention, attachments, blocking, redis),
        outside=outside,
        talks=TalkRelay(redis, loops),
        loops=loops,
        recordings=await blocking.file(Recordings, settings, engine, blocking, metrics, loops=loops),
    )

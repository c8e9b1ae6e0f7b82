"""The phone side of the gateway: AudioSocket calls become conversations of the channel `phone`."""

from __future__ import annotations

import structlog

from desk.conversations import ConversationStore
from desk.conversations.channel import PHONE
from gateway.channels.calls import CallFactory
from gateway.channels.phone.audiosocket import conversation_of
from gateway.channels.phone.callers import AnnouncedCalls
from gateway.channels.phone.ends import CallEnds
from gateway.channels.phone.line import PhoneLine
from gateway.channels.phone.server import PhoneServer
from gateway.conversations.opening import Opening
from gateway.feed.hub import Hub
from gateway.handoff.coordinator import HandoffCoordinator
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics
from gateway.turns.turns import Turns
from gateway.voice.call import Call
from gateway.voice.dialogue import PhoneDialogue
from gateway.voice.transcriber import TranscriberGone

_log = structlog.get_logger(__name__)


class PhoneHotline:
    """`start` it with the gateway, `aclose` before its services."""

    def __init__(
        self,
        *,
        factory: CallFactory,
        announced: AnnouncedCalls,
        ends: CallEnds,
        store: ConversationStore,
        blocking: Blocking,
        hub: Hub,
        turns: Turns,
        coordinator: HandoffCoordinator,
        opening: Opening,
        metrics: Metrics,
        host: str,
        port: int,
        max_calls: int,
        answer_s: float,
    ) -> None:
        """`port` 0: no phone. `answer_s`: a caller waits so long for an answer."""
        self._factory = factory
        self._announced = announced
        self._ends = ends
        self._store = store
        self._blocking = blocking
        self._hub = hub
        self._turns = turns
        self._coordinator = coordinator
        self._opening = opening
        self._metrics = metrics
        self._host = host
        self._port = port
        self._max_calls = max_calls
        self._answer_s = answer_s
        refused = metrics.calls_taken.labels(PHONE.name, "refused")
        self._server = PhoneServer(self._serve, max_calls=max_calls, on_refused=refused.inc)
        self._address = ""

    @property
    def address(self) -> str:
        """Where it listens, as host:port; empty if it does not."""
        return self._address

    @property
    def calls(self) -> int:
        return self._server.calls

    @property
    def full(self) -> bool:
        """Who calls now is sent back."""
        return self._server.calls >= self._max_calls

    async def start(self) -> int:
        """Returns the port, which the system chooses for 0. Raises OSError."""
        port = await self._server.start(self._host, self._port)
        self._address = f"{self._host}:{port}"
        _log.info("phone_listens", address=self._address)
        return port

    async def open(self) -> None:
        """`start` as the product does: 0 is no phone, and a port in use costs the phone, not the citizens who write."""
        if not self._port:
            return
        try:
            await self.start()
        except OSError as error:
            _log.error(
                "phone_cannot_listen",
                address=f"{self._host}:{self._port}",
                why=error.strerror,
                variable="MINSHENG_AUDIOSOCKET_PORT",
            )

    async def aclose(self) -> None:
        self._address = ""
        await self._server.aclose()

    async def _serve(self, line: PhoneLine) -> None:
        try:
            transcriber = await self._factory.transcriber(line.rate_hz)
        except TranscriberGone:
            # We would be deaf. Hanging up lets the dialplan go on to the human queue.
            self._metrics.calls_taken.labels(PHONE.name, "deaf").inc()
            _log.error("phone_call_without_ears", call=str(line.call_id))
            return
        numbers = await self._announced.take(line.call_id)
        dialogue = PhoneDialogue(
            self._store,
            self._blocking,
            self._hub,
            self._turns,
            self._coordinator,
            self._opening,
            self._answer_s,
            wanted_id=conversation_of(line.call_id),
            numbers=numbers,
        )
        tools = await self._factory.tools(
            dialogue,
            transcriber,
            line.rate_hz,
            line="phone",
            goodbye=lambda: self._ends.goodbye(line.call_id),
        )
        self._metrics.calls_taken.labels(PHONE.name, "answered").inc()
        with self._metrics.calls.labels(PHONE.name).track_inprogress():
            await Call(line, tools).run()

"""The phone side of the gateway: AudioSocket calls become conversations of the channel `phone`."""

from __future__ import annotations

import structlog

from gateway.call_kit import CallKit
from gateway.channels.phone.audiosocket import conversation_of
from gateway.channels.phone.callers import AnnouncedCalls
from gateway.channels.phone.ends import CallEnds
from gateway.channels.phone.line import PhoneLine
from gateway.channels.phone.server import PhoneServer
from gateway.voice.call import Call
from gateway.voice.dialogue import CHANNEL, PhoneDialogue
from gateway.voice.transcriber import TranscriberGone

_log = structlog.get_logger(__name__)


class PhoneHotline:
    """`start` it with the gateway, `aclose` before its services."""

    def __init__(self, kit: CallKit) -> None:
        self._kit = kit
        self._services = services = kit.services
        refused = services.metrics.calls_taken.labels(CHANNEL, "refused")
        self._server = PhoneServer(
            self._serve, max_calls=services.settings.phone_max_calls, on_refused=refused.inc
        )
        self._address = ""

    @property
    def address(self) -> str:
        """Where it listens, as host:port; empty if it does not."""
        return self._address

    @property
    def calls(self) -> int:
        return self._server.calls

    async def start(self) -> int:
        """Returns the port. Raises OSError."""
        settings = self._services.settings
        port = await self._server.start(settings.audiosocket_host, settings.audiosocket_port)
        self._address = f"{settings.audiosocket_host}:{port}"
        _log.info("phone_listens", address=self._address)
        return port

    async def open(self) -> None:
        """`start` as the product does: 0 is no phone, and a port in use costs the phone, not the citizens who write."""
        settings = self._services.settings
        if not settings.audiosocket_port:
            return
        try:
            await self.start()
        except OSError as error:
            _log.error(
                "phone_cannot_listen",
                address=f"{settings.audiosocket_host}:{settings.audiosocket_port}",
                why=error.strerror,
                variable="MINSHENG_AUDIOSOCKET_PORT",
            )

    async def aclose(self) -> None:
        self._address = ""
        await self._server.aclose()

    async def _serve(self, line: PhoneLine) -> None:
        s = self._services
        try:
            transcriber = await self._kit.ears(line.rate_hz)
        except TranscriberGone:
            # We would be deaf. Hanging up lets the dialplan go on to the human queue.
            s.metrics.calls_taken.labels(CHANNEL, "deaf").inc()
            _log.error("phone_call_without_ears", call=str(line.call_id))
            return
        numbers = await AnnouncedCalls(s.redis).take(line.call_id)
        dialogue = PhoneDialogue(
            s.store,
            s.blocking,
            s.hub,
            s.turns,
            s.desk,
            s.settings.city,
            self._kit.answer_s,
            wanted_id=conversation_of(line.call_id),
            numbers=numbers,
        )
        ends = CallEnds(s.redis, s.store, s.blocking)
        tools = await self._kit.tools(
            dialogue,
            transcriber,
            line.rate_hz,
            line="phone",
            goodbye=lambda: ends.goodbye(line.call_id),
        )
        s.metrics.calls_taken.labels(CHANNEL, "answered").inc()
        with s.metrics.calls.labels(CHANNEL).track_inprogress():
            await Call(line, tools).run()

"""The phone side of the gateway: AudioSocket calls become conversations of the channel `phone`."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from desk.settings import ROOT
from gateway.channels.phone.audiosocket import conversation_of
from gateway.channels.phone.line import PhoneLine
from gateway.channels.phone.server import PhoneServer
from gateway.services import Services
from gateway.talk.person import SeatOnLine
from gateway.tts.build import build_speaker
from gateway.tts.fixed import fixed_requests
from gateway.tts.speaker import Speaker
from gateway.voice.call import Call, CallTools, Heard
from gateway.voice.dialogue import CHANNEL, PhoneDialogue
from gateway.voice.transcriber import OpenTranscriber, TranscriberGone, speech_server
from gateway.voice.voice_detector import SileroDetector

_log = structlog.get_logger(__name__)


class PhoneHotline:
    """`start` it with the gateway, `aclose` before its services."""

    def __init__(
        self,
        services: Services,
        *,
        speaker: Speaker | None = None,
        open_transcriber: OpenTranscriber | None = None,
        on_heard: Callable[[str, Heard], None] = lambda _conversation, _heard: None,
    ) -> None:
        """`on_heard` is told, by conversation, what callers really heard of each sentence. A `speaker` that is given is
        not closed here."""
        settings = services.settings
        self._services = services
        self._given = speaker is not None
        self._speaker = speaker or build_speaker(settings)
        self._open_transcriber = open_transcriber or speech_server(settings)
        self._on_heard = on_heard
        refused = services.metrics.calls_taken.labels(CHANNEL, "refused")
        self._server = PhoneServer(self._serve, max_calls=settings.phone_max_calls, on_refused=refused.inc)
        fixed = fixed_requests(ROOT / "domain.yml", settings.city)
        self._fixed = frozenset(request.text for request in fixed)
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
        if not self._given:
            await self._speaker.aclose()

    async def _serve(self, line: PhoneLine) -> None:
        s = self._services
        try:
            transcriber = await self._open_transcriber(line.rate_hz)
        except TranscriberGone:
            # We would be deaf. Hanging up lets the dialplan go on to the human queue.
            s.metrics.calls_taken.labels(CHANNEL, "deaf").inc()
            _log.error("phone_call_without_ears", call=str(line.call_id))
            return
        dialogue = PhoneDialogue(
            s.store,
            s.blocking,
            s.hub,
            s.turns,
            s.desk,
            s.settings.city,
            s.settings.rasa_timeout_s + 5,
            wanted_id=conversation_of(line.call_id),
        )
        tools = CallTools(
            dialogue=dialogue,
            transcriber=transcriber,
            detector=SileroDetector(line.rate_hz),
            voices=self._speaker,
            fixed=self._fixed,
            voice=s.settings.tts_voice,
            on_heard=lambda heard: self._on_heard(dialogue.conversation_id, heard),
            recorder=s.recordings.recorder(lambda: dialogue.conversation_id),
            person=SeatOnLine(s.talks, s.hub, lambda: dialogue.conversation_id, line="phone"),
        )
        s.metrics.calls_taken.labels(CHANNEL, "answered").inc()
        with s.metrics.calls.labels(CHANNEL).track_inprogress():
            await Call(line, tools).run()

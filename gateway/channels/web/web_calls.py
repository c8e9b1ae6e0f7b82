"""Calls from the page: who may call now, and what a call is made of. One a process."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import cached_property

from desk.settings import ROOT
from gateway import sentences
from gateway.channels.web.page_dialogue import CHANNEL, PageDialogue
from gateway.errors import Refused, TooMany
from gateway.rate_limits import Limit
from gateway.services import Services
from gateway.talk.person import SeatOnLine
from gateway.tts.build import build_speaker
from gateway.tts.fixed import fixed_requests
from gateway.tts.speaker import Speaker
from gateway.voice.call import CallTools, Heard, Step
from gateway.voice.transcriber import OpenTranscriber, Transcriber, speech_server
from gateway.voice.voice_detector import SileroDetector

# A family behind one address; more at once is nobody's need.
PER_ADDRESS = 8
PER_ADDRESS_AND_HOUR = 60


class WebCalls:
    """`enter` before a call, `leave` after it; `aclose` at the end of the process."""

    def __init__(
        self,
        services: Services,
        *,
        speaker: Speaker | None = None,
        open_transcriber: OpenTranscriber | None = None,
        on_heard: Callable[[str, Heard], None] = lambda _conversation, _heard: None,
    ) -> None:
        """`on_heard` is told, by conversation, what callers really heard of each sentence. A `speaker` that is given
        is not closed here."""
        self._services = services
        self._given = speaker
        self._open_transcriber = open_transcriber or speech_server(services.settings)
        self._on_heard = on_heard
        self._addresses: Counter[str] = Counter()
        self._conversations: set[str] = set()

    @property
    def count(self) -> int:
        return self._addresses.total()

    async def enter(self, address: str, conversation_id: str | None) -> None:
        """
        Raises:
            Refused: `calls_off`, `busy_line`, `call_exists`, `too_many` (the address calls too often).
        """
        most = self._services.settings.web_max_calls
        if most == 0:
            raise Refused(503, "calls_off", sentences.CALLS_OFF)
        if self.count >= most or self._addresses[address] >= PER_ADDRESS:
            raise Refused(503, "busy_line", sentences.CALLS_BUSY)
        if conversation_id is not None and conversation_id in self._conversations:
            raise Refused(409, "call_exists", sentences.CALL_EXISTS)
        # Before anything is awaited, so that two calls never both see the last place free.
        self._addresses[address] += 1
        if conversation_id is not None:
            self._conversations.add(conversation_id)
        try:
            limit = Limit(scope="calls", subject=address, count=PER_ADDRESS_AND_HOUR, window_s=3600)
            await self._services.limits.hit(limit)
        except TooMany as error:
            self.leave(address, conversation_id)
            self._services.metrics.rate_limited.labels("calls").inc()
            raise Refused(429, "too_many", sentences.CALL_TOO_OFTEN) from error

    def leave(self, address: str, conversation_id: str | None) -> None:
        self._addresses[address] -= 1
        if self._addresses[address] <= 0:
            del self._addresses[address]
        if conversation_id is not None:
            self._conversations.discard(conversation_id)

    async def ears(self, rate_hz: int) -> Transcriber:
        """Raises TranscriberGone."""
        return await self._open_transcriber(rate_hz)

    def dialogue(self) -> PageDialogue:
        s = self._services
        answer_s = s.settings.rasa_timeout_s + 5
        return PageDialogue(s.store, s.blocking, s.hub, s.turns, s.desk, s.settings.city, answer_s, CHANNEL)

    async def tools(
        self, dialogue: PageDialogue, transcriber: Transcriber, rate_hz: int, watch: Callable[[Step], None]
    ) -> CallTools:
        conversation_id = dialogue.conversation_id
        # Both read files the first time.
        fixed = await asyncio.to_thread(lambda: self._fixed)
        detector = await asyncio.to_thread(SileroDetector, rate_hz)
        return CallTools(
            dialogue=dialogue,
            transcriber=transcriber,
            detector=detector,
            voices=self._speaker,
            fixed=fixed,
            voice=self._services.settings.tts_voice,
            on_heard=lambda heard: self._on_heard(conversation_id, heard),
            watch=watch,
            recorder=self._services.recordings.recorder(lambda: conversation_id),
            person=SeatOnLine(
                self._services.talks, self._services.hub, lambda: conversation_id, line="browser"
            ),
        )

    async def aclose(self) -> None:
        if self._given is None and "_speaker" in vars(self):
            await self._speaker.aclose()

    @cached_property
    def _speaker(self) -> Speaker:
        return self._given or build_speaker(self._services.settings)

    @cached_property
    def _fixed(self) -> frozenset[str]:
        requests = fixed_requests(ROOT / "domain.yml", self._services.settings.city)
        return frozenset(request.text for request in requests)

"""What calls are made of, whatever line they come over. One a process; nothing is loaded before somebody calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cached_property

from desk.settings import ROOT
from gateway.services import Services
from gateway.talk.person import SeatOnLine
from gateway.tts.fixed import fixed_requests
from gateway.tts.speaker import Speaker
from gateway.voice.call import CallTools, Step
from gateway.voice.dialogue import PhoneDialogue
from gateway.voice.transcriber import OpenTranscriber, Transcriber, speech_server
from gateway.voice.voice_detector import SileroDetector


class CallKit:
    def __init__(
        self, services: Services, speaker: Speaker, open_transcriber: OpenTranscriber | None = None
    ) -> None:
        self.services = services
        self._speaker = speaker
        self._open_transcriber = open_transcriber or speech_server(services.settings)

    async def ears(self, rate_hz: int) -> Transcriber:
        """Raises TranscriberGone."""
        return await self._open_transcriber(rate_hz)

    @property
    def answer_s(self) -> float:
        """A caller waits so long for an answer."""
        return self.services.settings.rasa_timeout_s + 5

    async def tools(
        self,
        dialogue: PhoneDialogue,
        transcriber: Transcriber,
        rate_hz: int,
        *,
        line: str,
        watch: Callable[[Step], None] = lambda _step: None,
        goodbye: Callable[[], Awaitable[None]] | None = None,
    ) -> CallTools:
        """`line`: what the caller speaks into, `phone` or `browser`; `goodbye` is told before the hotline hangs up."""
        s = self.services
        # The greeting comes from the cache; what comes after it may have to be made.
        self._speaker.get_ready()
        # Both read files the first time.
        fixed = await asyncio.to_thread(lambda: self._fixed)
        detector = await asyncio.to_thread(SileroDetector, rate_hz)
        person = SeatOnLine(s.talks, s.hub, lambda: dialogue.conversation_id, line=line)

        def see(step: Step) -> None:
            person.see(step)
            watch(step)

        tools = CallTools(
            dialogue=dialogue,
            transcriber=transcriber,
            detector=detector,
            voices=self._speaker,
            fixed=fixed,
            voice=s.settings.tts_voice,
            watch=see,
            timed=lambda stage, seconds: s.metrics.call_stage.labels(stage).observe(seconds),
            recorder=s.recordings.recorder(lambda: dialogue.conversation_id),
            person=person,
        )
        return replace(tools, goodbye=goodbye) if goodbye is not None else tools

    @cached_property
    def _fixed(self) -> frozenset[str]:
        requests = fixed_requests(ROOT, self.services.settings.city)
        return frozenset(request.text for request in requests)

"""What a call is made of, whatever line it comes over. Nothing is loaded before somebody calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cached_property

from desk.settings import ROOT
from gateway.feed.hub import Hub
from gateway.recordings.recordings import Recordings
from gateway.runtime.metrics import Metrics
from gateway.talk.person import SeatOnLine
from gateway.talk.relay import TalkRelay
from gateway.tts.speaker import Speaker
from gateway.voice.call import CallTools, Step
from gateway.voice.dialogue import PhoneDialogue
from gateway.voice.fixed_sentences import fixed_requests
from gateway.voice.transcriber import OpenTranscriber, Transcriber
from gateway.voice.voice_detector import SharedSilero


class CallFactory:
    """Share one a process."""

    def __init__(
        self,
        *,
        speaker: Speaker,
        open_transcriber: OpenTranscriber,
        talks: TalkRelay,
        hub: Hub,
        recordings: Recordings,
        metrics: Metrics,
        voice: str,
        city: str,
    ) -> None:
        """`voice`: a name of ours, see `SpeechRequest`. `city` is named in the fixed sentences."""
        self._speaker = speaker
        self._open_transcriber = open_transcriber
        self._talks = talks
        self._hub = hub
        self._recordings = recordings
        self._metrics = metrics
        self._voice = voice
        self._city = city

    async def transcriber(self, rate_hz: int) -> Transcriber:
        """Raises TranscriberGone."""
        return await self._open_transcriber(rate_hz)

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
        # The greeting comes from the cache; what comes after it may have to be made.
        self._speaker.get_ready()
        # Both read files the first time.
        fixed = await asyncio.to_thread(lambda: self._fixed)
        detectors = await asyncio.to_thread(lambda: self._detectors)
        person = SeatOnLine(self._talks, self._hub, lambda: dialogue.conversation_id, line=line)

        def see(step: Step) -> None:
            person.see(step)
            watch(step)

        tools = CallTools(
            dialogue=dialogue,
            transcriber=transcriber,
            detector=detectors.detector(rate_hz),
            voices=self._speaker,
            fixed=fixed,
            voice=self._voice,
            watch=see,
            timed=lambda stage, seconds: self._metrics.call_stage.labels(stage).observe(seconds),
            recorder=self._recordings.recorder(lambda: dialogue.conversation_id),
            person=person,
        )
        return replace(tools, goodbye=goodbye) if goodbye is not None else tools

    @cached_property
    def _detectors(self) -> SharedSilero:
        return SharedSilero()

    @cached_property
    def _fixed(self) -> frozenset[str]:
        return frozenset(request.text for request in fixed_requests(ROOT, self._city))

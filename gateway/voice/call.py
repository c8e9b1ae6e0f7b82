"""One call: joins line, voice detector, recogniser, turn-taking, conversation and voice. The shell around the rules.

    line --audio--> detector, recogniser --> turn-taking --commands--> dialogue --answers--> speaker --> playback --> line

Everything runs on one event loop; the rules are fed from one place (`_feed`), every 20 ms at least, by the line's clock.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog

from desk.conversations import Owner
from gateway.audio.mixing import mixed
from gateway.errors import GatewayError
from gateway.recordings.recorder import NOBODY_RECORDS, Recorder
from gateway.runtime.tasks import end_tasks
from gateway.tts.speaker import NobodySpeaks
from gateway.tts.speech_text import SpeechPiece, pieces_of
from gateway.tts.synthesizer import MANDARIN, SpeechRequest
from gateway.voice import prompts
from gateway.voice.dialogue import Dialogue, OwnerNow, ToSay
from gateway.voice.echo_guard import EchoGuard
from gateway.voice.line import FRAME_S, Audio, Key, Line, Muted
from gateway.voice.own_words import OwnWords
from gateway.voice.person import NOBODY_ELSE, Person
from gateway.voice.playback import Playback
from gateway.voice.stages import CallStages, Told
from gateway.voice.transcriber import Transcriber, TranscriberGone
from gateway.voice.turn_events import (
    REWIND_S,
    Answered,
    CallHuman,
    Command,
    Digit,
    DropSpeech,
    EndUtterance,
    Event,
    Final,
    Hold,
    HungUp,
    Partial,
    PauseSpeech,
    Prompt,
    ResumeSpeech,
    Say,
    SayGoodbye,
    SpeechEnded,
    SpeechStarted,
    TakeTurn,
    Tick,
    TurnTimes,
    Voice,
)
from gateway.voice.turn_taking import TurnTaking
from gateway.voice.unclear import is_unclear
from gateway.voice.voice_detector import VERDICT_S, VoiceDetector

_log = structlog.get_logger(__name__)

# Made ahead of what is heard; enough to bridge a slow moment of the synthesiser.
AHEAD_S = 20.0
POLL_S = 0.02
# Silence after the last word and before hanging up, in frames: jitter buffers on the way still hold the word.
LAST_SILENCE_FRAMES = round(0.5 / FRAME_S)
TICK = Tick()
# Longer than the longest turn of the bot; a recogniser that hangs is not waited for.
LAST_WORDS_S = 30.0


class Voices(Protocol):
    def stream(self, request: SpeechRequest, rate_hz: int) -> AsyncGenerator[bytes, None]: ...


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the caller really heard of one sentence; `whole` False: it was cut off after `seconds`."""

    seq: int | None
    text: str
    seconds: float
    whole: bool


@dataclass
class _Saying:
    """A message on its way to the caller's ear."""

    message: ToSay
    # Sentences that have not been heard to their end, and what was heard.
    left: int
    heard: str = ""


@dataclass(frozen=True, kw_only=True)
class Sounding:
    """The first audio of a sentence leaves now."""

    seq: int | None
    text: str


# All that happens in a call, in order: what the rules are told and command, what is going to be said, begins to sound
# and was heard, and who owns the conversation.
Step = Event | Command | ToSay | Sounding | Heard | OwnerNow


async def _nothing_to_note() -> None:
    return


@dataclass(frozen=True, kw_only=True)
class CallTools:
    dialogue: Dialogue
    transcriber: Transcriber
    detector: VoiceDetector
    voices: Voices
    # Sentences (as spoken) that are the same for everybody: they come from the cache.
    fixed: frozenset[str] = frozenset()
    voice: str = MANDARIN
    times: TurnTimes | None = None
    clock: Callable[[], float] = time.monotonic
    # For captions and the like: sees every step but ticks and the detector's verdicts. Must not block and must not raise.
    watch: Callable[[Step], None] = lambda _step: None
    # How long each stage of an answer took.
    timed: Told = lambda _stage, _seconds: None
    recorder: Recorder = NOBODY_RECORDS
    # Told before we hang up as a call should end; nobody is told when it breaks. Must not raise, and not take long.
    goodbye: Callable[[], Awaitable[None]] = _nothing_to_note
    # Who talks with the caller while the conversation is not the bot's.
    person: Person = NOBODY_ELSE


class Call:
    """`run` it once."""

    def __init__(self, line: Line, tools: CallTools) -> None:
        self._line = line
        self._t = tools
        self._rules = TurnTaking(tools.clock(), tools.times)
        self._stages = CallStages(tools.timed)
        self._playback = Playback(line.rate_hz, FRAME_S, AHEAD_S)
        self._guard = EchoGuard(line.rate_hz)
        self._own_words = OwnWords()
        self._queue: deque[ToSay] = deque()
        self._queued = asyncio.Event()
        # The playback takes more audio.
        self._room = asyncio.Event()
        self._making: asyncio.Task[None] | None = None
        # mark -> what it is a sentence of.
        self._marks: dict[int, tuple[_Saying, SpeechPiece]] = {}
        # Begun and not heard to the end, in order.
        self._sayings: list[_Saying] = []
        self._last_mark = 0
        self._sounding: ToSay | None = None
        self._sounding_mark = 0
        self._muted = False
        self._with_bot = True
        self._tasks: set[asyncio.Task[None]] = set()
        self._hang_up_when_silent = False
        self._silent_frames = 0
        # The conversation could not begin: who hears of it belongs to a person.
        self._broken = False
        self._over = False
        # As long as it has not been heard to its end.
        self._announcement: ToSay | None = None

    async def run(self) -> None:
        """From the greeting until somebody hangs up."""
        self._t.detector.listen(self._judged)
        try:
            greeting = await self._t.dialogue.begin()
        except GatewayError:
            _log.warning("call_without_conversation")
            greeting = ToSay(text=prompts.BROKEN, public=True)
            self._broken = True
            self._hang_up_when_silent = True
        else:
            self._announce_recording()
            self._t.person.begin(self._line.rate_hz, lambda: self._spawn(self._leave()))
        self._enqueue(greeting)
        workers = [
            asyncio.create_task(self._keep_going(work))
            for work in (
                self._line.speak(self._next_frame),
                self._read_texts(),
                self._read_dialogue(),
                self._speak_forever(),
            )
        ]
        try:
            async for event in self._line.incoming():
                await self._hear(event)
        finally:
            self._over = True
            await self._end(workers)

    async def _leave(self) -> None:
        """Hang up because all is said, or because a seat does."""
        if not self._broken:
            await self._t.goodbye()
        await self._line.hang_up()

    async def _keep_going(self, work: Coroutine[Any, Any, None]) -> None:
        """A call whose clock or ears or mouth has died would be a dead line: better none."""
        try:
            await work
        except Exception:
            _log.exception("call_crashed")
            await self._line.hang_up()

    async def _end(self, workers: list[asyncio.Task[None]]) -> None:
        """May be cancelled at any point; then nothing is waited for, but everything is still ended."""
        self._t.person.end()
        try:
            self._feed(HungUp())
            await end_tasks(workers)
            # The last words are still answered: an order may hang on them.
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=LAST_WORDS_S)
        finally:
            try:
                await end_tasks([*workers, *self._tasks, *([self._making] if self._making else [])])
            finally:
                cut = self._break_off(self._queue)
                try:
                    await self._t.transcriber.aclose()
                finally:
                    try:
                        for seq, heard in cut:
                            await self._t.dialogue.cut_off(seq, heard)
                        await self._t.dialogue.end()
                    finally:
                        await self._t.recorder.aclose()

    def _announce_recording(self) -> None:
        """Said before all else and to its end: who speaks into it has not been told yet."""
        self._t.recorder.begin(self._line.rate_hz)
        if self._t.recorder.announcement:
            self._announcement = ToSay(text=self._t.recorder.announcement, public=True, interruptible=False)
            self._enqueue(self._announcement)

    # -- hearing -----------------------------------------------------------------------------------------

    async def _hear(self, event: Audio | Key | Muted) -> None:
        if isinstance(event, Key):
            self._feed(Digit(digit=event.digit))
            return
        if isinstance(event, Muted):
            self._muted = event.on
            self._feed_hold()
            return
        self._t.recorder.heard(event.pcm)
        self._t.person.heard(event.pcm)
        callers = self._guard.hear(event.pcm)
        self._judged(self._t.detector.hear(callers))
        try:
            await self._t.transcriber.hear(callers)
        except TranscriberGone:
            # `_read_texts` sees it too and calls a human.
            return

    def _judged(self, verdicts: list[bool]) -> None:
        for later, active in zip(range(len(verdicts) - 1, -1, -1), verdicts, strict=True):
            if active:
                self._own_words.voice(VERDICT_S, self._t.clock())
            self._feed(Voice(active=active, ago_s=later * VERDICT_S))

    async def _read_texts(self) -> None:
        try:
            async for text in self._t.transcriber.texts():
                self._feed(self._callers(text))
        except TranscriberGone:
            _log.error("call_is_deaf")
            self._spawn(self._ask(prompts.WANTS_HUMAN))

    def _callers(self, text: Partial | Final) -> Partial | Final:
        """Without the words that are the bot's own, and those that the recogniser does not believe: the caller is asked again."""
        if self._own_words.has(text.text, self._t.clock()):
            _log.info("own_words_heard", characters=len(text.text))
            return replace(text, text="")
        if isinstance(text, Final) and is_unclear(text.text, text.confidence):
            _log.info("words_not_believed", characters=len(text.text), confidence=text.confidence)
            return replace(text, text="")
        return text

    async def _finish_utterance(self, number: int) -> None:
        try:
            await self._t.transcriber.finish(number)
        except TranscriberGone:
            return

    # -- the rules ---------------------------------------------------------------------------------------

    def _feed(self, event: Event) -> None:
        now = self._t.clock()
        # Time passes 50 times a second: of that only the rules hear.
        if event is not TICK:
            if not isinstance(event, Voice):
                self._t.watch(event)
            self._stages.see(event, now)
        for command in self._rules.receive(event, now):
            self._stages.see(command, now)
            self._t.watch(command)
            self._obey(command)

    def _feed_hold(self) -> None:
        self._feed(Hold(on=self._muted or not self._with_bot))

    def _obey(self, command: Command) -> None:
        match command:
            case EndUtterance():
                self._spawn(self._finish_utterance(command.number))
            case TakeTurn():
                self._spawn(self._ask(command.text))
            case CallHuman():
                self._spawn(self._ask(prompts.WANTS_HUMAN))
            case PauseSpeech():
                self._playback.pause()
            case ResumeSpeech():
                self._playback.resume(REWIND_S)
            case DropSpeech():
                self._drop()
            case Say():
                firm = command.prompt is Prompt.ACKNOWLEDGE
                self._enqueue(
                    ToSay(text=prompts.PROMPTS[command.prompt], public=True, interruptible=not firm)
                )
            case SayGoodbye():
                self._hang_up_when_silent = True
                self._enqueue(ToSay(text=prompts.GOODBYE, public=True))

    async def _ask(self, text: str) -> None:
        try:
            await self._t.dialogue.say(text)
        finally:
            self._feed(Answered())

    async def _read_dialogue(self) -> None:
        while True:
            news = await self._t.dialogue.next()
            if isinstance(news, OwnerNow):
                self._t.watch(news)
                self._with_bot = news.owner is Owner.BOT
                self._stages.owner(with_bot=self._with_bot)
                self._t.person.owner(news.owner)
                self._feed_hold()
                if news.owner is Owner.CLOSED:
                    self._hang_up_when_silent = True
            else:
                self._enqueue(news)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- speaking ----------------------------------------------------------------------------------------

    def _enqueue(self, saying: ToSay) -> None:
        self._t.watch(saying)
        self._stages.to_say(saying.seq, self._t.clock())
        self._queue.append(saying)
        self._queued.set()

    def _drop(self) -> None:
        """The caller interrupts: the present answer is forgotten, also what of it has not been made yet."""
        if self._making is not None:
            self._making.cancel()
        unsaid = [saying for saying in self._queue if saying.interruptible]
        self._queue = deque(saying for saying in self._queue if not saying.interruptible)
        self._sounding = None
        for seq, heard in self._break_off(unsaid):
            self._spawn(self._t.dialogue.cut_off(seq, heard))
        if self._announcement is not None and self._announcement not in self._queue:
            # A key was pressed: the answer comes sooner, what the caller has to know comes before it.
            self._queue.appendleft(self._announcement)
            self._queued.set()

    def _break_off(self, unsaid: Iterable[ToSay]) -> list[tuple[int, str]]:
        """Fall silent. Which messages were not heard to the end, and what was heard of them."""
        self._playback.drop()
        self._note_heard()
        cut = [(s.message.seq, s.heard) for s in self._sayings] + [(message.seq, "") for message in unsaid]
        self._sayings.clear()
        return [(seq, heard) for seq, heard in cut if seq is not None]

    async def _speak_forever(self) -> None:
        while True:
            while not self._queue:
                self._queued.clear()
                await self._queued.wait()
            if not self._rules.may_speak:
                await asyncio.sleep(POLL_S)
                continue
            self._making = asyncio.create_task(self._make(self._queue.popleft()))
            await asyncio.wait([self._making])
            if not self._making.cancelled() and (error := self._making.exception()):
                _log.error("call_could_not_speak", exc_info=error)
            self._making = None

    async def _make(self, message: ToSay) -> None:
        pieces = pieces_of(message.text)
        saying = _Saying(message, len(pieces))
        if pieces:
            self._sayings.append(saying)
        for piece in pieces:
            self._last_mark += 1
            mark = self._last_mark
            self._marks[mark] = (saying, piece)
            request = SpeechRequest(
                text=piece.spoken,
                voice=self._t.voice,
                personal=not (message.public or piece.spoken in self._t.fixed),
            )
            try:
                async with aclosing(self._t.voices.stream(request, self._line.rate_hz)) as made:
                    async for pcm in made:
                        if self._playback.full:
                            self._room.clear()
                            await self._room.wait()
                        self._playback.put(mark, pcm)
            except NobodySpeaks:
                _log.error("nobody_speaks")
            self._playback.end(mark)

    def _next_frame(self) -> bytes | None:
        """Every 20 ms: what leaves now, and what the rules make of the time that has passed."""
        mark = self._playback.current_mark
        own = self._playback.next_frame()
        if not self._playback.full:
            self._room.set()
        if own is not None and mark in self._marks:
            self._own_words.sounds(self._t.clock())
            saying, piece = self._marks[mark]
            message = saying.message
            if message is not self._sounding:
                self._sounding = message
                started = SpeechStarted(expecting=message.expecting, interruptible=message.interruptible)
                self._feed(started)
            if mark != self._sounding_mark:
                self._sounding_mark = mark
                self._stages.sounding(message.seq, self._t.clock())
                self._own_words.sounding(piece.text, self._t.clock())
                self._t.watch(Sounding(seq=message.seq, text=piece.text))
                self._t.recorder.sounding(message.seq)
        frame = mixed(own, self._t.person.next_frame())
        self._t.recorder.played(frame)
        self._guard.played(frame)
        self._note_heard()
        # What pauses has not ended, even if nothing of it is left: the rules still owe the end of the pause.
        pausing = self._playback.paused
        if self._playback.idle and not pausing and self._making is None and not self._queue:
            if self._sounding is not None:
                self._sounding = None
                self._feed(SpeechEnded())
            self._silent_frames += 1
            if self._hang_up_when_silent and not self._over and self._silent_frames >= LAST_SILENCE_FRAMES:
                self._over = True
                self._spawn(self._leave())
        else:
            self._silent_frames = 0
        self._feed(TICK)
        return frame

    def _note_heard(self) -> None:
        for played in self._playback.take_played():
            saying, piece = self._marks.pop(played.mark)
            message = saying.message
            if played.seconds > 0:
                share = played.seconds / played.total_s if played.total_s else 1.0
                text = piece.text if played.whole else piece.text[: round(len(piece.text) * share)]
                saying.heard += text
                heard = Heard(seq=message.seq, text=text, seconds=played.seconds, whole=played.whole)
                self._t.watch(heard)
                if message is self._announcement and played.whole:
                    self._announcement = None
                    self._t.recorder.announced()
            # A sentence that nobody could speak was not heard either.
            saying.left -= played.whole and played.total_s > 0
            if not saying.left and saying in self._sayings:
                self._sayings.remove(saying)

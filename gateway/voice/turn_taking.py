"""Whose turn it is on the phone. Pure: events with their time in, commands out; no clock, no audio, no socket.

    caller  ___ssssssssss____________________sss____ssssssssss_______
    bot     bbbbbbbb____________bbbbbbbbbbbbb____bbb_________________ ...
               |   |       |              |      |
               |   |       |              |      ResumeSpeech: it was a cough or "嗯"
               |   |       |              PauseSpeech after 0.22 s of voice
               |   |       EndUtterance after 0.5-1.4 s of silence, then Final -> TakeTurn
               |   PauseSpeech, then DropSpeech as soon as there are words
               voice begins

* A turn ends by silence: 0.5 s after a complete sentence, 0.8 s in general, 1.4 s while a number or an address is given.
* While we speak, 0.22 s of voice makes us pause and words make us drop the rest; listening sounds ("嗯", "对") and
  noise without words make us go on. A "对" at the very end of a question is its answer.
* A caller who talks on is cut into pieces at their pauses and hears that we listen; after 90 s they get an answer, and
  cannot interrupt it before they have once paused. Two people in one room are one caller who seldom pauses.
* Silence, noise, music, crying, and "嗯" alone are asked about twice. Then a human, if there was any sound; else goodbye.
* Key 0 calls a human anywhere. Inside a number it is a digit; as a first digit only if the next one follows soon.
"""

from __future__ import annotations

from enum import Enum

from gateway.voice.short_words import Ending, bare, ending_of, is_backchannel, is_hesitation
from gateway.voice.turn_events import (
    REWIND_S,
    Answered,
    CallHuman,
    Command,
    Digit,
    DropSpeech,
    EndUtterance,
    Event,
    Expecting,
    Final,
    Hold,
    HumanReason,
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


class Bot(Enum):
    SILENT = "silent"
    SPEAKING = "speaking"
    PAUSED = "paused"
    # Said goodbye, called a human, or the line is dead: these rules have nothing more to say.
    DONE = "done"


class _Cut(Enum):
    """Why the recogniser was asked to finish."""

    TURN = "turn"
    SEGMENT = "segment"
    FORCED = "forced"


class TurnTaking:
    """One call. `receive` events in the order of their times; time is monotonic, in seconds from any zero."""

    def __init__(self, now_s: float, times: TurnTimes | None = None) -> None:
        self.bot = Bot.SILENT
        # The caller is in the middle of an utterance.
        self.caller_speaking = False
        self._times = times or TurnTimes()
        self._now = now_s
        self._hold = False
        self._expecting = Expecting.ANYTHING
        self._interruptible = True
        # Voice: the present run, bridged over short gaps.
        self._run_start: float | None = None
        self._last_voice = float("-inf")
        # The present utterance.
        self._pieces = ""
        self._partial = ""
        self._turn_start = now_s
        self._segment_start = now_s
        self._wordless_start = now_s
        self._cut: _Cut | None = None
        self._cut_at = now_s
        self._cuts = 0
        self._noisy = False
        # After an answer was forced upon somebody who talks on, their voice is no interruption until they pause.
        self._must_pause = False
        self._late: tuple[str, float] | None = None
        # Waiting for the caller.
        self._silent_since = now_s
        self._patience_s = self._times.silence_s
        self._next_prompt = Prompt.SILENT
        self._prompts = 0
        self._heard_something = False
        # Answers that we wait for, and since when the caller hears nothing of it.
        self._due = 0
        self._working_since: float | None = None
        # What was last asked of a text, and the answer: it is the same 50 times a second.
        self._read: tuple[str, Expecting] | None = None
        self._reading = (0.0, False)
        self._keys = ""
        self._last_key = now_s

    @property
    def may_speak(self) -> bool:
        """Whether a new answer may begin now; else keep it until the caller has finished."""
        if self.bot is Bot.DONE:
            return True
        return not self.caller_speaking or self._noisy or self._must_pause

    def receive(self, event: Event, now_s: float) -> list[Command]:
        """Feed one event; carry out the commands in order.

        Raises:
            ValueError: time went backwards.
        """
        if now_s < self._now:
            raise ValueError("time went backwards")
        self._now = now_s
        if self.bot is Bot.DONE:
            return []
        match event:
            # The most frequent ones first.
            case Tick():
                return self._pass_time()
            case Voice():
                return self._voice(event) + self._pass_time()
            case Partial():
                return self._words(event.text) + self._pass_time()
            case Final():
                return self._final(event) + self._pass_time()
            case Digit():
                return self._digit(event.digit)
            case SpeechStarted():
                self.bot = Bot.SPEAKING
                self._expecting = event.expecting or self._expecting
                self._interruptible = event.interruptible
                return self._pass_time()
            case SpeechEnded():
                return self._speech_ended()
            case Answered():
                self._due = max(self._due - 1, 0)
                self._silent_since = now_s
                return []
            case Hold():
                self._hold = event.on
                self._silent_since = now_s
                return []
            case HungUp():
                said = self._take_text()
                self.bot = Bot.DONE
                return [TakeTurn(text=said)] if bare(said) else []

    # -- what is heard -------------------------------------------------------

    def _voice(self, event: Voice) -> list[Command]:
        t, now = self._times, self._now
        if not event.active:
            if now - self._last_voice > t.bridge_s:
                self._run_start = None
                if now - self._last_voice >= t.segment_pause_s:
                    self._must_pause = False
            return []
        if self._run_start is None:
            self._run_start = now - event.ago_s
        self._last_voice = now
        voiced = now - self._run_start
        if voiced >= t.start_s:
            self._begin_utterance()
            if self._cut is _Cut.TURN:
                # They go on before their words are final: it is one turn.
                self._cut = _Cut.SEGMENT
        if voiced >= t.barge_in_s and self._may_interrupt() and self.bot is Bot.SPEAKING and not self._noisy:
            heard = self._pieces + self._partial
            if not (is_backchannel(heard) and voiced < t.backchannel_s):
                self.bot = Bot.PAUSED
                return [PauseSpeech()]
        return []

    def _begin_utterance(self) -> None:
        if self.caller_speaking:
            return
        self.caller_speaking = True
        self._turn_start = self._segment_start = self._wordless_start = self._now
        self._noisy = False

    def _words(self, text: str) -> list[Command]:
        self._partial = text
        return self._heard_words() if bare(text) else []

    def _heard_words(self) -> list[Command]:
        # Words are somebody speaking, even if the voice detector missed them.
        self._begin_utterance()
        self._noisy = False
        heard = self._pieces + self._partial
        if is_backchannel(heard) or not self._may_interrupt():
            return []
        enough = len(bare(heard)) >= self._times.barge_in_chars
        if self.bot is Bot.PAUSED or (self.bot is Bot.SPEAKING and enough):
            return self._drop_speech()
        return []

    def _final(self, event: Final) -> list[Command]:
        if event.answers is not None and (self._cut is None or event.answers != self._cuts):
            return []
        self._partial = ""
        commands: list[Command] = []
        if bare(event.text):
            self._pieces += event.text
            commands = self._heard_words()
        if event.answers is None:
            return commands
        cut, self._cut = self._cut, None
        if cut is _Cut.SEGMENT:
            self._segment_start = self._now
            return commands
        return commands + self._finish()

    def _finish(self) -> list[Command]:
        """The utterance is over and `_pieces` is what was said."""
        text = self._take_text()
        self.caller_speaking = False
        if not bare(text):
            return self._heard_no_words()
        in_our_speech = self.bot in (Bot.SPEAKING, Bot.PAUSED)
        if in_our_speech and is_backchannel(text):
            # What is repeated after a pause does not make it older.
            self._late = (text, self._now + (REWIND_S if self.bot is Bot.PAUSED else 0.0))
            return self._resume()
        if self._due and is_backchannel(text):
            # Nothing was asked; as a turn of its own it might confirm what it does not mean.
            return []
        if self.bot is Bot.SILENT and is_hesitation(text) and self._expecting is not Expecting.CONFIRMATION:
            self._heard_something = True
            self._wait_for_caller(self._times.hesitation_s, Prompt.ENCOURAGE)
            return []
        commands: list[Command] = []
        if in_our_speech and self._interruptible:
            commands += self._drop_speech()
        return [*commands, *self._take(text)]

    def _heard_no_words(self) -> list[Command]:
        self._next_prompt = Prompt.UNCLEAR
        if not self._heard_something:
            # Somebody may be clearing their throat to speak. A second burst of noise does not put off our question.
            earliest = self._now - self._patience_s + self._times.after_sound_s
            self._silent_since = max(self._silent_since, earliest)
        self._heard_something = True
        return self._resume()

    # -- what we say -----------------------------------------------------------

    def _speech_ended(self) -> list[Command]:
        if self.bot not in (Bot.SPEAKING, Bot.PAUSED):
            return []
        late, self._late = self._late, None
        self._fall_silent()
        fresh = late is not None and self._now - late[1] <= self._times.late_answer_s
        if late is not None and fresh and self._expecting is Expecting.CONFIRMATION:
            return self._take(late[0])
        return []

    def _fall_silent(self) -> None:
        self.bot = Bot.SILENT
        self._silent_since = self._now

    def _may_interrupt(self) -> bool:
        return self._interruptible and not self._must_pause

    def _resume(self) -> list[Command]:
        if self.bot is not Bot.PAUSED:
            return []
        self.bot = Bot.SPEAKING
        return [ResumeSpeech()]

    def _drop_speech(self) -> list[Command]:
        if self.bot not in (Bot.SPEAKING, Bot.PAUSED):
            return []
        self._fall_silent()
        return [DropSpeech()]

    # -- turns ---------------------------------------------------------

    def _take_text(self) -> str:
        text, self._pieces, self._partial = self._pieces + self._partial, "", ""
        return text

    def _take(self, text: str, *, keys: bool = False) -> list[Command]:
        self._await_answer()
        self._prompts = 0
        self._heard_something = False
        return [TakeTurn(text=text, keys=keys)]

    def _await_answer(self) -> None:
        if not self._due:
            self._working_since = self._now
        self._due += 1
        self._late = None
        self._wait_for_caller(self._times.silence_s, Prompt.SILENT)

    def _wait_for_caller(self, patience_s: float, prompt: Prompt) -> None:
        self._silent_since = self._now
        self._patience_s = patience_s
        self._next_prompt = prompt

    def _digit(self, digit: str) -> list[Command]:
        if digit == "*":
            self._keys = ""
        elif digit == "#":
            return self._keys_done()
        elif digit.isdigit():
            self._keys += digit
        else:
            return []
        self._last_key = self._silent_since = self._now
        number_wanted = self._expecting is Expecting.NUMBER
        commands = self._drop_speech() if self._interruptible else []
        if self._keys == "0" and not number_wanted:
            return commands + self._keys_done()
        return commands

    def _keys_done(self) -> list[Command]:
        keys, self._keys = self._keys, ""
        if keys == "0":
            return [*self._drop_speech(), *self._call_human(HumanReason.KEY)]
        return self._take(keys, keys=True) if keys else []

    def _call_human(self, reason: HumanReason) -> list[Command]:
        self._prompts = 0
        self._await_answer()
        return [CallHuman(reason=reason)]

    # -- time ----------------------------------------------------------

    def _pass_time(self) -> list[Command]:
        t, now = self._times, self._now
        if self._keys and now - self._last_key >= (t.zero_s if self._keys == "0" else t.key_s):
            return self._keys_done()
        if self._cut is not None:
            if now - self._cut_at >= t.final_s:
                return self._final(Final(text=self._partial, answers=self._cuts))
            return []
        if self.caller_speaking:
            ended = self._end_of_utterance()
            if ended:
                return ended
        caller_waits = self.bot is Bot.SILENT and (not self.caller_speaking or self._noisy) and not self._hold
        if not caller_waits or self._keys:
            return []
        if self._due:
            if self._working_since is not None and now - self._working_since >= t.filler_s:
                self._working_since = None
                return [Say(prompt=Prompt.WAIT)]
            return []
        return self._ask_again() if now - self._silent_since >= self._patience_s else []

    def _end_of_utterance(self) -> list[Command]:
        t, now = self._times, self._now
        quiet = now - max(self._last_voice, self._turn_start)
        stop_s, has_words = self._reading_of(self._pieces + self._partial)
        if quiet >= stop_s:
            return self._end(_Cut.TURN)
        if not has_words:
            limit_s = t.false_interruption_s if self.bot is Bot.PAUSED else t.wordless_s
            if now - self._wordless_start >= limit_s and not self._noisy:
                self._noisy = self._heard_something = True
                self._next_prompt = Prompt.UNCLEAR
                # It has had our attention for long enough.
                self._silent_since = min(self._silent_since, now - self._patience_s)
                return self._resume()
            return []
        if now - self._turn_start >= t.turn_max_s:
            self._must_pause = True
            return self._end(_Cut.FORCED)
        in_piece = now - self._segment_start
        if in_piece >= t.segment_hard_s:
            return self._end(_Cut.SEGMENT)
        if in_piece >= t.segment_s and quiet >= t.segment_pause_s:
            return [*self._end(_Cut.SEGMENT), Say(prompt=Prompt.ACKNOWLEDGE)]
        return []

    def _end(self, cut: _Cut) -> list[Command]:
        self._cut, self._cut_at = cut, self._now
        self._cuts += 1
        return [EndUtterance(number=self._cuts)]

    def _reading_of(self, text: str) -> tuple[float, bool]:
        """How much silence ends the turn after this text, in seconds, and whether there are words in it."""
        if self._read != (text, self._expecting):
            self._read = text, self._expecting
            self._reading = self._stop_s(text), bool(bare(text))
        return self._reading

    def _stop_s(self, text: str) -> float:
        t = self._times
        match ending_of(text, number_wanted=self._expecting is Expecting.NUMBER):
            case Ending.UNFINISHED:
                return t.stop_unfinished_s
            case Ending.COMPLETE:
                return t.stop_complete_s
            case Ending.OPEN:
                wanted = self._expecting in (Expecting.NUMBER, Expecting.ADDRESS)
                return t.stop_unfinished_s if wanted and bare(text) else t.stop_s

    def _ask_again(self) -> list[Command]:
        prompt = self._next_prompt
        if self._prompts >= self._times.prompts:
            if self._heard_something:
                return self._call_human(HumanReason.UNCLEAR)
            self.bot = Bot.DONE
            return [SayGoodbye()]
        self._prompts += 1
        self._wait_for_caller(self._times.silence_s, Prompt.SILENT)
        return [Say(prompt=prompt)]

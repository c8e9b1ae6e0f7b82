"""What turn-taking is told, what it commands, and its times. Frozen data only; the rules are in turn_taking.py."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum

# ResumeSpeech repeats so much, in seconds, to find back into the sentence.
REWIND_S = 0.4


class Expecting(Enum):
    """What the bot's last words ask the caller for; it decides how patient we are and what "嗯" means."""

    ANYTHING = "anything"
    CONFIRMATION = "confirmation"
    NUMBER = "number"
    ADDRESS = "address"


class Prompt(Enum):
    """Short sentences that the rules say on their own."""

    SILENT = "silent"
    UNCLEAR = "unclear"
    ENCOURAGE = "encourage"
    ACKNOWLEDGE = "acknowledge"
    WAIT = "wait"


class HumanReason(Enum):
    KEY = "key"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Voice:
    """The voice detector's verdict on the audio frame that ends now, or ended `ago_s` seconds ago."""

    active: bool
    ago_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Partial:
    """What the recogniser makes of the audio since its last final; replaces the partial before."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Final:
    """A piece of text that no longer changes. `answers` is the number of the EndUtterance that it answers; pieces that
    the recogniser finishes on its own have None. One that answers an older EndUtterance came too late and is ignored."""

    text: str
    answers: int | None = None
    # How sure the recogniser is, 0 to 1; None: it does not say.
    confidence: float | None = None


@dataclass(frozen=True, kw_only=True)
class Digit:
    """A key of the phone: 0-9, *, #, A-D."""

    digit: str


@dataclass(frozen=True, kw_only=True)
class SpeechStarted:
    """The first audio of what we say leaves now."""

    # None: a prompt in between, which changes nothing about what was asked.
    expecting: Expecting | None = None
    interruptible: bool = True


@dataclass(frozen=True, kw_only=True)
class SpeechEnded:
    """Everything that we had to say was played. Not sent after DropSpeech."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The answer to one TakeTurn or CallHuman has come, whether it is going to be spoken or not. Each of those commands
    must be followed by exactly one."""


@dataclass(frozen=True, kw_only=True)
class Hold:
    """`on`: somebody else cares for the caller (the queue, a seat); we ask nothing and wait for nothing."""

    on: bool


@dataclass(frozen=True, kw_only=True)
class Tick:
    """Time passes. Must come at least every 50 ms when nothing else does."""


@dataclass(frozen=True, kw_only=True)
class HungUp:
    pass


Event = Voice | Partial | Final | Digit | SpeechStarted | SpeechEnded | Answered | Hold | Tick | HungUp


@dataclass(frozen=True, kw_only=True)
class EndUtterance:
    """Make the recogniser finish; feed `Final(answers=number)`, also when its text is empty."""

    number: int


@dataclass(frozen=True, kw_only=True)
class TakeTurn:
    """The caller has said this; it is the bot's turn. Never empty."""

    text: str
    # Keys of the phone, not voice.
    keys: bool = False


@dataclass(frozen=True, kw_only=True)
class PauseSpeech:
    """Fall silent at once, keep the rest."""


@dataclass(frozen=True, kw_only=True)
class ResumeSpeech:
    """It was no interruption: go on, a little before where we stopped."""


@dataclass(frozen=True, kw_only=True)
class DropSpeech:
    """Fall silent, forget the rest. May come with or without PauseSpeech before."""


@dataclass(frozen=True, kw_only=True)
class Say:
    prompt: Prompt


@dataclass(frozen=True, kw_only=True)
class CallHuman:
    reason: HumanReason


@dataclass(frozen=True, kw_only=True)
class SayGoodbye:
    """Nobody is there: a last sentence, then hang up."""


Command = EndUtterance | TakeTurn | PauseSpeech | ResumeSpeech | DropSpeech | Say | CallHuman | SayGoodbye


@dataclass(frozen=True, kw_only=True)
class TurnTimes:
    """All in seconds but `barge_in_chars`."""

    # So much voice is a person who speaks, not a click. Also pipecat's default.
    start_s: float = 0.2
    # Gaps inside a word (stops, aspiration) up to this length do not end a run of voice.
    bridge_s: float = 0.12
    # Silence that ends a turn: after a complete sentence, in general, in the middle of a number or an address.
    stop_complete_s: float = 0.5
    stop_s: float = 0.8
    stop_unfinished_s: float = 1.4
    # Voice, or so many characters (about two words), that make us fall silent: within 0.3 s of the caller's first sound, of which
    # detector and guard take a part.
    barge_in_s: float = 0.22
    barge_in_chars: int = 3
    # "嗯" and the like, up to this length, are listening and not an interruption.
    backchannel_s: float = 1.0
    # A "对" said up to this long before the end of our question answers it.
    late_answer_s: float = 1.0
    # A recogniser that has not finished after this long hangs, and is taken at its last partial. Generous: a partial lacks
    # the last words, and a machine without a graphics card writes ten seconds of speech in three.
    final_s: float = 8.0
    silence_s: float = 6.0
    hesitation_s: float = 3.0
    # Nobody is asked again sooner than this after they made a sound.
    after_sound_s: float = 1.0
    # Voice for so long without a word is noise, music or crying.
    wordless_s: float = 5.0
    # The same while we pause for it: an interruption without words was none.
    false_interruption_s: float = 2.0
    # Somebody who talks on: cut at a pause, cut anyway, answer anyway.
    segment_s: float = 20.0
    segment_pause_s: float = 0.25
    segment_hard_s: float = 30.0
    turn_max_s: float = 90.0
    # The bot works so long before the caller is asked to wait.
    filler_s: float = 3.0
    # Between two keys; after a single 0 that may begin a number.
    key_s: float = 3.0
    zero_s: float = 1.5
    prompts: int = 2

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise ValueError(f"{field.name} must be positive")
        if not self.stop_complete_s <= self.stop_s <= self.stop_unfinished_s:
            raise ValueError("stop times must rise: complete, general, unfinished")
        if self.barge_in_s < self.start_s:
            raise ValueError("barge_in_s must not be shorter than start_s")

"""What holds in every call, however odd: random timelines of voice, words, keys and playback."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.voice.short_words import bare, is_backchannel, is_hesitation
from gateway.voice.turn_events import (
    Answered,
    CallHuman,
    Command,
    Digit,
    DropSpeech,
    EndUtterance,
    Event,
    Expecting,
    Final,
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
    Voice,
)
from gateway.voice.turn_taking import Bot, TurnTaking

FRAME_S = 0.02
WORDS = ("嗯", "对", "好的", "转人工", "我家楼下", "幺三八零零", "然后", "路灯坏了", "谢谢")

steps = st.lists(
    st.one_of(
        st.tuples(st.just("voice"), st.floats(0.02, 8)),
        st.tuples(st.just("quiet"), st.floats(0.02, 12)),
        st.tuples(st.just("word"), st.sampled_from(WORDS)),
        st.tuples(st.just("key"), st.sampled_from("0123456789*#A")),
        st.tuples(st.just("speech"), st.sampled_from(Expecting)),
        st.tuples(st.just("firm"), st.just(0)),
        st.tuples(st.just("played"), st.just(0)),
        st.tuples(st.just("answered"), st.just(0)),
    ),
    max_size=25,
)


class Line:
    """A recogniser that is never late and a player that does what it is told; notes what must never happen."""

    def __init__(self) -> None:
        self.now = 0.0
        self.rules = TurnTaking(0.0)
        self.commands: list[Command] = []
        self.playing = self.paused = False
        self.said: list[str] = []
        self.unsent = ""

    def feed(self, event: Event) -> None:
        for command in self.rules.receive(event, self.now):
            self.obey(command)

    def obey(self, command: Command) -> None:
        self.commands.append(command)
        match command:
            case PauseSpeech():
                assert self.playing and not self.paused
                self.paused = True
            case ResumeSpeech():
                assert self.playing and self.paused
                self.paused = False
            case DropSpeech():
                assert self.playing
                self.playing = self.paused = False
            case Say() | SayGoodbye():
                # Prompts are for a silent line; only "I am listening" may be said into our own firm words.
                assert not self.playing or command == Say(prompt=Prompt.ACKNOWLEDGE)
            case EndUtterance():
                text, self.unsent = self.unsent, ""
                self.feed(Final(text=text, answers=command.number))
            case TakeTurn():
                assert bare(command.text)
            case CallHuman():
                pass

    def run(self, kind: str, value: object) -> None:
        match kind:
            case "voice" | "quiet":
                assert isinstance(value, float)
                for _ in range(round(value / FRAME_S)):
                    self.now += FRAME_S
                    self.feed(Voice(active=kind == "voice"))
            case "word":
                self.unsent += str(value)
                self.said.append(str(value))
                self.feed(Partial(text=self.unsent))
            case "key":
                self.feed(Digit(digit=str(value)))
            case "speech" if not self.playing:
                assert isinstance(value, Expecting)
                self.playing, self.paused = True, False
                self.feed(SpeechStarted(expecting=value))
            case "firm" if not self.playing:
                self.playing, self.paused = True, False
                self.feed(SpeechStarted(interruptible=False))
            case "played" if self.playing and not self.paused:
                self.playing = False
                self.feed(SpeechEnded())
            case "answered":
                self.feed(Answered())


def play(script: list[tuple[str, object]]) -> Line:
    line = Line()
    for kind, value in script:
        line.run(kind, value)
    return line


@settings(max_examples=60, deadline=None)
@given(steps)
def test_commands_to_the_player_always_fit_its_state(script: list[tuple[str, object]]) -> None:
    """Never pause what is paused, resume what plays, drop what is not there; never an empty turn."""
    play(script)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_every_word_is_in_exactly_one_turn_or_was_only_a_sound(script: list[tuple[str, object]]) -> None:
    line = play(script)
    if line.rules.bot is Bot.DONE:
        return
    line.feed(HungUp())
    turns = "".join(c.text for c in line.commands if isinstance(c, TakeTurn) and not c.keys)
    left = turns
    for word in line.said:
        if left.startswith(word):
            left = left[len(word) :]
        else:
            assert is_backchannel(word) or is_hesitation(word)
    assert left == ""


@settings(max_examples=60, deadline=None)
@given(steps)
def test_the_line_is_never_dead(script: list[tuple[str, object]]) -> None:
    """Whatever happened: once the bot has answered and everybody is silent, somebody speaks within 20 s."""
    line = play(script)
    line.run("quiet", 4.0)
    while line.playing:
        line.run("played", 0)
        line.run("quiet", 0.1)
    for _ in range(40):
        line.run("answered", 0)
    before = len(line.commands)
    line.run("quiet", 20.0)
    spoke = [c for c in line.commands[before:] if isinstance(c, Say | SayGoodbye | CallHuman | TakeTurn)]
    assert spoke or line.rules.bot is Bot.DONE


@settings(max_examples=60, deadline=None)
@given(steps, st.floats(1, 30))
def test_silence_from_the_caller_is_asked_about_at_most_twice(
    script: list[tuple[str, object]], gap_s: float
) -> None:
    line = play([*script, ("quiet", gap_s)])
    run = 0
    for command in line.commands:
        if isinstance(command, TakeTurn | CallHuman):
            run = 0
        if isinstance(command, Say) and command.prompt.value in ("silent", "unclear", "encourage"):
            run += 1
        assert run <= 2


@settings(max_examples=40, deadline=None)
@given(steps)
def test_after_hanging_up_nothing_is_said(script: list[tuple[str, object]]) -> None:
    line = play(script)
    line.feed(HungUp())
    before = len(line.commands)
    for kind, value in script:
        line.run(kind, value)
    line.now += 100
    line.feed(Tick())
    assert len(line.commands) == before

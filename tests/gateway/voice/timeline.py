"""Plays a scripted call into the turn-taking rules: a line a thing that happens, 20 ms frames in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.voice.turn_events import (
    REWIND_S,
    Answered,
    CallHuman,
    Command,
    DropSpeech,
    EndUtterance,
    Event,
    Expecting,
    Final,
    Partial,
    PauseSpeech,
    ResumeSpeech,
    Say,
    SpeechEnded,
    SpeechStarted,
    TakeTurn,
    Tick,
    TurnTimes,
    Voice,
)
from gateway.voice.turn_taking import TurnTaking

FRAME_S = 0.02


@dataclass
class Timeline:
    """Its recogniser needs up to 0.3 s for partials and 0.1 s for finals; prompts last 1 s; a bot answers nothing by itself."""

    times: TurnTimes = field(default_factory=TurnTimes)
    final_delay_s: float = 0.1
    auto_prompts: bool = True
    auto_answered: bool = True

    def __post_init__(self) -> None:
        self.now = 0.0
        self._ends = self._left = 0.0
        self.rules = TurnTaking(0.0, self.times)
        self.log: list[tuple[float, Command]] = []
        self._later: list[tuple[float, Callable[[], Event]]] = []
        self._said = ""
        self._voice = False

    # -- what happens --

    def bot_speaks(
        self, seconds: float, expecting: Expecting | None = Expecting.ANYTHING, interruptible: bool = True
    ) -> None:
        """Starts now; ends after `seconds` unless it is dropped meanwhile; a pause puts that off, and rewinds a little."""
        self._ends = self.now + seconds
        self.feed(SpeechStarted(expecting=expecting, interruptible=interruptible))
        end = SpeechEnded()
        mark = len(self.log)

        def ended() -> Event:
            cut = any(isinstance(c, (PauseSpeech, DropSpeech)) for _, c in self.log[mark:])
            return Tick() if cut else end

        self.later(seconds, ended)

    def says(self, text: str, seconds: float, partial: bool = True) -> None:
        """The caller's voice for so long, then what the recogniser makes of it."""
        for i in range(1, len(text) + 1) if partial else ():
            at = min(0.3 + (seconds - 0.1) * i / len(text), seconds)
            self.later(at, lambda part=text[:i]: Partial(text=self._said + part))  # type: ignore[misc]
        start = self.now
        self.later(seconds, lambda: self._note(text))
        self._frames(seconds, True)
        assert self.now >= start + seconds - FRAME_S

    def noise(self, seconds: float) -> None:
        self._frames(seconds, True)

    def quiet(self, seconds: float) -> None:
        self._frames(seconds, False)

    def feed(self, event: Event) -> list[Command]:
        commands = self.rules.receive(event, self.now)
        for command in commands:
            self.log.append((self.now, command))
            self._carry_out(command)
        return commands

    def later(self, delay_s: float, event: Callable[[], Event]) -> None:
        self._later.append((self.now + delay_s, event))
        self._later.sort(key=lambda item: item[0])

    # -- what came of it --

    def of(self, kind: type[Command]) -> list[Command]:
        return [c for _, c in self.log if isinstance(c, kind)]

    def at(self, kind: type[Command]) -> list[float]:
        return [t for t, c in self.log if isinstance(c, kind)]

    @property
    def turns(self) -> list[str]:
        return [c.text for c in self.of(TakeTurn) if isinstance(c, TakeTurn)]

    @property
    def kinds(self) -> list[str]:
        return [type(c).__name__ for _, c in self.log if not isinstance(c, EndUtterance)]

    # -- inside --

    def _note(self, text: str) -> Event:
        self._said += text
        return Partial(text=self._said)

    def _frames(self, seconds: float, active: bool) -> None:
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now = round(self.now + FRAME_S, 6)
            while self._later and self._later[0][0] <= self.now:
                self.feed(self._later.pop(0)[1]())
            self.feed(Voice(active=active))

    def _carry_out(self, command: Command) -> None:
        match command:
            case EndUtterance():

                def final() -> Event:
                    text, self._said = self._said, ""
                    return Final(text=text, answers=command.number)

                self.later(self.final_delay_s, final)
            case Say() if self.auto_prompts:
                self.later(0.1, lambda: SpeechStarted())
                self.later(1.1, lambda: SpeechEnded())
            case TakeTurn() | CallHuman() if self.auto_answered:
                self.later(0.3, lambda: Answered())
            case PauseSpeech():
                self._left = max(self._ends - self.now, 0.0) + REWIND_S
            case ResumeSpeech():
                self._ends = self.now + self._left
                self.later(self._left, lambda: SpeechEnded())
            case _:
                pass

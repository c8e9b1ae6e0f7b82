"""What a caller waits for, stage by stage; and only where it is plain which answer belongs to which words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.voice.stages import CallStages
from gateway.voice.turn_events import (
    Answered,
    CallHuman,
    Command,
    EndUtterance,
    Event,
    HumanReason,
    SpeechEnded,
    TakeTurn,
    Voice,
)

Steps = list[tuple[float, Event | Command]]


class Told:
    def __init__(self) -> None:
        self.found: list[tuple[str, float]] = []
        self.stages = CallStages(lambda stage, seconds: self.found.append((stage, round(seconds, 3))))

    def see(self, steps: Steps) -> None:
        for at_s, step in steps:
            self.stages.see(step, at_s)


def spoken(end_s: float) -> Steps:
    """Words whose last voice is at `end_s`; they are taken as a turn 0.9 s later."""
    return [
        (end_s - 0.5, Voice(active=True)),
        (end_s, Voice(active=True)),
        (end_s + 0.03, Voice(active=False)),
        (end_s + 0.8, EndUtterance(number=1)),
        (end_s + 0.9, TakeTurn(text="怎么办社保卡")),
    ]


@pytest.fixture
def told() -> Told:
    return Told()


def answer(told: Told, seq: int, at_s: float) -> None:
    told.stages.to_say(seq, at_s)
    told.stages.sounding(seq, at_s + 0.2)


def test_the_stages_add_up_to_what_the_caller_waits(told: Told) -> None:
    told.see(spoken(1.0))
    told.stages.to_say(4, 2.0)
    told.stages.sounding(4, 2.25)
    assert told.found == [
        ("endpoint", 0.8),
        ("final", 0.1),
        ("answer", 0.1),
        ("voice", 0.25),
        ("total", 1.25),
    ]


def test_a_sentence_in_between_is_no_answer(told: Told) -> None:
    told.see(spoken(1.0))
    told.stages.to_say(None, 5.0)
    told.stages.sounding(None, 5.1)
    assert not told.found
    answer(told, 4, 8.0)
    assert told.found[-1] == ("total", 7.2)


def test_only_the_first_message_of_an_answer_counts(told: Told) -> None:
    told.see(spoken(1.0))
    told.stages.to_say(4, 2.0)
    told.stages.to_say(5, 2.1)
    told.stages.sounding(4, 2.2)
    told.stages.sounding(5, 6.0)
    assert [stage for stage, _ in told.found].count("total") == 1 and told.found[-1] == ("total", 1.2)


def test_who_goes_on_before_his_words_are_final_is_measured_from_his_last_word(told: Told) -> None:
    told.see([*spoken(1.0)[:-1], *spoken(3.0)])
    answer(told, 4, 4.0)
    assert dict(told.found)["endpoint"] == 0.8 and dict(told.found)["total"] == 1.2


def _keys(told: Told) -> None:
    told.see([*spoken(1.0)[:-1], (2.0, TakeTurn(text="13800001234", keys=True))])


def _second_before_the_first_is_answered(told: Told) -> None:
    told.see([*spoken(1.0), *spoken(3.0)])


def _person_answers(told: Told) -> None:
    told.stages.owner(with_bot=False)
    told.see(spoken(1.0))


def _person_takes_over(told: Told) -> None:
    told.see(spoken(1.0))
    told.stages.owner(with_bot=False)


def _into_our_question(told: Told) -> None:
    told.see([*spoken(1.0)[:-1], (1.9, SpeechEnded()), (1.9, TakeTurn(text="对"))])


def _silence_calls_a_person(told: Told) -> None:
    told.see([*spoken(1.0)[:-1], (1.9, CallHuman(reason=HumanReason.UNCLEAR))])


@pytest.mark.parametrize(
    "happens",
    [
        *(_keys, _second_before_the_first_is_answered, _person_answers, _person_takes_over),
        *(_into_our_question, _silence_calls_a_person),
    ],
)
def test_what_is_not_plain_is_not_measured(told: Told, happens: Callable[[Told], None]) -> None:
    happens(told)
    answer(told, 4, 4.0)
    assert not told.found


def test_the_next_turn_is_measured_again(told: Told) -> None:
    told.see([*spoken(1.0), *spoken(3.0), (4.0, Answered()), (4.1, Answered())])
    told.stages.owner(with_bot=False)
    told.stages.owner(with_bot=True)
    told.see(spoken(6.0))
    answer(told, 8, 7.0)
    assert told.found[-1] == ("total", 1.2)

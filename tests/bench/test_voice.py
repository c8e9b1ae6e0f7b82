"""The tables of bench/voice.py, and what its command line takes."""

from __future__ import annotations

import pytest

from bench.calling import Measured, Soaked, Tally
from bench.figures import Answer, Buckets
from bench.hearing import Heard, Round
from bench.voice import arguments, calls_row, recogniser_row, soak_rows, stage_rows

INFINITY = float("inf")
OURS = ("vosk", "ours")


def spoken(streams: int, final_s: float) -> Round:
    heard = [[Heard([Answer(0.2, 0.3, "你")], final_s)] for _ in range(streams)]
    return Round(streams, heard, audio_s=4.0, wall_s=2.0, cpu_s=1.0, late_s=[0.001])


def test_a_recogniser_is_shown_alone_and_at_its_limit() -> None:
    row = recogniser_row(OURS, 0.25, spoken(1, 0.1), spoken(6, 0.4), "7: too late", cores=4)
    assert row == [
        *("vosk", "ours", "0.250", "0.250", "100 / 100", "100 / 100"),
        *("6", "1.5", "400 / 400", "1", "7: too late"),
    ]


def test_a_recogniser_that_cannot_follow_one_speaker_holds_none() -> None:
    row = recogniser_row(OURS, 1.5, spoken(1, 3.0), None, "1: too late", cores=4)
    assert row[6:9] == ["0", "0.0", "3,000 / 3,000"]


def test_memory_is_told_for_each_further_call() -> None:
    one = Measured(1, Tally(), {"gateway": 300.0, "asr": 900.0})
    tally = Tally(calls=3, said=2, answers_s=[1.0], stops_s=[0.3], talked_on=1, gaps=[0.0, 0.01])
    three = Measured(3, tally, {"gateway": 310.0, "asr": 910.0})
    assert calls_row(three, one) == [
        *("3", "1 of 2", "1,000 / 1,000", "300 / 300", "1 of 2", "0.50%", "1,220", "10.0", "none"),
    ]
    assert calls_row(one, one)[-3:-1] == ["1,200", "–"]


def test_memory_that_cannot_be_seen_is_unknown() -> None:
    row = calls_row(Measured(2, Tally(troubles={"no answer": 3})), Measured(1, Tally()))
    assert row[-3:] == ["unknown", "–", "no answer: 3"]


def test_stages_come_in_the_order_in_which_they_pass_without_those_that_nobody_counted() -> None:
    one = Buckets((0.1, 0.2, INFINITY), (0, 4, 4))
    none = Buckets((0.1, 0.2, INFINITY), (0, 0, 0))
    found = Measured(1, Tally(), stages={"total": one, "endpoint": one, "final": none})
    assert stage_rows(found) == [["endpoint", "4", "150", "195"], ["total", "4", "150", "195"]]


def test_growth_counts_from_a_tenth_of_the_time_on() -> None:
    memory = [
        (0.0, {"gateway": 100.0, "asr": 50.0}),
        (0.05, {"gateway": 180.0, "asr": 60.0}),
        (0.12, {"gateway": 190.0, "asr": 60.0}),
        (1.0, {"gateway": 199.0}),
    ]
    rows = soak_rows(Soaked(Tally(), memory, minutes=120))
    assert rows[0] == ["gateway", "100", "190", "199", "+9.0", "+5.0"]
    assert rows[1][:4] == ["asr", "50", "60", "gone"]


@pytest.mark.parametrize(
    "argv",
    [
        ["--only", "calls,else"],
        ["--only", "recognisers"],
        ["--setting", "MINSHENG_ASR_ENGINE"],
        ["--at-once", "1,many"],
        ["--at-once", "0"],
        ["--only", "recognisers", "--manifest", "a.tsv", "--against", "ws://127.0.0.1:2701"],
    ],
)
def test_what_cannot_be_run_is_refused(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        arguments(argv)
    assert refused.value.code == 2 and "error" in capsys.readouterr().err


def test_parts_run_in_their_own_order() -> None:
    assert arguments(["--only", "soak,calls"]).parts == ["calls", "soak"]
    assert arguments([]).parts == ["calls"]

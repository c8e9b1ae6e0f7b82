"""What the transcript says was heard must be what was heard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.voice.playback import Playback

FRAME = 320


def new() -> Playback:
    return Playback(8000, 0.02, 2.0)


def tone(frames: float) -> bytes:
    return b"\1\1" * int(frames * FRAME / 2)


def test_sentences_follow_one_another_without_a_gap() -> None:
    player = new()
    player.put(1, tone(1.5))
    player.end(1)
    player.put(2, tone(1.5))
    player.end(2)
    frames = [player.next_frame() for _ in range(4)]
    assert frames == [tone(1), tone(1), tone(1), None]
    assert [(p.mark, p.whole) for p in player.take_played()] == [(1, True), (2, True)]
    assert player.idle


def test_the_last_frame_is_filled_with_silence() -> None:
    player = new()
    player.put(1, tone(0.5))
    player.end(1)
    assert player.next_frame() == tone(0.5).ljust(FRAME, b"\0")


def test_a_synthesiser_that_is_slow_leaves_silence_and_the_sentence_goes_on() -> None:
    player = new()
    player.put(1, tone(1))
    assert player.next_frame() == tone(1)
    assert player.next_frame() is None
    assert not player.idle
    player.put(1, tone(1))
    player.end(1)
    assert player.next_frame() == tone(1)
    assert player.idle


def test_nothing_sounds_after_a_pause_and_it_goes_on_a_little_before() -> None:
    player = new()
    player.put(1, tone(50))
    player.end(1)
    for _ in range(20):
        player.next_frame()
    player.pause()
    assert player.next_frame() is None
    player.resume(0.2)
    left = 0
    while player.next_frame() is not None:
        left += 1
    assert left == 30 + 10


def test_dropping_says_how_much_was_heard() -> None:
    player = new()
    for mark in (1, 2, 3):
        player.put(mark, tone(10))
        player.end(mark)
    for _ in range(15):
        player.next_frame()
    player.drop()
    assert player.next_frame() is None
    heard = player.take_played()
    assert [(p.mark, round(p.seconds, 2), p.whole) for p in heard] == [
        (1, 0.2, True),
        (2, 0.1, False),
        (3, 0.0, False),
    ]
    assert player.take_played() == []


def test_it_says_when_it_has_enough() -> None:
    player = new()
    player.put(1, tone(99))
    assert not player.full
    player.put(1, tone(1))
    assert player.full
    player.next_frame()
    assert not player.full


def test_a_sentence_without_sound_is_played_at_once() -> None:
    player = new()
    player.end(7)
    assert player.idle
    assert [(p.mark, p.whole) for p in player.take_played()] == [(7, True)]


@given(st.lists(st.tuples(st.sampled_from(["put", "end", "frame", "pause", "resume"]), st.integers(0, 700))))
def test_no_sample_is_lost_or_invented(script: list[tuple[str, int]]) -> None:
    """Everything put comes out once, in order (resuming without rewinding), padding aside."""
    player = new()
    put = bytearray()
    out = bytearray()
    mark = 0
    for act, number in script:
        match act:
            case "put":
                pcm = bytes([1 + number % 255]) * (2 * number)
                player.put(mark, pcm)
                put += pcm
            case "end":
                player.end(mark)
                mark += 1
            case "frame":
                out += (player.next_frame() or b"").rstrip(b"\0")
            case "pause":
                player.pause()
            case _:
                player.resume(0)
    player.end(mark)
    player.resume(0)
    while (frame := player.next_frame()) is not None:
        out += frame.rstrip(b"\0")
    assert out == put
    assert player.idle

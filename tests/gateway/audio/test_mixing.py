"""Everybody in a talk hears the others and never himself, however loud they are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gateway.audio.mixing import MOST_S, STOCK_S, VoiceStock, mixed, others

SAMPLES = 8
PCM = st.lists(st.integers(-32768, 32767), min_size=SAMPLES, max_size=SAMPLES).map(
    lambda samples: np.array(samples, "<i2").tobytes()
)
TALK = st.dictionaries(st.sampled_from(["caller", "wang", "li", "zhang"]), st.none() | PCM, min_size=1)


def samples(pcm: bytes | None) -> list[int]:
    return [0] * SAMPLES if pcm is None else np.frombuffer(pcm, "<i2").tolist()


@given(TALK)
def test_everybody_hears_the_clipped_sum_of_the_others(talk: dict[str, bytes | None]) -> None:
    heard = others(talk)
    assert heard.keys() == talk.keys()
    for who, pcm in heard.items():
        loud = [
            sum(column) for column in zip(*(samples(v) for k, v in talk.items() if k != who), strict=True)
        ]
        wanted = [max(-32768, min(32767, value)) for value in loud] or [0] * SAMPLES
        assert samples(pcm) == wanted


@given(TALK, PCM)
def test_what_somebody_says_changes_nothing_of_what_he_hears(
    talk: dict[str, bytes | None], pcm: bytes
) -> None:
    for who in talk:
        assert others(talk)[who] == others(talk | {who: pcm})[who]


@given(st.lists(st.none() | PCM, max_size=4))
def test_silence_adds_nothing_and_the_order_does_not_matter(voices: list[bytes | None]) -> None:
    assert mixed(*voices) == mixed(*reversed([v for v in voices if v is not None]), None)
    assert (mixed(*voices) is None) == all(voice is None for voice in voices)


@given(st.lists(st.integers(1, 700).map(lambda count: 2 * count), max_size=30))
def test_a_stock_gives_what_came_in_order_and_in_even_frames(sizes: list[int]) -> None:
    """Pieces of any size that come no faster than they sound."""
    stock = VoiceStock(16000, 640)
    came = bytearray()
    gone = bytearray()
    value = 0
    for size in sizes:
        piece = bytes((value + i) % 255 + 1 for i in range(size))
        value += size
        came += piece
        stock.put(piece)
        for _ in range(max(size // 640, 0)):
            frame = stock.next()
            if frame is not None:
                assert len(frame) == 640
                gone += frame.rstrip(b"\0")
    while (frame := stock.next()) is not None:
        gone += frame.rstrip(b"\0")
    assert bytes(came).startswith(bytes(gone))
    assert len(came) - len(gone) < STOCK_S * 32000


def test_a_stock_that_runs_over_keeps_the_newest() -> None:
    stock = VoiceStock(16000, 640)
    for number in range(100):
        stock.put(bytes([number, 0]) * 320)
    frames = []
    while (frame := stock.next()) is not None:
        frames.append(frame[0])
    assert frames == list(range(100 - int(MOST_S * 50), 100))
    stock.put(bytes(6400))
    stock.drop()
    assert stock.next() is None

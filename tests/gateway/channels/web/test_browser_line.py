"""A page's line gives the call what came, in order and bounded, and takes 20 ms at a time."""

from __future__ import annotations

import asyncio

from gateway.channels.web.browser_line import BrowserLine
from gateway.sockets.allowance import Allowance
from gateway.sockets.page_audio import BYTES_PER_S, is_audio
from gateway.voice.line import Audio, Key, Muted

SECOND = b"\x01\x02" * 16000


async def everything(line: BrowserLine) -> list[Audio | Key | Muted]:
    return [event async for event in line.incoming()]


async def test_audio_keys_and_muting_come_in_order() -> None:
    line = BrowserLine(lambda _pcm: True)
    line.heard(b"\x01\x00")
    line.put(Key(digit="0"))
    line.put(Muted(on=True))
    line.heard(b"\x02\x00")
    line.put(Muted(on=False))
    line.heard(b"\x03\x00")
    line.end()
    events = await everything(line)
    assert events == [
        Audio(pcm=b"\x01\x00", rate_hz=16000),
        Key(digit="0"),
        Muted(on=True),
        # What a muted page sends all the same is nobody's business.
        Muted(on=False),
        Audio(pcm=b"\x03\x00", rate_hz=16000),
    ]


async def test_a_call_that_does_not_listen_costs_four_seconds_at_most_and_loses_no_key() -> None:
    line = BrowserLine(lambda _pcm: True)
    line.put(Key(digit="1"))
    for _ in range(10):
        line.heard(SECOND)
    line.end()
    events = await everything(line)
    assert [type(event) for event in events] == [Key, Audio, Audio, Audio, Audio]
    assert line.lost_heard_s == 6


async def test_speech_leaves_frame_by_frame_until_the_end_and_what_is_refused_counts_as_lost() -> None:
    sent: list[bytes] = []

    def send(pcm: bytes) -> bool:
        sent.append(pcm)
        return len(sent) != 2

    line = BrowserLine(send)
    frames = [b"a" * 640, None, b"b" * 640, b"c" * 640]

    def source() -> bytes | None:
        if len(frames) == 1:
            line.end()
        return frames.pop(0)

    await asyncio.wait_for(line.speak(source), 5)
    assert [pcm[:1] for pcm in sent] == [b"a", b"b", b"c"]
    assert line.lost_said_s == 0.02


async def test_only_our_own_hanging_up_counts_as_ours() -> None:
    ours, theirs = BrowserLine(lambda _pcm: True), BrowserLine(lambda _pcm: True)
    await ours.hang_up()
    theirs.end()
    await theirs.hang_up()
    assert (ours.hung_up, theirs.hung_up) == (True, False)


def test_an_allowance_has_a_stock_and_refills() -> None:
    allowance = Allowance(per_s=10, stock=30, now_s=0)
    assert allowance.take(30, 0)
    assert not allowance.take(1, 0.05)
    assert allowance.take(5, 0.5)
    assert not allowance.take(31, 100)
    assert allowance.take(30, 100)


def test_audio_is_whole_samples_of_at_most_200_ms() -> None:
    assert is_audio(bytes(BYTES_PER_S // 5)) and is_audio(b"ab")
    assert not is_audio(b"") and not is_audio(b"abc") and not is_audio(bytes(BYTES_PER_S // 5 + 2))

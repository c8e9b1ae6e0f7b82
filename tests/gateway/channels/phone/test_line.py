"""A real server and a client that behaves as Asterisk does, on loopback, in real time."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest

from asr.audio import _TABLES, Encoding
from cli.simulator.asterisk_client import AsteriskClient, HeardFrame
from gateway.channels.phone.audiosocket import encode_call_id, encode_error
from gateway.channels.phone.line import PhoneLine
from gateway.channels.phone.server import PhoneServer
from gateway.voice.line import Audio, Key
from gateway.voice.playback import Playback
from tests.waiting import PATIENCE_S, until

Handler = Callable[[PhoneLine], Awaitable[None]]


@asynccontextmanager
async def listening(handler: Handler, max_calls: int = 10) -> AsyncIterator[int]:
    server = PhoneServer(handler, max_calls=max_calls)
    port = await server.start("127.0.0.1", 0)
    try:
        yield port
    finally:
        await server.aclose(0.5)


async def until_over(line: PhoneLine) -> None:
    async for _ in line.incoming():
        pass


async def test_what_the_caller_says_and_presses_arrives_in_order() -> None:
    got: list[object] = []
    ids = []

    async def handler(line: PhoneLine) -> None:
        ids.append(line.call_id)
        async for event in line.incoming():
            got.append(event)

    async with listening(handler) as port:
        client = await AsteriskClient.call("127.0.0.1", port)
        await client.say(b"\1\0" * 320)
        client.press("0")
        await until(lambda: any(isinstance(e, Key) for e in got))
        await client.hang_up()
    assert ids == [client.call_id]
    voiced = [e for e in got if isinstance(e, Audio) and any(e.pcm)]
    assert b"".join(e.pcm for e in voiced) == b"\1\0" * 320
    keys = [e for e in got if isinstance(e, Key)]
    assert keys == [Key(digit="0")]
    assert got.index(keys[0]) > got.index(voiced[-1])


async def test_frames_leave_no_faster_than_they_sound_and_answer_in_the_rate_of_the_caller() -> None:
    async def handler(line: PhoneLine) -> None:
        speaking = asyncio.create_task(line.speak(lambda: None))
        await until_over(line)
        await speaking

    async with (
        listening(handler) as port,
        await AsteriskClient.call("127.0.0.1", port, rate_hz=16000) as client,
    ):
        await until(lambda: len(client.heard) >= 60)
        times = [frame.at_s for frame in client.heard]
        assert {len(frame.pcm) for frame in client.heard[5:]} == {640}
        # Never faster than they sound, or Asterisk would have to keep them; slower only where the machine is. A few may
        # have waited in the socket while it was busy.
        assert times[59] - times[0] > 54 * 0.02


async def test_what_is_dropped_is_silent_at_once() -> None:
    """The player holds ten seconds; the caller must not hear them after the barge-in."""
    taken_at_drop: list[int] = []

    async def handler(line: PhoneLine) -> None:
        player = Playback(8000, 0.02, 30)
        player.put(1, b"\1\1" * 80_000)
        player.end(1)
        taken = 0

        def next_frame() -> bytes | None:
            nonlocal taken
            frame = player.next_frame()
            taken += frame is not None and any(frame)
            return frame

        speaking = asyncio.create_task(line.speak(next_frame))
        async for event in line.incoming():
            if isinstance(event, Key):
                player.drop()
                taken_at_drop.append(taken)
        await speaking

    async with listening(handler) as port, await AsteriskClient.call("127.0.0.1", port) as client:
        await until(lambda: sum(not frame.silent for frame in client.heard) > 15)
        client.press("1")
        await until(lambda: len(client.heard) > 40 and all(frame.silent for frame in client.heard[-25:]))
        assert sum(not frame.silent for frame in client.heard) <= taken_at_drop[0]


async def test_an_asterisk_that_does_not_read_gets_no_backlog() -> None:
    """After ten seconds of not reading it must not be ten seconds behind. Small socket buffers make it quick."""
    lines: list[PhoneLine] = []

    async def handler(line: PhoneLine) -> None:
        lines.append(line)
        line._writer.transport.set_write_buffer_limits(high=1)
        speaking = asyncio.create_task(line.speak(lambda: b"\1\1" * 160))
        # Beats at once instead of every 20 ms fill the kernel's buffers quickly.
        for _ in range(40_000):
            line._write(b"\1\1" * 160)
        await until_over(line)
        await speaking

    async with listening(handler) as port:
        _reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        client_id = AsteriskClient(_reader, writer, uuid.uuid4(), 8000).call_id
        writer.write(encode_call_id(client_id))
        await until(lambda: lines and lines[0].lost_said > 0)
        assert lines[0]._writer.transport.get_write_buffer_size() <= 7 * 323
        writer.close()


async def test_hanging_up_ends_the_call_on_both_sides() -> None:
    ended = asyncio.Event()

    async def handler(line: PhoneLine) -> None:
        speaking = asyncio.create_task(line.speak(lambda: None))
        async for event in line.incoming():
            if isinstance(event, Key):
                await line.hang_up()
        await speaking
        ended.set()

    async with listening(handler) as port:
        client = await AsteriskClient.call("127.0.0.1", port)
        client.press("1")
        await asyncio.wait_for(client.hung_up.wait(), PATIENCE_S)
        await asyncio.wait_for(ended.wait(), PATIENCE_S)
        await client.hang_up()
        ended.clear()
        async with await AsteriskClient.call("127.0.0.1", port):
            await asyncio.sleep(0.1)
        await asyncio.wait_for(ended.wait(), PATIENCE_S)


async def test_an_error_of_asterisk_ends_the_call() -> None:
    ended = asyncio.Event()

    async def handler(line: PhoneLine) -> None:
        await until_over(line)
        ended.set()

    async with listening(handler) as port, await AsteriskClient.call("127.0.0.1", port) as client:
        client._writer.write(encode_error(1))
        await asyncio.wait_for(ended.wait(), PATIENCE_S)


async def test_who_speaks_another_protocol_is_sent_away() -> None:
    calls = []

    async def handler(line: PhoneLine) -> None:
        calls.append(line)

    async with listening(handler) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
        writer.close()
    assert calls == []


async def test_a_call_too_many_is_hung_up_so_that_asterisk_goes_on() -> None:
    taken: list[PhoneLine] = []

    async def handler(line: PhoneLine) -> None:
        taken.append(line)
        await until_over(line)

    async with (
        listening(handler, max_calls=1) as port,
        await AsteriskClient.call("127.0.0.1", port) as first,
    ):
        await until(lambda: taken)
        second = await AsteriskClient.call("127.0.0.1", port)
        await asyncio.wait_for(second.hung_up.wait(), PATIENCE_S)
        assert not first.hung_up.is_set()
        await second.hang_up()


async def test_a_crash_in_one_call_hangs_it_up_and_spares_the_others() -> None:
    async def handler(line: PhoneLine) -> None:
        async for event in line.incoming():
            if isinstance(event, Key):
                raise RuntimeError("a bug")

    async with listening(handler) as port:
        async with await AsteriskClient.call("127.0.0.1", port) as unlucky:
            async with await AsteriskClient.call("127.0.0.1", port) as other:
                unlucky.press("1")
                await asyncio.wait_for(unlucky.hung_up.wait(), PATIENCE_S)
                await asyncio.sleep(0.1)
                assert not other.hung_up.is_set()


async def test_a_slow_call_loses_the_oldest_audio_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has been behind for long; the test does not wait for that."""
    monkeypatch.setattr("gateway.channels.phone.line.BEHIND_S", 0.0)
    keys = []
    lost = []

    async def handler(line: PhoneLine) -> None:
        async for event in line.incoming():
            if isinstance(event, Key):
                keys.append(event.digit)
            elif not keys:
                await asyncio.sleep(0.5)
        lost.append(line.lost_heard)

    async with listening(handler) as port:
        async with await AsteriskClient.call("127.0.0.1", port) as client:
            await asyncio.sleep(0.1)
            client.press("5")
            for _ in range(400):
                client._writer.write(b"\x10\x01\x40" + bytes(320))
            await until(lambda: keys)
        await until(lambda: lost)
    assert keys == ["5"]
    assert lost[0] > 100


async def test_an_exchange_that_catches_up_after_a_stall_loses_nothing() -> None:
    """Ten seconds at once."""
    taken: dict[int, int] = {}
    lost: list[int] = []

    async def handler(line: PhoneLine) -> None:
        async for event in line.incoming():
            assert isinstance(event, Audio)
            taken[event.pcm[0]] = taken.get(event.pcm[0], 0) + 1
        lost.append(line.lost_heard)

    async with listening(handler) as port:
        async with await AsteriskClient.call("127.0.0.1", port) as stuck:
            await asyncio.sleep(0.1)
            for _ in range(500):
                stuck._writer.write(b"\x10\x01\x40" + bytes([7]) * 320)
            await until(lambda: taken.get(7, 0) == 500)
        await until(lambda: lost)
    assert lost == [0]


async def calls_rate(first_hz: int, then_hz: int) -> tuple[int, bytes, list[HeardFrame]]:
    """A caller whose tone comes in one rate, then in another: the call's rate, what it heard, what he heard of a tone."""
    pcm = bytearray()
    lines: list[PhoneLine] = []

    async def handler(line: PhoneLine) -> None:
        lines.append(line)
        at = 0

        def next_frame() -> bytes:
            nonlocal at
            frame = tone(line.rate_hz, line.rate_hz // 50, at)
            at += line.rate_hz // 50
            return frame

        speaking = asyncio.create_task(line.speak(next_frame))
        async for event in line.incoming():
            assert isinstance(event, Audio)
            assert event.rate_hz == line.rate_hz
            pcm.extend(event.pcm)
        await speaking

    async with listening(handler) as port:
        client = await AsteriskClient.call("127.0.0.1", port, rate_hz=first_hz)
        await client.say(tone(first_hz, first_hz // 2))
        client.rate_hz = then_hz
        await client.say(tone(then_hz, then_hz // 2))
        heard = len(client.heard)
        await until(lambda: len(client.heard) > heard + 25)
        await client.hang_up()
    return lines[0].rate_hz, bytes(pcm), client.heard


def tone(rate_hz: int, samples: int, at: int = 0) -> bytes:
    return (np.sin((np.arange(samples) + at) * 2 * np.pi * 440 / rate_hz) * 8000).astype("<i2").tobytes()


def pitch_hz(pcm: bytes, rate_hz: int) -> float:
    samples = np.frombuffer(pcm, "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * rate_hz / len(samples)


@pytest.mark.parametrize(
    ("first_hz", "then_hz", "call_hz"),
    [
        (8000, 8000, 8000),
        (16000, 16000, 16000),
        (48000, 48000, 16000),
        (8000, 16000, 8000),
        (16000, 8000, 16000),
    ],
)
async def test_every_rate_sounds_right_both_ways(first_hz: int, then_hz: int, call_hz: int) -> None:
    """The recogniser was opened at 8 kHz before the first frame came, and heard 16 kHz at half the speed."""
    rate_hz, pcm, heard = await calls_rate(first_hz, then_hz)
    assert rate_hz == call_hz
    assert pitch_hz(pcm, call_hz) == pytest.approx(440, abs=15)
    voiced = np.abs(np.frombuffer(pcm, "<i2")) > 500
    assert 0.9 <= voiced.sum() / (voiced.mean() and call_hz) <= 1.05
    last = heard[-20:]
    assert {len(frame.pcm) for frame in last} == {2 * then_hz // 50}
    assert pitch_hz(b"".join(frame.pcm for frame in last), then_hz) == pytest.approx(440, abs=15)


async def test_a_caller_who_sends_nothing_is_not_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is suppressed on his side, or he is on hold: he hears us, so he is there."""
    monkeypatch.setattr("gateway.channels.phone.line.DEAD_FRAMES", 3)
    lines: list[PhoneLine] = []

    async def handler(line: PhoneLine) -> None:
        lines.append(line)
        speaking = asyncio.create_task(line.speak(lambda: None))
        await until_over(line)
        await speaking

    async with listening(handler) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(encode_call_id(uuid.uuid4()))
        await reader.readexactly(20 * 323)
        assert not lines[0].over
        writer.close()
        await until(lambda: lines[0].over)


async def test_a_caller_who_reads_nothing_is_dead_and_gets_no_backlog(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kernel would take minutes of sound for him; it is asked how much it holds."""
    monkeypatch.setattr("gateway.channels.phone.line.DEAD_FRAMES", 20)
    lines: list[PhoneLine] = []
    unsent: list[int] = []

    async def handler(line: PhoneLine) -> None:
        lines.append(line)
        for _ in range(100_000):
            line._write(b"\1\1" * 160)
            unsent.append(line._unsent_bytes())
            if line.over:
                return
            await asyncio.sleep(0)

    async with listening(handler) as port:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await asyncio.to_thread(connection.connect, ("127.0.0.1", port))
        connection.send(encode_call_id(uuid.uuid4()))
        await until(lambda: lines and lines[0].over)
        assert lines[0].lost_said >= 20
        connection.close()
    assert max(unsent) <= 7 * 323


async def test_telephone_bytes_in_a_linear_frame_are_told_and_understood(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pcm = bytearray()

    async def handler(line: PhoneLine) -> None:
        async for event in line.incoming():
            assert isinstance(event, Audio)
            pcm.extend(event.pcm)

    sound = np.frombuffer(tone(8000, 16000), "<i2").copy()
    sound[:12000] //= 100
    levels = _TABLES[Encoding.ALAW].astype(int)
    codes = np.abs(levels[None, :] - sound[:, None].astype(int)).argmin(axis=1).astype(np.uint8).tobytes()
    async with listening(handler) as port:
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(encode_call_id(uuid.uuid4()))
        for at in range(0, len(codes), 160):
            writer.write(b"\x10\x00\xa0" + codes[at : at + 160])
        await until(lambda: len(pcm) > 20000)
        writer.close()
    assert "phone_audio_not_linear" in caplog.text
    end = bytes(pcm[-6000:])
    assert pitch_hz(end, 8000) == pytest.approx(440, abs=15)

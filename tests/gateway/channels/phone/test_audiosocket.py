"""The framing, byte by byte as Asterisk documents it."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.phone.audiosocket import (
    CallId,
    Decoder,
    Frame,
    FramingError,
    PeerError,
    Terminate,
    encode_audio,
    encode_call_id,
    encode_error,
    encode_key,
    encode_terminate,
    frame_bytes,
)
from gateway.voice.line import Audio, Key

CALL = uuid.UUID("40325ec2-5efd-4bd3-805f-53576e581d13")
HELLO = encode_call_id(CALL)


def test_the_bytes_are_those_of_the_protocol() -> None:
    assert HELLO == bytes.fromhex("010010 40325ec25efd4bd3805f53576e581d13")
    assert encode_terminate() == bytes.fromhex("000000")
    assert encode_key("5") == bytes.fromhex("030001 35")
    assert encode_audio(b"\x01\x02" * 160)[:5] == bytes.fromhex("100140 0102")
    assert encode_audio(b"\0\0", 16000)[:3] == bytes.fromhex("120002")
    assert encode_error(4) == bytes.fromhex("ff0001 04")
    assert frame_bytes(8000) == 320


def test_a_whole_call_is_read() -> None:
    pcm = bytes(range(256)) + bytes(64)
    data = HELLO + encode_audio(pcm) + encode_key("#") + encode_error(2) + encode_terminate()
    assert Decoder().feed(data) == [
        CallId(id=CALL),
        Audio(pcm=pcm, rate_hz=8000),
        Key(digit="#"),
        PeerError(code=2),
        Terminate(),
    ]


@given(st.lists(st.integers(1, 30), min_size=1))
def test_the_pieces_in_which_it_arrives_do_not_matter(cuts: list[int]) -> None:
    data = HELLO + encode_audio(bytes(40)) + encode_key("1") + encode_terminate()
    decoder, frames = Decoder(), list[Frame]()
    at = 0
    for cut in [*cuts, len(data)]:
        frames += decoder.feed(data[at : at + cut])
        at += cut
    assert frames == Decoder().feed(data)


@pytest.mark.parametrize("kind", [0x02, 0x04, 0x19, 0x7F, 0xFE])
def test_unknown_types_are_skipped(kind: int) -> None:
    decoder = Decoder()
    data = HELLO + bytes([kind, 0, 2]) + b"xx" + encode_key("7")
    assert decoder.feed(data) == [CallId(id=CALL), Key(digit="7")]
    assert decoder.skipped == 1


def test_half_a_sample_costs_itself_only() -> None:
    decoder = Decoder()
    assert decoder.feed(HELLO + bytes.fromhex("10000361 6263")) == [
        CallId(id=CALL),
        Audio(pcm=b"ab", rate_hz=8000),
    ]
    assert decoder.odd == 1


@pytest.mark.parametrize(
    "bad",
    [
        bytes.fromhex("030000"),
        bytes.fromhex("0300013f"),
        bytes.fromhex("100000"),
    ],
    ids=["no key", "no such key", "no audio"],
)
def test_senseless_content_is_skipped(bad: bytes) -> None:
    decoder = Decoder()
    assert decoder.feed(HELLO + bad + encode_key("7")) == [CallId(id=CALL), Key(digit="7")]
    assert decoder.skipped == 1


@pytest.mark.parametrize("written", [str(CALL), CALL.hex, str(CALL).upper()])
def test_a_call_id_may_be_written_as_text(written: str) -> None:
    frame = b"\x01" + len(written).to_bytes(2, "big") + written.encode()
    assert Decoder().feed(frame + encode_key("7")) == [CallId(id=CALL), Key(digit="7")]


def test_text_that_is_no_call_id_is_none() -> None:
    assert Decoder().feed(b"\x01\x00\x24" + b"x" * 36) == []


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
def test_the_first_sound_may_come_before_the_call_id(rate_hz: int) -> None:
    sound = bytes(2 * round(rate_hz / 50))
    frames = Decoder().feed(encode_audio(sound, rate_hz) * 2 + HELLO + encode_key("7"))
    assert frames == [Audio(pcm=sound, rate_hz=rate_hz)] * 2 + [CallId(id=CALL), Key(digit="7")]


@pytest.mark.parametrize(
    "first",
    [
        b"GET / HTTP/1.1\r\n",
        # A browser that speaks TLS: read as a frame of 48 kHz it would be no whole 20 ms.
        bytes.fromhex("160301020001"),
        bytes.fromhex("160303"),
        encode_audio(bytes(322)),
        bytes.fromhex("100000"),
        b"\x01\x00\x0f" + bytes(15),
    ],
)
def test_who_does_not_begin_with_a_call_id_is_refused(first: bytes) -> None:
    with pytest.raises(FramingError):
        Decoder().feed(first)


def test_an_error_may_come_without_a_code() -> None:
    assert Decoder().feed(HELLO + bytes.fromhex("ff0000"))[1] == PeerError(code=None)


@pytest.mark.parametrize(("pcm", "rate_hz"), [(b"\0", 8000), (b"\0\0", 22050), (bytes(70000), 8000)])
def test_what_cannot_be_framed_is_refused(pcm: bytes, rate_hz: int) -> None:
    with pytest.raises(ValueError):
        encode_audio(pcm, rate_hz)


@given(st.binary(max_size=2000))
def test_no_bytes_break_the_decoder(data: bytes) -> None:
    decoder = Decoder()
    decoder.feed(HELLO)
    decoder.feed(data)

"""Every form that telephones, browsers and files send comes out as 16 kHz samples."""

from __future__ import annotations

import base64
import struct
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.audio import RATE_HZ, Converter, Encoding, Int16, decode, read_clip, through_telephone
from asr.errors import AudioError
from asr.wav import parse


def tone(rate_hz: int, seconds: float = 1.0, hz: float = 440.0) -> Int16:
    t = np.arange(int(rate_hz * seconds)) / rate_hz
    return (10_000 * np.sin(2 * np.pi * hz * t)).astype(np.int16)


def write_wav(path: Path, samples: Int16, rate_hz: int, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())
    return path


def pitch_hz(samples: Int16) -> float:
    middle = samples[2000:-2000].astype(float)
    return float(np.argmax(np.abs(np.fft.rfft(middle * np.hanning(len(middle)))))) * RATE_HZ / len(middle)


@pytest.mark.parametrize(
    ("encoding", "code", "sample"),
    [
        # ITU-T G.711: silence, the loudest steps of both signs.
        (Encoding.MULAW, 0xFF, 0), (Encoding.MULAW, 0x80, 32124), (Encoding.MULAW, 0x00, -32124),
        (Encoding.ALAW, 0xD5, 8), (Encoding.ALAW, 0x55, -8), (Encoding.ALAW, 0xAA, 32256), (Encoding.ALAW, 0x2A, -32256),
    ],
)  # fmt: skip
def test_g711_codes_mean_what_the_standard_says(encoding: Encoding, code: int, sample: int) -> None:
    assert decode(bytes([code]), encoding)[0] == sample


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_a_stream_of_any_rate_keeps_its_length_and_pitch(rate_hz: int) -> None:
    converter = Converter(rate_hz)
    data = tone(rate_hz).tobytes()
    # 20 ms frames, as a phone sends them.
    step = rate_hz // 50 * 2
    pieces = [converter.feed(data[i : i + step]) for i in range(0, len(data), step)]
    samples = np.concatenate([*pieces, converter.flush()])
    assert abs(len(samples) - RATE_HZ) <= 2
    assert abs(pitch_hz(samples) - 440) < 3


@given(st.lists(st.integers(1, 700), min_size=1, max_size=20))
def test_chunk_borders_do_not_matter(sizes: list[int]) -> None:
    """TCP cuts where it likes, in the middle of a sample too."""
    data = tone(8_000, 0.3).tobytes()
    whole = Converter(8_000)
    expected = np.concatenate([whole.feed(data), whole.flush()])
    converter, pieces, position = Converter(8_000), [], 0
    for size in [*sizes, len(data)]:
        pieces.append(converter.feed(data[position : position + size]))
        position += size
    got = np.concatenate([*pieces, converter.flush()])
    assert len(got) == len(expected)
    # The resampler dithers: its last bits are noise.
    assert np.max(np.abs(got.astype(int) - expected)) <= 4


def test_a_wrong_rate_is_refused() -> None:
    with pytest.raises(AudioError, match="sample rate 4000"):
        Converter(4_000)


def test_a_stereo_wav_is_mixed_down(tmp_path: Path) -> None:
    left = tone(8_000)
    clip = read_clip(write_wav(tmp_path / "a.wav", np.column_stack([left, left]).ravel(), 8_000, 2))
    assert abs(clip.seconds - 1.0) < 0.01
    assert abs(pitch_hz(clip.samples) - 440) < 3


def test_an_a_law_wav_of_a_recorder_is_read(tmp_path: Path) -> None:
    data = bytes([0xD5, 0x55] * 4_000)
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 6, 1, 8_000, 8_000, 1, 8,
                         b"data", len(data))  # fmt: skip
    (tmp_path / "a.wav").write_bytes(header + data)
    clip = read_clip(tmp_path / "a.wav")
    assert clip.source_rate_hz == 8_000 and abs(clip.seconds - 1.0) < 0.01


def test_a_recording_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(16_000), 16_000)
    path.write_bytes(path.read_bytes()[:-16_001])
    assert abs(read_clip(path).seconds - 0.5) < 0.01


def wav(
    kind: int, samples: bytes, *, bits: int, width: int, rate_hz: int = 16_000, valid: int | None = None,
    riff_size: int | None = None, data_size: int | None = None, before: bytes = b"",
) -> bytes:  # fmt: skip
    """A WAV with every field as told; with `valid` bits an extensible one."""
    form = struct.pack("<HHIIHH", kind if valid is None else 0xFFFE, 1, rate_hz, rate_hz * width, width, bits)
    if valid is not None:
        guid = struct.pack("<H", kind) + bytes.fromhex("000000001000800000aa00389b71")
        form += struct.pack("<HHI", 22, valid, 4) + guid
    body = b"fmt " + struct.pack("<I", len(form)) + form + before
    body += b"data" + struct.pack("<I", len(samples) if data_size is None else data_size) + samples
    return b"RIFF" + struct.pack("<I", 4 + len(body) if riff_size is None else riff_size) + b"WAVE" + body


def read(tmp_path: Path, data: bytes, name: str = "a.wav") -> Int16:
    (tmp_path / name).write_bytes(data)
    return read_clip(tmp_path / name).samples


@pytest.mark.parametrize(
    ("riff_size", "data_size"), [(0, 0), (36, 0), (0xFFFFFFFF, 0xFFFFFFFF), (0, 0xFFFFFFFF)]
)
def test_a_wav_that_was_never_closed_is_read_to_its_end(
    tmp_path: Path, riff_size: int, data_size: int
) -> None:
    whole = tone(16_000)
    data = wav(1, whole.tobytes(), bits=16, width=2, riff_size=riff_size, data_size=data_size)
    assert np.array_equal(read(tmp_path, data), whole)


def test_a_wav_without_any_sound_says_so(tmp_path: Path) -> None:
    for data in (wav(1, b"", bits=16, width=2), wav(1, b"LIST\x04\0\0\0INFO", bits=16, width=2, data_size=0)):
        with pytest.raises(AudioError, match="without audio"):
            read(tmp_path, data)


@pytest.mark.parametrize("pad", [b"", b"\0"])
def test_a_chunk_of_odd_size_may_lack_its_pad(tmp_path: Path, pad: bytes) -> None:
    before = b"LIST" + struct.pack("<I", 5) + b"INFOx" + pad
    assert len(read(tmp_path, wav(1, tone(16_000).tobytes(), bits=16, width=2, before=before))) == 16_000


_LOUD = tone(16_000).astype(np.int32)
_WIDER = _LOUD * 256 + 77


@pytest.mark.parametrize(
    "data",
    [
        wav(1, (_LOUD << 16).astype("<i4").tobytes(), bits=32, width=4),
        wav(1, (_LOUD << 16).astype("<i4").tobytes(), bits=32, width=4, valid=24),
        wav(1, (_WIDER << 8).astype("<i4").tobytes(), bits=32, width=4, valid=24),
        wav(1, (_WIDER << 8).astype("<i4").tobytes(), bits=24, width=4),
        # Some recorders put the 24 bits at the lower end.
        wav(1, _WIDER.astype("<i4").tobytes(), bits=32, width=4, valid=24),
        wav(1, _WIDER.astype("<i4").tobytes(), bits=24, width=4),
        wav(1, b"".join(int(n).to_bytes(3, "little", signed=True) for n in _WIDER), bits=24, width=3),
        wav(
            1, b"".join(int(n).to_bytes(3, "little", signed=True) for n in _WIDER), bits=24, width=3, valid=24
        ),
        wav(1, _LOUD.astype("<i2").tobytes(), bits=16, width=2, valid=16),
        wav(3, (_LOUD / 32_768).astype("<f4").tobytes(), bits=32, width=4),
        wav(3, (_LOUD / 32_768).astype("<f8").tobytes(), bits=64, width=8, valid=64),
        wav(1, ((_LOUD >> 8) + 128).astype(np.uint8).tobytes(), bits=8, width=1),
    ],
)
def test_every_width_of_samples_is_the_same_tone(tmp_path: Path, data: bytes) -> None:
    """FFmpeg takes 24 bits in 32 of an extensible WAV for a float, and noise has a transcript, too."""
    samples = read(tmp_path, data)
    assert len(samples) == 16_000 and np.max(np.abs(samples.astype(int) - _LOUD)) <= 256


def test_gsm_of_asterisk_is_heard(tmp_path: Path) -> None:
    form = struct.pack("<HHIIHHHH", 0x31, 1, 8_000, 1_625, 65, 0, 2, 320)
    blocks = bytes(65) * 50
    for sizes, rest in (((len(blocks),), b""), ((0,), b""), ((len(blocks) + 30,), bytes(30))):
        data = b"fmt " + struct.pack("<I", 20) + form + b"fact" + struct.pack("<II", 4, 16_000)
        data += b"data" + struct.pack("<I", *sizes) + blocks + rest
        samples = read(tmp_path, b"RIFF" + struct.pack("<I", 4 + len(data)) + b"WAVE" + data)
        assert abs(len(samples) / RATE_HZ - 2.0) < 0.05


def test_a_wav_of_a_kind_that_nobody_reads_is_named(tmp_path: Path) -> None:
    for kind, name in ((0x0181, "0x0181"), (0x7777, "0x7777")):
        with pytest.raises(AudioError, match=name):
            read(tmp_path, wav(kind, bytes(range(1, 200)), bits=0, width=1, rate_hz=8_000))


def test_amr_with_pauses_is_read(tmp_path: Path) -> None:
    """A phone sends next to nothing while its owner is silent (DTX)."""
    import av

    samples = tone(8_000, 3.0)
    samples[8_000:16_000] = 0
    encoder: Any = av.CodecContext.create("libopencore_amrnb", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 8_000, "mono", "s16", 12_200
    encoder.options = {"dtx": "1"}
    encoder.open()
    data = b"#!AMR\n"
    for start in range(0, len(samples), 160):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 160], format="s16", layout="mono")
        frame.sample_rate, frame.pts = 8_000, start
        data += b"".join(bytes(packet) for packet in encoder.encode(frame))
    assert len(data) < 4_000, "no pauses in it"
    heard = read(tmp_path, data, "a.amr")
    assert abs(len(heard) / RATE_HZ - 3.0) < 0.1
    assert pitch_hz(heard[:RATE_HZ]) == pytest.approx(440, abs=5)
    assert np.abs(heard[int(1.4 * RATE_HZ) : int(1.8 * RATE_HZ)]).max() < 1_000


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.silk", b"\x02#!SILK_V3\x0c\x00" + bytes(range(200)), "SILK"),
        ("a.amr", b"#!SILK_V3\x0c\x00" + bytes(range(200)), "SILK"),
        ("a.wav", base64.b64encode(bytes(range(256)) * 20), "base64"),
        ("a.amr", base64.encodebytes(bytes(range(256))), "base64"),
        ("a.wav", b"data:audio/wav;base64," + base64.b64encode(bytes(range(99))), "base64"),
        ("a.ulaw", bytes(range(1, 256)) * 20, "µ-law"),
        ("a.alaw", bytes(range(1, 256)) * 20, "A-law"),
        ("a.sln", bytes(range(1, 256)) * 20, "16-bit samples at 8 kHz"),
        ("a.vox", bytes(range(1, 256)) * 20, "ADPCM"),
        ("a.wav", b"", "empty"),
        ("a.wav", "<!DOCTYPE html><p>登录</p>".encode(), "page"),
        ("a.mp3", b'{"errcode": 40007, "errmsg": "invalid media_id"}', "JSON"),
        ("a.mp3", "录音".encode() * 30, "text"),
        ("a.wav", b"PK\x03\x04" + bytes(100), "archive"),
    ],
)
def test_what_we_cannot_hear_is_named(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(AudioError, match=told) as caught:
        read_clip(tmp_path / name)
    assert name in str(caught.value) and "\n" not in str(caught.value)


@given(st.binary(max_size=200))
def test_no_header_breaks_the_reader(tail: bytes) -> None:
    found = parse(b"RIFF\0\0\0\0WAVE" + tail)
    assert found is None or len(found.body) <= len(tail)


def test_other_containers_are_read(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.flac"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=8_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone(8_000).reshape(1, -1), format="s16", layout="mono")
        frame.rate = 8_000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    clip = read_clip(path)
    assert abs(clip.seconds - 1.0) < 0.01 and abs(pitch_hz(clip.samples) - 440) < 3


@pytest.mark.parametrize("content", [b"", b"RIFF\x00\x00\x00\x00WAVE", b"no audio at all", b"\x00" * 5000])
def test_what_is_no_audio_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(AudioError) as caught:
        read_clip(tmp_path / "a.wav")
    assert "a.wav" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(AudioError):
        read_clip(tmp_path / "missing.wav")


def test_a_telephone_line_carries_the_voice_and_nothing_above_4_khz() -> None:
    low, high = tone(RATE_HZ, hz=1_037.0), tone(RATE_HZ, hz=5_000.0)
    carried = through_telephone(low)
    assert len(carried) == len(low) and pitch_hz(carried) == pytest.approx(1_037, abs=5)
    # A-law keeps a signal about 38 dB above its own noise (ITU-T G.712); our resampling adds none to speak of.
    noise = (carried - low)[2_000:-2_000].astype(float)
    assert 30 < 20 * np.log10(low.std() / noise.std()) < 45
    assert np.abs(through_telephone(high)[2_000:-2_000]).max() < 100


def test_a_telephone_line_takes_the_loudest_and_the_shortest() -> None:
    loud = np.array([-32_768, 32_767] * 400, dtype=np.int16).repeat(20)
    assert np.abs(through_telephone(loud)).max() > 20_000
    assert len(through_telephone(np.zeros(0, dtype=np.int16))) == 0

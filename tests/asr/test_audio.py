"""Every form that telephones, browsers and files send comes out as 16 kHz samples."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.audio import RATE_HZ, Converter, Encoding, Int16, decode, read_clip, through_telephone
from asr.errors import AudioError


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

#!/usr/bin/env bash
# soxr's streaming resampler is steady in large pieces only. Fed with 20 ms at a time, as a telephone line brings it, it returns nothing
# four times out of five and then some 100 ms at once, in every quality but the crudest. Nothing in its documentation says so, and
# the average delay looks small. FFmpeg's resampler (PyAV) returns 20 ms for 20 ms, 2 ms behind.
# Seen with soxr 1.1.0, av 18.1.0, numpy 2, 2026-11-29: HQ 8000 -> 16000 up to 115 ms behind, FFmpeg 2 ms.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv env
env/bin/python -m pip install -q soxr==1.1.0 av==18.1.0 'numpy>=2'
cat > look.py <<'P'
import av, numpy, soxr
stream = soxr.ResampleStream(8000, 16000, 1, dtype="int16", quality="HQ")
other = av.AudioResampler(format="s16", layout="mono", rate=16000)
given, behind, theirs, their_behind = 0, 0, 0, 0
for piece in range(1, 201):
    given += len(stream.resample_chunk(numpy.zeros(160, "int16")))
    behind = max(behind, piece * 320 - given)
    frame = av.AudioFrame.from_ndarray(numpy.zeros((1, 160), "int16"), format="s16", layout="mono")
    frame.sample_rate = 8000
    theirs += sum(one.samples for one in other.resample(frame))
    their_behind = max(their_behind, piece * 320 - theirs)
print(f"soxr up to {behind / 16:.0f} ms behind, FFmpeg {their_behind / 16:.0f} ms")
assert behind > 1000 and their_behind < 100, "soxr has changed"
P
env/bin/python look.py

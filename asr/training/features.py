"""Sound to features exactly as libvosk computes them from `conf/mfcc.conf`: 40 high-resolution MFCC every 10 ms."""

from __future__ import annotations

import kaldi_native_fbank as knf
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
DIM = 40
LOW_HZ, HIGH_HZ = 20.0, 7600.0

Float32 = NDArray[np.float32]


def mfcc(samples: Float32, low_hz: float = LOW_HZ, high_hz: float = HIGH_HZ) -> Float32:
    """(frames, 40). `samples` lie in -1..1 at 16 kHz; other edges of the mel range than the standard ones bend the
    formants, as a longer or shorter throat would."""
    options = knf.MfccOptions()
    options.frame_opts.dither = 0
    options.frame_opts.samp_freq = RATE_HZ
    options.mel_opts.num_bins = DIM
    options.num_ceps = DIM
    options.use_energy = False
    options.mel_opts.low_freq, options.mel_opts.high_freq = low_hz, high_hz
    computer = knf.OnlineMfcc(options)
    computer.accept_waveform(RATE_HZ, (samples * 32768).tolist())
    computer.input_finished()
    frames = [computer.get_frame(i) for i in range(computer.num_frames_ready)]
    return np.stack(frames).astype(np.float32) if frames else np.zeros((0, DIM), np.float32)

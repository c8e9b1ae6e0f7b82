"""PCM in motion, without business: resampling, mixing, the beat of 20 ms."""

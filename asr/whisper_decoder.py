"""One utterance through Whisper: one window, one decode, one alignment. Blocking and thread-safe.

faster-whisper's `transcribe` always fills a window of 30 s with silence, which costs twice the processor time of a short
sentence, and with word times it decodes what lies behind the last word once more, which invents text. Its parts do
neither when they are called one by one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from asr.audio import RATE_HZ, Int16, to_float
from asr.errors import EngineError
from asr.wordings import WEIGHT, Wording, Wordings

# Mel frames are 10 ms. Whisper has learnt with silence behind the words: five seconds of it do as well as the usual thirty
# for sentences, a single word wants nine (CER of open recordings 16.8 and 16.0; of single words 60, in ten seconds 42).
_SILENCE_FRAMES = 500
_LEAST_FRAMES = 1000
# Floor of a token's probability.
_IMPOSSIBLE = 1e-9
# What silence is in Whisper's features: eight decades below the loudest moment, four of which make one. Zeros, with which
# faster-whisper fills a window, are noise as loud as a telephone line's; the shorter the window, the more words it costs.
_SILENCE_BELOW = 2.0
# How late the first word may begin, in steps of 20 ms; OpenAI's own limit.
_LATEST_BEGIN = 50
_WINDOW_FRAMES = 3000
# Fast speech has six characters a second, and a rare character takes three tokens. More tokens than that are a loop.
_TOKENS, _TOKENS_A_SECOND = 20, 25
_MAX_TOKENS = 448

# Whisper sometimes takes a comma for the end and leaves the rest of the utterance out. Then voice goes on behind its last
# word: frames at least so loud, compared with the loud ones of the utterance, for so long. Breath and echo do not.
_FRAME_SAMPLES = int(0.03 * RATE_HZ)
_VOICE, _LOUD_PERCENTILE, _GOES_ON_S = 0.15, 90, 0.8


@dataclass(frozen=True)
class Timed:
    """A word, in seconds from the beginning of the samples."""

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True)
class Decoded:
    text: str
    words: tuple[Timed, ...]
    # Average log-probability of a token.
    log_probability: float
    no_speech_probability: float
    # How well the text compresses; repetition compresses well.
    compression: float


_NOTHING = Decoded("", (), 0.0, 1.0, 0.0)


def goes_on(samples: Int16, end_s: float) -> bool:
    """Whether somebody goes on speaking behind the last written word."""
    whole = len(samples) // _FRAME_SAMPLES * _FRAME_SAMPLES
    frames = to_float(samples[:whole]).reshape(-1, _FRAME_SAMPLES)
    behind = int(end_s * RATE_HZ) // _FRAME_SAMPLES + 1
    if behind >= len(frames):
        return False
    loudness = np.sqrt((frames**2).mean(axis=1))
    voiced = loudness[behind:] > _VOICE * np.percentile(loudness, _LOUD_PERCENTILE)
    return bool(voiced.sum() * _FRAME_SAMPLES >= _GOES_ON_S * RATE_HZ)


class WhisperDecoder:
    def __init__(self, path: Path, threads: int, parallel: int, language: str) -> None:
        """`threads` are those of one decode; `parallel` decodes may run at once. Raises EngineError."""
        try:
            from faster_whisper import WhisperModel
            from faster_whisper.tokenizer import Tokenizer
            from faster_whisper.transcribe import get_suppressed_tokens

            self._model: Any = WhisperModel(
                str(path), device="cpu", compute_type="int8", cpu_threads=threads, num_workers=parallel,
                local_files_only=True,
            )  # fmt: skip
            self._tokenizer: Any = Tokenizer(
                self._model.hf_tokenizer,
                self._model.model.is_multilingual,
                task="transcribe",
                language=language,
            )
            self._suppressed: Sequence[int] = get_suppressed_tokens(self._tokenizer, [-1])
        except Exception as error:
            raise EngineError(f"Whisper cannot read the model in {path}: {error}") from error

    def decode(
        self, samples: Int16, prompt: str | None, *, beam: int, words: bool, wordings: Wordings | None = None
    ) -> Decoded:
        """Decode at most 30 s at 16 kHz; the rest is ignored. May raise any exception of the engine.

        With `wordings` the text is the spelling that is likeliest as Mandarin and fits what was heard.
        """
        from faster_whisper.transcribe import get_compression_ratio

        # The last frame lies behind the samples.
        features = self._model.feature_extractor(to_float(samples))[..., :-1][..., :_WINDOW_FRAMES]
        frames = features.shape[-1]
        if not frames:
            return _NOTHING
        # Two frames make one position of the encoder.
        window = min(max(frames + frames % 2 + _SILENCE_FRAMES, _LEAST_FRAMES), _WINDOW_FRAMES)
        silence = float(features.max()) - _SILENCE_BELOW
        encoded = self._model.encode(
            np.pad(features, ((0, 0), (0, window - frames)), constant_values=silence).astype(np.float32)
        )
        before = self._tokenizer.encode(f" {prompt}") if prompt else []
        # Times between phrases: nobody reads them, but Whisper learned with them and hears less without.
        asked = self._model.get_prompt(self._tokenizer, before, without_timestamps=False)
        room = _TOKENS + int(_TOKENS_A_SECOND * frames / 100)
        result = self._model.model.generate(
            encoded, [asked],
            beam_size=beam, num_hypotheses=beam if wordings else 1, max_length=min(len(asked) + room, _MAX_TOKENS), return_scores=True,
            return_no_speech_prob=True, suppress_blank=True, suppress_tokens=self._suppressed,
            max_initial_timestamp_index=_LATEST_BEGIN,
        )[0]  # fmt: skip
        written = result.sequences_ids[0]
        tokens = self._words_of(written)
        text = self._tokenizer.decode(tokens).strip()
        compression = get_compression_ratio(text) if text else 0.0
        if text and wordings:
            heard = [
                (self._tokenizer.decode(self._words_of(ids)).strip(), score * len(ids))
                for ids, score in zip(result.sequences_ids, result.scores, strict=True)
            ]
            text = self._fitting(wordings.of(heard), encoded, frames) or text
            tokens = self._tokenizer.encode(text)
        return Decoded(
            text=text,
            words=self._timed(tokens, encoded, frames) if words and tokens else (),
            log_probability=result.scores[0] * len(written) / (len(written) + 1),
            no_speech_probability=result.no_speech_prob,
            compression=compression,
        )

    def _words_of(self, written: Sequence[int]) -> list[int]:
        """Without times and other marks."""
        return [token for token in written if token < self._tokenizer.eot]

    def _fitting(self, wordings: Sequence[Wording], encoded: Any, frames: int) -> str:
        """The likeliest of several spellings, as Mandarin and given what was heard."""
        if len(wordings) < 2:
            return wordings[0].text if wordings else ""
        chances = []
        for wording in wordings:
            tokens = self._tokenizer.encode(wording.text)
            aligned = self._model.model.align(encoded, self._tokenizer.sot_sequence, [tokens], frames)[0]
            heard = sum(math.log(max(p, _IMPOSSIBLE)) for p in aligned.text_token_probs)
            chances.append((heard - WEIGHT * wording.surprise, wording.text))
        return max(chances)[1]

    def _timed(self, tokens: Sequence[int], encoded: Any, frames: int) -> tuple[Timed, ...]:
        from faster_whisper.transcribe import merge_punctuations

        aligned = self._model.find_alignment(self._tokenizer, [list(tokens)], encoded, frames)[0]
        merge_punctuations(aligned, "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、")
        # numpy's floats would not go into JSON.
        return tuple(
            Timed(
                one["word"].strip(),
                float(one["start"]),
                float(one["end"]),
                float(one["probability"]),
            )
            for one in aligned
            if one["word"].strip()
        )

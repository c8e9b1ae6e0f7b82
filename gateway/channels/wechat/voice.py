"""A voice message of WeChat: from its bytes to words. What it is, its bytes tell; its name and WeChat's Format do not.

Phones send SILK (with one byte of Tencent's in front), WeChat gives it on as AMR (8 kHz, newer ones 16 kHz) or Speex.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from asr.audio import RATE_HZ, Clip, clip_of
from asr.client import ClientOptions, RemoteRecognizer
from asr.errors import AsrError, AudioError
from asr.recognizer import FinalTranscript, StreamOptions
from desk.settings import OwnServer, Settings

# WeChat lets people speak for a minute: 180 kB in any of its codecs.
MAX_BYTES = 1024 * 1024
MAX_S = 120.0
# Hearing a minute takes a slow machine about as long, with others in front.
LIMIT_S = 120.0
_SILK = b"#!SILK_V3"
_AMR, _OGG = b"#!AMR", b"OggS"
# Below this the words are read back before anything is done with them.
SURE = 0.5
OPUS_BITRATE = 24_000


class UnreadableVoice(Exception):
    """Nothing that is speech for us."""


@dataclass(frozen=True)
class Heard:
    """`sure`: 0 to 1, of the least sure piece."""

    text: str
    sure: float


def clip_from(content: bytes) -> Clip:
    """Processor-bound: a tenth of a second for a minute of speech. Raises UnreadableVoice."""
    if len(content) > MAX_BYTES:
        raise UnreadableVoice("too long")
    silk = content.removeprefix(b"\x02")
    try:
        if silk.startswith(_SILK):
            clip = _from_silk(content)
        elif content.startswith((_AMR, _OGG)):
            clip = clip_of(content, Path("voice"))
        else:
            raise UnreadableVoice("an unknown kind")
    except AudioError as error:
        raise UnreadableVoice("broken") from error
    if not len(clip.samples) or clip.seconds > MAX_S:
        raise UnreadableVoice("no speech, or too much")
    return clip


def _from_silk(content: bytes) -> Clip:
    # Imported here: most hotlines never need it.
    import pysilk

    out = io.BytesIO()
    try:
        pysilk.decode(io.BytesIO(content), out, RATE_HZ)
    # Of a library in C: it has an error of its own, and others for what is cut off.
    except Exception as error:
        raise UnreadableVoice("broken") from error
    return Clip(np.frombuffer(out.getvalue(), dtype="<i2").astype(np.int16), RATE_HZ)


def opus_of(clip: Clip) -> bytes:
    """The same as a small file that browsers play: Ogg with Opus, 3 kB a second. Processor-bound, like `clip_from`."""
    # Imported here: it takes a moment, and most messages are text.
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as file:
        stream = file.add_stream("libopus", rate=RATE_HZ, layout="mono", bit_rate=OPUS_BITRATE)
        stream.options = {"application": "voip"}
        frame = av.AudioFrame.from_ndarray(clip.samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        for packet in (*stream.encode(frame), *stream.encode(None)):
            file.mux(packet)
    return out.getvalue()


class Ears:
    """Hears whole messages through the speech server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def hear(self, clip: Clip) -> Heard | None:
        """None: nobody can listen at present."""
        if not self._settings.hears:
            return None
        token = self._settings.own_token(OwnServer.ASR) or None
        recognizer = RemoteRecognizer(
            f"ws://{self._settings.asr_address}", ClientOptions(answer_s=LIMIT_S, token=token)
        )
        stream = recognizer.open(StreamOptions(partials=False))
        finals: list[FinalTranscript] = []
        try:
            async with asyncio.timeout(LIMIT_S):
                for start in range(0, len(clip.samples), RATE_HZ):
                    heard = await stream.feed(clip.samples[start : start + RATE_HZ])
                    finals += [one for one in heard if isinstance(one, FinalTranscript)]
                finals += await stream.finish()
        except (AsrError, TimeoutError):
            return None
        finally:
            await stream.close()
        text = "".join(one.text for one in finals).replace(" ", "")
        return Heard(text, min((one.confidence for one in finals), default=0.0))

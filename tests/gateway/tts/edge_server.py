"""A local server that speaks the read-aloud service's protocol: real MP3 in binary frames, 403, silence, breaking off."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate

import av
import numpy as np
from aiohttp import WSMsgType, web

RATE_HZ = 24000


def mp3_tone(seconds: float) -> bytes:
    """48 kbit/s mono at 24 kHz, as the service sends it."""
    codec = av.CodecContext.create("libmp3lame", "w")
    codec.sample_rate, codec.layout, codec.format, codec.bit_rate = RATE_HZ, "mono", "s16p", 48000
    codec.open()
    size = codec.frame_size
    samples = (np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE_HZ)) / RATE_HZ) * 8000).astype(np.int16)
    out = b""
    for start in range(0, len(samples) - size + 1, size):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + size], format="s16p", layout="mono")
        frame.sample_rate, frame.pts = RATE_HZ, start
        out += b"".join(bytes(packet) for packet in codec.encode(frame))
    return out + b"".join(bytes(packet) for packet in codec.encode(None))


class EdgeServer:
    """`mode`: normal, refused, refused_once, silent (no audio), hangs (nothing at all), stalls (half, then nothing),
    breaks (half, then gone)."""

    def __init__(self) -> None:
        self.mode = "normal"
        self.ssml: list[str] = []
        self.config: list[str] = []
        self.voices = ["zh-CN-XiaoxiaoNeural"]
        self.connections = 0
        self.seconds = 1.0

    async def speak(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        assert re.fullmatch("[0-9A-F-]{64,}", request.query["Sec-MS-GEC"]), dict(request.query)
        if self.mode == "refused" or (self.mode == "refused_once" and self.connections == 1):
            return web.Response(status=403, headers={"Date": formatdate(usegmt=True)})
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            assert message.type is WSMsgType.TEXT
            if "Path:speech.config" in message.data:
                self.config.append(message.data)
                continue
            self.ssml.append(message.data)
            if self.mode == "hangs":
                await asyncio.sleep(3600)
            await socket.send_str("X-RequestId:1\r\nPath:turn.start\r\n\r\n{}")
            if self.mode != "silent":
                audio = mp3_tone(self.seconds)
                audio = audio[: len(audio) // 2] if self.mode in ("breaks", "stalls") else audio
                head = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n"
                for start in range(0, len(audio), 720):
                    data = audio[start : start + 720]
                    await socket.send_bytes(len(head).to_bytes(2, "big") + head + data)
            if self.mode == "stalls":
                await asyncio.sleep(3600)
            if self.mode == "breaks":
                assert request.transport is not None
                request.transport.abort()
                break
            await socket.send_str("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}")
        return socket

    async def list_voices(self, _request: web.Request) -> web.Response:
        listed = [
            {
                "Name": name,
                "ShortName": name,
                "Gender": "Female",
                "Locale": "-".join(name.split("-")[:2]),
                "FriendlyName": name,
                "Status": "GA",
                "SuggestedCodec": "audio-24khz-48kbitrate-mono-mp3",
                "VoiceTag": {"ContentCategories": [], "VoicePersonalities": []},
            }
            for name in self.voices
        ]
        return web.json_response(listed)

    @property
    def said(self) -> list[str]:
        return [re.sub(r"<[^>]+>", "", ssml.split("\r\n\r\n", 1)[1]) for ssml in self.ssml]


@asynccontextmanager
async def running() -> AsyncIterator[tuple[EdgeServer, int]]:
    server = EdgeServer()
    app = web.Application()
    app.router.add_get("/edge/v1", server.speak)
    app.router.add_get("/voices/list", server.list_voices)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port: int = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    try:
        yield server, port
    finally:
        await runner.cleanup()

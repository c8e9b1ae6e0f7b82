"""A speech server that hears what its script says, over vosk-server's protocol, in a thread of its own.

It listens for loud audio only: an utterance with voice in it becomes the next text of the script, one without is empty.
"""

from __future__ import annotations

import asyncio
import json
import threading

import numpy as np
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

# Of 16-bit samples; background noise is far below.
LOUD = 1000


class FakeEars:
    def __init__(self, script: list[str] | None = None) -> None:
        self.script = script or []
        # Of each stream, the rate that it was opened with.
        self.rates: list[int] = []
        self.loud_s = 0.0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._server: Server
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> FakeEars:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        return self

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _open(self) -> None:
        self._server = await serve(self._listen, "127.0.0.1", 0)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _listen(self, client: ServerConnection) -> None:
        rate_hz, voiced = 8000, 0
        try:
            async for message in client:
                if isinstance(message, bytes):
                    pcm = np.frombuffer(message, "<i2").astype(int)
                    if len(pcm) and np.abs(pcm).max() > LOUD:
                        voiced += 1
                        self.loud_s += len(pcm) / rate_hz
                    heard = self.script[0][: 2 * voiced] if voiced and self.script else ""
                    await client.send(json.dumps({"partial": heard}, ensure_ascii=False))
                    continue
                body = json.loads(message)
                if "config" in body:
                    rate_hz = body["config"]["sample_rate"]
                    self.rates.append(rate_hz)
                elif "reset" in body:
                    text = self.script.pop(0) if voiced and self.script else ""
                    voiced = 0
                    await client.send(json.dumps({"text": text}, ensure_ascii=False))
        except ConnectionClosed:
            return

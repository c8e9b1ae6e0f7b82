"""A `Recognizer` whose engine is a speech server elsewhere: the same protocol, the same promises."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from access.bearer import HEADER, authorization
from asr.audio import RATE_HZ, Int16
from asr.errors import EngineError
from asr.recognizer import (
    ANYTHING,
    Alternative,
    Capabilities,
    FinalTranscript,
    PartialTranscript,
    StreamOptions,
    Transcript,
    Word,
)


@dataclass(frozen=True)
class ClientOptions:
    """`answer_s` is the longest wait for one answer: a second pass over a long utterance on a busy machine."""

    connect_s: float = 3.0
    answer_s: float = 15.0
    dialect: str | None = None
    itn: bool = True
    # The token that the server asks for.
    token: str | None = field(default=None, repr=False)


USUAL = ClientOptions()


class RemoteRecognizer:
    """The server mends the texts (`asr.text`); with `itn` they have punctuation and digits."""

    def __init__(self, url: str, options: ClientOptions = USUAL) -> None:
        self._url = url
        self._options = options

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities("remote", True, True, True, True, "zh")

    def open(self, options: StreamOptions = ANYTHING) -> RemoteStream:
        """Returns at once and connects with the first audio; only then does a server that is away or full raise."""
        config: dict[str, Any] = {
            "sample_rate": RATE_HZ,
            "hot_words": list(options.hot_words),
            "phrase_list": list(options.phrases),
            "max_alternatives": options.alternatives,
            "itn": self._options.itn,
        }
        if self._options.dialect:
            config["dialect"] = self._options.dialect
        return RemoteStream(self._url, orjson.dumps({"config": config}).decode(), self._options)

    def close(self) -> None:
        pass


class RemoteStream:
    def __init__(self, url: str, config: str, options: ClientOptions) -> None:
        self._url = url
        self._config = config
        self._options = options
        self._connection: ClientConnection | None = None
        self._closed = False
        self._partial = ""

    async def feed(self, samples: Int16) -> Sequence[Transcript]:
        if not len(samples):
            return []
        answer = await self._ask(samples.astype("<i2", copy=False).tobytes())
        if "partial" in answer:
            if answer["partial"] == self._partial:
                return []
            self._partial = answer["partial"]
            return [PartialTranscript(self._partial)]
        self._partial = ""
        return _finals(answer)

    async def finish(self) -> Sequence[FinalTranscript]:
        self._partial = ""
        return _finals(await self._ask('{"reset": 1}')) if self._connection is not None else []

    async def close(self) -> None:
        self._closed = True
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _ask(self, message: str | bytes) -> dict[str, Any]:
        if self._closed:
            raise EngineError("the stream is closed")
        token = self._options.token
        try:
            if self._connection is None:
                self._connection = await connect(
                    self._url,
                    open_timeout=self._options.connect_s,
                    compression=None,
                    proxy=None,
                    additional_headers={HEADER: authorization(token)} if token else None,
                )
                await self._connection.send(self._config)
            async with asyncio.timeout(self._options.answer_s):
                await self._connection.send(message)
                answer: dict[str, Any] = orjson.loads(await self._connection.recv())
        except TimeoutError as error:
            raise EngineError(f"the speech server at {self._url} does not answer") from error
        except (OSError, WebSocketException, orjson.JSONDecodeError) as error:
            raise EngineError(f"the speech server at {self._url} is gone: {error}") from error
        if "error" in answer:
            raise EngineError(f"the speech server says: {answer['error']}")
        return answer


def _finals(answer: dict[str, Any]) -> list[FinalTranscript]:
    readings = answer.get("alternatives")
    best = readings[0] if readings else answer
    words = tuple(
        Word(w["word"], float(w["start"]), float(w["end"]), float(w["conf"])) for w in best.get("result", ())
    )
    if not best.get("text"):
        return []
    sure = sum(w.confidence for w in words) / len(words) if words else 0.0
    others = tuple(Alternative(r["text"], float(r["confidence"])) for r in readings or ())
    return [FinalTranscript(best["text"], words, round(sure, 4), answer.get("engine", "remote"), others)]

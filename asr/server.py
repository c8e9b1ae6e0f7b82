"""The speech server: websockets in, transcripts out, for clients of vosk-server and for our own calls.

Every buffer has a bound: while a message is decoded, the next ones wait in the client's socket.
`/health` and `/metrics` answer plain HTTP on the same port.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

import orjson
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from access.bearer import HEADER, REFUSED, shows_token
from asr.audio import RATE_HZ, Converter
from asr.counts import Counts
from asr.errors import AsrError, EngineError, OverloadedError, ProtocolError
from asr.loading import LoadedOnce
from asr.local_models import added_words
from asr.profiles import Profile, Profiles
from asr.protocol import (
    MAX_HOT_WORD_CHARS,
    MAX_HOT_WORDS,
    UNTOLD,
    ClientConfig,
    Command,
    command_in,
    error_message,
    final_message,
    partial_message,
    read_message,
    sound_in,
)
from asr.recognizer import (
    FinalTranscript,
    PartialTranscript,
    Recognizer,
    Stream,
    StreamOptions,
    Transcript,
    joined,
)

_log = logging.getLogger(__name__)

_REFUSED = orjson.dumps({"error": REFUSED})
# How many messages of one client may wait in this process; beyond that, TCP makes the client wait.
_WAITING_MESSAGES = 4
# Time for the error and the close frame to a client that may no longer read.
_LAST_WORD_S = 5.0


class EngineFailedError(ProtocolError):
    retryable = True
    close_code = 1011


@dataclass(frozen=True)
class Limits:
    max_clients: int = 64
    max_message_bytes: int = 256 * 1024
    idle_s: float = 60.0
    ping_every_s: float = 20.0


@dataclass(frozen=True)
class Served:
    """What /health tells about the engine."""

    engine: str
    model: str
    why: str
    warning: str | None = None


class AsrServer:
    """One process. `ears` are shared by all clients."""

    def __init__(
        self, ears: LoadedOnce, served: Served, limits: Limits, counts: Counts, profiles: Profiles,
        token: str | None = None,
    ) -> None:  # fmt: skip
        """`profiles`: the dialects that a client may name. `token`: what each request must show as `Authorization: Bearer …`; None: nothing."""
        self._ears = ears
        self._served = served
        self._limits = limits
        self._counts = counts
        self._profiles = profiles
        self._token = token

    async def listen(self, listening: socket.socket) -> Server:
        """Serve until the returned server is closed; the socket may be shared with other processes."""
        return await serve(
            self._client,
            sock=listening,
            process_request=self._plain_http,
            max_size=self._limits.max_message_bytes,
            max_queue=_WAITING_MESSAGES,
            compression=None,
            # Some clients never answer a ping. A client counts as gone when it sends nothing, or reads nothing, for
            # too long.
            ping_interval=self._limits.ping_every_s,
            ping_timeout=None,
            server_header=None,
        )

    def _plain_http(self, connection: ServerConnection, request: Request) -> Response | None:
        if self._token is not None and not shows_token(request.headers.get_all(HEADER), self._token):
            return _answer(_REFUSED, "application/json", HTTPStatus.UNAUTHORIZED)
        path = request.path.partition("?")[0]
        if path == "/health":
            return _answer(orjson.dumps(self._health()), "application/json")
        if path == "/metrics":
            text = self._counts.prometheus(self._served.engine)
            return _answer(text.encode(), "text/plain; version=0.0.4; charset=utf-8")
        return None

    def _health(self) -> dict[str, object]:
        return {
            "status": "failed" if self._ears.failure else "ok",
            "failure": self._ears.failure,
            "engine": self._served.engine,
            "model": self._served.model,
            "why": self._served.why,
            "warning": self._served.warning,
            "loaded": self._ears.loaded,
            "active_streams": int(self._counts.read()["active_streams"]),
            "max_clients": self._limits.max_clients,
            "dialects": self._profiles.names,
            "built": self._profiles.built,
        }

    async def _client(self, connection: ServerConnection) -> None:
        if not self._counts.enter(self._limits.max_clients):
            await self._hang_up(connection, OverloadedError("busy", "all places are taken; try again later"))
            return
        conversation = Conversation(connection, self._ears, self._served, self._limits, self._counts,
                                    self._profiles)  # fmt: skip
        try:
            await conversation.run()
        except ConnectionClosed:
            # The client hung up, which it may do at any time.
            pass
        except ProtocolError as error:
            self._counts.add(errors_total=1)
            _log.info("hanging up on a client", extra={"code": error.code})
            await self._hang_up(connection, error)
        except AsrError as error:
            self._counts.add(errors_total=1)
            _log.error("an engine failed", exc_info=error)
            await self._hang_up(
                connection, EngineFailedError("engine_failed", "the speech engine failed; connect again")
            )
        finally:
            self._counts.leave()
            await conversation.close()

    async def _hang_up(self, connection: ServerConnection, error: ProtocolError) -> None:
        try:
            async with asyncio.timeout(_LAST_WORD_S):
                await connection.send(error_message(error))
                await connection.close(error.close_code, error.code)
        except ConnectionClosed:
            pass
        except TimeoutError:
            # The client does not read, and a close would wait for it: drop the transport.
            connection.transport.abort()


class Conversation:
    """One client, from its first message to eof."""

    def __init__(
        self, connection: ServerConnection, ears: LoadedOnce, served: Served, limits: Limits,
        counts: Counts, profiles: Profiles,
    ) -> None:  # fmt: skip
        self._connection = connection
        self._ears = ears
        self._served = served
        self._limits = limits
        self._counts = counts
        self._profiles = profiles
        self._profile: Profile | None = None
        self._config = UNTOLD
        self._stream: Stream | None = None
        self._converter: Converter | None = None
        self._partial = ""
        # Utterances that a change of the rate has ended; the next message of sound brings them.
        self._early: list[Transcript] = []
        # The engine hears otherwise from the next utterance on.
        self._reopen = False

    async def run(self) -> None:
        """Raises ProtocolError, EngineError, ConnectionClosed."""
        while True:
            try:
                message = await asyncio.wait_for(self._connection.recv(), self._limits.idle_s)
            except TimeoutError as error:
                raise ProtocolError("idle", f"nothing came for {self._limits.idle_s:g} s") from error
            text = command_in(message) if isinstance(message, bytes) else message
            if text is None:
                assert isinstance(message, bytes)
                await self._audio(sound_in(message))
                continue
            command = read_message(text, self._config)
            if isinstance(command, ClientConfig):
                await self._configure(command)
            else:
                await self._end_utterance()
                if command is Command.EOF:
                    return

    async def close(self) -> None:
        if self._stream is not None:
            await self._stream.close()

    async def _configure(self, config: ClientConfig) -> None:
        """Works in the middle of the sound, too. A new rate or encoding holds from the next sound on, options of the
        engine from the next utterance on, and the form of results at once."""
        # A client chooses among what is served and never changes the engine of others.
        if config.model not in (None, self._served.model):
            raise ProtocolError("unknown_model", f"this server hears with {self._served.model}")
        if config.dialect not in (None, *self._profiles.names):
            raise ProtocolError("unknown_dialect", f"dialects here: {', '.join(self._profiles.names)}")
        profile = self._profiles.get(config.dialect) if config.dialect else None
        if profile is not None and profile.model not in (None, self._served.model):
            raise ProtocolError(
                "unknown_model",
                f"{profile.name} is heard with {profile.model}; this server has {self._served.model}",
            )
        if profile is not None and config.model:
            profile = replace(profile, built=None)
        old = self._options()
        before, self._config, self._profile = self._config, config, profile
        if self._stream is None or self._converter is None:
            return
        if (before.rate_hz, before.encoding) != (config.rate_hz, config.encoding):
            self._early += await self._rest_of_sound()
            self._converter = Converter(config.rate_hz, config.encoding)
        self._reopen = self._reopen or old != self._options()

    def _options(self) -> StreamOptions:
        config = self._config
        options = StreamOptions(config.hot_words, config.phrases, config.alternatives)
        return self._profile.options(options) if self._profile else options

    async def _audio(self, data: bytes) -> None:
        received = time.monotonic()
        stream, converter = await self._opened()
        samples = converter.feed(data)
        heard = [*self._early, *(await stream.feed(samples) if len(samples) else ())]
        self._early.clear()
        self._counts.add(
            audio_seconds_total=len(samples) / RATE_HZ, decode_seconds_total=time.monotonic() - received
        )
        # Exactly one answer per message: clients of the original send, then wait.
        finals = [t for t in heard if isinstance(t, FinalTranscript)]
        for transcript in heard:
            self._partial = transcript.text if isinstance(transcript, PartialTranscript) else ""
        if finals:
            await self._send_final(finals)
            return
        await self._tell(partial_message(await self._caption()))
        if any(isinstance(t, PartialTranscript) for t in heard):
            self._counts.add(partials_total=1, partial_delay_seconds_total=time.monotonic() - received)

    async def _end_utterance(self) -> None:
        started = time.monotonic()
        found, self._early = [*self._early, *await self._rest_of_sound()], []
        if self._stream is not None:
            found += await self._stream.finish()
        if self._stream is not None and self._reopen:
            await self._stream.close()
            self._stream, self._reopen = None, False
        self._partial = ""
        self._counts.add(decode_seconds_total=time.monotonic() - started)
        await self._send_final([t for t in found if isinstance(t, FinalTranscript)])

    async def _rest_of_sound(self) -> list[Transcript]:
        """The texts that come when the resampler gives up the samples it held back."""
        if self._stream is None or self._converter is None:
            return []
        rest = self._converter.flush()
        return list(await self._stream.feed(rest)) if len(rest) else []

    async def _opened(self) -> tuple[Stream, Converter]:
        if self._stream is None or self._converter is None:
            self._converter = Converter(self._config.rate_hz, self._config.encoding)
            recognizer = (await self._ears.get()).recognizer
            options = self._options()
            try:
                # The first stream of a model waits for it to load; the others must not.
                self._stream = (
                    await asyncio.to_thread(_open, recognizer, options)
                    if options.model
                    else _open(recognizer, options)
                )
            except EngineError as error:
                # Only this client's options can make opening fail.
                raise ProtocolError("bad_config", str(error)) from error
        return self._stream, self._converter

    async def _send_final(self, finals: Sequence[FinalTranscript]) -> None:
        if not finals:
            await self._tell(final_message(self._config, None, ""))
            return
        ears = await self._ears.get()
        built = self._profile.built if self._profile else None
        words = (*self._config.hot_words, *added_words(built))
        mended = await asyncio.to_thread(ears.write, finals, words, itn=self._config.itn)
        await self._tell(final_message(self._config, joined(finals), mended))
        self._counts.add(finals_total=1)

    async def _tell(self, message: str) -> None:
        try:
            async with asyncio.timeout(self._limits.idle_s):
                await self._connection.send(message)
        except TimeoutError as error:
            raise ProtocolError("not_reading", f"nothing was read for {self._limits.idle_s:g} s") from error

    async def _caption(self) -> str:
        return (await self._ears.get()).caption(self._partial) if self._partial else ""


def _open(recognizer: Recognizer, options: StreamOptions) -> Stream:
    """If the engine cannot be restricted to phrases, they become words that it expects; the original ignores them
    then.

    Raises EngineError.
    """
    try:
        return recognizer.open(options)
    except EngineError:
        if not options.phrases:
            raise
        _log.info("phrases are taken as hot words")
        expected = [phrase.replace(" ", "") for phrase in options.phrases if phrase != "[unk]"]
        words = [phrase for phrase in expected if len(phrase) <= MAX_HOT_WORD_CHARS]
        hot_words = tuple(dict.fromkeys([*options.hot_words, *words]))[:MAX_HOT_WORDS]
        return recognizer.open(replace(options, hot_words=hot_words, phrases=()))


def _answer(body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"})
    return Response(status, status.phrase, headers, body)

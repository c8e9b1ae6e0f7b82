"""`minsheng call`: call the hotline with recordings, or let a scripted citizen do it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import typer
from rich.console import Console
from rich.markup import escape

from asr.audio import RATE_HZ, read_clip
from asr.errors import AudioError
from cli.commands.database import opened
from cli.commands.errors import CommandError
from cli.simulator.asterisk_client import AnnouncementRefused, AsteriskClient, announce_call
from cli.simulator.caller import Caller, Client
from cli.simulator.citizen import lines
from cli.simulator.demo import ANSWER_S, play
from cli.simulator.page_client import BrowserClient, CallRefused
from cli.simulator.report import CallBook, lines_of
from desk.settings import Settings, load_settings
from gateway.audio.pcm import Resampler, wav_bytes
from gateway.tts.build import build_speaker
from gateway.tts.speech_text import pieces_of
from gateway.tts.synthesizer import SpeechRequest, TtsError

DEMO = "demo"
# What a citizen says is rendered beforehand by a voice of this machine.
CITIZEN_ENGINES = ("kokoro", "espeak")
PAUSE_S = 0.3


class Via(StrEnum):
    AUDIOSOCKET = "audiosocket"
    BROWSER = "browser"


# What one call is: its client, and the id of its conversation.
Open = Callable[[Settings, str], Awaitable[tuple[Client, str]]]


async def _by_audiosocket(settings: Settings, number: str) -> tuple[Client, str]:
    if not settings.audiosocket_port:
        raise CommandError("the phone is switched off (MINSHENG_AUDIOSOCKET_PORT=0)")
    call_id = uuid.uuid4()
    if number:
        await _announce(settings, call_id, number)
    try:
        client = await AsteriskClient.call(settings.audiosocket_host, settings.audiosocket_port, call_id)
    except OSError as error:
        place = f"{settings.audiosocket_host}:{settings.audiosocket_port}"
        raise CommandError(f"nobody answers the phone at {place}; is make run running?") from error
    return client, client.conversation


async def _announce(settings: Settings, call_id: uuid.UUID, number: str) -> None:
    if not settings.api_tokens:
        raise CommandError("--caller needs a token: set MINSHENG_API_TOKENS and start again")
    try:
        await announce_call(
            f"http://{settings.host}:{settings.port}",
            settings.api_tokens[0].get_secret_value(),
            call_id,
            number,
        )
    except (httpx.HTTPError, AnnouncementRefused) as error:
        raise CommandError(f"the caller's number was not taken: {error}") from error


async def _by_browser(settings: Settings, number: str) -> tuple[Client, str]:
    if number:
        raise CommandError("--caller is for telephones; a page has no number")
    try:
        client = await BrowserClient.call(f"ws://{settings.host}:{settings.port}/ws/call")
    except (CallRefused, OSError) as error:
        raise CommandError(f"the page takes no call: {error}") from error
    return client, client.conversation


VIA: dict[Via, Open] = {Via.AUDIOSOCKET: _by_audiosocket, Via.BROWSER: _by_browser}


def call(
    files: Annotated[
        list[str],
        typer.Argument(help="Recordings, one a turn (WAV, MP3, …); or 'demo': a scripted citizen complains"),
    ],
    via: Annotated[Via, typer.Option(help="How the call comes in")] = Via.AUDIOSOCKET,
    save: Annotated[
        Path | None, typer.Option(help="WAV of the whole call: left the caller, right the hotline")
    ] = None,
    pause: Annotated[
        float, typer.Option(min=0.3, max=10, help="Silence after which the hotline has finished, in seconds")
    ] = 1.5,
    wait: Annotated[
        float, typer.Option(min=0, max=600, help="Demo: how long to wait for a seat at the end, in seconds")
    ] = 15.0,
    caller: Annotated[
        str,
        typer.Option("--caller", metavar="NUMBER", help="Call from this number, as Asterisk announces it"),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Call the running hotline. Prints the transcript, what happened when, and the order that came of it."""
    settings = load_settings()
    report, wav = asyncio.run(_call(settings, files, via, pause, wait, caller))
    if save is not None:
        save.parent.mkdir(parents=True, exist_ok=True)
        save.write_bytes(wav)
    if as_json:
        typer.echo(orjson.dumps(report))
        return
    console = Console(highlight=False)
    for line in lines_of(report):
        console.print(escape(line), soft_wrap=True)
    answers = ", ".join(f"{s:.1f}" for s in report["answer_after_s"])
    console.print(f"[dim]answered after (s): {answers}; {report['seconds']:.0f} s in all[/]")
    order = report["order"]
    console.print(f"工单 {order['number']}  {escape(order['title'])}" if order else "没有登记工单")
    if save is not None:
        console.print(f"[dim]{save}[/]")


async def _call(
    settings: Settings, files: list[str], via: Via, pause_s: float, wait_s: float, number: str
) -> tuple[dict[str, Any], bytes]:
    demo = files == [DEMO]
    with opened(settings) as engine:
        recordings = [] if demo else [_read(Path(file)) for file in files]
        # Before the call: nobody on the phone waits for a synthesiser.
        voice = await render(settings, lines()) if demo else {}
        client, conversation = await VIA[via](settings, number)
        book = CallBook(engine, settings, conversation)
        caller = Caller(client)
        listening = asyncio.create_task(caller.listen())
        try:
            if demo:
                await play(
                    caller, book, {text: _at(pcm, client.rate_hz) for text, pcm in voice.items()}, pause_s
                )
                # In the queue now, or with a seat: the call stays open for whoever takes it.
                await caller.until(lambda: False, wait_s)
            else:
                for file, samples in zip(files, recordings, strict=True):
                    if not await caller.until_answered(pause_s, ANSWER_S):
                        break
                    await caller.say(_at(samples, client.rate_hz), Path(file).name)
                await caller.until_answered(pause_s, ANSWER_S)
        finally:
            await caller.hang_up()
            await listening
        # The hotline writes down what it is still busy with when it hears that we are gone.
        await asyncio.sleep(1.0)
        report = book.report(caller.events, via=via.value, seconds=round(caller.now_s, 1))
    return report, wav_bytes(caller.stereo(), client.rate_hz, channels=2)


async def render(settings: Settings, texts: list[str]) -> dict[str, bytes]:
    """Each text as 16 kHz PCM."""
    speaker = build_speaker(settings, CITIZEN_ENGINES)
    said: dict[str, bytes] = {}
    try:
        for text in texts:
            parts = []
            for piece in pieces_of(text):
                # Invented people: nothing personal, so it is kept for the next time.
                pcm, made_hz = await speaker.render(SpeechRequest(text=piece.spoken, personal=False))
                parts += [Resampler(made_hz, RATE_HZ).feed(pcm, last=True), bytes(int(PAUSE_S * RATE_HZ) * 2)]
            said[text] = b"".join(parts)
    except TtsError as error:
        raise CommandError(f"the citizen has no voice: {error}") from error
    finally:
        await speaker.aclose()
    return said


def _read(path: Path) -> bytes:
    try:
        return read_clip(path).samples.tobytes()
    except AudioError as error:
        raise CommandError(str(error)) from error


def _at(pcm: bytes, rate_hz: int) -> bytes:
    return Resampler(RATE_HZ, rate_hz).feed(pcm, last=True)

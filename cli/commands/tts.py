"""`minsheng tts`: say a text into a file, render everything that is the same for everybody."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from cli.commands.database import opened
from cli.commands.errors import CommandError
from desk.knowledge import KnowledgeStore, Status
from desk.knowledge.article import Article
from desk.settings import ROOT, Settings, load_settings
from gateway.audio.pcm import Resampler, wav_bytes
from gateway.tts.build import READY_MADE, build_speaker
from gateway.tts.cache import SpeechCache
from gateway.tts.speaker import Speaker
from gateway.tts.speech_text import pieces_of
from gateway.tts.synthesizer import MANDARIN, SpeechRequest, TtsError
from gateway.voice.fixed_sentences import SLOW_SPEED, article_requests, fixed_requests

app = typer.Typer(no_args_is_help=True)

# As a listener hears sentences on the phone.
PAUSE_S = 0.25
EngineName = Annotated[str | None, typer.Option(help="edge, kokoro or espeak; default: the first that can")]
Voice = Annotated[str, typer.Option(help="mandarin, northeast, shaanxi, cantonese, taiwan")]


@app.command("say")
def say(
    text: str,
    out: Annotated[Path, typer.Option(help="WAV file to write")],
    voice: Voice = MANDARIN,
    engine: EngineName = None,
    speed: Annotated[float, typer.Option(min=0.5, max=2.0, help="1.0 is normal")] = 1.0,
    rate: Annotated[int, typer.Option(min=8000, max=48000, help="Samples a second")] = 16000,
    public: Annotated[bool, typer.Option(help="Nothing personal in it: may go to an outside engine")] = False,
) -> None:
    """Say a text as a caller would hear it."""
    requests = [
        SpeechRequest(text=p.spoken, voice=voice, speed=speed, personal=not public) for p in pieces_of(text)
    ]
    if not requests:
        raise CommandError("there is nothing to say in this text")
    pcm = asyncio.run(_say(load_settings(), requests, engine, rate))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(wav_bytes(pcm, rate))
    typer.echo(f"{out}: {len(pcm) / 2 / rate:.1f} s")


async def _say(settings: Settings, requests: list[SpeechRequest], engine: str | None, rate_hz: int) -> bytes:
    speaker = build_speaker(settings, (engine,) if engine else ())
    said = []
    try:
        for request in requests:
            pcm, made_hz = await speaker.render(request)
            said.append(Resampler(made_hz, rate_hz).feed(pcm, last=True))
    except TtsError as error:
        raise CommandError(f"nobody could say it: {error}") from error
    finally:
        await speaker.aclose()
    return bytes(2 * int(PAUSE_S * rate_hz)).join(said)


@app.command("warm")
def warm(
    engine: EngineName = None,
    voice: Voice = MANDARIN,
    slow: Annotated[bool, typer.Option(help="The slow voice too")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many sentences")] = None,
    ready_made: Annotated[
        bool, typer.Option(help="For all copies of the product that run from this checkout")
    ] = False,
) -> None:
    """Render every fixed sentence, those first that every call needs, then how the answers of published articles begin.

    May be stopped and run again; what is there is not made again.
    """
    settings = load_settings()
    speeds = (1.0, SLOW_SPEED) if slow else (1.0,)
    requests = [r for s in speeds for r in fixed_requests(ROOT, settings.city, voice, s)]
    if limit is None or limit > len(requests):
        articles = _published(settings)
        requests += [r for s in speeds for r in article_requests(articles, voice, s)]
    folder = READY_MADE if ready_made else settings.var_dir / "speech"
    cache = SpeechCache(folder, settings.tts_cache_mb * 1_000_000)
    speaker = build_speaker(settings, (engine,) if engine else (), cache=cache)
    failed = asyncio.run(_warm(speaker, requests[:limit]))
    if failed:
        raise CommandError(f"{failed} sentences could not be rendered")


def _published(settings: Settings) -> list[Article]:
    try:
        with opened(settings) as engine:
            return KnowledgeStore(engine).all(Status.PUBLISHED)
    except (CommandError, SQLAlchemyError) as error:
        # Before the first start there is no database; the fixed sentences are needed all the same.
        Console(stderr=True, highlight=False).print(f"[yellow]without articles: {error}[/]", soft_wrap=True)
        return []


async def _warm(speaker: Speaker, requests: list[SpeechRequest]) -> int:
    console = Console(highlight=False, stderr=True)
    started, seconds, failed = time.monotonic(), 0.0, 0
    try:
        for number, request in enumerate(requests, 1):
            try:
                pcm, rate_hz = await speaker.render(request)
                seconds += len(pcm) / 2 / rate_hz
            except TtsError:
                failed += 1
            if number % 10 == 0 or number == len(requests):
                console.print(f"{number}/{len(requests)} sentences, {seconds:.0f} s of speech")
    finally:
        await speaker.aclose()
    console.print(f"done in {time.monotonic() - started:.0f} s")
    return failed

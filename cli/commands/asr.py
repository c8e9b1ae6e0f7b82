"""`minsheng asr` and `minsheng models`: recordings to text, how well that goes, and the models that do it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from asr.audio import RATE_HZ, read_clip, through_telephone
from asr.choice import Engine, build, choose
from asr.errors import AsrError, AudioError
from asr.hot_words import places_and_affairs
from asr.local_models import added_words, local_models, sound_models
from asr.profiles import Profile, Profiles, load_profiles
from asr.recognizer import Recognizer
from asr.text import ALL, Layers, TextMender
from asr.transcribe import Evaluation, Line, Transcription, read_manifest, thinned, transcribe
from asr.wordings import load_wordings
from asr.workers import run
from cli.commands.build_graph import build_graph
from cli.commands.errors import CommandError
from desk.settings import ROOT, WORDS_FILE, Settings, load_settings
from language.dialects.tables import AUTO, MANDARIN
from launcher.errors import LauncherError
from launcher.models_speech import configured_engine, language_model, model_store
from launcher.speech_server import server_plan

app = typer.Typer(no_args_is_help=True)
models_app = typer.Typer(no_args_is_help=True)
app.command("build-graph")(build_graph)

ModelOption = Annotated[str | None, typer.Option(help="Name of a model, or a folder; default as configured")]
EngineOption = Annotated[Engine | None, typer.Option(help="Default as configured (MINSHENG_ASR_ENGINE)")]
DialectOption = Annotated[
    str | None, typer.Option(help="A profile of asr/dialects, the speaker's; default Mandarin")
]
SpokenOption = Annotated[
    str | None,
    typer.Option(
        help="A profile of asr/dialects, the speaker's; auto: what the words or the area code tell; default Mandarin"
    ),
]
AreaOption = Annotated[
    str | None, typer.Option(help="Area code, or number, of the caller's line, for --dialect auto")
]
WithoutOption = Annotated[
    list[str] | None, typer.Option(help=f"Leave out this layer: {', '.join(Layers.names())}; may be repeated")
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON for programs")]


def mender(lexicon: bool = True, model: Path | None = None) -> TextMender:
    """The text layers with the table of words, if the launcher has counted them. `model`: the folder of Vosk's model, whose added
    words they know, too."""
    names = places_and_affairs(ROOT / "data" / "lexicon") if lexicon else ()
    return TextMender.from_table(WORDS_FILE, (*names, *added_words(model)))


def _layers(without: list[str] | None) -> Layers:
    unknown = set(without or ()) - set(Layers.names())
    if unknown:
        raise typer.BadParameter(f"no such layer: {', '.join(sorted(unknown))}")
    return ALL.without(*(without or ()))


def _ears(
    settings: Settings,
    engine: Engine | None,
    model: str | None,
    profile: Profile | None = None,
    lexicon: bool = True,
) -> tuple[Recognizer, TextMender]:
    """What the caller names goes before what the profile does, and that before what is configured."""
    ours = model_store(settings)
    built = None
    if profile is not None:
        built = None if model else profile.built
        engine, model = engine or (None if model else profile.engine), model or profile.model
    engine = engine or (Engine.AUTO if model else configured_engine(settings))
    configured = settings.asr_model
    if (
        built is not None
        and configured
        and (engine in (Engine.AUTO, Engine.VOSK) or ours.engine(configured) == "vosk")
    ):
        # The built model goes before a configured one; beside it, a configured model of Whisper may write.
        configured = None
    choice = choose(ours, engine, model or configured, built)
    entry = ours.registry.find(choice.vosk.name) if choice.vosk else None
    wordings = load_wordings(WORDS_FILE, language_model(settings)) if choice.whisper else None
    recognizer = build(choice, language=entry.language if entry else "zh", wordings=wordings)
    return recognizer, mender(lexicon, choice.vosk)


def _profiles(settings: Settings, model: str | None) -> Profiles:
    """With the models that were built here, unless the caller names another."""
    profiles = load_profiles()
    return profiles if model else profiles.hearing_with(sound_models(settings.asr_models_dir))


@dataclass(frozen=True)
class Speech:
    """What is known of the speaker's dialect. Raises ProfileError for a name that nobody knows."""

    profiles: Profiles
    named: str
    area_code: str | None

    def __post_init__(self) -> None:
        if self.named != AUTO:
            self.profiles.get(self.named)

    @property
    def heard_as(self) -> Profile:
        """Before a word was said."""
        by_area = self.profiles.of_area(self.area_code) if self.area_code else None
        return by_area or self.profiles.get(MANDARIN if self.named == AUTO else self.named)

    def of(self, text: str) -> dict[str, str]:
        """What the words tell goes before where the line comes from."""
        told = self.profiles.of_words(text) if self.named == AUTO else None
        profile = told or self.heard_as
        by = "named" if self.named != AUTO else "words" if told else "default"
        if by == "default" and profile.name != MANDARIN:
            by = "area_code"
        return {"dialect": profile.name, "dialect_by": by, "normalised": profile.normalise(text).text}


def _as_json(file: str, found: Transcription, speech: Speech | None) -> bytes:
    return orjson.dumps(
        {
            **(speech.of(found.text) if speech else {}),
            "file": file,
            "text": found.text,
            "raw": found.raw,
            "seconds": round(found.seconds, 3),
            "rtf": round(found.rtf, 4),
            "words": [
                {"word": w.text, "start": w.start_s, "end": w.end_s, "conf": w.confidence}
                for w in found.words
            ],
        }
    )


@app.command("transcribe")
def transcribe_files(
    files: Annotated[list[Path], typer.Argument(help="Recordings: WAV, MP3, FLAC, Opus, M4A")],
    dialect: SpokenOption = None,
    area_code: AreaOption = None,
    model: ModelOption = None,
    engine: EngineOption = None,
    hot_words: Annotated[str | None, typer.Option(help="Words to expect, comma-separated")] = None,
    without: WithoutOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is said in recordings. A file that cannot be read is reported and the rest goes on; the exit code is 1 then.

    With --dialect the JSON has `dialect` (a profile), `dialect_by` (named, words, area_code or default) and `normalised`,
    the text with words of that dialect in Mandarin.
    """
    if area_code is not None and dialect != AUTO:
        raise CommandError("--area-code is for --dialect auto")
    layers = _layers(without)
    expected = [w.strip() for w in (hot_words or "").replace("，", ",").split(",") if w.strip()]
    try:
        settings = load_settings()
        speech = Speech(_profiles(settings, model), dialect, area_code) if dialect else None
        recognizer, mend = _ears(settings, engine, model, speech.heard_as if speech else None)
        failed = asyncio.run(_transcribe_all(files, recognizer, mend, layers, expected, as_json, speech))
    except (AsrError, LauncherError) as error:
        raise CommandError(str(error)) from error
    if failed:
        raise typer.Exit(1)


async def _transcribe_all(
    files: list[Path],
    recognizer: Recognizer,
    mend: TextMender,
    layers: Layers,
    expected: list[str],
    as_json: bool,
    speech: Speech | None,
) -> int:
    failed = 0
    errors = Console(stderr=True, highlight=False)
    for file in files:
        try:
            clip = await asyncio.to_thread(read_clip, file)
        except AudioError as error:
            failed += 1
            errors.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
            continue
        found = await transcribe(
            clip, recognizer, mend, layers, expected, speech.heard_as if speech else None
        )
        if as_json:
            typer.echo(_as_json(str(file), found, speech))
        else:
            typer.echo(f"{file}\t{found.text}" if len(files) > 1 else found.text)
    return failed


@app.command()
def evaluate(
    manifest: Annotated[
        Path, typer.Argument(help="TSV: path, text, speaker, dialect; paths relative to the file")
    ],
    dialect: DialectOption = None,
    model: ModelOption = None,
    engine: EngineOption = None,
    lexicon: Annotated[
        bool, typer.Option(help="Take the lexicon of affairs and places as hot words")
    ] = False,
    only: Annotated[str | None, typer.Option(help="Only recordings whose path begins with this")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many, spread evenly")] = None,
    telephone: Annotated[
        bool, typer.Option("--telephone", help="As a telephone line carries them: 8 kHz, A-law")
    ] = False,
    without: WithoutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Character error rate after each layer, by speaker and by dialect; real-time factor; what was confused."""
    layers = _layers(without)
    try:
        settings = load_settings()
        lines: Sequence[Line] = read_manifest(manifest)
        if only:
            lines = [line for line in lines if str(line.path.relative_to(manifest.parent)).startswith(only)]
        lines = thinned(lines, limit)
        profile = _profiles(settings, model).get(dialect) if dialect else None
        recognizer, mend = _ears(settings, engine, model, profile, lexicon)
        evaluation = Evaluation()

        async def go() -> None:
            for line in lines:
                try:
                    clip = await asyncio.to_thread(read_clip, line.path)
                except AudioError as error:
                    evaluation.failed(line, str(error))
                    continue
                if telephone:
                    clip = replace(clip, samples=await asyncio.to_thread(through_telephone, clip.samples))
                evaluation.add(line, await transcribe(clip, recognizer, mend, layers, profile=profile))

        asyncio.run(go())
    except (AsrError, LauncherError) as error:
        raise CommandError(str(error)) from error
    report = evaluation.report()
    if as_json:
        typer.echo(orjson.dumps(report))
    else:
        _show(report)
    if report["failed"]:
        raise typer.Exit(1)


@app.command()
def serve(
    model: ModelOption = None,
    engine: EngineOption = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Default MINSHENG_ASR_PORT; 0 = a free one")
    ] = None,
) -> None:
    """The speech server, for clients of vosk-server and for calls. Runs until it is told to stop.

    On loopback it asks nobody for a token, since clients of the original have none, unless MINSHENG_ASR_TOKEN is set.
    """
    settings = load_settings()
    try:
        choice = choose(
            model_store(settings),
            engine or (Engine.AUTO if model else configured_engine(settings)),
            model or settings.asr_model,
        )
        token = settings.asr_token.get_secret_value() if settings.asr_token else None
        plan = server_plan(settings, choice, token, port)
        errors = Console(stderr=True, highlight=False)
        if choice.warning:
            errors.print(f"[yellow]{escape(choice.warning)}[/]", soft_wrap=True)
        run(
            plan,
            lambda at: typer.echo(f"ws://{plan.host}:{at} {choice.engine} {choice.label} ({choice.why})"),
        )
    except (AsrError, LauncherError) as error:
        raise CommandError(str(error)) from error


def _show(report: dict[str, object]) -> None:
    console = Console(highlight=False)
    console.print(f"{report['files']} recordings, {report['seconds']} s, RTF {report['rtf']}")
    table = Table("层", "CER", "CER（三十 = 30）")
    for row in report["layers"]:  # type: ignore[attr-defined]
        table.add_row(row["layer"], _percent(row["cer"]), _percent(row["cer_digits"]))
    console.print(table)
    for title in ("dialects", "speakers"):
        rows = report[title]
        table = Table(title, "CER", "字数")
        for key, row in rows.items():  # type: ignore[attr-defined]
            table.add_row(escape(key or "-"), _percent(row["cer"]), str(row["characters"]))
        console.print(table)
    table = Table("原意", "听成", "次数")
    for row in report["confusions"]:  # type: ignore[attr-defined]
        table.add_row(escape(row["meant"]) or "-", escape(row["heard"]) or "-", str(row["times"]))
    console.print(table)
    for row in report["failed"]:  # type: ignore[attr-defined]
        console.print(f"[red]{escape(row['reason'])}[/]")


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


@models_app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """Models that we know, and which are here."""
    settings = load_settings()
    ours = model_store(settings)
    known = [
        {
            "name": entry.name, "engine": entry.engine, "language": entry.language, "dialect": entry.dialect,
            "rate_hz": entry.rate_hz, "licence": entry.licence, "size_mb": entry.size_mb, "url": entry.url,
            "path": str(path) if (path := ours.path(entry.name)) else None, "about": entry.about,
        }
        for entry in ours.registry.entries
    ]  # fmt: skip
    known += [
        {
            "name": model.name, "engine": "vosk", "language": "zh", "dialect": model.profile, "rate_hz": RATE_HZ,
            "licence": "Apache-2.0", "size_mb": round(float(model.record.get("size_mb", 0))), "url": None,
            "path": str(model.path), "about": f"Built here for the profile {model.profile}: {model.record.get('added', 0)} words added",
        }
        for model in local_models(settings.asr_models_dir)
    ]  # fmt: skip
    if as_json:
        for model in known:
            typer.echo(orjson.dumps({key: value for key, value in model.items() if key != "about"}))
        return
    table = Table("名称", "引擎", "语言", "大小", "许可", "在本机", "说明")
    for model in known:
        here = "是" if model["path"] else "否"
        cells = (
            model["name"],
            model["engine"],
            model["language"],
            f"{model['size_mb']} MB",
            model["licence"],
            here,
            model["about"],
        )
        table.add_row(*map(str, cells))
    Console(highlight=False).print(table)


@models_app.command()
def pull(
    name: Annotated[str, typer.Argument(help="Name of the model, see minsheng models list")],
    archive: Annotated[
        Path | None, typer.Option("--from", help="A zip brought by hand, for sites without internet")
    ] = None,
    again: Annotated[bool, typer.Option(help="Also if it is here already")] = False,
) -> None:
    """Fetch a model; a download that broke off goes on where it stopped."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=None)
        try:
            path = model_store(load_settings()).pull(
                name,
                archive,
                lambda done, total: progress.update(task, completed=done, total=total or None),
                again=again,
            )
        except AsrError as error:
            raise CommandError(str(error)) from error
    typer.echo(str(path))


@models_app.command()
def check(
    name: Annotated[str | None, typer.Argument(help="Default: every model that is here")] = None,
) -> None:
    """Is everything there, and are the files those that we know? Exit code 1 if not."""
    ours = model_store(load_settings())
    here = [entry.name for entry in ours.registry.entries if ours.path(entry.name)]
    names = [name] if name else here + [model.name for model in local_models(ours.folder)]
    if not names:
        raise CommandError("no model is here; minsheng models list shows what there is")
    sound = True
    for each in names:
        try:
            found = ours.check(each)
        except AsrError as error:
            raise CommandError(str(error)) from error
        sound = sound and found.sound
        typer.echo(f"{each}: {'ok' if found.sound else '; '.join(found.faults)}")
    if not sound:
        raise typer.Exit(1)


@models_app.command()
def path(name: Annotated[str, typer.Argument(help="Name of the model")]) -> None:
    """Folder of a model that is here."""
    ours = model_store(load_settings())
    found = ours.path(name)
    if found is None:
        try:
            ours.registry.get(name)
        except AsrError as error:
            raise CommandError(str(error)) from error
        raise CommandError(f"{name} is not here; get it with: minsheng models pull {name}")
    typer.echo(str(found))

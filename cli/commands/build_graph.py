"""`minsheng asr build-graph`: teach the bundled speech model a city's words and a dialect's pronunciations."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from asr.choice import OFFICIAL
from asr.errors import AsrError
from asr.profiles import load_profiles
from asr.training.added_words import AddedWords, WordsError, read_added
from asr.training.pronunciation import MOST_WAYS
from cli.commands.errors import CommandError
from desk.knowledge.table_files import NotATable, rows_of, text_of
from desk.settings import load_settings
from launcher.city_model import MOST_CHARACTERS, CityModel, build_city_model
from launcher.errors import LauncherError
from launcher.models_speech import model_store

# More problems, or words that are left out, than this help nobody; the count says how many there are.
_SHOWN = 50
_TABLE_MAX_BYTES = 20 * 1024 * 1024
# In UTF-16, and in UTF-8 where characters are Chinese, no file of so many characters is larger.
_TEXT_MAX_BYTES = 4 * MOST_CHARACTERS

Row = tuple[int, Sequence[str]]


def build_graph(
    profile: Annotated[
        str, typer.Option(help="A profile of asr/dialects, which uses the model from then on")
    ],
    words: Annotated[
        Path | None,
        typer.Option(
            help="Table (.csv, .xlsx) with the columns word, and if you have them reading (xing4 fu2 li3; several with | between) and weight"
        ),
    ] = None,
    text: Annotated[
        Path | None,
        typer.Option(help="Text file with sentences as your callers say them; only counts are kept"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Make the model there, to try it with --model; the profile does not use it"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for programs")] = False,
) -> None:
    """Teach the bundled Vosk model a city's words, and a dialect's pronunciations (asr/dialects/pronunciation).

    All rows or, with one wrong row, nothing. Takes a minute or two and 1.5 GB of memory; what was built before works until the
    new one is there.
    """
    try:
        spoken = load_profiles().get(profile)
        if words is None and text is None and spoken.pronunciation is None:
            raise CommandError(
                f"nothing to add: give --words or --text ({profile} has no pronunciations of its own)"
            )
        added = read_words(words) if words else AddedWords(())
        texts = [_text(text)] if text else []
        settings = load_settings()
        with Console(stderr=True).status("building the graph (a minute or two)"):
            model = build_city_model(settings.asr_models_dir, spoken, added, texts, out)
        official = model_store(settings).path(OFFICIAL) is not None
    except WordsError as error:
        if as_json:
            typer.echo(orjson.dumps({"built": False, "problems": list(error.problems)}))
        else:
            for problem in error.problems[:_SHOWN]:
                typer.echo(f"{words and words.name} {problem}", err=True)
        raise CommandError(f"{words}: {error}") from None
    except (AsrError, LauncherError) as error:
        raise CommandError(str(error)) from error
    if as_json:
        typer.echo(orjson.dumps({"built": True, **asdict(model)}))
        return
    _tell(model)
    if out is not None:
        typer.echo(
            f"try it: minsheng asr transcribe FILE --dialect {profile} --engine vosk --model {model.path}"
        )
    elif spoken.model:
        typer.echo(
            f"but {profile} is heard with {spoken.model}, which its file names: take the key model out",
            err=True,
        )
    else:
        typer.echo(f"--dialect {profile} uses it from now on; the speech server, after it was started again")
        if official:
            typer.echo(
                f"{OFFICIAL} is here and knows more voices: compare both with minsheng asr evaluate, and remove {model.path} if it "
                "hears your callers better",
                err=True,
            )


def _tell(model: CityModel) -> None:
    known = model.added - model.new
    typer.echo(f"{model.model}: {model.added} words added, {known} of them known before")
    for one in model.left_out[:_SHOWN]:
        typer.echo(f"  left out, row {one['row']}: {one['word']} {one['reason']}")
    if len(model.left_out) > _SHOWN:
        typer.echo(f"  left out: {len(model.left_out) - _SHOWN} more (--json has all)")
    if model.text_characters:
        typer.echo(f"{model.text_characters:,} characters of text counted")
    typer.echo(
        f"{model.words:,} words said in {model.pronunciations:,} ways, {model.dialect_pronunciations:,} of them the dialect's "
        f"(at most {MOST_WAYS} a word)"
    )
    typer.echo(f"{model.size_mb:.0f} MB, {model.seconds:.0f} s, in {model.path}")


def read_words(path: Path) -> AddedWords:
    """
    Raises:
        WordsError: with every problem of the table.
    """
    # Imported here: only a workbook waits for its reader to load.
    from desk.knowledge.workbooks import is_workbook, sheets_of

    content = _content(path, _TABLE_MAX_BYTES)
    number = 1

    def counted(rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
        nonlocal number
        for row in rows:
            number = row[0]
            yield row

    try:
        if not is_workbook(content):
            columns, rows = rows_of(text_of(content))
            return read_added(columns, counted(rows))
        sheets = sheets_of(content)
        if len(sheets) > 1:
            raise WordsError(
                [f"has {len(sheets)} sheets; keep the one with the words, hide or delete the others"]
            )
        wrong = [f"row {row}: {problem}" for row, problem in sheets[0].problems]
        if wrong:
            raise WordsError(wrong)
        return read_added(sheets[0].columns, sheets[0].rows)
    except NotATable as error:
        raise WordsError([str(error)]) from error
    except csv.Error as error:
        raise WordsError([f"row {number + 1}: is not valid CSV ({error}); mind the quotes"]) from error


def _text(path: Path) -> str:
    try:
        return text_of(_content(path, _TEXT_MAX_BYTES))
    except NotATable as error:
        raise CommandError(f"{path} {error}") from error


def _content(path: Path, most_bytes: int) -> bytes:
    try:
        if path.stat().st_size > most_bytes:
            raise CommandError(f"{path} has more than {most_bytes >> 20} MB; split it")
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error

"""Reads workbooks (.xlsx) as Excel and WPS write them: each visible sheet is a table, each cell what a person sees in
it.

An id that shows 001 is kept as 001 though the cell holds the number 1, a day is a day whatever its format, and what shows
no value (an error, a formula that was never worked out) is told with its cell instead of being imported as nothing.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import load_workbook

from desk.knowledge.table_files import NotATable, column_name

FIRST_BYTES = b"PK\x03\x04"
# Limit of what is unpacked; an article has 20,000 characters at most.
UNPACKED_MAX_BYTES = 512 * 1024 * 1024
_WORKBOOK = "xl/workbook.xml"
# 000 or 0000 alone, or with a colour or a condition before it: the digits that are shown at least.
_ZEROS = re.compile(r"(?:\[[^\]]*\])?(0{2,})(?:;.*)?")
# What some exporters write for a carriage return within a cell.
_RETURNS = re.compile("_x000[dD]_\n?")


@dataclass(frozen=True)
class Sheet:
    """A table: the names of its columns (`column_name`), and its rows with their numbers, the header being where it stands.

    `problems` are cells without a value that can be told, as sentences with the cell's name (B3)."""

    name: str
    header_row: int
    columns: list[str]
    rows: list[tuple[int, list[str]]]
    problems: list[tuple[int, str]]


def is_workbook(content: bytes) -> bool:
    """Whether this is a workbook, whatever its name: the parts of a ZIP archive tell. A broken one is none."""
    if not content.startswith(FIRST_BYTES):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _WORKBOOK in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def sheets_of(content: bytes) -> list[Sheet]:
    """The visible sheets that hold anything, in order. Raises NotATable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > UNPACKED_MAX_BYTES:
            raise NotATable(f"is a workbook of more than {UNPACKED_MAX_BYTES // 1024**2} MB; split it")
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions that it leaves out; none of them is a value.
            warnings.simplefilter("ignore")
            found = list(_sheets(content))
    except NotATable:
        raise
    # Its parts are XML that anything may have written; what openpyxl cannot make sense of ends in any of these.
    except Exception as error:
        raise NotATable(
            f"is a workbook that cannot be read ({type(error).__name__}); open it in Excel or WPS and save it anew"
        ) from error
    if not found:
        raise NotATable("is a workbook without a visible sheet that holds anything")
    return found


def _sheets(content: bytes) -> Iterator[Sheet]:
    values = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    # Read again, with formulas instead of their results.
    formulas = load_workbook(io.BytesIO(content), read_only=True)
    try:
        for name in values.sheetnames:
            sheet, written = values[name], formulas[name]
            if not hasattr(sheet, "iter_rows") or sheet.sheet_state != "visible":
                continue
            for one in (sheet, written):
                # Some exporters write a size that is too small, and the rest would not be read.
                one.reset_dimensions()
            table = _table(name, sheet, written)
            if table is not None:
                yield table
    finally:
        values.close()
        formulas.close()


def _table(name: str, sheet: Any, written: Any) -> Sheet | None:
    header_row = 0
    columns: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    problems: list[tuple[int, str]] = []
    for number, (cells, sources) in enumerate(zip(sheet.iter_rows(), written.iter_rows(), strict=True), 1):
        texts = [_text(cell) for cell in cells]
        for at, (cell, source) in enumerate(zip(cells, sources, strict=False)):
            wrong = _wrong(cell, source)
            if wrong:
                problems.append((number, f"cell {_column(at)}{number} {wrong}"))
        while texts and not texts[-1].strip():
            texts.pop()
        if not texts:
            continue
        if not columns:
            header_row, columns = number, [column_name(text) for text in texts]
        else:
            rows.append((number, texts + [""] * (len(columns) - len(texts))))
    return Sheet(name, header_row, columns, rows, problems) if columns else None


def _wrong(cell: Any, source: Any) -> str:
    if cell.data_type == "e":
        return f"shows an error ({cell.value})"
    if source.data_type == "f" and cell.value is None:
        return "holds a formula that was never worked out; open the workbook in Excel or WPS and save it"
    return ""


def _text(cell: Any) -> str:
    """The value that the cell shows, without thousands' separators and currencies."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return _RETURNS.sub("\n", str(value))


def _number(value: int | float, number_format: str) -> str:
    whole = int(value) if value == int(value) else None
    if whole is None:
        # Excel keeps fifteen digits; further ones are rounding of binary fractions.
        return f"{value:.15g}"
    zeros = _ZEROS.fullmatch(number_format)
    return str(whole).zfill(len(zeros[1])) if zeros and whole >= 0 else str(whole)


def _column(at: int) -> str:
    name = ""
    at += 1
    while at:
        at, left = divmod(at - 1, 26)
        name = chr(ord("A") + left) + name
    return name

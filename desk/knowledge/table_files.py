"""Tables as Excel and WPS really write them: what a file is, in which characters, and what its cells mean. Pure.

"CSV" of a Chinese Excel is GBK, its "Unicode text" is UTF-16 with tabs, and both programs put a byte-order mark where they
write UTF-8 - some exporters two. A file that is no text is named for what it is, whatever its ending says.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import date

# First bytes, and what to do about them. The office programs go by these too, not by the ending.
_KINDS: tuple[tuple[bytes, str], ...] = (
    # A whole workbook never comes here (desk/knowledge/workbooks.py).
    (b"PK\x03\x04", "is a ZIP archive or a broken workbook; open it in Excel or WPS and save it as .xlsx"),
    (
        b"\xd0\xcf\x11\xe0",
        "is an old workbook (.xls), or one with a password; save it as .xlsx without one and import that",
    ),
    (b"%PDF", "is a PDF; copy its table into a sheet and save that as .xlsx"),
)
_HTML = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|table|head|meta|\?xml)", re.IGNORECASE)
_MARKS = "\ufeff"
# Around the name of a column: a quote behind a space is a character to the csv module.
_AROUND = _MARKS + " \u3000\t\r\n\"'“”"
# Excel's own line above the header.
_SEPARATOR = re.compile(r"\"?sep=([,;\t，|])\"?\r?\n", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+0{1,2}:00(?::00(?:\.0+)?)?)?")


class NotATable(ValueError):
    """The file holds no table that can be read; the text says what it holds and what to do."""


def text_of(content: bytes) -> str:
    """The characters of a text file, without byte-order marks. Raises NotATable."""
    for first, what in _KINDS:
        if content.startswith(first):
            raise NotATable(what)
    if _HTML.match(content[:200]):
        raise NotATable(
            "is a web page (HTML) under another name; open it in Excel or WPS and save it as .xlsx"
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(content, "utf-16", "UTF-16")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _gbk(content, error.start)
    if "\0" in text:
        raise NotATable(_unmarked(content))
    return text.lstrip(_MARKS)


def _decoded(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding).lstrip(_MARKS)
    except UnicodeDecodeError as error:
        raise NotATable(f"is broken {name} (byte {error.start}); save it as 'CSV UTF-8'") from error


def _gbk(content: bytes, wrong_at: int) -> str:
    """Decode as gb18030, the superset of GBK. It accepts nearly any bytes, so the result has to look like text."""
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise NotATable(
            f"is neither UTF-8 (byte {wrong_at}) nor GBK (byte {error.start}); save it as 'CSV UTF-8'"
        ) from error
    strange = sum(not (char.isprintable() or char in "\r\n\t") for char in text)
    if strange > len(text) // 100:
        raise NotATable(f"is neither UTF-8 (byte {wrong_at}) nor readable as GBK; save it as 'CSV UTF-8'")
    return text.lstrip(_MARKS)


def _unmarked(content: bytes) -> str:
    if content[1::2].count(0) > len(content) // 8 or content[::2].count(0) > len(content) // 8:
        return "is UTF-16 without its byte-order mark; save it as 'CSV UTF-8'"
    return "has NUL bytes and is no text; save it as 'CSV UTF-8'"


def column_name(text: str) -> str:
    """A heading as the name of a column: ` "Title"` and `ＴＩＴＬＥ` are `title`."""
    return unicodedata.normalize("NFKC", text.strip(_AROUND)).casefold().strip(_AROUND)


def rows_of(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The names of the columns in small letters, without spaces and quotes around them, and every row with its number, the
    header being 1.

    Commas, tabs or semicolons, whichever the header has most of, or what a line `sep=;` above it says. Empty cells beyond the header, which
    Excel writes for columns that once held something, are cut; rows without a word are left out. Raises csv.Error, also while the rows are read.
    """
    text, above = text.lstrip("\r\n"), 0
    told = _SEPARATOR.match(text)
    if told:
        text, above = text[told.end() :], 1
    header_line = text.split("\n", 1)[0]
    separator = told[1] if told else max(",\t;，", key=header_line.count) if header_line else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names = [column_name(name) for name in next(reader, [])]
    while names and names[-1] == "":
        names.pop()

    def rows() -> Iterator[tuple[int, list[str]]]:
        for number, cells in enumerate(reader, 2 + above):
            while len(cells) > len(names) and cells[-1].strip() == "":
                cells.pop()
            if any(cell.strip() for cell in cells):
                yield number, cells

    return names, rows()


def day_of(text: str) -> date | None:
    """2026-01-31, 2026/1/31, 2026.1.31, 2026年1月31日, also with a midnight behind it; None for anything else."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None

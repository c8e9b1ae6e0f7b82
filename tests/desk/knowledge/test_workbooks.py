"""Articles in a workbook come in as a person sees them there, or the cell that stands in the way is named."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from desk.knowledge.errors import ImportRefused
from desk.knowledge.importer import read_articles

HEADER = ("id", "title", "answer", "effective_from", "effective_to")


def written(book: Workbook, path: Path) -> Path:
    book.save(path)
    return path


def table(path: Path, *rows: tuple[Any, ...], header: tuple[str, ...] = HEADER) -> Path:
    book = Workbook()
    for row in (header, *rows):
        book.active.append(row)
    return written(book, path)


def problems(path: Path) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        read_articles(path)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", ["a.xlsx", "a.xlsm", "a.csv", "a.xls", "a.XLSX"])
def test_a_workbook_is_read_whatever_its_name(tmp_path: Path, name: str) -> None:
    [article] = read_articles(table(tmp_path / name, ("k1", "停水找谁", "打水务热线。")))
    assert (article.id, article.title, article.body) == ("k1", "停水找谁", "打水务热线。")


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        ("001", "@", "001"),
        (1, "000", "001"),
        (1, "0000;[Red]-0000", "0001"),
        (1234, "000", "1234"),
        (1, "General", "1"),
        (1.0, "General", "1"),
        (1, "0.00", "1"),
        (2026001, "#,##0", "2026001"),
        (1.5, "General", "1.5"),
        (0.1 + 0.2, "General", "0.3"),
        ("  A-1　", "General", "A-1"),
    ],
)
def test_an_id_is_what_is_shown(tmp_path: Path, value: object, number_format: str, shown: str) -> None:
    book = Workbook()
    book.active.append(HEADER)
    book.active.append((value, "停水找谁", "打水务热线。"))
    book.active["A2"].number_format = number_format
    [article] = read_articles(written(book, tmp_path / "a.xlsx"))
    assert article.id == shown


@pytest.mark.parametrize(
    ("value", "number_format"),
    [
        (date(2026, 1, 31), "yyyy-mm-dd"),
        (datetime(2026, 1, 31), 'yyyy"年"m"月"d"日"'),
        (datetime(2026, 1, 31), "m/d/yy"),
        ("2026/1/31", "@"),
        ("2026年1月31日", "General"),
    ],
)
def test_a_day_is_a_day_whatever_its_format(tmp_path: Path, value: object, number_format: str) -> None:
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(("k1", "停水找谁", "打水务热线。", value))
    book.active["D2"].number_format = number_format
    [article] = read_articles(written(book, tmp_path / "a.xlsx"))
    assert article.effective_from == date(2026, 1, 31)


def test_days_of_an_old_macs_workbook_are_those_that_it_shows(tmp_path: Path) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEADER)
    book.active.append(("k1", "停水找谁", "打水务热线。", date(2026, 1, 31)))
    [article] = read_articles(written(book, tmp_path / "a.xlsx"))
    assert article.effective_from == date(2026, 1, 31)


@pytest.mark.parametrize("value", [datetime(2026, 1, 31, 8, 30), time(8, 30), 46023, True, "明年"])
def test_what_is_no_day_is_refused_with_its_row(tmp_path: Path, value: object) -> None:
    [told] = problems(table(tmp_path / "a.xlsx", ("k1", "停水找谁", "打水务热线。", value)))
    assert "a.xlsx row 2" in told and "effective_from must be a date" in told


def test_empty_rows_columns_and_lines_before_the_header_do_no_harm(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        (),
        HEADER,
        (),
        ("k1", "停水找谁", "打水务热线。"),
        (None, " "),
        ("k2", "停电", "打95598。\n随时。"),
    ):
        sheet.append(row)
    # A column that once held something.
    sheet["H2"], sheet["H4"] = "", "   "
    found = read_articles(written(book, tmp_path / "a.xlsx"))
    assert [(one.id, one.body) for one in found] == [("k1", "打水务热线。"), ("k2", "打95598。\n随时。")]


def test_every_visible_sheet_is_read_and_hidden_ones_are_not(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "供水"
    book.active.append(HEADER)
    book.active.append(("k1", "停水找谁", "打水务热线。"))
    power, notes = book.create_sheet("供电"), book.create_sheet("说明")
    power.append(HEADER)
    power.append(("k2", "停电找谁", "打95598。"))
    book.create_sheet("空表")
    notes.append(("填表说明",))
    path = written(book, tmp_path / "a.xlsx")
    [told] = problems(path)
    assert told.startswith("a.xlsx [说明] row 1") and "hide or delete the sheet" in told
    notes.sheet_state = "hidden"
    assert [one.id for one in read_articles(written(book, path))] == ["k1", "k2"]
    power["A2"] = "k1"
    assert "already used by a.xlsx [供水] row 2" in problems(written(book, path))[0]


def test_cells_without_a_value_are_named(tmp_path: Path) -> None:
    """A formula that Excel has never worked out, and what shows an error, would be imported as nothing."""
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(("k1", "停水找谁", '=B2&"打水务热线。"'))
    book.active.append(("k2", "停电找谁", "#REF!"))
    book.active["C3"].data_type = "e"
    told = problems(written(book, tmp_path / "a.xlsx"))
    assert any("row 2" in one and "cell C2 holds a formula that was never worked out" in one for one in told)
    assert any("row 3" in one and "cell C3 shows an error (#REF!)" in one for one in told)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (("编号", "title"), "header lacks id"),
        (("id", "title", "text"), "unknown column 'text'"),
        (("id", "title", "title"), "title stands twice"),
    ],
)
def test_a_wrong_header_is_told(tmp_path: Path, header: tuple[str, ...], expected: str) -> None:
    told = problems(table(tmp_path / "a.xlsx", ("1", "停水", "等。"), header=header))
    assert len(told) == 1 and expected in told[0] and "row 1" in told[0]


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name in names:
            made.writestr(name, "<x/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (archive("word/document.xml"), "is a ZIP archive or a broken workbook"),
        (archive("xl/workbook.xml"), "is a workbook that cannot be read"),
        (b"PK\x03\x04rest of a workbook", "is a ZIP archive or a broken workbook"),
        (b"\xd0\xcf\x11\xe0rest", "or one with a password; save it as .xlsx"),
        (b"<table><tr><td>id</td></tr></table>", "is a web page (HTML) under another name"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    for name in ("a.xlsx", "a.xls"):
        (tmp_path / name).write_bytes(content)
        assert [expected in told for told in problems(tmp_path / name)] == [True]


def test_an_empty_workbook_is_told(tmp_path: Path) -> None:
    assert "without a visible sheet" in problems(written(Workbook(), tmp_path / "a.xlsx"))[0]

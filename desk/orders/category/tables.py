"""Tab-separated files with a header line: the one format of everything below data/categories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from desk.orders.category.errors import BadCategoryData


def read_table(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields (line number, cells by column); empty lines are skipped, cells are stripped.

    Raises: BadCategoryData for a missing file, bytes that are not UTF-8, another header, a wrong number of cells.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise BadCategoryData(path, 0, "the file cannot be read") from error
    except UnicodeDecodeError as error:
        raise BadCategoryData(path, 0, "the file is not UTF-8") from error
    if not lines or tuple(lines[0].split("\t")) != columns:
        raise BadCategoryData(path, 1, f"the header must be: {' '.join(columns)} (tabs between)")
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != len(columns):
            raise BadCategoryData(path, number, f"{len(cells)} cells, expected {len(columns)}")
        yield number, dict(zip(columns, cells, strict=True))

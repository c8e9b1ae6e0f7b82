"""What the classifier learns from: texts with a leaf's code, words that speak for a leaf, and what says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desk.orders.category.errors import BadCategoryData
from desk.orders.category.tables import read_table
from desk.orders.category.tree import CategoryTree

MAX_WEIGHT = 5.0


@dataclass(frozen=True)
class Example:
    text: str
    code: str


@dataclass(frozen=True)
class Keyword:
    word: str
    code: str
    weight: float


def load_examples(folder: Path, tree: CategoryTree) -> list[Example]:
    """Every `*.tsv` of the folder, in the order of names.

    Raises: BadCategoryData for an unknown code, a code that is no leaf, an empty text, a text given twice, a leaf
    without a text.
    """
    leaves = set(tree.leaves)
    examples: list[Example] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.tsv")):
        for line, row in read_table(path, ("text", "code")):
            _check_leaf(path, line, row["code"], leaves)
            if not row["text"]:
                raise BadCategoryData(path, line, "the text is empty")
            if row["text"] in seen:
                raise BadCategoryData(path, line, f"the same text stands at {seen[row['text']]}")
            seen[row["text"]] = f"{path.name}:{line}"
            examples.append(Example(row["text"], row["code"]))
    missing = sorted(leaves - {example.code for example in examples})
    if missing:
        raise BadCategoryData(folder, 0, f"no example text for: {' '.join(missing[:10])}")
    return examples


def load_keywords(path: Path, tree: CategoryTree) -> list[Keyword]:
    """Raises: BadCategoryData for an unknown leaf, an empty word, a weight outside (0, 5]."""
    leaves = set(tree.leaves)
    keywords: list[Keyword] = []
    for line, row in read_table(path, ("code", "keyword", "weight")):
        _check_leaf(path, line, row["code"], leaves)
        if not row["keyword"]:
            raise BadCategoryData(path, line, "the keyword is empty")
        try:
            weight = float(row["weight"])
        except ValueError as error:
            raise BadCategoryData(path, line, f"weight {row['weight']} is no number") from error
        if not 0 < weight <= MAX_WEIGHT:
            raise BadCategoryData(path, line, f"weight {weight:g} is not above 0 and at most {MAX_WEIGHT:g}")
        keywords.append(Keyword(row["keyword"], row["code"], weight))
    return keywords


def load_asides(path: Path) -> list[str]:
    """What people say beside any matter (who they are, whom they asked, since when); none without the file.

    Raises: BadCategoryData for a text given twice.
    """
    if not path.exists():
        return []
    asides: list[str] = []
    for line, row in read_table(path, ("text",)):
        if row["text"] in asides:
            raise BadCategoryData(path, line, "the same text stands above")
        asides.append(row["text"])
    return asides


def _check_leaf(path: Path, line: int, code: str, leaves: set[str]) -> None:
    if code not in leaves:
        raise BadCategoryData(path, line, f"{code or 'an empty code'} is no leaf of the tree")

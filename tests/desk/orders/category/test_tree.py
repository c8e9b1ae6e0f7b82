"""The tree and the texts are checked line by line before anything is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.orders.category import BadCategoryData, CategoryTree
from desk.orders.category.examples import load_examples, load_keywords
from tests.desk.orders.category.conftest import TREE


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def tree_file(data_dir: Path) -> Path:
    return data_dir / "categories" / "tree.tsv"


def test_lineage_runs_from_the_root_to_the_node(tree_file: Path) -> None:
    tree = CategoryTree.load(tree_file)
    assert tree.path("B11") == ("教育文体", "学校", "学区")
    assert tree.root_of("B11") == "B"
    assert tree.leaves == ("A1", "A2", "B11", "B12")
    assert tree.roots == ("A", "B")


@pytest.mark.parametrize(
    ("row", "line", "reason"),
    [
        ("C\tX\t2\t名\t局\tnormal", 9, "parent X of C does not stand above it"),
        ("A1\tA\t2\t名\t局\tnormal", 9, "code A1 occurs twice"),
        ("A3\tA\t3\t名\t局\tnormal", 9, "level of A3 is 3, expected 2"),
        ("A3\tA\t2\t供水\t局\tnormal", 9, "name 供水 occurs twice below A"),
        ("A3\tA\t2\t名\t局\tsoon", 9, "urgency soon is none of"),
        ("A3\tA\t2\t\t局\tnormal", 9, "name is empty"),
        ("A3\tA\t2\t名", 9, "4 cells, expected 6"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tree_file: Path, row: str, line: int, reason: str) -> None:
    with pytest.raises(BadCategoryData) as caught:
        CategoryTree.load(write(tree_file, TREE + row + "\n"))
    assert caught.value.line == line
    assert reason in str(caught.value)
    assert f"tree.tsv:{line}:" in str(caught.value)


def test_another_header_and_a_missing_file_are_refused(tree_file: Path) -> None:
    with pytest.raises(BadCategoryData, match="header"):
        CategoryTree.load(write(tree_file, "code,parent\n"))
    tree_file.unlink()
    with pytest.raises(BadCategoryData, match="cannot be read"):
        CategoryTree.load(tree_file)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("水没有了\tZ9\n", "Z9 is no leaf"),
        ("水没有了\tA\n", "A is no leaf"),
        ("\tA1\n", "the text is empty"),
        ("家里停水了\tA2\n", "the same text stands at all.tsv:2"),
    ],
)
def test_a_bad_example_is_named_by_file_and_line(
    data_dir: Path, tree_file: Path, text: str, reason: str
) -> None:
    folder = data_dir / "categories" / "examples"
    write(folder / "zz.tsv", "text\tcode\n" + text)
    with pytest.raises(BadCategoryData, match="zz.tsv:2") as caught:
        load_examples(folder, CategoryTree.load(tree_file))
    assert reason in str(caught.value)


def test_a_leaf_without_a_text_is_refused(data_dir: Path, tree_file: Path) -> None:
    write(tree_file, TREE + "A3\tA\t2\t供热\t热力集团\tnormal\n")
    with pytest.raises(BadCategoryData, match="no example text for: A3"):
        load_examples(data_dir / "categories" / "examples", CategoryTree.load(tree_file))


@pytest.mark.parametrize("weight", ["0", "-1", "9", "much"])
def test_a_keyword_weight_must_be_a_small_positive_number(
    data_dir: Path, tree_file: Path, weight: str
) -> None:
    path = write(data_dir / "categories" / "keywords.tsv", f"code\tkeyword\tweight\nA1\t水表\t{weight}\n")
    with pytest.raises(BadCategoryData, match="keywords.tsv:2: weight"):
        load_keywords(path, CategoryTree.load(tree_file))

"""Counts survive their table, and probabilities add up to one."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from asr.training.language_model import END, START, Counts, clauses, dictionary, estimate, load, save

TEXT = "小区停水了，没有人管。小区停电了！12345\n小区停水三天"


@pytest.fixture
def counts() -> Counts:
    counts = Counts()
    counts.add_texts([TEXT])
    return counts


def test_only_runs_of_chinese_characters_count() -> None:
    assert list(clauses("迈向/v  充满/v  希望/n，OK 好\n再见")) == ["迈向充满希望", "再见"]


def test_pairs_begin_and_end_with_the_clause(counts: Counts) -> None:
    assert counts.pairs[START, "小区"] == 3 and counts.words[END] == 4
    assert counts.pairs["小区", "停水"] == 2


def test_the_table_keeps_what_is_frequent_enough(counts: Counts, tmp_path: Path) -> None:
    save(counts, tmp_path / "words.tsv.xz", least_word=2, least_pair=2)
    kept = load(tmp_path / "words.tsv.xz")
    assert kept.words["小区"] == 3 and "三天" not in kept.words
    assert kept.pairs == {(START, "小区"): 3, ("小区", "停水"): 2, ("了", END): 2}


def test_own_texts_weigh_more(counts: Counts) -> None:
    own = Counts()
    own.add(["停水", "通知"])
    counts.join(own, 4)
    assert counts.words["通知"] == 4 and counts.pairs["停水", "通知"] == 4


def test_what_may_follow_a_word_adds_up_to_one(counts: Counts) -> None:
    """The pairs that were seen, and the way back to single words."""
    bigram = estimate(counts, dictionary(), ["小区", "停水", "停电", "没有", "人", "管"])
    for word, after in bigram.pairs.items():
        total = sum(math.exp(-cost) for cost in after.values()) + math.exp(-bigram.back_off[word])
        assert total == pytest.approx(1, abs=1e-6)
    assert sum(math.exp(-cost) for cost in bigram.single.values()) < 1
    assert bigram.pairs["小区"]["停水"] < bigram.single["停水"]

"""The model of likely words: KenLM's formats through the real library."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from asr.errors import EngineError
from asr.language_model import LanguageModel, installed

# Base 10, as ARPA has them.
ARPA = """\\data\\
ngram 1=6
ngram 2=2

\\1-grams:
-3.0\t<unk>
-99\t<s>\t-0.3
-1.0\t</s>
-1.0\t我们\t-0.2
-2.0\t停水
-1.5\t听

\\2-grams:
-0.5\t<s> 我们
-0.25\t我们 停水

\\end\\
"""


@pytest.fixture
def arpa(tmp_path: Path) -> Path:
    path = tmp_path / "small.arpa"
    path.write_text(ARPA, encoding="utf-8")
    return path


def surprises(model: LanguageModel, *words: str) -> list[float]:
    """In powers of ten, as the file has them."""
    state, found = model.start(), []
    for word in words:
        state, nats = model.after(state, word)
        found.append(nats / math.log(10))
    return found


def test_a_word_is_as_surprising_as_the_file_says_where_it_stands(arpa: Path) -> None:
    model = LanguageModel(arpa, ["我们", "停水", "听"])
    assert surprises(model, "我们", "停水") == pytest.approx([0.5, 0.25], abs=1e-4)
    # Pairs that the file does not have cost the first word's back-off.
    assert surprises(model, "我们", "听") == pytest.approx([0.5, 1.7], abs=1e-4)
    assert surprises(model, "停水") == pytest.approx([2.3], abs=1e-4)


def test_words_that_it_was_not_told_of_or_does_not_know_are_unknown(arpa: Path) -> None:
    model = LanguageModel(arpa, ["我们", "公积金"])
    assert surprises(model, "公积金") == pytest.approx([3.3], abs=1e-4)
    assert surprises(model, "停水") == surprises(model, "公积金")


def test_two_sentences_do_not_disturb_each_other(arpa: Path) -> None:
    model = LanguageModel(arpa, ["我们", "停水"])
    first, _ = model.after(model.start(), "我们")
    assert surprises(model, "停水") == pytest.approx([2.3], abs=1e-4)
    assert model.after(first, "停水")[1] == pytest.approx(0.25 * math.log(10), abs=1e-3)


def test_a_file_that_is_missing_or_something_else_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="apt-get install libime-data-language-model"):
        LanguageModel(tmp_path / "nothing.lm", ["我们"])
    other = tmp_path / "other.lm"
    other.write_text("no language model", encoding="utf-8")
    with pytest.raises(EngineError, match="no language model of KenLM"):
        LanguageModel(other, ["我们"])


def test_the_packages_file_is_found_wherever_a_distribution_puts_it(tmp_path: Path) -> None:
    assert installed(tmp_path) is None
    for folder in ("usr/lib64/libime", "usr/lib/aarch64-linux-gnu/libime"):
        path = tmp_path / folder / "zh_CN.lm"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
        assert installed(tmp_path) == path

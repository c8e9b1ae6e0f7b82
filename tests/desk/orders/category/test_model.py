"""What the classifier answers, and that it survives the disk unchanged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from desk.orders.category import BadCategoryModel, CategoryClassifier, CategoryTree, classify_file
from desk.orders.category.examples import load_examples
from desk.orders.category.features import SOUND_SCALE, FeatureSpace, Lexicon
from desk.orders.category.training import best_temperature, train
from desk.orders.category.views import MAX_CHARS, normalise, views
from desk.orders.order import Urgency
from language.encoder.encoder import Encoder


def test_a_text_gets_path_department_and_the_categorys_urgency(classifier: CategoryClassifier) -> None:
    found = classifier.classify("我们楼自来水又没有了")
    assert found.path == ("城乡建设", "供水")
    assert found.code == "A1"
    assert found.department == "水务集团"
    assert (found.urgency, found.urgency_reason) == (Urgency.URGENT, "category")
    assert 0 < found.leaf_confidence <= found.confidence <= 1


def test_a_keyword_that_no_example_holds_decides(data_dir: Path, classifier: CategoryClassifier) -> None:
    """The lexicon is a feature of its own: without it the word says nothing."""
    from desk.orders.category import train_from

    keywords = data_dir / "categories" / "keywords.tsv"
    keywords.write_text(keywords.read_text(encoding="utf-8") + "B12\t赞助款\t2\n", encoding="utf-8")
    assert train_from(data_dir).classify("赞助款").code == "B12"
    assert (
        classifier.classify("赞助款").leaf_confidence
        < train_from(data_dir).classify("赞助款").leaf_confidence
    )


def test_leaf_probabilities_add_up_to_one_even_for_nothing(classifier: CategoryClassifier) -> None:
    for text in ("物业费太贵", "", "🙂🙂", "hello", "水" * 6000):
        assert sum(classifier.probabilities(text).values()) == pytest.approx(1, abs=1e-4)
        assert classifier.classify(text).path


def test_saved_and_loaded_it_answers_the_same(tmp_path: Path, classifier: CategoryClassifier) -> None:
    classifier.save(tmp_path / "model")
    loaded = CategoryClassifier.load(tmp_path / "model", Encoder.load())
    assert loaded.digest == classifier.digest
    for text in ("停水三天了", "学费太贵", "保安不管事"):
        assert loaded.classify(text).code == classifier.classify(text).code
        # Leaf weights are kept in half precision.
        assert loaded.classify(text).confidence == pytest.approx(
            classifier.classify(text).confidence, abs=0.01
        )


def test_a_damaged_model_is_an_error_of_our_own(tmp_path: Path, classifier: CategoryClassifier) -> None:
    folder = tmp_path / "model"
    with pytest.raises(BadCategoryModel):
        CategoryClassifier.load(folder)
    classifier.save(folder)
    meta = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(meta | {"format": 99}), encoding="utf-8")
    with pytest.raises(BadCategoryModel, match="format 99"):
        CategoryClassifier.load(folder)
    (folder / "model.json").write_text(
        json.dumps(meta | {"vocabulary": meta["vocabulary"][:-1]}), encoding="utf-8"
    )
    with pytest.raises(BadCategoryModel):
        CategoryClassifier.load(folder)
    (folder / "weights.npz").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(BadCategoryModel):
        CategoryClassifier.load(folder)


def test_classify_file_gives_one_object_a_line(tmp_path: Path, classifier: CategoryClassifier) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("自来水发黄\n\n学区怎么划\n", encoding="utf-8")
    rows = list(classify_file(path, classifier))
    assert [row["text"] for row in rows] == ["自来水发黄", "", "学区怎么划"]
    assert rows[0]["category"] == ["城乡建设", "供水"]
    assert set(rows[2]) == {"text", "category", "confidence", "urgency", "department"}
    json.dumps(rows, ensure_ascii=False)


def test_views_are_the_whole_its_head_and_its_first_sentence() -> None:
    story = "某小区停水五天无人管\n" + "尊敬的领导您好。" * 40
    whole, head, lead = views(story)
    assert lead == "某小区停水五天无人管"
    assert whole.startswith(head)
    assert views("停水了") == ("停水了",)
    assert len(views("水" * 9000)[0]) == MAX_CHARS


def test_normalising_folds_width_case_and_numbers() -> None:
    assert normalise("ETC扣了１２３元") == normalise("etc扣了45元") == "etc扣了0元"


def test_the_longest_keyword_wins_where_words_overlap() -> None:
    lexicon = Lexicon([("公积金", ("A",), 1.0), ("公积金贷款", ("B",), 1.0)])
    assert lexicon.hits("咨询公积金贷款") == {"公积金贷款"}
    assert lexicon.hits("公积金和公积金贷款") == {"公积金", "公积金贷款"}


def test_a_misheard_word_sounds_like_the_one_that_was_meant() -> None:
    """农要 shares no word and no two characters with 农药, but two syllables."""
    space = FeatureSpace.fit(["买的农药", "修的水表"], Lexicon([]))
    columns = set(space.vector("农要").columns.tolist())
    assert {space.vocabulary[column] for column in columns} == {"农", "\u0002long yao"}


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    assert normalise("水費點解突然間貴咗") == normalise("水费点解突然间贵咗")


class OneDirection:
    """A sentence vector that only knows whether a school is meant."""

    def meaning(self, text: str) -> np.ndarray:
        school = any(word in text for word in ("学", "校", "课", "书院"))
        return np.array([1.0 if school else -1.0, 1.0], dtype=np.float32)


def test_the_sentence_vector_speaks_for_words_that_no_example_holds(tmp_path: Path, data_dir: Path) -> None:
    """Also after loading; without its encoder the n-grams decide alone."""
    folder = data_dir / "categories"
    tree = CategoryTree.load(folder / "tree.tsv")
    examples = load_examples(folder / "examples", tree)
    classifier = train(tree, examples, encoder=OneDirection())
    alone = train(tree, examples)
    assert classifier.classify("书院").path[0] == "教育文体"
    assert classifier.classify("书院").confidence > alone.classify("书院").confidence
    classifier.save(tmp_path / "model")
    loaded = CategoryClassifier.load(tmp_path / "model", OneDirection())
    assert loaded.classify("书院").confidence == pytest.approx(
        classifier.classify("书院").confidence, abs=0.01
    )
    blind = CategoryClassifier.load(tmp_path / "model")
    assert blind.classify("书院").confidence < loaded.classify("书院").confidence


def test_feature_blocks_have_unit_length_and_unknown_terms_vanish() -> None:
    space = FeatureSpace.fit(["停水了", "停电了"], Lexicon([]))
    vector = space.vector("停水了")
    assert float(np.sum(vector.values**2)) == pytest.approx(2 + SOUND_SCALE**2, abs=1e-5)
    assert len(space.vector("xyz").columns) == 0


def test_temperature_is_high_when_scores_are_right_and_low_when_they_are_noise() -> None:
    truth = np.array([0, 1] * 50)
    right = np.eye(2, dtype=np.float32)[truth] - 0.5
    assert best_temperature(right, truth) > best_temperature(right, np.roll(truth, 1))

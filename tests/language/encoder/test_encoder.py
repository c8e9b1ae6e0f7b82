"""One reading of a message gives its meaning, danger, acts and spans."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from language.encoder.encoder import Encoder, EncoderError
from language.encoder.labels import ACTS, KINDS


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


def test_a_reading_has_all_outputs_in_their_ranges(encoder: Encoder) -> None:
    read = encoder.read("我家楼下的烧烤店每天晚上营业到两点", "start")
    assert read.vector.shape == (384,) and read.vector.dtype == np.float32
    assert np.linalg.norm(read.vector) == pytest.approx(1, abs=1e-4)
    assert 0 <= read.danger <= 1
    assert list(read.kinds) == list(KINDS) and sum(read.kinds.values()) == pytest.approx(1, abs=1e-4)
    assert list(read.acts) == list(ACTS) and all(0 <= p <= 1 for p in read.acts.values())


def test_an_empty_message_is_read_too(encoder: Encoder) -> None:
    read = encoder.read("", "place")
    assert read.spans == () and np.isfinite(read.vector).all()


@pytest.mark.parametrize(
    ("text", "expecting", "label", "value"),
    [
        ("就在和平路８８号门口", "place", "place", "和平路８８号门口"),
        ("我的电话是 138 0000 1234", "phone", "phone", "138 0000 1234"),
        ("我姓 欧阳 ", "name", "name", "欧阳"),
    ],
)
def test_spans_stand_at_the_characters_of_the_message(
    text: str, expecting: str, label: str, value: str, encoder: Encoder
) -> None:
    """Full-width characters and spaces, too: the offsets are those of the text as it was given."""
    found = [(span.label, text[span.start : span.end]) for span in encoder.read(text, expecting).spans]
    assert (label, value) in found


def test_danger_told_by_symptoms_is_told_from_a_film(encoder: Encoder) -> None:
    told = encoder.read("我爸坐在沙发上歪过去了,怎么叫都不答应")
    film = encoder.read("昨天看的电影里那个人从楼上跳下来了,挺感人的")
    assert told.danger > 0.8 > 0.2 > film.danger


def test_the_same_topic_lies_nearer_than_another(encoder: Encoder) -> None:
    query = encoder.read("公积金怎么提取").vector
    near = encoder.meaning("提取住房公积金需要的材料", passage=True)
    far = encoder.meaning("犬只登记的办理流程", passage=True)
    assert query @ near > query @ far


def test_what_was_asked_hardly_moves_the_vector(encoder: Encoder) -> None:
    text = "小区门口的路灯坏了一个月了"
    assert encoder.read(text, "place").vector @ encoder.meaning(text) > 0.97


def test_threads_get_the_same_as_one_alone(encoder: Encoder) -> None:
    texts = [f"幸福路{number}号的路灯坏了" for number in range(24)]
    alone = [encoder.meaning(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(encoder.meaning, texts))
    assert np.allclose(alone, together, atol=1e-5)


def test_missing_files_are_told_at_first_use(tmp_path: Path) -> None:
    encoder = Encoder.load(tmp_path)
    with pytest.raises(EncoderError, match=str(tmp_path)):
        encoder.read("你好")

"""Places of one name are told apart by what was said, or by asking."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.places import Gazetteer, chosen, namesakes, place_said, within

ROWS = (
    ("city", "清河市", "", "清河"),
    ("district", "青石县", "清河市", "青石"),
    ("district", "云溪县", "清河市", "云溪"),
    ("district", "东湖区", "清河市", "东湖"),
    ("street", "城关镇", "青石县", ""),
    ("street", "城关镇", "云溪县", ""),
    ("street", "梅岭乡", "云溪县", ""),
    ("street", "湖滨街道", "东湖区", ""),
    ("street", "和平街道", "东湖区", ""),
    # Whose town it is, the file cannot say.
    ("community", "老街社区", "城关镇", ""),
    ("community", "幸福小区", "湖滨街道", ""),
    ("community", "幸福小区", "和平街道", ""),
    ("road", "人民路", "湖滨街道", ""),
    ("road", "人民路", "和平街道", ""),
    ("road", "中山路", "东湖区", ""),
    ("road", "中山路", "青石县", ""),
    ("road", "环城路", "", ""),
    ("landmark", "中心小学", "青石县", ""),
    ("landmark", "中心小学", "梅岭乡", ""),
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    path: Path = tmp_path_factory.mktemp("places") / "city.tsv"
    rows = ["level\tname\tparent\taliases", *("\t".join(row) for row in ROWS)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return Gazetteer.load(path)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("城关镇东街口", ("青石县", "云溪县")),
        ("老街社区3栋", ("青石县", "云溪县")),
        ("中山路88号", ("东湖区", "青石县")),
        ("中心小学门口", ("青石县", "云溪县")),
        ("幸福小区3栋", ("湖滨街道", "和平街道")),
        # Told.
        ("青石县城关镇东街口", ()),
        ("云溪城关镇", ()),
        ("东湖区中山路88号", ()),
        ("湖滨街道幸福小区3栋", ()),
        # One of its name, one road through several streets, and what nobody knows.
        ("梅岭乡", ()),
        ("人民路88号", ()),
        ("环城路加油站", ()),
        ("无名路12号", ()),
        ("村口老槐树下面", ()),
    ],
)
def test_a_name_that_lies_in_several_places_is_open_unless_told(
    city: Gazetteer, said: str, names: tuple[str, ...]
) -> None:
    assert namesakes(place_said(said, city), city) == names


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("青石县", "青石县"),
        ("青石的", "青石县"),
        ("是云溪县那个", "云溪县"),
        ("不是青石县，是云溪县的", "云溪县"),
        ("第一个", "青石县"),
        ("后面那个", "云溪县"),
        ("我也不知道", ""),
        ("青石县和云溪县都有", ""),
        ("东湖区", ""),
    ],
)
def test_an_answer_chooses_one_of_them(city: Gazetteer, words: str, name: str) -> None:
    assert chosen(words, ("青石县", "云溪县"), city) == name


def test_what_was_chosen_stands_before_the_citizens_words(city: Gazetteer) -> None:
    place = within(place_said("城关镇东街口路灯下", city), "云溪县")
    assert (place.district, place.street) == ("云溪县", "城关镇")
    assert place.said.startswith("云溪县城关镇东街口")

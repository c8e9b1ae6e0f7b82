from __future__ import annotations

from pathlib import Path

import pytest

from desk.places import Gazetteer, GazetteerError, default_gazetteer
from desk.places.gazetteer import SHIPPED

HEADER = "level\tname\tparent\taliases\n"


def load(tmp_path: Path, rows: str, header: str = HEADER) -> Gazetteer:
    path = tmp_path / "city.tsv"
    path.write_text(header + rows, encoding="utf-8")
    return Gazetteer.load(path)


def test_the_shipped_city_loads_and_every_street_lies_in_a_district() -> None:
    city = default_gazetteer()
    assert len(city.entries("district")) == 8
    for level in ("street", "community"):
        assert all("district" in city.way_up(entry) for entry in city.entries(level))


def test_a_name_knows_its_way_up() -> None:
    city = default_gazetteer()
    ((start, end, (road,)),) = city.occurrences("在和平路上")
    assert (start, end) == (1, 4)
    assert city.way_up(road) == {
        "road": "和平路",
        "street": "和平街道",
        "district": "东湖区",
        "city": "明州市",
    }


def test_every_problem_of_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    rows = "district\t东区\t\t\nplanet\t火星\t东区\t\nstreet\t甲街道\t西区\t\nstreet\t甲\t东区\t\nroad\ncommunity\t某苑\t\t\n"
    with pytest.raises(GazetteerError) as caught:
        load(tmp_path, rows)
    told = "\n".join(caught.value.problems)
    for line, word in ((3, "planet"), (4, "西区"), (5, "too short"), (6, "columns"), (7, "needs a parent")):
        assert any(f"line {line}:" in problem and word in problem for problem in caught.value.problems), told


@pytest.mark.parametrize(
    ("header", "rows", "word"),
    [("name\tlevel\n", "", "columns must be"), (HEADER, "", "no places"), ("", "", "empty")],
)
def test_an_unusable_file_is_refused(tmp_path: Path, header: str, rows: str, word: str) -> None:
    with pytest.raises(GazetteerError, match=word):
        load(tmp_path, rows, header)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match="cannot be read"):
        Gazetteer.load(tmp_path / "none.tsv")


def test_the_same_row_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match="twice"):
        load(tmp_path, "district\t东区\t\t\ndistrict\t东区\t\t\n")


def test_landmarks_of_another_city_are_told_in_one_line(tmp_path: Path) -> None:
    """A city that puts in its own file and leaves our landmarks beside it."""
    own = tmp_path / "qinghe.tsv"
    own.write_text(HEADER + "city\t清河市\t\t\ndistrict\t青石县\t清河市\t\n", encoding="utf-8")
    with pytest.raises(GazetteerError) as caught:
        Gazetteer.load(own, SHIPPED[1])
    told = str(caught.value)
    assert "landmarks.tsv" in told and "is it of the same city?" in told and "more" in told
    assert "\n" not in told and len(told) < 800

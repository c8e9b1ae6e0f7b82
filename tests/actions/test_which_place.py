"""A place whose name occurs twice is asked about, and only a city whose files fit together is served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from actions import __main__ as actions_main
from actions.order_form import ValidateOrderForm
from actions.order_questions import AskPlace
from desk.places import gazetteer as places
from gateway import __main__ as gateway_main
from tests.actions.conftest import Run

TROUBLE = "路灯坏了好几天没人修"
HEADER = "level\tname\tparent\taliases\n"
TWO_TOWNS = (
    "city\t清河市\t\t\ndistrict\t青石县\t清河市\t青石\ndistrict\t云溪县\t清河市\t云溪\n"
    "street\t城关镇\t青石县\t\nstreet\t城关镇\t云溪县\t\nstreet\t梅岭乡\t云溪县\t\n"
)


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Another city's names in place of the shipped ones."""
    path = tmp_path / "qinghe.tsv"
    path.write_text(HEADER + TWO_TOWNS, encoding="utf-8")
    monkeypatch.setattr(places, "SHIPPED", (path,))
    places.default_gazetteer.cache_clear()
    yield path
    places.default_gazetteer.cache_clear()


def test_two_towns_of_one_name_are_asked_about_once(run: Run, city: Path) -> None:
    told = run(ValidateOrderForm, TROUBLE, "order_complain")
    told = run(ValidateOrderForm, "城关镇东街口", slots=told.slots, form="order_form")
    assert told.slots["requested_slot"] == "order_place"
    asked = run(AskPlace, "城关镇东街口", slots=told.slots, form="order_form")
    assert "青石县的、云溪县的" in asked.text and "哪一处" in asked.text
    answered = run(ValidateOrderForm, "青石的", slots=asked.slots, form="order_form")
    assert answered.slots["requested_slot"] == "order_caller"
    place = answered.slots["order_draft"]["place"]
    assert (place["district"], place["street"]) == ("青石县", "城关镇")
    assert place["said"].startswith("青石县城关镇东街口")


def test_who_does_not_know_which_is_let_go(run: Run, city: Path) -> None:
    told = run(ValidateOrderForm, TROUBLE, "order_complain")
    told = run(ValidateOrderForm, "城关镇东街口", slots=told.slots, form="order_form")
    left = run(ValidateOrderForm, "/skip", "skip", slots=told.slots, form="order_form")
    assert left.slots["requested_slot"] == "order_caller"
    assert left.slots["order_draft"]["place"]["said"].startswith("城关镇")


def test_a_town_that_is_told_or_alone_is_not_asked_about(run: Run, city: Path) -> None:
    for said in ("云溪县城关镇东街口", "梅岭乡政府门口"):
        told = run(ValidateOrderForm, TROUBLE, "order_complain")
        told = run(ValidateOrderForm, said, slots=told.slots, form="order_form")
        assert told.slots["requested_slot"] == "order_caller"


def test_files_of_two_cities_stop_the_start_with_one_line(
    city: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Before anything opens: the first citizen with an address must not be who finds it."""
    landmarks = Path(places.__file__).parents[2] / "data" / "places" / "landmarks.tsv"
    monkeypatch.setattr(places, "SHIPPED", (city, landmarks))
    monkeypatch.setenv("MINSHENG_VAR", str(tmp_path))
    places.default_gazetteer.cache_clear()
    with pytest.raises(SystemExit, match="is it of the same city"):
        actions_main.main()
    assert gateway_main.main() == 1
    told = capsys.readouterr().err
    assert "landmarks.tsv" in told and "Traceback" not in told and told.count("\n") == 1

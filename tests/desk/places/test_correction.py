from __future__ import annotations

import pytest

from desk.places import Place, format_place, merge, parse_address

HOME = parse_address("东湖区和平路88号幸福里小区6栋2单元502室")


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("不对,是三栋", "东湖区和平街道和平路88号幸福里小区3栋2单元502室"),
        ("是86号", "东湖区和平街道和平路86号幸福里小区6栋2单元502室"),
        ("1单元", "东湖区和平街道和平路88号幸福里小区6栋1单元502室"),
        ("不是502,是503室", "东湖区和平街道和平路88号幸福里小区6栋2单元503室"),
    ],
)
def test_a_part_alone_replaces_only_itself(said: str, address: str) -> None:
    assert format_place(merge(HOME, parse_address(said))) == address


def test_a_misheard_road_keeps_its_house() -> None:
    place = merge(parse_address("和平路88号"), parse_address("是新华路"))
    assert format_place(place) == "东湖区和平街道新华路88号"


def test_a_whole_new_address_replaces_the_old_one() -> None:
    place = merge(HOME, parse_address("不对不对,是翠屏苑4栋"))
    assert format_place(place) == "西岭区翠屏街道翠屏苑4栋"


def test_a_community_is_added_to_its_road() -> None:
    place = merge(parse_address("和平路88号"), parse_address("就是幸福里小区"))
    assert format_place(place) == "东湖区和平街道和平路88号幸福里小区"


def test_a_community_in_another_district_takes_the_place_of_the_road() -> None:
    place = merge(parse_address("和平路88号"), parse_address("在翠屏苑"))
    assert format_place(place) == "西岭区翠屏街道翠屏苑"


def test_another_district_drops_the_street_of_the_old_one() -> None:
    place = merge(parse_address("东湖区和平街道青云路5号"), parse_address("是西岭区"))
    assert format_place(place) == "西岭区青云路5号"


def test_merging_with_nothing_changes_nothing() -> None:
    assert merge(HOME, Place()) == HOME
    assert merge(Place(), HOME) == HOME


def test_the_inputs_stay_as_they_were() -> None:
    before = format_place(HOME)
    merge(HOME, parse_address("三栋"))
    assert format_place(HOME) == before

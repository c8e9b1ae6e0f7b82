"""The player of written calls finds what is wrong, and the calls themselves can be played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.calls.runner import Call, Heard, differences, load_calls, play


class Echo:
    """Answers with what was said and offers one button."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str | None]] = []

    def send(self, text: str, payload: str | None = None) -> Heard:
        self.said.append((text, payload))
        card = {"number": "261122-00001-9"} if "登记" in text else None
        reply = {
            "text": f"您说:{text}",
            "kind": "order_card" if card else "text",
            "card": card,
            "quick_replies": [{"text": "是", "payload": "/affirm"}],
        }
        return Heard([reply], [], "BOT")

    def take_bot(self) -> None:
        self.said.append(("takes bot", None))

    def given_back(self) -> Heard:
        return Heard([{"text": "我回来了", "kind": "text"}], [], "BOT")

    def orders(self) -> Sequence[Mapping[str, Any]]:
        return [{"type": "complain", "description": "油烟太大"}]


def test_there_are_forty_calls_and_more() -> None:
    assert len(load_calls()) >= 40


def test_a_call_that_goes_as_written_has_no_problems() -> None:
    echo = Echo()
    call = Call(
        "x",
        "x.yml",
        (
            {"citizen": "登记", "expect": {"contains": "登记", "kind": "order_card"}},
            {"button": "是", "expect": {"contains": "是", "owner": "BOT"}},
            {"citizen": "查{number}", "expect": {"contains": "261122-00001-9"}},
            {"takes": "bot"},
            {"seat": "gives back", "expect": {"contains": "我回来了"}},
        ),
        {"orders": 1, "order": {"type": "complain", "description": "contains:油烟"}},
    )
    assert play(call, echo) == []
    assert echo.said[1] == ("是", "/affirm")


@pytest.mark.parametrize(
    ("expect", "part"),
    [
        ({"contains": ["再见"]}, "misses"),
        ({"not_contains": ["您说"]}, "has"),
        ({"any_of": ["甲", "乙"]}, "none of"),
        ({"kind": "emergency"}, "no 'emergency'"),
        ({"event": "emergency"}, "no event"),
        ({"owner": "SEAT"}, "owner"),
    ],
)
def test_every_kind_of_difference_is_told(expect: dict[str, Any], part: str) -> None:
    (problem,) = differences(expect, Echo().send("你好"))
    assert part in problem


def test_a_wrong_order_a_missing_button_and_silence_are_told() -> None:
    final = {"orders": 2, "order": {"type": "help", "description": "lacks:油烟"}}
    assert len(play(Call("x", "x.yml", (), final), Echo())) == 3
    assert "no button" in play(Call("x", "x.yml", ({"citizen": "a"}, {"button": "没有"})), Echo())[0]
    assert differences({}, Heard([])) == ["no reply at all"]


def test_a_seat_can_only_give_back(tmp_path: Path) -> None:
    for act in ("seat: dances", "takes: a taxi"):
        (tmp_path / "a.yml").write_text(f"- name: a\n  turns:\n    - {act}\n")
        with pytest.raises(ValueError, match="cannot play"):
            load_calls(tmp_path)


def test_a_call_with_a_misspelt_key_cannot_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("- name: a\n  turns:\n    - citizen: a\n      expect: {contain: [b]}\n")
    with pytest.raises(ValueError, match="cannot play"):
        load_calls(tmp_path)

from __future__ import annotations

from pathlib import Path

import pytest

from desk.seats import BadCannedReplies, CannedReply, load_canned_replies
from desk.settings import ROOT

GOOD = "canned_replies: [{group: 开场, replies: [{id: a1, keys: nh, text: '{citizen}您好，{city}热线'}]}]"


def test_the_shipped_replies_are_many_and_well_made() -> None:
    replies = load_canned_replies(ROOT / "data" / "canned_replies.yml")
    assert len(replies) >= 40
    assert len({reply.group for reply in replies}) >= 6
    # Numbers in them are national ones; a local one would be wrong in every other city.
    assert not [reply.id for reply in replies if "0571" in reply.text]


def test_placeholders_are_filled(tmp_path: Path) -> None:
    (reply,) = load(tmp_path, GOOD)
    assert reply.keys == ("nh",)
    assert reply.filled(citizen="王先生", city="明州市") == "王先生您好，明州市热线"
    assert reply.filled(city="明州市") == "{citizen}您好，明州市热线"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("{city}", "{phone}"), "placeholders"),
        (("keys: nh", "keys: 你好"), "keys"),
        (("id: a1", "id: A 1"), "id"),
        (("text:", "words:"), "lacks"),
        (("group: 开场", "group: ''"), "group"),
        (("canned_replies", "replies"), "list"),
        (("[{id", "[{id: b1, keys: nh, text: 好}, {id"), "belong to b1 and a1"),
        (("[{id", "[{id: a1, keys: x, text: 好}, {id"), "twice"),
        (("]}]", "]"), "YAML|Error"),
    ],
)
def test_a_mistake_is_named_in_one_line(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    with pytest.raises(BadCannedReplies, match=problem) as caught:
        load(tmp_path, GOOD.replace(*change))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_ours(tmp_path: Path) -> None:
    with pytest.raises(BadCannedReplies, match="FileNotFoundError"):
        load_canned_replies(tmp_path / "none.yml")


def load(folder: Path, content: str) -> tuple[CannedReply, ...]:
    path = folder / "replies.yml"
    path.write_text(content, encoding="utf-8")
    return load_canned_replies(path)

"""The rules hear danger in words of dialects, and none in everyday ones. What the learned reading hears beside them:
bench/dialects.py."""

from __future__ import annotations

import csv

import pytest

from danger.rules import cannot_speak, cries_out, find_danger, how_over, is_another_matter, sounds_suicidal
from desk.settings import ROOT

# Of the sentences that tell of danger, the rules alone hear at least this share; the learned reading does the rest.
LEAST = 0.45
# The rules take it for danger; the reading does not, so that it raises no alarm.
DOUBTFUL = {"那个厂天天冒黑烟,呛死人"}


def rows() -> list[dict[str, str]]:
    with (ROOT / "tests/data/danger_dialects.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("娃儿遭电打了", "electricity"),
        ("屋头漏煤气", "gas"),
        ("有人跳水咯", "suicide_other"),
        ("老汉儿昏倒了喊不答应", "illness"),
        ("灶上燃起来了", "fire"),
        ("我唔想活喇", "self_harm"),
        ("火烛啊", "fire"),
        ("屋企漏煤气", "gas"),
        ("我阿爸晕低咗", "illness"),
        ("个细路跌咗落海", "drowning"),
        ("有人揸刀斩人", "violence"),
        ("俺娘喝药了", "suicide_other"),
        ("俺家着火嘞", "fire"),
        ("老头儿撅过去了", "illness"),
        ("俺爹没气儿了", "illness"),
        ("阿拉姆妈昏脱了", "illness"),
        ("屋里厢火着了", "fire"),
        ("细伢子落水哒", "drowning"),
        ("屋里起火哒", "fire"),
        ("娃儿搞丢了", "missing_child"),
    ],
)
def test_danger_is_heard(text: str, kind: str) -> None:
    """Where the encoder is not asked, too: the fallback that works without Rasa."""
    assert find_danger(text) == kind


def test_everyday_words_are_none_and_half_of_the_danger_is_heard() -> None:
    """80 everyday sentences, of which none is danger now, and 150 that are."""
    heard = {
        label: [r["text"] for r in rows() if r["label"] == label and find_danger(r["text"])]
        for label in ("no", "danger")
    }
    assert set(heard["no"]) == DOUBTFUL
    assert len(rows()) == 230 and len(heard["danger"]) >= LEAST * 150


@pytest.mark.parametrize(
    "text",
    [
        "漏煤气怎么办理检修",
        "怕漏煤气",
        "会不会着火啊",
        "想死你了",
        "等到想死",
        "不会着火啊",
        "站在桥上看风景",
        "燃气漏气报警器哪里买",
    ],
)
def test_mandarin_that_only_sounds_like_it(text: str) -> None:
    """Fears, questions and ways of speaking."""
    assert not find_danger(text)


def test_the_other_rules_read_dialects() -> None:
    """A bare cry, the wish to die, an end, another matter, somebody who is overheard."""
    assert cries_out("火烛啊") and cries_out("屋头着火咯")
    assert sounds_suicidal("我唔想活喇") and sounds_suicidal("俺活不成了")
    assert how_over("娃儿找到咯") == "safe" and how_over("啲火熄咗") == "safe"
    assert is_another_matter("公积金点样攞出嚟") and not is_another_matter("佢喺度喊救命")
    assert cannot_speak("佢会听到")

"""A kept turn comes back as it was, with what was read in it."""

from __future__ import annotations

from actions.seed import joined, seed_of, turn_from
from desk.orders.drafting.turn import Entity, Turn
from language.reading import Reading
from tests.actions.conftest import NOW
from tests.actions.readings import marked

NOW_TURN = Turn("登记吧", 9, NOW, "affirm")


def test_the_reading_is_kept() -> None:
    """Nobody parses again."""
    text, reading = marked("[和平路88号](place)半夜打桩", "details")
    back = turn_from(seed_of(Turn(text, 3, NOW, "order_complain", reading=reading)) or {}, NOW_TURN)
    assert (back.text, back.seq, back.intent) == (text, 3, "order_complain")
    assert [span.of(back.text) for span in back.spans("place")] == ["和平路88号"]
    assert back.does("details")


def test_a_seed_of_an_older_version_has_no_reading() -> None:
    """Conversations that were open over an update go on."""
    back = turn_from({"text": "停水了", "seq": 1, "intent": "order_help", "entities": []}, NOW_TURN)
    assert back.reading == Reading()


def test_what_is_said_with_the_yes_is_added_verbatim() -> None:
    """Both halves stand in the seed, and what was recognised in each is still at its place."""
    first, read_first = marked("[老五烧烤](subject)天天吵", "details")
    second, read_second = marked("登记吧，在[和平路88号](place)", "register+value")
    seed = seed_of(Turn(first, 1, NOW, "order_complain", reading=read_first)) or {}
    at = second.index("和平路")
    more = Turn(
        second, 3, NOW, "affirm", reading=read_second, entities=(Entity("address", "和平路88号", at, at + 6),)
    )
    back = turn_from(joined(seed, more), NOW_TURN)
    assert back.text == f"{first}，{second}"
    assert [(span.label, span.of(back.text)) for span in back.reading.spans] == [
        ("subject", "老五烧烤"),
        ("place", "和平路88号"),
    ]
    (entity,) = back.entities
    assert back.text[entity.start : entity.end] == "和平路88号"
    assert back.does("details", "register")

"""When an article is told, asked for first, or left out."""

from __future__ import annotations

from dataclasses import replace

from desk.knowledge.sureness import USUAL_CHARS, Evidence

MIN = 0.475
PLAIN = Evidence(score=0.5, covered=0.5, lead=0.0, chars=USUAL_CHARS)


def test_a_middling_score_is_possible_and_not_sure() -> None:
    assert PLAIN.possible(MIN)
    assert not PLAIN.sure(MIN)


def test_a_lead_makes_sure_of_what_a_score_does_not() -> None:
    assert replace(PLAIN, lead=0.06).sure(MIN)
    assert not replace(PLAIN, score=0.55, lead=-0.05).sure(MIN)


def test_a_long_story_may_score_less_and_five_characters_must_score_more() -> None:
    assert not replace(PLAIN, score=0.45).possible(MIN)
    assert replace(PLAIN, score=0.45, chars=30).possible(MIN)
    assert not replace(PLAIN, score=0.5, chars=5).possible(MIN)


def test_words_that_the_article_lacks_count_against_it() -> None:
    bare = replace(PLAIN, score=0.47, covered=0.0)
    assert not bare.possible(MIN)
    assert replace(bare, covered=1.0).possible(MIN)


def test_an_operator_who_asks_for_more_gets_more_of_both() -> None:
    sure = replace(PLAIN, lead=0.06)
    assert sure.sure(MIN) and not sure.sure(MIN + 0.1)
    assert not sure.possible(MIN + 0.1)

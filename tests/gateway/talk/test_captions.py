"""A seat reads what his caller is just saying: not too often, never stale, and nothing of it stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desk.conversations import Owner
from gateway.talk.captions import EVERY_S, CallerCaptions, Frame
from gateway.voice.turn_events import Final, Partial, TakeTurn
from tests.gateway.talk.test_person import Scene


def caption(text: str, *, final: bool = False) -> Frame:
    return {"type": "caption", "from": "citizen", "text": text, "final": final}


def test_the_first_words_are_shown_at_once_and_the_next_a_quarter_of_a_second_later() -> None:
    captions = CallerCaptions()
    assert captions.see(Partial(text="楼下"), 0.0) == caption("楼下")
    assert captions.see(Partial(text="楼下烧烤"), 0.1) is None
    assert captions.see(Partial(text="楼下烧烤店"), 0.2) is None
    assert captions.due(0.24) is None
    assert captions.due(EVERY_S) == caption("楼下烧烤店")
    assert captions.due(9.0) is None


def test_finished_pieces_stay_and_what_was_noise_is_taken_back() -> None:
    captions = CallerCaptions()
    captions.see(Partial(text="嗯"), 0.0)
    assert captions.see(Final(text=""), 1.0) == caption("")
    captions.see(Final(text="楼下烧烤店"), 2.0)
    assert captions.see(Partial(text="太吵"), 3.0) == caption("楼下烧烤店太吵")


def test_a_turn_is_shown_at_once_and_the_next_begins_empty() -> None:
    captions = CallerCaptions()
    captions.see(Partial(text="楼下"), 0.0)
    assert captions.see(TakeTurn(text="楼下太吵"), 0.1) == caption("楼下太吵", final=True)
    assert captions.due(5.0) is None
    assert captions.see(Partial(text="楼下"), 6.0) == caption("楼下")


@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 0.4),
            st.one_of(
                st.builds(Partial, text=st.sampled_from(["", "楼", "楼下", "楼下吵"])),
                st.builds(Final, text=st.sampled_from(["", "楼下"])),
                st.none(),
            ),
        ),
        max_size=60,
    )
)
def test_however_often_words_come_at_most_four_a_second_are_told_and_the_last_of_them_is(
    steps: list[tuple[float, Partial | Final | None]],
) -> None:
    captions, now = CallerCaptions(), 0.0
    told: list[tuple[float, str]] = []
    pieces = partial = ""
    for pause, step in steps:
        now += pause
        frame = captions.due(now) if step is None else captions.see(step, now)
        if isinstance(step, Partial):
            partial = step.text
        elif step is not None:
            pieces, partial = pieces + step.text, ""
        if frame is not None:
            told.append((now, frame["text"]))
    last = captions.due(now + 2 * EVERY_S)
    if last is not None:
        told.append((now + 2 * EVERY_S, last["text"]))
    assert all(later - sooner >= EVERY_S for (sooner, _), (later, _) in zip(told, told[1:], strict=False))
    assert (told[-1][1] if told else "") == pieces + partial


def test_only_a_seat_is_told_and_the_clock_of_the_line_tells_what_is_late() -> None:
    scene = Scene()
    scene.person.see(Partial(text="我要"))
    scene.person.owner(Owner.WAITING)
    scene.person.see(Partial(text="我要人工"))
    assert scene.hub.captions == []
    scene.person.owner(Owner.SEAT)
    scene.person.see(Partial(text="楼下"))
    scene.now += 1.0
    scene.person.see(Partial(text="楼下烧烤"))
    scene.person.see(Partial(text="楼下烧烤店"))
    assert scene.hub.captions == ["楼下烧烤"]
    scene.frames(20)
    assert scene.hub.captions == ["楼下烧烤", "楼下烧烤店"]

"""Scripted calls: each test is one thing that people do on the phone."""

from __future__ import annotations

import pytest

from gateway.voice.turn_events import (
    CallHuman,
    Digit,
    DropSpeech,
    EndUtterance,
    Expecting,
    Final,
    Hold,
    HumanReason,
    HungUp,
    Partial,
    PauseSpeech,
    Prompt,
    ResumeSpeech,
    Say,
    SayGoodbye,
    SpeechEnded,
    TakeTurn,
    Tick,
    TurnTimes,
    Voice,
)
from gateway.voice.turn_taking import TurnTaking
from tests.gateway.voice.timeline import Timeline


def prompts(call: Timeline) -> list[Prompt]:
    return [c.prompt for c in call.of(Say) if isinstance(c, Say)]


def test_a_turn_ends_after_a_pause_and_not_before() -> None:
    call = Timeline()
    call.quiet(1)
    call.says("我家楼下有人乱倒垃圾", 2.0)
    ended = call.now
    call.quiet(2)
    assert call.turns == ["我家楼下有人乱倒垃圾"]
    assert call.at(EndUtterance)[0] - ended == pytest.approx(0.8, abs=0.05)


def test_a_complete_sentence_needs_a_shorter_pause() -> None:
    call = Timeline()
    call.says("公积金怎么提取呢", 1.5)
    ended = call.now
    call.quiet(2)
    assert call.at(EndUtterance)[0] - ended == pytest.approx(0.5, abs=0.05)


def test_a_number_is_not_cut_at_the_pauses_between_its_groups() -> None:
    """People say phone numbers in groups; 1.2 s between them is not the end."""
    call = Timeline()
    call.bot_speaks(1.0, Expecting.NUMBER)
    call.quiet(1.5)
    for group in ("幺三八", "零零一三", "八零零零"):
        call.says(group, 1.2)
        if group != "八零零零":
            call.quiet(1.2)
    ended = call.now
    call.quiet(3)
    assert call.turns == ["幺三八零零一三八零零零"]
    # The number is whole: no need to wait long for more.
    assert call.at(EndUtterance)[-1] - ended == pytest.approx(0.5, abs=0.05)


def test_an_address_gets_more_patience() -> None:
    call = Timeline()
    call.bot_speaks(1.0, Expecting.ADDRESS)
    call.quiet(1.2)
    call.says("东湖区和平路", 1.2)
    call.quiet(1.2)
    call.says("幸福里小区三栋", 1.5)
    call.quiet(3)
    assert call.turns == ["东湖区和平路幸福里小区三栋"]


@pytest.mark.parametrize("length", [0.02, 0.1, 0.18])
def test_a_click_is_no_speech(length: float) -> None:
    call = Timeline()
    call.noise(length)
    call.quiet(3)
    assert not call.at(EndUtterance)


def test_speech_stops_the_bot_within_the_limit() -> None:
    call = Timeline()
    call.bot_speaks(10)
    call.quiet(2)
    started = call.now
    call.says("我不是问这个", 1.2)
    call.quiet(2)
    assert call.times.start_s <= call.at(PauseSpeech)[0] - started <= 0.3
    assert call.kinds[:3] == ["PauseSpeech", "DropSpeech", "TakeTurn"]
    assert call.turns == ["我不是问这个"]


def test_words_interrupt_even_when_the_voice_detector_hears_nothing() -> None:
    call = Timeline()
    call.bot_speaks(10)
    call.quiet(1)
    call.feed(Partial(text="转人工"))
    assert call.kinds == ["DropSpeech"]


@pytest.mark.parametrize("text", ["嗯", "对", "好的", "嗯嗯对"])
def test_listening_sounds_do_not_interrupt(text: str) -> None:
    """Whether its recogniser was fast (no pause at all) or slow (pause, then go on): never a turn, never dropped."""
    call = Timeline()
    call.bot_speaks(30)
    call.quiet(2)
    call.says(text, 0.4)
    call.quiet(2)
    assert call.turns == []
    assert "DropSpeech" not in call.kinds
    assert call.kinds in ([], ["PauseSpeech", "ResumeSpeech"])


def test_a_cough_pauses_and_the_bot_goes_on() -> None:
    call = Timeline()
    call.bot_speaks(10)
    call.quiet(2)
    call.noise(0.5)
    call.quiet(3)
    assert call.kinds == ["PauseSpeech", "ResumeSpeech"]


def test_music_in_the_background_does_not_keep_the_bot_silent() -> None:
    call = Timeline()
    call.bot_speaks(30)
    call.quiet(1)
    call.noise(12)
    assert call.kinds[:2] == ["PauseSpeech", "ResumeSpeech"]
    assert call.at(ResumeSpeech)[0] - call.at(PauseSpeech)[0] < 2.1
    # It is known as noise now: one pause, not one after another.
    assert len(call.at(PauseSpeech)) == 1


def test_words_over_music_still_interrupt() -> None:
    call = Timeline()
    call.bot_speaks(30)
    call.noise(2.3)
    call.says("请转人工服务", 1.0)
    call.quiet(2)
    assert "DropSpeech" in call.kinds
    assert call.turns == ["请转人工服务"]


def test_yes_at_the_end_of_a_question_is_its_answer() -> None:
    """He answers before the last word of "...对吗" has been played."""
    call = Timeline()
    call.bot_speaks(3, Expecting.CONFIRMATION)
    call.quiet(1.9)
    call.says("对", 0.25)
    call.quiet(3)
    assert call.turns == ["对"]


def test_yes_in_the_middle_of_an_explanation_is_not_an_answer() -> None:
    call = Timeline()
    call.bot_speaks(8, Expecting.CONFIRMATION)
    call.quiet(1)
    call.says("对", 0.25)
    call.quiet(8)
    assert call.turns == []


def test_mm_is_an_answer_to_a_yes_or_no_question() -> None:
    call = Timeline()
    call.bot_speaks(1, Expecting.CONFIRMATION)
    call.quiet(1.5)
    call.says("嗯", 0.4)
    call.quiet(2)
    assert call.turns == ["嗯"]


def test_a_caller_who_only_says_mm_is_encouraged_and_then_gets_a_human() -> None:
    call = Timeline()
    call.bot_speaks(1)
    call.quiet(1.2)
    for _ in range(3):
        call.says("嗯", 0.4)
        call.quiet(5.5)
    assert call.turns == []
    assert prompts(call) == [Prompt.ENCOURAGE, Prompt.ENCOURAGE]
    assert call.of(CallHuman) == [CallHuman(reason=HumanReason.UNCLEAR)]


def test_silence_is_asked_about_twice_then_goodbye() -> None:
    call = Timeline()
    call.bot_speaks(1)
    call.quiet(40)
    assert call.kinds == ["Say", "Say", "SayGoodbye"]
    assert prompts(call) == [Prompt.SILENT, Prompt.SILENT]
    first, second = call.at(Say)
    assert first == pytest.approx(7.0, abs=0.1)
    # Counted from the end of the prompt.
    assert second - first == pytest.approx(7.1, abs=0.1)


def test_an_answer_makes_us_patient_again() -> None:
    call = Timeline()
    call.quiet(14)
    assert len(call.at(Say)) == 2
    call.says("我想问社保卡", 1.5)
    call.quiet(1.5)
    call.bot_speaks(1)
    call.quiet(8)
    assert len(call.at(Say)) == 3
    assert not call.at(SayGoodbye)


@pytest.mark.parametrize("burst", [0.5, 3.0, 30.0])
def test_crying_and_noise_lead_to_a_human_never_to_goodbye(burst: float) -> None:
    call = Timeline()
    call.bot_speaks(1)
    call.quiet(1.2)
    while call.now < 60 and not call.at(CallHuman):
        call.noise(burst)
        call.quiet(1.5)
    assert Prompt.UNCLEAR in prompts(call)
    assert call.of(CallHuman) == [CallHuman(reason=HumanReason.UNCLEAR)]
    assert not call.at(SayGoodbye)


def test_who_talks_on_is_cut_at_pauses_hears_that_we_listen_and_gives_one_turn() -> None:
    call = Timeline()
    for _ in range(10):
        call.says("他们每天晚上施工到很晚而且", 4.0)
        call.quiet(0.4)
    call.says("请管一管吧", 1.0)
    call.quiet(3)
    assert Prompt.ACKNOWLEDGE in prompts(call)
    assert call.turns == ["他们每天晚上施工到很晚而且" * 10 + "请管一管吧"]


def test_who_never_stops_is_answered_and_cannot_talk_the_answer_down() -> None:
    call = Timeline()
    while not call.turns:
        call.says("这个事情我跟你们反映过很多次了都没有人来管", 5.0)
        assert call.now < 100
    assert call.rules.may_speak
    dropped = len(call.at(DropSpeech))
    call.bot_speaks(6)
    call.says("你听我把话说完我还没有讲完呢", 4.0)
    assert len(call.at(DropSpeech)) == dropped
    assert not call.at(PauseSpeech)
    # After a breath he may interrupt again.
    call.quiet(0.4)
    call.says("不是你说的那样", 1.0)
    assert len(call.at(DropSpeech)) == dropped + 1


def test_two_people_talking_are_one_turn() -> None:
    call = Timeline()
    call.says("你跟他说是三号楼", 1.5)
    call.quiet(0.3)
    call.says("不对是四号楼", 1.2)
    call.quiet(0.3)
    call.says("三号楼的电梯坏了", 1.5)
    call.quiet(2)
    assert call.turns == ["你跟他说是三号楼不对是四号楼三号楼的电梯坏了"]


def test_who_goes_on_before_his_words_are_final_gives_one_turn() -> None:
    call = Timeline(final_delay_s=0.6)
    call.says("楼上漏水了", 1.0)
    call.quiet(0.6)
    call.says("漏到我家客厅", 1.2)
    call.quiet(3)
    assert call.turns == ["楼上漏水了漏到我家客厅"]


def test_a_recogniser_that_never_finishes_is_taken_at_its_last_partial() -> None:
    call = Timeline(final_delay_s=1000)
    call.says("路灯坏了", 1.0)
    call.quiet(10)
    assert call.turns == ["路灯坏了"]


def test_a_final_that_comes_too_late_is_not_said_twice() -> None:
    rules = TurnTaking(0.0)
    rules.receive(Partial(text="路灯坏了"), 0.1)
    commands = [c for i in range(300) for c in rules.receive(Tick(), 0.2 + i * 0.05)]
    assert [c for c in commands if isinstance(c, TakeTurn)] == [TakeTurn(text="路灯坏了")]
    assert rules.receive(Final(text="路灯坏了", answers=1), 16.0) == []
    commands = [c for i in range(100) for c in rules.receive(Tick(), 16.1 + i * 0.02)]
    assert not [c for c in commands if isinstance(c, TakeTurn)]


def test_a_slow_bot_asks_for_patience_once() -> None:
    call = Timeline(auto_answered=False)
    call.says("我要查工单进度", 1.2)
    call.quiet(15)
    assert prompts(call) == [Prompt.WAIT]


def test_okay_while_the_bot_works_is_no_turn_of_its_own() -> None:
    """It could confirm an order that nobody meant to confirm."""
    call = Timeline(auto_answered=False)
    call.says("我要投诉物业", 1.2)
    call.quiet(1.5)
    call.says("好的", 0.4)
    call.quiet(2)
    assert call.turns == ["我要投诉物业"]


def test_key_0_calls_a_human_at_once_also_while_the_bot_speaks() -> None:
    call = Timeline()
    call.bot_speaks(10)
    call.quiet(1)
    call.feed(Digit(digit="0"))
    assert call.kinds == ["DropSpeech", "CallHuman"]
    assert call.of(CallHuman) == [CallHuman(reason=HumanReason.KEY)]


def test_key_0_while_a_number_is_wanted_is_a_human_only_if_no_digit_follows() -> None:
    call = Timeline()
    call.bot_speaks(1, Expecting.NUMBER)
    call.quiet(1.2)
    call.feed(Digit(digit="0"))
    assert not call.at(CallHuman)
    call.quiet(2)
    assert len(call.at(CallHuman)) == 1


def test_keys_make_a_number() -> None:
    call = Timeline()
    call.bot_speaks(1, Expecting.NUMBER)
    call.quiet(1.2)
    for digit in "05718765":
        call.feed(Digit(digit=digit))
        call.quiet(0.5)
    call.feed(Digit(digit="*"))
    for digit in "057187654321":
        call.feed(Digit(digit=digit))
        call.quiet(0.5)
    call.quiet(4)
    assert call.of(TakeTurn) == [TakeTurn(text="057187654321", keys=True)]


def test_hash_ends_the_keys_at_once() -> None:
    call = Timeline()
    for digit in "13800138000#":
        call.feed(Digit(digit=digit))
    assert call.turns == ["13800138000"]


def test_who_waits_for_a_human_is_asked_nothing() -> None:
    call = Timeline()
    call.feed(Hold(on=True))
    call.quiet(60)
    assert call.kinds == []
    call.feed(Hold(on=False))
    call.quiet(7)
    assert len(call.at(Say)) == 1


def test_what_must_be_heard_is_not_interrupted_but_the_caller_is_heard_too() -> None:
    call = Timeline()
    call.bot_speaks(8, interruptible=False)
    call.says("着火了在和平路", 1.5)
    call.quiet(2)
    assert call.kinds == ["TakeTurn"]


def test_the_last_words_before_hanging_up_are_kept() -> None:
    call = Timeline()
    call.says("门牌是十二号", 1.2)
    call.quiet(0.2)
    call.feed(HungUp())
    assert call.turns == ["门牌是十二号"]
    call.quiet(30)
    assert call.kinds == ["TakeTurn"]


def test_the_answer_waits_until_the_caller_has_finished() -> None:
    call = Timeline()
    assert call.rules.may_speak
    call.says("还有一件", 1.0)
    assert not call.rules.may_speak
    call.quiet(2)
    assert call.rules.may_speak


def test_time_cannot_go_backwards() -> None:
    rules = TurnTaking(5.0)
    with pytest.raises(ValueError, match="backwards"):
        rules.receive(Tick(), 4.0)


@pytest.mark.parametrize("bad", [{"silence_s": 0}, {"stop_complete_s": 2.0}, {"barge_in_s": 0.1}])
def test_senseless_times_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        TurnTimes(**bad)  # type: ignore[arg-type]


def test_speech_end_without_speech_does_nothing() -> None:
    rules = TurnTaking(0.0)
    assert rules.receive(SpeechEnded(), 1.0) == []
    assert rules.receive(Voice(active=False), 1.0) == []

"""The caller hears when the hotline speaks, and keeps both sides in time."""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

import numpy as np
import pytest

from cli.simulator import demo
from cli.simulator.asterisk_client import HeardFrame
from cli.simulator.caller import Caller
from cli.simulator.citizen import (
    ELSE,
    OPENING,
    WANTS_HUMAN,
    WRONG_PHONE,
    WRONG_PLACE,
    WRONG_TYPE,
    Citizen,
    Stage,
    lines,
)
from cli.simulator.report import CallBook
from desk.conversations import Message
from tests.waiting import until

RATE_HZ = 8000
TONE = (np.sin(np.arange(160) * 0.3) * 8000).astype("<i2").tobytes()
SILENCE = bytes(320)


class FakeClient:
    rate_hz = RATE_HZ

    def __init__(self) -> None:
        self.heard: list[HeardFrame] = []
        self.hung_up = asyncio.Event()
        self.said = b""

    async def say(self, pcm: bytes) -> None:
        self.said += pcm

    async def hang_up(self) -> None:
        self.hung_up.set()

    def sound(self, pcm: bytes) -> None:
        self.heard.append(HeardFrame(at_s=time.monotonic(), pcm=pcm))


async def test_an_answer_is_over_when_the_hotline_has_spoken_and_fallen_silent() -> None:
    client = FakeClient()
    caller = Caller(client)
    listening = asyncio.create_task(caller.listen())
    # The greeting that came before his words is no answer to them.
    client.sound(TONE)
    assert await caller.until_answered(0.1, 30)
    await caller.say(b"\1\0" * 80, "你好")
    answered = asyncio.create_task(caller.until_answered(0.5, 30))
    client.sound(SILENCE)
    await caller.until(lambda: answered.done(), 0.2)
    assert not answered.done()
    client.sound(TONE)
    assert await answered
    await caller.hang_up()
    await listening
    kinds = [event.kind for event in caller.events]
    assert kinds == [
        "hotline_speaks", "hotline_stops", "caller_speaks", "caller_stops",
        "hotline_speaks", "hotline_stops", "caller_hung_up", "hotline_hung_up",
    ]  # fmt: skip
    assert [event.after_s is not None for event in caller.events if event.kind == "hotline_speaks"] == [
        False,
        True,
    ]


async def test_a_hotline_that_hangs_up_is_not_waited_for() -> None:
    client = FakeClient()
    caller = Caller(client)
    listening = asyncio.create_task(caller.listen())
    client.hung_up.set()
    assert not await caller.until_answered(0.1, 3600)
    await listening


async def test_both_sides_lie_where_they_were_heard() -> None:
    client = FakeClient()
    caller = Caller(client)
    began = time.monotonic()
    client.heard = [HeardFrame(at_s=began + 1.0, pcm=TONE)]
    both = np.frombuffer(caller.stereo(), "<i2").reshape(-1, 2)
    assert not both[:, 0].any()
    assert abs(np.flatnonzero(both[:, 1])[0] / RATE_HZ - 1.0) < 0.3


def test_the_citizen_complains_answers_the_last_question_and_asks_for_a_person() -> None:
    citizen = Citizen()
    assert citizen.answer("您好，请问有什么可以帮您？", registered=False) == OPENING[0]
    assert citizen.answer("已经记下地址。请问您的联系电话是多少？", registered=False) == (
        "我的手机号码是，一三九，五六七八，一二三四。"
    )
    assert citizen.answer("电话是一三九。以上内容对吗？", registered=False) == "对，没有问题，请您提交吧。"
    assert citizen.answer("好的。", registered=False) == ELSE[0]
    assert citizen.answer("您的工单号是二六一一二二。", registered=True) == WANTS_HUMAN[0]
    assert citizen.answer("", registered=True, handed=True) is None
    assert citizen.stage is Stage.WAITS_FOR_HUMAN


def test_a_citizen_who_was_not_understood_says_it_in_other_words() -> None:
    citizen = Citizen()
    citizen.answer("您好，请问有什么可以帮您？", registered=False)
    # Only a prompt was heard, which is in no transcript.
    assert citizen.answer("", registered=False) == OPENING[1]
    first = citizen.answer("请问您贵姓？", registered=False)
    second = citizen.answer("抱歉，我没听明白。请问您贵姓？", registered=False)
    assert first != second
    assert first is not None and second is not None and "姓李" in first and "姓李" in second


@pytest.mark.parametrize(
    ("read_back", "answer"),
    [
        ("跟您核对一下电话:139 5678 1243,对吗?", WRONG_PHONE[0]),
        ("好的,电话记为 139 5678 1243。跟您核对一下电话:139 5678 1234,对吗?", "对，没有问题，请您提交吧。"),
        ("您要投诉的是:垃圾没人清理,地点在和平路,联系电话139 5678 1234。对吗?", WRONG_PLACE[0]),
        ("您要求助的是:垃圾没人清理,地点在东湖区和平路88号,联系电话139 5678 1234。对吗?", WRONG_TYPE[0]),
        (
            "您要投诉的是:垃圾没人清理,地点在东湖区和平路88号,联系电话139 5678 1234。对吗?",
            "对，没有问题，请您提交吧。",
        ),
        ("您11月23日反映过类似的问题。您要催办、补充,还是新登记一件?", "这是另外一件事，请重新登记。"),
    ],
)
def test_what_is_read_back_wrong_is_corrected(read_back: str, answer: str) -> None:
    citizen = Citizen()
    citizen.answer("您好，请问有什么可以帮您？", registered=False)
    assert citizen.answer(read_back, registered=False) == answer


def test_a_citizen_who_was_taken_for_somebody_else_says_again_what_he_came_for() -> None:
    citizen = Citizen()
    citizen.answer("您好，请问有什么可以帮您？", registered=False)
    assert citizen.answer("您是想问垃圾分类怎么投诉,还是垃圾清运?", registered=False) == OPENING[1]
    # An article that names what to have ready asks for nothing.
    assert citizen.answer("打12345说清地点和堆了多久。", registered=False) == OPENING[0]
    citizen.answer("请问您贵姓？", registered=False)
    assert citizen.answer("好的。", registered=False) == ELSE[0]
    assert citizen.answer("不客气。还有什么可以帮您?", registered=False) == OPENING[1]


def test_a_citizen_gives_up_where_no_person_is() -> None:
    citizen = Citizen()
    asked = [citizen.answer("现在没有坐席在线。", registered=True) for _ in range(4)]
    assert asked == [*WANTS_HUMAN, None]


def test_everything_that_the_citizen_says_is_rendered_before() -> None:
    citizen, rendered = Citizen(), set(lines())
    questions = (
        "您好",
        "请问贵姓？",
        "请问贵姓？",
        "请问地址是哪里？",
        "请问什么时候？",
        "需要保密吗？",
        "还有补充吗？",
        "嗯",
    )
    assert {citizen.answer(question, registered=False) for question in questions} <= rendered
    assert citizen.answer("好", registered=True) in rendered


class EmptyBook:
    """Nothing is ever written."""

    owner = ""
    registered = False

    def messages(self, _after: int) -> list[Message]:
        return []


async def test_he_interrupts_the_first_words_that_last() -> None:
    client = FakeClient()
    caller = Caller(client)
    listening = asyncio.create_task(caller.listen())
    voice = dict.fromkeys(lines(), b"\1\0" * 80)
    book = cast(CallBook, cast(Any, EmptyBook()))
    client.sound(TONE)
    playing = asyncio.create_task(demo.play(caller, book, voice, 0.1, interrupts=2))

    def spoken() -> int:
        return [event.kind for event in caller.events].count("caller_speaks")

    await until(lambda: spoken() == 1)
    # Too short to be interrupted: he hears it out.
    client.sound(TONE)
    await until(lambda: spoken() == 2)
    assert caller.events[-3].kind == "hotline_stops"
    while spoken() == 2:
        client.sound(TONE)
        await asyncio.sleep(0.02)
    assert caller.hotline_speaks
    await caller.hang_up()
    await asyncio.gather(playing, listening)

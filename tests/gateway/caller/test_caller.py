"""The caller hears when the hotline speaks, and keeps both sides in time."""

from __future__ import annotations

import asyncio
import time

import numpy as np

from gateway.caller.caller import Caller
from gateway.caller.citizen import ELSE, OPENING, WANTS_HUMAN, Citizen, Stage, lines
from gateway.channels.phone.asterisk_client import Heard

RATE_HZ = 8000
TONE = (np.sin(np.arange(160) * 0.3) * 8000).astype("<i2").tobytes()
SILENCE = bytes(320)


class FakeClient:
    rate_hz = RATE_HZ

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.hung_up = asyncio.Event()
        self.said = b""

    async def say(self, pcm: bytes) -> None:
        self.said += pcm

    async def hang_up(self) -> None:
        self.hung_up.set()

    def sound(self, pcm: bytes) -> None:
        self.heard.append(Heard(at_s=time.monotonic(), pcm=pcm))


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
    client.heard = [Heard(at_s=began + 1.0, pcm=TONE)]
    both = np.frombuffer(caller.stereo(), "<i2").reshape(-1, 2)
    assert not both[:, 0].any()
    assert abs(np.flatnonzero(both[:, 1])[0] / RATE_HZ - 1.0) < 0.3


def test_the_citizen_complains_answers_the_last_question_and_asks_for_a_person() -> None:
    citizen = Citizen()
    assert citizen.answer("您好，请问有什么可以帮您？", registered=False) == OPENING[0]
    assert citizen.answer("已经记下地址。请问您的联系电话是多少？", registered=False) == (
        "我的电话是，幺三八，零零零零，幺二三四。"
    )
    assert citizen.answer("电话是一三八。以上内容对吗？", registered=False) == "对，没有问题，就是这样。"
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

"""Several matters in one message: what is counted is told apart, what belongs together stays together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desk.orders.drafting.matters import another_matter, matters_of
from desk.orders.drafting.turn import Turn
from language.reading import Reading, ReadSpan

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def told(words: str) -> list[str]:
    return [matter.words.strip(" ，,；;。") for matter in matters_of(Turn(words, 1, NOW))]


@pytest.mark.parametrize(
    ("words", "matters"),
    [
        (
            "我有两件事，第一件是我们楼道灯坏了，第二件是门口垃圾没人清。",
            ["我们楼道灯坏了", "门口垃圾没人清"],
        ),
        ("两个问题要反映 一个是小区门口路灯不亮 另一个是广场舞太吵", ["小区门口路灯不亮", "广场舞太吵"]),
        ("我要说两个事：1、3栋电梯坏了 2、物业费乱涨", ["3栋电梯坏了", "物业费乱涨"]),
        ("有两件事哈，头一件楼上漏水，还有一件是楼下烧烤店油烟", ["楼上漏水", "楼下烧烤店油烟"]),
        ("第一件事，公交站牌倒了；第二件事，旁边工地半夜施工", ["公交站牌倒了", "旁边工地半夜施工"]),
        (
            "三个事儿：第一，电梯老停；第二，楼道堆杂物；第三，路灯不亮",
            ["电梯老停", "楼道堆杂物", "路灯不亮"],
        ),
        (
            "我是湖滨一村5幢的，反映两个问题，第一个电梯老是关人，第二个地下车库漏水",
            ["我是湖滨一村5幢的，电梯老是关人", "我是湖滨一村5幢的，地下车库漏水"],
        ),
    ],
)
def test_what_is_counted_is_told_apart(words: str, matters: list[str]) -> None:
    assert told(words) == matters


@pytest.mark.parametrize(
    "words",
    [
        "第一点噪音大，第二点油烟大",
        "两个原因，一是他们不开灯，二是没人管",
        "我家有两个孩子，一个上小学，另一个上幼儿园，学校乱收费",
        "第一次是上周，第二次是昨天，楼上都漏水",
        "我有两件事要反映",
        "楼下烧烤店油烟大，还有噪音",
        "电梯坏了，另外物业电话也打不通",
        "1楼和2楼的灯都坏了",
        "我想问两个问题，第一个是公积金怎么提，第二个是要多久？",
    ],
)
def test_one_matter_stays_whole(words: str) -> None:
    assert told(words) == [words]


def test_what_was_read_moves_along_with_its_words() -> None:
    words = "我是湖滨一村5幢的，两件事，第一件电梯坏了，第二件是云顶健身房太吵"
    spans = (
        ReadSpan("place", words.index("湖滨"), words.index("的，"), 0.9),
        ReadSpan("subject", words.index("云顶"), words.index("太吵"), 0.9),
    )
    first, second = matters_of(Turn(words, 1, NOW, reading=Reading({"details": 1.0}, spans)))
    assert [(s.label, s.of(first.text)) for s in first.reading.spans] == [("place", "湖滨一村5幢")]
    assert [(s.label, s.of(second.text)) for s in second.reading.spans] == [
        ("place", "湖滨一村5幢"),
        ("subject", "云顶健身房"),
    ]


@pytest.mark.parametrize(
    ("words", "matter"),
    [
        ("还有一件事,我们那边路灯也坏了", "我们那边路灯也坏了"),
        ("对了还有一个事儿 那个铁道口边上的垃圾也没人收", "那个铁道口边上的垃圾也没人收"),
        ("第二件事是门口的井盖翘起来了", "门口的井盖翘起来了"),
        ("再说一个事 巷口公厕夜里锁门", "巷口公厕夜里锁门"),
    ],
)
def test_another_matter_in_the_middle_of_one(words: str, matter: str) -> None:
    found = another_matter(Turn(words, 1, NOW))
    assert found is not None and found.words == matter


@pytest.mark.parametrize(
    "words",
    [
        "还有个要求 别让刘胜晓得",
        "另外电梯也三天没修好了",
        "还有一点，他们态度很差",
        "另外一个问题就是他们还占道",
        "还有一件事，就是这事要多久？",
        "还有一件事",
    ],
)
def test_more_of_the_same_is_no_other_matter(words: str) -> None:
    assert another_matter(Turn(words, 1, NOW)) is None

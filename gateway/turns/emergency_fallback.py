"""Says the emergency numbers when the bot itself cannot answer.

The bot has better rules; these few words only guard the minutes in which it is down. Too often is fine here: next to
an apology the numbers harm nobody, while their absence might.
"""

from __future__ import annotations

import re

from danger.advice import advice_book
from danger.english import english_danger

_FIRE = ("119", "火警、救援")
_POLICE = ("110", "报警")
_AMBULANCE = ("120", "急救")

_WORDS: tuple[tuple[re.Pattern[str], tuple[tuple[str, str], ...]], ...] = (
    (re.compile(r"着火|起火|失火|火灾|着起来|烧起来|冒浓烟|爆炸"), (_FIRE,)),
    (re.compile(r"(?:煤气|燃气|天然气|液化气|瓦斯).{0,6}(?:泄漏|泄露|漏|味)|(?:泄漏|泄露|漏|闻到).{0,4}(?:煤气|燃气|天然气)"), (_FIRE,)),
    (re.compile(r"被困|困在|塌了|坍塌|埋在|掉(?:进|到).{0,4}(?:井|河|水)"), (_FIRE, _AMBULANCE)),
    (re.compile(r"救命|快死|要死人|死人了|出人命"), (_POLICE, _AMBULANCE)),
    (
        re.compile(r"自杀|轻生|不想活|活不下去|想死|跳楼|跳河|割腕|上吊|喝农药|服毒"),
        (_AMBULANCE, _POLICE),
    ),
    (re.compile(r"昏迷|晕倒|昏倒|没有?呼吸|没气了|心脏病|心梗|中风|大出血|血流|流了?好多血|触电|溺水|中毒|抽搐|车祸"), (_AMBULANCE,)),
    (re.compile(r"杀人|砍人|捅人|持刀|拿刀|抢劫|绑架|拐卖|强奸|家暴|打死|入室|正在打人|被人打|劫持"), (_POLICE,)),
)  # fmt: skip


def emergency_numbers(text: str) -> tuple[tuple[str, str], ...]:
    """(number, Chinese label) pairs to say for `text`, most urgent first; empty if it sounds like no danger."""
    found: dict[str, str] = {}
    for pattern, numbers in _WORDS:
        if pattern.search(text):
            for number, label in numbers:
                found.setdefault(number, label)
    english = english_danger(text)
    return tuple(found.items()) or (advice_book().of(english).numbers if english else ())

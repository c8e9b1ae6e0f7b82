"""False starts of who searches for a name while speaking: 刘 刘什么芳 刘桂芳 对 刘桂芳 names 刘桂芳."""

from __future__ import annotations

import re

_HAN = r"[\u4e00-\u9fff]"
# A false start begins a clause, or stands behind what leads to a name: 康乐颐养院,院长姓路 holds none.
_BEGINS = rf"(?:(?<!{_HAN})|(?<=[的是叫姓写]))"
_PAUSE = r"[\s,，、…。]+"
_FALSE = (
    # 刘 刘什么芳, 飞达 飞达快递: begun, and begun anew. 游，游泳的游 says which character it is; 我姓沈，沈一鸣 says it whole.
    re.compile(
        rf"{_BEGINS}(?<!姓)(?P<begun>{_HAN}{{1,4}}){_PAUSE}(?=(?P=begun){_HAN})(?!(?P=begun){_HAN}{{1,6}}(?P=begun)(?!{_HAN}))"
    ),
    # 刘什么芳 刘桂芳: the part that is searched for.
    re.compile(rf"{_BEGINS}(?P<begun>{_HAN})(?:什么|啥)(?:来着)?{_HAN}{{0,2}}{_PAUSE}(?=(?P=begun){_HAN})"),
)
# 刘桂芳 对 刘桂芳: said once more, when it was found.
_FOUND = re.compile(
    rf"(?P<name>{_HAN}{{2,8}})(?P<again>{_PAUSE}(?:对对?|嗯|是的?|就是|没错){_PAUSE}(?P=name))"
)


def without_false_starts(words: str) -> str:
    """The words with commas in place of false starts, so that offsets stay true.

    >>> without_false_starts("写的刘 刘什么芳 刘桂芳 对 刘桂芳")
    '写的，，，，，，，刘桂芳，，，，，，'
    """
    for false in _FALSE:
        words = false.sub(lambda found: "，" * len(found.group()), words)
    return _FOUND.sub(lambda found: found["name"] + "，" * len(found["again"]), words)

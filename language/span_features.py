"""Features of each character for the span tagger: its neighbours, its class, patterns around it, and what was
asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from language.times import find_time

_HAN_DIGITS = "零〇一二两三四五六七八九十百千幺洞拐勾"
_PLACE_ENDS = re.compile(
    r"(?:大道|大街|胡同|小区|花园|家园|新村|公寓|社区|广场|市场|商场|超市|学校|小学|中学|幼儿园|医院|公园|地铁站|车站|单元|号楼"
    r"|[路街巷弄村镇乡区县市栋幢座楼层室号院里苑城庄屯湾桥站口门店厂园])"
)
_PATTERNS = (
    ("place", _PLACE_ENDS),
    (
        "side",
        re.compile(
            r"对面|旁边|隔壁|附近|门口|楼下|楼上|后面|前面|路口|交叉口|拐角|往[东南西北]|靠近|挨着|中间|里头|边上"
        ),
    ),
    ("phone", re.compile(rf"(?:[0-9{_HAN_DIGITS}][ -]?){{7,}}")),
    ("order", re.compile(r"(?i)MZ\s*\d+|\d{12,}")),
    (
        "firm",
        re.compile(
            r"公司|物业|饭店|酒店|餐厅|火锅店|烧烤|超市|健身房|银行|学校|医院|幼儿园|驾校|中介|开发商|工地|老板|房东|单位|主任|村长|书记|城管|医生|老师|司机"
        ),
    ),
    (
        "wish",
        re.compile(r"希望|要求|能不能|请你们|麻烦你们|赶紧|尽快|给我们?|让他们?|叫他们?|把.{1,10}[了掉开走]"),
    ),
    ("name", re.compile(r"我姓|免贵姓|姓|我叫|叫我|名字叫|我是|本人|称呼我?")),
    ("not", re.compile(r"不是|不对|错了|应该是|改成|换成")),
)
_NAME_LEAD = re.compile(r"(?:我姓|免贵姓|姓|我叫|叫我|名字叫|我是|本人|叫)$")
_PLACE_LEAD = re.compile(r"(?:在|是|住|到|从|就|位于|地址|地点|位置)$")
_WINDOW = 3


def features(text: str, expecting: str) -> list[list[str]]:
    """One list of features for each character of `text`."""
    marks = _marks(text)
    rows = []
    for place in range(len(text)):
        row = [f"bias|{expecting}", *_around(text, place), *marks[place]]
        if place < 3:
            row.append(f"start{place}|{expecting}")
        if len(text) - place <= 2:
            row.append(f"end{len(text) - place}|{expecting}")
        row.append(f"length{min(len(text) // 6, 6)}|{expecting}")
        before = text[max(0, place - 4) : place]
        if _NAME_LEAD.search(before):
            row.append("after_name")
        if _PLACE_LEAD.search(before):
            row.append("after_place")
        rows.append(row)
    return rows


def _around(text: str, place: int) -> Iterator[str]:
    for step in range(-_WINDOW, _WINDOW + 1):
        char = _char(text, place + step)
        yield f"{step}{char}"
        if abs(step) <= 2:
            yield f"k{step}{_kind(char)}"
    for step in range(-2, 2):
        yield f"b{step}{_char(text, place + step)}{_char(text, place + step + 1)}"
    yield f"t{_char(text, place - 1)}{_char(text, place)}{_char(text, place + 1)}"


def _char(text: str, place: int) -> str:
    if not 0 <= place < len(text):
        return "⊥"
    return "0" if text[place].isdigit() and text[place].isascii() else text[place]


def _kind(char: str) -> str:
    if char in "0" or char in _HAN_DIGITS:
        return "d"
    if char in "⊥ \t":
        return "_"
    if char.isascii() and char.isalpha():
        return "a"
    return "h" if char.isalpha() else "p"


def _marks(text: str) -> list[list[str]]:
    marks: list[list[str]] = [[] for _ in text]
    found = [(name, m.start(), m.end()) for name, pattern in _PATTERNS for m in pattern.finditer(text)]
    time = find_time(text)
    if time is not None:
        found.append(("time", time.start, time.end))
    for name, start, end in found:
        for place in range(start, min(end, len(text))):
            marks[place].append(f"in_{name}{'B' if place == start else 'I'}")
        if end < len(text):
            marks[end].append(f"past_{name}")
        for ahead in range(1, 5):
            if start - ahead >= 0:
                marks[start - ahead].append(f"near_{name}{ahead}")
    return marks

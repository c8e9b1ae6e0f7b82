"""A place in the citizen's own words: tidied for reading, never cut to what the parser knows."""

from __future__ import annotations

import re
from dataclasses import replace

from desk.places.address import parse_address
from desk.places.gazetteer import Gazetteer
from desk.places.names import HAN
from desk.places.place import Place
from language.numerals import approximate_number, arabic

# Confidence of words that the parser could not read: keep them, and let somebody look.
UNREAD_CONFIDENCE = 0.4

_FULL_WIDTH = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_FULL_WIDTH |= {0xFF03: 0x23, 0xFF0D: 0x2D, 0x2014: 0x2D, 0x2013: 0x2D}
_MARKS = re.compile(r"[\s,，;；。．!！?？…~～]+")
_NUMERALS = "零〇○一幺二两三四五六七八九十百千"
_DIGITS = "零〇幺一二三四五六七八九"
# A space stays where its neighbours would merge into one number or word: A3 5楼.
_SPACE = re.compile(rf"(?<=[0-9A-Za-z])\s+(?=[0-9A-Za-z])|(?<=[{_DIGITS}]{{2}})\s+(?=[{_DIGITS}]{{2}})")
# Numerals of doors become digits; those of names (三里亭, 湖滨一村), groups, phases and single floors stay words.
_DOOR = re.compile(
    rf"(?<![{_NUMERALS}第0-9])(?P<num>[{_NUMERALS}]+)(?=\s?(?:号(?!线|院线)|栋|幢|座(?!桥|山)|单元|门洞|弄|室|户(?!人)))"
    rf"|(?<![{_NUMERALS}第0-9])(?P<floor>[{_NUMERALS}]{{2,}})(?=\s?[楼层])"
    rf"|(?:(?<=[号栋幢座楼层元洞弄厦])|(?<=[号栋幢座楼层元洞弄厦][,，\s]))(?P<row>[{_DIGITS}]{{3,4}})(?![{_NUMERALS}0-9米块元年天个])"
    rf"|(?<![{_NUMERALS}0-9])(?P<alone>[{_DIGITS}]{{3,4}})$"
)
_LEAD = re.compile(
    r"(?:嗯+|呃+|额|哦+|噢|啊+|喂|那个(?=.)|这个(?=.)|那啥|就是说?|就(?![业医学餐])|对(?![面过门岸])|好的?(?=[,，])|是的?(?=[,，])"
    r"|(?:我家|我们?家?|人|家|住址|具体)?(?:就)?(?:住(?!址)在?|是在|位于)|(?:我家?|我们|人|家|店|地方|具体|应该|大概|好像|可能)?在(?![建校外家职线编野])"
    r"|(?:具体|发生|详细|事发|家庭)?(?:地址|住址|地点|位置|地方)(?:就?是|在|填|写|啊|嘛|呢|[:：])*|(?:应该|好像|大概|可能|具体|还)?[是系](?!非)"
    r"|那?就?写(?![字意])|地处)(?:[,，:：\s]*)"
)
_TAIL = re.compile(
    r"[,，:\s]*(?:那里|那边|那儿|那块|这里|这边|这儿|这块|嗰度|呢度|[吧呢啊呀的噻嘛哦哈啦哪哇哟喔耶滴咧]|来着|谢谢)$"
)


def as_said(words: str) -> str:
    """The stretch as it is shown: without lead-ins and tails, door numerals in digits, spaces closed, nothing else
    changed.

    >>> as_said("就在 华源上海城三栋 那边"), as_said("老供销社对面那栋 一楼 挨到卖豆花饭那家")
    ('华源上海城3栋', '老供销社对面那栋一楼挨到卖豆花饭那家')
    """
    said = words.translate(_FULL_WIDTH).strip()
    said = _SPACE.sub("\0", said)
    said = re.sub(r"[ \t\u3000\n\r]+", "", _MARKS.sub(_mark, said)).replace("\0", " ").strip("，、 ")
    said = _without_edges(said)
    return _DOOR.sub(_in_digits, said)


def place_said(words: str, gazetteer: Gazetteer | None = None) -> Place:
    """The place in a stretch that is a place: everything as said, with the parts that the parser finds."""
    said = as_said(words)
    if not said:
        return Place()
    found = parse_address(said, gazetteer)
    return replace(found, said=said, text=words.strip(), confidence=found.confidence or UNREAD_CONFIDENCE)


def _mark(found: re.Match[str]) -> str:
    return "" if not found.group().strip() else "，"


def _without_edges(said: str) -> str:
    """Strip lead-ins, which come in rows (嗯,就是在…), but never the whole place."""
    while (lead := _LEAD.match(said)) and lead.end() < len(said):
        said = said[lead.end() :]
    while (
        (tail := _TAIL.search(said))
        and tail.start() > 1
        and re.search(rf"[{HAN}0-9A-Za-z]", said[: tail.start()])
    ):
        said = said[: tail.start()]
    return said.strip("，、: ")


def _in_digits(found: re.Match[str]) -> str:
    numeral = found["num"] or found["floor"] or found["row"] or found["alone"] or ""
    if found["num"] and approximate_number(numeral):
        # 五六号楼 is two buildings or a guess, never number 56.
        return numeral
    return arabic(numeral)

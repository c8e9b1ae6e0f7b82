"""Finds named places in a text: those of the gazetteer, and others by the endings of Chinese names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from desk.places.gazetteer import Entry, Gazetteer

# Includes the rare characters of place names (䃥, 𠙶) outside the common block.
HAN = "\u3400-\u9fff\U00020000-\U0003ffff"


@dataclass(frozen=True, kw_only=True)
class Found:
    """One part of an address in the text. `entries` are the gazetteer's; empty for a name known by its ending only.

    `certainty` is 0 to 1: how sure we are that this is a place and that it is this one.
    """

    part: str
    value: str
    start: int
    end: int
    certainty: float
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Ending:
    part: str
    endings: str
    stem_max: int
    stem_min: int
    # Stems that turn the ending into an everyday word (马路, 小区 after 老旧); tested against the end of the stem.
    no_name: str
    # What may not follow: 路灯, 区别.
    not_before: str = ""


# A name does not reach left over these words.
_STOP_WORDS = (
    "投诉|举报|反映|反应|咨询|求助|登记|可以|是否|地处|配合|建议|导致|关于|经过|途经|叫做|做|使|就(?!业)|我们|你们|他们|人家|我家|我在|就在|住在|位于|地址|附近|旁边|对面|靠近|隔壁|门口|这边|那边|这里|那里|本人|现在|"
    "[在住是到从于的我你他她它们这那有去往叫跟被把让给离又还也都很太了着过吗呢吧啊嗯呃不没要想说问请每整满全各某哪走占堵修]"
)
_STOP = re.compile(_STOP_WORDS)
_ENDINGS = (
    _Ending(
        part="district", endings="自治县|新区|开发区", stem_max=5, stem_min=2,
        no_name="经济技术|高新技术|工业|旅游|整个|一个|几个|国家级|省级",
    ),
    _Ending(
        part="district", endings="区|县|旗", stem_max=5, stem_min=2,
        no_name="公司|经开|新|[小社地园民产禽景厂校片城市辖宅属活务发山郊学库病灾站政能业盲误老院专禁牧特战]|商业|本|乡|街|市直|各|个|州",
        not_before="别分域间长委里级下舰帜号杆",
    ),
    _Ending(part="street", endings="街道办事处|街道", stem_max=4, stem_min=2, no_name="区|大|社|属地|所属|乡镇"),
    _Ending(part="street", endings="镇|乡", stem_max=3, stem_min=2, no_name="[乡城村老家下冰集小]|古", not_before="镇村亲里下愁"),
    _Ending(
        part="road", endings="大道|大街|路|街|巷|胡同", stem_max=5, stem_min=1,
        no_name="[道马铁线电修走半一条门思迷短大小出同顺退绕赶逛上步行几让改网水陆套后活引带开公沿过车高速]|[班家学]|[天年月周日时]前|^[镇乡村县]|十字|丁字|三岔|交叉|环岛|人行|非机动车|主干|沿",
        not_before="灯面况程过由权障怒径人途道数子",
    ),
    _Ending(
        part="community",
        endings="小区|花园|家园|新村|公寓|花苑|嘉园|雅苑|名苑|佳苑|新苑|家属院|华府|公馆|新城|山庄|名邸|社区|宿舍",
        stem_max=8, stem_min=2,
        no_name="大|老旧|住宅|安置|封闭|高档|回迁|商品房|隔壁|老|新|个|里|员工|职工|学生|工地|集体|单位|人才|街道|智慧|所在|公租房|保障房|普通|美好|自己|一些|很多|多数|大型|附近的|附近|整个|城市|大学生|青年|廉租|棚户区|周边|动迁|外面|别的|其他|其它|拆迁|改造|商住|酒店式|农民|成熟|优质|绿色|文明|和谐|社",
    ),
)  # fmt: skip
_VILLAGE = re.compile(rf"[{HAN}]{{1,4}}?村(?!民|委|干|里人|长)")
_NUMERALS_ONLY = re.compile("[零一二两三四五六七八九十百几0-9]+")
# A bare alias (东湖 for 东湖区) also begins other words (东湖公园, 高新技术): it counts only before these.
_AFTER_ALIAS = re.compile(r"$|[\s,,。.;;、!!??的那这一边里市有]|(?=\0)")
# Cities whose names hold a stop word.
_CITY_WITH_STOP_WORD = re.compile("(?:成都|昌都|都匀|都江堰|太原|太仓)市$")
_NO_CITY = re.compile("(?:^.?[城超门夜菜集股楼地县本全我贸]|.{1,2}贸|^大都)市$")
_BESIDE_LANDMARK = re.compile(
    "的?[东南西北正侧后前]{0,2}(?:对面|斜对面|旁|隔壁|附近|门|口|边|里面|后面|前面|那边|这边)"
)
_UPPER = ("区", "县", "市", "省")
# A door ends what comes before a name: 66号[学府佳苑].
_DOOR_BEFORE = re.compile(r"(?<=[0-9A-Za-z一二三四五六七八九十])(?:号[院楼]?|栋|幢|座|弄|室|单元)")
# Remains of an upper level in front of a road: 门镇[运河北路], 发区[朝阳东路].
_UPPER_BEFORE = re.compile("(?<=.)[区县镇乡](?=..)")
_SECTION = re.compile("[东西南北中]?[一二三四五六1-6]段|[东西南北中]路")
_CITY = re.compile(
    rf"(?:[{HAN}]{{2,3}}(?:省|自治区))?[{HAN}]{{2,3}}市(?=[{HAN}]{{1,4}}(?:区|县|街道|镇|路)|\0)"
)


def find_names(text: str, gazetteer: Gazetteer) -> list[Found]:
    """Named places in the text, left to right, not overlapping."""
    found = list(_known_names(text, gazetteer))
    found += _other_cities(_blank(text, found))
    rest = _blank(text, found)
    for ending in _ENDINGS:
        named = list(_named_by_ending(rest, ending, gazetteer))
        found += named
        rest = _blank(rest, named)
    found += _villages(rest, found)
    return sorted(found, key=lambda part: part.start)


def _known_names(text: str, gazetteer: Gazetteer) -> Iterator[Found]:
    hits = list(gazetteer.occurrences(text))
    starts = {start for start, _, _ in hits}
    for start, end, entries in hits:
        name = text[start:end]
        exact = tuple(entry for entry in entries if entry.name == name)
        entries = exact or entries
        level = entries[0].level
        if not exact and level in ("city", "district", "street"):
            if end not in starts and not _AFTER_ALIAS.match(text, end):
                continue
        if not exact and level == "landmark" and not _at_landmark(text, start, end):
            continue
        # 和平路 inside 和平路小学 is still the road; 人民 inside 人民路二段 keeps its section.
        section = (
            re.compile("[东西南北中]?[一二三四1-4]?段|[东西南北中]路").match(text, end)
            if level == "road"
            else None
        )
        if section is not None:
            end = section.end()
        same = len({entry.name for entry in entries}) == 1
        value = (
            entries[0].name + text[end - len(section.group()) : end] if section and same else text[start:end]
        )
        if section is None and same:
            value = entries[0].name
        yield Found(part=level, value=value, start=start, end=end, certainty=0.95, entries=entries)


def _at_landmark(text: str, start: int, end: int) -> bool:
    """Whether a landmark is meant as a place: 市政府 is mostly somebody to complain to, but a place in 在市政府 and
    市政府门口."""
    return (
        bool(re.search("[在到去住从离于]$", text[:start]) or _BESIDE_LANDMARK.match(text, end))
        or len(text) <= 8
    )


def _named_by_ending(text: str, ending: _Ending, gazetteer: Gazetteer) -> Iterator[Found]:
    shortest = 0
    for match in re.finditer(ending.endings, text):
        if ending.not_before and re.match(f"[{ending.not_before}]", text[match.end() :]):
            continue
        first = max(shortest, match.start() - ending.stem_max)
        heard = _by_sound(text, first, match, ending.part, gazetteer)
        if heard is not None:
            shortest = match.end()
            yield heard
            continue
        start = trim(text, first, match.start())
        # Remains of an upper level that was not understood (A市...); only districts begin so (市中区).
        while ending.part != "district" and text[start : start + 1] in _UPPER and start < match.start():
            start += 1
        if ending.part == "road":
            for upper in _UPPER_BEFORE.finditer(text[start : match.start()]):
                start += upper.end()
                break
        stem = text[start : match.start()]
        if len(stem) < ending.stem_min or re.search(f"(?:{ending.no_name})$", stem):
            continue
        if _NUMERALS_ONLY.fullmatch(stem):
            continue
        section = _SECTION.match(text, match.end()) if ending.part == "road" else None
        shortest = section.end() if section else match.end()
        yield Found(part=ending.part, value=text[start:shortest], start=start, end=shortest, certainty=0.7)


def _by_sound(text: str, first: int, ending: re.Match[str], part: str, gazetteer: Gazetteer) -> Found | None:
    """A known name that was heard or typed with other characters: 河平路, 杏福里小区."""
    for start in range(first, ending.start()):
        candidate = text[start : ending.end()]
        if not re.fullmatch(f"[{HAN}]{{3,}}", candidate):
            continue
        entries = gazetteer.sounding_like(candidate, part)
        if entries:
            return Found(
                part=part,
                value=entries[0].name,
                start=start,
                end=ending.end(),
                certainty=0.8,
                entries=entries,
            )
    return None


def _other_cities(text: str) -> Iterator[Found]:
    for match in _CITY.finditer(text):
        whole = _CITY_WITH_STOP_WORD.search(match.group())
        start = match.start() + whole.start() if whole else trim(text, match.start(), match.end() - 1)
        name = text[start : match.end()]
        if len(name) > 2 and not _NO_CITY.search(name):
            yield Found(part="city", value=name, start=start, end=match.end(), certainty=0.7)


def _villages(text: str, found: list[Found]) -> list[Found]:
    """Villages. 村 is a common word and names a place only right after a town."""
    ends = {part.end for part in found if part.part in ("street", "district")}
    return [
        Found(part="community", value=match.group(), start=match.start(), end=match.end(), certainty=0.7)
        for match in (_VILLAGE.match(text, end) for end in ends)
        if match is not None
    ]


def trim(text: str, first: int, last: int) -> int:
    """The earliest start, not before `first`, of a name that ends at `last`."""
    # A stop word that begins before the stem ends in it: 实名举|报青桐镇.
    before = max(0, first - 1)
    start = first
    for match in re.finditer(rf"{_STOP_WORDS}|[^{HAN}]", text[before:last]):
        start = max(start, before + match.end())
    for door in _DOOR_BEFORE.finditer(text, first, last):
        start = max(start, door.end())
    return start


def _blank(text: str, found: list[Found]) -> str:
    """The text with found stretches made unreadable, at the same length."""
    chars = list(text)
    for part in found:
        chars[part.start : part.end] = "\0" * (part.end - part.start)
    return "".join(chars)

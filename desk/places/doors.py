"""Spots the small parts of an address: house number, building, unit, floor and room."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from desk.places.names import Found
from language.numerals import approximate_number, arabic

NUMERAL_CHARS = "0-9零〇○一幺壹二两贰三叁四肆五伍六陆七柒八捌九玖十拾百佰千"
_NUM = rf"(?<![{NUMERAL_CHARS}])(?:\d{{1,5}}|[{NUMERAL_CHARS}]{{1,6}})"
_TRIPLE = re.compile(r"(?<![\d-])(\d{1,3})\s?[-—–]\s?(\d{1,2})\s?[-—–]\s?(\d{3,4})(?![\d-])")
# 3号楼-2-502: the building with its word, then unit and room.
_AFTER_BUILDING = re.compile(
    rf"(?P<num>{_NUM}|[A-Za-z]\d?)(?P<kind>号楼|栋|幢|座)[-—–](?P<unit>\d{{1,2}})[-—–](?P<room>\d{{3,4}})(?![\d-])"
)
_BUILDING = re.compile(
    rf"(?P<num>{_NUM}|[A-Za-z]\d{{0,2}}|[甲乙丙丁东西南北](?=[座栋幢]))\s?(?P<kind>号楼(?![道梯])|栋|幢|座|[##]楼?)(?P<after>楼|房子|别墅|[桥山城塔庙坟])?"
)
_UNIT = re.compile(rf"(?P<num>{_NUM}|[A-Za-z]|[甲乙丙丁东西南北中])\s?(?P<kind>单元|门洞)")
_ROOM = re.compile(
    rf"(?:(?P<floor>{_NUM})(?:楼|层))?(?P<num>(?<![{NUMERAL_CHARS}])(?:\d{{2,4}}|[{NUMERAL_CHARS}]{{2,6}}))(?:室|号房|房间|房(?![东租子产价])|户(?![口型籍人]))"
)
_BARE_ROOM = re.compile(
    rf"(?P<num>\d{{3,4}}|[零〇一幺二三四五六七八九]{{3,4}})(?![{NUMERAL_CHARS}米元块号路年人天度个户分点斤平])"
)
_FLOOR = re.compile(rf"(?P<num>{_NUM})(?P<kind>楼|层)(?![上下])")
_NUMBER = re.compile(
    rf"(?P<lane>{_NUM}弄)?(?P<mark>[甲乙丙丁])?(?P<num>{_NUM})(?P<sub>[-—–之]\d{{1,4}})?\s?号(?P<annex>附{_NUM}号)?(?P<yard>院|大院)?(?!楼(?![道梯上下顶])|线|房|文件|令|码)"
)
# 22号晚上 is a date, 3号门 a gate, unless a road stands right before.
_NOT_A_HOUSE = re.compile(
    r"上午|下午|晚|早|凌晨|中午|夜|那天|当天|之前|以前|左右|开始|到|至|就|才|门|窗口|台|机|车厢|选手|的时候|发|交|还|去|来"
)
_DATE_BEFORE = re.compile(r"[月日天是个]?月$|本月$|上月$|这月$|[月]份?$|每月$|第$|星期$")
# What may stand between two parts that belong together: 和平路的88号, 幸福里小区 3栋.
_JOINT = re.compile(r"[的里内\s,,、]{0,2}")

_Free = Callable[[int, int], bool]
_Behind = Callable[[int, tuple[str, ...]], bool]
_Take = Callable[[str, str, int, int], None]


def find_doors(text: str, names: list[Found]) -> list[Found]:
    """House numbers, buildings, units, floors and rooms; `names` are the places already found in the text."""
    found: list[Found] = []
    taken = [(name.start, name.end) for name in names]

    def free(start: int, end: int) -> bool:
        return all(end <= other_start or start >= other_end for other_start, other_end in taken)

    def behind(start: int, parts: tuple[str, ...]) -> bool:
        """Whether one of these parts ends right before `start`."""
        return any(
            part.part in parts and part.end <= start and _JOINT.fullmatch(text, part.end, start)
            for part in (*names, *found)
        )

    def take(part: str, value: str, start: int, end: int) -> None:
        found.append(Found(part=part, value=value, start=start, end=end, certainty=0.6))
        taken.append((start, end))

    for triple in _TRIPLE.finditer(text):
        if behind(triple.start(), ("community", "road", "number", "landmark")):
            take("building", f"{triple[1]}栋", triple.start(1), triple.end(1))
            take("unit", f"{triple[2]}单元", triple.start(2), triple.end(2))
            take("room", f"{triple[3]}室", triple.start(3), triple.end(3))
    for whole in _AFTER_BUILDING.finditer(text):
        take("building", arabic(whole["num"]).upper() + whole["kind"], whole.start(), whole.end("kind"))
        take("unit", f"{whole['unit']}单元", whole.start("unit"), whole.end("unit"))
        take("room", f"{whole['room']}室", whole.start("room"), whole.end("room"))
    for start, end, value in _numbers(text, behind):
        if free(start, end):
            take("number", value, start, end)
    for match in _BUILDING.finditer(text):
        placed = behind(match.start(), ("community", "road", "number", "landmark", "street"))
        # 三栋楼 counts buildings, 三座桥 bridges; 幸福里小区三栋楼下 names one.
        if (match["after"] and not placed) or not free(match.start(), match.end("kind")):
            continue
        if approximate_number(match["num"]):
            # 五六号楼 is two buildings or a guess, never building 56.
            continue
        if re.search("[这那整每哪几有]$", text[: match.start()]):
            continue
        kind = "栋" if match["kind"][0] in "##" else match["kind"]
        take("building", arabic(match["num"]).upper() + kind, match.start(), match.end("kind"))
    for match in _UNIT.finditer(text):
        if free(match.start(), match.end()):
            take("unit", arabic(match["num"]).upper() + "单元", match.start(), match.end())
    for match in _ROOM.finditer(text):
        if free(match.start(), match.end()) and _is_room(match["num"]):
            floor = f"{arabic(match['floor'])}楼" if match["floor"] else ""
            take("room", f"{floor}{arabic(match['num'])}室", match.start(), match.end())
    if not any(part.part == "room" for part in found):
        _take_unmarked_room(text, free, behind, take)
    return found


def _numbers(text: str, behind: _Behind) -> Iterator[tuple[int, int, str]]:
    for match in _NUMBER.finditer(text):
        placed = behind(match.start(), ("road", "community", "street", "landmark"))
        if not placed and (
            _NOT_A_HOUSE.match(text, match.end()) or _DATE_BEFORE.search(text[: match.start()])
        ):
            continue
        if re.match("楼[上下顶]", text[match.end() :]) and not behind(match.start(), ("road",)):
            # 学院路58号楼下 is below the house 58, 幸福里小区3号楼下 below the building 3.
            continue
        if approximate_number(match["num"]):
            continue
        lane = arabic(match["lane"][:-1]) + "弄" if match["lane"] else ""
        sub = match["sub"].replace("之", "-").replace("—", "-").replace("–", "-") if match["sub"] else ""
        annex = f"附{arabic(match['annex'][1:-1])}号" if match["annex"] else ""
        value = f"{lane}{match['mark'] or ''}{arabic(match['num'])}{sub}号{annex}{match['yard'] or ''}"
        yield match.start(), match.end(), value


def _take_unmarked_room(text: str, free: _Free, behind: _Behind, take: _Take) -> None:
    for match in _BARE_ROOM.finditer(text):
        if behind(match.start(), ("unit", "building")) and free(match.start(), match.end()):
            take("room", f"{arabic(match['num'])}室", match.start(), match.end())
            return
    for match in _FLOOR.finditer(text):
        placed = behind(match.start(), ("unit", "building", "number", "community", "landmark"))
        if placed and free(match.start(), match.end()):
            take("room", f"{arabic(match['num'])}楼", match.start(), match.end())
            return


def _is_room(numeral: str) -> bool:
    """Rooms have two to four digits: 十二户 counts households, 五零二室 is a door."""
    return 3 <= len(arabic(numeral)) <= 4 or numeral.isdigit()

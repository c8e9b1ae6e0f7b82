"""Finds the address in what a citizen says: the city's own names first, then rules for any Chinese city."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from desk.places.doors import find_doors
from desk.places.gazetteer import LEVELS, Gazetteer, default_gazetteer
from desk.places.names import HAN, Found, find_names, trim
from desk.places.place import Place
from language.normalise import to_simplified

# Parts further apart than this belong to different addresses: 我住东湖区,说的是...(a long story)...3栋.
_GAP_MAX_CHARS = 8
_LONE_NUMBER_MAX_CHARS = 20
# How precisely a part tells the place; chooses between two addresses in one text.
_WEIGHT = {
    "community": 3,
    "road": 3,
    "landmark": 3,
    "street": 2,
    "number": 2,
    "building": 2,
    "unit": 1,
    "room": 1,
}

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NEGATED = re.compile(
    r"不是[^,，。;；\s是]{1,20}?(?=[,，。;；\s]|是|而是|$)|[^,，。;；\s]{1,12}?(?:改成|改为|换成)"
)
_SIDE = r"对面|斜对面|旁边|旁|隔壁|附近|门口|门前|路口|路段|楼下|楼上|后面|前面|里面|边上|周边|地下车库|地下室|楼顶|天台|大门口?|[东南西北][门侧边面]|[A-Z]\d?出?口|第?[一二三四五六七八九十0-9]{1,3}组"
_SHOP = r"店|超市|市场|学校|幼儿园|医院|饭店|餐馆|饭馆|工地|银行|酒吧|公司|工厂|厂|诊所|摊"
_CROSSING = re.compile(
    rf"\s?(?P<joint>和|与|跟|同|、|在)\s?(?P<other>[{HAN}]{{1,6}}?(?:路|街|大道|巷))\s?的?(?P<kind>交叉路口|交叉口|十字路口|路口|交口|交汇处?|口)"
)
_BESIDE = re.compile(
    rf"的?(?P<what>(?:[东南西北正侧后前小]?(?:{_SIDE}))+)(?:的?(?P<shop>(?!有|的|一|那|这|太|老是)[{HAN}A-Za-z]{{1,6}}?(?:{_SHOP})))?"
)
_CORNER = re.compile(r"\s?的?(交叉路口|交叉口|十字路口|路口|交口|交汇处?|口)")
# The phase or quarter of an estate: 学府佳苑[三期], 工业园[B区].
_PHASE = re.compile(r"(?:第?[一二三四五六七八九十0-9]{1,2}期|[A-Z东西南北中]区)(?![间别分域])")
# What may stand between a road and an estate of one address.
_ONE_ADDRESS = re.compile(r"[的里内上\s,，、]{0,2}")
_POI_KINDS = "小学|中学|幼儿园|大学|学校|医院|广场|大厦|商场|公园|菜市场|菜场|农贸市场|地铁站|公交站|火车站|汽车站|写字楼|产业园|工业园|体育馆|图书馆|派出所|加油站"
_COMPOUND = (
    "广场|大厦|商场|中心|大楼|写字楼|产业园|工业园|医院|学校|小学|中学|国际|里|府|庭|园|城|苑|湾|郡|岸|轩"
)
_POI_AFTER = re.compile(rf"的?(?P<what>[{HAN}]{{0,6}}?(?:{_POI_KINDS}))")
_POI_ALONE = re.compile(rf"(?:[在住到])(?P<what>[{HAN}]{{2,8}}?(?:{_POI_KINDS}))(?P<side>(?:{_SIDE})?)")


def parse_address(text: str, gazetteer: Gazetteer | None = None) -> Place:
    """The place in `text`, with every part that is said or that follows without doubt (road -> street -> district).

    `gazetteer` defaults to the shipped city. Numbers come out in Arabic digits (三栋 -> 3栋). Parts that the citizen
    takes back (不是88号,是86号) do not count. A text without an address gives a false Place, confidence 0.
    """
    gazetteer = gazetteer or default_gazetteer()
    # Every step keeps the length, so that `Place.text` can be cut from what the citizen wrote.
    narrow = text.translate(_FULL_WIDTH)
    simplified = to_simplified(narrow)
    plain = _NEGATED.sub(lambda match: "\0" * len(match.group()), simplified)
    names = [_with_phase(plain, name) for name in find_names(plain, gazetteer)]
    found = sorted([*names, *find_doors(plain, names)], key=lambda part: part.start)
    if all(part.part == "number" for part in found) and len(text) > _LONE_NUMBER_MAX_CHARS:
        # A message of 86号 alone is a correction; in a story 86号 is a day, a window, a form.
        found = []
    if not found:
        return _landmark_without_name(plain, text)
    cluster = _best_cluster(plain, found)
    chosen: dict[str, Found] = {}
    for part in (*cluster, *(part for part in found if part.part in ("city", "district"))):
        chosen.setdefault(part.part, part)
    parts: dict[str, Any] = {
        name: _as_written(part, narrow) for name, part in chosen.items() if name != "landmark"
    }
    before = _compound_before(plain, cluster)
    parts.setdefault("community", _compound_between(plain, cluster) or before)
    place = Place(**parts)
    start, end = cluster[0].start, cluster[-1].end
    start = plain.rfind(before, 0, start) if before and plain.endswith(before, 0, start) else start
    detail, end = _detail(plain, cluster, chosen)
    place = replace(place, detail=detail, text=text[start:end])
    return _completed(place, chosen, gazetteer)


def _as_written(part: Found, text: str) -> str:
    """Names outside the gazetteer keep the citizen's characters: 乾安路 is not 干安路."""
    named = part.part in ("city", "district", "street", "community", "road") and not part.entries
    return text[part.start : part.end] if named else part.value


def _with_phase(text: str, name: Found) -> Found:
    phase = _PHASE.match(text, name.end) if name.part == "community" else None
    return replace(name, value=name.value + phase.group(), end=phase.end()) if phase else name


def _told_apart(text: str, cluster: Sequence[Found]) -> list[list[Found]]:
    """A road and an estate with other words between them (茶园路旁边翠屏苑) are two places, not one address."""
    groups: list[list[Found]] = [[cluster[0]]]
    for left, right in zip(cluster, cluster[1:], strict=False):
        others = {"road", "community"} - {right.part}
        elsewhere = right.part in ("road", "community") and any(part.part in others for part in groups[-1])
        if elsewhere and not _ONE_ADDRESS.fullmatch(text, left.end, right.start):
            groups.append([right])
        else:
            groups[-1].append(right)
    return groups


def _best_cluster(text: str, found: Sequence[Found]) -> list[Found]:
    clusters: list[list[Found]] = [[found[0]]]
    for part in found[1:]:
        if part.start - clusters[-1][-1].end <= _GAP_MAX_CHARS:
            clusters[-1].append(part)
        else:
            clusters.append([part])
    clusters = [part for cluster in clusters for part in _told_apart(text, cluster)]
    return max(
        clusters, key=lambda cluster: sum(_WEIGHT.get(name, 1) for name in {part.part for part in cluster})
    )


def _compound_between(text: str, cluster: Sequence[Found]) -> str:
    """A tower or yard named between number and building: 103号[维多利广场]A座."""
    for left, right in zip(cluster, cluster[1:], strict=False):
        between = text[left.end : right.start]
        if right.part in ("building", "unit", "room") and re.fullmatch(
            rf"[{HAN}]{{2,8}}(?:{_COMPOUND})", between
        ):
            return between
    return ""


def _compound_before(text: str, cluster: Sequence[Found]) -> str:
    """An estate that only the door behind it and its ending reveal: [华源上海城]3栋."""
    if any(part.part in ("road", "community", "landmark", "number") for part in cluster):
        return ""
    door = next((part for part in cluster if part.part in ("building", "unit", "room")), None)
    before = re.search(rf"[{HAN}]{{2,8}}$", text[: door.start]) if door else None
    if door is None or before is None:
        return ""
    start = max([trim(text, before.start(), door.start), *(p.end for p in cluster if p.end <= door.start)])
    named = text[start : door.start]
    return named if re.fullmatch(rf"[{HAN}]{{2,}}(?:{_COMPOUND})", named) else ""


def _detail(text: str, cluster: Sequence[Found], chosen: dict[str, Found]) -> tuple[str, int]:
    """What stands right behind the parts (东门对面, 与人民路交叉口), and where the address ends."""
    end = cluster[-1].end
    landmark = chosen.get("landmark")
    detail = landmark.value if landmark is not None else ""
    roads = [part for part in cluster if part.part == "road"]
    if len(roads) > 1 and re.fullmatch(r"\s?[和与跟同、在]\s?", text[roads[0].end : roads[1].start]):
        kind = _CORNER.match(text, roads[1].end)
        if kind is not None:
            joint = "在" if "在" in text[roads[0].end : roads[1].start] else "与"
            return f"{detail}{joint}{roads[1].value}{kind[1]}", max(end, kind.end())
    crossing = _CROSSING.match(text, end)
    if crossing is not None:
        joint = "在" if crossing["joint"] == "在" else "与"
        return f"{detail}{joint}{crossing['other']}{crossing['kind']}", crossing.end()
    if landmark is None:
        poi = _POI_AFTER.match(text, end)
        if poi is not None:
            detail, end = poi["what"], poi.end()
    beside = _BESIDE.match(text, end)
    if beside is not None:
        detail, end = detail + beside["what"] + (beside["shop"] or ""), beside.end()
    return detail, end


def _landmark_without_name(plain: str, text: str) -> Place:
    """第三小学门口 in a city whose schools are not listed: kept as detail, with low confidence."""
    poi = _POI_ALONE.search(plain)
    if poi is None:
        return Place()
    start, end = poi.start("what"), poi.end()
    return Place(detail=poi["what"] + poi["side"], text=text[start:end], confidence=0.4)


def _completed(place: Place, chosen: dict[str, Found], gazetteer: Gazetteer) -> Place:
    """Fill in district and street from the names below them, if only one way up fits what was said."""
    confidence = min(0.95, max(part.certainty for part in chosen.values()))
    # The smaller the place, the surer its street: a road runs through several, a community does not.
    for level in ("community", "landmark", "road", "street"):
        part = chosen.get(level)
        if part is None or not part.entries:
            continue
        ways = [gazetteer.way_up(entry) for entry in part.entries]
        fitting = [way for way in ways if _fits(way, place, level)]
        if not fitting:
            # Said and known disagree: keep what was said, and let somebody ask.
            return replace(place, confidence=min(confidence, 0.5))
        common = {
            name: value
            for name, value in fitting[0].items()
            if name in ("district", "street") and all(way.get(name) == value for way in fitting)
        }
        missing: dict[str, Any] = {name: value for name, value in common.items() if not getattr(place, name)}
        place = replace(place, **missing)
    return replace(place, confidence=confidence)


def _fits(way: dict[str, str], place: Place, level: str) -> bool:
    upper = [name for name in ("district", "street") if LEVELS.index(name) < LEVELS.index(level)]
    return all(
        not getattr(place, name) or name not in way or way[name] == getattr(place, name) for name in upper
    )

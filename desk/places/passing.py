"""Finds an address that the citizen mentions while telling a trouble. Nobody asked for it, so only an unmistakable
one counts."""

from __future__ import annotations

import re

from desk.places.address import parse_address
from desk.places.extent import whole_end
from desk.places.gazetteer import Gazetteer
from desk.places.generic import names_one
from desk.places.likeness import looks_like_place
from desk.places.names import HAN, trim
from desk.places.place import Place

# The gazetteer's certainty; a name that only its ending makes one has less.
_KNOWN = 0.9
_ALONE_CHARS = 20
_ESTATE = re.compile(r"小区|花园|家园|新村|公寓|花苑|嘉园|[雅名佳新]苑|家属院|华府|公馆|山庄|宿舍|期$")
_VERB = re.compile("[进出让不有被把给找说停来去回]")
# These name a place by themselves. Institutions do so only with a side (门口): people complain about them as often.
_SPOT = re.compile(
    rf"(?P<name>[{HAN}]{{2,8}}?(?:公园|广场|商业街|步行街|美食街|大厦|农贸市场|菜市场|菜场|地铁站|公交站|[火汽]?车站|高铁站|机场|大桥|立交桥|水库|码头|工业园|产业园))"
    rf"|(?P<house>[{HAN}]{{2,8}}?(?:小学|中学|学校|大学|幼儿园|医院|卫生院|超市|商场|银行|派出所|政府|体育馆|图书馆))(?=[东南西北前后正侧大]{{0,2}}门|(?:斜|正)?对[面过]|旁边|隔壁|附近|后[面头]|路口|公交站)"
    rf"|(?P<village>[{HAN}]{{2,5}}村(?!民|委|干|里|口|主任|支书|书记|长|庄|庙|村|镇|级|都)(?:[一二三四五六七八九十0-9]+[组队社])?)"
)
# A lone road is where the trouble is if the telling begins with it and nothing continues its name.
_HEAD = re.compile(r"(?:.*[,，。!！\s])?(?:就|我们|咱们|我要投诉|我要反映|反映|投诉)?(?:在|是)?", re.DOTALL)
_NO_ROAD = re.compile(
    r"[上下]?[班车]|站|[支分]行|派出所|小学|中学|学校|幼儿园|医院|[\u4e00-\u9fff]{0,3}店|街道|社区|公交|小区|校区|法院|税务|政务|大厅|窗口|[\u4e00-\u9fff]{0,2}所|和|跟|与|到"
)
# Words that stand right before a name and do not belong to it.
_BEFORE = re.compile(
    r"希望|举报|投诉|反映|检举|控告|[^,，。]{0,4}(?:包进|分到|招到|安排到|介绍到|送到|开往|飞往)|去年|今年|今天|昨天|前天|昨晚|今早|最近|每天|天天|早上|晚上|下午|上午|中午|看到|看见|发现|为什么|怎么|还有|那个|这个|一个|许多|很多|附近|隔壁|农$|城中|全|本|[哪几各某整]|因为|因|修|拆|建|比如|像|跑|逛|俺们?|咱们?|市民|帮|同|和|与|跟"
)
_COMMON_VILLAGE = re.compile(
    r"^(?:农|城中|乡|新农|文明|贫困|脱贫|隔壁|我们?|俺们?|咱们?|本|全|一个|整个|这个|那个|外|邻|老家)?村"
)


def told_in_passing(words: str, gazetteer: Gazetteer | None = None) -> tuple[int, int]:
    """Start and end of the address in a telling; (0, 0) if none is unmistakable."""
    place = parse_address(words, gazetteer)
    start = words.find(place.text) if place.text else -1
    if start >= 0:
        named = _ESTATE.search(place.community) and not _VERB.search(place.community)
        estate = place.community and (place.confidence >= _KNOWN or named)
        if (place.road and place.number) or (place.community and place.building) or estate:
            return start, whole_end(words, start + len(place.text))
        if _is_lone_road(place, words, start):
            return start, whole_end(words, start + len(place.text))
    for spot in _SPOT.finditer(words):
        at = _start_of_name(words, *spot.span())
        if start >= 0 and start < at < start + len(place.text):
            # 建设路小学: in the name of a road 建 is no verb.
            at = start
        name = words[at : spot.end()]
        if (
            (len(name) > 3 or name.endswith(("火车站", "高铁站")))
            and not _COMMON_VILLAGE.match(name)
            and names_one(name)
        ):
            return at, whole_end(words, spot.end())
    alone = words.strip("。.!！ ")
    plain = re.match(r"(?:就|在|位于)(?!问|想|是)[^\s,，。]+$", alone)
    if plain and len(alone) <= _ALONE_CHARS and names_one(alone):
        start = words.find(alone)
        if looks_like_place(alone, gazetteer, bare_names=False):
            return start, start + len(alone)
    return 0, 0


def _is_lone_road(place: Place, words: str, start: int) -> bool:
    """Whether a trouble is told of a road that is known by its name: 建设路积水严重."""
    alone = bool(place.road) and place.text == place.road and place.confidence >= _KNOWN
    return (
        alone and bool(_HEAD.fullmatch(words[:start])) and not _NO_ROAD.match(words, start + len(place.text))
    )


def _start_of_name(words: str, first: int, last: int) -> int:
    start = trim(words, first, last)
    for before in _BEFORE.finditer(words, start, last - 2):
        start = before.end()
    return start

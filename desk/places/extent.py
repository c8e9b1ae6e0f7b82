"""How far a place reaches in a sentence: where it was cut off in a word, and where a sentence begins that was taken for
part of it."""

from __future__ import annotations

import re

_NUMERAL = "[0-9０-９〇零一二两三四五六七八九十百]"
# A number that was read only in part, and one that follows a road or a house.
_REST_OF_NUMBER = re.compile(rf"{_NUMERAL}{{0,6}}(?:号楼|号院|号门|号|栋|幢|座|单元|室|楼|层|弄|组|队|社|期)")
_NUMBER_FOLLOWS = re.compile(
    rf"附?{_NUMERAL}{{1,6}}(?:号楼|号院|号|栋|幢|座|单元|室|楼|层|弄)(?!公交|线|地铁|车|天|那天|晚)"
)
_ROOM_FOLLOWS = re.compile(
    rf"[\s\-]?(?:[0-9]{{3,4}}|[〇零一二三四五六七八九]{{3,4}})(?!{_NUMERAL}|[点年月天块元米人个号斤户])"
)
_HOUSE = re.compile("(?:栋|幢|座|号楼|单元|楼|大厦|公寓|层)$")
# 人民|医院, 翠屏小学|门口, 江畔公园|对面: a name goes on to its last word, and to the side that is meant.
_NAME_FOLLOWS = re.compile(
    "(?:人民|中心|实验|第[一二三四五六七八九十])?(?:国际(?:中心|大厦|广场|城|公寓)|中心(?![医小实])|医院|小学|中学|大学|学校|幼儿园|公园|广场|市场|菜场|超市|大厦|小区|花园|家园|公寓|车站|地铁站|公交站|火车站|卫生院|派出所|商场|体育馆|图书馆)"
)
_SIDE_FOLLOWS = re.compile(
    "的?(?:[东南西北前后正侧大]{0,2}门(?:口|外|前)?|口(?=[,，。\\s有的那])|(?:斜|正)?对[面过]|旁边?|隔壁|附近|边上|后[面头]|前面|[楼底]下|"
    "[A-Z]\\d?出?口|(?:交叉|十字)?路口|里[面头])(?![一-龥]?(?:的话|来说))"
)
_PART_FOLLOWS = re.compile("第?[一二三四五六七八1-9]期(?:工地)?|[A-Z]\\d?(?:[区座口馆]|(?![A-Za-z0-9]))")
# A word that was torn in two: 文晖路5号工|地, 翠屏苑楼下饭|店, 科技路8号楼|下垃圾桶. (3号楼|下水道 is none.)
_TORN = re.compile(
    "工地|[饭酒商药茶粮书]店|[餐饭]馆|[餐食]堂|门口|[路巷村]口(?![腔味感罩音碑岸])|车站|车库|医院|学校|公园|超市|市场|楼(?:上(?!下?班)|下(?!水)|道|梯|顶)"
)
_POINTED = re.compile("[那这嗰][条个栋家块片段座面头边排](?:路|街|巷|店|楼|桥|门)?")
# Verbs that begin the story behind a place: 二期工地|做外墙保温, 中学站|等26路.
_PLACE_ENDS = "路街巷弄道村镇庄站场厂店厅园区院楼栋幢座号层室期里内口边门头下上面旁府苑城厦地桥学心馆"
_STORY = re.compile(
    f"(?<=[{_PLACE_ENDS}])(?:做|等(?!候)|说(?!的那)|讲(?!台)|停了|坏|丢了|收[我钱]|不让|不给|没|干活|上班|打工|施工$|实习|被|把|让|叫我|有[个人条只]|全[是都])"
)
_WHOSE = re.compile(
    "的?(?:业主|居民|住户|村民|租户|房客|学生|家长|员工|保安|门卫|司机|老师|医生|护士|村?(?:支书|主任|书记|会计|组长|队长|干部)|村长|村支书|一把手|网格员)(?:们)?$"
)
_GRADE = re.compile(
    "(?:[大][一二三四]|[初高][一二三](?:年级)?|[一二三四五六]年级)(?:的|[0-9一二三四五六七八九十]+班)*$"
)
_HEARER = re.compile("(?:恁|你们?|您)(?:不.*)?$")
_LEAD = re.compile("^(?:停在|停(?!车|机)|(?:就)?等在|坐在|导航上?叫)")
_EMOTICON = re.compile(r"\[[^\[\]]{1,6}\]")


def whole_end(words: str, end: int) -> int:
    """Where the place ends that breaks off at `end` in a number, in a name, or before its side."""
    name = _NAME_FOLLOWS.match(words, end)
    if name:
        end = name.end()
    if part := _PART_FOLLOWS.match(words, end):
        end = part.end()
    inside = re.search(rf"{_NUMERAL}$", words[:end])
    pattern = _REST_OF_NUMBER if inside else _NUMBER_FOLLOWS
    while found := pattern.match(words, end):
        end, pattern = found.end(), _NUMBER_FOLLOWS
    if _HOUSE.search(words[:end]) and (room := _ROOM_FOLLOWS.match(words, end)):
        end = room.end()
    if words[end - 1 : end + 1] in ("底下", "脚下", "背后"):
        return end + 1
    if _TORN.match(words, end - 1):
        return end + 1
    if re.search("[那这嗰][条个家栋座]$", words[:end]) and re.match("[路街巷道店楼桥]", words[end:]):
        return end + 1
    if (
        re.search("(?:骑行|人行|慢行|机动车|步行|健身|绿|盲|匝|隧)$", words[:end])
        and words[end : end + 1] == "道"
    ):
        return end + 1
    if road := re.match("[那这嗰]条[路街巷道]", words[end:]):
        return end + road.end()
    if pointed := _POINTED.match(words, end - 1):
        return pointed.end()
    side = _SIDE_FOLLOWS.match(words, end)
    return side.end() if side else end


def place_part(words: str) -> tuple[int, int]:
    """The part of a stretch that was read as a place which can be one; (0, 0) if none can.

    >>> "科创大厦二期工地做外墙保温的"[slice(*place_part("科创大厦二期工地做外墙保温的"))]
    '科创大厦二期工地'
    """
    if words.startswith("爬"):
        return 0, 0
    lead = _LEAD.match(words)
    start, end = lead.end() if lead else 0, len(words)
    if story := _STORY.search(words, start):
        end = story.start()
    for behind in (_HEARER, _WHOSE, _GRADE, _EMOTICON):
        if found := behind.search(words[start:end]):
            end = start + found.start()
    if end - start < 2 or not re.search(r"[^\W\d_A-Za-z]|\d", words[start:end]):
        return 0, 0
    return start, end

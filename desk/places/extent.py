"""Finds how far a place reaches in a sentence: completes one that was cut inside a word, and cuts off the sentence
behind it."""

from __future__ import annotations

import re

from language.cutting import word_at

_NUMERAL = "[0-9０-９〇零一二两三四五六七八九十百]"
# The rest of a number, and a number behind a road or a house.
_REST_OF_NUMBER = re.compile(rf"{_NUMERAL}{{0,6}}(?:号楼|号院|号门|号|栋|幢|座|单元|室|楼|层|弄|组|队|社|期)")
_NUMBER_FOLLOWS = re.compile(
    rf"附?{_NUMERAL}{{1,6}}(?:号楼|号院|号|栋|幢|座|单元|室|楼|层|弄)(?!公交|线|地铁|车|天|那天|晚)"
)
_ROOM_FOLLOWS = re.compile(
    rf"[\s\-]?(?:[0-9]{{3,4}}|[〇零一二三四五六七八九]{{3,4}})(?!{_NUMERAL}|[点年月天块元米人个号斤户])"
)
_HOUSE = re.compile("(?:栋|幢|座|号楼|单元|楼|大厦|公寓|层)$")
# 人民|医院, 翠屏小学|门口, 江畔公园|对面: a name reaches to its last word and to the side that is meant.
_NAME_FOLLOWS = re.compile(
    "(?:人民|中心|实验|第[一二三四五六七八九十])?(?:国际(?:中心|大厦|广场|城|公寓)|中心(?![医小实])|医院|小学|中学|大学|学校|幼儿园|公园|广场|市场|菜场|超市|大厦|小区|花园|家园|公寓|车站|地铁站|公交站|火车站|卫生院|派出所|商场|体育馆|图书馆)"
)
_SIDE_FOLLOWS = re.compile(
    "的?(?:[东南西北前后正侧大]{0,2}门(?:口|外|前)?|口(?=[,，。\\s有的那])|(?:斜|正)?对[面过]|旁边?|隔壁|附近|边上|后[面头]|前面|[楼底]下|(?:[东南西北]{0,2}围?墙)?外[头面]|"
    "[A-Z]\\d?出?口|(?:交叉|十字)?路口|里[面头])(?![一-龥]?(?:的话|来说))"
)
# 望江路|跟杨家弄那个口子: of a crossing both roads are named.
_CROSSING = re.compile(
    "[\\s]?(?:(?<=[跟和与同])|[跟和与同])[\\s]?[一-龥]{1,6}?(?:大道|路|街|巷|弄|道)(?:上)?(?:[\\s]?的?(?:那个|这个)?(?:交叉(?:路)?口|十字路?口?|路口|口子|交[汇界]处?|交口|拐角|转角|口(?![一-龥])))?"
)
_CROSSING_BEGUN = re.compile("(?<=[路街巷弄道])[跟和与同][一-龥]{1,5}$")
_ROAD = re.compile("(?:路|街|巷|弄|大道|道)[跟和与同]?$")
# 东湖一|小, 市实验二|中.
_SCHOOL = re.compile("(?<=[一二三四五六七八九十])[小中](?![时区块段部个队组心国])")
_PART_FOLLOWS = re.compile("第?[一二三四五六七八1-9]期(?:工地)?|[A-Z]\\d?(?:[区座口馆]|(?![A-Za-z0-9]))")
# Words torn in two: 文晖路5号工|地, 翠屏苑楼下饭|店, 科技路8号楼|下垃圾桶. (3号楼|下水道 is not.)
_TORN = re.compile(
    "工地|[饭酒商药茶粮书]店|[餐饭]馆|[餐食]堂|门口|[路巷村]口(?![腔味感罩音碑岸])|车站|车库|医院|学校|公园|超市|市场|楼(?:上(?!下?班)|下(?!水)|道|梯|顶)"
)
_POINTED = re.compile("[那这嗰][条个栋家块片段座面头边排](?:路|街|巷|店|楼|桥|门)?")
# 明德小学南门|外的梧桐街: the road that the side leads to.
_ROAD_BESIDE = re.compile(
    "(?:外|口|旁|前)?(?:面|边|头)?的(?!这|那|几|两)[一-龥]{1,4}(?:大道|路|街|巷)(?=$|[\\s,，。上边口的]|车|人|晚|早|天|每|一|没|有|都|被|又|很|太)"
)
# Behind a side, what it is: 东墙外头|那条断头路, 后门|那个垃圾房.
_THING_BESIDE = re.compile(
    "的?[那这嗰][一]?[条个栋家栏座片块段间排](?:断头|水泥|石子|柏油|泥巴?|小|老|大|破|空|旧|新|臭水|烂尾|铁皮|公共|单行|T字|丁字|十字)*"
    "(?:路口?|街|巷子?|弄堂|桥|楼|店|坡|塘|沟|河|渠|林子|空地|房子?|棚子?|院子?|厂房|仓库|停车[场位]|垃圾[站房箱]|厕所|井盖|电线杆|路灯|红绿灯|斑马线|公交站)"
)
# Verbs that begin the story behind a place: 二期工地|做外墙保温, 中学站|等26路.
_PLACE_ENDS = "井台市路街巷弄道村镇庄站场厂店厅园区院楼栋幢座号层室期里内口边门头下上面旁府苑城厦地桥学心馆"
_STORY = re.compile(
    f"(?<=[{_PLACE_ENDS}])(?:做|开业|营业(?!厅|部)|装修(?!材料|市场|公司|城)|关门|搞活动|放(?:音乐|喇叭|歌)|敲|等(?!候)|说(?!的那)|讲(?!台)|停了|坏|丢了|[修建挖停堆摆立插挂晒种拆铺倒烧搭围堵占画立](?:到|着|了)(?!.*(?:[路街巷村镇楼栋门口边]|[那这][家户段栋个条处间])$)|收[我钱]|不让|不给|没|干活|上班|打工|施工$|实习|被|把|让|叫我|有[个人条只]|全[是都]|连[个条块盏根一])"
)
_WHOSE = re.compile(
    "的?(?:业主|居民|住户|村民|租户|房客|学生|家长|员工|保安|门卫|司机|老师|医生|护士|村?(?:支书|主任|书记|会计|组长|队长|干部)|村长|村支书|一把手|网格员)(?:们)?$"
)
_GRADE = re.compile(
    "(?:[大][一二三四]|[初高][一二三](?:年级)?|[一二三四五六]年级)(?:的|[0-9一二三四五六七八九十]+班)*$"
)
_HEARER = re.compile("(?:恁|你们?|您)(?:不.*)?$")
# 建设路新|修的盲道: read into the next word.
_BEGINS_ANEW = re.compile("(?<=[路街巷道桥村区])(?:新|刚|正|又|还|就|才|都|也|那|这|老|已|被|把|有|没)$")
# A longer word is a name, and may be two.
_WORD_CHARS = 3
_LEAD = re.compile(
    "^(?:停在|停(?!车|机)|(?:就)?等在|坐在|导航上?叫|结果|然后|所以|因为|(?:[昨今前][天晚]|刚才|后来)(?=我们|俺们|在|那|社区|小区|村里|路上)|你好|您好|侬好)+"
)
_EMOTICON = re.compile(r"\[[^\[\]]{1,6}\]")


def whole_end(words: str, end: int) -> int:
    """The true end of a place that breaks off at `end` in a number, in a name, or before its side."""
    end = _end_of_word(words, end)
    begun = _CROSSING_BEGUN.search(words[:end])
    at = begun.start() if begun else end
    if _ROAD.search(words[:at]) and (crossing := _CROSSING.match(words, at)):
        return crossing.end()
    name = _NAME_FOLLOWS.match(words, end) or _SCHOOL.match(words, end)
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
    if town := re.match("[县镇乡村](?=$|[的,，。\\s那这里])", words[end:]):
        # 溪口|县的.
        return end + town.end()
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
    if side := _SIDE_FOLLOWS.match(words, end):
        end = side.end()
        if thing := _THING_BESIDE.match(words, end):
            end = thing.end()
    if re.search("[门口旁边面头侧外]$", words[:end]) and (road := _ROAD_BESIDE.match(words, end)):
        end = road.end()
    return end


def whole_start(words: str, start: int) -> int:
    """The true start of a place that was read from inside its first word: 那|条步行街."""
    if start and re.match("[条个家栋座片块段]", words[start:]) and words[start - 1] in "那这嗰":
        return start - 1
    return start


def _end_of_word(words: str, end: int) -> int:
    """Where the word ends that goes on over `end`: 门诊大|厅."""
    start, last = word_at(words, end)
    return last if last - start <= _WORD_CHARS and re.search(f"[{_PLACE_ENDS}]$", words[start:last]) else end


def place_part(words: str) -> tuple[int, int]:
    """The part of a stretch, read as a place, that can be one; (0, 0) if none can.

    >>> "科创大厦二期工地做外墙保温的"[slice(*place_part("科创大厦二期工地做外墙保温的"))]
    '科创大厦二期工地'
    """
    if words.startswith("爬"):
        return 0, 0
    lead = _LEAD.match(words)
    start, end = lead.end() if lead else 0, len(words)
    if story := _STORY.search(words, start):
        end = story.start()
    for behind in (_HEARER, _WHOSE, _GRADE, _EMOTICON, _BEGINS_ANEW):
        if found := behind.search(words[start:end]):
            end = start + found.start()
    if end - start < 2 or not re.search(r"[^\W\d_A-Za-z]|\d", words[start:end]):
        return 0, 0
    return start, end

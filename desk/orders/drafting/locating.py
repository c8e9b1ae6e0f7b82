"""Puts the place of a turn into the draft: what was read as one, checked, joined, and verbatim.

A good place is replaced only by who corrects it or was asked for it; more of the same place joins it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from desk.orders.drafting.draft import Draft
from desk.orders.drafting.naming import names_in
from desk.orders.drafting.phrases import has_content, is_question
from desk.orders.drafting.sources import said
from desk.orders.drafting.stretches import Range, Stretch, clauses, overlap, stretches
from desk.orders.drafting.turn import Turn
from desk.places import (
    Place,
    amend,
    as_said,
    chosen,
    format_place,
    looks_like_place,
    merge,
    names_one,
    namesakes,
    parse_address,
    place_part,
    place_said,
    told_in_passing,
    whole_end,
    whole_start,
    within,
)

# Asked for one of these, a passing word of somewhere is no new place.
_ELSEWHERE = frozenset({"phone", "phone_check", "caller"})
# Where everything that was said lies open to be corrected.
READ_BACK = frozenset({"change", "confirm"})
# Said instead of an answer.
_AWAY = (
    "refuse",
    "unknown",
    "ask",
    "process",
    "human",
    "cancel",
    "grumble",
    "no",
    "nothing",
    "repeat",
    "wait",
)
# 车行名字打错了，是新车汇: what is put right is whom it is about.
NAMES_FIRM = re.compile(
    r"(?:车行|店|公司|商家|卖家|饭[店馆]|餐[厅馆]|机构|学校|驾校|医院|诊所|物业|单位|厂|平台|工作室|中介|超市|健身房|对方|老板)(?:的)?(?:名字|名称|名儿?|叫法)"
)
_SURE = 0.8
# A longer answer tells a story.
MOST_CHARS = 80
# Between two spans of one place: 桃园路 跟 解放路, 翠湖花园的3栋.
_JOINT = re.compile(r"[\s,，、]*(?:的|跟|和|与|靠近?|在|就是?|那个|这个|嗯|呃|还有)?[\s,，、]*")
# 我是石鼓冲的, 俺是后李庄的: where somebody comes from says where the lane behind the school is.
_FROM = re.compile(
    r"(?:^|[,，。\s])(?:我们?|俺们?|咱们?|我家|俺家)(?:这|那)?(?:是|住在?|家?住|家?在)(?P<where>[一-龥]{1,6}[冲村庄寨坝沟湾坪塘坡岭屯乡镇集场铺组队])(?=的|[,，。\s]|$)"
)
# A clause that goes on with the place behind a pause is no tale.
_GOES_ON = re.compile(
    r"^(?:从|往|朝|靠|挨|过了?|进|出|走|右|左|上|下|到|就?那个?|就|原来|第|门口|对面|旁边|后[面头]|(?:交叉|十字)?路?口$|交叉|[0-9A-Z一二三四五六七八九十]+[号栋幢楼层单室组座])"
)
# Between two places of an answer, these tell something else.
_BREAKS = re.compile(r"不|没|说|问|[我你他她](?!们?(?:家|小区|楼|村|这|那))|叫|写|[?？吗呢]|是从|飘|味")
_UNNAMED_ROAD = re.compile("[那这][一]?条(?:路|街|巷|道)")
_SAYS_MORE = re.compile(
    r"[0-9一二三四五六七八九十A-Z]+(?:号|[栋幢座室楼层]|单元|期|口)|[东南西北前后正侧]门|对面|旁边|路口|楼[上下]"
)
# 从火车站打车到丽景花园: of a ride both ends are told, and either may be where it went wrong.
_RIDE = re.compile(
    r"(?<=从)[一-龥]{2,10}?(?:[坐打叫上乘搭](?:了|的|个|一?辆)?(?:车|的|出租车?|网约车|滴滴|顺风车|公交车?)?|出发)[去到回往至](?P<end>[一-龥]{1,8}?[路街巷站园城场区镇村里院校楼厦店府苑庭]|[一-龥]{2})"
)
_THERE_IS = re.compile("有(?:个|家|条|一[个家条])")
# A character that ends names is none that the reading cut off; what ends so leads to what is in it (not 菜市).
_NAME_ENDS = "路街巷弄道区县市镇乡村口门楼园城里"
_UPPER_END = re.compile("(?:区|县|镇|街道|[^菜超夜集早]市)$")
# Behind what leads to a place, so much of a name may stand before the part of it that was read.
_HEAD_OF_NAME = re.compile(
    r"(?:^|[\s,，。;；!！?？])(?:就在|就是|就|在|是|位于|地址是?|我住|我家在?|住在?)(?!投诉|举报|反映|关于|天天|每天|目前|现在|上次|最近|[昨今前][天晚早]|刚才|因为|我们)(?P<head>(?:(?![嘛呢吧啊这那有个的不没了我你他她从到往一二三两几边是在就去来说找])[一-龥]){1,3})$"
)
# Characters that the reading cuts off the ends of a name.
_CUT_CHARS = 4
_DOOR_BESIDE = re.compile(
    r"(?:号楼|[栋幢座]|单元)[\s,，]*(?:他们?|她们?|我们?|我家|他家|人家|就|是|住)*在?(?P<room>[0-9]{3,4})(?![0-9元块米年月点])"
)
_WHEREABOUTS = re.compile("(?:在|靠近?|挨着?|到|离)[^,，。]{0,2}$")
_ROAD_CALLED = re.compile("(?:叫做?|名叫|路名是?|就是)(?P<road>[一-龥]{1,6}[路街巷道])$")
_VAGUE_END = re.compile(r"(?:那|这)?(?:一?[片带块边]|附近|周边|里|(?<=[路街巷道桥])上)$")
# A part of a place, such as 十二号楼601 or 火把巷, is no longer.
_PART_CHARS = 8
# Nor is the answer to which of two places it is: 是青石县的那个城关镇.
_WHICH_CHARS = 14
_DOORS = ("number", "building", "unit", "room")
_NAMES = ("road", "community", "street", "district")
_ABOUT_PLACE = re.compile(r"地址|位置|地点|门牌|门口|[栋幢号楼路街巷村镇弄期门]|单元|小区")
_ABOUT_PHONE = re.compile(r"电话|手机|号码|尾号|\d位|[一两三四]位")
_MISTOOK = re.compile(r"[哦噢喔][,， ]*(?:你|您|恁)(?:是|在)?问")
_SHOP = re.compile(
    r"[^路街巷号栋幢村镇乡站区园城里府苑]{1,8}(?:超市|便利店|商店|药[店房]|银行|支行|酒店|宾馆|[饭餐面茶]馆|饭店|餐厅|火锅店?|烧烤店?|奶茶店?|专卖店|旗舰店|驿站|网吧|健身房|理发店|加油站)(?:门口|门前|楼下|旁边|里面?|对面|附近)?"
)
# What was promised is nowhere yet: 说好古镇+花海; a line of the underground runs through the whole town.
_PROMISED = re.compile(r"(?:说好|讲好|承诺|答应|宣传|号称)(?:的|去|是|了)*[\s,，]*$")
_LINE = re.compile(r"(?:地铁|轻轨|轨道交通)?[一二三四五六七八九十0-9]{1,2}号线")
# Where somebody lives is told beside where it happened: 我人住在杨柳巷 上班是在明州九中, 我住丹桂里 但是咬的地方在河边.
_LIVES = re.compile(
    r"(?:阿拉|我|俺|人|家|我们?|她|他|[爸妈爷奶公婆])+(?:现在|目前|都|也|就|还)*住(?:在|到|的是)?[\s,，]*$"
)
_WORKS_THERE = re.compile(r"(?:那边|这边|这里|那里)?(?:上班|打工|出差|工作|做事)")
_AT_HOME = re.compile(r"(?:我?家|房子|老家|屋里)(?:就)?(?:是|在|住)(?:在)?[\s,，]*$")
_HAPPENS = re.compile(
    r"(?:上班|工作|干活|做工|打工|做事|扫地|上学|读书|店|厂|事[情儿]?|出事|发生|摔|咬|撞|丢|买|被打|被骗|消费|报名|办卡|交钱|上车|签(?:合同)?|租的?|退)[^,，。]{0,6}(?:在|是)[\s,，]*$|"
    r"[那这][一]?[套间]?(?:房子?|屋|店)(?:就)?(?:是|在)[\s,，]*$|(?:噪[声音]|声音|味道?|油?烟|污?水|灯光)[^,，。]{0,4}(?:是)?(?:从|在)[\s,，]*$"
)
# Sums and spells were asked for by nobody who asked where.
_NOTHING = re.compile(
    r"押金|租金|工资|[0-9一二三四五六七八九十百千]+(?:多)?(?:块|元|个月|小时|分钟|天)|身份证|订单|单号|排队|快递$|点[半钟]?$|末班|想问|问[下问]|旗舰店$|APP$|直播间?$|平台$|业主$"
)
_OWN_SLIP = re.compile(
    r"[\s,，、。.…—~]+(?:啊|哦|噢|呃|哎|诶|喔)*[\s,，]*(?:不对|打错(?:了)?|写错(?:了)?|看错(?:了)?|输错(?:了)?|[^,，。\s]{0,6}看(?:了)?(?:一)?[下眼]|勿对|弗对|唔系|唔啱|冇对|不是|勿是|错了|[讲说](?:得|错)(?:岔|错)?[了哉咗])(?:[\s,，、。啊呀]|不对|[讲说记]错[了哒啦咗]|是|应该)*"
)
_BETWEEN = re.compile(
    "[0-9一二三四五六七八九十]+(?P<kind>号楼|[栋幢座号])[和跟与到至][0-9一二三四五六七八九十]+(?P=kind)"
)
_DOUBLED = re.compile("([到从在往向离靠跟和是])\\1")
_DOOR_SAID = re.compile(
    r"[0-9一二三四五六七八九十百零〇两A-Z]+(?:号|[栋幢座弄室楼层组队社]|单元|期)|[东南西北前后正侧]{1,2}(?:门|边|面|头|侧)|[A-Za-z]?[0-9]+-[0-9]+"
)
_HOUSE_ENDS = re.compile(
    "卫生院|卫生室|卫生服务中心|卫生服务站|医院|派出所|中学|小学|学校|幼儿园|居委会|村委会|图书馆|文化馆|菜市场|[街巷](?![上坊边道])"
)
_OFFICE_ENDS = re.compile("的?(?:村|老)?(?:支书|主任|书记|会计|校长|院长|经理|队长|组长)")
_DISTRICT_FIRST = re.compile("[\u4e00-\u9fff]{1,5}[区县市](?=[\\s,，]|[\u4e00-\u9fff]{2})")
_NEGATED = re.compile(r"不是[^,，。;；\s是]{1,20}?(?=[,，。;；\s]|是|而是|$)")
_PUNCTUATION = " ,，。.;；、!！?？~:：\n\t"


def with_place(
    draft: Draft,
    turn: Turn,
    correcting: bool,
    changed: list[str],
    used: list[Range],
    private: Sequence[Range] = (),
) -> Draft:
    """The draft with the place of the turn. `changed` gets "place", `used` what of the words has become the place.
    `private` are the caller's own name and number: 山丘的丘 spells a name."""
    if draft.asked == "place" and draft.place:
        which = chosen(turn.words, namesakes(draft.place))
        # 青石县的 answers which of them; an address of its own is read as any other.
        if which and len(turn.words) <= _WHICH_CHARS:
            where = Stretch(turn.words, 0, len(turn.words), 1.0)
            return _put(draft, turn, within(draft.place, which), where, changed, used)
    if correcting and NAMES_FIRM.search(turn.words):
        return draft
    if turn.reading:
        return _with_door_beside(
            _with_read_place(draft, turn, correcting, changed, used, private), turn, changed
        )
    return _with_parsed_place(draft, turn, correcting, changed, used)


def _with_read_place(
    draft: Draft,
    turn: Turn,
    correcting: bool,
    changed: list[str],
    used: list[Range],
    private: Sequence[Range],
) -> Draft:
    words, old = turn.words, draft.place
    if draft.asked == "place" and _MISTOOK.search(words):
        # 在医院六楼呢，哦你是问在哪摔的啊: he said it before he knew what was asked.
        return draft
    if draft.asked != "place" and not old:
        groups_read = [_whole_name(turn.words, group) for group in _groups(draft, turn)]
    else:
        groups_read = _groups(draft, turn)
    read = [group for group in map(_trimmed, groups_read) if group and _is_place(group)]
    torn = [name for name in names_in(turn.words) if name.sure]
    groups = [
        group
        for group in read
        if not any(overlap(group.range, own) for own in private)
        # 小飞 of 小飞侠编程 is no place.
        and not any(name.start <= group.start and group.end < name.end for name in torn)
    ]
    if draft.asked != "place" and not old and not any(_is_enough(group.text) for group in groups):
        groups = _at_home(turn, groups)
    if draft.asked != "place" and not old and groups:
        groups = _landmark_beside(turn, groups)
    if draft.asked == "place" and (own := _self_corrected(words, groups)) is not None:
        return _put(draft, turn, own, replace(groups[0], end=len(words)), changed, used)
    corrects = correcting or (draft.asked in READ_BACK and bool(groups) and not turn.does("details"))
    if corrects and (between := _between(old, words)) is not None:
        return _put(draft, turn, between, groups[-1] if groups else None, changed, used)
    if old.locatable and corrects and _means_place(draft, turn, bool(groups), changed):
        new = amend(old, words)
        if new is None and groups:
            new = amend(old, groups[-1].text) or _replaced(old, groups[-1])
        if new is not None and groups and (_is_of_its_own(old, groups[-1]) or not _is_whole(groups[-1], new)):
            new = _replaced(old, groups[-1]) or new
        if new is not None:
            return _put(draft, turn, new, groups[-1] if groups else None, changed, used)
    called = _ROAD_CALLED.search(words)
    if not groups and called and _UNNAMED_ROAD.search(format_place(old)):
        groups = [Stretch(called["road"], called.start("road"), called.end("road"), 0.8)]
    if not groups:
        whole = _whole_answer(draft, turn) or _unread_address(draft, turn)
        groups = [whole] if whole else []
    if not groups:
        return draft
    best, parts = _together(groups)
    tells_on = turn.does("details") and not turn.does("value")
    nowhere = _THERE_IS.search(best.said) or not (best.locatable or names_one(best.said))
    if draft.asked == "place" and tells_on and nowhere:
        # 上游有个印染厂 tells more of the matter, and not where it is.
        return draft
    if not old.locatable:
        new = best if not old or _is_vague(old, best) else _begun(old, best) or merge(old, best)
    elif draft.asked == "place":
        new = best if _is_another(old, best) else _with_more(old, best)
    else:
        more = _more_of(old, best, turn)
        if more is None and _is_of_background(draft, turn, groups[0]):
            more = best
        if more is None:
            # The description keeps what was said of another place.
            if best.said in format_place(old):
                used += [part.range for part in parts]
            return draft
        new = more
    for part in parts:
        used.append(part.range)
    return _put(draft, turn, new, parts[0], changed, [])


def _between(old: Place, words: str) -> Place | None:
    """The place between two houses, where both are put right: 7栋和8栋中间, then 是8栋和9栋中间."""
    known, right = _BETWEEN.search(old.said), _BETWEEN.search(words)
    if known is None or right is None or known.group() == right.group():
        return None
    return place_said(old.said.replace(known.group(), right.group()))


def _is_of_background(draft: Draft, turn: Turn, group: Stretch) -> bool:
    """Whether the known place was told before any trouble was (我孙子在东湖一小上学), and now comes where the trouble is."""
    known = draft.place_source.confidence if draft.place_source else 0.0
    told = turn.does("details") and re.search(r"(?:在|到|走到|就)[\s,，]*$", turn.words[: group.start])
    return bool(told) and known < _SURE and not has_content(draft.get("description"))


def _self_corrected(words: str, groups: Sequence[Stretch]) -> Place | None:
    """The place of who puts their own answer right in one breath: 延吉里三十一号 啊勿对 三十七号."""
    back = _OWN_SLIP.search(words)
    if back is None or not groups or groups[0].start >= back.start():
        return None
    after = words[back.end() :].strip(_PUNCTUATION)
    if not _DOOR_SAID.search(after) and names_one(after) and looks_like_place(after):
        # 凤凰山，不是，讲错哒，是栖霞山公墓: another name altogether.
        return place_said(after)
    first = words[groups[0].start : back.start()].strip(_PUNCTUATION)
    district = _DISTRICT_FIRST.match(first)
    if (
        district
        and not _DISTRICT_FIRST.match(after)
        and not _DOOR_SAID.search(first)
        and looks_like_place(after)
        and names_one(after)
    ):
        # 江北区 东站 不是 北站蔬菜批发市场 二号大棚: the district stands.
        return place_said(district.group().strip() + after)
    if not _DOOR_SAID.search(first) or not _DOOR_SAID.search(words[back.end() :]):
        return None
    place: Place | None = place_said(first)
    behind = words[back.end() :]
    told = [behind[slice(*clause)] for clause in clauses(behind) if _DOOR_SAID.search(behind[slice(*clause)])]
    if len(told) > 1 and all(door.group() in first for door in _DOOR_SAID.finditer(told[0])):
        # 9栋……哦不对，9栋是我妈家，我家是12栋: whose the wrong one is goes before the right one.
        behind = told[-1]
    for right in _OWN_SLIP.split(behind):
        # 5号楼 打错 6号楼 哎我出去看了下 是7号楼.
        if place is not None and _DOOR_SAID.search(right):
            place = amend(place, f"不对，{right.strip(_PUNCTUATION)}") or place
    return place


def _with_door_beside(draft: Draft, turn: Turn, changed: list[str]) -> Draft:
    """The room that was told behind the house in other words: 未来城小区8号楼 他们在2603."""
    place = draft.place
    beside = _DOOR_BESIDE.search(turn.words)
    if "place" not in changed or beside is None or place.room or not place.building:
        return draft
    if beside["room"] in place.said:
        return draft
    more = place_said(f"{place.said}，{beside['room']}")
    return replace(draft, place=replace(more, text=place.text, confidence=place.confidence))


def _landmark_beside(turn: Turn, groups: list[Stretch]) -> list[Stretch]:
    """The landmark that says whereabouts on the road it is: 江滨东路骑行道上一大片碎玻璃，差不多在江畔公园对面."""
    words, last = turn.words, groups[-1].end
    if len(groups) > 1 or place_said(groups[0].text).number:
        return groups
    start, end = told_in_passing(words[last:])
    start, end = start + last, end + last
    if end <= start or not _WHEREABOUTS.search(words[last:start]):
        return groups
    return [*groups, Stretch(words[start:end], start, end, 0.6)]


def _put(
    draft: Draft, turn: Turn, new: Place, stretch: Stretch | None, changed: list[str], used: list[Range]
) -> Draft:
    where = stretch.range if stretch else (0, 0)
    if stretch:
        used.append(where)
    if new == draft.place or (new.said and new.said == draft.place.said):
        return draft
    if (doubled := _DOUBLED.search(new.said)) and doubled.group() not in turn.words:
        # 从银行到|到市三小: what leads to the right name stands before the wrong one already.
        new = replace(new, said=_DOUBLED.sub(r"\1", new.said), text=_DOUBLED.sub(r"\1", new.text))
    changed.append("place")
    sure = min(new.confidence, stretch.confidence) if stretch else new.confidence
    return replace(draft, place=new, place_source=said(turn, new.said, *where, confidence=sure))


def _groups(draft: Draft, turn: Turn) -> list[Stretch]:
    """Spans of the turn; those that stand close together are one place, with what joins them."""
    words = turn.words
    found: list[Stretch] = []
    read = stretches(turn, "place")
    # A line of the underground runs through the whole town.
    read = [span for span in read if not _LINE.fullmatch(span.text)] or read
    for span in read:
        start = _clause_start(words, whole_start(words, span.start))
        end = _unbroken(words, whole_end(words, span.end))
        span = replace(span, text=words[start:end], start=start, end=end)
        if found and _JOINT.fullmatch(words, found[-1].end, max(span.start, found[-1].end)):
            last = found.pop()
            end = max(span.end, last.end)
            span = Stretch(words[last.start : end], last.start, end, min(last.confidence, span.confidence))
        found.append(span)
    found = _happened(words, _ridden(words, found))
    if draft.asked == "place" and len(found) > 1 and turn.reading.only("value", "yes", "register"):
        found = _in_one(words, found)
    if draft.asked == "place" and len(found) == 1 and turn.reading.only("value", "yes", "register"):
        # Nothing but an answer: what stands around the span in its clauses belongs to it.
        return [_widened(words, found[0], turn)]
    return found


def _clause_start(words: str, start: int) -> int:
    """Where the name begins of which the reading took the end: 就|绿地|香榭边上."""
    before = _HEAD_OF_NAME.search(words[:start])
    return before.start("head") if before else start


def _ridden(words: str, found: list[Stretch]) -> list[Stretch]:
    """The whole way of a ride, where one end of it was read as the place."""
    ride = _RIDE.search(words)
    if ride is None or not found:
        return found
    ends = [one for one in found if overlap(one.range, ride.span())]
    if not ends:
        return found
    end = max(*(one.end for one in ends), ride.end())
    whole = Stretch(words[ride.start() : end], ride.start(), end, max(one.confidence for one in ends))
    return [whole, *(one for one in found if one not in ends)]


def _unbroken(words: str, end: int) -> int:
    """Where a span that breaks off in a word ends: behind a house (卫|生院, 渡口|街), before somebody (的村支|书)."""
    for house in _HOUSE_ENDS.finditer(words):
        if house.start() < end < house.end() or (house.start() == end and len(house.group()) == 1):
            return house.end()
    for office in _OFFICE_ENDS.finditer(words):
        if office.start() < end < office.end():
            return office.start()
    return end


def _happened(words: str, found: list[Stretch]) -> list[Stretch]:
    """The spans without a promise, and without the home of who tells where it happened."""
    kept = [span for span in found if not _PROMISED.search(words[: span.start])]
    found = kept if kept or len(found) != 1 or not _DOOR_SAID.search(found[0].text) else found
    lives = [
        span for span in found if _LIVES.search(words[: span.start]) or _WORKS_THERE.match(words[span.end :])
    ]
    at_home = [span for span in found if span not in lives and _AT_HOME.search(words[: span.start])]
    if lives and at_home:
        # 我现在人在东湖区上班 家是海曙区的 梧桐苑: the trouble is at home.
        return [span for span in found if span not in lives]
    happens = [span for span in found if _HAPPENS.search(words[: span.start]) and _is_particular(span)]
    if lives and happens:
        return [span for span in found if span not in lives]
    return found


def _is_particular(span: Stretch) -> bool:
    """Whether the place can be found by itself: 染坊街99号, and not the 一楼 that fumes come up from."""
    return names_one(re.sub("(?:上|下|过|出)来?$", "", span.text))


def _in_one(words: str, found: list[Stretch]) -> list[Stretch]:
    """Spans of one answer with all that stands between them, if that goes on with the place: 北门出去右手边头一家,挨着菜鸟驿站."""
    start, end = found[0].start, found[-1].end
    between = [words[a.end : b.start] for a, b in zip(found, found[1:], strict=False)]
    if end - start > MOST_CHARS or any(_BREAKS.search(text) for text in between):
        return found
    return [Stretch(words[start:end], start, end, min(one.confidence for one in found))]


def _widened(words: str, span: Stretch, turn: Turn) -> Stretch:
    others = [other.range for other in stretches(turn, "name", "phone", "time", "subject", "appeal", "not")]
    start, end = span.start, span.end
    for clause in clauses(words):
        if any(overlap(clause, other) for other in others):
            continue
        touches = overlap(clause, (start, end))
        text = words[slice(*clause)]
        follows = clause[0] >= end and re.fullmatch(r"[\s,，、]*", words[end : clause[0]])
        # A pause is no comma: 老供销社对面那栋 一楼 挨到卖豆花饭那家.
        paused = follows and not words[end : clause[0]].strip() and _goes_on(text)
        if touches or paused or (follows and looks_like_place(text)):
            # What stands before is mostly a lead-in: 住址是, 我家在.
            before = touches and clause[0] < start and looks_like_place(words[clause[0] : start])
            start, end = clause[0] if before else start, max(end, clause[1])
    return Stretch(words[start:end], start, end, span.confidence)


def _goes_on(clause: str) -> bool:
    return bool(_GOES_ON.search(clause)) or looks_like_place(clause)


def _is_place(group: Stretch) -> bool:
    if _NOTHING.search(group.text):
        return False
    return group.confidence >= _SURE or looks_like_place(group.text)


def _trimmed(group: Stretch) -> Stretch | None:
    """Without the story that was read as part of it; None where nothing of it can be a place."""
    start, end = place_part(group.text)
    if end <= start:
        return None
    return replace(group, text=group.text[start:end], start=group.start + start, end=group.start + end)


def _is_enough(told: str) -> bool:
    """Whether a place that was told in passing can be found by it. A shop of a chain stands in many streets."""
    return names_one(told) and not _SHOP.fullmatch(told)


def _whole_name(words: str, group: Stretch) -> Stretch:
    """三官庙村 where only 官庙 was read."""
    start, end = told_in_passing(words)
    if start < group.start < group.end <= end and end - start - len(group.text) <= _CUT_CHARS:
        return Stretch(words[start:end], start, end, group.confidence)
    return group


def _at_home(turn: Turn, groups: list[Stretch]) -> list[Stretch]:
    """Places of any kind (庄东头那条) with the village of who tells it; none where he tells no village."""
    home = _FROM.search(turn.words)
    if home is None or not groups:
        return []
    where = Stretch(home["where"], home.start("where"), home.end("where"), 0.6)
    return [where, *(group for group in groups if group.start >= where.end)]


def _whole_answer(draft: Draft, turn: Turn) -> Stretch | None:
    """The answer to "where?" in which no span was read, if it looks like a place."""
    words = turn.words
    if draft.asked != "place" or turn.does(*_AWAY) and not turn.does("value"):
        return None
    if len(words) > MOST_CHARS or not looks_like_place(words):
        return None
    if turn.reading.only("value"):
        return Stretch(words, 0, len(words), 0.6)
    named = [clause for clause in clauses(words) if looks_like_place(words[slice(*clause)])]
    start, end = (named[0][0], named[-1][1]) if named else (0, len(words))
    answer = _trimmed(Stretch(words[start:end], start, end, 0.6))
    if answer is not None and not turn.does("value") and not names_one(answer.text):
        # 底下就是小孩上学走的路, 楼下超市开业 tell more of the matter.
        return None
    return answer


def _unread_address(draft: Draft, turn: Turn) -> Stretch | None:
    """An address that leaves no doubt and that the reading missed."""
    elsewhere = turn.does("ask", "process", "refuse", "repeat", "follow") and not turn.does("details")
    # A form that opens with a question (江湾公园能不能划一块地方) is about the place in it.
    if draft.place.locatable or (draft.asked and elsewhere):
        return None
    start, end = told_in_passing(turn.words)
    start = whole_start(turn.words, start)
    if draft.asked != "place" and not _is_enough(turn.words[start:end]):
        return None
    return _trimmed(Stretch(turn.words[start:end], start, end, 0.6)) if end > start else None


def _together(groups: list[Stretch]) -> tuple[Place, list[Stretch]]:
    """The first stretch that can be found, with the doors that were named apart from it; and the stretches used."""
    places = [(group, place_said(group.text)) for group in groups]
    first = next((i for i, (_, place) in enumerate(places) if _named(place)), 0)
    parts = [places[first][0]]
    place = places[first][1]
    for group, other in places[first + 1 :]:
        if not _named(other) and not _conflict(place, other) and group.text not in place.said:
            parts.append(group)
            place = place_said("，".join(part.text for part in parts))
    return place, parts


def _named(place: Place) -> bool:
    """Whether a name was said; a district that only follows from a landmark was not."""
    return any(name in place.said for name in (getattr(place, part) for part in _NAMES) if name)


def _conflict(one: Place, other: Place) -> bool:
    return any(
        getattr(one, door) and getattr(other, door) and getattr(one, door) != getattr(other, door)
        for door in _DOORS
    )


def _is_vague(old: Place, new: Place) -> bool:
    """Whether `old` is any place of its kind, told by who now names one: 公司楼下, then 金融港B座."""
    return new.locatable and not old.district and not names_one(old.said)


def _begun(old: Place, new: Place) -> Place | None:
    """The place of which the old one was only read in part: 江北区育 of 江北区育才二小."""
    known = format_place(old)
    if known in new.said:
        return new
    shared = next(
        (n for n in range(min(len(known), len(new.said)), 0, -1) if known.endswith(new.said[:n])), 0
    )
    # 和平路, then 路灯下面: one character that ends a name is none that was cut.
    cut = shared > 1 or (shared == 1 and known[-1] not in _NAME_ENDS)
    return place_said(known[:-shared] + new.said) if cut else None


def _is_another(old: Place, new: Place) -> bool:
    """Whether the answer is an address of its own, with a road or an estate that the old one does not hold."""
    own = (new.road and new.number) or (new.community and (new.building or new.number))
    return bool(own) and not any(
        getattr(new, name) == getattr(old, name) for name in ("road", "community") if getattr(new, name)
    )


def _more_of(old: Place, new: Place, turn: Turn) -> Place | None:
    """`old` with what else was told of the very same place; None for another place, or nothing more."""
    known = format_place(old)
    beyond = new.said
    for name in (getattr(new, part) for part in _NAMES):
        beyond = beyond.replace(name, "") if name and name in known else beyond
    if beyond != new.said and not names_one(beyond) and not _SAYS_MORE.search(beyond):
        # 文晖路那个校区 tells no more than the road that is known.
        return None
    if new.said in known:
        return None
    if known in new.said:
        return new
    if _conflict(old, new):
        return None
    shared = [name for name in _NAMES if getattr(new, name)]
    if any(getattr(new, name) != getattr(old, name) for name in shared if name != "district"):
        # 大学城南门出来那条路, and then what it is called.
        called = (
            _UNNAMED_ROAD.search(known) and new.road and not new.community and _ROAD_CALLED.search(turn.words)
        )
        return _with_more(old, new) if called else None
    if not shared and not any(getattr(new, door) for door in _DOORS):
        # A landmark of somewhere, unless it was given as a value.
        given = turn.does("value") and not turn.does("wait", "repeat")
        return _with_more(old, new) if given else None
    return _with_more(old, new)


def _with_more(old: Place, new: Place) -> Place:
    """`old` with the part that `new` names put in or added; an answer of many words stays in one piece."""
    if _VAGUE_END.sub("", format_place(old)) in new.said:
        # 南湖公园那一片, then 南湖公园西门.
        return new
    amended = amend(old, new.said)
    if amended is not None and (new.said in amended.said or len(new.said) <= _PART_CHARS):
        return amended
    known = format_place(old)
    # 江北区, then 育才二小: a district leads to what is in it.
    if begun := _begun(old, new):
        return begun
    joint = "" if _UPPER_END.search(known) else "，"
    return replace(merge(old, new), said=f"{known}{joint}{new.said}", text=new.text)


def _is_of_its_own(old: Place, group: Stretch) -> bool:
    """Whether a long stretch names a road or an estate that the old place does not hold: all of it is new."""
    new = place_said(group.text)
    names = [name for name in (new.road, new.community) if name]
    known = format_place(old)
    return len(new.said) > _PART_CHARS and bool(names) and not any(name in known for name in names)


def _is_whole(group: Stretch, place: Place) -> bool:
    words = as_said(group.text)
    return len(words) <= _PART_CHARS or words in place.said


def _replaced(old: Place, group: Stretch) -> Place | None:
    new = place_said(group.text)
    return new if new.locatable and new != old else None


def _means_place(draft: Draft, turn: Turn, spans: bool, changed: list[str]) -> bool:
    """Whether a correction is one of the place."""
    if spans:
        return True
    if {"phone", "caller"} & set(changed) or _ABOUT_PHONE.search(turn.words):
        return False
    place = format_place(draft.place)
    wrong = stretches(turn, "not")
    if wrong:
        return any(
            as_said(span.text) in place or span.text in turn.words and _ABOUT_PLACE.search(span.text)
            for span in wrong
        )
    return draft.asked == "place" or bool(_ABOUT_PLACE.search(turn.words))


# --- without a reading ------------------------------------------------------------------------------------------


def _with_parsed_place(
    draft: Draft, turn: Turn, correcting: bool, changed: list[str], used: list[Range]
) -> Draft:
    words = turn.words
    if draft.asked in _ELSEWHERE and not correcting and draft.place.locatable:
        return draft
    if draft.place and correcting and _means_place(draft, turn, False, changed):
        amended = amend(draft.place, words)
        if amended is not None and amended != draft.place:
            changed.append("place")
            used.append(_span_of(words, parse_address(_corrected_part(words))))
            source = said(turn, amended.said, *used[-1], confidence=amended.confidence)
            return replace(draft, place=amended, place_source=source)
    place = parse_address(_corrected_part(words) if correcting else words)
    if not place:
        return draft
    span = _span_of(words, place)
    mostly_place = (span[1] - span[0]) * 10 >= len(words) * 6
    if draft.place and not (correcting or draft.asked in ("place", "change") or mostly_place):
        if draft.place.locatable or not place.locatable:
            return draft
    if span[1] > span[0]:
        answer = draft.asked == "place" and looks_like_place(words) and not is_question(words)
        place = place_said(words if answer and len(words) <= 60 else words[slice(*span)])
    merged = merge(draft.place, place)
    used.append(span)
    if merged == draft.place:
        return draft
    changed.append("place")
    source = said(turn, merged.said or merged.text, *span, confidence=place.confidence)
    return replace(draft, place=merged, place_source=source)


def _corrected_part(words: str) -> str:
    """The part of a correction that holds the new value: "不是88号,是86号" -> the second half."""
    rest = _NEGATED.sub("", words)
    return rest if rest.strip(_PUNCTUATION) else words


def _span_of(words: str, place: Place) -> Range:
    start = words.find(place.text) if place.text else -1
    return (start, start + len(place.text)) if start >= 0 else (0, 0)

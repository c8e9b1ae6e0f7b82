"""Reads what a citizen takes back and what replaces it: "不是66号,是68号" -> (66号, 68号)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from desk.places.spoken import as_said

_END = r"[,，。;；!！?？\s]"
_IS = r"(?:而?应该就?是|应当是|而是|其?实?是|系|改成|改为|应该|叫)"
_NOT = r"(?:并?不是|唔系|不系|不叫|没在|不在|别写成?|别记成?|不要写成?|不要记成?|而不是|(?:你们?)?(?:给我)?(?:写|念|读|记|听|打)成了?)"
# Words that name the wrong part: 门牌错了,86号.
FIELDS = {
    "门牌": "number", "门牌号": "number", "号码": "number", "房号": "room", "房间号": "room", "房间": "room", "室号": "room", "楼号": "building",
    "栋号": "building", "幢号": "building", "楼栋": "building", "单元": "unit", "单元号": "unit", "楼层": "floor", "路名": "road", "路": "road",
    "街名": "road", "村名": "village", "村": "village", "组": "group", "小区名": "community", "小区": "community", "小区名字": "community", "期": "phase",
    "方位": "gate", "门": "gate",
}  # fmt: skip
_FIELD = "|".join(sorted(FIELDS, key=len, reverse=True))
# A clause that says what went wrong and not where it is.
_EXCUSE = re.compile(
    rf"(?:^|(?<=[,，。;；!！\s]))(?:(?:我|你们?|刚才?|可能|上回|就)*(?:说|讲|记|看|写|打|念|听|搞|整|弄|报)(?:(?:得|的)?(?:快|错|岔|反|串|混|漏)|成[^,，\s]{{1,4}}?)[了啦哒咗]?|不对+(?:不对)*|对|抱歉|sorry|不好意思|等一?下|等会儿?|那啥|哦|呃|嗯|对了|更正(?:一下)?|地址更正一下|有误)(?:{_END}+|$)"
)
# 五零三是对门, 88号是隔壁理发店: whose the wrong one is.
_ANOTHERS_DOOR = re.compile(
    rf"(?:^|(?<={_END}))[^,，。\s是]{{1,8}}(?:是|系)(?:隔壁|对门|对面|楼[上下]|别人|人家|邻居|我?[爸妈]家|以前|原来|老)[^,，。;；]*(?=$|{_END})"
)
# 江河的江 spells a character, 湖泊的湖 too.
_SPELLING = re.compile(rf"(?:^|(?<={_END}))[^,，\s]{{1,5}}的[^,，\s](?=$|{_END})")
_NOT_THIS_BUT = re.compile(
    rf"{_NOT}\s*(?P<old>[^,，。;；\s是系]{{1,18}}?)\s*(?:[哈哦啊哟呀嘛了]|那个)?{_END}*{_IS}\s*(?P<new>.+)$"
)
_NOT_THIS = re.compile(
    rf"^(?:{_FIELD})?{_NOT}\s*(?P<old>[^,，。;；\s是系]{{1,18}}?)\s*(?:[哈哦啊哟呀嘛了]|那个)?{_END}+(?P<new>.+)$"
)
_THIS_NOT = re.compile(
    rf"^(?P<new>.+?){_END}*(?:而)?{_NOT}\s*(?P<old>[^,，。;；!！?？\s]{{1,18}}?)(?:[了哈哦啊]|的)?(?:{_END}.*)?$"
)
_CHANGED = re.compile(
    rf"^(?:把)?(?P<old>[^,，。;；\s]{{1,18}}?){_END}*(?:改成|改为|换成|更正为|更正成)(?P<new>.+)$"
)
_WRONG = re.compile(
    rf"(?P<old>[^,，。;；\s]{{1,12}}?)(?:写|打|说|讲|记|念|读|报|整|搞|看|听)?(?:错|反|岔|混|不对|有误)[了啦哒咗]?(?:\[[^\[\]]{{1,4}}\])?{_END}*(?P<new>.+)$"
)
_FIELD_LEAD = re.compile(rf"^(?:{_FIELD})(?:号|名)?(?:应该)?(?:是|叫|为|[:：])")
# 刚才村名讲岔了: what stands before the part that was wrong.
_EARLIER = re.compile("^(?:我|你们?|刚才?|刚刚|可能|那个|这个|上面|把)+")
_SOME_NUMBER = re.compile(
    "(?:我|刚才|那个|这个|上面|把|的)*[\u4e00-\u9fff]{1,4}号码?(?:我|刚才|刚刚)*(?:写|打|说|讲|记|念|报|输|填)?"
)
# A clause that tells how the mistake came about.
_TALE = re.compile("[我你您他她](?!们?(?:这|那|家|小区|村|楼))|上回|的[^,，]$|是另|重新|麻烦")
_LEAD = re.compile(rf"^(?:{_END}|不对|不是|错了|{_IS}|是|就是|在|改|应该在|一是|二是)+(?=.)")


@dataclass(frozen=True)
class Correction:
    """`old` is taken back, "" if the citizen only says the right value. `clauses` replace it: the value first, then
    more about the place. `kind` is the part that the citizen named by its word, or "".
    `denies`: something was called wrong."""

    clauses: tuple[str, ...]
    old: str = ""
    kind: str = ""
    denies: bool = False


def corrected(words: str) -> Correction:
    """Reads one message; without any sign of a correction all of it is the new value."""
    words = words.strip("。.!！ ").translate({ord(mark): None for mark in '“”"「」『』'})
    rest = _EXCUSE.sub("", words).strip()
    rest = _SPELLING.sub("", rest).strip() or rest
    rest = _ANOTHERS_DOOR.sub("", rest).strip(" ,，。") or rest
    denies = rest != words or bool(re.search("不是|唔系|错|不对|应该|改", words))
    wrong = _WRONG.search(rest)
    kind = FIELDS.get(_EARLIER.sub("", wrong["old"].strip()), "") if wrong else ""
    if wrong and kind:
        # 门牌错了,是86号不是68号: the part by its word, then both values.
        return replace(corrected(wrong["new"]), kind=kind, denies=True)
    # 车位号打错了 B2-171: a number of a kind that no table knows.
    if wrong and (_THIS_NOT.search(wrong["new"]) or _SOME_NUMBER.fullmatch(wrong["old"])):
        return replace(corrected(wrong["new"]), denies=True)
    for form in (_NOT_THIS_BUT, _NOT_THIS, _CHANGED, _THIS_NOT, _WRONG):
        found = form.search(rest)
        if found and (clauses := _clauses(found["new"])):
            return Correction(clauses, _clean_old(found["old"]), _field(found["new"]), True)
    return Correction(_clauses(rest), kind=_field(rest), denies=denies)


def _field(words: str) -> str:
    lead = _FIELD_LEAD.match(_LEAD.sub("", words))
    return FIELDS.get(re.sub("(?:应该)?(?:是|叫|为|[:：])$", "", lead.group()), "") if lead else ""


def _clean_old(words: str) -> str:
    return as_said(re.sub("^(?:把|在)", "", words))


def _clauses(words: str) -> tuple[str, ...]:
    """The value and what follows it; a repeated value counts once (火把巷 火把巷)."""
    words = _FIELD_LEAD.sub("", _LEAD.sub("", words.strip()))
    found: list[str] = []
    for clause in re.split(r"[,，。;；!！]+|\s+(?![0-9A-Za-z]|[号栋幢座单楼层室])", words):
        said = as_said(_LEAD.sub("", clause.strip()))
        if said and said not in found and not re.match("不是|唔系|别|而不", said):
            found.append(said)
    return tuple([said for said in found if not _TALE.search(said)] or found[:1])

"""Slips of typing that the next message puts right: 滨河公元的厕所, and then 公园 打错字了.

Input methods offer words by their sound, so the right word sounds like the wrong one. A message that names a word and
sounds like nothing that was told is no such correction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from desk.orders.drafting.draft import Draft
from desk.orders.drafting.phrases import is_no, is_skip, is_yes
from desk.orders.drafting.turn import Turn
from desk.places import Place
from language.reading import Reading
from language.sounds import sound

_MADE = r"(?:打|写|输)(?:字)?(?:错|串|混)(?:字|别字)?了?|错(?:别)?字|手误|手滑|输入法(?:的?锅|坑我|害人)?|打字打错了?"
_WORD = r"(?P<word>[\u4e00-\u9fff]{1,6})"
# Which character it is: 智慧的慧.
_EXPLAINED = r"(?:[\s,，]*(?:就是|是)?[\u4e00-\u9fff]{1,4}的[\u4e00-\u9fff](?:[啊呀哈吧])?)"
# 公园 打错字了; 打错了，是公园; *公园; 公园*.
_ANNOUNCED = (
    re.compile(rf"^{_WORD}[\s,，。]*(?:{_MADE})[\s。.!！哈]*"),
    re.compile(
        rf"^(?:店名|路名|地名|名字|那个|刚才?|我)*(?:{_MADE})[\s,，。:：]*(?:应该)?(?:是)?{_WORD}{_EXPLAINED}?[\s。.!！]*$"
    ),
    # 是万家慧 智慧的慧.
    re.compile(rf"^(?:不对|不是|错了|应该|那个|店名|名字|[\s,，])*是{_WORD}{_EXPLAINED}[\s。.!！]*$"),
    re.compile(rf"^[*＊]{_WORD}[*＊]?[\s,，。]*"),
    re.compile(rf"^{_WORD}[*＊][\s,，。]*"),
)
# 公园 一直锁着: the word alone, and on with the story. A single character sounds like too many.
_ALONE = re.compile(r"^(?P<word>[\u4e00-\u9fff]{2,3})(?:\s+|$)")
# Who wrote it wrong is the citizen, at this keyboard: 他们把6月写成3月了 is the matter.
_MIS = r"(?:我|刚才?|刚刚|不小心|手滑|手误|眼花|又|给|[\s,，])*(?:打|输|按|敲)成了?"
_HEAD = r"^(?:不好意思|对不起|抱歉|不对|哎呀?|啊|[!！\s,，])*"
_ITEM = r"[\u4e00-\u9fffA-Za-z0-9]{1,8}?"
# 6幢，我手滑打成9了; 把6幢打成9幢了; 打成9了，是6幢.
_MISTYPED = (
    re.compile(
        rf"{_HEAD}(?:我)?把(?P<right>{_ITEM}){_MIS}(?P<wrong>{_ITEM})(?:了|啦|去了)?(?=[\s,，。!！]|$)"
    ),
    re.compile(
        rf"{_HEAD}(?:是|应该是)?(?P<right>{_ITEM})[!！\s,，。]*{_MIS}(?P<wrong>{_ITEM})(?:了|啦|去了)?(?=[\s,，。!！]|$)"
    ),
    re.compile(
        rf"{_HEAD}{_MIS}(?P<wrong>{_ITEM})(?:了|啦)?[\s,，。!！]+(?:应该)?是(?P<right>{_ITEM})(?=[\s,，。!！]|$)"
    ),
)
_NUMBERED = re.compile(
    r"(?P<number>[0-9A-Za-z一二三四五六七八九十百零]+)(?P<unit>号楼|[栋幢座号楼室层单元弄块元个点月天]+)"
)
# Answers that stand alone, whatever they sound like.
_ANSWERS = re.compile(
    r"[是对好嗯哦噢喔啊行中得没不有无要的了就在我你他她它那这哪谁啥也都还又再很太去来到说讲问请谢一二三四五六七八九十百千零两半几]+|可以|没有|不用|谢谢|知道|清楚|保密|匿名|登记|投诉|举报"
)
# Asked for these, a word alone is the answer, or a correction in the usual way.
_ANSWERED_SO = frozenset(
    {"caller", "confirm", "change", "phone", "phone_check", "confidential", "duplicate", "cancel_check"}
)
_TOLD = ("description", "subject", "appeal")


@dataclass(frozen=True)
class Slip:
    """`wrong` stands in what was told and `right` is meant; the first `end` characters of the message say so."""

    wrong: str
    right: str
    end: int


def slip_in(draft: Draft, words: str) -> Slip | None:
    """The slip that the message puts right; None where it puts none right."""
    told = "\n".join((*(draft.get(name) for name in _TOLD), draft.place.said))
    mistyped = _mistyped(words, told)
    if mistyped is not None:
        return mistyped
    for form in _ANNOUNCED:
        found = form.match(words)
        wrong = _sounding_like(found["word"], told) if found else ""
        if found and wrong:
            return Slip(wrong, found["word"], found.end())
    alone = _ALONE.match(words)
    if alone is None or draft.asked in _ANSWERED_SO or _is_answer(alone["word"]):
        return None
    wrong = _sounding_like(alone["word"], told)
    return Slip(wrong, alone["word"], alone.end()) if wrong else None


def _is_answer(word: str) -> bool:
    """Whether the word alone answers a question: 唔使, which sounds like 五十, is a no."""
    return bool(_ANSWERS.fullmatch(word)) or is_yes(word) or is_no(word) or is_skip(word)


def _mistyped(words: str, told: str) -> Slip | None:
    """What somebody says that they mistyped, if it was told once: 6幢，手滑打成9了 puts 9幢 right."""
    for form in _MISTYPED:
        found = form.match(words)
        if found is None:
            continue
        wrong, right = found["wrong"], found["right"]
        counted = _NUMBERED.match(right)
        if counted and re.fullmatch(r"[0-9A-Za-z一二三四五六七八九十百零]+", wrong):
            wrong, right = wrong + counted["unit"], counted.group()
        # 9幢 stands in 9幢1102, and not in 19幢.
        ends = r"(?![0-9])" if wrong[-1].isdigit() else ""
        alone = re.findall(rf"(?<![0-9]){re.escape(wrong)}{ends}", told)
        if wrong != right and _may_be_meant(wrong, right) and len(alone) == told.count(wrong) == 1:
            return Slip(wrong, right, found.end())
    return None


def _may_be_meant(wrong: str, right: str) -> bool:
    """Whether a finger or an input method makes one of the other."""
    if re.search(r"\d", wrong) and re.search(r"\d", right):
        return True
    return len(wrong) == len(right) and 2 * sum(map(str.__eq__, wrong, right)) >= len(right)


def put_right(draft: Draft, slip: Slip) -> Draft:
    """The draft with the right word wherever the wrong one stands."""
    for name in _TOLD:
        value = draft.fields.get(name)
        if value is not None and slip.wrong in value.value:
            draft = draft.with_field(name, replace(value, value=value.value.replace(slip.wrong, slip.right)))
    place = draft.place
    parts = {
        part.name: getattr(place, part.name).replace(slip.wrong, slip.right)
        for part in fields(Place)
        if isinstance(getattr(place, part.name), str)
    }
    return replace(draft, place=replace(place, **parts))


def behind(turn: Turn, end: int) -> Turn:
    """What the turn says behind its first `end` characters, read as before."""
    shift = len(turn.text) - len(turn.text.lstrip()) + end
    spans = tuple(
        replace(span, start=span.start - shift, end=span.end - shift)
        for span in turn.reading.spans
        if span.start >= shift
    )
    entities = tuple(
        replace(entity, start=entity.start - shift, end=entity.end - shift)
        for entity in turn.entities
        if entity.start >= shift
    )
    reading = Reading(turn.reading.acts, spans, turn.reading.danger, turn.reading.danger_kind)
    return replace(turn, text=turn.text[shift:], entities=entities, reading=reading)


def _sounding_like(word: str, told: str) -> str:
    """What was told that sounds like the word and is written otherwise; "" where nothing is, or several are."""
    sounds = [sound(char) for char in word]
    found = {
        told[at : at + len(word)]
        for at in range(len(told) - len(word) + 1)
        if [sound(char) for char in told[at : at + len(word)]] == sounds
    }
    found.discard(word)
    return found.pop() if len(found) == 1 else ""

"""Names of persons as callers give them: 我姓王, 免贵姓王, 我叫王建国, 王先生. Value: {"name", "title"}."""

from __future__ import annotations

import re

from bot.text.spans import Span, without_overlaps
from language.surnames import COMPOUND, NO_NAME, SINGLE, WORDS

# Surnames that are everyday words too; before a title they would catch 当成老师, 对于老师, 高中老师.
_TRICKY = frozenset(
    "成时和都能从过有这明向经解单任常方万全应师商原海花权强平计索相初门来普阿母那公哈利呼居干但由富信展智幸元位区南国支车路管连官"
)

_SURNAME = rf"(?:{'|'.join(COMPOUND)}|[{SINGLE}{WORDS}])"
_STOP = "在住电话手机号的是了来想要反映咨询投诉家我你他她您们这那说就今昨年月日天先女士师阿老大您,，。;；、 不没有把被给让去到从跟和与及也都还又再很太因为所以现请问帮"
_GIVEN = rf"[^\W\d_a-zA-Z{_STOP}]"
_TITLES = "先生|女士|小姐|师傅|阿姨|老师|大爷|大妈|大叔|大姐|大哥|奶奶|爷爷|叔叔|同志|太太|老板|经理|医生|主任|校长|教授|律师|警官|工"
_TITLE_PATTERN = re.compile(
    rf"(?P<name>{_SURNAME}(?:{_GIVEN}{{0,2}}?))(?P<title>先生|女士|小姐|师傅|阿姨|老师|大爷|大妈|大叔|大姐|大哥|奶奶|爷爷|叔叔|同志|太太)"
)
_SURNAME_ONLY = re.compile(
    rf"(?:我是?姓|免贵姓|免贵|鄙姓|本人姓|敝姓|(?<![贵您你他她老百同])姓)(?P<name>{_SURNAME})(?![名氏])(?P<title>先生|女士|小姐|师傅|阿姨|老师)?"
)
_FULL_NAME = re.compile(
    rf"(?:我的?名字(?:叫|是)?|我的姓名(?:叫|是)?|我叫|我是叫|名叫|本人叫?|姓名(?:是|叫|:|：)? ?|联系人(?:是|叫|:|：)? ?|叫我)(?P<name>{_SURNAME}{_GIVEN}{{1,2}})(?P<title>{_TITLES})?"
)
_LONELY = re.compile(rf"(?P<name>{_SURNAME}{_GIVEN}{{1,2}})")
_BEFORE_TITLE = re.compile(
    r"(?:对于|关于|由于|等于|属于|至于|位于|基于|终于|小学|中学|大学|高中|初中|幼儿园)$"
)

# Before 任女士 or 方先生 these show that a person follows.
_NAME_BOUNDARY = re.compile(r"[,，。.、:：;； 是叫找]$")


def find_names(text: str, alone: bool = False) -> list[Span]:
    """`alone`: the whole text may be nothing but a name (an answer to "怎么称呼您"), then a bare name counts too."""
    spans = []
    for pattern, confidence in ((_FULL_NAME, 0.95), (_SURNAME_ONLY, 0.95), (_TITLE_PATTERN, 0.9)):
        for match in pattern.finditer(text):
            name, title = match["name"], match["title"] or ""
            if _rejected(text, name, match.start("name"), pattern is _TITLE_PATTERN):
                continue
            end = match.end("title") if title else match.end("name")
            spans.append(Span("name", {"name": name, "title": title}, match.start("name"), end, confidence))
    if alone and not spans:
        bare = _LONELY.fullmatch(text.strip(" ,。"))
        if bare and not NO_NAME.match(bare["name"]):
            start = text.index(bare["name"])
            spans.append(
                Span("name", {"name": bare["name"], "title": ""}, start, start + len(bare["name"]), 0.6)
            )
    return without_overlaps(spans)


def _rejected(text: str, name: str, start: int, before_title: bool) -> bool:
    if NO_NAME.match(text, start):
        return True
    if not before_title:
        return False
    if name in _TRICKY and not _NAME_BOUNDARY.search(text, max(0, start - 2), start) and start > 0:
        return True
    return _BEFORE_TITLE.search(text, max(0, start - 3), start + 1) is not None

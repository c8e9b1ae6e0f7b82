"""The answer to 怎么称呼您, taken apart: 我姓贺贺建国, 呃我姓夏叫夏阿凤, 那个我是沈一鸣啊, 我叫豆豆我奶奶叫傅秀英.

Sure only of what leads to a name, the name, and what may stand behind it: nothing, a particle, or the beginning of another matter. All
else is for the reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from desk.orders.drafting.persons import NOBODY, TITLES, Person
from language.surnames import COMPOUND, NO_NAME, SURNAME

_HAN = r"[\u4e00-\u9fff]"
_ANY = rf"(?:{'|'.join(COMPOUND)}|{_HAN})"
_FILLER = r"(?:喂|嗯|呃|额|哦|噢|哎|欸|诶|啊|哈|那个?|就|就是|好|好的|行|对|同志|[你您]好|我啊|我嘛|我呀)"
_SELF = r"(?:我|俺|咱|阿拉|偶|本人|鄙人)"
_PUT = r"(?:你|您|那|就|请|给我)?(?:就|给我)?(?:写|登记|记|填)成?"
# A monk goes by the name of his order, a singer by that of the stage.
_ANOTHER_NAME = r"(?:法号|法名|道号|艺名|网名|笔名|小名|大名|全名|真名|本名|中文名)"
_LEAD = rf"(?:{_FILLER}|贫[僧道]|老衲|{_SELF}?(?:的)?{_ANOTHER_NAME}|{_SELF}(?:的?名字|的?姓名)?|名字|姓名|叫|叫做|是|免贵|{_PUT}|[叫喊]我)"
_LEADS = re.compile(rf"^{_LEAD}*")
_SURNAMED = re.compile(rf"^(?:{_LEAD})*?(?:免贵)?姓(?:是)?(?P<surname>{_ANY})")
# For whom they speak, where they give that name and no other: 我爸叫符长根.
_OF_KIN = re.compile(
    rf"^(?:{_FILLER})*(?:就写|写|登记|记)?(?:我|俺)(?:家)?(?:的)?(?:爸|妈|爷爷?|奶奶?|外公|外婆|姥姥|姥爷|公公|婆婆|老公|老婆|爱人|老伴|儿子|女儿|孙子|孙女)(?:的?(?:名字|大名))?(?:就?叫|是|姓名)(?P<name>{SURNAME}(?:{_HAN}){{1,2}})(?:[吧啊呀]|$|[,，。 ])"
)
_OWN_STATED = re.compile(rf"(?:{_FILLER})*(?:{_SELF}|免贵|本人)(?:的名字)?(?:叫|姓|也姓|是)")
_KINS_NAME = re.compile(
    rf"(?:{_FILLER})*(?:{_SELF}(?:家)?(?:的)?)?(?:[大二三小老]?(?:爸|妈|爹|娘|爷爷?|奶奶?|叔叔?|伯伯?|伯父|姑姑?|舅舅?|姨妈?|婶婶?|哥哥?|姐姐?|弟弟?|妹妹?)|"
    r"外公|外婆|姥姥|姥爷|公公|婆婆|老公|老婆|爱人|老伴|儿子|女儿|孙子|孙女|父亲|母亲)(?:也|就|是|的|名字|大名)*(?:姓|叫|名叫)"
)
_DECLINED = re.compile(
    r"^[哎诶呃嗯啊哦唉噢喔欸嘛呀]|[不没别甭]|莫(?=写|问|说|管|留|记)|什么|啥|谁|哪|可以|吗|要|保密|任意|写|知道"
)
# What may stand behind a name, and says nothing more of it.
_TAIL = rf"(?:{TITLES}|本人|吧|啊|呀|呢|嘛|哈|哦|噢|了|咯|就行|就好|就可以|就成|就中|好了|行了|得了|可以)*"
# Where somebody goes on with another matter: 我叫豆豆|我奶奶叫傅秀英.
_NEXT = r"(?=$|(?:我|俺|咱)(?:的|是|家|妈|爸|爷|奶|外|老|儿|女|孩|娃|电|手|住|在|这|就|想|要|们)|手机|电话|联系|号码|住|今年|1\d|幺|他是|她是|帮)"
_CHAR = rf"(?![的了吧啊呀嘛我俺你您他她不没说叫姓名就]){_HAN}"
_GIVEN = rf"(?!{TITLES})(?:{_CHAR}){{1,2}}?"
_KIN = re.compile(
    r"老伴|[妹姐哥弟]|师傅|物业|保安|施工|[来去找管修等]|[队组]$|奶奶|爷爷|叔叔|阿姨|外婆|外公|姥|爸|妈|大[姐哥]$|[人工]$|老师|社区|等等|外卖"
)
# 那麻烦了 leads to no name, 我叫, 写 and a hesitation do.
_TELLS_NAME = re.compile(r"[我俺咱叫姓写记填名号呃嗯额喂欸诶]|那个|贫[僧道]|本人|登记")
# What `without_explanations` leaves of an explanation.
_SPELLED = "，，，"
# Who is called something goes by it, whatever it is: 我叫豆豆.
_ANYHOW = rf"(?:{_CHAR}){{2,3}}?"


@dataclass(frozen=True)
class _Said:
    """`weight`: 1 for a surname alone, 2 for a whole name, 3 for one that begins with the surname that was stated."""

    name: str
    start: int
    end: int
    weight: int


def own_name(words: str) -> Person | None:
    """The caller's name in an answer of which nothing is left over; None of every other. Explanations of characters have
    to be blanked (`spelling.without_explanations`). A surname alone is found, too."""
    surname, said = "", list[_Said]()
    for start, end in _clauses(words):
        clause = words[start:end]
        stated = _SURNAMED.match(clause)
        if stated and not _DECLINED.match(clause[stated.start("surname") :]):
            surname = stated["surname"]
            said.append(_Said(surname, start + stated.start("surname"), start + stated.end("surname"), 1))
            clause, start = clause[stated.end() :], start + stated.end()
        said += _names(clause, start, surname, words[end:])
    if not said:
        return None
    best = max(said, key=lambda one: (one.weight, -one.start))
    if best.weight == 1 and any(not _is_spent(words[start:end]) for start, end in _clauses(words)):
        return None
    title = re.match(TITLES, words[best.end :])
    return Person(best.name, title.group() if title else "", said[0].start, best.end)


def without_kin(words: str) -> str:
    """`words` with commas in place of the name of a relative, where the caller tells their own, too: 我姓厉 叔叔也姓厉 叫厉水根.
    Of the same length."""
    spans = list(_clauses(words))
    if not any(_OWN_STATED.match(words[slice(*span)]) for span in spans):
        return words
    others, kins = False, " "
    stated = next((found for span in spans if (found := _SURNAMED.match(words[slice(*span)]))), None)
    own_surname = stated["surname"] if stated else ""
    for start, end in spans:
        clause = words[start:end]
        kin = _KINS_NAME.match(clause)
        goes_on = others and re.match("(?:名字?)?[叫姓是]", clause)
        # 我姓李 老公姓王 叫李芳: the name goes with the surname that is the caller's.
        own = (
            goes_on
            and own_surname
            and clause[goes_on.end() :].startswith(own_surname)
            and not clause[goes_on.end() :].startswith(kins)
        )
        if kin:
            kins = clause[kin.end() : kin.end() + 1] or " "
        others = bool(kin) or bool(goes_on and not own)
        if others:
            words = words[:start] + "，" * (end - start) + words[end:]
    return words


def name_of_kin(words: str) -> Person | None:
    """The name of the relative for whom somebody calls, if it is all that they answer, twice: it is written down then."""
    found = _OF_KIN.match(words)
    return Person(found["name"], "", found.start("name"), found.end("name")) if found else None


def _clauses(words: str) -> Iterator[tuple[int, int]]:
    """Names are set apart by colons and dots, too, as on a form: closer than the clauses of a story (stretches.py)."""
    for found in re.finditer(r"[^\s,，。.!！?？；;、:：]+", words):
        yield found.span()


def _names(clause: str, start: int, surname: str, behind: str) -> Iterator[_Said]:
    """The whole name that the clause is, or begins with. `surname` is what they said theirs to be, `behind` what follows."""
    lead = _LEADS.match(clause)
    at = lead.end() if lead else 0
    for name, weight in _shapes(surname, clause[:at], spelled=behind.lstrip().startswith(_SPELLED)):
        found = re.match(rf"(?P<name>{name}){_TAIL}{_NEXT}", clause[at:])
        if found and not _is_none(found["name"]):
            yield _Said(found["name"], start + at, start + at + found.end("name"), weight)
            return


def _is_none(name: str) -> bool:
    return bool(_DECLINED.search(name) or NOBODY.search(name) or NO_NAME.match(name) or _KIN.search(name))


def _shapes(surname: str, lead: str, *, spelled: bool) -> Iterator[tuple[str, int]]:
    """Patterns of a whole name, the surest first. A bare one (高兴, 成都人) that nobody spells is for the reading."""
    if surname:
        yield re.escape(surname) + _GIVEN, 3
    if spelled or _TELLS_NAME.search(lead):
        yield SURNAME + _GIVEN, 2
    if spelled:
        yield SURNAME, 1
    if re.search(rf"(?:我叫|{_ANOTHER_NAME}(?:叫|是)?)$", lead):
        yield _ANYHOW, 2


def _is_spent(clause: str) -> bool:
    """Whether the clause tells a surname and nothing more."""
    return bool(re.fullmatch(rf"(?:{_LEAD})*(?:免贵)?姓?(?:是)?{_ANY}?{_TAIL}", clause))

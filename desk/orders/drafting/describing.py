"""The description: the trouble in the citizen's words, verbatim, and whatever is told of it later.

Nothing that was told is lost, and no correction of another field edits it, but at the very words that were corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from desk.orders.drafting.draft import Draft
from desk.orders.drafting.phrases import (
    agrees_only,
    gives_up,
    goes_on,
    has_content,
    is_no,
    is_question,
    is_skip,
    is_yes,
    only_asks,
    shows_only,
    type_said,
    without_pictures,
)
from desk.orders.drafting.plan import DESCRIPTION_MIN_CHARS
from desk.orders.drafting.sources import said
from desk.orders.drafting.steps import AWAY_CONFIDENCE, FOLLOWS, names_field
from desk.orders.drafting.stretches import Range, clauses, joined, overlap, stretches, without
from desk.orders.drafting.turn import Turn
from language.numerals import arabic

MAX_CHARS = 2000
# Who only does these tells nothing of a trouble, whatever words the rules know in it.
_TELLS_NOTHING = (
    "ask", "process", "human", "grumble", "cancel", "follow", "greet", "thanks", "bye", "wait", "repeat", "chat", "value"
)  # fmt: skip
_ASKED = frozenset({"consult", "suggest"})
# Who does one of these wants something, or answers in words that hold no value; what else he tells is read as before.
_WANTS = (
    "ask", "process", "human", "cancel", "follow", "greet", "thanks", "bye", "wait", "repeat", "chat", "refuse",
    "unknown", "secret", "open", "register", "no", "nothing", "correct", "callback",
)  # fmt: skip
_READ_AS_SOMETHING = (
    "details",
    "ask",
    "process",
    "correct",
    "secret",
    "refuse",
    "cancel",
    "callback",
    "yes",
    "no",
)
# Questions at which people go on telling what they had begun, in one short message after another.
_PASSED_BY = frozenset(
    {"place", "event_time", "subject", "appeal", "caller", "phone", "confidential", "confirm", "change"}
)
# So many characters beyond values and small words tell something; fewer may be a value that was not recognised.
_TELLING_CHARS = 4
_YES_IS_CLEAR = 0.85
_GRUMBLE_IS_CLEAR = 0.6
_NUMERALS = re.compile(r"[0-9零〇一二三四五六七八九幺腰两拐洞勾]{5,}")
_NAMING = re.compile(r"(?:^|[我俺就喊都写])叫|叫我|姓|名字|名儿|称呼")
# 我要咨询个事, 提条建议: a thing that is told of is counted; 个税, 事业单位, 一条狗 are words of the matter.
_THING_TOLD = r"(?:一?[个件条桩下点](?:小|大)?)?(?:事情?(?![业故主先后务])|情况|问题(?!奶|食|疫|少)|工单)"
_OPENING = re.compile(
    r"^(?:喂|[您你侬恁]家?好(?:[哈啊呀](?=[\s,，。我]))?|在(?:吗|不在|么)(?=[\s,，。?？]|$)[?？]?|hello|嗨|那个|嗯|呃|啊|[哎唉诶][呀哟]?|我[跟和同]你们?[说讲](?![的过好])|你们?听我[说讲]|就是|请问|同志|师傅|话务员|12345吗?|"
    r"我[要想](?![饭债命不])|我来(?![自到了])|想(?:要)?(?![不起到])|要(?![饭债命不是么])|来(?=(?:咨询|反映|投诉|举报|问|说|报|登记))|"
    r"[帮给替]我(?=登记|反映|投诉|举报|记|开)|开(?=一?[个张]?工单)|[向跟给]你们(?=反映|反应|投诉|举报|求助|建议|提|说|讲)|"
    rf"(?:反映|反应|投诉|举报|求助(?!站)|建议(?![书稿])|表扬|咨询(?!公司|师|室|费)|登记(?!表|证|处|机关|员|结婚|离婚))(?:一下|下|一?[个件条](?![人税体别]))?(?:{_THING_TOLD})?|"
    rf"(?:提|说|讲|问|有)(?:一?[个点条件下])?(?:建议|意见|{_THING_TOLD})?(?:哈|啊|呀|吧|嘛|噻)?(?=[,，。、:：!！~ ]|$)|"
    rf"(?:说|讲|问)(?:一下|下)|{_THING_TOLD}(?=[,，。、:：!！~ 是])|是这样的?|这样的?|[,，。、:：!！~ ])+"
)
_MORE = re.compile(
    r"^(?:还有|另外(?!一?[个家栋户边位条]|的)|而且|再就是|对了|补充一下|还要说的是)(?:就是|一点|还有)?(?:[哈啊呀呢哦嘛](?=[,，、:： ]))?[,，、:： ]*"
)
# What is left where the place that follows it was taken out.
_LOOSE_END = re.compile(r"[,，、;；](?:就|是|我们)?(?:在|位于)$")
_PUNCTUATION = " ,，。.;；、!！?？~:：\n\t"
# What a clause may hold beside a value without telling more.
_HOLLOW = re.compile(
    r"我们?|他们?|俺|恁|先|把|记[上下住一]?|留[下个]?|打[我俺]?|你们?|您|这个|那个|这里|那里|这边|那边|就是|就在|应该|大概|可能|好像|地址|位置|地点|时间|电话|手机|号码|名字|对象|单位|"
    r"那就|还是|反正|改成|改为|不是|不对|错了?|[是在就叫姓的了吧啊呀呢嘛哦哈嗯呃额对好行那这个位到从住给写记成,，。:： ]"
)
_OF_AN_ORDER = re.compile(r"工单|单子|单号|[那上]张?单|诉求|进[度展]|撤[回销诉]|催(?:一下|办|催|单)")
_COURTESY = re.compile(
    r"^(?:谢谢|多谢|感谢|麻烦|辛苦|拜托|您好|你好|喂|听得到吗|在吗|等一?下|好的?|再见|拜拜)(?:您|你|了|啊|哈|你们|您了)*$"
)
_DOERS = re.compile(
    r"(?:那个?|有|有人)?(?:电鱼|毒鱼|炸鱼|[充送收跳养打卖修开摆拉跑做搞装发放扫挖砌倒贴催拖唱遛烧停赌骗偷造贩捕猎砍伐占盖租炒排喷][\u4e00-\u9fff]{1,6})的"
)
# Corrections of what the description never holds: the caller's name and number.
_ABOUT_CALLER = re.compile(r"姓|名字|称呼|电话|号码|手机|尾号|\d位|[一两三四]位")
# How a correction names the wrong and the right value.
_WRONG_THEN_RIGHT = re.compile(
    r"不是(?P<wrong>[^\s,，。;；是]{1,16})[\s,，。;；]*(?:而是|应该是|应当是|是|改成)(?P<right>[^\s,，。;；!！]{1,16})"
)
_RIGHT_THEN_WRONG = re.compile(
    r"是(?P<right>[^\s,，。;；是不]{1,16})[\s,，。;；]*不是(?P<wrong>[^\s,，。;；是]{1,16})"
)
# Characters by which a right value may be longer than the wrong one: 东门, 东南门.
_MOST_LONGER = 3
_SPOKEN_END = re.compile(r"(?:的|吧|啊|呀|哈|哦|呢|嘛|了)+$")
_NUMERAL = r"[0-9零〇一二三四五六七八九十百]"
# Numerals and a syllable or two, up to 号: a number that was misheard stood behind the road, and was no part of the place.
_MISHEARD_NUMBER = rf"(?:{_NUMERAL}{{1,5}}[^，,。;；、\s号]{{0,2}}号)?"


def with_description(
    draft: Draft,
    before: Draft,
    turn: Turn,
    correcting: bool,
    changed: list[str],
    used: Sequence[Range],
    private: Sequence[Range],
) -> Draft:
    """`before` is the draft as it was before the turn; `used` has become values, `private` is the caller's own name and
    number, for which the order has guarded fields."""
    draft = _mended(draft, before, turn, correcting, changed)
    told_more = bool(turn.reading) and draft.has("description") and not correcting
    if not draft.asked or (draft.asked == "description" and not told_more):
        return _first_told(draft, turn, changed, used, private)
    if turn.reading:
        return _more_read(draft, before, turn, correcting, changed, used, private)
    return _more_by_rule(draft, turn, correcting, changed, used, private)


def tidy(text: str) -> str:
    """The sentence without greetings and "我要投诉" at its head, on one line."""
    flat = re.sub(r"\s+", " ", text).strip()
    return _OPENING.sub("", flat).strip(_PUNCTUATION)


# --- the first telling ------------------------------------------------------------------------------------------


def _first_told(
    draft: Draft, turn: Turn, changed: list[str], used: Sequence[Range], private: Sequence[Range]
) -> Draft:
    if draft.has("description") and not draft.asked:
        return draft
    words = turn.words
    told = tidy(without(words, private))
    if not told or not _tells(draft, turn, used, private):
        return draft
    changed.append("description")
    return draft.with_field("description", said(turn, told[:MAX_CHARS], 0, len(words)))


def _tells(draft: Draft, turn: Turn, used: Sequence[Range], private: Sequence[Range]) -> bool:
    words = turn.words
    if turn.reading:
        if turn.does("details"):
            return bool(_full(words, private))
        # A consultation that is to be registered is told as a question, and so is many a suggestion.
        asks = draft.type in _ASKED and turn.does("ask", "process")
        if not asks and turn.does(*_TELLS_NOTHING):
            return False
    rest = _LOOSE_END.sub("", tidy(without(words, [*used, *private])))
    question = is_question(words) and draft.type not in _ASKED and not draft.asked
    return _tells_enough(draft, rest) and not question


def _full(words: str, private: Sequence[Range]) -> bool:
    """ "我要投诉" is read as telling of a matter now and then."""
    told = re.sub(r"\W", "", tidy(without(words, private)))
    return len(told) >= 2 and not (type_said(words) and len(told) < 3)


def _tells_enough(draft: Draft, rest: str) -> bool:
    """ "我要投诉", "在和平路" and "我要投诉好又来超市" name no trouble yet."""
    if has_content(rest):
        return len(rest) >= 2
    if draft.type in ("report", "complain") and _DOERS.fullmatch(rest):
        # 举报电鱼的: what is done is the matter.
        return True
    return len(rest) - len(draft.get("subject")) >= (2 if draft.has("subject") else DESCRIPTION_MIN_CHARS)


# --- more of it -------------------------------------------------------------------------------------------------


def _more_read(
    draft: Draft,
    before: Draft,
    turn: Turn,
    correcting: bool,
    changed: list[str],
    used: Sequence[Range],
    private: Sequence[Range],
) -> Draft:
    words = turn.words
    if not (
        turn.does("details", "callback")
        or _unread_trouble(turn)
        or (correcting and stretches(turn, "not"))
        or _goes_on_telling(draft, before, turn, changed, used, private)
    ):
        return draft
    known = draft.get("description")
    mended = known != before.get("description")
    values = set(changed) - {"description", "type"}
    if correcting and not turn.does("details") and _is_of_the_caller(before, turn):
        return draft
    if correcting and not mended and not values and not used:
        # The citizen's own words say what was wrong: "过号三次，不是一次".
        told = tidy(without(words, private))
        new = _is_new(told, known) and not any(_is_settled(known, *pair) for pair in _wrong_and_right(turn))
        return _appended(draft, turn, told, changed) if new else draft
    if correcting and not turn.does("details"):
        return draft
    corrected = [match.span() for match in _pairs(words)] if correcting else []
    kept = [
        clause
        for clause in clauses(words)
        if _tells_more(turn, clause, [*used, *private, *corrected])
        and not any(overlap(clause, c) for c in corrected)
    ]
    told = _MORE.sub("", _tail_cut(_cut_private(words, kept, private)))
    return _appended(draft, turn, told, changed) if _is_new(told, known) else draft


def _is_of_the_caller(before: Draft, turn: Turn) -> bool:
    asked = before.asked in ("caller", "phone", "phone_check")
    return asked or bool(stretches(turn, "name", "phone") or _ABOUT_CALLER.search(turn.words))


def _unread_trouble(turn: Turn) -> bool:
    """Whether the reading is sure of nothing, and the words tell of a trouble."""
    acts = turn.reading.acts.values()
    return (
        not any(likely >= 0.5 for likely in acts) and has_content(turn.words) and not is_question(turn.words)
    )


def _goes_on_telling(
    draft: Draft,
    before: Draft,
    turn: Turn,
    changed: Sequence[str],
    used: Sequence[Range],
    private: Sequence[Range],
) -> bool:
    """Whether somebody who was asked for something else tells on, though the reading took it for a value or for nothing:
    "起码七八十辆 都是小蓝的" is no place, and "群里三百多户都在等" no name."""
    asked, words = before.asked, turn.words
    if asked not in _PASSED_BY or turn.does(*_WANTS) or shows_only(words):
        return False
    if (
        is_question(words)
        or gives_up(words)
        or goes_on(words)
        or only_asks(words)
        or names_field(words, asked)
    ):
        return False
    if turn.reading.does("yes") and (agrees_only(words) or turn.reading.does("yes", at_least=_YES_IS_CLEAR)):
        return False
    if turn.reading.does("grumble", at_least=_GRUMBLE_IS_CLEAR) and not turn.does("value"):
        return False
    values = set(changed) - {"description", "type", "event_time", "confidential"}
    if asked in values and asked not in ("place", "subject"):
        return False
    if asked in ("caller", "phone") and (stretches(turn, "name", "phone") or _NUMERALS.search(words)):
        return False
    if asked == "caller" and _NAMING.search(words):
        return False
    taken = [*used, *private]
    told = [clause for clause in clauses(words) if _tells_more(turn, clause, taken)]
    if asked in ("confirm", "change") and sum(len(_beyond(words, c, taken)) for c in told) >= _TELLING_CHARS:
        return True
    return has_content(words) or any(
        len(_beyond(words, clause, taken)) >= _TELLING_CHARS and words[slice(*clause)] not in draft.place_text
        for clause in told
    )


def follows_up(turn: Turn) -> bool:
    """Whether the words are surely about an order of another day (帮我查一下工单进度), which the reading took for nothing."""
    sure = turn.intent in FOLLOWS and turn.confidence >= AWAY_CONFIDENCE
    return sure and not turn.does(*_READ_AS_SOMETHING) and bool(_OF_AN_ORDER.search(turn.words))


def _beyond(words: str, clause: Range, taken: Sequence[Range]) -> str:
    """What the clause holds beside values and small words."""
    left = (
        char
        for at, char in enumerate(words)
        if clause[0] <= at < clause[1] and not any(start <= at < end for start, end in taken)
    )
    return re.sub(r"[\W_]", "", _HOLLOW.sub("", "".join(left)))


def _tells_more(turn: Turn, clause: Range, taken: Sequence[Range]) -> bool:
    words = turn.words[slice(*clause)]
    # Digits alone are a number that is wrong or was not asked for.
    if not re.search(r"[^\W\d_]", without_pictures(words)):
        return False
    if turn.does("ask", "process") and is_question(words):
        return False
    if is_yes(words) or is_no(words) or is_skip(words) or _COURTESY.match(words):
        return False
    whole = not any(overlap(clause, gone) for gone in taken)
    return len(_beyond(turn.words, clause, taken)) >= (1 if whole else 2)


def _cut_private(words: str, kept: Sequence[Range], private: Sequence[Range]) -> str:
    parts: list[Range] = []
    for start, end in kept:
        for gone_from, gone_to in sorted(private):
            if overlap((start, end), (gone_from, gone_to)):
                if start < gone_from:
                    parts.append((start, gone_from))
                start = max(start, gone_to)
        if start < end:
            parts.append((start, end))
    return joined(words, parts)


def _tail_cut(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(_PUNCTUATION)


def _is_new(told: str, known: str) -> bool:
    return len(re.sub(r"\W", "", told)) >= 2 and told not in known


def appended(draft: Draft, turn: Turn, told: str) -> Draft:
    """The description with `told` behind it."""
    old = draft.fields.get("description")
    if old is None:
        return draft.with_field("description", said(turn, told[:MAX_CHARS], 0, len(turn.words)))
    return draft.with_field("description", replace(old, value=f"{old.value}；{told}"[:MAX_CHARS]))


def _appended(draft: Draft, turn: Turn, told: str, changed: list[str]) -> Draft:
    changed.append("description")
    return appended(draft, turn, told)


def _more_by_rule(
    draft: Draft,
    turn: Turn,
    correcting: bool,
    changed: list[str],
    used: Sequence[Range],
    private: Sequence[Range],
) -> Draft:
    """Without a reading: only what holds a word of a trouble, where nothing else is asked."""
    if correcting or draft.asked in ("phone", "phone_check", "caller", "subject", "appeal", "duplicate"):
        return draft
    words = turn.words
    rest = _MORE.sub("", _LOOSE_END.sub("", tidy(without(words, [*used, *private]))))
    known = draft.get("description")
    if len(rest) < DESCRIPTION_MIN_CHARS or not has_content(rest) or is_question(words):
        return draft
    return draft if rest in known or not known else _appended(draft, turn, rest, changed)


# --- corrections ------------------------------------------------------------------------------------------------


def _mended(draft: Draft, before: Draft, turn: Turn, correcting: bool, changed: list[str]) -> Draft:
    """The description with the corrected words put in where they stand literally, once; else as it was, and where the
    wrong value stands in it in a doubtful way, with the correction behind it."""
    told = draft.fields.get("description")
    # Asked anew for a place that could be found, one says what is right instead.
    corrects = correcting or (before.asked == "place" and before.place.locatable)
    if told is None or not (corrects or "place" in changed or stretches(turn, "not")):
        return draft
    doubtful = False
    for wrong, right in _wrong_and_right(turn):
        if _is_settled(told.value, wrong, right):
            return draft
        places = _standing(told.value, wrong)
        if len(places) == 1 and _alike(wrong, right):
            at = places[0]
            head, tail = told.value[:at], told.value[at + len(wrong) :]
            value = head + _rest_of(right, wrong, head, tail) + tail
            return draft.with_field("description", replace(told, value=value[:MAX_CHARS]))
        doubtful = doubtful or bool(places) or _in_other_digits(told.value, wrong)
    old, new = before.place, draft.place
    if "place" in changed and old.said and corrects:
        # A number that could not be read was not part of the old place: "和平路八十单号".
        misheard = _MISHEARD_NUMBER if new.number and not old.number else ""
        stands = list(re.finditer(re.escape(old.said) + misheard, told.value))
        if old.said in new.said and all(found[0] == old.said for found in stands):
            return draft
        if len(stands) == 1:
            value = told.value[: stands[0].start()] + new.said + told.value[stands[0].end() :]
            return draft.with_field("description", replace(told, value=value[:MAX_CHARS]))
        doubtful = doubtful or (corrects and len(stands) > 1)
    if not doubtful:
        return draft
    both = f"{told.value}；{tidy(turn.words)}"
    return draft.with_field("description", replace(told, value=both[:MAX_CHARS]))


def _rest_of(right: str, wrong: str, before: str, after: str) -> str:
    """What of the right value does not stand right before or behind it already: 和平路|88号 -> 和平路86号, and of 13个小孩
    for 11个, where 11个|小孩 is told, 13个."""
    for length in range(len(right) - 1, 1, -1):
        if before.endswith(right[:length]):
            right = right[length:]
            break
    for length in range(len(right) - 1, 0, -1):
        tail = right[-length:]
        if after.startswith(tail) and not wrong.endswith(tail):
            return right[:-length]
    return right


def _wrong_and_right(turn: Turn) -> Iterator[tuple[str, str]]:
    values = stretches(turn, "place", "time", "subject", "appeal")
    for wrong in stretches(turn, "not"):
        after = [value for value in values if value.start >= wrong.end]
        before = [value for value in values if value.end <= wrong.start]
        if after or before:
            yield wrong.text, (after[0] if after else before[-1]).text
    for pair in _pairs(turn.words):
        wrong_words, right = (_SPOKEN_END.sub("", pair[name]) for name in ("wrong", "right"))
        if wrong_words and right and _alike(wrong_words, right):
            yield wrong_words, right


def _pairs(words: str) -> list[re.Match[str]]:
    return [found for pattern in (_WRONG_THEN_RIGHT, _RIGHT_THEN_WRONG) for found in pattern.finditer(words)]


def _is_settled(told: str, wrong: str, right: str) -> bool:
    return right in told and wrong not in told


def _alike(wrong: str, right: str) -> bool:
    """Whether one can stand in the other's place: a value of the same kind (66号 and 68号), and none that tells more."""
    if abs(len(wrong) - len(right)) > _MOST_LONGER:
        return False
    if len(wrong) == len(right) == 1:
        return True
    if re.fullmatch(r"[\d.]+", wrong) and re.fullmatch(r"[\d.]+", right):
        return True
    return wrong[-1] == right[-1] or wrong[0] == right[0]


def _standing(told: str, wrong: str) -> list[int]:
    """Where `wrong` stands as a value of its own: 6号 does not stand in 66号."""
    head = rf"(?<!{_NUMERAL})" if re.match(_NUMERAL, wrong) else ""
    tail = rf"(?!{_NUMERAL})" if re.search(rf"{_NUMERAL}$", wrong) else ""
    return [found.start() for found in re.finditer(head + re.escape(wrong) + tail, told)]


def _in_other_digits(told: str, wrong: str) -> bool:
    """六十六号 where 66号 was wrong."""
    return bool(re.search(_NUMERAL, wrong)) and bool(_standing(_in_digits(told), _in_digits(wrong)))


def _in_digits(text: str) -> str:
    return re.sub(rf"{_NUMERAL}+", lambda found: arabic(found[0]), text)

"""Puts into the draft whatever one turn says: several fields from one sentence, each with its source.

What the understanding read (`turn.reading`) says which words are a value; the rules here check and normalise it. Of a
turn without a reading (an older model's, a test's) the rules find the values themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from desk.orders.drafting.describing import tidy, with_description
from desk.orders.drafting.draft import Draft, Value
from desk.orders.drafting.false_starts import without_false_starts
from desk.orders.drafting.locating import NAMES_FIRM, READ_BACK, with_place
from desk.orders.drafting.moments import day_of, time_told
from desk.orders.drafting.naming import SIDE, corrected_from, names_in
from desk.orders.drafting.order_types import judged
from desk.orders.drafting.own_name import name_of_kin, own_name, without_kin
from desk.orders.drafting.persons import Person, find_person, person_at, told_apart
from desk.orders.drafting.phrases import (
    appeal_in,
    declines_after_asking,
    has_content,
    is_correction,
    is_no,
    is_question,
    is_skip,
    is_yes,
    knows_already,
    only_names_type,
    says_same_phone,
    type_said,
    wants_confidence,
)
from desk.orders.drafting.plan import ANNOUNCED, needs_subject, tells_of_manners
from desk.orders.drafting.slips import behind, put_right, slip_in
from desk.orders.drafting.sources import said
from desk.orders.drafting.spelling import without_explanations
from desk.orders.drafting.steps import names_field
from desk.orders.drafting.stretches import Range, Stretch, clauses, overlap, stretches
from desk.orders.drafting.subjects import (
    answered,
    find_subject,
    house_in,
    is_kind,
    is_unnamed,
    names_somebody,
    takes_back,
)
from desk.orders.drafting.turn import Turn
from desk.orders.order import Order
from language.phones import (
    Digits,
    Phone,
    digit_runs,
    find_phone,
    find_phones,
    grouped,
    normal,
    problem,
    with_tail,
)
from language.reading import HOLDS
from language.surnames import SURNAME

__all__ = ["ANNOUNCED", "LINE_OFFERED", "Filled", "fill", "said", "tidy", "with_line_phone"]

_TYPE_OF_INTENT = {
    f"order_{name}": name for name in ("consult", "help", "complain", "report", "suggest", "praise")
}
# Origin of a value that was said for an earlier order of the conversation.
EARLIER = "earlier"
# How much the type of the first words weighs once more is told.
_TYPE_KEPT = 0.5
_LAW_BREAKING = re.compile(r"举报|查处|违法|犯法|无证|非法|私自|偷|假|黑|赌|诈|骗|贪|贿|超载|传销")
_PHONE_LEAD = re.compile(
    r"(?:我的?)?(?:联系)?(?:电话|手机|号码|手机号|联系方式|打)(?:号码?|号)?(?:是|为|:|：)?[ ,，]*$"
)
_NAME_LEAD = re.compile(r"(?:我叫|我姓|免贵姓|姓|我是|本人|叫我|喊我|名字叫|姓名是?|名字是|写)[:：, ,]?$")
# Whose number it is, where it is not the caller's.
_ANOTHERS_NUMBER = re.compile(
    r"(?:[他她它](?:们|的)?|对方|老板娘?|包工头|工头|经理|主任|书记|房东|中介|物业|店家?|商家|客服|司机|骗子|公司|单位|快递员?|骑手|外卖员?|师傅|保安|医生|老师|教练|管家|卖家|驿站|邻居)(?:的)?(?:联系)?(?:电话|手机|号码)?(?:号码?|号)?(?:是|为|:|：)?[ ,，]*$|"
    r"(?:接到|来电|收到|显示)(?:了|的)?(?:一个|个)?(?:电话|号码|短信)?(?:是|:|：)?[ ,，]*$"
)
# 月嫂电话139…, 收费员的手机是…: whoever is named before it has it, but for words that say what kind of number it is.
_WHOSE_NUMBER = re.compile(
    r"(?:^|[,，。;；、\s])(?P<who>[\u4e00-\u9fffA-Za-z]{2,8}?)(?:的)?(?:联系)?(?:电话|手机|号码)(?:号码?|号)?(?:是|为|:|：)?[ ,，]*$"
)
_OWN_LEAD = re.compile(
    r"(?:打|联系|回|留|用|找|记)(?:就|还是|请)?(?:打|联系|留|用)?(?:我|俺)(?:的|自己的?|本人的?|这个)?(?:手机|电话|号码?)?(?:是|吧)?[\s,，:：]*$"
)
_OWN_NUMBER = re.compile(
    r"我|俺|咱|偶|本人|自己|联系|备用|固定|座机|家里|单位|办公|回访|常用|另外|这个|那个|就是|记下|记一下|留|打|换|改|新|老|旧|姓|叫|[登填写是用有]"
)
# 打了不接: a number that was called by the caller is not his.
_CALLED_IN_VAIN = re.compile(
    r"^[\s,，]*(?:我)?(?:打(?:了|过去|过)?|拨)?(?:[^,，。\s]{0,4})?(?:不接|没人接|打不通|不通|停机|空号|关机|拉黑)"
)
# 号码是139…，不过你们别打这个: nor is one that nobody is to call.
_NOT_TO_CALL = re.compile(
    r"^[\s,，。]*(?:不过|但是?|可是?)?(?:请)?(?:你们?|您|恁)?(?:千万)?(?:不要|别|莫|甭|不用)(?:再|给|往)?(?:打|联系)(?:这个|这号)"
)
_OLD_NUMBER = re.compile(
    r"(?:老|旧|原来|以前|之前)(?:的)?(?:那个)?(?:手机|电话)?号?码?[^0-9零一二三四五六七八九幺两]{0,3}(?:停机|停用|不用|注销|丢)[了掉]*[\s,，]*(?:是|就是)?[\s,，]*$"
)
_SAID_AGAIN = re.compile("再[记说讲念报]|重新|不对|错|一遍")
_TAKES_BACK = re.compile("不对|错|不是|改")
_AROUND_A_PIECE = re.compile(
    r"[一二两三四五六七八0-9]位|你?(?:听|记)(?:好|着|一下|到)?|我(?:的)?(?:再)?(?:从头)?(?:讲|说|报|念)?(?:一遍|一下)?|从头|(?:手机|电话|号码)(?:号)?|后[头面边来]|前[头面边]|最后|然后|接着|还有|就|是|的|不对|错了|不是|改成?|"
    r"嗯+|啊|哦|噢|呃|额|哎|那个|这个|咯|嘛|吧|呀|哈|好|对|行|您|你们?|[\s,，、。.!！:：]"
)
_DIGITS_COUNTED = re.compile("[一二两三四五六七八0-9]位")
_LEAST_OF_A_PART, _MOST_OF_A_PART, _LEAST_OF_THE_REST = 3, 8, 2
_MOBILE_DIGITS = 11
_MOBILE_BEGINS = re.compile(r"1[3-9]")
# Right behind a number: it was wrong.
_SLIPPED = re.compile(r"^[\s,，、。.…—啊哦噢呃哎呀诶]*(?:不对|勿对|错了|[说报讲念打记]错)")
_TAKEN_BACK = re.compile(
    r"^[\s,，、]*(?:哦|噢|呃|啊|哎|等等)*[\s,，]*(?:不是|不对|错了|说错|讲错|唔系)(?:[\s,，]*(?:不是|不对|错了|了))*[\s,，]*(?:是|应该是)?"
)
# 中间那四个: digits are counted in either word.
_COUNTED = re.compile(r"(?:那|这)?([一二两三四五六七八1-8])个(?![月人字小])")
_ABOUT_PHONE = re.compile(r"电话|手机|号码|尾号|位|中间|开头|[最末]后?")
_PLACE_LEAD = re.compile(r"地址|位置|地点|门牌|应该|就是|[是在就改成为到哈吧的]")
# 车牌后面几位是五六三幺 is said of no telephone.
_OTHER_NUMBER = re.compile("车牌|车号|牌照|卡号|单号|户号|身份证|编号|门牌")
_ABOUT_PLACE = re.compile(r"门牌|地址|[栋幢楼室路街]|单元|小区")
# 你是问我女叫么子吧: who was misunderstood names one of their own, and nobody that the matter is about.
_OF_THEIR_OWN = re.compile(
    r"(?:你|您|恁|侬)(?:是|系)?(?:在)?问(?:的是)?(?:我|俺)|(?:我|俺)(?:家|屋里)?(?:个)?(?:女|儿|娃|孩子?|崽|伢|妹|仔|爸|妈|老公|老婆|孙)[儿子女]?(?:的名字)?(?:就)?(?:叫|名叫)"
)
_COUNTED_PERSONS = re.compile(
    r"[一两二三四五六七八九十几]?(?:位|个|名|帮|伙|家|些)(?:师傅|同志|小伙子|大姐|大哥|医生|护士|老师|民警|人)?"
)
_LOOKS = re.compile(
    r"[一两二三四五六七八九十几俩仨]+个?(?:男|女|老头|老太|小伙|年轻|中年男|中年女|中年人|大妈|大爷)(?:的|人|子|儿|太太?)*|(?:白|黑|红|银|灰|蓝|黄|绿)色?的?(?:面包|小轿|轿|货|越野|商务|三轮|电瓶|电动)?车|面包车|皮卡|货车|车牌|车号|戴(?:着)?(?:帽子|眼镜|口罩)|穿(?:着)?[^,，。]{1,8}(?:衣服|制服|马甲|裤子)"
)
# 恒通|那个二手车市场: where it was, and none of those who trade there.
_IN_A_YARD = re.compile(
    r"(?:那个|这个|的那个)?(?:二手车?|小商品|批发|建材|家具|电子|农贸|水产|花鸟|旧货|服装|国际|商贸)?(?:市场|商场|广场|大厦|产业园|科技园|商业街|步行街)(?!部|管)"
)
_FIRM_BEHIND = re.compile("(?:物业|公司|超市|集团|银行|学校|医院|[店厂馆院])$")
_PREPOSITION = re.compile(
    r"(?:搁|把|被|跟|只要|只有|要是|如果|因为|由于|但是|可是|不过|结果)(?=[\u4e00-\u9fffA-Za-z]{2})"
)
# 村医每季度上|门: what somebody does, and how often, is no part of who it is.
_DOES_SO = re.compile(
    r"(?<=[\u4e00-\u9fff]{2})(?:每(?:天|周|月|年|季|次|个)(?!乐|惠|家|日|鲜)|天天|经常|总是|一直|到现在|[昨今前]天|上次|没有|就是不|不让|不给|非要)"
)
# 育英初中的数学老师 姓茅, 一个女的 胸牌是零二七: what finds the person stands in the next clause.
_CALLED_SO = re.compile(
    rf"[\s,，、]+(?:好像|应该|大概|都)?(?:姓(?!什|啥|不|名)[\u4e00-\u9fff](?=$|[\s,，。的])|(?:名叫|叫|外号(?:叫)?){SURNAME}[\u4e00-\u9fff]{{0,2}}(?=$|[\s,，。])|"
    r"(?:胸牌|工号|工牌|编号|车牌|牌照|警号|尾号)(?:号码?|上?写的?|尾号)*(?:好像|应该|大概)?(?:是|为)?[A-Za-z0-9零〇一二三四五六七八九十幺两\u4e00-\u9fff]?[A-Za-z0-9零〇一二三四五六七八九十幺两·]+(?:号)?)"
)
# Of a house, a person in it may be meant: 班主任在家补课.
_SOMEBODY_IN_IT = re.compile(r"班主任|老师|校长|园长|教练|宿管|大夫|医生|护士|护工|院长|保安")
# Nor is the house who owes the wages of a firm that works in it.
_FIRM_IN_IT = re.compile(r"工资|工钱|欠薪|劳务|外包|(?:保洁|保安|物业|餐饮|劳务|派遣|给了|找)公司")
_THEIR_PERSON = re.compile(r"[\u4e00-\u9fff]{1,6}(?=$|[\s,，。;；!！?？])")
_OFFICES = (
    "支书",
    "主任",
    "书记",
    "会计",
    "经理",
    "老板",
    "校长",
    "园长",
    "队长",
    "组长",
    "村长",
    "物业",
    "公司",
    "学校",
    "医院",
)
# 公司名听错了,是启帆人力,不是启航.
_NAMED_RIGHT = re.compile(
    r"(?<!不)(?:应该是|应为|改[成为]|叫做?|是)(?P<name>[^,，。;；!！?？\s是叫]{2,20}?)(?:[吧啊呀哦哈嘛的]*)(?=[,，。;；!！?？\s]|$)"
)
_POINTED_AT = re.compile(
    r"(?:[那这]家|叫(?:做|个)?|招牌(?:是|叫)?|店名(?:是|叫)?|(?:对面|旁边|隔壁|楼下|边上|里面)的?(?:就是|是|那个|那家)?)[\s,，]*$"
)
_OWN_SHOP = re.compile(
    r"(?:我们?|俺们?|咱们?|自己|自家)(?:家|的|开的|这)?(?:店|馆|厂|铺子?|小店|公司|门面)?(?:名|名字)?(?:叫做?|是|名叫|就叫|就是)[\s,，]*$"
)
_ONLY_DIGITS = re.compile(r"[0-9零〇一二三四五六七八九十幺两]+号?")
# So many characters at the head of a name are cut off at most: 安家|宝公寓管理公司.
_CUT_CHARS = 3
_PLATE = re.compile(r"[\u4e00-\u9fff]\s?[A-Z][·\s]?[A-Z0-9]{4,6}[\u4e00-\u9fff]?")
_OF_ONE_OFFICE = re.compile(
    r"(?:都|全)?是(?P<office>[\u4e00-\u9fff]{2,12}(?:派出所|公司|单位|医院|学校|社区|物业|中队|大队|支队|[店局厂所站]|中心))的"
)
_ANY_OF_A_TRADE = re.compile(
    r"(?:小|老|女|男|那个?|这个?|一个|位)*(?:护士长?|医生|大夫|老师|司机|师傅|保安|保洁员?|服务员|工作人员|民警|警察|姑娘|小伙子?|大姐|大哥|阿姨|人)"
)
# A subject that was read with this probability is one, whatever the rules know of names.
SURE_SUBJECT = 0.8
LIKELY_SUBJECT = 0.6
# So is a name that stands in a story without what leads to one (我姓, 我叫).
SURE_NAME = 0.85
_SECRET_PRAISE, _SURELY_ASKED = 0.7, 0.8
_TELLS = 0.3
MOST_SUBJECTS = 3
_YARDS = ("停车", "的停车", "车库", "食堂")
_HOUSE_CONFIDENCE = 0.6
_ANSWERS_NOTHING = (
    "refuse", "unknown", "yes", "no", "nothing", "ask", "process", "human", "cancel", "secret", "open", "callback",
    "grumble", "wait", "repeat", "greet", "thanks", "bye", "chat", "register", "follow",
)  # fmt: skip
# A longer clause tells why, and that belongs to the matter.
_WISH_CHARS = 20
_DECLINED_SECRECY = re.compile("(?:不|别|莫|无|甭)(?:要|用|需要?|必)?(?:给我)?保密(?![?？吗么])")
# 不要保密？那他知道了怎么办 asks, and is afraid.
_ASKS_BACK = re.compile("保密(?:的话|了)?[?？吗么]")
_FEARS = re.compile(r"怕|别|莫|千万|必须|一定|不[要能想敢许]|匿名")
# 刚才村名讲岔了 leaves no doubt.
_SLIP = re.compile(
    r"(?:刚才?|前面|上面|名|号|址|里|我)[^,，。;；]{0,6}(?:说|讲|记|写|打|报|念)(?:岔|错|混|反)[了啦哒咗]"
)
# A correction that was not sure enough to be an act, where the words are of that shape.
_LIKELY = 0.25


@dataclass(frozen=True)
class Filled:
    """`changed` names the askable fields that got a new value; `problem` says in Chinese why an answer cannot be used."""

    draft: Draft
    changed: tuple[str, ...] = ()
    problem: str = ""


def fill(draft: Draft, turn: Turn) -> Filled:
    """Everything that the turn says about the order. `draft.asked` is the field that it answers, "" at the start."""
    words = turn.words
    if not words:
        return Filled(draft)
    slip = slip_in(draft, words)
    if slip is not None:
        told, draft, turn = draft, put_right(draft, slip), behind(turn, slip.end)
        if not turn.words:
            return Filled(draft, ("place",) if slip.wrong in told.place.said else ("description",))
    before, correcting = draft, _corrects(draft, turn)
    changed: list[str] = []
    used: list[Range] = []
    private: list[Range] = []
    draft = _fill_type(draft, turn, correcting, changed)
    draft, trouble = _fill_phone(draft, turn, correcting, changed, private)
    naming = _searched(draft, turn, private)
    draft = _fill_caller(draft, naming, correcting, changed, private)
    draft = with_place(draft, turn, correcting, changed, used, private)
    draft = _fill_time(draft, turn, correcting, changed, used)
    draft = _fill_confidence(draft, turn, changed, private)
    draft = _fill_subject(draft, naming, correcting, changed, used)
    draft = _with_house(draft, turn, changed)
    draft = _fill_appeal(draft, turn, correcting, changed, used)
    draft = with_description(draft, before, turn, correcting, changed, used, private)
    draft = _settled_type(draft, before)
    return Filled(draft, tuple(dict.fromkeys(changed)), trouble)


def _searched(draft: Draft, turn: Turn, private: list[Range]) -> Turn:
    """The turn without the false starts of who was asked for a name, and without what spells the caller's, which becomes
    private. Unasked, only characters of the caller's own name are spelled. (Its offsets stay true.)"""
    words = turn.words
    if draft.asked in ("subject", "caller"):
        words = without_false_starts(words)
    if draft.asked == "caller":
        words = without_kin(words)
    own = _name_chars(turn, words)
    if draft.asked == "caller" or own:
        plain = without_explanations(words, of="" if draft.asked == "caller" else own)
        private += _blanked(words, plain)
        words = plain
    return turn if words == turn.words else replace(turn, text=turn.text.replace(turn.words, words))


def _name_chars(turn: Turn, words: str) -> str:
    """The characters of the caller's own name, as the rules find it, and as it was read; "" where none is told."""
    person = find_person(words)
    return (person.name if person else "") + "".join(span.text for span in stretches(turn, "name"))


def _blanked(words: str, plain: str) -> list[Range]:
    """Where commas stand in `plain` in place of `words`."""
    blanks = "".join("1" if old != new else "0" for old, new in zip(words, plain, strict=True))
    return [found.span() for found in re.finditer("1+", blanks)]


def _corrects(draft: Draft, turn: Turn) -> bool:
    if draft.asked == "change":
        return True
    if not turn.reading:
        return is_correction(turn.words)
    if turn.does("correct") or stretches(turn, "not") or _SLIP.search(turn.words):
        return True
    return turn.reading.does("correct", at_least=_LIKELY) and is_correction(turn.words)


def with_caller_of(draft: Draft, order: Order | None, turn: int) -> Draft:
    """The draft with what the caller said of themselves for `order`, which was written in the same conversation: nobody is
    asked twice, nor twice refuses. What the new matter says itself goes first."""
    if order is None:
        return draft
    known = {"caller_name": order.caller_name, "caller_title": order.caller_title, "phone": order.phone}
    for name, value in known.items():
        if value and not draft.has(name):
            draft = draft.with_field(name, Value(value, turn, origin=EARLIER))
    for name, field in (("caller_name", "caller"), ("phone", "phone")):
        draft = draft if draft.has(name) else draft.skip(field)
    if order.confidential and not draft.has("confidential"):
        draft = draft.with_field("confidential", Value("yes", turn, origin=EARLIER))
    return draft


# In `Draft.checked`: the number of the line was offered already, and is not once more after a no.
LINE_OFFERED = "line_phone"


def with_line_phone(draft: Draft, line_phone: str, turn: int) -> Draft:
    """The draft with the number that the call came from, where no other is known, nor this one declined. It is to be
    confirmed: people call for others, and from lines where they cannot be called back."""
    known = draft.has("phone") or "phone" in draft.skipped or LINE_OFFERED in draft.checked
    if known or not line_phone or problem(line_phone):
        return draft
    value = Value(line_phone, turn, confidence=0.8, origin="line")
    return draft.with_field("phone", value).check(LINE_OFFERED)


# --- type -------------------------------------------------------------------------------------------------------


def _fill_type(draft: Draft, turn: Turn, correcting: bool, changed: list[str]) -> Draft:
    """The type as it is announced; as it was understood and told where nobody announces one."""
    opening = not draft.asked
    named = type_said(turn.words)
    listens = opening or correcting or draft.asked in ("description", "confirm")
    if named and named == draft.type:
        # 我要投诉他们 in the middle of a story: it is a complaint about somebody.
        draft = draft.check(ANNOUNCED)
    if named and (listens or only_names_type(turn.words)):
        draft = draft.check(ANNOUNCED)
        if named != draft.type and not opening:
            changed.append("type")
        return replace(draft, type=named)
    if not opening or ANNOUNCED in draft.checked:
        return draft
    law_broken = bool(_LAW_BREAKING.search(turn.words))
    understood = _TYPE_OF_INTENT.get(turn.intent)
    sure = turn.confidence if understood else 0.0
    return replace(draft, type=judged(understood or draft.type, turn.words, law_broken=law_broken, sure=sure))


def _settled_type(draft: Draft, before: Draft) -> Draft:
    """The type once more of the story has been told. (One that was announced stays, and so does one that was read back.)"""
    told = draft.get("description")
    if ANNOUNCED in draft.checked or before.asked in READ_BACK or told == before.get("description"):
        return draft
    return replace(draft, type=judged(draft.type, told, sure=_TYPE_KEPT))


# --- phone ------------------------------------------------------------------------------------------------------


def _fill_phone(
    draft: Draft, turn: Turn, correcting: bool, changed: list[str], private: list[Range]
) -> tuple[Draft, str]:
    words, asked = turn.words, draft.asked in ("phone", "phone_check")
    good, bad = _phone_in(turn, asked)
    if good is not None:
        number = good.full if isinstance(good, Phone) else good.digits
        number, end = _taken_back(number, words, good.end)
        private.append(_with_lead(words, good.start, end))
        return _with_phone(draft, turn, number, (good.start, end), changed), ""
    pieced = _in_pieces(draft, turn) if draft.asked == "phone" else None
    if pieced is not None:
        private.append((pieced.start, pieced.end))
        if not problem(pieced.digits):
            return _with_phone(draft, turn, pieced.digits, (pieced.start, pieced.end), changed), ""
        # Whoever goes on has not answered in vain.
        goes_on = len(pieced.digits) > len(draft.phone_part)
        begun = replace(draft, phone_part=pieced.digits)
        # `unusable` counts one.
        begun = replace(begun, tries={**draft.tries, "phone": -1}) if goes_on else begun
        return begun, f"前面{len(pieced.digits)}位记下了：{grouped(pieced.digits)}"
    amended = _amended_phone(draft, turn, correcting)
    if amended:
        private.append((0, len(words)))
        return _with_phone(draft, turn, amended, (0, len(words)), changed), ""
    if asked and says_same_phone(words) and not turn.does("refuse"):
        if not turn.line_phone:
            return draft, "这边看不到您的来电号码"
        changed.append("phone")
        value = said(turn, turn.line_phone, 0, len(words), 0.9, "line")
        # He has said so himself: not asked again.
        return draft.with_field("phone", value).check("phone"), ""
    if bad is not None and (asked or re.search(r"电话|手机|号码", words)):
        return draft, problem(bad.digits)
    return draft, ""


def _in_pieces(draft: Draft, turn: Turn) -> Digits | None:
    """The number as far as it is known, where it is told in pieces: 幺五八零零六七, then 后头四位三九二五. None where
    the turn tells none, or no beginning of a mobile number is known."""
    part = draft.phone_part
    # 后头四位三九二五: the four is none of them.
    plain = _DIGITS_COUNTED.sub(lambda counted: "，" * len(counted.group()), turn.words)
    runs = digit_runs(plain, _LEAST_OF_THE_REST if part else _LEAST_OF_A_PART)
    if not runs or turn.does("refuse", "ask", "process", "details", "wait") or "+" in turn.words:
        return None
    if _OTHER_NUMBER.search(turn.words) or not _only_digits_told(turn.words, runs):
        return None
    told = "".join(run.digits for run in runs)
    # 我再说一遍, 从头: a beginning that is told again is none that goes on.
    again = told.startswith(part[:3]) if part else True
    if part and not again and _TAKES_BACK.search(turn.words[: runs[0].start]):
        # 138 5720, 不对 5721: the end of what is known.
        part = part[: -len(told)] if len(told) < len(part) else ""
    number = told if again else part + told
    if not _MOBILE_BEGINS.match(number) or (len(number) != _MOBILE_DIGITS and len(number) > _MOST_OF_A_PART):
        # Of ten digits one was left out, and nobody knows which.
        return None
    return Digits(number, runs[0].start, runs[-1].end)


def _only_digits_told(words: str, runs: Sequence[Digits]) -> bool:
    """Whether nothing but a piece of a number is told: 后头四位三九二五. 我家1203室 and 收了我2000块 tell something else."""
    around = "".join(
        words[a:b]
        for a, b in zip(
            [0, *(run.end for run in runs)], [*(run.start for run in runs), len(words)], strict=True
        )
    )
    return not re.search(r"\w", _AROUND_A_PIECE.sub("", around))


def _taken_back(number: str, words: str, end: int) -> tuple[str, int]:
    """The number after "7891 不是不是 7890", said in one breath, and where the words of it end."""
    behind = words[end:]
    if _SLIPPED.match(behind) and not find_phones(behind) and (amended := with_tail(number, behind)):
        # …3140 哎呀错了错了 最后不是四零是四二: all that follows is about the number.
        return amended, len(words)
    back = _TAKEN_BACK.match(behind)
    runs = digit_runs(behind[back.end() :], 1) if back else []
    if not back or not runs or runs[0].start > 2 or back.group().strip(" ,，、") == "不是":
        # 是139…不是138… names the wrong one behind the right one.
        return number, end
    digits = runs[0].digits
    corrected = digits if not problem(digits) else number[: len(number) - len(digits)] + digits
    if len(digits) < 2 or "转" in number or problem(corrected):
        return number, end
    return corrected, end + back.end() + runs[0].end


def _with_phone(draft: Draft, turn: Turn, number: str, where: Range, changed: list[str]) -> Draft:
    spoken = not re.search(r"\d{4}", turn.words[slice(*where)])
    if number != draft.get("phone"):
        changed.append("phone")
    value = said(turn, number, *where, origin="spoken" if spoken else "said")
    return replace(draft, phone_part="").with_field("phone", value).uncheck("phone").uncheck("duplicate")


def _phone_in(turn: Turn, asked: bool) -> tuple[Digits | None, Digits | None]:
    """(the caller's number, digits that look meant as one but are none)."""
    words = turn.words
    good, bad = find_phone(words)
    if not turn.reading:
        return good or _recognised(turn), bad
    spans = stretches(turn, "phone")
    told = numbers = find_phones(words)
    whole = _said_once_more(numbers)
    if whole is not None:
        return whole, bad
    given = [number for number in numbers if not _is_given_up(words, number)]
    given = [number for number in given if len(given) == len(numbers) or not _is_anothers(words, number)]
    if asked and given and len(given) < len(numbers):
        # 老号停机了 134… 莫打这个 打新的 173…
        numbers, good = given, given[0] if len(given) == 1 else good
    own = [number for number in numbers if _OWN_LEAD.search(words[: number.start]) and not number.negated]
    if len(numbers) > 1 and len(own) == 1:
        # 我爸那个号是134…，联系打我的，182….
        return own[0], bad
    given_up = [number for number in told if number not in numbers]
    for span in spans:
        if any(overlap(span.range, (number.start, number.end)) for number in given_up):
            continue
        for number in numbers:
            usable = not number.negated and not number.foreign and (asked or not _is_anothers(words, number))
            if usable and overlap(span.range, (number.start, number.end)):
                return number, bad
        # A local number counts where nothing else is said: 82275139，座机. One that is taken back behind it does not.
        alone, _ = find_phone(span.text)
        again = alone is not None and good is not None and good.digits.endswith(alone.digits)
        if again and _SAID_AGAIN.search(words):
            # 五八六零四四二九 is the end of the whole number that follows.
            alone = None
        denied = any(overlap(span.range, (n.start, n.end)) for n in numbers if n.negated)
        if (
            alone is not None
            and not denied
            and (asked or not _is_anothers(words, replace(alone, start=span.start, end=span.end)))
        ):
            start = span.start + alone.start
            return replace(alone, start=start, end=span.start + alone.end), bad
    if good is not None and not asked and _is_anothers(words, good):
        return None, None
    if good is None and asked and len(numbers) == 1:
        return _put_right(words, numbers[0]), bad
    return good, bad if asked or spans else None


def _said_once_more(numbers: Sequence[Phone]) -> Phone | None:
    """The whole number that somebody tells behind a beginning or an end of it: 137 580 不对 5860 4429 你再记一遍 137…"""
    if len(numbers) < 2 or len(numbers[-1].digits) != _MOBILE_DIGITS:
        return None
    last = numbers[-1]
    parts = [number.digits for number in numbers[:-1]]
    torn = all(len(part) < _MOBILE_DIGITS and last.digits.endswith(part[-4:]) for part in parts)
    return last if torn and not (last.negated or last.foreign) else None


def _is_given_up(words: str, number: Phone) -> bool:
    """Whether nobody is to call the number any more: an old one, or one that is said not to be called."""
    return bool(_NOT_TO_CALL.match(words[number.end :]) or _OLD_NUMBER.search(words[: number.start]))


def _put_right(words: str, number: Phone) -> Digits | None:
    """A number that is taken back and put right in the same breath: 13857204169，不对不对，最后是196."""
    if amended := with_tail(number.digits, words[number.end :]):
        return Digits(amended, number.start, len(words))
    right, end = _taken_back(number.digits, words, number.end)
    return Digits(right, number.start, end) if end > number.end else None


def _is_anothers(words: str, number: Digits) -> bool:
    before, behind = words[: number.start], words[number.end :]
    whose = _WHOSE_NUMBER.search(before)
    named = whose is not None and not _OWN_NUMBER.search(whose["who"])
    return bool(
        named
        or _ANOTHERS_NUMBER.search(before)
        or _CALLED_IN_VAIN.match(behind)
        or _NOT_TO_CALL.match(behind)
    )


def _recognised(turn: Turn) -> Digits | None:
    for entity in turn.named("phone"):
        digits = re.sub(r"\D", "", entity.value)
        if digits and not problem(digits):
            return Digits(normal(digits), entity.start, entity.end)
    return None


def _amended_phone(draft: Draft, turn: Turn, correcting: bool) -> str:
    """The known number with the digits that the turn corrects: 最后四位是8822. "" where it corrects none."""
    asked = draft.asked in ("phone", "phone_check")
    if not draft.has("phone") or not (asked or correcting or draft.asked in READ_BACK):
        return ""
    words = turn.words
    if _OTHER_NUMBER.search(words) and not re.search("电话|手机", words):
        return ""
    if not asked and (not _ABOUT_PHONE.search(words) or _ABOUT_PLACE.search(words)):
        # "不是66号，是68号" is said of a house.
        if not stretches(turn, "phone"):
            return ""
    amended = _with_tail(draft.get("phone"), _COUNTED.sub(r"\1位", words)) or _with_part(
        draft.get("phone"), turn
    )
    return amended if amended != draft.get("phone") else ""


def _with_tail(number: str, words: str) -> str:
    """`with_tail`, also where the end of the number is said once more behind it: 最后一位错了 是六 二七零六."""
    if amended := with_tail(number, words):
        return amended
    for _, end in reversed(clauses(words)[:-1]):
        amended = with_tail(number, words[:end])
        again = "".join(run.digits for run in digit_runs(words[end:], 1))
        if amended and again and amended.endswith(again):
            return amended
    return ""


def _with_part(number: str, turn: Turn) -> str:
    """6102反了 6120: the number with the digits that were read as right in place of those that were read as wrong."""
    wrong, right = (
        ["".join(run.digits for run in digit_runs(span.text, 1)) for span in stretches(turn, label)]
        for label in ("not", "phone")
    )
    if len(wrong) != 1 or len(right) != 1 or len(wrong[0]) != len(right[0]) or len(wrong[0]) < 2:
        return ""
    at = number.rfind(wrong[0])
    amended = number[:at] + right[0] + number[at + len(wrong[0]) :] if at >= 0 else ""
    return amended if amended and not problem(amended) else ""


def _with_lead(words: str, start: int, end: int) -> Range:
    lead = _PHONE_LEAD.search(words[:start])
    return (lead.start() if lead else start), end


# --- caller -----------------------------------------------------------------------------------------------------


def _in_full(known: str, words: str) -> Person | None:
    """名字给我写全吧,傅文清: the whole name of whom only the surname is known."""
    if len(known) != 1 or not names_field(words, "caller"):
        return None
    found = re.search(
        rf"(?:^|[,，。:：\s叫是])(?P<name>{known}[\u4e00-\u9fff]{{1,2}})(?=$|[,，。!！\s吧啊])", words
    )
    # 文化的文,清水的清: the name goes on to where its characters are explained.
    return Person(found["name"], "", found.start("name"), len(words)) if found else None


def _fill_caller(
    draft: Draft, turn: Turn, correcting: bool, changed: list[str], private: list[Range]
) -> Draft:
    person = _caller_in(draft, turn, correcting)
    if person is None:
        return draft
    words = turn.words
    if draft.get("caller_name") != person.name:
        if draft.has("caller_name") and person.name == draft.get("caller_name")[:1] and person.title:
            person = replace(person, name=draft.get("caller_name"))
        else:
            draft = draft.with_field("caller_name", said(turn, person.name, person.start, person.end))
        changed.append("caller")
    if person.title and person.title != draft.get("caller_title"):
        draft = draft.with_field("caller_title", said(turn, person.title, person.start, person.end))
        changed.append("caller")
    lead = _NAME_LEAD.search(words[: person.start])
    end = person.end + len(person.title) if words.startswith(person.title, person.end) else person.end
    private.append((lead.start() if lead else person.start, end))
    return draft


def _own_names(draft: Draft, turn: Turn) -> list[Stretch]:
    """What was read as the caller's name. In a story (应该是奕,神采奕奕的奕; 裂 有的地方一脚下去都是沙子) it needs more than
    that, for stories are full of others, and of words that stand alone."""
    read = stretches(turn, "name")
    tells = turn.reading.does("details", at_least=_TELLS)
    if draft.asked in ("caller", "change") or draft.asked in READ_BACK or not tells:
        return read
    return [
        span for span in read if span.confidence >= SURE_NAME or _NAME_LEAD.search(turn.words[: span.start])
    ]


def _caller_in(draft: Draft, turn: Turn, correcting: bool) -> Person | None:
    words, asked = turn.words, draft.asked == "caller"
    if draft.asked in READ_BACK and (whole := _in_full(draft.get("caller_name"), words)):
        return whole
    if draft.asked in READ_BACK and draft.has("caller_name") and (apart := told_apart(words)):
        # 姓是立早章，可别写成弓长张: of the name that is known, the surname.
        given = apart.name[1:] or draft.get("caller_name")[1:]
        return replace(apart, name=apart.name[:1] + given, start=0, end=len(words))
    if not turn.reading:
        return find_person(words, asked=asked)
    if asked and (own := own_name(words)) and not turn.does("refuse"):
        return own
    if asked and draft.tries.get("caller", 0) and (kin := name_of_kin(words)):
        return kin
    named = find_person(words)
    read = [person_at(words, span.start, span.end) for span in _own_names(draft, turn)]
    # A yes to something else is nobody's name.
    found = [person for person in read if person and not (is_yes(words) or is_no(words))]
    if found and (asked or correcting or named or not draft.has("caller_name") or draft.asked in READ_BACK):
        # 我姓王，王建国: the longer is the whole of it.
        best = max(found, key=lambda person: len(person.name))
        if (
            named
            and overlap((named.start, named.end), (best.start, best.end))
            and len(named.name) > len(best.name)
        ):
            return named
        title = best.title or (named.title if named and named.name[:1] == best.name[:1] else "")
        return replace(best, title=title)
    if named:
        return named
    if asked and not turn.does(
        "refuse", "unknown", "ask", "process", "human", "cancel", "secret", "grumble", "wait"
    ):
        person = find_person(words, asked=True)
        # 丽颜颂，做医美的 tells whom it is about, while the caller's name is asked for.
        of_a_party = person and any(
            overlap((person.start, person.end), span.range) for span in stretches(turn, "subject")
        )
        return None if of_a_party and not draft.has("subject") else person
    return None


# --- time, secrecy, subject, appeal -----------------------------------------------------------------------------


def _fill_time(draft: Draft, turn: Turn, correcting: bool, changed: list[str], used: list[Range]) -> Draft:
    asked = draft.asked
    if not turn.reading and asked in ("phone", "phone_check", "caller", "subject"):
        return draft
    found = time_told(turn, asked == "event_time")
    if found is None:
        return draft
    named = bool(stretches(turn, "time"))
    if draft.has("event_time"):
        if not (correcting or asked in ("event_time", "change") or (asked == "confirm" and named)):
            return draft
        if correcting and changed and asked != "event_time" and not named:
            return draft
    listens = not asked or asked in ("event_time", "change", "description", "confirm")
    if not (listens or correcting or named or turn.does("details")):
        return draft
    if asked:
        changed.append("event_time")
    used.append(found.range)
    text = found.text + day_of(turn, found.range)
    return draft.with_field("event_time", said(turn, text, *found.range, min(0.9, found.confidence)))


def _fill_confidence(draft: Draft, turn: Turn, changed: list[str], private: list[Range]) -> Draft:
    """Errs to secret: any wish counts at any time, and a given one is undone only in clear words. The wish is nobody's
    business but ours: 可别说是我说的 does not stand in the description that a department reads."""
    words = turn.words
    wanted = wants_confidence(words)
    private += [clause for clause in clauses(words) if _is_only_wish(words[slice(*clause)])]
    if turn.reading:
        wanted = _wanted_by_reading(draft, turn, wanted)
    elif wanted is None and turn.intent == "confidential" and turn.confidence >= 0.8:
        wanted = True
    if wanted is None or (draft.has("confidential") and (draft.get("confidential") == "yes") == wanted):
        return draft
    changed.append("confidential")
    return draft.with_field("confidential", said(turn, "yes" if wanted else "no", 0, len(words)))


def _is_only_wish(clause: str) -> bool:
    return len(clause) <= _WISH_CHARS and wants_confidence(clause) is not None and not has_content(clause)


def wishes_secrecy(draft: Draft, turn: Turn) -> bool:
    """Whether the reading hears a wish for secrecy. Who praises seldom has one: 我的名字不要紧 is modest."""
    return turn.reading.does("secret", at_least=_SECRET_PRAISE if draft.type == "praise" else HOLDS)


def asks_about_secrecy(turn: Turn) -> bool:
    """保密是啥意思，公司会看到我名字吗: asked whether it is wanted, they want to know what it means first."""
    first = next(iter(clauses(turn.words)), (0, 0))
    wished = is_yes(turn.words[slice(*first)])
    return not wished and turn.reading.does("process", at_least=_SURELY_ASKED) and is_question(turn.words)


def _wanted_by_reading(draft: Draft, turn: Turn, by_words: bool | None) -> bool | None:
    # 不要保密: what is declined in it is no fear.
    fears = bool(_FEARS.search(_DECLINED_SECRECY.sub("", turn.words)))
    # 这有啥好保密的，不用: the word alone is no wish.
    idle = draft.asked == "confidential" and turn.does("open") and not fears
    clear = by_words is False and "实名" not in turn.words and not _ASKS_BACK.search(turn.words)
    if clear and not fears:
        return False
    if draft.asked == "confidential" and declines_after_asking(turn.words):
        return False
    known = not (fears or by_words or wishes_secrecy(draft, turn) and not clear) and knows_already(turn.words)
    if draft.asked == "confidential" and known:
        return False
    if draft.asked == "confidential" and asks_about_secrecy(turn):
        return None
    if wishes_secrecy(draft, turn) or (by_words is True and not idle):
        return True
    if draft.get("confidential") == "yes" and not clear:
        return None
    opened = clear or (turn.does("open") and draft.asked == "confidential")
    return False if opened else None


def _fill_subject(draft: Draft, turn: Turn, correcting: bool, changed: list[str], used: list[Range]) -> Draft:
    found = (
        _subject_read(draft, turn, correcting, used)
        if turn.reading
        else _subject_found(draft, turn, correcting, changed)
    )
    if found is None:
        return draft
    somewhere = draft.asked != "subject" and not _FIRM_BEHIND.search(found.text)
    if somewhere and _IN_A_YARD.match(turn.words, found.end):
        return draft
    if turn.reading and not _PLATE.fullmatch(found.text):
        used.append(found.range)
    if draft.asked == "subject" and is_unnamed(found.text):
        draft = draft.tried("subject")
    if found.text == draft.get("subject"):
        if draft.asked == "subject":
            # Asked once more, they know no more of it.
            changed.append("subject")
        return draft
    if draft.asked:
        changed.append("subject")
    return draft.with_field("subject", said(turn, found.text, *found.range, found.confidence))


def _with_house(draft: Draft, turn: Turn, changed: Sequence[str]) -> Draft:
    """The school or the hospital that was just told as the place is whom it is about: nobody asks for it once more. Whose
    manners are complained of (那大夫) is asked for all the same."""
    if "place" not in changed or draft.has("subject") or not needs_subject(draft):
        return draft
    told = draft.get("description")
    if tells_of_manners(draft) or _SOMEBODY_IN_IT.search(told) or _FIRM_IN_IT.search(told):
        return draft
    start, end = house_in(draft.place_text, draft.get("description"))
    if end <= start:
        return _with_firm(draft, turn)
    return draft.with_field("subject", said(turn, draft.place_text[start:end], 0, 0, _HOUSE_CONFIDENCE))


def _with_firm(draft: Draft, turn: Turn) -> Draft:
    """The firm of the trade that was told of, named with the place: of 驾校, 通顺驾校 训练场搁老机场路那块儿."""
    for name in names_in(turn.words):
        if name.sure and names_somebody(turn.words, name.start, name.end) and _is_told_of(draft, name.text):
            return draft.with_field("subject", said(turn, name.text, name.start, name.end, _HOUSE_CONFIDENCE))
    return draft


def _is_told_of(draft: Draft, firm: str) -> bool:
    """Whether the matter is about a firm of this trade. 医院停车场乱收费 is about somebody in the hospital's yard."""
    told = draft.get("description")
    trades = [firm[-length:] for length in (4, 3, 2) if len(firm) > length + 1]
    ends = [found.end() for trade in trades for found in re.finditer(re.escape(trade), told)]
    return any(not SIDE.match(told, end) and not told.startswith(_YARDS, end) for end in ends)


def _subject_read(draft: Draft, turn: Turn, correcting: bool, used: Sequence[Range]) -> Stretch | None:
    if draft.asked == "subject":
        return _called_so(turn.words, _subject_answered(turn, used))
    words, known = turn.words, draft.get("subject")
    named = _named_subjects(draft, turn, correcting, used)
    if correcting and (NAMES_FIRM.search(words) or (known and names_field(words, "subject"))):
        right = _NAMED_RIGHT.search(words)
        if right and names_somebody(words, *right.span("name")):
            return Stretch(right["name"], *right.span("name"), 0.8)
    if not named:
        return None
    best = named[0]
    if not known or (correcting and draft.asked in READ_BACK and not (used and "place" in draft.asked)):
        return best if not known or _is_alike(known, best.text) or stretches(turn, "subject") else None
    replaces = draft.asked in READ_BACK or correcting
    if stretches(turn, "subject") and replaces:
        return best
    return best if is_kind(known) and names_somebody(words, *best.range) else None


def _named_subjects(draft: Draft, turn: Turn, correcting: bool, used: Sequence[Range]) -> list[Stretch]:
    """Who is named in a telling or a correction, the surest first. A kind of business alone (物业) names nobody yet: it
    is asked for, where the matter needs a name."""
    words = turn.words
    start = corrected_from(words) if correcting else 0
    spans = [
        span
        for span in (_with_office(words, _led_in(span)) for span in stretches(turn, "subject"))
        if _names_party(words, span.range) and not (is_kind(span.text) or is_unnamed(span.text))
    ]
    if not (correcting or turn.does("details", "value")):
        return spans
    found = [
        Stretch(name.text, name.start + start, name.end + start, 0.8)
        for name in names_in(words[start:])
        if name.sure and not is_unnamed(name.text)
    ]
    found = [
        one
        for one in found
        if _names_party(words, one.range)
        # 晚晴护理院在洪家弄十八号 is somebody who is somewhere.
        and (
            re.match(r"[\s,，]*在", words[one.end :])
            # 供销社东边那家丰达农资 is somebody, too, and nowhere but there.
            or _POINTED_AT.search(words[: one.start])
            or not any(overlap(one.range, place) for place in used)
        )
        # 包工头刘胜 names by his title somebody whose name may have been read as the caller's.
        and not any(
            overlap(one.range, name.range) and one.text == name.text for name in stretches(turn, "name")
        )
    ]
    # The name as a whole, where only a part of it was read.
    wholes = [one for one in found if any(overlap(one.range, span.range) for span in spans)]
    apart = [span for span in spans if not any(overlap(span.range, one.range) for one in found)]
    sure = [span for span in apart if span.confidence >= SURE_SUBJECT]
    apart = [span for span in apart if span.confidence >= LIKELY_SUBJECT]
    return [*wholes, *sure, *found, *apart]


def _names_party(words: str, where: Range) -> bool:
    """Whether somebody else is named there: in 我家叫乐家面馆 it is the caller's own shop."""
    return names_somebody(words, *where) and not _OWN_SHOP.search(words[: where[0]])


def _subject_answered(turn: Turn, used: Sequence[Range]) -> Stretch | None:
    """The answer to "who or what is it about?": the names in it (包工头叫吕大勇，公司是宏昌劳务 has two), else its words.
    `used` has become the place: 地址是和平路86号 names nobody."""
    words = turn.words
    start = corrected_from(words)
    rest = words[start:]
    names = names_in(rest, asked=True)
    names = [name for name in names if name.sure] or names
    silent = not turn.does("value", "correct", "details") and turn.does(*_ANSWERS_NOTHING)
    # 写着啥驿站 俺不识字 names one, though he says that he does not know.
    if silent and (not names or not turn.does("unknown")):
        sure = [_led_in(span) for span in stretches(turn, "subject") if span.confidence >= SURE_SUBJECT]
        # 速充宝 桩上写着呢 看不出来是谁家的? scolds, and names it.
        if sure:
            return sure[0]
        return _described(words) if turn.does("unknown") and not takes_back(rest) else None
    if is_yes(words) or is_no(words) or is_skip(words) or _OF_THEIR_OWN.search(words):
        return None
    if takes_back(rest) and not names:
        # 三年级五班 哎别写班级.
        return None
    spans = [
        span
        for span in (_with_count(words, _led_in(span)) for span in stretches(turn, "subject"))
        # 零二 of 胸牌是零二七 is nobody.
        if span.start >= start
        and not _ONLY_DIGITS.fullmatch(span.text)
        and names_somebody(words, span.start, span.end)
        and not _is_only_place(words, span.range, used)
    ]
    if not any(answered(rest)):
        # 护士长也挺好的，但主要是那个小护士 tells of somebody, and names nobody.
        spans = [span for span in spans if not _ANY_OF_A_TRADE.fullmatch(span.text)]
    parts = [Stretch(name.text, name.start + start, name.end + start, 0.8) for name in names]
    parts += [
        span
        for span in spans
        if span.confidence >= SURE_SUBJECT and not any(overlap(span.range, part.range) for part in parts)
    ]
    office = _OF_ONE_OFFICE.search(rest)
    if (
        parts
        and office
        and not any(overlap(office.span("office"), (p.start - start, p.end - start)) for p in parts)
    ):
        # 一个姓邝，一个叫小伍，都是白沙洲派出所的: whose people they are finds them.
        at = office.start("office") + start
        parts.append(Stretch(office["office"], at, at + len(office["office"]), 0.8))
    plain_start, plain_end = answered(rest)
    if _is_only_place(words, (plain_start + start, plain_end + start), used):
        plain_start = plain_end = 0
    plain = Stretch(rest[plain_start:plain_end], plain_start + start, plain_end + start, 0.6)
    if parts:
        parts.sort(key=lambda part: part.start)
        whole = _joined(parts[:MOST_SUBJECTS])
        # 大坪石场的车子: where the plain answer holds all of it, it is what was said.
        holds = plain.start <= whole.start and whole.end <= plain.end
        if holds and plain.end == whole.end and 0 < whole.start - plain.start <= _CUT_CHARS:
            return replace(plain, confidence=0.8)
        return (
            replace(plain, confidence=0.8)
            if holds and len(names) < 2 and _is_attribute(plain, whole)
            else whole
        )
    if not spans and turn.does("details") and not turn.does("value"):
        # 孩子从长沙转来，上课两个月了 tells on.
        return None
    if plain.text and all(plain.start <= span.start and span.end <= plain.end for span in spans):
        return plain
    return spans[0] if spans else plain if plain.text else None


def _described(words: str) -> Stretch | None:
    """Who is unknown and can be told by looks: 不认识 两个男的 开白色面包车."""
    looks = [clause for clause in clauses(words) if _LOOKS.search(words[slice(*clause)])]
    if not looks:
        return None
    start, end = looks[0][0], looks[-1][1]
    return Stretch(words[start:end], start, end, LIKELY_SUBJECT)


def _with_office(words: str, span: Stretch) -> Stretch:
    """The span to the end of the office that it breaks off in: 村支|书."""
    for office in _OFFICES:
        for at in range(max(0, span.end - len(office) + 1), span.end):
            if words.startswith(office, at) and at + len(office) > span.end:
                end = at + len(office)
                return replace(span, text=words[span.start : end], end=end)
    return span


def _led_in(span: Stretch) -> Stretch:
    """The span without what leads to it, or what is told of it, and was read as part of it: 搁|恒通, 村医|每季度上."""
    if does := _DOES_SO.search(span.text):
        span = replace(span, text=span.text[: does.start()], end=span.start + does.start())
    lead = _PREPOSITION.match(span.text)
    if lead is None:
        return span
    return replace(span, text=span.text[lead.end() :], start=span.start + lead.end())


def _called_so(words: str, found: Stretch | None) -> Stretch | None:
    """The answer with what finds the person, told right behind it: 育英初中初二的数学老师 姓茅."""
    if found is None:
        return None
    more = _CALLED_SO.match(words, found.end)
    if more is None or found.text not in words:
        return found
    return replace(found, text=words[found.start : more.end()], end=more.end())


def _with_count(words: str, span: Stretch) -> Stretch:
    """The span to the end of its word: 消防站那|三位, 宏源燃气的|安检员."""
    last = span.text[-1:]
    pattern = _COUNTED_PERSONS if last in "那这" else _THEIR_PERSON if last in "的嘅哩" else None
    more = pattern.match(words, span.end) if pattern else None
    return replace(span, text=words[span.start : more.end()], end=more.end()) if more else span


def _is_only_place(words: str, where: Range, used: Sequence[Range]) -> bool:
    """Whether these characters hold nothing beside a place and what leads to it."""
    if not any(overlap(where, place) for place in used):
        return False
    left = "".join(words[at] for at in range(*where) if not any(start <= at < end for start, end in used))
    return not re.search(r"\w{2}", _PLACE_LEAD.sub("", left))


def _is_attribute(plain: Stretch, name: Stretch) -> bool:
    """大坪石场的车子: the name, and what is whose."""
    return plain.start == name.start and plain.text.startswith(name.text + "的")


def _joined(parts: Sequence[Stretch]) -> Stretch:
    texts = list(dict.fromkeys(part.text for part in parts))
    return Stretch("，".join(texts), parts[0].start, parts[-1].end, min(part.confidence for part in parts))


def _is_alike(known: str, new: str) -> bool:
    """Whether one name can be the other put right: 澜山置业 and 澜岳置业, 迅捷网络科技 and 迅捷通网络科技."""
    shared = set(known) & set(new)
    return len(shared) * 2 >= min(len(set(known)), len(set(new)))


def _subject_found(draft: Draft, turn: Turn, correcting: bool, changed: list[str]) -> Stretch | None:
    if draft.asked not in ("", "description", "subject", "change") and not correcting:
        return None
    if draft.has("subject") and draft.asked not in ("subject", "change"):
        return None
    found = find_subject(turn.words)
    if found is None or (correcting and changed):
        return None
    return Stretch(found.text, found.start, found.end, 0.8)


def _fill_appeal(draft: Draft, turn: Turn, correcting: bool, changed: list[str], used: list[Range]) -> Draft:
    spans = [span for span in stretches(turn, "appeal") if len(span.text) >= 2]
    if spans:
        used += [span.range for span in spans]
        told = "；".join(span.text for span in spans)
        known = draft.get("appeal")
        if told in known:
            return draft
        adds = known and not (correcting or draft.asked == "appeal")
        if draft.asked:
            changed.append("appeal")
        confidence = min(span.confidence for span in spans)
        value = said(turn, f"{known}；{told}" if adds else told, *spans[0].range, confidence)
        return draft.with_field("appeal", value)
    if draft.asked in ("phone", "phone_check", "caller", "place") or (
        draft.has("appeal") and draft.asked != "appeal"
    ):
        return draft
    if draft.type in ("praise", "suggest"):
        return draft
    found = appeal_in(turn.words)
    if found is None or is_question(turn.words):
        return draft
    text, start, end = found
    if draft.asked:
        changed.append("appeal")
    return draft.with_field("appeal", said(turn, text, start, end, 0.9))

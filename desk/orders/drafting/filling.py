"""Puts into the draft whatever one turn says: several fields from one sentence, each with its source."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from desk.orders.drafting import phones
from desk.orders.drafting.draft import Draft, Value
from desk.orders.drafting.persons import find_person
from desk.orders.drafting.phrases import (
    appeal_in,
    has_content,
    is_correction,
    is_question,
    says_same_phone,
    type_said,
    wants_confidence,
)
from desk.orders.drafting.plan import DESCRIPTION_MIN_CHARS
from desk.orders.drafting.subjects import find_subject
from desk.orders.drafting.times import find_time
from desk.orders.drafting.turn import Turn
from desk.places import Place, format_place, merge, parse_address

DESCRIPTION_MAX_CHARS = 2000
_TYPE_OF_INTENT = {
    f"order_{name}": name for name in ("consult", "help", "complain", "report", "suggest", "praise")
}
_LAW_BREAKING = re.compile(r"举报|查处|违法|犯法|无证|非法|私自|偷|假|黑|赌|诈|骗|贪|贿|超载|传销")
_OPENING = re.compile(
    r"^(?:喂|您好|你好|hello|嗨|那个|嗯|呃|啊|哎|就是|请问|同志|师傅|话务员|12345吗?|我要|我想|我来|想要?|要|来|向你们|跟你们|给你们|反映|反应|投诉|举报|求助|建议|表扬|咨询|登记|"
    r"一下|一个|一件|个|事情?|问题|情况|工单|一条|件|是这样的?|这样的?|[,，。、:：!！~ ])+"
)
_PHONE_LEAD = re.compile(
    r"(?:我的?)?(?:联系)?(?:电话|手机|号码|手机号|联系方式|打)(?:号码?|号)?(?:是|为|:|：)?$"
)
_NAME_LEAD = re.compile(r"(?:我叫|我姓|免贵姓|姓|我是|本人|叫我|名字叫|姓名是?|名字是)[:：, ,]?$")
_MORE = re.compile(r"^(?:还有|另外|而且|再就是|对了|补充一下|还要说的是)[就是一点个,,、:: ]*")
# What is left where the place that follows it was taken out.
_LOOSE_END = re.compile(r"[,，、;；](?:就|是|我们)?(?:在|位于)$")
_PUNCTUATION = " ,，。.;；、!！?？~:：\n\t"
_PLACE_LEAD = re.compile(
    r"^(?:(?:就|是|在|位置|地址|地点|我们?家|那个|嗯|呃|应该|大概|具体)(?:是|在|就)?[,，: ：]*)+(?=.{2,})"
)


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
    asked, correcting = draft.asked, is_correction(words) or draft.asked == "change"
    changed: list[str] = []
    used: list[tuple[int, int]] = []
    private: list[tuple[int, int]] = []
    opening = not asked

    named_type = type_said(words)
    if opening and turn.intent in _TYPE_OF_INTENT and not named_type:
        named_type = _TYPE_OF_INTENT[turn.intent]
        # The understanding easily takes a complaint for a report, which asks more and hides more; words decide.
        if named_type == "report" and not _LAW_BREAKING.search(words):
            named_type = "complain"
    if (
        named_type
        and named_type != draft.type
        and (opening or correcting or asked in ("description", "confirm"))
    ):
        draft = replace(draft, type=named_type)
        if not opening:
            changed.append("type")

    draft, problem = _fill_phone(draft, turn, changed, private)
    draft = _fill_caller(draft, turn, changed, private)
    draft = _fill_place(draft, turn, correcting, changed, used)
    draft = _fill_time(draft, turn, correcting, changed, used)
    draft = _fill_confidence(draft, turn, changed)
    draft = _fill_subject(draft, turn, correcting, changed)
    draft = _fill_appeal(draft, turn, changed)
    draft = _fill_description(draft, turn, correcting, changed, used, private)
    return Filled(draft, tuple(changed), problem)


# In `Draft.checked`: the number of the line was offered already, and is not once more after a no.
LINE_OFFERED = "line_phone"


def with_line_phone(draft: Draft, line_phone: str, turn: int) -> Draft:
    """The draft with the number that the call came from, where no other is known, nor this one declined. It is to be
    confirmed: people call for others, and from lines where they cannot be called back."""
    known = draft.has("phone") or "phone" in draft.skipped or LINE_OFFERED in draft.checked
    if known or not line_phone or phones.problem(line_phone):
        return draft
    value = Value(line_phone, turn, confidence=0.8, origin="line")
    return draft.with_field("phone", value).check(LINE_OFFERED)


def said(
    turn: Turn, value: str, start: int, end: int, confidence: float = 1.0, origin: str = "said"
) -> Value:
    return Value(value, turn.seq, start, end, round(confidence, 3), origin)


def _fill_phone(
    draft: Draft, turn: Turn, changed: list[str], private: list[tuple[int, int]]
) -> tuple[Draft, str]:
    words = turn.words
    good, bad = phones.find_phone(words)
    if good is None:
        for entity in turn.named("phone"):
            digits = re.sub(r"\D", "", entity.value)
            if not phones.problem(digits):
                good = phones.Digits(phones.normal(digits), entity.start, entity.end)
    if good is not None:
        private.append(_with_lead(words, good.start, good.end))
        spoken = not re.search(r"\d{4}", words[good.start : good.end])
        if good.digits != draft.get("phone"):
            changed.append("phone")
        value = said(turn, good.digits, good.start, good.end, origin="spoken" if spoken else "said")
        return draft.with_field("phone", value).uncheck("phone").uncheck("duplicate"), ""
    if draft.asked in ("phone", "phone_check") and says_same_phone(words):
        if turn.line_phone:
            changed.append("phone")
            value = said(turn, turn.line_phone, 0, len(words), 0.9, "line")
            # He has said so himself: not asked again.
            return draft.with_field("phone", value).check("phone"), ""
        return draft, "这边看不到您的来电号码"
    if bad is not None and (draft.asked in ("phone", "phone_check") or re.search(r"电话|手机|号码", words)):
        return draft, phones.problem(bad.digits)
    return draft, ""


def _with_lead(words: str, start: int, end: int) -> tuple[int, int]:
    lead = _PHONE_LEAD.search(words[:start])
    return (lead.start() if lead else start), end


def _fill_caller(draft: Draft, turn: Turn, changed: list[str], private: list[tuple[int, int]]) -> Draft:
    asked = draft.asked == "caller"
    person = find_person(turn.words, asked=asked)
    if person is None:
        return draft
    if draft.get("caller_name") != person.name:
        if draft.has("caller_name") and person.name == draft.get("caller_name")[:1] and person.title:
            person = replace(person, name=draft.get("caller_name"))
        else:
            draft = draft.with_field("caller_name", said(turn, person.name, person.start, person.end))
        changed.append("caller")
    if person.title and person.title != draft.get("caller_title"):
        draft = draft.with_field("caller_title", said(turn, person.title, person.start, person.end))
        if "caller" not in changed:
            changed.append("caller")
    lead = _NAME_LEAD.search(turn.words[: person.start])
    end = person.end + len(person.title) if turn.words.startswith(person.title, person.end) else person.end
    private.append((lead.start() if lead else person.start, end))
    return draft


def _fill_place(
    draft: Draft, turn: Turn, correcting: bool, changed: list[str], used: list[tuple[int, int]]
) -> Draft:
    words = turn.words
    if draft.asked in ("phone", "phone_check", "caller") and not correcting and draft.place.locatable:
        return draft
    place = parse_address(_corrected_part(words) if correcting else words)
    if place and is_question(words) and not draft.asked:
        # "和平路派出所几点上班" names a place, but no place where something happened.
        pass
    if not place:
        return draft
    span = _span_of(words, place)
    mostly_place = (span[1] - span[0]) * 10 >= len(words) * 6
    if draft.place and not (correcting or draft.asked in ("place", "change") or mostly_place):
        if not draft.place.locatable and place.locatable:
            pass
        else:
            return draft
    if not draft.place and not place.locatable and draft.asked != "place":
        # A lone district or building number in passing is kept, but does not yet count as the place.
        pass
    merged = merge(draft.place, place)
    if merged == draft.place:
        used.append(span)
        return draft
    changed.append("place")
    used.append(span)
    source = said(turn, merged.text, *span, confidence=place.confidence)
    return replace(_retell(draft, merged), place=merged, place_source=source)


# Numerals and a syllable or two, up to 号.
_MISHEARD_NUMBER = r"(?:[0-9零〇一二三四五六七八九十百两]{1,5}[^，,。;；、\s号]{0,2}号)?"


def _retell(draft: Draft, merged: Place) -> Draft:
    """The description must not send somebody to the address that was corrected."""
    old, told = draft.place.text, draft.fields.get("description")
    if not old or told is None or old not in told.value:
        return draft
    new = "".join(
        (
            merged.road,
            merged.number,
            merged.community,
            merged.building,
            merged.unit,
            merged.room,
            merged.detail,
        )
    )
    # A number that could not be read was not part of the old place: "和平路八十单号".
    misheard = _MISHEARD_NUMBER if merged.number and not draft.place.number else ""
    value = re.sub(re.escape(old) + misheard, lambda _: new or format_place(merged), told.value)
    return draft.with_field("description", replace(told, value=value))


_NEGATED = re.compile(r"不是[^,，。;；\s是]{1,20}?(?=[,，。;；\s]|是|而是|$)")


def _corrected_part(words: str) -> str:
    """The part of a correction that holds the new value: "不是88号,是86号" -> the second half."""
    rest = _NEGATED.sub("", words)
    return rest if rest.strip(_PUNCTUATION) else words


def _span_of(words: str, place: Place) -> tuple[int, int]:
    start = words.find(place.text) if place.text else -1
    return (start, start + len(place.text)) if start >= 0 else (0, 0)


def _fill_time(
    draft: Draft, turn: Turn, correcting: bool, changed: list[str], used: list[tuple[int, int]]
) -> Draft:
    asked = draft.asked
    if asked in ("phone", "phone_check", "caller", "subject"):
        return draft
    found = find_time(turn.words)
    if found is None:
        return draft
    if draft.has("event_time") and not (correcting or asked in ("event_time", "change")):
        return draft
    if correcting and changed and draft.has("event_time") and asked != "event_time":
        return draft
    if not asked or asked in ("event_time", "change", "description", "confirm") or correcting:
        if asked:
            changed.append("event_time")
        used.append((found.start, found.end))
        text = found.text + _resolved(turn, found.start, found.end)
        return draft.with_field("event_time", said(turn, text, found.start, found.end, 0.9))
    return draft


def _resolved(turn: Turn, start: int, end: int) -> str:
    """The day behind "前天下午": who reads the order next week must not count back from the wrong day."""
    for entity in turn.named("time"):
        if entity.moment and entity.start < end and start < entity.end:
            return f"({entity.moment[:10]})"
    return ""


def _fill_confidence(draft: Draft, turn: Turn, changed: list[str]) -> Draft:
    wanted = wants_confidence(turn.words)
    if wanted is None and turn.intent == "confidential" and turn.confidence >= 0.8:
        wanted = True
    if wanted is None or (draft.has("confidential") and (draft.get("confidential") == "yes") == wanted):
        return draft
    changed.append("confidential")
    return draft.with_field("confidential", said(turn, "yes" if wanted else "no", 0, len(turn.words)))


def _fill_subject(draft: Draft, turn: Turn, correcting: bool, changed: list[str]) -> Draft:
    if draft.asked not in ("", "description", "subject", "change") and not correcting:
        return draft
    if draft.has("subject") and draft.asked not in ("subject", "change"):
        return draft
    organisations = turn.named("organisation")
    if organisations:
        first = organisations[0]
        value = said(turn, first.value, first.start, first.end, first.confidence)
    else:
        found = find_subject(turn.words)
        if found is None or (correcting and changed):
            return draft
        value = said(turn, found.text, found.start, found.end, 0.8)
    if draft.asked:
        changed.append("subject")
    return draft.with_field("subject", value)


def _fill_appeal(draft: Draft, turn: Turn, changed: list[str]) -> Draft:
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


def _fill_description(
    draft: Draft,
    turn: Turn,
    correcting: bool,
    changed: list[str],
    used: list[tuple[int, int]],
    private: list[tuple[int, int]],
) -> Draft:
    """The trouble in the citizen's words, without their own name and number: those have fields that are guarded."""
    words = turn.words
    rest = _LOOSE_END.sub("", tidy(_without(words, [*used, *private])))
    if draft.asked in ("", "description"):
        if draft.has("description") and not draft.asked:
            return draft
        told = tidy(_without(words, private))
        asks = is_question(words) and draft.type != "consult" and not draft.asked
        if told and _tells_enough(draft, rest) and not asks:
            changed.append("description")
            return draft.with_field("description", said(turn, told[:DESCRIPTION_MAX_CHARS], 0, len(words)))
        return draft
    if correcting or draft.asked in ("phone", "phone_check", "caller", "subject", "appeal", "duplicate"):
        return draft
    rest = _MORE.sub("", rest)
    if len(rest) >= DESCRIPTION_MIN_CHARS and has_content(rest) and not is_question(words):
        known = draft.get("description")
        if rest in known or not known:
            return draft
        old = draft.fields["description"]
        changed.append("description")
        joined = f"{known};{rest}"[:DESCRIPTION_MAX_CHARS]
        return draft.with_field("description", replace(old, value=joined))
    return draft


def _tells_enough(draft: Draft, rest: str) -> bool:
    """ "我要投诉", "在和平路" and "我要投诉好又来超市" name no trouble yet."""
    if has_content(rest):
        return len(rest) >= 2
    return len(rest) - len(draft.get("subject")) >= (2 if draft.has("subject") else DESCRIPTION_MIN_CHARS)


def tidy(text: str) -> str:
    """The sentence without greetings and "我要投诉" at its head, on one line."""
    flat = re.sub(r"\s+", " ", text).strip()
    return _OPENING.sub("", flat).strip(_PUNCTUATION)


def place_as_said(text: str) -> str:
    """A place that no rule can take apart, in the citizen's words."""
    return _PLACE_LEAD.sub("", text.strip(_PUNCTUATION))


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept = [char for i, char in enumerate(text) if not any(start <= i < end for start, end in spans)]
    return "".join(kept)

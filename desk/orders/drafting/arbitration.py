"""One turn inside the order form: is it an answer, a correction, a yes, a way out, or something else altogether?

`step` is the whole form as a pure function. The understanding layer may be wrong about short answers ("和平路" looks
like a question about a road), so what the citizen was asked weighs more than the intent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import Filled, fill, place_as_said, said, tidy
from desk.orders.drafting.phrases import (
    asks_for_person,
    first_match,
    is_cancel,
    is_correction,
    is_no,
    is_question,
    is_skip,
    is_yes,
    type_said,
)
from desk.orders.drafting.plan import DESCRIPTION_MIN_CHARS, MAX_TRIES, next_field
from desk.orders.drafting.turn import Turn


class Kind(StrEnum):
    """What a turn was. DIGRESSED leaves the draft as it is and the turn to the rules of its intent;
    QUESTION and HUMAN are the same where the understanding missed it."""

    ANSWERED = "answered"
    DIGRESSED = "digressed"
    QUESTION = "question"
    HUMAN = "human"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    HURRY_DUPLICATE = "hurry_duplicate"
    REMARK_DUPLICATE = "remark_duplicate"
    UNCLEAR = "unclear"
    STUCK = "stuck"


@dataclass(frozen=True)
class Step:
    """`draft.asked` is what to ask next. `changed` are fields that were corrected or added, `problem` is for the citizen."""

    kind: Kind
    draft: Draft
    changed: tuple[str, ...] = ()
    problem: str = ""


# These have a rule of their own inside the form (data/rules/order_form.yml); a test compares the two lists.
DIGRESSIONS = frozenset(
    {
        "ask_knowledge",
        "greet",
        "goodbye",
        "thank",
        "ask_identity",
        "ask_capability",
        "order_status",
        "order_hurry",
        "order_remark",
        "order_withdraw",
        "ask_human",
        "emotion_anger",
        "emotion_despair",
        "emergency",
        "abuse",
        "chitchat",
        "out_of_scope",
        "repeat",
        "slower",
        "simpler",
        "rate",
        "returned_from_seat",
    }
)
# Never kept waiting for a form, whatever was asked.
_ALWAYS = frozenset({"emergency", "emotion_despair", "ask_human", "returned_from_seat"})
_ALWAYS_CONFIDENCE = 0.7
# How sure the understanding must be to take a turn away from the question that was asked.
_AWAY_CONFIDENCE = 0.6
_AGAIN = re.compile(
    r"^(?:请)?(?:你)?(?:再|重新?|重复)(?:说|讲|报|复述)?(?:一)?(?:遍|次|下)|没听清|没听懂|听不清|什么[?？]?$|啥[?？]?$"
)
_FIELD_WORDS = (
    ("place", re.compile(r"地址|位置|地点|地方|哪里|门牌|楼栋|小区")),
    ("phone", re.compile(r"电话|号码|手机|联系方式")),
    ("caller", re.compile(r"姓名|名字|称呼|姓(?!什么)")),
    ("event_time", re.compile(r"时间|日期|什么时候")),
    ("subject", re.compile(r"对象|店名|单位|公司名|名称")),
    ("appeal", re.compile(r"诉求|要求|希望")),
    ("confidential", re.compile(r"保密|匿名")),
    ("description", re.compile(r"内容|描述|情况|事情|问题|经过")),
)
# A yes is short, and holds none of these.
_YES_CHARS = 20
_DOUBT = re.compile(r"[不没别错等但可改慢再先]")
_SURE = re.compile(r"没(?:有)?(?:问题|错|毛病|事)|不错|不用(?:改|再)|可以")
_TIMELY = re.compile(r"[点天月年日周晚早夜午时刚]|最近|以前|长期|小时|季|期间|节")
# 先登记 is how 新登记 is heard by telephone.
_NEW = re.compile(r"新|先登记|重新|另|再登|单独|不一样|不是(?:一|同)|两回事|别的事")
_HURRY = re.compile(r"催|加急|快点|尽快")
_REMARK = re.compile(r"补充|追加|加上|并到|合并|一起|加到")


def step(draft: Draft, turn: Turn) -> Step:
    """The draft after one turn. Calling it twice with the same arguments gives the same result."""
    words, asked = turn.words, draft.asked
    if asked == "cancel_check":
        return _after_cancel_check(draft, turn)
    if _wants_away(turn):
        return Step(Kind.DIGRESSED, draft)
    # Words that ask for a person leave no doubt, whatever else the sentence holds.
    if asks_for_person(words):
        return Step(Kind.HUMAN, draft)
    if _is(turn, "cancel", is_cancel(words)) and not _is_answer_to_yes_no(asked, words):
        return Step(Kind.ANSWERED, replace(draft, asked="cancel_check", before_cancel=asked))
    if asked == "duplicate":
        decided = _after_duplicate(draft, turn)
        if decided:
            return decided
    if asked in ("confirm", "phone_check", "confidential", "change"):
        decided = _after_yes_no(draft, turn)
        if decided:
            return decided
    if turn.button:
        return _button(draft, turn)
    if words and _AGAIN.search(words) and len(words) <= 12:
        return Step(Kind.DIGRESSED if turn.intent in ("repeat", "slower") else Kind.ANSWERED, draft)

    filled = fill(draft, turn)
    if is_question(words) and not _answers_strongly(filled, draft, words):
        away = turn.intent in DIGRESSIONS and turn.confidence >= _AWAY_CONFIDENCE
        return Step(Kind.DIGRESSED if away else Kind.QUESTION, draft)
    if filled.problem:
        return _unusable(draft, filled)
    if asked in filled.changed or (
        filled.changed and (is_correction(words) or asked in ("", "change", "confirm"))
    ):
        return _answered(filled.draft, filled.changed)
    if _is(turn, "skip", is_skip(words)) and asked:
        return _skipped(filled.draft)
    if turn.intent in DIGRESSIONS and turn.confidence >= _AWAY_CONFIDENCE and not _fits(draft, words):
        doubtful = turn.intent == "ask_knowledge" and asked in (
            "description",
            "place",
            "subject",
            "event_time",
            "appeal",
        )
        if not doubtful and not filled.changed:
            return Step(Kind.DIGRESSED, draft)
    if is_correction(words):
        field = _field_named(words)
        if field:
            return Step(Kind.ANSWERED, filled.draft.asking(field), ("correcting",))
    if filled.changed:
        return _answered(filled.draft, filled.changed)
    free = _free_answer(filled.draft, turn)
    if free is not None:
        return _answered(free, (asked,))
    if asked in ("confirm", "phone_check") and _understood_as_yes(turn):
        # In whatever words: nothing in them was an answer to anything else.
        return _agreed(draft)
    return _unusable(draft, filled)


def _is(turn: Turn, intent: str, by_words: bool) -> bool:
    """Words decide; the intent alone only for buttons and when very sure."""
    return by_words or (turn.intent == intent and (turn.button or turn.confidence >= 0.9))


def _understood_as_yes(turn: Turn) -> bool:
    """For words that no rule knows. A mishearing may turn anything into a short sentence, so no doubt may be in it."""
    return (
        turn.intent == "affirm"
        and turn.confidence >= _AWAY_CONFIDENCE
        and len(turn.words) <= _YES_CHARS
        and not _DOUBT.search(_SURE.sub("", turn.words))
    )


def _wants_away(turn: Turn) -> bool:
    return turn.intent in _ALWAYS and turn.confidence >= _ALWAYS_CONFIDENCE


def _is_answer_to_yes_no(asked: str, words: str) -> bool:
    return asked in ("confidential", "duplicate") and len(words) <= 4


def _after_cancel_check(draft: Draft, turn: Turn) -> Step:
    back = replace(draft, asked=draft.before_cancel, before_cancel="")
    if re.search(r"继续|接着|别取消|不取消|还是(?:要|登)", turn.words):
        return Step(Kind.ANSWERED, back.asking(back.asked or next_field(back)))
    if _is(turn, "affirm", is_yes(turn.words)) or _is(turn, "cancel", is_cancel(turn.words)):
        return Step(Kind.CANCELLED, back)
    if re.search(r"^不登记了|^不要了|^取消", turn.words):
        return Step(Kind.CANCELLED, back)
    if _wants_away(turn):
        return Step(Kind.DIGRESSED, draft)
    if turn.button or is_no(turn.words):
        return Step(Kind.ANSWERED, back.asking(back.asked or next_field(back)))
    if turn.intent == "deny" and len(turn.words) <= 8:
        return Step(Kind.ANSWERED, back.asking(back.asked or next_field(back)))
    return step(back, turn)


def _after_duplicate(draft: Draft, turn: Turn) -> Step | None:
    words = turn.words
    if turn.intent == "order_hurry" and turn.button or _HURRY.search(words):
        return Step(Kind.HURRY_DUPLICATE, draft)
    if turn.intent == "order_remark" and turn.button or _REMARK.search(words):
        return Step(Kind.REMARK_DUPLICATE, draft)
    if _is(turn, "deny", is_no(words)) or _NEW.search(words):
        return _answered(draft.check("duplicate"), ())
    if is_yes(words) and turn.words:
        return Step(Kind.UNCLEAR, draft)
    return None


def _after_yes_no(draft: Draft, turn: Turn) -> Step | None:
    asked, words = draft.asked, turn.words
    yes = _is(turn, "affirm", is_yes(words))
    no = _is(turn, "deny", is_no(words)) and (turn.button or len(words) <= 8)
    if yes and asked in ("confirm", "phone_check"):
        return _agreed(draft)
    if asked == "confirm":
        return Step(Kind.ANSWERED, draft.asking("change")) if no else None
    if asked == "phone_check":
        return Step(Kind.ANSWERED, draft.without("phone").asking("phone"), ("correcting",)) if no else None
    if asked == "confidential":
        if yes or no or is_skip(words):
            value = said(turn, "yes" if yes else "no", 0, len(words))
            return _answered(draft.with_field("confidential", value), ("confidential",))
        return None
    field = (turn.arguments or {}).get("field") or (_field_named(words) if len(words) <= 8 else "")
    if field:
        return Step(Kind.ANSWERED, draft.asking(field), ("correcting",))
    if yes or no:
        return Step(Kind.ANSWERED, draft.asking("confirm" if no else "change"))
    return None


def _agreed(draft: Draft) -> Step:
    """A yes to what was read back: the whole order, or the number of the line."""
    if draft.asked == "confirm":
        return Step(Kind.CONFIRMED, draft)
    return _answered(draft.check("phone"), ())


def _button(draft: Draft, turn: Turn) -> Step:
    if turn.intent == "skip":
        return _skipped(draft)
    if turn.intent in ("affirm", "deny", "inform", "correct"):
        field = (turn.arguments or {}).get("field", "")
        return Step(Kind.ANSWERED, draft.asking(field or draft.asked or next_field(draft)))
    if turn.intent in DIGRESSIONS:
        return Step(Kind.DIGRESSED, draft)
    return Step(Kind.ANSWERED, draft.asking(draft.asked or next_field(draft)))


def _answers_strongly(filled: Filled, draft: Draft, words: str) -> bool:
    """A sentence with a question in it still answers if it brings the very thing that was asked for."""
    if is_correction(words) and filled.changed:
        return True
    if not draft.asked:
        return "description" in filled.changed
    if draft.asked == "place" and "place" in filled.changed:
        place = filled.draft.place
        return bool(place.number or place.building or place.community) and not re.search(r"[?？]$", words)
    return draft.asked in ("phone", "caller") and draft.asked in filled.changed


def _answered(draft: Draft, changed: tuple[str, ...]) -> Step:
    return Step(Kind.ANSWERED, draft.asking(next_field(draft)), changed)


def _skipped(draft: Draft) -> Step:
    asked = draft.asked
    if asked in ("description", "confirm", "change", "cancel_check", "duplicate", ""):
        return _unusable(draft, Filled(draft))
    if asked in ("phone", "phone_check"):
        # A number of the line was never his to leave: who wants to leave none, leaves none.
        line = draft.has("phone") and draft.fields["phone"].origin == "line"
        skipped = (draft.without("phone") if line else draft).skip("phone").skip("phone_check")
    else:
        skipped = draft.skip(asked)
    return Step(Kind.ANSWERED, skipped.asking(next_field(skipped)), (f"skipped_{asked}",))


def _unusable(draft: Draft, filled: Filled) -> Step:
    """Asks again, at most MAX_TRIES times; then the field is let go, or the form is stuck if it cannot go without."""
    tried = draft.tried(draft.asked)
    if tried.tries[draft.asked] <= MAX_TRIES:
        return Step(Kind.UNCLEAR, tried, (), filled.problem)
    if draft.asked in ("description", "confirm", "change", "duplicate", ""):
        return Step(Kind.STUCK, replace(tried, tries={}))
    let_go = tried.skip(draft.asked)
    return Step(Kind.ANSWERED, let_go.asking(next_field(let_go)), (f"skipped_{draft.asked}",), filled.problem)


def _field_named(words: str) -> str:
    return first_match(_FIELD_WORDS, words) or ""


def _fits(draft: Draft, words: str) -> bool:
    """Whether the words look like what was asked for, without being sure of the details."""
    if draft.asked == "description":
        return len(tidy(words)) >= 12
    if draft.asked == "place":
        return (
            bool(re.search(r"路|街|小区|村|镇|栋|号|楼|院|对面|旁边|门口|附近|广场|市场|公园|站", words))
            and len(words) <= 60
        )
    return False


def _free_answer(draft: Draft, turn: Turn) -> Draft | None:
    """The asked field taken in the citizen's own words, where no rule recognised anything in it."""
    words, asked = turn.words, draft.asked
    if asked == "description" and len(tidy(words)) >= DESCRIPTION_MIN_CHARS - 2:
        return draft.with_field("description", said(turn, tidy(words), 0, len(words), 0.8))
    if asked == "place" and 2 <= len(place_as_said(words)) <= 60 and _plausible_place(words):
        detail = place_as_said(words)
        place = replace(draft.place, detail=detail, text=detail, confidence=0.5)
        return replace(draft, place=place, place_source=said(turn, detail, 0, len(words), 0.5))
    if is_yes(words) or is_no(words):
        return None
    if asked == "event_time" and not _TIMELY.search(words):
        return None
    if asked in ("event_time", "subject", "appeal") and 2 <= len(tidy(words)) <= 100:
        return draft.with_field(asked, said(turn, tidy(words), 0, len(words), 0.6))
    if asked == "caller":
        names = turn.named("name")
        if names:
            first = names[0]
            return draft.with_field(
                "caller_name", said(turn, first.value, first.start, first.end, first.confidence)
            )
    return None


# Said to us in anger instead of an answer.
_GRUDGE = re.compile(r"你们|气死|管不管|没人管|投诉|举报|领导")


def _plausible_place(words: str) -> bool:
    if is_yes(words) or is_no(words) or type_said(words) or _GRUDGE.search(words):
        return False
    return bool(re.search(r"[\u4e00-\u9fff]{2}", words))

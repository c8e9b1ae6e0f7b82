"""What a turn inside the order form was, and the few ways in which the form moves on from it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from desk.orders.drafting.draft import Draft
from desk.orders.drafting.phrases import first_match, is_no, is_yes
from desk.orders.drafting.plan import MAX_TRIES, next_field
from desk.orders.drafting.turn import Turn


class Kind(StrEnum):
    """What a turn was.

    DIGRESSED leaves the draft as it is and the turn to the rules of its intent. QUESTION (an article may answer it),
    PROCESS (about this hotline or this order: how long, who, what it costs), COURTESY (hold on, hello, thanks), UNSEEN
    (a picture, a voice message, a link, which cannot be seen here) and GRUMBLE (at us, without new facts) get a word,
    then the open question again; what they brought beside it is in the draft. ONLY_ASKS wants an answer and no order: the form ends, and offers to register. HUMAN wants a person.
    """

    ANSWERED = "answered"
    DIGRESSED = "digressed"
    QUESTION = "question"
    PROCESS = "process"
    COURTESY = "courtesy"
    UNSEEN = "unseen"
    GRUMBLE = "grumble"
    ONLY_ASKS = "only_asks"
    HUMAN = "human"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    HURRY_DUPLICATE = "hurry_duplicate"
    REMARK_DUPLICATE = "remark_duplicate"
    UNCLEAR = "unclear"
    STUCK = "stuck"


@dataclass(frozen=True)
class Step:
    """`draft.asked` is what to ask next. `changed` are fields that were corrected or added, `skipped_X` those that were
    let go; `problem` is for the citizen. `question` are the words to look up, or to answer from the order's limits, also
    of a turn that was an answer or a yes besides. `again` tells that the same field is asked once more, to be asked in
    other words."""

    kind: Kind
    draft: Draft
    changed: tuple[str, ...] = ()
    problem: str = ""
    question: str = ""
    again: bool = False


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
ALWAYS = frozenset({"emergency", "emotion_despair", "ask_human", "returned_from_seat"})
ALWAYS_CONFIDENCE = 0.7
# About an order of another day.
FOLLOWS = frozenset({"order_status", "order_hurry", "order_withdraw"})
# How sure the understanding must be to take a turn away from the question that was asked.
AWAY_CONFIDENCE = 0.6
# An order cannot do without these; neither can the questions that are about the order as a whole.
NEEDED = frozenset({"description", "confirm", "change", "cancel_check", "duplicate", ""})

# 先登记 is how 新登记 is heard by telephone.
_NEW = re.compile(r"新|先登记|重新|另|再登|单独|不一样|不是(?:一|同)|两回事|别的事")
_HURRY = re.compile(r"催|加急|快点|尽快")
_REMARK = re.compile(r"补充|追加|加上|并到|合并|一起|加到")
_FIELD_WORDS = (
    ("place", re.compile(r"地址|位置|地点|地方|哪里|门牌|楼栋|小区")),
    ("phone", re.compile(r"电话|号码|手机|联系方式|(?<=留)号")),
    ("caller", re.compile(r"姓名|名字|称呼|姓(?!什么)")),
    ("event_time", re.compile(r"时间|日期|什么时候")),
    ("subject", re.compile(r"对象|店名|厂名|单位|公司名|公司(?:的)?名字|名称")),
    ("appeal", re.compile(r"诉求|要求|希望")),
    ("confidential", re.compile(r"保密|匿名")),
    ("description", re.compile(r"内容|描述|情况|事情|问题|经过")),
)


def field_named(words: str) -> str:
    """The field of the order that the words speak of by its name; "" for none."""
    return first_match(_FIELD_WORDS, words) or ""


def names_field(words: str, field: str) -> bool:
    return any(name == field and pattern.search(words) for name, pattern in _FIELD_WORDS)


def by_intent(turn: Turn, intent: str, by_words: bool) -> bool:
    """Words decide; the intent alone only for buttons and when very sure."""
    return by_words or (turn.intent == intent and (turn.button or turn.confidence >= 0.9))


def answered(draft: Draft, changed: tuple[str, ...]) -> Step:
    return Step(Kind.ANSWERED, draft.asking(next_field(draft)), changed)


def skipped(draft: Draft, changed: tuple[str, ...] = (), field: str = "") -> Step:
    """The asked field, or `field`, is left out for good. It must not be one of NEEDED."""
    left = field or draft.asked
    if left in ("phone", "phone_check"):
        # A number of the line was never his to leave: who wants to leave none, leaves none.
        line = draft.has("phone") and draft.fields["phone"].origin == "line"
        rest = (draft.without("phone") if line else draft).skip("phone").skip("phone_check")
    else:
        rest = draft.skip(left)
    return Step(Kind.ANSWERED, rest.asking(next_field(rest)), (*changed, f"skipped_{left}"))


def unusable(draft: Draft, problem: str = "", most: int = MAX_TRIES) -> Step:
    """Asks again, at most `most` times; then the field is let go, or the form is stuck if it cannot go without."""
    tried = draft.tried(draft.asked)
    if tried.tries[draft.asked] <= most:
        return Step(Kind.UNCLEAR, tried, (), problem)
    if draft.asked in NEEDED:
        return Step(Kind.STUCK, replace(tried, tries={}))
    let_go = tried.skip(draft.asked)
    return Step(Kind.ANSWERED, let_go.asking(next_field(let_go)), (f"skipped_{draft.asked}",), problem)


def after_duplicate(draft: Draft, turn: Turn) -> Step | None:
    """What the words decide about the caller's own open order; None where they decide nothing."""
    words = turn.words
    if turn.intent == "order_hurry" and turn.button or _HURRY.search(words):
        return Step(Kind.HURRY_DUPLICATE, draft)
    if turn.intent == "order_remark" and turn.button or _REMARK.search(words):
        return Step(Kind.REMARK_DUPLICATE, draft)
    if by_intent(turn, "deny", is_no(words)) or _NEW.search(words):
        return answered(draft.check("duplicate"), ())
    if is_yes(words) and turn.words:
        return Step(Kind.UNCLEAR, draft)
    return None

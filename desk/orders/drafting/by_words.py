"""One turn inside the order form by its words alone: an answer, a correction, a yes, a way out, or something else?

For turns that nobody has read (a button, an older model) or of which the reading says nothing clear. The intent may be
wrong about short answers ("和平路" looks like a question about a road), so what the citizen was asked weighs more.
"""

from __future__ import annotations

import re
from dataclasses import replace

from desk.orders.drafting.describing import tidy
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import Filled, fill
from desk.orders.drafting.keeping import cannot_wait, noted, says_that_he_asks
from desk.orders.drafting.moments import speaks_of_time
from desk.orders.drafting.phrases import (
    agrees_only,
    asks_for_person,
    goes_on,
    is_cancel,
    is_correction,
    is_no,
    is_question,
    is_skip,
    is_yes,
    opens_name,
    type_said,
)
from desk.orders.drafting.plan import DESCRIPTION_MIN_CHARS, MAX_TRIES, next_field
from desk.orders.drafting.sources import said
from desk.orders.drafting.steps import (
    AWAY_CONFIDENCE,
    DIGRESSIONS,
    NEEDED,
    Kind,
    Step,
    after_duplicate,
    answered,
    by_intent,
    field_named,
    skipped,
    unusable,
)
from desk.orders.drafting.subjects import answered as answered_subject
from desk.orders.drafting.turn import Turn
from desk.places import as_said, looks_like_place, place_said

_AGAIN = re.compile(
    r"^(?:请)?(?:你)?(?:再|重新?|重复)(?:说|讲|报|复述)?(?:一)?(?:遍|次|下)|没听清|没听懂|听不清|什么[?？]?$|啥[?？]?$"
)
# A yes is short, and holds none of these.
_YES_CHARS = 20
_DOUBT = re.compile(r"[不没别错等但可改慢再先]")
_SURE = re.compile(r"没(?:有)?(?:问题|错|毛病|事)|不错|不用(?:改|再)|可以")
_MORE_CHARS = 6
_EARLIER = re.compile(
    r"工单|单子|单号|之前(?:那|的|反映|投诉)|上(?:次|回|周|个月)(?:那|的|反映|投诉|打)|原来(?:那|的)|以前(?:那|的)|\d{6}-?\d{5}"
)


def step_by_words(draft: Draft, turn: Turn) -> Step:
    """The draft after one turn. Calling it twice with the same arguments gives the same result."""
    words, asked = turn.words, draft.asked
    if asked == "cancel_check":
        return _after_cancel_check(draft, turn)
    if cannot_wait(turn):
        return Step(Kind.DIGRESSED, draft)
    if says_that_he_asks(draft, turn):
        return Step(Kind.ONLY_ASKS, draft, question=words if is_question(words) else "")
    # Words that ask for a person leave no doubt, whatever else the sentence holds.
    if asks_for_person(words):
        return Step(Kind.HUMAN, draft)
    if by_intent(turn, "cancel", is_cancel(words)) and not _is_answer_to_yes_no(asked, words):
        return Step(Kind.ANSWERED, replace(draft, asked="cancel_check", before_cancel=asked))
    if asked == "duplicate":
        decided = after_duplicate(draft, turn)
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
        away = turn.intent in DIGRESSIONS and turn.confidence >= AWAY_CONFIDENCE
        return Step(Kind.DIGRESSED if away else Kind.QUESTION, draft)
    if filled.problem:
        return _unusable(draft, turn, filled.problem)
    if _adds_to_this(draft, turn) and not {"place", "phone", "caller", "subject"} & set(filled.changed):
        whole = filled.draft if "description" in filled.changed else noted(filled.draft, turn)
        return answered(whole, tuple(dict.fromkeys((*filled.changed, "description"))))
    if asked in filled.changed or (
        filled.changed and (is_correction(words) or asked in ("", "change", "confirm"))
    ):
        return answered(filled.draft, filled.changed)
    if by_intent(turn, "skip", is_skip(words)) and asked:
        return _skipped(filled.draft, turn)
    if turn.intent in DIGRESSIONS and turn.confidence >= AWAY_CONFIDENCE and not _fits(draft, words):
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
        field = field_named(words)
        if field:
            return Step(Kind.ANSWERED, filled.draft.asking(field), ("correcting",))
    if filled.changed:
        return answered(filled.draft, filled.changed)
    free = _free_answer(filled.draft, turn)
    if free is not None:
        return answered(free, (asked,))
    if asked in ("confirm", "phone_check") and _understood_as_yes(turn):
        # In whatever words: nothing in them was an answer to anything else.
        return _agreed(draft)
    return _unusable(draft, turn, filled.problem)


def _understood_as_yes(turn: Turn) -> bool:
    """For words that no rule knows. A mishearing may turn anything into a short sentence, so no doubt may be in it."""
    return (
        turn.intent == "affirm"
        and turn.confidence >= AWAY_CONFIDENCE
        and (not turn.reading or agrees_only(turn.words))
        and len(turn.words) <= _YES_CHARS
        and not _DOUBT.search(_SURE.sub("", turn.words))
    )


def _adds_to_this(draft: Draft, turn: Turn) -> bool:
    """Whether "补充一下…" brings something for the order that is being written: of an earlier one it is not said."""
    words = turn.words
    remark = turn.intent == "order_remark" and not turn.button
    return (
        remark and draft.has("description") and len(tidy(words)) >= _MORE_CHARS and not _EARLIER.search(words)
    )


def _is_answer_to_yes_no(asked: str, words: str) -> bool:
    return asked in ("confidential", "duplicate") and len(words) <= 4


def _after_cancel_check(draft: Draft, turn: Turn) -> Step:
    back = replace(draft, asked=draft.before_cancel, before_cancel="")
    if goes_on(turn.words):
        return Step(Kind.ANSWERED, back.asking(back.asked or next_field(back)))
    if by_intent(turn, "affirm", is_yes(turn.words)) or by_intent(turn, "cancel", is_cancel(turn.words)):
        return Step(Kind.CANCELLED, back)
    if re.search(r"^不登记了|^不要了|^取消", turn.words):
        return Step(Kind.CANCELLED, back)
    if cannot_wait(turn):
        return Step(Kind.DIGRESSED, draft)
    if turn.button or is_no(turn.words):
        return Step(Kind.ANSWERED, back.asking(back.asked or next_field(back)))
    if turn.intent == "deny" and len(turn.words) <= 8:
        return Step(Kind.ANSWERED, back.asking(back.asked or next_field(back)))
    return step_by_words(back, turn)


def _after_yes_no(draft: Draft, turn: Turn) -> Step | None:
    asked, words = draft.asked, turn.words
    yes = by_intent(turn, "affirm", is_yes(words))
    no = by_intent(turn, "deny", is_no(words)) and (turn.button or len(words) <= 8)
    if yes and asked in ("confirm", "phone_check"):
        return _agreed(draft)
    if asked == "confirm":
        return Step(Kind.ANSWERED, draft.asking("change")) if no else None
    if asked == "phone_check":
        return Step(Kind.ANSWERED, draft.without("phone").asking("phone"), ("correcting",)) if no else None
    if asked == "confidential":
        no = no or opens_name(words)
        if yes or no or is_skip(words):
            value = said(turn, "yes" if yes else "no", 0, len(words))
            return answered(draft.with_field("confidential", value), ("confidential",))
        return None
    field = (turn.arguments or {}).get("field") or (field_named(words) if len(words) <= 8 else "")
    if field:
        return Step(Kind.ANSWERED, draft.asking(field), ("correcting",))
    if yes or no:
        return Step(Kind.ANSWERED, draft.asking("confirm" if no else "change"))
    return None


def _agreed(draft: Draft) -> Step:
    """A yes to what was read back: the whole order, or the number of the line."""
    if draft.asked == "confirm":
        return Step(Kind.CONFIRMED, draft)
    return answered(draft.check("phone"), ())


def _button(draft: Draft, turn: Turn) -> Step:
    if turn.intent == "skip":
        return _skipped(draft, turn)
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


def _skipped(draft: Draft, turn: Turn) -> Step:
    return _unusable(draft, turn) if draft.asked in NEEDED else skipped(draft)


def _unusable(draft: Draft, turn: Turn, problem: str = "") -> Step:
    """Who was read, though not clearly, is told once that it was not understood; a guess is more use than a third try."""
    return unusable(draft, problem, most=1 if turn.reading else MAX_TRIES)


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
    if asked == "place" and 2 <= len(as_said(words)) <= 60 and _plausible_place(turn):
        place = replace(place_said(words), confidence=0.5)
        return replace(draft, place=place, place_source=said(turn, place.said, 0, len(words), 0.5))
    if is_yes(words) or is_no(words):
        return None
    if asked == "event_time" and not speaks_of_time(words):
        return None
    if asked == "subject" and turn.reading:
        # It was read, and nothing clear was found: only what can be a name counts.
        start, end = answered_subject(words)
        value = said(turn, words[start:end], start, end, 0.6)
        return draft.with_field("subject", value) if end > start else None
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


def _plausible_place(turn: Turn) -> bool:
    words = turn.words
    if turn.reading and not looks_like_place(words):
        return False
    if is_yes(words) or is_no(words) or type_said(words) or _GRUDGE.search(words):
        return False
    return bool(re.search(r"[\u4e00-\u9fff]{2}", words))

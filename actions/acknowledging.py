"""What the form says back of a turn: what has changed, in few words, before it asks on."""

from __future__ import annotations

import re

from desk.orders.drafting import openings
from desk.orders.drafting.draft import TYPES, Draft
from desk.orders.drafting.steps import Step
from desk.orders.drafting.summary import caller_form, shorten
from desk.orders.drafting.turn import Turn
from language.phones import grouped

SECRET = "会为您保密，不向被反映的一方透露。"
_UPSET = frozenset({"angry", "anxious"})
_UPSET_SCORE = 0.6
_TOLD_CHARS = 40


def opening(draft: Draft, turn: Turn) -> str:
    """The order begins: what of it has been understood already."""
    upset = turn.emotion in _UPSET and turn.emotion_score >= _UPSET_SCORE
    begun = openings.registering(TYPES[draft.type], calm=upset)
    if not draft.has("description"):
        return begun
    told = shorten(draft.get("description"), _TOLD_CHARS)
    beside = [draft.place_text, draft.get("event_time")]
    known = "，".join(
        [told, *(part for part in beside if part and not _is_told(part, draft.get("description")))]
    )
    secret = SECRET if draft.get("confidential") == "yes" else ""
    return f"{begun}已经记下：{known.rstrip(_MARKS)}。{secret}"


def _is_told(part: str, description: str) -> bool:
    """Whether the description says it already, be it with a small word more: 天天晚上[弄]到一两点."""
    # The date that a time is written with, in brackets, was reckoned and not said.
    said = re.sub(r"\s*\([^()]*\)$", "", part)
    return re.search(".{0,2}".join(map(re.escape, said)), description) is not None


_MARKS = "，。！？、；：,.!?;: "


def acknowledgement(before: Draft, taken: Step) -> str:
    """What has changed by a turn; "" where the next question says enough."""
    after, changed = taken.draft, taken.changed
    if "correcting" in changed:
        return "好的，请您重新说一下。"
    if after.asked == "cancel_check":
        return ""
    said = [_sentence(taken.problem)] if taken.problem else []
    said += filter(None, (_of_field(field, before, after) for field in changed))
    text = "".join(said)
    if text.startswith("您") or not changed and not text:
        return text
    if text:
        return f"好的，{text}"
    return "" if after.asked == "confirm" else "好的。"


def _sentence(problem: str) -> str:
    return problem if problem.endswith(("。", "？", "！")) else f"{problem}。"


def _of_field(field: str, before: Draft, after: Draft) -> str:
    match field:
        case "type":
            return f"按{TYPES[after.type]}登记。"
        case "place" if after.place:
            return f"地点{'改为' if before.place else '记为'}：{after.place_text}。"
        case "phone" if after.has("phone"):
            return f"电话{'改为' if before.has('phone') else '记为'} {grouped(after.get('phone'))}。"
        case "caller":
            return _of_caller(before, after)
        case "event_time" if before.asked != "event_time" and after.has("event_time"):
            return f"时间{'改为' if before.has('event_time') else '记为'}：{after.get('event_time')}。"
        case "subject" if before.asked != "subject" and after.has("subject"):
            return (
                f"涉及的是{after.get('subject')}。"
                if not before.has("subject")
                else f"对象改为：{after.get('subject')}。"
            )
        case "confidential":
            return SECRET if after.get("confidential") == "yes" else ""
        case "description" if before.has("description"):
            return "这一点也补充进去了。"
        case "skipped_phone" | "skipped_phone_check" if not after.has("phone"):
            return "那就不留电话，之后请您凭单号来问结果。"
        case "skipped_caller":
            return "不说也没关系。"
        case "skipped_place" | "skipped_event_time" | "skipped_subject":
            return "没关系。"
        case _:
            return ""


def _of_caller(before: Draft, after: Draft) -> str:
    if not before.has("caller_name"):
        named = caller_form(after)
        return "" if named == "您" else f"{named}，您好。"
    if caller_form(after) != "您":
        return f"称呼改为{caller_form(after)}。"
    return f"姓名改为{after.get('caller_name')}。"


def aloud(words: str) -> str:
    """A sentence that is ready made comes before what only this caller hears."""
    yes, comma, rest = words.partition("，")
    return openings.YES + rest if comma and f"{yes}。" == openings.YES else words

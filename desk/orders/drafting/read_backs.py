"""The questions that want a yes or a no: the read-back of the order and of the number, secrecy, "what is to be changed?".

A yes may tell more, correct, or ask besides: what was told wins over the yes, and what was asked is answered.
"""

from __future__ import annotations

import re

from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import Filled, asks_about_secrecy
from desk.orders.drafting.keeping import asked_beside, noted, silently, with_confidential, with_question
from desk.orders.drafting.phrases import (
    agrees_only,
    declines_after_asking,
    has_content,
    is_no,
    is_yes,
    opens_name,
    says_only_wrong,
    wants_confidence,
)
from desk.orders.drafting.plan import next_field
from desk.orders.drafting.steps import Kind, Step, answered, field_named, names_field, skipped
from desk.orders.drafting.turn import Turn
from language.phones import find_phones

# Details beside a yes are new facts from this probability on.
_TOLD_FROM = 0.6
_SURE_YES = 0.85
_SHORT = 12
_BY_THE_WAY = re.compile(r"^(?:哦|啊|嗯)?对了?(?:了|啦)[,，\s]*(?:我|你|那(?!就|行|好|可以)|还|顺便|再|有)")
_MORE_AT_THE_YES = re.compile(r"还有|另外|再(?:加|补|写|说|注)|补(?:充|一)|加(?:上|一)|顺便|一块写")
_TAKE_OUT = re.compile(r"删|去掉|抹掉?|划掉|别写|不要写|不写|别留|不留|不要留")
_OF_NUMBERS = re.compile(r"[前中后末]?[一两三四几\d]位|尾[号数]|末[位尾]|区号|分机|座机|号段")
_DIGITS = re.compile(r"[0-9零〇一二三四五六七八九幺腰洞动拐勾两]{2}|[0-9]")


def at_yes_no(draft: Draft, turn: Turn, filled: Filled) -> Step | None:
    match draft.asked:
        case "confirm":
            return _at_confirm(draft, turn, filled)
        case "change":
            return _at_change(draft, turn, filled)
        case "phone_check":
            return _at_phone_check(draft, turn, filled)
        case _:
            return _at_confidential(draft, turn, filled)


def _at_confirm(draft: Draft, turn: Turn, filled: Filled) -> Step | None:
    told = set(filled.changed) - {"confidential"}
    content = told - {"description"} or ("description" in told and _tells_more(turn))
    done = turn.does("nothing") and not turn.does("no", "correct")
    # 要得 麻烦你们了: a courtesy is no wish for anything more.
    if turn.does("yes") and agrees_only(turn.words) and told <= {"appeal", "description"}:
        return Step(Kind.CONFIRMED, _only_secret(draft, filled), question=asked_beside(turn))
    yes = _agrees_to_all(turn) or done or turn.reading.only("register")
    if yes and not content:
        return Step(Kind.CONFIRMED, filled.draft, filled.changed, question=asked_beside(turn))
    if told:
        return None
    return _taken_out(filled.draft, turn) or what_is_wrong(filled.draft, turn)


def _only_secret(draft: Draft, filled: Filled) -> Draft:
    secret = filled.draft.fields.get("confidential")
    return draft.with_field("confidential", secret) if secret else draft


def _agrees_to_all(turn: Turn) -> bool:
    """A sentence that may be more of the matter is no yes to the order, unless it was surely read as one."""
    sure = agrees_only(turn.words) or turn.reading.does("yes", at_least=_SURE_YES)
    return agrees(turn) and sure


_WHETHER = re.compile(
    r"(?:要|用|需要|要不要)(?:写|留|填|登|报)(?:上)?(?:吗|么|不|[?？])|(?:写|留|填)不(?:写|留|填)"
)


def _taken_out(draft: Draft, turn: Turn) -> Step | None:
    """What the citizen wants out of the order again: 名字还是别写了, 电话去掉."""
    if _WHETHER.search(turn.words):
        # 我先生的名字要写吗，写不写都行 asks, and takes nothing out.
        return None
    if turn.does("secret") or not (turn.does("refuse") or _TAKE_OUT.search(turn.words)):
        return None
    for field, name in (("caller", "caller_name"), ("phone", "phone")):
        if draft.has(name) and names_field(turn.words, field):
            return skipped(draft.without(name).without("caller_title"), field=field)
    return None


def _tells_more(turn: Turn) -> bool:
    """Whether the details beside a yes are new facts, to be read back, rather than a yes in more words."""
    likely = turn.reading.acts.get("details", 0.0) >= max(_TOLD_FROM, turn.reading.acts.get("yes", 0.0) - 0.2)
    return likely or has_content(turn.words) or bool(_MORE_AT_THE_YES.search(turn.words))


def _at_change(draft: Draft, turn: Turn, filled: Filled) -> Step | None:
    if filled.changed:
        return None
    out = _taken_out(draft, turn)
    if out:
        return out
    if (turn.does("nothing") or turn.reading.only("register")) and not turn.does("correct"):
        ready = next_field(draft) == "confirm"
        return Step(Kind.CONFIRMED, draft.asking("confirm")) if ready else answered(draft, ())
    field = field_named(turn.words)
    if field and len(turn.words) <= _SHORT and not turn.does("details", "ask", "process", "refuse"):
        return Step(Kind.ANSWERED, draft.asking(field), ("correcting",))
    if turn.does("yes", "no") and not turn.does("correct", "details", "ask", "process"):
        return answered(draft, ())
    return what_is_wrong(draft, turn)


def _at_phone_check(draft: Draft, turn: Turn, filled: Filled) -> Step | None:
    if "phone" in filled.changed:
        return None
    said_again = any(phone.full == draft.get("phone") for phone in find_phones(turn.words))
    if said_again and not turn.does("refuse") and not _TAKE_OUT.search(turn.words):
        # Who says the very number once more has confirmed it.
        return with_question(turn, answered(filled.draft.check("phone"), filled.changed))
    if turn.does("refuse") and (not field_named(turn.words) or names_field(turn.words, "phone")):
        return with_question(turn, skipped(filled.draft.without("phone"), filled.changed))
    yes = agrees(turn) or turn.does("nothing", "register", "unknown")
    if yes:
        checked = filled.draft.check("phone")
        return with_question(turn, answered(checked, filled.changed))
    if turn.does("no", "correct") and not filled.changed:
        field = field_named(turn.words)
        if field in ("", "phone") or not turn.does("correct"):
            return Step(Kind.ANSWERED, filled.draft.without("phone").asking("phone"), ("correcting",))
        return Step(Kind.ANSWERED, silently(filled.draft).asking(field), ("correcting",))
    return None


def _at_confidential(draft: Draft, turn: Turn, filled: Filled) -> Step | None:
    if declines_after_asking(turn.words):
        decided = with_confidential(filled.draft, turn, "no")
        return answered(decided, ("confidential",))
    if turn.reading.only("repeat", "process", "ask") or asks_about_secrecy(turn):
        # 保密是什么意思 speaks of secrecy and wishes nothing yet.
        unanswered = Step(Kind.ANSWERED if turn.does("repeat") else Kind.QUESTION, draft)
        return with_question(turn, unanswered)
    if "confidential" in filled.changed:
        return None
    told = [field for field in filled.changed if field != "confidential"]
    wish = wants_confidence(turn.words)
    opens = turn.does("open") or wish is False or opens_name(turn.words)
    if turn.does("secret") or wish is True:
        value = "yes"
    elif opens or (turn.does("no") and not turn.does("correct")) or is_no(turn.words):
        value = "no"
    # Who leaves it to us, or will not say, loses nothing by being kept secret.
    elif agrees(turn) or turn.does("unknown", "refuse", "nothing"):
        value = "yes"
    else:
        return None
    decided = with_confidential(filled.draft, turn, value)
    return with_question(turn, answered(decided, (*told, "confidential")))


def agrees(turn: Turn) -> bool:
    if turn.does("no", "correct") or _BY_THE_WAY.search(turn.words):
        return False
    return turn.does("yes") or is_yes(turn.words)


def what_is_wrong(draft: Draft, turn: Turn) -> Step | None:
    """Something is wrong of which no value was found: the field is asked, or what is wrong, or both versions are kept."""
    if not turn.does("no", "correct"):
        return None
    words = turn.words
    field, short, vague = field_named(words), len(words) <= _SHORT, says_only_wrong(words)
    if corrects_number(draft, turn, Filled(draft)):
        return Step(Kind.ANSWERED, draft.without("phone").asking("phone"), ("correcting",))
    if field and short and not vague and not re.search(r"\d", words):
        return Step(Kind.ANSWERED, draft.asking(field), ("correcting",))
    if draft.asked == "confirm" and not turn.does("details", "refuse", "process", "ask"):
        if vague or (turn.does("no") and short and not turn.does("correct")):
            return Step(Kind.ANSWERED, draft.asking("change"))
    if turn.does("correct") and not vague:
        both = noted(draft, turn)
        return Step(Kind.ANSWERED, both.asking(next_field(both)), ("description",))
    return None


def corrects_number(draft: Draft, turn: Turn, filled: Filled) -> bool:
    """Whether the turn corrects a telephone number in a way that found no number: 中间少一个零, 2209错了 2920."""
    if not turn.does("correct") or turn.does("details") or set(filled.changed) - {"description"}:
        return False
    of_numbers = names_field(turn.words, "phone") or bool(_OF_NUMBERS.search(turn.words))
    if draft.asked in ("phone", "phone_check"):
        return of_numbers or bool(_DIGITS.search(turn.words))
    return draft.asked in ("confirm", "change") and of_numbers

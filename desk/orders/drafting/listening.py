"""One turn inside the order form, by what was read in it: every field, a question, a wish, then an answer.

Whatever was asked, the citizen may tell more, correct, ask back, grumble or decline; all of it counts, and what a turn
brings beside is never lost. `fill` takes the values; here is decided what the turn was. Where the rules of words are
surer than the reading (a person is wanted, the order is given up) they have the last word.
"""

from __future__ import annotations

import re
from dataclasses import replace

from desk.knowledge.aspects import has_shape_of_question
from desk.orders.drafting.describing import follows_up, tidy
from desk.orders.drafting.draft import Draft, Value
from desk.orders.drafting.filling import ANNOUNCED, Filled, fill, wishes_secrecy
from desk.orders.drafting.keeping import (
    YES_NO,
    cannot_wait,
    is_about_us,
    kept,
    leavable,
    lets_alone,
    noted,
    question_in,
    says_that_he_asks,
    silently,
    tells_who_was_fetched,
    with_confidential,
    with_question,
)
from desk.orders.drafting.moments import speaks_of_time
from desk.orders.drafting.order_types import by_words
from desk.orders.drafting.phrases import (
    MUST_BE_TOLD,
    asks_for_person,
    gives_up,
    goes_on,
    has_content,
    is_no,
    is_question,
    is_yes,
    only_asks,
    wants_confidence,
)
from desk.orders.drafting.plan import next_field
from desk.orders.drafting.read_backs import at_yes_no, corrects_number, what_is_wrong
from desk.orders.drafting.slips import slip_in
from desk.orders.drafting.sources import said
from desk.orders.drafting.steps import (
    AWAY_CONFIDENCE,
    FOLLOWS,
    NEEDED,
    Kind,
    Step,
    after_duplicate,
    answered,
    skipped,
    unusable,
)
from desk.orders.drafting.subjects import answered as answered_subject
from desk.orders.drafting.turn import Turn
from desk.places import looks_like_place, place_said

# A person is fetched at once: only a clear wish counts.
HUMAN_FROM = 0.6
# Words in the shape of a question, of which at least so much was read, are one.
_HINTS_AT_QUESTION = 0.1
# What is not understood is said once; then the field is let go, or taken as it was said.
MOST_UNCLEAR = 1
# Of words that were taken for a place, a time or a name though they look like none.
AS_SAID_CONFIDENCE = 0.4
# Words at the read-back that fit nowhere are more of the matter, unless they are so few that they may be a mishearing.
MORE_CHARS = 6
# A name that was not recognised as one is short, and holds none of the words of a refusal or of a sentence.
_NAME_LIKE = re.compile(r"(?!.*[这那是的了我你不别没莫图有在看])[\u3400-\u9fffA-Za-z·.' -]{1,12}")
# A longer answer to "when?" tells a story.
_TIME_CHARS = 24
# People are sent to a place: words that were not recognised as one are taken only where they say where.
_SOMEWHERE = re.compile(
    r"[在到从往靠挨](?!于|底|时)|边|旁|头|面|口|上|下|里|内|外|处|附近|隔壁|对过|斜|前|后|路|街|巷|村|镇|乡|区|楼|栋|店|场|站|号"
)
_DECLINES = re.compile(
    r"(?<!能)(?<!可以)(?<!可不可以)[不别莫甭](?:用|想|能|敢|便|方便|愿意?|要)?(?:留|写|填|说|讲|报|给|登|告诉)|不方便|免了|算了|匿名|保密"
)
# 回电话的话晚上七点以后啊: whatever it was read as, it tells the one who calls when.
_WHEN_TO_CALL = re.compile(
    r"(?:回|打)(?:我)?(?:个)?电话?(?:的话|来|过来|给我)?[^,，。?？]{0,6}(?:[0-9一二三四五六七八九十]点(?!吗)[^,，。?？]{0,3}(?:以后|之后|以前|之前|后|前|打)|(?:早上|上午|中午|下午|晚上|白天|周末|下班)(?:再|以后|之后|打|都行|方便|有空))"
)
# 电话能不留吗, 非得说名字啊: whether it must be told is a question; it is answered, and asked once more.
_MUST_IT = re.compile(
    rf"{MUST_BE_TOLD}|"
    r"(?:能不能|可不可以|可以|能|行不行|可)(?:不|先不|不要)(?:留|说|写|填|给|报|登)[^,，。]{0,6}(?:吗|么|嘛|不|[?？])|"
    r"(?:能|可以|可)(?:不|先不)(?:留|说|写|填|给|报|登)(?:[啊吧呀]|$|[\s,，])|"
    r"(?:非得|非要|一定要|必须要?|都要|也要|还要|还得|要不要|用不用)(?:留|写|填|说|给|登记|登|报)?(?:我)?(?:的)?(?:真名|全名|实名|名字|姓名|电话|手机号?|号码)?[^,，。]{0,3}(?:啊|吗|么|嘛|不|[?？])"
)
_ASKED_WHETHER = "whether_"
# 网上的 没地址, 没有具体位置: there is none to be told, whatever stands beside it.
_NO_PLACE = re.compile(
    r"(?:没有?|莫得|冇|哪有|哪来的?|无)(?:什么|啥|个)?(?:具体|详细|固定|实体|线下|确切)?的?(?:地址|地点|位置|门店|店面|实体店)(?!.{0,4}(?:找|问|说|写|登|填|错))"
)
# 要号码做什么, 要我电话干嘛: what it is for.
_WHAT_FOR = re.compile(
    r"要(?:我|俺)?(?:的)?(?:号码|电话|手机号?|名字|姓名|地址|身份证)[^,，。]{0,2}(?:做|干|有)(?:什么|啥|嘛|么子|咩)"
)
# 丢在哪里我怎么知道, 我看不见路牌 你等我问下: more than a plain "I do not know".
_TELLS_BESIDE = 6
_CANNOT_SEE = re.compile("看不(?:清|见|到|出)|没(?:有)?(?:挂)?(?:招牌|牌子|名字|店名)")
_PLAIN_UNKNOWN = re.compile(
    r"(?:这个|那个|我|俺|咱|真|确实|也|都|就|是|一下子|具体|现在|暂时|不太|不大|不怎么|实在|不|知道|晓得|清楚|认识|记得|了解|懂|说不(?:上来|清|好)|记不(?:得|清|住)|忘(?:了|记了?)|没(?:注意|看|问|留意)(?:到|过)?|归|哪家|哪里|部门|单位|管|负责|谁|哪个|啥|什么|的|了|啊|呀|哦|呢|吧|嘛|[\s,，。])+"
)
# 哦打错了打错了 不好意思啊: another number was meant, and no word is put right.
_DIALLED_WRONG = re.compile(
    r"(?:哦|噢|啊|哎呀?|喂|不好意思|对不起|抱歉|我|是|[,，。!！\s])*(?:打错(?:了|电话|号码)+(?:了|啊|哈|[,，。!！\s])*)+(?:不好意思|对不起|抱歉|打扰了?|啊|哈|了|[,，。!！\s])*"
)
# So often at most is asked on for a place of which only the district or the like was told.
_PLACE_TRIES = 2
_COURTESIES = ("wait", "greet", "thanks", "bye", "chat")


def listen(draft: Draft, turn: Turn) -> Step | None:
    """The draft after one turn that was read; None where the reading says nothing clear."""
    of_a_field = draft.asked not in ("duplicate", "cancel_check")
    if of_a_field and follows_up(turn):
        return Step(Kind.DIGRESSED, draft)
    if draft.asked == "place" and _NO_PLACE.search(turn.words) and not only_asks(turn.words):
        filled = _filled(draft, turn)
        if not filled.draft.place.locatable:
            return with_question(turn, skipped(filled.draft, filled.changed, "place"))
    if not turn.reading.is_clear:
        if of_a_field and gives_up(turn.words) and says_that_he_asks(draft, turn):
            return Step(Kind.ONLY_ASKS, draft, question=question_in(turn) if is_question(turn.words) else "")
        if of_a_field and gives_up(turn.words):
            return _check_cancel(draft)
        return _asked_in_own_words(draft, turn) if of_a_field else None
    if cannot_wait(turn) and slip_in(draft, turn.words) is None:
        return Step(Kind.DIGRESSED, draft)
    if draft.asked == "cancel_check":
        return _at_cancel_check(draft, turn)
    filled = _filled(draft, turn)
    if _wants_person(turn):
        return Step(Kind.HUMAN, kept(draft, filled), filled.changed)
    if _only_asks(draft, turn, filled):
        question = question_in(turn) if turn.does("ask", "process") or is_question(turn.words) else ""
        return Step(Kind.ONLY_ASKS, draft, question=question)
    if _cancels(turn, filled):
        return _check_cancel(draft)
    if draft.asked == "duplicate":
        decided = after_duplicate(draft, turn)
        if decided:
            return decided
    if (
        draft.has("description")
        and set(filled.changed) <= {"event_time"}
        and _WHEN_TO_CALL.search(turn.words)
    ):
        return _details(draft, turn)
    if draft.asked in YES_NO:
        decided = at_yes_no(draft, turn, filled)
        if decided:
            return decided
    return _heard(draft, turn, filled)


def _asked_in_own_words(draft: Draft, turn: Turn) -> Step | None:
    """补刻之前要先弄啥: a question by its shape that was not read surely as one. None where it is none."""
    if tells_who_was_fetched(turn):
        return _details(draft, turn)
    acts = turn.reading.acts
    asks, about_us = acts.get("ask", 0.0), acts.get("process", 0.0)
    if max(asks, about_us) < _HINTS_AT_QUESTION:
        return None
    if not has_shape_of_question(turn.words) or has_content(turn.words):
        return None
    if about_us > asks:
        return Step(Kind.PROCESS, draft, question=question_in(turn))
    return _asks(draft, turn)


def _asks(draft: Draft, turn: Turn) -> Step:
    """A question; told once more where the matter itself was asked for, it is the matter."""
    if draft.asked == "description":
        if draft.tries.get("description", 0):
            return answered(noted(draft, turn), ("description",))
        draft = draft.tried("description")
    return Step(Kind.QUESTION, draft, question=question_in(turn))


def _wants_person(turn: Turn) -> bool:
    return (
        turn.reading.does("human", at_least=HUMAN_FROM)
        or turn.reading.only("human", "grumble")
        and turn.does("human")
        or asks_for_person(turn.words)
    )


def _filled(draft: Draft, turn: Turn) -> Filled:
    """What the turn brings, with secrecy: a wish for it counts at any time."""
    filled = fill(draft, turn)
    if corrects_number(draft, turn, filled):
        # Digits of the telephone number that could not be put in their place are no part of the matter.
        filled = Filled(draft, (), filled.problem)
    if "confidential" in filled.changed or draft.get("confidential") == "yes":
        return filled
    # Who was asked whether they wish it has answered to `fill`.
    if not wishes_secrecy(draft, turn) or draft.asked == "confidential":
        return filled
    if wants_confidence(turn.words) is False:
        return filled
    draft = with_confidential(filled.draft, turn, "yes")
    return Filled(draft, (*filled.changed, "confidential"), filled.problem)


def _only_asks(draft: Draft, turn: Turn, filled: Filled) -> bool:
    """Whether the citizen wants an answer and no order."""
    if says_that_he_asks(draft, turn):
        return True
    if turn.does("details", "value", "correct", "secret", "register") or draft.asked in YES_NO:
        return False
    declines = turn.does("cancel", "no", "refuse") or gives_up(turn.words)
    if only_asks(turn.words) and declines:
        return True
    if not turn.does("ask") or filled.changed:
        return False
    return not draft.has("description") or _tells_no_trouble(draft)


def _tells_no_trouble(draft: Draft) -> bool:
    """Whether the form was opened by the mere background of a question: 奶茶店想转给我表妹."""
    told = draft.get("description")
    early = draft.asked in ("description", "place", "subject", "caller") and ANNOUNCED not in draft.checked
    return early and not has_content(told) and by_words("help", told) == "help"


def _cancels(turn: Turn, filled: Filled) -> bool:
    """Whether the order is given up. To leave out one field, or to tell more, gives nothing up, unless said so."""
    if _DIALLED_WRONG.fullmatch(turn.words.strip()):
        return True
    if turn.does("register") or goes_on(turn.words):
        return False
    if turn.does("cancel"):
        other = turn.does("yes", "no", "details", "refuse", "unknown", "value", "secret")
        return not other or gives_up(turn.words)
    # 对,不登记了,谢谢你 agrees to nothing but that.
    small = turn.reading.only("no", "yes", "nothing", "thanks", "bye", "grumble", "refuse")
    return gives_up(turn.words) and not filled.changed and small


def _check_cancel(draft: Draft) -> Step:
    return Step(Kind.ANSWERED, replace(draft, asked="cancel_check", before_cancel=draft.asked))


def _at_cancel_check(draft: Draft, turn: Turn) -> Step:
    back = replace(draft, asked=draft.before_cancel, before_cancel="")
    back = back.asking(back.asked or next_field(back))
    left = leavable(back, turn)
    if goes_on(turn.words) or turn.does("register"):
        # 不是不登记,是不留名字: what was taken for a cancellation was a refusal.
        return skipped(back, field=left) if left and _declines(turn) else _resumed(back, turn)
    if turn.does("cancel") or gives_up(turn.words) or (turn.does("yes") and not turn.does("no")):
        return Step(Kind.CANCELLED, back)
    if is_yes(turn.words) and not turn.does("no", "refuse"):
        return Step(Kind.CANCELLED, back)
    if _wants_person(turn):
        return Step(Kind.HUMAN, draft)
    if turn.does("refuse") and left:
        return skipped(back, field=left)
    if turn.does("no", "nothing"):
        return _resumed(back, turn)
    if turn.does("process"):
        return Step(Kind.PROCESS, draft, question=question_in(turn))
    if turn.reading.only("thanks", "bye"):
        return Step(Kind.CANCELLED, back)
    if turn.does("unknown"):
        # Who cannot make up his mind has not cancelled.
        return _resumed(back, turn)
    return listen(back, turn) or Step(Kind.ANSWERED, back)


def _resumed(back: Draft, turn: Turn) -> Step:
    """The form goes on where it was, with what the citizen tells beside it (only what is about secrecy or the matter)."""
    filled = _filled(back, turn)
    return Step(Kind.ANSWERED, kept(back, filled), filled.changed)


def _declines(turn: Turn) -> bool:
    return turn.does("refuse") or bool(re.search(r"不(?:留|写|填|说|报)", turn.words))


def _heard(draft: Draft, turn: Turn, filled: Filled) -> Step:
    """What the turn was, where no yes or no was waited for, or none was given."""
    asked, told = draft.asked, filled.changed
    if turn.does("wait") and turn.does("unknown") and not told:
        # 号码我记不住,等下我问老头子: he is fetching it.
        return Step(Kind.COURTESY, draft)
    if asked in ("caller", "phone") and asked not in told and _asks_whether(draft, turn):
        return Step(
            Kind.PROCESS, filled.draft.check(_ASKED_WHETHER + asked), told, question=question_in(turn)
        )
    if _asks_why(turn) and asked not in told:
        return Step(Kind.PROCESS, kept(draft, filled), told, question=question_in(turn))
    known_secret = draft.get("confidential") == "yes" and turn.does("secret")
    if asked == "caller" and known_secret and not told and not turn.does("value", "ask", "process"):
        # Whoever says once more what they fear, when the name is asked for, tells none.
        return with_question(turn, skipped(filled.draft, told, asked))
    fears = (
        "confidential" in told and asked in ("place", "subject", "event_time") and not turn.does("unknown")
    )
    if asked == "place" and turn.spans("place") and not filled.draft.place.locatable:
        # A district says whereabouts; who has no more to say of it is asked no third time.
        filled = replace(filled, draft=filled.draft.tried(asked))
        if filled.draft.tries[asked] >= _PLACE_TRIES:
            rest = filled.draft.skip(asked)
            return with_question(turn, answered(rest, told))
    if _may_know(draft, turn) and not told:
        # They speak of the field, and have not said that they leave it: it is asked once more, in other words.
        again = draft.tried(asked)
        return _details(again, turn) if turn.does("details") else Step(Kind.ANSWERED, again)
    rhetorical = turn.does("refuse") and not turn.does("unknown") and lets_alone(turn.words)
    if rhetorical and not told:
        return _details(draft, turn)
    if turn.does("refuse", "unknown", "nothing") and asked not in told and not fears:
        left = leavable(draft, turn) if turn.does("refuse") else "" if asked in NEEDED else asked
        if left:
            return with_question(turn, skipped(filled.draft, told, left))
        if asked == "description" and draft.has("description"):
            return with_question(turn, answered(filled.draft, told))
    if is_about_us(turn):
        return Step(Kind.PROCESS, kept(draft, filled), told, question=question_in(turn))
    if told:
        return with_question(turn, Step(Kind.ANSWERED, kept(draft, filled), told, filled.problem))
    if turn.does("ask"):
        return _asks(draft, turn)
    if filled.problem:
        return unusable(filled.draft, filled.problem, MOST_UNCLEAR)
    return _brought_nothing(filled.draft, turn)


def _may_know(draft: Draft, turn: Turn) -> bool:
    """Whether who says that they do not know where, or whom, says more than that, for the first time."""
    if draft.asked not in ("place", "subject") or draft.tries.get(draft.asked, 0) or not turn.does("unknown"):
        return False
    if _CANNOT_SEE.search(turn.words):
        # 招牌被油烟糊住了,看不清 says why, and will not know it in a minute.
        return False
    return len(re.sub(r"\W", "", _PLAIN_UNKNOWN.sub("", turn.words))) >= _TELLS_BESIDE


def _asks_why(turn: Turn) -> bool:
    """还要电话啊 我又不是告状: a question that sounds like a refusal is answered, and the field is asked once more."""
    acts = turn.reading.acts
    if _DECLINES.search(turn.words):
        return False
    asks = is_about_us(turn) and acts["process"] > acts.get("refuse", 0.0)
    return asks or bool(_WHAT_FOR.search(turn.words))


def _asks_whether(draft: Draft, turn: Turn) -> bool:
    """Whether the citizen asks if the name or the number must be told. Once an order: who asks again has declined."""
    return bool(_MUST_IT.search(turn.words)) and _ASKED_WHETHER + draft.asked not in draft.checked


def _brought_nothing(draft: Draft, turn: Turn) -> Step:
    """No field was recognised: still it may be more of the matter, an order of another day, anger, or plain words."""
    if turn.does("repeat"):
        away = turn.intent in ("repeat", "slower", "simpler") and turn.confidence >= AWAY_CONFIDENCE
        return Step(Kind.DIGRESSED if away else Kind.ANSWERED, draft)
    if turn.does("correct"):
        wrong = what_is_wrong(draft, turn)
        if wrong:
            return wrong
    if turn.does("details") and len(tidy(turn.words)) >= 2:
        return _details(draft, turn)
    if turn.does("follow"):
        away = turn.intent in FOLLOWS and turn.confidence >= AWAY_CONFIDENCE
        return Step(Kind.DIGRESSED, draft) if away else _details(draft, turn)
    if turn.does("callback"):
        # When and how to be called belongs to the order, whoever else takes note of it.
        return _details(draft, turn) if draft.has("description") else Step(Kind.ANSWERED, draft)
    if turn.does("grumble"):
        return Step(Kind.GRUMBLE, draft)
    if turn.reading.only("bye", "thanks") and turn.intent == "goodbye" and turn.confidence >= AWAY_CONFIDENCE:
        return Step(Kind.DIGRESSED, draft)
    if turn.reading.only(*_COURTESIES):
        return Step(Kind.COURTESY, draft)
    if turn.does("register") and not turn.does("value"):
        return Step(Kind.ANSWERED, draft)
    if is_question(turn.words) or (not turn.does("value") and has_shape_of_question(turn.words)):
        return Step(Kind.QUESTION, draft, question=question_in(turn))
    more = len(tidy(turn.words)) >= MORE_CHARS and re.search(r"[^\W\d_]", turn.words)
    if draft.asked in ("confirm", "change") and turn.does("value") and more:
        return _details(draft, turn)
    taken = _as_said(draft, turn)
    return answered(taken, (draft.asked,)) if taken is not None else unusable(draft, "", MOST_UNCLEAR)


def _details(draft: Draft, turn: Turn) -> Step:
    more = noted(draft, turn)
    if more is draft and draft.asked not in NEEDED:
        # Who says the very same once more has no other answer.
        return unusable(draft, "", MOST_UNCLEAR)
    if draft.asked == "phone_check":
        return Step(Kind.ANSWERED, silently(more), ("description",))
    if draft.asked in ("confirm", "change", "description", "duplicate"):
        more = more.check("duplicate") if draft.asked == "duplicate" else more
        return answered(more, ("description",))
    return Step(Kind.ANSWERED, more, ("description",))


def _as_said(draft: Draft, turn: Turn) -> Draft | None:
    """The asked field in the citizen's own words, where nothing in them was recognised. None where they do not look
    like it, and it is asked once more; the second time they are taken, for the seat to look at."""
    words, asked = turn.words, draft.asked
    plain, second = tidy(words), draft.tries.get(asked, 0) > 0
    if is_yes(words) or is_no(words) or not re.search(r"\w{2}", plain):
        return None
    match asked:
        case "description":
            return (
                draft.with_field("description", said(turn, plain, 0, len(words), 0.8))
                if len(plain) >= 3
                else None
            )
        case "place" if looks_like_place(words) or (second and _SOMEWHERE.search(words)):
            place = place_said(words)
            if not looks_like_place(words):
                place = replace(place, confidence=AS_SAID_CONFIDENCE)
            source = said(turn, place.said, 0, len(words), place.confidence)
            return replace(draft, place=place, place_source=source)
        case "event_time" if len(plain) <= _TIME_CHARS and (speaks_of_time(words) or second):
            return draft.with_field(
                asked, _value(turn, plain, 0.6 if speaks_of_time(words) else AS_SAID_CONFIDENCE)
            )
        case "subject" if (named := answered_subject(words))[1]:
            return draft.with_field(asked, said(turn, words[slice(*named)], *named, 0.6))
        case "appeal" if len(plain) <= 100:
            return draft.with_field(asked, _value(turn, plain, 0.6))
        case "caller" if second and turn.does("value") and _NAME_LIKE.fullmatch(plain):
            return draft.with_field("caller_name", _value(turn, plain, AS_SAID_CONFIDENCE))
    return None


def _value(turn: Turn, value: str, confidence: float) -> Value:
    return said(turn, value, 0, len(turn.words), confidence)

"""What a turn leaves behind, whatever it was: the draft with all that it told, and the question that it asked beside."""

from __future__ import annotations

import re
from dataclasses import replace

from desk.knowledge.aspects import has_shape_of_question
from desk.orders.drafting.describing import appended, tidy
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import Filled
from desk.orders.drafting.phrases import (
    CLAUSES,
    asks_for_person,
    gives_up,
    has_content,
    is_anybody_there,
    is_question,
    only_asks,
    wants_visit,
)
from desk.orders.drafting.plan import needs_place, next_field
from desk.orders.drafting.sources import said
from desk.orders.drafting.steps import ALWAYS, ALWAYS_CONFIDENCE, NEEDED, Kind, Step, names_field
from desk.orders.drafting.stretches import stretches
from desk.orders.drafting.turn import Turn
from language.reading import HOLDS

# Questions that want a yes or a no.
YES_NO = ("confirm", "phone_check", "confidential", "change")
# Of a value that the citizen went past without a word.
SILENT_CONFIDENCE = 0.6
HARMLESS = 0.3
_CRIES = frozenset({"emergency", "emotion_despair"})
_DESPAIR = re.compile(
    r"不想活|活(?:着|不)|死(?!活(?:不|也|要|都|没)|板|皮|心|角|贵|慢|机|等|守|磨|沉|者|因|循环|胡同|命)|绝望|崩溃|撑不|熬不|没意思|想不开|痛苦|抑郁|走投无路|没(?:有)?希望|难受|难过|没法过|孤独|救(?!助|济)"
)
_PERSON_WORDS = re.compile(
    r"人工|客服|真人|活人|坐席|接线|话务|专员|工作人员|领导|负责|主管|转|找|叫|喊|换|人呢|有人|来人|个人|[跟和同]人|person|human|agent|operator|staff|someone|people",
    re.IGNORECASE,
)
_GOES_THERE = re.compile(
    r"(?:好的?|行|哦|嗯|谢谢|知道了|明白了|[,，。\s])*(?:那(?:我|俺)(?:自己|就|再|先|明天)*|(?:我|俺)(?:自己|这就|明天|等下))去(?:找|问|跑|办|看)(?!过|了)[^,，。]{0,8}(?:[,，。!！\s]|谢谢)*"
)
# 去柜台让我叫家人来接电话: somebody was told to fetch a person of their own.
_TOLD_TO = re.compile(
    r"(?:让|叫|要|喊)(?:我|俺|咱)(?:们)?(?:去|再|又|自己)?(?:叫|找|喊)(?:家人|家里人|家属|儿女|儿子|女儿|孩子|老伴|爱人|监护人|别人|年轻人|村干部|会计)"
)
_OF_THE_HOTLINE = re.compile(
    r"(?:打|拨|12345|你们?(?:这|那|热线)?|热线)[^,，。]{0,8}有(?:没有)?人(?:接|值班|听)(?:电话)?(?:不|吗|么|没|啊|呀|的)*[?？]?$"
)
# Beside another act, a wish for a person below this is none.
HINTED = 0.2
# 我还有录音，需要的话联系我 tells something, which the intent alone does not hear.
TELLS = 0.3
# An intent below this, in words that name no person, is a guess.
HEARD = 0.7
# And below this hardly even that: the reading has to hear a person.
GUESSED = 0.4
_VALUES = ("place", "time", "name", "phone", "order")


def question_in(turn: Turn) -> str:
    """The words to look up: without the clauses that only bring a value (a name or a number is nobody's business)."""
    words = turn.words
    spans = [value.range for value in stretches(turn, *_VALUES)]
    asking, start = [], 0
    for clause in CLAUSES.split(words):
        start = words.find(clause, start)
        end = start + len(clause)
        valued = sum(max(0, min(end, e) - max(start, s)) for s, e in spans)
        if clause and valued * 2 < len(clause):
            asking.append(clause)
        start = end
    return "，".join(asking) or words


def asked_beside(turn: Turn) -> str:
    return question_in(turn) if turn.does("ask", "process") else ""


def tells_who_was_fetched(turn: Turn) -> bool:
    """Whether the words tell that somebody was sent for a person: 去柜台让我叫家人来接电话."""
    fetched = bool(_TOLD_TO.search(turn.words)) and not asks_for_person(turn.words)
    return fetched and not turn.reading.does("human")


def is_about_us(turn: Turn) -> bool:
    """Whether what is asked is about this hotline or the order rather than for an article."""
    acts = turn.reading.acts
    return turn.does("process") and acts["process"] >= acts.get("ask", 0.0)


_WHY = re.compile(
    r"(?:还|也|都|咋|怎么|为啥|为什么|干嘛|干啥|凭啥|非)要?(?:留|填|报|给)?(?:我|的)?(?:电话|手机|号码?|名字|姓名)"
)
_NO_ORDER = re.compile(r"不(?:用|要|需要?|必|想)?(?:登记|投诉|报|留)|不是(?:要|来)?(?:反映|投诉|举报|登记)")


# 我问一句，这个登记了以后是谁来查.
_OF_THIS_ORDER = re.compile(
    r"(?:登记|报上去?|记下来?)(?:上去?|完|好|了)*(?:以?后|之后|的话)|这(?:个|张)?(?:单子|工单|登记)"
)


def says_that_he_asks(draft: Draft, turn: Turn) -> bool:
    """Whether the citizen says that he only asks (就问问,没啥地址), of what has the shape of a question or with no wish
    for an order."""
    if (
        not only_asks(turn.words)
        or turn.does("details", "correct", "secret", "register")
        or draft.asked in YES_NO
    ):
        return False
    if _WHY.search(turn.words):
        # 就问一句还要电话啊 grumbles at the question, and wants the order all the same.
        return False
    if is_about_us(turn) or _OF_THIS_ORDER.search(turn.words):
        return False
    told = draft.get("description")
    # 我就问问，这种建议真会有人看吗: who has made a suggestion or a complaint asks about it.
    open_type = draft.type in ("consult", "help")
    in_shape = is_question(told) or has_shape_of_question(told)
    # Who has told where it is, and who they are, has come for an order.
    begun = draft.place.locatable or draft.has("caller_name")
    asked = not told or draft.type == "consult" or (open_type and in_shape and not begun)
    declines = (
        turn.does("cancel", "no", "refuse") or gives_up(turn.words) or bool(_NO_ORDER.search(turn.words))
    )
    return asked or declines


_SYLLABLE = re.compile(r"\W*[^\W\d_]\W*$")
# 我叫才让多杰: a name that the intent does not know sounds like a call for somebody.
_TELLS_NAME = re.compile(r"(?:喂|你好|您好|[，,。\s])*(?:我|俺|咱)(?:的?名字)?(?:叫|姓|是姓)(?!不|人|你)")


def wants_something_else(turn: Turn) -> bool:
    """Whether a turn that may be taken for a wish for a person is none: who asks if anybody is there wants to be heard,
    and who asks when somebody will call speaks of his order."""
    if turn.button:
        return False
    if _GOES_THERE.fullmatch(turn.words.strip()) and not turn.reading.does("human", at_least=HEARD):
        # 那我去找人事: they go there themselves.
        return True
    if wants_visit(turn.words) or tells_who_was_fetched(turn):
        return True
    if asks_for_person(turn.words):
        return False
    if turn.intent == "ask_human" and _SYLLABLE.match(turn.words) and not is_anybody_there(turn.words):
        # 人。 is what a bad line leaves of anything.
        return not turn.reading.does("human")
    told = turn.reading.does("details", "value", at_least=TELLS) or bool(_TELLS_NAME.match(turn.words))
    if (
        turn.intent == "ask_human"
        and (turn.confidence < HEARD or told)
        and not _PERSON_WORDS.search(turn.words)
    ):
        # The intent alone, and not sure of it: 人在深圳, 那要提前好久跟厂里头说.
        return not turn.reading.does("human", at_least=HINTED if turn.confidence >= GUESSED else HOLDS)
    if _OF_THE_HOTLINE.search(turn.words):
        # 半夜打12345有人接不 asks when the hotline answers.
        return not turn.reading.does("human")
    other = turn.does("process", "ask", "details", "value")
    return is_anybody_there(turn.words) or other and not turn.reading.does("human", at_least=HINTED)


def sounds_desperate(words: str) -> bool:
    """Whether a word of despair is in it, whatever else is told."""
    return bool(_DESPAIR.search(words))


def cannot_wait(turn: Turn) -> bool:
    """Whether the turn goes before whatever was asked: danger, despair, a person, coming back from one."""
    if turn.intent not in ALWAYS or turn.confidence < ALWAYS_CONFIDENCE:
        return False
    if turn.intent == "ask_human" and wants_something_else(turn):
        return False
    # The intent hears a cry in many a story, a rare name, a refusal (不留了哈,就是路过). Danger itself was looked for before
    # the form was asked (actions/alarm.py); what was read as doing anything, and as harmless, does that.
    harmless = turn.reading.is_clear and turn.reading.danger < HARMLESS
    return not (harmless and turn.intent in _CRIES and not _DESPAIR.search(turn.words))


def with_question(turn: Turn, taken: Step) -> Step:
    """The step, and the question that was asked beside the answer."""
    question = asked_beside(turn)
    if not question:
        return taken
    return replace(taken, kind=Kind.PROCESS if is_about_us(turn) else taken.kind, question=question)


def kept(draft: Draft, filled: Filled) -> Draft:
    """The draft after what was brought, with the field to ask next. Who goes past the read-back of the number without a
    word has confirmed it."""
    after, told = filled.draft, filled.changed
    if not told:
        return after
    aside = set(told) <= {"confidential", "description"}
    if draft.asked == "phone_check" and "phone" not in told:
        if set(told) == {"confidential"}:
            return after
        return silently(after)
    if draft.asked == "duplicate":
        after = after.check("duplicate")
    # What is told may show that the matter has no place: an app, an account. (A trouble of places that has been told has.)
    needless = draft.asked == "place" and not (needs_place(after) or has_content(draft.get("description")))
    if aside and not needless and draft.asked not in (*told, *YES_NO, *NEEDED):
        # Asked for the second time, the field may hold a value already: it is still the one that is awaited.
        return after
    return after.asking(next_field(after))


def silently(draft: Draft) -> Draft:
    number = draft.fields.get("phone")
    if number is not None:
        draft = draft.with_field(
            "phone", replace(number, confidence=min(number.confidence, SILENT_CONFIDENCE))
        )
    draft = draft.check("phone")
    return draft.asking(next_field(draft))


def with_confidential(draft: Draft, turn: Turn, value: str) -> Draft:
    return draft.with_field("confidential", said(turn, value, 0, len(turn.words)))


def noted(draft: Draft, turn: Turn) -> Draft:
    """The description with these words behind it, whole."""
    words = tidy(turn.words) or turn.words
    return draft if words in draft.get("description") else appended(draft, turn, words)


# So many characters of a clause that asks nothing tell something.
_TOLD_CHARS = 7
_SHOUTED = re.compile(r"[?？!！]{2,}")


def tells_beside(turn: Turn) -> bool:
    """Whether a clause of a question tells something that belongs to the matter: 消防的来看过一回 贴了张单单就走了 管啥子用嘛, and 教练说想快就再加800 ???,
    which is no question at all."""
    words = turn.words
    if turn.spans("place", "phone", "name", "time") or turn.does("human", "register"):
        return False
    told = [clause for clause in CLAUSES.split(_SHOUTED.sub("，", words)) if len(clause) >= _TOLD_CHARS]
    plain = [one for one in told if not (is_question(one) or has_shape_of_question(one))]
    asked = [clause for clause in CLAUSES.split(words) if clause]
    return bool(plain) and (len(asked) > 1 or bool(_SHOUTED.search(words)))


_LEFT = (
    r"(?:不(?:太|大)?方便|(?:不|别|莫|甭|冇|唔|勿)(?:想|要|用|必|能|敢|愿意?)?(?:再)?(?:留|说|讲|写|填|给|报|提|登|透露|问|告诉|公开|打|让人)|"
    r"(?:不|别|莫)(?:必|用|要|需要|消)(?=了|$|[,，。\s名电号手]))"
)
_LEAVES = {
    "caller": re.compile(
        rf"(?:姓名|名字|称呼|姓)[^,，。]{{0,6}}(?:{_LEFT}|不方便|算了|免了|保密)|{_LEFT}[^,，。]{{0,6}}(?:姓名|名字|称呼|姓)"
    ),
    "phone": re.compile(
        rf"(?:电话|号码|手机号?|联系方式|号)[^,，。]{{0,6}}(?:{_LEFT}|不方便|算了|免了|没有|保密)|(?:{_LEFT}|没有)[^,，。]{{0,4}}(?:电话|号码|手机|联系方式|号)"
    ),
}


_LET_ALONE = re.compile(
    r"(?:^|[,，。\s])(?![^,，。\s]*(?:名|姓|电话|号码|手机|地址|地点|位置|时间|单位|对象|称呼|身份|我))[\u4e00-\u9fff]{2,8}(?:就|都|也)?(?:先)?不(?:说|提|讲)了[\s,，]+[^\s,，]{4,}"
)


def lets_alone(words: str) -> bool:
    """Whether something worse is told instead: 地下车库就不说了 客厅接个电话都断."""
    return bool(_LET_ALONE.search(words))


def leavable(draft: Draft, turn: Turn) -> str:
    """The field that a refusal leaves out: the asked one, unless the words name another that can be left."""
    words, asked = turn.words, draft.asked
    # 他名字我不想说: where somebody else was asked for, it is that one's name.
    if asked == "subject" or names_field(words, asked if asked != "phone_check" else "phone"):
        return asked
    for field in ("caller", "phone"):
        known = draft.has("caller_name") if field == "caller" else draft.has("phone")
        # 地下车库就不说了 客厅接个电话都断 refuses no number.
        if names_field(words, field) and not known and _LEAVES[field].search(words):
            return field
        if names_field(words, field) and asked == "place":
            # Another field is spoken of: no place is left out for it.
            return ""
    return "" if asked in NEEDED else asked

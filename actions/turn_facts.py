"""What one turn says about whether a person is needed: feelings, frailty, departments, old disputes, the skill. Pure.

The scores and codes go to `desk.handoff.triggers`, which judges them; nothing here decides.
"""

from __future__ import annotations

import re

from actions.asking import asks_in_words
from danger.english import language_skill
from desk.handoff.triggers import TurnFacts
from desk.orders.drafting.keeping import wants_something_else
from desk.orders.drafting.phrases import CLAUSES, asks_for_person, first_match, has_content, is_question
from desk.orders.drafting.turn import Turn

# The same confidence that takes a turn out of the order form (desk/orders/drafting/arbitration.py).
ASKED_CONFIDENCE = 0.7
READ_CONFIDENCE = 0.6
# How much of the classifier's score counts. It hears anger in most complaints, so one angry sentence alone stays
# below the usual threshold of 0.75; two in a row, or one that shouts, pass it. Sorrow and worry take longer.
_WEIGHTS = {"angry": 0.72, "sad": 0.62, "anxious": 0.5}
_OUTBURSTS = frozenset({"emotion_anger", "abuse"})
# A trouble told in anger is first of all a trouble: alone it calls nobody.
_TOLD_MOST = 0.7
_SHOUTED = 0.1
# A grumble or a telling that is at least this likely may be what the feeling is about.
_HINTED = 0.3
_REPEATED = 0.05

_SHOUTING = re.compile(r"[!！]{2,}|[?？][!！]|[!！][?？]|[?？]{3,}")
_REPETITION = re.compile(r"([\u4e00-\u9fff])\1\1|([\u4e00-\u9fff]{2,6})[,，!！、 ]*\2[,，!！、 ]*\2")

_I = r"(?:我|俺|本人|咱)(?:今年|现在|已经|都|也|快|就|才|只有|还|是|一|个|名|位|们|[,， ])*"
_FRAIL = (
    (
        "blind",
        re.compile(rf"{_I}(?:的)?(?:盲人|瞎|失明|视力残疾|视障|眼睛.{{0,4}}(?:看不见|看不清|失明|瞎))"),
    ),
    ("deaf", re.compile(rf"{_I}(?:的)?(?:聋|听力残疾|听障|耳朵.{{0,4}}(?:聋|背|听不见|听不到|听不清))")),
    ("disabled", re.compile(rf"{_I}(?:的)?(?:残疾|坐(?:着)?轮椅|瘫痪|腿脚不|行动不便|重病)")),
    (
        "child",
        re.compile(
            rf"{_I}(?:[5-9]|1[0-5]|[五六七八九十]|十[一二三四五])岁(?!的|多的|老|孩)|{_I}(?:小学生|初中生|未成年|小孩|小朋友)"
        ),
    ),
    (
        "old",
        re.compile(
            rf"{_I}(?:[789]\d|[七八九]十)(?:几|多|来|[一二三四五六七八九])?(?:岁|了|的人)|{_I}(?:孤寡)?(?:老人|老年人|老头|老太)|"
            r"(?:我|俺)(?:年纪|岁数|年龄)(?:太|很|也)?大了"
        ),
    ),
    (
        "alone",
        re.compile(
            r"(?:我|俺)(?:是)?(?:独居|孤寡|自己一个人|一个人(?:在家|住|生活))|(?:我|身边)(?:没有人|没人|无人)照顾"
        ),
    ),
    ("pregnant", re.compile(rf"{_I}(?:的)?(?:孕妇|怀孕|怀了|有身孕|快生了|挺着大肚子)")),
)
_HELPLESS = re.compile(
    r"不会(?:弄|用|操作|填|写|办|打字)|弄不(?:来|懂|了)|看不(?:懂|了)|听不懂|不懂|没人(?:帮|管)|帮帮我|帮我(?:一下)?|没办法|走不(?:动|了)|动不了|出不(?:了|去)|下不(?:了|去)楼|"
    r"不敢|害怕|饿|疼|痛|不舒服|被(?:占|骗|打|赶|欺负|辞退|开除)"
)

_HISTORICAL = re.compile(
    r"历史遗留(?:的)?(?:问题|难题|纠纷)|踢皮球|推来推去|互相推(?:诿|脱)?|来回推|信访|上访|(?:好几|几|多|[二两三四五六七八九十\d]+)年(?:了|来)?[^。!！?？]{0,8}(?:没(?:有)?(?:人)?(?:解决|管|结果|处理|答复)|得不到解决|解决不了)|"
    r"(?:反复|多次|无数次|很多次|好几次|[三四五六七八九十]+次|N次)(?:向.{0,8})?[^。!！?？,，]{0,4}(?:反映|投诉|打|找|举报|上报|报修|跑|去|催|问)[^。!！?？]{0,12}(?:没|不|未|无)|"
    r"(?:反映|投诉|举报|打|找)(?:过|了)+(?:好|很)?[几多三四五六七八九十\d]+[次遍回](?:向.{0,8})?[^。!！?？]{0,12}(?:没|不|未|无)"
)
# 打折子 打了三回: nobody was called.
_PRINTED = re.compile(r"打(?:折子?|票|针)[^,，。]{0,2}[\s,，]*打了?[一二三四五六七八九十几\d]+[次遍回]")
# Everyday names of the departments, by the matter they stand for; three of them in one story want somebody who coordinates.
_DEPARTMENTS = {
    "housing": r"住建|房管|住房保障",
    "city": r"城管|城市管理|执法局|执法队",
    "police": r"公安|派出所|民警",
    "traffic_police": r"交警",
    "street": r"街道(?:办)?|镇政府|乡政府",
    "community": r"居委会|社区居委|村委会",
    "human_resources": r"人社局|劳动局|劳动监察|社保局",
    "housing_fund": r"公积金中心",
    "health_insurance": r"医保局",
    "education": r"教育局",
    "civil_affairs": r"民政局",
    "health": r"卫健委|卫生局",
    "market": r"市场监管|工商局|市监局",
    "environment": r"环保局|生态环境局",
    "planning": r"自然资源|规划局|国土局",
    "transport": r"交通局|交通运输局",
    "water": r"水务局|水务集团|自来水公司",
    "power": r"供电(?:公司|局)|电力公司",
    "gas": r"燃气公司|燃气集团",
    "heat": r"热力公司|供热公司",
    "tax": r"税务局",
    "petitions": r"信访局",
    "court": r"法院",
    "property": r"物业(?:公司)?",
}
_DEPARTMENT_PATTERNS = tuple((code, re.compile(pattern)) for code, pattern in _DEPARTMENTS.items())

_SERVED_IN = r"(?:的)?(?:人工|坐席|客服|服务|接线|话务员|工作人员|翻译|的人)"
_SPEAKS = r"(?:只会|只能|会|能|要|用)?(?:说|讲|懂|用)"
_OTHER_LANGUAGE = r"(?:日|韩|法|俄|德|西班牙|阿拉伯|维吾尔|藏|蒙古|朝鲜|外)语"

_SKILLS = (
    ("sign_language", re.compile(r"手语|聋(?:哑)?人")),
    (
        "dialect",
        re.compile(
            r"方言|(?:粤语|广东话|白话|四川话|闽南语|闽南话|客家话|上海话|潮汕话|家乡话|土话)(?:的)?(?:人工|坐席|客服|服务|接线)|(?:说|讲)(?:粤语|广东话|四川话|闽南语|客家话|上海话|家乡话)"
        ),
    ),
    # Somebody who speaks it is wanted; a complaint about an English teacher wants nobody of the kind.
    (
        "english",
        re.compile(
            rf"(?:英语|英文){_SERVED_IN}|{_SPEAKS}(?:英语|英文)(?!老师|课|班)|\b(?:english|foreigner)\b",
            re.IGNORECASE,
        ),
    ),
    ("language", re.compile(rf"{_OTHER_LANGUAGE}{_SERVED_IN}|{_SPEAKS}{_OTHER_LANGUAGE}(?!老师|课|班)")),
    ("housing_fund", re.compile(r"公积金")),
    ("health_insurance", re.compile(r"医保|医疗保险|生育(?:保险|津贴)|异地就医|门诊报销|住院报销")),
    (
        "social_insurance",
        re.compile(
            r"社保|社会保险|养老(?:保险|金)|失业(?:金|保险)|工伤(?:保险|认定)?|退休(?:金|手续|年龄)|参保"
        ),
    ),
    ("tax", re.compile(r"个税|税务|纳税|报税|交税|缴税|发票|退税|增值税|契税|个人所得税")),
    (
        "enterprise",
        re.compile(r"营业执照|开公司|办企业|企业(?:开办|注册|补贴|政策|服务|专线|注销)|惠企|招商|个体户"),
    ),
)


# Who says it like this wants no article first.
_INSISTS = re.compile(
    r"废话|啰嗦|别(?:跟我)?(?:绕|扯|来这套)|就(?:要|想|找)|必须|马上|立刻|立即|赶紧|直接|机器|听不懂|没用|快点|说了|再说|[!！]{2,}"
)
QUESTION_CHARS = 4


def insists(words: str) -> bool:
    return bool(_INSISTS.search(words))


def question_besides(words: str) -> str:
    """What was said besides the wish for a person; "" if it is nothing that could be looked up."""
    rest = ",".join(clause for clause in CLAUSES.split(words) if clause and not asks_for_person(clause))
    return rest if len(rest) >= QUESTION_CHARS and not has_content(rest) else ""


def facts_of(turn: Turn, topics: tuple[str, ...], asked: bool = False) -> TurnFacts:
    """The facts that the words and the understanding show. `asked` where the action itself means a person.

    `topics` are those that only people answer; the facts name the ones that are in the words.
    """
    words = turn.words
    foreign = bool(language_skill(words))
    asks = turn.does("ask") and asks_in_words(words)
    return TurnFacts(
        seq=turn.seq,
        asked=asked or (wants_person(turn) and not foreign),
        # The intent hears anger where the classifier of feelings does not. Neither has learned another language.
        emotion="neutral" if foreign else "angry" if _is_outburst(turn) else turn.emotion,
        emotion_score=0.0 if foreign else strength(turn),
        vulnerable=frail(words) if needs_help(words) else (),
        # 找学校还是找教育局: whoever asks where to go was sent nowhere yet.
        departments=()
        if asks
        else tuple(code for code, pattern in _DEPARTMENT_PATTERNS if pattern.search(words)),
        topics=tuple(topic for topic in topics if topic in words),
        historical=bool(_HISTORICAL.search(words))
        and not (is_question(words) or asks or _PRINTED.search(words)),
        skill=skill_in(words),
    )


def wants_person(turn: Turn) -> bool:
    if wants_something_else(turn):
        return False
    by_intent = turn.intent == "ask_human" and turn.confidence >= ASKED_CONFIDENCE
    # As in the order form (desk/orders/drafting/listening.py), which leaves the wish to be heard here.
    by_act = turn.reading.does("human", at_least=READ_CONFIDENCE)
    return by_intent or by_act or asks_for_person(turn.words)


def strength(turn: Turn) -> float:
    """How strong the feeling is, 0 to 1: the classifier's score by kind, raised by shouting and repetition."""
    outburst = _is_outburst(turn)
    shown = turn.emotion_score if turn.emotion in _WEIGHTS else 0.0
    weight = _WEIGHTS.get(turn.emotion, 0.0)
    if outburst:
        # The intent is a second witness where the classifier hears less.
        shown, weight = max(shown, turn.confidence), _WEIGHTS["angry"]
    if not shown:
        return 0.0
    score = shown * weight
    if not outburst and _only_answers(turn):
        # The classifier hears anger in 你们没定位吗 and in 不用保密.
        score /= 2
    score += _SHOUTED if _SHOUTING.search(turn.words) else 0.0
    score += _REPEATED if _REPETITION.search(turn.words) else 0.0
    return round(min(score, 1.0 if outburst else _TOLD_MOST), 3)


def _only_answers(turn: Turn) -> bool:
    """Whether the reading hears a value, a question, a yes, a no, a refusal or "I do not know", and neither a trouble nor
    a grumble."""
    acts = turn.reading
    plain = acts.does("process", "ask", "value", "yes", "no", "unknown", "refuse")
    return plain and not (acts.does("grumble", "details", at_least=_HINTED) or _SHOUTING.search(turn.words))


def _is_outburst(turn: Turn) -> bool:
    return turn.intent in _OUTBURSTS and not turn.button


def frail(words: str) -> tuple[str, ...]:
    """What citizens say of themselves: old, blind, deaf, disabled, child, alone, pregnant."""
    return tuple(code for code, pattern in _FRAIL if pattern.search(words))


def needs_help(words: str) -> bool:
    """Whether there is a trouble besides: a blind man's question about a certificate is a question."""
    return bool(_HELPLESS.search(words)) or (has_content(words) and not is_question(words))


def skill_in(words: str) -> str:
    """The group of seats that the words call for; "" for everybody."""
    found = first_match(_SKILLS, words)
    if found is not None:
        return found
    return language_skill(words)

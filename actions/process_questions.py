"""Answers what citizens ask about the hotline and about their own order: how long, who, will I be called, what does it
cost. One or two true sentences, from the order's own limits; nothing is promised that only a department can promise."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime

from actions.filing import file_under
from actions.ports import Parts
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.phrases import MUST_BE_TOLD
from desk.orders.drafting.turn import Turn
from desk.orders.limits import OrderLimits
from desk.orders.number import format_number
from desk.orders.order import Order, Urgency
from language.dialects.normaliser import to_mandarin

# A citizen asks one thing, sometimes two in a breath; more is no answer but a lecture.
ANSWERED_AT_ONCE = 2
SURE_OF_DEPARTMENT = 0.6


def day_and_hour(moment: datetime) -> str:
    return f"{moment.month}月{moment.day}日{moment.hour}点"


@dataclass(frozen=True)
class Affair:
    """What the answers depend on. `due` and `within` are for people; `status` of an order that is no longer open, "" otherwise.
    `has_phone` is None before the citizen was asked for it."""

    limits: OrderLimits
    number: str = ""
    due: str = ""
    within: str = ""
    department: str = ""
    has_phone: bool | None = None
    secret: bool = False
    status: str = ""


def answer_process(
    turn: Turn, parts: Parts, about: Order | Draft | None = None, told: Container[str] = ()
) -> str:
    """The answer to what was asked about the procedure; of an order, of one in the making, or of the hotline. `told` are
    kinds of questions that have had their answer in this turn; "" where nothing else is asked."""
    affair = _affair(turn, parts, about)
    kinds = kinds_asked(turn.words)
    if not kinds and isinstance(about, Draft) and _ASKS_WHAT_IS_MEANT.search(to_mandarin(turn.words).text):
        explained = _MEANT.get(about.asked)
        if explained:
            return explained
    kinds = kinds or ["next"]
    return "".join(_ANSWERS[kind](affair) for kind in [k for k in kinds if k not in told][:ANSWERED_AT_ONCE])


def kinds_asked(words: str) -> list[str]:
    """What of the procedure the words ask for, by the keys of the answers; empty where no rule knows."""
    found = [kind for kind, pattern in _KINDS if pattern.search(words)]
    # Why something is asked is a question about that thing, not about when or by whom it is used.
    reasons = [kind for kind in found if kind.startswith("why_")]
    if "no_calls" in found:
        return ["no_calls"]
    if "recorded" in found and "pictures" in found:
        # 录音你们留不留 asks nothing about a recording of the citizen's own.
        found.remove("pictures")
    return reasons[:1] or found


def wants_no_calls(words: str) -> bool:
    """Whether somebody cannot or does not want to be spoken to on the telephone; the order has to say so."""
    return bool(_NO_CALLS.search(words))


def _affair(turn: Turn, parts: Parts, about: Order | Draft | None) -> Affair:
    if isinstance(about, Order):
        return Affair(
            parts.limits,
            format_number(about.number),
            day_and_hour(about.due_at.astimezone(parts.zone)),
            parts.limits.within(about.urgency),
            about.department,
            bool(about.phone or about.callback_phone),
            about.confidential,
            "" if about.status.is_open else about.status.label,
        )
    if about is None or not about.has("description"):
        return Affair(parts.limits)
    filing = file_under(parts, about)
    urgency = Urgency(filing.urgency)
    return Affair(
        parts.limits,
        "",
        day_and_hour(parts.limits.due_at(urgency, turn.now).astimezone(parts.zone)),
        parts.limits.within(urgency),
        filing.department if filing.confidence >= SURE_OF_DEPARTMENT else "",
        True if about.has("phone") else False if "phone" in about.skipped else None,
        about.get("confidential") == "yes",
    )


_ASKED_WHY = r"(?:为什么|为啥|为何|干什么|干嘛|干啥|做什么|做啥|凭什么|怎么还?要|非要|非得|一定要|必须|有(?:什么|啥)用|要不要紧|问这)"
_WHO = r"(?:谁|哪个|哪家|哪些|什么|啥|哪里|哪儿|哪位)(?:人|部门|单位|局|科|机构)?"


def _why(thing: str) -> re.Pattern[str]:
    return re.compile(rf"{_ASKED_WHY}.{{0,10}}(?:{thing})|(?:{thing}).{{0,8}}{_ASKED_WHY}")


# Who cannot or does not want to be spoken to on the telephone.
_NO_CALLS = re.compile(
    r"(?:不要|别|莫|甭|可不可以不|可以不|能不能不)(?:再)?给我打(?:电话|语音)|^[^社银医单公物客老派]{0,8}(?:请打字|打字说)?[,，\s]*(?:请)?(?:不要|别)打电话(?!给(?:他|她|物业|公司|对方))|(?:可不可以|可以|能不能|能)不打电话吗?|"
    r"(?:我|俺)(?:是|有点|真的|本人|[,，\s])*(?:聋|听障|听力(?:不|残)|听不(?:见|到)[^。]{0,8}(?:打字|短信))|(?:电话|语音)(?:我|俺)(?:接|听)不(?:了|到|见)|(?:我|俺)[^,，。]{0,4}(?:怕|害怕|恐惧)(?:接|打)电话|(?:发|用)(?:短信|微信|文字)(?:联系我|给我|就行|吧|回复我)(?!吗|不|么)|只收短信"
)
# The order is that of the answers where two things are asked.
_KINDS = (
    (
        "said_again",
        re.compile(
            r"(?:你|您|恁|侬)?(?:头先|刚才|刚刚|刚)(?:在)?(?:说|讲|问)(?:的)?(?:的是|到)?(?:啥|什么|咩|么子|哪)|我(?:刚|刚才|刚刚)?(?:说|讲)到哪"
        ),
    ),
    ("no_calls", _NO_CALLS),
    (
        "where_you_see",
        re.compile(
            r"(?:你们?|您|系统|这里|这边|你这)[^,，。]{0,3}(?:没|没有|有没有)(?:个)?定位|(?:看|定位)(?:不|得|不得)?到我(?:的)?(?:位置|在哪)|不(?:能|会)(?:自动)?定位"
        ),
    ),
    (
        "number_shown",
        re.compile(
            r"(?:那边|这边|你们?|您)(?:那|这)?(?:里)?(?:能|会)?(?:看|显示)(?:不|得)到(?:我)?(?:的)?(?:号码|电话|来电|吗|么|$)|(?:有|没有?|不是有|没)来电显示"
        ),
    ),
    (
        "ours",
        re.compile(
            r"(?:这(?:个|种|事|种人|种事)?)(?:到底)?你们(?:能|会|可以)?管(?:不管|吧|吗|么|得了)|你们管(?:不管|吧|吗|么)(?:[?？]|$)|归不归(?:你们|12345)管?"
        ),
    ),
    (
        "recorded",
        re.compile(
            r"(?<!我有)(?<!有个)录(?:不录|没录)音|(?<!我有)(?<!手上有)(?:会|要|在|被)录音(?:的)?(?:吗|么|不|没)|(?:电话|通话)[^,，。]{0,4}录音(?:吗|么|不|没|留)|(?:通话|对话|聊天|我说的)[^,，。]{0,6}(?:留存|保存|(?:录|存|留)(?:下来|着|多久|吗|不))"
        ),
    ),
    (
        "optional",
        re.compile(
            rf"(?:可不可以|能不能|可以|能)(?:不|先不)(?:留|说|写|填|给|报)|{MUST_BE_TOLD}|不(?:留|说|写|填|给)(?:名字|电话|姓名|号码)?(?:可以|行|成|要紧)|(?:非得|非要|一定要|必须(?:要)?|都要|要不要|要)(?:留|写|填|说|给|登记)?(?:我)?(?:的)?(?:真名|全名|实名|名字|姓名|电话|手机号?)|(?:真名|全名|名字|姓名|电话|手机号?)(?:都|也|还)?(?:一定|必须|非得|非|真的|要|得)+(?:写|留|登记|填|说|给)?(?:啊|吗|么|不|嘛)|非得留|(?:就写|用|写)(?:网名|假名|化名|小名)|网名"
        ),
    ),
    (
        "two",
        re.compile(
            r"(?:两|几|三|2)(?:件|桩|个(?=事|问题|情况))(?:事|问题)?.{0,10}(?:分开|分成|一起|两个?单|两张)|另外?(?:一|开|算)?(?:张|个|件)?(?:单子|工单)|合(?:在一起|并|成)|(?:是不是|要不要|用不用|需不需要|要|得)(?:再|重新|另外|单独)(?:要)?(?:报|登|写|提|开)|(?:是不是|要不要)(?:要)?(?:另外|单独)|[两几]张(?:单子|工单)|记成新的|接着旧的"
        ),
    ),
    (
        "whose",
        re.compile(
            r"(?:写|留|填|登|报|打|用)(?:的)?(?:谁|哪个|哪位|[他她]|我|孩子|家长|老人|本人)的?.{0,6}(?:还是|要不|哪个|谁)|(?:写|留|填|登|报)(?:谁|哪个|哪位)|(?:谁|哪个)的(?:名字|电话|号码|手机)|(?:要不|能不能|可以|可不可以)(?:打|写|留|用)(?:给)?[他她我]?[^,，。?？]{0,4}的"
        ),
    ),
    (
        "again_later",
        re.compile(
            r"撤(?:了|回|销)?(?:以后|之后|掉)?.{0,10}(?:再|重新|还能|还可以)|(?:再|重新)(?:提|登|报|反映)(?:吗|不|么)"
        ),
    ),
    (
        "read_back",
        re.compile(
            r"再?(?:念|读|核对|确认|说)(?:一)?(?:遍|次|下)?(?:给我)?(?:听)?(?:吗|不|么)|(?:先|会)(?:给我)?(?:看|问)(?:一下|一遍)?(?:我)?(?:吗|不|行)"
        ),
    ),
    (
        "open_hours",
        re.compile(
            r"有(?:没有)?人(?:接|值班|听)|接(?:不接)?电话|上班|下班|值班|周末|周六|周日|礼拜天|节假日|几点(?:开|关)|24小时|二十四小时|晚上(?:也|还)?(?:有人|在)"
        ),
    ),
    ("why_phone", _why("电话|手机|号码")),
    (
        "why_place",
        re.compile(
            rf"{_why('地址|位置|地方|地点|哪里住|住(?:哪|在)|门牌|几栋|小区').pattern}|(?:要|有|填|写)(?:什么|啥)(?:地址|位置|地方|地点)|(?:没|哪有|哪来)(?:有)?(?:什么|啥)?(?:地址|地点|位置)|(?:跟|和|与)(?:在)?(?:哪里?|哪儿|地址|地点|位置|地方)[^,，。?？]{{0,4}}(?:有)?(?:啥|什么|何)?关系"
        ),
    ),
    ("why_name", _why("姓名|名字|全名|姓什么|姓啥|贵姓|姓(?![\u4e00-\u9fff]*局)|称呼|身份证|实名")),
    (
        "why",
        re.compile(
            r"(?:为什么|为啥|干嘛|干啥|怎么)(?:要|老|总|还)?(?:问|打听).{0,8}|问(?:这个|这些|这么多|那么多|得?这么(?:细|详细)).{0,6}(?:干|做|有)"
        ),
    ),
    (
        "robot",
        re.compile(
            r"机器人|真人|活人|人工智能|智能(?:客服|助手|语音)|(?:你|您)(?:是不是|是)(?:个)?(?:人|AI|ai|机器|电脑)|跟我说话的是"
        ),
    ),
    (
        "cost",
        re.compile(
            r"收费|收钱|花钱|要钱|掏钱|交钱|多少钱|免费|费用|要(?:不要|交|付)(?:什么|啥)?(?:钱|费)|收不收|话费|扣钱|扣费"
        ),
    ),
    (
        "secret",
        re.compile(
            r"保密|泄露|透露|(?:会不会|会|要不要)(?:把|跟|和|给|让)[^,，。?？]{0,8}(?:说|讲|告诉|看到)?(?:是)?我(?:的)?(?:名字|姓名|电话|号码|信息)|(?:他们|他|她|对方|公司|老板|单位)[^,，。]{0,3}看(?:不|得)到我|到[^,，。?？]{0,6}手[里上]|(?:查|猜|认)(?:得|到|出)[^,，。?？]{0,3}(?:系|是)?(?:边个|哪个|谁|我)|卖(?:了|咗)我|泄漏|暴露|(?:知道|晓得|查到|查出)(?:是)?我|(?:知道|晓得)(?:是)?(?:谁|哪[户家个])|会不会.{0,6}(?:报复|找我麻烦|黑名单|封号|查我)|说出去|(?:会|会不会|要)?说(?:是)?谁(?:举报|投诉|反映|告|打)|(?:会|会不会)有我(?:的)?(?:名字|电话)|(?:老板|房东|书记|物业|单位|公司|他们?|她|对方|邻居|人家|村里)(?:们)?(?:会不会|不会|能不能|会|能)(?:看到|听到|知道|晓得)|告诉(?:他|她|对方|物业|老板|单位|村)|被(?:他|她|对方|人家).{0,4}(?:知道|晓得)"
        ),
    ),
    (
        "callback",
        re.compile(
            r"回(?:个|我)?(?:电|访|复|话|信|消息)|答复我|打(?:电话|给我)|(?:电话|短信|微信)(?:通知|联系|告诉|告知)|(?:联系|通知|找|告诉|告知)(?:上)?(?:我|俺|咱)(?!麻烦|算账|算帐|茬|事|报复|家人)|给(?:我|俺|咱)?(?:一?个)?(?:准信|信儿?(?!息|任)|答复|说法|电话|短信)|发短信"
        ),
    ),
    (
        "check",
        re.compile(
            r"(?:能|可以|怎么|咋|如何|在哪|哪里|哪儿|去哪|上哪)(?:里|儿)?(?:自己)?(?:去)?(?:查|看到|看见|问(?:进度|结果)|跟进|知道进度|晓得进度)|查(?:得到|不到|询|进度|结果)|(?:有|给)(?:没有|不给|我|个)?(?:工单号|单号|编号|凭证|回执)|进度(?:怎么|咋|在哪)"
        ),
    ),
    (
        "visit",
        re.compile(
            r"(?:派|来|有)(?:不派)?人(?:来|去|过来|到|上门)|(?:今天|今晚|今晚上|明天|现在|马上)(?:就)?(?:能|会)?(?:不能)?来(?:不|吗|么|还是)|是今天来|派人|上门|到现场|来现场|(?:来|去|过来)(?:看看|看一下|现场|查看)"
        ),
    ),
    (
        "who",
        re.compile(
            rf"(?:归|属|由|是)[^\s,，。?？]{{1,6}}(?:里)?管(?:还|不)?是?|{_WHO}(?:来|去|在|会|能|给|帮)?(?:我|我们)?(?:处理|管|办|负责|解决|落实|跟进|受理|接手|承办|查)|(?:转|交|派|报|反映|发|递)(?:到|给|去)?{_WHO}|归{_WHO}|找{_WHO}"
        ),
    ),
    (
        "how_long",
        re.compile(
            r"多久|几耐|好久(?=能|才|有|可以|办|来|给|[?？]|$)|多长时间|多少天|多少时间|几天|几个(?:小时|工作日|月|礼拜|星期)|几时|(?:什么|啥)(?:时候|时间|时侯)|多会儿|多咱|何时|哪天|哪一天|等到(?:哪|什么|啥)|要等|得等|还等|(?:今天|明天|这周|本周|当天|马上|年前|月底(?:前)?)(?:之前|以前)?(?:就)?(?:能|可以|会)(?:不能)?|快不快|时限|期限"
        ),
    ),
    (
        "useful",
        re.compile(
            r"有(?:没有)?用(?:吗|没|不|么|啊|处)|有没有用|管用|真(?:的)?(?:能|会|给|有人)|算数|白(?:打|说|登|投|反映|费)|走过场|走形式|靠谱|能(?:解决|管|办|处理)(?:好|成|了)?(?:吗|不|么|得了|得好)|会(?:不会)?(?:真)?(?:有人)?(?:管|处理|解决|办)|不了了之|石沉大海|踢皮球|管得了|糊弄|敷衍"
        ),
    ),
    (
        "pictures",
        re.compile(
            r"(?:照片|图片|视频|录像|录音|截图|证据|材料|合同).{0,10}(?:发|传|给|交|提供|上传|寄|怎么|哪|要)|(?:发|传|拍)(?:个|张|点|不|过去|给)?.{0,4}(?:照片|图片|视频|录像|截图)|"
            r"(?:需要|要不要|用不用|要)[^,，。]{0,6}(?:截图|照片|证据|录音|小票|收据)(?:不|吗|么|嘛|啊)"
        ),
    ),
    (
        "next",
        re.compile(
            r"然后(?:呢|怎么|咋|嘞|要)|接下来|下一步|(?:登记|记|报)(?:了|完|好|上)?(?:了)?(?:以?后|之后)|怎么(?:处理|个流程|走流程|弄法)|(?:什么|啥)流程|就(?:行|完|好|可以)了(?:吗|么|[?？])|还要(?:我)?(?:做|干)(?:什么|啥)"
        ),
    ),
)


def _how_long(affair: Affair) -> str:
    if affair.status:
        return f"这张工单现在是“{affair.status}”。"
    if affair.number:
        return f"这张工单{affair.within}、最晚{affair.due}前答复您；到时候没有答复，您随时可以催办。"
    if affair.due:
        return f"登记好以后，{affair.within}、最晚{affair.due}前答复您。"
    limits = affair.limits
    return (
        f"登记以后，一般的事{limits.days(limits.normal_d)}内答复您，紧急的{limits.urgent_h}小时内；"
        f"牵涉多的要{limits.days(limits.difficult_d)}。"
    )


def _who(affair: Affair) -> str:
    if affair.department:
        lead = "" if affair.number else "登记好以后，"
        return f"{lead}按您说的内容转给{affair.department}办理，最后以派单为准。"
    return "登记好以后，热线按内容转给管这件事的单位办理。"


def _callback(affair: Affair) -> str:
    if affair.has_phone is False:
        return "您没有留电话，结果出来以后，请您凭工单号来查。"
    if affair.has_phone is None:
        return "会的，您留个电话，承办单位会打给您说结果。"
    return "会的，承办单位会打您留的电话答复您。"


def _check(affair: Affair) -> str:
    if affair.number:
        return f"可以查，凭工单号 {affair.number} 和登记时告诉您的查询码，随时能查进度。"
    return "可以查，登记好会给您一个工单号和一个查询码，凭这两个随时能查进度。"


def _secret(affair: Affair) -> str:
    if affair.secret:
        return "会保密的，您的个人信息不向被反映的一方透露。"
    return "您的个人信息只用来办这件事；您说一声“保密”，就不向被反映的一方透露。"


def _useful(affair: Affair) -> str:
    by_when = f"最晚{affair.due}前" if affair.due and not affair.status else "按期限"
    return f"每件事都有工单号，承办单位要{by_when}答复；没有答复您可以催办，不满意也可以再反映。"


def _next(affair: Affair) -> str:
    if affair.status:
        return _how_long(affair)
    by_when = f"最晚{affair.due}前" if affair.due else "按期限"
    lead = "接下来" if affair.number else "登记好以后"
    return f"{lead}转给承办单位办理，{by_when}答复您，凭工单号和查询码随时能查进度。"


# 你讲么子对象, 问我做啥子嘛, 这也要地址: whoever does not see what a question of the form is for.
_ASKS_WHAT_IS_MEANT = re.compile(
    r"(?:什么|啥|哪样|哪个)(?:意思|对象|单位|地点|地址)|(?:问|讲|说)的?(?:是|我|这|那)?(?:干|做)?(?:什么|啥|哪)|(?:是|你)(?:问|讲|说)的?(?:是)?[^,，。?？]{0,10}(?:是不是|是不|吗|么|吧)|"
    r"(?:这|那|还|都)?[也还都](?:要|需要)(?:写|填|说|报|留)?(?:什么|啥)?(?:地[址点]|位置|名字|姓名|单位|时间|电话)|要(?:什么|啥)(?:地[址点]|位置|单位|名字)|(?:问|说)(?:我|这个?)(?:干|做)(?:什么|啥|嘛)"
)
_WHY_NAME = "问称呼只是为了方便联系您；不方便可以不说。"
_WHY_PHONE = "留电话是为了办的人能联系您、告诉您结果；不方便可以不留。"
_MEANT = {
    "place": "问的是事情发生在哪里，或者跟哪个地方有关；网上的事、跟地方没关系的，说“没有地点”就行。",
    "event_time": "问的是事情什么时候发生的，或者一般在什么时候；记不清也没关系。",
    "subject": "问的是您反映的是哪家单位、哪家店或者什么人；叫不出名字，说说是什么样的人、什么样的店也行。",
    "caller": _WHY_NAME,
    "phone": _WHY_PHONE,
}

_ANSWERS: dict[str, Callable[[Affair], str]] = {
    "said_again": lambda affair: "没关系，我再问一遍。",
    "no_calls": lambda affair: "好的，这一点我写进工单，请承办单位用短信联系您。",
    "where_you_see": lambda affair: "我这边看不到您的位置，要请您说一下。",
    "number_shown": lambda affair: "号码要请您报一下，我好记准。",
    "ours": lambda affair: "您说说是什么事，能登记的我就登记，转给管这件事的单位办。",
    "recorded": lambda affair: "通话和聊天会留存，只用来办您的事、核对服务。",
    "why_phone": lambda affair: _WHY_PHONE,
    "why_place": lambda affair: "问地点是为了办的人能找到地方、到现场去看；没有地点的，说“没有”就行。",
    "why_name": lambda affair: _WHY_NAME,
    "why": lambda affair: "问这些是为了办的人能找到地方、把事情弄准；不方便说的可以不说。",
    "robot": lambda affair: "我是智能助手，不是真人，您说的我都会如实记下来。想跟真人说，随时说“转人工”。",
    "cost": lambda affair: "不收费，登记、办理和查询都不要钱。",
    "secret": _secret,
    "callback": _callback,
    "check": _check,
    "visit": lambda affair: "要不要到现场去，由承办单位看情况定；您的要求会一并转过去。",
    "who": _who,
    "how_long": _how_long,
    "useful": _useful,
    "optional": lambda affair: (
        "不方便可以不说、可以不留，照样登记办理；没有电话的，请您凭工单号和查询码来问结果。"
    ),
    "whose": lambda affair: "写谁的都行，能联系上就好；一般写您自己的。",
    "two": lambda affair: "不是一件事的可以分开，这件登记好，我接着给您登记下一件。",
    "again_later": lambda affair: "可以的，撤回以后想再反映，随时可以重新登记。",
    "read_back": lambda affair: "会的，登记之前我把内容给您核对一遍，哪里不对您直接说。",
    "open_hours": lambda affair: (
        "我这里24小时都在，白天晚上、周末节假日都能登记；承办单位一般在工作时间办理。"
    ),
    "pictures": lambda affair: "照片、录像这些您先留好，承办单位联系您的时候交给他们就行。",
    "next": _next,
}

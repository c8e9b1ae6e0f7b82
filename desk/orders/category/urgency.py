"""How much haste a text calls for: rules, not statistics, so that each verdict has a reason one can read.

Order of judgement: danger to life now, then hardship that grows by the hour, then old knots that no office unties,
then the category's own default. Words of fear or memory (万一着火, 去年爆炸过) are no danger now.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from desk.orders.order import Urgency

_NUMBER = r"[0-9一二两三四五六七八九十百千万几数多]+"

# (reason, what people say). A hit counts only outside supposition and memory, see judge_urgency.
_EMERGENCY: tuple[tuple[str, str], ...] = (
    ("fire", r"(?:着|起|失)(?:大)?火(?:了|啦)|正在(?:着火|燃烧)|火(?:很大|烧起来)|救火|快救人|冒(?:浓|大)烟"),
    (
        "gas",
        r"(?:燃气|煤气|天然气|液化气|瓦斯)(?:管道?|罐)?.{0,4}(?:泄漏|漏了|漏气)|(?:煤气|燃气|天然气)味|闻到.{0,6}(?:煤气|燃气|天然气)",
    ),
    ("explosion", r"爆炸了|炸了(?!锅)"),
    (
        "suicide",
        r"(?:要|想|准备|打算|正在)(?:跳楼|跳河|跳桥|自杀|轻生|割腕|喝农药)|不想活|活不下去了|喝了农药|站在楼顶",
    ),
    ("drowning", r"(?:掉|落|跳)(?:进|到|下)?(?:了)?(?:河|水|江|湖|井)里|溺水|落水|被水冲走"),
    ("electric_shock", r"触电(?!保护|风险)|被电(?:到|击|着)了"),
    (
        "trapped",
        r"(?:人|孩子|老人|我们?|孕妇|妈|爸).{0,8}(?:困在|被困|关在|压在)|(?:困在|被困|关在)(?:了)?.{0,6}(?:电梯|车里|屋里|下面|里面)|被埋|压着人|压在下面",
    ),
    (
        "crime_in_progress",
        r"(?:正在|正|有人在|在)(?:打人|砍人|行凶|抢劫|打架|砸门|撬门)|持刀|拿(?:着)?刀|杀人|绑架|砍(?:了)?人",
    ),
    (
        "lost_person",
        r"(?:孩子|小孩|老人|宝宝|女儿|儿子|妈|爸|奶奶|爷爷).{0,6}(?:走失|走丢|失踪|不见了|丢了找不到)",
    ),
    ("medical", r"(?:晕倒|昏迷|昏倒|没(?:有)?呼吸|叫不醒|大出血|心脏骤停|快不行了|要死了人|吐血|休克)"),
    ("poisoning", r"(?:食物|煤气|农药|一氧化碳|集体)中毒"),
    ("collapse", r"(?:房子|楼|墙|桥|山|脚手架|塔吊)(?:体)?(?:塌了|倒了|垮了|倒塌了|坍塌了)"),
    ("dying_now", r"救命(?!之恩|药|钱|的钱|要紧)|出人命了|快死了"),
)

_SUPPOSED = re.compile(
    r"万一|一旦|如果|要是|假如|假设|倘若|怕|担心|容易|可能|防止|避免|预防|会不会|小心|隐患|防范|演练|等到?出|非要|难道要|像|似的|快要?等"
)
_REMEMBERED = re.compile(
    r"去年|前年|大前年|以前|之前|曾经?|上次|上个?月|上周|上星期|当年|那年|昨[天晚日]|前[天晚]|前几[天年]|(?:19|20)[0-9]{2}年|年前|"
    + _NUMBER
    + r"(?:个)?[年月]前|过世|已经?去世|[0-9]+月份"
)
_CLAUSE_EDGE = re.compile(r"[。!?;\n]")
_LOOK_BACK_CHARS = 24
"""A supposition governs what follows it closely: 万一哪天着火了."""

_OUTAGE = (
    r"(?:停水|停电|停气|停暖|停了?暖气|停供|没水|没有水|没电|没有电|没暖气|断水|断电|断气|水管爆|管道爆裂)"
)
_SCALE = (
    r"(?:全|整个?|一)(?:小区|栋|幢|村|片|楼|镇|县城|条街|单元)|片区|"
    + _NUMBER
    + r"(?:多|余)?(?:户|栋|个小区|口人)|家家户户|好几栋"
)
_LASTING = _NUMBER + r"(?:多)?(?:天|个星期|周|个礼拜)"
_VULNERABLE = r"老人|老年人|[七八九]十(?:多)?岁|[789][0-9]岁|婴儿|月子|刚满月|新生儿|孕妇|怀孕|孩子|小孩|学生|病人|残疾|瘫痪|卧床|透析|独居"
_HARDSHIP = (
    r"停水|停电|没水|没电|断水|断电|停暖|不热|没饭|挨饿|冻|中暑|高烧|没人照顾|没地方住|露宿|急需|虐待|褥疮|饿"
)
_COLD = r"暖气.{0,6}(?:不热|冰凉|凉的|不暖|没有|停)|供暖.{0,8}(?:不热|不达标|停|不了)|停暖|室温|不供暖|家里.{0,4}(?:度|冷)"
_BITTER = r"零下|冻|结冰|下雪|寒潮|十[一二三四]度|1[0-4]度|[0-9](?<![0-9][0-9])度|" + _VULNERABLE

_URGENT: tuple[tuple[str, str], ...] = (
    (
        "public_hazard",
        r"井盖.{0,4}(?:没了|不见|丢|缺失|破|碎|塌)|没(?:有)?井盖|(?:电线|高压线|电缆).{0,6}(?:掉|断|垂|裸露|打火|冒火)|漏电|"
        r"(?:墙|楼|房子|树|广告牌|围挡|电线杆|栏杆).{0,6}(?:快|要|随时)(?:要|会)?(?:倒|塌|掉|砸)|随时(?:会|可能|都会|都可能)|摇摇欲坠|"
        r"路面?.{0,4}(?:塌陷|塌了|塌方|有个大坑)|高空(?:坠|抛)物|山体.{0,4}(?:滑坡|裂)|滑坡|管涌|决口|"
        r"电梯.{0,8}(?:坠|下坠|急坠|往下掉|突然掉|困人|下沉)|砸(?:到|伤|中)(?:了)?人|外墙.{0,6}(?:脱落|掉)|红绿灯.{0,4}(?:坏|不亮)",
    ),
    (
        "children_at_risk",
        r"(?:打|虐待|猥亵|欺负|霸凌|侵害).{0,4}(?:孩子|儿童|小孩|学生|女孩)|(?:孩子|儿童|学生).{0,8}(?:被打|被虐|被欺负|霸凌)",
    ),
    (
        "violence_threat",
        r"威胁.{0,4}(?:我|人身|生命)|扬言|人身安全|家暴|同归于尽|暴力拆迁|强拆|正在(?:拆|施工|挖)",
    ),
    (
        "mass_wages",
        _NUMBER
        + r"(?:多|来)?(?:个|名|位|号)?(?:农民工|工人|民工|工友|员工|人).{0,20}(?:工资|工钱|血汗钱)|(?:堵门|堵路|拉横幅|跳塔)",
    ),
    (
        "food_or_disease",
        r"上吐下泻|"
        + _NUMBER
        + r"(?:多)?(?:个|名|位)?(?:人|孩子|学生|亲友).{0,10}(?:拉肚子|呕吐|发烧|住院|腹泻)|疫情|传染病",
    ),
    (
        "pollution_now",
        r"(?:正在|现在|此刻|今晚).{0,4}(?:偷排|排放|倾倒)|毒气|饮用?水源.{0,8}(?:污染|毒)|死了(?:好多|很多|一大片)",
    ),
    (
        "deadline",
        r"(?:今天|明天|后天|大后天|今晚|这两天|这几天|本周|马上|下周[一二三四五六日天]?)(?:就)?.{0,10}"
        r"(?:截止|到期|开庭|考试|高考|中考|报名|手术|开学|结束|过期|出国|拆|关闭)|最后[一两]天|来不及了|就要(?:截止|到期|过期)",
    ),
    ("fraud_now", r"(?:刚|刚刚|刚才|今天).{0,12}(?:被骗|转账|转了|骗走)|紧急止付|正在(?:诈骗|转移)"),
    (
        "says_urgent",
        r"十万火急|火烧眉毛|人命关天|情况(?:很|十分|非常|万分)?紧急|加急|急死(?:人)?了|紧急求助|刻不容缓",
    ),
)

_DIFFICULT_TIME = re.compile(
    r"(?:" + _NUMBER + r"(?:多)?年(?:了|来|间|都|一直|过去|没|以来)|多年|历史遗留|遗留问题|新官不理旧账|年年|"
    r"(?:拖|等|跑|反映|上访|投诉|找|闹|欠|停|过去)了?.{0,3}" + _NUMBER + r"多?年)"
)
_DIFFICULT_KNOT = re.compile(
    r"推诿|互相推|推来推去|相互推|踢皮球|扯皮|都说不归|都不管|没人管|无人管|得不到解决|没有解决|没解决|没有结果|没有下文|"
    r"多次(?:反映|上访|投诉|信访)|反映(?:了)?(?:多次|无数次|几十次|很多次)|不了了之|悬而未决"
)

_EMERGENCY_RULES = tuple((reason, re.compile(pattern)) for reason, pattern in _EMERGENCY)
_URGENT_RULES = tuple((reason, re.compile(pattern)) for reason, pattern in _URGENT)
_OUTAGE_RULE = re.compile(_OUTAGE)
_OUTAGE_EXTENT = re.compile(f"{_SCALE}|{_LASTING}")
_VULNERABLE_RULE = re.compile(_VULNERABLE)
_HARDSHIP_RULE = re.compile(_HARDSHIP)
_COLD_RULE = re.compile(_COLD)
_BITTER_RULE = re.compile(_BITTER)


@dataclass(frozen=True)
class UrgencyVerdict:
    """`reason` is a word of the rules above (fire, outage_at_scale, …), or "category" for the default."""

    urgency: Urgency
    reason: str


def judge_urgency(text: str, *, default: Urgency = Urgency.NORMAL) -> UrgencyVerdict:
    """Pure: the same text, the same verdict. Time limits for each level are the settings' affair."""
    said = unicodedata.normalize("NFKC", text[:2000])
    for reason, rule in _EMERGENCY_RULES:
        for hit in rule.finditer(said):
            before = _before(said, hit.start())
            if _SUPPOSED.search(before) or _REMEMBERED.search(before):
                continue
            return UrgencyVerdict(Urgency.EMERGENCY, reason)
    urgent = _urgent_reason(said)
    if urgent is not None:
        return UrgencyVerdict(Urgency.URGENT, urgent)
    if _DIFFICULT_TIME.search(said) and _DIFFICULT_KNOT.search(said):
        return UrgencyVerdict(Urgency.DIFFICULT, "long_unsolved")
    return UrgencyVerdict(default, "category")


def _urgent_reason(said: str) -> str | None:
    for reason, rule in _URGENT_RULES:
        for hit in rule.finditer(said):
            # Fear of harm to come is the point of a hazard report; memory still is not haste.
            if not _REMEMBERED.search(_before(said, hit.start())):
                return reason
    if _OUTAGE_RULE.search(said) and _OUTAGE_EXTENT.search(said):
        return "outage_at_scale"
    if _COLD_RULE.search(said) and _BITTER_RULE.search(said):
        return "cold"
    if _VULNERABLE_RULE.search(said) and _HARDSHIP_RULE.search(said):
        return "vulnerable"
    return None


def _before(said: str, start: int) -> str:
    """What stands closely before `start` in the same sentence."""
    close = said[max(0, start - _LOOK_BACK_CHARS) : start]
    return _CLAUSE_EDGE.split(close)[-1]

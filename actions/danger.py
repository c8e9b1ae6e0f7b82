"""Danger to life in a sentence, by plain rules: which kind, and which number helps.

The understanding has an `emergency` intent of its own; these rules are the net below it, so they speak up only where
danger is present now, not for rules about fire doors or an accident of last year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from desk.orders.drafting.phrases import first_match


@dataclass(frozen=True)
class Advice:
    """What to do and whom to dial. `numbers` are (number, label) in the order of importance."""

    kind: str
    text: str
    numbers: tuple[tuple[str, str], ...]


FIRE = ("119", "火警")
POLICE = ("110", "报警")
AMBULANCE = ("120", "急救")
TRAFFIC = ("122", "交通事故")
LIFELINE = ("12356", "心理援助热线")

ADVICE = {
    "suicide": Advice(
        "suicide",
        "我听到了,谢谢您愿意告诉我。您现在的安全最重要。请马上拨打 12356 心理援助热线,有专业的人陪您说话;如果已经有危险,请拨打 120 或 110。"
        "也请您到有人的地方去,或者叫身边的家人朋友陪着您。我同时请人工来陪您说,您在这里说的我们都看得到。",
        (LIFELINE, AMBULANCE, POLICE),
    ),
    "gas": Advice(
        "gas",
        "请马上离开房间到室外去!不要开关任何电器、电灯,不要点火,不要在屋里打电话。能做到的话,关掉燃气阀门、打开门窗。"
        "到安全的地方后立即拨打 119;有人头晕、昏迷请拨打 120。我同时请人工跟进燃气抢修。",
        (FIRE, AMBULANCE),
    ),
    "fire": Advice(
        "fire",
        "请立即拨打 119!马上离开火场,捂住口鼻、弯腰走楼梯,不要坐电梯,不要回去拿东西。有人受伤请拨打 120。",
        (FIRE, AMBULANCE),
    ),
    "drowning": Advice(
        "drowning",
        "请立即拨打 110 和 119,同时拨打 120!不要贸然下水,把救生圈、竹竿、绳子递给落水的人,大声呼救。",
        (POLICE, FIRE, AMBULANCE),
    ),
    "crime": Advice(
        "crime",
        "请立即拨打 110!先离开到安全的地方,不要正面对抗。不方便说话可以发短信到 12110。有人受伤请拨打 120。",
        (POLICE, AMBULANCE),
    ),
    "traffic": Advice(
        "traffic",
        "有人受伤请立即拨打 120,并拨打 122 报警。打开双闪、放好三角牌,人到路边安全的地方去,不要随意搬动伤员。",
        (AMBULANCE, TRAFFIC, FIRE),
    ),
    "injury": Advice(
        "injury",
        "请立即拨打 120!说清楚地址和病人的情况,听从急救人员的指导,不要随意搬动病人,留人在路口等救护车。",
        (AMBULANCE, POLICE),
    ),
    "trapped": Advice(
        "trapped",
        "请立即拨打 119 救援。被困的人不要扒门、不要自己往外爬,按下电梯里的警铃,保持镇静;身体不舒服请拨打 120。",
        (FIRE, AMBULANCE, POLICE),
    ),
    "missing": Advice(
        "missing",
        "请立即拨打 110!老人、孩子走失不用等 24 小时,马上就可以报警。说清楚长相、衣着和最后出现的时间地点,准备好近照,留一个人在原地等。",
        (POLICE,),
    ),
    "other": Advice(
        "other",
        "如果现在有危险,请马上拨打:火灾、被困 119,急病受伤 120,违法犯罪 110,交通事故 122。请先保证自己安全。",
        (POLICE, FIRE, AMBULANCE),
    ),
}

_SUICIDE = re.compile(
    r"(?<!不)(?:想|要|准备|打算|去|只能|只有)(?:去)?(?:自杀|寻死|轻生|跳楼|跳河|跳江|割腕|喝农药|上吊|了结自己|死了算了|死给)|不想活(?!动|跃|得|成)|活不下去|活着(?:没|还有什么)(?:有)?意(?:思|义)|"
    r"死了算了|一死了之|结束(?:自己的|我的|这)?生命|(?:有人|他|她|女儿|儿子|老公|老婆|邻居|同事).{0,8}(?:要|想|正|准备)(?:在)?(?:自杀|跳楼|轻生|跳河|跳桥|割腕)|站在(?:楼顶|天台|桥上).{0,6}跳|吃了?一?(?:整)?瓶安眠药"
)
_RULES = (
    ("suicide", _SUICIDE),
    (
        "gas",
        re.compile(
            r"(?:煤气|燃气|天然气|瓦斯)(?:正在|好像|可能|在|管|管道|罐|瓶|阀门|灶)*(?:漏|泄漏|泄露|爆炸|中毒)(?!检测|报警器|保险|怎么报|险)|(?:闻到|有股?|好大|很重|很浓|一股|全是|都是)[^,，。]{0,8}(?:煤气|燃气|天然气|瓦斯)(?:的)?味|煤气味(?:很|好|特别|越来越)|(?:一氧化碳|煤气)中毒"
        ),
    ),
    (
        "fire",
        re.compile(
            r"(?:着|起|失)(?:大)?火(?:了|啦|拉|咯|嘞)|(?:正在|楼|房|屋|家|店|车|厂|仓库)[^,，。]{0,6}(?:着火|起火|失火|烧起来)|烧起来了|火(?:灾)?[^,，。]{0,4}救命|冒(?:着)?(?:黑烟|浓烟|火光)|(?:发生|有)火灾|爆炸了"
        ),
    ),
    (
        "drowning",
        re.compile(
            r"(?:掉|跌|落|摔|滑)(?:进|到|在|下)?(?:了)?(?:河|江|湖|水库|池塘|井|水|海)(?:里|中|边|下)?(?:去)?了|溺水|落水了|有人(?:掉|落)(?:进|到)?(?:河|江|湖|水)"
        ),
    ),
    (
        "crime",
        re.compile(
            r"(?:有人|他|正|在|正在|拿|持|拎)[^,，。]{0,6}(?:拿刀|持刀|砍人|杀人|抢劫|绑架|行凶|捅人)|杀人了|砍人了|抢劫[了啊]|捅(?:了)?(?:我|人)|(?:正在|在)(?:打我|打人|家暴|追我|入室|撬(?:我|门))|被(?:绑架|劫持|跟踪|砍|捅)|有人(?:撬门|闯进来|入室)"
        ),
    ),
    (
        "traffic",
        re.compile(
            r"(?:出|发生)(?:了)?(?:大)?车祸(?!.{0,8}(?:赔|多久|怎么(?:处|认|办理)))|撞(?:到|倒|死|伤)?人了|(?:车|被车)[^,，。]{0,6}撞(?:了|飞|倒)[^,，。]{0,8}(?:血|昏|不动|动不了|受伤|起不来)|翻车了"
        ),
    ),
    (
        "trapped",
        re.compile(
            r"(?:困|关|卡)(?:在|到)?(?:了)?[^,，。]{0,4}电梯[^,，。]{0,4}(?:里|内|中)?(?!费)|电梯[^,，。]{0,6}(?:困人|困住|关住|卡住)(?:了)?[^,，。]{0,6}|(?:埋|压)在[^,，。]{0,6}(?:下面|底下|废墟)|房(?:子|屋)(?:塌|倒塌)了"
        ),
    ),
    (
        "injury",
        re.compile(
            r"(?:晕倒|昏倒|昏迷|昏过去|没(?:有)?呼吸|喘不(?:上|过)气|心脏骤停|大出血|流(?:了)?(?:好多|很多|一地)血|口吐白沫|叫不醒|快不行了|从楼上(?:掉|摔|坠)|坠楼|触电了|中毒了|抽搐)(?!.{0,8}(?:赔|报销|工伤|怎么认))|救命|快(?:来)?救(?:人|我|救)|快叫救护车"
        ),
    ),
    (
        "missing",
        re.compile(
            r"(?:孩子|小孩|儿子|女儿|孙子|孙女|宝宝|娃|老人|爸|妈|爷爷|奶奶|外公|外婆|父亲|母亲|老伴)[^,，。]{0,8}"
            r"(?:走丢|走失|失踪|不见|丢)了(?!.{0,12}(?:找到|找回|回来|手环|多久))"
        ),
    ),
)
# Past, hypothetical or procedural talk is no emergency: 去年着火了怎么赔, 如果起火…, 火灾保险.
_NOT_NOW = re.compile(
    r"去年|前年|上个?月|上周|上次|前几天|以前|之前|曾经|当时|那年|[0-9一二三四五六七八九十几]+年前|如果|万一|假如|要是|预防|演练|保险|隐患|容易|怕(?:会)?(?:着|起|失|发生)|担心|"
    r"会不会|可能会|怎么(?:赔|认定|申请|办理|处罚|报销|预防)|赔偿|认定|证明|报告|证书|培训|标准|规定|补助|补贴|抚恤|电视|电影|小说|新闻"
)
_RIGHT_NOW = re.compile(r"现在|正在|快|马上|刚刚|刚才|救命|救人|救我|赶紧|!|!")


def find_danger(text: str) -> Advice | None:
    """The advice for danger that is present now; None where there is none."""
    for kind, pattern in _RULES:
        found = pattern.search(text)
        if not found:
            continue
        if kind != "suicide" and _NOT_NOW.search(text) and not _RIGHT_NOW.search(text):
            continue
        return ADVICE[kind]
    return None


_LOOSE = (
    ("gas", re.compile(r"煤气|燃气|天然气|瓦斯|液化气")),
    ("fire", re.compile(r"火|烟|爆炸|烧")),
    ("drowning", re.compile(r"水里|河里|溺|落水")),
    ("crime", re.compile(r"刀|抢|杀|砍|打人|打架|偷|绑|家暴|威胁|报警|跟踪|撬")),
    ("traffic", re.compile(r"车祸|撞")),
    ("trapped", re.compile(r"电梯|困|塌|埋")),
    ("missing", re.compile(r"走丢|走失|失踪|不见了|没回家|没回来|找不到人")),
    ("injury", re.compile(r"血|晕|昏|救护|病|疼|痛|受伤|摔|呼吸|心脏|中毒|触电|死|救命|救人")),
)


def advice_for(text: str) -> Advice:
    """Advice for a sentence that is known to be an emergency, by the nearest kind."""
    exact = find_danger(text)
    if exact is not None:
        return exact
    return ADVICE[first_match(_LOOSE, text) or "other"]


def sounds_suicidal(text: str) -> bool:
    return bool(_SUICIDE.search(text))

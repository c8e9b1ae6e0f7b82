"""Danger to life in a sentence, by plain rules: which kind, whether it is over, whether somebody cannot speak. Pure.

The understanding has learned danger from examples; these rules are the net beside it. They speak up only where danger
is present now, not for rules about fire doors or an accident of last year. Words of dialects are read as Mandarin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from danger.advice import MISTAKE, OTHER, SAFE
from language.dialects.normaliser import to_mandarin

_Rows = Iterable[tuple[str, re.Pattern[str]]]

SELF_HARM, SUICIDE_OTHER = "self_harm", "suicide_other"

_SUICIDE = re.compile(
    r"(?<!不)(?:想|要|准备|打算|去|只能|只有)(?:去)?(?:自杀|寻死|轻生|跳楼|跳河|跳江|割腕|喝农药|上吊|了结自己|死了算了|死给)|(?:我|俺)(?:真的?|也|就|是|寻思|觉得|想着)*不活了|^(?:我|俺)(?:真的?|好|就)?想死(?:了|算了)?(?=$|[,，。!！~ ])|(?<![没未])(?:喝|吞|吃)(?:了|下|掉)*(?:一?整?瓶|好多|半瓶)?(?:农药|百草枯|敌敌畏|老鼠药|安眠药)(?:了|下去)|不想活(?!动|跃|得|成)|活不下去|活着(?:没|还有什么)(?:有)?意(?:思|义)|"
    r"死了算了|一死了之|结束(?:自己的|我的|这)?生命|(?:有人|他|她|女儿|儿子|老公|老婆|邻居|同事).{0,8}(?:要|想|正|准备)(?:在)?(?:自杀|跳楼|轻生|跳河|跳桥|割腕)|(?:有人|有个[^,，。]{1,4})[^,，。]{0,4}跳(?:河|江|楼)了|站(?:在|到)(?:楼顶|天台|桥上?)[^。]{0,8}跳|"
    r"^(?!.*(?:煤炭|烧烤|物业|供暖|暖气|过年|过冬|窗花|饭店))(?:.*炭(?:火|盆)?(?:也|都|已经)*(?:买|点|备|准备)(?:好|上|着)?了[^。]{0,8}(?:窗[^。]{0,5}(?:封|糊|贴|堵|塞|关死)|门[^。]{0,5}(?:封|糊|塞|关死))|.*(?:窗[^。]{0,5}(?:封|糊|贴|堵|塞)|门[^。]{0,5}(?:封|糊|堵|塞))(?:上|好|住|死)?了[^。]{0,8}炭(?:火|盆)?(?:也|都|已经)*(?:买|点|备|准备))|(?:要|想)往(?:河|江|湖|海|楼下)[里下]?跳|吃了?一?(?:整)?瓶安眠药"
)
_RULES = (
    (SELF_HARM, _SUICIDE),
    (
        "gas",
        re.compile(
            r"(?:煤气|燃气|天然气|瓦斯)(?:正在|好像|可能|在|管|管道|罐|瓶|阀门|灶)*(?:漏|泄漏|泄露|爆炸|中毒)(?!气?(?:检测|报警)|保险|怎么报|险)|漏(?:着|了)?(?:煤气|燃气|天然气|液化气|瓦斯)(?!检测|报警|保险|险|怎么|的?(?:公司|阀))|(?:闻到|有股?|好大|很重|很浓|一股|全是|都是)[^,，。]{0,8}(?:煤气|燃气|天然气|瓦斯)(?:的)?味|煤气味(?:很|好|特别|越来越)|(?:一氧化碳|煤气)中毒"
        ),
    ),
    (
        "fire",
        re.compile(
            r"(?:着|起|失)(?:大)?火(?:了|啦|拉|咯|嘞|(?<!会着火)(?<!会起火)[啊呀](?=$|[,，。!！~ ]))|(?:正在|楼|房|屋|家|店|车|厂|仓库)[^,，。]{0,6}(?:着火|起火|失火|烧起来)|烧起来了|火(?:灾)?[^,，。]{0,4}救命|冒(?:着)?(?:黑烟|浓烟|火光)|(?:发生|有)火灾|爆炸了"
        ),
    ),
    (
        "drowning",
        re.compile(
            r"(?:掉|跌|落|摔|滑)(?:进|到|在|下)?(?:了)?(?:河|江|湖|水库|池塘|井|水|海)(?:里|中|边|下)?(?:去)?了|溺水|落水了|有人(?:掉|落)(?:进|到)?(?:河|江|湖|水)"
        ),
    ),
    (
        "violence",
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
        "trapped_other",
        re.compile(
            r"(?:困|关|卡)(?:在|到)?(?:了)?[^,，。]{0,4}电梯[^,，。]{0,4}(?:里|内|中)?(?!费)|电梯[^,，。]{0,6}(?:困人|困住|关住|卡住)(?:了)?[^,，。]{0,6}|(?:埋|压)在[^,，。]{0,6}(?:下面|底下|废墟)|(?:房(?:子|屋)?|楼|屋顶|天花板|桥|墙)(?:都|全|整个|突然)*(?:塌|倒塌|垮塌?)(?:了|下来)(?!(?:半|好|几|[0-9一二三四五六七八九十])[^,，。]{0,2}[年月])"
        ),
    ),
    (
        "injury",
        re.compile(
            r"(?:晕倒|昏倒|昏迷|昏过去(?!过)|没(?:有)?呼吸|喘不(?:上|过)气|心脏骤停|大出血|流(?:了)?(?:好多|很多|一地)血|口吐白沫|叫不醒|快不行了|从楼上(?:掉|摔|坠)|坠楼|触电了|中毒了|抽搐|(?:嘴唇|脸|全身|浑身)(?:都|已经)*发(?:紫|乌|青))(?!.{0,8}(?:赔|报销|工伤|怎么认))|救命|快(?:来)?救(?:人|我|救)|快叫救护车"
        ),
    ),
    (
        "kidnap_trafficking",
        re.compile(
            r"(?:孩子|小孩|娃|儿子|女儿|孙子|孙女|宝宝|学生)[^。]{0,6}被(?:一?个)?[^,，。]{0,6}(?:自称|冒充|假冒|陌生|不认识|生面孔)[^,，。]{0,8}(?:接|领|抱|带|哄|骗)走了(?![^,，。]{0,8}(?:元|块|万|千|百|钱|款|手机|金))(?!.{0,12}找回来)"
        ),
    ),
    (
        "missing_elder",
        re.compile(
            r"(?:老人|爸|妈|爹|娘|爷爷?|奶奶?|外公|公公|老公|老婆|外婆|婆婆|父亲|母亲|老伴|舅|叔|伯|哥|弟|姐|妹|老乡|驴友|朋友|同学)(?:(?!家)[^。,，被]){0,10}[,，]?"
            r"(?:进山|上山|下河|下海|赶海|出海|钓鱼|采药|捡[^,，。]{1,3}|挖[^,，。]{1,3}|砍柴|放[牛羊])(?:(?![被摔咬路灯赔票]|打工|拜佛)[^。]){0,14}"
            r"(?:一(?:晚|夜|宿|天)|整[晚夜]|(?:到|至)现在|天都黑了|两天|三天)(?:(?![被摔咬路灯赔])[^。]){0,8}(?:没|冇|还?不见)(?:有)?(?:回来|回家(?!过年)|回屋|下山|上岸|音讯|消息|见(?:到)?人|人影)"
        ),
    ),
    (
        "missing_child",
        re.compile(
            r"(?:孩子|小孩|女孩|男孩|小姑娘|儿子|女儿|孙子|孙女|宝宝|娃|老人|爸|妈|爷爷|奶奶|外公|外婆|父亲|母亲|老伴)"
            # 孩子的社保卡找不到了, 我爷爷刻的石狮子不见了: a thing of theirs is lost.
            r"(?:(?!的(?!时候|路上|那会|当口|工夫)|证|卡|本|包|机|车(?!站)|钥匙|衣|玩具|照片|单|票|狗|猫|鞋|镜|表|材料|档案|学籍|资料|账号|号码|密码|文件|书|钱|牌|箱|东西|药|伞|帽|戒指|项链|镯|耳环|电话|快递|自行)[^,，。]){0,8}"
            r"(?:走丢|走失|失踪|不见|丢|找不[到着])了(?!.{0,12}(?:找到|找回|回来|手环|多久))"
        ),
    ),
)
# What a rule found, told apart by other words of the sentence. The first that fits; else it stays what it was.
_FINER: dict[str, _Rows] = {
    SELF_HARM: (
        (
            SUICIDE_OTHER,
            re.compile(
                r"(?:有人|有个|他|她|女儿|儿子|孩子|老公|老婆|妈|爸|邻居|同事|同学|室友|朋友|男的|女的).{0,10}(?:自杀|寻死|轻生|跳|割腕|喝农药|上吊|不想活|活不下去|安眠药)"
                r"|^(?!.*我).*站在(?:楼顶|天台|桥上)"
            ),
        ),
    ),
    "gas": (
        ("explosion", re.compile(r"爆炸")),
        ("carbon_monoxide", re.compile(r"一氧化碳|中毒")),
    ),
    "fire": (("explosion", re.compile(r"爆炸了")),),
    "violence": (
        ("kidnap_trafficking", re.compile(r"绑架|劫持")),
        ("robbery", re.compile(r"抢劫")),
        (
            "domestic_violence",
            re.compile(r"家暴|(?:老公|老婆|丈夫|妻子|男朋友|前夫|我爱人)[^,，。]{0,8}(?:打|砍|捅|追)"),
        ),
        ("threat", re.compile(r"跟踪|追我|撬|闯进来|入室")),
    ),
    "trapped_other": (
        ("trapped_lift", re.compile(r"电梯")),
        ("collapse", re.compile(r"塌|垮|废墟|埋|压")),
    ),
    "injury": (
        ("electricity", re.compile(r"触电")),
        ("poisoning", re.compile(r"中毒")),
        ("injury", re.compile(r"血|楼上|坠楼")),
        (
            "child_ill",
            re.compile(r"(?:孩子|小孩|儿子|女儿|宝宝|娃|孙子|孙女).*(?:抽搐|叫不醒|昏|晕|呼吸|喘|白沫)"),
        ),
        ("illness", re.compile(r"晕|昏|呼吸|喘|心脏|白沫|叫不醒|不行了|抽搐|救护车")),
        (OTHER, re.compile(r"救")),
    ),
    "missing_child": (
        (
            "missing_elder",
            re.compile(r"(?:老人|爸|妈|爷爷|奶奶|外公|外婆|父亲|母亲|老伴)[^,，。]{0,8}(?:走|失|不见|丢)"),
        ),
    ),
}
# Past, hypothetical or procedural talk is no emergency: 去年着火了怎么赔, 如果起火…, 火灾保险.
_NOT_NOW = re.compile(
    r"去年|前年|上个?月|上周|上次|前几天|以前|之前|曾经|当时|那年|[0-9一二三四五六七八九十几]+年前|如果|万一|假如|要是|预防|演练|保险|隐患|容易|怕(?:会|再)?(?:着|起|失|发生|漏)|担心|"
    r"会不会|可能会|怎么(?:赔|认定|申请|办理|处罚|报销|预防)|赔偿|认定|证明|报告|证书|培训|标准|规定|补助|补贴|抚恤|电视|电影|小说|新闻"
)
_RIGHT_NOW = re.compile(r"现在|正在|快|马上|刚刚|刚才|救命|救人|救我|赶紧|!|！")
# 小区电梯三天两头困人 tells of nobody who sits in one now.
_HABIT = re.compile(r"三天两头|隔三[差岔]五|老是?|总是?|经常|常常|时常|时不时|动不动")
_SOMEBODY_INSIDE = re.compile(r"[我俺咱他她]|里|现在|今天|又|刚|还|孩子|老人|有人")


def find_danger(text: str) -> str:
    """The kind of danger that is present now, one of `danger.advice.KINDS`; "" where there is none."""
    text = to_mandarin(text).text
    for kind, pattern in _RULES:
        if not pattern.search(text):
            continue
        if kind != SELF_HARM and _NOT_NOW.search(text) and not _RIGHT_NOW.search(text):
            continue
        if kind == "trapped_other" and _HABIT.search(text) and not _SOMEBODY_INSIDE.search(text):
            continue
        return _first(_FINER.get(kind, ()), text) or kind
    return ""


_HELP = r"(?:电话|报警|救护|急救|警察|消防|医生|1[12]\d|派出所|物业|供电|燃气|你们|社区|医院|交警)"
_ASKS_FOR_HELPERS = re.compile(
    rf"(?:打|叫|喊|报|找)(?:给)?[^,，。?？]{{0,4}}{_HELP}?[^,，。?？]{{0,2}}(?:还是|或者)(?:该|要|打|叫|喊|报|找)*(?:给)?[^,，。?？]{{0,4}}{_HELP}|"
    r"(?:该|要|得)(?:打|叫|喊|找|报)(?:给)?(?:谁|哪[个里儿]|几|什么|啥)(?![^,，。]{0,4}(?:投诉|退|交|办))|打(?:哪个|什么|啥|几)(?:电话|号)(?!投诉|退|办|咨询)|"
    r"(?:要不要|该不该|用不用|需不需要|是不是(?:该|要))(?:报警|叫(?:救护车|警察|人)|打(?:1[12]0|119|电话))"
)


def asks_for_helpers(text: str) -> bool:
    """Whether somebody asks whom to call: 该打供电局还是打你们, 要不要叫救护车. Beside a danger that is half heard it is no
    question of policy."""
    return bool(_ASKS_FOR_HELPERS.search(to_mandarin(text).text))


# What people cry beside the danger itself; whose house it is, whom they greet.
_AROUND = re.compile(
    r"你好|您好|喂|快|来人|来|人|救命|救救?我|救|帮帮我|赶紧|马上|现在|真的|突然|这里|这边|我们?|我?家|里|楼下|楼上|厨房|啊|呀|哎|了|的|[\s,，。.!！、~～]"
)
_BARE_CHARS = 2


def cries_out(text: str) -> bool:
    """Whether the message is the bare cry and nothing else (着火了, 救命啊, 我不想活了): nobody says that about last
    year, so it counts however little else was learned of it."""
    if not find_danger(text):
        return False
    rest = to_mandarin(text).text
    for _, pattern in _RULES:
        rest = pattern.sub("", rest)
    return len(_AROUND.sub("", rest)) <= _BARE_CHARS


# What people cry in danger in as few words as there are, said whole: 刀 alone is none, 有刀 is one.
_CRIES = re.compile(
    r"救|命|来人|着火|起火|失火|火灾|走水|烧起来|爆炸|煤气|燃气|天然气|瓦斯|漏气|触电|电到|溺水|淹|落水|掉水|掉河|投河|"
    r"跳[楼河江桥]|自杀|轻生|割[腕脉]|上吊|农药|安眠药|(?:想|要|找|不)死|死人|不想活|不活|活不|中毒|车祸|撞[人车飞]|翻车|"
    r"打[人我他她]|家暴|抢劫|被抢|抢[东钱包我]|绑架|劫持|跟踪|闯进|杀[人我他她]|砍[人我他她]|捅[人我了]|[有拿持动]刀|强奸|"
    r"晕|昏|没气|断气|没呼吸|喘|流血|出血|大血|不行了|抽搐|摔[倒下了伤]|烫伤|烧伤|受伤|塌|困|埋|地震|洪水|山洪|"
    r"枪|打劫|炸|咬|骨折|(?:腿|手|胳膊)断|断[腿手]|噎|卡[住喉]|吃错药|进贼|踹|冒烟|"
    r"走丢|走失|丢了|不见了|失踪|报警|报案|急救|警察|[0-9]"
)
_SCRAP_CHARS = 4
_NOT_SAID = re.compile(r"[\W_]|[啊呀哦噢喔嗯呃额诶哎]")


def cries(text: str) -> bool:
    """Whether a word is in it that people cry in danger, though everyday talk may have it, too."""
    return bool(_CRIES.search(text))


def is_scrap(text: str) -> bool:
    """Whether it is so short, and no known cry, that danger in it would be a guess: 红额刀, 走. False where nothing
    is said."""
    said = _NOT_SAID.sub("", text)
    return 0 < len(said) <= _SCRAP_CHARS and not _CRIES.search(text) and not find_danger(text)


_LOOSE = (
    ("gas", re.compile(r"煤气|燃气|天然气|瓦斯|液化气")),
    ("fire", re.compile(r"火|烟|爆炸|烧")),
    ("drowning", re.compile(r"水里|河里|溺|落水")),
    ("violence", re.compile(r"刀|抢|杀|砍|打人|打架|偷|绑|家暴|威胁|报警|跟踪|撬")),
    ("traffic", re.compile(r"车祸|撞")),
    ("trapped_lift", re.compile(r"电梯")),
    ("trapped_other", re.compile(r"困|塌|埋")),
    ("missing_child", re.compile(r"走丢|走失|失踪|不见了|没回家|没回来|找不到人")),
    ("injury", re.compile(r"血|受伤|摔")),
    ("illness", re.compile(r"晕|昏|救护|病|疼|痛|呼吸|心脏|中毒|触电|死|救命|救人")),
)


def nearest_kind(text: str) -> str:
    """The kind of a sentence that is known to be an emergency; `OTHER` where nothing tells."""
    return find_danger(text) or _first(_LOOSE, to_mandarin(text).text) or OTHER


def sounds_suicidal(text: str) -> bool:
    return bool(_SUICIDE.search(to_mandarin(text).text))


_NO_VOICE = re.compile(
    r"(?:他|她|他们|人家|对方|外面|隔壁|人)(?:会|能|要|可能会|就)?(?:听见|听到|听得见|听得到)|能听(?:见|到)|(?:不敢|不能|没法|不方便|不好)(?:出声|吭声|说话|讲话|大声|打电话|接电话|开口)|"
    r"(?:打不了|没法打|不会打|打不成)电话|电话(?:打不了|打不出)|聋哑|(?:只能|只敢)(?:发短信|打字|发消息)|(?:别|不要)(?:给我)?打(?:电话)?过来|怕(?:他|她|人|被)?(?:们)?(?:听见|听到)"
)


# Of somebody else it is a sign of illness: 我爸嘴角耷拉,喊他说不出话.
_SPEECHLESS = re.compile(r"[说讲](?:不了|不出)话")
_SOMEBODY_ELSE = re.compile(
    r"[他她它爸妈爹娘爷奶公婆伯叔姑舅姨哥弟姐妹儿女娃孙]|孩子|小孩|宝宝|老[人伴头汉太师]|大[爷妈姐哥叔伯]|同[事学]|朋友|邻居|师傅|工友|室友|司机|乘客|喊|叫不|有(?:个|一个)?人"
)


def cannot_speak(text: str) -> bool:
    """Whether somebody in danger says that a call is impossible: 他会听见, 不敢出声."""
    text = to_mandarin(text).text
    speechless = _SPEECHLESS.search(text)
    own = speechless and not _SOMEBODY_ELSE.search(text[: speechless.start()])
    return bool(own or _NO_VOICE.search(text))


_CLAUSES = re.compile(r"[,，。;；!！\s]+")
_HELPERS = r"救护车|急救车?|120|119|110|122|警察|民警|警车|公安|交警|派出所(?:的人)?|消防车?|消防员|消防队|救援(?:队|的人)?|医生|大夫"
_CAME = rf"(?:{_HELPERS}|保安|物业)"
_JUST = r"(?:也|都|已经|刚|刚刚|刚才|现在|就|正|的人|的|人|在|[ ])*"
_PERSON = r"(?:孩子|小孩|娃|娃儿|宝宝|儿子|女儿|孙子|孙女|老人|老人家|人|爸|妈|我爸|我妈|老爷子|老太太|爷爷|奶奶|他|她|老伴)"
# How citizens tell that danger is over. Looked for clause by clause, so that what else is said stays apart.
_OVER = (
    (
        MISTAKE,
        re.compile(
            r"^.{0,4}(?:搞|弄|说|看|发|按|点)错了?.{0,2}$|误会|误报|虚惊一场|(?:开|说)(?:个|着)?玩笑|说着玩|测试一?下|打个?比方|"
            r"(?:不是|没有?|并没有|没在|哪有)(?:真的?|要|想|说|过)*(?:着火|起火|自杀|寻死|轻生|跳楼|想不开|要死|想死|寻短见)(?:了|的)?|(?:我|这里|这边|现在|都)(?:现在)?(?:没有?|没啥|不是)(?:什么)?(?:危险|紧急情况)|"
            r"(?:是)?(?:去年|前年|以前|上次|之前|好久以前|过去|上个月|上周)的(?:事|事情)"
        ),
    ),
    (
        SAFE,
        re.compile(
            rf"{_CAME}{_JUST}(?:来|到|赶到|到场|到位|到达|过来|赶过来|上门|接手|接走|拉走|带走|抬走)(?:现场|家里|楼下|这里|门口|处理)?(?:了|啦|咯|嘞|哒)|"
            rf"{_CAME}{_JUST}(?:把)?.{{0,6}}(?:接走|拉走|带走|抬走|抓走|控制住?|救出来)(?:了|啦)|被(?:抓|控制住|制服)(?:走|起来)?了|"
            r"(?:送|送到|送去|到|在|去)(?:人民|市|县|中心)?医院(?:里|抢救|检查)?(?:了|啦)|(?:抬|送)?上救护车了|"
            r"(?:救|放|拉|抬|抱|接|爬|逃)(?:出来|下来|出去)了|(?:得救|脱险|脱离危险)了?|电梯(?:门)?(?:打)?开了$|门(?:被|给|让|已经)[^,，。]{0,4}(?:打|撬|弄)?开了|"
            r"(?:现在|已经|都|人|我|我们|大家|这边|孩子|好了)*(?:没事儿?|没啥事|没大事|没什么事|安全|平安|没危险|不要紧)(?:了|啦)|^(?:我们|大家|人|人都|都)(?:都)?(?:没事|平安|安全)(?:的)?$|危险(?:已经)?解除|"
            r"(?:醒过来|缓过来|苏醒|清醒|醒|退烧|不抽|不喘|不疼|止住|好多|好转)(?:过来)?(?:了|啦)|"
            r"火(?:已经|都|也|被)*(?:扑?灭|熄|救下来)(?:掉)?(?:了|啦)|(?:阀门|煤气|燃气|总阀|电闸)(?:已经|都)*(?:关好?|修好|拉)(?:掉|上)?了|"
            rf"{_PERSON}(?:已经|都|自己|刚|刚刚|刚才|被|平安|安全)*(?:找到|找回来|找着)(?:了|啦)|(?:孩子|小孩|娃儿?|宝宝|儿子|女儿|孙子|孙女|老人家?|爸|妈|老爷子|老太太|爷爷|奶奶|外公|外婆)(?:已经|都|自己|刚|刚刚|平安|安全)*(?:回来|回家|到家)(?:了|啦)|^(?:已经|刚|刚刚)*(?:找到|找着|找回来)(?:了|啦)|"
            r"(?:想通|想开)了|不(?:想)?(?:死|跳|寻死|自杀|轻生)了|不(?:会)?做傻事了?|(?:不用|不需要)(?:你们)?(?:来|派人|救)(?:了|啦)"
        ),
    ),
)
# A question after it, a condition, a no, a turn for the worse: 没事了吗, 还没来, 来了又走了, 等警察来了再说.
_NOT_OVER = re.compile(
    r"[吗么嘛?？]|(?:没|没有|不|未|无)$|了没|有没有|是不是|什么时候|多久|几时|怎么|咋|为(?:什么|啥)|"
    r"还(?:是)?(?:没|不|在)|(?<!想)(?:没|没有|未|不)(?:人)?(?:来|到|醒|找|送|好|开|灭|救|上)|不可能|"
    r"要是|如果|假如|万一|等(?!待)|就算|哪怕|除非|只有|只要|希望|盼|求|能不能|可不可以|又(?!好)|也没用|没用|不管用|不敢|"
    r"警察来了(?:也|就|我|他)|来了(?:也|就|再|又|怎么)|才(?:能|会|行)|以为|快(?:没|不)|差点|说(?:是)?(?:他|她)?没事|假装|骗|怕"
)
_BUT = re.compile(
    r"但|可是|不过|可他|可她|又(?:来|开始|烧|着|打|跑|晕|抽|吐|疼)|还(?:在|有人|没)|里面还|没(?:来|醒|呼吸|气)|也没"
)
_THANKS = re.compile(
    r"^(?:嗯+|哦|噢|啊|好+的?|好了|行|那|谢+谢?|感谢|多谢|辛苦|麻烦|对不起|不好意思|抱歉|打扰|刚才|你们?|您们?|了|啊|吧|哈|再见|拜拜|先这样|就这样|放心)+$"
)


# What whoever hears of danger that is none is asked to say; told with anything else beside it, it ends nothing.
_NO_DANGER = re.compile(
    r"(?:我|这里|这边|现在|暂时|目前|真的?|没有?|[,，。 ])*(?:没(?:有|啥|什么)?(?:人有)?危险|不危险)(?:了|的|啊|呀|哈)*[,，。!！ ]*(?:谢谢|(?:你|您)?(?:接着|继续|帮我|给我|就|先)*(?:登记|办|记)(?:吧|一下)*)?[。!！]?"
)


def how_over(text: str) -> str:
    """`danger.advice.SAFE` or `MISTAKE` where somebody tells that danger is over or never was; else ""."""
    text = to_mandarin(text).text
    if _NO_DANGER.fullmatch(text.strip()):
        return MISTAKE
    if _BUT.search(text):
        return ""
    ends = [(_ending(clause), clause) for clause in _clauses(text)]
    return next((ending for ending, _ in ends if ending), "") if not any(_asks(c) for _, c in ends) else ""


# Slips of typing alone: whoever is 打成重伤, or was given 输错血, made none.
_SLIP = re.compile(
    r"手滑|手误|打错字|错别字|打掉[一两个]*字|打成(?:了)?[0-9一二三四五六七八九十]+(?:号楼|[栋幢座号楼室])?(?:了|$)|按错键"
)


def is_slip(text: str) -> bool:
    """Whether somebody puts a slip of the hand right (手滑打成9了), and tells of no danger beside it."""
    return bool(_SLIP.search(text)) and not find_danger(text)


# What an office or a neighbour has put right. 都解决了 is left out: who wants to die says so, too.
_SETTLED = re.compile(
    r"(?:调小|关小|修好|弄好|换好|清走|清掉|拆掉|搬走|移走|挪走|装好|接通|来水|来电|退[钱款]|退给我|道歉|赔(?:给我|钱))[^,，。]{0,2}了|(?:钱|款)(?:都|已经)?(?:退|到账|结)[^,，。]{0,2}了"
)


def is_settled(text: str) -> bool:
    """Whether the trouble is said to be put right: 店员刚把声音调小了."""
    return bool(_SETTLED.search(text))


def besides_over(text: str) -> str:
    """What else was said than that danger is over, and thanks for it."""
    read = ((clause, to_mandarin(clause).text) for clause in _clauses(text))
    return "，".join(clause for clause, plain in read if not _ending(plain) and not _THANKS.match(plain))


def _clauses(text: str) -> list[str]:
    return [clause for clause in _CLAUSES.split(text) if clause]


def _ending(clause: str) -> str:
    return "" if _NOT_OVER.search(clause) else _first(_OVER, clause)


def _asks(clause: str) -> bool:
    """Whether the clause asks for the end instead of telling it: 没事了吗."""
    return bool(_first(_OVER, clause)) and bool(_NOT_OVER.search(clause))


# Everyday matters that hold a word of danger.
_INNOCENT = re.compile(
    r"烧烤|油烟|吸烟|抽烟|香烟|烟酒|烟花|火车|火锅|火化|消火栓|消防通道|烧饼|红烧|燃气费|天然气费|煤气费|电梯(?:费|维保|年检|卡)|病历|病假|看病|医保"
)
_GOES_ON = re.compile(
    rf"{_HELPERS}|救|急|水(?:涨|淹|进|漫|深)|淹|涨到|伤|喂|喝水|躺|按压|呼吸|醒|吐|烧|冷|热(?:得|死)|怕|躲|门|窗|楼顶|天台|桥上|药|手机|位置|定位|现场|他|她|它|孩子|小孩|娃|老人|病人|伤员|我(?:妈|爸|老婆|老公|婆婆|爷爷|奶奶)|还在|那边|里面|外面|快(?:来|点)|怎么(?:还|办$)|赶紧|陪|说说话|难受|活|哭|(?:能|才|会|没|不|人)(?:到|来)|来(?:了|吗|不|啊)|派人|等"
)
# Shorter questions (要多久, 真的吗) are about what is talked of already.
_MATTER_CHARS = 5
_ANOTHER = re.compile(
    r"另外|还有(?:一|个|件)|别的(?:事|问题)|另(?:一|外)(?:个|件)|对了|顺便|顺带|换个(?:事|问题)|再(?:问|咨询)(?:一下|下|个|一个)?|想?(?:咨询|问)(?:一下|下|个)"
)


def is_another_matter(text: str) -> bool:
    """Whether the words of a question or a trouble have nothing to do with a danger that was told before."""
    words = _INNOCENT.sub("", to_mandarin(text).text)
    if find_danger(words) or _first(_LOOSE, words):
        return False
    if any(_first(_OVER, clause) for clause in _clauses(words)):
        # The end of danger, asked for or denied.
        return False
    return bool(_ANOTHER.search(words)) or (len(words) >= _MATTER_CHARS and not _GOES_ON.search(words))


def _first(rows: _Rows, text: str) -> str:
    return next((kind for kind, pattern in rows if pattern.search(text)), "")

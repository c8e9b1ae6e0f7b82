"""Whether an answer to "where is it?" looks like a place at all, known to the parser or not."""

from __future__ import annotations

import re

from desk.places.address import parse_address
from desk.places.gazetteer import Gazetteer
from desk.places.names import HAN
from desk.places.spoken import as_said

# A clause that asks, tells, wants or feels something is no place, whatever words it holds.
_SENTENCE = re.compile(
    r"[?？]|[吗么呢]$|没有|没(?!门牌|名)|不(?!锈|夜|老)|别(?!墅)|了(?!$)|[^为未除]了$|到底|怎么|咋|为啥|为什么|什么|啥(?!子?路)|谁|多久|多少|几[点天个时号]|哪(?!吒)"
    r"|登记|投诉|举报|反映|咨询|保密|匿名|电话(?!亭|局)|号码|转人工|人工|谢谢|你好|您好|再见|随便|知道|清楚|记得|明白|告诉|说过|刚说|已经"
    r"|帮[我忙]|单[子号]|工单|订单|截图|图片|押金|订金|失败|说(?!明书)|客服|排队|快递(?!驿|站|柜|点|门)|身份证|监控|加起来|[我你您他她它](?!们?(?:这|那|们|家|小区|楼|村|单位|学校|公司|店))|[想要能会让给帮](?!塘|馆|堂|展|议|计|所)|等(?!候)|管(?!理|委|道|网|城)|赔|退(?!役)|罚|钱|工资|社保(?!局|大厅|中心)|天天|每天|昨天|今天|明天|上次"
)
# Words that make a clause a place: roads, settlements, buildings, sides, what stands at a street, what one rides in.
_NAMED = re.compile(
    r"小区|单元|公寓|大排档|烧烤摊|摊[位头]|档口|馆子|[饭面酒茶旅土菜]馆|KTV|大厦|广场|市场|学校|大学|中学|小学|幼儿园|医院|卫生[院室站]|中心|银行|超市|公园|宿舍|码头|渡口|水库|祠堂|老街|工地|项目部|支行|营业厅|窗口|办公室|车间|厂房"
    r"|[路街巷弄道村镇乡寨屯庄桥站栋幢楼院店厂局所馆场厅园区港塔庙寺洞井坟塘坝沟湾坪坳坡冲岗垭渡闸圩堤铺](?:(?=$|[上里内口边旁对门头下前后附底的那这嗰呢往到和跟与0-9东南西北A-Z])|[村居]委会)"
    r"|对面|对过|旁边|隔壁|附近|门口|[东南西北前后正侧大]{1,2}门|楼[上下顶道]|路口|街口|巷口|桥[头下底墩]|[上下]游|背后|后[头面身]|[门店楼屋]前|边上|[东南西北]{1,2}[边面侧头角]|底下|里头|中间|尽头|[那这][家栋幢段排条块](?:线|路|道|街|巷|沟|河|船|车)?$|[左右]手边?$"
    r"|车上|船上|机上|车厢|地铁|公交|高铁|火车|号线|次列车|站台|天台|车库|停车场|电梯|楼梯|服务区|收费站|商圈|商业街|牌坊|球场|采砂场|山窝|坡上|国道|省道|公里"
    r"|[0-9一二三四五六七八九十]+(?:[组队社层室期]|号[院楼厂摊窗])|[A-Z]\d?(?:区|座|口|馆)|\d+-\d+"
)
# What may follow the word of place: the head of a Chinese phrase stands last, so 楼下大排档的音响 is a loudspeaker.
_BEHIND = re.compile(
    r".{0,1}|[^的]{0,2}|[头口尾边上里内]?的?(?:位置|地方|方向|地段|路段|拐角|转角|角落|空地|草坪|岗亭|[那这嗰呢嘞].{0,6}|第.{1,5})|往.{1,8}|[上下]的?车?|.{0,3}[0-9A-Z一二三四五六七八九十]+[号层楼栋区米]?"
)
_DOING = re.compile(
    "实习|上班|打工|打卡|读书|上学|吃饭|买[的了]|办[的了]|上课|干活|住院|做[的了工]|施工$|开会|音响|广告"
)
# Sums, lengths of time and numbers of people belong to a trouble.
_AMOUNT = re.compile(
    r"(?:[0-9]|[一二三四五六七八九十百千两几])(?:多|来|几|点)?(?:块|元|万|千块|百块|毛钱?|蚊|个多?月|天|年(?!级)|小时|分钟|个钟|[次趟遍节斤回]|户人|号人|(?:多)?个?人)"
)
# These introduce a shop or a firm, not a place.
_CALLED = re.compile(
    r"^(?:那家)?(?:店铺?|店家|商家|公司|老板|单位|招牌|牌子|名字|物业|平台)(?:的?名字?)?(?:叫|是|写)"
)
_BY_VERB = re.compile("^(?:爬|停(?!车|机)|开(?!发|元|福|平|化|原|阳|州|封|源|远)|让我?们?停)")
# Clauses that answer another question: a telephone number, a moment.
_NUMBER = re.compile(r"(?!\d+-\d+-\d+$)[0-9零〇一幺腰二两三四五六七八九洞动拐勾\-]{4,}")
_MOMENT = re.compile(
    r"[0-9一二三四五六七八九十两零]+(?:点(?:半|钟)?|月份?|分钟?)|晚上|早上|上午|下午|中午|半夜|凌晨|[前昨今明后]儿?[天个晚年]|上?个?(?:礼拜|星期|周[一二三四五六日末])|月底|那天|一早|去年|(?:^|月)[0-9一二三四五六七八九十]+号(?=[晚早上下中]|$)"
)
# Names of which only the last character says place: 铂悦府, 绿荫华庭. They count in a short clause.
_ENDING = re.compile(
    r"[府里苑庭园城汇岸居郡轩阁墅谷岛山河江湖溪海洲州县市集岭台坞浦滩关口屋地国际天下春天名都]$"
)
_BARE_NAME = re.compile(rf"[{HAN}]{{4,7}}")
_NO_NAME = re.compile(
    r"[了吗呢吧啊是的有在就都也还很太好行对嗯可以请先再又来去看听打做用吃拿交买卖走坏吵问政材费多少一几天月年灭亮塌臭吵满堵]|手机|网上|女士|先生|老师|师傅"
)
_NOWHERE = re.compile(
    r"网上|线上|手机上|(?:APP|App|app|小程序|平台|直播间)|没(?:有)?(?:具体)?(?:地[点址方]|位置)|无地点|不固定"
)
_ROUTE = re.compile(r"[0-9A-Z一二三四五六七八九十零幺]{1,5}路(?:公交)?(?:车)?(?:上|里)?$")


def looks_like_place(words: str, gazetteer: Gazetteer | None = None, *, bare_names: bool = True) -> bool:
    """Whether some clause of the answer names a place; a sentence that only mentions one does not count.

    `bare_names` counts a short name without any word of place (绿地香榭), as an answer may be one.

    >>> looks_like_place("老供销社对面那栋"), looks_like_place("社保交了两年半"), looks_like_place("先登记吧")
    (True, False, False)
    """
    clauses = [clause for clause in re.split(r"[\s,，。;；!！]+", words) if clause]
    whole = re.sub(r"\s+", "", words)
    if len(clauses) > 1 and len(whole) <= 12 and not _SENTENCE.search(_tidied(whole)):
        clauses = [whole, *clauses]
    if any(_names_a_place(_tidied(clause), clause, gazetteer) for clause in clauses):
        return True
    return bare_names and len(clauses) == 1 and _is_bare_name(_tidied(clauses[0]))


def _tidied(clause: str) -> str:
    return as_said(
        re.sub(r"^(?:不是.{1,8}?是|那就?|好的?[,，]?|哦|你?(?:就)?(?:写|记|填))", "", clause) or clause
    )


def _names_a_place(clause: str, written: str, gazetteer: Gazetteer | None) -> bool:
    if re.search(r"[?？]$", written) or _NOWHERE.search(clause):
        return False
    if (
        _CALLED.search(clause)
        or _BY_VERB.search(clause)
        or re.search("[弄搞做](?:的|了)", written)
        or re.search(r"\d{5,}", clause)
    ):
        return False
    found = parse_address(clause, gazetteer)
    named = found.road or found.community or found.street or found.district or found.building
    if named and found.confidence < 0.8 and re.search("看不|找不|认不|不认|叫(?:什么|啥|么子)", clause):
        return False
    if named and len(found.text) * 2 >= len(clause) - 2:
        # What only its ending makes a name may be a sentence: 物业说找社区.
        told = found.confidence < 0.8 and re.search("[说找喊骂让]|停了", found.text)
        return not told and not re.search(r"[吗呢]$", written)
    if re.search(r"[吗呢]$", written) or _SENTENCE.search(clause):
        return False
    if _NUMBER.fullmatch(clause) or _MOMENT.search(clause):
        return False
    if _AMOUNT.search(clause):
        return False
    if named or found or _ROUTE.fullmatch(clause):
        return True
    words = list(_NAMED.finditer(clause))
    if not words or not 1 < len(clause) <= 24 or _DOING.search(clause, words[-1].start()):
        return False
    return _BEHIND.fullmatch(clause, words[-1].end()) is not None


def _is_bare_name(clause: str) -> bool:
    """Whether it is a name with nothing around it: 铂悦府, 绿地香榭."""
    if _SENTENCE.search(clause) or _MOMENT.search(clause) or _NO_NAME.search(clause):
        return False
    if _NUMBER.fullmatch(clause) or _BY_VERB.search(clause) or _DOING.search(clause):
        return False
    return bool(_BARE_NAME.fullmatch(clause)) or (1 < len(clause) <= 8 and bool(_ENDING.search(clause)))

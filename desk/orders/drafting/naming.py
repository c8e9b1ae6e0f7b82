"""Who is named in the words: 瘦瘦练APP, 小太阳幼儿园, 包工头刘胜, 招牌写的顺发休闲, 十七路公交.

Only whole names that the words themselves mark as one, by how they end or how they are introduced. A kind of business
(那家健身房), a landmark (学校门口) and who only passed the matter on are nobody named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from language.surnames import SURNAME

HAN = r"\u3400-\u9fff"
_END = r"(?=$|[\s,，。;；!！?？、:：\"”」）)]|[的哩嘅嘛呀啊吧呢噻哈咯啰哒]|还是|不是|说|就|都|也|在|把|给|不|没|到|收|卖|让|被|欠|拖|这|那|门)"
# A firm may be followed by its deeds.
_FIRM_END = rf"(?:{_END}|(?=交|吃|办|买|充|报|要|有|开|修|管|连|停|跑|骗|乱|偷|强|拒|天天|每|昨|今|从|用))"
# Ends of names. A firm of one trade may be named by its trade alone (燃力健身, 小码哥编程).
_FIRM = (
    "有限公司|分公司|公司|集团|物业|置业|地产|房产|建工|劳务|装饰|家政|科技|网络|传媒|环境|环保|农业|农资|电器|金融|"
    "幼儿园|幼稚园|托管班|托管中心|培训班|培训中心|教育|编程|早教|驾校|学院|职院|技校|职高|小学|中学|学校|养老院|敬老院|护理院|福利院|颐养院|康养中心|老年公寓|托老所|月子中心|"
    "宠物医院|宠物店|医院|诊所|门诊部?|口腔|美容院?|医美|大?药房|药店|眼镜店?|理发店|造型|美发|足浴|按摩店?|养生馆?|"
    "健身(?:房|工作室|中心)?|瑜伽馆?|工作室|工坊|俱乐部|球馆|游泳馆|影城|网吧|KTV|酒吧|棋牌室?|休闲|会所|洗浴|"
    "酒家|酒楼|酒店|饭店|饭庄|宾馆|旅馆|民宿|餐厅|火锅店?|烧烤店?|麻辣烫|奶茶店?|咖啡|面馆|土菜馆|菜馆|小厨|食府|早餐店|烘焙|蛋糕店?|"
    "超市|便利店|商行|商贸|商城|商场|专卖店|旗舰店|名烟名酒|烟酒店?|家具城?|家居|建材|汽修厂?|4[sS]店|洗车店?|单车|电动车行|车行|"
    "食品厂|饲料厂|化工厂|电镀厂?|木材厂|砖厂|纸厂|加工厂|水泥厂|厂|养殖场|养猪场|养鸡场|石场|砂场|采石场|搅拌站|矿|"
    "快递|物流|驿站|外卖|客运|停车(?!场|位|费|难)|出行|直播|商铺|银行|保险|旅行社|拆迁指挥部|合作社|村委会|居委会|业委会|管理处|营业厅|卫生[站院]|APP|App|app"
)
_STOP = (
    r"我|俺|咱|伲|搁|你|您|恁|他|她|它|这|那|嗰|个|家|是|叫|在|到|从|去|跟|和|与|被|让|给|把|的|哩|嘅|了|着|过|有|没|不|也|都|就|又|还|要|进(?!步|口|出|贤)|找|说|问|打|告|讲|请|来|做|开|办|买|卖|报|交|上|下|里|前|后|旁|边|面|"
    r"只要|只有|如果|要是|直接|随便|扔|放(?=驿站|门口|物业|前台)|搁|"
    r"投诉|举报|反映|反应|表扬|感谢|咨询|关于|现在|今天|昨天|昨晚|昨|前天|去年|今年|上个?月|孩子|我家|老师|老板|一[个家]|几|某|些|每|各|全|整|本|此|该|哪|啥|因为|所以|结果|但|可|而且|合同|押金|工资|楼底|楼上|楼下|附近|隔壁|对面|小区|镇|村|乡"
)
# These end no name, so that what follows them right before the trade is none: 贴着幼儿园, 三个学校, 里头有公司.
_NO_END = re.compile(
    r"着|的|哩|嘅|了|过|离|在|到|去|说|把|有|是|得|刷|看|玩|开|办|来|我|们|他|她|你|俺|投诉|举报|反映|孩子|小孩|[一二三两几四五六七八九十]+[个家所间杯碗份条]|个|得?上|打"
)
_NAME_BEFORE_FIRM = re.compile(
    rf"(?P<name>[{HAN}A-Za-z0-9]{{1,12}}?)(?P<kind>(?:{_FIRM})+)(?P<more>[{HAN}]{{1,4}}(?:店|校区))?"
)
# What a firm's name cannot consist of.
_PLAIN = re.compile(
    r"^(?:(?:小区|大型|一家|这家|那家|附近|楼[上下]|隔壁|社区|网约|共享|宠物|私立|民办|公立|农村|农资|乡镇?|镇上?|村[里上]?|县|市|区|街道|城里|连锁|快餐|食品|电子|机械|五金|玩具|服装|制衣|塑料|模具|化工|养殖|加工|家具|装修|建筑|施工|外包|劳务|"
    r"少儿|儿童|成人|英语|舞蹈|美术|考研|公务员|电商|网络|平台|手机|电信|汽车|电动|二手|房屋|租房|物业|供热|热力|自来水|煤气|燃气|供电|电力|公交|地铁|客运|火车|出租|公积金|社保|医保|保险|商业|股份|国有|外资|私人|个体|大|小|新|老|旧|黑|总|分|子|本地|外地|当地|有家|开的|社会|老年|养老|人民|中心|第[一二三四五六七八九十]|"
    r"单位|学校|工厂|上班|打工|公司|只要|只有|只剩|就连|还有|规定|国家|有没有)*)$"
)
# A name with one of these behind it is somewhere, not somebody.
SIDE = re.compile(
    r"的?(?:[东南西北前后正侧大]{0,2}门(?:口|外|前)?|(?:斜|正)?对[面过]|旁边?|隔壁|附近|边上|后[面头]|前面|[楼底]下|周围|路口|[公地][交铁]站|站台|里[面头]|外[面头]|那[边里一条]|这[边里一条]|工地|宿舍)"
)
_TITLE = (
    "包工头|包公头|工头|老板娘?|房东|二房东|村主任|村支书|村长|村书记|村会计|主任|书记|支书|会计|司机|店主|店长|经理|校长|园长|班主任|教练|队长|组长|"
    "中介|主播|网格员|民警|护士长?|医生|保安|带头的|领头的|负责人"
)
_GIVEN = rf"(?!(?:说|叫|是|不|没|就|也|都|还|又|把|让|给|找|打|在|跟|和|的|他|她|我|们))[{HAN}]"
_PERSON = re.compile(
    rf"(?P<title>{_TITLE})(?:的?名字)?(?P<called>(?:就|好像|应该)?(?:叫做?|喊(?:的|做)?|名叫|是))?(?P<name>{SURNAME}(?:{_GIVEN}){{1,2}}|[小老阿]{SURNAME}){_END}"
)
_SURNAMED = re.compile(rf"(?P<all>(?:{_TITLE})姓{SURNAME}){_END}")
_ANYBODY = re.compile(rf"(?:叫做?|名叫|喊的?)(?P<name>{SURNAME}(?:{_GIVEN}){{1,2}}){_END}")
_NICK = re.compile(
    rf"(?:[喊叫]他|[喊叫]她|都[喊叫](?:[他她])?|一个[喊叫](?:做)?|人称|外号叫?|绰号叫?)(?P<name>[{HAN}]{{2,4}}){_END}"
)
_ISSUED = re.compile(
    rf"(?:店名|招牌|牌子|围挡|门头|桩|收据|小票|票|合同|横幅|车身|衣服|胸牌|工牌|名牌|群名|账号|上面|门口)(?:上)?(?:写|印|挂|贴|标)(?:的|着|住|了|是)*(?:是)?(?:啥|个|什么)?[\s,，]*(?P<name>[{HAN}A-Za-z0-9]{{2,14}}?){_END}"
)
_CALLED = re.compile(
    rf"(?:^|(?<=[\s,，。、]))(?:(?:他们?|那个?|店名?|公司|单位|物业|厂名?|名字|好像|应该|大概|就|是|学校|园|店|平台|主播|家)*)(?:(?:叫(?:做|个|作|啥子|喊)?)|名叫|(?<=公司)是|(?<=单位)是|(?<=店)是|(?<=名字)是|喊(?:啥子|做)?|写着|说是)(?:啥子?|个)?[\s]*(?P<name>[{HAN}A-Za-z0-9]{{2,14}}?)(?=$|[\s,，。;；!！?？、]|[吧嘛呀啊噻咯啰哒])"
)
_BUS = re.compile(
    r"(?P<line>(?:[KkBb]?\d{1,3}|[一二三四五六七八九十百零幺]{1,4})路(?:公交车?|公汽|巴士|车(?!站))?|(?:地铁)?\d{1,2}号线)"
)
_RIDDEN = re.compile("公交|司机|公汽|巴士|甩客|不停|末班|早班|班车|乘务|车上|等车|上车|车来")
_DRIVEN = re.compile("司机|不停|甩客|拒载|末班|早班|班次|绕路|乘务|驾驶员|车厢|车上")
# 物业费, 学校群: a thing of theirs.
_OF_IT = tuple("费群证卡")
_NOT_NAMES = re.compile(
    r"[\u4e00-\u9fff]每(?:天|周|月|年|季度?|次|个)(?=都|要|来|上|去|收|给|有)|[我你您他她俺恁]|不(?!锈)|没|知道|晓得|啥|什么|哪|谁|怎么|这[个种样]|那[个种样]|可以|应该|时候|东西|[吗呢]$|^好|^们|的事|[0-9一二三四五六七八九十]+(?:多)?[元块天蚊]|^[0-9一二两三四五六七八九十]+(?:多|个)*[年月]$|小时|一个钟|^(?:做|来|去|说|人|一声|人家|电话|停业|关门|停工)"
)
_TAKEN_BACK = re.compile(r"(?:并?不是|不叫|唔系|不系|没说)$")
_SELF_CORRECTED = re.compile(
    r"(?:不对|不是|错了|唔系|说错|讲错|哦不)(?:[\s,，]*(?:不对|不是|错了|不))*(?:[\s,，]*(?:那(?:个)?是|是)(?:上一?家|以前|原来|之前|前面|老|别)[^\s,，]{0,4})?[\s,，]+(?:(?:现在|应该)(?:的)?是)?"
)
# Who heard of it, or was asked about it, and only passed it on.
_PASSED_ON_BEFORE = re.compile(r"(?:找|去|跑|问|打|打给|联系|报|让|叫|给|跟)(?:过|了|到|给)*$")
_PASSED_ON = re.compile(
    r"^[,，\s]*(?:[^,，。;；\s]{0,4}?)(?:说(?:不|归|让|是|要|没|找|叫)|让我|叫我|推|也?管不了|不归|没权|也?(?:找|问|去|打)(?:过|了))"
)


@dataclass(frozen=True)
class Named:
    """Characters `start` to `end` (exclusive). `sure` is false for a name that only its introduction makes one."""

    text: str
    start: int
    end: int
    sure: bool = True


def corrected_from(text: str) -> int:
    """Where the right part begins of words that correct themselves: 十一路 不对不对 [十七路]."""
    last = 0
    for found in _SELF_CORRECTED.finditer(text):
        if found.start() > 0 and text[found.end() :].strip():
            last = found.end()
    return last


def names_in(text: str, asked: bool = False) -> list[Named]:
    """All that are named, in the order of the text. With `asked`, what is introduced in any way counts."""
    found: list[Named] = []
    for one in [
        *_persons(text),
        *(_introduced(text) if asked else _written(text)),
        *_firms(text),
        *_buses(text, asked),
    ]:
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    return sorted(found, key=lambda named: named.start)


def _persons(text: str) -> Iterator[Named]:
    for found in _PERSON.finditer(text):
        # 老板叫刘四毛 names by a verb, 包工头刘胜 by a title that belongs to it.
        start = found.start("name") if found["called"] else found.start("title")
        yield Named(text[start : found.end("name")], start, found.end("name"))
    for found in _SURNAMED.finditer(text):
        yield Named(found["all"], found.start("all"), found.end("all"), sure=False)
    for found in _NICK.finditer(text):
        if not _NOT_NAMES.search(found["name"]):
            yield Named(found["name"], found.start("name"), found.end("name"))


def _written(text: str) -> Iterator[Named]:
    for found in _ISSUED.finditer(text):
        if not _NOT_NAMES.search(found["name"]) and not text[found.start() - 1 : found.start()] == "不":
            yield Named(found["name"], found.start("name"), found.end("name"))


def _introduced(text: str) -> Iterator[Named]:
    yield from _written(text)
    for found in _ANYBODY.finditer(text):
        yield Named(found["name"], found.start("name"), found.end("name"))
    for found in _CALLED.finditer(text):
        name = found["name"].rstrip("的哩嘅")
        if len(name) > 1 and not _NOT_NAMES.search(name):
            yield Named(name, found.start("name"), found.start("name") + len(name))


def _firms(text: str) -> Iterator[Named]:
    for found in _NAME_BEFORE_FIRM.finditer(text):
        start, end = _begins(text, found.start(), found.start("kind")), found.end("kind")
        more = found["more"] or ""
        if more and re.match(_FIRM_END, text[found.end() :]):
            end = found.end()
        name = text[start : found.start("kind")]
        if len(name) < 2 or _PLAIN.match(name) or _NOT_NAMES.search(name):
            continue
        if (
            not re.match(_FIRM_END, text[end:])
            and len(found["kind"]) < 3
            and found["kind"] not in ("物业", "公司", "超市", "医院")
        ):
            continue
        if SIDE.match(text, end) or text[end : end + 1] in _OF_IT or _is_elsewhere(text, start, end):
            continue
        yield Named(text[start:end], start, end)


def _is_elsewhere(text: str, start: int, end: int) -> bool:
    before = text[:start]
    return bool(_TAKEN_BACK.search(before)) or bool(
        _PASSED_ON_BEFORE.search(before) and _PASSED_ON.match(text[end : end + 16])
    )


def _begins(text: str, first: int, last: int) -> int:
    """Where the name begins: behind the last word that no name holds."""
    start = first
    for stop in re.finditer(_STOP, text[:last]):
        if first <= stop.start() and stop.end() < last:
            start = max(start, stop.end())
        elif stop.start() < first < stop.end():
            start = max(start, stop.end())
    for stop in _NO_END.finditer(text, start, last):
        start = stop.end() if stop.end() == last else start
    return start


def _buses(text: str, asked: bool) -> Iterator[Named]:
    for found in _BUS.finditer(text):
        line = found["line"]
        if re.match("[一半几同顺十]路", line) and not line.endswith(("公交", "公交车", "车")):
            continue
        if asked or _RIDDEN.search(text):
            yield Named(
                line,
                found.start(),
                found.end(),
                sure=bool(re.search("公交|车|线", line) or _DRIVEN.search(text)) or asked,
            )

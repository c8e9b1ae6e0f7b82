"""Whom or what an order is about: 烧烤店, 川香阁饭店, 物业, 3路公交车司机."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from desk.orders.drafting.stretches import clauses
from desk.places import parse_address
from language.sounds import sound

_NAMED = re.compile(
    r"([^\W\d_在是到去从的了个就把让给被说叫这那我你他她们里有楼下家,，。]{2,14}(?:有限公司|公司|饭店|酒店|宾馆|餐厅|超市|火锅店|烧烤店|物业|集团|中介|健身房|银行|学校|医院|幼儿园|培训机构|工厂|驾校))"
)
_KIND = re.compile(
    r"(烧烤店|烧烤摊|大排档|火锅店|早餐店|小吃店|面馆|饭店|餐馆|餐厅|饭馆|酒吧|KTV|ktv|网吧|超市|便利店|菜市场|理发店|洗车店|修理厂|洗浴中心|棋牌室|麻将馆|广场舞|"
    r"工地|施工队|施工单位|装修队|开发商|物业公司|物业|房东|中介|健身房|培训机构|培训班|驾校|幼儿园|学校|医院|诊所|药店|快递公司|快递|外卖|村?支书|村主任|村书记|村长|村干部|书记|出租车|网约车|公交车|公交司机|"
    r"停车场|加油站|废品站|养殖场|加工厂|化工厂|工厂|木材厂|商家|卖家|网店|淘宝店|邻居|楼上邻居|养老院|敬老院|护理院|托管班|补习班|石场|砂场|养猪场|作坊|共享单车|流动摊贩|小贩|摊贩|包工头|单位|公司|银行|村委会|居委会|业委会)"
)

# Whoever it is in no firm that can be found: 那个老板娘, 搬家公司. The estate's management is found by its estate.
_ANY_TRADE = (
    r"搬家|家政|月嫂|保洁|装修|装潢|婚庆|婚纱|摄影|照相|影楼|驾[校培]|干洗|洗衣|维修|修车|开锁|快递|物流|货运|租车|二手车|汽车|房产|租房|健身|美容|美发|理发|培训|教育|"
    r"托管|旅游|广告|宽带|保险|贷款|催收|网贷|劳务|人力|派遣|外包|园林|施工|建筑|工程|科技|网络|食品|服装|家具|家电|电器|建材|手机|眼镜|宠物|母婴|玉石|玉器|珠宝|乳胶|茶叶|翡翠|保健品|水果|蔬菜|海鲜|奶茶|蛋糕|早餐|火锅|烧烤|药|"
    r"卖[\u4e00-\u9fff]{1,3}的?|修[\u4e00-\u9fff]{1,3}的?|开[\u4e00-\u9fff]{1,3}的?"
)
_UNNAMED = re.compile(
    rf"(?:就是|就|是|[那这]|一|某|[个家位帮伙]|他们?|我们?|的|里|店|{_ANY_TRADE})*"
    r"(?:老板娘?|店[主家长员里]|营业员|服务员|收银员?|前台|经理|主管|负责人|客服|HR|人事|司机|师傅|教练|商家|卖家|厂[家里]?|公司|单位|店|工地|老板和老板娘|开发商|包工头|工头|中介|平台|影楼|驾校|机构|工作室)"
    r"(?:他们|的人|本人)?"
)
# By what they do: 那个充电的, 送外卖的叔叔们.
_BY_DEED = re.compile(
    r"(?:就是|就|是|[那这](?:个|家|些|帮)?|一?[个家帮些群]|他们?)*(?:充|送|收|跳|养|打|卖|修|开|摆|拉|跑|做|搞|装|发|放|扫|挖|砌|倒|贴|催|推销|拖|唱|遛|烧|停)[\u4e00-\u9fff]{1,3}的(?:那?[个家些帮]?|人|们|叔叔们?|师傅们?|老板|小哥们?)"
)
_TRADE_AND_KIND = re.compile(r"(?P<trade>[\u4e00-\u9fff]{2,3})(?P<kind>公司|中介|机构|单位|平台|工作室|店)")
# Somebody in an office or a trade, with where he works and how he is called: 湖滨社区的网格员小刘.
_STAFF = re.compile(
    r"(?:表扬一?下?|感谢|谢谢|夸一?夸?|点赞|投诉|举报|反映)?"
    r"((?:[^\W\d_我你他她们在是要了,，。]{2,12}?的)?"
    r"(?:网格员|社工|社区干部|民警|交警|辅警|警官|护士|医生|大夫|老师|窗口工作人员|工作人员|办事员|志愿者|保安|保洁员|环卫工人?|消防员|"
    r"接线员|话务员|营业员|柜员|公交车司机|司机师傅|快递员|村支书|村主任|楼栋长)(?:小[\u4e00-\u9fff])?)"
)
# A place of eating or trade by its kind alone, wherever it is: 楼下那个炒菜馆子.
_ANY_HOUSE = re.compile(
    r"(?:就是|就|是|我们?|俺们?|楼[上下底]+|隔壁|对面|对门|旁边|附近|门口|村[里口头]|[镇街县乡集][上里]|县城|路边|社区|[那这]|一|[一那这][个家间处]|的|小区|里[面头]?|外[面头]?)*"
    r"(?:炒菜|吃饭|烧烤|早餐|夜宵|火锅|麻辣烫|理发|洗脚|按摩|洗车|修车|打印|水果|农资|种子|化肥|五金|杂货|早点|服装|手机|家电|电器|建材|家具|药|小)*(?:馆子|医院|卫生院|饭馆|饭店|餐馆|店子|铺子|摊子|摊位|店|铺|作坊|厂子|棚子|房子)"
)
# Alone these name nobody, or only where.
_NOBODY = re.compile(
    r"(?:[0-9零一二三四五六七八九十百两]*(?:号|幢|栋|座|单元|楼|层|室|户)|楼[上下]|隔壁|对面|旁边|门口|附近|上面|下面|老板|家|人家?|有人|他们?|她们?|它们?|你们|"
    r"我们?|某人|别人|自己|家烧烤|你们|人|对象)+|12345|幺二三四五"
)
_PLACE_LEAD = re.compile(r"^(?:地址|位置|地点|门牌号?)?(?:应该|就)?(?:改[成为])?[是在]?")
# Offices that people are sent to and from; they are the subject only of who complains of them.
_OFFICE = re.compile(
    r"^(?:[\u4e00-\u9fff]{0,6}?)(?:城管|派出所|公安局?|警察|社区|街道办?(?:事处)?|居委会?|村委会?|信访局?|劳动局|人社局?|劳动监察|市场监管局?|消协|环保局?|住建局?|房管局?|教育局|"
    r"交警队?|法院|热线|政府|热力办|供电局|自来水公司)$"
)
_SENT_BEFORE = re.compile(r"(?:找|去|跑|问|打|联系|报|反映|让|叫|跟|到|给)(?:过|了|完|到|给|我)*$")
_SENT_AFTER = re.compile(
    r"^(?:[^,，。;；]{0,6}?)(?:说(?:不|归|让|是|要|没|叫)|让我|叫我|喊我|推|也?管不了|也?不管(?:这|你)|不归|没权|没办法|建议我|(?:也)?(?:去|打|找|跑|来|问)(?:过|了))"
)


# A clause with one of these tells, asks or excuses; it names nobody.
_TELLS = re.compile(
    r"[?？]|[吗呢么]$|[:：].{3}|失败|^但|但是|主要是?|[也都]?挺好|[也都]很好|一直|登不|说|讲|问|知道|晓得|清楚|记得|记不|记到|谁|啥|什么|么子|哪|咩|[你您恁]|等[一哈下]|看看|听不|信号|别|不(?!锈)|没|冇|唔|莫|气死|已经|名字|归|自己|管我|再说|反正|就行|我(?!们?(?:公司|单位|学校|小区|村|楼|房东|老板|爸|妈|邻居))|俺|人工|human|[了哒啦]$|都(?!市|江堰|匀)|[0-9一二三四五六七八九十两半几]+(?:多)?(?:个多?月|年(?!级)|天|次|回|趟|块|元)|[刷买花付交退给拿骗收赔丢摔等跑](?:了|过|掉)(?![^,，。]{0,10}的[\u4e00-\u9fff]{2})"
)
_LEAD = re.compile(
    r"^(?:归(?=.*管)|(?:主办方?|承办方?|物业|公司|单位|店名?|学校|厂家?|对方|房东|中介)(?:就|好像|应该|名字)?(?:是|叫)(?=.{2})|就是|就|是|叫(?:做|个)?|写|记|填|那个(?=.{2})|这个(?=.{2})|嗯|呃|额|哦|应该|大概|好像|[,，。、:： ])+(?=.{2})"
)
_TAIL = re.compile(
    r"(?:[。.!！~～,，、 ]|就[行好中得]|(?<=[站局所办会委处中心])管|啊|呀|吧|呗|嘛|呢|哦|咯|啰|噻|啦|哈|喔|哩)+$"
)
# 别写班级 takes back what was said before it.
_TAKEN_BACK = re.compile(r"(?:别|不要|莫|不能)(?:写|记|填|提|登)")
_MOST_CHARS = 40


# A house that is a place and, for who tells of what is done in it, somebody: 县二中女生宿舍5栋.
_HOUSES = (
    (
        re.compile(
            r"[\u4e00-\u9fff]{1,10}?(?:[一二三四五六七八九十][中小](?!区|路|街)|中学|小学|学校|大学|学院|职高|技校|幼儿园|托管班)"
        ),
        re.compile(
            r"学[生校费习期]|读书|读[高初大一二三四五六]|老师|宿舍|住校|上课|课后|孩子|娃|家长|食堂|校长|班主任|补课"
        ),
    ),
    (
        re.compile(r"[\u4e00-\u9fff]{1,10}?(?:[一二三四五六七八九十]院|医院|卫生院|诊所)"),
        re.compile(r"看病|挂号|大夫|医生|护士|住院|检查|手术|药|病人|门诊|医保"),
    ),
    (
        re.compile(r"[\u4e00-\u9fff]{1,10}?(?:养老院|敬老院|护理院|福利院)"),
        re.compile(r"老人|护工|伙食|[爸妈爷奶公婆]|住在"),
    ),
)


# 黄泥坡到小学那一段 tells the way, and names no school.
_WAY = re.compile(r"[从到往在离过去来上下的个那这]|附近|旁边|对面|门口")


@dataclass(frozen=True)
class Subject:
    text: str
    start: int
    end: int


def find_subject(text: str) -> Subject | None:
    """The most telling mention: a name before a person in an office, both before a kind of business."""
    for pattern in (_NAMED, _STAFF, _KIND):
        found = pattern.search(text)
        if found:
            return Subject(found.group(1), found.start(1), found.end(1))
    return None


def house_in(place: str, told: str) -> tuple[int, int]:
    """Where in `place` the school, hospital or home is named that `told` is about; (0, 0) where none is."""
    for house, doings in _HOUSES:
        named = house.match(place)
        if named and doings.search(told) and not _WAY.search(named.group()):
            return named.span()
    return 0, 0


def takes_back(text: str) -> bool:
    """Whether somebody does not want written what they have just said: 三年级五班 哎别写班级."""
    return bool(_TAKEN_BACK.search(text))


def answered(text: str) -> tuple[int, int]:
    """Where in the answer to "who or what is it about?" the answer stands: its clauses that neither tell nor ask
    anything, else a kind of business in them. (0, 0) where nobody is named."""
    if _TAKEN_BACK.search(text):
        return 0, 0
    named = [(start, end) for start, end in map(lambda c: _bare(text, *c), clauses(text)) if end > start]
    if not named:
        return _kind_at_head(text)
    start, end = named[0][0], named[0][1]
    for following in named[1:]:
        if re.search(r"\w", text[end : following[0]]) or following[1] - start > _MOST_CHARS:
            break
        end = following[1]
    return (start, end) if names_somebody(text, start, end) else (0, 0)


def _kind_at_head(text: str) -> tuple[int, int]:
    """物业都唔理: of whom the first clause tells. Who is only spoken of (跟驾校协商) answers nothing."""
    first = next(iter(clauses(text)), (0, 0))
    lead = _LEAD.match(text[slice(*first)])
    kind = _KIND.match(text, first[0] + (lead.end() if lead else 0))
    excused = re.search("名字|叫啥|等", text)
    return kind.span(1) if kind and not excused else (0, 0)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause without what leads in and out of it; (0, 0) where it is none of a name."""
    lead = _LEAD.match(text[start:end])
    start += lead.end() if lead else 0
    tail = _TAIL.search(text[start:end])
    end = start + tail.start() if tail else end
    clause = text[start:end]
    return (start, end) if len(clause) > 1 and not _TELLS.search(clause) else (0, 0)


def _is_address(said: str) -> bool:
    """Whether the words are an address from end to end: 和平路86号, 幸福里小区3栋."""
    bare = _PLACE_LEAD.sub("", said)
    place = parse_address(bare)
    return place.text == bare and bool(place.number or place.building)


def is_kind(text: str) -> bool:
    """Whether the words name a kind of business and none in particular: 物业, 烧烤店."""
    return _KIND.fullmatch(text) is not None


def is_unnamed(text: str) -> bool:
    """Whether the words point at somebody whom nobody can find by them: 那个老板娘, 搬家公司.

    >>> is_unnamed("就是那个老板娘"), is_unnamed("蚂蚁搬家公司"), is_unnamed("幸福里物业")
    (True, False, False)
    """
    return any(form.fullmatch(text) for form in (_UNNAMED, _BY_DEED, _ANY_HOUSE)) or _is_misheard_trade(text)


def _is_misheard_trade(text: str) -> bool:
    """Whether it sounds like a trade and no name: 劳物公司, which was heard for 劳务公司."""
    found = _TRADE_AND_KIND.fullmatch(text)
    return found is not None and _sounds(found["trade"]) in _trades_by_sound()


@cache
def _trades_by_sound() -> frozenset[tuple[str, ...]]:
    return frozenset(_sounds(trade) for trade in re.findall(r"[\u4e00-\u9fff]{2,3}", _ANY_TRADE))


def _sounds(word: str) -> tuple[str, ...]:
    return tuple(sound(char) for char in word)


def names_somebody(text: str, start: int, end: int) -> bool:
    """Whether characters that were read as a subject can be one: no house number, no office that only sent on."""
    said = text[start:end]
    if re.search("莫得|没有|没得|不知|不晓|别[写记]", said):
        return False
    if len(said) < 2 or _NOBODY.fullmatch(said) or not re.search(r"[^\W\d_]", said) or _is_address(said):
        return False
    sent = _SENT_BEFORE.search(text[:start]) or _SENT_AFTER.search(text[end : end + 16])
    return not (_OFFICE.match(said) and sent)

"""Companies, shops and institutions by their endings or a list of well-known ones; departments by the city's list of nicknames."""

from __future__ import annotations

import re

from bot.text.gazetteer import Gazetteer, alternation
from bot.text.spans import Span, without_overlaps

_HAN = "\u4e00-\u9fff"
_SUFFIX = (
    r"股份有限公司|有限责任公司|有限公司|集团公司|总公司|分公司|物业管理公司|物业服务公司|物业公司|物业服务中心|公司|集团|物业|饭店|酒店|宾馆|旅馆|烧烤店|烧烤摊|火锅店|餐厅|餐馆|饭馆|面馆|大排档|夜宵摊|奶茶店|茶馆|"
    r"超市|便利店|商场|专卖店|专营店|4S店|药店|药房|理发店|美容院|美容店|健身房|培训机构|培训学校|驾校|网吧|酒吧|KTV|歌舞厅|棋牌室|麻将馆|浴室|洗浴中心|"
    r"工地|工厂|加工厂|化工厂|水泥厂|搅拌站|砖厂|厂|养殖场|养猪场|菜市场|农贸市场|批发市场|市场|幼儿园|小学|中学|实验学校|职业学院|学院|大学|学校|托管班|"
    r"人民医院|中医院|医院|诊所|卫生院|卫生服务中心|养老院|敬老院|派出所|居委会|村委会|业委会|街道办事处|街道办|办事处|银行|支行|营业厅|加油站|停车场|快递站|驿站|影城|售楼处|售楼部|中介|洗车店|修理厂|修车店|洗衣店|网店|门店|事务所|俱乐部|会所|"
    r"健身中心|早教中心|托育中心|托管中心|月子中心|美容中心|体检中心|培训中心|足浴店|足疗店|养生馆|小吃店|早餐店|蛋糕店|水果店|五金店|宠物店|宠物医院|眼镜店|手机店|"
    r"家具店|家居城|建材城|家具城|商城|旗舰店|搬家公司|家政公司|装修队|施工队|项目部|食品厂|福利院|殡仪馆|收费站|客运站|汽车站|"
    # Only after a name: a bare 火锅 or 快递 is a thing.
    rf"(?<=[{_HAN}A-Za-z]{{2}})(?:烧烤|火锅|足浴|快递|速递|物流|培训班|辅导班|补习班|外卖|影院|百货|生鲜)"
)
_ORGANISATION = re.compile(rf"(?P<body>[{_HAN}A-Za-z0-9·()]{{0,12}}?)(?P<suffix>{_SUFFIX})")
_CUTS = re.compile(
    r"[我你他她它您咱们的了着过吗呢吧啊呀嘛住在到从是有没把被给让叫去回这那哪每该某个跟和与及并也都就还又再很太才只不别请想说讲问查找看见听闻往向离于为因所\d]"
    r"|举报|投诉|反映|咨询|位于|小区|楼下|楼上|门口|旁边|附近|家里|隔壁|麻烦|帮忙|现在|今天|昨天|晚上|时候|对面|边上|里面|这家|那家|一家|有家|几家|路口|旁|号|栋|幢|单元|要求|欠|拖欠|购买|买|"
    r"对面|斜对面|工作|上班|签|交给|打给|联系|通知|关于|针对|进|开|办|搞"
)
# Words that end like an organisation and name none by themselves.
_BARE = frozenset(
    "物业公司 公司 厂 市场 学校 医院 银行 集团 物业 超市 工地 饭店 酒店 大学 小学 中学 中介 学院".split()
)
# What is sold, not who sells it.
_THINGS = re.compile(
    r"(?:路边|街边|露天|违规|流动|占道|夜间|室外|户外|校外|课外|暑期|寒假|周末|英语|数学|语文|作文|学科|艺术|兴趣|吃|点|送|取|寄|拿|收|发|丢|国际|同城|冷链|自助|重庆|四川|麻辣|生意|无证|电影|日用)+"
    r"(?:烧烤|火锅|足浴|快递|速递|物流|培训班|辅导班|补习班|外卖|影院|百货|生鲜)"
)
_GENERIC = re.compile(
    r"(?:劳动力|人才|二手房|房地产|股票|楼|网|大|小|老|新|本|全|各|总|附属|公立|民办|私立|三甲|定点|外地|人民)(?:市场|公司|厂|学校|医院|银行|小学|中学|大学)?$"
)


def find_organisations(text: str) -> list[Span]:
    """Value: the name as said. A bare 物业 or 公司 is kept at low confidence: the citizen means one, but which?"""
    spans: list[Span] = []
    for match in _ORGANISATION.finditer(text):
        start = match.start("body")
        for cut in _CUTS.finditer(text, start, match.start("suffix")):
            start = cut.end()
        if spans and spans[-1].end == start and spans[-1].value not in _BARE:
            # 宏达物业 + 服务有限公司 is one name.
            start = spans.pop().start
        name = text[start : match.end()]
        if _GENERIC.fullmatch(name) or _THINGS.fullmatch(name):
            continue
        confidence = 0.4 if name in _BARE else 0.6 if start == match.start("suffix") else 0.85
        spans.append(Span("organisation", name, start, match.end(), confidence))
    return without_overlaps(spans)


class CompanyFinder:
    """Companies that everybody knows by name alone: 顺丰, 拼多多. Value: the full name."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._full = dict(gazetteer.companies)
        self._pattern = re.compile(alternation(self._full))

    def find(self, text: str) -> list[Span]:
        return [
            Span("organisation", self._full[match[0]], *match.span(), 0.9)
            for match in self._pattern.finditer(text)
        ]


class DepartmentFinder:
    """Compiled for one gazetteer. Value: the official full name, so that 社保局 and 12333 mean the same."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._official = dict(gazetteer.departments)
        words = alternation(name for name in self._official if not name.isdigit())
        numbers = alternation(name for name in self._official if name.isdigit())
        self._pattern = re.compile(
            rf"(?:{words})|(?<![\d.\-])(?:{numbers})(?![\d.\-]|元|块|号|室|栋|户|米|平|人|斤|万|千|度|年|月|天)"
        )

    def find(self, text: str) -> list[Span]:
        return [
            Span("department", self._official[match[0]], *match.span(), 0.95)
            for match in self._pattern.finditer(text)
            if not (match[0] == "公安" and text[match.end() : match.end() + 1] in ("县", "部"))
        ]

"""Whom or what an order is about: 烧烤店, 川香阁饭店, 物业, 3路公交车司机."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAMED = re.compile(
    r"([^\W\d_在是到去从的了个就把让给被说叫这那我你他她们里有楼下家,，。]{2,14}(?:有限公司|公司|饭店|酒店|宾馆|餐厅|超市|火锅店|烧烤店|物业|集团|中介|健身房|银行|学校|医院|幼儿园|培训机构|工厂|驾校))"
)
_KIND = re.compile(
    r"(烧烤店|烧烤摊|大排档|火锅店|早餐店|小吃店|面馆|饭店|餐馆|餐厅|饭馆|酒吧|KTV|ktv|网吧|超市|便利店|菜市场|理发店|洗车店|修理厂|洗浴中心|棋牌室|麻将馆|广场舞|"
    r"工地|施工队|施工单位|装修队|开发商|物业公司|物业|房东|中介|健身房|培训机构|培训班|驾校|幼儿园|学校|医院|诊所|药店|快递公司|快递|外卖|出租车|网约车|公交车|公交司机|"
    r"停车场|加油站|废品站|养殖场|加工厂|化工厂|工厂|木材厂|商家|卖家|网店|淘宝店|邻居|楼上邻居|楼上|共享单车|流动摊贩|小贩|摊贩|老板|包工头|单位|公司|银行|城管|村委会|居委会|业委会)"
)


@dataclass(frozen=True)
class Subject:
    text: str
    start: int
    end: int


def find_subject(text: str) -> Subject | None:
    """The most telling mention: a name before a kind of business."""
    for pattern in (_NAMED, _KIND):
        found = pattern.search(text)
        if found:
            return Subject(found.group(1), found.start(1), found.end(1))
    return None

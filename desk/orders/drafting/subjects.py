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

# Somebody in an office or a trade, with where he works and how he is called: 湖滨社区的网格员小刘.
_STAFF = re.compile(
    r"(?:表扬一?下?|感谢|谢谢|夸一?夸?|点赞|投诉|举报|反映)?"
    r"((?:[^\W\d_我你他她们在是要了,，。]{2,12}?的)?"
    r"(?:网格员|社工|社区干部|民警|交警|辅警|警官|护士|医生|大夫|老师|窗口工作人员|工作人员|办事员|志愿者|保安|保洁员|环卫工人?|消防员|"
    r"接线员|话务员|营业员|柜员|公交车司机|司机师傅|快递员|村支书|村主任|楼栋长)(?:小[\u4e00-\u9fff])?)"
)


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

"""Where something is: spans of address in running text, from the gazetteer and from rules for any Chinese city.

An address is a chain of parts (city, district, street, road, number, estate, building, unit, room, 对面/附近) with
little or nothing between them. Known names anchor the chain; unknown ones are found by their last character and cut
on the left at words that cannot be part of a name. The value is the address with Arabic digits and no spaces.
"""

from __future__ import annotations

import re

from bot.text.gazetteer import Gazetteer, alternation
from bot.text.spans import Span, without_overlaps
from language.numerals import parse_number

_HAN = "\u4e00-\u9fff"
_NUM = r"(?:\d{1,5}|[零〇一二两三四五六七八九十百幺]{1,6})"

# Characters and words that no name of a road or an estate contains; a name is cut after the last of them.
_CUTS = re.compile(
    r"[号栋幢座我你他她它您咱们的了着过吗呢吧啊呀嘛住在到从是有没把被给让叫去来回这那哪每该某个条跟和与及并也都就还又再很太才只不别请想要说讲问查找看见听闻对往向离沿经由于为因所]"
    r"|一下|举报|投诉|反映|咨询|位于|地址|小区(?=.)|楼下|楼上|门口|旁边|附近|家里|隔壁|麻烦|帮忙|现在|今天|昨天|晚上|早上|上午|下午|时候|修|堵|挖|占用|路过|经过|走到|开到|违停|反应|诉求|关于|市民|居民|业主|路段|一带|"
    r"一(?:个|条|家|辆|直|段|处|些)|整|辆|多少|什么|怎么|上面|下面|前面|后面|里面|外面|另外|还有|以及|或者|比如|例如|发生|发现|出现|靠近|正对|对面|交叉|交汇"
)
# Common nouns that end like a place but name none.
_NOT_A_NAME = re.compile(
    r"(?:.*(?:马路|公路|铁路|道路|思路|网路|线路|电路|水路|半路|走路|跑路|绕路|赶路|占路|拦路|挡路|铺路|迷路|上路|顺路|堵路|封路|断路|短路|开路|赔路|出路|后路|退路|活路|岔路|土路|泥路|水泥路|柏油路|石子路|山路|主路|辅路|小路|大路|死路|通路|问路|修路|让路|带路|(?<!.)一路|同路|路路|盲道|车道|管道|渠道|报道|知道|味道|频道|人行道|下水道|通道|街道办|大街|上街|逛街|后巷|小巷|弄堂))"
    r"|(?:老|新|本|全|各|整个|高档|住宅|商业|封闭式|老旧|安置|回迁|隔壁|同一|别的|其他|其它|自然|农|城中|乡|行政|所有|周边|邻近|附近|别墅|商品房|居民|新建|在建)(?:小区|村|社区|镇|县|区|公寓|广场|花园)"
    r"|(?:小区|社区|公寓|广场|花园|农村|城市|全市|本市|我市|地区|郊区|市区|城区|景区|园区|库区|灾区|校区|厂区|辖区|片区|社会|超市|门市|上市|股市|菜市|夜市|楼市|都市)"
)

_TAIL = r"(?:(?:正)?对面|斜对面|对过|附近|旁边|边上|旁|隔壁|门口|大门口|[东南西北]门(?:口|外|内)?|(?:东南|东北|西南|西北|[东南西北])[侧角]|[A-Z]\d?(?:出入|出|入)?口|路口|交叉口|十字路口|丁字路口|交汇处|交界处|后面|前面|底商|楼下|地下车库|地下室|沿线|沿街|以[东南西北])"
_BEARING = r"(?:往|向|朝)(?:东南|东北|西南|西北|[东南西北前后里])(?:走|面|边|方向)?(?:约|大约|大概|差不多)?(?:\d{1,4}|[一二两三四五六七八九十百几]{1,5})(?:来|多)?米"
# S307省道云溪段, G25高速明州北出口, 104国道.
_NUMBERED_ROAD = re.compile(
    rf"(?:(?<![A-Za-z\d])[GSXYgsxy]\d{{1,4}}[{_HAN}]{{0,4}}?(?:高速|国道|省道|县道|乡道|线(?=[{_HAN}]{{1,5}}段))|(?<!\d)\d{{3}}(?:国道|省道|县道))"
    rf"(?:[{_HAN}]{{1,5}}?(?:段|出口|入口|收费站|服务区|匝道))?"
)


class AddressFinder:
    """Compiled for one gazetteer; immutable, safe to share between threads. Time is linear in the text."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        by_level: dict[str, list[str]] = {}
        for name, level in gazetteer.places.items():
            by_level.setdefault(level, []).append(name)
        known = {level: alternation(names) for level, names in by_level.items()}
        self._anchor = re.compile(alternation(gazetteer.places))
        self._generic = re.compile(
            rf"[{_HAN}]{{1,7}}?(?:省|自治区|市|新区|区|县|街道|镇|乡|大道|大街|路|街|巷|胡同|弄(?=\d|[一二三四五六七八九十百]+号|口|内|里|$|[ ,，。;；])|"
            rf"小区|花园|新村|家园|公寓|华庭|名苑|花苑|苑|广场|大厦|新城|社区|村(?!民|委|里|长|支|干)|国道|省道|高速|大桥|立交桥|工业园|产业园|公园|地铁站)"
        )
        self._known_areas = re.compile(
            "|".join(
                known.get(level, r"(?!)")
                for level in ("city", "district", "street", "community", "road", "landmark")
            )
        )
        self._door = re.compile(
            rf"(?:{_NUM}(?:号楼|栋|幢|座|单元|期|弄|号院|支弄|组|层|楼|室|房|号门|号(?!线|早|晚|上午|下午|晚上|那天|凌晨|中午|左右|之前|以前|开始|到|是))"
            rf"|[A-Za-z][座栋幢区](?!别)|[A-Za-z]\d{{0,2}}[座栋幢]|[东南西北][区苑]|(?<=单元)\d{{3,4}}(?!\d|元|块)|(?<=[栋幢座楼])\d{{3,4}}(?!\d|元|块|年)|(?<=[栋幢])[\-]?\d-\d{{3,4}})"
        )
        self._joint = re.compile(r"[ ,，、的]?")
        self._tail = re.compile(
            rf"(?:的)?{_TAIL}(?:(?:东南|东北|西南|西北)[侧角])?(?:{_BEARING})?|{_BEARING}"
        )
        self._cross = re.compile(r"(?:与|和|跟|靠近|近|到|至)")

    def find(self, text: str) -> list[Span]:
        names = self._names(text)
        starts = {start: end for start, end in names}
        spans: list[Span] = []
        position = 0
        for start, end in names:
            if start < position:
                continue
            stop, parts = self._follow(text, end, starts)
            if not self._worth(text, start, end, parts):
                continue
            spans.append(
                _span(text, start, stop, 0.95 if self._known_areas.search(text, start, end) else 0.8)
            )
            position = stop
        covered = bytearray(len(text))
        for span in spans:
            covered[span.start : span.end] = b"\x01" * span.length
        position = 0
        for door in self._door.finditer(text):
            if door.start() >= position and not covered[door.start()]:
                stop, _ = self._follow(text, door.end(), {})
                spans += self._door_alone(text, door.start(), stop)
                position = stop
        return without_overlaps(spans)

    def _names(self, text: str) -> list[tuple[int, int]]:
        """Known names first; unknown ones only where no known one stands."""
        known = [
            match.span() for match in self._anchor.finditer(text) if not _inside_word(text, *match.span())
        ]
        known += [match.span() for match in _NUMBERED_ROAD.finditer(text)]
        taken = [False] * (len(text) + 1)
        for start, end in known:
            taken[start:end] = [True] * (end - start)
        unknown = []
        for match in self._generic.finditer(text):
            edge, end = self._left_edge(text, *match.span(), taken)
            if edge is not None:
                unknown.append((edge, end))
        return sorted(known + unknown)

    def _left_edge(self, text: str, start: int, end: int, taken: list[bool]) -> tuple[int | None, int]:
        if taken[end - 1]:
            return None, end
        for index in range(end - 1, start - 1, -1):
            if taken[index]:
                start = index + 1
                break
        for cut in _CUTS.finditer(text, start, end):
            if cut.end() < end:
                start = cut.end()
        name = text[start:end]
        suffix = (
            2
            if name.endswith(
                (
                    "小区",
                    "花园",
                    "新村",
                    "家园",
                    "公寓",
                    "广场",
                    "大厦",
                    "社区",
                    "街道",
                    "大道",
                    "大街",
                    "国道",
                    "省道",
                    "高速",
                )
            )
            else 1
        )
        if len(name) - suffix < (1 if suffix == 2 else 2 if name[-1] in "路街巷弄苑村市区县镇乡" else 1):
            # 岭南路 has two characters before its ending; 东街, 刘村 and 云县 exist, but so do 逛街, 农村 and 本县.
            return None, end
        if _NOT_A_NAME.fullmatch(name) or (
            name[-1] == "市" and text[end : end + 1] in ("场", "民", "政", "长")
        ):
            return None, end
        if name[-1] in "区县" and text[end : end + 1] in ("别", "域", "分", "间", "长", "政"):
            return None, end
        return start, end

    def _follow(self, text: str, end: int, starts: dict[int, int]) -> tuple[int, int]:
        """Extend over all parts that follow directly. Returns the end and how many parts were added."""
        parts = 0
        while True:
            joint = self._joint.match(text, end)
            next_start = joint.end() if joint else end
            for candidate in (end, next_start):
                if candidate in starts:
                    following = starts[candidate]
                    break
                door = self._door.match(text, candidate)
                if door and (candidate == end or text[end] in " ,，"):
                    following = door.end()
                    break
            else:
                cross = self._cross.match(text, end)
                if cross and cross.end() in starts and text[end - 1] in "路道街":
                    following = starts[cross.end()]
                else:
                    tail = self._tail.match(text, end)
                    if not tail:
                        return end, parts
                    return tail.end(), parts + 1
            parts += 1
            end = following

    def _worth(self, text: str, start: int, end: int, parts: int) -> bool:
        """A lone unknown city or district (北京市) is a place but no address of something; a known one is."""
        if parts or self._known_areas.fullmatch(text, start, end):
            return True
        return text[end - 1] not in "省市区县" or text[start:end].endswith("小区")

    def _door_alone(self, text: str, start: int, stop: int) -> list[Span]:
        """三栋二单元501 without a street: a correction or an answer to a question. Needs a building word, not just 号."""
        piece = text[start:stop]
        if re.search(r"栋|幢|单元|号楼|室|[座弄]", piece) or re.fullmatch(
            rf"(?:是|在|不对)?[,，]?{_NUM}号", text
        ):
            return [_span(text, start, stop, 0.7)]
        return []


def _inside_word(text: str, start: int, end: int) -> bool:
    """和平路 inside 新和平路 is another road; 湖滨路由器 is no road."""
    return text[start:end].endswith("路") and text[end : end + 1] in ("由", "线", "程", "费", "况")


def _span(text: str, start: int, end: int, confidence: float) -> Span:
    return Span("address", normalise_address(text[start:end]), start, end, confidence)


_HAN_NUMBER = re.compile(
    r"([零〇一二两三四五六七八九十百幺]{1,6})(?=号楼|号院|号|栋|幢|座|单元|弄|组|层|楼|室|房)"
)


def normalise_address(text: str) -> str:
    """Arabic digits, no spaces, commas or 的 between the parts: 和平路八十八号 三栋 -> 和平路88号3栋."""

    def arabic(match: re.Match[str]) -> str:
        number = parse_number(match[1].replace("幺", "一"))
        return match[1] if number is None else str(number)

    return _HAN_NUMBER.sub(
        arabic, re.sub(r"[ ,，、]|的(?=[\u4e00-\u9fff]{0,3}(?:门|面|边|口|旁|近))", "", text)
    )

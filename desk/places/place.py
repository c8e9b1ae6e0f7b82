"""One place as the citizen said it, with the parts that an order needs beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from desk.places.generic import is_own, names_one


@dataclass(frozen=True, kw_only=True)
class Place:
    """Parts of an address; an unknown part is the empty string.

    Parts carry their Chinese ending and Arabic digits: `number="88号"`, `building="3栋"`, `unit="2单元"`,
    `room="502室"` (or a floor, 5楼). `detail` is what is left (东门对面, 楼下烧烤店). `said` is the whole place in the
    citizen's words, only tidied (`spoken.as_said`); the parts stand beside it and never replace it. `text` is the
    stretch of the input that was understood as an address, exactly as written there. `confidence` is 0 to 1; 0 means
    that nothing was found.
    """

    city: str = ""
    district: str = ""
    street: str = ""
    community: str = ""
    road: str = ""
    number: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    detail: str = ""
    said: str = ""
    text: str = ""
    confidence: float = 0.0

    def __bool__(self) -> bool:
        """Whether something was said or at least one part is known."""
        return bool(self.said) or any(getattr(self, name) for name in PARTS)

    @property
    def locatable(self) -> bool:
        """Whether somebody could go there: more is known than a door, a district, or an unspecific place (公司楼下)."""
        # 阿拉小区 is an estate by its ending alone.
        if self.road or self.street or (self.community and not is_own(self.community)):
            return True
        return bool(self.detail and not self.said) or (self._is_described and names_one(self.said))

    @property
    def is_long(self) -> bool:
        """Whether only a road, a river or a whole town was named, which is too long to search: 人民路, 锦带河那边, 溪口县."""
        return _LONG.fullmatch(self._closer) is not None or not (self._closer or self.road or self.community)

    @property
    def is_town(self) -> bool:
        """Whether nothing closer than a town or a street office is known."""
        return bool(self.street) and not (self._closer or self.road or self.community)

    @property
    def _closer(self) -> str:
        """What was said beyond city, district and street office or town."""
        return self.said.removeprefix(self.city).removeprefix(self.district).removeprefix(self.street)

    @property
    def _is_described(self) -> bool:
        """Whether the citizen's words name more than city, district and doors: 老供销社对面, 3路公交车上."""
        left = self.said.removeprefix(self.city).removeprefix(self.district)
        if left == self.said and self.district:
            # 东湖那边 names the district by its short name.
            left = left.removeprefix(self.district[:-1])
        return len(_DOORS.sub("", left)) > 1


PARTS: tuple[str, ...] = tuple(f.name for f in fields(Place) if f.name not in ("said", "text", "confidence"))

_LONG = re.compile(
    r"[\u4e00-\u9fffA-Z0-9]{1,7}?(?:大道|大街|路|街|高架|快速路|高速|国道|省道|河|江|渠|堤)(?:上面?|边上?|那边|这边|那里|这里|一带|附近|两边|沿线|上头)?"
    r"(?:的?(?:(?:新|刚|才|重新?)(?:修|铺|建|装|画)好?的)?(?:盲道|人行道|路面|路灯|绿化带|辅道|(?:非?机动|[快慢])车道|隔离带|行道树|步道|栏杆)(?:上面?|边上?)?(?:[那这][排条段个棵些][\u4e00-\u9fff]{0,3})?)?"
    r"|(?:[\u4e00-\u9fff]{1,4}[县市区])?[\u4e00-\u9fff]{1,4}(?:县|[^小园社校厂景片战]区|镇|乡|街道)"
)
_DOORS = re.compile(
    r"[附负第]?[0-9A-Za-z零一二三四五六七八九十百甲乙丙丁]+(?:号楼|[号栋幢座室楼层弄户期区]|单元|门洞)|[东南西北前后正侧大小]{1,2}门"
    r"|(?:楼[上下顶道]|[顶底]楼|门口)|[这那][里边儿块个]|我家|家里|附近|旁边|小区|[0-9，,\-的]+"
)


def format_place(place: Place) -> str:
    """The place in one line: the citizen's words; if only parts are known, the parts written out."""
    return place.said or written_out(place)


def written_out(place: Place) -> str:
    """The parts as an address is written in China: from large to small, without spaces.

    Road and number come before the community (和平路88号幸福里小区3栋), a number without a road after it.
    """
    doors = place.building + place.unit + place.room + place.detail
    upper = place.city + place.district + place.street
    if place.road:
        return f"{upper}{place.road}{place.number}{place.community}{doors}"
    return f"{upper}{place.community}{place.number}{doors}"

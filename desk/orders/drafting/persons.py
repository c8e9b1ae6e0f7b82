"""Names of callers: 我姓王, 免贵姓李, 王女士, 我叫王小明, 我是张师傅."""

from __future__ import annotations

import re
from dataclasses import dataclass

COMPOUND = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|南宫"
SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜"
    "崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛"
    "樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁"
    "冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫"
)
SURNAME = rf"(?:{COMPOUND}|[{SINGLE}])"
TITLES = "先生|女士|小姐|师傅|大爷|大妈|大叔|阿姨|老师|同学|太太|奶奶|爷爷|大哥|大姐"
# Given names are not built from these: "我姓王不姓黄", "王的", "我是业主".
_GIVEN = r"[^\W\d_的了不是在有我你他说就啊呀吧呢嘛哦姓叫和电]"

_SURNAME_SAID = re.compile(rf"(?<!不)(?:免贵)?姓({SURNAME})")
_SURNAME_DENIED = re.compile(rf"不(?:是)?姓({SURNAME})")
_TITLED = re.compile(rf"({SURNAME})({TITLES})")
_CALLED = re.compile(
    rf"(?:我叫|叫我|名字叫|名字是|姓名是?|本人|我的名字是?|我是)[:：，, ]?({SURNAME}{_GIVEN}{{1,2}})(?![^\W\d_])"
)
_BARE = re.compile(rf"^(?:我|是|叫|嗯|哦|那个|免贵)*({SURNAME}{_GIVEN}{{1,2}})(?:吧|啊|呀)?[。.!！]?$")
_BARE_SURNAME = re.compile(rf"^(?:我|是|嗯|免贵)*({SURNAME})(?:吧|啊|呀)?[。.!！]?$")
_NOT_NAMES = re.compile(
    r"师傅|先生|女士|物业|业主|居民|这里|那里|方便|高兴|关于|任何|向来|时间|文明|成为|安全|路口|房子|解决|常常|严重|连续|单位|阳台"
)


@dataclass(frozen=True)
class Person:
    name: str
    title: str
    start: int
    end: int


def find_person(text: str, asked: bool = False) -> Person | None:
    """The caller's name in a sentence. With `asked`, a bare name such as "王小明" or "王" is enough."""
    text = text.rstrip()
    titled = _TITLED.search(text)
    called = _CALLED.search(text)
    if called and not _NOT_NAMES.search(called.group(1)):
        title = titled.group(2) if titled and titled.group(1)[0] == called.group(1)[0] else ""
        return Person(called.group(1), title, called.start(1), called.end(1))
    denied = _SURNAME_DENIED.search(text)
    for match in _SURNAME_SAID.finditer(text):
        if denied and match.group(1) == denied.group(1):
            continue
        full = re.match(
            rf"姓{SURNAME}[,， ]?(?:名|叫)({SURNAME}?{_GIVEN}{{1,2}})(?![^\W\d_])", text[match.start(1) - 1 :]
        )
        title = titled.group(2) if titled and titled.group(1) == match.group(1) else ""
        if full:
            given = full.group(1)
            name = given if given.startswith(match.group(1)) else match.group(1) + given
            return Person(name, title, match.start(1), match.start(1) + len(full.group(0)) - 1)
        return Person(match.group(1), title, match.start(1), match.end(1))
    if titled and (asked or _about_self(text, titled.start())):
        return Person(titled.group(1), titled.group(2), titled.start(1), titled.end())
    if asked:
        for pattern in (_BARE, _BARE_SURNAME):
            bare = pattern.match(text)
            if bare and not _NOT_NAMES.search(bare.group(1)):
                return Person(bare.group(1), "", bare.start(1), bare.end(1))
    return None


def _about_self(text: str, start: int) -> bool:
    return bool(re.search(r"(?:我是|我姓|本人|叫我|免贵|称呼我?)[^,，。]{0,2}$", text[:start]))


def address_form(name: str, title: str) -> str:
    """How the caller is spoken to: 王先生, 王小明, or 您 when nothing is known."""
    if not name:
        return "您"
    surname = name[:2] if re.match(COMPOUND, name) else name[:1]
    return f"{surname}{title}" if title else name if len(name) > 1 else "您"

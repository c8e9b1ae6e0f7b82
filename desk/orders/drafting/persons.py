"""Names of callers, as they are said: 我姓王, 免贵姓李, 王女士, 叫我小潘吧, 耳东陈, 田桂兰，种田的田, 古丽米热·艾比布力.

A name is never converted nor corrected. The rules know whose name it is; any name will do that somebody gives as their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from language import surnames
from language.sounds import sound
from language.surnames import SURNAME

_COMPOUND = "|".join(surnames.COMPOUND)
TITLES = "先生|女士|小姐|师傅|大爷|大妈|大叔|阿姨|老师|同学|太太|奶奶|爷爷|大哥|大姐"
# Given names are not built from these: "我姓王不姓黄", "王的", "我是业主".
_GIVEN = r"[^\W\d_的了不是在有我你他说就啊呀吧呢嘛哦姓叫和电]"
_SELF = r"(?:我|俺|咱|本人|鄙人)(?:就|也|是|本来)?"

# Any surname will do of somebody who says that it is theirs.
_OWN_SURNAME = (
    rf"({_COMPOUND}|(?!什|啥|名|氏|姓|哪|谁|么(?![\s,，。]|$)|不|别|莫|[都也就][别不莫没])[^\W\d_a-z])"
)
_SURNAME_SAID = re.compile(
    rf"(?:{_SELF}(?:免贵|是)?姓|(?<!不)免贵(?:是)?姓?|不(?:是)?姓{SURNAME}[,，、 ]*(?:是)?姓)[:： ]*{_OWN_SURNAME}"
)
_SURNAME_ANSWERED = re.compile(rf"(?:^|[,，。 ])(?:嗯|哦|哎|那个|那)*[,， ]*姓{_OWN_SURNAME}(?!的|什么|啥)")
_SURNAME_DENIED = re.compile(rf"不(?:是)?姓({SURNAME})")
_TITLED = re.compile(rf"({SURNAME})({TITLES})")
_CALLED = re.compile(
    rf"(?:{_SELF}叫|叫我|喊我|(?:^|[,，。 ]|我的?)(?:名字叫|名字是|姓名是?)|本人|我是)[:：，, ]?"
    rf"((?:{SURNAME})(?:{_GIVEN}){{1,2}})(?=吧|就|$|[^\w]|\d)"
)
# Who calls for somebody else: 他叫简德胜，我是他儿子简峰.
_KIN = re.compile(
    rf"(?:我|俺)(?:是|系)(?:他|她|老人家?|户主|本人)?(?:家)?(?:的)?(?:大|小|二|三)?(?:儿子|女儿|闺女|儿媳妇?|媳妇|女婿|孙子|孙女|外孙女?|老伴|爱人|老公|老婆|妻子|丈夫|妹妹|姐姐|哥哥|弟弟|外甥女?|侄子|侄女|妈妈?|爸爸?|邻居|朋友|同事)"
    rf"[,，、 ]?(?:叫|姓)?(?P<name>{SURNAME}{_GIVEN}{{1,2}})(?=$|[\s,，。.!！])"
)
# As on a form: 反映人:尉迟明.
_WRITTEN = re.compile(
    rf"(?:反映人|投诉人|举报人|来电人|联系人|求助人|姓名)[:： ]+(?P<name>{SURNAME}{_GIVEN}{{1,2}})(?=$|[\s,，。;；、:：]|电话|手机)"
)
# Any surname will do before a title that is the whole answer: 蔺先生.
_TITLED_ANYHOW = re.compile(
    rf"^(?:我|是|姓|免贵|就|叫我|[,， ])*([\u4e00-\u9fff])({TITLES})(?:吧|就[行好])?[。.!！]?$"
)
# 我姓晏，日字头底下一个安，叫晏玉兰: the whole name behind the surname.
_ENDS = r"(?=$|[\s,，。.!！])"
# Names of other peoples: 古丽米热·艾比布力. And how somebody wants to be called: 叫我小潘就行, 喊我老魏.
_JOINED = re.compile(
    rf"(?:{_SELF}(?:叫|是)|叫我|名字(?:叫|是)|^)[:： ]*([\u4e00-\u9fff]{{1,8}}(?:[·•・.][\u4e00-\u9fff]{{1,10}})+)"
)
_CALL_ME = re.compile(
    rf"(?:(?:叫|喊|称呼)我|{_SELF}叫|写|就写)[:： ]*([小老阿](?!板|师|公|婆|乡|家|区|人|子)[^\W\d_])(?![^\W\d_吧就好行啊呀得])"
)
_BARE = re.compile(
    rf"^(?:我|是|叫|嗯|哦|那个|免贵|行|好)*[,， ]*({SURNAME}{_GIVEN}{{1,2}})(?:吧|啊|呀)?[。.!！]?$"
)
_BARE_SURNAME = re.compile(
    rf"^(?:我|是|嗯|免贵|姓|[,， ])*((?:[小老阿](?!板|师|公|婆|乡|家|区|人|子))?{SURNAME})(?:吧|啊|呀|嘛)?[。.!！]?$"
)
_CALLED_ANYHOW = re.compile(
    rf"(?:{_SELF}叫|叫我|喊我|名字叫|名字是)[:： ]*(?![你我他她它])((?:(?!就行|就好|就可以|[了着过的怎么去来等说找管办先别不吧])[\u4e00-\u9fff]){{2,5}})"
    r"(?:吧|就[行好可]|$|[,，。.!！ ])"
)
_PUT_ANYHOW = re.compile(rf"^(?:就|你)?(?:写|叫|喊)({SURNAME}[老小][\u4e00-\u9fff])(?:吧|就|$|[,，。.!！ ])")
_LATIN = re.compile(
    rf"(?:{_SELF}叫|叫我|喊我|^)[:： ]*([A-Za-z][A-Za-z'-]+(?: [A-Z][A-Za-z'-]+){{0,2}}(?:{SURNAME}[\u4e00-\u9fff]{{0,2}})?)(?:吧|就|$|[,，。. ])"
)
# 陈，耳东陈，陈大文: spelled out in whatever way, and then said whole.
_SPELLED = re.compile(
    rf"^(?:我|是|姓|叫|嗯|免贵|[,， ])*(?P<surname>{SURNAME})[,，、 ][^\d]{{2,12}}[,，、 ](?P<name>(?P=surname){_GIVEN}{{1,2}}){_ENDS}"
)
_BUILT = re.compile(
    "(?:弓长|立早|耳东|木子|口天|双木|言午|古月|草头|草字头|大肚|三横|三划|禾呈|人可|文刀|双人|走肖|西早|水工|三点水|"
    "美女|二马|两点水|雨田|双口|言射|四维|木易|关耳|十八子|卯金刀?|小月|广龙|余?人禾|干钩|国字|山今|士口|白水|女良|人王|包耳)"
    f"({'[' + surnames.SINGLE + ']'})?"
)
# What the two halves make, where only they are said.
_HALVES = {
    "弓长": "张", "立早": "章", "耳东": "陈", "木子": "李", "口天": "吴", "双木": "林", "言午": "许", "古月": "胡",
    "三横": "王", "禾呈": "程", "人可": "何", "文刀": "刘", "走肖": "赵", "水工": "江", "雨田": "雷", "双口": "吕",
    "言射": "谢", "四维": "罗", "木易": "杨", "十八子": "李", "卯金刀": "刘", "卯金": "刘", "小月": "肖", "二马": "冯",
}  # fmt: skip
_NOT_NAMES = re.compile(
    rf"{TITLES}|物业|业主|居民|这里|那里|方便|高兴|关于|任何|向来|时间|文明|成为|安全|路口|房子|解决|常常|严重|连续|单位|阳台"
)
# Who is nobody in particular, or somebody else.
NOBODY = re.compile(
    r"匿名|热心|市民|群众|村民|居民|业主|租客|租户|居家|好人|路人|当事人|儿子|女儿|老公|老婆|爱人|邻居|机器|投诉|举报|登记|不|没|啥|什么|名字|姓名|称呼|图片|截图|照片|记录|链接|视频|语音|表情|看图|别写|别留"
)
_SIGHS = "哎诶呃嗯啊哦唉噢喔欸嘛呀"
_ANOTHERS = re.compile(
    r"(?:[他她它]|对方|那个?人|孩子|娃|孙子|孙女|外孙|侄[子女儿]|外甥|儿子|女儿|闺女|爸|妈|爷爷?|奶奶?|公公?|婆婆?|老公|老婆|爱人|哥|姐|弟|妹|媳妇|老板娘?|书记|主任|经理|"
    r"局长|所长|队长|组长|司机|师傅|房东|中介|老师|邻居|包工头|保安|医生|店主|客服|教练|校长|园长|护士长?|大夫|骑手|主播|班主任)(?:的)?(?:名字|全名|大名)?[?？]?[\s,，]*(?:就|也|好像)?(?:是|叫|姓|名叫)*[:：,， ]*$"
)
# 不太想说名字诶.
_INTERJECTIONS = frozenset("诶欸唉哎嗯哦噢啊呀哈嘿喂呃额")
# Somebody else may be named as the one to speak to: 写我老公名字, 联系人改我爱人.
_PUT_DOWN = re.compile(
    r"(?:联系人|写|登记?|留|填|改)[成为是]?(?:我|俺)|(?:写|登记?|留|填|用|记|报)(?:成)?[\u4e00-\u9fff]{1,4}的?名字?[\s,，:：]*$"
)
# 丽颜颂，做医美的 is a shop.
_TRADES_BEHIND = re.compile(r"^[\s,，]*(?:是)?(?:做|开|卖|搞|干|弄)[^,，。\s]{1,6}的")
# 姓邬,都叫他邬教练: of whom it is said.
_CALLED_SO = re.compile(r"^[,，\s]*(?:都|大家|人家|我们?)?(?:都)?[叫喊](?:他|她)(?!们)")
_OF_ANOTHER = r"(?:经理|房东|老板娘?|司机|教练|书记|主任|会计|老师|医生|物业|他|她|对方)[^,，。]{0,3}$|(?:经理|房东|老板娘?|司机|教练|书记|主任|会计|老师|医生|他|她|对方)(?:的)?姓"
# 不是弓长张 是立早章: which of two characters that sound alike it is.
_NOT_SO = re.compile(
    r"(?:不是|别(?:写|记)?(?:成|错)?|莫(?:写|记)成|不要写成|(?:别|不)(?:给我)?写成|可别给我写成)[^,，。]{0,3}$"
)
_ONE_CHARACTER = re.compile(
    r"名(?:字)?(?:就|只|是|有)*一个字[\s,，:：]*(?:就?是|叫)?[\s,，]*(?P<given>[\u4e00-\u9fff])(?=$|[\s,，。])"
)
_LEAD = re.compile(
    r"^(?:(?:我|俺|就|免贵|本人|嗯|哦)*(?:名字|姓名)?(?:叫我|叫|姓|是|写)[:：,， ]*|免贵[,， ]*)+(?=.)"
)
_BEFORE_NICK = re.compile(r"(?:叫我?|喊我?|写|是|姓|^|[,，。、 ])$")
# 写郑老四就中, 叫我阿坤就得: where only the first character was read, the whole of it stands here.
_WHOLE_NICK = re.compile(
    rf"((?:{SURNAME})?[老小阿大]?(?!先生|女士|师傅|大爷|阿姨)[\u4e00-\u9fff]{{1,2}}?)(?=吧|就|行|好|中|得|即可|可以|[,，。.!！\s]|$)"
)
_CALL_LEAD = re.compile(r"(?:写|叫|喊|称呼|叫我|喊我|写个|写成)$")
_WHOLE_NAME = re.compile(
    rf"({SURNAME}(?!先生|女士|师傅|大爷|阿姨|姓|老师|同志)[\u4e00-\u9fff]{{1,2}})(?=[\s,，。]*(?:手机|电话|联系|1[3-9]\d|[幺一]))"
)
# Whose name somebody goes by is less than his surname: Cindy 要本名的话姓丁, Leo 姓罗.
_SURNAME_BESIDE = re.compile(
    r"[A-Za-z]{2,}[\s,，、]*(?:[^,，。]{0,8}?)姓(?P<name>(?!什|啥|不)[\u4e00-\u9fff])(?:[,，。\s]|$)"
)
# So is a name of the screen: 叫我糖糖妈妈吧，姓尤; 网名小鱼儿，本姓俞.
_SURNAME_BEHIND = re.compile(
    rf"(?:叫我|喊我|称呼我|网名|昵称|大家都?[叫喊]我|你?就叫)(?P<nick>[^,，。\s]{{2,8}}?)(?:吧|就行|就好|就可以|就成|好了|得了)?[\s,，。、]+(?:我|本|真)?(?:人|名)?姓(?P<name>{_COMPOUND}|(?!什|啥|不|名)[\u4e00-\u9fff])(?=$|[,，。\s]|[的吧啊呀])"
)
# 西西 姓蔺; 叫我阿Ken就行 要姓的话 颜: the screen's name first.
_NICK_BEFORE = re.compile(
    r"(?:就)?(?:叫我|喊我)?(?P<nick>[\u4e00-\u9fffA-Za-z]{2,6}?)(?:吧|就行|就好|就可以|就成|都行)?[\s,，。、]+(?:要|真|本)?姓(?:的话|氏)?[\s,，是]*(?P<name>(?!什|啥|不|名|的)[\u4e00-\u9fff])"
)
# 姓都别写, 名字就不留了: what is refused is no name.
_REFUSED = re.compile(r"^(?:[别莫甭没]|不(?!姓|是))")
MAX_CHARS = 20


@dataclass(frozen=True)
class Person:
    """`start` to `end` (exclusive) covers the words of the name, an explanation of the character too."""

    name: str
    title: str
    start: int
    end: int


def find_person(text: str, asked: bool = False) -> Person | None:
    """The caller's name in a sentence. With `asked`, a bare name such as "王小明" or "王" is enough."""
    text = text.rstrip()
    if apart := told_apart(text):
        return apart
    if beside := _surname_beside(text, asked):
        return beside
    if kin := _KIN.search(text):
        return Person(kin["name"], "", kin.start("name"), kin.end("name"))
    if written := _WRITTEN.search(text):
        return Person(written["name"], "", written.start("name"), written.end("name"))
    titled = _TITLED.search(text)
    called = _CALLED.search(text)
    if called and not _NOT_NAMES.search(called.group(1)):
        title = titled.group(2) if titled and titled.group(1)[0] == called.group(1)[0] else ""
        return _person(text, called.group(1), title, called.start(1), called.end(1))
    found = _by_surname(text, titled, asked)
    # 我姓 哎 算了不说了: who sighs has told nothing yet.
    if found and found.name[0] not in _SIGHS:
        return _with_given(text, found)
    if asked and (alone := _TITLED_ANYHOW.match(text)):
        return Person(alone.group(1), alone.group(2), alone.start(1), alone.end(2))
    if titled and (asked or _about_self(text, titled.start())) and not _is_anothers(text, titled.start()):
        return Person(titled.group(1), titled.group(2), titled.start(1), titled.end())
    for pattern in (_JOINED, _CALL_ME):
        other = pattern.search(text)
        if other and not _is_anothers(text, other.start(1)):
            return _with_given(text, _person(text, other.group(1), "", other.start(1), other.end(1)))
    return _answer(text) if asked else None


# 我姓桥 不是大桥的桥 是言字旁一个焦急的焦 谯周的谯: by a famous name in the end.
_NAMED_AFTER = re.compile(
    r"姓(?P<heard>[\u4e00-\u9fff])[\s,，]*不是[^,，。\s]{1,4}的(?P=heard)[\s,，]*(?:是)?.{0,16}?(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{1,4}的(?P<name>[\u4e00-\u9fff])[\s,，。吧啊]*$"
)


def told_apart(text: str) -> Person | None:
    """The name of who says which of two characters is theirs: 我姓张 不是弓长张 是立早章; None where nobody does.

    >>> told_apart("姓张 不是弓长张 是立早章 名字就一个字 含 包含的含").name
    '章含'
    """
    if after := _NAMED_AFTER.search(text):
        same = sound(after["heard"]) == sound(after["name"]) and after["heard"] != after["name"]
        if same:
            return Person(after["name"], "", after.start("heard"), after.end("name"))
    spelled = list(_BUILT.finditer(text))
    heard = re.search(rf"姓({SURNAME})[\s,，]*(?:是)?$", text[: spelled[0].start()]) if spelled else None
    if heard and len(spelled) == 1:
        # 我姓章 弓长张: what is spelled out goes before what was heard.
        if re.search(_OF_ANOTHER, text[: heard.start()]):
            return None
        built = _built(spelled[0])
        alike = built.name != heard[1] and sound(built.name) == sound(heard[1])
        return built if alike else None
    right = [found for found in spelled if not _NOT_SO.search(text[: found.start()])]
    if not right or len(right) == len(spelled):
        return None
    if _is_anothers(text, spelled[0].start()) or re.search(_OF_ANOTHER, text[: spelled[0].start()]):
        return None
    person = _built(right[-1])
    single = _ONE_CHARACTER.search(text)
    if single is None:
        return person
    return Person(person.name + single["given"], "", person.start, single.end())


def _surname_beside(text: str, latin: bool) -> Person | None:
    """Their surname, of whom another name is told first. `latin`: also behind a name in letters."""
    behind = _SURNAME_BEHIND.search(text)
    if behind and not re.match(rf"[小老阿]?{SURNAME}?{behind['name']}", behind["nick"]):
        return Person(behind["name"], "", behind.start("nick"), behind.end("name"))
    bare = _NICK_BEFORE.fullmatch(text.strip(" ,，。.!！")) if latin else None
    if bare and bare["nick"][0] not in surnames.SINGLE:
        return Person(bare["name"], "", bare.start("nick"), bare.end("name"))
    beside = _SURNAME_BESIDE.search(text) if latin else None
    return Person(beside["name"], "", beside.start("name"), beside.end("name")) if beside else None


def _by_surname(text: str, titled: re.Match[str] | None, asked: bool) -> Person | None:
    denied = _SURNAME_DENIED.search(text)
    patterns = (_SURNAME_SAID, _SURNAME_ANSWERED) if asked else (_SURNAME_SAID,)
    for match in (found for pattern in patterns for found in pattern.finditer(text)):
        surname, start = match.group(1), match.start(1)
        if denied and surname == denied.group(1) and start == denied.start(1):
            continue
        full = re.match(rf"{surname}[,， ]?(?:名|叫)({SURNAME}?{_GIVEN}{{1,2}})(?![^\W\d_])", text[start:])
        title = titled.group(2) if titled and titled.group(1) == surname else ""
        if full:
            given = full.group(1)
            name = given if given.startswith(surname) else surname + given
            return Person(name, title, start, start + len(full.group(0)))
        if built := _BUILT.match(text, start):
            return _built(built)
        return _person(text, surname, title, start, match.end(1))
    return None


def _with_given(text: str, person: Person) -> Person:
    """The surname, or 小邰, with the caller's whole name that is told behind it."""
    nick = len(person.name) == 2 and person.name[0] in "小老阿"
    if len(person.name) != 1 and not nick and not re.fullmatch(_COMPOUND, person.name):
        return person
    surname = person.name[-1] if nick else person.name
    for whole in re.finditer(
        rf"(?:叫|[,，、 ]|(?<=姓{surname}))(?P<name>{re.escape(surname)}{_GIVEN}{{1,2}}){_ENDS}", text
    ):
        if (
            whole.start() < person.end - 1
            or _NOT_NAMES.search(whole["name"])
            or _is_anothers(text, whole.start("name"))
        ):
            continue
        return Person(whole["name"], person.title, person.start, whole.end())
    return person


def _answer(text: str) -> Person | None:
    """What counts as a name only because it was asked for."""
    if built := re.match(rf"^(?:我|姓|是|嗯|[,， ])*({_BUILT.pattern})(?:的)?[。.!！]?$", text):
        return _built(next(_BUILT.finditer(text, built.start(1))))
    for pattern in (_BARE, _BARE_SURNAME, _LATIN, _CALLED_ANYHOW, _PUT_ANYHOW):
        bare = pattern.search(text)
        if bare and not _NOT_NAMES.search(bare.group(1)) and not NOBODY.search(bare.group(1)):
            return _person(text, bare.group(1), "", bare.start(1), bare.end(1))
    if (spelled := _SPELLED.match(text)) and not _NOT_NAMES.search(spelled["name"]):
        return Person(spelled["name"], "", spelled.start("name"), spelled.end("name"))
    return None


def person_at(text: str, start: int, end: int) -> Person | None:
    """The caller's name in characters that were read as one; None where it is nobody's, or somebody else's."""
    if apart := told_apart(text):
        return apart
    said = text[start:end]
    lead = _LEAD.match(said)
    if lead:
        start += lead.end()
    if beside := _surname_beside(text, bool(re.match(r"[A-Za-z]", text[start:end]))):
        return beside
    built = _BUILT.match(text, start)
    if built and built.end() <= end + 1:
        return _built(built)
    name = re.split(r"[,，。、:：;；]", text[start:end])[0].strip()
    if len(name) == 1 and (whole := _WHOLE_NAME.match(text, start)):
        # 我程小雨 手机…: of a name that is told with the number behind it, the surname alone was read.
        return _person(text, whole[1], "", start, whole.end(1))
    if len(name) == 1 and _CALL_LEAD.search(text[:start]) and (whole := _WHOLE_NICK.match(text, start)):
        name = whole[1]
    title = ""
    # The reading breaks off in the title, or before the last character: 蔺先|生, 晏玉|兰.
    broken = re.match(rf"([\u4e00-\u9fff]{{1,3}}?)({TITLES})", text[start:])
    if broken and broken.end(1) <= len(name) < broken.end():
        return Person(broken[1], broken[2], start, start + broken.end())
    longer = re.match(rf"{SURNAME}[\u4e00-\u9fff](?![吧啊呀的了就啦嘛哈]){_GIVEN}{_ENDS}", text[start:])
    if longer and longer.end() == len(name) + 1 and longer.group().startswith(name):
        name = longer.group()
    if ending := re.search(rf"(?:{TITLES})$", name):
        name, title = name[: ending.start()], ending.group(0)
    if start and len(name) == 1 and text[start - 1] in "小老阿" and _BEFORE_NICK.search(text[: start - 1]):
        start, name = start - 1, text[start - 1] + name
    if not 1 <= len(name) <= MAX_CHARS or re.search(r"\d", name) or not re.search(r"[^\W\d_]", name):
        return None
    if name in _INTERJECTIONS:
        return None
    if not re.match(surnames.SURNAME, name) and _TRADES_BEHIND.match(text[start + len(name) :]):
        return None
    behind = text[start + len(name) :]
    if NOBODY.search(name) or _is_anothers(text, start) or _REFUSED.match(behind) or _CALLED_SO.match(behind):
        return None
    return _with_given(text, _person(text, name, title, start, start + len(name)))


def _person(text: str, name: str, title: str, start: int, end: int) -> Person:
    """With the title that follows: 王女士."""
    following = re.match(rf"(?:{TITLES})", text[end:])
    if following and not title:
        title = following.group(0)
    return Person(name, title, start, end)


def _built(match: re.Match[str]) -> Person:
    name = match.group(1) or next((char for half, char in _HALVES.items() if match.group(0) == half), "")
    return Person(name or match.group(0), "", match.start(), match.end())


def _is_anothers(text: str, start: int) -> bool:
    before = text[max(0, start - 14) : start]
    return bool(_ANOTHERS.search(before)) and not _PUT_DOWN.search(before)


def _about_self(text: str, start: int) -> bool:
    return bool(re.search(r"(?:我是|我姓|本人|叫我|喊我|免贵|称呼我?)[^,，。]{0,2}$", text[:start]))


def address_form(name: str, title: str) -> str:
    """How the caller is spoken to: 王先生, 潘女士 (of 小潘), 王小明, 小潘, or 您 when nothing is known."""
    if not name:
        return "您"
    own = name[1:] if title and len(name) == 2 and name[0] in "小老阿" else name
    surname = own[:2] if re.match(_COMPOUND, own) else own[:1]
    return f"{surname}{title}" if title else name if len(name) > 1 else "您"

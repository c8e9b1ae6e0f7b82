"""Names of persons as callers give them: 我姓王, 免贵姓王, 我叫王建国, 王先生. Value: {"name", "title"}."""

from __future__ import annotations

import re

from bot.text.spans import Span, without_overlaps

_COMPOUND = "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 南宫 长孙 宇文 端木 轩辕 独孤 申屠 百里 呼延 钟离 澹台 闻人 公冶 赫连 西门 拓跋 完颜"
_COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾"
    "毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房"
    "滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
# Surnames that are everyday words too; before a title they would catch 当成老师, 对于老师, 高中老师.
_TRICKY = frozenset(
    "成时和都能从过有这明向经解单任常方万全应师商原海花权强平计索相初门来普阿母那公哈利呼居干但由富信展智幸元位区南国支车路管连官"
)

_SURNAME = "(?:" + "|".join(_COMPOUND.split()) + f"|[{_COMMON}])"
_STOP = "在住电话手机号的是了来想要反映咨询投诉家我你他她您们这那说就今昨年月日天先女士师阿老大您,，。;；、 不没有把被给让去到从跟和与及也都还又再很太因为所以现请问帮"
_GIVEN = rf"[^\W\d_a-zA-Z{_STOP}]"
_TITLES = "先生|女士|小姐|师傅|阿姨|老师|大爷|大妈|大叔|大姐|大哥|奶奶|爷爷|叔叔|同志|太太|老板|经理|医生|主任|校长|教授|律师|警官|工"
_TITLE_PATTERN = re.compile(
    rf"(?P<name>{_SURNAME}(?:{_GIVEN}{{0,2}}?))(?P<title>先生|女士|小姐|师傅|阿姨|老师|大爷|大妈|大叔|大姐|大哥|奶奶|爷爷|叔叔|同志|太太)"
)
_SURNAME_ONLY = re.compile(
    rf"(?:我是?姓|免贵姓|免贵|鄙姓|本人姓|敝姓|(?<![贵您你他她老百同])姓)(?P<name>{_SURNAME})(?![名氏])(?P<title>先生|女士|小姐|师傅|阿姨|老师)?"
)
_FULL_NAME = re.compile(
    rf"(?:我的?名字(?:叫|是)?|我的姓名(?:叫|是)?|我叫|我是叫|名叫|本人叫?|姓名(?:是|叫|:|：)? ?|联系人(?:是|叫|:|：)? ?|叫我)(?P<name>{_SURNAME}{_GIVEN}{{1,2}})(?P<title>{_TITLES})?"
)
_LONELY = re.compile(rf"(?P<name>{_SURNAME}{_GIVEN}{{1,2}})")
_NOT_NAMES = re.compile(
    r"何(?:时|况|必)|高(?:中|校|等|级|铁|速|利贷|温|压|层|龄|考|血)|黄(?:河|牛|色|金|昏|页)|白(?:天|色|酒|领|班)|金(?:融|额|钱|色)|石(?:油|头)|江(?:边|湖)|马(?:上|路)|王(?:府井)|"
    r"田(?:地|里)|路(?:上|边|口|过)|车(?:上|站|位|主|辆)|文(?:化|件|艺)|安(?:全|排|装)|方(?:便|面|向|法)|万(?:一|元)|全(?:部|家|体|市|国)|关(?:于|系|门|停)|"
    r"任(?:何|务)|于是|余额|时(?:候|间)|成(?:年|为|都)|严重|武(?:汉)|温(?:度|州)|康复|宁波|华(?:为)|古(?:城)|季度|连续|应(?:该|急)|房(?:东|产|子)|党员|花(?:园|钱)|"
    r"平(?:时|台)|国(?:家|庆)|云(?:南|溪)|计划|原来|信(?:访|用)|元旦|南(?:方|京|浦)|公(?:司|安|交|积金)|那(?:个|边|么|些)|司机|农(?:村|民)|左(?:右|边)|向(?:你|您)|"
    r"单(?:位|元)|商(?:场|店|户)|边(?:上)|明(?:天|年|州)|包(?:工头|括)|梅雨|官(?:员|方)|燕子|海(?:边)|费用|管(?:理|道)|章程|简单|干(?:部|活)|卫生"
)
_BEFORE_TITLE = re.compile(
    r"(?:对于|关于|由于|等于|属于|至于|位于|基于|终于|小学|中学|大学|高中|初中|幼儿园)$"
)

# Before 任女士 or 方先生 these show that a person follows.
_NAME_BOUNDARY = re.compile(r"[,，。.、:：;； 是叫找]$")


def find_names(text: str, alone: bool = False) -> list[Span]:
    """`alone`: the whole text may be nothing but a name (an answer to "怎么称呼您"), then a bare name counts too."""
    spans = []
    for pattern, confidence in ((_FULL_NAME, 0.95), (_SURNAME_ONLY, 0.95), (_TITLE_PATTERN, 0.9)):
        for match in pattern.finditer(text):
            name, title = match["name"], match["title"] or ""
            if _rejected(text, name, match.start("name"), pattern is _TITLE_PATTERN):
                continue
            end = match.end("title") if title else match.end("name")
            spans.append(Span("name", {"name": name, "title": title}, match.start("name"), end, confidence))
    if alone and not spans:
        bare = _LONELY.fullmatch(text.strip(" ,。"))
        if bare and not _NOT_NAMES.match(bare["name"]):
            start = text.index(bare["name"])
            spans.append(
                Span("name", {"name": bare["name"], "title": ""}, start, start + len(bare["name"]), 0.6)
            )
    return without_overlaps(spans)


def _rejected(text: str, name: str, start: int, before_title: bool) -> bool:
    if _NOT_NAMES.match(text, start):
        return True
    if not before_title:
        return False
    if name in _TRICKY and not _NAME_BOUNDARY.search(text, max(0, start - 2), start) and start > 0:
        return True
    return _BEFORE_TITLE.search(text, max(0, start - 3), start + 1) is not None

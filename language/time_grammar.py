"""Patterns for `times.py` and `time_values.py`: what a point in time looks like, and what only looks like one."""

from __future__ import annotations

import re

_D = "一二三四五六七八九"
_N = rf"(?:\d{{1,2}}|[{_D}两十]{{1,3}})"
_CLOCK_N = (
    rf"(?:\d{{1,2}}|十[一二][一二]|[{_D}两][二两三四五六七八九](?=点)|二十[一二三四]|十[{_D}]?|[{_D}两零])"
)
_MINUTE_N = rf"(?:[0-5]?\d分(?!贝)|[0-5]\d|[二三四五]?十[{_D}]?(?:分(?!贝))?|[零〇][{_D}](?:分(?!贝))?|[{_D}]分(?![贝钟]))"
PART = (
    "凌晨|清晨|大清早|清早|一大早|大早上|早晨|早上|上午|中午|正午|晌午|下午|午后|傍晚|黄昏|大晚上|晚上|晚间|夜晚|后半夜|(?<![楼桥坡山])下半夜|夜里|夜间|"
    "半夜三更|三更半夜|深更半夜|大半夜|半夜|深夜|午夜|白天|早高峰|晚高峰"
)

# Pattern and canonical name; the first full match counts.
FESTIVALS: tuple[tuple[str, str], ...] = (
    (r"元旦节?", "元旦"), (r"除夕|大年三十|年三十|大年夜", "除夕"), (r"春节|过年(?![检审份])", "春节"), (r"元宵节?", "元宵"), (r"清明节?", "清明"),
    # 三块五一斤, 一五一十: no feast.
    (rf"五一劳动节|劳动节|(?<![{_D}两十百千万块元毛角点\d])五一(?![{_D}十百千零〇点斤块毛元个吨栋号幢]|单元)", "五一"),
    (r"端午节?", "端午"), (r"中秋节?|八月十五(?![日号])", "中秋"), (r"(?<![赵钱孙李吴郑王张刘陈杨黄林何高马罗徐朱胡郭梁宋唐许韩冯邓曹彭曾卫建])国庆节?|十一(?=假期|长假|黄金周|期间|放假|那天)", "国庆"),
    (r"暑假", "暑假"), (r"寒假", "寒假"),
)  # fmt: skip
_FESTIVAL = "|".join(pattern for pattern, _ in FESTIVALS)

_WEEK = r"(?:周|星期|礼拜)"
_SEASON = r"(?:[春夏秋冬](?:天|季)(?!花)|入[夏秋冬](?=以?[后来]|了|$)|开春)"
_LUNAR_DAY = rf"(?:初[{_D}十]|廿[{_D}]?|[二三]?十[{_D}]?)"
_RELATIVE_YEAR = "大前年|前年|去年|今年|明年"
# 98年 and 零五年 are years before a month or a part of the year, 98年建的 too; 05 and 98 are no lengths of time.
_IN_YEAR = rf"(?=年(?:年?[初底末]|[上下]半年|(?:\d{{1,2}}|[{_D}十]{{1,2}})月))"
_YEAR = (
    rf"(?:(?<!\d)(?:19|20)\d\d|[一二][零〇九][零〇{_D}]{{2}}|两千(?:零[{_D}]|二?十[{_D}]?)"
    rf"|(?<!\d)\d\d{_IN_YEAR}|(?<![{_D}零〇十百千])[零〇六七八九][零〇{_D}]{_IN_YEAR}"
    rf"|(?<!\d)[089]\d(?=年(?![多来前了以之间里后内没])))"
)
# 15号 is a date after a month, before a part of the day, as 15号那天 and as 15号到20号; elsewhere it is a house number.
_DAY_ONLY = (
    rf"(?<![路街巷弄道第年\d])(?P<dayonly>{_N})(?:号|日)"
    rf"(?:那天|当天|(?=(?:{PART}|早|晚))|(?=[到至\-—~]{_N}[号日](?![楼院门线店机])))"
)
_DATE = rf"""(?:
    (?P<isodate>(?<!\d)\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}})[日号]?\s?
  | (?<![\d./])(?P<shortdate>\d{{1,2}}[./]\d{{1,2}})(?:[日号]|[ ]?(?=(?:[01]?\d|2[0-3])[:：点]))
  | (?:(?P<lunar_year>{_RELATIVE_YEAR}|{_YEAR}年)的?)?(?:
        (?P<lunar>阴历|农历|旧历)的?(?P<lunar_month>[正冬腊闰]?[{_D}十]{{0,2}}|\d{{1,2}})月份?(?P<lunar_day>{_LUNAR_DAY}|\d{{1,2}})?[日号]?
      | (?P<lunar_month_alone>[正冬腊])月(?P<lunar_day_alone>{_LUNAR_DAY})?[日号]?
      | (?P<lunar_month_said>[{_D}十]{{1,2}})月(?P<lunar_day_said>初[{_D}十]|廿[{_D}]?)
      | 大年(?P<new_year_day>初[{_D}十])
    )(?:那天|当天)?
  | (?P<relative>大前|大后|前|昨|今|明|后|当)(?:天|日|儿(?=早|晚|个|上|下|半|夜|\s|$|[,，。]))(?:个)?(?!气|然|份)
  | (?P<relative_short>大前|前|昨|今|明|当)(?=晚(?!饭|会|报)|早|夜)
  | (?P<weekshift>(?:上上|下下|上|下|这|本)个?)?(?:(?<=[上下这本个]){_WEEK}的?(?={_WEEK}))?{_WEEK}(?:(?P<weekday>[一二三四五六日天末]|[1-7](?![\d天年]))
      |(?<=[上下这本个]周)|(?<=[上下这本个]星期)|(?<=[上下这本个]礼拜))(?!年|围|边|期间)
  | (?:(?P<festival_year>今年|去年|前年|明年|(?:{_YEAR}|(?<!\d)\d\d)年)的?)?(?P<festival>{_FESTIVAL})(?![路街巷]|大道|广场|新村)(?P<holiday>期间|假期|长假|黄金周|放假)?(?:那天|当天|那几天|的时候)?
  | (?:(?P<year>{_YEAR})年的?|(?P<relative_year>大前年|前年|去年|上年|今年|本年|当年|明年)的?)?
      (?:(?<![个{_D}十\d])(?P<month>{_N})月份?(?P<portion>[初中底末](?!旬)|[上中下]旬)?(?:(?P<day>{_N})(?:号|日)?(?![个天点楼栋幢元块户\d]|单元))?
      |(?P<monthshift>(?:上上|下下|上|下|这|本)个?)月份?(?P<portion_shift>[初中底末]|[上中下]旬)?(?:(?P<day_shift>{_N})(?:号|日))?)(?:那天|当天)?
  | (?:(?P<year_only>{_YEAR})年|(?P<relative_year_only>{_RELATIVE_YEAR}))(?:年?(?P<yearportion>[初中底末]|[上下]半年)|的?(?P<season>{_SEASON}))?(?![龄级])
  | (?P<season_alone>{_SEASON})
  | (?<![\d{_D}十零〇今去前明后当同往新])年(?P<year_edge>[初底])
  | (?<!\d)(?<![{_D}十个])(?P<month_portion>月[初中底末])
  | {_DAY_ONLY}
)"""
_EVERY = (
    rf"(?P<every>(?:一到|到了|逢)(?:周末|节假日|双休日|{_WEEK}[一二三四五六日天])|(?<![个{_D}十\d])(?:每到?个?)?(?:工作日|双休日|节假日)|从早到晚|没日没夜|白天黑夜"
    rf"|每逢(?:周末|{_WEEK}[一二三四五六日天])|每到?个?(?:周末|{_WEEK}(?P<every_weekday>[一二三四五六日天])?|年(?![级级龄])|月(?:的?(?P<every_day>{_N})[号日])?)"
    rf"|每天|天天|每日|日日|见天|成天|(?<!一)整天"
    rf"|每到?个?(?=晚|早|半夜|夜里|凌晨)|(?:一到|到了)(?={PART}))的?"
)
# After 三点 a digit makes a decimal, but 三点一直, 三点两个人.
_NO_DECIMAL = (
    r"(?![零〇二两三四五六七八九\d](?![个位名辆台条伙帮群])|一(?![直到过开些下家样点定般起边路会个帮群大]))"
)
_CLOCK = rf"""(?<![\d第.])(?:
    (?P<digital>(?:[01]?\d|2[0-4])[:：][0-5]\d(?:[:：][0-5]\d)?)
  | (?:差(?P<before>{_N}分钟?|一刻钟?)(?:就|到|就到|不到)?)?
    (?P<hour>{_CLOCK_N})(?:点(?!儿|钱|事|东西|也没|也不|名|击|赞|头|点|评|歌|菜|餐|火|燃|外卖)|时(?!候|间|常|不|半会|代|效|段|限|而|起|有))钟?
      (?:(?P<half>半)|(?P<quarter>[一三13])刻钟?|差(?P<before_tail>{_N})分|(?P<minute>{_MINUTE_N})(?![个块天米{_D}十\d])|{_NO_DECIMAL})
)"""
_TRAIL = r"(?P<trail>(?:多|来(?=钟))?钟?(?:多|左右|前后|上下|许|整|过(?![来去后了年]))?)"
_AGO_UNIT = r"个?(?:小时|钟头|分钟|刻钟|星期|礼拜)|个月|(?<=半)月|(?<=半个多)月|(?<=[多几来])月|周(?!边|围)|天(?!然|花)|年(?!级|龄)"
# 已经拖了两年: a length of time by what stands before it.
_LASTING_BEFORE = "|".join(
    f"(?<={word})"
    for word in ("已经", "持续", "过去", "持续了", *(f"{verb}了" for verb in "拖等停漏堵吵闹欠坏断臭响"))
)
COUNT = rf"(?<![\d第{_D}十百])(?:\d{{1,3}}|半|好几十?|几十?|[{_D}]?十[几来多]|[一两{_D}][两{_D}]|[{_D}两十百]{{1,4}})"

POINT = re.compile(
    rf"""
    (?P<just>刚刚|刚才|(?<!地)方才|现在|目前|眼下|此刻|当下)
  | (?P<lately>最近(?=[^{_D}两十半几\d的])|最近$|近期|近来|近日|这段时间|这阵子|这一阵|这几天|这两天|前几天|前两天|前段时间|前阵子|前一阵子?|前一段时间)
  | (?P<recent>最近|近|这|{_LASTING_BEFORE})?(?P<count>{COUNT})(?P<more>多|个多|来)?(?P<and_half>个半(?=月|小时|钟头|星期|礼拜))?(?P<unit>{_AGO_UNIT})(?P<half_more>半)?多?
      (?(recent)(?:以?来)?|(?:(?:之|以)?前(?!面|后|台)|(?P<lasting>了(?![,，]?不)|来(?!电|水|人|了)|没)))
  | (?:{_EVERY})?(?:{_DATE}[的 ]?)?
    (?:(?P<part>(?:{PART})(?!饭|班|餐|觉|茶|市|门[恐服来威推收催打骚要闹找查检])|(?<=[今昨明前每到])(?:早|晚|夜)(?![点就会报])|(?<=[天日号])(?:早|晚)(?![点就会报饭到])
      |(?<=[周期拜][一二三四五六日天])(?:早|晚)(?![点就会报饭到])|[早晚](?=[ ]?{_CLOCK_N}[点时:：]))的?\s?)?(?:{_CLOCK}{_TRAIL})?
    """,
    re.X,
)
RANGE_JOINT = re.compile(
    r"(?:开始)?[,，]?(?:就|都|会|要)?(?:一直|持续)?(?:弄到|搞到|吵到|干到|闹到|做到|忙到|开到|到|至)了?(?:第二天|次日|隔天)?|[ ]?[-~—–][ ]?"
)
# 3月1日至5日: the second day borrows the month.
BARE_DAY = re.compile(rf"(?P<day>{_N})(?:号|日)(?![楼院门线店机])")

# Units. Before one of them the digits after 点 are a decimal, not a time of day.
DECIMAL_UNIT = (
    r"元|块|角|毛(?!病)|万|亿|兆|千[瓦米克]|平方|平米|平(?![安时日常])|方(?![便法向面才案])|立方|米|厘米|毫|微|公[里斤顷分]|里(?![面边])|斤|克|吨|升|"
    r"度(?!假|过)|倍|折|成(?![都了为立功])|%|％|个(?:百分)?点|个[半多]?(?:小时|钟头|月|亿)|分贝|帕|伏|安培|赫|寸|亩|℃|码|级|[a-zA-Z]"
)
_DIGITS = rf"零〇{_D}"
_DECIMAL = re.compile(
    rf"[{_D}两十百千万零〇\d]+点[{_DIGITS}\d][{_DIGITS}十\d]*(?:多|来|几)?\s?(?:{DECIMAL_UNIT})"
)
_MEASURED_BEFORE = re.compile(
    r"(?:费|价格?|租金|水压|气压|电压|电流|浓度|面积|噪音|噪声|余氯|浊度|湿度|含量|水位|体温|身高|体重|速度|[高宽厚深坡]度|[水电流]量|余额|金额|发票|[评得]分|分数|[读指]数|[pP][hH]值?|数值|比例|增加|减少|增长|上升|下降|利率|利息|工资|押金|罚款|涨|降|(?:每|一)(?:吨|度|方|斤|平)|收|扣|付|花)"
    r"(?:都|是|为|有|只有|只|才|就|达到?|到|了|的|按|大概|大约|约|高达|我们?)*$"
)
_NUMERALS = f"{_D}两十百千万零〇"
# 今天都二十二号了 tells today's date, not when something happened.
_IDLE = re.compile(
    rf"(?:今天|今儿|现在|这|这会儿)?(?:都|已经)(?:已经)?(?:到)?"
    rf"(?:(?:{_N}月(?:份)?)?{_N}[号日]|{_N}月份?|{_WEEK}[一二三四五六日天]|几[点号月](?:钟)?|(?:19|20)\d\d年)了"
    rf"|现在(?:都|已经)?(?:是)?(?:几|{_CLOCK_N})点半?钟?(?:了|[?？]|$)|几点(?:钟|了)?"
)


def is_decimal(text: str, hour: int, alone: bool, exact: bool) -> bool:
    """Whether the numeral before 点 at `hour` counts something else than hours: 五点零三元, 七十二点六分贝.

    `alone`: no day or part of the day stands before it. `exact`: it has minutes without 分; then 水费五点零三 is a price.
    """
    if _DECIMAL.match(text, hour) or (alone and hour and text[hour - 1] in _NUMERALS):
        return True
    return exact and is_measured(text, hour)


def is_measured(text: str, number: int) -> bool:
    """Whether words of prices and measures stand before the numeral at `number`: 水费涨到五点零三, 浓度零点零三."""
    return _MEASURED_BEFORE.search(text[max(0, number - 12) : number]) is not None


def idle_stretches(text: str) -> list[tuple[int, int]]:
    """The stretches in which the text only tells today's date or the time."""
    return [found.span() for found in _IDLE.finditer(text)]

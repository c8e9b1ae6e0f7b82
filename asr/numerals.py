"""Chinese numerals to digits where people write digits: telephone and house numbers, times, money, quantities. Pure.

Conservative: 一个 一起 十分 千万 一点 万一 三三两两 stay words; only what is certainly a number becomes digits.
A numeral is taken whole, from its first character to its last, or left whole: 三四十万 is no 三40万.
`language.numerals` evaluates numerals; this file only decides where digits are written.
"""

from __future__ import annotations

import re
from itertools import pairwise

from language.numerals import (
    DigitRun,
    approximate_number,
    arabic,
    cardinal,
    digit_runs,
    find_numbers,
    to_chinese,
)
from language.time_grammar import is_measured

_D = "零〇一二三四五六七八九"
_NUMERAL = f"{_D}两幺十百千万亿"
_ANY = f"{_NUMERAL}0-9"
_UNITS = frozenset("十百千万亿")
_ROW = re.compile(f"[{_D}幺两]+")
_COUNTING = "零一二三四五六七八九"

# Digits that are rather a telephone, identity or order number than a count.
_LONG_ROW = 7
_TELEPHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}")
_ONE_BEGINS = re.compile("一[直般起些样下个定共边天次会律]")
# 三个零 among digits.
_REPEATED = re.compile(f"(?<![十百千万亿])[二两三四五六俩仨]个(?=[{_D}幺0-9])")

_DAY_PART = re.compile(
    r"(?:上午|下午|中午|晚上|早上|早晨|清晨|凌晨|傍晚|半夜|夜里|夜间|今早|今晚|昨晚|明早|明晚)的?$"
)
# Behind these a single numeral is a number too: nobody says "三栋" and means a word.
_PLACES = re.compile(r"(?:号楼|号院|号门|号线|号|栋|幢|单元|室|楼|弄|组)(?!召|称|令|道|梯上|下)")
_MEASURES = re.compile(
    "元|块钱|毛钱|角钱|平方米|平方公里|平米|平方|公里|千米|千克|厘米|毫米|公斤|分钟|小时|个小时|个月|岁|周岁|度|路公交|路车"
)
# Behind these only numbers of several characters: 一天 两次 三个 read better as words.
_COUNTS = re.compile("(?:[天年个人户次位名件条块米斤吨层家辆台张页分秒倍多余来])(?!之)")
# 七八九个人, 一二三楼: one after the other.
_SEVERAL = re.compile("[个位名户天年层楼栋幢]|单元")
_CERTAIN = re.compile(f"[{_D}两](?:[十百千].|[万亿]..)")
# 统一号召, 唯一元素: the 一 belongs to the word before. So does what follows 星期, and 第二 is no two.
_ONE_OF_A_WORD = frozenset("统唯同专单惟")
_ORDINAL = frozenset("第之")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)$")
# 几十万, 数百户 leave open how many tens.
_SOME = frozenset("几数")
# 五千克, 三千米: here 千 belongs to the unit.
_KILO_UNIT = frozenset("米克瓦")
# 一月两千元 is the rent of one month.
_MONTH = re.compile(f"月份?(?=[{_D}幺十底初中份，。]|两[日号]|\\d{{1,2}}(?:[日号，。上下早晚中到至]|$)|$)")
_YEAR = re.compile(r"年(?![多级])")
_END = re.compile(r"$|[，。！？]")

# Units of a fraction. None of them follows a time of day: 八点零五度假 is no 8.05度.
_FRACTION_UNIT = re.compile(
    r"元(?!旦|宵)|块|毛钱?|角|米(?!饭|粉|线)|度(?!假)|倍(?!感)|平|公[里斤顷分]|千[米克瓦]|厘米|毫[米克升]|吨|斤|克|分[贝钟]|小时|秒|"
    r"升(?!旗|级|学|起|到|国)|立?方(?!便|向|案|法|才)|亩|兆|帕|赫|伏|个(?:百分点|小时|月|平方|亿)|百分点|折"
)
_ONE_OF = re.compile("[斤个吨度方升亩户人件平立]|公斤|公里|平米|千瓦时|小时")
# 三点五万, 三点五千万, 三点五千克.
_FRACTION = re.compile(rf"([{_D}]{{1,6}}|[0-9]{{1,6}})([百千]?[万亿]|千)?")
_MINUTES = re.compile(rf"[零〇][{_D}]|[{_D}]?十[{_D}]?")
_AFTER_HOUR = re.compile(r"点(?:半|整|钟|多)")
# 三块五, 五元三角, 两毛五, 三块五毛二; what ends without 毛 or 角 may be about something else: 一块三个人.
_PRICE = re.compile(
    rf"(?P<n>[{_NUMERAL}]+)(?P<u>块钱?|元|毛钱?|角)(?P<f>[{_D}两])(?P<rest>(?:[毛角]钱?[{_D}两]?分?)?)"
)
# 三十八度五, 十三米五: a unit in the middle, where the numeral before it is turned.
_TENTHS = re.compile(
    rf"(?<![第几数{_ANY}])(?P<n>[{_NUMERAL}]{{2,}})(?P<u>度|米|吨|斤|公斤|公里|亩|厘米|毫米)(?P<f>[{_D}])"
    r"(?=$|[，。！？、；的了吧呢啊高长宽深烧还就]|左右|以上|以下|多)"
)
_NOT_BEFORE_PRICE = re.compile(f"[几数统唯同专单惟{_ANY}]点?$")
_COUNTED = re.compile(
    "[块把斤吨度升方平包袋瓶盒箱杯碗桶盘对双套个位名次户人口张件条只根家天年月号栋楼米层处面]"
)

# 百分之三点五, 七十二点六, 三千五百: everything that may be one numeral.
_RUN = re.compile(rf"(?P<percent>百分之)?(?P<whole>[{_ANY}]+)(?:点(?P<part>[{_ANY}]+))?")
_HAN = re.compile(f"[{_NUMERAL}]")
_MIXED = re.compile(f"[0-9][{_NUMERAL}]|[{_NUMERAL}][0-9]")


def to_digits(text: str) -> str:
    """Idempotent; text without numerals comes back as it is."""
    if not _HAN.search(text):
        return text
    return _RUN.sub(_turned, _tenths(_prices(_long_rows(text))))


# --- digit by digit --------------------------------------------------------------------------------------------


def _long_rows(text: str) -> str:
    """Telephone and other long numbers, with their 两 for two, 三个零 and 洞 for zero."""
    for run in reversed(digit_runs(text, _LONG_ROW)):
        cuts = [index for index in range(len(run.digits) + 1) if run.pause_before(index)]
        for first, last in reversed(list(pairwise(cuts))):
            text = _with_row(text, run, first, last)
    return text


def _with_row(text: str, run: DigitRun, first: int, last: int) -> str:
    start, end = run.span(first, last)
    counted_on = text[end : end + 1] in _UNITS
    if counted_on or _ONE_BEGINS.match(text, end - 1):
        # The last digit begins another number or a word: …零零零二十号, …零零零一直没人接.
        last = run.spans.index(run.spans[last - 1])
        end = run.spans[last - 1][1]
    digits, said = run.digits[first:last], text[start:end]
    if last - first < _LONG_ROW or said == digits or (counted_on and said in _COUNTING):
        return text
    if not _TELEPHONE.fullmatch(digits) or (
        re.search("[0-9]", said) and not re.fullmatch(f"[{_D}幺0-9]+", said)
    ):
        # Elsewhere 拐 may be a turn, 两个 a pair, and a long row a fraction.
        if said[-1] == "两" or not _ROW.fullmatch(said) or re.search(f"[{_ANY}]点$", text[:start]):
            return text
    if re.search(f"[{_ANY}]$", text[:start]) or re.match(f"点[{_ANY}]", text[end:]):
        return text
    # Two numbers said in one breath stay two.
    apart = "，" if re.match(f"[{_ANY}]", text[end:]) else ""
    return text[:start] + digits + apart + text[end:]


def _row(numeral: str) -> str | None:
    """五零二 digit by digit; None for idioms such as 三五 (three to five) and for what is not in digits only."""
    if not _ROW.fullmatch(numeral) or (len(numeral) == 2 and not re.search("[零〇幺]", numeral)):
        return None
    return arabic(numeral)


# --- by value --------------------------------------------------------------------------------------------------


def _value(numeral: str) -> int | None:
    """What a numeral says in the right order (三千五百, 一万二); None for 五百一千 and 七八."""
    if numeral.isascii():
        return int(numeral)
    full = re.sub("(?<=[百千万亿零〇])十", "一十", numeral)
    value = cardinal(full)
    if value is None or value >= 10**12 or (numeral[0] in "零〇" and len(numeral) > 1):
        return None
    said, right = _bare(full), _bare(to_chinese(value))
    # 一百五 and 一万二 leave their last unit out.
    return value if right.startswith(said) and right[len(said) :] in ("", "十", "百", "千", "千万") else None


def _bare(numeral: str) -> str:
    return re.sub("^一(?=十)|[零〇]", "", numeral).replace("两", "二")


def _written(numeral: str) -> str | None:
    """五零二 digit by digit, 三十二 by value."""
    if _ROW.fullmatch(numeral):
        return _row(numeral)
    value = _value(numeral)
    return None if value is None else str(value)


def _amount(numeral: str) -> str | None:
    """Big round amounts keep their 万 or 亿: 三千万 is 3000万."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if numeral.endswith(unit):
            value = _value(numeral)
            if value is not None and value % size == 0:
                hundred_millions, rest = divmod(value // size, 10**4)
                if unit == "万" and hundred_millions:
                    return f"{hundred_millions}亿{rest}万"
                return f"{value // size}{unit}"
    return _written(numeral)


def _up_to(most: int, numeral: str) -> str | None:
    written = _written(numeral) if "两" not in numeral else None
    return written if written and 0 < int(written) <= most else None


# --- in their places -------------------------------------------------------------------------------------------


def _prices(text: str) -> str:
    """三块五一斤 is 3块5一斤: the 一 belongs to what is bought."""
    for found in reversed(find_numbers(text)):
        price = _PRICE.fullmatch(text, found.start, found.end)
        whole = _written(price["n"]) if price else None
        if not price or whole is None or not _is_price(text, price):
            continue
        rest = re.sub(f"[{_NUMERAL}]", lambda m: arabic(m[0]), price["f"] + price["rest"])
        text = f"{text[: found.start]}{whole}{price['u']}{rest}{text[found.end :]}"
    return text


def _tenths(text: str) -> str:
    """三十八度五 is 38度5."""
    return _TENTHS.sub(
        lambda m: m[0] if (whole := _written(m["n"])) is None else f"{whole}{m['u']}{arabic(m['f'])}", text
    )


def _is_price(text: str, price: re.Match[str]) -> bool:
    if _NOT_BEFORE_PRICE.search(text[: price.start()]) or "幺" in text[price.start() : price.end() + 1]:
        return False
    return bool(price["rest"]) or (price["u"] != "元" and not _COUNTED.match(text, price.end()))


def _turned(m: re.Match[str]) -> str:
    before, after = m.string[max(0, m.start() - 12) : m.start()], m.string[m.end() :]
    whole, part = m["whole"], m["part"]
    # 三点四点半: it is open which numeral belongs to which hour.
    if not _HAN.search(whole + (part or "")) or re.search(f"[{_ANY}]点$", before):
        return m[0]
    if any(_MIXED.search(numeral) for numeral in (whole, part or "")) or (whole.isascii() and not part):
        return _mixed(m)
    if m["percent"]:
        new = _percentage(whole, part)
    elif part or after.startswith("点"):
        new = _fraction(whole, part, before, after) or _time(whole, part, before, after)
    else:
        new = _counted(whole, before, after)
    return m[0] if new is None else new


def _mixed(m: re.Match[str]) -> str:
    """What is written half in digits stays, unless it is a row of digits: 138零零幺三八零零零, 二0二六年."""
    if m["part"] or m["percent"] or not re.fullmatch(f"[{_D}幺0-9]+", m[0]):
        return m[0]
    year = len(m[0]) == 4 and m.string.startswith("年", m.end())
    long = len(m[0]) >= _LONG_ROW and not _ONE_BEGINS.match(m.string, m.end() - 1)
    return re.sub(f"[{_D}幺]", lambda c: arabic(c[0]), m[0]) if year or long else m[0]


def _percentage(whole: str, part: str | None) -> str | None:
    value = _value(whole)
    if value is None or (part and not re.fullmatch(f"[{_D}]+|[0-9]+", part)):
        return None
    return f"{value}.{arabic(part)}%" if part else f"{value}%"


def _fraction(whole: str, part: str | None, before: str, after: str) -> str | None:
    """Before a unit, at the end, or where no clock shows so many hours."""
    value, fraction = _value(whole), _FRACTION.fullmatch(part or "")
    if value is None or not fraction or after.startswith("点"):
        return None
    digits, unit = fraction.groups(default="")
    if unit == "千" and after[:1] not in _KILO_UNIT:
        return None
    priced = is_measured(before, len(before))
    # 涨到五点零三一吨: the 一 belongs to the ton and is no digit.
    one = "一" if priced and not unit and re.search("[^零〇]一$", digits) and _ONE_OF.match(after) else ""
    digits = digits.removesuffix(one)
    certain = unit or priced or value > 24 or _FRACTION_UNIT.match(after)
    at_the_end = _END.match(after) and digits[0] not in "零〇" and not _DAY_PART.search(before)
    return f"{value}.{arabic(digits)}{unit}{one}" if certain or at_the_end else None


def _time(whole: str, part: str | None, before: str, after: str) -> str | None:
    hour, day_part = _value(whole), bool(_DAY_PART.search(before))
    if (
        hour is None
        or hour > 24
        or (part and after.startswith("点"))
        or _WEEKDAY.search(before)
        or before[-1:] in _ORDINAL
    ):
        return None
    if part is None:
        sure = _AFTER_HOUR.match(after) and before[-1:] != "有"
        return str(hour) if sure or (day_part and not after.startswith("点儿")) else None
    if before[-1:] == "有" and not day_part:
        return None
    if _FRACTION_UNIT.match(after) and not re.match("[度升角平](?!方|米)", after):
        # 八点二十分贝, 三点四十公里: nobody says how much that is.
        return None
    if part in ("一", "三") and after.startswith("刻"):
        return f"{hour}点{part}"
    if not _MINUTES.fullmatch(part) and not (day_part and len(part) == 1 and after.startswith("分")):
        return None
    minute = _value(part.lstrip("零〇") or "零")
    return None if minute is None or minute > 59 else f"{hour}点{minute:02d}"


def _counted(numeral: str, before: str, after: str) -> str | None:
    last = before[-1:]
    if (last in _SOME and numeral[0] in _UNITS) or (numeral[0] == "一" and last in _ONE_OF_A_WORD):
        return None
    if len(numeral) > 1 and _ROW.fullmatch(numeral) and _REPEATED.match(numeral[-1] + after):
        return None
    if len(numeral) > 2 and _ROW.fullmatch(numeral) and ("两" not in numeral or "幺" in numeral):
        several = numeral in _COUNTING and _SEVERAL.match(after)
        return None if several or _REPEATED.search(before[-3:] + numeral) else arabic(numeral)
    if numeral[-1] == "千" and len(numeral) > 1 and after[:1] in _KILO_UNIT:
        shorter = _written(numeral[:-1])
        return None if shorter is None else shorter + "千"
    if len(numeral) == 2 and _YEAR.match(after) and _ROW.fullmatch(numeral) and "两" not in numeral:
        return None if approximate_number(numeral) else arabic(numeral)
    free = last not in _ORDINAL and not _WEEKDAY.search(before)
    if _MONTH.match(after) and free and (month := _up_to(12, numeral)):
        return month
    if last == "月" and after[:1] in ("日", "号"):
        return _up_to(31, numeral)
    if free and _PLACES.match(after):
        return _written(numeral)
    if free and (_MEASURES.match(after) or (len(numeral) > 1 and _COUNTS.match(after))):
        return _amount(numeral)
    # 三千五百二十一, 一万两千: with a unit inside it is a number whatever follows; not so 十万八千里, 一万二.
    if _CERTAIN.match(numeral) and not _WEEKDAY.search(before):
        return _amount(numeral)
    return None

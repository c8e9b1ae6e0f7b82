"""From text that is read to text that is heard: Markdown gone, numbers and dates in words, sentences apart. Pure.

Synthesisers guess at digits: one says 138 as a hundred, another 12345 as a quantity. So nothing that can be said in
two ways reaches them as digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from gateway.tts.spoken_numbers import amount, cardinal, decimal, digit_by_digit
from gateway.tts.spoken_units import LATIN_UNITS, MEASURES, PER_UNIT, UNITS

# The first audio comes when the first sentence is made, so a very long one is cut at its commas.
LONG_CHARS = 50

_MARKDOWN: tuple[tuple[str, str], ...] = (
    (r"```.*?```", ""),
    (r"!\[([^\]]*)\]\([^)]*\)", r"\1"),
    (r"\[([^\]]+)\]\([^)]*\)", r"\1"),
    (r"<[^<>\n]{1,80}>", ""),
    (r"https?://[^\s，。；、）)]+", ""),
    # The line between a table's head and body, then the bars of its rows.
    (r"(?m)^\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?)?\s*$", ""),
    (r"(?m)^\s*\|\s*(.*?)\s*\|\s*$", r"\1。"),
    (r"\s*\|\s*", "，"),
    (r"(?m)^\s{0,3}(?:#{1,6}|>|[-*+])\s+", ""),
    (r"(?m)^\s*(?:-{3,}|\*{3,}|_{3,})\s*$", ""),
    (r"(?m)^(\s*)(\d{1,2})[.)]\s+", r"\1第\2，"),
    (r"\*\*|__|~~|`", ""),
    (r"(?<!\*)\*(?!\*)([^*\n]+)\*", r"\1"),
)
_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]+[”’」』）)]*|[^。！？!?；;\n]+$")
_CLAUSE = re.compile(r"[^，,、：:]*[，,、：:]+|[^，,、：:]+$")

_NOT_IN_NUMBER = r"(?<![0-9.])"
_NUMBER_OVER = r"(?![0-9]|\.[0-9])"
_QUANTITY = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_MEASURE = f"(?={MEASURES})"
# Read as they stand; the units know them.
_KEPT = "㎡㎥"
_NARROW = dict(zip("－‐‑‒＃＋／％＊．", "----#+/%*.", strict=True))
_ROUND_ZERO = re.compile("(?<=[零〇一二三四五六七八九○])[○]|[○](?=[〇一二三四五六七八九])")
_ALWAYS_DIGITS = ("110", "119", "120", "122", "114", "999")


@dataclass(frozen=True, kw_only=True)
class SpeechPiece:
    """One sentence: as it stands in the text (without Markdown), and as it is said."""

    text: str
    spoken: str


def pieces_of(text: str) -> list[SpeechPiece]:
    """The sentences of a text, those with nothing to say left out."""
    found = []
    for sentence in split_sentences(without_markdown(text)):
        spoken = speak(sentence)
        if any(c.isalnum() for c in spoken):
            found.append(SpeechPiece(text=sentence, spoken=spoken))
    return found


def without_markdown(text: str) -> str:
    for pattern, replacement in _MARKDOWN:
        text = re.sub(pattern, replacement, text, flags=re.DOTALL if pattern.startswith("```") else 0)
    return re.sub(r"[ \t]+", " ", text).strip()


def split_sentences(text: str) -> list[str]:
    """At 。！？； and line ends; very long sentences also at commas. Nothing is lost but white space."""
    found: list[str] = []
    for match in _SENTENCE.finditer(text):
        sentence = match.group().strip()
        if len(sentence) <= LONG_CHARS:
            found.append(sentence)
            continue
        part = ""
        for clause in _CLAUSE.findall(sentence):
            if part and len(part) + len(clause) > LONG_CHARS:
                found.append(part.strip())
                part = ""
            part += clause
        found.append(part.strip())
    return [sentence for sentence in found if sentence]


def speak(text: str) -> str:
    """One sentence without Markdown, as it is said. Idempotent."""
    text = _one_width(text)
    for pattern, say in _RULES:
        text = pattern.sub(say, text)
    text = text.replace("\n", "，")
    text = re.sub(r"[“”‘’\"'「」『』【】《》〈〉\[\]{}*#_=<>^\\]", "", text)
    text = re.sub(r"[(（〔]([^()（）〔〕]*)[)）〕]", r"，\1，", text)
    text = re.sub(r"(?<=\w)\s*[~～]\s*(?=\w)", "到", text)
    text = re.sub(r"[~～]", "", text).replace("&", "和").replace("+", "加").replace("%", "")
    text = "".join(c for c in text if unicodedata.category(c) not in ("So", "Cs", "Co", "Cn"))
    # One pause where signs have met, none at the beginning.
    text = re.sub(r"[，、,\s]*([，。！？；])[，、,\s]*(?=[，。！？；])", "", text)
    text = re.sub(r"，{2,}", "，", text)
    text = re.sub(r"([，。！？；、：])\s*[，、]+", r"\1", text)
    return re.sub(r"^[\s，、。；：,]+", "", text).strip()


def _one_width(text: str) -> str:
    """Full-width digits, letters and signs of numbers as the narrow ones, signs that hold a number or a unit written out
    (㎏, Ⅲ, ①), zeros in one shape; Chinese punctuation stays as it is."""
    text = _ROUND_ZERO.sub("零", text).replace("〇", "零")
    return "".join(_narrow(c) for c in text)


def _narrow(char: str) -> str:
    if "０" <= char <= "ｚ" and char.isalnum() or "\u3380" <= char <= "\u33df" and char not in _KEPT:
        return unicodedata.normalize("NFKC", char)
    if "Ⅰ" <= char <= "Ⅻ":
        return cardinal(int(unicodedata.numeric(char)))
    if "①" <= char <= "⒛":
        # They number what follows.
        return f"，{cardinal(int(unicodedata.numeric(char)))}，"
    return _NARROW.get(char, char)


def _phone(match: re.Match[str]) -> str:
    return _grouped(re.sub(r"\D", "", match.group())[-11:], (3, 4, 4))


def _landline_of(area: str, number: str) -> str:
    digits = re.sub(r"\D", "", number)
    half = len(digits) // 2
    return f"{digit_by_digit(area)}，{digit_by_digit(digits[:half])}，{digit_by_digit(digits[half:])}"


def _other_hotline(match: re.Match[str]) -> str:
    area, number, key = match.groups()
    said = f"{digit_by_digit(area)}，{digit_by_digit(number)}"
    return f"{said}杠{digit_by_digit(key)}" if key else said


def _local(match: re.Match[str]) -> str:
    word, *labelled = match.groups()[:3]
    first, last = labelled if word is not None else match.groups()[3:]
    return f"{word or ''}{digit_by_digit(first)}，{digit_by_digit(last)}"


def _order(match: re.Match[str]) -> str:
    return _grouped(re.sub(r"\D", "", match.group()), (6, 5, 1))


def _masked(match: re.Match[str]) -> str:
    return f"{digit_by_digit(match.group(1))}，尾号{digit_by_digit(match.group(2))}"


def _long(match: re.Match[str]) -> str:
    digits = match.group(1)
    groups = [4] * (len(digits) // 4) + ([len(digits) % 4] if len(digits) % 4 else [])
    return _grouped(digits, tuple(groups)) + digit_by_digit(match.group(2))


def _grouped(digits: str, sizes: tuple[int, ...]) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(digit_by_digit(digits[at : at + size]))
        at += size
    return "，".join(part for part in parts if part)


def _date(match: re.Match[str]) -> str:
    year, month, day = match.group(1), int(match.group(2)), int(match.group(3))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match.group()
    return f"{digit_by_digit(year, phone=False)}年{cardinal(month)}月{cardinal(day)}日"


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match.group(1)), int(match.group(2))
    if hour > 24 or minute > 59:
        return match.group()
    # 两点 by the clock, but 十二点.
    said = ("两" if hour == 2 else cardinal(hour)) + "点"
    if minute == 0:
        # Not at the beginning of a span: 九点到十七点整.
        return said + ("整" if match.group(3) is None else "")
    return said + ("零" if minute < 10 else "") + cardinal(minute) + "分"


def _span_of_times(match: re.Match[str]) -> str:
    return f"{match.group(1)}到"


def _range(match: re.Match[str]) -> str:
    """With a dash only upwards: 96110-2 and 5-3 are numbers with a dash in them."""
    first, sign, last = match.groups()
    below_zero = match.string[max(match.start() - 1, 0) : match.start()] == "负"
    upwards = float(_plain(first)) < float(_plain(last)) and not re.match("0[0-9]", first)
    return f"{first}{'到' if upwards or below_zero or sign in '~～至' else '杠'}{last}"


def _span_of_shares(match: re.Match[str]) -> str:
    first, last, sign = match.groups()
    return f"{first}{sign}到{last}{sign}"


def _years_upwards(match: re.Match[str]) -> str:
    return _span_of_years(match) if match.group(1) < match.group(2) else match.group()


def _dotted(match: re.Match[str]) -> str:
    return digit_by_digit(match.group(), phone=False).replace(".", "点")


def _span_of_years(match: re.Match[str]) -> str:
    return "到".join(digit_by_digit(year, phone=False) for year in match.groups())


def _door(match: re.Match[str]) -> str:
    """12-3-502, 3号楼-2-502: the parts of an address, from three digits on digit by digit."""
    return re.sub("[0-9]{3,}", lambda number: digit_by_digit(number.group()), match.group()).replace(
        "-", "杠"
    )


def _per(match: re.Match[str]) -> str:
    units = re.split("[/·•・]", match.group(2))
    return match.group(1) + "".join("每" + UNITS.get(unit, unit) for unit in units)


def _labelled(match: re.Match[str]) -> str:
    return match.group(1) + digit_by_digit(match.group(2))


def _sign(match: re.Match[str]) -> str:
    return _SIGNS[match.group()[0]] + ("等于" if match.group().endswith("=") else "")


def _year(match: re.Match[str]) -> str:
    return digit_by_digit(match.group(1), phone=False) + "年"


def _percent(match: re.Match[str]) -> str:
    return "百分之" + decimal(_plain(match.group(1)))


def _money(match: re.Match[str]) -> str:
    return amount(_plain(match.group(1))) + "元"


def _unit(match: re.Match[str]) -> str:
    return amount(_plain(match.group(1))) + UNITS[match.group(2)]


def _counted(match: re.Match[str]) -> str:
    return ("负" if match.group(1) else "") + amount(_plain(match.group(2)))


def _dialled(match: re.Match[str]) -> str:
    return digit_by_digit(match.group(1))


def _plain_digits(match: re.Match[str]) -> str:
    return digit_by_digit(match.group(1), phone=False)


def _fraction(match: re.Match[str]) -> str:
    return f"{cardinal(int(match.group(2)))}分之{cardinal(int(match.group(1)))}"


def _plate(match: re.Match[str]) -> str:
    return digit_by_digit(match.group())


def _number(match: re.Match[str]) -> str:
    digits = _plain(match.group(1))
    if "." not in digits and (len(digits) >= 7 or (len(digits) > 1 and digits.startswith("0"))):
        return digit_by_digit(digits)
    return ("负" if match.group().startswith(("-", "−")) else "") + decimal(digits)


def _plain(number: str) -> str:
    return number.replace(",", "")


_SIGNS = {"≥": "大于等于", "≧": "大于等于", "≤": "小于等于", "≦": "小于等于", "±": "正负"} | dict(
    zip(">＞<＜", ("大于", "大于", "小于", "小于"), strict=True)
)

_YEAR_DIGITS = "1[5-9][0-9]{2}|20[0-9]{2}"
_TERM = "年|学年|财年|学期|赛季|级(?!台阶)|届|版|间|期间"
# Area codes have three digits in the largest cities, else four.
_AREA = "010|02[0-9]|0[3-9][0-9]{2}"
_DASH = "[-–— ]"
_CODES = (
    r"(?:尾号|尾数|末尾|[后末][三四五六八3-68]位(?:数字|数)?|验证码|查询码|校验码|取件码|邮编|邮政编码|工号)[是为:：\s]*(?=[0-9]{2})"
    r"|(?:户号|账号|卡号|密码|学号|警号|区号|分机)[是为:：\s]*(?=[0-9]{3,11}(?![0-9]))"
)
_LINE_WORD = r"(?:电话|座机|热线|号码|传真|致电|拨打?|请打|联系)[是为:：\s]*"

# In this order: the more a pattern knows, the earlier it comes.
_PATTERNS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"[≥≧≤≦±]|(?<![-=])[>＞<＜]=?(?=\s*[0-9])", _sign),
    # kW·h is one unit; 元/(人·月) is 元/人·月.
    (r"kW·h", lambda _m: "kWh"),
    (
        rf"/\s*[(（]\s*({PER_UNIT}(?:[/·•・]{PER_UNIT})*)\s*[)）]",
        lambda m: f"/{m.group(1)}",
    ),
    # Keys of a telephone, then houses: 12#楼, 3#-502.
    (r"(?<=[0-9])#(?=\s*(?:号?键|结束|确认))|(?<=[按拨入以])#", lambda _m: "井号"),
    (r"(?<![0-9])([0-9]{1,4})#(?:号(?=[楼栋幢]))?", lambda m: f"{m.group(1)}号"),
    (r"(?<=[0-9])#", lambda _m: "井号"),
    (r"(?<=[按拨入以])[*＊]", lambda _m: "星号"),
    (
        r"(?<![0-9])([12][0-9]{3})[-/.年](1[0-2]|0?[1-9])[-/.月](3[01]|[12][0-9]|0?[1-9])[日号]?(?![0-9])T?",
        _date,
    ),
    # 2024-03 is a month.
    (
        r"(?<![0-9-])(20[0-9]{2})-(0[1-9]|1[0-2])(?![0-9.-])",
        lambda m: f"{digit_by_digit(m.group(1), phone=False)}年{cardinal(int(m.group(2)))}月",
    ),
    (
        r"(?<![0-9:])([01]?[0-9]|2[0-4])[:：]([0-5][0-9])(?::[0-5][0-9])?(?:[+]08:00)?(?![0-9])((?=\s*(?:-|–|—|~|～|至|到)\s*[0-9]))?",
        _time,
    ),
    (r"([点分整])\s*(?:-|–|—|~|～|至)+\s*(?=[零一二两三四五六七八九十0-9]+点)", _span_of_times),
    # 3:2 is a ratio.
    (
        r"(?<![0-9:：.])([0-9]{1,4})\s*[:：]\s*([0-9]{1,4})(?![0-9:：.])",
        lambda m: f"{m.group(1)}比{m.group(2)}",
    ),
    (
        rf"(?<![0-9])([12][0-9]{{3}})\s*(?:[-–—~～至到/])+\s*([12][0-9]{{3}})(?=\s*(?:{_TERM}))",
        _span_of_years,
    ),
    # 2024-25学年, 24-25学年.
    (
        rf"(?<![0-9])((?:{_YEAR_DIGITS})|[0-9]{{2}})\s*[-–—~～至到/]+\s*([0-9]{{2}})(?=学年|财年|赛季)",
        _span_of_years,
    ),
    # 2010-2020 without a word behind them: nothing else that goes upwards looks like it.
    (
        rf"(?<![0-9.])((?:19|20)[0-9]{{2}})\s*[-–—~～至到]+\s*((?:19|20)[0-9]{{2}})(?![0-9.年]|\s*(?:{MEASURES}|{PER_UNIT}|{LATIN_UNITS}|[%％‰-]))",
        _years_upwards,
    ),
    (rf"(?<![0-9.])({_YEAR_DIGITS})(?=学年|财年|学期|赛季|级(?!台阶)|届|版|款)", _plain_digits),
    (rf"({_CODES})([0-9]{{2,}})(?!\.?[0-9]|{MEASURES})", _labelled),
    # Extensions: 转8012, but 转1.
    (r"((?<=[0-9])转(?:分机)?|分机号?)([0-9]{2,6})(?![0-9])", _labelled),
    (
        rf"((?<![好运周旋翻扭流])转接?(?:分机)?)([0-9]{{3,6}})(?![0-9.,]|\s*(?:{MEASURES}|[号路楼线车班股分站圈度转至到]))",
        _labelled,
    ),
    (r"(?<![0-9])(1[3-9][0-9])\*{4,}([0-9]{4})(?![0-9])", _masked),
    (r"(?<![0-9])[0-9]{6}-[0-9]{5}-[0-9](?![0-9])", _order),
    (
        r"(?:(?:\+|(?<![0-9])00|(?<![0-9]))86[- ]?|(?<![0-9+]))1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9])",
        _phone,
    ),
    # +86 571 8765 4321.
    (
        rf"(?:\+|(?<![0-9])00)86{_DASH}*[(（]?0?(10|2[0-9]|[3-9][0-9]{{2}})[)）]?{_DASH}*([0-9]{{3,4}}{_DASH}?[0-9]{{4}})(?![0-9])",
        lambda m: _landline_of("0" + m.group(1), m.group(2)),
    ),
    (
        rf"(?<![0-9])[(（\[【]?({_AREA})[)）\]】]?[-–— /]*([0-9]{{3,4}}{_DASH}?[0-9]{{4}})(?![0-9])",
        lambda m: _landline_of(*m.groups()),
    ),
    # The hotline of another city: 0571-12345.
    (
        rf"(?<![0-9])[(（]?({_AREA})[)）]?[-–— ]*(1[0-9]{{4}}|9[56][0-9]{{3}})(?:-([0-9]{{1,4}}))?(?![0-9])",
        _other_hotline,
    ),
    # Without an area code: 电话8765 4321.
    (
        rf"({_LINE_WORD})([2-9][0-9]{{2,3}}){_DASH}([0-9]{{4}})(?![0-9-])|(?<![0-9])([2-9][0-9]{{3}}) ([0-9]{{4}})(?![0-9]|\s*(?:{MEASURES}))",
        _local,
    ),
    (r"(?<![0-9])(400|800)[- ]?([0-9]{3}[- ]?[0-9]{4})(?![0-9])", lambda m: _dialled_groups(m.group())),
    (rf"(?<![0-9])([0-9]{{12}})(?![0-9]|{MEASURES})", _order),
    (r"(?<![0-9])([0-9]{14,18})([Xx]?)(?![0-9])", _long),
    (
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·.]?[A-Z0-9]{5,6}(?![A-Z0-9])",
        _plate,
    ),
    (r"(?i:(?<![a-z])no[.．]|№)\s*(?=[0-9])", lambda _m: "编号"),
    (r"(?<=[0-9][%％℃元度天岁万吨米㎡])\s*[-–—−]+\s*(?=[0-9])", lambda _m: "到"),
    # 3栋-5栋, 1楼-3楼.
    (
        r"(?<=[0-9])(号楼|单元|[号楼层栋幢座期级时点户人次])\s*(?:[-–—~～至])+\s*(?=[0-9]+\1)",
        lambda m: f"{m.group(1)}到",
    ),
    (
        r"(?<![0-9])[-−](?=[0-9]+(?:\.[0-9]+)?\s*(?:℃|°C|度|[%％]))|(?<=[额余为是温])[-−](?=[0-9])",
        lambda _m: "负",
    ),
    (r"(?<=[〔\[(（])([12][0-9]{3})(?=[〕\])）])", _plain_digits),
    # 5-10%, then 10-20㎡, 3-5个.
    (rf"{_NOT_IN_NUMBER}({_QUANTITY})\s*[-–—~～至]+\s*({_QUANTITY})\s*([%％‰])", _span_of_shares),
    (
        r"(?<![0-9.\-])(?:[0-9]{1,4}(?:-[0-9]{1,4}){2,}|(?<=[楼栋幢座号室])-[0-9]{1,4}(?:-[0-9]{1,4})?|(?<=单元)-[0-9]{1,4}(?:-[0-9]{1,4})?)(?![0-9\-])",
        _door,
    ),
    (
        rf"{_NOT_IN_NUMBER}({_QUANTITY})\s*(-|–|—|~|～|至)+\s*({_QUANTITY})(?![0-9-])",
        _range,
    ),
    # ~100元; behind a number it is a range.
    (r"(?:^|(?<=[\s，。；：、（(价格费用为是需]))[~～](?=\s*[0-9])", lambda _m: "约"),
    (rf"{_NOT_IN_NUMBER}({_QUANTITY})\s*[%％]", _percent),
    (rf"{_NOT_IN_NUMBER}({_QUANTITY})\s*‰", lambda m: "千分之" + decimal(_plain(m.group(1)))),
    (rf"[¥￥]\s*({_QUANTITY})(?:元)?", _money),
    (r"(?<![0-9年])([12][0-9]{3})年", _year),
    # 1月-3月, 2024年-2026年.
    (r"(?<=[年月日])\s*[-–—]+\s*(?=[0-9零一二三四五六七八九十])", lambda _m: "到"),
    # 元/㎡·月, 3.5kg/户, 60km/h; 个人/单位 is none.
    (
        rf"(元|[0-9]\s*(?:公斤|公里|千克|立方米|平方米|[吨度克斤升米次人户件个]|{LATIN_UNITS}))\s*/\s*({PER_UNIT}(?:[/·•・]{PER_UNIT})*)",
        _per,
    ),
    (
        rf"{_NOT_IN_NUMBER}({_QUANTITY})\s*({LATIN_UNITS})(?![A-Za-z0-9])",
        _unit,
    ),
    (r"(?<![0-9/])([0-9]{1,2})/([0-9]{1,3})(?![0-9/])", _fraction),
    # 24小时, 7×24.
    (r"(?<=[0-9])\s*[×xX*]\s*(?=[0-9])", lambda _m: "乘"),
    (
        rf"{_NOT_IN_NUMBER}({'|'.join(_ALWAYS_DIGITS)}){_NUMBER_OVER}(?!{MEASURES}|号楼|号院|路|室|房|平)",
        _dialled,
    ),
    # Hotlines: 12345, 12333, 95598, 96110.
    (rf"{_NOT_IN_NUMBER}(1[0-2][0-9]{{3}}|9[56][0-9]{{3}}){_NUMBER_OVER}(?!{MEASURES}|号楼|平)", _dialled),
    # Rooms and buses are read digit by digit from three digits on.
    (rf"{_NOT_IN_NUMBER}([0-9]{{3,4}})(?=室|房|路(?:公交|车|公共)|宿舍)", _dialled),
    (rf"((?<![\w)）])[-−])?{_NOT_IN_NUMBER}({_QUANTITY}){_MEASURE}", _counted),
    # Versions and addresses of machines: 3.5.1.
    (r"(?<![0-9.])[0-9]+(?:\.[0-9]+){2,}", _dotted),
    (rf"(?:(?<![\w)])[-−])?{_NOT_IN_NUMBER}({_QUANTITY})", _number),
    # What is left is no number that we know.
    (r"[0-9]+", lambda m: digit_by_digit(m.group())),
)
_RULES = tuple((re.compile(pattern), say) for pattern, say in _PATTERNS)


def _dialled_groups(text: str) -> str:
    return _grouped(re.sub(r"\D", "", text), (3, 3, 4))

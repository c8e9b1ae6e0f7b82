"""Telephone numbers as people write them, say them and a recogniser writes them down: found, judged, read back.

A number is in national form everywhere: 13912345678, 057187654321, 4001234567; a foreign one keeps its +; an extension
follows after 转. `find_phones` reads a text, `with_tail` a correction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# --- digits -----------------------------------------------------------------------------------------------------

# Digits beyond doubt: written, said, and the capitals of bank forms.
PLAIN_DIGITS = {
    **{chr(first + digit): str(digit) for first in (0x30, 0xFF10) for digit in range(10)},
    **dict(zip("零〇○一幺二三四五六七八九", "0001123456789", strict=True)),
    **dict(zip("壹贰貳叁肆伍陆陸柒捌玖", "12234566789", strict=True)),
}
# How soldiers, drivers and operators say 0, 2, 7 and 9: digits within a run, words beside it (墙上有个洞13912345678).
TRADE_DIGITS = {"洞": "0", "两": "2", "俩": "2", "拐": "7", "勾": "9"}
# What a recogniser writes for a digit. It is read as one only inside a number of which enough digits are certain.
_MISHEARD = {
    char: digit
    for digit, chars in {
        "0": "动栋冻灵",
        "1": "腰妖要邀夭",
        "2": "而儿尔",
        "3": "伞山散",
        "4": "思似死",
        "5": "舞午武吴",
        "6": "留溜流刘柳",
        "7": "旗其棋",
        "8": "吧把巴扒",
        "9": "沟钩久酒",
    }.items()
    for char in chars
}
# These end a sentence more often than they belong to a number.
_NEVER_LAST = frozenset("吧把儿而要思似死动")
_VALUE = {**PLAIN_DIGITS, **TRADE_DIGITS, **_MISHEARD}
_SURE = "".join(PLAIN_DIGITS) + "".join(TRADE_DIGITS)
_TIMES = {
    **dict(zip("二两俩三仨四五六七八", (2, 2, 2, 3, 3, 4, 5, 6, 7, 8), strict=True)),
    **{str(n): n for n in range(2, 9)},
}
_ITEM = re.compile(
    rf"(?P<hundred>[一1]百[三四五六七八九3-9]十[一二三四五六七八九1-9]?)"
    rf"|(?P<times>[{''.join(_TIMES)}])个(?P<what>[{_SURE}])(?![月人小个])"
    rf"|(?P<sure>[{_SURE}])|(?P<misheard>[{''.join(_MISHEARD)}])"
)
_SOFT = r"[ \t　\xa0\-—–－‐‑−―_~·.．/／()（）\[\]［］【】〔〕〖〗]"
_HARD = r"[,，、;；。…]|嗯+|呃+|额+|啊+|哦+|唔|诶|欸|哎|唉|噢|那个|这个|然后是?|接着是?|后面是?|再|就是|连着|连续|横杠|横线|斜杠|杠|减|区号"
_SOFT_GAP = re.compile(rf"{_SOFT}{{1,6}}")
_ANY_GAP = re.compile(rf"(?:{_SOFT}|{_HARD}){{1,8}}")
_LONGEST_GAP = 12
# 区号0571,电话87654321
_AREA_GAP = re.compile(r"[,，、。 ]*(?:电话|号码|座机|固话|本地号码?)(?:号码?)?是?[:： ]*")
_AREA_NAMED = re.compile(r"区号[是为:： ]*$")


@dataclass(frozen=True)
class Digits:
    """A run of digits in a text, written or spoken, in half-width form."""

    digits: str
    start: int
    end: int


@dataclass(frozen=True)
class Phone(Digits):
    """A telephone number; the span covers its extension, too. `negated`: the citizen says that it is not this one."""

    extension: str = ""
    spoken: bool = False
    foreign: bool = False
    negated: bool = False

    @property
    def full(self) -> str:
        """With the extension: 057187654321转8012."""
        return f"{self.digits}转{self.extension}" if self.extension else self.digits


@dataclass(frozen=True)
class _Digit:
    value: str
    start: int
    end: int
    # What stands before it: "" if nothing does, else a gap.
    gap: str
    kind: str  # plain, trade, misheard, hundred
    written: bool


_Run = list[_Digit]


def _runs(text: str) -> Iterator[_Run]:
    """Digits that may belong together; what is between two of them is a separator, a pause or a filler."""
    run: _Run = []
    for match in _ITEM.finditer(text):
        gap = text[run[-1].end : match.start()] if run else ""
        if run and gap and not _joins(text, run, gap):
            yield run
            run, gap = [], ""
        run += _digits_of(match, gap)
    if run:
        yield run


def _joins(text: str, run: _Run, gap: str) -> bool:
    if len(gap) > _LONGEST_GAP:
        return False
    if _ANY_GAP.fullmatch(gap):
        return True
    start = run[0].start
    return bool(_AREA_GAP.fullmatch(gap) and _AREA_NAMED.search(text[max(0, start - 6) : start]))


def _digits_of(match: re.Match[str], gap: str) -> _Run:
    start, end = match.span()
    if match["hundred"]:
        tens = [PLAIN_DIGITS[char] for char in match["hundred"] if char in PLAIN_DIGITS]
        values, kind, written = "".join(tens).ljust(3, "0"), "hundred", False
    elif match["times"]:
        values, kind, written = (
            PLAIN_DIGITS.get(match["what"], TRADE_DIGITS.get(match["what"], "")),
            "plain",
            False,
        )
        values *= _TIMES[match["times"]]
    else:
        char = match[0]
        values, written = _VALUE[char], char.isdecimal()
        kind = "plain" if char in PLAIN_DIGITS else "trade" if char in TRADE_DIGITS else "misheard"
    return [_Digit(value, start, end, gap if i == 0 else "", kind, written) for i, value in enumerate(values)]


def digit_runs(text: str, at_least: int = 4) -> list[Digits]:
    """Every run of at least `at_least` digits. Spaces and dashes inside are allowed, spoken digits count."""
    found: list[Digits] = []
    for run in _runs(text):
        part: _Run = []
        for digit in [*run, None]:
            broken = digit is None or digit.kind in ("misheard", "hundred")
            if part and (broken or (digit and digit.gap and not _soft(digit.gap))):
                if len(part) >= at_least:
                    found.append(Digits("".join(d.value for d in part), part[0].start, part[-1].end))
                part = []
            if digit and not broken:
                part.append(digit)
    return found


def _soft(gap: str) -> bool:
    return "/" not in gap and "／" not in gap and _SOFT_GAP.fullmatch(gap) is not None


# --- what is a number -------------------------------------------------------------------------------------------

_MOBILE = re.compile(r"1[3-9]\d{9}")
# Cities with three-digit codes have eight-digit numbers; a local number never starts with 0, 1 or 9.
_LANDLINE = re.compile(r"(010|02\d)([2-8]\d{7})|(0[3-9]\d{2})([2-8]\d{6,7})")
_SERVICE = re.compile(r"[48]00\d{7}")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
# 12345, 110, 10086, 95598: nobody can be called back there.
_HOTLINE = re.compile(r"1[012]\d{1,3}|100\d{2,3}|9[56]\d{3,4}|123\d\d")
# Country codes whose numbers have one length, code included.
_FOREIGN_LENGTHS = {"1": 11, "7": 11, "852": 11, "853": 11, "886": 12, "81": 12, "82": 12}
_PLUS = re.compile(r"[+＋][ (（]*$")
_SPOKEN_PLUS = re.compile(r"加[号]?[ (（]*$")
_DATE_OF_BIRTH = re.compile(r"(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_SHORT_DATE = re.compile(r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def is_mobile(digits: str) -> bool:
    return _MOBILE.fullmatch(digits) is not None


def area_and_local(digits: str) -> tuple[str, str]:
    """("0571", "87654321"); the area code is empty for mobiles, service and local numbers."""
    match = _LANDLINE.fullmatch(digits)
    return (match[1] or match[3], match[2] or match[4]) if match else ("", digits)


def normal(digits: str) -> str:
    """National form, without the country code and the 0 of a trunk call before a mobile."""
    for prefix in ("0086", "+86", "86", "0", ""):
        rest = digits[len(prefix) :]
        if digits.startswith(prefix) and (is_mobile(rest) or (prefix != "0" and _SERVICE.fullmatch(rest))):
            return rest
        if "86" in prefix and digits.startswith(prefix):
            for number in (rest, f"0{rest}"):
                if _LANDLINE.fullmatch(number):
                    return number
    return digits


def problem(digits: str) -> str:
    """Why these digits cannot be a Chinese phone number, as a Chinese phrase for the citizen; "" when they can."""
    national = normal(digits.partition("转")[0])
    if any(kind.fullmatch(national) for kind in (_MOBILE, _LANDLINE, _SERVICE, _LOCAL)):
        return ""
    if national.startswith("+"):
        return "这是境外的号码,这边只能登记国内的电话"
    if national.startswith("1") and not national.startswith("10") and len(national) != 11:
        return f"手机号应该是11位,这里是{len(national)}位"
    if len(national) == 11 and national.startswith("1"):
        return f"手机号没有以{national[:2]}开头的"
    if len(national) < 7:
        return f"号码只有{len(national)}位,好像没有说完"
    return "这个号码的位数不对"


def grouped(phone: str) -> str:
    """The number as it is read back: 139 1234 5678, 0571 8765 4321, 0571 8765 4321 转 8012."""
    number, turn, extension = phone.partition("转")
    if turn:
        return f"{grouped(number)} 转 {extension}"
    if phone.startswith("+"):
        return phone
    if len(phone) == 11 and phone.startswith("1"):
        return f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    if len(phone) == 10 and _SERVICE.fullmatch(phone):
        return f"{phone[:3]} {phone[3:6]} {phone[6:]}"
    if phone.startswith("0") and len(phone) >= 10:
        area = 3 if phone[1] in "12" else 4
        return f"{phone[:area]} {phone[area:-4]} {phone[-4:]}"
    if len(phone) > 4:
        return f"{phone[:-4]} {phone[-4:]}"
    return phone


def masked(phone: str) -> str:
    """139****5678: enough to recognise one's own number."""
    number = phone.partition("转")[0]
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 8 else "*" * len(number)


# --- numbers in a text ------------------------------------------------------------------------------------------

# So many digits of a number must be certain before misheard ones are believed.
_CERTAIN = 8
_NOT_BEFORE = re.compile(
    r"(?:(?<!是)不是|不要|别|(?<![姓小老阿叫])莫(?=再?(?:打|用|记|写|留|给))|甭|而不|并非|不用|不能)(?:再)?(?!打电话(?:给我)?[,，。 ])(?:打|用|记|写|留|我的?|这个|那个|号码|电话|手机|座机|的|号|是|给)*[:：,， ]*$"
)
_WRONG_AFTER = re.compile(
    r"[,，。、 ]*(?:(?:啊|哦|呃|嗯|诶|哎|这个|那个|是)[,， ]*)*"
    r"(?:不对(?!吗|么)|(?:说|写|打|记|报|念|讲)?错了?(?![吗么过])|不是这个|不是我的|不要了?|(?:已经|早就)?(?:停机|停用|不用了|注销|换了|换号))"
)
_OTHER_NUMBER = re.compile(
    r"(?:卡号|银行卡|账号|帐号|身份证|证件|单号|订单|工单|编号|快递|运单|合同号?|发票|户号|表号|学号|工号|条码|尾号)(?:号码?)?(?:是|为|[:： ])*$"
)
_UNIT = re.compile(r" ?(?:元|块|万|亿|平|公里|千米|美元|人民币)")
_LOCAL_UNIT = re.compile(
    r" ?(?:元|块|万|亿|平|公里|千米|米|度|斤|公斤|吨|次|个|人|票|年|月|日|%|％|号|室|栋|幢|楼|层|毛|分(?!机)|秒|岁|户|辆|条|字|[xX叉])"
)
_CONTEXT = re.compile(r"电话|号码|座机|固话|联系|打|拨|手机|热线|传真|回电|记一下|留|家里是|单位是")
_SURE_CONTEXT = re.compile(r"(?:电话|号码|座机|手机|固话)[^,，。]{0,6}$")
_SMALL_TALK = re.compile(
    r"(?:我|的|是|就|嗯|呃|额|啊|哦|好|对|行|那个|那|吧|呀|了|您|你|用|这个|可以|谢谢|再说一遍|家里|单位|不对|[\s,，。.!！?？、:：~-])*"
)
_EXTENSION = re.compile(
    rf"[\s,，、]*(?:再|请|拨)?(?:转接?(?:分机|内线)?|分机|内线|(?i:ext)\.?|[x#＃])(?:号码?)?(?:是|为)?[:：\s]*"
    rf"([{_SURE}]{{1,6}})(?![{_SURE}个位次块元路栋])"
)
_DASH = frozenset("-—–－‐‑−")
_EMERGENCY = ("110", "119", "120", "122", "12345")


def find_phones(text: str) -> list[Phone]:
    """All numbers in the order of the text. Local ones only beside a word such as 电话, or where nothing else is said."""
    return [phone for run in _runs(text) if len(run) >= 7 for phone in _Reader(text, run).phones()]


def find_phone(text: str) -> tuple[Phone | None, Digits | None]:
    """(a good phone number, digits that look meant as one but are not). "是139…不是138…" and 139…或者0571… give the
    first, 139…改成138… the later one."""
    found = find_phones(text)
    good = [phone for phone in found if not phone.negated and not phone.foreign]
    bad: Digits | None = next((phone for phone in found if phone.foreign and not phone.negated), None)
    if bad is None:
        bad = _unusable(text, found)
    best: Phone | None = None
    for phone in good:
        if best is None or _CORRECTED.search(text[best.end : phone.start]):
            best = phone
    return best, bad


# Between two numbers: the later one is meant instead.
_CORRECTED = re.compile(
    r"不(?!方便|在|通)|错|改|换|应该|更正|纠正|^[\s,，。]*(?:[哦啊呃哎][,， ]*)?(?:应该)?是(?!我|他|她)"
)


def _unusable(text: str, found: list[Phone]) -> Digits | None:
    for run in _runs(text):
        while run and run[0].kind == "misheard" and run[0].value != "1":
            run = run[1:]
        while run and run[-1].kind == "misheard":
            run = run[:-1]
        digits = "".join(digit.value for digit in run)
        # Orders have 12 digits, identity numbers 15, or 18 of which the last may be an X.
        if len(digits) < 5 or len(digits) in (12, 15, 17, 18) or _HOTLINE.fullmatch(digits):
            continue
        start, end = run[0].start, run[-1].end
        if sum(digit.kind == "misheard" for digit in run) * 3 > len(run) or _OTHER_NUMBER.search(
            text[:start][-12:]
        ):
            continue
        if any(phone.start < end and start < phone.end for phone in found) or not problem(digits):
            continue
        if not _NOT_BEFORE.search(text[:start][-14:]):
            return Digits(digits, start, end)
    return None


class _Reader:
    """Reads the numbers out of one run. A number begins and ends at a pause or where the run does."""

    def __init__(self, text: str, run: _Run) -> None:
        self._text = text
        self._run = run
        self._digits = "".join(digit.value for digit in run)

    def phones(self) -> Iterator[Phone]:
        position = 0
        if _OTHER_NUMBER.search(self._text[: self._run[0].start][-12:]):
            position = self._next_hard(0)
        while position < len(self._run):
            skipped = self._other_number(position) if self._begins(position) else 0
            if skipped:
                position += skipped
                continue
            found = self._at(position) if self._begins(position) else None
            if found is None:
                position += 1
                continue
            phone, position = found
            if phone is not None:
                yield phone

    def _begins(self, i: int) -> bool:
        return i == 0 or bool(self._run[i].gap) or self._run[i - 1].kind in ("trade", "misheard")

    def _ends(self, i: int) -> bool:
        return i == len(self._run) or bool(self._run[i].gap) or self._run[i].kind in ("trade", "misheard")

    def _hard(self, i: int) -> bool:
        return bool(self._run[i].gap) and not _SOFT_GAP.fullmatch(self._run[i].gap)

    def _next_hard(self, i: int) -> int:
        return next((j for j in range(i + 1, len(self._run)) if self._hard(j)), len(self._run))

    def _other_number(self, i: int) -> int:
        """How many digits an identity, order or bank card number has that starts here; 0 if none does."""
        for length, born in ((18, _DATE_OF_BIRTH), (17, _DATE_OF_BIRTH), (15, _SHORT_DATE)):
            if (
                len(self._digits) - i < length
                or not self._ends(i + length)
                or self._digits[i] not in "12345678"
            ):
                continue
            if born.match(self._digits, i + 6) and not is_mobile(self._digits[i : i + 11]):
                return length
        order = self._digits[i : i + 12]
        if len(order) == 12 and self._ends(i + 12) and order[0] == "2" and _SHORT_DATE.match(order):
            return 12
        for length in (19, 18, 17, 16):
            card = self._digits[i : i + length]
            if len(card) == length and self._ends(i + length) and card[0] in "3456":
                fours = all(bool(self._run[i + k].gap) == (k % 4 == 0) for k in range(1, length))
                if fours or _is_card(card):
                    return length
        return 0

    def _at(self, i: int) -> tuple[Phone | None, int] | None:
        """A number that starts at digit `i`, and where to read on."""
        before = self._text[: self._run[i].start][-8:]
        rest = self._digits[i : i + 32]
        plus = bool(_PLUS.search(before) or (rest.startswith("86") and _SPOKEN_PLUS.search(before)))
        double_zero = not plus and (i == 0 or self._hard(i)) and re.match(r"00[1-9]", rest) is not None
        code = i + 2 if double_zero else i
        if (plus or double_zero) and not self._digits.startswith("86", code):
            return self._foreign(i, code)
        best: tuple[int, int, str] | None = None
        for length, national in _national(rest):
            doubt = self._doubt(i, i + length, length - len(national))
            if doubt is not None and (best is None or doubt < best[0]):
                best = (doubt, length, national)
        if best is not None:
            return self._phone(i, i + best[1], best[2])
        return self._local(i)

    def _doubt(self, i: int, j: int, prefix: int) -> int | None:
        """How many of the digits i..j-1 are only similar in sound; None where they are no number of their own."""
        if not self._ends(j) or _UNIT.match(self._text, self._run[j - 1].end):
            return None
        part = self._run[i:j]
        misheard = [digit for digit in part if digit.kind == "misheard"]
        if any(digit.kind == "hundred" for digit in part[max(prefix, 0) + 3 :]):
            return None
        if misheard:
            first, last = part[0], part[-1]
            if len(part) - len(misheard) < _CERTAIN or self._text[last.start] in _NEVER_LAST:
                return None
            if first.kind == "misheard" and first.value != "1":
                return None
        return len(misheard)

    def _foreign(self, i: int, code: int) -> tuple[Phone | None, int]:
        stop = self._next_hard(i)
        rest = self._digits[code:stop]
        wanted = next((n for c, n in _FOREIGN_LENGTHS.items() if rest.startswith(c) and len(rest) >= n), 0)
        ends = [j for j in range(code + 7, min(stop, code + 15) + 1) if self._ends(j)]
        j = code + wanted if wanted and code + wanted in ends else max(ends, default=0)
        if not j:
            return None, stop
        return self._phone(i, j, f"+{self._digits[code:j]}")

    def _local(self, i: int) -> tuple[Phone, int] | None:
        spoken = not any(digit.written for digit in self._run[i : i + 8])
        stops = [j for j in (i + 8, i + 7) if j <= len(self._run) and self._ends(j) and self._edge(i)]
        for j in stops:
            part = self._run[i:j]
            digits = self._digits[i:j]
            if not _LOCAL.fullmatch(digits) or any(digit.kind in ("misheard", "hundred") for digit in part):
                continue
            if not (
                j == len(self._run) or self._hard(j) or self._run[j].kind == "misheard" or self._dashed(j)
            ):
                continue
            if not spoken and any(self._hard(k) for k in range(i + 1, j)):
                continue
            before, after = self._text[: part[0].start][-10:], self._text[part[-1].end :][:24]
            if _LOCAL_UNIT.match(after) or (_looks_like_a_date(part) and not _SURE_CONTEXT.search(before)):
                continue
            phone, following = self._phone(i, j, digits)
            alone = _SMALL_TALK.fullmatch(self._text[: phone.start][-24:]) and _SMALL_TALK.fullmatch(
                self._text[phone.end :][:24]
            )
            if alone or _CONTEXT.search(before):
                return phone, following
        return None

    def _edge(self, i: int) -> bool:
        """Whether a local number may begin here: only after a pause, for 腰八二零零六三七五 is half of a mobile."""
        return (
            i == 0 or self._hard(i) or (self._run[i - 1].kind == "misheard" and self._run[i - 1].value != "1")
        )

    def _dashed(self, j: int) -> bool:
        """An extension behind a dash: 87654321-802."""
        stop = self._next_hard(j)
        return (
            j < len(self._run)
            and self._run[j].gap in _DASH
            and 1 <= stop - j <= 5
            and not any(digit.gap for digit in self._run[j + 1 : stop])
        )

    def _phone(self, i: int, j: int, digits: str) -> tuple[Phone, int]:
        text, run = self._text, self._run
        start, end, extension = run[i].start, run[j - 1].end, ""
        if not is_mobile(digits) and not digits.startswith("+") and self._dashed(j):
            stop = self._next_hard(j)
            extension, end, j = self._digits[j:stop], run[stop - 1].end, stop
        said = _EXTENSION.match(text[end : end + 24])
        if said and not extension:
            value = "".join(_VALUE[char] for char in said[1])
            if value not in _EMERGENCY:
                extension, end = value, end + said.end(1)
        while (
            start
            and text[start - 1] in "+＋(（[【"
            and (text[start - 1] in "+＋" or _closes(text[start:end]))
        ):
            start -= 1
        negated = bool(_NOT_BEFORE.search(text[:start][-14:]) or _WRONG_AFTER.match(text[end : end + 16]))
        spoken = not any(digit.written for digit in run[i:j])
        following = next((k for k in range(j, len(run)) if run[k].start >= end), len(run))
        return Phone(digits, start, end, extension, spoken, digits.startswith("+"), negated), following


def _closes(inside: str) -> bool:
    return any(char in inside for char in ")）]】")


def _national(rest: str) -> Iterator[tuple[int, str]]:
    """(digits used, national form) of each number that `rest` may start with."""
    for prefix in ("", "0086", "86", "0"):
        if not rest.startswith(prefix):
            continue
        number = rest[len(prefix) :]
        if is_mobile(number[:11]):
            yield len(prefix) + 11, number[:11]
        if prefix == "0":
            continue
        for length in (12, 11, 10):
            if len(number) >= length and _LANDLINE.fullmatch(number[:length]):
                yield len(prefix) + length, number[:length]
            # Abroad the 0 of the area code is left out.
            if prefix and len(number) >= length - 1 and _LANDLINE.fullmatch(f"0{number[: length - 1]}"):
                yield len(prefix) + length - 1, f"0{number[: length - 1]}"
        if _SERVICE.fullmatch(number[:10]):
            yield len(prefix) + 10, number[:10]


def _is_card(digits: str) -> bool:
    """Whether the check digit (Luhn) makes it a bank card."""
    doubled = [int(digit) * (1 + i % 2) for i, digit in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def _looks_like_a_date(part: _Run) -> bool:
    digits = "".join(digit.value for digit in part)
    return len(part) == 8 and digits.startswith(("19", "20")) and _DATE_OF_BIRTH.fullmatch(digits) is not None


# --- corrections of a part --------------------------------------------------------------------------------------

_COUNT = "一两二三四五六七八1-8"


def _counted(name: str) -> str:
    """ "四位", but not the 三个 of 三个零."""
    return rf"(?:面?的?(?P<{name}>[{_COUNT}])(?:位|个(?![{_SURE}])|(?<=[一1])个)数?字?)"


_PLACE = re.compile(
    rf"(?P<end>(?:尾号|末尾|结尾|尾数|最后|末|后|尾){_counted('n')}|尾号|末尾|结尾|尾数|最后|末位|后面)"
    rf"|(?P<middle>中间{_counted('m')}?)"
    rf"|(?P<head>(?:开头|最?前|头){_counted('h')}|开头)"
    rf"|第(?P<nth>十一|[{_COUNT}九十])(?:位|个)数?字?"
)
_WRONG_DIGITS = re.compile(rf"(?:(?<!是)不是|不叫|而不是|并非)[ :：]*((?:[{_SURE}][ ]?){{1,8}})")
_NTH = {char: n for n, char in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "两": 2}


def with_tail(known: str, text: str) -> str:
    """`known` with the digits replaced that the text corrects: 后四位是5679, 最后一位是3不是8, 中间是六七八九,
    不是5678是5679. "" when it corrects none, or what comes out is no number."""
    number, turn, extension = known.partition("转")
    place = _PLACE.search(text)
    wrong = "".join(_VALUE[c] for m in _WRONG_DIGITS.finditer(text) for c in m[1] if c in _VALUE)
    rest = text[place.end() :] if place else text
    # 尾号是5678不对是5679: 不对 takes back what stands before it.
    rest = re.split(r"不对|错了", _WRONG_DIGITS.sub(" | ", rest))[-1]
    said = [run.digits for part in rest.split("|") for run in digit_runs(part, 1)]
    if not number or len(said) != 1:
        return ""
    new = said[0]
    at = _where(number, place, wrong, len(new))
    if at < 0 or at + len(new) > len(number) or len(new) > 8:
        return ""
    found = number[:at] + new + number[at + len(new) :]
    return f"{found}{turn}{extension}" if not problem(found) else ""


def _where(number: str, place: re.Match[str] | None, wrong: str, length: int) -> int:
    """Index of the first corrected digit; -1 when the words name none."""
    if place is None:
        old = number.rfind(wrong) if wrong and len(wrong) == length >= 2 else -1
        return old if number.count(wrong) == 1 or number.endswith(wrong) else -1
    counted = place["n"] or place["m"] or place["h"]
    if counted and (int(counted) if counted.isdecimal() else _NTH[counted]) != length:
        return -1
    if place["end"]:
        return len(number) - length
    if place["nth"]:
        nth = int(place["nth"]) if place["nth"].isdecimal() else _NTH[place["nth"]]
        return nth - 1 if length == 1 else -1
    if place["head"]:
        return 0
    area, local = area_and_local(number)
    middle = 3 if is_mobile(number) else len(area) + (len(local) - length) // 2
    return middle if length == 4 or not is_mobile(number) else -1

"""Prints punctuation as Chinese does: half-width signs in Chinese text become full-width. Pure, linear in the text.

`full_width` maps sign to sign, so a text keeps its length and every offset stays true. It decides by the words around
a sign, never by other signs, so it is idempotent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FULL = dict(zip(",.?!:;()", "，。？！：；（）", strict=True))
_HALF = {full: half for half, full in _FULL.items()}

# These are never prose, whatever stands around them.
_KEPT = re.compile(
    r"```.*?```|`[^`\n]*`"
    # Markdown: the number or mark of a list, the target of a link, an escaped sign, the beginning of a picture.
    r"|(?m:^[ \t]*(?:[-*+>#]+[ \t]+)*[0-9]{1,3}[.)](?=[ \t\u3400-\u9fff*]))"
    r"|(?<=\])\([^()（）\s]*\)|\\[!-/:-@\[-`{-~]|!(?=\[)"
    r"|(?:https?://|www\.)[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef]*[0-9A-Za-z/=#&_%-]"
    r"|(?<![\w.+%-])[\w.+%-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    # Rasa's payloads (/order_help{"a": "b"}), HTML's entities, (0571)87654321.
    r"|(?<![\w/])/[a-z_]+\{[^{}\n]*\}|&#?[0-9A-Za-z]{1,10};|\(\+?[0-9]{2,4}\)(?=[- ]?[0-9]{5})"
    # Codes of faces: /::) of WeChat, :) and :-( of everybody. A colon before a bracket of words is none: 材料:(一)身份证.
    r"|/:[!-~]{1,8}|[:;](?:-[()DPp]|\))(?![0-9A-Za-z])",
    re.DOTALL | re.ASCII,
)
_HAN = re.compile(r"[\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# English shows by its small words: PDF, APP and VIP stand in any Chinese sentence.
_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]*[a-z]{2}")
# Marks that stand between a sign and the words around it.
_BETWEEN = frozenset(" \t*_~\"'“”‘’「」『』《》〈〉【】") | _FULL.keys() | _HALF.keys()
_CLOSING = frozenset("*_~\"'”’」』》〉】)）")
# Replaces each character that is kept; it is neither Chinese nor a letter nor a sign.
_MASK = "\x00"


@dataclass(frozen=True)
class _Around:
    """What stands on either side of a sign, marks left out; empty at an end of the line."""

    before: str
    after: str


def full_width(text: str) -> str:
    """`text` with the half-width signs , . ? ! : ; ( ) in its Chinese parts printed full-width, of the same length.

    Left alone: numbers (1,000, 3.5, 8:30), addresses of the web and of e-mail, Markdown, payloads, codes of faces, English
    sentences, and whatever has no Chinese beside it.
    """
    if not _HAN.search(text):
        return text
    masked = _KEPT.sub(lambda kept: re.sub(r"[^\n]", _MASK, kept.group()), text)
    found = list(text)
    at = 0
    for line in masked.split("\n"):
        for place in _signs_of(line):
            found[at + place] = _FULL[line[place]]
        at += len(line) + 1
    return "".join(found)


def _signs_of(line: str) -> Iterator[int]:
    """The places of the signs to change."""
    chinese = _chinese(line)
    around = _neighbours(line)
    yield from _brackets(line, chinese, around)
    for at, char in enumerate(line):
        if char in _FULL and char not in "()" and chinese[at] and _changes(line, at, around[at]):
            yield at


def _changes(line: str, at: int, around: _Around) -> bool:
    """Whether a sign in a Chinese sentence is Chinese punctuation."""
    sign, left, right = line[at], line[at - 1 : at], line[at + 1 : at + 2]
    if left.isdigit() and right.isdigit():
        return False
    beside_chinese = _is_han(around.before) or _is_han(around.after)
    match sign:
        case "." if left == "." or right == "." or _is_ascii_alnum(right) or right in ("/", "\\", "_", _MASK):
            # 等等..., v2.0, 附件.pdf
            return False
        case ".":
            return _ends_sentence(line, at, around)
        case "?" | "!":
            return not (_is_ascii_alnum(left) and _is_ascii_alnum(right))
        case ":":
            # **bold:**后文 is Markdown around an English word.
            return _is_han(around.before) or (beside_chinese and right != "*") or not around.after
    # A list of names in capitals, of letters or of numbers: PDF, JPG; 110, 119.
    return beside_chinese or not (around.before.islower() or around.after.islower())


def _ends_sentence(line: str, at: int, around: _Around) -> bool:
    """Whether a full stop ends a sentence; that of `1.` or `Mr.` does not."""
    if _is_han(around.before) or not around.after:
        return bool(around.before)
    digits = re.search(r"[0-9]{1,3}$", line[max(at - 3, 0) : at])
    return digits is not None and len(digits.group()) == 3 and _is_han(around.after)


def _brackets(line: str, chinese: list[bool], around: list[_Around]) -> Iterator[int]:
    """Brackets change in pairs: with Chinese in them or beside them, or if the other one is full-width already."""
    han = [0]
    for char in line:
        han.append(han[-1] + _is_han(char))
    open_at: list[int] = []
    for at, char in enumerate(line):
        if char in "(（":
            open_at.append(at)
        elif char in ")）":
            if not open_at:
                # 1)身份证 and b) are marks of lists.
                if char == ")" and chinese[at] and _is_han(around[at].before):
                    yield at
                continue
            begin = open_at.pop()
            if line[begin] + char in ("(）", "（)"):
                yield begin if char == "）" else at
            elif char == ")" and chinese[begin]:
                inside = han[at] > han[begin]
                if inside or _is_han(around[begin].before) or _is_han(around[at].after):
                    yield from (begin, at)
    for begin in open_at:
        if (
            line[begin] == "("
            and chinese[begin]
            and (_is_han(around[begin].before) or _is_han(around[begin].after))
        ):
            yield begin


def _neighbours(line: str) -> list[_Around]:
    before, after = [""] * len(line), [""] * len(line)
    last = ""
    for at, char in enumerate(line):
        before[at] = last
        last = last if char in _BETWEEN else char
    last = ""
    for at in range(len(line) - 1, -1, -1):
        after[at] = last
        last = last if line[at] in _BETWEEN else line[at]
    return [_Around(b, a) for b, a in zip(before, after, strict=True)]


def _chinese(line: str) -> list[bool]:
    """For each character whether its sentence is Chinese. One of numbers alone is as its line is."""
    found: list[bool] = []
    begin = 0
    of_line = not _is_english(line)
    for end in [*_ends(line), len(line)]:
        sentence = line[begin:end]
        if _HAN.search(sentence):
            chinese = not _is_english(sentence)
        else:
            chinese = of_line and not _WORD.search(sentence)
        found += [chinese] * len(sentence)
        begin = end
    return found


def _ends(line: str) -> list[int]:
    """Where sentences end, their closing marks taken along. Half-width and full-width signs end them alike."""
    ends: list[int] = []
    at = 0
    while at < len(line):
        if _HALF.get(line[at], line[at]) in ".?!" and not _is_ascii_alnum(line[at + 1 : at + 2]):
            while at + 1 < len(line) and (
                line[at + 1] in _CLOSING or _HALF.get(line[at + 1], line[at + 1]) in ".?!"
            ):
                at += 1
            ends.append(at + 1)
        at += 1
    return ends


def _is_english(text: str) -> bool:
    """Whether the stretch holds more English words than Chinese ones (about two characters each)."""
    words = len(_WORD.findall(text))
    return words >= 2 and 2 * words > len(_HAN.findall(text))


def _is_han(char: str) -> bool:
    return bool(_HAN.match(char))


def _is_ascii_alnum(char: str) -> bool:
    return char.isascii() and char.isalnum()

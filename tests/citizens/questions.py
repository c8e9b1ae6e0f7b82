"""What the hotline wants to know, seen from outside: by the kind of its messages, and by their words.

Names are those of the order form (`order_<name>` in domain.yml), and a few beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

# Nothing is asked, but something was told that is worth an answer of its own.
TOLD = "told"
NOT_UNDERSTOOD = re.compile(
    r"没(?:太|能|有)?(?:听|看)?(?:明白|清楚|懂)|不(?:太)?(?:明白|理解)(?:您|你)?|请您?(?:再|重新)说(?:一)?(?:下|遍)"
)

_BY_KIND = {"order_draft": "confirm", "clarify": "choice", "rating": "rating"}
_TELLING = {"answer", "emergency", "order_card", "handoff"}
_NUMBER_SHOWN = r"1\d{2}[ -]?\d{4}[ -]?\d{4}"

# What a sentence asks for, by its words. The first that fits counts, so that what is checked goes before what is asked.
_BY_WORDS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(words)
    for name, words in {
        "confirm": r"都对的话|核对一下[,:]",
        "phone_check": rf"{_NUMBER_SHOWN}[^?。]*对吗",
        "cancel_check": r"确定不登记|不登记[,，]?是吗|“登记”或者“不登记”",
        "duplicate": r"新登记",
        "follow_sure": r"确定撤回",
        "change": r"哪里要改|改哪一?项",
        "call_time": r"什么时候(?:给您)?打|几点(?:给您)?打",
        "offer": r"要(?:我|帮您|给您|为您)*[^?。]{0,8}登记|登记[^?。]{0,4}吗|转人工吗",
        "follow_number": r"工单号(?!是)|单号",
        "follow_tail": r"后四位|尾号",
        "follow_text": r"补充的内容|要补充什么",
        "confidential": r"保密",
        "phone": r"电话|手机|号码",
        "caller": r"贵姓|称呼|姓名",
        "appeal": r"希望|怎么解决|怎么做",
        "subject": r"哪家|什么人|哪个单位|什么单位",
        "event_time": r"什么时候|什么时间|哪天",
        "place": r"位置|在哪|哪里|地址|什么地方",
        "description": r"什么事|什么情况|经过|具体情况",
    }.items()
}
QUESTIONS = frozenset({*_BY_WORDS, *_BY_KIND.values()})

_ASKS = re.compile(r"[?]|请|比如|就行|要改|改哪")
# An example is not what is asked, and advice to dial is no question for a number.
_EXAMPLE = re.compile(r"[,。]?(?:比如|例如).*")
_NO_QUESTION = re.compile(r"还有什么(?:可以|要|能)|拨打|可以随时查|您说的")


def asked(replies: Sequence[Mapping[str, Any]]) -> str:
    """What the last of these messages that wants anything asks for; TOLD where only something was told; else ""."""
    for reply in reversed(replies):
        kind = str(reply.get("kind", ""))
        if kind in _BY_KIND:
            return _BY_KIND[kind]
        if kind in _TELLING:
            return TOLD
        wanted = asked_by(str(reply.get("text", "")))
        if wanted:
            return wanted
    return ""


def asked_by(text: str) -> str:
    """What a message asks for by its words, "" for nothing. Its last question counts."""
    narrow = unicodedata.normalize("NFKC", text)
    if _BY_WORDS["phone_check"].search(narrow):
        return "phone_check"
    for sentence in reversed(re.split(r"(?<=[?。!;\n])", narrow)):
        question = _EXAMPLE.sub("", sentence)
        if not _ASKS.search(sentence) or _NO_QUESTION.search(question):
            continue
        for name, words in _BY_WORDS.items():
            if words.search(question):
                return name
    return ""

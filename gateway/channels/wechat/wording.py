"""What the hotline says, as a chat of WeChat can show it: plain text, in pieces that fit. Pure.

Nothing can be tapped in a text of WeChat. What a page shows as buttons is told in words: short ones as what one may answer
(the bot knows them as typed words), long ones with numbers. `picked` reads the answer back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from desk.conversations import Message, QuickReply, Sender
from desk.orders.links import OrderLinks
from gateway.channels.wechat.markdown import plain

# WeChat's bound for the content of a text, passive or not.
MAX_BYTES = 2048
# Short enough to be typed; longer ones are numbered.
WORDS_CHARS, WORDS_MAX = 6, 6
_BETWEEN = "\n\n"
# Where a long text is parted best; each is kept with what stands before it.
_ENDS = ("\n", "。！？!?", "；;", "，,、 ")
# Of one number, one address of the web, one order number: parted nowhere.
_RUN = re.compile(r"[0-9A-Za-z][0-9A-Za-z.:/?&=%#_+\-]*[0-9A-Za-z]|[0-9A-Za-z]", re.ASCII)
_NUMBER = re.compile(r"\s*[(（【\[]?\s*([0-9０-９]{1,2})\s*[)）】\].．、。]?\s*")
_PUNCTUATION = re.compile(r"[\s，。！？、,.!?~～「」“”\"]+")
RATE_HINT = "（回复 1 到 5 的数字打分，5 分最满意）"
QUEUE_HINT = "（不想等了请回复“取消排队”）"
ORDER_LINK = "查进度、补充、催办、评价，点这里（30天内有效，请不要转发）：\n{link}"
PICTURE = "（坐席发来一张图片，微信里暂时看不到，请让坐席用文字说明）"


@dataclass(frozen=True)
class Part:
    """One text to be sent. Afterwards everything up to `seq` is with the citizen, and `parts` parts of the message behind."""

    text: str
    seq: int
    parts: int


def worded(message: Message, links: OrderLinks | None = None) -> str:
    """One message as a text; an order's with its link, where there are links. Never empty."""
    text = plain(message.text) if message.format == "markdown" else message.text.strip()
    if message.sender is Sender.SEAT and (message.card or {}).get("attachment"):
        text = PICTURE if text in ("", "[图片]") else f"{text}\n{PICTURE}"
    if message.kind == "rating":
        # The figures are the buttons.
        return f"{text}\n{RATE_HINT}"
    if message.kind == "handoff" and "position" in (message.card or {}):
        return f"{text}\n{QUEUE_HINT}"
    link = links.link(str((message.card or {}).get("number", "")), message.at) if links else None
    if message.kind == "order_card" and link is not None:
        text = f"{text}\n{ORDER_LINK.format(link=link)}"
    hint = _choices(message.quick_replies)
    return f"{text}\n{hint}" if hint else text or "……"


def _choices(replies: Sequence[QuickReply]) -> str:
    if not replies:
        return ""
    if are_numbered(replies):
        return (
            "\n".join(f"{number}. {reply.text}" for number, reply in enumerate(replies, 1))
            + "\n（回复数字即可）"
        )
    return "您可以回复：" + "、".join(f"“{reply.text}”" for reply in replies)


def are_numbered(replies: Sequence[QuickReply]) -> bool:
    return len(replies) > WORDS_MAX or any(len(reply.text) > WORDS_CHARS for reply in replies)


def picked(text: str, offering: Message | None) -> QuickReply | None:
    """Which of the choices that were offered last the citizen has typed: its number, where they had numbers, or its words."""
    if offering is None or not offering.quick_replies:
        return None
    replies = offering.quick_replies
    bare = _bare(text)
    for reply in replies:
        if bare and _bare(reply.text) == bare:
            return reply
    number = _NUMBER.fullmatch(text)
    if number and offering.kind == "rating":
        wanted = f"{int(number[1])}分"
        return next((reply for reply in replies if reply.text == wanted), None)
    if number and are_numbered(replies) and 1 <= int(number[1]) <= len(replies):
        return replies[int(number[1]) - 1]
    return None


def _bare(text: str) -> str:
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).lower()


@dataclass(frozen=True)
class Telling:
    """What is to be said, and the number of the last message that was looked at."""

    parts: tuple[Part, ...]
    seq: int


def telling_of(
    messages: Sequence[Message], after_seq: int, after_parts: int = 0, links: OrderLinks | None = None
) -> Telling:
    """What is still to be said of messages, in as few texts as it fits into. `messages` are those behind `after_seq`, in
    order; `after_parts` parts of the first that is told are out already. Citizens' own messages are passed over."""
    parts: list[Part] = []
    text, seq, done = "", after_seq, after_parts
    for message in messages:
        if message.sender is Sender.CITIZEN:
            if not done:
                seq = message.seq
            continue
        pieces = split_text(worded(message, links))
        for number in range(done, len(pieces)):
            joined = f"{text}{_BETWEEN}{pieces[number]}" if text else pieces[number]
            if _bytes(joined) > MAX_BYTES:
                parts.append(Part(text, seq, done))
                joined = pieces[number]
            text, done = joined, number + 1
        seq, done = message.seq, 0
    if text:
        parts.append(Part(text, seq, done))
    return Telling(tuple(parts), seq)


def split_text(text: str, most_bytes: int = MAX_BYTES) -> list[str]:
    """In pieces of at most so many bytes of UTF-8. Cut at the end of a line, a sentence or a clause, if need be between
    characters; never within a number, and never within what is seen as one character. Nothing but white space is lost."""
    pieces: list[str] = []
    rest = text.strip()
    while _bytes(rest) > most_bytes:
        cut = _cut(rest, most_bytes)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        pieces.append(rest)
    return [piece for piece in pieces if piece]


def _cut(text: str, most_bytes: int) -> int:
    """After how many characters; more than 0."""
    # The longest head that fits; a character cut in two at its end is dropped.
    fits = len(text.encode()[:most_bytes].decode("utf-8", "ignore"))
    for ends in _ENDS:
        for cut in range(fits, fits // 2, -1):
            if text[cut - 1] in ends and _between(text, cut):
                return cut
    for cut in range(fits, 0, -1):
        if _between(text, cut):
            return cut
    # One run that fits into no piece: a citizen's joke. It has to be cut somewhere.
    return max(fits, 1)


def _between(text: str, cut: int) -> bool:
    """Whether a cut there parts neither a number nor a character."""
    if cut >= len(text):
        return True
    after = text[cut]
    if (
        unicodedata.combining(after)
        or after in "\u200d\ufe0e\ufe0f\u20e3"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    ):
        return False
    if text[cut - 1] == "\u200d" or (
        "\U0001f1e6" <= after <= "\U0001f1ff" and "\U0001f1e6" <= text[cut - 1] <= "\U0001f1ff"
    ):
        return False
    return not _within_run(text, cut)


def _within_run(text: str, cut: int) -> bool:
    begin = cut
    while begin > 0 and text[begin - 1].isascii() and not text[begin - 1].isspace():
        begin -= 1
    for found in _RUN.finditer(text, begin):
        if found.end() > cut:
            return found.start() < cut
    return False


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))

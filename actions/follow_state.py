"""Following up an order (progress, hurry, remark, withdraw): what is known and what is missing. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from desk.orders.digits import SPOKEN_DIGITS, only_digits
from desk.orders.drafting.phrases import first_match
from desk.orders.drafting.turn import Turn
from desk.orders.number import LENGTH, find_number
from desk.orders.proof import CODE_DIGITS, TAIL_DIGITS
from language.phones import digit_runs

PURPOSES = {
    "order_status": "status",
    "order_hurry": "hurry",
    "order_remark": "remark",
    "order_withdraw": "withdraw",
}
LABELS = {"status": "查进度", "hurry": "催办", "remark": "补充", "withdraw": "撤回"}
MAX_TRIES = 3
REMARK_MIN_CHARS = 4
_REMARK_LEAD = re.compile(
    r"^(?:我|想|要|再|给|那个|刚才|之前|的|工单|单子|投诉|诉求|里|麻烦|帮我|您|你|请|一下|一点|一条|情况|加|补充|追加|备注|说明|内容|说|是|就是|把|往|上|[,，。、:： ])+"
)


@dataclass(frozen=True)
class FollowState:
    """`text` is the remark or the reason of a withdrawal; `sure` that the citizen confirmed it. `proved`: the order is the
    citizen's own, and everything of it is theirs; `seen`: the tail of the phone was right, which opens the status.
    `only_code`: no tail is looked at any more."""

    purpose: str
    number: str = ""
    tail: str = ""
    code: str = ""
    text: str = ""
    sure: bool = False
    proved: bool = False
    seen: bool = False
    only_code: bool = False
    tries: int = 0
    asked: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FollowState:
        return cls(**data)

    def wrong(self) -> FollowState:
        """The number and what was to prove it did not fit: both are asked again."""
        return replace(self.about(""), tries=self.tries + 1)

    def about(self, number: str) -> FollowState:
        """The state with this order; what was proved of another one does not count."""
        if number == self.number:
            return self
        return replace(self, number=number, tail="", code="", proved=False, seen=False, sure=False)

    @property
    def needs_code(self) -> bool:
        """Whether the tail of the phone is not enough for what is wanted."""
        return self.only_code or self.purpose != "status"


_PURPOSE_WORDS = (
    ("withdraw", re.compile(r"撤(?:了|回|销|掉|单)|不(?:用|要)办了|取消(?:工单|投诉|那)")),
    (
        "hurry",
        re.compile(r"催|加急|快(?:点|些|一点)|抓紧|还(?:没|不|未)(?:有)?(?:人)?(?:处理|解决|来|管|办|修)"),
    ),
    (
        "remark",
        re.compile(r"补充|追加|加(?:上|一句|一条|个)|再(?:说|写|添|记)(?:一|上|个)|忘(?:了)?(?:说|讲)"),
    ),
)


def purpose_of(turn: Turn) -> str:
    """What is wanted of the order: by the intent, else by the words; to look it up where neither tells."""
    return PURPOSES.get(turn.intent) or first_match(_PURPOSE_WORDS, turn.words) or "status"


def begin(turn: Turn, last_order: str) -> FollowState:
    """The state after the first sentence. Without a number in it, the order is meant of which was spoken last."""
    state = read(FollowState(purpose_of(turn)), turn)
    if not state.number and last_order:
        state = replace(state, number=last_order)
    if state.purpose == "remark":
        told = _REMARK_LEAD.sub("", _without_numbers(turn.words))
        if len(told) >= REMARK_MIN_CHARS + 2 and not re.search(r"[吗?？]$", told):
            state = replace(state, text=told)
    return state


# A number with its code or tail right behind it: 261122-00015-9 482913. Without the gap it would be one long number.
_WITH_PROOF = re.compile(r"^(?P<number>.*\d)[\s,，、;；]+(?P<proof>\d{4}|\d{6})\D*$", re.DOTALL)

_ONLY_DIGITS = re.compile(r"[\d\s,，、.。!！-]+")


def read(state: FollowState, turn: Turn) -> FollowState:
    """Takes number, query code and phone tail out of a turn, whichever way they are said; a whole phone number gives its
    tail."""
    words = turn.words
    if state.asked == "text":
        # A remark may speak of other orders and of numbers.
        return state
    number = find_number(words) or ""
    if number:
        state = state.about(number)
    elif (both := _WITH_PROOF.match(words)) and (number := find_number(both["number"]) or ""):
        return _proved_by(state.about(number), both["proof"])
    if state.asked == "tail" and _ONLY_DIGITS.fullmatch(words.translate(SPOKEN_DIGITS)):
        # A breath in the middle (四八二，九幺三) is written as a comma by who hears it.
        digits = only_digits(words)
        if len(digits) in (TAIL_DIGITS, CODE_DIGITS):
            return _proved_by(state, digits)
    for run in digit_runs(words, TAIL_DIGITS):
        digits = run.digits
        if len(digits) == LENGTH and find_number(digits):
            continue
        if len(digits) < LENGTH - 1 and number and digits in number and state.asked != "tail":
            continue
        named = "尾号" in words or "后四位" in words or "查询码" in words
        expected = state.asked == "tail" or named or bool(state.number)
        if len(digits) == 11 or (len(digits) in (TAIL_DIGITS, CODE_DIGITS) and expected):
            state = _proved_by(state, digits)
    return state


def _proved_by(state: FollowState, digits: str) -> FollowState:
    if len(digits) == CODE_DIGITS:
        return replace(state, code=digits)
    return replace(state, tail=digits[-TAIL_DIGITS:])


def looks_like_number(words: str) -> bool:
    """Digits that were meant as an order number although they are none."""
    return any(len(run.digits) >= 8 for run in digit_runs(words, 8))


def _without_numbers(words: str) -> str:
    kept, position = [], 0
    for run in digit_runs(words, TAIL_DIGITS):
        kept.append(words[position : run.start])
        position = run.end
    return "".join([*kept, words[position:]]).strip(" -,，。")


def missing(state: FollowState) -> str:
    """What has to be asked: number, tail (or query code), text, sure; "" when the affair can be done."""
    if not state.number:
        return "number"
    if not state.proved and (state.needs_code or not state.seen):
        return "tail"
    if state.purpose == "remark" and not state.text:
        return "text"
    if state.purpose == "withdraw" and not state.sure:
        return "sure"
    return ""

"""A simulated citizen: he says what he came to say, then answers what he is asked as a person would."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from language.phones import find_phones
from tests.calls.runner import Heard
from tests.citizens.cast import Citizen, Gold
from tests.citizens.intact import folded
from tests.citizens.questions import NOT_UNDERSTOOD, TOLD, asked

UNKNOWN = "这个我不清楚"
ONLY_ASKS = "不用登记，我就是问问"
# What is said to a question that nobody's facts speak of.
_BY_DEFAULT = {
    "cancel_check": "要登记的",
    "duplicate": "新登记一件",
    "rating": "5分",
    "call_time": "随时都可以",
    "choice": "都不是",
    "change": "没有要改的了",
    "follow_sure": "确定",
}
# What nobody needs who only has a question.
_OF_AN_ORDER = {"place", "event_time", "subject", "appeal", "caller", "phone", "confidential"}
_KEPT_BACK = {"confidential": "不用保密", "caller": "不方便说", "phone": "不留电话"}
# He tells his matter so often at most to somebody who asks nothing, and then gives up.
_TELLS_AGAIN = 2
_ORDER_NUMBER = re.compile(r"\d{6}-\d{5}-\d")
# What the gold demands of a slot tells whether he has said it already.
_TOLD_BY = {"description": "description_has", "place": "place_has", "subject": "subject_has"}


class Line(Protocol):
    """One conversation with a hotline."""

    def send(self, text: str) -> Heard: ...


@dataclass(frozen=True)
class Said:
    """One message of the transcript; `by` is `citizen` or `hotline`."""

    by: str
    text: str
    kind: str = "text"


@dataclass
class Talk:
    """A conversation as it goes, and how it went."""

    citizen: Citizen
    transcript: list[Said] = field(default_factory=list)
    order_numbers: list[str] = field(default_factory=list)
    owner: str = "BOT"
    misunderstood: int = 0
    asked_again: int = 0
    # An order was written in reply to something that he wanted to be put right or told first.
    without_yes: bool = False

    def __post_init__(self) -> None:
        self._replies: Sequence[Mapping[str, Any]] = ()
        self._answered: Counter[str] = Counter()
        self._instead = dict(self.citizen.instead)
        self._at_summary, self._then = list(self.citizen.at_summary), list(self.citizen.then)
        self._correcting = ""

    @property
    def gold(self) -> Gold:
        return self.citizen.gold

    @property
    def said(self) -> list[str]:
        """The citizen's own messages."""
        return [line.text for line in self.transcript if line.by == "citizen"]

    def heard(self, *kinds: str) -> str:
        """What the hotline said, or only its messages of these kinds."""
        told = [line for line in self.transcript if line.by == "hotline"]
        return "\n".join(line.text for line in told if not kinds or line.kind in kinds)

    @property
    def is_told(self) -> bool:
        """Whether the hotline has said one of the things that the right answer holds."""
        heard = folded(self.heard())
        return not self.gold.answer_any or any(folded(words) in heard for words in self.gold.answer_any)

    @property
    def outcome(self) -> str:
        """The weightiest thing that came of it. Who asked for a person and was given an order has an order."""
        if self.heard("emergency"):
            return "emergency"
        if self.order_numbers:
            return "order"
        if self.heard("handoff") or self.owner in ("WAITING", "SEAT"):
            return "human"
        told = self.heard("answer") or (self.gold.answer_any and self.is_told)
        return "answer" if told else "none"

    def hear(self, heard: Heard) -> None:
        self.owner = heard.owner or self.owner
        self._replies = heard.replies
        for reply in heard.replies:
            text, kind = str(reply.get("text", "")), str(reply.get("kind", "text"))
            self.transcript.append(Said("hotline", text, kind))
            if kind != "answer":
                self.misunderstood += bool(NOT_UNDERSTOOD.search(text))
            if kind == "order_card":
                self.order_numbers += _ORDER_NUMBER.findall(text)[:1]
                self.without_yes |= bool(self._correcting)

    def next_words(self) -> str | None:
        """What he says now; None when there is nothing left to say."""
        if len(self.said) < len(self.citizen.openings):
            return self.citizen.openings[len(self.said)]
        if self._is_served():
            return self._then.pop(0) if self._then else None
        match asked(self._replies):
            case "" | "told":
                return self._tell_again()
            case "confirm" if self.gold.outcome == "answer":
                return ONLY_ASKS
            case "confirm":
                self._correcting = self._at_summary.pop(0) if self._at_summary else ""
                return self._correcting or self.citizen.confirm
            case "change" if self._correcting:
                return self._correcting
            case "offer":
                return self._answer("offer", "登记吧" if self.gold.outcome == "order" else "不用了，谢谢")
            case "phone_check":
                return self._check_phone()
            case "duplicate" | "rating" | "choice" | "change" | "call_time" | "cancel_check" as question:
                return self._answer(question)
            case slot:
                self.asked_again += bool(self._answered[slot] or self._has_told(slot))
                return self._answer(slot)

    def _is_served(self) -> bool:
        if self.gold.outcome == "none":
            return asked(self._replies) in ("", TOLD, "offer")
        return bool(self.order_numbers) or (self.outcome == self.gold.outcome and self.is_told)

    def _tell_again(self) -> str | None:
        """Nothing was asked, or something else was answered."""
        self._answered["unasked"] += 1
        ways = self.citizen.facts.get("description", self.citizen.openings[-1:])
        count = self._answered["unasked"]
        return ways[min(count, len(ways)) - 1] if count <= _TELLS_AGAIN else None

    def _answer(self, slot: str, default: str = "") -> str:
        if slot in self._instead:
            return self._instead.pop(slot)
        ways = self.citizen.facts.get(slot) or (default or self._without_fact(slot),)
        self._answered[slot] += 1
        # Who is just putting something right says the right thing, which stands last.
        return ways[-1] if self._correcting else ways[min(self._answered[slot], len(ways)) - 1]

    def _without_fact(self, slot: str) -> str:
        if slot in _OF_AN_ORDER and self.gold.outcome == "answer":
            return ONLY_ASKS
        return _BY_DEFAULT.get(slot) or _KEPT_BACK.get(slot, UNKNOWN)

    def _has_told(self, slot: str) -> bool:
        """Whether he has said unasked all that the order has to hold of it."""
        wanted = list(getattr(self.gold, _TOLD_BY[slot])) if slot in _TOLD_BY else []
        if slot == "caller" and self.gold.name:
            wanted = [self.gold.name]
        if slot == "phone" and self.gold.phone:
            return self.gold.phone in self._numbers_said()
        said = folded(" ".join(self.said))
        return bool(wanted) and all(folded(words) in said for words in wanted)

    def _check_phone(self) -> str:
        """Yes to the right number, and to one that he has said and not yet put right; else the right one."""
        if "phone_check" in self.citizen.facts and not self._answered["phone_check"]:
            # A correction of a part; where it does not help, he says the whole number.
            return self._answer("phone_check")
        shown = find_phones(str(self._replies[-1].get("text", "")))
        if shown and shown[-1].digits == (self.gold.phone or self._last_number_said()):
            return "对"
        return f"不对，是{self.gold.phone}" if self.gold.phone else "不对"

    def _numbers_said(self) -> set[str]:
        return {phone.digits for words in self.said for phone in find_phones(words)}

    def _last_number_said(self) -> str:
        numbers = [phone.digits for words in self.said for phone in find_phones(words)]
        return numbers[-1] if numbers else ""


def hold(citizen: Citizen, line: Line) -> Talk:
    """Lets the citizen talk to the hotline until he has nothing more to say, or a person has taken over."""
    talk = Talk(citizen)
    while talk.owner == "BOT" and len(talk.said) < citizen.gold.max_turns:
        words = talk.next_words()
        if words is None:
            break
        talk.transcript.append(Said("citizen", words))
        talk.hear(line.send(words))
    return talk

"""How a citizen was served: what is wrong with the outcome, the order and the answer, in a few words each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from desk.orders.errors import OrderNotFound
from desk.orders.limits import OrderLimits
from desk.orders.store import OrderStore
from desk.settings import Settings
from desk.store.engine import open_engine
from tests.citizens.cast import Gold
from tests.citizens.intact import folded, is_intact
from tests.citizens.talk import Talk

# More often than this, and he has hung up.
MOST_MISUNDERSTOOD = 1
NO_ORDER = "no order"
CHECKS = (
    "outcome",
    "type",
    "place",
    "subject",
    "description",
    "name",
    "phone",
    "confidential",
    "answer",
    "confirmed",
    "intact",
    "understood",
)
_CITY = "明州市"

Order = Mapping[str, Any]


@dataclass(frozen=True)
class Score:
    """`faults` has an entry for each check that the gold demands, empty where it is right."""

    talk: Talk
    faults: Mapping[str, Sequence[str]]

    @property
    def is_right(self) -> bool:
        return not any(self.faults.values())

    @property
    def wrong(self) -> list[str]:
        return [f"{check}: {fault}" for check, found in self.faults.items() for fault in found]


def stored_order(settings: Settings, number: str) -> Order | None:
    """The order as it stands now, with what was added to it later."""
    engine = open_engine(settings.effective_database_url)
    try:
        return asdict(OrderStore(engine, OrderLimits.from_settings(settings)).get(number))
    except OrderNotFound:
        return None
    finally:
        engine.dispose()


def score(talk: Talk, settings: Settings) -> Score:
    """`settings` are those that the hotline runs with. His matter is the first order; a second one is of a second matter."""
    order = stored_order(settings, talk.order_numbers[0]) if talk.order_numbers else None
    return Score(talk, faults_of(talk, order))


def faults_of(talk: Talk, order: Order | None) -> dict[str, list[str]]:
    gold = talk.gold
    faults = {"outcome": [] if talk.outcome == gold.outcome else [f"{talk.outcome}, not {gold.outcome}"]}
    for check, found in _of_order(gold, order) if order else _of_nothing(gold):
        faults[check] = found
    if gold.answer_any or gold.answer_lacks:
        heard = folded(talk.heard())
        unwanted = [f"holds {words}" for words in gold.answer_lacks if folded(words) in heard]
        faults["answer"] = [*unwanted, *([] if talk.is_told else [f"none of {'/'.join(gold.answer_any)}"])]
    if order:
        faults["confirmed"] = ["registered without his yes"] if talk.without_yes else []
        faults["intact"] = torn(order, talk.said)
    often = talk.misunderstood > MOST_MISUNDERSTOOD
    faults["understood"] = [f"not understood {talk.misunderstood} times"] if often else []
    return faults


def torn(order: Order, said: Sequence[str]) -> list[str]:
    """Fields that hold what nobody said so. A place may have names of the gazetteer in front of it."""
    place = str(order["place_detail"]).removeprefix(_CITY)
    for level in ("place_district", "place_street", "place_community"):
        place = place.removeprefix(str(order[level]))
    held = {"place": place, "subject": str(order["subject"]), "description": str(order["description"])}
    whole = f"{order['place_community']}{place}"
    return [
        f"{name} torn: {value}"
        for name, value in held.items()
        if value and not is_intact(value, said) and not (name == "place" and is_intact(whole, said))
    ]


def _of_nothing(gold: Gold) -> Iterable[tuple[str, list[str]]]:
    """Every field that the gold demands is missing where no order was written."""
    for check in ("type", "name", "phone", "confidential"):
        if getattr(gold, check) not in (None, ()):
            yield check, [NO_ORDER]
    for check in ("place", "subject", "description"):
        if getattr(gold, f"{check}_has") or getattr(gold, f"{check}_lacks", ()):
            yield check, [NO_ORDER]


def _of_order(gold: Gold, order: Order) -> Iterable[tuple[str, list[str]]]:
    if gold.type:
        yield "type", [] if str(order["type"]) in gold.type else [f"is {order['type']}"]
    for check in ("place", "subject", "description"):
        has, lacks = getattr(gold, f"{check}_has"), getattr(gold, f"{check}_lacks", ())
        if has or lacks:
            yield check, _text_faults(check, has, lacks, order)
    if gold.name is not None:
        held = f"{order['caller_name']}{order['caller_title']}"
        yield "name", [] if _holds(gold.name, held) else [f"is {held!r}"]
    if gold.phone is not None:
        numbers = (str(order["phone"]), str(order["callback_phone"]))
        right = gold.phone in numbers if gold.phone else not any(numbers)
        yield "phone", [] if right else [f"is {numbers[0]!r}"]
    if gold.confidential is not None:
        yield (
            "confidential",
            [] if order["confidential"] == gold.confidential else [f"is {order['confidential']}"],
        )


def _text_faults(check: str, has: Iterable[str], lacks: Iterable[str], order: Order) -> list[str]:
    """A subject may stand in the description too; a place may not, for people are sent there."""
    remarks = "".join(str(_text_of(remark)) for remark in order["remarks"])
    told = f"{order['description']}{order['appeal']}{remarks}"
    levels = ("place_district", "place_street", "place_community", "place_detail")
    own = {
        "place": "".join(str(order[level]) for level in levels),
        "subject": str(order["subject"]),
        "description": told,
    }[check]
    wide = folded(own if check == "place" else f"{own} {told}")
    missing = [f"lacks {words}" for words in has if folded(words) not in wide]
    return missing + [f"holds {words}" for words in lacks if folded(words) in folded(own)]


def _text_of(remark: Any) -> str:
    return str(remark["text"] if isinstance(remark, Mapping) else remark.text)


def _holds(wanted: str, held: str) -> bool:
    return wanted in held if wanted else not held

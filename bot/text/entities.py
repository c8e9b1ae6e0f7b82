"""All extractors over one text, and how their findings are merged with those of a trained extractor."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.text.addresses import AddressFinder, normalise_address
from bot.text.gazetteer import Gazetteer
from bot.text.id_numbers import find_id_numbers
from bot.text.names import find_names
from bot.text.order_numbers import find_order_numbers
from bot.text.organisations import CompanyFinder, DepartmentFinder, find_organisations
from bot.text.phones import find_phones
from bot.text.plates import find_plates
from bot.text.spans import Span
from language.normalise import normalise
from language.numerals import find_numbers
from language.times import find_times

# Rules check digits, calendars and lists, so a trained guess of these kinds only stands where no rule speaks of it.
RULE_WINS = frozenset({"phone", "id_number", "order_number", "plate", "time", "number", "department"})
LONGEST_WINS = frozenset({"address", "organisation", "name"})


class EntityFinder:
    """Runs every extractor. Immutable, safe to share between threads; time is linear in the text."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._addresses = AddressFinder(gazetteer)
        self._departments = DepartmentFinder(gazetteer)
        self._companies = CompanyFinder(gazetteer)

    def find(self, text: str, now: datetime) -> list[Span]:
        """Spans refer to `text` as given, not to its normalised form. `now` resolves times and needs a time zone."""
        normalised = normalise(text)
        clean = normalised.text
        identifiers = _first_come(
            find_id_numbers(clean), find_order_numbers(clean), find_phones(clean), find_plates(clean)
        )
        addresses = _outside(self._addresses.find(clean), identifiers)
        times = _outside(
            [Span("time", found.value, found.start, found.end) for found in find_times(clean, now)],
            identifiers,
            addresses,
        )
        companies = self._companies.find(clean)
        # 工商银行 is no department; 京东物流园 is more than 京东.
        departments = _outside(self._departments.find(clean), identifiers, companies)
        covered = _coverage(len(clean), addresses)
        by_ending = [
            span
            for span in _outside(find_organisations(clean), departments)
            if not all(covered[span.start : span.end])
        ]
        surer = [
            company
            for company in companies
            if not any(_contains(span, company) and span.length > company.length for span in by_ending)
        ]
        organisations = [*_outside(by_ending, surer), *_outside(surer, addresses)]
        names = _outside(find_names(clean, alone=len(clean) <= 4), identifiers, addresses)
        numbers = _outside(_quantities(clean), identifiers, addresses, times, departments)
        found = [*identifiers, *addresses, *times, *departments, *organisations, *names, *numbers]
        return [
            _to_original(span, normalised.original_span(span.start, span.end))
            for span in sorted(found, key=_place)
        ]


def _quantities(text: str) -> list[Span]:
    return [
        Span("number", found.value, found.start, found.end, 0.9, {"unit": found.unit} if found.unit else {})
        for found in find_numbers(text)
    ]


def _contains(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _place(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _to_original(span: Span, place: tuple[int, int]) -> Span:
    return Span(span.entity, span.value, place[0], place[1], span.confidence, span.parts)


def _first_come(*groups: list[Span]) -> list[Span]:
    """Earlier groups are surer: digits of an ID number are no telephone number."""
    kept: list[Span] = []
    for group in groups:
        kept += _outside(group, list(kept))
    return kept


def _outside(spans: list[Span], *taken: list[Span]) -> list[Span]:
    others = [other for group in taken for other in group]
    if not spans or not others:
        return spans
    covered = _coverage(max(span.end for span in [*spans, *others]), others)
    return [span for span in spans if not any(covered[span.start : span.end])]


def _coverage(length: int, spans: list[Span]) -> bytearray:
    """One byte a character, 1 where a span lies."""
    covered = bytearray(length)
    for span in spans:
        covered[span.start : span.end] = b"\x01" * span.length
    return covered


def merge(trained: list[dict[str, Any]], rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One list of Rasa entities, in the order of the text.

    Of two overlapping entities of the same kind the rule's stays for RULE_WINS kinds, the longer one otherwise (the
    rule's when they are equally long). A trained entity of a RULE_WINS kind inside a rule's entity of another kind
    goes too: half a telephone number is no number.
    """
    kept_rules = list(rules)
    kept_trained = []
    for guess in trained:
        rivals = [rule for rule in kept_rules if _overlap(guess, rule)]
        same = [rule for rule in rivals if rule["entity"] == guess["entity"]]
        if any(rule["entity"] in RULE_WINS for rule in rivals) and (same or guess["entity"] in RULE_WINS):
            continue
        if same:
            if max(_length(rule) for rule in same) >= _length(guess):
                continue
            kept_rules = [rule for rule in kept_rules if rule not in same]
        kept_trained.append(_refined(guess, same))
    return sorted(kept_trained + kept_rules, key=lambda entity: (entity["start"], entity["end"]))


def _refined(guess: dict[str, Any], replaced: list[dict[str, Any]]) -> dict[str, Any]:
    """Trained entities carry raw text; give them the shape that rules give."""
    value = guess["value"]
    if guess["entity"] == "address" and isinstance(value, str):
        return {**guess, "value": normalise_address(normalise(value).text)}
    if guess["entity"] == "name" and isinstance(value, str):
        known = replaced[0]["value"] if replaced else None
        return {**guess, "value": known if isinstance(known, dict) else _name_value(value)}
    return guess


def _name_value(text: str) -> dict[str, str]:
    found = find_names(text, alone=True)
    value = found[0].value if found else {"name": text, "title": ""}
    return {"name": str(value["name"]), "title": str(value["title"])}


def _overlap(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return bool(first["start"] < second["end"] and second["start"] < first["end"])


def _length(entity: dict[str, Any]) -> int:
    return int(entity["end"]) - int(entity["start"])

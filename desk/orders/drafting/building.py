"""Turns a confirmed draft into the order that is stored, with the source of every field."""

from __future__ import annotations

from dataclasses import dataclass

from desk.orders.drafting.draft import Draft, Value
from desk.orders.drafting.summary import title
from desk.orders.order import FieldSource, NewOrder, OrderType, Origin, Urgency
from desk.places import columns_of


@dataclass(frozen=True)
class Filing:
    """Where the order belongs, as the classifier sees it."""

    code: str = ""
    path: tuple[str, ...] = ()
    department: str = ""
    confidence: float = 0.0
    urgency: str = "normal"


def build_order(draft: Draft, conversation_id: str, channel: str, filing: Filing) -> NewOrder:
    """The order of a draft. The same draft builds the same order, so that storing it twice is harmless."""
    place = columns_of(draft.place)
    known = {urgency.value for urgency in Urgency}
    return NewOrder(
        conversation_id=conversation_id,
        draft_id=draft.draft_id,
        channel=channel,
        type=OrderType(draft.type),
        title=title(draft),
        description=draft.get("description"),
        appeal=draft.get("appeal"),
        event_time=draft.get("event_time"),
        place_district=place.district,
        place_street=place.street,
        place_community=place.community,
        place_detail=place.detail,
        subject=draft.get("subject"),
        category_code=filing.code,
        category_path=filing.path,
        department=filing.department,
        urgency=Urgency(filing.urgency) if filing.urgency in known else Urgency.NORMAL,
        caller_name=draft.get("caller_name"),
        caller_title=draft.get("caller_title"),
        phone=draft.get("phone"),
        callback_phone=draft.get("callback_phone"),
        confidential=draft.get("confidential") == "yes",
        reply_wanted=draft.has("phone"),
        sources=_sources(draft, filing),
    )


def _sources(draft: Draft, filing: Filing) -> dict[str, FieldSource]:
    sources = {name: _source(value) for name, value in draft.fields.items()}
    if draft.place_source is not None:
        sources["place_detail"] = _source(draft.place_source)
    if filing.code:
        turn = draft.fields["description"].turn if draft.has("description") else 0
        sources["category_code"] = FieldSource(
            turn=turn, origin=Origin.CLASSIFIER, confidence=filing.confidence
        )
    return sources


def _source(value: Value) -> FieldSource:
    span = (value.start, value.end) if value.end > value.start else None
    # The number of the line was shown by the network, not said.
    origin = Origin.RULE if value.origin == "line" else Origin.CITIZEN
    return FieldSource(turn=value.turn, origin=origin, span=span, confidence=value.confidence)

"""The work-order form of the console: a draft as fields with their sources, and fields back into an order. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from desk.orders.digits import normal_phone
from desk.orders.drafting.building import Filing, build_order
from desk.orders.drafting.draft import TYPES, Draft, Value
from desk.orders.drafting.plan import needs_place
from desk.orders.drafting.summary import title
from desk.orders.order import FieldSource, NewOrder, OrderType, Origin, Urgency
from desk.orders.rows import MAX_CHARS, clean_text
from desk.places import columns_of, parse_address
from desk.privacy import mask_field
from desk.privacy.mask import MASK
from language import phones

if TYPE_CHECKING:
    # Slow to load, and here only a type.
    from desk.orders.category import CategoryTree

# name -> (label, kind, group). Groups are shown in this order, after what is missing; inside a group the least sure field comes first.
_FIELDS: Mapping[str, tuple[str, str, int]] = {
    "type": ("诉求类型", "choice", 0),
    "description": ("反映内容", "textarea", 0),
    "title": ("标题", "text", 0),
    "place": ("发生地点", "place", 1),
    "event_time": ("发生时间", "time", 1),
    "subject": ("涉及对象", "text", 1),
    "appeal": ("市民诉求", "textarea", 1),
    "category_code": ("诉求分类", "category", 2),
    "department": ("承办单位", "text", 2),
    "urgency": ("紧急程度", "choice", 2),
    "caller_name": ("来电人", "text", 3),
    "caller_title": ("称谓", "choice", 3),
    "phone": ("联系电话", "phone", 3),
    "callback_phone": ("回访电话", "phone", 3),
    "confidential": ("要求保密", "bool", 3),
    "reply_wanted": ("需要回复", "bool", 3),
}
_TITLES = ("", "先生", "女士", "师傅", "老师", "同学", "大爷", "阿姨")
_REQUIRED = frozenset({"type", "description", "title", "category_code", "department", "urgency"})
# What nobody said and no rule found; below every real confidence, so that it is looked at first.
_GUESSED = 0.5


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A category as the classifier sees it."""

    code: str
    path: tuple[str, ...]
    department: str
    confidence: float
    urgency: str
    urgency_reason: str = ""


NO_SUGGESTION = Suggestion(code="", path=(), department="", confidence=0.0, urgency=Urgency.NORMAL.value)


class FieldProblems(Exception):
    """What is wrong with a form, by field name, in Chinese."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def form_fields(draft: Draft, suggestion: Suggestion) -> list[dict[str, Any]]:
    """The fields in the order in which they should be looked at. Categories to choose from come apart: many."""
    values = {name: _field(name, draft, suggestion) for name in _FIELDS}
    fields = []
    for name, (label, kind, group) in _FIELDS.items():
        value, source, origin = values[name]
        required = name in _REQUIRED or (name == "place" and needs_place(draft))
        field: dict[str, Any] = {
            "name": name,
            "label": label,
            "value": value,
            "kind": kind,
            "required": required,
            "confidence": round(source.confidence, 3),
            "origin": origin,
            "turn": source.turn or None,
            "span": [source.start, source.end] if source.end > source.start else None,
            "group": group,
        }
        options = _options(name)
        if options is not None:
            field["options"] = options
        problem = _problem(name, value, required)
        if problem:
            field["problem"] = problem
        fields.append(field)
    # What is missing or wrong comes before all groups: the order cannot be sent without it.
    return sorted(fields, key=lambda f: (0 if f.get("problem") else 1, f["group"], f["confidence"]))


# Values of ours; everything else of a form may be the citizen's.
_OURS = frozenset({"choice", "category", "bool"})


def masked_fields(fields: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The fields for whoever only looks; `masked` says which are covered."""
    shown = []
    for field in fields:
        covered = _covered(field)
        shown.append(
            {**field, "value": covered, "masked": True} if covered != field["value"] else dict(field)
        )
    return shown


def uncovered(given: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A form that was filled in masked: what came back as it was covered gets its value again.

    Raises FieldProblems: something masked has been changed, or the citizen has said something else meanwhile.
    """
    clear = {field["name"]: field for field in fields}
    values, problems = dict(given), {}
    for name, value in given.items():
        field = clear.get(name)
        if field is not None and value == _covered(field):
            values[name] = field["value"]
        elif isinstance(value, str) and MASK in value:
            problems[name] = "内容已遮盖，请先查看原文，或整项重新填写"
    if problems:
        raise FieldProblems(problems)
    return values


def _covered(field: Mapping[str, Any]) -> Any:
    value = field["value"]
    if field["kind"] in _OURS or not isinstance(value, str):
        return value
    return mask_field(field["name"], value)


def _field(name: str, draft: Draft, suggestion: Suggestion) -> tuple[Any, Value, str]:
    nothing = Value("", 0, confidence=1.0)
    told = draft.fields.get("description")
    match name:
        case "type":
            return draft.type, Value(draft.type, told.turn if told else 0, confidence=_GUESSED), "rule"
        case "title":
            text = title(draft) if told else ""
            return text, Value(text, told.turn if told else 0, confidence=_GUESSED if told else 1.0), "rule"
        case "place":
            source = draft.place_source or nothing
            return draft.place_text, source, "citizen" if draft.place_source else ""
        case "category_code":
            if not suggestion.code:
                return "", nothing, ""
            turn = told.turn if told else 0
            return suggestion.code, Value("", turn, confidence=suggestion.confidence), "classifier"
        case "department":
            if not suggestion.department:
                return "", nothing, ""
            return suggestion.department, Value("", 0, confidence=suggestion.confidence), "classifier"
        case "urgency":
            return suggestion.urgency, Value("", told.turn if told else 0, confidence=0.8), "rule"
        case "confidential":
            known = draft.fields.get("confidential")
            return draft.get("confidential") == "yes", known or nothing, "citizen" if known else ""
        case "reply_wanted":
            return True, nothing, ""
    value = draft.fields.get(name)
    if value is None:
        return "", nothing, ""
    return value.value, value, "line" if value.origin == "line" else "citizen"


def _options(name: str) -> list[dict[str, str]] | None:
    match name:
        case "type":
            return [{"value": code, "label": label} for code, label in TYPES.items()]
        case "urgency":
            return [{"value": urgency.value, "label": urgency.label} for urgency in Urgency]
        case "caller_title":
            return [{"value": word, "label": word or "不详"} for word in _TITLES]
    return None


def _problem(name: str, value: Any, required: bool) -> str:
    if required and value in ("", None):
        return "必填"
    if name in ("phone", "callback_phone") and value:
        return phones.problem(normal_phone(str(value)))
    return ""


def order_from(
    fields: Mapping[str, Any],
    *,
    draft: Draft,
    draft_id: str,
    conversation_id: str,
    channel: str,
    suggestion: Suggestion,
    tree: CategoryTree,
) -> NewOrder:
    """The order that a seat submits. What they left as the draft had it keeps its source; the rest is their own.

    Raises FieldProblems, naming every field that cannot stay as it is.
    """
    texts = {name: clean_text(str(fields.get(name) or "")) for name in _FIELDS}
    problems = _problems(texts, fields, draft, tree)
    if problems:
        raise FieldProblems(problems)
    base = build_order(
        draft, conversation_id, channel, Filing(suggestion.code, suggestion.path, suggestion.department)
    )
    code = texts["category_code"]
    path = tree.path(code) if code in tree else base.category_path
    same_place = texts["place"] == draft.place_text
    # What the seat wrote stays as it was written; the parser only finds the parts in it.
    place = draft.place if same_place else replace(parse_address(texts["place"]), said=texts["place"])
    columns = columns_of(place)
    order = NewOrder(
        conversation_id=conversation_id,
        draft_id=draft_id,
        channel=channel,
        type=OrderType(texts["type"]),
        title=texts["title"],
        description=texts["description"],
        appeal=texts["appeal"],
        event_time=texts["event_time"],
        place_district=columns.district,
        place_street=columns.street,
        place_community=columns.community,
        place_detail=columns.detail,
        subject=texts["subject"],
        category_code=code,
        category_path=path,
        department=texts["department"],
        urgency=Urgency(texts["urgency"]),
        caller_name=texts["caller_name"],
        caller_title=texts["caller_title"],
        phone=normal_phone(texts["phone"]),
        callback_phone=normal_phone(texts["callback_phone"]),
        confidential=fields.get("confidential") is True,
        reply_wanted=fields.get("reply_wanted") is not False,
        sources=_sources(texts, fields, draft, base, suggestion),
    )
    return order


def _problems(
    texts: Mapping[str, str], fields: Mapping[str, Any], draft: Draft, tree: CategoryTree
) -> dict[str, str]:
    problems: dict[str, str] = {}
    for name, text in texts.items():
        if name in ("confidential", "reply_wanted"):
            continue
        problem = _problem(name, text, name in _REQUIRED)
        limit = MAX_CHARS.get("place_detail" if name == "place" else name)
        if not problem and limit is not None and len(text) > limit:
            problem = f"太长，最多 {limit} 个字"
        if problem:
            problems[name] = problem
    if "type" not in problems and texts["type"] not in TYPES:
        problems["type"] = "不是允许的值"
    if "urgency" not in problems and texts["urgency"] not in {u.value for u in Urgency}:
        problems["urgency"] = "不是允许的值"
    code = texts["category_code"]
    if code and code not in tree:
        problems["category_code"] = "没有这个分类"
    if texts["type"] in ("help", "complain", "report") and not texts["place"] and needs_place(draft):
        problems["place"] = "请补充发生地点，没有固定地点请填“无固定地点”"
    if fields.get("reply_wanted") is not False and not (texts["phone"] or texts["callback_phone"]):
        problems["phone"] = "需要回复时请填电话，或者取消“需要回复”"
    return problems


def _sources(
    texts: Mapping[str, str],
    fields: Mapping[str, Any],
    draft: Draft,
    base: NewOrder,
    suggestion: Suggestion,
) -> dict[str, FieldSource]:
    """Where each field came from; a changed one came from the seat."""
    seat = FieldSource(turn=0, origin=Origin.SEAT)
    sources: dict[str, FieldSource] = {}
    for name in _FIELDS:
        stored = "place_detail" if name == "place" else name
        if name in ("reply_wanted", "caller_title", "type", "title"):
            continue
        before = draft.place_text if name == "place" else draft.get(name)
        if name == "confidential":
            same = (fields.get(name) is True) == (before == "yes")
        elif name == "category_code":
            same, before = texts[name] == suggestion.code, suggestion.code
        elif name in ("department", "urgency"):
            continue
        else:
            same = texts[name] == before
        if same and before:
            known = base.sources.get(stored)
            if name == "category_code":
                known = FieldSource(turn=0, origin=Origin.CLASSIFIER, confidence=suggestion.confidence)
            if known is not None:
                sources[stored] = known
        elif texts[name] or name == "confidential" and not same:
            sources[stored] = seat
    return sources


def duplicates_for(draft: Draft, conversation_id: str, channel: str, suggestion: Suggestion) -> NewOrder:
    """The draft as an order, only to be compared with others."""
    filing = Filing(suggestion.code, suggestion.path, suggestion.department, suggestion.confidence)
    return build_order(draft, conversation_id, channel, filing)


def suggestions_json(found: Sequence[Suggestion]) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "path": list(one.path),
            "department": one.department,
            "confidence": round(one.confidence, 4),
            "urgency": one.urgency,
        }
        for one in found
        if one.code
    ]

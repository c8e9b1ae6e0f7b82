"""Fills an order draft from a whole conversation, for the form that a seat finishes. Pure.

The bot's own draft (Rasa's slot) is the best beginning where there is one: the citizen has corrected it already. What
was said after it, and whole conversations that never reached the bot's form, are filled in by the same rules that the
form uses, turn by turn. What Rasa read of a turn is taken from its tracker; what was said to a seat Rasa never saw, and
`Transcript.read` reads it in the light of what the seat asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from desk.conversations import Message, Sender
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import fill
from desk.orders.drafting.phrases import asks_for_person, has_content, is_no, is_question, is_yes
from desk.orders.drafting.turn import Entity, Turn
from language.reading import Reading

# What the seat or the bot asked for just before decides how a short answer is read. The last word of a sentence wins.
_ASKED = (
    ("phone", re.compile(r"电话|手机|号码|联系方式")),
    ("caller", re.compile(r"称呼|贵姓|姓名|名字|怎么叫您")),
    ("place", re.compile(r"地址|位置|哪里|哪个小区|什么地方|具体地点|门牌")),
    ("event_time", re.compile(r"什么时候|时间|哪天|几点|多久了")),
    ("subject", re.compile(r"哪家|哪一家|店名|单位名称|叫什么店|谁家")),
    ("appeal", re.compile(r"诉求|希望怎么|要求是什么|想怎么解决")),
)
# The fields that are asked for -> what the reader calls the question (`language.annotated.EXPECTATIONS`).
_EXPECTED = {"caller": "name", "event_time": "time", "confirm": "summary"}
_ASKS = re.compile(r"[?？]|请问|请说|请提供|麻烦|告诉|留一个|是多少|方便")
# Nothing to register: wishes for a person and small talk.
_EMPTY = re.compile(
    r"^(?:请?(?:转|找|换|要|叫|接)(?:个|一个|到)?(?:人工|真人|坐席|客服|活人)(?:服务|客服)?|人工(?:服务|客服|坐席)?|"
    r"你好|您好|在吗|喂|谢谢(?:你|您)?|好的?|嗯+|哦|可以|行|是的?|没有了?|不用了?|知道了|[0-9])[。!！?？,， 吧了呢啊]*$"
)
# What the bot understood as a wish for a person or as small talk, in whatever words (a voice line hears many).
_EMPTY_INTENTS = frozenset(
    {
        "ask_human",
        "greet",
        "goodbye",
        "thank",
        "affirm",
        "deny",
        "repeat",
        "slower",
        "simpler",
        "ask_identity",
        "chitchat",
        "abuse",
        "emotion_anger",
    }
)
_SURE = 0.6
# A name and a number tell who speaks, not what about.
_DETAILS = re.compile(
    r"(?:我|本人)?(?:免贵)?(?:叫|姓|名叫)[一-龥]{1,4}|(?:我的?)?(?:电话|手机|联系方式|号码)+(?:号码?)?(?:是|为)?|[0-9][0-9 -]{6,}[0-9Xx]"
)
# Clauses of somebody who has waited long enough: no article answers them.
_IMPATIENT = re.compile(
    r"(?:转|找|换|要|叫|接)(?:个|一个|到|给我)?(?:人工|真人|坐席|客服|活人)|人工(?:服务|客服|坐席)?吧?$|气死|急死|(?:怎么)?还没人|没人(?:理|接|应|回)|"
    r"还要等|等(?:了|到)?(?:多久|半天|很久)|快[点些]|赶紧|你们(?:到底|还)?管不管"
)
_CLAUSES = re.compile(r"[,，。;；!！?？\s]+")
MAX_TURNS = 60


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """What a draft is made of.

    `slot` is the bot's own draft as JSON or None; `entities`, `intents` and `readings` are what the understanding found,
    by message seq. `read` reads a text that it never saw, in the light of what was asked; by default nothing is read.
    `done_drafts` are drafts of this conversation that have become orders already.
    """

    messages: Sequence[Message]
    zone: ZoneInfo
    slot: Mapping[str, Any] | None = None
    entities: Mapping[int, tuple[Entity, ...]] | None = None
    intents: Mapping[int, tuple[str, float]] | None = None
    readings: Mapping[int, Reading] | None = None
    read: Callable[[str, str], Reading] = lambda text, asked: Reading()
    done_drafts: frozenset[str] = frozenset()


def draft_of(transcript: Transcript) -> Draft:
    """The draft of whatever was told since the last order. Same transcript, same draft and same `draft_id`."""
    draft, after = _beginning(transcript)
    asked = ""
    for message in transcript.messages[-4 * MAX_TURNS :]:
        if message.sender is not Sender.CITIZEN:
            asked = _asked_for(message.text) or ("" if message.sender is Sender.SEAT else asked)
            continue
        if message.seq <= after or message.payload is not None or _EMPTY.match(message.text.strip()):
            continue
        turn = _turn(transcript, message, asked or ("confirm" if draft.has("description") else "start"))
        understood = turn.intent if turn.confidence >= _SURE else ""
        # Who wants a person answers no question; small talk may: "可以" to "可以公开吗".
        wish = understood == "ask_human" or asks_for_person(turn.words)
        if not has_content(turn.words) and (wish or (understood in _EMPTY_INTENTS and not asked)):
            continue
        draft = _take(draft, turn, asked)
        asked = ""
    return replace(draft, asked="")


def tells_nothing(text: str) -> bool:
    """Whether a citizen's message has nothing in it to look up or to register."""
    words = text.strip()
    return len(words) < 2 or bool(_EMPTY.match(words))


def _beginning(transcript: Transcript) -> tuple[Draft, int]:
    """The draft to start from, and the seq of the last message that is in it already."""
    registered = max((m.seq for m in transcript.messages if m.kind == "order_card"), default=0)
    slot = _slot_draft(transcript.slot)
    if slot is not None and slot.draft_id not in transcript.done_drafts:
        turns = [value.turn for value in slot.fields.values()]
        turns += [slot.place_source.turn] if slot.place_source else []
        return slot, max([registered, *turns])
    draft_id = f"s{registered}"
    # A form that was registered without a card in the transcript must not be found again under the same name.
    while draft_id in transcript.done_drafts:
        draft_id += "x"
    return Draft(draft_id=draft_id, type="help"), registered


def _slot_draft(slot: Mapping[str, Any] | None) -> Draft | None:
    if slot is None:
        return None
    try:
        return Draft.from_json(slot)
    except (KeyError, TypeError, ValueError):
        return None


def _take(draft: Draft, turn: Turn, asked: str) -> Draft:
    if not draft.has("description"):
        first = fill(replace(draft, asked=""), turn).draft
        # Only a trouble or a longer sentence opens an order; a question that the bot answered does not.
        opened = first.has("description") and (has_content(turn.words) or not is_question(turn.words))
        draft = first if opened or not first.has("description") else first.without("description")
        if opened and draft.type == "help" and not turn.intent and has_content(turn.words):
            # Nobody named the kind; noise, dirt and unpaid wages are complaints more often than pleas.
            draft = replace(draft, type="complain")
        return fill(replace(draft, asked=asked), turn).draft if asked and not opened else draft
    # `confirm` is the question at which the form takes additions and corrections of every kind.
    told = fill(replace(draft, asked=asked or "confirm"), turn).draft
    if not told.has("subject") and "subject" in (again := fill(replace(told, asked=""), turn).draft).fields:
        told = told.with_field("subject", again.fields["subject"])
    return told


def _turn(transcript: Transcript, message: Message, asked: str) -> Turn:
    intent, confidence = (transcript.intents or {}).get(message.seq, ("", 1.0))
    reading = (transcript.readings or {}).get(message.seq)
    return Turn(
        text=message.text,
        seq=message.seq,
        now=message.at.astimezone(transcript.zone),
        intent=intent,
        confidence=confidence,
        entities=(transcript.entities or {}).get(message.seq, ()),
        reading=reading or transcript.read(message.text, _EXPECTED.get(asked, asked)),
    )


def _asked_for(text: str) -> str:
    if not _ASKS.search(text):
        return ""
    found = [(match.end(), name) for name, pattern in _ASKED for match in pattern.finditer(text)]
    return max(found)[1] if found else ""


@dataclass(frozen=True, kw_only=True)
class Understood:
    """What Rasa's tracker tells of a conversation."""

    slot: Mapping[str, Any] | None = None
    callback_phone: str = ""
    entities: Mapping[int, tuple[Entity, ...]]
    intents: Mapping[int, tuple[str, float]]
    readings: Mapping[int, Reading]


def read_tracker(tracker: object) -> Understood:
    """Reads Rasa's `GET /conversations/{id}/tracker`. Never raises: what cannot be read is left out."""
    body = tracker if isinstance(tracker, Mapping) else {}
    slots = body.get("slots") if isinstance(body.get("slots"), Mapping) else {}
    assert slots is not None
    entities: dict[int, tuple[Entity, ...]] = {}
    intents: dict[int, tuple[str, float]] = {}
    readings: dict[int, Reading] = {}
    for event in body.get("events") or []:
        if not isinstance(event, Mapping) or event.get("event") != "user":
            continue
        extra = event.get("metadata")
        seq = extra.get("seq") if isinstance(extra, Mapping) else None
        parsed = event.get("parse_data")
        if not isinstance(seq, int) or not isinstance(parsed, Mapping):
            continue
        intent = parsed.get("intent")
        if isinstance(intent, Mapping):
            intents[seq] = (str(intent.get("name") or ""), _number(intent.get("confidence")))
        raw = parsed.get("entities")
        found = [_entity(e) for e in raw if isinstance(e, Mapping)] if isinstance(raw, list) else []
        entities[seq] = tuple(found)
        readings[seq] = _reading(parsed.get("reading"))
    slot = slots.get("order_draft")
    phone = slots.get("callback_phone")
    return Understood(
        slot=slot if isinstance(slot, Mapping) else None,
        callback_phone=phone if isinstance(phone, str) else "",
        entities=entities,
        intents=intents,
        readings=readings,
    )


def _reading(data: object) -> Reading:
    try:
        return Reading.from_json(data if isinstance(data, Mapping) else None)
    except (IndexError, KeyError, TypeError, ValueError):
        return Reading()


def _entity(data: Mapping[str, Any]) -> Entity:
    value, moment = data.get("value"), ""
    if isinstance(value, Mapping):
        if not value.get("recurring") and value.get("grain") in ("minute", "hour", "part", "day"):
            moment = str(value.get("start") or "")
        value = value.get("text") or value.get("value") or ""
    return Entity(
        name=str(data.get("entity") or ""),
        value=str(value if value is not None else ""),
        start=int(_number(data.get("start"))),
        end=int(_number(data.get("end"))),
        confidence=_number(data.get("confidence_entity", data.get("confidence", 1.0))),
        moment=moment,
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0.0


def last_wish(messages: Sequence[Message], within_s: float = 900) -> str:
    """What a knowledge panel should look up: the last citizen message that says something, with the one before it
    where it is too short to stand alone. Empty when nothing fits."""
    told = ((m.at, _askable(m.text)) for m in messages if m.sender is Sender.CITIZEN)
    said = [(at, words) for at, words in told if words]
    if not said:
        return ""
    at, query = said[-1]
    if len(query) < 8 and len(said) > 1 and (at - said[-2][0]).total_seconds() < within_s:
        query = f"{said[-2][1]} {query}"
    return query[:200]


def _askable(text: str) -> str:
    """What of a message can be looked up; empty when nothing can."""
    words = text.strip()
    if tells_nothing(words) or len(re.sub(r"\W", "", _DETAILS.sub("", words))) < 2:
        return ""
    if all(tells_nothing(clause) or is_yes(clause) or is_no(clause) for clause in _CLAUSES.split(words)):
        return ""
    if not _IMPATIENT.search(words):
        return words
    left = (clause for clause in _CLAUSES.split(words) if not _IMPATIENT.search(clause))
    return "，".join(clause for clause in left if not tells_nothing(clause))

"""Being called back by a person: which number, read back, and when. Kept in the slot `pending` from turn to turn.

Not a form of Rasa: three short questions that any other matter may break off, answered before the intent is looked
at, because "明天上午" or a bare number means something else to the understanding every time.
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import HUMAN, NO, YES, Button, say, signal
from actions.watch import was_called
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.phones import find_phone, grouped
from desk.orders.drafting.phrases import (
    asks_for_person,
    has_content,
    is_cancel,
    is_no,
    is_question,
    is_skip,
    is_yes,
)
from desk.orders.drafting.turn import Turn

Events = list[dict[str, Any]]

OFFER = "callback"
WISH_CHARS = 60
# Longer sentences that speak of a call tell a story about one.
ASKED_CHARS = 24
LONE_CHARS = 20
TRIES = 2

_ASKS = re.compile(
    r"回电|回拨|(?:回|打)(?:个|一个|一下)?电话(?:给|联系)(?:我|一下我)|给我(?:回|打)(?:个|一个|一下)?电话|(?:让|请|叫|安排).{0,8}(?:联系|打给)我|电话联系我"
)
_ASKS_PERSON = re.compile(r"(?:人工|坐席|客服|工作人员).{0,4}(?:回电|回拨|(?:回|打)(?:个|一个)?电话)")
_NOT_ASKED = re.compile(
    r"没(?:有|人)?(?:给我)?(?:回|打)|不(?:用|要|需要)(?:给我)?(?:回电|回拨|打电话)|怎么(?:还)?(?:没|不)|不回电|一直"
)
_WHENEVER = re.compile(r"^(?:随时|都行|都可以|尽快|越快越好|现在|马上|什么时候都)")
_NO_PHONE = Button.intent("不留电话", "skip")
_AT_ONCE = Button("尽快", "尽快")


def answer_callback(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events | None:
    """Asks for what a call back needs, or stores the wish; None when the turn is about something else."""
    pending = tracker.get_slot("pending") or {}
    if pending.get("offer") == OFFER:
        return _go_on(dispatcher, turn, pending)
    said, _ = find_phone(turn.words)
    if said and not tracker.active_loop and len(turn.words) <= LONE_CHARS and was_called(tracker):
        # A bare number after nobody could come to the line: what else could it be for.
        return _check(dispatcher, said.digits, "请人工给您回电,")
    # "希望给我回个电话" is what a form has asked for; only a person's call breaks into one.
    asks = _ASKS_PERSON if tracker.active_loop else _ASKS
    short = len(turn.words) <= ASKED_CHARS
    if not short or not asks.search(turn.words) or _NOT_ASKED.search(turn.words) or is_question(turn.words):
        return None
    known = said.digits if said else known_phone(tracker, turn)
    if known:
        return _check(dispatcher, known, "好的,请人工给您回电。")
    return _ask_phone(dispatcher, "好的,请人工给您回电。请说一下您的电话号码。", tries=0)


def is_open(tracker: Tracker, events: Events) -> bool:
    """Whether one of the three questions waits for its answer after these events."""
    pending = tracker.get_slot("pending")
    for event in events:
        if event.get("name") == "pending":
            pending = event.get("value")
    return (pending or {}).get("offer") == OFFER


def known_phone(tracker: Tracker, turn: Turn) -> str:
    """A number where the citizen can be reached: of an earlier call back, of the order in the making, of the line."""
    if tracker.get_slot("callback_phone"):
        return str(tracker.get_slot("callback_phone"))
    kept = tracker.get_slot("order_draft")
    return (Draft.from_json(kept).get("phone") if kept else "") or turn.line_phone


def _go_on(dispatcher: CollectingDispatcher, turn: Turn, pending: dict[str, Any]) -> Events | None:
    if turn.button and turn.intent not in ("affirm", "deny", "skip"):
        return None
    if is_cancel(turn.words) or (
        pending["step"] == "phone" and (is_skip(turn.words) or _pressed(turn, "skip"))
    ):
        say(dispatcher, "好的,那就不回电了。您在这里可以继续跟我说,也可以转人工。", buttons=(HUMAN,))
        return [SlotSet("pending", None)]
    if asks_for_person(turn.words) and not _ASKS.search(turn.words):
        return None
    phone, wrong = find_phone(turn.words)
    match pending["step"]:
        case "phone_check" if _pressed(turn, "affirm") or is_yes(turn.words):
            return _ask_time(dispatcher, pending["phone"])
        case "phone_check" if phone is None and (_pressed(turn, "deny") or is_no(turn.words)):
            return _ask_phone(dispatcher, "好的,请说一下打哪个号码。", tries=0)
        case "phone" | "phone_check" if phone is not None:
            return _check(dispatcher, phone.digits, "")
        case "phone" if (wrong or len(turn.words) <= 6) and pending["tries"] < TRIES:
            return _ask_phone(
                dispatcher, "这个号码好像不对,请再说一下您的电话号码。", tries=pending["tries"] + 1
            )
        case "wish" if not is_question(turn.words) and not has_content(turn.words):
            return _done(
                dispatcher, pending["phone"], "" if turn.button or is_skip(turn.words) else turn.words
            )
        case _:
            return None


def _pressed(turn: Turn, intent: str) -> bool:
    return turn.button and turn.intent == intent


def _ask_phone(dispatcher: CollectingDispatcher, text: str, tries: int) -> Events:
    say(dispatcher, text, buttons=(_NO_PHONE,))
    return [SlotSet("pending", {"offer": OFFER, "step": "phone", "tries": tries})]


def _check(dispatcher: CollectingDispatcher, phone: str, lead: str) -> Events:
    say(dispatcher, f"{lead}打 {grouped(phone)} 这个号码,对吗?", buttons=(YES, NO))
    return [SlotSet("pending", {"offer": OFFER, "step": "phone_check", "phone": phone})]


def _ask_time(dispatcher: CollectingDispatcher, phone: str) -> Events:
    say(
        dispatcher,
        "什么时候给您打比较方便?比如“今天下午”“明天上午9点以后”。",
        buttons=(_AT_ONCE, Button("今天下午", "今天下午"), Button("明天上午", "明天上午")),
    )
    return [SlotSet("pending", {"offer": OFFER, "step": "wish", "phone": phone})]


def _done(dispatcher: CollectingDispatcher, phone: str, words: str) -> Events:
    wish = words.strip(" ,，。.!！")[:WISH_CHARS]
    signal(dispatcher, "callback_requested", phone=phone, wish=wish)
    when = "" if not wish or _WHENEVER.match(wish) else f",方便的时间是{wish}"
    say(
        dispatcher,
        f"好的,已经登记人工回电:打 {grouped(phone)}{when}。我们刚才说的内容也会一并交给回电的人。还有什么可以帮您?",
        buttons=(Button.intent("没有了", "goodbye"),),
    )
    return [SlotSet("callback_phone", phone), SlotSet("pending", None)]

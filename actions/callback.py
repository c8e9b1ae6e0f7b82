"""Being called back by a person: which number, read back, and when. Kept in the slot `pending` from turn to turn.

Not a form of Rasa: three short questions that any other matter may break off, answered before the intent is looked
at, because "明天上午" or a bare number means something else to the understanding every time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import HUMAN, NO, YES, Button, say, signal
from actions.seed import offered
from actions.watch import was_called
from desk.orders.drafting.draft import Draft
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
from desk.orders.number import format_number
from language.phones import find_phone, grouped

Events = list[dict[str, Any]]

OFFER = "callback"
WISH_CHARS = 200
# Longer sentences that speak of a call tell a story about one, unless they were read as a wish for one.
ASKED_CHARS = 24
READ_AS_WISH = 0.6
LONE_CHARS = 20
ECHOED_CHARS = 30
MATTER_CHARS = 200
TRIES = 2

_ASKS = re.compile(
    r"回电|回拨|(?:回|打)(?:个|一个|一下)?电话(?:给|联系)(?:我|一下我)|给我(?:回|打)(?:个|一个|一下)?电话|(?:让|请|叫|安排).{0,8}(?:联系|打给)我|电话联系我"
)
_ASKS_PERSON = re.compile(r"(?:人工|坐席|客服|工作人员).{0,4}(?:回电|回拨|(?:回|打)(?:个|一个)?电话)")
_NOT_ASKED = re.compile(
    r"没(?:有|人)?(?:给我)?(?:回|打)|不(?:用|要|需要)(?:给我)?(?:回电|回拨|打电话)|怎么(?:还)?(?:没|不)|不回电|一直"
)
# A time at which to call, besides the number or the yes: 晚上七点以后打, 下午别打 我睡觉, 发短信吧.
_HOW_OR_WHEN = re.compile(
    r"[点早晚午晌夜]|凌晨|时候|有空|饭|上班|下班|收工|周|星期|礼拜|今天|明天|后天|以后|之后|以前|之前|随时|尽快|短信|微信|别打|不要打|莫打"
)
_WHENEVER = re.compile(r"^(?:随时|都行|都可以|尽快|越快越好|现在|马上|什么时候都)")
_EDGES = " ,，。.!！、;；"
_NO_PHONE = Button.intent("不留电话", "skip")
_AT_ONCE = Button("尽快", "尽快")
# What at the question for the time is no answer to it.
_OTHER_MATTERS = ("details", "ask", "process", "follow", "human", "register", "grumble", "cancel")


@dataclass(frozen=True)
class Call:
    """A call that is being arranged: what is asked now (`step`: phone, phone_check, wish), and what is known of it.
    `seed` is a trouble that was told before and waits for an order."""

    step: str = ""
    phone: str = ""
    wish: str = ""
    tries: int = 0
    seed: Mapping[str, Any] | None = None

    def event(self) -> dict[str, Any]:
        known = {name: value for name, value in asdict(self).items() if value or name == "step"}
        event: dict[str, Any] = SlotSet("pending", {"offer": OFFER, **known})
        return event

    @classmethod
    def of(cls, tracker: Tracker) -> Call | None:
        """The call that one of the questions was asked for."""
        pending = tracker.get_slot("pending") or {}
        if pending.get("offer") != OFFER:
            return None
        return cls(**{name: value for name, value in pending.items() if name != "offer"})


def answer_callback(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events | None:
    """Asks for what a call back needs, or stores the wish; None when the turn is about something else."""
    call = Call.of(tracker)
    if call is not None:
        return _go_on(dispatcher, tracker, turn, call)
    call = Call(seed=offered(tracker))
    said, _ = find_phone(turn.words)
    if said and not tracker.active_loop and len(turn.words) <= LONE_CHARS and was_called(tracker):
        # A bare number after nobody could come to the line: what else could it be for.
        return _check(dispatcher, replace(call, phone=said.digits), "请人工给您回电，")
    if not _asks(tracker, turn):
        return None
    call = replace(call, wish=_wish_in(turn) if _HOW_OR_WHEN.search(turn.words) else "")
    known = said.digits if said else known_phone(tracker, turn)
    if known:
        return _check(dispatcher, replace(call, phone=known), "好的，请人工给您回电。")
    return _ask_phone(dispatcher, call, "好的，请人工给您回电。请说一下您的电话号码。")


def _asks(tracker: Tracker, turn: Turn) -> bool:
    """Whether a person's call is wanted. "希望给我回个电话" is what a form has asked for, and "回电话尽量晚上" after an
    order speaks of the department's call: only a person's call breaks into one, or starts beside the other."""
    words = turn.words
    asks = _ASKS_PERSON if tracker.active_loop else _ASKS
    short = len(words) <= ASKED_CHARS
    if tracker.get_slot("last_order") and not was_called(tracker) and _HOW_OR_WHEN.search(words):
        return bool(_ASKS_PERSON.search(words))
    by_words = short and asks.search(words) and not _NOT_ASKED.search(words) and not is_question(words)
    if by_words:
        return not turn.does("ask", "process", "follow") or bool(_ASKS_PERSON.search(words))
    if tracker.active_loop or not turn.reading.does("callback", at_least=READ_AS_WISH):
        return False
    if tracker.get_slot("last_order") and not was_called(tracker):
        return False
    return not turn.does("details", "ask", "follow", "no", "refuse")


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


def _go_on(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, call: Call) -> Events | None:
    words = turn.words
    if turn.button and turn.intent not in ("affirm", "deny", "skip"):
        return None
    speaks_of_time = bool(words) and (turn.does("callback") or bool(_HOW_OR_WHEN.search(words)))
    refuses = is_skip(words) or _pressed(turn, "skip") or (turn.reading.only("refuse", "unknown", "no"))
    if is_cancel(words) or (call.step == "phone" and refuses and not find_phone(words)[0]):
        say(dispatcher, "好的，那就不回电了。您在这里可以继续跟我说，也可以转人工。", buttons=(HUMAN,))
        return [_over(call)]
    if asks_for_person(words) and not _ASKS.search(words):
        return None
    phone, wrong = find_phone(words)
    if call.step != "wish" and speaks_of_time and not turn.does("details", "ask"):
        call = replace(call, wish=_wish_in(turn) or call.wish)
    agrees = _pressed(turn, "affirm") or is_yes(words) or turn.does("yes")
    denies = _pressed(turn, "deny") or is_no(words) or turn.does("no", "correct")
    match call.step:
        case "phone_check" if phone is not None and phone.digits != call.phone:
            return _check(dispatcher, replace(call, phone=phone.digits), "")
        case "phone_check" if phone is not None or (agrees and not denies):
            return _ask_time(dispatcher, tracker, call)
        case "phone_check" if denies:
            return _ask_phone(dispatcher, call, "好的，请说一下打哪个号码。")
        case "phone_check" if turn.reading.only("callback"):
            # Who goes on to the time has nothing against the number.
            return _ask_time(dispatcher, tracker, call)
        case "phone" if phone is not None:
            return _check(dispatcher, replace(call, phone=phone.digits), "")
        case "phone" if turn.reading.only("callback") and call.tries < TRIES:
            call = replace(call, tries=call.tries + 1)
            return _ask_phone(dispatcher, call, "好的，时间我记下了。打哪个号码找您呢？")
        case "phone" if (wrong or len(words) <= 6) and call.tries < TRIES:
            call = replace(call, tries=call.tries + 1)
            return _ask_phone(dispatcher, call, "这个号码好像不对，请再说一下您的电话号码。")
        case "wish" if _is_wish(turn):
            return _done(dispatcher, tracker, replace(call, wish="" if turn.button else _wish_in(turn)))
        case _:
            return None


def _is_wish(turn: Turn) -> bool:
    """Whether this answers when to call; anything does that is no other matter."""
    if turn.does("callback"):
        return True
    if turn.reading:
        return not turn.does(*_OTHER_MATTERS)
    return not is_question(turn.words) and not has_content(turn.words)


def _wish_in(turn: Turn) -> str:
    """When, and how, in the citizen's own words, without the number."""
    words = turn.words
    phone, _ = find_phone(words)
    if phone is not None:
        words = f"{words[: phone.start].strip(_EDGES)}，{words[phone.end :].strip(_EDGES)}".strip(_EDGES)
        if not _HOW_OR_WHEN.search(words):
            return ""
    return "" if is_skip(words) or is_yes(words) else words.strip(_EDGES)[:WISH_CHARS]


def _pressed(turn: Turn, intent: str) -> bool:
    return turn.button and turn.intent == intent


def _over(call: Call) -> dict[str, Any]:
    """The event that ends it; what was told before still waits for an order."""
    event: dict[str, Any] = SlotSet(
        "pending", {"offer": "kept", "seed": dict(call.seed)} if call.seed else None
    )
    return event


def _ask_phone(dispatcher: CollectingDispatcher, call: Call, text: str) -> Events:
    say(dispatcher, text, buttons=(_NO_PHONE,))
    return [replace(call, step="phone", phone="").event()]


def _check(dispatcher: CollectingDispatcher, call: Call, lead: str) -> Events:
    say(dispatcher, f"{lead}打 {grouped(call.phone)} 这个号码，对吗？", buttons=(YES, NO))
    return [replace(call, step="phone_check").event()]


def _ask_time(dispatcher: CollectingDispatcher, tracker: Tracker, call: Call) -> Events:
    if call.wish:
        return _done(dispatcher, tracker, call)
    say(
        dispatcher,
        "什么时候给您打比较方便？比如“今天下午”“明天上午9点以后”。",
        buttons=(_AT_ONCE, Button("今天下午", "今天下午"), Button("明天上午", "明天上午")),
    )
    return [replace(call, step="wish").event()]


def _done(dispatcher: CollectingDispatcher, tracker: Tracker, call: Call) -> Events:
    matter = _matter(tracker, call)
    about = {"matter": matter} if matter else {}
    signal(dispatcher, "callback_requested", phone=call.phone, wish=call.wish, **about)
    if not call.wish or _WHENEVER.match(call.wish):
        when = ""
    elif len(call.wish) <= ECHOED_CHARS:
        when = f"，您说的“{call.wish}”也记上了"
    else:
        when = "，您方便的时间也记上了"
    say(
        dispatcher,
        f"好的，已经登记人工回电：打 {grouped(call.phone)}{when}。我们刚才说的内容也会一并交给回电的人。还有什么可以帮您？",
        buttons=(Button.intent("没有了", "goodbye"),),
    )
    return [SlotSet("callback_phone", call.phone), _over(call)]


def _matter(tracker: Tracker, call: Call) -> str:
    """What the call is to be about, in the citizen's words or by the order's number; "" where nothing was told."""
    kept = tracker.get_slot("order_draft")
    described = Draft.from_json(kept).get("description") if kept else ""
    told = described or str((call.seed or {}).get("text", ""))
    if not told and tracker.get_slot("last_order"):
        told = f"工单 {format_number(tracker.get_slot('last_order'))}"
    return told[:MATTER_CHARS]

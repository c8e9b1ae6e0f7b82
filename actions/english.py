"""Who writes English, or another language that is not Chinese: told honestly in English what the bot is, given the
numbers at once in danger, and brought to a person who can read it, or called back.

Kept in the slot `pending` from turn to turn, like the questions of a call back (actions/callback.py).
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from pypinyin import lazy_pinyin
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import LASTING, DangerState, say_with_numbers
from actions.conversation import last_replies
from actions.replies import ask_for_human, say, signal
from danger.advice import GENTLE, advice_book
from danger.english import LANGUAGE, english_danger, english_over, goes_on, language_skill
from danger.english_advice import OVER, first_words, more_words, named
from desk.orders.drafting.turn import Turn
from language.phones import find_phone, grouped

Events = list[dict[str, Any]]

OFFER = "english"
MATTER_CHARS = 180
WISH_CHARS = 200

HELLO = (
    "You have reached the 12345 hotline of {city}. I understand Chinese only. In an emergency call 110 (police), "
    "119 (fire) or 120 (ambulance). A colleague who speaks English can take over or call you back: please write what it "
    "is about, and leave your phone number."
)
IN_CHINESE = "我只懂汉语。懂其他语言的工作人员可以接待您或者给您回电，请留下电话号码。"
NOTED = "Thank you, I have noted this for my colleague."
ASK_PHONE = "Of course. Please write your phone number, and when you would like to be called."
CALLED_BACK = (
    "Thank you. A colleague who speaks English will call you back at {phone}. You can go on writing what it is about; "
    "I pass it on."
)
ADDED = "Thank you, I have added this to your request for a call."
WELCOME = "You are welcome. You can write here at any time."
PERSON_COMES = "I am asking for a colleague. Everything that you have written is passed on."

_ASKS_PERSON = re.compile(
    r"\b(?:human|agent|operator|real person|someone|somebody|a person|staff|representative|transfer|colleague|"
    r"(?:talk|speak) (?:to|with))\b",
    re.IGNORECASE,
)
_ASKS_CALL = re.compile(
    r"\b(?:call(?:ed)?(?: me)? back|callback|(?:call|phone|ring|contact) me)\b", re.IGNORECASE
)
_COURTESY = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|thanks?|thank you|very much|so much|a lot|good|great|fine|bye|goodbye|sure|all right|yes|no)\W*)+$",
    re.IGNORECASE,
)
# What tells nothing of the matter.
_MERE = re.compile(
    r"^\W*(?:(?:hello|hi|hey|good (?:morning|afternoon|evening)|sorry|please|excuse me)\W*)*"
    r"(?:(?:do|can|could|is|does) (?:you|there|anyone|anybody|someone)\b.{0,24}\benglish\b.{0,10}|english(?: please)?|help(?: me)?|"
    r"i (?:do not|don'?t|can'?t|cannot) (?:speak|understand|read) chinese|(?:please )?call me(?: back)?)?\W*$",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:today|tonight|tomorrow|morning|noon|afternoon|evening|after|before|weekend|weekday|o'?clock|\d ?[ap]m|"
    r"mon|tues|wednes|thurs|fri|satur|sun)(?:day)?\b",
    re.IGNORECASE,
)
_PLAIN_NUMBER = re.compile(r"\+?\d[\d ()-]{5,17}\d")
# Talk about the danger that goes on, though no danger is named in it.
_OF_THE_DANGER = re.compile(
    r"\b(?:he|she|they|help|police|ambulance|fire\w*|hurt|blood|breath\w*|door|coming|come|quick\w*|hurry|scared|afraid|address|"
    r"where|what (?:should|do) i|how long|still|him|her)\b",
    re.IGNORECASE,
)
_MATTER_WORDS = 4
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Guest:
    """What is known of somebody who does not write Chinese; `words` is the matter, `phone` where to call."""

    words: str = ""
    phone: str = ""
    wish: str = ""

    @classmethod
    def of(cls, tracker: Tracker) -> Guest | None:
        pending = tracker.get_slot("pending") or {}
        if pending.get("offer") != OFFER:
            return None
        return cls(**{name: str(pending.get(name) or "") for name in cls.__dataclass_fields__})

    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = SlotSet("pending", {"offer": OFFER, **asdict(self)})
        return event

    def telling(self, words: str) -> Guest:
        """The guest with what he says now; greetings tell nothing."""
        if _MERE.match(words) or _COURTESY.match(words):
            return self
        told = f"{self.words} / {words}" if self.words else words
        wish = words[:WISH_CHARS] if not self.wish and self.phone and _WHEN.search(words) else self.wish
        return replace(self, words=told[:MATTER_CHARS], wish=wish)


def speaks_english(tracker: Tracker, turn: Turn) -> bool:
    """Whether the citizen is answered in English: by the words, or a button pressed after such words."""
    if not turn.words:
        return Guest.of(tracker) is not None
    return bool(language_skill(turn.words)) or (Guest.of(tracker) is not None and goes_on(turn.words))


def answer_english(
    dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, city: str
) -> Events | None:
    """Answers whoever does not write Chinese; None where the words are Chinese or no language."""
    words = turn.words
    if not words:
        return None
    guest = Guest.of(tracker)
    kind, state = english_danger(words), DangerState.of(tracker)
    foreign = speaks_english(tracker, turn) or (
        guest is not None and _is_number(words) and _was_asked(tracker)
    )
    if kind or (state and foreign):
        answered = _in_danger(dispatcher, state, kind, words)
        if answered is not None:
            return answered
    if not foreign:
        return None
    before = [DangerState().event()] if state else []
    return [*before, *_answer(dispatcher, turn, guest, city), SlotSet("misses", 0)]


def _answer(dispatcher: CollectingDispatcher, turn: Turn, guest: Guest | None, city: str) -> Events:
    words = turn.words
    known = guest or Guest()
    if guest is not None and _COURTESY.match(words):
        say(dispatcher, WELCOME)
        return [guest.event()]
    phone = _phone_in(words) or (turn.line_phone if _ASKS_CALL.search(words) else "")
    if phone:
        known = replace(known, phone=phone).telling(_without_number(words))
        _request_call(dispatcher, known)
        say(dispatcher, CALLED_BACK.format(phone=_shown(phone)))
        return [known.event(), SlotSet("callback_phone", phone)]
    known = known.telling(words)
    if guest is None:
        say(dispatcher, HELLO.format(city=_in_letters(city)))
        if language_skill(words) == LANGUAGE:
            say(dispatcher, IN_CHINESE)
        ask_for_human(dispatcher, "asked", OFFER)
        return [known.event()]
    if _ASKS_CALL.search(words) and not known.phone:
        say(dispatcher, ASK_PHONE)
        return [known.event()]
    if known.phone and not _ASKS_PERSON.search(words):
        _request_call(dispatcher, known)
        say(dispatcher, ADDED)
        return [known.event()]
    say(dispatcher, NOTED)
    # Somebody who can read it may have come meanwhile; where not, the gateway asks for the number.
    ask_for_human(dispatcher, "asked", OFFER)
    return [known.event()]


def _request_call(dispatcher: CollectingDispatcher, guest: Guest) -> None:
    matter = f"（需要英语）{guest.words}"
    signal(dispatcher, "callback_requested", phone=guest.phone, wish=guest.wish, matter=matter)


def _in_danger(dispatcher: CollectingDispatcher, state: DangerState, kind: str, words: str) -> Events | None:
    """What helps in danger, in English. None where an ordinary matter follows."""
    ending = "" if kind or not state else english_over(words)
    if ending:
        say(dispatcher, OVER[GENTLE if state.kind in ("self_harm", "suicide_other") else ending])
        return [DangerState().event()]
    if state and not kind and _is_elsewhere(state, words):
        return None
    book = advice_book()
    anew = not state or (bool(kind) and book.of(kind).numbers[0] != book.of(state.kind).numbers[0])
    advice = book.of(kind if anew else state.kind)
    told = 1 if anew else state.told + 1
    if anew:
        say_with_numbers(dispatcher, first_words(advice), named(advice))
        signal(dispatcher, "emergency", kind=advice.kind, numbers=[number for number, _ in advice.numbers])
        ask_for_human(dispatcher, "emergency", advice.kind)
    else:
        say_with_numbers(dispatcher, more_words(advice, state.told - 1), named(advice))
        if _ASKS_PERSON.search(words):
            ask_for_human(dispatcher, "emergency", advice.kind)
    return [SlotSet("emergency_kind", advice.kind), DangerState(advice.kind, told).event()]


def _is_elsewhere(state: DangerState, words: str) -> bool:
    """Whether another matter is told, after it was heard twice what helps in danger."""
    if state.kind in LASTING or state.told < 2 or _OF_THE_DANGER.search(words):
        return False
    return len(words.split()) >= _MATTER_WORDS


def _phone_in(words: str) -> str:
    """A telephone number as `callback_requested` takes it; one from abroad keeps its plus."""
    found, _ = find_phone(words)
    if found is not None:
        return found.digits
    plain = _PLAIN_NUMBER.search(words)
    return re.sub(r"[^\d+]", "", plain.group()) if plain else ""


def _without_number(words: str) -> str:
    return _PLAIN_NUMBER.sub("", words).strip(" ,.:;，。")


def _is_number(words: str) -> bool:
    """Whether nothing is said but a telephone number."""
    return not re.search(r"[^\W\d_]", words) and bool(_phone_in(words))


def _was_asked(tracker: Tracker) -> bool:
    """Whether the bot has spoken English last: a number after a Chinese question answers that one."""
    return not any(_HAN.search(str(reply.get("text") or "")) for reply in last_replies(tracker)[-1:])


def _shown(phone: str) -> str:
    return phone if phone.startswith("+") else grouped(phone)


def _in_letters(city: str) -> str:
    """The city's name for readers of English: 明州市 is Mingzhou."""
    return "".join(lazy_pinyin(city.removesuffix("市"))).capitalize()

"""Raises the alarm, and keeps it: once danger was told, every later message is answered in its light until somebody
helps, the citizen says that it is over, or clearly turns to another matter.

The slot `danger_state` holds what was told. It is cleared here, and when a person gives the conversation back
(actions/handoff.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import ask_for_human, say, signal
from actions.turn_facts import wants_person
from danger.advice import GENTLE, advice_book
from danger.rules import (
    SELF_HARM,
    asks_for_helpers,
    besides_over,
    cannot_speak,
    cries_out,
    find_danger,
    how_over,
    is_another_matter,
    is_settled,
    is_slip,
    nearest_kind,
)
from desk.orders.drafting.turn import Turn
from language.reading import Reading

Events = list[dict[str, Any]]

STATE = "danger_state"

# Probabilities of the learned reading, chosen on rows that are kept back from training (tests/data/danger_heldout.tsv,
# and turns of dialogue_heldout.txt, of which two of 475 alarm). At LIKELY danger is taken for real, whatever the rules
# say; at POSSIBLE if a plain rule or the intent sees it, too, and alone it earns a word of caution beside the affair's
# answer. Whoever told of danger a moment ago is believed sooner.
LIKELY = 0.4
POSSIBLE = 0.2
# Beside a rule whose words nobody uses of anything else, and which people say softly.
SOFTLY = 0.1
# From here on, alone, it earns the word of caution; lower, it would be said in every tenth story (bench/reading.py).
CAUTIOUS = 0.25
# Whoever wants to die says it once, and softly; on the same rows this costs no false alarm more.
LIKELY_OF_DEATH = 0.35
# A telling (the act details) this sure is too plain for a soft word, and alarms a little later.
PLAINLY = 0.95
LIKELY_TOLD_PLAINLY = 0.45
LIKELY_AGAIN = 0.3
# Below this a plain trouble was read, whatever word of danger stands in it.
DOUBTFUL = 0.05
# From here on nothing but an end that is told ends it.
SURELY = 0.75
# Said where danger is possible but not likely. An operator who is not sure says it, too, and goes on listening.
CAUTION = "要是现在有人有危险，请马上拨打120、119或者110，不要等我们。"
CAUTIONS_MOST = 2
# Said beside the advice to whoever tells of an ordinary affair: nobody who was misheard is kept from it.
STILL = "要是现在没有危险，跟我说“没有危险”，我接着帮您办。"
# Below this a question or a trouble may be an ordinary one, though danger was told before.
HARMLESS = 0.05
# So may, below this, one that is told as plainly as can be.
PLAIN = 0.1
# An intent below this confidence is a guess (as in desk/orders/drafting/arbitration.py).
SURE = 0.7
# Beside an alarm that was never sure, and words that are read as harmless, less will do.
_FAIRLY_SURE = 0.5

SILENT = "silent_help"
# These do not end because the talk turns to something else: who is afraid of being overheard talks of something else,
# and so does who has made up his mind.
LASTING = frozenset({"self_harm", "suicide_other", "domestic_violence", SILENT})
SUICIDAL = frozenset({"self_harm", "suicide_other"})
_SOFT = SUICIDAL | {"kidnap_trafficking", "missing_elder"}
# After so many answers even whoever was heard to want to die may have an affair of an office, if nothing else is heard in it.
_LONG = 3
# Where no call is to be made from the room, a short message is no way either: out first.
_LEAVE_FIRST = frozenset({"gas", "carbon_monoxide", "explosion"})
# What is no answer to danger, in the words of the reading: another question, another trouble, an earlier order.
_OTHER_ACTS = ("ask", "details", "register", "follow")
_OTHER_INTENTS = ("ask_knowledge", "order_")
_RETURNED = "returned_from_seat"


@dataclass(frozen=True)
class DangerState:
    """The danger of this conversation: its kind, and how many answers it has had. An empty kind: none was told. `sure`: a
    rule sees it, or the reading hardly doubts; else who goes on with an ordinary affair is let go."""

    kind: str = ""
    told: int = 0
    sure: bool = False

    @classmethod
    def of(cls, tracker: Tracker) -> DangerState:
        kept = tracker.get_slot(STATE)
        if not isinstance(kept, Mapping):
            return cls()
        return cls(str(kept.get("kind") or ""), int(kept.get("told") or 0), bool(kept.get("sure", True)))

    def __bool__(self) -> bool:
        return bool(self.kind)

    def _as_slot(self) -> dict[str, Any]:
        kept = asdict(self)
        if self.sure:
            # What is not said is sure, as in conversations from before there was doubt.
            del kept["sure"]
        return kept

    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = SlotSet(STATE, self._as_slot() if self else None)
        return event


def danger_in(turn: Turn, state: DangerState) -> str:
    """The kind of danger that the turn tells of, one of `danger.advice.KINDS`; "" where it tells of none."""
    words = turn.words
    if not words:
        return ""
    likely, by_rule = turn.reading.danger, find_danger(words)
    if likely < SURELY and not by_rule and is_settled(words):
        # 哎算了 店员刚把声音调小了 is half heard as giving up.
        return ""
    if is_likely(turn.reading):
        return kind_of(turn)
    if is_slip(words):
        # 手滑打成9了 is half heard as a blow.
        return ""
    if state and likely >= LIKELY_AGAIN:
        # It is the danger that was told: 别报警 says nothing of another one.
        return by_rule or state.kind
    if by_rule and (not turn.reading or likely >= _least_beside(by_rule) or cries_out(words)):
        return by_rule
    if likely >= CAUTIOUS and asks_for_helpers(words):
        # 一个老头踩到电线倒了,该打供电局还是打你们 sounds like a question of policy.
        return turn.reading.danger_kind or nearest_kind(words)
    return ""


def _least_beside(rule: str) -> float:
    """What the reading has to hear beside a plain rule. A rule of death, of a child or an elder who is gone, is told in soft words
    and in long stories, and holds by less."""
    return SOFTLY if rule in _SOFT else POSSIBLE


def is_likely(reading: Reading) -> bool:
    """Whether what was read is taken for danger, whatever the rules say."""
    return reading.danger >= _least_likely(reading)


def _least_likely(reading: Reading) -> float:
    """The bound that this reading has to reach: lower for a soft word of death, higher for a trouble told plainly."""
    # 只能你们知道,漏出去我没法待 is a fear of people, as whoever wishes for secrecy has it, and 一股塑料烧糊的味儿,嗓子眼儿发苦 is
    # told too plainly for a soft word.
    softly = not (reading.does("secret") or reading.does("details", at_least=PLAINLY))
    if reading.danger_kind == SELF_HARM and softly:
        return LIKELY_OF_DEATH
    if reading.danger_kind == SELF_HARM and reading.does("secret"):
        return LIKELY_TOLD_PLAINLY
    if reading.danger_kind == SILENT and reading.does("refuse"):
        # 不留了吧 我怕打过来他正好在边上: whoever gives no number to an office is afraid of being seen with it.
        return LIKELY_TOLD_PLAINLY
    # 他们把污水直接倒在路边，臭得很 lies at the very bound.
    return LIKELY_TOLD_PLAINLY if reading.does("details", at_least=PLAINLY) else LIKELY


def kind_of(turn: Turn) -> str:
    """The kind of a danger that is known to be there. A rule knows better than a reading that is not sure."""
    by_rule = find_danger(turn.words)
    if by_rule and not is_likely(turn.reading):
        return by_rule
    return turn.reading.danger_kind or nearest_kind(turn.words)


def is_possible(turn: Turn) -> bool:
    """Whether a second witness, such as the intent, makes it danger. An empty reading denies nothing."""
    reading = turn.reading
    if not reading:
        return True
    if is_slip(turn.words) and not is_likely(reading):
        return False
    if how_over(turn.words) and not is_likely(reading):
        # 人找到了，在河边蹲着 tells how it ended.
        return False
    if reading.danger >= POSSIBLE:
        return True
    # 救命，对面大屏闪瞎我 cries out, and tells of something that the reading knows for harmless.
    harmless = reading.danger < DOUBTFUL and reading.does("details")
    return bool(find_danger(turn.words)) and (not harmless or cries_out(turn.words))


def answer_danger(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events | None:
    """Answers danger that is told, and everything that is said while it lasts. None: the affair's turn."""
    state = DangerState.of(tracker)
    kind = danger_in(turn, state)
    if not state:
        return alarm(dispatcher, turn, state, kind) if kind else None
    if _passes(turn, state):
        return None
    ending = _ending(turn, state)
    if ending:
        say(dispatcher, advice_book().over[ending])
        return [DangerState().event()]
    return alarm(dispatcher, turn, state, kind or state.kind)


def caution(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> None:
    """Names the numbers where danger is possible, before the turn's own affair is answered. At most CAUTIONS_MOST times
    in a conversation, and once a turn, however many actions answer it."""
    # Who fears to be recognised (一说不就知道是我了) sounds like despair, and is none.
    afraid = turn.reading.danger_kind in SUICIDAL and turn.reading.does("secret", "refuse")
    if (
        turn.reading.danger < CAUTIOUS
        or afraid
        or not turn.words
        or is_slip(turn.words)
        or DangerState.of(tracker)
        or danger_in(turn, DangerState())
    ):
        return
    earlier = [event for event in tracker.events if event.get("event") in ("bot", "user")]
    said = [place for place, event in enumerate(earlier) if _is_caution(event)]
    now = max((place for place, event in enumerate(earlier) if event["event"] == "user"), default=0)
    if len(said) < CAUTIONS_MOST and not any(place > now for place in said):
        say(dispatcher, CAUTION)


def _is_caution(event: Mapping[str, Any]) -> bool:
    custom = (event.get("data") or {}).get("custom") if event.get("event") == "bot" else None
    return isinstance(custom, Mapping) and custom.get("text") == CAUTION


def leaves_danger(tracker: Tracker, turn: Turn) -> bool:
    """Whether the danger that was told has ended with this turn, though the turn's affair answers it."""
    state = DangerState.of(tracker)
    return bool(state) and _passes(turn, state) and turn.intent != _RETURNED


def lasts(events: Events) -> bool:
    """Whether danger was answered, and lasts after these events."""
    return any(event.get("name") == STATE and event.get("value") for event in events)


def sets_state(events: Events) -> bool:
    return any(event.get("name") == STATE for event in events)


def alarm(dispatcher: CollectingDispatcher, turn: Turn, state: DangerState, kind: str) -> Events:
    """Says what to do now: the first advice of a kind, or, if that was told, what is said while it lasts."""
    if kind not in _LEAVE_FIRST and cannot_speak(turn.words):
        kind = SILENT
    if state and not _is_new(state.kind, kind):
        return _go_on(dispatcher, turn, state)
    advice = advice_book().of(kind)
    say_with_numbers(dispatcher, advice.text, advice.numbers, speech=advice.spoken or None)
    signal(dispatcher, "emergency", kind=advice.kind, numbers=[number for number, _ in advice.numbers])
    ask_for_human(dispatcher, "emergency", advice.kind)
    begun = DangerState(advice.kind, 1, state.sure or _is_sure(turn))
    return [SlotSet("emergency_kind", advice.kind), begun.event()]


def _go_on(dispatcher: CollectingDispatcher, turn: Turn, state: DangerState) -> Events:
    advice = advice_book().of(state.kind)
    say_with_numbers(dispatcher, advice.said_again(state.told - 1), advice.numbers)
    ordinary = bool(turn.reading) and turn.reading.danger < POSSIBLE and turn.does("details", "register")
    if state.kind not in LASTING and ordinary and _is_of_an_affair(turn, SURE):
        say(dispatcher, STILL)
    if wants_person(turn) or turn.does("human"):
        # Called already; whoever asks for a person is told again what is true about it.
        ask_for_human(dispatcher, "emergency", advice.kind)
    told = DangerState(state.kind, state.told + 1, state.sure or _is_sure(turn))
    return [SlotSet("emergency_kind", advice.kind), told.event()]


def _is_sure(turn: Turn) -> bool:
    return not turn.reading or turn.reading.danger >= SURELY or bool(find_danger(turn.words))


def say_with_numbers(
    dispatcher: CollectingDispatcher, text: str, numbers: Iterable[tuple[str, str]], speech: str | None = None
) -> None:
    """What to do in danger, with the numbers to dial, each with its label, beside it."""
    shown = [{"number": number, "label": label} for number, label in numbers]
    say(dispatcher, text, speech=speech, kind="emergency", card={"numbers": shown})


def _is_new(known: str, kind: str) -> bool:
    """Whether further danger needs its own advice: another number comes first, or it is one that lasts. The kinds of
    one accident differ from sentence to sentence; to tell all of it anew each time helps nobody."""
    if kind == known or known == SILENT:
        return False
    if known in LASTING:
        return kind == SILENT
    book = advice_book()
    return kind in LASTING or book.of(kind).numbers[0] != book.of(known).numbers[0]


def _passes(turn: Turn, state: DangerState) -> bool:
    """Whether the turn is not answered in the light of the danger, but by its own affair."""
    if turn.button:
        if turn.intent == "ask_human":
            return False
        # To press something else is a clear choice; who wants to die, or is overheard, is offered no menu all the same.
        return turn.intent == _RETURNED or state.kind not in LASTING
    if _ending(turn, state):
        return _tells_more(turn)
    return _is_elsewhere(turn, state)


def _ending(turn: Turn, state: DangerState) -> str:
    """Which sentence ends the danger; "" where it lasts."""
    ending = how_over(turn.words)
    if not ending or is_likely(turn.reading):
        return ""
    return GENTLE if state.kind in SUICIDAL else ending


def _tells_more(turn: Turn) -> bool:
    """Whether something is left to be answered besides that danger is over."""
    if not besides_over(turn.words):
        return False
    return not turn.reading or turn.does("value", "ask", "register", "follow", "callback", "cancel", "human")


def _is_elsewhere(turn: Turn, state: DangerState) -> bool:
    """Whether the citizen turns to an ordinary matter: at once where it may never have been danger, else after he has heard
    twice what helps."""
    if not state.sure and not find_danger(turn.words):
        # 只能你们知道，漏出去我没法待 sounds like despair, and 来了俩人，穿蓝衣裳 like somebody on a bridge.
        if turn.reading.danger < HARMLESS:
            leaves = state.kind not in LASTING and turn.does("cancel", "nothing", "thanks", "bye")
            return (
                leaves or turn.does(*_OTHER_ACTS, "value", "secret") or _is_of_an_affair(turn, _FAIRLY_SURE)
            )
        if state.kind != SELF_HARM and turn.reading.danger < POSSIBLE and _is_of_an_affair(turn, SURE):
            return turn.does("details", "ask")
    lasts_on = state.kind in LASTING and not (state.kind == SELF_HARM and state.told >= _LONG)
    if lasts_on or state.told < 2 or danger_in(turn, state):
        return False
    if state.kind == SELF_HARM:
        plain = turn.reading.danger < HARMLESS and turn.reading.does("details", at_least=SURELY)
        return plain and _is_of_an_affair(turn, SURE)
    if not turn.reading:
        return _is_of_an_affair(turn, SURE) and is_another_matter(turn.words)
    if turn.reading.danger < HARMLESS and turn.does(*_OTHER_ACTS) and is_another_matter(turn.words):
        return True
    # 我妈瘫痪刷不了脸，养老金被停了: whoever it is about, a trouble of an office is told twice over.
    plain = turn.reading.danger < PLAIN and turn.reading.does("details", "ask", at_least=SURELY)
    return plain and _is_of_an_affair(turn, SURE) and not find_danger(turn.words)


def _is_of_an_affair(turn: Turn, at_least: float) -> bool:
    return turn.intent.startswith(_OTHER_INTENTS) and turn.confidence >= at_least

"""From the bot to a person: the one place where it is decided, for every turn of every action.

`Watch` looks at each turn (actions/base.py calls it, so no action can forget to), keeps its facts in one slot, lets
`desk.handoff.triggers` judge them, and speaks the bot's sentence. That sentence promises nothing about the queue: the
gateway, who knows it, says what is true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import lasts as danger_lasts
from actions.conversation import channel_of
from actions.english import PERSON_COMES, speaks_english
from actions.filing import file_under
from actions.ports import Parts
from actions.replies import HUMAN, Wish, say, signal, take_back
from actions.sympathy import has_told_before, sympathy
from actions.telling import tell_article
from actions.turn_facts import facts_of, frail, insists, question_besides
from desk.conversations import HandoffReason
from desk.handoff.triggers import Trigger, TurnFacts, judge
from desk.orders.drafting.building import build_order
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.turn import Turn
from desk.orders.duplicates import likely_duplicates

SLOT = "turn_facts"
# Enough for every threshold; a conversation of a hundred turns must not grow its tracker by all of them.
TURNS_KEPT = 12
# One order more or less changes nothing once there are so many.
COMPLAINTS_COUNTED = 20
# As the priority of the reason `vulnerable` (desk/conversations/handoff.py): who is frail goes first, whatever the reason.
FRAIL_PRIORITY = 300

_CALLED_BACK = re.compile("回(?:我)?(?:一?个)?电话|打(?:个)?电话给我|给我(?:打|来)(?:个)?电话")
_COME = "您说的内容都会一并转过去。"
SENTENCES = {
    HandoffReason.ASKED: f"好的，这就为您转人工，{_COME}",
    HandoffReason.NOT_UNDERSTOOD: f"抱歉，我没能帮上您，这就为您转人工，{_COME}",
    HandoffReason.EMOTION: f"您的心情我理解，这件事我为您转人工来谈，{_COME}",
    HandoffReason.COMPLEX: f"这件事牵涉比较多，我为您转人工来办，{_COME}",
    HandoffReason.VULNERABLE: f"您的情况我为您转人工来帮您，{_COME}",
    HandoffReason.POLICY: f"这方面的事情由人工为您答复，我这就为您转人工，{_COME}",
}
_AS_OFTEN_AS_SAID = (HandoffReason.ASKED, HandoffReason.EMERGENCY)
# A slot for which there is no question: the form stays open and silent.
RESUME = "order_resume"
HELP_FIRST = "我先帮您看看："
AFTER_HELP = "要是没有帮上您，说“转人工”就行。"


@dataclass(frozen=True)
class Kept:
    """What the slot holds. `called` are reasons that have called a person already since the bot has the conversation:
    they do not call again by themselves, or every further sentence of an angry citizen would."""

    turns: tuple[TurnFacts, ...] = ()
    called: tuple[str, ...] = ()
    called_seq: int = -1
    frail: tuple[str, ...] = ()
    helped: bool = False
    complaints: int = 0
    complaints_of: str = ""

    @classmethod
    def of(cls, tracker: Tracker) -> Kept:
        kept = tracker.get_slot(SLOT)
        if not isinstance(kept, Mapping):
            return cls()
        turns = tuple(_turn_facts(data) for data in kept.get("turns", ()))
        rest = {
            name: kept[name]
            for name in ("called_seq", "helped", "complaints", "complaints_of")
            if name in kept
        }
        return cls(turns, tuple(kept.get("called", ())), frail=tuple(kept.get("frail", ())), **rest)

    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = SlotSet(
            SLOT, {**asdict(self), "turns": [asdict(turn) for turn in self.turns[-TURNS_KEPT:]]}
        )
        return event


def was_called(tracker: Tracker) -> bool:
    """Whether a person has been called since the bot has the conversation."""
    return bool(Kept.of(tracker).called)


def _turn_facts(data: Mapping[str, Any]) -> TurnFacts:
    # JSON knows no tuples.
    facts: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    return TurnFacts(**facts)


@dataclass
class Watch:
    """One run of one action. `asked`: the action itself means that a person is wanted."""

    tracker: Tracker
    turn: Turn
    parts: Parts
    asked: bool = False
    kept: Kept = field(init=False)
    facts: TurnFacts = field(init=False)

    def __post_init__(self) -> None:
        self.kept = Kept.of(self.tracker)
        self.facts = facts_of(self.turn, self.parts.thresholds.policy_topics, self.asked)

    @property
    def seen(self) -> bool:
        """An earlier action of the same turn was watched already."""
        return bool(self.kept.turns) and self.kept.turns[-1].seq == self.turn.seq

    def foresee(self) -> Trigger | None:
        """What the words alone call for, before the action has done anything."""
        return None if self.seen else self._judge(self.facts)

    def conclude(
        self, dispatcher: CollectingDispatcher, events: list[dict[str, Any]], wishes: list[Wish]
    ) -> list[dict[str, Any]]:
        """The events of the action and those of the handoff. Speaks and signals where a person is needed, and then the
        bot asks nothing more in this turn."""
        if self.seen and not wishes:
            return self._asking_nothing(events, self.kept)
        facts = replace(
            self.facts,
            # Who wants to be called back has not asked to be put through.
            asked=self.facts.asked and not _about_callback(events),
            understood=not _missed(events),
            emergency=any(wish.reason is HandoffReason.EMERGENCY for wish in wishes),
            complaints=self._complaints(events),
        )
        # Danger has called a person already; nothing less may put a menu beside what is said to it.
        trigger = None if danger_lasts(events) and not wishes else self._judge(facts)
        if wishes and (trigger is None or trigger.reason is not HandoffReason.EMERGENCY):
            # What an action knows for certain outweighs what the words hint at.
            first = wishes[0]
            skill = facts.skill or next((t.skill for t in reversed(self.kept.turns) if t.skill), "")
            trigger = Trigger(reason=first.reason, score=1.0, skill=skill, why={"action": first.note})
        helped = trigger is not None and trigger.may_help_first and self._help_first(dispatcher)
        if helped:
            facts, trigger = replace(facts, helped_first=True), None
        before = self.kept.turns[:-1] if self.seen else self.kept.turns
        kept = replace(
            self.kept,
            turns=(*before, facts),
            frail=tuple(dict.fromkeys((*self.kept.frail, *frail(self.turn.words)))),
            helped=self.kept.helped or helped,
        )
        if trigger is not None and not self._called_in_this_turn(trigger):
            if not wishes and trigger.reason is HandoffReason.NOT_UNDERSTOOD:
                # How else it could be said, and what could be done instead: questions for a bot that goes on.
                take_back(dispatcher)
            if not wishes and trigger.reason in SENTENCES:
                say(dispatcher, self._sentence(trigger.reason), kind="handoff")
            self._call(dispatcher, trigger, kept, note=wishes[0].note if wishes else "")
            kept = replace(
                kept,
                called=tuple(dict.fromkeys((*kept.called, trigger.reason.value))),
                called_seq=self.turn.seq,
            )
        return [*self._asking_nothing(events, kept), kept.event()]

    def _sentence(self, reason: HandoffReason) -> str:
        """A human word goes first for who has called before."""
        if speaks_english(self.tracker, self.turn):
            return PERSON_COMES
        told_before = reason is HandoffReason.COMPLEX and has_told_before(self.turn.words)
        return (sympathy(self.turn.words) if told_before else "") + SENTENCES[reason]

    def _asking_nothing(self, events: list[dict[str, Any]], kept: Kept) -> list[dict[str, Any]]:
        """Where a person was called in this turn, the question of an open form waits for the next one."""
        if kept.called_seq != self.turn.seq:
            return events
        return [
            SlotSet("requested_slot", RESUME)
            if event.get("name") == "requested_slot" and event["value"]
            else event
            for event in events
        ]

    def _judge(self, facts: TurnFacts) -> Trigger | None:
        before = self.kept.turns[:-1] if self.seen else self.kept.turns
        turns = [*before, facts]
        if self.kept.helped and not any(turn.helped_first for turn in turns):
            # Its turn has fallen out of the slot: once a conversation is once, however long it lasts.
            turns[0] = replace(turns[0], helped_first=True)
        trigger = judge(turns, self.parts.thresholds)
        if trigger is None or trigger.reason not in self.kept.called or trigger.reason in _AS_OFTEN_AS_SAID:
            return trigger
        # What has called already must not hide a wish that is said in so many words.
        return Trigger(reason=HandoffReason.ASKED, score=1.0, skill=trigger.skill) if facts.asked else None

    def _called_in_this_turn(self, trigger: Trigger) -> bool:
        return self.kept.called_seq == self.turn.seq and trigger.reason is not HandoffReason.EMERGENCY

    def _call(self, dispatcher: CollectingDispatcher, trigger: Trigger, kept: Kept, note: str) -> None:
        detail = {
            "score": round(trigger.score, 3),
            "why": trigger.why,
            "emotion": {"label": self.turn.emotion, "score": round(self.turn.emotion_score, 3)},
            "vulnerable": list(kept.frail),
        }
        if speaks_english(self.tracker, self.turn):
            # What the gateway adds about the queue is to be understood, too.
            detail["language"] = "en"
        more: dict[str, Any] = {}
        if kept.frail and trigger.reason is not HandoffReason.EMERGENCY:
            more["priority"] = FRAIL_PRIORITY
        signal(
            dispatcher,
            "handoff_requested",
            reason=trigger.reason.value,
            note=note,
            skill=trigger.skill,
            detail=detail,
            **more,
        )

    def _help_first(self, dispatcher: CollectingDispatcher) -> bool:
        """Tells the article that fits a question asked along with the wish for a person. False where there is none."""
        question = question_besides(self.turn.words)
        if not question or self._is_in_form() or insists(self.turn.words):
            return False
        if _CALLED_BACK.search(self.turn.words):
            # Who wants to be called has said why, and asked nothing.
            return False
        answer = self.parts.knowledge.answer(question)
        if answer.outcome != "found" or answer.article is None:
            return False
        say(dispatcher, HELP_FIRST)
        simple = self.tracker.get_slot("style") == "simple"
        tell_article(dispatcher, answer.article, simple, in_form=True, told=answer.told)
        say(dispatcher, AFTER_HELP, buttons=(HUMAN,))
        return True

    def _is_in_form(self) -> bool:
        """A form that the present words have called is no form yet."""
        slots = ("order_draft", "follow")
        return bool(self.tracker.active_loop) and any(self.tracker.get_slot(slot) for slot in slots)

    def _complaints(self, events: list[dict[str, Any]]) -> int:
        """How often the same caller has complained of this matter before, as far as their own line or this conversation tells:
        who only says a number must not learn by being handed over that its owner has complained. Looked up once a draft."""
        draft = _draft(self.tracker, events)
        if draft is None or not (draft.get("phone") and draft.has("description")):
            return 0
        if self.kept.complaints_of == draft.draft_id:
            return self.kept.complaints
        orders, line = self.parts.orders, self.turn.line_phone
        mine = orders.find_by_conversation(self.tracker.sender_id)
        same_line = orders.find_by_phone(line, COMPLAINTS_COUNTED) if line else ()
        earlier = list({order.number: order for order in (*mine, *same_line)}.values())
        count = 0
        if earlier:
            sender, channel = self.tracker.sender_id, channel_of(self.tracker)
            order = build_order(draft, sender, channel, file_under(self.parts, draft))
            count = len(likely_duplicates(order, earlier))
        self.kept = replace(self.kept, complaints=count, complaints_of=draft.draft_id)
        return count


def _missed(events: list[dict[str, Any]]) -> bool:
    """Whether the action found no answer: it counts the misses in a row in a slot."""
    return any(event.get("name") == "misses" and (event.get("value") or 0) > 0 for event in events)


def _about_callback(events: list[dict[str, Any]]) -> bool:
    return any(
        event.get("name") == "callback_phone"
        or (event.get("name") == "pending" and (event.get("value") or {}).get("offer") == "callback")
        for event in events
    )


def _draft(tracker: Tracker, events: list[dict[str, Any]]) -> Draft | None:
    kept = tracker.get_slot("order_draft")
    for event in events:
        if event.get("name") == "order_draft":
            kept = event.get("value")
    return Draft.from_json(kept) if kept else None

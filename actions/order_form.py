"""The order form: Rasa keeps the loop, `desk.orders.drafting` decides, this file speaks.

`requested_slot` is always "order_" + the field that the draft asks for; the questions are responses in domain.yml.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.acknowledging import acknowledgement, aloud, opening
from actions.alarm import answer_danger, lasts
from actions.asking import wants_registered
from actions.at_the_edge import answer_at_the_edge
from actions.base import Events, HotlineAction
from actions.callback import answer_callback, is_open
from actions.conversation import already_handled, channel_of
from actions.filing import file_under
from actions.open_wishes import Wish, is_background
from actions.order_questions import (
    ASKED_FOR_THE_REST,
    ASKED_IN_OTHER_WORDS,
    ASKED_IN_SHORT,
    ASKED_WHERE_ON_IT,
    OTHER_WORDS,
)
from actions.ownership import own_orders
from actions.process_questions import answer_process, kinds_asked, wants_no_calls
from actions.replies import ask_for_human, say
from actions.seed import joined, later_of, seed_for, seed_of, turn_from
from actions.sympathy import is_rhetorical, sympathy
from actions.taking_up import (
    MOST_LEAD_CHARS,
    answer_before_order,
    courtesy,
    invite,
    keep_detail,
    keep_secret,
    last_order,
    lead_of,
    look_up,
    offer_order,
    order_here,
    wish_for,
)
from actions.telling import tell_article
from actions.told_before import with_story
from actions.watch import RESUME
from desk.knowledge.aspects import has_shape_of_question
from desk.orders.drafting.arbitration import Kind, Step, said_again, step
from desk.orders.drafting.building import build_order
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import ANNOUNCED, fill, with_caller_of, with_line_phone
from desk.orders.drafting.keeping import noted, tells_beside
from desk.orders.drafting.matters import another_matter, matters_of
from desk.orders.drafting.order_types import by_words
from desk.orders.drafting.phrases import is_anybody_there, only_asks, type_said
from desk.orders.drafting.plan import next_field
from desk.orders.drafting.turn import Turn
from desk.orders.duplicates import likely_duplicates

NOT_KNOWN = "这个问题我暂时没有准确答案，先不乱说；我一并记下来，请承办的人答复您。"
NOT_KNOWN_AT_ALL = "这个问题我暂时没有准确答案，不能乱说。"
UNSEEN = "图片和链接我这边看不到，请打字告诉我；原件先留好，承办的人会找您要。"
LATER = "好的，这件事我也记着，登记完手上这件，接着给您登记。"
HURRIED = "好的，我尽快给您登记。"
FORM = "order_form"
ANGRY_SCORE = 0.75
# Below this a question about the procedure is no question of policy.
MAY_ASK = 0.3
_COUNTED = "一两三四五"
# Questions about the order that are answered, whatever is wished for beside them.
_OF_THE_ORDER = frozenset({"how_long", "who", "secret", "callback", "optional", "cost"})
_HURRY = re.compile(r"急|快|速度|赶紧")
_TYPE = re.compile(r"order_(consult|help|complain|report|suggest|praise)")


def requested(field: str) -> str:
    return f"order_{field}"


class ValidateOrderForm(HotlineAction):
    ACTION = "validate_order_form"

    @property
    def answers_first(self) -> bool:
        return False  # Done below: the form has to stay resumable.

    def after_trouble(self, tracker: Tracker) -> Events:
        """Keep the question that was open: the form must not end or start over because something broke."""
        open_question = tracker.get_slot("requested_slot")
        return [SlotSet("requested_slot", open_question or requested("description"))]

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        kept = tracker.get_slot("order_draft")
        if kept and already_handled(tracker, FORM) and not tracker.get_slot("order_seed"):
            draft = said_again(Draft.from_json(kept))
            alarmed = tracker.get_slot("emergency_kind")
            # After an alarm nothing may push the numbers off the screen; the question waits for the next turn.
            slot = RESUME if alarmed else requested(draft.asked or next_field(draft))
            repeats = turn.does("repeat") or turn.intent in ("repeat", "slower")
            wording = _wording(tracker, draft, Step(Kind.QUESTION, draft, again=not repeats))
            return [
                SlotSet("order_draft", draft.to_json()),
                SlotSet(OTHER_WORDS, wording),
                SlotSet("requested_slot", slot),
                SlotSet("emergency_kind", None),
            ]
        if kept is None:
            first = None
            if not tracker.get_slot("order_seed"):
                first = self.answer_first(dispatcher, tracker, turn)
                if first is None:
                    first = self._begin_elsewhere(dispatcher, tracker, turn)
                    if first is not None:
                        return first
            return self._start(dispatcher, tracker, turn) if first is None else self._stay_out(first)
        draft = Draft.from_json(kept)
        foreign = answer_at_the_edge(dispatcher, tracker, turn, self.parts)
        danger = answer_danger(dispatcher, tracker, turn) if foreign is None else foreign
        if danger is not None:
            slot = RESUME if foreign or lasts(danger) else requested(draft.asked or next_field(draft))
            return [
                *danger,
                SlotSet("order_draft", kept),
                SlotSet("emergency_kind", None),
                SlotSet("requested_slot", slot),
            ]
        callback = answer_callback(dispatcher, tracker, turn)
        if callback is not None:
            slot = RESUME if is_open(tracker, callback) else requested(draft.asked or next_field(draft))
            return [*callback, SlotSet("order_draft", kept), SlotSet("requested_slot", slot)]
        return self._go_on(dispatcher, tracker, turn, draft)

    def _stay_out(self, first: Events) -> Events:
        return [*first, SlotSet("order_outcome", "none"), SlotSet("requested_slot", None)]

    def _start(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        seed = seed_for(tracker, turn)
        waited = later_of(seed)
        first = turn_from(seed, turn) if seed else turn
        if waited is None:
            first = with_story(tracker, first, turn)
        first, *others = matters_of(first) if waited is None else (first,)
        if first.does("process") and not seed:
            say(dispatcher, answer_process(turn, self.parts))
        draft = _begun(first, turn, offered=bool(seed))
        filled = fill(draft, first)
        draft = replace(filled.draft, later=tuple(waited or filter(None, map(seed_of, others))))
        draft = with_caller_of(draft, order_here(self.parts, tracker), turn.seq)
        draft = with_line_phone(draft, turn.line_phone, turn.seq)
        draft = draft.asking(next_field(draft))
        if first.does("grumble"):
            say(dispatcher, sympathy(first.words))
        if others:
            say(dispatcher, f"您说了{_COUNTED[len(others)]}件事，我一件一件登记，先登记第一件。")
        say(dispatcher, opening(draft, first))
        draft = self._with_duplicate(tracker, turn, draft)
        return [
            SlotSet("order_draft", draft.to_json()),
            SlotSet("order_seed", None),
            SlotSet("pending", None),
            SlotSet("misses", 0),
            SlotSet("order_outcome", None),
            SlotSet("emergency_kind", None),
            SlotSet(OTHER_WORDS, ASKED_WHERE_ON_IT if _is_asked_closer(draft) else None),
            SlotSet("requested_slot", requested(draft.asked)),
        ]

    def _begin_elsewhere(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn
    ) -> Events | None:
        """The intent was an order, the citizen wants something else first: an answer, the state of an earlier order."""
        wish = wish_for(self.parts, tracker, turn)
        match wish:
            case Wish.ANSWER | Wish.ANSWER_FIRST:
                troubled = wish is Wish.ANSWER_FIRST
                answered = answer_before_order(dispatcher, self.parts, tracker, turn, troubled)
                return None if answered is None else self._stay_out(answered)
            case Wish.PROCESS:
                say(dispatcher, answer_process(turn, self.parts, last_order(self.parts, tracker)))
                return self._stay_out([])
            case Wish.INVITE:
                invite(dispatcher)
                return self._stay_out([])
            case Wish.SECRET if tracker.get_slot("last_order"):
                return self._stay_out(keep_secret(dispatcher, self.parts, tracker, turn))
            case None | Wish.ORDER if self._is_known(turn):
                look_up(dispatcher, self.parts, tracker, turn.words)
                offer_order(dispatcher)
                return self._stay_out(
                    [SlotSet("pending", {"offer": "order", "seed": seed_of(turn)}), SlotSet("misses", 0)]
                )
            case None | Wish.DETAIL if is_background(turn, lead_of(tracker)):
                return self._stay_out(keep_detail(dispatcher, tracker, turn))
            case Wish.FOLLOW:
                return [SlotSet("order_outcome", "follow"), SlotSet("requested_slot", None)]
            case _:
                return None

    def _is_known(self, turn: Turn) -> bool:
        """Whether an article answers a consultation that nobody has asked to be registered."""
        registers = turn.does("register") or wants_registered(turn.words)
        asks = turn.intent == "order_consult" and bool(turn.words) and not registers
        return asks and self.parts.knowledge.answer(turn.words).outcome == "found"

    def _go_on(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, draft: Draft) -> Events:
        another = another_matter(turn)
        if another is not None:
            say(dispatcher, LATER)
            seed = seed_of(another)
            draft = replace(draft, later=(*draft.later, seed)) if seed else draft
            return self._ask(tracker, draft, Step(Kind.ANSWERED, draft))
        taken = step(draft, turn)
        asks = taken.kind in (Kind.QUESTION, Kind.PROCESS)
        if asks and is_rhetorical(turn.words) and not kinds_asked(turn.words):
            taken = replace(taken, kind=Kind.GRUMBLE)
        match taken.kind:
            case Kind.DIGRESSED:
                # No slot is set: Rasa then rejects the form and lets the rule of the intent speak.
                return []
            case Kind.PROCESS if _wishes(turn):
                # 自习室能不能延到十点 asks nothing about this hotline.
                taken = replace(taken, draft=noted(taken.draft, turn))
                taken = replace(taken, changed=tuple(dict.fromkeys((*taken.changed, "description"))))
                self._acknowledge(dispatcher, draft, taken)
            case Kind.QUESTION | Kind.PROCESS:
                self._acknowledge(dispatcher, draft, taken)
                answered = self._answer(dispatcher, tracker, turn, taken)
                if wants_no_calls(turn.words) or tells_beside(turn) or not (answered or taken.changed):
                    # Nothing answers it here: whoever is in charge reads it in the order.
                    taken = replace(taken, draft=noted(taken.draft, turn))
            case Kind.COURTESY:
                self._acknowledge(dispatcher, draft, taken)
                say(dispatcher, _courtesy(turn))
            case Kind.UNSEEN:
                say(dispatcher, UNSEEN)
            case Kind.GRUMBLE:
                say(dispatcher, sympathy(turn.words))
                taken = replace(taken, draft=taken.draft.check("soothed"))
                self._acknowledge(dispatcher, draft, taken)
            case Kind.ONLY_ASKS:
                left = self._only_asks(dispatcher, tracker, turn, taken)
                if left is not None:
                    return left
                # Nothing answers it: it is registered, as a question that belongs to the matter.
                taken = replace(taken, draft=noted(taken.draft, turn), again=True)
            case Kind.HUMAN:
                pass  # Heard in actions/watch.py, which keeps the question for the next turn.
            case Kind.CONFIRMED:
                return self._end(taken.draft, "confirmed")
            case Kind.CANCELLED:
                return self._end(taken.draft, "cancelled")
            case Kind.HURRY_DUPLICATE:
                return self._end(taken.draft, "hurry")
            case Kind.REMARK_DUPLICATE:
                return self._end(taken.draft, "remark")
            case Kind.STUCK:
                say(
                    dispatcher,
                    "抱歉，我几次都没能听明白，不耽误您了，这就为您转人工，您说的内容都会一并转过去。",
                    kind="handoff",
                )
                ask_for_human(dispatcher, "not_understood", "order_form")
                return self._end(taken.draft, "stuck")
            case Kind.UNCLEAR:
                # The question is asked in other words, with an example; what is wrong with the answer goes before it.
                if taken.problem:
                    say(dispatcher, f"{taken.problem.rstrip('。')}。")
            case Kind.ANSWERED:
                taken = self._soothe(dispatcher, turn, taken)
                self._acknowledge(dispatcher, draft, taken)
                if taken.question:
                    self._answer(dispatcher, tracker, turn, taken)
                taken = replace(taken, draft=self._with_duplicate(tracker, turn, taken.draft))
        return self._ask(tracker, draft, taken)

    def _acknowledge(self, dispatcher: CollectingDispatcher, before: Draft, taken: Step) -> None:
        words = acknowledgement(before, taken)
        if words:
            say(dispatcher, words, speech=aloud(words))

    def _soothe(self, dispatcher: CollectingDispatcher, turn: Turn, taken: Step) -> Step:
        """A human word once an order, for anger that comes with an answer."""
        angry = turn.emotion == "angry" and turn.emotion_score >= ANGRY_SCORE
        if not (angry or turn.does("grumble")) or "soothed" in taken.draft.checked:
            return taken
        say(dispatcher, sympathy(turn.words))
        return replace(taken, draft=taken.draft.check("soothed"))

    def _answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, taken: Step) -> bool:
        """What was asked beside, or instead of, an answer. The form asks on by itself. False where nothing was known, and
        whoever is in charge has to read it in the order."""
        sure = turn.reading.acts.get
        process = taken.kind is Kind.PROCESS or sure("process", 0.0) > sure("ask", 0.0)
        query = taken.question or turn.words
        # Asked in a form, questions of policy are easily taken for questions about the form: the articles know better.
        known = process and (kinds_asked(query) or sure("ask", 0.0) < MAY_ASK)
        if known and not kinds_asked(query) and has_shape_of_question(query):
            # 听说学习能把分减回来 最多减几分 is read as a question about us, and an article answers it.
            known = self.parts.knowledge.answer(query).outcome != "found"
        if not known:
            if look_up(dispatcher, self.parts, tracker, query) != "nothing":
                return True
            # 多久之内要弄 asks for what was told before.
            story = taken.draft.get("description")[-MOST_LEAD_CHARS:]
            found = self.parts.knowledge.answer(f"{story}，{query}") if story else None
            if found is not None and found.outcome == "found" and found.article is not None:
                simple = tracker.get_slot("style") == "simple"
                tell_article(dispatcher, found.article, simple, in_form=True, told=found.told)
                return True
        if process and taken.changed and not kinds_asked(query):
            # 姓辛 行了吧? asks nothing that has an answer.
            return True
        # 好的，会为您保密 was said already.
        told = ("secret",) if "confidential" in taken.changed else ()
        answer = answer_process(turn, self.parts, taken.draft, told) if process else NOT_KNOWN
        if answer:
            say(dispatcher, answer)
        return process

    def _only_asks(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, taken: Step
    ) -> Events | None:
        """The form ends without an order: nobody who asks has to fill one in. What was told waits for a yes; where it was
        the question itself (就问问,没啥地址), it is answered now."""
        told_before = taken.draft.get("description")
        asked = taken.question if turn.does("ask") else ""
        query = "，".join(filter(None, (told_before, asked)))
        told = look_up(dispatcher, self.parts, tracker, query) if query else "nothing"
        if told == "nothing" and told_before and not only_asks(turn.words):
            say(dispatcher, NOT_KNOWN)
            return None
        if told == "nothing" and query:
            say(dispatcher, NOT_KNOWN_AT_ALL)
        elif told == "nothing":
            say(dispatcher, "好的，不登记，您想问什么直接说。")
        if told != "ambiguous" and turn.does("ask"):
            offer_order(dispatcher)
        before = {"text": told_before, "seq": turn.seq, "intent": f"order_{taken.draft.type}"}
        seed = joined(before, turn) if told_before else seed_of(turn)
        return self._stay_out(
            [
                SlotSet("order_draft", None),
                SlotSet("misses", 0),
                SlotSet("pending", {"offer": "order" if turn.does("ask") else "kept", "seed": seed}),
            ]
        )

    def _ask(self, tracker: Tracker, before: Draft, taken: Step) -> Events:
        draft = taken.draft
        return [
            SlotSet("order_draft", draft.to_json()),
            SlotSet(OTHER_WORDS, _wording(tracker, before, taken)),
            SlotSet("requested_slot", requested(draft.asked)),
        ]

    def _end(self, draft: Draft, outcome: str) -> Events:
        return [
            SlotSet("order_draft", draft.to_json()),
            SlotSet("order_outcome", outcome),
            SlotSet(OTHER_WORDS, None),
            SlotSet("requested_slot", None),
        ]

    def _with_duplicate(self, tracker: Tracker, turn: Turn, draft: Draft) -> Draft:
        """Offers the citizen's own open order before a second one is written, once the phone is known. What others may have
        reported with a number that is only said stays unmentioned: the order is marked for people (actions/order_submit.py)."""
        ready = (
            draft.has("phone") and draft.has("description") and draft.asked not in ("phone", "phone_check")
        )
        if not ready or "duplicate" in draft.checked or draft.asked in ("cancel_check", "change"):
            return draft
        own = [order for order in own_orders(self.parts, tracker, turn) if order.status.is_open]
        if not own:
            return draft.check("duplicate")
        new_order = build_order(draft, tracker.sender_id, channel_of(tracker), file_under(self.parts, draft))
        likely = likely_duplicates(new_order, own)
        if not likely:
            return draft.check("duplicate")
        same = likely[0].order
        day = same.created_at.astimezone(self.parts.zone)
        return draft.with_duplicate(same.number, f"{day.month}月{day.day}日")


def _begun(first: Turn, turn: Turn, offered: bool) -> Draft:
    """The empty draft. A question that was offered to be registered, for nothing answers it, is a consultation."""
    asked = (
        offered
        and first.does("ask")
        and not first.does("details")
        and by_words("help", first.words) == "help"
    )
    named = _TYPE.fullmatch(first.intent)
    # 不管怎么规定的，我要投诉: what was asked before is registered as what it is called now.
    announced = type_said(turn.words) if turn is not first else ""
    order_type = announced or ("consult" if asked else named.group(1) if named else "help")
    draft = Draft(draft_id=f"t{turn.seq}", type=order_type)
    return draft.check(ANNOUNCED) if asked or announced else draft


def _is_asked_closer(draft: Draft) -> bool:
    """Whether the road is known, and asked is where on it."""
    return draft.asked == "place" and draft.place.locatable


def _wishes(turn: Turn) -> bool:
    """Whether something new is wished for, or a wrong told, and none of the known questions about the procedure asked."""
    return by_words("help", turn.words) in ("suggest", "complain") and not (
        _OF_THE_ORDER & set(kinds_asked(turn.words))
    )


def _courtesy(turn: Turn) -> str:
    hurries = is_anybody_there(turn.words) and _HURRY.search(turn.words)
    return HURRIED if hurries else courtesy(turn)


def _wording(tracker: Tracker, before: Draft, taken: Step) -> str | None:
    """How the next question is worded: None as the first time, else in other words. Nobody hears the same sentence
    twice in a row; only who asks to hear it again."""
    if taken.draft.asked == "phone" and taken.draft.phone_part:
        return ASKED_FOR_THE_REST
    same = taken.draft.asked == before.asked
    if not same:
        return ASKED_WHERE_ON_IT if _is_asked_closer(taken.draft) else None
    if taken.draft.asked == "confirm":
        # Who wants it said again is read everything again.
        unchanged = ASKED_IN_SHORT if taken.again else None
        return ASKED_IN_OTHER_WORDS if taken.changed else unchanged
    return None if tracker.get_slot(OTHER_WORDS) or not taken.again else ASKED_IN_OTHER_WORDS

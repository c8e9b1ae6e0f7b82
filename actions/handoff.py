"""Asking for a person, and coming back from one."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import STATE
from actions.base import Events, HotlineAction
from actions.process_questions import answer_process, kinds_asked
from actions.replies import HUMAN, REGISTER, Button, say
from actions.taking_up import take_up
from actions.watch import SLOT, Watch
from desk.orders.drafting.keeping import wants_something_else
from desk.orders.drafting.phrases import is_anybody_there
from desk.orders.drafting.turn import Turn

# The matter that the person dealt with. What proves who the citizen is (proved_orders, callback_phone) and how they
# like to be spoken to (style, speech_rate) stays.
_OLD_MATTER = (
    "order_draft",
    "order_seed",
    "order_outcome",
    "follow",
    "pending",
    "misses",
    "abuse_count",
    "emergency_kind",
    STATE,
    "requested_slot",
    SLOT,
)


HERE = "在的，您请讲。要反映事情、问政策、查工单，直接说就行。"


class HandOver(HotlineAction):
    """Nobody argues: what is said and done is in actions/watch.py, as for a wish in the midst of anything else."""

    ACTION = "action_handoff"

    @property
    def calls_person(self) -> bool:
        return True

    def _watch(self, tracker: Tracker, turn: Turn) -> Watch:
        return Watch(tracker, turn, self.parts, asked=not wants_something_else(turn))

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        if not wants_something_else(turn):
            return []
        if is_anybody_there(turn.words) or tracker.active_loop:
            say(dispatcher, HERE)
            return []
        taken = take_up(dispatcher, self.parts, tracker, turn)
        if taken is None:
            # 半夜打12345有人接不 asks about us.
            say(dispatcher, answer_process(turn, self.parts) if kinds_asked(turn.words) else HERE)
        return taken or []


class ReturnedFromSeat(HotlineAction):
    """The person has given the conversation back: a clean beginning, in which a second handoff works like the first."""

    ACTION = "action_returned_from_seat"

    @property
    def is_watched(self) -> bool:
        return False  # Nobody has said anything.

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        say(
            dispatcher,
            "您好,我是智能客服,现在由我继续为您服务。您可以问政策、登记诉求、查工单进度,需要人工随时说“转人工”。",
            buttons=(REGISTER, Button.intent("查工单进度", "order_status"), HUMAN),
        )
        return [ActiveLoop(None), *(SlotSet(slot, None) for slot in _OLD_MATTER)]

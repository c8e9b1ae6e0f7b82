"""The questions of the order form that show what is known: the read-back, the number, the caller's own open order.
The others are responses in domain.yml."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, HotlineAction
from actions.replies import Button, say
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.summary import rows, spoken
from desk.orders.drafting.turn import Turn
from desk.places import namesakes
from language.phones import grouped

# The slot that chooses the wording of a question, here and in domain.yml: nothing is asked twice in the same words.
OTHER_WORDS = "asked_again"
ASKED_IN_OTHER_WORDS = "other"
ASKED_IN_SHORT = "short"
ASKED_FOR_THE_REST = "rest"
ASKED_WHERE_ON_IT = "narrower"
# More places of one name than these nobody keeps in mind.
WHICH_MAX = 4
READ_BACK = "请您核对一下，都对的话我就登记了："


class AskConfirm(HotlineAction):
    ACTION = "action_ask_order_form_order_confirm"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        draft = Draft.from_json(tracker.get_slot("order_draft"))
        buttons = (
            Button.intent("确认登记", "affirm"),
            Button.intent("有地方要改", "deny"),
            Button.intent("不登记了", "cancel"),
        )
        if tracker.get_slot(OTHER_WORDS) == ASKED_IN_SHORT:
            # Nothing has changed since it was shown.
            say(dispatcher, "都对的话我就登记了，可以吗？", buttons=buttons)
            return []
        fields = rows(draft)
        lines = "\n".join(f"{label}：{value}" for _, label, value in fields)
        # Where the card is shown (web/src/citizen), only the first line stands above it.
        lead = "请您再核对一下，都对的话我就登记了：" if tracker.get_slot(OTHER_WORDS) else READ_BACK
        say(
            dispatcher,
            f"{lead}\n{lines}",
            speech=spoken(draft),
            kind="order_draft",
            buttons=buttons,
            card={
                "fields": [{"name": name, "label": label, "value": value} for name, label, value in fields]
            },
        )
        return []


class AskPlace(HotlineAction):
    """Where it is; which of them, where several places have the name that was told."""

    ACTION = "action_ask_order_form_order_place"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        draft = Draft.from_json(tracker.get_slot("order_draft"))
        which = namesakes(draft.place) if draft.place.locatable else ()
        if not which:
            dispatcher.utter_message(response="utter_ask_order_form_order_place")
            return []
        told = "、".join(f"{name}的" for name in which[:WHICH_MAX])
        others = "，还有别处的" if len(which) > WHICH_MAX else ""
        say(
            dispatcher,
            f"这个地名有{len(which)}处：{told}{others}。您说的是哪一处？",
            buttons=(*(Button(name, name) for name in which[:WHICH_MAX]), Button.intent("说不清楚", "skip")),
        )
        return []


class AskPhoneCheck(HotlineAction):
    ACTION = "action_ask_order_form_order_phone_check"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        draft = Draft.from_json(tracker.get_slot("order_draft"))
        number = grouped(draft.get("phone"))
        known = draft.fields["phone"].origin == "line"
        if tracker.get_slot(OTHER_WORDS):
            text = f"电话就记 {number}，对吗？不对的话，直接说对的号码。"
        elif known:
            text = f"您来电的号码是{number}，用这个号码联系您，对吗？"
        else:
            text = f"跟您核对一下电话：{number}，对吗？"
        say(
            dispatcher,
            text,
            buttons=(Button.intent("对", "affirm"), Button.intent("不对", "deny")),
        )
        return []


class AskDuplicate(HotlineAction):
    ACTION = "action_ask_order_form_order_duplicate"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        draft = Draft.from_json(tracker.get_slot("order_draft"))
        again = tracker.get_slot(OTHER_WORDS)
        say(
            dispatcher,
            "您说“催办”“补充”或者“新登记”就行，您要哪一个？"
            if again
            else f"您{draft.duplicate_on}反映过类似的问题，正在办理。您要催办、补充，还是新登记一件？",
            buttons=(
                Button.intent("催办", "order_hurry"),
                Button.intent("补充", "order_remark"),
                Button.intent("新登记", "deny"),
            ),
        )
        return []

"""Takes up a turn with no form open by what the citizen wants (actions/open_wishes.py), before its intent is looked at."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import (
    announces_question,
    asked_at_the_end,
    asks_in_words,
    demands,
    ends_asking,
    of_own_affair,
    rejects_answer,
    wonders,
)
from actions.at_a_loss import miss
from actions.base import Events, HotlineAction
from actions.choosing import choose
from actions.conversation import last_replies
from actions.open_wishes import Wish, is_background, wish_of
from actions.ports import Parts
from actions.process_questions import answer_process
from actions.replies import HUMAN, REGISTER, Button, say
from actions.seed import (
    consultation,
    joined,
    kept_after_answer,
    offered,
    order_begun,
    order_begun_on,
    seed_of,
    unanswered,
)
from actions.sympathy import sympathy
from actions.telling import tell
from actions.topic import topic_of
from desk.orders.drafting.order_types import judged
from desk.orders.drafting.phrases import has_content
from desk.orders.drafting.turn import Turn
from desk.orders.errors import BadTransition, OrderNotFound
from desk.orders.number import format_number
from desk.orders.order import Order

REMARK_CHARS = 2000
# Of what was told before a question so much is looked up with it.
MOST_LEAD_CHARS = 80
NONE_OF_THEM = "好的，那我没找对。您换个说法，说说想办什么事、遇到了什么情况；想登记下来，说“登记”就行。"


class OpenAction(HotlineAction, ABC):
    """An action of a turn with no form open. What the citizen does goes before what his sentence is about; the wishes
    in `OWN` are the action's own affair."""

    OWN: frozenset[Wish] = frozenset()

    def answer_first(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events | None:
        first = super().answer_first(dispatcher, tracker, turn)
        if first is not None or tracker.active_loop:
            return first
        chosen = choose(dispatcher, self.parts, tracker, turn)
        return chosen if chosen is not None else take_up(dispatcher, self.parts, tracker, turn, self.OWN)


def take_up(
    dispatcher: CollectingDispatcher,
    parts: Parts,
    tracker: Tracker,
    turn: Turn,
    own: frozenset[Wish] = frozenset(),
) -> Events | None:
    """Carries out what the reading shows that the citizen wants; None leaves the turn to its intent."""
    wish = wish_for(parts, tracker, turn)
    if wish is None or wish in own:
        return None
    return carry_out(dispatcher, parts, tracker, turn, wish)


def wish_for(parts: Parts, tracker: Tracker, turn: Turn) -> Wish | None:
    """`wish_of` with what the conversation and the knowledge base know."""
    pending = tracker.get_slot("pending") or {}
    wish = wish_of(
        turn,
        offered_order=pending.get("offer") == "order",
        offered=pending.get("offer") in ("order", "submit"),
        written=bool(tracker.get_slot("last_order")),
        answered=bool(topic_of(tracker)),
        noted=lead_of(tracker),
        is_known=lambda least: is_known(parts, tracker, turn, least),
        is_answered=lambda: is_answered(parts, tracker, turn),
    )
    if wish in (None, Wish.DETAIL, Wish.GRUMBLE) and goes_on_asking(tracker, turn):
        return Wish.ANSWER
    return wish


def carry_out(
    dispatcher: CollectingDispatcher, parts: Parts, tracker: Tracker, turn: Turn, wish: Wish
) -> Events:
    match wish:
        case Wish.ORDER:
            return begin_order(tracker, turn)
        case Wish.ANSWER | Wish.ANSWER_FIRST:
            answered = answer_before_order(dispatcher, parts, tracker, turn, wish is Wish.ANSWER_FIRST)
            return begin_order(tracker, turn) if answered is None else answered
        case Wish.PROCESS:
            say(dispatcher, answer_process(turn, parts, last_order(parts, tracker)))
            return [SlotSet("misses", 0)]
        case Wish.PROCESS_FIRST:
            say(dispatcher, answer_process(turn, parts, None))
            return begin_order(tracker, turn)
        case Wish.FOLLOW:
            return [SlotSet("follow", None), FollowupAction("action_follow_order")]
        case Wish.SECRET:
            return keep_secret(dispatcher, parts, tracker, turn)
        case Wish.REMARK:
            return add_remark(dispatcher, parts, tracker, turn)
        case Wish.AGREE:
            return agree(dispatcher, tracker, turn)
        case Wish.DECLINE:
            return decline(dispatcher, tracker)
        case Wish.LAY_ASIDE:
            say(dispatcher, "好的，有需要随时找我。")
            return [SlotSet("pending", None)]
        case Wish.GRUMBLE:
            return hear_out(dispatcher, tracker, turn)
        case Wish.WAIT:
            say(dispatcher, courtesy(turn))
            return []
        case Wish.GREET:
            dispatcher.utter_message(response="utter_greet")
            return []
        case Wish.THANK:
            dispatcher.utter_message(response="utter_thank")
            return []
        case Wish.DETAIL:
            return keep_detail(dispatcher, tracker, turn)
        case Wish.INVITE:
            invite(dispatcher)
            return []


def begin_order(tracker: Tracker, turn: Turn) -> Events:
    """Opens the order form on what was told: now, before, or both."""
    kept = offered(tracker)
    if kept is None:
        return order_begun(turn)
    more = turn.does("details", "value") if turn.reading else False
    return order_begun_on(joined(kept, turn) if more else dict(kept))


def answer_before_order(
    dispatcher: CollectingDispatcher, parts: Parts, tracker: Tracker, turn: Turn, troubled: bool
) -> Events | None:
    """Answers the question, then offers an order where a trouble stands beside it. Where no article answers, that is
    said, and an order offered; None where the trouble weighs more than the question."""
    told = "nothing"
    if not _told_again(parts, tracker, turn):
        told = look_up(dispatcher, parts, tracker, _query(parts, tracker, turn))
    if told == "nothing":
        tells, asks = turn.reading.acts.get("details", 0.0), turn.reading.acts.get("ask", 0.0)
        outweighed = tells > asks or has_content(turn.words)
        mere = announces_question(turn.words) or wonders(turn.words)
        if demands(turn.words) or (troubled and outweighed and not mere):
            return None
        return miss(dispatcher, tracker, turn, understood=True)
    if told == "ambiguous" and not troubled:
        # Who goes on instead of choosing has not given his question up.
        asked = consultation(tracker, turn) or {}
        return [SlotSet("misses", 0), SlotSet("pending", {"offer": "kept", "seed": asked.get("seed")})]
    if told == "partly":
        offer_order(dispatcher, "具体的数要由承办单位答复，要我帮您登记下来请他们回复吗？")
        return [SlotSet("misses", 0), SlotSet("pending", consultation(tracker, turn))]
    if not troubled:
        # 我想办居住证，房东不配合 is answered, and still the beginning of a trouble that may be told next.
        told_beside = None if asks_in_words(turn.words) else seed_of(turn)
        kept = (
            SlotSet("pending", {"offer": "kept", "seed": told_beside})
            if told_beside
            else kept_after_answer(tracker)
        )
        return [SlotSet("misses", 0), kept]
    if told == "found":
        offer_order(dispatcher)
    return [SlotSet("misses", 0), SlotSet("pending", {"offer": "order", "seed": _seed(tracker, turn)})]


def _told_again(parts: Parts, tracker: Tracker, turn: Turn) -> bool:
    """Whether the article that the citizen has just said he does not mean would be told once more."""
    topic = topic_of(tracker)
    if not topic or not rejects_answer(turn.words):
        return False
    found = parts.knowledge.answer(turn.words, topic=topic)
    return found.article is not None and found.article.id == topic


# More of a question that had no answer is said in so many characters; longer is a matter of its own.
MORE_CHARS = 24


def is_known(parts: Parts, tracker: Tracker, turn: Turn, least: float) -> bool:
    """Whether an article about an affair of the citizen's own is found for what he tells."""
    found = parts.knowledge.answer(turn.words, topic=topic_of(tracker))
    return (
        found.outcome == "found"
        and found.article is not None
        and found.score >= least
        and of_own_affair(found.article.title)
    )


def is_answered(parts: Parts, tracker: Tracker, turn: Turn) -> bool:
    """Whether an article is found for what the turn asks; where nobody did wrong, also whether some may be meant."""
    outcome = parts.knowledge.answer(_query(parts, tracker, turn), topic=topic_of(tracker)).outcome
    return outcome == "found" or (outcome == "ambiguous" and judged("help", turn.words) == "help")


def goes_on_asking(tracker: Tracker, turn: Turn) -> bool:
    """Whether the turn is more of a question that had no answer (江边能飞无人机吗 - 要报备不, 在哪报), or asks about what was
    named just before."""
    asks = ends_asking(turn.words) or turn.does("ask", "process")
    waits = unanswered(tracker) or (lead_of(tracker) and asks)
    if not waits or not 0 < len(turn.words) <= MORE_CHARS:
        return False
    return not turn.does(*_NO_MORE_OF_IT) and turn.intent not in _NO_MORE_INTENTS


_NO_MORE_OF_IT = ("yes", "no", "nothing", "thanks", "bye", "greet", "register", "cancel", "human", "follow", "secret", "callback", "refuse", "process", "wait", "repeat")  # fmt: skip
_NO_MORE_INTENTS = frozenset({"affirm", "deny", "thank", "goodbye", "ask_human", "repeat"})


def _in_full(tracker: Tracker, turn: Turn) -> str:
    """What is looked up: a short question is meant of the one before it that had no answer, or of what was named just
    before (新国标的电动车 - 电池最高多少伏)."""
    before = unanswered(tracker) or lead_of(tracker)
    return f"{before}，{turn.words}" if before and goes_on_asking(tracker, turn) else turn.words


def _query(parts: Parts, tracker: Tracker, turn: Turn) -> str:
    """What is looked up: all that is told, else the question at its end. A long story holds many words that no article does."""
    told = _in_full(tracker, turn)
    asked = asked_at_the_end(told)
    if not asked or parts.knowledge.answer(told, topic=topic_of(tracker)).outcome != "nothing":
        return told
    return asked if parts.knowledge.answer(asked).outcome != "nothing" else told


def lead_of(tracker: Tracker) -> str:
    """The background that was told before the matter itself; "" where none was."""
    return str((tracker.get_slot("pending") or {}).get("lead") or "")


def _seed(tracker: Tracker, turn: Turn) -> Mapping[str, Any] | None:
    kept = offered(tracker)
    return joined(kept, turn) if kept else seed_of(turn)


def offer_order(dispatcher: CollectingDispatcher, words: str = "这件事要我帮您登记成工单吗？") -> None:
    say(
        dispatcher,
        words,
        buttons=(Button.intent("登记", "affirm"), Button.intent("不用了", "deny"), HUMAN),
    )


def last_order(parts: Parts, tracker: Tracker) -> Order | None:
    """The order that was written or looked up in this conversation, with its proof."""
    number = tracker.get_slot("last_order")
    if not number:
        return None
    try:
        return parts.orders.get(number)
    except OrderNotFound:
        return None


def order_here(parts: Parts, tracker: Tracker) -> Order | None:
    """The last order that was written in this conversation: whoever speaks now has told who they are."""
    order = last_order(parts, tracker)
    return order if order is not None and order.conversation_id == tracker.sender_id else None


def keep_secret(dispatcher: CollectingDispatcher, parts: Parts, tracker: Tracker, turn: Turn) -> Events:
    """Marks the order of this conversation as secret; without one, says that an order can be."""
    order = last_order(parts, tracker)
    if order is None:
        say(
            dispatcher,
            "可以的，您的个人信息会保密，不向被反映的一方透露。您要反映什么事情？",
        )
        return [SlotSet("pending", {"offer": "order", "seed": _seed(tracker, turn)})]
    parts.orders.keep_secret(order.number, "citizen")
    if turn.does("details") and order.status.is_open:
        # "别让他晓得是我带头的" tells the department something, too.
        parts.orders.add_remark(order.number, turn.words[:REMARK_CHARS], "citizen")
    say(
        dispatcher,
        f"好的，工单 {format_number(order.number)} 已经标为保密，您的个人信息不向被反映的一方透露。",
        speech="好的。这张工单已经标为保密，您的个人信息不向被反映的一方透露。",
    )
    return [SlotSet("misses", 0)]


def add_remark(dispatcher: CollectingDispatcher, parts: Parts, tracker: Tracker, turn: Turn) -> Events:
    """What is told after an order was written belongs to it, in the citizen's own words."""
    number = str(tracker.get_slot("last_order"))
    try:
        parts.orders.add_remark(number, turn.words[:REMARK_CHARS], "citizen")
    except BadTransition:
        say(dispatcher, "那张工单已经办完了，不能再补充。要我帮您重新登记一件吗？", buttons=(REGISTER, HUMAN))
        return [SlotSet("pending", {"offer": "order", "seed": seed_of(turn)})]
    say(
        dispatcher,
        f"好的，已经补充到工单 {format_number(number)} 里。还有什么可以帮您？",
        speech="好的。已经补充进去了。还有什么可以帮您？",
        buttons=(Button.intent("没有了", "goodbye"),),
    )
    return [SlotSet("misses", 0)]


def look_up(dispatcher: CollectingDispatcher, parts: Parts, tracker: Tracker, query: str) -> str:
    """Tells what is known on `query`, in the light of the article before; the outcome as of `tell`."""
    simple, in_form = tracker.get_slot("style") == "simple", bool(tracker.active_loop)
    return tell(dispatcher, parts, query, simple, in_form, topic=topic_of(tracker))


def agree(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
    """Yes to what was offered last."""
    pending = tracker.get_slot("pending") or {}
    match pending.get("offer"):
        case "order":
            return order_begun_on(pending.get("seed"))
        case "submit":
            return [FollowupAction("action_submit_order")]
        case _:
            say(dispatcher, "好的。您还有什么要问，或者要登记的吗？", buttons=(REGISTER,))
            return []


def decline(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """No to what was offered last. Who means none of the articles named has not given the question up."""
    pending = tracker.get_slot("pending")
    if any(reply.get("kind") == "clarify" for reply in last_replies(tracker)):
        say(dispatcher, NONE_OF_THEM, buttons=(REGISTER, HUMAN))
        return [SlotSet("pending", pending)]
    if pending:
        say(dispatcher, "好的，那就不办了。还有什么可以帮您？", buttons=(Button.intent("没有了", "goodbye"),))
    else:
        say(dispatcher, "好的，有需要随时找我。", buttons=(Button.intent("没有了", "goodbye"),))
    return [SlotSet("pending", None)]


def hear_out(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
    """A human word for anger, then what happens next. What was said waits for an order."""
    say(
        dispatcher,
        f"{sympathy(turn.words)}您告诉我是什么事、在哪里，我马上登记；想跟真人说，也可以转人工。",
        buttons=(REGISTER, HUMAN),
    )
    return [SlotSet("misses", 0), SlotSet("pending", {"offer": "order", "seed": _seed(tracker, turn)})]


def keep_detail(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
    """A place, a name or a phone with nothing asked, or the mere background of a matter: kept, and asked what it is
    about. Who tells on in short messages is only listened to."""
    before = lead_of(tracker)
    if before:
        say(dispatcher, "嗯，我记着，您接着说。")
    elif is_background(turn) and not turn.does("value"):
        say(
            dispatcher,
            "好的，我记下了。您是想问怎么办，还是遇到了什么问题要反映？",
            buttons=(REGISTER, HUMAN),
        )
    else:
        say(
            dispatcher,
            "好的，我记住了。这是要反映什么事情呢？您说一下经过，我来登记。",
            buttons=(REGISTER, HUMAN),
        )
    lead = f"{before}，{turn.words}" if before else turn.words
    return [
        SlotSet("pending", {"offer": "order", "seed": _seed(tracker, turn), "lead": lead[-MOST_LEAD_CHARS:]})
    ]


def invite(dispatcher: CollectingDispatcher) -> None:
    say(dispatcher, "您请说，想了解什么？")


_LISTENING = "听得到，您请讲。"
_PATIENT = "好的，您慢慢来，不着急。"


def courtesy(turn: Turn) -> str:
    """A short word for one who holds on, asks whether he is heard, greets, thanks or chats."""
    if any(
        word in turn.words
        for word in ("听得", "听到", "听见", "喂", "在吗", "在不", "在线", "有人", "能听", "还在")
    ):
        return _LISTENING
    if turn.does("wait"):
        return _PATIENT
    if turn.does("thanks"):
        return "不客气。"
    if turn.does("greet"):
        return "您好，我在。"
    return "好的，您说。"

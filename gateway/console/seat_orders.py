"""Orders from the console: the filled form, its duplicates, its submission, and what else the caller has."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from desk.conversations import Conversation, ConversationStore, Message, Sender
from desk.conversations.store import PAGE
from desk.handoff.store import Callback
from desk.orders.drafting.draft import Draft, Value
from desk.orders.drafting.filling import with_line_phone
from desk.orders.duplicates import likely_duplicates
from desk.orders.number import format_number
from desk.orders.order import Order
from desk.orders.view import order_line
from gateway.backends.categories import CategoryBackend, Judge
from gateway.backends.orders import OrderBackend
from gateway.console.order_form import (
    NO_SUGGESTION,
    Suggestion,
    duplicates_for,
    form_fields,
    order_from,
    suggestions_json,
    uncovered,
)
from gateway.console.queries import ConsoleQueries
from gateway.console.summary import Summary, summary_of
from gateway.console.transcript_draft import Transcript, draft_of, read_tracker
from gateway.runtime.blocking import Blocking
from gateway.turns.rasa import RasaClient
from language.encoder.encoder import Encoder, EncoderError
from language.phones import find_phone
from language.reading import Reading

logger = logging.getLogger(__name__)

# A long conversation is read whole; one that never ends is not.
MESSAGES_MAX = 5 * PAGE
SUGGESTIONS = 3
RELATED_S = 60.0
RELATED_MAX = 1000
CALM_TYPES = ("praise", "suggest", "consult")
# A guess that is as likely wrong as right fills nothing in. On tests/data/categories_spoken.tsv 30 % of the guesses below are
# right, and 90 % of those above: the confidence is calibrated.
FILLED_FROM = 0.5
# What `judge_urgency` gives as its reason when the words gave it none.
BY_CATEGORY = "category"


@dataclass(frozen=True, kw_only=True)
class FilledForm:
    draft: Draft
    suggestions: tuple[Suggestion, ...]
    # Orders of this conversation, the bot's among them, newest first.
    registered: tuple[Order, ...]

    @property
    def best(self) -> Suggestion:
        """What goes into the form: the likeliest category, none where that is a mere guess."""
        first = self.suggestions[0] if self.suggestions else NO_SUGGESTION
        if first.code and first.confidence < FILLED_FROM:
            # Its urgency is kept only where the words gave it: the default of a doubtful category is as doubtful.
            by_words = first.urgency_reason not in ("", BY_CATEGORY)
            return replace(NO_SUGGESTION, urgency=first.urgency) if by_words else NO_SUGGESTION
        return first


@dataclass(frozen=True, kw_only=True)
class Citizen:
    """What is known of who is talking. In clear: whoever shows it masks it."""

    name: str
    title: str
    phone: str
    address: str
    # The number is that of the line: the exchange has shown it, the citizen has not told it.
    line: bool = False


class SeatOrders:
    """Share one a process."""

    def __init__(
        self,
        store: ConversationStore,
        queries: ConsoleQueries,
        orders: OrderBackend,
        categories: CategoryBackend,
        rasa: RasaClient,
        blocking: Blocking,
        zone: ZoneInfo,
    ) -> None:
        self._store = store
        self._queries = queries
        self._orders = orders
        self._categories = categories
        self._rasa = rasa
        self._blocking = blocking
        self._zone = zone
        self._related: OrderedDict[str, tuple[float, frozenset[str]]] = OrderedDict()

    async def form(self, conversation: Conversation) -> dict[str, Any]:
        """The order-draft answer of docs/protocol.md."""
        filled = await self._fill(conversation)
        return {
            "draft_id": filled.draft.draft_id,
            "fields": form_fields(filled.draft, filled.best),
            "registered": [order_line(order, self._zone) for order in reversed(filled.registered)],
            "duplicates": await self._duplicates(conversation, filled),
            "suggested_category": suggestions_json(filled.suggestions),
        }

    async def submit(
        self, conversation: Conversation, draft_id: str, fields: dict[str, Any], *, seen_masked: bool = False
    ) -> tuple[Order, bool]:
        """The order, and whether it is new. Idempotent by `draft_id`.

        `seen_masked`: whoever filled the form in saw it masked; what they left as it was is taken as it was said.

        Raises FieldProblems, BadOrder, StoreUnavailable (of orders).
        """
        orders = await self._orders.orders()
        known = await self._blocking.read(orders.find_by_conversation, conversation.id)
        for order in known:
            if order.draft_id == draft_id:
                return order, False
        filled = await self._fill(conversation)
        if seen_masked:
            fields = uncovered(fields, form_fields(filled.draft, filled.best))
        new = order_from(
            fields,
            draft=filled.draft,
            draft_id=draft_id,
            conversation_id=conversation.id,
            channel=conversation.channel,
            suggestion=filled.best,
            tree=await self._categories.tree(),
        )
        return await self._blocking.write(orders.create, new), True

    async def citizen(self, conversation: Conversation) -> Citizen:
        """From what the citizen said in this conversation, and from its orders where they said it to the form."""
        orders = await self._orders.orders()
        mine = await self._blocking.read(orders.find_by_conversation, conversation.id)
        draft = await self._draft(conversation, frozenset())
        newest = mine[0] if mine else None
        phone = draft.get("phone") or (newest.phone if newest else "")
        if not phone:
            phone = await self._blocking.read(self._queries.callback_phone, conversation.id)
        # A number told for this matter goes before the one that the citizen happens to call from.
        line = draft.fields["phone"].origin == "line" if draft.has("phone") else not phone
        phone = phone or conversation.caller_phone
        return Citizen(
            name=draft.get("caller_name") or (newest.caller_name if newest else ""),
            title=draft.get("caller_title") or (newest.caller_title if newest else ""),
            phone=phone,
            address=draft.place_text or (newest.place if newest else ""),
            line=line and bool(phone),
        )

    async def matter(self, conversation: Conversation) -> str:
        """What the conversation was about: its newest order, else what the citizen told; "" where they told nothing."""
        orders = await self._orders.orders()
        mine = await self._blocking.read(orders.find_by_conversation, conversation.id)
        if mine:
            return f"工单 {format_number(mine[0].number)}：{mine[0].title}"
        return (await self._draft(conversation, frozenset())).get("description")

    async def summary(self, conversation: Conversation, callback: Callback | None) -> Summary:
        """A long conversation in a few lines."""
        orders = await self._orders.orders()
        mine = await self._blocking.read(orders.find_by_conversation, conversation.id)
        messages = await self._messages(conversation.id)
        draft = await self._draft(conversation, frozenset(order.draft_id for order in mine))
        return await self._blocking.search(summary_of, messages, draft, mine, callback, self._zone)

    async def past(self, conversation: Conversation) -> tuple[list[Conversation], list[dict[str, Any]]]:
        """Other conversations and all orders of the same phone, newest first, masked. Empty without a phone.

        What was reported in confidence elsewhere stays unmentioned: whoever names a number must not learn it.
        """
        orders = await self._orders.orders()
        mine = await self._blocking.read(orders.find_by_conversation, conversation.id)
        phone = (await self.citizen(conversation)).phone
        if not phone:
            return [], [order_line(order, self._zone) for order in mine]
        same = await self._blocking.read(orders.find_by_phone, phone)
        open_ones = [order for order in same if not order.confidential]
        shown = {order.number: order for order in (*mine, *open_ones)}
        called = await self._blocking.read(self._queries.by_callback_phone, phone)
        came = await self._blocking.read(self._queries.by_caller_phone, phone)
        secret = {order.conversation_id for order in same if order.confidential}
        ids = dict.fromkeys(
            [
                *(order.conversation_id for order in open_ones),
                *called,
                *(one for one in came if one not in secret),
            ]
        )
        ids.pop(conversation.id, None)
        heads = await self._blocking.read(self._store.heads, list(ids)[:20])
        lines = [order_line(shown[number], self._zone) for number in sorted(shown, reverse=True)]
        return sorted(heads, key=lambda head: head.created_at, reverse=True), lines

    async def related(self, conversation_id: str) -> frozenset[str]:
        """Earlier conversations of whoever is talking in this one. Remembered for a minute."""
        known = self._related.get(conversation_id)
        if known is not None and time.monotonic() - known[0] < RELATED_S:
            return known[1]
        conversation = await self._blocking.read(self._store.get, conversation_id)
        heads, _orders = await self.past(conversation)
        found = frozenset(head.id for head in heads)
        self._related[conversation_id] = (time.monotonic(), found)
        while len(self._related) > RELATED_MAX:
            self._related.popitem(last=False)
        return found

    async def _fill(self, conversation: Conversation) -> FilledForm:
        orders = await self._orders.orders()
        known = await self._blocking.read(orders.find_by_conversation, conversation.id)
        draft = await self._draft(conversation, frozenset(order.draft_id for order in known))
        judge = await self._categories.judge()
        suggestions: tuple[Suggestion, ...] = ()
        told = ",".join(filter(None, (draft.get("description"), draft.get("subject"), draft.get("appeal"))))
        if judge is not None and told:
            suggestions = await self._blocking.search(suggest, judge, draft.type, told)
        return FilledForm(draft=draft, suggestions=suggestions, registered=tuple(known))

    async def _draft(self, conversation: Conversation, done: frozenset[str]) -> Draft:
        messages = await self._messages(conversation.id)
        tracker = read_tracker(await self._rasa.tracker(conversation.id))
        transcript = Transcript(
            messages=messages,
            zone=self._zone,
            slot=tracker.slot,
            entities=tracker.entities,
            intents=tracker.intents,
            readings=tracker.readings,
            read=read_alone,
            done_drafts=done,
        )
        draft = await self._blocking.search(draft_of, transcript)
        if not draft.has("phone"):
            draft = _with_phone(draft, messages)
        return with_line_phone(draft, conversation.caller_phone, turn=0)

    async def _messages(self, conversation_id: str) -> list[Message]:
        found: list[Message] = []
        while len(found) < MESSAGES_MAX:
            after = found[-1].seq if found else 0
            page = await self._blocking.read(self._store.messages, conversation_id, after, PAGE)
            found += page
            if len(page) < PAGE:
                break
        return found

    async def _duplicates(self, conversation: Conversation, filled: FilledForm) -> list[dict[str, Any]]:
        if not filled.draft.has("description"):
            return []
        orders = await self._orders.orders()
        phone = filled.draft.get("phone")
        own = await self._blocking.read(orders.find_open_by_phone, phone) if phone else ()
        known = {order.number: order for order in (*filled.registered, *own) if order.status.is_open}
        new = duplicates_for(filled.draft, conversation.id, conversation.channel, filled.best)
        return [
            order_line(found.order, self._zone) | {"score": found.score, "reasons": list(found.reasons)}
            for found in likely_duplicates(new, known.values())
        ]


def read_alone(text: str, asked: str) -> Reading:
    """What the encoder reads of a text that Rasa never saw. Blocking: some milliseconds. Empty where it cannot be loaded."""
    try:
        return Encoder.load().read(text, asked).reading()
    except EncoderError as error:
        logger.warning("message to a seat not read: %s", error)
        return Reading()


def suggest(judge: Judge, order_type: str, told: str) -> tuple[Suggestion, ...]:
    """The likeliest categories, best first. Blocking: some milliseconds of processor time."""
    best = judge.classify(told)
    calm = order_type in CALM_TYPES
    likely = sorted(judge.probabilities(told).items(), key=lambda pair: -pair[1])[: SUGGESTIONS + 1]
    found = [
        Suggestion(
            code=best.code,
            path=best.path,
            department=best.department,
            confidence=best.leaf_confidence,
            urgency="normal" if calm else best.urgency.value,
            urgency_reason=best.urgency_reason,
        )
    ]
    for code, confidence in likely:
        if code != best.code and len(found) < SUGGESTIONS:
            node = judge.tree[code]
            found.append(
                Suggestion(
                    code=code,
                    path=judge.tree.path(code),
                    department=node.department,
                    confidence=confidence,
                    urgency=found[0].urgency,
                )
            )
    return tuple(found)


def _with_phone(draft: Draft, messages: list[Message]) -> Draft:
    """A number that was said before the matter was told, for instance to be called back."""
    for message in reversed(messages):
        if message.sender is Sender.CITIZEN:
            good, _bad = find_phone(message.text)
            if good is not None:
                value = Value(good.full, message.seq, good.start, good.end, 0.9)
                return draft.with_field("phone", value)
    return draft

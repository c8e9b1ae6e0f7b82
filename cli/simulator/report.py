"""What came of a call: the transcript, what happened when, and the order. Read from the product's database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from cli.simulator.caller import CallEvent
from desk.conversations import ConversationNotFound, ConversationStore, Message
from desk.orders.limits import OrderLimits
from desk.orders.store import OrderStore
from desk.orders.view import order_view
from desk.settings import Settings


class CallBook:
    """Looks up what the hotline has written about one call. Blocking."""

    def __init__(self, engine: Engine, settings: Settings, conversation_id: str) -> None:
        self._conversations = ConversationStore(engine)
        self._orders = OrderStore(engine, OrderLimits.from_settings(settings))
        self._zone = ZoneInfo(settings.timezone)
        self._id = conversation_id

    def messages(self, after: int = 0) -> list[Message]:
        try:
            return self._conversations.messages(self._id, after)
        except ConversationNotFound:
            return []

    @property
    def owner(self) -> str:
        try:
            return self._conversations.get(self._id).owner.value
        except ConversationNotFound:
            return ""

    @property
    def registered(self) -> bool:
        return bool(self._orders.find_by_conversation(self._id))

    def order(self) -> dict[str, Any] | None:
        """The newest order of the call as operators see it, caller masked."""
        found = self._orders.find_by_conversation(self._id)
        return order_view(self._orders.get(found[0].number), self._zone) if found else None

    def report(self, events: Sequence[CallEvent], **more: object) -> dict[str, Any]:
        return {
            "conversation": self._id,
            "owner": self.owner,
            "transcript": [
                {"seq": m.seq, "from": m.sender.value, "text": m.text, "speech": m.speech, "heard": m.heard}
                for m in self.messages()
            ],
            "events": [{k: v for k, v in asdict(event).items() if v not in ("", None)} for event in events],
            "answer_after_s": [event.after_s for event in events if event.after_s is not None],
            "order": self.order(),
            **more,
        }


def spoken_since(messages: Sequence[Message]) -> str:
    """What the hotline said, as it was to be heard."""
    return "".join(m.speech for m in messages if m.sender.value != "citizen")


def lines_of(report: Mapping[str, Any]) -> list[str]:
    """For the terminal, in Chinese."""
    names = {"citizen": "来电人", "bot": "热线", "seat": "坐席", "system": "系统"}
    lines = []
    for message in report["transcript"]:
        spoken = message["text"] if message["from"] == "citizen" else message["speech"]
        cut = ""
        if message["heard"] is not None:
            cut = f"（只听到：{message['heard']}…）" if message["heard"] else "（没有听到）"
        lines.append(f"{names.get(message['from'], message['from'])}：{spoken}{cut}")
    return lines

"""The only ways in which an action speaks: one JSON message a reply, in the shape of docs/protocol.md."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from desk.conversations import HandoffReason


@dataclass(frozen=True)
class Button:
    text: str
    payload: str

    @classmethod
    def intent(cls, text: str, intent: str, **entities: str) -> Button:
        """A button that means an intent, with entities where it needs them."""
        arguments = json.dumps(entities, ensure_ascii=False) if entities else ""
        return cls(text, f"/{intent}{arguments}")


HUMAN = Button.intent("转人工", "ask_human")
REGISTER = Button.intent("登记诉求", "order_help")
YES = Button.intent("是", "affirm")
NO = Button.intent("不是", "deny")


def say(
    dispatcher: CollectingDispatcher,
    text: str,
    *,
    speech: str | None = None,
    kind: str = "text",
    markdown: bool = False,
    buttons: Sequence[Button] = (),
    card: Mapping[str, Any] | None = None,
) -> None:
    """One message to the citizen. `speech` defaults to the text without Markdown."""
    dispatcher.utter_message(
        json_message={
            "text": text,
            "speech": speech if speech is not None else plain(text),
            "kind": kind,
            "format": "markdown" if markdown else "plain",
            "quick_replies": [{"text": button.text, "payload": button.payload} for button in buttons],
            "card": dict(card) if card is not None else None,
        }
    )


def signal(dispatcher: CollectingDispatcher, event: str, **details: Any) -> None:
    """Something that the gateway must know and the citizen does not see."""
    dispatcher.utter_message(json_message={"event": event, **details})


_WISH = "person_needed"


def ask_for_human(dispatcher: CollectingDispatcher, reason: str, note: str = "") -> None:
    """Says that a person is needed, by one of the codes of the handoff. The action says the sentence for it itself;
    actions/watch.py makes the one call for a person of the whole turn out of it."""
    signal(dispatcher, _WISH, reason=reason, note=note)


@dataclass(frozen=True)
class Wish:
    """An action has found that a person is needed, and has told the citizen so."""

    reason: HandoffReason
    note: str = ""


def take_wishes(dispatcher: CollectingDispatcher) -> list[Wish]:
    """What `ask_for_human` has said, taken out again: Rasa never sees it."""

    def is_wish(message: Mapping[str, Any]) -> bool:
        return (message.get("custom") or {}).get("event") == _WISH

    said = [message["custom"] for message in dispatcher.messages if is_wish(message)]
    dispatcher.messages[:] = [message for message in dispatcher.messages if not is_wish(message)]
    return [Wish(HandoffReason(wish["reason"]), wish["note"]) for wish in said]


def take_back(dispatcher: CollectingDispatcher) -> None:
    """Unsay what the action has said to the citizen; signals stay."""
    dispatcher.messages[:] = [
        message for message in dispatcher.messages if (message.get("custom") or {}).get("event")
    ]


_MARKDOWN = re.compile(r"[*_`#>]+|^\s*[-+]\s+|\[([^\]]*)\]\([^)]*\)", re.MULTILINE)


def plain(text: str) -> str:
    """Markdown as it is read out: without marks, links by their words."""
    return (
        re.sub(r"\s*\n+\s*", "。", _MARKDOWN.sub(lambda found: found.group(1) or "", text))
        .replace("。。", "。")
        .strip()
    )

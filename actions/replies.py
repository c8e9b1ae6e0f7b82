"""The only ways in which an action speaks: one JSON message a reply, in the shape of docs/protocol.md."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk.executor import CollectingDispatcher


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


def ask_for_human(dispatcher: CollectingDispatcher, reason: str, note: str = "") -> None:
    """Marks the conversation for a human. `reason` is one of the codes of the handoff."""
    signal(dispatcher, "handoff_requested", reason=reason, note=note)


_MARKDOWN = re.compile(r"[*_`#>]+|^\s*[-+]\s+|\[([^\]]*)\]\([^)]*\)", re.MULTILINE)


def plain(text: str) -> str:
    """Markdown as it is read out: without marks, links by their words."""
    return (
        re.sub(r"\s*\n+\s*", "。", _MARKDOWN.sub(lambda found: found.group(1) or "", text))
        .replace("。。", "。")
        .strip()
    )

"""What a citizen sees of a conversation's messages."""

from __future__ import annotations

from typing import Any

from desk.conversations import Message
from gateway.handoff.people import People, for_citizens
from gateway.wire import message_json


def citizen_message(people: People, message: Message) -> dict[str, Any]:
    """A message as citizens see it: of a seat, only the badge."""
    return dict(for_citizens(message_json(message, people.author(message.author))))

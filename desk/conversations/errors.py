"""What can be wrong with a call on a conversation.

ConversationError
├── ConversationNotFound
├── WrongToken
├── ConversationClosed
└── PayloadNotOffered

None of them carries what a citizen said.
"""

from __future__ import annotations


class ConversationError(Exception):
    """Base of this room; trying again does not help."""

    log_safe = True

    def __init__(self, conversation_id: str) -> None:
        super().__init__(conversation_id)
        self.conversation_id = conversation_id


class ConversationNotFound(ConversationError):
    pass


class WrongToken(ConversationError):
    pass


class ConversationClosed(ConversationError):
    pass


class PayloadNotOffered(ConversationError):
    """A quick reply's payload came that no message of this conversation offered."""

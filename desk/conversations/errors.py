"""What can be wrong with a call on a conversation.

ConversationError
├── ConversationNotFound
├── WrongToken
├── TokenEnded                nothing was said for so long that the token holds no more
├── ConversationClosed
├── PayloadNotOffered
├── NotTheOwner
└── MessageIdTaken

None of them carries what a citizen said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desk.conversations.conversation import Owner


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


class TokenEnded(ConversationError):
    pass


class ConversationClosed(ConversationError):
    pass


class PayloadNotOffered(ConversationError):
    """A quick reply's payload came that no message of this conversation offered."""


class NotTheOwner(ConversationError):
    """The conversation is no longer whose the caller thought. Nothing was done; `owner`, `epoch` and `seat_id` are
    how it stands."""

    def __init__(self, conversation_id: str, owner: Owner, epoch: int, seat_id: str | None) -> None:
        super().__init__(conversation_id)
        self.owner = owner
        self.epoch = epoch
        self.seat_id = seat_id


class MessageIdTaken(ConversationError):
    """Another message of this conversation has that id: of somebody else, or with other words."""

"""What can be wrong with a handoff.

HandoffError
├── QueueUnavailable   Redis is away; SQL goes on, and the queue is rebuilt when it is back
├── OfferGone          the offer ran out, or is somebody else's
└── CallbackNotFound

Whose a conversation is not is said by desk.conversations.NotTheOwner.
"""

from __future__ import annotations


class HandoffError(Exception):
    """Base of this room."""

    log_safe = True
    retryable = False


class QueueUnavailable(HandoffError):
    retryable = True


class OfferGone(HandoffError):
    def __init__(self, handoff_id: str) -> None:
        super().__init__(handoff_id)
        self.handoff_id = handoff_id


class CallbackNotFound(HandoffError):
    """Unknown, or not in a state in which this can be done."""

    def __init__(self, callback_id: str) -> None:
        super().__init__(callback_id)
        self.callback_id = callback_id

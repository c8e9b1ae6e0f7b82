"""What was said: an append-only, numbered log per conversation, with its owner and its epoch."""

from desk.conversations.conversation import (
    CallNumbers,
    Conversation,
    Draft,
    HandoffMark,
    HandoffReason,
    HandoffRequest,
    Message,
    Owner,
    Pending,
    PendingMessage,
    QuickReply,
    Sender,
    SentPicture,
)
from desk.conversations.errors import (
    ConversationClosed,
    ConversationError,
    ConversationNotFound,
    MessageIdTaken,
    NotTheOwner,
    PayloadNotOffered,
    TokenEnded,
    WrongToken,
)
from desk.conversations.handoff import (
    EventKind,
    Handoff,
    HandoffEvent,
    HandoffState,
    Turnover,
)
from desk.conversations.outcomes import AnswerStored, Appended, SeatAppended
from desk.conversations.store import ConversationStore

__all__ = [
    "AnswerStored",
    "Appended",
    "CallNumbers",
    "Conversation",
    "ConversationClosed",
    "ConversationError",
    "ConversationNotFound",
    "ConversationStore",
    "Draft",
    "EventKind",
    "Handoff",
    "HandoffEvent",
    "HandoffMark",
    "HandoffReason",
    "HandoffRequest",
    "HandoffState",
    "Message",
    "MessageIdTaken",
    "NotTheOwner",
    "Owner",
    "PayloadNotOffered",
    "Pending",
    "PendingMessage",
    "SentPicture",
    "QuickReply",
    "SeatAppended",
    "Sender",
    "Turnover",
    "TokenEnded",
    "WrongToken",
]

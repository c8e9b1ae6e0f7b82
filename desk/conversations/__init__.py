"""What was said: an append-only, numbered log per conversation, with its owner and its epoch."""

from desk.conversations.conversation import (
    AnswerStored,
    Appended,
    Conversation,
    Draft,
    HandoffMark,
    HandoffReason,
    Message,
    Owner,
    Pending,
    PendingMessage,
    QuickReply,
    Sender,
)
from desk.conversations.errors import (
    ConversationClosed,
    ConversationError,
    ConversationNotFound,
    PayloadNotOffered,
    WrongToken,
)
from desk.conversations.store import ConversationStore

__all__ = [
    "AnswerStored",
    "Appended",
    "Conversation",
    "ConversationClosed",
    "ConversationError",
    "ConversationNotFound",
    "ConversationStore",
    "Draft",
    "HandoffMark",
    "HandoffReason",
    "Message",
    "Owner",
    "PayloadNotOffered",
    "Pending",
    "PendingMessage",
    "QuickReply",
    "Sender",
    "WrongToken",
]

"""Who may hand a conversation to whom. Pure; the store carries it out under the conversation's row lock.

BOT ──request──> WAITING ──accept──> SEAT ──end──> WRAP_UP ──wrap──> CLOSED | BOT
 ^                 │ ^ ^               │                │
 │<────to_bot──────┘ │ └──requeue──────┤                │ (the citizen wrote again)
 │<────to_bot────────│────transfer─────┤                │
 │                   └──────reopen─────│────────────────┘
 └───────────────────to_bot────────────┘         close: from anywhere
"""

from __future__ import annotations

from enum import StrEnum

from desk.conversations.conversation import Owner


class Move(StrEnum):
    REQUEST = "request"
    ACCEPT = "accept"
    REQUEUE = "requeue"
    TRANSFER = "transfer"
    TAKE_OVER = "take_over"
    TO_BOT = "to_bot"
    END = "end"
    REOPEN = "reopen"
    WRAP = "wrap"
    WRAP_TO_BOT = "wrap_to_bot"
    CLOSE = "close"


_MOVES: dict[Move, tuple[frozenset[Owner], Owner]] = {
    Move.REQUEST: (frozenset({Owner.BOT}), Owner.WAITING),
    Move.ACCEPT: (frozenset({Owner.WAITING}), Owner.SEAT),
    Move.REQUEUE: (frozenset({Owner.SEAT}), Owner.WAITING),
    Move.TRANSFER: (frozenset({Owner.SEAT}), Owner.WAITING),
    Move.TAKE_OVER: (frozenset({Owner.SEAT, Owner.WAITING}), Owner.SEAT),
    Move.TO_BOT: (frozenset({Owner.SEAT, Owner.WAITING}), Owner.BOT),
    Move.END: (frozenset({Owner.SEAT}), Owner.WRAP_UP),
    Move.REOPEN: (frozenset({Owner.WRAP_UP}), Owner.WAITING),
    Move.WRAP: (frozenset({Owner.WRAP_UP}), Owner.CLOSED),
    Move.WRAP_TO_BOT: (frozenset({Owner.WRAP_UP}), Owner.BOT),
    Move.CLOSE: (frozenset(Owner) - {Owner.CLOSED}, Owner.CLOSED),
}


def next_owner(move: Move, owner: Owner) -> Owner | None:
    """Whose it is after the move; None where the move is not allowed."""
    allowed, after = _MOVES[move]
    return after if owner in allowed else None

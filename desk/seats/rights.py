"""The one table of what a role may do. Doors, pages and the acts of seats ask here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from desk.seats.user import Role, User


class Right(StrEnum):
    """What a door can ask for. Pages get the codes and show no link that their user may not follow."""

    # Sign out, change one's own password: everybody with an account.
    ACCOUNT = "account"
    # Talk with citizens: be ready, be offered and called in, read and write in one's own conversations.
    SERVE = "serve"
    # Look after the others: every conversation, the day's figures, how the shift is staffed.
    LEAD = "lead"
    # Add people, give roles and passwords.
    MANAGE = "manage"


# Operators keep knowledge and orders and see no conversation.
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.SEAT: frozenset({Right.ACCOUNT, Right.SERVE}),
    Role.LEAD: frozenset({Right.ACCOUNT, Right.SERVE, Right.LEAD}),
    Role.OPS: frozenset({Right.ACCOUNT}),
    Role.ADMIN: frozenset(Right),
}


def may(user: User, right: Right) -> bool:
    """Whether the user has the right; a disabled user has none."""
    return user.active and right in RIGHTS[user.role]

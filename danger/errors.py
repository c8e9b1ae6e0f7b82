"""What can go wrong in the danger room.

DangerError
└── BadAdvice   data/danger_advice.yml breaks a rule
"""

from __future__ import annotations


class DangerError(Exception):
    """Base of this room's errors."""


class BadAdvice(DangerError):
    """The message is one line: the file, the key, what is wrong with it and what to do."""

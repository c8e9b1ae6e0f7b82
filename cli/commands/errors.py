"""CommandError: what a command tells its user in one line; the exit code is 1."""

from __future__ import annotations


class CommandError(Exception):
    """The command could not do what was asked; the text says why and what to do."""

"""LauncherError: the only exception of this package; printed as one line, without a traceback."""

from __future__ import annotations


class LauncherError(Exception):
    """The product cannot be set up or started; the text says what to do."""

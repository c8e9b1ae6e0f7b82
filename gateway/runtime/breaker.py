"""Stops using an engine that keeps failing. Pure: time is an argument, in seconds."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class CircuitBreaker:
    """Closed: the engine is used. After `failures` in a row it opens, and the engine is not used for `open_s`. Then
    one request may try; its outcome closes the breaker or reopens it, for twice as long each time, up to
    `longest_s`."""

    failures: int = 2
    open_s: float = 30.0
    longest_s: float = 600.0
    _in_a_row: int = field(default=0, init=False)
    _opened: int = field(default=0, init=False)
    _open_until: float = field(default=0.0, init=False)
    _trying: bool = field(default=False, init=False)

    def allows(self, now_s: float) -> bool:
        """Whether to use the engine now. True while the breaker is open means that you make the trial: report its
        outcome."""
        if not self._opened:
            return True
        if now_s < self._open_until or self._trying:
            return False
        self._trying = True
        return True

    def is_open(self, now_s: float) -> bool:
        return bool(self._opened) and now_s < self._open_until

    def succeeded(self) -> None:
        self._in_a_row = self._opened = 0
        self._trying = False

    def failed(self, now_s: float) -> None:
        self._in_a_row += 1
        if self._trying or self._in_a_row >= self.failures:
            self._open_until = now_s + min(self.open_s * 2**self._opened, self.longest_s)
            self._opened += 1
            self._trying = False

    def abandoned(self) -> None:
        """The trial ended without an outcome (the caller hung up)."""
        self._trying = False

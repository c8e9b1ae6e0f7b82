"""How much somebody may send: so much a second, and a stock for moments when the network delivers late. Pure."""

from __future__ import annotations


class Allowance:
    def __init__(self, per_s: float, stock: float, now_s: float) -> None:
        self._per_s = per_s
        self._stock = stock
        self._left = stock
        self._at_s = now_s

    def take(self, amount: float, now_s: float) -> bool:
        """False, and nothing is taken, if there is not enough left at `now_s` (monotonic, from any zero)."""
        self._left = min(self._left + (now_s - self._at_s) * self._per_s, self._stock)
        self._at_s = now_s
        if amount > self._left:
            return False
        self._left -= amount
        return True

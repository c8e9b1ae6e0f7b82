"""Even beats that do not drift. Pure: the clock is an argument."""

from __future__ import annotations

# After a stall longer than this, in seconds, the beat begins anew: catching up would pile audio up at the other side,
# which then is late for the rest of the call.
LATE_S = 0.2


class Metronome:
    """Beats at `start_s + n * every_s`: an error of one beat is not carried into the next."""

    def __init__(self, start_s: float, every_s: float) -> None:
        self._start_s = start_s
        self._every_s = every_s
        self._count = 0
        # Beats left out because of stalls.
        self.skipped = 0

    def wait_s(self, now_s: float) -> float:
        """How long to wait for the next beat, 0 if it is due. Call once a beat."""
        due_s = self._start_s + self._count * self._every_s
        late_s = now_s - due_s
        if late_s > LATE_S:
            missed = int(late_s / self._every_s)
            self.skipped += missed
            self._count += missed
            due_s += missed * self._every_s
        self._count += 1
        return max(due_s - now_s, 0.0)

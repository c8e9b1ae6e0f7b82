"""Which playings of recordings are written down already. Pure: time is an argument."""

from __future__ import annotations

from collections import OrderedDict

# A player asks for many parts of a recording; what follows within this time is the same playing.
SAME_PLAYING_S = 300.0
PLAYINGS_MAX = 10_000


class Playings:
    """Tells a new playing of a recording from the next request of one that is written down already."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[str, str], float] = OrderedDict()

    def is_new(self, sign_in: str, recording_id: str, now_s: float) -> bool:
        last = self._last.get((sign_in, recording_id))
        return last is None or now_s - last > SAME_PLAYING_S

    def noted(self, sign_in: str, recording_id: str, now_s: float) -> None:
        self._last[sign_in, recording_id] = now_s
        self._last.move_to_end((sign_in, recording_id))
        while len(self._last) > PLAYINGS_MAX:
            self._last.popitem(last=False)

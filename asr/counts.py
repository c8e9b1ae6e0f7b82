"""Counters that the processes of the speech server share: speakers, real-time factor, delay of captions."""

from __future__ import annotations

from copy import copy
from multiprocessing.sharedctypes import RawArray

# Order of the shared array; every one is a sum or a count since the start, except `active_streams`.
_FIELDS = (
    "active_streams",
    "streams_total",
    "refused_total",
    "errors_total",
    "audio_seconds_total",
    "decode_seconds_total",
    "partials_total",
    "partial_delay_seconds_total",
    "finals_total",
)
_HELP = {
    "active_streams": "Speakers connected now",
    "streams_total": "Speakers so far",
    "refused_total": "Clients turned away because all places were taken",
    "errors_total": "Clients hung up on because of an error",
    "audio_seconds_total": "Audio heard",
    "decode_seconds_total": "Time spent hearing it, waiting for a free thread included",
    "partials_total": "Partial transcripts sent",
    "partial_delay_seconds_total": "Time from audio received to partial sent, summed",
    "finals_total": "Final transcripts sent",
}


class Counts:
    """One row per process, written by that process only, so there is no lock that a dying process could keep. Can be
    passed to spawned processes.

    All methods of one process are called on its event loop.
    """

    def __init__(self, processes: int = 1) -> None:
        self._rows = RawArray("d", len(_FIELDS) * processes)
        self._row = 0

    def of(self, process: int) -> Counts:
        """The same counts, written to as this process (0 is the first)."""
        view = copy(self)
        view._row = process
        return view

    def add(self, **amounts: float) -> None:
        for name, amount in amounts.items():
            self._rows[self._row * len(_FIELDS) + _FIELDS.index(name)] += amount

    def enter(self, limit: int) -> bool:
        """Take a place; False if all processes together already serve `limit` speakers.

        Two processes that ask in the same microsecond may both get the last place.
        """
        if self.read()["active_streams"] >= limit:
            self.add(refused_total=1)
            return False
        self.add(active_streams=1, streams_total=1)
        return True

    def leave(self) -> None:
        self.add(active_streams=-1)

    def died(self) -> None:
        """Give back the places of this process, which has died."""
        self._rows[self._row * len(_FIELDS) + _FIELDS.index("active_streams")] = 0.0

    def read(self) -> dict[str, float]:
        """Sums over all processes."""
        return {name: sum(self._rows[i :: len(_FIELDS)]) for i, name in enumerate(_FIELDS)}

    def prometheus(self, engine: str) -> str:
        values = self.read()
        heard = values["audio_seconds_total"]
        rtf = values["decode_seconds_total"] / heard if heard else 0.0
        lines = [
            "# HELP minsheng_asr_engine The engine in use",
            "# TYPE minsheng_asr_engine gauge",
            f'minsheng_asr_engine{{engine="{engine}"}} 1',
            "# HELP minsheng_asr_real_time_factor Decode time by audio time since the start",
            "# TYPE minsheng_asr_real_time_factor gauge",
            f"minsheng_asr_real_time_factor {rtf:.4f}",
        ]
        for name, value in values.items():
            kind = "counter" if name.endswith("_total") else "gauge"
            lines += [f"# HELP minsheng_asr_{name} {_HELP[name]}", f"# TYPE minsheng_asr_{name} {kind}"]
            lines.append(f"minsheng_asr_{name} {value:g}")
        return "\n".join(lines) + "\n"

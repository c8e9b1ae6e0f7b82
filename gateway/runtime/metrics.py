"""What operators can watch, in Prometheus' words. Labels are codes, never anything that a citizen said."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# Seconds. A turn of the bot takes tens of milliseconds when all is well and `rasa_timeout_s` when nothing is.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 12.0, 30.0)
# Seconds. Fine around what a caller takes for an answer at once and for a slow one.
_CALL_BUCKETS = (
    *(0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5),
    *(1.6, 1.8, 2.0, 2.3, 2.6, 3.0, 4.0, 6.0, 10.0, 20.0),
)
# Seconds. GB/T 33358 asks for 15 s with calls and 3 min with text.
_WAITS = (1, 3, 5, 10, 15, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600)


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """How a sentence was made, for logs and metrics."""

    engine: str
    cached: bool
    first_audio_s: float


class Metrics:
    """One a process and application, with a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter(
            "minsheng_turns", "Turns of the bot by outcome", ["outcome"], registry=self.registry
        )
        self.stage = Histogram(
            "minsheng_turn_stage_seconds",
            "Time of a turn by stage: store, rasa, answer, total",
            ["stage"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.failures = Counter(
            "minsheng_failures", "What did not work, by kind", ["kind"], registry=self.registry
        )
        self.sockets = Gauge("minsheng_open_sockets", "Open websockets", registry=self.registry)
        self.rate_limited = Counter(
            "minsheng_rate_limited", "Requests refused by a rate limit", ["scope"], registry=self.registry
        )
        self.pictures_refused = Counter(
            "minsheng_pictures_refused", "Pictures that were not kept", ["reason"], registry=self.registry
        )
        self.marks = Counter(
            "minsheng_handoff_marks", "Conversations marked for a human", ["reason"], registry=self.registry
        )
        self.admissions = Counter(
            "minsheng_handoff_admissions",
            "Calls for a person by decision",
            ["decision"],
            registry=self.registry,
        )
        self.handoffs = Counter(
            "minsheng_handoffs", "Conversations that entered the queue", ["reason"], registry=self.registry
        )
        self.waiting = Gauge(
            "minsheng_handoff_waiting", "Citizens in the queue, as last seen", registry=self.registry
        )
        self.handoff_wait = Histogram(
            "minsheng_handoff_wait_seconds",
            "Time in the queue until a seat accepted",
            buckets=_WAITS,
            registry=self.registry,
        )
        self.offers = Counter(
            "minsheng_handoff_offers",
            "Offers to seats: made, accepted, declined, expired, taken, left",
            ["outcome"],
            registry=self.registry,
        )
        self.seats_lost = Counter(
            "minsheng_seats_lost", "Conversations taken back from seats that vanished", registry=self.registry
        )
        self.seat_sockets = Gauge("minsheng_seat_sockets", "Open consoles", registry=self.registry)
        self.seat_messages = Counter(
            "minsheng_seat_messages", "Messages written by seats", registry=self.registry
        )
        self.outside = Counter(
            "minsheng_outside_desk",
            "Notifications to the outside desk by outcome",
            ["outcome"],
            registry=self.registry,
        )
        self.wechat = Counter(
            "minsheng_wechat",
            "Messages of and to citizens on WeChat by what became of them",
            ["outcome"],
            registry=self.registry,
        )
        self.calls = Gauge(
            "minsheng_calls", "Calls by voice in progress", ["channel"], registry=self.registry
        )
        self.calls_taken = Counter(
            "minsheng_calls_taken",
            "Calls by voice: answered, refused (too many), deaf (no speech server)",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.call_stage = Histogram(
            "minsheng_call_stage_seconds",
            "From a caller's last voice to the answer's first audio, by stage: endpoint, final, answer, voice, total",
            ["stage"],
            buckets=_CALL_BUCKETS,
            registry=self.registry,
        )
        self.sentences = Counter(
            "minsheng_spoken_sentences",
            "Sentences spoken, by engine and whether they came from the cache",
            ["engine", "cached"],
            registry=self.registry,
        )
        self.first_audio = Histogram(
            "minsheng_tts_first_audio_seconds",
            "From a sentence to its first audio, by engine",
            ["engine"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        # Who spoke last; empty before anybody did.
        self.last_voice = ""
        self.recordings = Counter(
            "minsheng_recordings",
            "Recordings of calls by outcome: complete, broken, not_begun",
            ["outcome"],
            registry=self.registry,
        )
        self.spooled = Gauge(
            "minsheng_spool_entries", "Entries that wait for the database", registry=self.registry
        )
        self.requests = Counter(
            "minsheng_http_requests", "HTTP requests", ["method", "route", "status"], registry=self.registry
        )

    def spoke(self, spoken: Spoken) -> None:
        self.last_voice = spoken.engine
        self.sentences.labels(spoken.engine, str(spoken.cached).lower()).inc()
        self.first_audio.labels(spoken.engine).observe(spoken.first_audio_s)

"""Several processes of the speech server on one port; one that dies is started again."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import TYPE_CHECKING

from asr.choice import Choice, build
from asr.counts import Counts
from asr.errors import AsrError, EngineError
from asr.loading import LoadedOnce
from asr.local_models import added_words, sound_models
from asr.profiles import FOLDER as PROFILES
from asr.profiles import load_profiles
from asr.server import AsrServer, Limits, Served

if TYPE_CHECKING:
    from asr.ears import Ears

_log = logging.getLogger(__name__)

# A process that dies sooner than this after its start would die again (a broken model, no memory).
_TOO_SOON_S = 5.0
_STOP_S = 5.0


@dataclass(frozen=True)
class ServerPlan:
    """Everything that a spawned process needs."""

    choice: Choice
    host: str
    port: int
    workers: int
    threads: int
    limits: Limits
    words_file: Path
    # Names that everybody may say, one file of words per topic.
    lexicon: Path
    language: str = "zh"
    # Where the dialects' profiles lie.
    profiles: Path = PROFILES
    # Where models lie that were built here for a profile; None: nowhere.
    models: Path | None = None
    # Whisper's spelling is checked against it; None: as Whisper writes.
    language_model: Path | None = None
    # Load the engine before the first speaker comes.
    preload: bool = False
    # What every request must show; None: nothing. Kept out of repr, which ends up in logs.
    token: str | None = field(default=None, repr=False)

    @property
    def served(self) -> Served:
        return Served(str(self.choice.engine), self.choice.label, self.choice.why, self.choice.warning)


def bind(host: str, port: int) -> socket.socket:
    """Raises EngineError in one line if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise EngineError(f"the speech server cannot listen on {host}:{port}: {error.strerror}") from error
    listening.setblocking(False)
    return listening


def run(plan: ServerPlan, ready: Callable[[int], None] = lambda port: None) -> None:
    """Serve until SIGTERM or SIGINT; `ready` gets the port when the first process listens.

    Raises:
        AsrError: the port is taken, a profile is wrong, or the engines do not load.
    """
    # Before any process of its own would stumble over it.
    load_profiles(plan.profiles)
    listening = bind(plan.host, plan.port)
    port: int = listening.getsockname()[1]
    _log.info(
        "speech server",
        extra={
            "engine": str(plan.choice.engine),
            "model": plan.choice.label,
            "why": plan.choice.why,
            "language_model": str(plan.language_model),
            "port": port,
        },
    )
    if plan.choice.warning:
        _log.warning("speech server: %s", plan.choice.warning)
    with listening:
        if plan.workers == 1:
            asyncio.run(_serve(plan, listening, Counts(), lambda: ready(port)))
        else:
            _supervise(plan, listening, lambda: ready(port))


async def _serve(
    plan: ServerPlan, listening: socket.socket, counts: Counts, ready: Callable[[], None]
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stop.set)
    ears = LoadedOnce(lambda: _ears(plan))
    if plan.preload:
        await ears.get()
    profiles = load_profiles(plan.profiles)
    if plan.models is not None:
        profiles = profiles.hearing_with(sound_models(plan.models))
    server = AsrServer(ears, plan.served, plan.limits, counts, profiles, plan.token)
    serving = await server.listen(listening)
    ready()
    try:
        await stop.wait()
    finally:
        serving.close()
        await serving.wait_closed()
        ears.close()


def _ears(plan: ServerPlan) -> Ears:
    # Imported here: they bring 80 MB with them, for which a quiet hotline has no use.
    from asr.ears import Ears
    from asr.hot_words import places_and_affairs
    from asr.text import TextMender
    from asr.wordings import load_wordings

    names = (*places_and_affairs(plan.lexicon), *added_words(plan.choice.vosk))
    mender = TextMender.from_table(plan.words_file, names)
    wordings = load_wordings(plan.words_file, plan.language_model) if plan.choice.whisper else None
    return Ears(build(plan.choice, plan.threads, plan.language, wordings), mender)


def _worker(plan: ServerPlan, listening: socket.socket, counts: Counts, number: int, ready: Event) -> None:
    try:
        asyncio.run(_serve(plan, listening, counts.of(number), ready.set))
    except AsrError as error:
        logging.getLogger(__name__).error("speech server: %s", error)
        raise SystemExit(1) from None


def _supervise(plan: ServerPlan, listening: socket.socket, ready: Callable[[], None]) -> None:
    context = multiprocessing.get_context("spawn")
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, stop)
    shared = Counts(plan.workers)
    event = context.Event()
    processes: dict[int, tuple[BaseProcess, float]] = {}

    def start(number: int) -> None:
        arguments = (plan, listening, shared, number, event)
        process = context.Process(target=_worker, args=arguments, daemon=True)
        process.start()
        processes[number] = process, time.monotonic()

    for number in range(plan.workers):
        start(number)
    told = False
    try:
        while not stopping:
            if event.is_set() and not told:
                told = True
                ready()
            for number, (process, since) in list(processes.items()):
                if process.is_alive():
                    continue
                shared.of(number).died()
                if time.monotonic() - since < _TOO_SOON_S or not told:
                    raise EngineError("a process of the speech server died at its start; see the log above")
                _log.error(
                    "a process of the speech server died and is started again",
                    extra={"exit": process.exitcode},
                )
                start(number)
            time.sleep(0.1)
    finally:
        for process, _ in processes.values():
            process.terminate()
        for process, _ in processes.values():
            process.join(_STOP_S)
            if process.is_alive():
                process.kill()

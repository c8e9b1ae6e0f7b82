"""Builds of the product, each in a checkout of its own, which are started, watched and trained from outside.

Only what every build has is used: `make`, settings (`MINSHENG_*`), HTTP, and the examples below data/nlu. So an older build whose
insides differ is measured by the same steps. `make` is told that the set-up is done (`--old-file=setup`): it would install
packages, and the environments of a checkout may belong to another one.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import httpx
import psutil

from bench.memory import proportional_kb
from bench.writing import MESSAGES, NO_LIMITS, NotAnswered, gateway_citizen
from launcher.private import private_environment

# Settings of every build that is measured; a build that does not know one passes over it.
TEXT_ONLY = {
    **NO_LIMITS,
    "MINSHENG_ASR_ENGINE": "off",
    "MINSHENG_AUDIOSOCKET_PORT": "0",
    # Many at once wait longer than a citizen should; an apology in between would count as a fast turn.
    "MINSHENG_RASA_TIMEOUT_S": "100",
}
# The first start computes what is missing, and an older build trains in it.
STARTS_WITHIN_S = 1200.0
TRAINS_WITHIN_S = 3600.0
# `make run` gives its own processes 15 s to end.
ENDS_WITHIN_S = 30.0
# A killed process is gone at once; one whose parent is gone may stay a zombie.
KILLED_WITHIN_S = 2.0
LOOK_S = 0.1
HEALTH_WAIT_S = 5.0
TAIL = 3000
# Python environments of a checkout; large, and only read.
ENVIRONMENTS = (Path(".venv"), Path("bot/.venv"))
# What a copy for training goes without.
NOT_COPIED = (
    ".git",
    ".venv",
    ".tools",
    "node_modules",
    "var",
    "var-*",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
)
_EXAMPLE = re.compile(r"^ +examples: \|\n +- .+$", re.MULTILINE)


class BuildError(Exception):
    """A build could not be started or trained; the text says why, with the end of what it printed."""


@dataclass(frozen=True)
class Build:
    """A checkout that was made ready by its own `make setup train`."""

    checkout: Path

    @property
    def name(self) -> str:
        """Its commit, with `-dirty` if files differ from it; the folder's name where git does not know it."""
        told = subprocess.run(
            ["git", "-C", str(self.checkout), "describe", "--always", "--dirty", "--exclude=*"],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        return told.stdout.strip() or self.checkout.name

    def missing(self) -> str:
        """What it lacks to be measured; empty if nothing."""
        wanted = ("Makefile", "data/nlu", str(ENVIRONMENTS[0] / "bin" / "python"), "models")
        return ", ".join(name for name in wanted if not (self.checkout / name).exists())


class RunningBuild:
    """Runs `make run` on enter, and answers citizens then; ends it and all that it started on exit.

    `ready_after_s`: from the command until /healthz said `ok` and the bot had answered a first message.

    Args:
        var: folder for its data; a second start finds those of the first there.
    """

    def __init__(self, build: Build, var: Path) -> None:
        self.ready_after_s = 0.0
        self._build = build
        self._var = var
        self._env = _without_make(private_environment(var, TEXT_ONLY))
        self.url = f"http://127.0.0.1:{self._env['MINSHENG_PORT']}"
        self._log = var.with_name(f"{var.name}.log")

    def __enter__(self) -> RunningBuild:
        """Raises BuildError: it ended, or was not ready in time."""
        began = time.perf_counter()
        self._process = _start("run", self._build.checkout, self._env, self._log)
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        self.ready_after_s = time.perf_counter() - began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def processes(self) -> list[psutil.Process]:
        """`make` and all below it; none once it has ended."""
        return tree(self._process.pid)

    def memory_kb(self) -> dict[str, int]:
        """Proportional set size of all its processes by their titles, in units of 1024 bytes; those of one title together."""
        found: dict[str, int] = {}
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                name = title(process.cmdline())
                found[name] = found.get(name, 0) + proportional_kb(process.pid)
        return found

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN_S
        with httpx.Client(base_url=self.url, timeout=HEALTH_WAIT_S, trust_env=False) as client:
            while not self._ready(client):
                if self._process.poll() is not None:
                    raise BuildError(f"{self._build.name}: make run ended at once:\n{_tail(self._log)}")
                if time.monotonic() > deadline:
                    raise BuildError(
                        f"{self._build.name}: not ready within {STARTS_WITHIN_S:.0f} s:\n{_tail(self._log)}"
                    )
                time.sleep(LOOK_S)

    def _ready(self, client: httpx.Client) -> bool:
        try:
            health = client.get("/healthz")
            if health.status_code != 200 or health.json()["status"] != "ok":
                return False
            asyncio.run(_first_turn(self.url))
        except (httpx.HTTPError, NotAnswered):
            return False
        return True

    def _end(self) -> None:
        end_tree(self._process)


async def _first_turn(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=STARTS_WITHIN_S, trust_env=False) as client:
        say = await gateway_citizen(client)
        await say(MESSAGES[0])


def title(command: Sequence[str]) -> str:
    """What a command runs: the module and its first argument (`launcher.keep redis`), or the program."""
    if "-m" in command:
        at = command.index("-m")
        return " ".join(command[at + 1 : at + 3])
    return Path(command[0]).name if command else "gone"


def tree(pid: int) -> list[psutil.Process]:
    """The process and all below it; empty if it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def end_tree(process: subprocess.Popen[bytes], within_s: float = ENDS_WITHIN_S) -> None:
    """End a process and all below it, each by its id; what does not end in time is killed. Idempotent."""
    started = tree(process.pid) if process.poll() is None else []
    for one in started[:2]:
        # `make` and what it runs; the latter ends what it started itself.
        with contextlib.suppress(psutil.NoSuchProcess):
            one.terminate()
    _, alive = psutil.wait_procs(started, timeout=within_s)
    for one in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(alive, timeout=KILLED_WITHIN_S)
    process.wait()


def _start(target: str, checkout: Path, env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    command = ["make", "--silent", "--no-print-directory", "--old-file=setup", target]
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=checkout,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _without_make(env: Mapping[str, str]) -> dict[str, str]:
    """What an outer `make` tells an inner one, such as its targets and jobs, is not meant for this one."""
    return {key: value for key, value in env.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-TAIL:] if log.exists() else ""


# -- training -----------------------------------------------------------------------------------------


def retraining_s(build: Build, folder: Path) -> float:
    """Seconds that `make train` takes after one example was changed, in a copy of the checkout below `folder`.

    The copy has the checkout's files, trained models and caches, and uses its environments; the checkout itself stays as it is.

    Raises:
        BuildError: training failed, took too long, or found nothing to do.
    """
    copy, log = folder / "copy", folder / "train.log"
    _copy(build.checkout, copy)
    env = _without_make(private_environment(folder / "var", TEXT_ONLY))
    # Nothing is stale yet; it also reads into memory what the next one needs.
    _train(build, copy, env, log)
    before = dict(_files(copy / "models"))
    change_one_example(copy / "data" / "nlu")
    began = time.perf_counter()
    _train(build, copy, env, log)
    took_s = time.perf_counter() - began
    if dict(_files(copy / "models")) == before:
        raise BuildError(f"{build.name}: make train made no new model:\n{_tail(log)}")
    return took_s


def _copy(checkout: Path, copy: Path) -> None:
    shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(*NOT_COPIED), ignore_dangling_symlinks=True)
    for environment in ENVIRONMENTS:
        if (checkout / environment).exists():
            (copy / environment).symlink_to((checkout / environment).resolve())


def _train(build: Build, copy: Path, env: Mapping[str, str], log: Path) -> None:
    process = _start("train", copy, env, log)
    try:
        code = process.wait(TRAINS_WITHIN_S)
    except subprocess.TimeoutExpired:
        raise BuildError(f"{build.name}: not trained within {TRAINS_WITHIN_S:.0f} s:\n{_tail(log)}") from None
    finally:
        end_tree(process)
    if code:
        raise BuildError(f"{build.name}: make train failed:\n{_tail(log)}")


def _files(folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix not in (".lock", ".log"):
            found = path.stat()
            yield path, (found.st_mtime_ns, found.st_size)


def change_one_example(folder: Path) -> Path:
    """Add a word to the first example of the first file with examples; returns the file.

    Raises:
        BuildError: there are no examples.
    """
    for path in sorted(folder.rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        changed = with_one_changed_example(text)
        if changed != text:
            path.write_text(changed, encoding="utf-8")
            return path
    raise BuildError(f"no examples below {folder}")


def with_one_changed_example(text: str) -> str:
    """A file of Rasa's examples with a word more at the end of its first one; unchanged if it has none."""
    return _EXAMPLE.sub(lambda found: f"{found.group()}，请问", text, count=1)

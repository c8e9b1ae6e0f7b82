"""What was written can be read, also after a kill; what was changed is noticed; without the key there is nothing."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.recordings.errors import BadRecordingKey, RecordingDamaged, RecordingKeyLost
from desk.recordings.keys import KEY_FILE, MasterKeys, load_keys, new_key, parse_keys
from desk.recordings.sealed import HEAD_BYTES, SealedReader, SealedWriter, destroy, is_being_written
from desk.settings import ROOT

ID = bytes(range(16))
KEYS = MasterKeys([bytes(32)])
PIECES = [b"the first words", b"x" * 5000, b"\0", b"and the last"]
WHOLE = b"".join(PIECES)


def written(path: Path, *, finished: bool = True, keys: MasterKeys = KEYS) -> Path:
    writer = SealedWriter(path, ID, keys)
    for piece in PIECES:
        writer.write(piece)
    if finished:
        writer.finish()
    writer.close()
    return path


def read(path: Path, keys: MasterKeys = KEYS) -> bytes:
    with SealedReader(path, ID, keys) as reader:
        return b"".join(reader.read(0, reader.size))


def test_what_was_written_is_read_and_lies_encrypted(tmp_path: Path) -> None:
    path = written(tmp_path / "a")
    with SealedReader(path, ID, KEYS) as reader:
        assert reader.complete and reader.size == len(WHOLE)
    assert read(path) == WHOLE
    raw = path.read_bytes()
    assert not any(piece in raw for piece in PIECES if len(piece) > 1)
    assert path.stat().st_mode & 0o777 == 0o600


@given(start=st.integers(0, len(WHOLE) + 5), length=st.integers(0, len(WHOLE) + 5))
def test_any_part_can_be_read(tmp_path_factory: pytest.TempPathFactory, start: int, length: int) -> None:
    path = tmp_path_factory.getbasetemp() / "parts"
    if not path.exists():
        written(path)
    with SealedReader(path, ID, KEYS) as reader:
        assert b"".join(reader.read(start, start + length)) == WHOLE[start : start + length]


def test_a_file_that_was_cut_off_anywhere_gives_its_whole_chunks(tmp_path: Path) -> None:
    raw = written(tmp_path / "a").read_bytes()
    for length in (*range(HEAD_BYTES, HEAD_BYTES + 200, 7), len(raw) - 40, len(raw) - 1):
        cut = tmp_path / "cut"
        cut.write_bytes(raw[:length])
        with SealedReader(cut, ID, KEYS) as reader:
            assert not reader.complete
            assert WHOLE.startswith(b"".join(reader.read(0, reader.size)))
    # All but the end mark.
    assert read(cut) == WHOLE


@pytest.mark.parametrize("at", [0, 10, 20, 50, HEAD_BYTES + 6, HEAD_BYTES + 60, -1])
def test_a_changed_byte_is_noticed(tmp_path: Path, at: int) -> None:
    path = written(tmp_path / "a")
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)
    with pytest.raises((RecordingDamaged, RecordingKeyLost)):
        read(path)


def test_a_file_under_the_name_of_another_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path / "a")
    with pytest.raises(RecordingDamaged, match="another recording"):
        SealedReader(path, bytes(16), KEYS)


def test_an_old_key_opens_what_it_wrapped_and_a_strange_one_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "a")
    fresh = bytes([7]) * 32
    assert read(path, MasterKeys([fresh, bytes(32)])) == WHOLE
    with pytest.raises(RecordingKeyLost):
        read(path, MasterKeys([fresh]))


def test_a_destroyed_file_is_gone_and_its_key_before_it(tmp_path: Path) -> None:
    path = written(tmp_path / "a")
    other_name = tmp_path / "b"
    other_name.hardlink_to(path)
    destroy(path)
    destroy(path)
    assert not path.exists()
    with pytest.raises(RecordingDamaged):
        read(other_name)


WRITE_AND_WAIT = """
import sys
from pathlib import Path
from desk.recordings.keys import MasterKeys
from desk.recordings.sealed import SealedWriter
writer = SealedWriter(Path(sys.argv[1]), bytes(range(16)), MasterKeys([bytes(32)]))
for n in range(1000):
    writer.write(b"%06d" % n)
    print(n, flush=True)
sys.stdin.read()
"""


def test_a_killed_writer_loses_nothing_that_it_wrote_and_lets_its_lock_go(tmp_path: Path) -> None:
    path = tmp_path / "a"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE_AND_WAIT, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdout is not None
    for _ in range(500):
        last = int(writer.stdout.readline())
    assert is_being_written(path)
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    assert not is_being_written(path)
    found = read(path)
    assert len(found) >= (last + 1) * 6
    assert found == b"".join(b"%06d" % n for n in range(len(found) // 6))


def test_a_key_file_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    with pytest.raises(BadRecordingKey):
        load_keys("", tmp_path)
    first = load_keys("", tmp_path, make=True)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert load_keys("", tmp_path, make=True).current_id == first.current_id


def test_a_configured_key_comes_first_and_the_key_file_still_opens(tmp_path: Path) -> None:
    path = written(tmp_path / "a", keys=load_keys("", tmp_path, make=True))
    both = load_keys(new_key(), tmp_path)
    assert both.current_id != load_keys("", tmp_path).current_id
    assert read(path, both) == WHOLE


def test_a_lost_key_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    folder = tmp_path / "recordings" / "2026" / "11"
    folder.mkdir(parents=True)
    written(folder / "a.sealed", keys=load_keys("", tmp_path / "other", make=True))
    with pytest.raises(RecordingKeyLost, match=KEY_FILE):
        load_keys("", tmp_path, make=True)


def test_keys_are_hexadecimal_or_base64_and_nothing_else() -> None:
    assert parse_keys("00" * 32 + "，\n" + "AAAA" * 10 + "AAA=") == [bytes(32), bytes(32)]
    for bad in ("geheim", "00" * 31, "zz" * 32, secrets.token_hex(64)):
        with pytest.raises(BadRecordingKey):
            parse_keys(bad)

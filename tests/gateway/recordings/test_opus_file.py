"""A real codec and real encryption: what each side said is on its own side, also when the process was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from desk.recordings import MasterKeys, Recording, RecordingState, RecordingVault, Trouble
from desk.settings import ROOT
from gateway.recordings.opus_file import OpusFile
from tests.gateway.recordings.sound import DECODED_HZ, decoded, loudness_db, voice

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ID = "0123456789abcdef0123456789abcdef"
RECORDING = Recording(
    id=ID,
    conversation_id="c1",
    path=f"2026/11/{ID}.sealed",
    key_id="",
    state=RecordingState.RECORDING,
    trouble=None,
    began_at=NOON,
    length_ms=0,
    bytes=0,
    cues=(),
    keep_until=NOON,
    deleted_at=None,
    deleted_by=None,
)
CALLER_HZ, HOTLINE_HZ = 140.0, 230.0
# Two voices at once, the hardest that can happen: each is this much quieter on the other side.
APART_DB = 25.0


def vault_in(folder: Path) -> RecordingVault:
    return RecordingVault(folder, MasterKeys([bytes(32)]))


def both_voices(rate_hz: int, seconds: float = 6.0) -> bytes:
    sides = [voice(pitch, seconds, rate_hz) for pitch in (CALLER_HZ, HOTLINE_HZ)]
    return np.stack(sides, axis=1).tobytes()


def plain(vault: RecordingVault) -> bytes:
    with vault.open(RECORDING) as reader:
        return b"".join(reader.read(0, reader.size))


def assert_sides_are_apart(ogg: bytes) -> None:
    both = decoded(ogg)[DECODED_HZ // 2 :]
    left, right = both[:, 0], both[:, 1]
    assert loudness_db(left, CALLER_HZ) - loudness_db(right, CALLER_HZ) > APART_DB
    assert loudness_db(right, HOTLINE_HZ) - loudness_db(left, HOTLINE_HZ) > APART_DB


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100])
def test_each_side_is_heard_on_its_own_channel(tmp_path: Path, rate_hz: int) -> None:
    vault = vault_in(tmp_path)
    file = OpusFile(vault, RECORDING, rate_hz, 0)
    pcm = both_voices(rate_hz)
    block = 2 * 2 * (rate_hz // 2)
    for at in range(0, len(pcm), block):
        file.write(pcm[at : at + block])
    file.finish()
    file.close()
    ogg = plain(vault)
    assert abs(len(decoded(ogg)) / DECODED_HZ - 6.0) < 0.05
    assert_sides_are_apart(ogg)
    outcome = vault.outcome(RECORDING)
    assert outcome is not None and outcome.state is RecordingState.COMPLETE
    assert abs(outcome.length_ms - 6000) < 50 and abs(file.length_ms - 6000) < 50
    # An hour of speech stays below 36 MB even if both talk all the time.
    assert outcome.bytes < 60_000


RECORD_AND_WAIT = """
import sys
from pathlib import Path
from gateway.recordings.opus_file import OpusFile
from tests.gateway.recordings.test_opus_file import RECORDING, both_voices, vault_in
file = OpusFile(vault_in(Path(sys.argv[1])), RECORDING, 8000, 0)
pcm = both_voices(8000, 20.0)
for n in range(40):
    file.write(pcm[16000 * n : 16000 * (n + 1)])
    print(n, flush=True)
    if n == 23:
        sys.stdin.read()
"""


def test_after_a_kill_all_but_the_last_half_second_can_be_played(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", RECORD_AND_WAIT, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdout is not None
    # Twelve seconds are handed over.
    for _ in range(24):
        assert writer.stdout.readline()
    vault = vault_in(tmp_path)
    assert vault.outcome(RECORDING) is None
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    outcome = vault.outcome(RECORDING)
    assert outcome is not None
    assert (outcome.state, outcome.trouble) == (RecordingState.BROKEN, Trouble.CRASH)
    assert 11_500 <= outcome.length_ms <= 12_000
    ogg = plain(vault)
    assert abs(len(decoded(ogg)) / DECODED_HZ - outcome.length_ms / 1000) < 0.1
    assert_sides_are_apart(ogg)


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from gateway.recordings.opus_file import OpusFile
from tests.gateway.recordings.test_opus_file import RECORDING, both_voices, vault_in
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
file = OpusFile(vault_in(Path(sys.argv[1])), RECORDING, 8000, 0)
pcm = both_voices(8000, 20.0)
try:
    for n in range(40):
        file.write(pcm[16000 * n : 16000 * (n + 1)])
except OSError as error:
    file.close()
    print("stopped", file.length_ms)
"""


def test_what_was_written_before_the_disk_was_full_can_be_played(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILL_THE_DISK, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("stopped")
    vault = vault_in(tmp_path)
    outcome = vault.outcome(RECORDING)
    assert outcome is not None and outcome.state is RecordingState.BROKEN and outcome.length_ms > 2000
    assert_sides_are_apart(plain(vault))

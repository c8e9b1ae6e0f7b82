"""Recordings of calls: a catalogue in SQL, encrypted files in `var/recordings/YYYY/MM/`.

    keys.py       master keys, and how they wrap the key of each file
    sealed.py     the encrypted file: written as a stream, read at any place, whole up to the moment of a crash
    vault.py      the folder of files
    catalogue.py  which recordings there are, how long they are kept

Here is nothing about sound: see gateway/recordings/.
"""

from desk.recordings.catalogue import RecordingCatalogue
from desk.recordings.errors import (
    BadRecordingKey,
    RecordingDamaged,
    RecordingError,
    RecordingKeyLost,
    RecordingNotFound,
)
from desk.recordings.keys import MasterKeys, load_keys, new_key
from desk.recordings.recording import Cue, Outcome, Recording, RecordingState, Trouble
from desk.recordings.sealed import SealedReader, SealedWriter
from desk.recordings.vault import RecordingVault

__all__ = [
    "BadRecordingKey",
    "Cue",
    "MasterKeys",
    "Outcome",
    "Recording",
    "RecordingCatalogue",
    "RecordingDamaged",
    "RecordingError",
    "RecordingKeyLost",
    "RecordingNotFound",
    "RecordingState",
    "RecordingVault",
    "SealedReader",
    "SealedWriter",
    "Trouble",
    "load_keys",
    "new_key",
]

"""What can go wrong with recordings. None of them carries anything that was said.

RecordingError            retryable
├── BadRecordingKey       MINSHENG_RECORDING_KEY or the key file is no key
├── RecordingKeyLost      there are recordings, but their key file is gone (at start); or the key of one (at reading)
├── RecordingNotFound     no such recording, or its file is not here
└── RecordingDamaged      the file is no recording of ours, or was changed after it was written
"""

from __future__ import annotations


class RecordingError(Exception):
    """Base of everything that this room raises. `str()` is one line an operator can act on."""

    log_safe = True
    retryable = False


class BadRecordingKey(RecordingError):
    pass


class RecordingKeyLost(RecordingError):
    pass


class RecordingNotFound(RecordingError):
    pass


class RecordingDamaged(RecordingError):
    pass

"""What can go wrong while listening. `str()` is one line an operator can act on; `retryable` says whether to try again.

AsrError
├─ AudioError          bytes that are no audio that we read
├─ EngineError         an engine cannot start, or failed while it decoded
├─ ModelError          a model is unknown, missing or broken
│  └─ DownloadError    fetching it failed; the part stays for the next try
├─ ProtocolError       a client of the server said something that it may not
│  └─ OverloadedError  no room for another client now
├─ ManifestError       the list of an evaluation is unreadable
├─ ProfileError        a dialect's profile cannot be used (asr/profiles.py)
├─ PronunciationError  a dialect's table of pronunciations cannot be used (asr/training/pronunciation.py)
└─ WordsError          a table of words to add has wrong rows (asr/training/added_words.py)
"""

from __future__ import annotations


class AsrError(Exception):
    retryable = False


class AudioError(AsrError):
    pass


class EngineError(AsrError):
    pass


class ModelError(AsrError):
    pass


class DownloadError(ModelError):
    retryable = True


class ProtocolError(AsrError):
    """`code` is what programs read, the text what people read; `close_code` is the websocket's."""

    close_code = 1008

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class OverloadedError(ProtocolError):
    retryable = True
    close_code = 1013


class ManifestError(AsrError):
    pass

"""Master keys. They encrypt no audio: each file has a key of its own, which lies in it, wrapped by a master key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desk.recordings.errors import BadRecordingKey, RecordingDamaged, RecordingKeyLost

KEY_BYTES = 32
KEY_ID_BYTES = 8
NONCE_BYTES = 12
TAG_BYTES = 16
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES
KEY_FILE = "recording.key"


class MasterKeys:
    """The first key wraps what is written from now on, all of them open what was written before."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Raises BadRecordingKey: none, or one of a wrong length."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise BadRecordingKey(f"a recording key has {KEY_BYTES} bytes")
        self._ciphers = {key_id_of(key): AESGCM(key) for key in reversed(keys)}
        self.current_id = key_id_of(keys[0])

    def wrap(self, file_key: bytes, about: bytes) -> bytes:
        """`about` is bound to it: the same has to be shown to `unwrap`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._ciphers[self.current_id].encrypt(nonce, file_key, about)

    def unwrap(self, key_id: bytes, wrapped: bytes, about: bytes) -> bytes:
        """Raises RecordingKeyLost, RecordingDamaged."""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise RecordingKeyLost(f"the recording key {key_id.hex()} is not among the keys of this machine")
        try:
            return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], about)
        except InvalidTag as error:
            raise RecordingDamaged("the head of the recording was changed") from error


def key_id_of(key: bytes) -> bytes:
    """Names a key without telling anything about it."""
    return hashlib.sha256(b"minsheng recording key " + key).digest()[:KEY_ID_BYTES]


def parse_keys(text: str) -> list[bytes]:
    """Keys of 64 hexadecimal digits or as base64, separated by commas or lines. Raises BadRecordingKey."""
    found = []
    for part in text.replace("，", ",").replace("\n", ",").split(","):
        word = part.strip()
        if not word:
            continue
        try:
            key = bytes.fromhex(word) if len(word) == 2 * KEY_BYTES else base64.b64decode(word, validate=True)
        except (ValueError, binascii.Error) as error:
            raise BadRecordingKey("a recording key is 64 hexadecimal digits") from error
        if len(key) != KEY_BYTES:
            raise BadRecordingKey("a recording key is 64 hexadecimal digits")
        found.append(key)
    return found


def new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


def load_keys(configured: str, var: Path, *, make: bool = False) -> MasterKeys:
    """The keys that are configured, then those of the key file in `var`.

    `make`: where there is neither, write a key file (mode 0600) with a new key.

    Raises:
        BadRecordingKey: what is there is no key; or nothing is there and none is to be made.
        RecordingKeyLost: none is there, but recordings are: a new key would only hide that they cannot be played.
        OSError.
    """
    file = var / KEY_FILE
    keys = parse_keys(configured)
    if file.exists():
        keys += parse_keys(file.read_text(encoding="ascii", errors="replace"))
    if keys:
        return MasterKeys(keys)
    if any((var / "recordings").glob("*/*/*")):
        raise RecordingKeyLost(
            f"there are recordings, but no key: put {KEY_FILE} back into {var}, or set MINSHENG_RECORDING_KEY"
        )
    if not make:
        raise BadRecordingKey("there is no recording key yet; it is made with the first start that records")
    var.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        # Another process was faster, and its key counts.
        return load_keys(configured, var)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(new_key() + "\n")
        out.flush()
        os.fsync(out.fileno())
    return load_keys(configured, var)

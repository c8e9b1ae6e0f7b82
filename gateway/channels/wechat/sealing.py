"""WeChat's encryption of messages (消息加解密): AES-256-CBC around random bytes, the length, the message, the account's id.

The cipher is of the `cryptography` package; the envelope is WeChat's and ours. It does not authenticate: the signature
over the sealed text (`signing.py`) does, and has to be checked first.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

KEY_CHARS = 43
_RANDOM_BYTES = 16
# WeChat pads to 32 bytes and not to the cipher's 16.
_PAD_BYTES = 32
_CIPHER_BLOCK_BYTES = 16


class NotSealed(Exception):
    """It cannot be opened: another key, another account, or no sealed text at all. Says nothing of what was inside."""


def key_of(encoding_aes_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey. Raises ValueError."""
    if len(encoding_aes_key) != KEY_CHARS or not encoding_aes_key.isascii():
        raise ValueError(f"an EncodingAESKey has {KEY_CHARS} letters and digits")
    try:
        # The last character holds bits that mean nothing; the console of WeChat makes them at random.
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
    except binascii.Error as error:
        raise ValueError("an EncodingAESKey has only letters and digits") from error
    return key


class Seal:
    """Opens and seals messages of one account. Thread-safe."""

    def __init__(self, key: bytes, app_id: str) -> None:
        """`key` as of `key_of`."""
        self._key = key
        self._app_id = app_id.encode()

    def open(self, sealed: str) -> bytes:
        """The message as UTF-8. Raises NotSealed."""
        try:
            body = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise NotSealed("no base64") from error
        if not body or len(body) % _CIPHER_BLOCK_BYTES:
            raise NotSealed("no whole blocks")
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(body) + decryptor.finalize()
        pad = plain[-1]
        if not 1 <= pad <= _PAD_BYTES or len(plain) < pad + _RANDOM_BYTES + 4:
            raise NotSealed("another key")
        inner = plain[_RANDOM_BYTES:-pad]
        (length,) = struct.unpack_from("!I", inner)
        message, app_id = inner[4 : 4 + length], inner[4 + length :]
        if len(message) != length or not hmac.compare_digest(app_id, self._app_id):
            raise NotSealed("another account")
        return message

    def seal(self, message: bytes, random: bytes | None = None) -> str:
        """`random`: sixteen bytes that nobody can guess; tests choose them."""
        head = random if random is not None else secrets.token_bytes(_RANDOM_BYTES)
        plain = head + struct.pack("!I", len(message)) + message + self._app_id
        pad = _PAD_BYTES - len(plain) % _PAD_BYTES
        encryptor = self._cipher().encryptor()
        body = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(body).decode()

    def _cipher(self) -> Cipher[CBC]:
        return Cipher(AES(self._key), CBC(self._key[:_CIPHER_BLOCK_BYTES]))

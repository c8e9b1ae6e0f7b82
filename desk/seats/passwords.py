"""Which passwords are good enough, and how they are kept (argon2id)."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from desk.seats.errors import WeakPassword

MIN_CHARS = 10
# Longer ones would only let an attacker keep our processor busy.
MAX_CHARS = 128
MIN_DIFFERENT_CHARS = 5

# Long enough, yet everybody tries them first. Compared without case and after undoing 0 -> o and the like.
_COMMON = frozenset(
    """
    password password1 password12 password123 password1234 passwordpassword mypassword mypassword1 passw0rd123
    1234567890 0123456789 9876543210 0987654321 12345678910 123456789a a123456789 123456789q q123456789 1234567891
    1234567890a 1qaz2wsx3edc 1q2w3e4r5t 1q2w3e4r5t6y qwertyuiop qwerty1234 qwerty12345 qwerty123456 qazwsxedcrfv
    asdfghjkl1 asdfghjkl123 zxcvbnm123 abcd123456 abcd1234567 abc1234567 abc123456789 aa123456789 woaini1314
    woaini5201314 woaini520520 iloveyou123 iloveyou1314 5201314520 1314520520 admin12345 admin123456 administrator
    adminadmin welcome123 welcome1234 letmein1234 changeme123 changeme1234 minsheng12345 minsheng123 12345minsheng
    hotline12345 12345hotline rexian12345 zhengwu12345 mingzhou12345 test123456 testtest123 user123456 root123456
    """.split()
)
_LOOKALIKES = str.maketrans("013457@$!", "oleastasi")
_COMMON_PLAIN = frozenset(word.translate(_LOOKALIKES) for word in _COMMON)
_ROWS = (
    "0123456789" * 2,
    "9876543210" * 2,
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
# The longest run (345678, qwerty) that leaves enough of the password to guess.
_MAX_ROW_SHARE = 0.6


def normal(password: str) -> str:
    """The password with the full-width characters of a Chinese keyboard as plain ones."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, username: str, display_name: str = "") -> None:
    """Raises WeakPassword with the reason in Chinese."""
    password = normal(password)
    if len(password) < MIN_CHARS:
        raise WeakPassword(f"密码至少 {MIN_CHARS} 位")
    if len(password) > MAX_CHARS:
        raise WeakPassword(f"密码最多 {MAX_CHARS} 位")
    if not all(char.isprintable() for char in password):
        raise WeakPassword("密码里有看不见的字符")
    lower = password.lower()
    if _is_name(lower, username.lower()) or (display_name and _is_name(lower, display_name.lower())):
        raise WeakPassword("密码不能是用户名或姓名")
    if lower in _COMMON or lower.translate(_LOOKALIKES) in _COMMON_PLAIN:
        raise WeakPassword("这个密码太常见，很容易被猜到，请换一个")
    if len(set(lower)) < MIN_DIFFERENT_CHARS:
        raise WeakPassword(f"密码太简单，至少要有 {MIN_DIFFERENT_CHARS} 个不同的字符")
    if _longest_row(lower) > len(lower) * _MAX_ROW_SHARE:
        raise WeakPassword("密码不能主要由连续的数字、字母或键盘上相邻的键组成")


def _is_name(lower: str, name: str) -> bool:
    """Whether it is the name itself, repeated, backwards, or with only digits and signs around it."""
    if len(name) < 2:
        return False
    rest = lower.replace(name, "").replace(name[::-1], "")
    return rest != lower and not re.search(r"[^\W\d_]", rest) and len(rest) < MIN_CHARS


def _longest_row(lower: str) -> int:
    longest = 0
    for start in range(len(lower)):
        for row in _ROWS:
            length = longest + 1
            while start + length <= len(lower) and lower[start : start + length] in row:
                longest, length = length, length + 1
    return longest


class Hasher(Protocol):
    """Slow on purpose: call it off the event loop, and not inside a transaction."""

    def hash(self, password: str) -> str: ...

    def verify(self, kept: str | None, password: str) -> bool:
        """None stands for a user that does not exist: takes as long and is never true."""
        ...

    def outdated(self, kept: str) -> bool:
        """Was it made with other parameters than those of today?"""
        ...


class Argon2Hasher:
    """argon2id. Without arguments the parameters of RFC 9106 for little memory (64 MiB, about 50 ms)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        return self._hasher.hash(normal(password))

    def verify(self, kept: str | None, password: str) -> bool:
        # Made at the first call of any kind, so that a user who does not exist is not told by the time it takes.
        nobody = self._nobody
        try:
            return self._hasher.verify(kept or nobody, normal(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, kept: str) -> bool:
        return self._hasher.check_needs_rehash(kept)

from __future__ import annotations

import pytest

from desk.seats import WeakPassword
from desk.seats.passwords import Argon2Hasher, check_password
from tests.desk.seats.conftest import cheap_hasher


@pytest.mark.parametrize(
    "password",
    [
        "mountain-river-7",
        "correct horse battery",
        "西湖边的小雨伞很好看呀",
        "Tq8#vLz0pR",
        "wang-likes-noodles",
    ],
)
def test_good_passwords_are_taken(password: str) -> None:
    check_password(password, "wang", "王敏")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Tq8#vLz0p", "至少 10 位"),
        ("x" * 129, "最多 128 位"),
        ("river\x00mountain", "看不见"),
        ("wang.min01", "用户名"),
        ("WANG.MIN01", "用户名"),
        ("10nim.gnaw", "用户名"),
        ("Password123", "常见"),
        ("p@ssw0rd123", "常见"),
        ("ｐａｓｓｗｏｒｄ１２３", "常见"),
        ("woaini1314", "常见"),
        ("aaaaaaaaaaab", "不同的字符"),
        ("1234567890x7", "连续"),
        ("qwertyuiop!9", "连续"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(WeakPassword, match=reason):
        check_password(password, "wang.min01", "王敏")


def test_a_name_with_a_few_digits_is_no_password() -> None:
    for password in ("zhangwei2026", "2026zhangwei!", "zhangweizhangwei"):
        with pytest.raises(WeakPassword, match="用户名"):
            check_password(password, "zhangwei")


def test_the_real_parameters_keep_and_know_a_password() -> None:
    """The one test that pays for argon2 as it runs in production."""
    hasher = Argon2Hasher()
    kept = hasher.hash("mountain-river-7")
    assert kept.startswith("$argon2id$") and "mountain" not in kept
    assert hasher.verify(kept, "mountain-river-7")
    assert not hasher.verify(kept, "mountain-river-8")
    assert not hasher.outdated(kept)


def test_nobody_and_nonsense_never_match() -> None:
    hasher = cheap_hasher()
    assert not hasher.verify(None, "nobody has this password")
    assert not hasher.verify("no hash at all", "x")


def test_full_width_letters_are_the_letters_that_they_show() -> None:
    hasher = cheap_hasher()
    assert hasher.verify(hasher.hash("ｍｏｕｎｔａｉｎ７"), "mountain7")


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert cheap_hasher(memory_cost=16).outdated(cheap_hasher().hash("mountain-river-7"))

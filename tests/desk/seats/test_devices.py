"""A device is known to whoever has signed in on it, by a cookie that nobody else can make."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.seats.devices import COOKIE_MAX_CHARS, KNOWN_FOR, PEOPLE_MAX, known_device, with_device
from tests.desk.seats.conftest import NOON

WANG, HASH = "u0123456789ab", "$argon2id$of-wang"


def test_who_signed_in_is_known_there_for_half_a_year_and_under_that_password() -> None:
    cookie = with_device("", WANG, HASH, NOON)
    device = known_device(cookie, WANG, HASH, NOON)
    assert device is not None and device.user_id == WANG
    assert known_device(cookie, WANG, HASH, NOON + KNOWN_FOR - timedelta(seconds=1)) == device
    assert known_device(cookie, WANG, HASH, NOON + KNOWN_FOR) is None
    assert known_device(cookie, WANG, "$argon2id$a-new-one", NOON) is None
    assert known_device(cookie, "u0123456789ac", HASH, NOON) is None
    # A clock that was set back does not make it older than its beginning.
    assert known_device(cookie, WANG, HASH, NOON - timedelta(seconds=1)) is None


def test_two_browsers_are_two_devices() -> None:
    one, two = (known_device(with_device("", WANG, HASH, NOON), WANG, HASH, NOON) for _ in range(2))
    assert one != two


def test_people_who_share_a_browser_are_all_known_up_to_twenty() -> None:
    people = {f"u{number:012x}": f"hash {number}" for number in range(PEOPLE_MAX + 5)}
    cookie = ""
    for user_id, kept in people.items():
        cookie = with_device(cookie, user_id, kept, NOON)
    assert len(cookie) < COOKIE_MAX_CHARS / 2
    known = [user_id for user_id, kept in people.items() if known_device(cookie, user_id, kept, NOON)]
    assert known == list(people)[5:]
    # Signing in again takes the place of one's own entry.
    assert len(with_device(cookie, known[3], people[known[3]], NOON)) == len(cookie)


@pytest.mark.parametrize(
    "change",
    [
        lambda cookie: cookie[:-1] + ("A" if cookie[-1] != "A" else "B"),
        lambda cookie: cookie.replace(WANG, "u0123456789ac"),
        lambda cookie: cookie.replace(str(int(NOON.timestamp())), str(int(NOON.timestamp()) + 9)),
        lambda cookie: cookie[: cookie.rfind(".")],
        lambda cookie: cookie + "~" * COOKIE_MAX_CHARS,
        lambda cookie: cookie.replace(".", "\uff0e"),
        lambda cookie: "",
        lambda cookie: "~~.~" + "u" * 100,
    ],
)
def test_what_was_changed_or_is_nonsense_is_a_stranger(change: object) -> None:
    assert callable(change)
    cookie = change(with_device("", WANG, HASH, NOON))
    for user_id in (WANG, "u0123456789ac"):
        assert known_device(cookie, user_id, HASH, NOON + timedelta(seconds=60)) is None


def test_a_name_that_nobody_has_is_never_known() -> None:
    cookie = with_device("", "", "nobody has this hash", NOON)
    assert known_device(cookie, None, None, NOON) is None

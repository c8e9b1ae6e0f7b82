"""Only pictures are kept, and only under names of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.pictures.attachments import (
    COUNT_AGAIN_S,
    MAX_BYTES,
    MAX_PER_CONVERSATION,
    Attachments,
    BadPicture,
)
from gateway.pictures.picture_copy import copy_of
from tests.gateway.samples import picture

PNG = picture()
COPY_BYTES = len(copy_of(PNG).content)


def test_a_picture_is_found_again(tmp_path: Path) -> None:
    kept = Attachments(tmp_path).keep("c1", PNG)
    assert (kept.type, kept.bytes, kept.conversation_id) == ("image/png", COPY_BYTES, "c1")
    found = Attachments(tmp_path).find(kept.id)
    assert found is not None and len(found[1].read_bytes()) == COPY_BYTES and found[0] == kept
    assert found[1].stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"<html>", b"%PDF-1.7", b"RIFF0000WAVE", b"GIF"]
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadPicture) as error:
        Attachments(tmp_path).keep("c1", content)
    assert error.value.reason == "not_a_picture"
    assert Attachments(tmp_path).conversations() == []


def test_size_and_number_are_bounded(tmp_path: Path) -> None:
    store = Attachments(tmp_path)
    with pytest.raises(BadPicture, match="too_large"):
        store.keep("c1", PNG + b"0" * MAX_BYTES)
    for _ in range(MAX_PER_CONVERSATION):
        store.keep("c1", PNG)
    with pytest.raises(BadPicture, match="too_many"):
        store.keep("c1", PNG)
    store.keep("c2", PNG)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "c1/../../etc/passwd-000000000000000000000000-png",
        "c1-x-png",
        "../c1-000000000000000000000000-png",
        "c1-000000000000000000000000-png",
    ],
)
def test_no_other_file_can_be_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("x")
    assert Attachments(tmp_path / "in").find(name) is None
    with pytest.raises(BadPicture):
        Attachments(tmp_path / "in").keep("../c1", PNG)


def test_a_conversation_and_all_together_have_a_bound_in_bytes(tmp_path: Path) -> None:
    now = 0.0
    ours = Attachments(tmp_path, 4 * COPY_BYTES, 2 * COPY_BYTES, clock=lambda: now)
    ours.keep("c1", PNG)
    ours.keep("c1", PNG)
    with pytest.raises(BadPicture, match="too_many"):
        ours.keep("c1", PNG)
    other = Attachments(tmp_path, 4 * COPY_BYTES, 2 * COPY_BYTES)
    other.keep("c2", PNG)
    other.keep("c3", PNG)
    with pytest.raises(BadPicture, match="no_room"):
        other.keep("c4", PNG)
    # What another gateway has stored is seen after a while.
    now = COUNT_AGAIN_S
    with pytest.raises(BadPicture, match="no_room"):
        ours.keep("c5", PNG)
    assert sorted(ours.conversations()) == ["c1", "c2", "c3"]
    assert (ours.erase("c1"), ours.erase("c1"), ours.erase("../c2")) == (2, 0, 0)
    assert sorted(ours.conversations()) == ["c2", "c3"]


def test_nothing_is_taken_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Attachments(tmp_path / "pictures")
    monkeypatch.setattr("gateway.pictures.attachments.MIN_FREE_BYTES", 10**18)
    with pytest.raises(BadPicture, match="no_room"):
        ours.keep("c1", PNG)

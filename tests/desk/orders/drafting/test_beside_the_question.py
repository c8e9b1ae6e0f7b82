"""What is said in the form that is no answer to what was asked, and must not be written down as one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.orders.drafting.arbitration import Kind, step
from tests.desk.orders.drafting.test_reading import heard, known, read

TOLD = "我家楼下烧烤店油烟太大了,在和平路88号"


@pytest.mark.parametrize("words", ["对", "是的", "嗯嗯", "好的", "不对", "没错"])
def test_a_yes_is_nobodys_name(words: str) -> None:
    """Also where the reading marks it as one, for a name was asked."""
    assert not heard(known("caller"), "yes", f"[{words}](name)").draft.has("caller_name")


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("不对,地址是[和平路86号](place)", "和平路86号"),
        ("地址错了,应该是[和平路86号](place)", "和平路86号"),
        ("位置改成[和平路86号](place)", "和平路86号"),
        ("是在[和平路86号](place)", "和平路86号"),
        ("不对,是[和平路86号](subject)", "和平路86号"),
        ("不是88号,是[和平路86号](subject)", "和平路86号"),
    ],
)
def test_a_place_that_is_put_right_names_nobody(marked: str, place: str) -> None:
    """Whom it is about was asked; the address is corrected instead, and so is the description."""
    draft = known("subject", "和平路88号", description=TOLD)
    filled = heard(draft, "correct+value", marked)
    assert filled.draft.place_text == place
    assert not filled.draft.has("subject")
    assert filled.draft.get("description") == TOLD.replace("88", "86")


@pytest.mark.parametrize(
    ("marked", "subject"),
    [
        ("[和平路88号](place)那家老五烧烤", "老五烧烤"),
        ("就[和平路88号](place)楼下的川香阁饭店", "川香阁饭店"),
    ],
)
def test_somebody_who_is_named_with_his_place_is_named(marked: str, subject: str) -> None:
    """The place beside the name takes nothing away from it."""
    assert subject in heard(known("subject", description=TOLD), "value", marked).draft.get("subject")


def test_asked_anew_for_the_place_the_description_follows() -> None:
    """人民路36号 was read back as wrong: neither field may keep it."""
    draft = known("place", "人民路36号门口", description="人民路36号门口井盖坏了很危险")
    filled = heard(draft, "value", "[人民路38号](place)")
    assert filled.draft.place_text == "人民路38号门口"
    assert filled.draft.get("description") == "人民路38号门口井盖坏了很危险"


@pytest.mark.parametrize("words", ["139123", "13 91 23", "5600", "1391234567"])
@pytest.mark.parametrize("asked", ["confirm", "caller", "subject"])
def test_digits_alone_tell_nothing(asked: str, words: str) -> None:
    """A number that is none, or that nobody asked for, is no part of the matter."""
    draft = replace(known(asked, "和平路88号", description=TOLD), skipped=frozenset({"phone"}))
    taken = step(draft, read(words, "value", 2))
    assert taken.draft.get("description") == TOLD


@pytest.mark.parametrize(
    "words",
    ["帮我查一下工单进度", "我上次那个单子怎么样了", "催一下之前的工单", "查进度", "上回的诉求撤了吧"],
)
@pytest.mark.parametrize("asked", ["caller", "phone", "subject", "confirm"])
def test_an_order_of_another_day_is_no_part_of_this_one(asked: str, words: str) -> None:
    """The rule of the intent speaks, and the form waits; the reading took it for the value that was asked."""
    draft = known(asked, "和平路88号", description=TOLD)
    taken = step(draft, replace(read(words, "value", 2), intent="order_status", confidence=0.9))
    assert taken.kind is Kind.DIGRESSED
    assert taken.draft == draft


@pytest.mark.parametrize(
    ("words", "acts"),
    [("这个工单多久能办好", "process"), ("单子上别写我名字", "secret"), ("催他们快点把路修了", "details")],
)
def test_what_was_read_as_something_else_is_no_order_of_another_day(words: str, acts: str) -> None:
    """The intent hears 工单 and 催; the acts know better."""
    draft = known("caller", "和平路88号", description=TOLD)
    taken = step(draft, replace(read(words, acts, 2), intent="order_status", confidence=0.9))
    assert taken.kind is not Kind.DIGRESSED


def test_a_hurry_at_the_offer_of_the_own_order_is_one() -> None:
    """催办 was offered."""
    draft = replace(known("duplicate", "和平路88号", description=TOLD), duplicate_number="261122000019")
    taken = step(draft, replace(read("催一下那个工单", "value", 2), intent="order_hurry", confidence=0.9))
    assert taken.kind is Kind.HURRY_DUPLICATE

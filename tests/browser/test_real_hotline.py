"""A citizen's first visit, in Chromium against the whole product: what the README promises, seen on the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from launcher.private import PrivateProduct
from tests.browser.real_desk import desk
from tests.waiting import PATIENCE_MS

__all__ = ["desk"]
pytestmark = [pytest.mark.browser, pytest.mark.rasa]


@pytest.fixture
def page(chromium: Browser, product: PrivateProduct, desk: None) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(product.url)
    expect(page.get_by_test_id("input")).to_be_enabled()
    # The greeting is the first bubble; who types before it is there takes it for the answer.
    expect(page.locator('[data-testid="message"][data-from="bot"]')).to_have_count(1)
    yield page
    context.close()
    assert problems == []


def hotline(page: Page) -> int:
    return page.locator('[data-testid="message"][data-from="bot"]').count()


def say(page: Page, text: str, hears: str = "") -> str:
    """Type, send, wait for new words of the bot, and among them for what the citizen `hears`; returns all new words.

    A turn says several bubbles, one after the other: whoever looks at the first alone may miss the rest.
    """
    before = hotline(page)
    answers = page.locator('[data-testid="message"][data-from="bot"]')
    awaited = answers.filter(has_text=hears)
    heard = awaited.count()
    page.get_by_test_id("input").fill(text)
    page.get_by_test_id("send").click()
    expect(awaited).not_to_have_count(heard)
    expect(page.get_by_test_id("typing")).to_have_count(0)
    return "\n".join(answers.nth(n).inner_text() for n in range(before, answers.count()))


def test_a_question_is_answered_with_its_source(page: Page) -> None:
    say(page, "租房怎么提取公积金", hears="公积金")


def test_a_complaint_becomes_an_order_in_spite_of_corrections_and_questions(page: Page) -> None:
    """The acceptance conversation: complaint, correction, question in between, confirmation, number, status, reload."""
    say(page, "我家楼下烧烤店油烟太大了,在和平路88号,天天晚上弄到一两点", hears="哪家")
    say(page, "不对,是和平路86号", hears="和平路86号")
    say(page, "对了,租房怎么提取公积金", hears="公积金")
    say(page, "不知道店名", hears="称呼")
    say(page, "我姓王")
    say(page, "13912345678", hears="保密")
    summary = say(page, "不用保密", hears="和平路86号")
    assert "和平路88号" not in summary
    page.get_by_test_id("quick-reply").first.click()
    card = page.get_by_test_id("order-card")
    expect(card).to_be_visible()
    number = page.get_by_test_id("order-number").inner_text()
    assert len([c for c in number if c.isdigit()]) == 12
    assert "13912345678" not in card.inner_text()

    said = page.get_by_test_id("message").count()
    page.reload()
    expect(page.get_by_test_id("message")).to_have_count(said)
    expect(page.get_by_test_id("order-number")).to_have_text(number)

    status = say(page, f"我的工单{number}办得怎么样了")
    if "已受理" not in status:
        assert "后四位" in status
        say(page, "5678", hears="已受理")


def test_danger_gets_the_number_to_dial_at_once(page: Page) -> None:
    say(page, "着火了快救人", hears="119")
    expect(page.get_by_test_id("emergency-call").first).to_be_visible()


def test_a_person_is_promised_honestly(page: Page, product: PrivateProduct) -> None:
    """Until seats exist: no false promise of a transfer, but a marked conversation."""
    answers = hotline(page)
    page.get_by_test_id("ask-person").click()
    expect(page.locator('[data-testid="message"][data-from="bot"]')).not_to_have_count(answers)

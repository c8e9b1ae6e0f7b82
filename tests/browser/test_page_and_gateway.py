"""The built page on the real gateway (its own headers, its own websocket), with a scripted Rasa behind it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import sample_replies
from tests.browser.fake_gateway import DIST
from tests.browser.test_citizen_page import ASKED_FOR, said, say
from tests.browser.watched import Watched
from tests.conftest import missing
from tests.fakes.fake_rasa import FakeRasa
from tests.gateway.conftest import MakeGateway, make_gateway, rasa

__all__ = ["make_gateway", "rasa"]
pytestmark = [pytest.mark.browser, pytest.mark.redis]


def answer(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The samples, as the action server sends them."""
    payload = request["message"] if request["message"].startswith("/") else None
    keys = ("text", "format", "speech", "kind", "quick_replies", "card")
    replies = sample_replies.reply_to(request["message"], payload)
    return [{"recipient_id": request["sender"], "custom": {k: r[k] for k in keys}} for r in replies]


@pytest.fixture
def watched(chromium: Browser, make_gateway: MakeGateway, rasa: FakeRasa) -> Any:
    if not (DIST / "index.html").exists():
        missing("web/dist (make setup builds it)")
    rasa.answer = answer
    gateway = make_gateway(dist=DIST)
    context = chromium.new_context(viewport={"width": 375, "height": 812}, locale="zh-CN")
    watched = Watched(context, ASKED_FOR)
    watched.gateway = gateway  # type: ignore[attr-defined]
    yield watched
    watched.check()
    watched.context.close()


@pytest.fixture
def page(watched: Any) -> Page:
    page: Page = watched.page(watched.gateway.url)
    expect(page.get_by_test_id("message").first).to_be_visible()
    return page


def test_a_work_order_is_confirmed_by_quick_reply_and_survives_a_reload(page: Page) -> None:
    say(page, "楼下烧烤店油烟太大")
    expect(page.get_by_test_id("order-draft")).to_be_visible()
    page.get_by_test_id("quick-reply").first.click()
    expect(page.get_by_test_id("order-number")).to_have_text("261122-00015-9")
    before = page.get_by_test_id("message").count()
    page.reload()
    expect(page.get_by_test_id("order-number")).to_have_text("261122-00015-9")
    expect(page.get_by_test_id("message")).to_have_count(before)


def test_markdown_answers_and_ratings_work_under_the_gateways_own_policy(page: Page) -> None:
    say(page, "公积金怎么提取")
    expect(page.locator('[data-kind="answer"] table')).to_be_visible()
    page.get_by_test_id("rate").click()
    page.get_by_test_id("rating-star-5").check(force=True)
    page.get_by_test_id("rating-submit").click()
    expect(page.get_by_test_id("rating-done")).to_contain_text("已收到您的评价（5 星）")


def test_the_longest_message_is_taken(page: Page) -> None:
    say(page, "😀" * 2500 + '\\"' * 1250)
    expect(page.get_by_test_id("delivery")).to_have_attribute("data-state", "delivered")


def test_a_silent_bot_is_explained_and_the_message_kept(page: Page, rasa: FakeRasa) -> None:
    rasa.mode = "error"
    say(page, "有人吗")
    expect(page.get_by_test_id("delivery")).to_have_attribute("data-state", "delivered")
    expect(said(page, "system").first).to_be_visible()


def test_words_said_offline_arrive_once(page: Page) -> None:
    page.context.set_offline(True)
    say(page, "离线说的话")
    page.context.set_offline(False)
    expect(said(page, "bot").last).to_contain_text("收到：离线说的话")
    expect(said(page, "citizen")).to_have_count(1)

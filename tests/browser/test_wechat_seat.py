"""A seat in a real browser with a citizen on WeChat: what may still be sent is seen before it is too late, and voice is heard."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.channels.wechat.standin import StandIn
from tests.browser.fake_gateway import DIST
from tests.browser.watched import Watched
from tests.conftest import missing
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.fake_seat import PASSWORD, add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.channels.wechat.conftest import (
    OPENID,
    MakeWechatGateway,
    calls_person,
    make_wechat_gateway,
    wechat,
)
from tests.gateway.channels.wechat.test_files import silk
from tests.gateway.conftest import make_gateway, rasa
from tests.waiting import wait_until

__all__ = ["make_gateway", "make_wechat_gateway", "rasa", "wechat"]
pytestmark = [pytest.mark.browser, pytest.mark.redis]

# The index of knowledge is no part of these gateways.
ASKED_FOR = re.compile(r"status of (401|404|503)")


def run(act: Coroutine[Any, Any, Any]) -> Any:
    """In a thread, because Playwright has a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, act).result()


@pytest.fixture
def gateway(make_wechat_gateway: MakeWechatGateway, rasa: FakeRasa) -> RunningGateway:
    if not (DIST / "seat.html").exists():
        missing("web/dist (make setup builds it)")
    rasa.answer = calls_person
    made = make_wechat_gateway(dist=DIST, asr_engine="off")
    add_user(made, "wang", badge="1024")
    return made


@pytest.fixture
def console(chromium: Browser, gateway: RunningGateway) -> Any:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    watched = Watched(context, ASKED_FOR)
    page = watched.page(f"{gateway.url}/seat")
    page.get_by_test_id("username").fill("wang")
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("password").press("Enter")
    expect(page.get_by_test_id("console")).to_have_attribute("data-line", "online")
    page.keyboard.press("Alt+r")
    expect(page.get_by_test_id("status")).to_have_attribute("data-status", "ready")
    yield page
    watched.check()
    context.close()


def say(page: Page, words: str) -> None:
    page.get_by_test_id("input").fill(words)
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("outgoing")).to_have_count(0)


def test_the_quota_is_counted_down_and_warned_of_before_the_last_message(
    gateway: RunningGateway, console: Page, wechat: StandIn, tmp_path: Path
) -> None:
    run(wechat.text(OPENID, "转人工"))
    console.get_by_test_id("offer-accept").click()
    bar = console.get_by_test_id("send-window")
    # That a person has come is the first of the five.
    expect(bar).to_contain_text("还可发 4 条")
    for left in (3, 2, 1):
        say(console, f"还有{left}句，请您稍等。")
        expect(bar).to_contain_text(f"还可发 {left} 条" if left > 1 else "只剩最后 1 条")
    expect(bar).to_have_attribute("data-state", "last")
    console.screenshot(path=tmp_path / "last.png")
    say(console, "最后一句。")
    expect(bar).to_have_attribute("data-state", "used")
    expect(console.get_by_test_id("pending")).to_have_count(0)
    say(console, "这一句要等您说话。")
    expect(console.get_by_test_id("pending")).to_have_count(1)
    console.screenshot(path=tmp_path / "used.png")
    assert "这一句" not in "".join(wechat.heard(OPENID))
    run(wechat.text(OPENID, "好的"))
    wait_until(lambda: "这一句" in "".join(wechat.heard(OPENID)))
    expect(bar).to_have_attribute("data-state", "open")
    expect(console.get_by_test_id("pending")).to_have_count(0)
    # The window of 48 hours: WeChat says that it is over.
    wechat.failures.append(45015)
    say(console, "两天以后。")
    expect(bar).to_have_attribute("data-state", "shut")
    expect(bar).to_contain_text("窗口已关闭")
    expect(console.get_by_test_id("pending")).to_have_count(1)
    console.screenshot(path=tmp_path / "shut.png")


def test_a_voice_message_can_be_listened_to_where_nothing_was_heard(
    gateway: RunningGateway, console: Page, wechat: StandIn, tmp_path: Path
) -> None:
    run(wechat.text(OPENID, "转人工"))
    console.get_by_test_id("offer-accept").click()
    run(wechat.voice(OPENID, silk()))
    voice = console.get_by_test_id("message-voice")
    expect(voice).to_contain_text("2 秒")
    expect(console.get_by_test_id("message").last).to_contain_text("没能转成文字")
    length = voice.locator("audio").evaluate(
        """audio => new Promise((done, fail) => {
            audio.onloadedmetadata = () => done(audio.duration);
            audio.onerror = () => fail(audio.error.message);
            audio.load();
            audio.preload = "metadata";
        })"""
    )
    assert 1.9 < length < 2.2
    console.screenshot(path=tmp_path / "voice.png")

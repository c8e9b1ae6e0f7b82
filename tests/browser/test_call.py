"""The citizen's page calls the real gateway through Chromium's fake microphone; only Rasa and the recogniser are told
what to say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.fake_gateway import DIST
from tests.browser.fake_microphone import chromium_with_microphone, speak_into
from tests.browser.test_citizen_page import ASKED_FOR, said
from tests.browser.watched import Watched
from tests.conftest import missing
from tests.fakes.fake_ears import FakeEars
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.channels.web.conftest import PATIENT, ears, hotline
from tests.gateway.conftest import MakeGateway, make_gateway, rasa
from tests.waiting import PATIENCE_S, wait_until

__all__ = ["ears", "hotline", "make_gateway", "rasa"]
pytestmark = [pytest.mark.browser, pytest.mark.redis]

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    file = speak_into(tmp_path_factory.mktemp("voice") / "question.wav", "请问怎么办理社会保障卡")
    with chromium_with_microphone(file) as browser:
        yield browser


@pytest.fixture
def page_of(calling: Browser, make_gateway: MakeGateway, ears: FakeEars) -> Iterator[OpenPage]:
    """Opens the page of a gateway; checks at the end that nothing broke the policy or threw."""
    if not (DIST / "index.html").exists():
        missing("web/dist (make setup builds it)")
    opened: list[Watched] = []

    def open_(width: int = 360, height: int = 760, allowed: bool = True, **settings: Any) -> Page:
        gateway: RunningGateway = make_gateway(dist=DIST, **{"asr_port": ears.port, **PATIENT, **settings})
        context = calling.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        if allowed:
            context.grant_permissions(["microphone"], origin=gateway.url)
        watched = Watched(context, ASKED_FOR)
        opened.append(watched)
        page = watched.page(gateway.url)
        expect(page.get_by_test_id("message").first).to_be_visible()
        return page

    yield open_
    for watched in opened:
        watched.check()
        watched.context.close()


def in_call(page: Page) -> None:
    page.get_by_test_id("call").click()
    expect(page.get_by_test_id("call-panel")).to_have_attribute("data-phase", "talking")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_citizen_calls_is_heard_and_answered_and_goes_on_in_the_chat(
    page_of: OpenPage, ears: FakeEars, rasa: FakeRasa
) -> None:
    rasa.answer = lambda _request: [
        {"custom": {"text": "请带**身份证**到社保窗口。", "format": "markdown", "speech": "请带身份证。"}}
    ]
    ears.script = ["怎么办社保卡"]
    page = page_of()
    in_call(page)
    assert fits(page)
    expect(page.get_by_test_id("call-caption-hotline")).to_contain_text("您好")
    expect(page.get_by_test_id("call-caption-own")).to_contain_text("怎么办社保卡")
    expect(page.get_by_test_id("call-caption-hotline")).to_contain_text("请带身份证")
    # What is said is in the chat, in full.
    expect(said(page, "citizen").last).to_contain_text("怎么办社保卡")
    expect(said(page, "bot").last).to_contain_text("请带身份证到社保窗口")
    page.get_by_test_id("call-hang-up").click()
    expect(page.get_by_test_id("call-words")).to_contain_text("通话已结束")
    page.get_by_test_id("call-dismiss").click()
    expect(page.get_by_test_id("call-panel")).to_have_count(0)
    page.get_by_test_id("input").fill("还要照片吗")
    page.get_by_test_id("send").click()
    expect(said(page, "citizen")).to_have_count(2)
    assert ears.rates == [16000] and ears.loud_s > 0.5


# What a telephone call does to a page on an iPhone: the context stops and nothing but its end, or a tap, lets it go on.
HOLD_CONTEXTS = """
(() => {
  const real = AudioContext.prototype.resume;
  window.__held = false;
  window.__contexts = [];
  AudioContext.prototype.resume = function () {
    if (!window.__contexts.includes(this)) window.__contexts.push(this);
    return window.__held ? Promise.reject(new DOMException('held', 'InvalidStateError')) : real.call(this);
  };
})();
"""


def told(page: Page, sent: list[str | bytes], frame: str) -> None:
    """Wait until the page has sent it; its events come only while Playwright is asked something."""
    deadline = time.monotonic() + PATIENCE_S
    while frame not in sent:
        assert time.monotonic() < deadline, frame
        page.wait_for_timeout(50)


@pytest.mark.parametrize("tapped", [True, False])
def test_an_interrupted_call_is_noticed_told_and_taken_up_again(page_of: OpenPage, tapped: bool) -> None:
    """By a tap, or by itself once the browser lets it."""
    page = page_of()
    sent: list[str | bytes] = []
    page.on("websocket", lambda line: line.on("framesent", lambda frame: sent.append(frame)))
    page.evaluate(HOLD_CONTEXTS)
    in_call(page)
    expect(page.get_by_test_id("call-activity")).not_to_have_text("通话被打断，热线暂时听不到您")
    page.evaluate("window.__held = true; window.__contexts.at(-1).suspend()")
    expect(page.get_by_test_id("call-activity")).to_have_text("通话被打断，热线暂时听不到您")
    expect(page.get_by_test_id("call-resume")).to_be_visible()
    assert fits(page)
    told(page, sent, '{"type":"mute","on":true}')
    spoken = len(sent)
    page.wait_for_timeout(2500)
    # Still in vain, and nothing is sent meanwhile.
    expect(page.get_by_test_id("call-resume")).to_be_visible()
    assert not [frame for frame in sent[spoken:] if isinstance(frame, bytes)]
    page.evaluate("window.__held = false")
    if tapped:
        page.get_by_test_id("call-resume").click()
    expect(page.get_by_test_id("call-resume")).to_have_count(0)
    told(page, sent, '{"type":"mute","on":false}')
    page.wait_for_timeout(500)
    assert isinstance(sent[-1], bytes)
    expect(page.get_by_test_id("call-panel")).to_have_attribute("data-phase", "talking")
    expect(page.get_by_test_id("call-mute")).to_have_attribute("aria-pressed", "false")


def test_mute_keys_large_type_and_the_way_to_a_person(
    page_of: OpenPage, ears: FakeEars, rasa: FakeRasa
) -> None:
    page = page_of()
    page.get_by_test_id("large-type").click()
    in_call(page)
    page.get_by_test_id("call-mute").click()
    expect(page.get_by_test_id("call-mute")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("call-activity")).to_have_text("您已静音")
    page.get_by_test_id("call-keys").click()
    page.get_by_test_id("call-key-1").click()
    page.get_by_test_id("call-key-2").click()
    expect(page.get_by_test_id("call-pressed")).to_have_text("12")
    page.get_by_test_id("call-key-hash").click()
    expect(said(page, "citizen").last).to_contain_text("12")
    assert fits(page)
    page.get_by_test_id("call-keys").click()
    page.get_by_test_id("call-person").click()
    expect(said(page, "citizen").last).to_contain_text("转人工")
    wait_until(lambda: rasa.texts[-1] == "转人工")
    assert ears.loud_s == 0 or page.get_by_test_id("call-level").get_attribute("data-lit") == "0"


def test_without_permission_the_citizen_is_told_what_to_do(page_of: OpenPage) -> None:
    page = page_of(allowed=False)
    page.get_by_test_id("call").click()
    expect(page.get_by_test_id("call-words")).to_contain_text("没有麦克风权限")
    expect(page.get_by_test_id("call-again")).to_have_text("再试一次")
    assert fits(page)
    page.get_by_test_id("call-dismiss").click()
    expect(page.get_by_test_id("call-panel")).to_have_count(0)
    expect(page.get_by_test_id("input")).to_be_enabled()


def test_without_ears_the_citizen_is_told_and_the_chat_goes_on(page_of: OpenPage) -> None:
    page = page_of(asr_port=1)
    page.get_by_test_id("call").click()
    expect(page.get_by_test_id("call-words")).to_contain_text("语音服务暂时不可用")
    page.get_by_test_id("input").fill("你好")
    page.get_by_test_id("send").click()
    expect(said(page, "bot").last).to_contain_text("收到：你好")


def test_a_line_that_breaks_is_told_and_may_be_taken_up_again(page_of: OpenPage) -> None:
    page = page_of()
    in_call(page)
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(page.get_by_test_id("call-words")).to_contain_text("通话中断了")
    page.get_by_test_id("call-again").click()
    expect(page.get_by_test_id("call-words")).to_contain_text("网络已断开")
    page.context.set_offline(False)
    page.get_by_test_id("call-again").click()
    expect(page.get_by_test_id("call-panel")).to_have_attribute("data-phase", "talking")


def test_a_hotline_without_calls_shows_no_button(page_of: OpenPage) -> None:
    page = page_of(web_max_calls=0)
    expect(page.get_by_test_id("input")).to_be_enabled()
    expect(page.get_by_test_id("call")).to_have_count(0)


def test_only_our_own_page_may_use_the_microphone(hotline: RunningGateway) -> None:
    headers = httpx.get(hotline.url, trust_env=False).headers
    assert "microphone=(self)" in headers["permissions-policy"]
    policy = headers["content-security-policy"]
    assert "worker-src 'self';" in policy and "media-src 'self';" in policy

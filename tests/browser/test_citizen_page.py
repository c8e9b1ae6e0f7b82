"""The citizen page in a real browser, against a gateway that breaks on demand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import sample_replies
from tests.browser.fake_gateway import DIST, FakeGateway, bot
from tests.browser.watched import Watched
from tests.conftest import missing

pytestmark = pytest.mark.browser

# A refused or cut socket or a refused picture is what tests ask for; the browser reports it by itself.
ASKED_FOR = re.compile(r"WebSocket connection to|ERR_INTERNET_DISCONNECTED|status of 413")

OpenPage = Callable[..., Page]


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    if not (DIST / "index.html").exists():
        missing("web/dist (make setup builds it)")
    fake = FakeGateway(sample_replies.reply_to)
    fake.greeting = [sample_replies.GREETING]
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def open_page(chromium: Browser, gateway: FakeGateway) -> Iterator[OpenPage]:
    """Opens the page in a context of its own; checks at the end that nothing broke the policy or threw."""
    opened: list[Watched] = []

    def open_(width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
        watched = Watched(context, ASKED_FOR)
        opened.append(watched)
        page = watched.page(gateway.url)
        expect(page.get_by_test_id("message").first).to_be_visible()
        return page

    yield open_
    for watched in opened:
        watched.check()
        watched.context.close()


def say(page: Page, text: str) -> None:
    page.get_by_test_id("input").fill(text)
    page.get_by_test_id("send").click()


def said(page: Page, sender: str) -> Locator:
    return page.locator(f'[data-testid="message"][data-from="{sender}"]')


def words(page: Page, sender: str) -> list[str]:
    return said(page, sender).get_by_test_id("message-text").all_inner_texts()


def test_a_question_is_sent_answered_and_marked_delivered(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    say(page, "公积金怎么提取")
    answer = page.locator('[data-kind="answer"]')
    expect(answer.locator("li").first).to_have_text("购买、建造、翻建、大修自住住房")
    expect(answer.get_by_test_id("answer-sources")).to_contain_text("明州市住房公积金管理中心")
    expect(page.get_by_test_id("delivery")).to_have_attribute("data-state", "delivered")
    expect(page.get_by_test_id("input")).to_have_value("")
    assert [m["text"] for m in gateway.only.sends] == ["公积金怎么提取"]


def test_a_reload_resumes_without_loss_or_doubles(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    for text in ("第一句", "第二句"):
        say(page, text)
        expect(said(page, "bot").last).to_contain_text(f"收到：{text}")
    before = words(page, "citizen"), words(page, "bot")
    page.reload()
    expect(said(page, "bot")).to_have_count(3)
    assert (words(page, "citizen"), words(page, "bot")) == before
    assert len(gateway.conversations) == 1
    say(page, "第三句")
    expect(said(page, "bot")).to_have_count(4)


def test_a_cut_line_is_picked_up_where_it_broke(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    say(page, "第一句")
    expect(said(page, "bot")).to_have_count(2)
    gateway.drop_all()
    gateway.say(bot("断线时说的话"))
    expect(said(page, "bot").last).to_contain_text("断线时说的话")
    expect(said(page, "bot")).to_have_count(3)
    assert [hello["after"] for hello in gateway.hellos] == [0, 3]


def test_repeated_frames_are_shown_once(gateway: FakeGateway, open_page: OpenPage) -> None:
    gateway.repeat_messages = True
    page = open_page()
    say(page, "一句")
    expect(page.get_by_test_id("typing")).to_have_count(0)
    expect(said(page, "bot")).to_have_count(2)
    expect(said(page, "citizen")).to_have_count(1)


def test_words_written_offline_are_sent_later_in_order(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    page.context.set_offline(True)
    expect(page.get_by_test_id("offline-bar")).to_have_text("网络已断开，您发的内容会在恢复后自动送出")
    say(page, "离线一")
    say(page, "离线二")
    states = page.get_by_test_id("delivery")
    expect(states).to_have_text(["网络恢复后送出", "网络恢复后送出"])
    page.context.set_offline(False)
    expect(page.get_by_test_id("offline-bar")).to_have_count(0)
    expect(states).to_have_text(["已送达", "已送达"])
    assert [m["text"] for m in gateway.only.sends] == ["离线一", "离线二"]


def test_the_outbox_survives_a_reload_while_the_gateway_is_away(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page()
    gateway.refuse_sockets = True
    gateway.drop_all()
    expect(page.get_by_test_id("offline-bar")).to_be_visible()
    say(page, "请不要丢了我")
    page.reload()
    expect(said(page, "citizen")).to_contain_text("请不要丢了我")
    gateway.refuse_sockets = False
    expect(said(page, "bot").last).to_contain_text("收到：请不要丢了我")
    expect(said(page, "citizen")).to_have_count(1)
    assert [m["text"] for m in gateway.only.sends] == ["请不要丢了我"]
    left = page.evaluate("Object.keys(localStorage).filter((key) => key.includes('outbox'))")
    assert left == []


def test_a_message_whose_ack_was_lost_is_sent_again_and_shown_once(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page()
    gateway.swallow_acks = 1
    gateway.reply_delay_s = 0.5
    say(page, "只说一次")
    gateway.drop_all()
    expect(said(page, "bot").last).to_contain_text("收到：只说一次")
    expect(said(page, "citizen")).to_have_count(1)
    stored = [m for m in gateway.only.messages if m["from"] == "citizen"]
    assert len(stored) == 1


def test_quick_replies_send_text_and_payload_and_only_the_newest_are_open(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page()
    expect(page.get_by_test_id("quick-reply")).to_have_count(3)
    say(page, "楼下油烟太大")
    draft = page.get_by_test_id("order-draft")
    expect(draft).to_contain_text("东湖区和平街道和平路88号幸福里小区3栋")
    expect(page.get_by_test_id("quick-reply")).to_have_text(["确认", "修改地点", "修改其他", "不报了"])
    page.get_by_test_id("quick-reply").first.click()
    expect(page.get_by_test_id("order-card")).to_be_visible()
    expect(page.get_by_test_id("quick-reply")).to_have_count(0)
    last = gateway.only.sends[-1]
    assert (last["text"], last["payload"]) == ("确认", "/affirm")


def test_the_order_card_shows_number_status_limit_and_copies(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    gateway.say(sample_replies.ORDER)
    card = page.get_by_test_id("order-card")
    expect(card.get_by_test_id("order-number")).to_have_text("261122-00015-9")
    expect(card.get_by_test_id("order-status")).to_have_text("已受理")
    expect(card.locator('[data-field="due_at"]')).to_contain_text("11月29日 18:00 前")
    expect(card).to_contain_text("138****5678")
    card.get_by_test_id("order-copy").click()
    expect(card.get_by_test_id("order-copy")).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == "261122-00015-9"


def test_an_emergency_offers_numbers_to_dial(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    say(page, "着火了快救人")
    calls = page.get_by_test_id("emergency-call")
    expect(calls).to_have_count(2)
    assert calls.evaluate_all("links => links.map((a) => a.getAttribute('href'))") == ["tel:119", "tel:120"]


def test_a_person_can_always_be_asked_for(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page(width=375, height=812)
    page.get_by_test_id("ask-person").click()
    expect(page.locator('[data-kind="handoff"]')).to_be_visible()
    assert gateway.only.sends[-1]["text"] == "转人工"
    gateway.hand_over("WAITING")
    expect(page.get_by_test_id("ask-person")).to_have_count(0)
    gateway.hand_over("SEAT")
    expect(page.get_by_test_id("waiting")).to_have_count(0)
    gateway.say(sample_replies.seat("您好，我是坐席"))
    expect(said(page, "seat")).to_contain_text("您好，我是坐席")
    expect(said(page, "seat").get_by_test_id("speaker")).to_have_text("人工坐席 1024号")
    expect(said(page, "seat").get_by_test_id("seat-avatar")).to_be_visible()
    expect(page.get_by_test_id("owner-bar")).to_contain_text("人工坐席 1024号正在为您服务")
    gateway.typing(True, "seat")
    expect(page.get_by_test_id("typing")).to_have_text("人工坐席正在输入")
    gateway.hand_over("CLOSED")
    expect(page.get_by_test_id("closed")).to_be_visible()
    page.get_by_test_id("closed-restart").click()
    expect(said(page, "citizen")).to_have_count(0)
    expect(page.get_by_test_id("input")).to_be_visible()


def test_who_waits_sees_the_place_and_may_go_on_talking(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    gateway.hand_over("WAITING")
    place = page.get_by_test_id("queue-place")
    expect(place).to_have_text("正在为您排队，请稍候")
    gateway.queue(3, 3, 5)
    expect(place).to_have_text("您前面还有 2 位，约 3–5 分钟")
    assert place.get_attribute("role") == "status"
    expect(page.get_by_test_id("waiting")).to_contain_text("继续说")
    say(page, "我再补充一点")
    expect(said(page, "citizen").get_by_test_id("delivery")).to_have_attribute("data-state", "delivered")
    gateway.queue(1, 0, 1)
    expect(place).to_have_text("下一位就是您，约 1 分钟内")


def test_who_waits_can_take_the_bot_back(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    gateway.hand_over("WAITING")
    page.get_by_test_id("take-bot").click()
    expect(page.get_by_test_id("waiting")).to_have_count(0)
    say(page, "公积金怎么提取")
    expect(page.locator('[data-kind="answer"]')).to_be_visible()


def test_who_waits_can_ask_to_be_called_back(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    gateway.hand_over("WAITING")
    page.get_by_test_id("ask-callback").click()
    expect(said(page, "citizen")).to_contain_text("请人工回电")
    expect(said(page, "bot").last).to_contain_text("收到：请人工回电")
    expect(page.get_by_test_id("owner")).to_have_attribute("data-owner", "BOT")


def test_a_seat_learns_that_somebody_writes_and_not_what(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_test_id("input").press_sequentially("和智能客服")
    gateway.hand_over("SEAT")
    expect(page.get_by_test_id("owner-bar")).to_be_visible()
    page.get_by_test_id("input").press_sequentially("和坐席")
    page.get_by_test_id("send").click()
    expect(said(page, "citizen")).to_have_count(1)
    assert gateway.only.typed == [True, False]


# One pixel of PNG is no test of scaling: the page draws the picture itself.
DRAW = """
async ([width, height]) => {
  const canvas = document.createElement('canvas');
  canvas.width = width; canvas.height = height;
  canvas.getContext('2d').fillRect(0, 0, width / 2, height);
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
  return Array.from(new Uint8Array(await blob.arrayBuffer()));
}
"""


def picture(page: Page, width: int, height: int) -> bytes:
    return bytes(page.evaluate(DRAW, [width, height]))


def jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height out of the frame header (SOF0 or SOF2)."""
    at = max(content.find(b"\xff\xc0"), content.find(b"\xff\xc2"))
    height, width = content[at + 5 : at + 7], content[at + 7 : at + 9]
    return int.from_bytes(width, "big"), int.from_bytes(height, "big")


def test_a_picture_is_made_smaller_sent_and_shown(gateway: FakeGateway, open_page: OpenPage) -> None:
    """From the first message on, whoever answers."""
    page = open_page(width=390, height=844)
    expect(page.get_by_test_id("add-picture")).to_be_visible()
    content = picture(page, 3200, 800)
    page.get_by_test_id("picture-file").set_input_files(
        {"name": "照片.png", "mimeType": "image/png", "buffer": content}
    )
    shown = said(page, "citizen").get_by_test_id("picture-open")
    expect(shown.get_by_role("img", name="您发的图片")).to_be_visible()
    expect(said(page, "citizen").get_by_test_id("message-text")).to_have_count(0)
    (stored,) = gateway.pictures.values()
    assert (stored[:2], jpeg_size(stored)) == (b"\xff\xd8", (1600, 400))
    assert gateway.only.sends[-1]["attachment"] in gateway.pictures
    shown.click()
    expect(page.get_by_test_id("dialog-picture").get_by_role("img")).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    expect(said(page, "citizen").get_by_test_id("picture-open")).to_be_visible()


def test_a_picture_is_pasted(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    gateway.hand_over("SEAT")
    expect(page.get_by_test_id("add-picture")).to_be_visible()
    paste = """(box, bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], 'a.png', { type: 'image/png' }));
      box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }"""
    page.get_by_test_id("input").evaluate(paste, list(picture(page, 40, 40)))
    expect(said(page, "citizen").get_by_test_id("picture-open")).to_be_visible()
    gateway.hand_over("BOT")
    page.get_by_test_id("input").evaluate(paste, list(picture(page, 40, 40)))
    expect(said(page, "citizen").get_by_test_id("picture-open")).to_have_count(2)
    assert len(gateway.pictures) == 2
    gateway.hand_over("CLOSED")
    expect(page.get_by_test_id("add-picture")).to_have_count(0)


def test_a_picture_of_the_seat_is_shown(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    gateway.hand_over("SEAT")
    picture_id = gateway.keep_picture(picture(page, 600, 300))
    gateway.say(sample_replies.seat("[图片]", attachment={"id": picture_id, "type": "image/png"}))
    expect(said(page, "seat").get_by_role("img", name="人工坐席 1024号发的图片")).to_be_visible()


def test_what_is_no_picture_or_is_refused_is_explained(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    gateway.hand_over("SEAT")
    chooser = page.get_by_test_id("picture-file")
    chooser.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    expect(page.get_by_test_id("notice-bar")).to_contain_text("只能发送图片")
    gateway.refuse_picture = "图片太多了"
    chooser.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture(page, 9, 9)})
    expect(page.get_by_test_id("notice-bar")).to_contain_text("图片太多了")
    expect(said(page, "citizen")).to_have_count(0)
    expect(page.get_by_test_id("add-picture")).to_be_enabled()


@pytest.mark.parametrize("asked_by_gateway", [True, False])
def test_a_rating_is_asked_once_a_person_has_ended_it_and_then_one_can_go_on(
    gateway: FakeGateway, open_page: OpenPage, asked_by_gateway: bool
) -> None:
    page = open_page(width=390, height=844)
    say(page, "转人工")
    expect(page.locator('[data-kind="handoff"]')).to_be_visible()
    gateway.hand_over("SEAT")
    gateway.say(sample_replies.seat("已经为您办好了"))
    gateway.hand_over("WRAP_UP")
    if asked_by_gateway:
        gateway.say(sample_replies.ENDED)
    ended = page.get_by_test_id("service-ended")
    expect(ended).to_be_visible()
    expect(page.get_by_test_id("rating-form")).to_have_count(1)
    page.get_by_test_id("rating-star-5").check(force=True)
    page.get_by_test_id("rating-submit").click()
    expect(page.get_by_test_id("rating-done")).to_contain_text("5 星")
    assert gateway.only.ratings[0]["score"] == 5
    ended.get_by_test_id("ask-again").click()
    expect(said(page, "citizen")).to_have_count(0)
    expect(page.get_by_test_id("topic").first).to_be_visible()


def test_a_rating_is_asked_for_and_can_be_given_by_itself(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    expect(page.get_by_test_id("rate")).to_have_count(0)
    say(page, "再见")
    form = page.locator('[data-kind="rating"]')
    expect(form.get_by_test_id("rating-submit")).to_be_disabled()
    # The star itself is drawn by the label around the hidden radio button.
    form.get_by_test_id("rating-star-4").locator("..").click()
    form.get_by_test_id("rating-comment").fill("很快")
    form.get_by_test_id("rating-submit").click()
    expect(form.get_by_test_id("rating-done")).to_contain_text("4 星")
    page.get_by_test_id("rate").click()
    dialog = page.get_by_test_id("dialog-rating")
    dialog.get_by_test_id("rating-again").click()
    dialog.get_by_test_id("rating-star-2").check(force=True)
    dialog.get_by_test_id("rating-submit").click()
    expect(dialog.get_by_test_id("rating-done")).to_contain_text("2 星")
    assert [(r["score"], r.get("comment")) for r in gateway.only.ratings] == [(4, "很快"), (2, None)]


def test_a_rating_survives_a_reload(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_test_id("input").fill("怎么办社保卡")
    page.get_by_test_id("send").click()
    expect(said(page, "bot").first).to_be_visible()
    page.get_by_test_id("rate").click()
    page.get_by_test_id("rating-star-4").check(force=True)
    page.get_by_test_id("rating-submit").click()
    expect(page.get_by_test_id("rating-done")).to_contain_text("4 星")
    page.reload()
    page.get_by_test_id("rate").click()
    expect(page.get_by_test_id("rating-done")).to_contain_text("4 星")


def test_five_lines_are_left_in_large_type_with_the_keyboard_open(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page(width=320, height=568)
    gateway.say(bot("请带身份证原件和户口本，到就近的街道便民服务中心窗口办理。" * 6))
    page.get_by_test_id("large-type").click()
    page.get_by_test_id("input").click()
    # What a keyboard leaves of the smallest phones that are still in use.
    page.set_viewport_size({"width": 320, "height": 300})
    expect(page.get_by_test_id("large-type")).to_be_visible()
    lines = page.evaluate(
        """() => {
      const view = document.querySelector('[data-testid=log-view]').getBoundingClientRect();
      const style = getComputedStyle(document.querySelector('[data-testid=message-text]'));
      return view.height / parseFloat(style.lineHeight);
    }"""
    )
    assert lines >= 5
    for name in ("ask-person", "add-picture", "send"):
        box = page.get_by_test_id(name).bounding_box()
        assert box is not None and box["y"] + box["height"] <= 300 and box["x"] + box["width"] <= 320
    expect(page.get_by_role("button", name="转人工")).to_be_visible()


def test_large_type_is_remembered_and_its_targets_are_big(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page(width=414, height=896)
    size = "parseFloat(getComputedStyle(document.querySelector('[data-testid=message-text]')).fontSize)"
    before = page.evaluate(size)
    page.get_by_test_id("large-type").click()
    assert page.evaluate(size) >= 1.4 * before
    page.reload()
    expect(page.get_by_test_id("message").first).to_be_visible()
    expect(page.get_by_role("button", name="标准字", exact=True)).to_be_visible()
    assert page.evaluate(size) >= 1.4 * before
    heights = page.evaluate(
        "[...document.querySelectorAll('button')].filter((b) => b.offsetParent).map((b) => b.offsetHeight)"
    )
    assert heights and min(heights) >= 48
    page.get_by_test_id("large-type").click()
    assert page.evaluate(size) == before


CUT_OFF_PX = "field => field.scrollHeight - field.clientHeight"


def test_the_input_is_as_high_as_its_words_also_when_the_type_grows_or_the_phone_is_turned(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page(width=800, height=800)
    field = page.get_by_test_id("input")
    page.get_by_test_id("large-type").click()
    assert field.evaluate(CUT_OFF_PX) == 0
    page.get_by_test_id("large-type").click()
    field.fill("路灯坏了半个月，晚上看不见路。\n麻烦派人修一下。\n")
    low = field.evaluate("field => field.clientHeight")
    assert field.evaluate(CUT_OFF_PX) == 0
    page.get_by_test_id("large-type").click()
    assert field.evaluate(CUT_OFF_PX) == 0 and field.evaluate("field => field.clientHeight") > 1.4 * low
    field.fill("路灯坏了半个月，晚上看不见路。")
    page.set_viewport_size({"width": 400, "height": 800})
    assert field.evaluate(CUT_OFF_PX) == 0
    # A long story scrolls inside the field, so that the conversation stays in sight.
    field.fill("很长的话。" * 100)
    assert field.evaluate(CUT_OFF_PX) > 0 and field.evaluate("field => field.offsetHeight") < 300


def test_no_script_from_anybody_runs_and_citizens_words_stay_as_typed(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page()
    attack = (
        '<img src=x onerror="window.__hit=1"><script>window.__hit=1</script> **粗** [a](javascript:alert(1))'
    )
    say(page, attack)
    expect(said(page, "citizen").get_by_test_id("message-text")).to_have_text(attack)
    expect(said(page, "bot").last).to_contain_text("收到：")
    gateway.say(bot(attack + "\n\n[好](https://example.gov.cn/)", format="markdown", kind="answer"))
    answer = said(page, "bot").last
    expect(answer.locator("strong")).to_have_text("粗")
    expect(answer.locator("a")).to_have_count(1)
    gateway.say({**bot(attack, format="markdown"), "from": "seat"})
    expect(said(page, "seat").get_by_test_id("message-text")).to_have_text(attack)
    assert page.locator("[data-testid=log] img, [data-testid=log] script").count() == 0
    assert page.evaluate("window.__hit") is None


def test_a_breach_of_the_policy_would_be_noticed(chromium: Browser, gateway: FakeGateway) -> None:
    """All tests here fail on a breach; this one shows that they can."""
    watched = Watched(chromium.new_context(), ASKED_FOR)
    page = watched.page(gateway.url)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i style=\"color:red\"></i>')")
    page.wait_for_function("window.__violations.length > 0")
    with pytest.raises(AssertionError):
        watched.check()
    watched.context.close()


def test_a_message_may_have_five_thousand_characters_and_no_more(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page()
    box, send = page.get_by_test_id("input"), page.get_by_test_id("send")
    expect(send).to_be_disabled()
    box.fill("好" * 4000)
    expect(page.get_by_test_id("counter")).to_have_count(0)
    box.fill("好" * 4998 + "😀😀😀")
    expect(page.get_by_test_id("counter")).to_have_text("5001 / 5000")
    expect(page.get_by_test_id("input-reason")).to_contain_text("已超出 1 字")
    expect(send).to_be_disabled()
    box.press("Enter")
    box.fill("好" * 4998 + "😀😀")
    expect(page.get_by_test_id("input-reason")).to_have_count(0)
    send.click()
    expect(said(page, "citizen").get_by_test_id("delivery")).to_have_attribute("data-state", "delivered")
    assert [len(m["text"]) for m in gateway.only.sends] == [5000]
    expect(said(page, "citizen").get_by_test_id("expand")).to_be_visible()


def test_a_refused_message_says_why_and_can_be_tried_again(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    gateway.refusals["不收"] = {
        "type": "error",
        "code": "refused",
        "text": "暂时不能受理",
        "retryable": False,
    }
    say(page, "不收")
    mark = said(page, "citizen").get_by_test_id("delivery")
    expect(mark).to_have_attribute("data-state", "failed")
    expect(mark).to_contain_text("暂时不能受理")
    gateway.refusals.clear()
    page.get_by_test_id("retry").click()
    expect(mark).to_have_attribute("data-state", "delivered")
    assert len({m["message_id"] for m in gateway.only.sends}) == 1


def test_the_keyboard_alone_is_enough(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.testid ?? ''"))
        if reached[-1] == "input":
            break
    assert {"large-type", "new-conversation", "quick-reply", "topic", "ask-person", "input"} <= set(reached)
    page.keyboard.type("第一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("第二行")
    page.keyboard.press("Enter")
    expect(said(page, "bot").last).to_contain_text("收到")
    assert gateway.only.sends[-1]["text"] == "第一行\n第二行"
    page.get_by_test_id("new-conversation").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("dialog-confirm")).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("dialog-confirm")).to_have_count(0)
    assert page.evaluate("document.activeElement.dataset.testid") == "new-conversation"


def test_enter_during_composition_does_not_send(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    box = page.get_by_test_id("input")
    box.fill("gongji")
    for composing in ("isComposing: true", "keyCode: 229"):
        box.evaluate(
            "(el) => el.dispatchEvent(new KeyboardEvent('keydown', "
            f"{{key: 'Enter', bubbles: true, cancelable: true, {composing}}}))"
        )
    expect(box).to_have_value("gongji")
    assert gateway.only.sends == []
    box.press("Enter")
    expect(said(page, "citizen")).to_have_count(1)


def test_a_phone_keyboards_enter_begins_a_line(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page(width=375, height=812, has_touch=True, is_mobile=True)
    box = page.get_by_test_id("input")
    box.fill("第一行")
    box.press("Enter")
    expect(box).to_have_value("第一行\n")
    assert gateway.only.sends == []


@pytest.mark.parametrize("large", [False, True])
def test_a_small_phone_never_scrolls_sideways(gateway: FakeGateway, open_page: OpenPage, large: bool) -> None:
    page = open_page(width=375, height=812, has_touch=True, is_mobile=True)
    if large:
        page.get_by_test_id("large-type").click()
    say(page, "啊" * 300 + "a" * 300 + "😀" * 50)
    for reply in (
        sample_replies.FUND_ANSWER,
        sample_replies.LONG_ANSWER,
        sample_replies.DRAFT,
        sample_replies.ORDER,
        sample_replies.EMERGENCY,
        sample_replies.CLARIFY,
        sample_replies.HANDOFF,
        sample_replies.RATING,
        sample_replies.NOTICE,
        bot("https://example.gov.cn/" + "x" * 400, format="markdown"),
    ):
        gateway.say(reply)
    expect(page.get_by_test_id("message")).to_have_count(13)
    page.wait_for_timeout(300)
    sideways = page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth,"
        " ...[...document.querySelectorAll('[data-testid=log-view], [data-testid=header]')]"
        ".map((e) => e.scrollWidth - e.clientWidth)]"
    )
    assert max(sideways) <= 0
    outside = page.evaluate(
        "[...document.querySelectorAll('[data-testid=log] *')].filter((e) => !e.closest('.table')"
        " && !e.classList.contains('for-screen-readers') && e.getBoundingClientRect().right > innerWidth + 1)"
        ".map((e) => e.outerHTML.slice(0, 80))"
    )
    assert outside == []


def test_the_log_follows_its_end_unless_the_reader_is_above(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page(height=600)
    for n in range(12):
        gateway.say(bot(f"第 {n} 句话"))
    expect(said(page, "bot").last).to_be_in_viewport()
    page.get_by_test_id("log-view").evaluate("(view) => { view.scrollTop = 0; }")
    expect(said(page, "bot").first).to_be_in_viewport()
    gateway.say(bot("最新的一句"))
    expect(page.get_by_test_id("new-messages")).to_contain_text("有新消息")
    expect(said(page, "bot").last).not_to_be_in_viewport()
    page.get_by_test_id("new-messages").click()
    expect(said(page, "bot").last).to_be_in_viewport()
    expect(page.get_by_test_id("new-messages")).to_have_count(0)


def test_a_new_conversation_starts_empty_and_stays_new_after_a_reload(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page()
    say(page, "旧的话")
    expect(said(page, "bot")).to_have_count(2)
    page.get_by_test_id("new-conversation").click()
    page.get_by_test_id("confirm-yes").click()
    expect(said(page, "citizen")).to_have_count(0)
    expect(page.get_by_test_id("topic").first).to_be_visible()
    page.reload()
    expect(said(page, "bot")).to_have_count(1)
    assert len(gateway.conversations) == 2


def test_a_conversation_that_the_gateway_forgot_is_replaced(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page()
    say(page, "旧的话")
    expect(said(page, "bot")).to_have_count(2)
    gateway.conversations.clear()
    page.reload()
    expect(page.get_by_test_id("notice-bar")).to_contain_text("已为您开始新的会话")
    expect(said(page, "bot")).to_have_count(1)
    page.get_by_test_id("notice-dismiss").click()
    expect(page.get_by_test_id("notice-bar")).to_have_count(0)


def test_two_open_pages_show_the_same_conversation(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    other = page.context.new_page()
    other.goto(gateway.url)
    expect(said(other, "bot")).to_have_count(1)
    say(page, "两边都看得到")
    expect(said(other, "citizen")).to_contain_text("两边都看得到")
    expect(said(other, "bot")).to_have_count(2)
    assert len(gateway.only.sends) == 1


def test_a_screen_reader_finds_log_names_and_labels(gateway: FakeGateway, open_page: OpenPage) -> None:
    page = open_page()
    say(page, "公积金怎么提取")
    expect(page.get_by_role("log", name="对话")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("textbox", name="输入您的问题或诉求")).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text(re.compile("您说：.*智能客服说：", re.DOTALL))
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, a, input, textarea')].filter((e) =>"
        " !(e.getAttribute('aria-label') || e.textContent.trim())).map((e) => e.outerHTML.slice(0, 80))"
    )
    assert nameless == []
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_the_token_is_the_only_secret_kept_and_no_words_stay_behind(
    gateway: FakeGateway, open_page: OpenPage
) -> None:
    page = open_page()
    say(page, "我的电话是秘密")
    expect(said(page, "bot")).to_have_count(2)
    kept = page.evaluate("({...localStorage, ...sessionStorage})")
    assert set(kept) == {"minsheng.chat.session"}
    assert json.loads(kept["minsheng.chat.session"])["token"] == gateway.only.token


def test_the_citys_name_comes_from_the_configuration(chromium: Browser, gateway: FakeGateway) -> None:
    context = chromium.new_context()
    config = {"city": "某某市", "timezone": "Asia/Shanghai", "message_max_chars": 10}
    context.route("**/config.json", lambda route: route.fulfill(json=config))
    page = context.new_page()
    page.goto(gateway.url)
    expect(page.get_by_test_id("service-name")).to_have_text("某某市政务服务便民热线")
    expect(page).to_have_title("12345 某某市政务服务便民热线")
    page.get_by_test_id("input").fill("一二三四五六七八九十一")
    expect(page.get_by_test_id("counter")).to_have_text("11 / 10")
    context.close()


def test_the_page_is_named_and_ordered_for_who_hears_it(gateway: FakeGateway, open_page: OpenPage) -> None:
    """Buttons are called what they show; headings go down a level at a time; the first Tab leads to the input."""
    page = open_page()
    expect(page.get_by_role("button", name="新会话", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="大字版", exact=True)).to_be_visible()
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("input")).to_be_focused()

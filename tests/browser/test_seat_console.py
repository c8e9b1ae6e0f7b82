"""The seat console in a real browser, against a gateway that plays a busy day and breaks on demand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import seat_day
from tests.browser.fake_gateway import DIST
from tests.browser.fake_seat_gateway import PASSWORD, PICTURE, FakeSeatGateway
from tests.browser.watched import Watched
from tests.conftest import missing
from tests.waiting import PATIENCE_MS

pytestmark = pytest.mark.browser

# Counts the tones and notifications that the page asks for; says that another window is in front.
WATCH_ATTENTION = """
window.__tones = 0;
window.__notified = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.__tones += 1; start.call(this, at); };
window.Notification = class {
  static permission = 'granted';
  static requestPermission() { return Promise.resolve('granted'); }
  constructor(title, options) { window.__notified.push(`${title} ${options.body}`); }
  close() {}
};
document.hasFocus = () => false;
"""
# A refused session, a refused form and a cut socket are what these tests ask for; the browser reports them by itself.
ASKED_FOR = re.compile(r"WebSocket connection to|status of (401|422|423)")

OpenConsole = Callable[..., Page]


@pytest.fixture
def gateway() -> Iterator[FakeSeatGateway]:
    if not (DIST / "seat.html").exists():
        missing("web/dist (make setup builds it)")
    fake = FakeSeatGateway()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def open_page(chromium: Browser, gateway: FakeSeatGateway) -> Iterator[OpenConsole]:
    """Opens the page; at the end nothing may have broken the policy or thrown."""
    opened: list[Watched] = []

    def open_(width: int = 1440, height: int = 900) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        watched = Watched(context, ASKED_FOR)
        opened.append(watched)
        return watched.page(gateway.url)

    yield open_
    for watched in opened:
        watched.check()
        watched.context.close()


@pytest.fixture
def console(open_page: OpenConsole) -> OpenConsole:
    """Opens the page and signs in."""

    def open_(username: str = "wangfang", **size: Any) -> Page:
        page = open_page(**size)
        sign_in(page, username)
        if username == "wangfang":
            # Keys act on the conversation that is up; the page opens the first one by itself.
            expect(page.get_by_test_id("talk")).to_have_attribute("data-conversation", "c00")
            expect(page.get_by_test_id("message").first).to_be_visible()
        return page

    return open_


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.get_by_test_id("username").fill(username)
    page.get_by_test_id("password").fill(password)
    page.get_by_test_id("password").press("Enter")
    if password == PASSWORD:
        expect(page.get_by_test_id("console")).to_have_attribute("data-line", "online")


def row(page: Page, conversation: str) -> Locator:
    return page.locator(f'[data-testid="my-conversation"][data-conversation="{conversation}"]')


def field(page: Page, name: str) -> Locator:
    return page.locator(f'[data-testid="order-field"][data-field="{name}"]')


def selected(page: Page, conversation: str) -> None:
    expect(page.get_by_test_id("talk")).to_have_attribute("data-conversation", conversation)


def words_of(gateway: FakeSeatGateway, conversation: str) -> list[str]:
    return [message["text"] for message in gateway.messages[conversation] if message["from"] == "seat"]


def test_a_wrong_password_is_said_and_a_right_one_lets_in(open_page: OpenConsole) -> None:
    page = open_page()
    sign_in(page, "wangfang", "wrong")
    expect(page.get_by_test_id("sign-in-problem")).to_contain_text("账号或密码不对")
    expect(page.get_by_test_id("password")).to_be_focused()
    sign_in(page, "locked", "whatever")
    expect(page.get_by_test_id("sign-in-problem")).to_contain_text("15 分钟后再试")
    sign_in(page, "wangfang")
    expect(page.get_by_test_id("my-conversation")).to_have_count(12)
    expect(page.get_by_test_id("queue-item")).to_have_count(9)


def test_an_offer_is_accepted_by_key_while_something_else_is_being_written(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    page.get_by_test_id("input").fill("正在写的话")
    conversation = gateway.offer()
    offer = page.get_by_test_id("offer")
    expect(offer).to_contain_text("暖气不热")
    expect(offer).to_contain_text("特殊人群")
    expect(page.get_by_test_id("offer-left")).to_have_text(re.compile(r"\d+ 秒"))
    # The offer does not take the focus, so what is typed goes on where it was.
    expect(page.get_by_test_id("input")).to_be_focused()
    page.keyboard.press("Alt+a")
    selected(page, conversation)
    expect(offer).to_have_count(0)
    expect(page.get_by_test_id("input")).to_be_focused()
    expect(page.get_by_test_id("input")).to_have_value("")
    row(page, "c00").click()
    expect(page.get_by_test_id("input")).to_have_value("正在写的话")


def test_an_offer_can_be_declined_and_one_that_ran_out_is_said(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    gateway.offer()
    expect(page.get_by_test_id("offer")).to_be_visible()
    page.keyboard.press("Alt+x")
    expect(page.get_by_test_id("offer")).to_have_count(0)
    assert gateway.wait_for("decline")["handoff"] == "h-c21"
    conversation = gateway.offer()
    expect(page.get_by_test_id("offer")).to_be_visible()
    gateway.expire(conversation)
    expect(page.get_by_test_id("offer")).to_have_count(0)
    expect(page.get_by_test_id("notice")).to_contain_text("超时未接")


def test_an_offer_is_heard_and_notified_without_anything_personal(
    gateway: FakeSeatGateway, chromium: Browser
) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.add_init_script(WATCH_ATTENTION)
    page = context.new_page()
    page.goto(gateway.url)
    sign_in(page, "wangfang")
    gateway.offer()
    expect(page.get_by_test_id("offer")).to_be_visible()
    assert page.evaluate("window.__tones") == 2
    assert page.evaluate("window.__notified") == ["新会话 特殊人群"]
    assert page.title().startswith("【新会话】")
    gateway.citizen_says("c05", "还在吗")
    expect(row(page, "c05").get_by_test_id("unread")).to_be_visible()
    assert page.evaluate("window.__notified")[1:] == ["市民有新消息 情绪激动"]
    page.get_by_test_id("mute").click()
    tones = page.evaluate("window.__tones")
    gateway.offer(20)
    page.wait_for_timeout(300)
    assert page.evaluate("window.__tones") == tones
    context.close()


def test_words_are_sent_once_and_shown_as_mine(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    page = console()
    page.get_by_test_id("input").fill("第一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("第二行")
    page.keyboard.press("Enter")
    last = page.locator('[data-testid="message"][data-from="seat"]').last
    expect(last.get_by_test_id("message-text")).to_have_text("第一行\n第二行")
    expect(page.get_by_test_id("outgoing")).to_have_count(0)
    expect(page.get_by_test_id("input")).to_have_value("")
    frame = gateway.wait_for("send")
    assert (frame["conversation"], frame["epoch"], frame["text"]) == ("c00", 2, "第一行\n第二行")
    assert [f["on"] for f in gateway.sent("typing")] == [True, False]


def test_a_canned_reply_is_found_by_its_keys_and_filled(console: OpenConsole) -> None:
    page = console()
    expect(page.get_by_test_id("conversation-head")).to_contain_text("张*先生")
    page.get_by_test_id("input").press_sequentially("/nh")
    expect(page.get_by_test_id("canned-reply")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("input")).to_have_value(re.compile("^张先生您好，我是1024号坐席"))
    page.get_by_test_id("input").fill("/督办")
    expect(page.get_by_test_id("canned-reply")).to_contain_text("申请督办")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("canned")).to_have_count(0)
    expect(page.get_by_test_id("input")).to_have_value("/督办")


def test_knowledge_follows_and_goes_into_the_input_by_key(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    expect(page.get_by_test_id("knowledge-hit")).to_have_count(3)
    gateway.citizen_says("c00", "夜里几点以后算扰民")
    expect(page.get_by_test_id("knowledge-query")).to_contain_text("夜里几点以后算扰民")
    page.keyboard.press("Alt+2")
    expect(page.get_by_test_id("input")).to_have_value(re.compile("^晚上 22 点到次日 6 点为夜间"))
    page.keyboard.press("Alt+k")
    expect(page.get_by_test_id("knowledge-search")).to_be_focused()
    page.keyboard.type("噪声")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("knowledge-hit")).to_have_count(2)
    page.get_by_test_id("knowledge-down").first.click()
    page.get_by_test_id("knowledge-why").get_by_text("内容过期").click()
    expect(page.get_by_test_id("notice")).to_contain_text("已反馈")
    assert gateway.feedback == [
        {"article": "noise-night", "conversation": "c00", "verdict": "down", "comment": "内容过期"}
    ]


def test_the_order_form_shows_doubts_first_and_where_each_value_came_from(console: OpenConsole) -> None:
    page = console()
    fields = page.get_by_test_id("order-field")
    expect(fields.first).to_have_attribute("data-field", "phone")
    expect(field(page, "event_time")).to_have_attribute("data-doubtful", "true")
    names = [one.get_attribute("data-field") for one in fields.all()]
    assert names.index("event_time") < names.index("place")
    expect(page.get_by_test_id("order-duplicates")).to_contain_text("261118-00231-7")
    field(page, "subject").get_by_test_id("order-source").click()
    marked = page.get_by_test_id("source-mark")
    expect(marked).to_have_text("老刘烧烤")
    expect(marked).to_be_in_viewport()
    page.locator("#order-phone").focus()
    expect(marked).to_have_text("13800010012")


def test_an_order_is_checked_corrected_and_submitted_once(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    page.get_by_test_id("order-submit").click()
    expect(field(page, "phone").get_by_test_id("order-problem")).to_be_visible()
    expect(page.locator("#order-phone")).to_be_focused()
    assert gateway.submissions == []
    page.locator("#order-phone").fill("13800010012")
    expect(field(page, "phone")).to_have_attribute("data-origin", "seat")
    page.locator("#order-category_code").click()
    expect(page.get_by_test_id("category-option")).to_have_count(len(seat_day.TREE.leaves))
    page.locator("#order-category_code").fill("公交 线路")
    expect(page.get_by_test_id("category-option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#order-category_code")).to_have_value(" / ".join(seat_day.TREE.path("010201")))
    expect(page.locator("#order-department")).to_have_value("明州市公交集团")
    gateway.refuse_order = {"place": "没有这个地点，请核对"}
    page.get_by_test_id("order-submit").click()
    expect(field(page, "place").get_by_test_id("order-problem")).to_have_text("没有这个地点，请核对")
    gateway.refuse_order = {}
    page.locator("#order-place").fill("东湖区和平街道和平新村3幢楼下")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("order-number")).to_have_text("261122-00015-9")
    assert len(gateway.submissions) == 1
    order = gateway.submissions[0]
    assert order["draft_id"] == "draft-c00"
    assert order["fields"]["phone"] == "13800010012"
    assert order["fields"]["category_code"] == "010201"
    assert order["fields"]["reply_wanted"] is True
    assert order["fields"]["confidential"] is False


def test_an_order_that_is_there_stands_instead_of_an_empty_form(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    fields = {"type": "complain", "title": "夜间烧烤噪音", "department": "明州市城市管理局"}
    gateway.register("c00", fields)
    page = console()
    expect(page.get_by_test_id("order-number")).to_have_text("261122-00015-9")
    expect(page.get_by_test_id("order-submit")).to_have_count(0)
    page.get_by_test_id("order-again").click()
    page.locator("#order-description").fill("还有路灯坏了")
    page.reload()
    expect(page.locator("#order-description")).to_have_value("还有路灯坏了")
    expect(page.get_by_test_id("order-number")).to_have_text("261122-00015-9")


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Waits while the page goes on; for what only the gateway knows."""
    for _ in range(PATIENCE_MS // 50):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come to pass")


def test_who_the_citizen_is_is_asked_again_when_he_speaks_not_when_colleagues_move(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    expect(page.get_by_test_id("talk")).to_have_attribute("data-conversation", "c00")
    said = page.locator('[data-testid="message"][data-from="citizen"]').last
    until(page, lambda: gateway.details_asked == ["c00"])
    for words in ("我姓赵", "住在和平路"):
        asked = len(gateway.details_asked)
        gateway.seats_change()
        gateway.citizen_says("c00", words)
        expect(said).to_contain_text(words)
        until(page, lambda asked=asked: len(gateway.details_asked) > asked)
        assert gateway.details_asked[asked:] == ["c00"]


def test_a_conversation_is_transferred_by_keyboard(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    page = console()
    page.keyboard.press("Alt+t")
    expect(page.get_by_test_id("transfer-search")).to_be_focused()
    page.keyboard.type("税务")
    # Chosen, not sent yet: the next seat may be told something.
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("transfer-submit")).to_have_text("转接到 税务组")
    page.get_by_test_id("transfer-note").fill("涉税部分请协助")
    page.get_by_test_id("transfer-note").press("Enter")
    expect(row(page, "c00")).to_have_count(0)
    frame = gateway.wait_for("transfer")
    assert (frame["skill"], frame["note"], frame["epoch"]) == ("tax", "涉税部分请协助", 2)
    # The next conversation comes up, ready to be answered.
    selected(page, "c01")
    expect(page.get_by_test_id("input")).to_be_focused()


def test_a_talk_is_ended_and_wrapped_up_by_keyboard(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    page = console()
    page.keyboard.press("Alt+w")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("dialog-wrap-up")).to_be_visible()
    expect(row(page, "c00")).to_have_attribute("data-state", "wrap_up")
    expect(page.get_by_test_id("input")).to_have_count(0)
    # Put off, the wrap-up waits; the order can still be looked at.
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("wrap-bar")).to_be_visible()
    page.keyboard.press("Alt+w")
    page.keyboard.press("1")
    page.get_by_test_id("tag-情绪安抚").check()
    page.get_by_test_id("wrap-note").fill("已说明时限")
    page.keyboard.press("Control+Enter")
    expect(row(page, "c00")).to_have_count(0)
    wrap = gateway.wait_for("wrap")
    assert (wrap["outcome"], wrap["tags"], wrap["note"]) == ("answered", ["情绪安抚"], "已说明时限")


def test_giving_back_to_the_bot_and_asking_a_lead(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    page = console()
    page.keyboard.press("Alt+p")
    page.get_by_test_id("transfer-submit").click()
    expect(page.get_by_test_id("notice")).to_contain_text("已通知班长")
    assert gateway.wait_for("pull_in")["lead"] == "u000000001001"
    page.keyboard.press("Alt+b")
    page.get_by_test_id("to-bot-note").fill("市民只想查进度")
    page.keyboard.press("Enter")
    expect(row(page, "c00")).to_have_count(0)
    assert gateway.wait_for("to_bot")["note"] == "市民只想查进度"


def test_a_private_note_is_kept_apart_from_what_the_citizen_reads(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    page.get_by_test_id("input").fill("给市民的半句")
    page.keyboard.press("Alt+n")
    expect(page.get_by_test_id("input")).to_have_value("")
    page.keyboard.type("市民情绪激动，注意安抚")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("note").last).to_contain_text("市民情绪激动")
    expect(page.get_by_test_id("input")).to_have_value("给市民的半句")
    assert gateway.sent("send") == []
    gateway.whisper("c00", "可以申请督办")
    expect(page.get_by_test_id("note").last).to_contain_text("班长提示")


def test_a_picture_is_sent(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    page = console()
    expect(page.get_by_test_id("message-image")).to_have_count(1)
    page.get_by_test_id("image-file").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": PICTURE}
    )
    expect(page.get_by_test_id("picture")).to_have_count(1)
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message-image")).to_have_count(2)
    expect(page.get_by_test_id("picture")).to_have_count(0)
    assert gateway.wait_for("send")["attachment"].startswith("photo-")


def test_what_is_masked_is_shown_only_with_a_reason(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    page = console()
    page.keyboard.press("Alt+c")
    phone = page.locator('[data-what="phone"]')
    expect(phone.get_by_test_id("citizen-value")).to_have_text("138****0012")
    phone.get_by_test_id("reveal").click()
    phone.get_by_test_id("reveal-reason").first.click()
    expect(phone.get_by_test_id("citizen-value")).to_have_text("13800010012")
    assert gateway.reveals == [{"conversation": "c00", "what": "phone", "why": "核对身份"}]
    expect(page.get_by_test_id("past-order")).to_have_count(2)


def test_a_reload_keeps_the_conversation_the_draft_and_the_changed_form(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    row(page, "c04").click()
    selected(page, "c04")
    page.get_by_test_id("input").fill("写到一半")
    page.locator("#order-subject").fill("异地备案")
    page.reload()
    expect(page.get_by_test_id("console")).to_have_attribute("data-line", "online")
    selected(page, "c04")
    expect(page.get_by_test_id("input")).to_have_value("写到一半")
    expect(page.locator("#order-subject")).to_have_value("异地备案")
    expect(page.get_by_test_id("message").last).to_be_visible()


def test_a_cut_line_is_said_and_resumed_without_loss_or_doubles(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    expect(page.get_by_test_id("message")).to_have_count(12)
    gateway.refuse_sockets = True
    gateway.drop_all()
    expect(page.get_by_test_id("line-broken")).to_contain_text("连接断开，正在重连")
    page.get_by_test_id("input").fill("断线时写的")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("outgoing")).to_have_attribute("data-state", "queued")
    gateway.citizen_says("c00", "断线时市民说的")
    gateway.refuse_sockets = False
    expect(page.get_by_test_id("line-back")).to_be_visible(timeout=2 * PATIENCE_MS)
    expect(page.get_by_test_id("outgoing")).to_have_count(0)
    expect(page.get_by_test_id("message")).to_have_count(14)
    texts = page.get_by_test_id("message-text").all_inner_texts()
    assert texts[-2:] == ["断线时市民说的", "断线时写的"]
    assert words_of(gateway, "c00").count("断线时写的") == 1
    opened = [f["after"] for f in gateway.sent("open") if f["conversation"] == "c00"]
    assert opened == [0, 12]


def test_an_unanswered_send_survives_a_reload_and_is_stored_once(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    gateway.swallow_sends = True
    page.get_by_test_id("input").fill("没有回音的话")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("outgoing")).to_have_attribute("data-state", "sending")
    gateway.swallow_sends = False
    page.reload()
    expect(page.get_by_test_id("message-text").last).to_have_text("没有回音的话")
    expect(page.get_by_test_id("outgoing")).to_have_count(0)
    ids = {frame["message_id"] for frame in gateway.sent("send")}
    assert len(ids) == 1
    assert words_of(gateway, "c00").count("没有回音的话") == 1


def test_who_has_lost_a_conversation_cannot_answer_in_it(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    gateway.items["c00"]["epoch"] += 1
    page.get_by_test_id("input").fill("晚了一步")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("outgoing")).to_have_attribute("data-state", "failed")
    expect(page.get_by_test_id("outgoing")).to_contain_text("会话已由他人处理")
    gateway.take_away("c00")
    expect(row(page, "c00")).to_have_count(0)
    selected(page, "c01")


def test_unread_words_are_counted_and_the_longest_waiting_is_one_key_away(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    gateway.citizen_says("c02", "在吗")
    gateway.citizen_says("c02", "有人吗")
    expect(row(page, "c02").get_by_test_id("unread")).to_have_text(re.compile("^2"))
    row(page, "c02").click()
    expect(row(page, "c02").get_by_test_id("unread")).to_have_count(0)
    places = [one.get_attribute("data-conversation") for one in page.get_by_test_id("my-conversation").all()]
    gateway.citizen_says("c05", "急")
    expect(row(page, "c05").get_by_test_id("unread")).to_be_visible()
    # Nothing jumps: new words do not move a conversation.
    assert places == [
        one.get_attribute("data-conversation") for one in page.get_by_test_id("my-conversation").all()
    ]
    page.keyboard.press("Alt+ArrowDown")
    selected(page, "c03")
    page.keyboard.press("Alt+u")
    expect(page.get_by_test_id("talk")).not_to_have_attribute("data-conversation", "c03")


def test_the_status_is_changed_by_keyboard_and_shown(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    page = console()
    page.keyboard.press("Alt+s")
    expect(page.get_by_test_id("status-menu")).to_be_visible()
    page.keyboard.press("3")
    expect(page.get_by_test_id("status")).to_contain_text("小休 · 用餐")
    assert (gateway.status, gateway.status_reason) == ("pause", "用餐")
    expect(page.get_by_test_id("input")).to_be_focused()
    page.keyboard.press("Alt+r")
    expect(page.get_by_test_id("status")).to_have_attribute("data-status", "ready")


def test_a_seat_cannot_open_what_is_not_his_and_the_help_lists_all_keys(console: OpenConsole) -> None:
    page = console()
    page.get_by_test_id("queue-item").first.click()
    selected(page, "c00")
    expect(page.get_by_test_id("view-lead")).to_have_count(0)
    page.keyboard.press("F1")
    help_sheet = page.get_by_test_id("dialog-help")
    for key in ("Alt+A", "Alt+T", "Alt+1", "F6", "Shift+Enter"):
        expect(help_sheet.get_by_text(key, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_sheet).to_have_count(0)
    expect(page.get_by_test_id("input")).to_be_focused()


def test_a_lead_watches_whispers_and_takes_over(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    page = console("zhaomin")
    page.get_by_test_id("view-lead").click()
    expect(page.get_by_test_id("waiting-now")).to_have_text("9")
    expect(page.get_by_test_id("level-text")).to_have_text("83%")
    expect(page.get_by_test_id("lead-seat")).to_have_count(9)
    expect(page.locator('[data-testid="chart"] canvas')).to_have_count(2)
    page.locator('[data-testid="lead-seat"][data-seat="u000000001042"]').get_by_test_id("observe").click()
    selected(page, "x03")
    page.get_by_test_id("input").fill("建议先安抚")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("note").last).to_contain_text("建议先安抚")
    assert gateway.wait_for("whisper")["conversation"] == "x03"
    expect(page.get_by_test_id("order-submit")).to_be_disabled()
    page.keyboard.press("Alt+g")
    expect(row(page, "x03")).to_be_visible()
    page.get_by_test_id("input").fill("我是班长，由我继续为您服务")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("message-text").last).to_have_text("我是班长，由我继续为您服务")


def test_callbacks_are_taken_and_finished(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    page = console()
    page.get_by_test_id("view-callbacks").click()
    expect(page.get_by_test_id("callback")).to_have_count(3)
    page.locator('[data-id="k1"]').get_by_test_id("callback-take").click()
    page.locator('[data-id="k1"]').get_by_test_id("callback-done").click()
    page.get_by_test_id("callback-result").first.click()
    expect(page.locator('[data-id="k1"]')).to_have_count(0)
    assert gateway.callback_acts == [("k1", "take", ""), ("k1", "done", "已答复")]


def test_a_callback_shows_matter_time_and_what_was_said(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    """The way to the conversation opens for who has taken the callback."""
    page = console()
    page.get_by_test_id("view-callbacks").click()
    open_one, taken = page.locator('[data-id="k2"]'), page.locator('[data-id="k3"]')
    expect(open_one.get_by_test_id("callback-matter")).to_contain_text("公积金贷款提前还款流程")
    expect(open_one.get_by_test_id("callback-wish")).to_have_text("明天上午")
    expect(open_one.get_by_test_id("callback-conversation")).to_be_disabled()
    taken.get_by_test_id("callback-conversation").click()
    expect(page.get_by_test_id("dialog-said-before")).to_contain_text("对医保报销比例有疑问")
    words = gateway.messages["c83"][0]["text"]
    expect(page.get_by_test_id("said").first).to_contain_text(words[:12])
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("dialog-said-before")).to_have_count(0)


def test_a_wrap_up_promises_a_call(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    """The number that is known need not be written again; the time and the matter are asked for."""
    page = console()
    page.keyboard.press("Alt+w")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("dialog-wrap-up")).to_be_visible()
    expect(page.get_by_test_id("wrap-call")).to_have_count(0)
    page.keyboard.press("3")
    expect(page.get_by_test_id("wrap-phone")).to_have_attribute(
        "placeholder", re.compile(r"不填则打 \d{3}\*{4}")
    )
    page.get_by_test_id("wrap-wish").fill("明天上午9点以后")
    page.get_by_test_id("wrap-note").fill("核实处理结果")
    page.keyboard.press("Control+Enter")
    wrap = gateway.wait_for("wrap")
    assert (wrap["outcome"], wrap["wish"], wrap["phone"], wrap["note"]) == (
        "callback",
        "明天上午9点以后",
        "",
        "核实处理结果",
    )


def test_an_emergency_is_shown_until_it_is_dismissed(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    page = console()
    gateway.alert("c12")
    expect(page.get_by_test_id("notice")).to_contain_text("燃气味很重")
    page.get_by_test_id("notice-dismiss").click()
    expect(page.get_by_test_id("notice")).to_have_count(0)


def test_an_ended_session_asks_to_sign_in_and_keeps_what_was_written(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    page.get_by_test_id("input").fill("不能丢的话")
    gateway.signed_in.clear()
    gateway.drop_all()
    expect(page.get_by_test_id("sign-in-notice")).to_contain_text("登录已失效")
    sign_in(page, "wangfang")
    expect(page.get_by_test_id("input")).to_have_value("不能丢的话")


def test_signing_out_leaves_nothing_behind(console: OpenConsole) -> None:
    page = console()
    page.get_by_test_id("input").fill("私下的话")
    page.get_by_test_id("account").click()
    page.get_by_test_id("sign-out").click()
    expect(page.get_by_test_id("sign-in")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage).length") == 0


def test_of_twenty_open_conversations_only_one_is_drawn_and_only_its_end(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    for index in range(8):
        item = gateway._add(index, gateway.items["c00"]["seat"], "serving", conversation=f"m{index:02d}")
        assert item["seat"]
    for number in range(400):
        gateway._store("c00", "citizen" if number % 2 else "seat", f"第 {number} 句")
    page = console()
    expect(page.get_by_test_id("my-conversation")).to_have_count(20)
    for _ in range(20):
        page.keyboard.press("Alt+ArrowDown")
    # All twenty are followed now; only one is drawn, and of a long one only its end.
    selected(page, "c00")
    expect(page.get_by_test_id("transcript")).to_have_count(1)
    assert page.get_by_test_id("message").count() <= 150
    for row in page.get_by_test_id("my-conversation").all():
        row.click()
        assert page.get_by_test_id("transcript").count() == 1
        assert page.get_by_test_id("message").count() <= 150


def test_at_1440_eight_fields_of_the_form_are_seen_at_once(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_test_id("order-field").first.wait_for()
    seen = page.evaluate(
        """() => {
          const box = document.querySelector('[data-testid=order-panel] .body').getBoundingClientRect();
          return [...document.querySelectorAll('[data-testid=order-field]')].filter((field) => {
            const own = field.getBoundingClientRect();
            return own.top >= box.top - 1 && own.bottom <= box.bottom + 1;
          }).length;
        }"""
    )
    assert seen >= 8


def test_an_order_is_found_hurried_and_amended(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    page = console()
    page.get_by_test_id("view-orders").click()
    expect(page.get_by_test_id("orders-finished")).to_have_count(1)
    page.get_by_test_id("orders-search").fill("261118-00231-7")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("orders-number")).to_have_text("261118-00231-7")
    page.get_by_test_id("orders-hurry").click()
    page.get_by_test_id("orders-words").fill("又来电")
    page.get_by_test_id("orders-do").click()
    expect(page.get_by_test_id("notice")).to_contain_text("已催办")
    page.get_by_test_id("orders-amend").click()
    page.get_by_test_id("orders-amend-subject").fill("老马烧烤")
    page.get_by_test_id("orders-do").click()
    expect(page.get_by_test_id("orders-do")).to_have_count(0)
    assert gateway.order_acts == [
        ("hurry", {"words": "又来电", "fields": {}}),
        ("amend", {"words": "", "fields": {"subject": "老马烧烤"}}),
    ]


def test_a_long_conversation_comes_with_its_summary(gateway: FakeSeatGateway, console: OpenConsole) -> None:
    """Matter, place, what was asked and promised, above the words; a line leads to what was said."""
    page = console()
    summary = page.get_by_test_id("summary")
    expect(summary).to_contain_text(f"共 {len(gateway.messages['c00'])} 条")
    while len(gateway.messages["c00"]) < 47:
        gateway.citizen_says("c00", f"补充第{len(gateway.messages['c00'])}句")
    # Made anew now and then, not with each message.
    expect(summary).to_contain_text(re.compile(r"共 4\d 条"))
    expect(page.get_by_test_id("summary-matter")).to_have_text("楼下烧烤店天天晚上营业到两点，油烟直排")
    expect(page.get_by_test_id("summary-place")).to_have_text("和平路88号幸福里小区3栋")
    expect(page.get_by_test_id("summary-promised")).to_contain_text("人工回电")
    expect(page.get_by_test_id("summary-danger")).to_have_count(0)
    page.get_by_test_id("summary-asked").get_by_role("button").click()
    first = next(message["seq"] for message in gateway.messages["c00"] if message["from"] == "citizen")
    expect(page.locator(f'[data-testid="transcript"] [data-seq="{first}"]')).to_be_in_viewport()
    page.get_by_test_id("summary-toggle").click()
    expect(page.get_by_test_id("summary-matter")).to_have_count(0)
    expect(summary).to_contain_text("楼下烧烤店")

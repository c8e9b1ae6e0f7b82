"""The order page in a real browser, against the real gateway with its database: proof, progress, acts, narrow and large."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from desk.orders.limits import OrderLimits
from desk.orders.links import OrderLinks
from desk.orders.order import Order, OrderStatus
from desk.orders.store import OrderStore
from tests.browser.fake_gateway import DIST
from tests.browser.watched import Watched
from tests.conftest import missing
from tests.desk.orders.samples import barbecue
from tests.fakes.running_gateway import RunningGateway
from tests.fakes.sms_provider import SECRET, SmsProvider
from tests.gateway.conftest import MakeGateway, make_gateway, rasa
from tests.waiting import wait_until

__all__ = ["make_gateway", "rasa"]
pytestmark = [pytest.mark.browser, pytest.mark.redis]

APP_SECRET = "the-secret-of-the-account"
PHONE = "13800138000"
# A wrong code is refused, and the browser reports it by itself.
ASKED_FOR = re.compile(r"status of (401|403|404|409|429)")

OpenPage = Callable[..., Page]


@pytest.fixture
def sms() -> Iterator[SmsProvider]:
    provider = SmsProvider().start()
    yield provider
    provider.stop()


@pytest.fixture
def gateway(make_gateway: MakeGateway) -> RunningGateway:
    if not (DIST / "orders.html").exists():
        missing("web/dist (make setup builds it)")
    return make_gateway(
        dist=DIST,
        wechat_token="token",
        wechat_app_id="wx0000",
        wechat_app_secret=APP_SECRET,
        wechat_api_url="http://127.0.0.1:1",
        public_url="https://hotline.example.cn",
    )


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """A context of its own; checks at the end that nothing broke the policy or threw."""
    opened: list[Watched] = []

    def open_(
        gateway: RunningGateway,
        path: str = "/orders",
        width: int = 390,
        height: int = 844,
        session: Any = None,
    ) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        watched = Watched(context, ASKED_FOR)
        opened.append(watched)
        if session is not None:
            kept = json.dumps(json.dumps(session))
            context.add_init_script(f"localStorage.setItem('minsheng.chat.session', {kept})")
        return watched.page(f"{gateway.url}{path}")

    yield open_
    for watched in opened:
        watched.check()
        watched.context.close()


def store_of(gateway: RunningGateway) -> OrderStore:
    return OrderStore(gateway.engine, OrderLimits())


def stored(gateway: RunningGateway, draft_id: str = "d1", **changes: Any) -> Order:
    return store_of(gateway).create(barbecue(draft_id, **changes))


def shown(order: Order) -> str:
    return f"{order.number[:6]}-{order.number[6:11]}-{order.number[11:]}"


def prove(page: Page, number: str, code: str) -> None:
    page.get_by_test_id("proof-number").fill(number)
    page.get_by_test_id("proof-code").fill(code)
    page.get_by_test_id("proof-submit").click()


def answer(gateway: RunningGateway, order: Order, words: str) -> None:
    for status, note in (
        (OrderStatus.DISPATCHED, "李科长"),
        (OrderStatus.PROCESSING, ""),
        (OrderStatus.ANSWERED, words),
    ):
        store_of(gateway).change_status(order.number, status, "office", note)


def test_number_and_code_open_the_order_and_a_wrong_code_says_so(
    gateway: RunningGateway, open_page: OpenPage
) -> None:
    order = stored(gateway)
    page = open_page(gateway)
    expect(page).to_have_title(re.compile("我的工单"))
    expect(page.get_by_test_id("proof")).to_contain_text("没有接通短信验证")
    expect(page.get_by_test_id("way-phone")).to_have_count(0)
    prove(page, shown(order), f"{(int(order.query_code) + 1) % 10**6:06d}")
    expect(page.get_by_test_id("proof-problem")).to_have_text("编号和查询码对不上，请核对一下。")
    prove(page, shown(order), order.query_code)
    expect(page.get_by_test_id("order-number")).to_have_text(shown(order))
    expect(page.get_by_test_id("order-status")).to_have_text("已受理")
    expect(page.get_by_test_id("order")).to_contain_text(order.title)
    page.reload()
    expect(page.get_by_test_id("order-number")).to_have_text(shown(order))
    page.get_by_test_id("leave").click()
    expect(page.get_by_test_id("proof")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("proof")).to_be_visible()


def test_the_link_of_a_message_opens_its_order_and_leaves_the_address(
    gateway: RunningGateway, open_page: OpenPage
) -> None:
    order = stored(gateway)
    links = OrderLinks(gateway.url, APP_SECRET)
    path = (links.link(order.number, datetime.now(UTC)) or "").removeprefix(gateway.url)
    page = open_page(gateway, path)
    expect(page.get_by_test_id("order-number")).to_have_text(shown(order))
    assert page.evaluate("location.href") == f"{gateway.url}/orders"
    over = links.link(order.number, datetime.now(UTC) - timedelta(days=60)) or ""
    late = open_page(gateway, over.removeprefix(gateway.url))
    expect(late.get_by_test_id("proof-problem")).to_contain_text("已过期")


def test_the_browser_that_has_the_conversation_has_its_orders_and_adds_another(
    gateway: RunningGateway, open_page: OpenPage
) -> None:
    conversation, token, _ = gateway.store.create("web", ())
    mine = [stored(gateway, f"d{n}", conversation_id=conversation.id) for n in range(2)]
    other = stored(gateway, "d9", title="路灯不亮")
    page = open_page(gateway, session={"conversation": conversation.id, "token": token})
    lines = page.get_by_test_id("order-line")
    expect(lines).to_have_count(2)
    assert {line.get_attribute("data-number") for line in lines.all()} == {shown(one) for one in mine}
    page.get_by_test_id("another").click()
    prove(page, other.number, other.query_code)
    expect(page.get_by_test_id("order-number")).to_have_text(shown(other))
    page.get_by_test_id("back").click()
    expect(lines).to_have_count(3)
    lines.last.click()
    expect(page.get_by_test_id("order-number")).to_have_text(shown(mine[0]))


def test_a_phone_is_proved_by_what_was_sent_to_it(
    make_gateway: MakeGateway, sms: SmsProvider, open_page: OpenPage, gateway: RunningGateway
) -> None:
    """The second gateway shares the first one's database."""
    order = stored(gateway, phone=PHONE)
    sending = make_gateway(dist=DIST, sms_url=sms.url, sms_secret=SECRET)
    page = open_page(sending)
    page.get_by_test_id("way-phone").click()
    page.get_by_test_id("proof-phone").fill(PHONE)
    page.get_by_test_id("proof-send").click()
    expect(page.get_by_test_id("proof-send")).to_be_disabled()
    page.get_by_test_id("proof-sms").wait_for()
    wait_until(lambda: sms.sent)
    page.get_by_test_id("proof-sms").fill(sms.sent[0]["values"]["code"])
    page.get_by_test_id("proof-sms-submit").click()
    expect(page.get_by_test_id("order-number")).to_have_text(shown(order))


def test_progress_and_answer_are_shown_and_everything_may_be_done(
    gateway: RunningGateway, open_page: OpenPage
) -> None:
    order = stored(gateway)
    page = open_page(gateway)
    prove(page, order.number, order.query_code)
    page.get_by_test_id("act-hurry").click()
    expect(page.get_by_test_id("told")).to_contain_text("已催办")
    expect(page.get_by_test_id("act-hurry")).to_contain_text("已催 1 次")
    page.get_by_test_id("act-remark").click()
    expect(page.get_by_test_id("remark-submit")).to_be_disabled()
    page.get_by_test_id("remark-words").fill("昨晚又开到两点")
    page.get_by_test_id("remark-submit").click()
    expect(page.get_by_test_id("order-remarks")).to_contain_text("昨晚又开到两点")
    expect(page.get_by_test_id("dialog-remark")).to_have_count(0)
    answer(gateway, order, "已责令停业整改")
    # What the page does not know yet is refused, in words.
    page.get_by_test_id("act-withdraw").click()
    page.get_by_test_id("confirm-yes").click()
    expect(page.get_by_test_id("problem")).to_contain_text("现在是“已答复”，不能再撤回")
    page.reload()
    expect(page.get_by_test_id("order-answer")).to_contain_text("已责令停业整改")
    expect(page.get_by_test_id("act-withdraw")).to_have_count(0)
    page.get_by_test_id("rating-star-2").check(force=True)
    page.get_by_test_id("rating-comment").fill("还是有烟")
    page.get_by_test_id("rating-submit").click()
    expect(page.get_by_test_id("rating-done")).to_contain_text("2 星")
    steps = [
        text.split("\n")[0] for text in page.get_by_test_id("order-steps").locator("li").all_inner_texts()
    ]
    assert steps == ["已受理", "催办", "补充情况", "已派单", "办理中", "已答复", "评价"]
    assert "李科长" not in page.content()
    after = store_of(gateway).get(order.number)
    assert (after.rating, after.hurry_count) == (2, 1) and after.remarks[0].by == "citizen"


def test_a_withdrawal_is_asked_about_first(gateway: RunningGateway, open_page: OpenPage) -> None:
    order = stored(gateway)
    page = open_page(gateway)
    prove(page, order.number, order.query_code)
    page.get_by_test_id("act-withdraw").click()
    page.get_by_test_id("confirm-no").click()
    assert store_of(gateway).get(order.number).status is OrderStatus.ACCEPTED
    page.get_by_test_id("act-withdraw").click()
    page.get_by_test_id("confirm-yes").click()
    expect(page.get_by_test_id("order-status")).to_have_text("已撤回")
    expect(page.get_by_test_id("act-hurry")).to_have_count(0)


@pytest.mark.parametrize("large", [False, True])
def test_every_step_fits_a_narrow_phone_with_targets_a_thumb_hits(
    gateway: RunningGateway, open_page: OpenPage, large: bool, tmp_path: Path
) -> None:
    conversation, token, _ = gateway.store.create("web", ())
    words = "楼下烧烤店每天营业到凌晨两点，油烟直接排进窗户，已经打过三次电话没有人来。" * 6
    one = stored(gateway, "d1", conversation_id=conversation.id, description=words)
    stored(gateway, "d2", conversation_id=conversation.id, confidential=True)
    answer(gateway, one, "经查，该店未安装油烟净化设施，已责令立即停业整改。" * 3)
    page = open_page(gateway, width=320, height=640)
    page.get_by_test_id("proof").wait_for()
    if large:
        page.get_by_test_id("large-type").click()
    fits(page, tmp_path / "proof.png")
    page.evaluate(
        "session => localStorage.setItem('minsheng.chat.session', JSON.stringify(session))",
        {"conversation": conversation.id, "token": token},
    )
    page.reload()
    expect(page.get_by_test_id("order-line")).to_have_count(2)
    fits(page, tmp_path / "list.png")
    page.locator(f'[data-number="{shown(one)}"]').click()
    expect(page.get_by_test_id("order-answer")).to_be_visible()
    fits(page, tmp_path / "order.png")
    page.get_by_test_id("act-remark").click()
    fits(page, tmp_path / "remark.png")


def fits(page: Page, picture: Path) -> None:
    page.screenshot(path=picture, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input, textarea")].filter(one => {
            const box = one.getBoundingClientRect();
            return box.width > 1 && (box.height < 43 || box.width < 43);
        }).map(one => one.outerHTML)"""
    )
    assert small == []
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter(one => [...one.childNodes].some(
            part => part.nodeType === 3 && part.textContent.trim() !== "")).map(
            one => parseFloat(getComputedStyle(one).fontSize))"""
    )
    assert sizes and min(sizes) >= 15

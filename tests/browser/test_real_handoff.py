"""A citizen and a seat, each in a browser of his own, against the whole product: from the bot to a person and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from desk.conversations import ConversationStore, Message, Owner
from desk.seats import Accounts, NewUser, Role
from desk.seats.passwords import Argon2Hasher
from desk.store.engine import open_engine
from launcher.private import PrivateProduct
from tests.browser.real_desk import (
    EXPECTED,
    PASSWORD,
    choose_status,
    conversation_of,
    decline,
    desk,
    get_ready,
    messages,
    nobody_around,
    sign_in,
    take,
    with_store,
    wrap_up,
)
from tests.waiting import PATIENCE_MS

__all__ = ["desk"]
pytestmark = [pytest.mark.browser, pytest.mark.rasa, pytest.mark.slow]

# What browsers report when a console asks about a conversation in the moment in which it goes to somebody else.
REFUSED = re.compile(r"/api/v1/desk/(conversations|citizens)/\S+ .*status of 403")

NewPage = Callable[[int, int], Page]
OpenConsole = Callable[[str], Page]


@pytest.fixture(scope="module")
def seats(product: PrivateProduct) -> tuple[str, ...]:
    """Usernames of seats who serve one conversation at a time; all have PASSWORD."""
    engine = open_engine(product.settings.effective_database_url)
    hashed = Argon2Hasher().hash(PASSWORD)
    names = ("real-wang", "real-li")
    for number, name in enumerate(names):
        new = NewUser(username=name, display_name=name, badge=str(8801 + number), role=Role.SEAT, capacity=1)
        Accounts(engine).users.add(new, hashed, "test")
    engine.dispose()
    return names


@pytest.fixture
def new_page(chromium: Browser, desk: None) -> Iterator[NewPage]:
    """Pages in browser contexts of their own, which may not complain."""
    made: list[Page] = []
    problems: list[str] = []

    def note(line: ConsoleMessage) -> None:
        told = f"{line.location['url']} {line.text}"
        if line.type == "error" and not EXPECTED.search(line.text) and not REFUSED.search(told):
            problems.append(told)

    def make(width: int, height: int) -> Page:
        page = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN").new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", note)
        made.append(page)
        return page

    yield make
    for page in made:
        if not page.is_closed():
            page.context.close()
    assert problems == []


@pytest.fixture
def citizen_page(product: PrivateProduct, new_page: NewPage) -> Callable[[], Page]:
    """The page of a citizen whose conversation has begun."""

    def open_() -> Page:
        page = new_page(390, 844)
        page.goto(product.url)
        conversation_of(page)
        return page

    return open_


@pytest.fixture
def console(product: PrivateProduct, seats: tuple[str, ...], new_page: NewPage) -> OpenConsole:
    """`console("real-wang")`: signed in, not ready yet."""

    def open_(username: str) -> Page:
        assert username in seats
        page = new_page(1440, 900)
        page.goto(f"{product.url}/seat")
        sign_in(page, username)
        return page

    return open_


def words(page: Page) -> list[str]:
    """All that was said, as this page shows it: each once, in order."""
    return [text.strip() for text in page.get_by_test_id("message-text").all_inner_texts()]


def say(page: Page, text: str) -> None:
    """A citizen writes, and it arrives."""
    page.get_by_test_id("input").fill(text)
    page.get_by_test_id("send").click()
    expect(messages(page, "citizen").last).to_contain_text(text)
    expect(messages(page, "citizen").last).not_to_have_attribute("data-state", "queued")


def ask(page: Page, text: str) -> str:
    """A citizen says something to the bot; what it answers."""
    before = messages(page, "bot").count()
    say(page, text)
    answers = messages(page, "bot")
    expect(answers).not_to_have_count(before)
    expect(page.get_by_test_id("typing")).to_have_count(0)
    return "\n".join(answers.nth(n).inner_text() for n in range(before, answers.count()))


def reply(page: Page, text: str) -> None:
    """A seat writes and sends by key."""
    page.get_by_test_id("input").fill(text)
    page.get_by_test_id("input").press("Enter")
    expect(messages(page, "seat").last.get_by_test_id("message-text")).to_have_text(text)
    expect(page.get_by_test_id("outgoing")).to_have_count(0)


def owner(page: Page, wanted: str) -> None:
    expect(page.get_by_test_id("owner")).to_have_attribute("data-owner", wanted)


def stored(product: PrivateProduct, conversation: str) -> list[Message]:
    return with_store(product, lambda store: store.messages(conversation, 0, 1000))


def rate(page: Page, stars: int) -> None:
    page.get_by_test_id(f"rating-star-{stars}").last.check(force=True)
    page.get_by_test_id("rating-submit").last.click()
    expect(page.get_by_test_id("rating-done").last).to_contain_text("已收到")


def test_an_angry_citizen_is_served_by_a_seat_given_back_and_served_again(
    product: PrivateProduct, citizen_page: Callable[[], Page], console: OpenConsole
) -> None:
    seat = console("real-wang")
    get_ready(seat)
    page = citizen_page()
    conversation = conversation_of(page)
    ask(page, "我家楼下烧烤店油烟太大了,在和平路88号,天天晚上弄到一两点")
    say(page, "你们到底管不管,气死我了,给我转人工!")
    owner(page, "WAITING")
    expect(page.get_by_test_id("queue-place")).to_be_visible()

    offer = seat.get_by_test_id("offer")
    expect(offer).to_contain_text("烧烤")
    say(page, "我姓王,电话13912340077")
    take(seat, conversation)
    owner(page, "SEAT")
    # All that was said before is there, and who said it.
    expect(seat.get_by_test_id("transcript")).to_contain_text("和平路88号")
    expect(seat.get_by_test_id("transcript")).to_contain_text("气死我了")
    expect(seat.get_by_test_id("knowledge-hit").first).to_be_visible()

    page.get_by_test_id("input").press_sequentially("他们")
    expect(seat.get_by_test_id("typing")).not_to_be_empty()
    say(page, "他们还把消防通道占了")
    expect(messages(seat, "citizen").last).to_contain_text("消防通道")
    reply(seat, "您好,我马上为您登记,请稍等。")
    expect(messages(page, "seat").last).to_contain_text("马上为您登记")
    expect(messages(page, "seat").last.get_by_test_id("speaker")).to_contain_text("8801")

    # The order form was filled from what the citizen told the bot and, while he waited, the seat.
    form = seat.get_by_test_id("order-panel")
    seat.get_by_test_id("order-refresh").click()
    expect(form.locator("#order-place")).to_have_value(re.compile("和平路88号"))
    expect(form.locator("#order-phone")).to_have_value("13912340077")
    form.locator("#order-place").focus()
    seat.keyboard.press("Control+Enter")
    number = seat.get_by_test_id("order-number")
    expect(number).to_be_visible()
    expect(page.get_by_test_id("order-number")).to_have_text(number.inner_text())

    seat.keyboard.press("Alt+b")
    seat.get_by_test_id("to-bot-note").fill("已登记,市民还想问公积金")
    seat.keyboard.press("Enter")
    owner(page, "BOT")
    expect(seat.get_by_test_id("my-conversation")).to_have_count(0)
    # The bot speaks first, and then answers as before.
    expect(messages(page, "bot").last).to_contain_text("我是智能客服")
    assert "公积金" in ask(page, "租房怎么提取公积金")

    say(page, "我还是要转人工")
    owner(page, "WAITING")
    take(seat, conversation)
    owner(page, "SEAT")
    reply(seat, "我又来了,请讲。")
    expect(messages(page, "seat").last).to_contain_text("我又来了")
    wrap_up(seat, "2")
    rate(page, 5)

    said = stored(product, conversation)
    assert [message.seq for message in said] == list(range(1, len(said) + 1))
    with_store(product, lambda store: closed_with(store, conversation, 5))
    choose_status(seat, "offline")
    nobody_around(product)


def closed_with(store: ConversationStore, conversation: str, stars: int) -> None:
    kept = store.get(conversation)
    assert (kept.owner, kept.rating_score) == (Owner.CLOSED, stars)


def test_a_seat_transfers_to_a_colleague_who_knows_everything_and_closes(
    product: PrivateProduct, citizen_page: Callable[[], Page], console: OpenConsole
) -> None:
    wang = console("real-wang")
    get_ready(wang)
    page = citizen_page()
    conversation = conversation_of(page)
    ask(page, "小区停暖气三天了,家里老人冻得发烧,在幸福里小区3号楼")
    say(page, "气死我了,没人理,转人工!")
    take(wang, conversation)
    owner(page, "SEAT")
    reply(wang, "您好,我马上看。")
    li = console("real-li")
    get_ready(li)

    wang.keyboard.press("Alt+t")
    wang.keyboard.type("real-li")
    # That he is there is told with the next look at the desk.
    expect(wang.locator('[data-testid^="target-seat-"]')).to_have_attribute("aria-disabled", "false")
    wang.keyboard.press("Enter")
    wang.get_by_test_id("transfer-note").fill("供暖问题,请优先")
    wang.keyboard.press("Control+Enter")
    expect(wang.get_by_test_id("my-conversation")).to_have_count(0)
    owner(page, "WAITING")
    say(page, "我叫赵大海,电话13912340066")
    expect(li.get_by_test_id("offer")).to_contain_text("供暖问题")
    take(li, conversation)
    owner(page, "SEAT")
    for told in ("幸福里小区3号楼", "我马上看", "供暖问题", "赵大海"):
        expect(li.get_by_test_id("transcript")).to_contain_text(told)
    reply(li, "我是接手的,已联系热力公司。")
    last = messages(page, "seat").last
    expect(last).to_contain_text("已联系热力公司")
    expect(last.get_by_test_id("speaker")).to_contain_text("8802")
    # What colleagues write to each other is not for the citizen.
    expect(page.get_by_test_id("log")).not_to_contain_text("请优先")
    expect(li.locator("#order-phone")).to_have_value("13912340066")
    wrap_up(li, "1")
    rate(page, 5)
    with_store(product, lambda store: closed_with(store, conversation, 5))


def test_a_killed_browser_and_a_restarted_gateway_lose_nobody_and_nothing(
    product: PrivateProduct, citizen_page: Callable[[], Page], console: OpenConsole
) -> None:
    wang = console("real-wang")
    get_ready(wang)
    # Somebody who has waited longer than the one whose seat will be lost.
    patient = citizen_page()
    say(patient, "转人工")
    decline(wang, conversation_of(patient))
    page = citizen_page()
    conversation = conversation_of(page)
    say(page, "转人工")
    take(wang, conversation)
    reply(wang, "您好,请讲。")
    say(page, "和平路路灯坏了三天了")
    expect(messages(wang, "citizen").last).to_contain_text("路灯")

    # Somebody is at the desk, so that waiting is worth it, and free only once wang is missed: who has been served comes
    # before the patient one then.
    li = console("real-li")
    choose_status(li, "busy")
    wang.context.close()
    owner(page, "WAITING")
    expect(page.get_by_test_id("log")).to_contain_text("连接中断")
    expect(page.get_by_test_id("queue-place")).to_contain_text("下一位")
    get_ready(li)
    take(li, conversation)
    owner(page, "SEAT")
    expect(li.get_by_test_id("transcript")).to_contain_text("路灯坏了三天")
    reply(li, "我是接手的坐席。")
    expect(messages(page, "seat").last).to_contain_text("接手的坐席")

    before = words(page)
    li.get_by_test_id("input").fill("停机时写的话")
    product.kill("gateway")
    try:
        expect(li.get_by_test_id("line-broken")).to_be_visible()
        page.get_by_test_id("input").fill("断网时说的一句")
        page.get_by_test_id("send").click()
        li.get_by_test_id("input").press("Enter")
        expect(li.get_by_test_id("outgoing")).to_have_count(1)
    finally:
        product.launch("gateway")
        product.wait("gateway")
    expect(li.get_by_test_id("console")).to_have_attribute("data-line", "online")
    expect(messages(page, "seat").last).to_contain_text("停机时写的话")
    expect(messages(li, "citizen").last).to_contain_text("断网时说的一句")
    expect(li.get_by_test_id("outgoing")).to_have_count(0)
    expect(li.get_by_test_id("talk")).to_have_attribute("data-conversation", conversation)
    expect(li.get_by_test_id("status")).to_have_attribute("data-status", "ready")
    owner(page, "SEAT")
    assert words(page)[: len(before)] == before
    reply(li, "我们接着说。")
    expect(messages(page, "seat").last).to_contain_text("我们接着说")
    said = stored(product, conversation)
    assert [message.seq for message in said] == list(range(1, len(said) + 1))
    spoken = [message.text for message in said]
    for text in ("停机时写的话", "断网时说的一句", "我们接着说。", "和平路路灯坏了三天了", "您好,请讲。"):
        assert spoken.count(text) == 1
        assert words(page).count(text) == 1
        assert words(li).count(text) == 1

    expect(patient.get_by_test_id("offline-bar")).to_have_count(0)
    patient.get_by_test_id("take-bot").click()
    owner(patient, "BOT")
    wrap_up(li, "1")
    rate(page, 4)
    with_store(product, lambda store: closed_with(store, conversation, 4))


def test_without_seats_the_citizen_hears_so_and_his_callback_reaches_the_console(
    product: PrivateProduct, citizen_page: Callable[[], Page], console: OpenConsole
) -> None:
    nobody_around(product)
    page = citizen_page()
    before = messages(page, "bot").count()
    page.get_by_test_id("ask-person").click()
    expect(messages(page, "bot")).not_to_have_count(before)
    expect(page.get_by_test_id("log")).to_contain_text("没有坐席在线")
    owner(page, "BOT")
    page.get_by_test_id("quick-reply").get_by_text("请人工回电").click()
    expect(messages(page, "bot").last).to_contain_text("号码")
    assert "139 1234 0088" in ask(page, "13912340088")
    assert "什么时候" in ask(page, "对的")
    assert "139 1234 0088" in ask(page, "明天上午")

    seat = console("real-wang")
    seat.keyboard.press("Alt+h")
    mine = seat.get_by_test_id("callback").filter(has_text="0088")
    expect(mine).to_contain_text("明天上午")
    expect(mine).not_to_contain_text("13912340088")
    mine.get_by_test_id("callback-take").click()
    expect(seat.get_by_test_id("callback").filter(has_text="13912340088")).to_be_visible()
    mine = seat.get_by_test_id("callback").filter(has_text="13912340088")
    mine.get_by_test_id("callback-done").click()
    seat.get_by_test_id("callback-result").first.click()
    expect(
        seat.get_by_test_id("callbacks").locator('[data-state="open"]').filter(has_text="0088")
    ).to_have_count(0)

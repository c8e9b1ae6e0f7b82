"""Whole conversations over WeChat against the whole product: a stand-in for WeChat, real Rasa, actions, SQL, Redis, and ears."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from asr.audio import RATE_HZ
from desk.conversations import ConversationStore, Message
from desk.orders.limits import OrderLimits
from desk.orders.order import Order
from desk.orders.store import OrderStore
from desk.store.engine import open_engine
from gateway.channels.wechat.standin import OUT_OF_ORDER, StandIn
from launcher.private import PrivateProduct
from launcher.train import RASA
from tests.conftest import missing
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.channels.wechat.conftest import ACCOUNT, settings_of, until
from tests.gateway.samples import SECRET, photo
from tests.product import TEST_LIMITS
from tests.spoken import recorded_lines

pytestmark = [pytest.mark.rasa, pytest.mark.slow]


PUBLIC_URL = "https://hotline.example.cn"


class Desk:
    """What the product has stored, and its gateway as `FakeSeat` wants it."""

    def __init__(self, product: PrivateProduct) -> None:
        self.product = product
        self.settings = product.settings
        self.url = product.url
        self.engine = open_engine(product.settings.effective_database_url)
        self.store = ConversationStore(self.engine)
        self.orders = OrderStore(self.engine, OrderLimits.from_settings(product.settings))

    def log(self, openid: str) -> list[Message]:
        from sqlalchemy import select

        from desk.wechat.tables import WechatCitizenRow

        with self.engine.connect() as connection:
            found = connection.scalar(
                select(WechatCitizenRow.conversation_id).where(WechatCitizenRow.openid == openid)
            )
        return self.store.messages(str(found))

    def only_order(self, openid: str) -> Order:
        [order] = self.orders.find_by_conversation(self.log(openid)[0].conversation_id)
        return self.orders.get(order.number)


@pytest.fixture(scope="module")
def wechat() -> Iterator[StandIn]:
    standin = StandIn(ACCOUNT).start()
    yield standin
    standin.stop()


@pytest.fixture(scope="module")
def desk(wechat: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    if not RASA.exists():
        missing("the Rasa environment (make setup)")
    account = {f"MINSHENG_{name.upper()}": str(value) for name, value in settings_of(wechat).items()}
    more = {
        "MINSHENG_TTS_ENGINES": "espeak",
        "MINSHENG_RASA_TIMEOUT_S": "50",
        "MINSHENG_PUBLIC_URL": PUBLIC_URL,
    }
    with PrivateProduct(tmp_path_factory.mktemp("var"), {**TEST_LIMITS, **more, **account}) as running:
        wechat.callback_url = f"{running.url}/wechat/callback"
        made = Desk(running)
        yield made
        made.engine.dispose()


async def heard_after(wechat: StandIn, openid: str, act: Any) -> str:
    """What reached the citizen after this, over either way; it has come once something has."""
    before = len(wechat.people[openid].heard)
    await act
    await until(lambda: len(wechat.people[openid].heard) > before)
    return "\n".join(one.text for one in wechat.people[openid].heard[before:])


async def say(wechat: StandIn, openid: str, words: str) -> str:
    return await heard_after(wechat, openid, wechat.text(openid, words))


async def register(wechat: StandIn, openid: str, first: str, answers: dict[str, str]) -> str:
    """Answer what is asked until an order's number is told."""
    told = await say(wechat, openid, first)
    for _ in range(10):
        if "工单号" in told:
            return told
        asked = [answer for question, answer in answers.items() if question in told]
        assert asked, told
        told = await say(wechat, openid, asked[0])
    raise AssertionError(told)


# The later ones are asked for within what was said before: the first that fits counts.
ANSWERS = {
    "确认": "对",
    "称呼": "我姓王",
    "电话": "13912345678",
    "保密": "不用",
    "什么时候": "昨天晚上",
    "什么时间": "昨天晚上",
}


async def test_a_matter_with_a_face_a_picture_and_a_pin_becomes_an_order(desk: Desk, wechat: StandIn) -> None:
    who = "oCitizenWithAPicture"
    await heard_after(wechat, who, wechat.event(who, "subscribe"))
    assert "图片收到了" in await heard_after(wechat, who, wechat.image(who, photo()))
    told = await say(wechat, who, "/::)你好，门口的路灯坏了好几天不亮")
    assert "位置" in told or "哪" in told, told
    place = wechat.location(who, 30.25, 120.16, "明州市东湖区湖滨路 8 号")
    told = await heard_after(wechat, who, place)
    told = await register(wechat, who, "我姓王", ANSWERS) if "称呼" in told else told
    order = desk.only_order(who)
    assert "/::)" not in order.description and "路灯" in order.description
    assert order.place_district == "东湖区" and "湖滨路" in order.place_detail
    assert order.channel == "wechat" and order.phone == "13912345678"
    [kept] = (desk.settings.var_dir / "attachments" / order.conversation_id).iterdir()
    assert SECRET not in kept.read_bytes()
    await page_of_link(desk, wechat.heard(who)[-1], order)
    add_user(desk, "looker", badge="7001")  # type: ignore[arg-type]
    seat = await FakeSeat.sign_in(desk, "looker")  # type: ignore[arg-type]
    shown = (await seat.http.get(f"/api/v1/desk/orders/{order.number}")).json()["order"]
    assert len(shown["pictures"]) == 1
    await seat.leave()


async def page_of_link(desk: Desk, told: str, order: Order) -> None:
    """What the link of the order's message opens on the order page: that order, and what may be done with it."""
    [link] = [line for line in told.split("\n") if line.startswith(PUBLIC_URL)]
    async with httpx.AsyncClient(base_url=desk.url, trust_env=False) as page:
        proof = {"link": link.partition("#")[2]}
        opened = (await page.post("/api/v1/my-orders/visits", json=proof)).json()
        assert [line["number"].replace("-", "") for line in opened["orders"]] == [order.number]
        page.headers["Authorization"] = f"Bearer {opened['token']}"
        done = await page.post(f"/api/v1/my-orders/{order.number}/remark", json={"text": "今晚还是黑的"})
        assert done.status_code == 200 and "withdraw" in done.json()["order"]["may"]
    assert [remark.text for remark in desk.orders.get(order.number).remarks] == ["今晚还是黑的"]


async def test_a_face_alone_is_no_word(desk: Desk, wechat: StandIn) -> None:
    told = await say(wechat, "oFace", "/:rose/:rose")
    assert "工单" not in told and "没" not in told, told


async def test_a_spoken_matter_becomes_an_order(desk: Desk, wechat: StandIn) -> None:
    if "asr" not in desk.product.names:
        missing("a speech model (minsheng models pull whisper-base)")
    import pysilk

    words = next(text for text in recorded_lines() if len(text) >= 12 and "人工" not in text)
    out = io.BytesIO()
    pysilk.encode(io.BytesIO(recorded_lines()[words]), out, RATE_HZ, 24_000)
    told = await heard_after(wechat, "oVoice", wechat.voice("oVoice", out.getvalue()))
    assert "您说的是" in told, told
    said = [m.text for m in desk.log("oVoice") if m.sender == "citizen"]
    assert said and len(set(words) & set("".join(m.text for m in desk.log("oVoice")))) > len(set(words)) / 2


async def test_a_question_is_answered_in_plain_words_and_within_one_text(desk: Desk, wechat: StandIn) -> None:
    told = await say(wechat, "oQuestion", "公积金怎么提取")
    assert "公积金" in told and "**" not in told and "](" not in told


async def test_a_person_is_called_answers_and_gives_back(desk: Desk, wechat: StandIn) -> None:
    who = "oHandoff"
    add_user(desk, "hand", badge="7002")  # type: ignore[arg-type]
    seat = await FakeSeat.arrive(desk, "hand")  # type: ignore[arg-type]
    try:
        assert "转接人工" in await say(wechat, who, "转人工")
        item = (await seat.next("offer"))["item"]
        assert item["channel"] == "wechat"
        accept = seat.act(type="accept", handoff=item["handoff"])
        assert "7002号" in await heard_after(wechat, who, accept)
        epoch = desk.store.get(item["conversation"]).epoch
        sent = {"type": "send", "conversation": item["conversation"], "epoch": epoch}
        told = await heard_after(wechat, who, seat.act(**sent, message_id="s1", text="您好，请讲。"))
        assert told == "您好，请讲。"
        assert await wechat.text(who, "路灯坏了") is None, "the bot is silent"
        back = seat.act(type="to_bot", conversation=item["conversation"], epoch=epoch)
        await heard_after(wechat, who, back)
        assert "公积金" in await say(wechat, who, "公积金怎么提取")
        wechat.expire_tokens()
        assert "转接人工" in await say(wechat, who, "转人工"), "a second time as well"
        item = (await seat.next("offer"))["item"]
        accept = seat.act(type="accept", handoff=item["handoff"])
        assert "7002号" in await heard_after(wechat, who, accept)
        epoch = desk.store.get(item["conversation"]).epoch
        end = seat.act(type="end", conversation=item["conversation"], epoch=epoch)
        assert "打分" in await heard_after(wechat, who, end)
        assert "评价" in await say(wechat, who, "5")
        assert desk.store.get(item["conversation"]).rating_score == 5
    finally:
        await seat.leave()


async def test_a_seat_who_writes_much_uses_the_quota_up_and_loses_nothing(
    desk: Desk, wechat: StandIn
) -> None:
    who = "oQuota"
    add_user(desk, "much", badge="7003")  # type: ignore[arg-type]
    seat = await FakeSeat.arrive(desk, "much")  # type: ignore[arg-type]
    try:
        await say(wechat, who, "转人工")
        item = (await seat.next("offer"))["item"]
        await seat.act(type="accept", handoff=item["handoff"])
        epoch = desk.store.get(item["conversation"]).epoch
        words = [f"第{number}句，请您稍等。" for number in range(1, 9)]
        for number, sentence in enumerate(words, 1):
            sent = {"type": "send", "conversation": item["conversation"], "epoch": epoch}
            await seat.act(**sent, message_id=f"s{number}", text=sentence)
            await asyncio.sleep(1)
        await asyncio.sleep(5)
        assert sum(one.how == "api" for one in wechat.people[who].heard) <= 5
        await wechat.text(who, "好的")
        await until(lambda: words[-1] in "".join(wechat.heard(who)))
        told = "\n".join(wechat.heard(who))
        assert [told.count(sentence) for sentence in words] == [1] * len(words)
        assert 45047 not in wechat.codes
    finally:
        await seat.leave()


async def test_a_bot_that_hangs_is_told_by_the_api_and_nobody_reads_of_a_broken_account(
    desk: Desk, wechat: StandIn
) -> None:
    """Rasa is stopped for six seconds in the middle of a turn."""
    import os
    import signal

    who = "oSlow"
    await say(wechat, who, "你好")
    group = os.getpgid(desk.product.pid("rasa"))
    os.killpg(group, signal.SIGSTOP)
    try:
        assert await wechat.text(who, "公积金怎么提取") is None
        await asyncio.sleep(1)
    finally:
        os.killpg(group, signal.SIGCONT)
    await until(lambda: wechat.people[who].heard[-1].how == "api")
    await asyncio.sleep(3)
    heard = wechat.people[who].heard
    assert [one.how for one in heard] == ["passive", "api"] and "公积金" in heard[-1].text
    assert OUT_OF_ORDER not in wechat.heard(who)


async def test_a_second_gateway_goes_on_where_the_first_was_killed(desk: Desk, wechat: StandIn) -> None:
    who = "oTwoGateways"
    second = RunningGateway(desk.settings.model_copy(update={"audiosocket_port": 0})).start()
    url = wechat.callback_url
    try:
        told = await say(wechat, who, "莲花路12号门口的路灯坏了好几天不亮")
        desk.product.kill("gateway")
        wechat.callback_url = f"{second.url}/wechat/callback"
        told = await register(wechat, who, "我姓王", ANSWERS)
        assert "工单号" in told and desk.only_order(who).place_detail.startswith("莲花路12号")
        assert OUT_OF_ORDER not in wechat.heard(who)
    finally:
        second.close()
        wechat.callback_url = url
        desk.product.restart("gateway")


def test_no_openid_and_no_words_are_in_the_logs(desk: Desk, wechat: StandIn) -> None:
    log = desk.product.log("gateway")
    for secret in (*wechat.people, "13912345678", "路灯", ACCOUNT.app_secret, *wechat._tokens):
        assert secret not in log
    assert Path(desk.settings.var_dir).exists()

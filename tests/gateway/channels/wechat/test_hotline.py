"""Text in, answers out: once, in time, within WeChat's quota, whatever breaks on the way."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest

from desk.conversations import Draft, Message, Owner, Sender
from desk.logs import configure_logs
from gateway.channels.wechat.standin import OUT_OF_ORDER, StandIn
from gateway.channels.wechat.wording import MAX_BYTES
from gateway.errors import MessageKept
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.channels.wechat.bodies import text as text_body
from tests.gateway.channels.wechat.conftest import OPENID, MakeWechatGateway, calls_person, until


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are answered after a second, so that a slow turn need not take five."""
    monkeypatch.setattr("gateway.channels.wechat.patience.ANSWER_WITHIN_S", 1.0)


def log_of(gateway: RunningGateway) -> list[Message]:
    [conversation] = gateway.store.newest()
    return gateway.store.messages(conversation.id)


def said(rasa: FakeRasa, *texts: str) -> None:
    rasa.answer = lambda request: [{"recipient_id": request["sender"], "text": text} for text in texts]


async def test_a_quick_turn_is_the_passive_reply_and_nothing_more(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    gateway = make_wechat_gateway()
    said(rasa, "好的。", "请问在哪条路？")
    assert await wechat.text(OPENID, "路灯坏了") == "好的。\n\n请问在哪条路？"
    assert await wechat.text(OPENID, "湖滨路") == "好的。\n\n请问在哪条路？"
    await asyncio.sleep(3)
    assert [one.how for one in wechat.people[OPENID].heard] == ["passive", "passive"]
    assert rasa.texts == ["路灯坏了", "湖滨路"]
    [conversation] = gateway.store.newest()
    assert conversation.channel == "wechat" and OPENID not in conversation.id


async def test_two_people_with_one_message_number_are_two_people(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    gateway = make_wechat_gateway()
    await asyncio.gather(
        *(wechat.text(who, "公积金怎么提取", MsgId="24000000000000001") for who in ("oA", "oB"))
    )
    assert wechat.heard("oA") == wechat.heard("oB") == ["收到：公积金怎么提取"]
    assert len(rasa.asked) == 2 and len(gateway.store.newest()) == 2


async def test_a_slow_turn_is_told_by_the_api_once_and_asked_once(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    """WeChat's own patience is five seconds; the citizen never reads that the account is out of order."""
    make_wechat_gateway(rasa_timeout_s=20)
    rasa.delay_s = 6.0
    await wechat.text(OPENID, "路灯坏了")
    await until(lambda: wechat.heard(OPENID))
    await asyncio.sleep(3)
    # On a machine that is too slow for WeChat's patience it is repeated, and said with the copy's answer: once all the same.
    ways = {one.how for one in wechat.people[OPENID].heard}
    assert ways == ({"api"} if len(wechat.requests) == 1 else ways - {"trouble"})
    assert wechat.heard(OPENID) == ["收到：路灯坏了"] and rasa.texts == ["路灯坏了"]
    assert wechat.people[OPENID].typing >= 1


async def test_a_request_that_wechat_repeats_is_one_turn_and_one_answer(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    """Its answer was lost on the way, or the line broke: the copy gets what the first one got."""
    gateway = make_wechat_gateway()
    rasa.delay_s = 0.5
    body = text_body("路灯坏了")
    answers = await asyncio.gather(*(wechat.ask(body) for _ in range(3)))
    later = await wechat.ask(body)
    replies = {wechat._reply(one.content) for one in [*answers, later] if one is not None}
    assert replies <= {"收到：路灯坏了", None} and "收到：路灯坏了" in replies
    assert later is not None and wechat._reply(later.content) == "收到：路灯坏了"
    await asyncio.sleep(3)
    assert rasa.texts == ["路灯坏了"] and wechat.codes == [], "nothing went by the API as well"
    assert [m.sender for m in log_of(gateway)] == [Sender.CITIZEN, Sender.BOT]


async def test_a_copy_of_hours_later_begins_nothing(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    gateway = make_wechat_gateway()
    await wechat.ask(text_body("谢谢，再见"))
    [first] = gateway.store.newest()
    gateway.store.close(first.id)
    await wechat.text(OPENID, "路灯坏了")
    await asyncio.gather(*(wechat.ask(text_body("谢谢，再见")) for _ in range(3)))
    assert rasa.texts == ["谢谢，再见", "路灯坏了"]


@pytest.mark.parametrize("second", [False, True])
async def test_a_copy_that_comes_to_another_gateway_is_not_asked_again(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa, second: bool
) -> None:
    rasa.delay_s = 1.0
    one, other = make_wechat_gateway(), make_wechat_gateway()
    body = text_body("路灯坏了")
    urls = [one.url, other.url] if second else [other.url, one.url]

    async def ask(url: str) -> Any:
        wechat.callback_url = f"{url}/wechat/callback"
        return await wechat.ask(body)

    first = asyncio.create_task(ask(urls[0]))
    await asyncio.sleep(0.3)
    answers = [await first, await ask(urls[1])]
    replies = [wechat._reply(answer.content) for answer in answers]
    await asyncio.sleep(3)
    assert rasa.texts == ["路灯坏了"]
    told = [one.text for one in wechat.people[OPENID].heard]
    # Each of the two requests stands for the same message: WeChat shows what one of them says, or the API's word.
    assert (set(replies) == {"收到：路灯坏了"} and told == []) or (set(replies) == {None} and len(told) == 1)


async def test_a_long_answer_goes_by_the_api_as_a_whole_and_keeps_its_numbers(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    make_wechat_gateway()
    lines = [f"第{n}处窗口，电话 0571-8765{n:04d}，周一至周五上午受理。" for n in range(60)]
    said(rasa, "\n".join(lines))
    assert await wechat.text(OPENID, "哪里办") is None
    await until(lambda: "8765" + "0059" in "".join(wechat.heard(OPENID)))
    heard = wechat.people[OPENID].heard
    assert len(heard) == 3 and all(one.how == "api" and len(one.text.encode()) <= MAX_BYTES for one in heard)
    assert "\n".join(one.text for one in heard).split("\n") == lines


async def test_what_no_quota_is_left_for_waits_for_the_citizen_and_comes_with_his_next_answer(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    gateway = make_wechat_gateway()
    await wechat.text(OPENID, "你好")
    [conversation] = gateway.store.newest()
    for number in range(1, 9):
        # As a seat's words come: one by one.
        notice = Draft(sender=Sender.SYSTEM, text=f"第{number}条")
        gateway.store.append_system(conversation.id, [notice])
        await poke(gateway, conversation.id)
        if number <= 5:
            await until(lambda n=number: f"第{n}条" in "".join(wechat.heard(OPENID)))  # type: ignore[misc]
    assert wechat.codes.count(0) == 5 and 45047 not in wechat.codes, "we counted before WeChat had to"
    assert not any("第6条" in one or "第8条" in one for one in wechat.heard(OPENID))
    assert "第8条" in str(await wechat.text(OPENID, "还在吗"))
    assert wechat.people[OPENID].heard[-1].text == "第6条\n\n第7条\n\n第8条\n\n收到：还在吗"


async def poke(gateway: RunningGateway, conversation_id: str) -> None:
    """What was stored behind the gateway's back is due now, as it is after a crash."""
    from sqlalchemy import update

    from desk.wechat.store import utc_now
    from desk.wechat.tables import WechatCitizenRow

    with gateway.engine.begin() as connection:
        connection.execute(
            update(WechatCitizenRow)
            .where(WechatCitizenRow.conversation_id == conversation_id)
            .values(due_at=utc_now())
        )


@pytest.mark.parametrize("code", [45047, 45015, 48001])
async def test_a_refusal_keeps_the_words_until_the_citizen_writes(
    hasty: None, make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa, code: int
) -> None:
    make_wechat_gateway(rasa_timeout_s=20)
    rasa.delay_s, wechat.failures = 1.5, type(wechat.failures)([code])
    assert await wechat.text(OPENID, "路灯坏了") is None
    await until(lambda: code in wechat.codes)
    rasa.delay_s = 0.0
    assert await wechat.text(OPENID, "还在吗") == "收到：路灯坏了\n\n收到：还在吗"
    await asyncio.sleep(3)
    assert wechat.codes.count(0) == wechat.people[OPENID].typing, "nothing was sent by the API"


@pytest.mark.parametrize("failures", [[-1], [-1, -1], [50002], [-1, 50002]])
async def test_a_busy_wechat_is_asked_again_and_a_message_that_it_refuses_holds_up_nothing(
    hasty: None, make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa, failures: list[int]
) -> None:
    make_wechat_gateway(rasa_timeout_s=20)
    rasa.delay_s = 1.5
    wechat.failures.extend(failures)
    assert await wechat.text(OPENID, "路灯坏了") is None
    await until(lambda: not wechat.failures)
    if 50002 not in failures:
        await until(lambda: wechat.heard(OPENID))
        assert wechat.heard(OPENID) == ["收到：路灯坏了"]
    rasa.delay_s = 0.0
    assert await wechat.text(OPENID, "还在吗") == "收到：还在吗"


async def test_a_token_that_ends_in_the_middle_is_renewed_and_nothing_is_lost_or_doubled(
    hasty: None, make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    make_wechat_gateway(rasa_timeout_s=20)
    rasa.delay_s = 1.5
    for number in range(2):
        assert await wechat.text(OPENID, f"第{number}件") is None
        await until(lambda n=number: len(wechat.heard(OPENID)) == n + 1)  # type: ignore[misc]
        wechat.expire_tokens()
    assert wechat.heard(OPENID) == ["收到：第0件", "收到：第1件"] and 40001 in wechat.codes


async def test_a_wrong_secret_loses_nothing_and_is_told_to_the_operator(
    hasty: None,
    make_wechat_gateway: MakeWechatGateway,
    wechat: StandIn,
    rasa: FakeRasa,
) -> None:
    log = io.StringIO()
    configure_logs("INFO", stream=log)
    make_wechat_gateway(wechat_app_secret="another-secret", rasa_timeout_s=20)
    rasa.delay_s = 1.5
    assert await wechat.text(OPENID, "路灯坏了") is None
    await until(lambda: "wechat_not_sent" in log.getvalue())
    assert "wechat_account_refused" in log.getvalue() and "another-secret" not in log.getvalue()
    rasa.delay_s = 0.0
    assert await wechat.text(OPENID, "还在吗") == "收到：路灯坏了\n\n收到：还在吗"


async def test_gateways_share_one_token(
    hasty: None, make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    rasa.delay_s = 1.5
    for who in ("oA", "oB", "oC"):
        make_wechat_gateway(rasa_timeout_s=20)
        assert await wechat.text(who, "你好") is None
    await until(lambda: all(wechat.heard(who) for who in ("oA", "oB", "oC")))
    assert len(wechat._tokens) == 1


async def test_a_broken_bot_is_told_in_words(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    make_wechat_gateway()
    rasa.mode = "error"
    reply = await wechat.text(OPENID, "路灯坏了")
    assert reply is not None and "智能客服出了故障" in reply


async def test_a_trouble_that_shows_late_is_told_too(
    hasty: None,
    make_wechat_gateway: MakeWechatGateway,
    wechat: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A database that is away takes its time to say so; what to dial in danger must be told all the same."""

    async def accept(*_given: Any, **_more: Any) -> Any:
        await asyncio.sleep(1.5)
        raise MessageKept((("119", "火警"),))

    monkeypatch.setattr("gateway.turns.turns.Turns.accept", accept)
    make_wechat_gateway()
    assert await wechat.text(OPENID, "家里着火了") is None
    await until(lambda: wechat.heard(OPENID))
    assert "119" in wechat.heard(OPENID)[0] and wechat.people[OPENID].heard[0].how == "api"


async def test_too_many_and_too_long_messages_are_told_in_words(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    make_wechat_gateway(rate_messages_per_minute=2, message_max_chars=100)
    assert "太长" in str(await wechat.text(OPENID, "长" * 101))
    await wechat.text(OPENID, "一")
    assert "太快" in str(await wechat.text(OPENID, "二"))
    assert rasa.texts == ["一"]


async def test_choices_are_typed_and_reach_the_bot_as_what_they_stand_for(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    make_wechat_gateway()
    buttons = [
        {"title": "住房公积金提取条件", "payload": '/ask{"article":"1"}'},
        {"title": "住房公积金贷款额度", "payload": '/ask{"article":"2"}'},
    ]
    rasa.answer = lambda request: [{"text": "您想问哪一个？", "buttons": buttons}]
    assert "2. 住房公积金贷款额度" in str(await wechat.text(OPENID, "公积金"))
    await wechat.text(OPENID, "2")
    await wechat.text(OPENID, "22 号")
    assert rasa.texts == ["公积金", '/ask{"article":"2"}', "22 号"]


async def test_a_copy_of_a_choice_is_the_same_choice(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    """When it comes again nothing is offered any more."""
    make_wechat_gateway()
    button = {"title": "住房公积金贷款额度", "payload": '/ask{"article":"2"}'}
    rasa.answer = lambda request: [{"text": "您想问这个？", "buttons": [button]}]
    await wechat.text(OPENID, "公积金")
    rasa.answer = lambda request: [{"text": "最高一百万元。"}]
    body = text_body("1", number=24999999999999999)
    answers = [await wechat.ask(body) for _ in range(2)]
    assert [wechat._reply(one.content) for one in answers if one] == ["最高一百万元。"] * 2
    assert rasa.texts == ["公积金", '/ask{"article":"2"}']


async def test_a_person_takes_over_answers_by_the_api_and_gives_back(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    gateway = make_wechat_gateway()
    add_user(gateway, "seat", badge="1024")
    seat = await FakeSeat.arrive(gateway, "seat")
    try:
        await wechat.text(OPENID, "你好")
        rasa.answer = lambda request: [
            {"text": "好的。", "custom": {"event": "handoff_requested", "reason": "asked", "text": "好的。"}}
        ]
        reply = str(await wechat.text(OPENID, "转人工"))
        assert "好的。" in reply and "取消排队" in reply
        offer = await seat.next("offer")
        item = offer["item"]
        assert item["channel"] == "wechat" and OPENID not in str(offer)
        assert (await seat.act(type="accept", handoff=item["handoff"]))["type"] == "done"
        await until(lambda: "1024号" in "".join(wechat.heard(OPENID)))
        epoch = gateway.store.get(item["conversation"]).epoch
        sent = {"type": "send", "conversation": item["conversation"], "epoch": epoch}
        await seat.act(**sent, message_id="s1", text="您好，我来处理。")
        await until(lambda: "您好，我来处理。" in wechat.heard(OPENID))
        asked = len(rasa.asked)
        assert await wechat.text(OPENID, "谢谢，路灯在湖滨路") is None
        assert len(rasa.asked) == asked, "the bot is silent while a person owns the conversation"
        rasa.answer = lambda request: [{"text": "我回来了。"}]
        done = await seat.act(type="to_bot", conversation=item["conversation"], epoch=epoch)
        assert done["type"] == "done", done
        await until(lambda: "我回来了。" in "".join(wechat.heard(OPENID)))
        assert gateway.store.get(item["conversation"]).owner is Owner.BOT
    finally:
        await seat.leave()


async def test_who_waits_may_go_back_to_the_bot(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    gateway = make_wechat_gateway()
    add_user(gateway, "seat")
    seat = await FakeSeat.arrive(gateway, "seat")
    try:
        rasa.answer = calls_person
        await wechat.text(OPENID, "转人工")
        assert "取消排队" in str(await wechat.text(OPENID, "取消排队"))
        [conversation] = gateway.store.newest()
        assert conversation.owner is Owner.BOT
    finally:
        await seat.leave()


async def test_the_answer_of_a_gateway_that_is_told_to_end_is_brought_by_another(
    hasty: None, make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    first = make_wechat_gateway(rasa_timeout_s=20)
    make_wechat_gateway(rasa_timeout_s=20)
    wechat.callback_url = f"{first.url}/wechat/callback"
    rasa.delay_s = 2.5
    assert await wechat.text(OPENID, "路灯坏了") is None
    await asyncio.to_thread(first.stop)
    await until(lambda: wechat.heard(OPENID))
    await asyncio.sleep(3)
    assert wechat.heard(OPENID) == ["收到：路灯坏了"] and rasa.texts == ["路灯坏了"]


async def test_a_gateway_without_redis_still_answers_once(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    make_wechat_gateway(redis_url="redis://127.0.0.1:1/0")
    body = text_body("路灯坏了")
    answers = [await wechat.ask(body), await wechat.ask(body)]
    assert [wechat._reply(one.content) for one in answers if one] == ["收到：路灯坏了"] * 2
    assert rasa.texts == ["路灯坏了"]


async def test_a_bot_that_hangs_for_everybody_is_told_to_each_of_them_once(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    make_wechat_gateway(rasa_timeout_s=3)
    rasa.mode = "hang"
    people = [f"o{n}" for n in range(20)]
    await asyncio.gather(*(wechat.text(who, "你好") for who in people))

    def told(who: str) -> list[str]:
        # What a machine that is too slow for its own stand-in makes WeChat say is not ours.
        return [text for text in wechat.heard(who) if text != OUT_OF_ORDER]

    await until(lambda: all(told(who) for who in people))
    await asyncio.sleep(3)
    assert all(len(told(who)) == 1 and "没能及时给出答复" in told(who)[0] for who in people)

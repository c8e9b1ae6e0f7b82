"""From the bot to a person and back, with a real Redis: nobody is lost, nobody speaks out of turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.channels.web.test_chat_socket import Page
from tests.gateway.conftest import Citizen
from tests.gateway.console.conftest import angry_citizen
from tests.waiting import PATIENCE_S, until

pytestmark = pytest.mark.redis
Seats = Callable[..., Any]


async def test_a_citizen_reaches_a_seat_and_they_talk(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats, rasa: FakeRasa
) -> None:
    wang = await seats("wang")
    page = await Page.open(desk)
    welcome = await page.next("welcome")
    conversation = welcome["conversation"]
    await page.send(type="send", message_id="m1", text="楼下烧烤店天天晚上吵到两点没人管")
    await page.until_seq(3)
    await page.send(type="send", message_id="m2", text="气死我了，转人工")
    offer = await wang.next("offer")
    item = offer["item"]
    assert (item["conversation"], item["state"], item["reason"]) == (conversation, "offered", "emotion")
    assert item["emotion"] == {"label": "angry", "score": 0.9}
    assert "烧烤店" in item["title"]
    done = await wang.act(type="accept", handoff=item["handoff"])
    assert done["type"] == "done" and done["conversation"] == conversation
    owner = await page.next("owner")
    while owner["owner"] != "SEAT":
        owner = await page.next("owner")
    assert set(owner) == {"type", "owner", "epoch"} and owner["epoch"] == done["epoch"]
    await wang.act(type="open", conversation=conversation, after=0)
    first = await wang.next("message", conversation=conversation)
    assert first["message"]["seq"] == 1
    said = await wang.say(conversation, done["epoch"], "您好，我是人工坐席，请讲。")
    assert said["type"] == "done"
    while (got := await page.next("message"))["message"]["from"] != "seat":
        continue
    assert got["message"]["text"] == "您好，我是人工坐席，请讲。"
    assert got["message"]["author"] == {"badge": "1024"}
    await page.send(type="typing", on=True)
    assert (await wang.next("typing", conversation=conversation, **{"from": "citizen"}))["on"] is True
    await page.send(type="send", message_id="m3", text="他们还占用消防通道")
    await wang.find(lambda f: f["type"] == "message" and f["message"]["text"] == "他们还占用消防通道")
    item = await wang.item(conversation, unread=1)
    assert item["last"]["from"] == "citizen" and item["seat"] == wang.id
    assert item["said"] == "他们还占用消防通道"
    await wang.act(type="typing", conversation=conversation, on=True)
    while (await page.next("typing"))["from"] != "seat":
        continue
    # Nothing that was said to a person went to the bot.
    assert rasa.texts == ["楼下烧烤店天天晚上吵到两点没人管", "气死我了，转人工"]
    await page.line.close()


async def test_the_answer_that_calls_a_person_tells_the_place_in_the_queue(
    client: httpx.AsyncClient, seats: Seats
) -> None:
    await seats("wang", ready=False)
    lead = await seats("zhang")
    assert lead
    citizen = await Citizen.arrive(client)
    body = (await citizen.say("转人工")).json()
    assert body["owner"] == "WAITING"
    assert [r["kind"] for r in body["replies"]] == ["text", "handoff"]
    assert body["replies"][1]["card"]["position"] == 1
    read = await citizen.read()
    assert read["queue"]["position"] == 1


async def test_without_seats_the_bot_keeps_the_conversation_and_says_so(
    desk: RunningGateway, client: httpx.AsyncClient
) -> None:
    citizen = await Citizen.arrive(client)
    body = (await citizen.say("转人工")).json()
    assert body["owner"] == "BOT"
    refusal = body["replies"][-1]
    assert refusal["kind"] == "handoff" and "没有坐席在线" in refusal["text"]
    assert [q["text"] for q in refusal["quick_replies"]] == ["请人工回电", "登记成工单"]
    assert [m.reason.value for m in desk.store.handoff_marks(citizen.id)] == ["asked"]
    assert (await citizen.say("在吗")).json()["replies"][0]["text"] == "收到：在吗"


async def test_outside_hours_it_says_when_seats_are_back(make_desk: Any) -> None:
    gateway = make_desk(handoff_hours="03:00-03:01")
    async with httpx.AsyncClient(base_url=gateway.url, timeout=PATIENCE_S, trust_env=False) as client:
        body = (await (await Citizen.arrive(client)).say("转人工")).json()
    assert body["owner"] == "BOT" and "3点 上班" in body["replies"][-1]["text"]


async def test_an_emergency_enters_the_queue_whatever_the_hour_and_alerts_every_console(
    client: httpx.AsyncClient, seats: Seats, rasa: FakeRasa
) -> None:
    wang = await seats("wang", ready=False)
    await wang.be("offline")
    numbers = [{"number": "119", "label": "火警"}]
    rasa.answer = lambda _request: [{"custom": {"event": "emergency", "numbers": numbers}}]
    citizen = await Citizen.arrive(client)
    body = (await citizen.say("着火了")).json()
    assert body["owner"] == "WAITING"
    assert [r["kind"] for r in body["replies"]] == ["emergency", "handoff"]
    alert = await wang.next("alert")
    assert alert["kind"] == "emergency" and alert["item"]["conversation"] == citizen.id
    assert alert["item"]["priority"] == 400


async def test_an_emergency_with_nobody_there_stays_with_the_bot(
    client: httpx.AsyncClient, rasa: FakeRasa
) -> None:
    """A silent queue would be worse than a bot that goes on talking."""
    numbers = [{"number": "119", "label": "火警"}]
    rasa.answer = lambda _request: [{"custom": {"event": "emergency", "numbers": numbers}}]
    citizen = await Citizen.arrive(client)
    body = (await citizen.say("着火了")).json()
    assert body["owner"] == "BOT"
    assert [r["kind"] for r in body["replies"]] == ["emergency", "notice"]
    assert "没有坐席在线" in body["replies"][1]["text"]


async def test_an_emergency_that_found_nobody_is_on_the_first_console_and_the_citizen_is_told(
    client: httpx.AsyncClient, seats: Seats, rasa: FakeRasa
) -> None:
    numbers = [{"number": "119", "label": "火警"}]
    rasa.answer = lambda _request: [{"custom": {"event": "emergency", "numbers": numbers}}]
    citizen = await Citizen.arrive(client)
    assert (await citizen.say("着火了")).json()["owner"] == "BOT"
    wang = await seats("wang")
    alert = await wang.next("alert")
    assert (alert["kind"], alert["item"]["conversation"]) == ("emergency", citizen.id)
    assert (await wang.next("offer"))["item"]["conversation"] == citizen.id
    async with asyncio.timeout(PATIENCE_S):
        while "人工坐席上线了" not in (await citizen.read())["messages"][-1]["text"]:
            await asyncio.sleep(0.05)


async def test_what_is_added_while_waiting_is_kept_acknowledged_once_and_seen_by_the_seat(
    client: httpx.AsyncClient, seats: Seats
) -> None:
    lead = await seats("zhang")
    await lead.be("busy")
    citizen = await angry_citizen(client)
    assert (await citizen.say("是和平路88号")).json() == {"seq": 7, "replies": [], "owner": "WAITING"}
    await citizen.say("电话13900001234")
    texts = [m["text"] for m in (await citizen.read())["messages"]]
    assert texts.count("已记下，会一并交给人工。") == 1
    await lead.be("ready")
    await lead.take(citizen.id)
    await lead.find(lambda f: f["type"] == "message" and f["message"]["text"] == "是和平路88号")


async def test_a_declined_offer_goes_to_the_next_seat(client: httpx.AsyncClient, seats: Seats) -> None:
    wang, li = await seats("wang"), await seats("li")
    citizen = await angry_citizen(client)
    [first] = await until(lambda: [s for s in (wang, li) if any(f["type"] == "offer" for f in s.frames)])
    second = li if first is wang else wang
    offer = await first.next("offer")
    assert not any(f["type"] == "offer" for f in second.frames)
    assert (await first.act(type="decline", handoff=offer["item"]["handoff"], reason="忙"))["type"] == "done"
    await second.take(citizen.id)
    late = await first.act(type="accept", handoff=offer["item"]["handoff"])
    assert (late["type"], late["code"]) == ("error", "offer_gone")


async def test_an_offer_that_nobody_takes_runs_out_and_goes_on(make_desk: Any) -> None:
    from tests.fakes.fake_seat import FakeSeat, add_user

    gateway = make_desk(offer_timeout_s=0.6)
    add_user(gateway, "wang", badge="1")
    add_user(gateway, "li", badge="2")
    async with httpx.AsyncClient(base_url=gateway.url, timeout=PATIENCE_S, trust_env=False) as client:
        wang = await FakeSeat.arrive(gateway, "wang")
        citizen = await angry_citizen(client)
        await wang.next("offer")
        li = await FakeSeat.arrive(gateway, "li")
        gone = await wang.next("offer_gone")
        assert gone["why"] == "expired"
        await li.take(citizen.id)
        await wang.leave()
        await li.leave()


async def test_a_transfer_brings_note_and_history_to_the_other_seat(
    client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    done = await wang.take(citizen.id)
    li = await seats("li")
    note = "市民要求今晚有人到现场"
    moved = await wang.act(
        type="transfer", conversation=citizen.id, epoch=done["epoch"], seat=li.id, note=note
    )
    assert moved["type"] == "done", moved
    await li.take(citizen.id)
    refused = await wang.say(citizen.id, done["epoch"], "我还想说一句")
    assert (refused["type"], refused["code"]) == ("error", "not_the_owner")
    card = (await li.http.get(f"/api/v1/desk/conversations/{citizen.id}")).json()
    assert [n["text"] for n in card["notes"]] == [note]
    assert "transferred" in [e["kind"] for e in card["history"]]
    assert card["handoff"]["seat_id"] == li.id


async def test_given_back_to_the_bot_it_speaks_and_a_second_handoff_works_like_the_first(
    client: httpx.AsyncClient, seats: Seats, rasa: FakeRasa
) -> None:
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    done = await wang.take(citizen.id)
    back = await wang.act(type="to_bot", conversation=citizen.id, epoch=done["epoch"], note="已答复")
    assert back["type"] == "done", back
    await until(lambda: "/returned_from_seat" in rasa.texts)
    async with asyncio.timeout(PATIENCE_S):
        read = await citizen.read()
        while not any(m["text"] == "我是民声，又回来了。" for m in read["messages"]):
            await asyncio.sleep(0.05)
            read = await citizen.read()
    assert read["owner"] == "BOT"
    assert [m["from"] for m in read["messages"] if m["text"] == "我是民声，又回来了。"] == ["bot"]
    assert (await citizen.say("公积金怎么查")).json()["replies"][0]["text"] == "收到：公积金怎么查"
    assert (await citizen.say("还是转人工")).json()["owner"] == "WAITING"
    again = await wang.take(citizen.id)
    assert again["epoch"] > done["epoch"]
    assert (await wang.say(citizen.id, again["epoch"], "我还在"))["type"] == "done"


@pytest.mark.parametrize("written", ["before", "after", "both"])
async def test_who_writes_while_it_is_given_back_is_greeted_first_and_once(
    client: httpx.AsyncClient, seats: Seats, rasa: FakeRasa, written: str
) -> None:
    """The bot forgets the old matter with its greeting: said later it would forget what the citizen has just told."""
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    done = await wang.take(citizen.id)
    rasa.asked.clear()
    rasa.delay_s = 0.3
    words = {"before": ["公积金怎么查"], "after": ["社保怎么查"], "both": ["公积金怎么查", "社保怎么查"]}[
        written
    ]
    saying = [asyncio.create_task(citizen.say(words[0]))] if written != "after" else []
    back = await wang.act(type="to_bot", conversation=citizen.id, epoch=done["epoch"], note="")
    assert back["type"] == "done", back
    if written != "before":
        # Faster than the bot can greet.
        saying.append(asyncio.create_task(citizen.say(words[-1])))
    await asyncio.gather(*saying)
    await until(lambda: "/returned_from_seat" in rasa.texts)
    await asyncio.sleep(1)
    assert rasa.texts[0] == "/returned_from_seat" and len(set(rasa.texts)) == len(rasa.texts)
    read = await citizen.read()
    said = [m["text"] for m in read["messages"] if m["from"] == "bot"][-len(rasa.texts) :]
    assert said == ["我是民声，又回来了。", *(f"收到：{text}" for text in rasa.texts[1:])]
    if written != "before":
        assert rasa.texts[-1] == words[-1]


async def test_a_seat_whose_browser_dies_loses_the_conversation_to_the_head_of_the_queue(
    make_desk: Any,
) -> None:
    from tests.fakes.fake_seat import FakeSeat, add_user

    gateway = make_desk(seat_lost_s=4.0, offer_timeout_s=3.0)
    add_user(gateway, "wang", badge="1")
    add_user(gateway, "li", badge="2")
    async with httpx.AsyncClient(base_url=gateway.url, timeout=PATIENCE_S, trust_env=False) as client:
        wang = await FakeSeat.arrive(gateway, "wang")
        citizen = await angry_citizen(client)
        done = await wang.take(citizen.id)
        await wang.drop()
        li = await FakeSeat.arrive(gateway, "li")
        await li.take(citizen.id)
        read = await citizen.read()
        assert read["owner"] == "SEAT"
        assert any("连接中断" in m["text"] for m in read["messages"])
        await wang.open()
        refused = await wang.say(citizen.id, done["epoch"], "我回来了")
        assert refused["code"] == "not_the_owner"
        await wang.leave()
        await li.leave()


async def test_a_late_answer_of_the_bot_is_dropped_once_a_person_owns_the_conversation(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats, rasa: FakeRasa
) -> None:
    lead = await seats("zhang")
    citizen = await Citizen.arrive(client)
    rasa.delay_s = 1.0
    slow = asyncio.create_task(citizen.say("公积金怎么提取"))
    await until(lambda: rasa.asked)
    epoch = desk.store.get(citizen.id).epoch
    taken = await lead.act(type="take_over", conversation=citizen.id, epoch=epoch)
    assert taken["type"] == "done", taken
    body = (await slow).json()
    assert body["replies"] == [] and body["owner"] == "SEAT"
    rasa.delay_s = 0.0
    texts = [m.text for m in desk.store.messages(citizen.id)]
    assert not any(text.startswith("收到：") for text in texts)


async def test_the_end_asks_for_a_rating_and_the_wrap_up_closes(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    done = await wang.take(citizen.id)
    ended = await wang.act(type="end", conversation=citizen.id, epoch=done["epoch"])
    assert ended["type"] == "done", ended
    read = await citizen.read()
    assert read["owner"] == "WRAP_UP"
    assert (read["messages"][-1]["kind"], read["messages"][-1]["card"]) == ("rating", {"scale": 5})
    await wang.item(citizen.id, state="wrap_up")
    wrapped = await wang.act(
        type="wrap", conversation=citizen.id, outcome="answered", tags=["噪音"], note="答复满意"
    )
    assert wrapped["type"] == "done", wrapped
    await wang.next("item_gone", conversation=citizen.id)
    assert (await citizen.read())["owner"] == "CLOSED"
    assert (await citizen.say("喂")).status_code == 409
    card = (await wang.http.get(f"/api/v1/desk/conversations/{citizen.id}")).json()
    assert (card["handoff"]["outcome"], card["handoff"]["tags"]) == ("answered", ["噪音"])


async def test_who_writes_during_the_wrap_up_gets_a_seat_again(
    client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    done = await wang.take(citizen.id)
    await wang.act(type="end", conversation=citizen.id, epoch=done["epoch"])
    await citizen.say("等一下，还有一件事，路灯坏了三天")
    again = await wang.take(citizen.id)
    assert again["epoch"] > done["epoch"]


async def test_a_citizen_takes_the_bot_back_and_another_leaves(
    desk: RunningGateway, client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    await wang.be("busy")
    one, two = await angry_citizen(client), await angry_citizen(client)
    url = "/api/v1/conversations/{}/{}"
    assert (await client.post(url.format(one.id, "take-bot"), headers=one.headers)).json() == {"owner": "BOT"}
    assert (await one.say("在吗")).json()["replies"][0]["text"] == "收到：在吗"
    assert (await client.post(url.format(two.id, "leave"), headers=two.headers)).json() == {"owner": "CLOSED"}
    again = await client.post(url.format(one.id, "leave"), headers=one.headers)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_the_owner")
    await wang.next("item_gone", conversation=two.id)


async def test_a_wish_to_be_called_back_reaches_the_consoles(client: httpx.AsyncClient, seats: Seats) -> None:
    wang = await seats("wang")
    citizen = await Citizen.arrive(client)
    await citizen.say("请回电给我")
    told = (await wang.next("callback"))["callback"]
    assert (told["phone"], told["wish"], told["state"]) == ("139****1234", "明天上午", "open")
    taken = await wang.http.post(f"/api/v1/desk/callbacks/{told['id']}/take", json={"result": ""})
    assert taken.json()["callback"]["phone"] == "13900001234"
    done = await wang.http.post(f"/api/v1/desk/callbacks/{told['id']}/done", json={"result": "已回电"})
    assert done.json()["callback"]["state"] == "done"
    again = await wang.http.post(f"/api/v1/desk/callbacks/{told['id']}/take", json={"result": ""})
    assert again.status_code == 409

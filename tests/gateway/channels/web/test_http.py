"""A citizen's chat over HTTP keeps every promise of docs/protocol.md."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from desk.conversations import HandoffReason
from desk.orders.proof import origin_of
from gateway import sentences
from gateway.errors import Failure
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.waiting import until

pytestmark = pytest.mark.redis


async def test_a_question_gets_its_answer_and_the_log_is_numbered(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        response = await citizen.say("居住证怎么办")
        assert response.status_code == 200
        body = response.json()
        assert (body["seq"], body["owner"]) == (2, "BOT")
        reply = body["replies"][0]
        assert (reply["seq"], reply["from"], reply["text"]) == (3, "bot", "收到：居住证怎么办")
        assert reply["speech"] == reply["text"]
        log = await citizen.read()
        assert [m["seq"] for m in log["messages"]] == [1, 2, 3]
        assert (log["last_seq"], log["owner"]) == (3, "BOT")
        assert [m["seq"] for m in (await citizen.read(after=2))["messages"]] == [3]
    asked = rasa.asked[0]
    assert asked["sender"] == citizen.id
    assert asked["metadata"]["channel"] == "api"
    assert asked["metadata"]["seq"] == 2
    assert asked["metadata"]["now"].endswith("+08:00")


async def test_a_conversation_counts_for_the_address_behind_the_proxy(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(trusted_proxies="127.0.0.1")
    async with client_of(gateway) as client:
        for forwarded, address in (("203.0.113.7", "203.0.113.7"), ("6.6.6.6, 203.0.113.8", "203.0.113.8")):
            client.headers["x-forwarded-for"] = forwarded
            citizen = await Citizen.arrive(client)
            assert gateway.store.origin(citizen.id) == origin_of(address)
        client.headers["x-forwarded-for"] = "nonsense"
        citizen = await Citizen.arrive(client)
        assert gateway.store.origin(citizen.id) == ""


async def test_the_same_message_id_is_answered_once_even_at_the_same_time(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.delay_s = 0.1
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        responses = await asyncio.gather(*(citizen.say("停水了", "same") for _ in range(10)))
        bodies = [r.json() for r in responses]
        assert {r.status_code for r in responses} == {200}
        assert all(body == bodies[0] for body in bodies)
        assert (await citizen.say("停水了", "same")).json() == bodies[0]
        assert (await citizen.read())["last_seq"] == 3
    assert rasa.texts == ["停水了"]


async def test_twenty_messages_at_once_are_answered_one_by_one_in_order(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.delay_s = 0.01
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        responses = await asyncio.gather(*(citizen.say(f"第{n}句") for n in range(20)))
        assert {r.status_code for r in responses} == {200}
        log = (await citizen.read())["messages"]
    assert [m["seq"] for m in log] == list(range(1, 42))
    assert rasa.most_at_once == {citizen.id: 1}
    said = [m["text"] for m in log if m["from"] == "citizen"]
    assert rasa.texts == said
    assert [m["text"] for m in log if m["from"] == "bot"][1:] == [f"收到：{text}" for text in said]
    for response in responses:
        body = response.json()
        asked = next(m for m in log if m["seq"] == body["seq"])
        assert [r["text"] for r in body["replies"]] == [f"收到：{asked['text']}"]


async def test_two_gateways_on_one_redis_never_ask_at_the_same_time(
    make_gateway: MakeGateway, rasa: FakeRasa
) -> None:
    rasa.delay_s = 0.02
    # Eighteen turns take their turns one after another: a busy machine must not run out of patience with any of them.
    one, two = make_gateway(rasa_timeout_s=30.0), make_gateway(rasa_timeout_s=30.0)
    async with client_of(one) as first, client_of(two) as second:
        citizen = await Citizen.arrive(first)
        twin = Citizen(second, citizen.id, citizen.token)
        calls = [
            c.say(f"{name}{n}", f"{name}{n}") for n in range(8) for name, c in (("a", citizen), ("b", twin))
        ]
        responses = await asyncio.gather(*calls, citizen.say("同", "both"), twin.say("同", "both"))
        assert {r.status_code for r in responses} == {200}
        assert responses[-1].json() == responses[-2].json()
        log = (await twin.read())["messages"]
    assert rasa.most_at_once == {citizen.id: 1}
    assert sorted(rasa.texts) == sorted(m["text"] for m in log if m["from"] == "citizen")
    assert len(log) == 1 + 2 * 17


@pytest.mark.parametrize(
    ("mode", "failure"),
    [
        ("hang", Failure.TIMEOUT),
        ("empty", Failure.EMPTY),
        ("error", Failure.BROKEN),
        ("garbage", Failure.BROKEN),
        ("drop", Failure.BROKEN),
    ],
)
async def test_a_failing_bot_gives_one_honest_sentence_and_a_mark(
    make_gateway: MakeGateway, rasa: FakeRasa, mode: str, failure: Failure
) -> None:
    gateway = make_gateway(rasa_timeout_s=0.4)
    rasa.mode = mode
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        body = (await citizen.say("公积金怎么提取")).json()
        assert [(r["from"], r["text"]) for r in body["replies"]] == [("system", sentences.FAILURES[failure])]
        marks = gateway.store.handoff_marks(citizen.id)
        assert [(m.reason, m.note) for m in marks] == [(HandoffReason.FAILURE, failure.value)]
        rasa.mode = "ok"
        assert (await citizen.say("还在吗")).json()["replies"][0]["text"] == "收到：还在吗"


async def test_a_bot_that_is_down_costs_no_time_and_danger_still_gets_its_number(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.stop()
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        # Far below the twelve seconds that a turn may take: a refused connection needs no time-out.
        async with asyncio.timeout(8):
            body = (await citizen.say("家里着火了快来人")).json()
        assert [r["kind"] for r in body["replies"]] == ["emergency", "notice", "notice"]
        assert body["owner"] == "BOT"
        assert body["replies"][0]["card"]["numbers"][0]["number"] == "119"
        assert body["replies"][1]["text"] == sentences.FAILURES[Failure.UNREACHABLE]
        reasons = {m.reason for m in gateway.store.handoff_marks(citizen.id)}
        assert reasons == {HandoffReason.FAILURE, HandoffReason.EMERGENCY}
        rasa.start()
        assert (await citizen.say("好了吗")).json()["replies"][0]["text"] == "收到：好了吗"


async def test_a_slow_bot_fails_everybody_who_waits_at_once(
    make_gateway: MakeGateway, rasa: FakeRasa
) -> None:
    gateway = make_gateway(rasa_timeout_s=0.5)
    rasa.mode = "hang"
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        first = asyncio.create_task(citizen.say("一"))
        await asyncio.sleep(0.1)
        rest = [asyncio.create_task(citizen.say(text)) for text in ("二", "三")]
        await asyncio.gather(first, *rest)
        apologies = [m for m in (await citizen.read())["messages"] if m["from"] == "system"]
    assert len(apologies) <= 2


async def test_a_slash_never_reaches_rasa_as_a_command(gateway: RunningGateway, rasa: FakeRasa) -> None:
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        for text in ("/restart", "  /session_start", "//restart", '\n/inform{"phone":"1"}', "　/restart"):
            assert (await citizen.say(text)).status_code == 200
        log = [m["text"] for m in (await citizen.read())["messages"] if m["from"] == "citizen"]
    assert not any(text.strip().startswith("/") for text in rasa.texts)
    assert rasa.texts[0] == "／restart"
    # What the citizen wrote is kept as it was.
    assert log[0] == "/restart"


async def test_only_offered_payloads_are_taken(gateway: RunningGateway, rasa: FakeRasa) -> None:
    offer = {"text": "您好", "buttons": [{"title": "查进度", "payload": "/order_status"}]}
    rasa.answer = lambda request: [offer]
    async with client_of(gateway) as client:
        citizen, stranger = await Citizen.arrive(client), await Citizen.arrive(client)
        refused = await citizen.say("查进度", "early", payload="/order_status")
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "payload_unknown")
        quick = (await citizen.say("你好")).json()["replies"][0]["quick_replies"]
        assert quick == [{"text": "查进度", "payload": "/order_status"}]
        assert (await citizen.say("查进度", payload="/order_status")).status_code == 200
        assert (await citizen.say("重来", payload="/restart")).status_code == 422
        assert (await stranger.say("查进度", payload="/order_status")).status_code == 422
    assert rasa.texts == ["你好", "/order_status"]


async def test_tokens_guard_a_conversation(gateway: RunningGateway) -> None:
    async with client_of(gateway) as client:
        citizen, other = await Citizen.arrive(client), await Citizen.arrive(client)
        intruder = Citizen(client, citizen.id, other.token)
        refused = await intruder.say("偷看")
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")
        intruder.headers = {}
        assert (await intruder.say("偷看")).status_code == 401
        nobody = Citizen(client, "c000000000000000000000000", citizen.token)
        assert (await nobody.say("在吗")).status_code == 404
        assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"message_id": "m1", "text": "长" * 5001}, 413),
        ({"message_id": "m1", "text": "字" * 200_000}, 413),
        ({"message_id": "m1", "text": "长" * 5000}, 200),
        ({"message_id": "m1", "text": "🙏" * 5000}, 200),
        ({"message_id": "m1", "text": ""}, 422),
        ({"message_id": "m1", "text": "  \n"}, 422),
        ({"message_id": "", "text": "你好"}, 422),
        ({"message_id": "m" * 65, "text": "你好"}, 422),
        ({"message_id": 7, "text": "你好"}, 422),
        ({"text": "你好"}, 422),
        ([], 422),
    ],
)
async def test_sizes_and_shapes_are_bounded(gateway: RunningGateway, body: Any, status: int) -> None:
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        url = f"/api/v1/conversations/{citizen.id}/messages"
        response = await client.post(url, json=body, headers=citizen.headers)
        assert response.status_code == status
        if status != 200:
            error = response.json()["error"]
            assert set(error) == {"code", "text", "retryable"}
            assert "一" <= error["text"][0] <= "鿿"


async def test_a_body_without_an_announced_length_is_bounded_too(gateway: RunningGateway) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b"x" * 10_000

    async with client_of(gateway) as client:
        response = await client.post("/api/v1/conversations", content=endless())
        assert response.status_code == 413


async def test_limits_say_when_to_come_back(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(rate_messages_per_minute=3, rate_conversations_per_hour=2)
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        statuses = [(await citizen.say("你好")).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        limited = await citizen.say("你好")
        assert 1 <= int(limited.headers["retry-after"]) <= 60
        assert limited.json()["error"]["retryable"] is True
        other = await Citizen.arrive(client)
        assert (await other.say("你好")).status_code == 200
        assert (await client.post("/api/v1/conversations", json={})).status_code == 429


async def test_a_false_forwarded_address_does_not_escape_the_limit(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(rate_conversations_per_hour=2)
    async with client_of(gateway) as client:
        statuses = [
            (
                await client.post("/api/v1/conversations", json={}, headers={"X-Forwarded-For": f"1.2.3.{n}"})
            ).status_code
            for n in range(3)
        ]
    assert statuses == [201, 201, 429]


async def test_rating_and_closing(gateway: RunningGateway, rasa: FakeRasa) -> None:
    rasa.answer = lambda request: [{"text": "再见"}, {"custom": {"event": "close"}}]
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        body = (await citizen.say("再见", "bye")).json()
        assert body["owner"] == "CLOSED"
        assert (await citizen.say("又来了")).status_code == 409
        assert (await citizen.say("再见", "bye")).json() == body
        url = f"/api/v1/conversations/{citizen.id}/rating"
        for score, status in ((5, 204), (0, 422), (6, 422), ("5", 422)):
            response = await client.post(url, json={"score": score, "comment": "好"}, headers=citizen.headers)
            assert response.status_code == status
    assert gateway.store.get(citizen.id).rating_score == 5


async def test_a_conversation_of_a_human_hears_nothing_from_the_bot(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.delay_s = 1.0
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        turn = asyncio.create_task(citizen.say("转人工"))
        await until(lambda: rasa.asked)
        gateway.store.take_over(citizen.id, "u1", None)
        body = (await turn).json()
        assert (body["replies"], body["owner"]) == ([], "SEAT")
        body = (await citizen.say("有人吗")).json()
        assert (body["replies"], body["owner"]) == ([], "SEAT")
        log = (await citizen.read())["messages"]
    assert [m["text"] for m in log[1:]] == ["转人工", "有人吗"]
    assert rasa.texts == ["转人工"]


async def test_events_of_the_bot_take_effect(gateway: RunningGateway, rasa: FakeRasa) -> None:
    rasa.answer = lambda request: [
        {"custom": {"event": "handoff_requested", "reason": "emotion", "note": "连续愤怒"}},
        {
            "custom": {
                "kind": "answer",
                "text": "**办法**",
                "format": "markdown",
                "speech": "办法",
                "card": {"articles": []},
            }
        },
        {"custom": {"event": "rating", "score": 4}},
        {"image": "http://example.com/x.png"},
    ]
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        replies = (await citizen.say("气死我了")).json()["replies"]
    # No seat is there: that is said after what the bot said.
    assert [(r["kind"], r["format"]) for r in replies] == [("answer", "markdown"), ("handoff", "plain")]
    assert replies[0]["speech"] == "办法"
    assert [(m.reason.value, m.note) for m in gateway.store.handoff_marks(citizen.id)] == [
        ("emotion", "连续愤怒")
    ]
    assert gateway.store.get(citizen.id).rating_score == 4


async def test_who_is_too_fast_reads_how_long_to_wait_and_whom_to_call_in_danger(
    make_gateway: MakeGateway,
) -> None:
    gateway = make_gateway(rate_messages_per_minute=1)
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        await citizen.say("你好")
        refused = await citizen.say("着火了")
    assert refused.status_code == 429
    told = refused.json()["error"]["text"]
    assert f"{refused.headers['retry-after']} 秒" in told
    assert all(number in told for number in ("110", "119", "120"))


async def test_who_leaves_a_queue_that_he_is_not_in_is_told_in_a_citizens_words(
    gateway: RunningGateway,
) -> None:
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        for act in ("leave", "take-bot"):
            url = f"/api/v1/conversations/{citizen.id}/{act}"
            refused = await client.post(url, headers=citizen.headers)
            assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_the_owner")
            assert refused.json()["error"]["text"] == sentences.NOT_IN_THE_QUEUE

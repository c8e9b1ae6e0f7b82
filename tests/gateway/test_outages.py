"""When a neighbour is away the citizen hears one honest sentence and nothing is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.conversations import ConversationStore, HandoffReason
from gateway import sentences
from tests.conftest import PrivateRedis
from tests.fakes.fake_rasa import FakeRasa
from tests.gateway.channels.web.test_chat_socket import Page
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.waiting import until

pytestmark = pytest.mark.redis


class Locked:
    """Another program holds the SQLite database."""

    def __init__(self, var: Path) -> None:
        self._connection = sqlite3.connect(var / "minsheng.db", isolation_level=None)

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_: object) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


async def test_a_locked_database_keeps_the_message_and_answers_it_later(
    make_gateway: MakeGateway, rasa: FakeRasa
) -> None:
    gateway = make_gateway()
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        with Locked(gateway.settings.var_dir):
            first = await citizen.say("停水两天了", "m1")
            assert first.status_code == 503
            assert first.json()["error"] == {"code": "kept", "text": sentences.KEPT, "retryable": True}
            # The retry of an impatient page keeps it twice on disk and stores it once.
            second, danger = await asyncio.gather(
                citizen.say("停水两天了", "m1"), citizen.say("还漏燃气,救命", "m2")
            )
            assert {second.status_code, danger.status_code} == {503}
            assert "119" in danger.json()["error"]["text"]
            spool = list((gateway.settings.var_dir / "spool").glob("*.jsonl"))
            assert [path.stat().st_mode & 0o777 for path in spool] == [0o600]
        await until(lambda: len(gateway.store.messages(citizen.id)) == 5)
        log = (await citizen.read())["messages"]
        assert [m["text"] for m in log[1:]][0] == "停水两天了"
        assert sorted(m["text"] for m in log if m["from"] == "citizen") == sorted(
            ["停水两天了", "还漏燃气,救命"]
        )
        assert sorted(rasa.texts) == sorted(["停水两天了", "还漏燃气,救命"])
        assert HandoffReason.FAILURE in {m.reason for m in gateway.store.handoff_marks(citizen.id)}
        assert (await citizen.say("停水两天了", "m1")).json()["replies"][0]["text"] == "收到：停水两天了"
        assert rasa.texts.count("停水两天了") == 1


async def test_an_answer_that_cannot_be_stored_is_kept_and_not_asked_again(
    make_gateway: MakeGateway, rasa: FakeRasa
) -> None:
    gateway = make_gateway(rasa_timeout_s=10)
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        rasa.delay_s = 0.5
        turn = asyncio.create_task(citizen.say("确认提交", "m1"))
        await until(lambda: rasa.asked)
        with Locked(gateway.settings.var_dir):
            assert (await turn).status_code == 503
        await until(lambda: len(gateway.store.messages(citizen.id)) == 3)
        body = (await citizen.say("确认提交", "m1")).json()
        assert [r["text"] for r in body["replies"]] == ["收到：确认提交"]
    assert rasa.texts == ["确认提交"]


async def test_kept_messages_survive_a_restart(make_gateway: MakeGateway, rasa: FakeRasa) -> None:
    gateway = make_gateway()
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        with Locked(gateway.settings.var_dir):
            assert (await citizen.say("路灯不亮", "m1")).status_code == 503
            await asyncio.to_thread(gateway.stop)
    assert len(gateway.store.messages(citizen.id)) == 1
    make_gateway()
    await until(lambda: len(gateway.store.messages(citizen.id)) == 3)
    assert rasa.texts == ["路灯不亮"]
    assert [m.reason for m in gateway.store.handoff_marks(citizen.id)] == [HandoffReason.FAILURE]


async def test_without_redis_the_conversation_goes_on(
    make_gateway: MakeGateway, rasa: FakeRasa, mortal_redis: PrivateRedis
) -> None:
    gateway = make_gateway(redis_url=mortal_redis.url)
    replica = make_gateway(redis_url=mortal_redis.url)
    async with client_of(gateway) as client, client_of(replica) as other:
        citizen = await Citizen.arrive(client)
        assert (await citizen.say("一")).status_code == 200
        page = await Page.open(replica, conversation=citizen.id, token=citizen.token)
        await page.until_seq(3)
        mortal_redis.stop()
        rasa.delay_s = 0.05
        twin = Citizen(other, citizen.id, citizen.token)
        calls = [
            c.say(f"{n}{name}", f"{n}{name}") for n in range(4) for name, c in (("a", citizen), ("b", twin))
        ]
        responses = await asyncio.gather(*calls)
        assert {r.status_code for r in responses} == {200}
        # The lease in SQL keeps two replicas from asking at the same time.
        assert rasa.most_at_once == {citizen.id: 1}
        assert await page.until_seq(19) == list(range(1, 20))
        health = (await client.get("/healthz")).json()
        assert health["components"]["redis"]["state"] == "down"
        assert health["status"] == "degraded"
        mortal_redis.start()
        await asyncio.sleep(1.2)
        assert (await citizen.say("又好了")).status_code == 200
        assert (await page.until_seq(21))[-1] == 21
        await page.line.close()


async def test_redis_lost_in_the_middle_of_a_turn_loses_nothing(
    make_gateway: MakeGateway, rasa: FakeRasa, mortal_redis: PrivateRedis
) -> None:
    gateway = make_gateway(redis_url=mortal_redis.url)
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        rasa.delay_s = 0.4
        turn = asyncio.create_task(citizen.say("一"))
        await until(lambda: rasa.asked)
        mortal_redis.stop()
        assert [r["text"] for r in (await turn).json()["replies"]] == ["收到：一"]


async def test_what_was_stored_but_not_answered_is_answered_after_a_start(
    make_gateway: MakeGateway, rasa: FakeRasa
) -> None:
    gateway = make_gateway()
    past = ConversationStore(gateway.engine, lambda: datetime.now(UTC) - timedelta(minutes=1))
    conversation, _, _ = past.create("web")
    past.append_citizen(conversation.id, "m1", "死机前的话")
    long_past = ConversationStore(gateway.engine, lambda: datetime.now(UTC) - timedelta(hours=2))
    old, _, _ = long_past.create("web")
    long_past.append_citizen(old.id, "m1", "太久以前")
    make_gateway()
    await until(lambda: len(gateway.store.messages(conversation.id)) == 2)
    assert rasa.texts == ["死机前的话"]


async def test_a_conversation_leaves_nothing_personal_in_the_logs(
    make_gateway: MakeGateway, rasa: FakeRasa, capfd: pytest.CaptureFixture[str]
) -> None:
    """Happy turns, failures, crashes with tracebacks: phone, ID, name, address and words never show."""
    from desk.logs import configure_logs

    configure_logs("DEBUG")
    gateway = make_gateway()
    words = "我叫王小明,电话13800138000,身份证33010619800101123X,住和平路幸福里小区3栋2单元501室,楼上天天装修"
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        await citizen.say(words)
        rasa.mode = "garbage"
        await citizen.say(words)
        rasa.mode, rasa.answer = "ok", lambda request: [{"odd": words}, {"custom": {"event": words}}]
        await citizen.say(words)
        with Locked(gateway.settings.var_dir):
            await citizen.say(words)
        # A bug in the middle of a turn, whose message carries what was said.
        rasa.answer = lambda request: [{"text": words, "custom": None, "buttons": [{"title": {"x": words}}]}]
        await citizen.say(words, payload=words)
        await client.get("/api/v1/knowledge/search", params={"q": words})
        await client.get(f"/{words}")
        page = await Page.open(gateway, conversation=citizen.id, token=words)
        await page.closed()
    await asyncio.to_thread(gateway.stop)
    output = "".join(capfd.readouterr())
    assert "message_kept" in output
    for secret in ("王小明", "13800138000", "33010619800101123X", "幸福里", "501室", "装修", citizen.token):
        assert secret not in output

"""One bad message never stops all, and what was acknowledged is stored, on every database."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from desk.conversations import ConversationStore, HandoffReason
from desk.logs import configure_logs
from desk.store.base import Base
from desk.store.engine import open_engine
from gateway import sentences
from gateway.api.health import CACHE_S
from gateway.errors import Failure, StoreRefused
from gateway.runtime.blocking import Blocking
from gateway.turns import spool
from gateway.turns.spool import Spool
from gateway.turns.turns import Turns
from tests.fakes.fake_rasa import FakeRasa
from tests.gateway.channels.web.test_chat_socket import Page
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.gateway.test_outages import Locked
from tests.waiting import until

pytestmark = pytest.mark.redis

SECRET = "张三住和平路3号"


async def test_nul_is_dropped_at_the_door_and_the_same_words_go_everywhere(
    make_gateway: MakeGateway, database_url: str, rasa: FakeRasa
) -> None:
    gateway = make_gateway(database_url=database_url)
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        page = await Page.open(gateway, conversation=citizen.id, token=citizen.token)
        assert (await citizen.say("停\x00水了", "m\x001")).status_code == 200
        await page.send(type="send", message_id="m2", text="还\x00是没水")
        await page.next("ack")
        await page.until_seq(5)
        shown = [frame["message"]["text"] for frame in page.frames if frame["type"] == "message"]
        log = [message["text"] for message in (await citizen.read())["messages"]]
        assert shown == log and log[1:] == ["停水了", "收到：停水了", "还是没水", "收到：还是没水"]
        assert rasa.texts == ["停水了", "还是没水"]
        assert (await citizen.say("\x00\x00")).json()["error"]["code"] == "malformed"
        await page.line.close()
    assert list((gateway.settings.var_dir / "spool").glob("*.jsonl")) != []
    assert gateway.store.handoff_marks(citizen.id) == []


async def test_what_rasa_says_is_cleaned_too(
    make_gateway: MakeGateway, database_url: str, rasa: FakeRasa
) -> None:
    rasa.answer = lambda _request: [
        {"text": "已\x00登记", "buttons": [{"title": "好\x00的", "payload": "/x\x00"}]}
    ]
    async with client_of(make_gateway(database_url=database_url)) as client:
        citizen = await Citizen.arrive(client)
        [reply] = (await citizen.say("登记")).json()["replies"]
        assert (reply["text"], reply["quick_replies"]) == ("已登记", [{"text": "好的", "payload": "/x"}])


@pytest.mark.postgres
async def test_what_the_database_refuses_is_told_from_a_database_that_is_away(postgres_server: str) -> None:
    engine = open_engine(f"postgresql+psycopg://minsheng@{postgres_server}/postgres")
    Base.metadata.create_all(engine)
    store, blocking = ConversationStore(engine), Blocking(sqlite=False)
    conversation, _token, _greeting = await blocking.write(store.create, "web")
    with pytest.raises(StoreRefused):
        await blocking.write(store.append_citizen, conversation.id, "m" * 200, "停水了")
    await blocking.aclose()
    engine.dispose()


def message_body(message_id: str, text: str, **more: Any) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    return {"message_id": message_id, "text": text, "payload": None, "card": None, "at": at, **more}


async def test_poison_in_the_spool_holds_up_nobody_and_is_laid_aside_for_a_human(
    make_gateway: MakeGateway, database_url: str, rasa: FakeRasa, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs("INFO")
    gateway = make_gateway(database_url=database_url)
    var = gateway.settings.var_dir
    poisoned, other, closed = (gateway.store.create("web")[0].id for _ in range(3))
    gateway.store.append_citizen(other, "m1", "你好")
    gateway.store.close(closed)
    await asyncio.to_thread(gateway.stop)
    kept = Spool(var / "spool")
    # Without a time, of an unknown kind, under an id that other words have, of a conversation that has ended.
    kept.keep(poisoned, "message", message_body("m1", SECRET, at="neulich"))
    kept.keep(poisoned, "answer", {"epoch": "one", "text": SECRET})
    kept.keep(poisoned, "message", message_body("m2", "路灯不亮"))
    kept.keep(other, "message", message_body("m1", SECRET))
    kept.keep(closed, "message", message_body("m1", SECRET))
    kept.keep(other, "message", message_body("m2", "井盖丢了"))
    kept.close()

    again = make_gateway(database_url=database_url)
    await until(lambda: {"路灯不亮", "井盖丢了"} <= set(rasa.texts))
    await until(lambda: len(again.store.messages(other)) >= 3)
    aside = spool.quarantined(var / "spool")
    assert len(aside) == 4
    assert {path.stat().st_mode & 0o777 for path in aside} == {0o600}
    assert all(orjson.loads(path.read_bytes())["body"]["text"] == SECRET for path in aside)
    for conversation_id in (poisoned, other, closed):
        marks = again.store.handoff_marks(conversation_id)
        assert (HandoffReason.FAILURE, "quarantined") in {(mark.reason, mark.note) for mark in marks}
    async with client_of(again) as client:
        time.sleep(CACHE_S + 0.1)
        health = (await client.get("/healthz")).json()["components"]["spool"]
    assert (health["state"], "4 entries are laid aside" in health["detail"]) == ("degraded", True)
    output = "".join(capfd.readouterr())
    assert output.count("spool_entry_quarantined") == 4
    assert "张三" not in output and "和平路" not in output


@pytest.mark.postgres
async def test_what_postgresql_refuses_does_not_stop_recovery(
    make_gateway: MakeGateway, postgres_server: str, rasa: FakeRasa
) -> None:
    url = f"postgresql+psycopg://minsheng@{postgres_server}/postgres"
    gateway = make_gateway(database_url=url)
    first, second = (gateway.store.create("web")[0].id for _ in range(2))
    await asyncio.to_thread(gateway.stop)
    kept = Spool(gateway.settings.var_dir / "spool")
    kept.keep(first, "message", message_body("m" * 100, "太长的编号"))
    kept.keep(second, "message", message_body("m1", "好的一条"))
    kept.close()
    make_gateway(database_url=url)
    await until(lambda: "好的一条" in rasa.texts)
    assert len(spool.quarantined(gateway.settings.var_dir / "spool")) == 1


async def test_other_words_under_a_kept_id_are_refused_and_the_same_ones_kept_once(
    make_gateway: MakeGateway, rasa: FakeRasa
) -> None:
    gateway = make_gateway()
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        with Locked(gateway.settings.var_dir):
            codes = [
                (await citizen.say(text, "m1")).json()["error"]["code"]
                for text in ("你好", "你好", "着火了,救命")
            ]
            assert codes == ["kept", "kept", "message_id_taken"]
            [file] = [p for p in (gateway.settings.var_dir / "spool").glob("*.jsonl") if p.stat().st_size]
            assert len(file.read_bytes().splitlines()) == 1
        await until(lambda: rasa.texts == ["你好"])


async def test_other_words_under_a_stored_id_are_refused_by_every_door(
    make_gateway: MakeGateway, database_url: str, rasa: FakeRasa
) -> None:
    gateway = make_gateway(database_url=database_url)
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        first = await citizen.say("你好", "m1")
        assert (await citizen.say("你好", "m1")).json() == first.json()
        response = await citizen.say("家里着火了", "m1")
        assert response.status_code == 409
        assert response.json()["error"] == {
            "code": "message_id_taken",
            "text": sentences.MESSAGE_ID_TAKEN,
            "retryable": False,
        }
        page = await Page.open(gateway, conversation=citizen.id, token=citizen.token)
        await page.send(type="send", message_id="m1", text="家里着火了")
        error = await page.next("error")
        assert (error["code"], error["message_id"]) == ("message_id_taken", "m1")
        assert "ack" not in {frame["type"] for frame in page.frames}
        await page.send(type="send", message_id="m1", text="你好")
        assert (await page.next("ack"))["seq"] == first.json()["seq"]
        await page.line.close()
        assert (await citizen.say("家里着火了", "m2")).status_code == 200
    assert rasa.texts == ["你好", "家里着火了"]


async def test_what_cannot_be_kept_is_not_acknowledged(
    make_gateway: MakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Database away and disk full at once: the citizen hears that it is not stored."""

    def full(_file: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    gateway = make_gateway()
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        page = await Page.open(gateway, conversation=citizen.id, token=citizen.token)
        with Locked(gateway.settings.var_dir):
            monkeypatch.setattr(spool, "_write_all", full)
            response = await citizen.say("停水两天了", "m1")
            assert response.status_code == 503
            assert response.json()["error"]["code"] == "store_unavailable"
            assert response.json()["error"]["text"] == sentences.NOT_STORED
            await page.send(type="send", message_id="m2", text="停水两天了")
            assert (await page.next("error"))["code"] == "store_unavailable"
        await page.line.close()
    assert len(gateway.store.messages(citizen.id)) == 1


async def test_one_conversation_that_cannot_be_written_holds_up_no_other(
    make_gateway: MakeGateway, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row is locked by somebody, say: the others are replayed all the same, and it comes last."""
    gateway = make_gateway()
    stuck, *others = (gateway.store.create("web")[0].id for _ in range(4))
    await asyncio.to_thread(gateway.stop)
    kept = Spool(gateway.settings.var_dir / "spool")
    for number, conversation_id in enumerate((stuck, *others)):
        kept.keep(conversation_id, "message", message_body("m1", f"第{number}句"))
    kept.close()
    append = ConversationStore.append_citizen

    def locked(store: ConversationStore, conversation_id: str, *args: Any, **more: Any) -> Any:
        if conversation_id == stuck and len(rasa.texts) < len(others):
            raise TimeoutError
        return append(store, conversation_id, *args, **more)

    monkeypatch.setattr(ConversationStore, "append_citizen", locked)
    make_gateway()
    await until(lambda: len(rasa.texts) == 4)
    assert rasa.texts[-1] == "第0句"


async def test_a_recovery_that_breaks_is_begun_again_and_seen(
    make_gateway: MakeGateway, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    recover, broken = Turns.recover, 0

    async def breaking(turns: Turns, **more: Any) -> int:
        nonlocal broken
        if broken < 2:
            broken += 1
            raise ValueError("whatever it is")
        return await recover(turns, **more)

    monkeypatch.setattr(Turns, "recover", breaking)
    gateway = make_gateway()
    past = ConversationStore(gateway.engine, lambda: datetime.now(UTC) - timedelta(minutes=2))
    conversation, _token, _greeting = past.create("web")
    past.append_citizen(conversation.id, "m1", "死机前的话")
    await until(lambda: rasa.texts == ["死机前的话"])
    async with client_of(gateway) as client:
        report = (await client.get("/healthz")).json()
    assert report["components"]["loops"]["state"] == "degraded"
    assert report["components"]["loops"]["detail"].startswith("turns.recover: ValueError")
    assert report["status"] == "degraded"


async def test_an_answer_that_the_database_refuses_becomes_an_honest_sentence(
    make_gateway: MakeGateway, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not asked again each half minute: Rasa would say the same."""
    append = ConversationStore.append_reply

    def refusing(
        store: ConversationStore, conversation_id: str, epoch: int, answers: Any, drafts: Any, *more: Any
    ) -> Any:
        if any("收到" in draft.text for draft in drafts):
            raise OverflowError("Python int too large to convert to SQLite INTEGER")
        return append(store, conversation_id, epoch, answers, drafts, *more)

    monkeypatch.setattr(ConversationStore, "append_reply", refusing)
    gateway = make_gateway()
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        [reply] = (await citizen.say("停水了")).json()["replies"]
        assert reply["text"] == sentences.FAILURES[Failure.BROKEN]
    assert [mark.reason for mark in gateway.store.handoff_marks(citizen.id)] == [HandoffReason.FAILURE]
    assert rasa.texts == ["停水了"]


async def test_a_frame_that_breaks_us_does_not_end_the_page(
    make_gateway: MakeGateway, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would come back and send the same again, without end."""
    accept = Turns.accept

    async def breaking(turns: Turns, conversation_id: str, message_id: str, *more: Any) -> Any:
        if message_id == "m1":
            raise KeyError("whatever it is")
        return await accept(turns, conversation_id, message_id, *more)

    monkeypatch.setattr(Turns, "accept", breaking)
    page = await Page.open(make_gateway())
    await page.send(type="send", message_id="m1", text="停水了")
    error = await page.next("error")
    assert (error["code"], error["message_id"], error["text"]) == ("internal", "m1", sentences.INTERNAL)
    await page.send(type="send", message_id="m2", text="还是停水")
    assert (await page.next("ack"))["message_id"] == "m2"
    await page.line.close()

"""The exchange announces a call's numbers; the call that comes with that UUID knows its caller."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from cli.main import app
from cli.simulator.asterisk_client import AnnouncementRefused, AsteriskClient, announce_call
from desk.conversations import Owner
from desk.orders.limits import OrderLimits
from desk.orders.order import NewOrder, OrderType
from desk.orders.proof import origin_of
from desk.orders.store import OrderStore
from desk.store import migrate
from desk.store.redis_keys import announced_call
from gateway.audio.pcm import wav_bytes
from gateway.channels.phone.audiosocket import conversation_of
from gateway.channels.phone.callers import AnnouncedCalls, numbers_of
from gateway.runtime.redis_link import RedisLink
from tests.conftest import free_port
from tests.fakes.fake_ears import FakeEars
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.channels.web.conftest import PATIENT, ears
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.gateway.console.conftest import MakeDesk, make_desk
from tests.waiting import until

__all__ = ["ears", "make_desk"]
pytestmark = pytest.mark.redis
TOKEN = {"Authorization": "Bearer exchange"}
NUMBER = "13700002222"


def path(call_id: uuid.UUID) -> str:
    return f"/api/v1/calls/{call_id}"


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("13700002222", NUMBER),
        ("+86 137-0000-2222", NUMBER),
        ("008613700002222", NUMBER),
        ("013700002222", NUMBER),
        ("057187654321", "057187654321"),
        ("01087654321", "01087654321"),
        ("+862131010426", "02131010426"),
        ("+86 10 8765 4321", "01087654321"),
        ("008657187654321", "057187654321"),
        ("862131010426", "02131010426"),
        ("8613700002222", NUMBER),
        ("86543210", "86543210"),
        # Of another country: nobody of ours.
        ("+18665390000", ""),
        ("+1 (866) 539-0000", ""),
        ("0018665390000", ""),
        ("+85212345678", ""),
        ("", ""),
    ],
)
def test_one_line_has_one_spelling(shown: str, kept: str) -> None:
    assert numbers_of(shown).caller == kept


@pytest.fixture
async def link(redis_url: str) -> AsyncIterator[RedisLink]:
    link = RedisLink(redis_url)
    yield link
    await link.aclose()


async def test_what_is_announced_is_taken_once_and_does_not_stay(link: RedisLink) -> None:
    calls, call_id = AnnouncedCalls(link), uuid.uuid4()
    await calls.announce(call_id, numbers_of("12345678"))
    await calls.announce(call_id, numbers_of(NUMBER, "12333"))
    assert 0 < await link.client.pttl(announced_call(call_id.hex)) <= 60_000
    taken = await calls.take(call_id)
    assert (taken.caller, taken.called) == (NUMBER, "12333")
    assert not await link.client.exists(announced_call(call_id.hex))
    assert (await calls.take(call_id)).caller == ""
    # Whatever is logged of them says nothing.
    assert NUMBER not in repr(taken)


async def test_a_call_is_taken_while_redis_is_away() -> None:
    link = RedisLink(f"redis://127.0.0.1:{free_port()}")
    assert (await AnnouncedCalls(link).take(uuid.uuid4())).caller == ""
    await link.aclose()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "caller：缺少这一项"),
        ({"caller": "anonymous"}, "caller：格式不对"),
        ({"caller": "1" * 40}, "caller：太长，最多 32 个字符"),
        ({"caller": NUMBER, "called": "12345;rm"}, "called：格式不对"),
        ({"caller": NUMBER, "caled": "12345"}, "caled：没有这一项"),
        ({"caller": None}, "caller：应为文字"),
    ],
)
async def test_what_is_wrong_is_said_without_the_number(
    make_gateway: MakeGateway, body: dict[str, Any], says: str
) -> None:
    async with client_of(make_gateway(api_tokens="exchange")) as http:
        refused = await http.put(path(uuid.uuid4()), json=body, headers=TOKEN)
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "malformed")
        assert says in refused.json()["error"]["text"]
        assert NUMBER not in refused.text


async def test_only_the_exchange_announces_calls(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(api_tokens="exchange")
    body = {"caller": NUMBER}
    async with client_of(gateway) as http:
        url = path(uuid.uuid4())
        assert (await http.put(url, json=body)).status_code == 401
        assert (await http.post(url, data=body, headers={"Authorization": "Bearer no"})).status_code == 401
        assert (await http.put("/api/v1/calls/1", json=body, headers=TOKEN)).status_code == 422
        assert (await http.put(url, json=body, headers=TOKEN)).status_code == 204
        assert (await http.post(url, data=body, headers=TOKEN)).status_code == 204
        # A number in the address would stand in every log on the way.
        assert (await http.post(url, params=body, data=body, headers=TOKEN)).status_code == 422
    with pytest.raises(AnnouncementRefused, match="caller"):
        await announce_call(gateway.url, "exchange", uuid.uuid4(), "withheld")


async def test_an_exchange_hears_that_redis_is_away(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(api_tokens="exchange", redis_url=f"redis://127.0.0.1:{free_port()}")
    async with client_of(gateway) as http:
        away = await http.put(path(uuid.uuid4()), json={"caller": NUMBER}, headers=TOKEN)
    assert (away.status_code, away.json()["error"]["retryable"]) == (503, True)


@pytest.fixture
async def hotline(make_desk: MakeDesk, ears: FakeEars) -> RunningGateway:
    gateway = make_desk(asr_port=ears.port, audiosocket_port=free_port(), api_tokens="exchange", **PATIENT)
    add_user(gateway, "wang", badge="1024")
    return gateway


async def called(gateway: RunningGateway, call_id: uuid.UUID, caller: str = NUMBER) -> AsteriskClient:
    await announce_call(gateway.url, "exchange", call_id, caller, "12333")
    return await AsteriskClient.call("127.0.0.1", gateway.settings.audiosocket_port, call_id)


async def test_the_seat_knows_who_calls_and_what_he_had_before(
    hotline: RunningGateway, rasa: FakeRasa, caplog: pytest.LogCaptureFixture
) -> None:
    orders = OrderStore(hotline.engine, OrderLimits.from_settings(hotline.settings))
    order = orders.create(
        NewOrder(
            draft_id="1", conversation_id="c0", channel="web", type=OrderType.COMPLAIN, title="夜间施工",
            description="工地夜里施工", phone=NUMBER,
        )
    )  # fmt: skip
    earlier = uuid.uuid4()
    async with await called(hotline, earlier):
        await until(lambda: hotline.store.newest(limit=1))

    wang = await FakeSeat.arrive(hotline, "wang")
    call_id = uuid.uuid4()
    conversation = conversation_of(call_id)
    async with await called(hotline, call_id, "+86 137 0000 2222") as caller:
        await until(lambda: [f for f in caller.heard if not f.silent])
        caller.press("0")
        await wang.take(conversation, 120)
        assert rasa.asked[-1]["metadata"]["caller_number"] == NUMBER
        assert hotline.store.origin(conversation) == origin_of(NUMBER)
        desk = "/api/v1/desk"
        card = (await wang.http.get(f"{desk}/conversations/{conversation}")).json()
        assert card["conversation"]["called"] == "12333"
        assert card["citizen"]["phone"] == "137****2222"
        assert card["citizen"]["phone_origin"] == "line"
        past = (await wang.http.get(f"{desk}/citizens/{conversation}/past")).json()
        assert [one["number"].replace("-", "") for one in past["orders"]] == [order.number]
        assert [one["id"] for one in past["conversations"]] == [conversation_of(earlier)]
        form = (await wang.http.get(f"{desk}/conversations/{conversation}/order-draft")).json()
        [phone] = [field for field in form["fields"] if field["name"] == "phone"]
        assert (phone["value"], phone["origin"]) == (NUMBER, "line")
        shown = await wang.http.post(
            f"{desk}/conversations/{conversation}/reveal", json={"what": "phone", "why": "核对"}
        )
        assert shown.json() == {"value": NUMBER}
    await wang.leave()
    hotline.stop()
    written = caplog.text
    assert "phone_call_began" in written and NUMBER not in written and "137 0000 2222" not in written
    with hotline.engine.connect() as connection:
        audited = connection.execute(text("select count(*) from audit where action = 'reveal'")).scalar()
    assert audited == 1


async def test_who_hangs_up_blocks_his_seat_no_longer_than_the_wrap_up(hotline: RunningGateway) -> None:
    wang = await FakeSeat.arrive(hotline, "wang")
    call_id = uuid.uuid4()
    conversation = conversation_of(call_id)
    async with await called(hotline, call_id) as caller:
        await until(lambda: [f for f in caller.heard if not f.silent])
        caller.press("0")
        await wang.take(conversation, 120)
    await until(lambda: hotline.store.get(conversation).owner is Owner.WRAP_UP)
    await until(lambda: "已挂断" in hotline.store.messages(conversation)[-1].text)
    await wang.act(type="wrap", conversation=conversation, outcome="answered", tags=[])
    async with client_of(hotline) as client:
        citizen = await Citizen.arrive(client)
        await citizen.say("转人工")
        await wang.take(citizen.id, 120)
    await wang.leave()


async def test_a_call_without_a_number_is_a_call(hotline: RunningGateway, rasa: FakeRasa) -> None:
    call_id = uuid.uuid4()
    async with await called(hotline, call_id, "") as caller:
        await until(lambda: [f for f in caller.heard if not f.silent])
        caller.press("0")
        await until(lambda: rasa.asked)
    assert "caller_number" not in rasa.asked[0]["metadata"]
    kept = hotline.store.get(conversation_of(call_id))
    assert (kept.caller_phone, kept.called_number) == ("", "12333")
    # Those who withhold their number share no count of wrong proofs.
    assert hotline.store.origin(kept.id) == ""


def test_minsheng_call_announces_its_number(
    hotline: RunningGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hotline.engine.begin() as connection:
        # Made without migrations; the command line asks for the newest.
        connection.execute(text("create table alembic_version (version_num varchar(32))"))
        connection.execute(text("insert into alembic_version values (:at)"), {"at": migrate.newest()})
    silence = tmp_path / "silence.wav"
    silence.write_bytes(wav_bytes(bytes(16000), 16000))
    settings = hotline.settings.model_copy(update={"port": hotline.port})
    monkeypatch.setattr("cli.commands.call.load_settings", lambda: settings)
    monkeypatch.setattr("cli.commands.call.ANSWER_S", 0.1)
    ran = CliRunner().invoke(app, ["call", str(silence), "--caller", NUMBER])
    assert ran.exit_code == 0, ran.output
    assert hotline.store.newest(limit=1)[0].caller_phone == NUMBER

    refused = CliRunner().invoke(app, ["call", str(silence), "--caller", "nobody"])
    assert refused.exit_code != 0 and "caller：格式不对" in str(refused.exception)
    by_page = CliRunner().invoke(app, ["call", str(silence), "--caller", NUMBER, "--via", "browser"])
    assert "a page has no number" in str(by_page.exception)

"""What a seat sees of danger and of long conversations before reading them: the right words, and nothing made up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from danger.advice import advice_book
from desk.conversations import Message, Sender
from desk.handoff.store import Callback, CallbackState
from desk.orders.drafting.draft import Draft, Value
from desk.places import place_said
from gateway.console.danger_words import KINDS, Line, danger_told
from gateway.console.summary import promises_in, summary_of
from tests.fakes.fake_rasa import FakeRasa
from tests.gateway.conftest import Citizen
from tests.gateway.console.conftest import hotline

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
Seats = Callable[..., Any]


def lines(*said: str) -> list[Line]:
    """市: the citizen, 键: their button, 警: advice in danger, 答: any other answer."""
    return [
        Line(one[0] in "市键", "emergency" if one[0] == "警" else "text", one[2:], one[0] == "键")
        for one in said
    ]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["市:你好", "答:您好", "市:我家着火了", "警:拨119"], "我家着火了"),
        # What follows while help is on its way.
        (["市:我家着火了", "警:拨119", "市:快一点啊", "警:别慌"], "我家着火了"),
        (["市:我家着火了", "警:拨119", "市:二楼也着火了", "警:快走"], "二楼也着火了"),
        # The answer begins with other words.
        (["市:你好", "答:您好", "市:我家着火了", "答:请别慌", "警:拨119"], "我家着火了"),
        # Only the understanding took it for danger.
        (["市:路灯坏了", "答:在哪里", "市:他脸都紫了", "警:拨120", "市:好的", "警:等着"], "他脸都紫了"),
        (["市:他脸都紫了", "警:拨120", "市:还要等多久", "答:已经在路上"], "他脸都紫了"),
        # Of two dangers the one that is told now.
        (
            ["市:楼下着火了", "警:拨119", "市:火灭了，谢谢", "答:好的", "市:我爸喘不上气了", "警:拨120"],
            "我爸喘不上气了",
        ),
        # A long message: the part that tells it.
        (["市:我是三号楼的。今天回家看到厨房着火了。门口还停着车。", "警:拨119"], "今天回家看到厨房着火了"),
        # The bot was away.
        (["市:你好", "市:煤气味很大我头晕", "市:有人吗"], "煤气味很大我头晕"),
        (["键:转人工", "警:拨110"], ""),
        (["市:你好", "答:您好"], ""),
        ([], ""),
    ],
)
def test_danger_is_told_in_the_words_that_raised_the_alarm(said: list[str], told: str) -> None:
    assert danger_told(lines(*said)) == told


def test_every_kind_of_danger_has_a_name_for_seats() -> None:
    assert set(KINDS) == set(advice_book().kinds)


@pytest.mark.redis
async def test_an_offer_for_danger_shows_the_danger_and_not_the_greeting(
    client: httpx.AsyncClient, seats: Seats, rasa: FakeRasa
) -> None:
    def answer(request: dict[str, Any]) -> list[dict[str, Any]]:
        if "着火" in request["message"]:
            called = {"event": "handoff_requested", "reason": "emergency", "note": "fire"}
            return [{"custom": {"kind": "emergency", "text": "请立即拨打 119！"}}, {"custom": called}]
        return hotline(request)

    rasa.answer = answer
    wang = await seats("wang")
    citizen = await Citizen.arrive(client)
    for words in ("你好呀", "我们小区楼下的烧烤店天天晚上吵到两点没人管", "刚说完厨房就着火了，快来人啊"):
        await citizen.say(words)
    offer = await wang.next("offer")
    item = offer["item"]
    assert item["reason"] == "emergency" and "着火" in item["title"] and "烧烤" not in item["title"]
    assert item["note"] == "火情"
    done = await wang.take(citizen.id)
    await citizen.say("快一点啊")
    assert done["type"] == "done"
    item = await wang.item(citizen.id, state="serving")
    assert "着火" in item["title"]


def message(seq: int, sender: Sender, text: str, **more: Any) -> Message:
    return Message(
        **{
            **{"conversation_id": "c1", "seq": seq, "sender": sender, "text": text, "format": "plain"},
            **{"speech": text, "kind": "text", "quick_replies": (), "card": None, "message_id": None},
            **{"payload": None, "reply_to": None, "at": NOW},
            **more,
        }
    )


DRAFT = replace(
    Draft("d1", "complain", {"description": Value("楼下烧烤店天天晚上吵到两点", 2)}),
    place=place_said("和平路88号幸福里小区3栋"),
)


def test_a_summary_has_matter_place_questions_and_promises() -> None:
    told = [
        message(1, Sender.BOT, "您好，请问有什么可以帮您？"),
        message(2, Sender.CITIZEN, "楼下烧烤店天天晚上吵到两点，你们管不管？"),
        message(3, Sender.CITIZEN, "转人工", payload="/ask_human"),
        message(4, Sender.CITIZEN, "能转人工吗？"),
        message(5, Sender.SEAT, "您好，请问在什么位置？"),
        message(6, Sender.CITIZEN, "和平路88号。多久能有结果？"),
        message(7, Sender.SEAT, "好的。我会联系城管核实，明天下午前给您回电。不会让您白等的。"),
        message(8, Sender.CITIZEN, "多久能有结果？"),
    ]
    callback = Callback(
        id="k1",
        conversation_id="c1",
        phone="13900001234",
        wish="明天下午",
        note="",
        state=CallbackState.OPEN,
        created_at=NOW,
        due_at=None,
        seat_id=None,
        done_at=None,
        result=None,
    )
    made = summary_of(told, DRAFT, [], callback, ZONE).as_json(clear=True)
    assert made["messages"] == 8 and made["danger"] == ""
    assert made["matter"] == "楼下烧烤店天天晚上吵到两点"
    assert made["place"] == "和平路88号幸福里小区3栋"
    assert [one["seq"] for one in made["asked"]] == [6, 8]
    assert made["promised"] == [
        {"seq": 7, "text": "我会联系城管核实，明天下午前给您回电"},
        {"seq": 0, "text": "人工回电 139****1234，明天下午"},
    ]


def test_whoever_only_looks_sees_it_masked() -> None:
    told = [message(2, Sender.CITIZEN, "我叫王小明，13900001234能查到吗？")]
    made = summary_of(told, DRAFT, [], None, ZONE)
    clear, masked = made.as_json(clear=True), made.as_json(clear=False)
    assert "13900001234" in clear["asked"][0]["text"] and "3栋" in clear["place"]
    assert "13900001234" not in str(masked) and "王小明" not in str(masked) and "3栋" not in masked["place"]


@pytest.mark.parametrize(
    ("text", "promised"),
    [
        ("我马上帮您转给城管局处理。", ["我马上帮您转给城管局处理"]),
        ("两个工作日内答复您！请保持电话畅通。", ["两个工作日内答复您"]),
        ("今天下班前会有人上门。", ["今天下班前会有人上门"]),
        ("您好，请问在什么位置？", []),
        ("这个我们无法处理，抱歉。", []),
        ("如果明天前没有修好，请再打来。", []),
        ("您是明天前要用吗？", []),
        ("好的，谢谢您。", []),
    ],
)
def test_a_promise_is_what_somebody_will_do(text: str, promised: list[str]) -> None:
    assert promises_in(text) == promised


@pytest.mark.redis
async def test_the_summary_is_given_for_a_conversation_of_47_messages(
    client: httpx.AsyncClient, seats: Seats
) -> None:
    wang = await seats("wang")
    citizen = await Citizen.arrive(client)
    await citizen.say("我们小区楼下的烧烤店天天晚上吵到两点没人管")
    await citizen.say("地址是和平路88号幸福里小区3栋")
    for n in range(18):
        await citizen.say(f"补充一句，第{n}个晚上也吵")
    await citizen.say("几点以后算扰民？")
    await citizen.say("气死我了，转人工")
    done = await wang.take(citizen.id)
    await wang.say(citizen.id, done["epoch"], "我会转给城管处理，明天前给您答复。")
    url = f"/api/v1/desk/conversations/{citizen.id}/summary"
    made = (await wang.http.get(url)).json()
    assert made["messages"] >= 46
    assert "烧烤店" in made["matter"] and "和平路88号" in made["place"]
    assert [one["text"] for one in made["asked"]] == ["几点以后算扰民？"]
    assert [one["text"] for one in made["promised"]] == ["我会转给城管处理，明天前给您答复"]
    assert "13" not in made["danger"]
    lead = await seats("zhang")
    looked = (await lead.http.get(url)).json()
    assert "3栋" not in looked["place"] and looked["asked"] == made["asked"]

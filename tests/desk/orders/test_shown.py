"""Duplicates, status, views and exports: what leaves the desk, and what must not."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.orders.duplicates import likely_duplicates
from desk.orders.export import all_orders, guarded, write_csv, write_jsonl
from desk.orders.number import format_number
from desk.orders.order import EventKind, Order, OrderEvent, OrderStatus, OrderType, Remark
from desk.orders.status import report_bare_status, report_status
from desk.orders.store import OrderFilter, OrderStore
from desk.orders.view import first_card, order_card, order_line, order_view
from tests.desk.orders.conftest import HandClock
from tests.desk.orders.samples import barbecue

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def stored(**changes: Any) -> Order:
    given = barbecue(phone="13800138000", **changes.pop("given", {}))
    values = {name: getattr(given, name) for name in given.__dataclass_fields__}
    order = Order(
        **values,
        number="261122000159",
        status=OrderStatus.ACCEPTED,
        created_at=NOW,
        updated_at=NOW,
        due_at=NOW + timedelta(days=7),
    )
    return replace(order, **changes)


def again(**changes: Any) -> Any:
    """The same citizen some days later, in other words."""
    values = {
        "draft_id": "d9",
        "conversation_id": "c9",
        "title": "楼下烧烤店油烟",
        "description": "还是那个烧烤店,油烟还是很大,半夜一两点还在烤",
    }
    return barbecue(**(values | changes))


def test_the_same_trouble_is_found_with_its_reasons() -> None:
    (duplicate,) = likely_duplicates(again(), [stored()])
    assert duplicate.score > 0.8
    assert duplicate.reasons == ("诉求分类相同", "地点相同", "描述相近")


def test_other_troubles_are_no_duplicates() -> None:
    water = again(
        title="停水",
        description="家里停水两天了没有人管",
        subject="",
        category_code="0501",
        category_path=("公用事业",),
    )
    assert likely_duplicates(water, [stored()]) == ()
    other_place = again(place_district="西岭区", place_street="石门街道")
    assert likely_duplicates(other_place, [stored()]) == ()
    other_door = again(place_detail="和平路12号")
    assert likely_duplicates(other_door, [stored()]) == ()


def test_the_same_story_without_a_place_is_a_duplicate() -> None:
    vague = again(place_district="", place_street="", place_detail="", description=barbecue().description)
    assert len(likely_duplicates(vague, [stored()])) == 1


def test_the_likeliest_comes_first() -> None:
    near = stored(draft_id="d2", number="261122000027", place_detail="和平路", description="有人在路边烤串")
    assert [d.order.draft_id for d in likely_duplicates(again(), [near, stored()])][0] == "d1"


def test_a_confidential_order_is_not_betrayed_as_a_duplicate() -> None:
    secret = stored(confidential=True)
    assert likely_duplicates(again(), [secret]) == ()
    assert len(likely_duplicates(again(conversation_id="c1"), [secret])) == 1


def test_a_draft_is_no_duplicate_of_itself() -> None:
    assert likely_duplicates(barbecue(), [stored()]) == ()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (OrderStatus.ACCEPTED, "已受理,正在派给明州市城市管理局。最迟11月29日12:00前答复。"),
        (OrderStatus.DISPATCHED, "已派给明州市城市管理局,等待办理。"),
        (OrderStatus.PROCESSING, "正在由明州市城市管理局办理。"),
        (OrderStatus.WITHDRAWN, "已按您的要求撤回。"),
    ],
)
def test_progress_is_told_in_plain_words(status: OrderStatus, words: str) -> None:
    told = report_status(stored(status=status), NOW, ZONE)
    assert words in told.text and words in told.speech
    assert told.text.startswith("您的投诉工单 261122-00015-9「和平路88号烧烤店油烟扰民」")
    assert told.speech.startswith("您的投诉工单二六幺幺二二")


@pytest.mark.parametrize("status", list(OrderStatus))
def test_the_bare_status_tells_how_far_and_until_when_and_nothing_else(status: OrderStatus) -> None:
    answer = OrderEvent(
        seq=2, kind=EventKind.STATUS, by="op", at=NOW, to_status=OrderStatus.ANSWERED, note="已经罚款"
    )
    told = report_bare_status(stored(status=status, history=(answer,)), NOW, ZONE)
    for words in (told.text, told.speech):
        assert status.label in words
        assert ("11月29日" in words) is status.is_open
        for secret in ("油烟", "和平路", "城市管理局", "投诉", "罚款", "8000", "王"):
            assert secret not in words


def test_the_desk_sees_what_an_order_may_repeat_and_its_citizen_does_not() -> None:
    order = stored(duplicate_of="261121000013", query_code="482913")
    assert order_line(order, ZONE)["duplicate_of"] == "261121-00001-3"
    assert "261121" not in str(order_card(order, ZONE)) + report_status(order, NOW, ZONE).text
    assert first_card(order, ZONE)["code"] == "482913"
    for shown in (order_card(order, ZONE), order_line(order, ZONE), order_view(order, ZONE)):
        assert "482913" not in str(shown)


def test_a_late_order_says_so() -> None:
    assert "现在已经超时" in report_status(stored(), NOW + timedelta(days=8), ZONE).text


def _moved(to: OrderStatus, note: str) -> OrderEvent:
    return OrderEvent(seq=2, kind=EventKind.STATUS, by="op-7", at=NOW, to_status=to, note=note)


def test_only_notes_for_the_citizen_are_told() -> None:
    internal = _moved(OrderStatus.DISPATCHED, "此人多次投诉,注意")
    answer = _moved(OrderStatus.ANSWERED, "已责令安装油烟净化器")
    told = report_status(stored(status=OrderStatus.CLOSED, history=(internal, answer)), NOW, ZONE).text
    assert "答复意见:已责令安装油烟净化器。" in told
    assert "注意" not in told and "op-7" not in told
    refused = stored(status=OrderStatus.REJECTED, history=(_moved(OrderStatus.REJECTED, "已进入诉讼程序"),))
    assert "没有受理。原因:已进入诉讼程序。" in report_status(refused, NOW, ZONE).text


def test_hurries_are_counted_aloud_while_the_order_is_open() -> None:
    assert "您已催办2次" in report_status(stored(hurry_count=2), NOW, ZONE).text
    assert "催办" not in report_status(stored(hurry_count=2, status=OrderStatus.CLOSED), NOW, ZONE).text


SECRETS = ("王小明", "138 0013 8000", "13800138000", "8000", "88号")


def secret_order() -> Order:
    """A confidential order whose free text repeats what must stay secret."""
    return stored(
        given={"description": "我叫王小明,电话13800138000,住和平路88号", "title": "举报楼下 138 0013 8000"},
        confidential=True,
        type=OrderType.REPORT,
        callback_phone="13900138000",
        appeal="给13800138000回电话",
        remarks=(Remark(text="我的电话是13800138000", by="citizen", at=NOW),),
        history=(OrderEvent(seq=1, kind=EventKind.REVEALED, by="op-7", at=NOW, note="联系13800138000"),),
    )


def test_nothing_of_a_confidential_caller_is_shown_anywhere() -> None:
    order = secret_order()
    csv_text, jsonl_text = io.StringIO(), io.StringIO()
    write_csv([order], csv_text, ZONE)
    write_jsonl([order], jsonl_text, ZONE)
    status = report_status(order, NOW, ZONE)
    shown = {
        "card": json.dumps(order_card(order, ZONE), ensure_ascii=False),
        "line": json.dumps(order_line(order, ZONE), ensure_ascii=False),
        "view": json.dumps(order_view(order, ZONE), ensure_ascii=False),
        "csv": csv_text.getvalue(),
        "jsonl": jsonl_text.getvalue(),
        "text": status.text,
        "speech": status.speech,
    }
    for where, words in shown.items():
        for secret in SECRETS:
            assert secret not in words, f"{secret} is in {where}"
    assert order_view(order, ZONE)["caller"] == order_card(order, ZONE)["phone"] == "保密"


def test_a_revealed_order_shows_everything() -> None:
    view = order_view(secret_order(), ZONE, revealed=True)
    assert (view["caller"], view["phone"], view["callback_phone"]) == (
        "王小明先生",
        "13800138000",
        "13900138000",
    )
    assert view["description"] == "我叫王小明,电话13800138000,住和平路88号"
    assert view["place_detail"] == "和平路88号" and view["revealed"] is True


def test_operators_see_a_masked_caller_and_the_place() -> None:
    view = order_view(stored(), ZONE)
    assert (view["caller"], view["phone"], view["place_detail"]) == ("王*先生", "138****8000", "和平路88号")
    assert view["due_at"] == "2026-11-29T12:00:00+08:00"


def test_the_card_has_the_keys_of_the_protocol() -> None:
    assert order_card(stored(), ZONE) == {
        "number": "261122-00015-9",
        "type": "投诉",
        "title": "和平路88号烧烤店油烟扰民",
        "status": "已受理",
        "place": "东湖区和平街道和平路88号",
        "due_at": "2026-11-29T12:00:00+08:00",
        "phone": "138****8000",
    }


@pytest.mark.parametrize(
    "cell", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", " =1", "=1", "\u3000=1", "|cmd", "%0A"]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


def test_ordinary_cells_stay_as_they_are() -> None:
    assert [guarded(cell) for cell in ("和平路", "261122-00015-9", 3, "")] == [
        "和平路",
        "261122-00015-9",
        "3",
        "",
    ]


def test_a_csv_can_be_read_back(store: OrderStore, clock: HandClock) -> None:
    for n in range(3):
        store.create(barbecue(f"d{n}", title=["=HYPERLINK(1)", '引号",逗号', "两\n行"][n]))
    out = io.StringIO(newline="")
    assert write_csv(all_orders(store), out, ZONE, excel=True) == 3
    text = out.getvalue()
    assert text.startswith("\ufeff工单号,类型")
    rows = list(csv.DictReader(io.StringIO(text[1:], newline="")))
    assert [row["标题"] for row in rows] == ["两\n行", '引号",逗号', "'=HYPERLINK(1)"]
    assert rows[0]["诉求分类"] == "生态环境/大气污染"


def test_an_export_walks_through_all_pages(store: OrderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.orders.export.PAGE_MAX", 2)
    numbers = [format_number(store.create(barbecue(f"d{n}")).number) for n in range(5)]
    out = io.StringIO()
    assert write_jsonl(all_orders(store, OrderFilter(type=OrderType.COMPLAIN)), out, ZONE) == 5
    assert [json.loads(line)["number"] for line in out.getvalue().splitlines()] == numbers[::-1]

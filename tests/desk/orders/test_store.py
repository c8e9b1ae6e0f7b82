from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, event, func, select, update

from desk.orders import tables as t
from desk.orders.errors import (
    BadOrder,
    BadTransition,
    NumbersExhausted,
    OrderNotFound,
    StoreUnavailable,
)
from desk.orders.limits import OrderLimits
from desk.orders.number import build_number, format_number, is_number
from desk.orders.order import EventKind, OrderStatus, OrderType, Urgency
from desk.orders.store import OrderFilter, OrderStore
from desk.store.engine import open_engine
from tests.desk.orders.conftest import HandClock
from tests.desk.orders.samples import barbecue


def test_an_order_comes_back_as_it_was_given(store: OrderStore, clock: HandClock) -> None:
    given = barbecue()
    order = store.create(given)
    assert store.get(order.number) == order
    for name in ("title", "description", "place_detail", "category_path", "sources", "type", "confidential"):
        assert getattr(order, name) == getattr(given, name)
    assert order.phone == "13800138000"
    assert format_number(order.number).startswith("261122-00001-")
    assert order.status is OrderStatus.ACCEPTED
    assert order.created_at == clock.now and order.created_at.tzinfo is UTC
    assert order.due_at == datetime(2026, 11, 29, 4, 0, tzinfo=UTC)


def test_the_same_draft_gives_the_same_order(store: OrderStore) -> None:
    first = store.create(barbecue("d1"))
    assert store.create(barbecue("d1", title="另一个标题")) == first
    assert store.create(barbecue("d2")).number != first.number
    assert store.create(barbecue("d1", conversation_id="c2")).number != first.number


def test_numbers_count_from_one_on_each_day_of_the_city(store: OrderStore, clock: HandClock) -> None:
    """The day changes at midnight in Shanghai, which is 16:00 UTC."""
    clock.now = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)
    assert store.create(barbecue("d1")).number[:11] == "26112200001"
    assert store.create(barbecue("d2")).number[:11] == "26112200002"
    clock.pass_time(seconds=1)
    assert store.create(barbecue("d3")).number[:11] == "26112300001"


def test_concurrent_creators_never_share_or_skip_a_number(store: OrderStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        orders = list(pool.map(lambda n: store.create(barbecue(f"d{n}")), range(80)))
    numbers = sorted(order.number for order in orders)
    assert all(is_number(number) for number in numbers)
    assert [int(number[6:11]) for number in numbers] == list(range(1, 81))


def test_concurrent_calls_for_one_draft_give_one_order(store: OrderStore, engine: Engine) -> None:
    for draft in range(5):
        with ThreadPoolExecutor(8) as pool:
            numbers = set(pool.map(lambda _, d=draft: store.create(barbecue(f"d{d}")).number, range(8)))
        assert len(numbers) == 1
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(t.orders)).scalar_one() == 5
        # A rolled back double gives its number back.
        assert connection.execute(select(t.order_numbers.c.last)).scalar_one() == 5


def test_a_day_without_numbers_left_says_so_and_keeps_nothing(store: OrderStore, engine: Engine) -> None:
    store.create(barbecue("d1"))
    with engine.begin() as connection:
        connection.execute(update(t.order_numbers).values(last=99_999))
    with pytest.raises(NumbersExhausted):
        store.create(barbecue("d2"))
    assert [order.draft_id for order in store.find_by_conversation("c1")] == ["d1"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", " "), ("description", ""), ("draft_id", ""), ("title", "长" * 201), ("phone", "1" * 33)],
)
def test_a_bad_field_is_named(store: OrderStore, field: str, value: str) -> None:
    with pytest.raises(BadOrder) as caught:
        store.create(barbecue(**{field: value}))
    assert caught.value.field == field


def test_text_that_databases_refuse_is_cleaned(store: OrderStore) -> None:
    order = store.create(barbecue(description="坏\x00字符\ud83d 和\x1b[31m颜色\n第二行😀"))
    assert store.get(order.number).description == "坏字符 和[31m颜色\n第二行😀"


def test_an_unknown_number_is_not_found(store: OrderStore) -> None:
    missing = build_number(datetime(2026, 11, 22).date(), 7)
    for call in (
        lambda: store.get(missing),
        lambda: store.get("nonsense"),
        lambda: store.history(missing),
        lambda: store.hurry(missing, "citizen"),
        lambda: store.add_remark(missing, "补充", "citizen"),
        lambda: store.withdraw(missing, "", "citizen"),
        lambda: store.reveal(missing, "op", "回访"),
    ):
        with pytest.raises(OrderNotFound):
            call()


def test_own_open_orders_are_found_by_any_spelling_of_the_phone(store: OrderStore, clock: HandClock) -> None:
    first = store.create(barbecue("d1"))
    clock.pass_time(days=1)
    second = store.create(barbecue("d2", phone="13900139000", callback_phone="+86 138-0013-8000"))
    closed = store.create(barbecue("d3"))
    store.withdraw(closed.number, "解决了", "citizen")
    found = store.find_open_by_phone("138 0013-8000")
    assert [order.number for order in found] == [second.number, first.number]
    assert store.find_open_by_phone("") == ()


def test_remarks_are_kept_in_order_and_not_doubled(store: OrderStore) -> None:
    order = store.create(barbecue())
    store.add_remark(order.number, "昨晚又到两点", "citizen")
    store.add_remark(order.number, " 昨晚又到两点 ", "citizen")
    after = store.add_remark(order.number, "店名叫老王烧烤", "citizen")
    assert [remark.text for remark in after.remarks] == ["昨晚又到两点", "店名叫老王烧烤"]
    assert [event.seq for event in after.history] == [1, 2, 3]
    for text in ("", "  ", "长" * 2001):
        with pytest.raises(BadOrder):
            store.add_remark(order.number, text, "citizen")
    store.withdraw(order.number, "", "citizen")
    with pytest.raises(BadTransition):
        store.add_remark(order.number, "还有", "citizen")


def test_the_department_is_told_at_most_once_in_four_hours(store: OrderStore, clock: HandClock) -> None:
    order = store.create(barbecue())
    first = store.hurry(order.number, "citizen")
    assert first.told and first.order.hurry_count == 1
    clock.pass_time(hours=3)
    second = store.hurry(order.number, "citizen")
    assert not second.told and second.order.hurry_count == 2 and second.next_at == first.next_at
    clock.pass_time(hours=1)
    third = store.hurry(order.number, "citizen")
    assert third.told and third.order.hurry_count == 3


def test_concurrent_hurries_all_count_and_tell_once(store: OrderStore) -> None:
    order = store.create(barbecue())
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: store.hurry(order.number, "citizen").told, range(16)))
    assert told.count(True) == 1
    after = store.get(order.number)
    assert after.hurry_count == 16
    assert [event.seq for event in after.history] == list(range(1, 18))


def test_withdrawing_twice_is_one_withdrawal(store: OrderStore) -> None:
    order = store.create(barbecue())
    once = store.withdraw(order.number, "自己解决了", "citizen")
    assert once.status is OrderStatus.WITHDRAWN
    assert store.withdraw(order.number, "自己解决了", "citizen") == once
    with pytest.raises(BadTransition):
        store.hurry(order.number, "citizen")


def test_an_order_follows_its_life_and_no_other(store: OrderStore) -> None:
    number = store.create(barbecue()).number
    with pytest.raises(BadTransition):
        store.change_status(number, OrderStatus.CLOSED, "op")
    for status in (
        OrderStatus.DISPATCHED,
        OrderStatus.PROCESSING,
        OrderStatus.ANSWERED,
        OrderStatus.PROCESSING,
        OrderStatus.ANSWERED,
        OrderStatus.CLOSED,
    ):
        assert store.change_status(number, status, "op", "说明").status is status
    with pytest.raises(BadTransition):
        store.withdraw(number, "晚了", "citizen")
    moves = [(e.from_status, e.to_status) for e in store.history(number) if e.kind is EventKind.STATUS]
    assert moves[0] == (OrderStatus.ACCEPTED, OrderStatus.DISPATCHED) and len(moves) == 6


def test_a_look_at_the_caller_is_written_down(store: OrderStore) -> None:
    number = store.create(barbecue(confidential=True)).number
    shown = store.reveal(number, "op-7", "电话回访")
    last = store.history(number)[-1]
    assert shown.caller_name == "王小明"
    assert (last.kind, last.by, last.note) == (EventKind.REVEALED, "op-7", "电话回访")
    with pytest.raises(BadOrder):
        store.reveal(number, "op-7", " ")


def test_pages_show_every_order_once(store: OrderStore, clock: HandClock) -> None:
    numbers = []
    for n in range(7):
        clock.pass_time(hours=5)
        numbers.append(store.create(barbecue(f"d{n}")).number)
    seen: list[str] = []
    cursor = None
    while True:
        page = store.list(limit=3, cursor=cursor)
        seen += [order.number for order in page.orders]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == numbers[::-1]
    with pytest.raises(BadOrder):
        store.list(cursor="' OR 1=1 --")
    with pytest.raises(BadOrder):
        store.list(limit=501)


def test_filters_narrow_the_list(store: OrderStore, clock: HandClock) -> None:
    old = store.create(barbecue("d1")).number
    clock.pass_time(days=2)
    new = store.create(barbecue("d2", type=OrderType.PRAISE, urgency=Urgency.URGENT)).number
    store.change_status(old, OrderStatus.DISPATCHED, "op")

    def found(**wanted: object) -> list[str]:
        return [order.number for order in store.list(OrderFilter(**wanted)).orders]  # type: ignore[arg-type]

    assert found(type=OrderType.PRAISE) == found(urgency=Urgency.URGENT) == [new]
    assert found(status=OrderStatus.DISPATCHED) == [old]
    assert found(since=clock.now) == [new]
    assert found(until=clock.now) == [old]
    assert found(department="明州市城市管理局") == [new, old]
    assert found(conversation_id="other") == []


def test_a_number_is_returned_only_after_its_commit(store: OrderStore, engine: Engine) -> None:
    """A commit that fails means no order and no number, and the next try works."""
    failures = [True]

    @event.listens_for(engine, "commit")
    def _fail(_connection: object) -> None:
        if failures:
            failures.pop()
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        store.create(barbecue())
    assert store.find_by_conversation("c1") == ()
    assert store.create(barbecue()).number[6:11] == "00001"


def test_a_locked_database_is_our_error_and_retryable(tmp_path: object) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/locked.db")
    t.Base.metadata.create_all(engine, tables=[t.orders, t.order_numbers])
    store = OrderStore(engine, OrderLimits())
    other = open_engine(f"sqlite:///{tmp_path}/locked.db")
    with other.connect() as blocker:
        blocker.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable) as caught:
            store.create(barbecue())
    assert caught.value.retryable
    other.dispose()
    engine.dispose()


def test_an_order_becomes_secret_once_and_says_so_in_its_journal(store: OrderStore) -> None:
    """Whatever its status; a second wish changes nothing."""
    order = store.create(barbecue("d1"))
    kept = store.keep_secret(order.number, "citizen")
    assert kept.confidential
    assert kept.history[-1].kind is EventKind.SECRET
    assert store.keep_secret(order.number, "citizen") == kept

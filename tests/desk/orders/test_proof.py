"""Nobody but its citizen gets an order, guessing is bounded everywhere, and no stranger shuts the true owner out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from desk.orders import tables as t
from desk.orders.errors import TooManyTries
from desk.orders.limits import OrderLimits
from desk.orders.number import build_number, format_number
from desk.orders.order import Order
from desk.orders.proof import Asker, Bound, TryBounds, is_own, origin_of
from desk.orders.store import OrderStore
from desk.settings import Settings
from tests.desk.orders.conftest import HandClock
from tests.desk.orders.samples import barbecue

STRANGER = Asker(conversation_id="stranger", origin="there")


def wrong_code(order: Order, other: int = 1) -> str:
    return f"{(int(order.query_code) + other) % 10**6:06d}"


def asker(n: int, origin: str = "there") -> Asker:
    return Asker(conversation_id=f"stranger-{n}", origin=origin)


def guess(store: OrderStore, number: str, who: Asker, tail: str = "1111") -> bool:
    """Whether the guess was looked at."""
    try:
        assert store.find_by_tail(number, tail, who) is None
    except TooManyTries:
        return False
    return True


def test_the_tail_of_the_phone_opens_an_order(store: OrderStore) -> None:
    order = store.create(barbecue(callback_phone="0571-88881234"))
    for tail in ("8000", "尾号八零零零", "13800138000", "1234"):
        assert store.find_by_tail(format_number(order.number), tail, STRANGER) == order
    for wrong in ("8001", "000", "", "xxxx", "八"):
        assert store.find_by_tail(order.number, wrong, STRANGER) is None


def test_an_order_without_a_phone_or_in_confidence_is_opened_by_no_tail(store: OrderStore) -> None:
    silent = store.create(barbecue("d1", phone=""))
    secret = store.create(barbecue("d2", confidential=True))
    for tail in ("0000", "xxxx", "8000"):
        assert store.find_by_tail(silent.number, tail, STRANGER) is None
    assert store.find_by_tail(secret.number, "8000", asker(2)) is None
    assert store.find_by_code(secret.number, secret.query_code, STRANGER) == secret


def test_every_order_has_a_code_of_its_own_that_opens_it(store: OrderStore) -> None:
    orders = [store.create(barbecue(f"d{n}")) for n in range(20)]
    assert len({order.query_code for order in orders}) > 10
    assert all(len(order.query_code) == 6 and order.query_code.isdigit() for order in orders)
    first = orders[0]
    spoken = first.query_code.translate(str.maketrans("0123456789", "零幺二三四五六七八九"))
    assert store.find_by_code(format_number(first.number), first.query_code, STRANGER) == first
    assert store.find_by_code(first.number, spoken, STRANGER) == first
    for wrong in (wrong_code(first), "", "xxxxxx", first.query_code[:5], first.query_code + "0"):
        assert store.find_by_code(first.number, wrong, STRANGER) is None
    assert store.create(barbecue("d0")).query_code == first.query_code


def test_the_code_is_shown_by_nothing_by_accident(store: OrderStore) -> None:
    order = store.create(barbecue())
    assert "query_code" not in repr(order)


def test_an_order_is_its_conversations_and_its_lines(store: OrderStore) -> None:
    order = store.create(barbecue(phone="138 0013 8000", callback_phone="057187654321转802"))
    secret = store.create(barbecue("d2", confidential=True))
    assert is_own(order, Asker(conversation_id="c1"))
    assert store.find_own(order.number, Asker(conversation_id="other")) is None
    assert store.find_own(order.number, Asker(conversation_id="other", line_phone="+86 13800138000")) == order
    # The switchboard of a whole company is nobody's own line.
    assert store.find_own(order.number, Asker(conversation_id="other", line_phone="057187654321")) is None
    assert store.find_own(secret.number, Asker(conversation_id="other", line_phone="13800138000")) is None
    assert store.find_own("nonsense", Asker(conversation_id="c1")) is None


def test_a_guesser_who_goes_from_number_to_number_is_stopped(store: OrderStore, clock: HandClock) -> None:
    """Numbers can be counted up; five wrong ones an hour is all that one conversation has, whatever they are about."""
    numbers = [build_number(clock.now.date(), n) for n in range(1, 7)]
    assert [guess(store, number, STRANGER) for number in numbers] == [True] * 5 + [False]
    with pytest.raises(TooManyTries) as caught:
        store.find_by_tail(numbers[0], "8000", STRANGER)
    assert (caught.value.scope, caught.value.retry_at) == (
        "conversation",
        datetime(2026, 11, 22, 5, 0, tzinfo=UTC),
    )
    clock.pass_time(minutes=61)
    assert guess(store, numbers[0], STRANGER)


def test_many_conversations_from_one_address_are_one_guesser(store: OrderStore, clock: HandClock) -> None:
    numbers = [build_number(clock.now.date(), n) for n in range(1, 41)]
    looked_at = [guess(store, number, asker(n)) for n, number in enumerate(numbers)]
    assert looked_at == [True] * 20 + [False] * 20
    clock.pass_time(hours=25)
    assert guess(store, numbers[0], asker(99))


def test_a_stranger_does_not_shut_the_owner_out(store: OrderStore) -> None:
    """From one address nobody reaches the bound of an order, by tails or by codes."""
    order = store.create(barbecue())
    for n in range(200):
        guess(store, order.number, asker(n))
        try:
            store.find_by_code(order.number, wrong_code(order, n + 1), asker(1000 + n))
        except TooManyTries as error:
            assert error.scope == "origin"
    owner = Asker(conversation_id="owner", origin="home")
    assert store.find_by_tail(order.number, "8000", owner) == order
    assert store.find_by_code(order.number, order.query_code, owner) == order


def test_many_addresses_shut_the_tail_and_never_the_code_nor_the_line(
    store: OrderStore, clock: HandClock
) -> None:
    order = store.create(barbecue())
    looked_at = [guess(store, order.number, asker(n, f"address-{n}")) for n in range(60)]
    assert looked_at == [True] * 30 + [False] * 30
    owner = Asker(conversation_id="owner", origin="home")
    with pytest.raises(TooManyTries) as caught:
        store.find_by_tail(order.number, "8000", owner)
    assert caught.value.scope == "order"
    assert store.find_by_code(order.number, order.query_code, owner) == order
    assert store.find_own(order.number, Asker(conversation_id="owner", line_phone="13800138000")) == order
    clock.pass_time(hours=25)
    assert store.find_by_tail(order.number, "8000", owner) == order


def test_everybody_together_is_bounded(engine: Engine, clock: HandClock) -> None:
    store = OrderStore(
        engine, OrderLimits(), clock, TryBounds(everybody=Bound(count=50, window=timedelta(hours=1)))
    )
    numbers = [build_number(clock.now.date(), n) for n in range(1, 61)]
    looked_at = [guess(store, number, asker(n, f"address-{n}")) for n, number in enumerate(numbers)]
    assert looked_at == [True] * 50 + [False] * 10
    clock.pass_time(minutes=61)
    assert guess(store, numbers[0], asker(99, "elsewhere"))


def test_a_right_one_neither_counts_nor_forgives(store: OrderStore) -> None:
    """Else a guesser would look an order of their own up between two guesses."""
    own, other = store.create(barbecue("d1")), store.create(barbecue("d2", phone="13900139000"))
    for _ in range(30):
        assert store.find_by_tail(own.number, "8000", STRANGER) is not None
    for _ in range(5):
        assert guess(store, other.number, STRANGER)
        if _ < 4:
            assert store.find_by_tail(own.number, "8000", STRANGER) is not None
    assert not guess(store, other.number, STRANGER)


def test_who_is_shut_out_fills_no_other_count(store: OrderStore, engine: Engine) -> None:
    order = store.create(barbecue())
    for _ in range(40):
        guess(store, order.number, STRANGER)
    with engine.connect() as connection:
        rows = connection.execute(select(t.order_tries.c.scope, t.order_tries.c.tries))
        tries = {row.scope: row.tries for row in rows}
    assert tries == {"tail:conversation": 5, "tail:origin": 5, "tail:order": 5, "tail:everybody": 5}


def test_who_comes_from_nowhere_known_shares_no_count(store: OrderStore, engine: Engine) -> None:
    order = store.create(barbecue())
    for n in range(25):
        assert guess(store, order.number, asker(n, ""))
    with engine.connect() as connection:
        scopes = set(connection.scalars(select(t.order_tries.c.scope)))
    assert "tail:origin" not in scopes


def test_tries_in_parallel_do_not_slip_past_the_bound(store: OrderStore) -> None:
    order = store.create(barbecue())
    with ThreadPoolExecutor(8) as pool:
        looked_at = list(pool.map(lambda _: guess(store, order.number, STRANGER), range(20)))
    assert looked_at.count(True) == 5


def test_parallel_guessers_and_owners_do_not_lock_one_another(store: OrderStore) -> None:
    orders = [store.create(barbecue(f"d{n}")) for n in range(4)]

    def ask(n: int) -> bool:
        order = orders[n % 4]
        if n % 2:
            return store.find_by_tail(order.number, "8000", asker(n, f"home-{n}")) == order
        return guess(store, order.number, asker(n, f"address-{n % 3}"))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(48)))


def test_old_counts_are_forgotten(store: OrderStore, engine: Engine, clock: HandClock) -> None:
    order = store.create(barbecue())
    for n in range(30):
        guess(store, order.number, asker(n, f"address-{n}"))
    clock.pass_time(hours=25)
    guess(store, order.number, STRANGER)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(t.order_tries)).scalar_one() == 4


def test_an_address_can_be_given_more_room_but_never_an_orders_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINSHENG_LOOKUP_WRONG_PER_ADDRESS", "500")
    bounds = TryBounds.from_settings(Settings(_env_file=None))
    assert bounds.origin_tails.count == 500 < bounds.order_tails.count
    assert bounds.origin_codes.count < bounds.order_codes.count
    with pytest.raises(ValueError, match="one address"):
        TryBounds(origin_tails=Bound(count=30, window=timedelta(days=1)))


def test_an_origin_tells_no_address() -> None:
    assert origin_of("") == ""
    assert "203.0.113.7" not in origin_of("203.0.113.7") == origin_of("203.0.113.7")
    assert origin_of("203.0.113.7") != origin_of("203.0.113.8")

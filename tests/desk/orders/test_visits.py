"""What is proved once stays open for a while, for whoever holds the token; codes by SMS and links open their own orders only."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from desk.orders import tables as t
from desk.orders.errors import TooManyTries
from desk.orders.links import LASTS as LINK_LASTS
from desk.orders.links import OrderLinks
from desk.orders.phone_codes import LASTS as CODE_LASTS
from desk.orders.phone_codes import MAX_TRIES, PhoneCodes
from desk.orders.store import OrderStore
from desk.orders.visits import LASTS, MAX_ORDERS, OrderVisits
from tests.desk.orders.conftest import HandClock
from tests.desk.orders.samples import barbecue

PHONE = "13800138000"


@pytest.fixture
def visits(engine: Engine, clock: HandClock) -> OrderVisits:
    return OrderVisits(engine, clock)


@pytest.fixture
def codes(engine: Engine, clock: HandClock) -> PhoneCodes:
    return PhoneCodes(engine, clock)


def origins() -> Iterator[str]:
    return (f"{n:032x}" for n in range(1, 10_000))


def test_a_visit_opens_what_was_proved_until_it_is_over(visits: OrderVisits, clock: HandClock) -> None:
    visit = visits.open(["261122000159", "261122000167"])
    assert visit.numbers == ("261122000167", "261122000159")
    assert visits.find(visit.token) == visit
    assert visits.find(visit.token + "x") is None and visits.find("") is None
    clock.now += LASTS - timedelta(seconds=1)
    assert visits.find(visit.token) == visit
    clock.pass_time(seconds=1)
    assert visits.find(visit.token) is None


def test_another_proof_adds_to_the_visit_and_never_to_one_that_is_over(
    visits: OrderVisits, clock: HandClock
) -> None:
    first = visits.open(["261122000159"])
    both = visits.open(["261122000167"], first.token)
    assert both.token == first.token and both.numbers == ("261122000167", "261122000159")
    clock.now += LASTS
    anew = visits.open(["261122000167"], first.token)
    assert anew.token != first.token and anew.numbers == ("261122000167",)
    visits.end(anew.token)
    assert visits.find(anew.token) is None
    many = visits.open([f"{n:012d}" for n in range(MAX_ORDERS + 5)])
    assert len(many.numbers) == MAX_ORDERS and many.numbers[0] == f"{MAX_ORDERS + 4:012d}"


def test_neither_token_nor_phone_is_kept(
    visits: OrderVisits, codes: PhoneCodes, store: OrderStore, engine: Engine
) -> None:
    store.create(barbecue(phone=PHONE))
    visit, asked = visits.open(["261122000159"]), codes.ask(PHONE, "a" * 32)
    assert asked is not None
    with engine.connect() as connection:
        kept = [
            str(value)
            for table in (t.order_visits, t.order_codes, t.order_tries)
            for row in connection.execute(select(table))
            for value in row
        ]
    for secret in (visit.token, asked.ticket, PHONE):
        assert kept and not any(secret in value for value in kept)


def test_what_was_sent_to_a_phone_opens_its_orders_once(codes: PhoneCodes, store: OrderStore) -> None:
    mine = store.create(barbecue("d1", phone="138 0013 8000"))
    called_back = store.create(barbecue("d2", phone="13911112222", callback_phone=PHONE))
    store.create(barbecue("d3", phone=PHONE, confidential=True))
    store.create(barbecue("d4", phone="13911112222"))
    asked = codes.ask("+86 138-0013-8000", "a" * 32)
    assert asked is not None and asked.phone == PHONE and asked.code is not None
    assert codes.prove("another ticket", asked.code) is None
    assert codes.prove(asked.ticket, asked.code) == (called_back.number, mine.number)
    assert codes.prove(asked.ticket, asked.code) is None


def test_a_phone_without_orders_is_told_apart_by_nothing(codes: PhoneCodes, engine: Engine) -> None:
    asked = codes.ask(PHONE, "a" * 32)
    assert asked is not None and asked.code is None and asked.ticket
    with engine.connect() as connection:
        code = connection.scalar(select(t.order_codes.c.code))
    assert codes.prove(asked.ticket, str(code)) is None
    for wrong in ("", "110", "057187654321", "1380013800a", "23800138000"):
        assert codes.ask(wrong, "a" * 32) is None


def test_wrong_codes_spoil_the_ticket_they_were_tried_with_and_no_other(
    codes: PhoneCodes, store: OrderStore
) -> None:
    order = store.create(barbecue(phone=PHONE))
    stranger, owner = codes.ask(PHONE, "a" * 32), codes.ask(PHONE, "b" * 32)
    assert stranger is not None and owner is not None and stranger.code and owner.code
    wrong = f"{(int(stranger.code) + 1) % 10**6:06d}"
    with ThreadPoolExecutor(8) as pool:
        tried = list(pool.map(lambda _: codes.prove(stranger.ticket, wrong), range(2 * MAX_TRIES)))
    assert tried == [None] * (2 * MAX_TRIES)
    assert codes.prove(stranger.ticket, stranger.code) is None
    assert codes.prove(owner.ticket, owner.code) == (order.number,)


def test_a_code_is_over_after_five_minutes(
    codes: PhoneCodes, store: OrderStore, clock: HandClock, engine: Engine
) -> None:
    store.create(barbecue(phone=PHONE))
    asked = codes.ask(PHONE, "a" * 32)
    assert asked is not None and asked.code
    clock.now += CODE_LASTS
    assert codes.prove(asked.ticket, asked.code) is None
    codes.ask("13911112222", "b" * 32)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(t.order_codes)) == 1


def test_messages_are_bounded_and_one_address_uses_up_no_phone(
    codes: PhoneCodes, store: OrderStore, clock: HandClock
) -> None:
    store.create(barbecue(phone=PHONE))

    def sent(origin: str, phone: str = PHONE) -> bool:
        clock.pass_time(minutes=1)
        try:
            return codes.ask(phone, origin) is not None
        except TooManyTries:
            return False

    assert codes.ask(PHONE, "a" * 32) is not None
    with pytest.raises(TooManyTries):
        codes.ask(PHONE, "a" * 32)
    assert [sent("a" * 32) for _ in range(4)] == [True, True, False, False]
    assert sent("b" * 32), "the owner at another address"
    others = origins()
    assert sum(sent(next(others)) for _ in range(6)) == 2, "six a day for one phone"
    assert sum(sent("c" * 32, f"1390000{n:04d}") for n in range(25)) == 20, "twenty a day from one address"


def test_a_link_opens_its_order_until_it_is_over_and_cannot_be_made(clock: HandClock) -> None:
    links = OrderLinks("https://hotline.example.cn/", "the secret of the account")
    url = links.link("261122-00015-9", clock.now)
    assert url is not None and url.startswith("https://hotline.example.cn/orders#261122000159.")
    assert url == links.link("261122000159", clock.now), "worded again, the same"
    assert len(url) < 90
    shown, today = url.partition("#")[2], clock.now.date()
    assert links.number_in(shown, today) == "261122000159"
    assert links.number_in(shown, (clock.now + LINK_LASTS).date()) == "261122000159"
    assert links.number_in(shown, (clock.now + LINK_LASTS + timedelta(days=1)).date()) is None
    digits, until, seal = shown.split(".")
    forged = [
        f"261122000167.{until}.{seal}",
        f"{digits}.29991231.{seal}",
        f"{digits}.{until}.{seal[:-1]}-",
        digits,
        "",
        "..",
        "工单..单",
    ]
    assert [links.number_in(one, today) for one in forged] == [None] * len(forged)
    assert OrderLinks("https://hotline.example.cn", "another").number_in(shown, today) is None
    assert links.link("261122000158", clock.now) is None

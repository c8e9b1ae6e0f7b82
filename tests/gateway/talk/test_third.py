"""One seat beside the owner: who may come, and when he is out again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from desk.store.redis_keys import third_seat
from gateway.runtime.redis_link import RedisLink
from gateway.talk.third import ENTER_S, STAY_S, Invitation, ThirdSeats

pytestmark = pytest.mark.redis


@pytest.fixture
async def link(redis_url: str) -> AsyncIterator[RedisLink]:
    link = RedisLink(redis_url)
    yield link
    await link.aclose()


@pytest.fixture
def third(link: RedisLink) -> ThirdSeats:
    return ThirdSeats(link)


def invitation(
    number: str = "i1", seconds: float = 20, asked: tuple[str, ...] = ("li", "zhang")
) -> Invitation:
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return Invitation(
        id=number,
        conversation="c1",
        epoch=3,
        by="wang",
        asked=asked,
        until=until.isoformat(),
        note="公积金的事",
    )


async def test_of_those_who_are_asked_the_first_comes_in(third: ThirdSeats, link: RedisLink) -> None:
    one = invitation()
    assert await third.invite(one)
    assert await third.of("c1") == one
    assert await third.join("c1", "i1", "stranger") is None
    assert await third.join("c1", "i0", "li") is None
    came = await third.join("c1", "i1", "li")
    assert came is not None and (came.seat, came.note) == ("li", "公积金的事")
    # His tab asks twice; the other one is too late.
    assert await third.join("c1", "i1", "li") == came
    assert await third.join("c1", "i1", "zhang") is None
    assert STAY_S * 1000 < await link.client.pttl(third_seat("c1")) <= ENTER_S * 1000
    assert await third.renew("c1", "i1") and not await third.renew("c1", "i0")
    assert 0 < await link.client.pttl(third_seat("c1")) <= STAY_S * 1000


async def test_only_one_is_called_in_at_a_time(third: ThirdSeats) -> None:
    assert await third.invite(invitation("i1"))
    assert not await third.invite(invitation("i2"))
    assert not await third.end("c1", "i2") and await third.end("c1", "i1")
    assert not await third.end("c1", "i1")
    assert await third.of("c1") is None
    assert await third.invite(invitation("i2"))


async def test_who_refuses_leaves_it_to_the_others_and_the_last_one_ends_it(third: ThirdSeats) -> None:
    await third.invite(invitation())
    assert await third.refuse("c1", "i1", "stranger") is None
    assert await third.refuse("c1", "i1", "li") is True
    assert await third.refuse("c1", "i1", "li") is None
    assert await third.join("c1", "i1", "li") is None
    assert await third.refuse("c1", "i1", "zhang") is False
    assert await third.of("c1") is None


async def test_who_has_come_in_can_no_longer_refuse(third: ThirdSeats) -> None:
    await third.invite(invitation())
    await third.join("c1", "i1", "li")
    assert await third.refuse("c1", "i1", "zhang") is None
    assert await third.refuse("c1", "i1", "li") is None


async def test_an_invitation_ends_by_itself(third: ThirdSeats, link: RedisLink) -> None:
    await third.invite(invitation(seconds=5))
    assert 0 < await link.client.pttl(third_seat("c1")) <= 5000
    await third.refuse("c1", "i1", "li")
    # Fewer are asked, and not for longer.
    assert 0 < await link.client.pttl(third_seat("c1")) <= 5000

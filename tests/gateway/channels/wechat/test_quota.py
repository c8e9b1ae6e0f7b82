"""What is counted of WeChat's grants, in a real Redis: by us as far as we know, by WeChat where we do not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import redis

from desk.store.redis_address import RedisAddress
from gateway.channels.wechat.quota import EVENT_MESSAGES, MESSAGES, Quota
from gateway.channels.wechat.standin import StandIn
from gateway.runtime.redis_link import RedisLink
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.gateway.channels.wechat.conftest import OPENID, MakeWechatGateway, calls_person, until

pytestmark = pytest.mark.redis


@pytest.fixture
async def quota(redis_url: str) -> AsyncIterator[Quota]:
    link = RedisLink(RedisAddress.parse(redis_url))
    yield Quota(link)
    await link.aclose()


async def test_a_grant_is_counted_down_the_shorter_one_first(quota: Quota) -> None:
    await quota.wrote("w1")
    await quota.acted("w1")
    everything = MESSAGES + EVENT_MESSAGES
    taken = [(await quota.take("w1")).left for _ in range(everything)]
    assert taken == list(range(everything - 1, -1, -1))
    assert (await quota.take("w1")).left == -1
    window = await quota.window("w1")
    assert window is not None and window.left == 0 and window.until is not None


async def test_what_nobody_has_counted_is_not_taken_for_used_up(quota: Quota) -> None:
    """Redis was away when he wrote: his answer would wait for his next message, which may never come."""
    assert (await quota.take("w1")).left is None
    window = await quota.window("w1")
    assert window is not None and (window.left, window.until) == (0, None)


async def test_wechats_word_counts_until_the_citizen_writes(quota: Quota) -> None:
    await quota.wrote("w1")
    taken = await quota.take("w1")
    await quota.used_up("w1", taken.grant)
    assert (await quota.take("w1")).left == -1
    window = await quota.window("w1")
    assert window is not None and window.left == 0 and window.until is not None, "used up, and still open"
    await quota.closed("w1", taken.grant)
    assert (await quota.take("w1")).left == -1
    assert (await quota.window("w1")) == type(window)(0, None)
    await quota.wrote("w1")
    assert (await quota.take("w1")).left == MESSAGES - 1


@pytest.mark.parametrize("word", ["used_up", "closed"])
@pytest.mark.parametrize("act", ["wrote", "acted"])
async def test_a_refusal_on_its_way_takes_nothing_from_who_has_just_written(
    quota: Quota, word: str, act: str
) -> None:
    """WeChat refuses a message, and the citizen writes before we have noted that: the seat would be told to wait for ever."""
    await quota.wrote("w1")
    refused = await quota.take("w1")
    await getattr(quota, act)("w1")
    before = await quota.window("w1")
    await getattr(quota, word)("w1", refused.grant)
    after = await quota.window("w1")
    assert before is not None and after is not None and after.left == before.left > 0


async def test_an_answer_whose_grant_was_never_written_down_is_brought(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa, redis_url: str
) -> None:
    rasa.answer = calls_person
    gateway = make_wechat_gateway()
    add_user(gateway, "wang", badge="1024")
    seat = await FakeSeat.arrive(gateway, "wang")
    await wechat.text(OPENID, "转人工")
    item = (await seat.next("offer"))["item"]
    forgotten = redis.Redis.from_url(redis_url)
    for key in forgotten.scan_iter("minsheng:wechat:quota:*"):
        forgotten.delete(key)
    forgotten.close()
    await seat.act(type="accept", handoff=item["handoff"])
    await until(lambda: any("1024" in words for words in wechat.heard(OPENID)))
    await seat.leave()

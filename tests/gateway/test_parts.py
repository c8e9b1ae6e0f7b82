"""The small parts: addresses, origins, secrets, the spool, the limits."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from pydantic import SecretStr

from desk.conversations import Draft, HandoffReason, QuickReply, Sender
from desk.conversations.conversation import Effects, Mark
from gateway.errors import TooMany
from gateway.network import client_address, origin_allowed
from gateway.rate_limits import Limit, RateLimits
from gateway.redis_link import RedisLink
from gateway.replay import answer_body, answer_from
from gateway.session import StoreAnswer
from gateway.spool import Spool
from gateway.tokens import api_token, is_api_token

PROXIES = ("10.0.0.1", "10.0.0.2")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "unknown"),
        (None, "", "unknown"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("::ffff:1.2.3.4", "", "1.2.3.4"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str | None, forwarded: str, address: str) -> None:
    assert client_address(peer, {"x-forwarded-for": forwarded}, PROXIES) == address


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("http://hotline.example:8000", True),
        ("https://hotline.example:8000", True),
        ("https://wx.example.cn/", True),
        ("https://hotline.example", False),
        ("https://evil.example", False),
        ("null", False),
        ("file://hotline.example:8000", False),
    ],
)
def test_origins(origin: str | None, allowed: bool) -> None:
    assert origin_allowed(origin, "hotline.example:8000", ("https://wx.example.cn",)) is allowed


def test_api_tokens_come_as_bearer_or_as_a_browser_password() -> None:
    valid = (SecretStr("one"), SecretStr("two"))
    basic = "Basic " + base64.b64encode(b"anyone:two").decode()
    assert is_api_token(api_token("Bearer one"), valid)
    assert is_api_token(api_token(basic), valid)
    for wrong in (None, "", "Bearer", "Bearer three", "Basic !!!", "one"):
        assert not is_api_token(api_token(wrong), valid)


def test_the_spool_hands_everything_to_the_next_process(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for n in range(3):
        spool.keep("c1", "message", {"text": f"第{n}句"})
    first = spool.first("c1")
    assert first is not None
    spool.done(first)
    # Another process alive at the same time must not touch it.
    neighbour = Spool(tmp_path)
    assert len(neighbour) == 0
    neighbour.close()
    spool.close()
    [path] = tmp_path.glob("*.jsonl")
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open("ab") as file:
        file.write(b'{"id": "torn", "conversation": "c1", "ki')
    heir = Spool(tmp_path)
    assert [e.body["text"] for e in iter(lambda: _pop(heir), None)] == ["第1句", "第2句"]
    heir.close()
    assert list(tmp_path.glob("*.jsonl")) == []


def _pop(spool: Spool):  # type: ignore[no-untyped-def]
    entry = spool.first("c1")
    if entry is not None:
        spool.done(entry)
    return entry


def test_a_kept_answer_comes_back_whole() -> None:
    draft = Draft(
        sender=Sender.BOT,
        text="好",
        kind="order_card",
        card={"number": "1"},
        quick_replies=(QuickReply(text="催"),),
    )
    effects = Effects(marks=(Mark(reason=HandoffReason.ASKED, note="x"),), rating=3, close=True)
    answer = StoreAnswer(epoch=2, answers=(4, 5), drafts=(draft,), effects=effects)
    assert answer_from(answer_body(answer)) == answer


@pytest.mark.redis
@pytest.mark.parametrize("with_redis", [True, False])
async def test_windows_count_with_and_without_redis(redis_url: str, with_redis: bool) -> None:
    link = RedisLink(redis_url if with_redis else "redis://127.0.0.1:1/0")
    limits = RateLimits(link)
    narrow = Limit(scope="messages", subject="c1", count=2, window_s=0.4)
    wide = Limit(scope="address", subject="a1", count=100, window_s=60)
    await limits.hit(narrow, wide)
    await limits.hit(narrow, wide)
    with pytest.raises(TooMany) as full:
        await limits.hit(narrow, wide)
    assert full.value.scope == "messages"
    assert 0 < full.value.retry_after_s <= 0.4
    import asyncio

    await asyncio.sleep(0.5)
    await limits.hit(narrow, wide)
    await link.aclose()

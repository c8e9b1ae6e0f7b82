"""The small parts: addresses, origins, secrets, the spool, the limits."""

from __future__ import annotations

import base64
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import SecretStr

from desk.conversations import Draft, HandoffReason, QuickReply, Sender
from desk.conversations.conversation import Effects, Mark
from desk.settings import SettingsError, load_settings
from gateway.api.tokens import api_token, is_api_token
from gateway.errors import TooMany
from gateway.runtime.rate_limits import Limit, RateLimits
from gateway.runtime.redis_link import RedisLink
from gateway.sockets.network import TrustedProxies, client_address, origin_allowed, trusted_proxies
from gateway.turns.replay import answer_body, answer_from
from gateway.turns.session import StoreAnswer
from gateway.turns.spool import Spool

PROXIES = TrustedProxies([ip_network("10.0.0.1"), ip_network("10.1.0.0/16"), ip_network("fd00::/8")])


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["1.2.3.4"], "203.0.113.9"),
        ("10.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6, 1.2.3.4, 10.1.0.2"], "1.2.3.4"),
        # Each proxy a header of its own, behind that of the client.
        ("10.0.0.1", ["6.6.6.6", "1.2.3.4"], "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6, 7.7.7.7", "1.2.3.4, 10.1.9.9", "10.1.255.255"], "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6", ""], "6.6.6.6"),
        # As Azure, IIS and others write them.
        ("10.0.0.1", ["1.2.3.4:5678"], "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6, 1.2.3.4:5678, 10.1.0.2:80"], "1.2.3.4"),
        ("10.0.0.1", ["[2001:db8:1:2:3::4]:443"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["[2001:db8:1:2:3::4]"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ['"[2001:db8:1:2:3::4]:443"'], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["2001:db8:1:2:3::4, [fd00::1]:443"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["::ffff:1.2.3.4"], "1.2.3.4"),
        # A socket that listens on IPv6 and IPv4 tells the latter so.
        ("::ffff:10.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        ("::ffff:10.1.2.3", ["1.2.3.4"], "1.2.3.4"),
        ("fd00::7", ["1.2.3.4"], "1.2.3.4"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["nonsense"], "unknown"),
        ("10.0.0.1", ["1.2.3.4, unknown"], "unknown"),
        ("10.0.0.1", ["1.2.3.4:port"], "unknown"),
        (None, [], "unknown"),
        (None, ["1.2.3.4"], "unknown"),
        ("2001:db8:1:2:3::4", [], "2001:db8:1:2::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("::ffff:1.2.3.4", [], "1.2.3.4"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str | None, forwarded: list[str], address: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == address


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("10.0.0.1/8", "write 10.0.0.0/8 or 10.0.0.1"),
        ("10.0.0.1,proxy.local", "'proxy.local' is neither an address nor a network"),
        ("10.0.0.256", "neither an address"),
        ("10.0.0.0/33", "neither an address"),
        ("0.0.0.0/0", "trusts everybody"),
        ("::/0", "trusts everybody"),
    ],
)
def test_proxies_that_would_never_match_stop_the_start(
    value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINSHENG_TRUSTED_PROXIES", value)
    with pytest.raises(SettingsError, match="MINSHENG_TRUSTED_PROXIES") as stopped:
        load_settings()
    assert told in str(stopped.value) and "\n" not in str(stopped.value)


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINSHENG_TRUSTED_PROXIES", "127.0.0.1，10.20.0.0/16, ::1,fd00:20::/64")
    proxies = trusted_proxies(load_settings())
    assert all(one in proxies for one in ("127.0.0.1", "10.20.3.4", "::1", "fd00:20::9", "::ffff:127.0.0.1"))
    assert not any(one in proxies for one in ("127.0.0.2", "10.21.0.1", "fd00:21::9", "", None, "testclient"))


@pytest.mark.parametrize("value", ["wx.example.cn", "null", "https://wx.example.cn/page", "*"])
def test_origins_that_no_browser_sends_stop_the_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINSHENG_ALLOWED_ORIGINS", f"https://ok.example.cn,{value}")
    with pytest.raises(SettingsError, match="MINSHENG_ALLOWED_ORIGINS.*write scheme and host"):
        load_settings()


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "hotline.example:8000", True),
        ("http://hotline.example:8000", "hotline.example:8000", True),
        ("https://hotline.example:8000", "hotline.example:8000", True),
        ("https://wx.example.cn/", "hotline.example:8000", True),
        ("https://WX.example.cn:443", "hotline.example:8000", True),
        ("https://wx.example.cn:444", "hotline.example:8000", False),
        ("https://hotline.example", "hotline.example:8000", False),
        ("https://evil.example", "hotline.example:8000", False),
        ("null", "hotline.example:8000", False),
        ("file://hotline.example:8000", "hotline.example:8000", False),
        # The scheme's own port, said or left out; a proxy that took the encryption off says 80.
        ("https://h", "h", True),
        ("https://h:443", "h", True),
        ("https://h", "h:443", True),
        ("https://h", "h:80", True),
        ("http://h", "h:80", True),
        ("http://h:80", "h", True),
        ("https://H", "h:443", True),
        ("http://[::1]", "[::1]:80", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        # Another port is another server.
        ("https://h:8443", "h", False),
        ("https://h:8443", "h:443", False),
        ("http://h:8000", "h:80", False),
        ("https://h", "h:8443", False),
        ("https://h", "evil:443", False),
        ("https://h.evil", "h", False),
        ("https://h@evil", "evil", False),
        ("https://evil/h", "evil", False),
        ("https://h:port", "h", False),
        ("https://", "", False),
        ("https://h", "", False),
        ("https://h", "h/evil", False),
    ],
)
def test_origins(origin: str | None, host: str, allowed: bool) -> None:
    assert origin_allowed(origin, host, ("https://wx.example.cn",)) is allowed


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

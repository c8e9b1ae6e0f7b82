"""Every way to write where Redis is, and what is told about those that are wrong."""

from __future__ import annotations

import json

import pytest

from desk.settings import SettingsError, load_settings
from desk.store.redis_address import RedisAddress

TLS = {"ssl": True, "ssl_check_hostname": True}


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("redis://", {"host": "127.0.0.1", "port": 6379, "db": 0}),
        ("redis://r1:6380/3", {"host": "r1", "port": 6380, "db": 3}),
        ("redis://:secret@r1", {"host": "r1", "port": 6379, "db": 0, "password": "secret"}),
        (
            "redis://user:p%40ss%3Aw@r1/1",
            {"host": "r1", "port": 6379, "db": 1, "username": "user", "password": "p@ss:w"},
        ),
        ("redis://[::1]:6380/0", {"host": "::1", "port": 6380, "db": 0}),
        ("rediss://r1", {"host": "r1", "port": 6379, "db": 0, **TLS}),
        (
            "rediss://user:pw@r1:6380/0?ssl_ca_certs=/etc/ca.pem&ssl_check_hostname=false",
            {
                **{"host": "r1", "port": 6380, "db": 0, "username": "user", "password": "pw", "ssl": True},
                **{"ssl_ca_certs": "/etc/ca.pem", "ssl_check_hostname": False},
            },
        ),
        ("unix:///run/redis.sock?db=2", {"unix_socket_path": "/run/redis.sock", "db": 2}),
        (
            "unix://user:pw@/run/r.sock",
            {"unix_socket_path": "/run/r.sock", "db": 0, "username": "user", "password": "pw"},
        ),
    ],
)
def test_one_server(url: str, options: dict[str, object]) -> None:
    address = RedisAddress.parse(url)
    assert address.options == options and not address.sentinels
    assert json.loads(address.as_json())["options"] == options


def test_sentinels_with_their_own_login_and_tls() -> None:
    address = RedisAddress.parse(
        "rediss+sentinel://user:pw@s1:26380,s2,[fd00::1]/mymaster/2"
        "?sentinel_username=watch&sentinel_password=dog&ssl_ca_certs=/ca.pem"
    )
    assert address.sentinels == (("s1", 26380), ("s2", 26379), ("fd00::1", 26379))
    assert address.service == "mymaster"
    secure = {**TLS, "ssl_ca_certs": "/ca.pem"}
    assert address.options == {"db": 2, "username": "user", "password": "pw", **secure}
    assert address.sentinel_options == {"username": "watch", "password": "dog", **secure}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("localhost:6379", "begin with redis://"),
        ("http://r1", "begin with redis://"),
        ("unix+sentinel:///x", "begin with redis://"),
        ("redis://r1:port", "host:port"),
        ("redis://r1:99999", "host:port"),
        ("redis://r1,r2/0", "redis+sentinel"),
        ("redis://r1/mymaster", "the database is a number"),
        ("redis+sentinel://s1:26379", "name the service"),
        ("redis+sentinel://s1/mymaster/x", "the database is a number"),
        ("redis://r1?ssl_ca_certs=/ca.pem", "begin with rediss"),
        ("rediss://r1?ssl_check_hostname=maybe", "true or false"),
        ("redis://r1?sentinel_password=x", "unknown option"),
        ("redis://r1?socket=1", "unknown option 'socket'"),
        ("unix://", "path of a socket"),
    ],
)
def test_a_wrong_address_stops_the_start_with_one_line_and_without_the_password(
    url: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = url.replace("://", "://user:hunter2@", 1) if "://" in url and not url.startswith("unix") else url
    monkeypatch.setenv("MINSHENG_REDIS_URL", url)
    with pytest.raises(SettingsError, match="MINSHENG_REDIS_URL") as stopped:
        load_settings()
    assert told in str(stopped.value)
    assert "hunter2" not in str(stopped.value) and "\n" not in str(stopped.value)
    assert "hunter2" not in repr(RedisAddress.parse("redis://user:hunter2@r1"))

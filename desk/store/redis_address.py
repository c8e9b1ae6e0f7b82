"""Where Redis is, from one URL: alone, with a user and TLS, on a unix socket, or behind Sentinels that know the master.

| form | for |
|---|---|
| `redis://user:password@host:6379/0` | a server; `user` for one of its ACL |
| `rediss://…` | the same over TLS; `?ssl_ca_certs=FILE` where its authority is your own, `ssl_certfile`, `ssl_keyfile` if it asks for a certificate |
| `unix:///path/redis.sock` | a socket of this machine |
| `redis+sentinel://user:password@host1:26379,host2:26379/SERVICE/0` | the master of SERVICE, whoever that is now; `?sentinel_username=…&sentinel_password=…` for the Sentinels themselves; `rediss+sentinel://` with TLS to all of them |
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import redis
import redis.asyncio
import redis.asyncio.sentinel
import redis.sentinel

REDIS_PORT = 6379
SENTINEL_PORT = 26379

_TLS_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_OPTIONS = ("db", "username", "password", *_TLS_FILES, "ssl_check_hostname")
_SENTINEL_OPTIONS = ("sentinel_username", "sentinel_password")
_HOST = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<name>[^:\[\]\s]+))(?::(?P<port>\d{1,5}))?")
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")


@dataclass(frozen=True)
class RedisAddress:
    """How to reach Redis. `options` are keyword arguments of `redis.Redis`; made by `parse`.

    With `sentinels` those are asked, by `sentinel_options`, who the master of `service` is, at each new connection.
    """

    options: Mapping[str, Any] = field(repr=False)
    sentinels: tuple[tuple[str, int], ...] = ()
    service: str = ""
    sentinel_options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, url: str) -> RedisAddress:
        """Raises ValueError with one line that says what is wrong, without the URL: it may hold a password."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise ValueError("no URL that can be read") from error
        scheme, _, kind = parts.scheme.partition("+")
        if (
            scheme not in ("redis", "rediss", "unix")
            or kind not in ("", "sentinel")
            or (kind and scheme == "unix")
        ):
            raise ValueError(
                "begin with redis://, rediss://, unix://, redis+sentinel:// or rediss+sentinel://"
            )
        login, _, hosts = parts.netloc.rpartition("@")
        user, _, password = login.partition(":")
        options: dict[str, Any] = {"username": unquote(user), "password": unquote(password)}
        options = {name: value for name, value in options.items() if value}
        options |= _tls(parts.query, scheme == "rediss", bool(kind))
        of_sentinels = {name: options.pop(name) for name in _SENTINEL_OPTIONS if name in options}
        if scheme == "unix":
            if not parts.path:
                raise ValueError(
                    "unix:// needs the path of a socket, for example unix:///run/redis/redis.sock"
                )
            return cls({"db": 0, **options, "unix_socket_path": unquote(parts.path)})
        if not kind:
            ((host, port),) = _hosts(hosts or "127.0.0.1", REDIS_PORT, most=1)
            database = _database(parts.path.strip("/"))
            return cls({"db": database, **options, "host": host, "port": port})
        service, _, rest = parts.path.strip("/").partition("/")
        if not service:
            raise ValueError("name the service behind the Sentinels: redis+sentinel://host:26379/SERVICE")
        shared = {
            name: options[name] for name in ("ssl", "ssl_check_hostname", *_TLS_FILES) if name in options
        }
        return cls(
            {"db": _database(rest), **options},
            _hosts(hosts, SENTINEL_PORT),
            unquote(service),
            {**shared, **{name.removeprefix("sentinel_"): value for name, value in of_sentinels.items()}},
        )

    def connect(self, **more: Any) -> redis.Redis:
        """A client that connects when it is first used. `more`: arguments of `redis.Redis`, time-outs say."""
        if not self.sentinels:
            return redis.Redis(**{**self.options, **more})
        asked = {**self.sentinel_options, **_time_outs(more)}
        sentinel = redis.sentinel.Sentinel(self.sentinels, sentinel_kwargs=asked, **self.options)  # type: ignore[no-untyped-call, unused-ignore]
        client: redis.Redis = sentinel.master_for(self.service, **more)  # type: ignore[no-untyped-call, unused-ignore]
        return client

    def connect_async(self, **more: Any) -> redis.asyncio.Redis:
        """As `connect`, for an event loop."""
        if not self.sentinels:
            return redis.asyncio.Redis(**{**self.options, **more})
        asked = {**self.sentinel_options, **_time_outs(more)}
        sentinel = redis.asyncio.sentinel.Sentinel(self.sentinels, sentinel_kwargs=asked, **self.options)  # type: ignore[no-untyped-call, unused-ignore]
        client: redis.asyncio.Redis = sentinel.master_for(self.service, **more)  # type: ignore[no-untyped-call, unused-ignore]
        return client

    def as_json(self) -> str:
        """What bot/redis_stores.py reads: Rasa's environment has an older client, and no settings."""
        return json.dumps(
            {
                "options": dict(self.options),
                "sentinels": self.sentinels,
                "service": self.service,
                "sentinel_options": dict(self.sentinel_options),
            }
        )


def _tls(query: str, encrypted: bool, sentinels: bool) -> dict[str, Any]:
    known = (*_OPTIONS, *(_SENTINEL_OPTIONS if sentinels else ()))
    options: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            raise ValueError(f"unknown option {name!r}; known are {', '.join(known)}")
        if name.startswith("ssl_") and not encrypted:
            raise ValueError(f"{name} is for TLS; begin with rediss")
        options[name] = value
    if "db" in options:
        options["db"] = _database(options["db"])
    if encrypted:
        options["ssl"] = True
        # Named, because the client of Rasa's environment does not look at the name by itself.
        options["ssl_check_hostname"] = _flag(options.get("ssl_check_hostname", "true"))
    return options


def _flag(value: str) -> bool:
    if value.lower() not in (*_TRUE, *_FALSE):
        raise ValueError("ssl_check_hostname is true or false")
    return value.lower() in _TRUE


def _hosts(text: str, port: int, most: int = 0) -> tuple[tuple[str, int], ...]:
    found = []
    for one in text.split(","):
        match = _HOST.fullmatch(one.strip())
        if match is None or not 0 < int(match["port"] or port) < 65536:
            raise ValueError("the host is not written as host:port")
        found.append((match["six"] or unquote(match["name"]), int(match["port"] or port)))
    if most and len(found) > most:
        raise ValueError("several hosts are for redis+sentinel://")
    return tuple(found)


def _database(text: str) -> int:
    if text and not text.isdecimal():
        raise ValueError("the database is a number: redis://host:6379/0")
    return int(text or 0)


def _time_outs(more: Mapping[str, Any]) -> dict[str, Any]:
    return {name: more[name] for name in ("socket_timeout", "socket_connect_timeout") if name in more}

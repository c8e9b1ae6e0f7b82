"""Rasa's line to Redis, and its locks there: with a user, TLS or Sentinels, as the rest of the product has it.

`endpoints.yml` could name host, port and password only, each as text. The launcher hands over what it has read from
MINSHENG_REDIS_URL, as JSON in one variable (`RedisAddress.as_json`).
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import redis
from rasa.core.lock_store import RedisLockStore
from rasa.utils.endpoints import EndpointConfig
from redis.sentinel import Sentinel

REDIS_VARIABLE = "MINSHENG_RASA_REDIS"
# Rasa waits for Redis inside its event loop: a server that hangs must not hold up every citizen for ever.
SOCKET_TIMEOUT_S = 10.0


def check_environment() -> None:
    """Ends the process with one line that says what to do if nobody has told where Redis is."""
    if not os.environ.get(REDIS_VARIABLE):
        sys.exit(f"{REDIS_VARIABLE} is not set; start Rasa with make run, which reads MINSHENG_REDIS_URL")


def redis_of_environment(**more: Any) -> redis.Redis:
    """A client that connects when it is first used. `more`: arguments of `redis.Redis`."""
    told = json.loads(os.environ[REDIS_VARIABLE])
    patience = {"socket_timeout": SOCKET_TIMEOUT_S, "socket_connect_timeout": SOCKET_TIMEOUT_S}
    options = {**told["options"], **patience, **more}
    if not told["sentinels"]:
        return redis.Redis(**options)
    hosts = [(host, port) for host, port in told["sentinels"]]
    sentinel = Sentinel(hosts, sentinel_kwargs={**told["sentinel_options"], **patience}, **options)
    client: redis.Redis = sentinel.master_for(told["service"])
    return client


class SharedLockStore(RedisLockStore):
    """Rasa's locks in the product's Redis."""

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        super().__init__(key_prefix=endpoint_config.kwargs.get("key_prefix"))
        self.red = redis_of_environment()

"""Which Redis is away and which refuses, and that a trouble is told once however often it shows."""

from __future__ import annotations

import pytest
import redis

from desk.store.redis_trouble import PAUSE_S, RedisTrouble, Verdict, trouble_of
from tests.conftest import PrivateRedis

FULL = redis.exceptions.OutOfMemoryError("command not allowed when used memory > 'maxmemory'.")
GONE = redis.ConnectionError("refused")


def test_away_pauses_and_refusing_does_not() -> None:
    trouble = RedisTrouble()
    assert trouble.failed(GONE, 0) is Verdict.LOST
    assert trouble.paused(PAUSE_S / 2) and not trouble.paused(PAUSE_S)
    trouble = RedisTrouble()
    assert trouble.failed(FULL, 0) is Verdict.REFUSES
    assert not trouble.paused(0)


def test_reads_that_work_do_not_end_a_refusal() -> None:
    trouble = RedisTrouble()
    told = [trouble.failed(FULL, 0)]
    for second in range(1, 20):
        told += [trouble.worked(second, write=False), trouble.failed(FULL, second)]
    assert [verdict for verdict in told if verdict] == [Verdict.REFUSES]
    assert trouble.present
    assert trouble.worked(20, write=True) is Verdict.BACK
    assert not trouble.present and trouble.worked(21, write=True) is None


def test_a_proof_is_wanted_once_a_second_and_only_after_a_refusal() -> None:
    trouble = RedisTrouble()
    assert not trouble.wants_proof(0)
    trouble.failed(GONE, 0)
    assert not trouble.wants_proof(5)
    trouble.failed(FULL, 10)
    assert [trouble.wants_proof(at) for at in (10.5, 11, 11.5, 12)] == [False, True, False, True]


def test_what_comes_back_and_then_refuses_is_both() -> None:
    trouble = RedisTrouble()
    assert trouble.failed(GONE, 0) is Verdict.LOST
    assert trouble.failed(GONE, 2) is None
    assert trouble.failed(FULL, 4) is Verdict.REFUSES
    assert trouble.worked(5, write=True) is Verdict.BACK


@pytest.mark.redis
def test_refusals_of_a_real_redis_have_names(mortal_redis: PrivateRedis) -> None:
    """Also where a script passes them on in its own words."""
    client = redis.Redis.from_url(mortal_redis.url)

    def names() -> set[str]:
        found = set()
        for write in (lambda: client.set("a", "1"), lambda: client.eval("redis.call('SET','a','1')", 0)):
            with pytest.raises(redis.ResponseError) as caught:
                write()
            found.add(trouble_of(caught.value))
        return found

    client.config_set("maxmemory", "1")
    assert names() == {"OutOfMemory"}
    client.config_set("maxmemory", "0")
    client.replicaof("127.0.0.1", "1")
    assert names() == {"ReadOnlyReplica"}
    client.replicaof("NO", "ONE")
    client.config_set("min-replicas-to-write", "1")
    assert names() == {"NotEnoughReplicas"}
    assert trouble_of(GONE) == "ConnectionError"
    client.close()

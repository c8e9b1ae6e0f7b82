"""A gateway that a stand-in for WeChat talks to, with a fake Rasa behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.channels.wechat.standin import StandIn, StandInAccount
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import MakeGateway
from tests.waiting import PATIENCE_S

ACCOUNT = StandInAccount(
    token="test-token",
    app_id="wx0123456789abcdef",
    app_secret="the-secret-of-the-account",
    aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
)
OPENID = "oAbcdefgh-1234_5678citizen01"


def calls_person(_request: object) -> list[dict[str, Any]]:
    """What the bot answers to who wants a person."""
    return [{"custom": {"event": "handoff_requested", "reason": "asked", "text": "好的。"}}]


def settings_of(standin: StandIn) -> dict[str, str | None]:
    return {
        "wechat_token": standin.account.token,
        "wechat_app_id": standin.account.app_id,
        "wechat_app_secret": standin.account.app_secret,
        "wechat_aes_key": standin.account.aes_key,
        "wechat_api_url": standin.url,
    }


@pytest.fixture
def wechat() -> Iterator[StandIn]:
    standin = StandIn(ACCOUNT).start()
    yield standin
    standin.stop()


MakeWechatGateway = Callable[..., RunningGateway]


@pytest.fixture
def make_wechat_gateway(make_gateway: MakeGateway, wechat: StandIn) -> MakeWechatGateway:
    """The last one that was made is the one that WeChat's servers know."""

    def make(**changes: object) -> RunningGateway:
        gateway = make_gateway(**{**settings_of(wechat), **changes})
        wechat.callback_url = f"{gateway.url}/wechat/callback"
        return gateway

    return make


async def until(true: Callable[[], object], limit_s: float = PATIENCE_S) -> None:
    async with asyncio.timeout(limit_s):
        while not true():
            await asyncio.sleep(0.05)

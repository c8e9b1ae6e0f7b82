"""The door for WeChat's servers: who comes in, and what is answered to those who do not."""

from __future__ import annotations

import io
import time
from xml.etree import ElementTree

import pytest

from desk.logs import configure_logs
from desk.settings import Settings
from gateway.channels.wechat.sealing import Seal, key_of
from gateway.channels.wechat.signing import WINDOW_S, signature_of
from tests.gateway.channels.wechat.bodies import text
from tests.gateway.conftest import MakeGateway, client_of

TOKEN, APP_ID, AES_KEY = "test-token", "wx0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
# Nobody listens there.
ACCOUNT = {
    "wechat_token": TOKEN,
    "wechat_app_id": APP_ID,
    "wechat_app_secret": "secret",
    "wechat_api_url": "http://127.0.0.1:1",
}
PATH = "/wechat/callback"


def signed(*, token: str = TOKEN, at: float | None = None, **more: str) -> dict[str, str]:
    timestamp, nonce = str(int(time.time() if at is None else at)), "n0nce"
    return {
        "signature": signature_of(token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        **more,
    }


def sealed(body: bytes, key: str = AES_KEY, app_id: str = APP_ID) -> tuple[dict[str, str], bytes]:
    encrypted = Seal(key_of(key), app_id).seal(body)
    query = signed(encrypt_type="aes")
    query["msg_signature"] = signature_of(TOKEN, query["timestamp"], query["nonce"], encrypted)
    return query, f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


async def test_without_a_token_nothing_is_there(make_gateway: MakeGateway) -> None:
    async with client_of(make_gateway()) as http:
        assert (await http.get(PATH, params=signed(echostr="1"))).status_code == 404
        assert (await http.post(PATH, params=signed(), content=text("你好"))).status_code == 404


async def test_wechat_is_told_that_the_address_is_ours_and_nobody_else_is(make_gateway: MakeGateway) -> None:
    async with client_of(make_gateway(**ACCOUNT)) as http:
        shown = await http.get(PATH, params=signed(echostr="5838479218127813673"))
        assert (shown.status_code, shown.text) == (200, "5838479218127813673")
        for wrong in (
            {},
            signed(token="another-token", echostr="1"),
            signed(at=time.time() - WINDOW_S - 60, echostr="1"),
            signed(echostr="1") | {"nonce": "another"},
        ):
            refused = await http.get(PATH, params=wrong)
            assert refused.status_code == 401 and "签名" in refused.json()["error"]["text"]


async def test_a_signed_body_that_is_no_message_is_answered_with_the_empty_success(
    make_gateway: MakeGateway,
) -> None:
    """Anything else is shown to the citizen as an account that is out of order."""
    async with client_of(make_gateway(**ACCOUNT)) as http:
        for body in (b"", b"<xml>", b"<xml/>", "你好".encode()):
            answer = await http.post(PATH, params=signed(), content=body)
            assert (answer.status_code, answer.content) == (200, b"success")
        assert (await http.post(PATH, params=signed(), content=b"x" * 300_000)).status_code == 413
        assert (await http.post(PATH, params=signed(token="other"), content=text("你好"))).status_code == 401


async def test_with_a_key_only_what_is_sealed_for_us_comes_in(make_gateway: MakeGateway) -> None:
    async with client_of(make_gateway(**ACCOUNT, wechat_aes_key=AES_KEY)) as http:
        query, body = sealed(text("你好"))
        answer = await http.post(PATH, params=query, content=body)
        assert answer.status_code == 200
        reply = ElementTree.fromstring(answer.content)
        encrypted = reply.findtext("Encrypt") or ""
        assert reply.findtext("MsgSignature") == signature_of(
            TOKEN, reply.findtext("TimeStamp") or "", reply.findtext("Nonce") or "", encrypted
        )
        assert "收到：你好" in Seal(key_of(AES_KEY), APP_ID).open(encrypted).decode()
        # The signature of a clear message does not cover its words: whoever saw one could put his own under it.
        assert (await http.post(PATH, params=query, content=text("你好"))).status_code == 401
        compatible = body.replace(b"<xml>", b"<xml><Content><![CDATA[words beside the seal]]></Content>")
        assert (await http.post(PATH, params=query, content=compatible)).status_code == 200
        for wrong in (
            sealed(text("你好"), app_id="wx9999999999999999"),
            sealed(text("你好"), key=AES_KEY[::-1]),
            ({**query, "msg_signature": "0" * 40}, body),
        ):
            assert (await http.post(PATH, params=wrong[0], content=wrong[1])).status_code == 401


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"wechat_aes_key": "short"}, "43"),
        ({"wechat_app_secret": ""}, "MINSHENG_WECHAT_APP_SECRET"),
        ({"wechat_app_id": ""}, "MINSHENG_WECHAT_APP_ID"),
        ({"wechat_app_id": "中文"}, "wechat_app_id"),
        ({"wechat_api_url": "api.weixin.qq.com"}, "wechat_api_url"),
    ],
)
def test_a_half_configured_account_stops_the_start_with_a_reason(changes: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Settings(_env_file=None, **(ACCOUNT | changes))  # type: ignore[arg-type]


def test_an_empty_token_and_key_are_none() -> None:
    settings = Settings(_env_file=None, wechat_token="", wechat_aes_key=" ")  # type: ignore[call-arg, arg-type]
    assert settings.wechat_token is None and settings.wechat_aes_key is None


async def test_neither_openid_nor_words_reach_the_log(make_gateway: MakeGateway) -> None:
    log = io.StringIO()
    configure_logs("DEBUG", stream=log)
    async with client_of(make_gateway(**ACCOUNT, message_max_chars=1000)) as http:
        for words in ("我的电话 13800138000", "密" * 1001):
            answer = await http.post(PATH, params=signed(), content=text(words))
            assert answer.status_code == 200
        assert (await http.post(PATH, params=signed(), content=b"<xml>13800138000")).status_code == 200
    assert "wechat_unreadable" in log.getvalue(), "it is the log of this gateway"
    assert "oAbcdefgh" not in log.getvalue() and "13800138000" not in log.getvalue()

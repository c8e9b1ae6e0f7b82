"""The door that WeChat's servers knock at: `GET|POST /wechat/callback`.

WeChat waits five seconds, then breaks off and sends the same again, three times in all. Whatever is answered with another
status than 200, or too late, the citizen sees as 该公众号暂时无法提供服务: so a signed message is always answered in time,
with a reply or with the empty success.
"""

from __future__ import annotations

import secrets
import time
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.requests import ClientDisconnect

from desk.settings import Settings
from gateway import sentences
from gateway.channels.wechat.hotline import WechatHotline
from gateway.channels.wechat.incoming import (
    MAX_XML_BYTES,
    Incoming,
    Unreadable,
    passive_text,
    read_incoming,
    sealed_part,
    sealed_reply,
)
from gateway.channels.wechat.sealing import NotSealed, Seal, key_of
from gateway.channels.wechat.signing import is_fresh, is_signed, signature_of
from gateway.errors import Refused
from gateway.runtime.installed import find, find_or_none

_log = structlog.get_logger(__name__)

router = APIRouter(tags=["machines"], include_in_schema=False)
# What WeChat takes for "received, nothing to say now".
NOTHING_TO_SAY = b"success"

Signed = Annotated[str, Query(max_length=128)]
Word = Annotated[str, Query(max_length=256)]


class Door:
    """Checks and opens what WeChat sends to one account. Pure, but for the clock that is asked for."""

    def __init__(self, token: str, app_id: str, aes_key: str | None) -> None:
        """`aes_key` as WeChat's console shows it; None: messages come in clear."""
        self._token = token
        self._seal = Seal(key_of(aes_key), app_id) if aes_key else None

    @classmethod
    def of(cls, settings: Settings) -> Door | None:
        """None: the channel is off."""
        if settings.wechat_token is None:
            return None
        key = settings.wechat_aes_key
        return cls(
            settings.wechat_token.get_secret_value(),
            settings.wechat_app_id,
            key.get_secret_value() if key else None,
        )

    def check(self, signature: str, timestamp: str, nonce: str) -> None:
        """Raises Refused (401): signed by somebody else, or long ago."""
        signed = is_signed(self._token, signature, timestamp, nonce)
        if not signed or not is_fresh(timestamp, time.time()):
            raise Refused(401, "unauthorized", sentences.WECHAT_SIGNATURE_WRONG)

    def open(self, body: bytes, msg_signature: str, timestamp: str, nonce: str) -> Incoming:
        """The message in a request that was checked.

        With a key only what is sealed counts: the signature of a clear message does not cover its words. The clear half
        of the compatible mode (兼容模式) is never looked at.

        Raises:
            Refused: 401, a wrong signature or seal.
            Unreadable: it is of WeChat, and not such as we know.
        """
        try:
            if self._seal is not None:
                sealed = sealed_part(body)
                if sealed is None or not is_signed(self._token, msg_signature, timestamp, nonce, sealed):
                    _log.warning("wechat_refused", reason="clear" if sealed is None else "signature")
                    raise Refused(401, "unauthorized", sentences.WECHAT_SIGNATURE_WRONG)
                body = self._seal.open(sealed)
            return read_incoming(body)
        except NotSealed as error:
            _log.warning(
                "wechat_refused", reason="seal", what_to_do="compare MINSHENG_WECHAT_AES_KEY and _APP_ID"
            )
            raise Refused(401, "unauthorized", sentences.WECHAT_SIGNATURE_WRONG) from error
        except Unreadable:
            if self._seal is None and _is_sealed(body):
                _log.error("wechat_refused", reason="sealed", what_to_do="set MINSHENG_WECHAT_AES_KEY")
            raise

    def reply(self, incoming: Incoming, text: str) -> bytes:
        """The passive reply, sealed where messages come sealed."""
        now_s = time.time()
        clear = passive_text(incoming, text, now_s)
        if self._seal is None:
            return clear
        sealed, timestamp, nonce = self._seal.seal(clear), str(int(now_s)), secrets.token_hex(8)
        return sealed_reply(sealed, signature_of(self._token, timestamp, nonce, sealed), timestamp, nonce)


def _is_sealed(body: bytes) -> bool:
    try:
        return sealed_part(body) is not None
    except Unreadable:
        return False


def _door(request: Request) -> Door:
    door = find_or_none(request, Door)
    if door is None:
        raise Refused(404, "not_found", sentences.NO_SUCH_PAGE)
    return door


@router.get("/wechat/callback", summary="WeChat asks whether this address is ours")
async def check_address(
    request: Request, signature: Signed = "", timestamp: Word = "", nonce: Word = "", echostr: Word = ""
) -> PlainTextResponse:
    _door(request).check(signature, timestamp, nonce)
    return PlainTextResponse(echostr)


@router.post("/wechat/callback", summary="WeChat brings a message or an event")
async def receive(
    request: Request,
    signature: Signed = "",
    timestamp: Word = "",
    nonce: Word = "",
    msg_signature: Signed = "",
) -> Response:
    door = _door(request)
    door.check(signature, timestamp, nonce)
    try:
        body = await request.body()
    except ClientDisconnect:
        # WeChat has lost its patience before it had said anything; it will come again.
        return Response(NOTHING_TO_SAY, media_type="text/plain")
    if len(body) > MAX_XML_BYTES:
        raise Refused(413, "too_long", sentences.TOO_LONG)
    try:
        incoming = door.open(body, msg_signature, timestamp, nonce)
    except Unreadable as error:
        # WeChat would send it twice more, and tell the citizen that the account is out of order.
        _log.warning("wechat_unreadable", reason=str(error))
        return Response(NOTHING_TO_SAY, media_type="text/plain")
    text = await _answer(find(request, WechatHotline), incoming)
    if text is None:
        return Response(NOTHING_TO_SAY, media_type="text/plain")
    return Response(door.reply(incoming, text), media_type="application/xml")


async def _answer(hotline: WechatHotline, incoming: Incoming) -> str | None:
    try:
        return await hotline.answer(incoming)
    except Exception:
        # A traceback is ours to read; the citizen reads a sentence.
        _log.exception("wechat_crashed", kind=incoming.kind)
        return sentences.INTERNAL

"""Messages as WeChat writes them."""

from __future__ import annotations

ACCOUNT = "gh_0123456789ab"
OPENID = "oAbcdefgh-1234_5678citizen01"


def body(kind: str, openid: str = OPENID, at: int = 1795305600, **fields: str | int) -> bytes:
    inner = "".join(
        f"<{name}>{value}</{name}>" if isinstance(value, int) else f"<{name}><![CDATA[{value}]]></{name}>"
        for name, value in fields.items()
    )
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}</xml>"
    ).encode()


def text(words: str, number: int = 24000000000000001, openid: str = OPENID, at: int = 1795305600) -> bytes:
    return body("text", openid, at, Content=words, MsgId=number)


def event(name: str, key: str = "", openid: str = OPENID, at: int = 1795305600) -> bytes:
    return body("event", openid, at, Event=name, EventKey=key)


def location(label: str, latitude: str = "30.250000", longitude: str = "120.160000") -> bytes:
    inner = f"<Location_X>{latitude}</Location_X><Location_Y>{longitude}</Location_Y><Scale>16</Scale>"
    return body("location", Label=label, MsgId=24000000000000005).replace(
        b"<Label>", inner.encode() + b"<Label>"
    )

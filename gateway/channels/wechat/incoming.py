"""WeChat's XML: what citizens send, as records; and the passive reply. Pure; nothing here reaches a log."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from desk.store.storable import storable

# A message of WeChat holds at most some thousand characters; sealed it is half as long again.
MAX_XML_BYTES = 64 * 1024
# Of the fields of one message; there are about a dozen.
_MAX_FIELDS = 64
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_ACCOUNT = re.compile(r"[A-Za-z0-9_.@-]{1,64}", re.ASCII)
# Documented kinds that are not handled stay themselves, so that the log tells what people send.
_KIND = re.compile(r"[A-Za-z_]{1,40}", re.ASCII)
# What a QR code was made with comes with this before it if it made somebody follow the account.
_FOLLOWED_BY_CODE = "qrscene_"


class Unreadable(Exception):
    """It is not a message of WeChat. `str()` says in English what is wrong with it, and quotes nothing of it."""


@dataclass(frozen=True)
class Place:
    """Where the citizen has put the pin: degrees in GCJ-02, the shifted system of Chinese maps, and WeChat's words for
    it, possibly empty."""

    latitude: float
    longitude: float
    label: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One message or event. `kind` is WeChat's MsgType in lower case, or `event:` and the event's name in lower case."""

    account: str
    openid: str = field(repr=False)
    kind: str
    # The same for every copy of one message, and for no two messages.
    message_id: str
    text: str = field(default="", repr=False)
    media_id: str = field(default="", repr=False)
    place: Place | None = field(default=None, repr=False)
    # Of events: the menu's key, or what the QR code was made with.
    key: str = ""

    @property
    def is_event(self) -> bool:
        return self.kind.startswith("event:")


def sealed_part(body: bytes) -> str | None:
    """The sealed text in a request, None if it holds none. Raises Unreadable."""
    return _fields(body).get("Encrypt")


def read_incoming(body: bytes) -> Incoming:
    """Raises Unreadable, and nothing else."""
    fields = _fields(body)
    openid, account = fields.get("FromUserName", ""), fields.get("ToUserName", "")
    kind = fields.get("MsgType", "").lower()
    if not _OPENID.fullmatch(openid) or not _ACCOUNT.fullmatch(account) or not _KIND.fullmatch(kind):
        raise Unreadable("no sender, no receiver or no kind")
    key = fields.get("EventKey", "")
    if kind == "event":
        event = fields.get("Event", "").lower()
        if not _KIND.fullmatch(event):
            raise Unreadable("an event without a name")
        kind = f"event:{event}"
        key = key.removeprefix(_FOLLOWED_BY_CODE)
    return Incoming(
        account=account,
        openid=openid,
        kind=kind,
        message_id=_message_id(fields),
        text=storable(fields.get("Content", "")),
        media_id=fields.get("MediaId", ""),
        place=_place(fields) if kind == "location" else None,
        key=storable(key),
    )


def citizen_key(app_id: str, openid: str) -> str:
    """Names a citizen of an account where the openid itself must not stand. 64 hexadecimal digits."""
    return _digest(app_id, openid)


def passive_text(incoming: Incoming, text: str, now_s: float) -> bytes:
    """The reply to a message, said with the answer to the request itself."""
    return _xml(
        {
            "ToUserName": incoming.openid,
            "FromUserName": incoming.account,
            "CreateTime": int(now_s),
            "MsgType": "text",
            "Content": text,
        }
    )


def sealed_reply(sealed: str, signature: str, timestamp: str, nonce: str) -> bytes:
    return _xml({"Encrypt": sealed, "MsgSignature": signature, "TimeStamp": int(timestamp), "Nonce": nonce})


def _fields(body: bytes) -> Mapping[str, str]:
    if len(body) > MAX_XML_BYTES:
        raise Unreadable("too long")
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable("no XML, or such as nobody has to send") from error
    if len(root) > _MAX_FIELDS:
        raise Unreadable("too many fields")
    return {str(child.tag): child.text or "" for child in root}


def _message_id(fields: Mapping[str, str]) -> str:
    """Ids of WeChat may repeat between people, and events have none: so who, when and what belong to it."""
    told = fields.get("MsgId", "") or fields.get("CreateTime", "")
    whole = (
        told,
        fields.get("FromUserName", ""),
        *(fields.get(name, "") for name in ("MsgType", "Event", "EventKey", "Content", "MediaId")),
        *(fields.get(name, "") for name in ("Location_X", "Location_Y")),
    )
    return "wx" + _digest(*whole)[:40]


def _digest(*parts: str) -> str:
    # Lengths before the parts: neither may run over into the next.
    whole = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()


def _place(fields: Mapping[str, str]) -> Place:
    try:
        latitude, longitude = float(fields["Location_X"]), float(fields["Location_Y"])
    except (KeyError, ValueError) as error:
        raise Unreadable("a location without degrees") from error
    # Written so that a NaN is refused as well.
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Unreadable("a location outside the earth")
    return Place(latitude, longitude, storable(fields.get("Label", "")).strip())


def _xml(fields: Mapping[str, str | int]) -> bytes:
    parts = [
        f"<{name}>{value}</{name}>" if isinstance(value, int) else f"<{name}>{_cdata(value)}</{name}>"
        for name, value in fields.items()
    ]
    return f"<xml>{''.join(parts)}</xml>".encode()


def _cdata(text: str) -> str:
    inside = _NOT_IN_XML.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{inside}]]>"


_NOT_IN_XML = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")

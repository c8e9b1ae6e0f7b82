"""The ways by which citizens come to the hotline."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Channel:
    """What the rest of the hotline has to know of a way by which citizens come; how it sends is its own affair."""

    # As conversations and orders store it. It never changes.
    name: str
    # Conversations begin as a call: citizens speak and listen, and waiting is measured as for calls.
    is_voice: bool = False
    # The conversation is a call until it is wrapped up, so it takes both ears of its seat. A page's call ends and goes on as a
    # chat.
    is_call_throughout: bool = False


WEB = Channel(name="web")
# A call that begins on the page; what begins in its chat stays `web`, also while it is spoken.
WEB_VOICE = Channel(name="web_voice", is_voice=True)
PHONE = Channel(name="phone", is_voice=True, is_call_throughout=True)
WECHAT = Channel(name="wechat")
# Programs that talk over HTTP.
API = Channel(name="api")

_CHANNELS = {channel.name: channel for channel in (WEB, WEB_VOICE, PHONE, WECHAT, API)}


def channel_named(name: str) -> Channel:
    """The channel of a stored conversation. A name that nobody knows (an older or newer version wrote it) is one of text."""
    return _CHANNELS.get(name) or Channel(name=name)

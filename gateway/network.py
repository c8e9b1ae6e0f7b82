"""Who is calling, and from which page."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from desk.orders.proof import origin_of
from desk.settings import Settings

# What stands for a client whose address cannot be told.
UNKNOWN = "unknown"


def address_of(connection: HTTPConnection) -> str:
    """Whom limits count for and the audit names: who sent a request or opened a socket of this application."""
    settings: Settings = connection.app.state.services.settings
    peer = connection.client.host if connection.client else None
    return client_address(peer, connection.headers, settings.trusted_proxies)


def client_address(peer: str | None, headers: Mapping[str, str], trusted_proxies: Collection[str]) -> str:
    """The address that limits count for.

    X-Forwarded-For is believed only as far as trusted proxies wrote it: read from the right, the first address that
    is no trusted proxy is the client. Whatever stands further left the client may have made up. IPv6 addresses
    count by their /64, because one line has that many of its own.
    """
    address = peer or UNKNOWN
    hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    while address in trusted_proxies and hops:
        address = hops.pop()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        # A unix socket, or a proxy that writes nonsense; all of those share one limit.
        return UNKNOWN
    if parsed.version == 6:
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False))
    return str(parsed)


def origin_of_page(address: str) -> str:
    """Where a conversation is opened from, as it is kept with it. Clients without an address are not counted as one."""
    return "" if address == UNKNOWN else origin_of(address)


def origin_allowed(origin: str | None, host: str, allowed: Collection[str]) -> bool:
    """May a page of `origin` open the websocket? Programs send no Origin and are let in: they have no cookies to steal."""
    if origin is None:
        return True
    if origin.rstrip("/") in {entry.rstrip("/") for entry in allowed}:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and parts.netloc.lower() == host.lower()

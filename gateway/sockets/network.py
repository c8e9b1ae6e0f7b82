"""Who is calling, and from which page."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Sequence
from urllib.parse import urlsplit

import structlog
from starlette.requests import HTTPConnection

from desk.orders.proof import origin_of
from desk.settings import Settings
from gateway.runtime.installed import find

_log = structlog.get_logger(__name__)

# What stands for a client whose address cannot be told.
UNKNOWN = "unknown"
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
# Of a foreign page's names, in the log: whoever asks chooses them.
_LOGGED_CHARS = 100

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """The proxies that the operator named, as addresses or networks."""

    def __init__(self, networks: Iterable[Network]) -> None:
        self._networks = tuple(networks)

    def __contains__(self, peer: object) -> bool:
        """Is it one of them? `peer` as a socket tells it; None: a unix socket, which cannot be named."""
        address = _parsed(peer) if isinstance(peer, str) else None
        return address is not None and self.trusts(address)

    def trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def trusted_proxies(settings: Settings) -> TrustedProxies:
    return TrustedProxies(settings.trusted_proxies)


def address_of(connection: HTTPConnection) -> str:
    """Whom limits count for and the audit names: who sent a request or opened a socket of this application."""
    peer = connection.client.host if connection.client else None
    forwarded = connection.headers.getlist("x-forwarded-for")
    return client_address(peer, forwarded, find(connection, TrustedProxies))


def client_address(peer: str | None, forwarded: Sequence[str], proxies: TrustedProxies) -> str:
    """The address that limits count for.

    `forwarded` are all X-Forwarded-For headers of the request, in order: a proxy may add one of its own behind that of
    the client. They are believed only as far as trusted proxies wrote them: read from the right, the first address
    that is no trusted proxy is the client. Whatever stands further left the client may have made up. IPv6 addresses
    count by their /64, because one line has that many of its own.
    """
    address = _parsed(peer or "")
    hops = [hop.strip() for header in forwarded for hop in header.split(",") if hop.strip()]
    while address is not None and proxies.trusts(address) and hops:
        address = _parsed(hops.pop())
    if address is None:
        # A unix socket, or a proxy that writes nonsense; all of those share one limit.
        return UNKNOWN
    if address.version == 6:
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)


def _parsed(text: str) -> Address | None:
    """An address as sockets and proxies write it: alone, as `ip:port`, `[v6]` or `[v6]:port`, quoted or not."""
    text = text.strip().strip('"')
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::\d{1,5})?", text, re.ASCII)
    if bracketed:
        text = bracketed[1]
    elif re.fullmatch(r"[\d.]+:\d{1,5}", text, re.ASCII):
        text = text.partition(":")[0]
    try:
        # Without its scope (%eth0), which means something on one machine only.
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def origin_of_page(address: str) -> str:
    """Where a conversation is opened from, as it is kept with it. Clients without an address are not counted as one."""
    return "" if address == UNKNOWN else origin_of(address)


def origin_allowed(origin: str | None, host: str, allowed: Collection[str]) -> bool:
    """May a page of `origin` open the websocket? Programs send no Origin and are let in: they have no cookies to steal.

    `host` is the Host header. Browsers leave the scheme's own port out of both, proxies write the one that they
    listen on into Host (nginx: `$host:$server_port`). So 80, 443 and none are the same there, whether the proxy or
    another one before it has taken the encryption off.
    """
    if origin is None:
        return True
    page = _page(origin)
    if page is None:
        # "null" is sent for every page that has no origin: anybody's.
        return False
    if page in {_page(entry) for entry in allowed}:
        return True
    scheme, name, port = page
    if scheme not in ("http", "https"):
        return False
    # A Host has no scheme; a page's own serves to read it.
    asked = _page(f"{scheme}://{host}")
    if asked is None or not name:
        return False
    ports = _DEFAULT_PORTS["http"], _DEFAULT_PORTS["https"]
    same_port = port == asked[2] or (port == _DEFAULT_PORTS[scheme] and asked[2] in ports)
    return name == asked[1] and same_port


def _page(origin: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port of an origin; None if it is none."""
    try:
        parts = urlsplit(origin.strip().rstrip("/"))
        port = parts.port
    except ValueError:
        return None
    if not parts.scheme or not parts.hostname or parts.path or parts.query or parts.fragment or "@" in origin:
        return None
    return parts.scheme, parts.hostname, port if port is not None else _DEFAULT_PORTS.get(parts.scheme)


def tell_foreign_page(connection: HTTPConnection) -> None:
    """Log why a page was refused and what an operator whose own page it is has to do. The names are of machines, and
    cut, since whoever asks chooses them."""
    _log.warning(
        "foreign_page_refused",
        origin=connection.headers.get("origin", "")[:_LOGGED_CHARS],
        host=connection.headers.get("host", "")[:_LOGGED_CHARS],
        path=str(getattr(connection.scope.get("route"), "path", "")),
        what_to_do="if this page is yours, let the proxy pass the browser's Host header on "
        "(nginx: proxy_set_header Host $http_host), or name the origin in MINSHENG_ALLOWED_ORIGINS",
    )

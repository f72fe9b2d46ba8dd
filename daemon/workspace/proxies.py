"""Which proxy, if any, leads to an origin: ``HTTPS_PROXY`` and ``NO_PROXY``, as curl and the vendor's SDK read them.

Proxies are looked up here, once for each origin, and handed to the transport: the transport by itself ignores the
environment. ``HTTP_PROXY`` is not read: plain http is for a simulation near by. A link-local address, such as the
metadata service at 169.254.169.254, is never asked for through a proxy: it would be another machine's.
"""

from __future__ import annotations

import base64
import ipaddress
from typing import TYPE_CHECKING

import httpx

from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from collections.abc import Mapping


class ProxyError(PoolpowerError):
    """``HTTPS_PROXY`` names something that cannot be used."""


def proxy_for(origin: httpx.URL, environment: Mapping[str, str]) -> httpx.Proxy | None:
    """The proxy to reach ``origin`` through, or None for a direct connection.

    Raises:
        ProxyError: the proxy's address is none, or of a scheme other than http and https.
    """
    address = _either_case(environment, "HTTPS_PROXY")
    if not address or origin.scheme != "https" or _is_link_local(origin.host):
        return None
    if _is_excepted(origin, _either_case(environment, "NO_PROXY")):
        return None
    return _parse(address if "://" in address else f"http://{address}")


def _either_case(environment: Mapping[str, str], name: str) -> str:
    return (environment.get(name.lower()) or environment.get(name) or "").strip()


def _parse(address: str) -> httpx.Proxy:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        # The address is not repeated: it may hold a password.
        raise ProxyError("HTTPS_PROXY is no address of an http or https proxy", "write http://HOST:PORT")
    # As a header of our own: aiohttp is about to give up the other way of handing it user and password.
    word = base64.b64encode(f"{url.username}:{url.password}".encode()).decode()
    headers = {"Proxy-Authorization": f"Basic {word}"} if url.userinfo else {}
    return httpx.Proxy(url.copy_with(userinfo=b""), headers=headers)


def _is_link_local(host: str) -> bool:
    address = _address(host)
    return address is not None and address.is_link_local


def _is_excepted(origin: httpx.URL, exceptions: str) -> bool:
    return any(_matches(origin, entry.strip().lower()) for entry in exceptions.split(",") if entry.strip())


def _matches(origin: httpx.URL, entry: str) -> bool:
    host, port = origin.host.lower(), origin.port or 443
    if entry == "*":
        return True
    address = _address(host)
    if address is not None:
        return _covers(entry, address) or entry in (f"{host}:{port}", f"[{host}]:{port}")
    name = entry.lstrip("*").lstrip(".").removesuffix(f":{port}")
    return host == name or host.endswith(f".{name}")


def _covers(entry: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None

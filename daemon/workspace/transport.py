"""Sends one prepared request and reads one bounded answer.

``httpx-aiohttp``'s transport holds the session, its proxy and its end; a request goes to the session as it was signed.
An ``httpx.Request`` on the way would parse and spell the address once more, merge headers and make an error type of
every exception that says less than what it wraps (``failures``), for a fifth of the time that an action takes the
event loop (decision 8). What ``httpx.AsyncClient`` would have done and is wanted is done here, once instead of each
time: proxies are found when the origin is opened (``proxies``), and redirects are not followed.

Two timeouts bound a request. Connecting (DNS, TCP, TLS and a proxy's CONNECT) has its own, shorter than the whole,
because it alone proves that nothing was sent; the other bounds the whole, reading included, because one between bytes
would let a server that trickles hold the slot for ever. An answer may have at most ``MOST_BYTES``, counted while
it is read. A request marked ``fresh`` gets a connection of its own: on a kept one a reset can mean that the server had
closed it before, which is harmless for a word and an unknown for a reboot.

Sending raises nothing but cancellation. What goes wrong is a ``NoReply`` with the fate that ``failures`` reads from it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import aiohttp
from httpx_aiohttp import AiohttpTransport
from yarl import URL

from daemon import __version__
from daemon.workspace import failures

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import httpx

    from daemon.workspace.answers import Fate

MOST_BYTES = 8 * 1024 * 1024
"""The largest answer that is read; a page of 500 pools may have 16 KiB for each."""

MOST_HEADER_BYTES = 65_536
"""The longest header: a token of a user with many roles is longer than the 8 KiB that are usual."""

CONNECT_SECONDS = 10.0
"""The longest wait for a connection; half of the whole where that is shorter."""

KEEP_SECONDS = 15.0
"""How long an idle connection is kept: shorter than gateways keep theirs, so that it is rarely stale."""

_ALWAYS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": f"poolpower/{__version__}"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer.

    Attributes:
        status: HTTP status.
        headers: the answer's headers, names in lower case; of one that comes twice, the last.
        body: the decoded body.
        duration: seconds from sending to the last byte.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    duration: float


@dataclass(frozen=True, slots=True)
class NoReply:
    """No answer, or none that can be read.

    Attributes:
        fate: NEVER_SENT or LOST.
        words: what happened.
        duration: seconds from sending to here.
    """

    fate: Fate
    words: str
    duration: float


class Transport:
    """The way to one origin.

    Attributes:
        host: as in the ``Host`` header: with a port that is not the scheme's own.
        base_path: encoded, without a slash at the end; empty as a rule.
    """

    def __init__(self, base: httpx.URL, trust: ssl.SSLContext, timeout: float, proxy: httpx.Proxy | None) -> None:
        """Open nothing yet.

        Args:
            base: scheme, host, port, and a path that everything is under, if there is one.
            trust: whose certificates are believed.
            timeout: seconds for one request, from its sending to the last byte of the answer.
            proxy: to go through, or None.
        """
        self.host = base.netloc.decode("ascii")
        self.base_path = base.raw_path.decode("ascii").rstrip("/")
        self._origin = f"{base.scheme}://{self.host}"
        self._timeout = timeout
        connect = min(CONNECT_SECONDS, timeout / 2)
        connecting = aiohttp.ClientTimeout(total=None, connect=connect, sock_connect=connect)
        self._kept = _Direct(trust, proxy, connecting, fresh=False)
        self._fresh = _Direct(trust, proxy, connecting, fresh=True)

    async def send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        fresh: bool = False,
    ) -> Reply | NoReply:
        """Send and read the answer.

        Args:
            method: in capitals.
            target: path and query, as sent.
            headers: those of this request, ``Host`` included; what never changes is added.
            body: as sent.
            fresh: over a connection that nothing else has used or will use.
        """
        transport = self._fresh if fresh else self._kept
        started = perf_counter()
        try:
            async with asyncio.timeout(self._timeout):
                return await transport.exchange(method, URL(self._origin + target, encoded=True), headers, body)
        except Exception as error:  # noqa: BLE001  # whatever it is, the request's fate is what counts (see above)
            seconds = perf_counter() - started
            return NoReply(failures.fate_of(error), failures.words_for(error, self.host, seconds), seconds)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._kept.aclose()
        await self._fresh.aclose()


class TooLargeError(Exception):
    """The answer has more than ``MOST_BYTES``."""

    def __init__(self) -> None:
        """Say what the most is."""
        super().__init__(f"more than {MOST_BYTES} bytes")


class _Direct(AiohttpTransport):
    """The transport of ``httpx-aiohttp``, asked without an ``httpx.Request``."""

    def __init__(
        self, trust: ssl.SSLContext, proxy: httpx.Proxy | None, connecting: aiohttp.ClientTimeout, *, fresh: bool
    ) -> None:
        """The session is made within the event loop, before the first request."""
        super().__init__(verify=trust, proxy=proxy, client=self._make_session)
        self._connecting = connecting
        self._is_fresh = fresh
        self._through = None if proxy is None else str(proxy.url)
        self._through_headers = None if proxy is None else dict(proxy.headers)

    def _make_session(self) -> aiohttp.ClientSession:
        # No limit here: concurrency is bounded by those who call, and a wait for a slot would count as connecting.
        if self._is_fresh:
            connector = aiohttp.TCPConnector(limit=0, ssl=self.ssl_context, force_close=True)
        else:
            connector = aiohttp.TCPConnector(limit=0, ssl=self.ssl_context, keepalive_timeout=KEEP_SECONDS)
        return aiohttp.ClientSession(
            connector=connector,
            headers=_ALWAYS,
            timeout=self._connecting,
            cookie_jar=aiohttp.DummyCookieJar(),
            max_line_size=MOST_HEADER_BYTES,
            max_field_size=MOST_HEADER_BYTES,
        )

    async def exchange(self, method: str, url: URL, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send and read the answer; ``url`` goes out as it is spelled.

        Raises:
            aiohttp.ClientError: no answer, or none that can be read.
            TooLargeError: an answer of more than ``MOST_BYTES``.
        """
        if not isinstance(self.client, aiohttp.ClientSession):
            self.client = self.get_client()
        started = perf_counter()
        request = self.client.request(
            method,
            url,
            headers=headers,
            data=body or None,
            allow_redirects=False,
            proxy=self._through,
            proxy_headers=self._through_headers,
        )
        async with request as response:
            # Of the raw ones: those that aiohttp has decoded may hold characters that no ledger can store.
            answered = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.raw_headers}
            read = await _bounded(response)
        return Reply(response.status, answered, read, perf_counter() - started)


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    if (response.content_length or 0) > MOST_BYTES:
        raise TooLargeError
    parts, size = [], 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > MOST_BYTES:
            raise TooLargeError
        parts.append(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)

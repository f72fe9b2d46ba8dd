"""Sends one prepared request and reads one bounded answer.

Of the time that ``httpx.AsyncClient.post`` takes over ``httpx-aiohttp`` (about 360 µs), more than a third is what the
client does around its transport (alone about 220 µs; bare aiohttp takes 100): merging headers and cookies, redirects,
hooks, timing. None of it is wanted here, so the transport is asked directly, with a ``Request`` that was signed before
it was built. What the client would have done and is wanted is done here, once instead of each time: proxies are found
when the origin is opened (``proxies``), and redirects are off in the transport itself.

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
from typing import TYPE_CHECKING, cast

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from daemon import __version__
from daemon.workspace import failures

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterable, Mapping

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
        self._extensions = {"timeout": {"connect": connect, "pool": connect}}
        self._kept = _transport(trust, proxy, fresh=False)
        self._fresh = _transport(trust, proxy, fresh=True)

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
        started = perf_counter()
        try:
            async with asyncio.timeout(self._timeout):
                url = self._origin + target
                everything = {**_ALWAYS, **headers}
                request = httpx.Request(method, url, headers=everything, content=body, extensions=self._extensions)
                request.headers.encoding = "ascii"  # else each is decoded once more to find that out
                transport = self._fresh if fresh else self._kept
                return await _exchange(transport, request, started)
        except Exception as error:  # noqa: BLE001  # whatever it is, the request's fate is what counts (see above)
            seconds = perf_counter() - started
            return NoReply(failures.fate_of(error), failures.words_for(error, self.host, seconds), seconds)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._kept.aclose()
        await self._fresh.aclose()


class _TooLargeError(Exception):
    """The answer has more than ``MOST_BYTES``."""

    def __init__(self) -> None:
        super().__init__(f"more than {MOST_BYTES} bytes")


def _transport(trust: ssl.SSLContext, proxy: httpx.Proxy | None, *, fresh: bool) -> AiohttpTransport:
    def session() -> aiohttp.ClientSession:
        # No limit here: concurrency is bounded by those who call, and a wait for a slot would count as connecting.
        if fresh:
            connector = aiohttp.TCPConnector(limit=0, ssl=trust, force_close=True)
        else:
            connector = aiohttp.TCPConnector(limit=0, ssl=trust, keepalive_timeout=KEEP_SECONDS)
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            max_line_size=MOST_HEADER_BYTES,
            max_field_size=MOST_HEADER_BYTES,
        )

    return AiohttpTransport(verify=trust, proxy=proxy, client=session)


async def _exchange(transport: AiohttpTransport, request: httpx.Request, started: float) -> Reply:
    response = await transport.handle_async_request(request)
    # Once for all that is looked up: httpx would decode every name at every look.
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers.raw}
    try:
        body = await _bounded(response, headers)
    finally:
        await response.aclose()
    return Reply(response.status_code, headers, body, perf_counter() - started)


async def _bounded(response: httpx.Response, headers: Mapping[str, str]) -> bytes:
    if int(headers.get("content-length", 0)) > MOST_BYTES:
        raise _TooLargeError
    # We ask for no encoding; only the answer of a server that encodes even so takes the longer way.
    is_plain = headers.get("content-encoding", "identity") == "identity"
    chunks = cast("AsyncIterable[bytes]", response.stream) if is_plain else response.aiter_bytes()
    parts, size = [], 0
    async for chunk in chunks:
        size += len(chunk)
        if size > MOST_BYTES:
            raise _TooLargeError
        parts.append(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)

"""What an exception while sending says about the request: did its bytes leave, or not.

Some errors wrap what really happened, so that the chain of causes is read and not the outermost type (through
``httpx-aiohttp`` 0.2.0 ``httpx.ConnectTimeout`` stands for a refused connection and for a reset after the whole POST).
aiohttp raises the connector family (DNS, connect, TLS, a proxy that cannot be reached), ``ConnectionTimeoutError`` and
a proxy's refusal of CONNECT only before it writes the request; whatever else is raised may have come after it, and is
*lost* (protocol 4.4).
"""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING

import aiohttp

from daemon.workspace.answers import Fate

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEFORE_SENDING = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)

_MOST_WORDS = 300
_WORD_ENDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OBJECT = re.compile(r"<[A-Za-z]|\b[A-Z]\w*+\(")
"""Where the representation of an object begins."""


def fate_of(error: BaseException) -> Fate:
    """NEVER_SENT where it is certain that nothing left, else LOST."""
    return Fate.NEVER_SENT if _first(error, _BEFORE_SENDING) is not None else Fate.LOST


def words_for(error: BaseException, host: str, seconds: float) -> str:
    """What happened, for the ledger: names the host, never a header or an address's user and password."""
    before = _first(error, _BEFORE_SENDING)
    if before is not None:
        return _unsent(before, host)
    if _first(error, (TimeoutError,)) is not None:
        return f"no complete answer from {host} after {seconds:.1f} s"
    root = _root(error)
    said = _said(root)
    return f"connected to {host}, but the answer cannot be read: {_kind(root)}{said and ': ' + said}"


def _kind(error: BaseException) -> str:
    """``ServerDisconnectedError`` as "server disconnected error"."""
    return _WORD_ENDS.sub(" ", type(error).__name__).lower()


def _said(error: BaseException) -> str:
    """What an exception says for people: not the objects of a library that stand in it."""
    parts = [getattr(error, "message", None), getattr(error, "strerror", None), *error.args]
    said = " ".join(next((part for part in parts if isinstance(part, str)), "").split())
    return _OBJECT.split(said, maxsplit=1)[0].rstrip(" :,([{='\"")[:_MOST_WORDS]


def _unsent(error: BaseException, host: str) -> str:
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy refuses to connect to {host}: {error.status}"
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientConnectorCertificateError):
        said = next(said for kind, said in _SAYINGS.items() if isinstance(error, kind))
        return said.format(host=host, reason=_reason(error))
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return f"no connection to {host} in time"
    return f"{host} is no address that can be asked"


# The particular before the general: the first that fits is said.
_SAYINGS = {
    aiohttp.ClientConnectorDNSError: "the name of {host} cannot be resolved: {reason}",
    aiohttp.ClientConnectorCertificateError: "no trust in the certificate of {host}: {reason}; see POOLPOWER_CA_FILE",
    aiohttp.ClientSSLError: "no TLS connection to {host}: {reason}",
    aiohttp.ClientProxyConnectionError: "the proxy for {host} cannot be reached: {reason}",
    aiohttp.ClientConnectorError: "cannot connect to {host}: {reason}",
}


def _reason(error: aiohttp.ClientConnectorError | aiohttp.ClientConnectorCertificateError) -> str:
    cause = error.certificate_error if isinstance(error, aiohttp.ClientConnectorCertificateError) else error.os_error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    return getattr(cause, "strerror", None) or str(cause)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _first(error: BaseException, kinds: tuple[type[BaseException], ...]) -> BaseException | None:
    return next((one for one in _chain(error) if isinstance(one, kinds)), None)


def _root(error: BaseException) -> BaseException:
    return list(_chain(error))[-1]

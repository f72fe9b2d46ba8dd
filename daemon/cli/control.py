"""The client of the daemon's control API: HTTP over its Unix socket, standard library only.

The socket's permissions are the access control, so "permission denied" is answered with whom to run as. A writing call
carries a request id made here; when the connection breaks before the answer came, the same call is sent once more with
the same id, and the daemon sees to it that both are one run.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import uuid
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode

from daemon.cli.refused import ControlRefusedError
from daemon.cli.unreachable import DaemonNotReachableError, why_unreachable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Control", "ControlRefusedError", "DaemonNotReachableError", "request_id"]

TIMEOUT = 60.0
"""Seconds for one answer: a reload of a large file takes some."""
MAX_ANSWER_BYTES = 256 * 1024 * 1024
_OK = range(200, 300)


def request_id() -> str:
    """A new id for a writing call."""
    return str(uuid.uuid4())


class Control:
    """One daemon's control API."""

    def __init__(self, path: Path, timeout: float = TIMEOUT) -> None:
        """Remember where the socket is; every call connects anew."""
        self._path = path
        self._timeout = timeout

    @classmethod
    def found(cls) -> Self:
        """The daemon that the settings lead to."""
        from daemon.cli.whereabouts import find_socket  # noqa: PLC0415 - settings take a moment to import
        from daemon.settings import load_settings  # noqa: PLC0415

        return cls(find_socket(load_settings()))

    @property
    def path(self) -> Path:
        """Where the socket is."""
        return self._path

    def get(self, path: str, **query: Any) -> Any:
        """Ask for something; what is None is left out of the query.

        Raises:
            DaemonNotReachableError: nobody answers at the socket.
            ControlRefusedError: the answer is an error.
        """
        return self._accepted(*self.ask("GET", _with_query(path, query)))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Make the daemon do something; sent again, once, where the connection broke and a request id makes that safe.

        Raises:
            DaemonNotReachableError: nobody answers at the socket.
            ControlRefusedError: the answer is an error.
        """
        try:
            answer = self.ask("POST", path, body)
        except _LostAnswerError:
            if "request" not in body:
                raise
            answer = self.ask("POST", path, body)
        return self._accepted(*answer)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Send one request and give status and JSON of whatever the answer is.

        Raises:
            DaemonNotReachableError: nobody answers at the socket.
        """
        connection = _UnixConnection(self._path, self._timeout)
        try:
            return _exchange(connection, method, path, body)
        except (http.client.HTTPException, OSError) as error:
            if connection.is_connected:
                raise _LostAnswerError(*_lost(error)) from error
            raise DaemonNotReachableError(*why_unreachable(self._path, error)) from error
        finally:
            connection.close()

    @staticmethod
    def _accepted(status: int, body: Any) -> Any:
        if status not in _OK:
            raise ControlRefusedError(status, body)
        return body


class _LostAnswerError(DaemonNotReachableError):
    """The daemon was reached, its answer was not."""


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path
        self.is_connected = False

    def connect(self) -> None:
        unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            unix.settimeout(self.timeout)
            unix.connect(os.fspath(self._path))
        except BaseException:
            unix.close()
            raise
        self.sock = unix
        self.is_connected = True


def _exchange(connection: _UnixConnection, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, Any]:
    content = None if body is None else json.dumps(body).encode()
    headers = {"Accept": "application/json", "Connection": "close"}
    connection.request(method, path, content, headers | ({"Content-Type": "application/json"} if content else {}))
    response = connection.getresponse()
    raw = response.read(MAX_ANSWER_BYTES)
    try:
        return response.status, json.loads(raw)
    except ValueError:
        return response.status, {"error": f"the daemon answered with status {response.status} and no JSON"}


def _with_query(path: str, query: dict[str, Any]) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return quote(path) + (f"?{urlencode(given, doseq=True)}" if given else "")


def _lost(error: Exception) -> tuple[str, str]:
    reason = "it took too long" if isinstance(error, TimeoutError) else (str(error) or type(error).__name__)
    return (
        f"the daemon was reached, but its answer did not come: {reason}",
        "whether it was done is to be seen in `poolpower status` and `poolpower history`; its log says why",
    )

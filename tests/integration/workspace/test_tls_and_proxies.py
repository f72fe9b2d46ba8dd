"""TLS is verified, and proxies are gone through, without a doubt about what was sent (protocol 4.4)."""

from __future__ import annotations

import asyncio
import base64
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from daemon.timetable.actions import Action, ActionType
from daemon.workspace.answers import Answer, Fate

if TYPE_CHECKING:
    from pathlib import Path

ACCEPTED = b'{"job_id": "j1"}'
NAME = "workspace.test-1.invalid"


async def _stop(client: Any, action: Action = Action.STOP) -> Answer:
    answer: Answer = await client.act_on_pool("pool", action, ActionType.SOFT)
    return answer


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A private authority."""
    return trustme.CA()


@pytest.fixture
async def cloud(serve: Any, http: Any, authority: trustme.CA) -> Any:
    """A server that a private authority certified, by number and under a name that no resolver knows."""
    return await serve(http(200, ACCEPTED), context=_certified(authority, "127.0.0.1", NAME))


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its certificate, as POOLPOWER_CA_FILE names it."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def _certified(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


async def test_a_private_authority_is_believed(cloud: Any, connect: Any, ca_file: Path) -> None:
    """With the authority's file a server that it certified is spoken to."""
    assert (await _stop(connect(cloud.url, ca_file=ca_file))).fate is Fate.ACCEPTED


async def test_a_certificate_of_an_unknown_authority_is_refused_before_anything_is_sent(
    cloud: Any, connect: Any
) -> None:
    """A failed verification was never sent, and the message names the mend (protocol 4.4)."""
    answer = await _stop(connect(cloud.url))
    assert answer.fate is Fate.NEVER_SENT
    assert "POOLPOWER_CA_FILE" in str(answer.error_msg)
    assert cloud.requests == []


async def test_a_certificate_for_another_host_is_refused(
    serve: Any, connect: Any, http: Any, authority: trustme.CA, ca_file: Path
) -> None:
    """The authority alone is not enough: the name must fit."""
    server = await serve(http(200, ACCEPTED), context=_certified(authority, "other.example"))
    assert (await _stop(connect(server.url, ca_file=ca_file))).fate is Fate.NEVER_SENT
    assert server.requests == []


async def test_a_server_without_tls_was_never_sent_to(serve: Any, connect: Any, http: Any) -> None:
    """A plain server where TLS is expected sees no request of ours."""

    async def speak_first(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(http(400))

    server = await serve(http(200, ACCEPTED), greeting=speak_first)
    answer = await _stop(connect(server.url.replace("http:", "https:")))
    assert answer.fate is Fate.NEVER_SENT
    assert "no TLS connection" in str(answer.error_msg)


async def test_a_handshake_that_hangs_was_never_sent(serve: Any, connect: Any) -> None:
    """The time to connect includes the handshake (protocol 4.4)."""

    async def be_silent(reader: asyncio.StreamReader, _: Any) -> None:
        while await reader.read(1024):
            pass

    server = await serve(b"", greeting=be_silent)
    answer = await _stop(connect(server.url.replace("http:", "https:"), request_timeout=0.4))
    assert answer.fate is Fate.NEVER_SENT


class _Proxy:
    """A greeting that speaks CONNECT and leads every name to one port."""

    def __init__(self, port: int, answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n") -> None:
        self.asked: list[Any] = []
        self._port = port
        self._answer = answer
        self.read_request: Any = None

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await self.read_request(reader, 0))
        writer.write(self._answer)
        await writer.drain()
        if not self._answer.startswith(b"HTTP/1.1 200"):
            writer.close()
            raise ConnectionAbortedError
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            far_writer.close()
            with suppress(ConnectionError):
                await far_writer.wait_closed()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65_536):
        writer.write(some)
        await writer.drain()
    writer.close()


@pytest.fixture
def proxy_to(serve: Any, read_raw_request: Any) -> Any:
    """Open a proxy: its server and what it was asked."""

    async def opened(port: int, **given: Any) -> tuple[Any, _Proxy]:
        proxy = _Proxy(port, **given)
        proxy.read_request = read_raw_request
        return await serve(b"", greeting=proxy), proxy

    return opened


@pytest.mark.parametrize("action", [Action.STOP, Action.REBOOT])
async def test_the_cloud_is_asked_through_the_proxy_of_the_environment(
    action: Action, cloud: Any, connect: Any, proxy_to: Any, ca_file: Path
) -> None:
    """HTTPS_PROXY leads to a name that only the proxy knows, with TLS to the cloud itself inside."""
    server, proxy = await proxy_to(cloud.port)
    environment = {"HTTPS_PROXY": server.url.replace("//", "//user:canary-pass@")}
    client = connect(f"https://{NAME}", ca_file=ca_file, environment=environment)
    assert (await _stop(client, action)).fate is Fate.ACCEPTED
    assert (proxy.asked[0].method, proxy.asked[0].target) == ("CONNECT", f"{NAME}:443")
    word = base64.b64encode(b"user:canary-pass").decode()
    assert proxy.asked[0].headers["proxy-authorization"] == f"Basic {word}"
    assert cloud.requests[0].headers["host"] == NAME
    assert "proxy-authorization" not in cloud.requests[0].headers


async def test_no_proxy_goes_straight_to_the_cloud(cloud: Any, connect: Any, proxy_to: Any, ca_file: Path) -> None:
    """What NO_PROXY names is not asked for through the proxy."""
    server, proxy = await proxy_to(cloud.port)
    environment = {"HTTPS_PROXY": server.url, "NO_PROXY": "127.0.0.0/8"}
    assert (await _stop(connect(cloud.url, ca_file=ca_file, environment=environment))).fate is Fate.ACCEPTED
    assert proxy.asked == []


@pytest.mark.parametrize("status", [403, 407, 502])
async def test_a_proxy_that_refuses_was_never_sent_through(status: int, connect: Any, proxy_to: Any) -> None:
    """The proxy's own no to CONNECT means that nothing left; its password is not repeated (protocol 4.4)."""
    server, _ = await proxy_to(1, answer=f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
    environment = {"HTTPS_PROXY": server.url.replace("//", "//user:canary-pass@")}
    answer = await _stop(connect(f"https://{NAME}", environment=environment))
    assert answer.fate is Fate.NEVER_SENT
    assert str(status) in str(answer.error_msg)
    assert "canary" not in str(answer)


async def test_a_proxy_that_cannot_be_reached_was_never_sent_through(serve: Any, connect: Any) -> None:
    """A proxy that is down means that nothing left (protocol 4.4)."""
    server = await serve(b"")
    await server.aclose()
    environment = {"HTTPS_PROXY": server.url}
    answer = await _stop(connect(f"https://{NAME}", environment=environment))
    assert answer.fate is Fate.NEVER_SENT
    assert "the proxy for workspace.test-1.invalid cannot be reached" in str(answer.error_msg)


async def test_a_proxy_that_hangs_was_never_sent_through(serve: Any, connect: Any) -> None:
    """The time to connect includes the proxy's answer to CONNECT (protocol 4.4)."""
    server = await serve(lambda exchange: exchange.hang())
    environment = {"HTTPS_PROXY": server.url}
    client = connect(f"https://{NAME}", environment=environment, request_timeout=0.4)
    assert (await _stop(client)).fate is Fate.NEVER_SENT

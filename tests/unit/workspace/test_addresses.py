"""Regions, endpoints, proxies and authorities: where requests may go."""

from __future__ import annotations

import ssl
from pathlib import Path
from types import SimpleNamespace

import certifi
import httpx
import pytest
from pydantic import SecretStr

from daemon.workspace.connection import AddressError, Connection
from daemon.workspace.credentials import AccessKey
from daemon.workspace.proxies import ProxyError, proxy_for
from daemon.workspace.regions import RegionError, endpoints
from daemon.workspace.trust import TrustError, tls_context

KEY = AccessKey("A", SecretStr("s"))
CLOUD = httpx.URL("https://workspace.eu-west-101.myhuaweicloud.com")


@pytest.mark.parametrize("region", ["eu-west-101", "cn-north-11", "na-mexico-1", "mars-north-7", "x"])
def test_a_region_gives_its_endpoints_even_if_it_is_not_known(region: str) -> None:
    """Both addresses follow from the region's name; an unknown region is never refused."""
    assert endpoints(region).workspace == f"https://workspace.{region}.myhuaweicloud.com"
    assert endpoints(region).iam == f"https://iam.{region}.myhuaweicloud.com"


@pytest.mark.parametrize("region", ["", "evil.example/", "a.b", "EU-WEST-101", "-a", "a-", "a" * 64, "a#", "a@b"])
def test_text_that_would_lead_to_another_host_is_no_region(region: str) -> None:
    """Who may edit the schedule file cannot send credentials elsewhere by way of a region."""
    with pytest.raises(RegionError):
        endpoints(region)


def test_an_endpoint_overrides_what_the_region_implies() -> None:
    """Where endpoints are given the region's own are not used, so that a host in .eu can be reached."""
    connection = Connection(
        "eu-west-101",
        "p",
        KEY,
        endpoint="https://workspace.eu-west-101.myhuaweicloud.eu",
        iam_endpoint="http://[::1]:9",
    )
    assert connection.workspace_url.host == "workspace.eu-west-101.myhuaweicloud.eu"
    assert connection.iam_url.port == 9


def test_without_an_endpoint_the_region_is_asked() -> None:
    """Without an override the addresses come from the region."""
    connection = Connection("eu-west-101", "p", KEY)
    assert connection.workspace_url == CLOUD
    assert connection.iam_url.host == "iam.eu-west-101.myhuaweicloud.com"


@pytest.mark.parametrize(
    "endpoint",
    [
        "ftp://x",
        "workspace.example",
        "https://",
        "https://u:canary@x",
        "https://x?q=1",
        "https://x#f",
        "https://a:port",
    ],
)
def test_an_endpoint_that_is_no_plain_address_is_refused(endpoint: str) -> None:
    """Only scheme, host, port and path make an endpoint; the error does not repeat what may hold a password."""
    with pytest.raises(AddressError) as caught:
        _ = Connection("r", "p", KEY, endpoint=endpoint).workspace_url
    assert "canary" not in str(caught.value)


def test_https_proxy_is_honoured_in_either_case() -> None:
    """The variable counts in capitals and in small letters, small ones first, with or without a scheme."""
    assert _proxied(CLOUD, HTTPS_PROXY="http://a:1") == "http://a:1"
    assert _proxied(CLOUD, HTTPS_PROXY="http://a:1", https_proxy="b:2") == "http://b:2"
    assert _proxied(CLOUD) is None
    assert _proxied(CLOUD, HTTPS_PROXY=" ") is None


def test_plain_http_goes_without_a_proxy() -> None:
    """A simulation near by is asked directly."""
    assert _proxied(httpx.URL("http://sandbox:8080"), HTTPS_PROXY="http://a:1", HTTP_PROXY="http://a:1") is None


def test_the_metadata_address_is_never_asked_through_a_proxy() -> None:
    """169.254.169.254 behind a proxy would be another machine's identity."""
    assert _proxied(httpx.URL("https://169.254.169.254"), HTTPS_PROXY="http://a:1") is None


@pytest.mark.parametrize(
    ("address", "exception", "is_excepted"),
    [
        ("https://a.example", "*", True),
        ("https://a.example", "a.example", True),
        ("https://a.example", "A.Example", True),
        ("https://a.example", "other, example", True),
        ("https://a.example", ".example", True),
        ("https://a.example", "*.example", True),
        ("https://a.example", "ample", False),
        ("https://a.example", "", False),
        ("https://a.example", "a.example:443", True),
        ("https://a.example", "a.example:8443", False),
        ("https://a.example:8443", "a.example:8443", True),
        ("https://10.1.2.3", "10.0.0.0/8", True),
        ("https://10.1.2.3", "10.1.2.3", True),
        ("https://10.1.2.3", "11.0.0.0/8", False),
        ("https://10.1.2.3:9", "10.1.2.3:9", True),
        ("https://10.1.2.3", "example", False),
        ("https://[fd00::1]", "fd00::/8", True),
        ("https://[fd00::1]", "[fd00::1]", True),
    ],
)
def test_no_proxy_excepts_names_domains_and_networks(address: str, exception: str, is_excepted: bool) -> None:
    """NO_PROXY takes names with what is below them, ports, addresses and networks."""
    proxy = _proxied(httpx.URL(address), HTTPS_PROXY="http://p:1", NO_PROXY=exception)
    assert (proxy is None) is is_excepted


@pytest.mark.parametrize("address", ["socks5://a:1", "http://", "http://u:canary@a:port", "://a"])
def test_a_proxy_that_cannot_be_used_is_refused_without_being_shown(address: str) -> None:
    """A socks or broken address is an error of the settings, and its password is not repeated."""
    with pytest.raises(ProxyError) as caught:
        _proxied(CLOUD, HTTPS_PROXY=address)
    assert "canary" not in str(caught.value)


def test_certificates_and_host_names_are_verified() -> None:
    """The context asks for a certificate that fits the host."""
    context = tls_context(None)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_private_authority_is_believed_in_addition(tmp_path: Path) -> None:
    """The file's authorities are added to those of the system."""
    pem = tmp_path / "ca.pem"
    pem.write_text(Path(certifi.where()).read_text(encoding="utf-8"), encoding="utf-8")
    assert tls_context(pem).cert_store_stats()["x509_ca"] >= 100


def test_a_missing_authority_file_is_said(tmp_path: Path) -> None:
    """A file that is not there is named, with the variable to mend."""
    with pytest.raises(TrustError, match="cannot be read") as caught:
        tls_context(tmp_path / "none.pem")
    assert caught.value.hint == "mend POOLPOWER_CA_FILE"


def test_an_authority_file_without_a_certificate_is_said(tmp_path: Path) -> None:
    """A file that holds something else is named."""
    (tmp_path / "ca.pem").write_text("not a certificate", encoding="utf-8")
    with pytest.raises(TrustError, match="no certificate"):
        tls_context(tmp_path / "ca.pem")


def test_a_machine_without_authorities_gets_those_that_travel_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container image without any authorities still verifies certificates."""
    monkeypatch.setattr(ssl, "create_default_context", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: SimpleNamespace(capath=str(tmp_path)))
    assert tls_context(None).cert_store_stats()["x509_ca"] >= 100


def _proxied(address: httpx.URL, **environment: str) -> str | None:
    proxy = proxy_for(address, environment)
    return None if proxy is None else str(proxy.url)

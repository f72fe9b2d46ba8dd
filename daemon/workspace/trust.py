"""Whose certificates are believed: the system's authorities, and a private one where the settings name it."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import certifi

from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from os import PathLike


class TrustError(PoolpowerError):
    """The file of a private authority cannot be used."""


def tls_context(ca_file: str | PathLike[str] | None) -> ssl.SSLContext:
    """A context that verifies certificate and host name; nothing can turn that off.

    A private authority is believed in addition to the system's. A machine without any authorities of its own, as some
    container images are, gets the ones that travel with ``certifi``.

    Raises:
        TrustError: ``ca_file`` cannot be read or holds no certificate.
    """
    context = ssl.create_default_context()
    if not _has_authorities(context):
        context.load_verify_locations(certifi.where())
    if ca_file is not None:
        _believe(context, Path(ca_file))
    return context


def _believe(context: ssl.SSLContext, ca_file: Path) -> None:
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError as error:
        raise TrustError(f"{ca_file} holds no certificate in PEM form", "mend POOLPOWER_CA_FILE") from error
    except OSError as error:
        raise TrustError(f"{ca_file} cannot be read: {error.strerror}", "mend POOLPOWER_CA_FILE") from error


def _has_authorities(context: ssl.SSLContext) -> bool:
    # Authorities of a folder are loaded when they are needed, so they do not count until then.
    folder = ssl.get_default_verify_paths().capath
    return bool(context.cert_store_stats()["x509_ca"]) or (folder is not None and any(Path(folder).iterdir()))

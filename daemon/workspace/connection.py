"""Where one cloud project is and how it is spoken to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from daemon.errors import PoolpowerError
from daemon.workspace.regions import endpoints

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.workspace.credentials import Credentials


class AddressError(PoolpowerError):
    """An endpoint or a project id that no request can be sent to."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A project's settings, from the environment and the schedule file.

    Attributes:
        region: e.g. ``eu-west-101``.
        project_id: the cloud's id of the project.
        credentials: an access key or an IAM user.
        endpoint: of the Workspace API; None for what the region implies.
        iam_endpoint: of the identity service; None for what the region implies.
        ca_file: a private authority, believed in addition to the system's.
        request_timeout: seconds for one request.
        concurrency: requests in flight, kept here for execution; the client itself does not bound them.
    """

    region: str
    project_id: str
    credentials: Credentials
    endpoint: str | None = None
    iam_endpoint: str | None = None
    ca_file: Path | None = None
    request_timeout: float = 30.0
    concurrency: int = 16

    @property
    def workspace_url(self) -> httpx.URL:
        """The base address of the Workspace API.

        Raises:
            AddressError: the endpoint is no http or https address.
            RegionError: there is none and the region is no region.
        """
        return _address("POOLPOWER_ENDPOINT", self.endpoint or endpoints(self.region).workspace)

    @property
    def iam_url(self) -> httpx.URL:
        """The base address of the identity service.

        Raises:
            AddressError: the endpoint is no http or https address.
            RegionError: there is none and the region is no region.
        """
        return _address("POOLPOWER_IAM_ENDPOINT", self.iam_endpoint or endpoints(self.region).iam)


def _address(setting: str, text: str) -> httpx.URL:
    try:
        url = httpx.URL(text.strip())
        url.host.encode("idna")  # as resolving it will: an empty label would be found out only then
    except (httpx.InvalidURL, UnicodeError):
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or url.query or url.fragment or url.userinfo:
        # The text is not repeated: somebody may have put a password into it.
        raise AddressError(f"{setting} is no address", "write it like https://workspace.eu-west-101.myhuaweicloud.com")
    return url

"""Where a region's services are.

The vendor's SDK lists hosts per region that all follow one pattern, so a region it does not know is not refused. What
is refused is text that is no region at all: it becomes part of a host name to which credentials are sent, and whoever
may edit the schedule file must not be able to choose that host (design, section 3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from daemon.errors import PoolpowerError

_REGION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class RegionError(PoolpowerError):
    """What stands as region cannot be one."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Base addresses of a region, without a trailing slash.

    Attributes:
        workspace: of the Workspace API.
        iam: of the identity service.
    """

    workspace: str
    iam: str


def endpoints(region: str) -> Endpoints:
    """The ordinary addresses of a region; settings override them (the host of eu-west-101 may end in ``.eu``).

    Raises:
        RegionError: not one label of a host name.
    """
    if not _REGION.fullmatch(region):
        raise RegionError(
            f"found {region!r} as region, expected lower-case letters, digits and '-', for example eu-west-101",
            "set POOLPOWER_REGION, or POOLPOWER_ENDPOINT and POOLPOWER_IAM_ENDPOINT for an address of your own",
        )
    return Endpoints(f"https://workspace.{region}.myhuaweicloud.com", f"https://iam.{region}.myhuaweicloud.com")

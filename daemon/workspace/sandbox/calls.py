"""The calls of the simulated service, and what travels between its parts: a request that was understood, a reply."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from daemon.workspace.sandbox.faults import Fault
    from daemon.workspace.sandbox.journal import Entry
    from daemon.workspace.sandbox.signature import Received

Json = dict[str, object]


class ApiCall(StrEnum):
    """The calls, named as scripts and the journal name them."""

    ACT_ON_POOL = "pool-action"
    ACT_ON_DESKTOPS = "desktops-action"
    NOTIFY_POOL = "pool-notifications"
    NOTIFY_DESKTOPS = "desktops-notifications"
    LIST_POOLS = "list-pools"
    SHOW_POOL = "show-pool"
    LIST_DESKTOPS = "list-desktops"
    SHOW_JOB = "show-job"
    LIST_SUB_JOBS = "list-sub-jobs"
    CREATE_TOKEN = "create-token"  # noqa: S105  # the name of a call
    LIST_PROJECTS = "list-projects"

    @property
    def writes(self) -> bool:
        """True for what counts against the quota of writes."""
        return self in _WRITES


_WRITES = {ApiCall.ACT_ON_POOL, ApiCall.ACT_ON_DESKTOPS, ApiCall.NOTIFY_POOL, ApiCall.NOTIFY_DESKTOPS}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, what its path says, and its record.

    Attributes:
        call: what is asked for, None for what does not exist.
        received: as it came.
        path: the path's parameters.
        now: the service's time.
        entry: its record.
    """

    call: ApiCall | None
    received: Received
    path: Mapping[str, str]
    now: datetime
    entry: Entry

    @property
    def project_id(self) -> str:
        """The project of the path."""
        return self.path["project_id"]

    @property
    def pool_id(self) -> str:
        """The pool of the path."""
        return self.path["pool_id"]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        status: HTTP status.
        body: its body.
        entry: the record of the request.
        content_type: of the body.
        headers: further headers.
        fault: how it is to be sent, None for in the ordinary way.
    """

    status: int
    body: bytes
    entry: Entry
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    fault: Fault | None = None

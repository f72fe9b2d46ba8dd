"""What execution asks of the cloud: the narrow port that the client implements over HTTP and tests in memory."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from daemon.timetable.actions import Action, ActionType
    from daemon.workspace.answers import Answer
    from daemon.workspace.models import CloudPool, Desktop, Job, SubJob


class Call(StrEnum):
    """An API call, as the documented quota counts them (per user and per API)."""

    ACT_ON_POOL = "pool-action"
    ACT_ON_DESKTOPS = "desktops-action"
    NOTIFY_POOL = "pool-notifications"
    LIST_POOLS = "list-pools"
    SHOW_POOL = "show-pool"
    LIST_DESKTOPS = "list-desktops"
    SHOW_JOB = "show-job"
    LIST_SUB_JOBS = "list-sub-jobs"

    @property
    def writes(self) -> bool:
        """True for the calls that count against the quota of writes."""
        return self in (Call.ACT_ON_POOL, Call.ACT_ON_DESKTOPS, Call.NOTIFY_POOL)


class Workspace(Protocol):
    """One cloud project's Workspace API.

    The acting calls never raise but for cancellation: whatever happens is an ``Answer``. The reading calls return
    models or raise ``WorkspaceError``; they refresh credentials and ask once more after a 401 by themselves, and
    page until complete. Every reading method asks ``admit`` (see ``client``) before each HTTP request.
    """

    @property
    def credential(self) -> str:
        """A label of the credential in use, without any secret, stable while the credential is (limiter key)."""
        ...

    @property
    def region(self) -> str:
        """The region, for the limiter's key."""
        ...

    @property
    def server_offset(self) -> timedelta | None:
        """The server's ``Date`` less our clock at the newest response; None before any."""
        ...

    async def act_on_pool(self, pool_id: str, action: Action, type_: ActionType) -> Answer:
        """Send one action for a whole pool. A reboot goes over a fresh connection."""
        ...

    async def act_on_desktops(self, desktop_ids: Sequence[str], action: Action, type_: ActionType) -> Answer:
        """Send one action for 1 to 100 desktops. A reboot goes over a fresh connection."""
        ...

    async def notify_pool(self, pool_id: str, message: str) -> Answer:
        """Send a message to the users of a pool."""
        ...

    async def refresh(self) -> None:
        """Get new credentials after a 401; callers that come while one is under way share it.

        Raises:
            WorkspaceError: none are to be had.
        """
        ...

    async def list_pools(self) -> list[CloudPool]:
        """Every pool of the project, all pages."""
        ...

    async def show_pool(self, pool_id: str) -> CloudPool:
        """One pool."""
        ...

    async def list_desktops(self, pool_id: str) -> list[Desktop]:
        """Every desktop of a pool, all pages."""
        ...

    async def show_job(self, job_id: str) -> Job:
        """One job."""
        ...

    async def list_sub_jobs(self, *, job_id: str | None = None, pool_id: str | None = None) -> list[SubJob]:
        """Every sub-job of a job, or of a pool's jobs of the types that power actions have, all pages."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...

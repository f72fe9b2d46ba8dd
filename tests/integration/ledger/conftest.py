"""Real ledgers in temporary folders, and rows to put into them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from daemon.ledger import schema
from daemon.ledger.ledger import open_ledger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection

    from daemon.ledger.ledger import Ledger

AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Rows:
    """Puts rows into a ledger; each method returns the new row's key."""

    connection: Connection

    def pool(self, key: str, **other: Any) -> int:
        """A pool of the file."""
        return self._insert(schema.pools, {"project": "default", "key": key, "name": key, "present": True} | other)

    def version(self, at: datetime = AT) -> int:
        """A version accepted at an instant."""
        values = {"accepted_at": at, "hash": "h", "meaning": "m", "texts": [["f", "t"]], "zone_data": "2026b"}
        return self._insert(schema.versions, values)

    def override(self, until: datetime, **other: Any) -> int:
        """A pause that ends."""
        values = {"kind": "pause", "starts_at": AT - timedelta(days=900), "ends_at": until, "created_at": AT}
        return self._insert(schema.overrides, values | other)

    def run(self, pool: int, at: datetime = AT, state: str = "succeeded", **other: Any) -> int:
        """A scheduled stop, done unless told otherwise."""
        values: dict[str, Any] = {
            "pool_no": pool, "project": "default", "pool": "engineering", "origin": "schedule", "action": "stop",
            "type": "SOFT", "scheduled_at": at, "due_at": at, "retry_for": timedelta(hours=2),
            "catch_up": timedelta(hours=2), "state": state,
        }  # fmt: skip
        if state not in ("pending", "attempting", "accepted"):
            values |= {"reason": "why", "finished_at": at}
        return self._insert(schema.runs, values | other)

    def attempt(self, run: int, number: int = 1, **other: Any) -> int:
        """A request that was sent."""
        values = {"run": run, "number": number, "call": "pool", "limit_key": "k", "sent_at": AT}
        return self._insert(schema.attempts, values | other)

    def job(self, run: int, pool: int, job: str, **other: Any) -> None:
        """A job that a run started, closed."""
        values = {"project": "default", "job_id": job, "run": run, "pool_no": pool, "started_at": AT, "closed": True}
        self._insert(schema.jobs, values | other)

    def desktop(self, run: int, desktop: str, **other: Any) -> None:
        """A desktop that did not end where it should."""
        self._insert(schema.job_desktops, {"run": run, "desktop_id": desktop, "result": "refused"} | other)

    def _insert(self, table: Any, values: dict[str, Any]) -> Any:
        return self.connection.execute(table.insert().values(**values)).inserted_primary_key[0]


@pytest.fixture
def rows() -> Callable[[Connection], Rows]:
    """Give the maker of rows for a connection."""
    return Rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger of this test stands."""
    return tmp_path / "state" / "ledger.db"


@pytest.fixture
def url(path: Path) -> str:
    """Its database URL."""
    return f"sqlite:///{path}"


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    """An open ledger, empty but for its heart."""
    opened = open_ledger(url, now=AT)
    yield opened
    await opened.aclose()


@pytest.fixture
def unprivileged() -> Callable[[], AbstractContextManager[None]]:
    """Give a block in which root is nobody: permissions mean nothing to root."""

    @contextmanager
    def as_nobody() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.setegid(65534)
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)

    return as_nobody

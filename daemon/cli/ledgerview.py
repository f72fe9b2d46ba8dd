"""Reads runs from the daemon, or from the ledger's file where no daemon answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daemon.cli import output
from daemon.cli.control import Control, ControlRefusedError, DaemonNotReachableError
from daemon.cli.refused import NOT_FOUND
from daemon.cli.whereabouts import find_ledger, find_socket
from daemon.ledger.records import instant

if TYPE_CHECKING:
    from datetime import datetime

    from daemon.cli.runs import Row
    from daemon.settings import Settings


class LedgerView:
    """One way to the ledger, decided when it is made."""

    def __init__(self, settings: Settings, *, says_which: bool) -> None:
        """See who answers.

        Args:
            settings: in force.
            says_which: tell on standard error which ledger's file is read, where no daemon answers.
        """
        self._settings = settings
        self._control: Control | None = Control(find_socket(settings))
        try:
            self._control.ask("GET", "/v1/health")
        except DaemonNotReachableError as error:
            self._control = None
            if says_which:
                output.note(f"reading {find_ledger(settings)} ({error.message})")

    def history(self, pool: str | None, since: datetime | None, state: str | None, limit: int) -> list[Row]:
        """Runs, newest first, as ``history --json`` prints them."""
        if self._control is not None:
            asked = instant(since) if since else None
            rows: list[Row] = self._control.get("/v1/history", pool=pool, since=asked, state=state, limit=limit)
            return rows
        from daemon.ledger.history import history, require_known  # noqa: PLC0415 - imports SQLAlchemy
        from daemon.ledger.ledger import reading  # noqa: PLC0415

        with reading(self._url()) as connection:
            if pool is not None:
                require_known(connection, pool)
            return [
                record.to_json() for record in history(connection, pool=pool, since=since, state=state, limit=limit)
            ]

    def show(self, run: int) -> dict[str, Any] | None:
        """One run with its story, None where there is no such run."""
        if self._control is not None:
            return self._asked(self._control, run)
        from daemon.ledger.history import show  # noqa: PLC0415 - imports SQLAlchemy
        from daemon.ledger.ledger import reading  # noqa: PLC0415

        with reading(self._url()) as connection:
            detail = show(connection, run)
            return None if detail is None else detail.to_json()

    def _url(self) -> str:
        return f"sqlite:///{find_ledger(self._settings)}"

    @staticmethod
    def _asked(control: Control, run: int) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = control.get(f"/v1/runs/{run}")
        except ControlRefusedError as error:
            if error.status == NOT_FOUND:
                return None
            raise
        return found

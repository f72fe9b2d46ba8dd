"""Reads runs from the daemon, or from the ledger's file where no daemon answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daemon.cli import output
from daemon.cli.control import Control, ControlRefusedError, DaemonNotReachableError
from daemon.cli.whereabouts import find_ledger, find_socket

if TYPE_CHECKING:
    from datetime import datetime

    from daemon.cli.runs import Row
    from daemon.settings import Settings

_NOT_FOUND = 404


class LedgerView:
    """One way to the ledger, decided when it is made."""

    def __init__(self, settings: Settings, *, says_which: bool) -> None:
        """See who answers.

        Args:
            settings: in force.
            says_which: tell on standard error which ledger is read.
        """
        self._settings = settings
        self._control: Control | None = Control(find_socket(settings))
        try:
            ledger = self._control.get("/v1/status")["ledger"]
        except DaemonNotReachableError as error:
            self._control = None
            self._note(f"reading {find_ledger(settings)} ({error.message})", says_which)
        else:
            self._note(f"reading {ledger}, as the daemon at {self._control.path} has it", says_which)

    @staticmethod
    def _note(text: str, says_which: bool) -> None:
        if says_which:
            output.note(text)

    def history(self, pool: str | None, since: datetime | None, state: str | None, limit: int) -> list[Row]:
        """Runs, newest first, as ``history --json`` prints them."""
        if self._control is not None:
            asked = since.isoformat().replace("+00:00", "Z") if since else None
            rows: list[Row] = self._control.get("/v1/history", pool=pool, since=asked, state=state, limit=limit)
            return rows
        from daemon.ledger.history import history  # noqa: PLC0415 - imports SQLAlchemy
        from daemon.ledger.ledger import reading  # noqa: PLC0415

        with reading(self._url()) as connection:
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
            if error.status == _NOT_FOUND:
                return None
            raise
        return found

"""The service's own record of every request: received, carried out or not, answered what.

Tests compare it with the ledger and with what the client saw: three records of the same evening.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime


@dataclass(slots=True)
class Entry:
    """One request.

    Attributes:
        number: counts from 1.
        at: when it came, by the service's clock.
        method: HTTP method.
        path: decoded path.
        call: name of the API call, None for an unknown path.
        request_id: as sent in ``X-Request-Id``.
        pool_id: of the path, where it names one.
        desktop_ids: of the body, for per-desktop calls.
        action: op_type of the body as it was spelled.
        type: of the body.
        user: whose credentials it carried, once they were accepted.
        executed: True where it was carried out: an action became a job, a reading was read.
        job_id: of the job that it became.
        status: HTTP status of the answer, None where none or an unreadable one was sent.
        error_code: of the answer.
        answer: in words where the answer was no ordinary one, e.g. ``reset after``.
        fault: what was scripted for it.
        watchers: the journal's.
    """

    number: int
    at: datetime
    method: str
    path: str
    call: str | None
    request_id: str
    pool_id: str | None = None
    desktop_ids: tuple[str, ...] = ()
    action: str | None = None
    type: str | None = None
    user: str | None = None
    executed: bool = False
    job_id: str | None = None
    status: int | None = None
    error_code: str | None = None
    answer: str | None = None
    fault: dict[str, object] = field(default_factory=dict)
    watchers: Sequence[Callable[[Entry], None]] = ()

    def answered(self) -> None:
        """Tell the watchers that this is what became of the request, so far."""
        for watcher in self.watchers:
            watcher(self)

    def client_left(self) -> None:
        """The client did not wait for the answer, or for the whole of it."""
        self.answer, self.status = "client left", None
        self.answered()

    def to_json(self) -> dict[str, object]:
        """As ``GET /sandbox/requests`` gives it."""
        record = {name: getattr(self, name) for name in self.__slots__ if name != "watchers"}
        record["at"] = self.at.isoformat().replace("+00:00", "Z")
        return record


class Journal:
    """Requests, oldest first; the oldest are forgotten beyond ``size``.

    Attributes:
        watchers: called with an entry once its answer is decided, and again where the client left before it came;
            tests and demonstrations wait for that instead of asking again and again.
    """

    def __init__(self, size: int = 100_000) -> None:
        """Begin an empty record."""
        self.watchers: list[Callable[[Entry], None]] = []
        self._entries: deque[Entry] = deque(maxlen=size)
        self._last = 0

    def open(self, at: datetime, method: str, path: str, call: str | None) -> Entry:
        """A new entry."""
        self._last += 1
        entry = Entry(self._last, at, method, path, call, f"5a4db0c0{self._last:024x}", watchers=self.watchers)
        self._entries.append(entry)
        return entry

    def entries(self, *, since: int = 0, call: str | None = None, pool_id: str | None = None) -> list[Entry]:
        """The entries after number ``since``, of a call, about a pool."""
        return [
            entry
            for entry in self._entries
            if entry.number > since and call in (None, entry.call) and pool_id in (None, entry.pool_id)
        ]

    @property
    def last(self) -> int:
        """The newest number given out."""
        return self._last

"""The daemon's no."""

from __future__ import annotations

from typing import Any, Final

from daemon.errors import PoolpowerError

NOT_FOUND: Final = 404


class ControlRefusedError(PoolpowerError):
    """The daemon answered, and the answer is no.

    Attributes:
        status: HTTP status of the answer; ``NOT_FOUND`` where there is no such pool or run.
        body: the answer's JSON.
    """

    def __init__(self, status: int, body: Any) -> None:
        """Pass on the daemon's own words."""
        fields = body if isinstance(body, dict) else {}
        super().__init__(str(fields.get("error") or f"the daemon answered with status {status}"), fields.get("hint"))
        self.status = status
        self.body = body

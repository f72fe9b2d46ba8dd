"""What is wrong at this moment: raised and cleared by whoever notices, shown by status, health and the status page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from daemon.ledger.records import instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from structlog.typing import FilteringBoundLogger as Logger


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that needs a person.

    Attributes:
        code: a dotted constant, e.g. ``schedules.invalid``.
        subject: what it concerns, e.g. a pool; empty where the code says it all.
        message: what is wrong.
        hint: the mend, or None.
        since: when it was noticed first.
        is_warning: it needs no person now; everything does its work.
    """

    code: str
    subject: str
    message: str
    hint: str | None
    since: datetime
    is_warning: bool = False

    def to_json(self) -> dict[str, Any]:
        """As ``status`` prints it."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "since": instant(self.since),
        }


class Troubles:
    """The troubles of the moment; each is logged when it begins and when it is over, not in between."""

    def __init__(self, now: Callable[[], datetime], log: Logger) -> None:
        """Begin without any."""
        self._now = now
        self._log = log
        self._known: dict[tuple[str, str], Trouble] = {}

    def begin(
        self, code: str, message: str, hint: str | None = None, *, subject: str = "", warning: bool = False
    ) -> None:
        """Something is wrong, or, a warning, may be forgotten; told again where the words changed."""
        known = self._known.get((code, subject))
        if known is not None and known.message == message:
            return
        since = known.since if known is not None else self._now()
        self._known[code, subject] = Trouble(code, subject, message, hint, since, warning)
        say = self._log.warning if warning else self._log.error
        say(code, message=message, hint=hint, subject=subject or None)

    def end(self, code: str, *, subject: str = "") -> None:
        """It is not wrong any more; does nothing where it was not."""
        known = self._known.pop((code, subject), None)
        if known is not None:
            self._log.info("trouble.over", code=code, subject=subject or None, since=known.since)

    def only(self, code: str, wrong: dict[str, tuple[str, str | None]], *, warning: bool = False) -> None:
        """Exactly these subjects have this trouble, or warning: (message, hint) by subject."""
        for subject, (message, hint) in wrong.items():
            self.begin(code, message, hint, subject=subject, warning=warning)
        for known_code, subject in list(self._known):
            if known_code == code and subject not in wrong:
                self.end(code, subject=subject)

    def all(self) -> list[Trouble]:
        """Everything that is wrong, the oldest first; warnings aside."""
        return [trouble for trouble in self._oldest_first() if not trouble.is_warning]

    def warnings(self) -> list[Trouble]:
        """What is not wrong and not to be forgotten either, the oldest first."""
        return [trouble for trouble in self._oldest_first() if trouble.is_warning]

    def _oldest_first(self) -> list[Trouble]:
        return sorted(self._known.values(), key=lambda trouble: trouble.since)

"""Says that official dates of a country are not known yet: in status while it is so, in the log when it counts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from daemon.timetable.calendars.notices import due_again, unpublished
from daemon.timetable.zones import zone_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.service.trouble import Troubles
    from daemon.timetable.timetable import Timetable

UNPUBLISHED = "calendar.unpublished"


class CalendarNotices:
    """Keeps the warnings true; a warning that begins is logged by itself, and again when the year is near."""

    def __init__(self, troubles: Troubles, log: Logger) -> None:
        """Nothing has been said yet."""
        self._troubles = troubles
        self._log = log
        self._said_again: date | None = None

    async def tell(self, timetable: Timetable, now: datetime) -> None:
        """What is missing at this instant: from 1 November of the year before on, again 30, 7 and 1 days ahead."""
        today = now.astimezone(zone_of(timetable.timezone)).date()
        # Beside the loop: to work out a country's year takes a while.
        notices = await asyncio.to_thread(lambda: unpublished(timetable.calendars, today))
        found: dict[str, tuple[str, str | None]] = {f"{it.calendar} {it.year}": (it.message, it.hint) for it in notices}
        self._troubles.only(UNPUBLISHED, found, warning=True)
        if due_again(today) and self._said_again not in (None, today):
            for notice in notices:
                self._log.warning(UNPUBLISHED, message=notice.message, hint=notice.hint, subject=notice.calendar)
        self._said_again = today

"""What overrides forbid of a plan, by the very judgements of tick and gate (protocol 4.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.execution.overrides import bar, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from daemon.ledger.overrides import Override
    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.pools import Pool

UNNUMBERED = 0
"""Of a pool that the ledger does not know yet; what lies on all pools lies on it too."""


class Refusals:
    """The overrides on record, asked about occurrences."""

    def __init__(self, overrides: Iterable[Override], numbers: Mapping[tuple[str, str], int]) -> None:
        """Sort them by pool.

        Args:
            overrides: those that are over among them, for a plan of the past; oldest first, as the tick reads them.
            numbers: ``pools.no`` by (project, key).
        """
        self._numbers = numbers
        by_pool: dict[int | None, list[Override]] = {}
        for override in overrides:
            by_pool.setdefault(override.pool_no, []).append(override)
        of_all = by_pool.pop(None, [])
        self._of_all = tuple(of_all)
        self._by_pool = {
            number: tuple(sorted((*own, *of_all), key=lambda override: override.id))
            for number, own in by_pool.items()
            if number is not None
        }

    def lying_on(self, pool: Pool) -> tuple[Override, ...]:
        """Every override of a pool, and those of all pools."""
        return self._by_pool.get(self._number(pool), self._of_all)

    def of(self, occurrence: Occurrence) -> str | None:
        """Why an occurrence is not to be carried out; None where nothing forbids it.

        It is judged at the instant its policy names, as the tick does, and as the gate does when it is due. An order
        of the very same instant comes after the occurrence: it ticked first (1.2).
        """
        lying = self.lying_on(occurrence.pool)
        if not lying:
            return None
        number, action, at = self._number(occurrence.pool), occurrence.action, occurrence.scheduled_at
        before = [override for override in lying if override.starts_at < at]
        skip = refusal(before, number, action, at) or bar(lying, number, action, occurrence.due_at)
        return None if skip is None else skip.reason

    def _number(self, pool: Pool) -> int:
        return self._numbers.get((pool.project, pool.key), UNNUMBERED)

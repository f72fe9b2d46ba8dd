"""Bringing the schedule file into force: read, compare, hold back or accept (protocol 3.2 to 3.4)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Any

from daemon.errors import PoolpowerError
from daemon.execution.accepting import Candidate
from daemon.ledger.errors import LedgerUnavailable
from daemon.ledger.versions import Version
from daemon.service.watching import content_of
from daemon.timetable.compare import compare, takes_away_much
from daemon.timetable.schedulefile import ScheduleError, parse_schedule, read_schedule

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.clocks import Clock
    from daemon.execution.engine import Engine
    from daemon.service.connections import Workspaces
    from daemon.service.trouble import Troubles
    from daemon.timetable.schedulefile import Finding, Loaded, ScheduleSource
    from daemon.timetable.timetable import Timetable


class Verdict(StrEnum):
    """What came of reading the file."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    HELD = "held"
    INVALID = "invalid"
    MISMATCH = "mismatch"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of reading the file, as ``reload`` prints it.

    Attributes:
        verdict: in a word.
        version: the version in force afterwards, None where there is none.
        hash: of what was read, None where nothing could be.
        message: in words.
        added: actions of the next 24 hours that it adds.
        removed: actions of the next 24 hours that it takes away.
        error: why the file is not usable, where it is not.
    """

    verdict: Verdict
    version: int | None
    hash: str | None
    message: str
    added: int = 0
    removed: int = 0
    error: PoolpowerError | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the file, each in its place."""
        return self.error.findings if isinstance(self.error, ScheduleError) else ()

    def to_json(self) -> dict[str, Any]:
        """As the control API answers."""
        return {
            "outcome": str(self.verdict),
            "version": self.version,
            "hash": self.hash,
            "added": self.added,
            "removed": self.removed,
            "message": self.message,
            "errors": [finding.to_json() for finding in self.findings],
        }


@dataclass(slots=True)
class Standing:
    """The schedule file as the daemon sees it, for status.

    Attributes:
        version: number of the version in force.
        timetable: what its file says, before ids were looked up.
        hash: of its texts.
        meaning: of its texts.
        zone_data: it was accepted with.
        accepted_at: since when it is in force.
        warnings: what ``check`` would warn of.
        seen: hash of what was last read, whatever came of it.
    """

    version: int | None = None
    timetable: Timetable | None = None
    hash: str | None = None
    meaning: str | None = None
    zone_data: str | None = None
    accepted_at: datetime | None = None
    warnings: tuple[Finding, ...] = field(default=())
    seen: str | None = None


INVALID, HELD = "schedules.invalid", "schedules.held"


def zone_data() -> str:
    """Version of the tz database that instants are worked out with."""
    return installed_version("tzdata")


class Versions:
    """The schedule file and what is in force of it."""

    def __init__(
        self, *, path: Path, engine: Engine, workspaces: Workspaces, troubles: Troubles, clock: Clock, log: Logger
    ) -> None:
        """Nothing is read yet."""
        self.path = path
        self.standing = Standing()
        self._engine = engine
        self._workspaces = workspaces
        self._troubles = troubles
        self._clock = clock
        self._log = log
        self._turn = asyncio.Lock()

    async def consider(
        self, *, expect: str | None = None, accept: bool = False, who: str | None = None, note: str | None = None
    ) -> Outcome:
        """Read the file now and bring it into force where that is right.

        Args:
            expect: only where the content has this hash.
            accept: although it takes much away (3.4).
            who: the person that asked, None for the daemon itself.
            note: why.
        """
        async with self._turn:
            before = self.standing.seen
            outcome = await self._consider(expect=expect, accept=accept, who=who, note=note)
            if outcome.verdict in (Verdict.MISMATCH, Verdict.IN_DOUBT):
                self.standing.seen = before  # nothing came of it: the watcher is to come back to it
            return outcome

    async def _consider(self, *, expect: str | None, accept: bool, who: str | None, note: str | None) -> Outcome:
        try:
            source = await asyncio.to_thread(self._read)
            if expect is not None and source.hash != expect:
                return self._mismatch(source, expect)
            loaded = await asyncio.to_thread(parse_schedule, source.texts, now=self._clock.now())
            self._workspaces.learn(dict(loaded.timetable.projects))
        except PoolpowerError as error:
            return self._invalid(error)
        return await self._weigh(source, loaded, accept=accept, who=who, note=note)

    def _read(self) -> ScheduleSource:
        """Read the texts, and remember what was seen, so that the same is not read again and again."""
        self.standing.seen = content_of(self.path)
        return read_schedule(self.path)

    def _mismatch(self, source: ScheduleSource, expect: str) -> Outcome:
        message = f"the file's hash is {source.hash}, not {expect}: it is not the one that was reviewed"
        return Outcome(Verdict.MISMATCH, self.standing.version, source.hash, message)

    def _invalid(self, error: PoolpowerError) -> Outcome:
        kept = "no version is in force" if self.standing.version is None else f"version {self.standing.version} stays"
        hint = error.hint or f"mend {self.path}; poolpower check names every error"
        self._troubles.begin(INVALID, f"{error.message}; {kept}", hint)
        return Outcome(Verdict.INVALID, self.standing.version, self.standing.seen, error.message, error=error)

    async def _weigh(
        self, source: ScheduleSource, loaded: Loaded, *, accept: bool, who: str | None, note: str | None
    ) -> Outcome:
        self._troubles.end(INVALID)
        if loaded.hash == self.standing.hash and zone_data() == self.standing.zone_data:
            self._troubles.end(HELD)
            self.standing.warnings = loaded.warnings
            return Outcome(Verdict.UNCHANGED, self.standing.version, loaded.hash, "the file is in force already")
        if self._engine.has_version and not accept:
            much = await asyncio.to_thread(self._much, loaded.timetable)
            if much is not None:
                return self._held(loaded, much)
        return await self._accept(source, loaded, who=who, note=note)

    def _much(self, new: Timetable) -> str | None:
        return takes_away_much(self._engine.book.timetable, new, self._clock.now())

    def _held(self, loaded: Loaded, much: str) -> Outcome:
        self._troubles.begin(HELD, f"a changed schedule is held back: {much}", "poolpower reload --accept takes it")
        return Outcome(Verdict.HELD, self.standing.version, loaded.hash, much)

    async def _accept(self, source: ScheduleSource, loaded: Loaded, *, who: str | None, note: str | None) -> Outcome:
        engine, now = self._engine, self._clock.now()
        added = removed = 0
        if engine.has_version:
            difference = await asyncio.to_thread(compare, engine.book.timetable, loaded.timetable, now)
            added, removed = len(difference.added), len(difference.removed)
        meaning = await asyncio.to_thread(lambda: loaded.timetable.meaning)
        version = Version(0, now, loaded.hash, meaning, source.texts, zone_data(), who, note)
        moved = self.standing.zone_data not in (None, version.zone_data)
        try:
            accepted = await engine.accept(
                Candidate(loaded.timetable, version), moved_since=self.standing.accepted_at if moved else None
            )
        except LedgerUnavailable as error:
            return Outcome(Verdict.IN_DOUBT, self.standing.version, loaded.hash, f"not accepted: {error.message}")
        except PoolpowerError as error:
            return self._invalid(error)
        self.stands(replace(version, id=engine.book.version, accepted_at=engine.book.accepted_at), loaded)
        self._troubles.end(HELD)
        withdrawn = len(accepted.withdrawn)
        self._log.info(
            "version.accepted",
            version=engine.book.version,
            hash=loaded.hash,
            pools=len(loaded.timetable.pools),
            added=added,
            removed=removed,
            withdrawn=withdrawn,
            moved=len(accepted.moved),
            who=who,
            note=note,
            warnings=len(loaded.warnings),
        )
        changed = f"{added} actions of the next 24 hours added, {removed} taken away"
        message = f"version {engine.book.version} is in force: {changed}"
        return Outcome(Verdict.ACCEPTED, engine.book.version, loaded.hash, message, added, removed)

    def stands(self, version: Version, loaded: Loaded) -> None:
        """Remember which version is in force."""
        self.standing = Standing(
            version=version.id,
            timetable=loaded.timetable,
            hash=version.hash,
            meaning=version.meaning,
            zone_data=version.zone_data,
            accepted_at=version.accepted_at,
            warnings=loaded.warnings,
            seen=version.hash,
        )

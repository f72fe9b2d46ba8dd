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
from daemon.service.connections import ProjectError
from daemon.service.memory import give_back
from daemon.service.watching import unreadable
from daemon.timetable.compare import compare, takes_away_much
from daemon.timetable.schedulefile import ScheduleError, parse_schedule, read_schedule

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.clocks import Clock
    from daemon.execution.engine import Engine
    from daemon.service.connections import Workspaces
    from daemon.service.reading import PatientReader
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
        hint: the mend, None where none is needed or every finding has its own.
    """

    verdict: Verdict
    version: int | None
    hash: str | None
    message: str
    added: int = 0
    removed: int = 0
    error: PoolpowerError | None = None
    hint: str | None = None

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
            "hint": self.hint,
            "errors": [{**finding.to_json(), "excerpt": finding.excerpt} for finding in self.findings],
        }


@dataclass(slots=True)
class Standing:
    """The schedule file as the daemon sees it, for status.

    Attributes:
        version: number of the version in force.
        timetable: what its file says, before ids were looked up.
        hash: of its texts.
        meaning: of its timetable, with the calendar data that it was accepted with.
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


INVALID, INCOMPLETE, HELD = "schedules.invalid", "settings.incomplete", "schedules.held"
WAITS = "the changed schedule file waits for consent: "
TAKES_IT = "`poolpower reload --accept` takes it, mending the file puts it right"


def zone_data() -> str:
    """Version of the tz database that instants are worked out with."""
    return installed_version("tzdata")


class Versions:
    """The schedule file and what is in force of it."""

    def __init__(
        self,
        *,
        path: Path,
        reader: PatientReader,
        engine: Engine,
        workspaces: Workspaces,
        troubles: Troubles,
        clock: Clock,
        log: Logger,
    ) -> None:
        """Nothing is read yet."""
        self.path = path
        self._reader = reader
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
            await asyncio.to_thread(give_back)
            if outcome.verdict in (Verdict.MISMATCH, Verdict.IN_DOUBT):
                self.standing.seen = before  # nothing came of it: the watcher is to come back to it
            return outcome

    async def _consider(self, *, expect: str | None, accept: bool, who: str | None, note: str | None) -> Outcome:
        source = None
        try:
            source = await self._read()
            if expect is not None and source.hash != expect:
                return self._mismatch(source, expect)
            loaded = await asyncio.to_thread(parse_schedule, source.texts, now=self._clock.now())
            self._workspaces.learn(dict(loaded.timetable.projects))
        except PoolpowerError as error:
            return self._invalid(error, None if source is None else source.hash)
        return await self._weigh(source, loaded, accept=accept, who=who, note=note)

    async def _read(self) -> ScheduleSource:
        """Read the texts, once, and remember what was seen, so that the same is not read again and again."""
        try:
            source = await self._reader.read(read_schedule)
        except PoolpowerError as error:
            self.standing.seen = unreadable(error)
            raise
        self.standing.seen = source.hash
        return source

    def _mismatch(self, source: ScheduleSource, expect: str) -> Outcome:
        message = f"the file's hash is {source.hash}, not {expect}: it is not the one that was reviewed"
        mend = f"review {self.path.absolute()} as it is now, or put the reviewed one in its place"
        return Outcome(Verdict.MISMATCH, self.standing.version, source.hash, message, hint=mend)

    def _invalid(self, error: PoolpowerError, read: str | None) -> Outcome:
        """The file cannot be used: for what it says, or, which is no fault of its, for what the settings do not say."""
        version = self.standing.version
        kept = "no version is in force" if version is None else f"version {version} stays in force"
        code, other, hint = INVALID, INCOMPLETE, error.hint or f"mend {self.path}; poolpower check names every error"
        if isinstance(error, ProjectError):
            code, other, hint = INCOMPLETE, INVALID, error.hint or "see `poolpower settings`"
        self._troubles.end(other)
        self._troubles.begin(code, f"{error.message}; {kept}", hint)
        mend = None if isinstance(error, ScheduleError) else hint
        return Outcome(Verdict.INVALID, version, read, error.message, error=error, hint=mend)

    async def _weigh(
        self, source: ScheduleSource, loaded: Loaded, *, accept: bool, who: str | None, note: str | None
    ) -> Outcome:
        for code in (INVALID, INCOMPLETE):
            self._troubles.end(code)
        meaning = await asyncio.to_thread(lambda: loaded.timetable.meaning)
        standing = self.standing
        if (loaded.hash, meaning, zone_data()) == (standing.hash, standing.meaning, standing.zone_data):
            self._troubles.end(HELD)
            self.standing.warnings = loaded.warnings
            unkept = "; nothing was recorded, so neither was the note" if who is not None and note else ""
            message = f"the file is in force already{unkept}"
            return Outcome(Verdict.UNCHANGED, self.standing.version, loaded.hash, message)
        if self._engine.has_version and not accept:
            much = await asyncio.to_thread(self._much, loaded.timetable)
            if much is not None:
                return self._held(loaded, much)
        return await self._accept(source, loaded, who=who, note=note)

    def _much(self, new: Timetable) -> str | None:
        return takes_away_much(self._engine.book.timetable, new, self._clock.now())

    def _held(self, loaded: Loaded, much: str) -> Outcome:
        message = f"{WAITS}{much}"
        self._troubles.begin(HELD, message, TAKES_IT)
        return Outcome(Verdict.HELD, self.standing.version, loaded.hash, message, hint=TAKES_IT)

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
            message = f"not accepted: {error.message}"
            return Outcome(Verdict.IN_DOUBT, self.standing.version, loaded.hash, message, hint=error.hint)
        except PoolpowerError as error:
            return self._invalid(error, loaded.hash)
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
        changed = f"{added} action{'' if added == 1 else 's'} of the next 24 hours added, {removed} taken away"
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

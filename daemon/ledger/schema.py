"""The tables of the ledger, and the constraints that hold its promises.

Instants are integer microseconds since 1970-01-01 UTC (``Instant``), because SQLite drops zones. The unique
indexes are the promises of the protocol as the database sees them:

- ``runs_claimed_once`` (1.4): an occurrence is claimed once, however often and wherever a tick runs;
- ``runs_warned_once``, ``runs_stepped_once``, ``runs_asked_once`` (1.4): likewise warnings, escalations, manual runs;
- ``runs_enforced_once`` (1.4): the end of a hold calls once for a pool's word;
- ``overrides_asked_once`` (1.4): a repeated call is one override of a pool;
- ``runs_one_in_flight`` (4.1): at most one run of a pool is attempting or accepted.

A void run (6.2) is out of all of them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.types import BigInteger, TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def microseconds(instant: datetime) -> int:
    """An aware datetime as the ledger stores it.

    Raises:
        TypeError: it has no zone: a naive datetime in the ledger would be a guess.
    """
    if instant.tzinfo is None:
        msg = f"the ledger takes aware datetimes only, got {instant!r}"
        raise TypeError(msg)
    return (instant - EPOCH) // MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as integer microseconds since the epoch."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Refuse what has no zone: a naive datetime in the ledger would be a guess."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware UTC datetime."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Seconds(TypeDecorator[timedelta]):
    """A duration, stored as seconds."""

    impl = Float
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Store total seconds."""
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002
        """Give back a timedelta."""
        return None if value is None else timedelta(seconds=value)


metadata = MetaData()

OPEN_STATES = "('pending', 'attempting', 'accepted')"
IN_FLIGHT_STATES = "('attempting', 'accepted')"
STANDING_WORD = (
    "action IN ('start', 'stop', 'hibernate') AND origin IN ('schedule', 'manual', 'enforce')"
    " AND state NOT IN ('skipped', 'void')"
)
ASKED = "request IS NOT NULL AND state <> 'void'"

OVER_AT = "min(coalesce(ends_at, 9223372036854775807), coalesce(ended_at, 9223372036854775807))"
"""When an override is over; they are kept for good, and those in force must be found without reading all."""
TO_ENFORCE = "enforces AND enforced_at IS NULL AND ended_at IS NULL"

pools = Table(
    "pools",
    metadata,
    Column("no", Integer, primary_key=True, comment="identity of a pool inside the ledger; survives a rename (3.5)"),
    Column("project", Text, nullable=False),
    Column("key", Text, nullable=False, comment="the schedule file's key, as of now"),
    Column("pool_id", Text, comment="the cloud's id once known; the last one is kept (4.1)"),
    Column("name", Text, nullable=False, comment="the cloud's name"),
    Column("resolved_at", Instant),
    Column("present", Boolean, nullable=False, comment="false once the schedule file no longer has it"),
    sqlite_autoincrement=True,
)
Index("pools_one_by_id", pools.c.project, pools.c.pool_id, unique=True, sqlite_where=text("pool_id IS NOT NULL"))
Index("pools_one_by_key", pools.c.project, pools.c.key, unique=True, sqlite_where=text("present"))

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("accepted_at", Instant, nullable=False),
    Column("hash", Text, nullable=False, comment="SHA-256 of the file texts, as `reload --expect` takes it"),
    Column("meaning", Text, nullable=False, comment="SHA-256 of what they mean (3.2)"),
    Column("texts", JSON, nullable=False, comment="[[file name, full text], ...]"),
    Column("zone_data", Text, nullable=False, comment="version of the tz database"),
    Column("who", Text),
    Column("note", Text),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, comment="newer = greater (1.6)"),
    Column("pool_no", Integer, ForeignKey("pools.no"), nullable=False),
    Column("project", Text, nullable=False),
    Column("pool", Text, nullable=False, comment="the file's key when it was claimed"),
    Column("pool_id", Text, comment="the cloud's id it was sent to"),
    Column("origin", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("policy", Text, comment="the sentence; null for a manual run"),
    Column("source", Text, comment="where the sentence stands"),
    Column("eclipsed", JSON(none_as_null=True), comment="[[policy, source], ...] that called for the same (1.5)"),
    Column("wall", Text, comment="local date and wall time (3.2)"),
    Column("scheduled_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("lead", Seconds, comment="of a warning"),
    Column("parent", Integer, ForeignKey("runs.id"), comment="of an escalation, an enforcement or a retry"),
    Column("step", Integer),
    Column("request", Text, comment="request id of a manual run: a repeated call is one run"),
    Column("retry_for", Seconds, nullable=False),
    Column("catch_up", Seconds, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("next_attempt_at", Instant, comment="a pending run is not looked at before"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("first_attempt_at", Instant),
    Column("retry_from", Instant, comment="the first attempt that may have reached the cloud, or a recovery (2.5)"),
    Column("maybe_executed", Boolean, nullable=False, server_default=text("0"), comment="4.11"),
    Column("desktops", JSON(none_as_null=True), comment="what is left of a reboot, by the per-desktop call only (4.5)"),
    Column("job_id", Text, comment="the last job"),
    Column("error_code", Text, comment="the last error"),
    Column("finished_at", Instant),
    Column("who", Text),
    Column("note", Text, comment="why a person asked for it"),
    Column("override", Integer, ForeignKey("overrides.id")),
    Column("version", Integer, ForeignKey("versions.id")),
    Column("hold", Integer, comment="of an enforcement: the override whose end called for it"),
    Column("calendar", Text, comment="what calendars said of the date, e.g. `2026-12-24 workday (DE-BE)`"),
    CheckConstraint(
        "state IN ('pending','attempting','accepted','succeeded','partial','failed','unknown',"
        "'skipped','missed','superseded','expired','void')",
        name="runs_state",
    ),
    CheckConstraint(f"(state IN {OPEN_STATES}) = (finished_at IS NULL)", name="runs_finished"),
    CheckConstraint(f"state IN {OPEN_STATES} OR reason IS NOT NULL", name="runs_reason"),
    sqlite_autoincrement=True,
)
Index(
    "runs_claimed_once",
    runs.c.pool_no,
    runs.c.action,
    runs.c.scheduled_at,
    unique=True,
    sqlite_where=text("origin = 'schedule' AND state <> 'void'"),
)
Index(
    "runs_warned_once",
    runs.c.pool_no,
    runs.c.action,
    runs.c.scheduled_at,
    runs.c.lead,
    unique=True,
    sqlite_where=text("origin = 'warning' AND state <> 'void'"),
)
Index(
    "runs_stepped_once",
    runs.c.parent,
    runs.c.origin,
    runs.c.step,
    unique=True,
    sqlite_where=text("origin IN ('escalation', 'enforce') AND state <> 'void'"),
)
Index(
    "runs_asked_once",
    runs.c.request,
    runs.c.pool_no,
    unique=True,
    sqlite_where=text(ASKED),
)
Index(
    "runs_enforced_once",
    runs.c.hold,
    runs.c.pool_no,
    unique=True,
    sqlite_where=text("hold IS NOT NULL AND state <> 'void'"),
)
Index(
    "runs_one_in_flight",
    runs.c.pool_no,
    unique=True,
    sqlite_where=text(f"state IN {IN_FLIGHT_STATES}"),
)
Index("runs_open", runs.c.pool_no, runs.c.id, sqlite_where=text(f"state IN {OPEN_STATES}"))
Index("runs_standing_word", runs.c.pool_no, runs.c.id, sqlite_where=text(STANDING_WORD))
Index("runs_by_wall", runs.c.pool_no, runs.c.action, runs.c.wall, sqlite_where=text("wall IS NOT NULL"))
Index("runs_by_pool", runs.c.pool_no, runs.c.id)
Index("runs_by_scheduled_at", runs.c.scheduled_at)
Index("runs_by_state", runs.c.state, runs.c.id)
# What a foreign key refers to is looked for among those that refer whenever a row is pruned: without these three and
# jobs_by_attempt, each row taken away would read a whole table.
Index("runs_by_parent", runs.c.parent, sqlite_where=text("parent IS NOT NULL"))
Index("runs_by_override", runs.c.override, sqlite_where=text("override IS NOT NULL"))
Index("runs_by_version", runs.c.version, sqlite_where=text("version IS NOT NULL"))

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Column("number", Integer, nullable=False, comment="1 for the run's first"),
    Column("call", Text, nullable=False, comment="`pool` or `desktops`"),
    Column("limit_key", Text, nullable=False, comment="credential, region and API call, for the limiter (4.9)"),
    Column("sent_at", Instant, nullable=False, comment="when its gate opened"),
    Column("answered_at", Instant, comment="null: no answer stored"),
    Column("fate", Text, comment="class of the answer (4.4)"),
    Column("status", Integer),
    Column("error_code", Text),
    Column("error_msg", Text),
    Column("error_detail", Text),
    Column("encoded_authorization_message", Text),
    Column("request_id", Text, comment="X-Request-Id"),
    Column("server_date", Instant, comment="the server's Date header"),
    Column("duration", Seconds),
    Column("job_id", Text),
    sqlite_autoincrement=True,
)
Index("attempts_by_run", attempts.c.run, attempts.c.number, unique=True)
Index("attempts_by_sent_at", attempts.c.sent_at)
Index("attempts_unanswered", attempts.c.run, sqlite_where=text("answered_at IS NULL"))

jobs = Table(
    "jobs",
    metadata,
    Column("project", Text, primary_key=True),
    Column("job_id", Text, primary_key=True),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Column("pool_no", Integer, ForeignKey("pools.no"), nullable=False),
    Column("attempt", Integer, ForeignKey("attempts.id")),
    Column("status", Text, comment="as the cloud last spelled it; null before the first look"),
    Column(
        "closed", Boolean, nullable=False, server_default=text("0"), comment="seen in a terminal state, or given up"
    ),
    Column("started_at", Instant, nullable=False, comment="when it became known"),
    Column("looked_at", Instant),
    Column("error_code", Text),
    Column("fail_reason", Text),
    Column("sub_jobs_total", Integer),
)
Index("jobs_by_run", jobs.c.run)
Index("jobs_by_attempt", jobs.c.attempt, sqlite_where=text("attempt IS NOT NULL"))
Index("jobs_open", jobs.c.pool_no, sqlite_where=text("NOT closed"))

job_desktops = Table(
    "job_desktops",
    metadata,
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("desktop_id", Text, primary_key=True),
    Column("computer_name", Text),
    Column("job_id", Text),
    Column("result", Text, nullable=False, comment="`done`, `refused`, `busy`, `not in the end state`"),
    Column("status", Text, comment="of the desktop"),
    Column("error_code", Text),
    Column("fail_reason", Text),
)

overrides = Table(
    "overrides",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("pool_no", Integer, ForeignKey("pools.no"), comment="null: every pool"),
    Column("kind", Text, nullable=False, comment="`pause`, `skip`, `hold-on`, `hold-off`"),
    Column("action", Text, comment="of a skip: this action only"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, comment="null: until resumed"),
    Column("ended_at", Instant, comment="resumed before its end"),
    Column("reason", Text),
    Column("who", Text),
    Column("created_at", Instant, nullable=False),
    Column("request", Text, comment="request id: a repeated call is one override"),
    Column(
        "enforces", Boolean, nullable=False, server_default=text("0"), comment="its end calls for the schedule's word"
    ),
    Column("enforced_at", Instant, comment="when its end did"),
    Column("ended_who", Text, comment="who resumed"),
    Column("ended_why", Text, comment="why"),
    Column("ended_request", Text, comment="request id of that call"),
    CheckConstraint("kind IN ('pause','skip','hold-on','hold-off')", name="overrides_kind"),
    Index("overrides_by_end", text(OVER_AT)),
    sqlite_autoincrement=True,
)
Index("overrides_by_pool", overrides.c.pool_no, overrides.c.ends_at)
Index("overrides_to_enforce", overrides.c.ends_at, sqlite_where=text(TO_ENFORCE))
Index(
    "overrides_asked_once",
    overrides.c.request,
    text("coalesce(pool_no, 0)"),
    unique=True,
    sqlite_where=text("request IS NOT NULL"),
)

heart = Table(
    "heart",
    metadata,
    Column("only", Integer, primary_key=True, comment="always 1"),
    Column(
        "watermark", Instant, comment="every occurrence up to here has a run; null before the first acceptance (1.7)"
    ),
    Column("beat", Integer, nullable=False, comment="counter, greater in the heartbeat file than here: restored (5.5)"),
    Column("beat_at", Instant),
    CheckConstraint("only = 1", name="heart_only"),
)

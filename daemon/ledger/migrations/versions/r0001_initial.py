"""The first schema: pools, versions, overrides, runs, attempts, jobs, their desktops, and the heart.

Revision 0001, written 2026-11-23. Instants are integer microseconds, durations seconds; see ``daemon.ledger.schema``.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

OPEN = "state IN ('pending', 'attempting', 'accepted')"


def upgrade() -> None:
    """Make every table, its constraints and its indexes."""
    _pools()
    _versions()
    _overrides()
    _runs()
    _run_keys()
    _run_indexes()
    _attempts()
    _jobs()
    _job_desktops()
    _heart()


def _pools() -> None:
    op.create_table(
        "pools",
        sa.Column("no", sa.Integer, primary_key=True),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("pool_id", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("resolved_at", sa.BigInteger),
        sa.Column("present", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    _partial("pools_one_by_id", "pools", ["project", "pool_id"], "pool_id IS NOT NULL", unique=True)
    _partial("pools_one_by_key", "pools", ["project", "key"], "present", unique=True)


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("accepted_at", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("meaning", sa.Text, nullable=False),
        sa.Column("texts", sa.JSON, nullable=False),
        sa.Column("zone_data", sa.Text, nullable=False),
        sa.Column("who", sa.Text),
        sa.Column("note", sa.Text),
        sqlite_autoincrement=True,
    )


def _overrides() -> None:
    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("pool_no", sa.Integer, sa.ForeignKey("pools.no")),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("action", sa.Text),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.Column("who", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.CheckConstraint("kind IN ('pause','skip','hold-on','hold-off')", name="overrides_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("overrides_by_pool", "overrides", ["pool_no", "ends_at"])


def _runs() -> None:
    op.create_table(
        "runs",
        *_what_is_due(),
        *_what_became_of_it(),
        sa.Column("who", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("override", sa.Integer, sa.ForeignKey("overrides.id")),
        sa.Column("version", sa.Integer, sa.ForeignKey("versions.id")),
        sa.CheckConstraint(
            "state IN ('pending','attempting','accepted','succeeded','partial','failed','unknown',"
            "'skipped','missed','superseded','expired','void')",
            name="runs_state",
        ),
        sa.CheckConstraint(f"({OPEN}) = (finished_at IS NULL)", name="runs_finished"),
        sa.CheckConstraint(f"{OPEN} OR reason IS NOT NULL", name="runs_reason"),
        sqlite_autoincrement=True,
    )


def _what_is_due() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("pool_no", sa.Integer, sa.ForeignKey("pools.no"), nullable=False),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("pool", sa.Text, nullable=False),
        sa.Column("pool_id", sa.Text),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("policy", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("eclipsed", sa.JSON),
        sa.Column("wall", sa.Text),
        sa.Column("scheduled_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("lead", sa.Float),
        sa.Column("parent", sa.Integer, sa.ForeignKey("runs.id")),
        sa.Column("step", sa.Integer),
        sa.Column("request", sa.Text),
        sa.Column("retry_for", sa.Float, nullable=False),
        sa.Column("catch_up", sa.Float, nullable=False),
    ]


def _what_became_of_it() -> list[sa.Column[object]]:
    return [
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("next_attempt_at", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("first_attempt_at", sa.BigInteger),
        sa.Column("retry_from", sa.BigInteger),
        sa.Column("maybe_executed", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sa.Column("desktops", sa.JSON),
        sa.Column("job_id", sa.Text),
        sa.Column("error_code", sa.Text),
        sa.Column("finished_at", sa.BigInteger),
    ]


def _run_keys() -> None:
    """The promises of protocol 1.4 and 4.1."""
    occurrence = ["pool_no", "action", "scheduled_at"]
    _partial("runs_claimed_once", "runs", occurrence, "origin = 'schedule' AND state <> 'void'", unique=True)
    _partial("runs_warned_once", "runs", [*occurrence, "lead"], "origin = 'warning' AND state <> 'void'", unique=True)
    _partial(
        "runs_stepped_once",
        "runs",
        ["parent", "origin", "step"],
        "origin IN ('escalation', 'enforce') AND state <> 'void'",
        unique=True,
    )
    _partial("runs_asked_once", "runs", ["request", "pool_no"], "request IS NOT NULL AND state <> 'void'", unique=True)
    _partial("runs_one_in_flight", "runs", ["pool_no"], "state IN ('attempting', 'accepted')", unique=True)


def _run_indexes() -> None:
    _partial("runs_open", "runs", ["pool_no", "id"], OPEN)
    _partial(
        "runs_standing_word",
        "runs",
        ["pool_no", "id"],
        "action IN ('start', 'stop', 'hibernate') AND origin IN ('schedule', 'manual')"
        " AND state NOT IN ('skipped', 'void')",
    )
    _partial("runs_by_wall", "runs", ["pool_no", "action", "wall"], "wall IS NOT NULL")
    op.create_index("runs_by_pool", "runs", ["pool_no", "id"])
    op.create_index("runs_by_scheduled_at", "runs", ["scheduled_at"])
    op.create_index("runs_by_state", "runs", ["state", "id"])
    _partial("runs_by_parent", "runs", ["parent"], "parent IS NOT NULL")
    _partial("runs_by_override", "runs", ["override"], "override IS NOT NULL")
    _partial("runs_by_version", "runs", ["version"], "version IS NOT NULL")


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("limit_key", sa.Text, nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("fate", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("error_code", sa.Text),
        sa.Column("error_msg", sa.Text),
        sa.Column("error_detail", sa.Text),
        sa.Column("encoded_authorization_message", sa.Text),
        sa.Column("request_id", sa.Text),
        sa.Column("server_date", sa.BigInteger),
        sa.Column("duration", sa.Float),
        sa.Column("job_id", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("attempts_by_run", "attempts", ["run", "number"], unique=True)
    op.create_index("attempts_by_sent_at", "attempts", ["sent_at"])
    _partial("attempts_unanswered", "attempts", ["run"], "answered_at IS NULL")


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("project", sa.Text, primary_key=True),
        sa.Column("job_id", sa.Text, primary_key=True),
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("pool_no", sa.Integer, sa.ForeignKey("pools.no"), nullable=False),
        sa.Column("attempt", sa.Integer, sa.ForeignKey("attempts.id")),
        sa.Column("status", sa.Text),
        sa.Column("closed", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("looked_at", sa.BigInteger),
        sa.Column("error_code", sa.Text),
        sa.Column("fail_reason", sa.Text),
        sa.Column("sub_jobs_total", sa.Integer),
    )
    op.create_index("jobs_by_run", "jobs", ["run"])
    _partial("jobs_by_attempt", "jobs", ["attempt"], "attempt IS NOT NULL")
    _partial("jobs_open", "jobs", ["pool_no"], "NOT closed")


def _job_desktops() -> None:
    op.create_table(
        "job_desktops",
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("desktop_id", sa.Text, primary_key=True),
        sa.Column("computer_name", sa.Text),
        sa.Column("job_id", sa.Text),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("status", sa.Text),
        sa.Column("error_code", sa.Text),
        sa.Column("fail_reason", sa.Text),
    )


def _heart() -> None:
    heart = op.create_table(
        "heart",
        sa.Column("only", sa.Integer, primary_key=True),
        sa.Column("watermark", sa.BigInteger),
        sa.Column("beat", sa.Integer, nullable=False),
        sa.Column("beat_at", sa.BigInteger),
        sa.CheckConstraint("only = 1", name="heart_only"),
    )
    op.bulk_insert(heart, [{"only": 1, "beat": 0}])


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where))

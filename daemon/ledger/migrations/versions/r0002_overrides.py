"""Overrides that people put on pools: request ids, who ended them, and what a hold's end calls for.

Revision 0002, written 2026-11-24. The overrides' new columns are ``request``, ``enforces``, ``enforced_at`` and three
that say who ended one early; the runs' is ``hold``. A word that the end of a hold calls for is a word like any other,
so that the index of standing words is made anew with its origin in it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and the indexes that the new questions need."""
    _overrides()
    _runs()


def _overrides() -> None:
    for column in (
        sa.Column("request", sa.Text),
        sa.Column("enforces", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sa.Column("enforced_at", sa.BigInteger),
        sa.Column("ended_who", sa.Text),
        sa.Column("ended_why", sa.Text),
        sa.Column("ended_request", sa.Text),
    ):
        op.add_column("overrides", column)
    over_at = "min(coalesce(ends_at, 9223372036854775807), coalesce(ended_at, 9223372036854775807))"
    op.create_index("overrides_by_end", "overrides", [sa.text(over_at)])
    to_enforce = "enforces AND enforced_at IS NULL AND ended_at IS NULL"
    op.create_index("overrides_to_enforce", "overrides", ["ends_at"], sqlite_where=sa.text(to_enforce))
    op.create_index(
        "overrides_asked_once",
        "overrides",
        ["request", sa.text("coalesce(pool_no, 0)")],
        unique=True,
        sqlite_where=sa.text("request IS NOT NULL"),
    )


def _runs() -> None:
    op.add_column("runs", sa.Column("hold", sa.Integer))
    op.create_index(
        "runs_enforced_once",
        "runs",
        ["hold", "pool_no"],
        unique=True,
        sqlite_where=sa.text("hold IS NOT NULL AND state <> 'void'"),
    )
    op.drop_index("runs_standing_word", "runs")
    op.create_index(
        "runs_standing_word",
        "runs",
        ["pool_no", "id"],
        sqlite_where=sa.text(
            "action IN ('start', 'stop', 'hibernate') AND origin IN ('schedule', 'manual', 'enforce')"
            " AND state NOT IN ('skipped', 'void')"
        ),
    )

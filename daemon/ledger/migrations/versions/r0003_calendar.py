"""What a calendar decided about a run's date is kept with the run.

Revision 0003, written 2026-11-24.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of earlier runs no calendar was asked."""
    op.add_column("runs", sa.Column("calendar", sa.Text))

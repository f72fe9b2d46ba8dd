"""What `db` does to a ledger: bring its schema up, copy it, take old runs away, look whether it is sound.

Upgrading and pruning take the owner lock (protocol 5.2); copying and looking go on beside a daemon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.ledger.backup import Backup, back_up
from daemon.ledger.connect import ledger_path
from daemon.ledger.ledger import reading, take
from daemon.ledger.migrate import Upgrade, migrate
from daemon.ledger.pruning import Pruned, prune, prune_file

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Backup", "Pruned", "Upgrade", "back_up", "faults", "prune", "prune_file", "upgrade"]


def upgrade(url: str, *, now: datetime) -> Upgrade:
    """Bring a ledger to this poolpower's schema, or make an empty one where there is none.

    Args:
        url: of the ledger.
        now: aware UTC, for the lock file.

    Raises:
        LedgerOwnedError: a daemon uses it: it was upgraded when that started.
        LedgerError: it cannot be used.
    """
    path = ledger_path(url)
    lock = take(path, now=now)
    try:
        return migrate(path)
    finally:
        lock.release()


def faults(url: str) -> list[str]:
    """What SQLite finds wrong with a ledger's pages; nothing where it is sound. Reads the whole file.

    Raises:
        LedgerError: it cannot be read at all.
    """
    with reading(url) as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(20)").scalars().all()
    return [] if found == ["ok"] else list(found)

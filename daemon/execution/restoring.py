"""A ledger that was restored from a backup (protocol 5.5): what happened since the backup is not in it.

The heartbeat file beside the ledger is ahead of the ledger's own heartbeat. What fell due up to the file's time may
have been carried out by the daemon that wrote it, so it is not carried out again; what was open in the backup is
settled by looking only. Only a word that is looked at and not found is left to the administrator, by its final state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.execution import verdicts
from daemon.ledger import gates, heartbeat, recovering, runs
from daemon.ledger.claims import Ended
from daemon.ledger.states import State

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from daemon.ledger.runs import Run

MARGIN = timedelta(seconds=60)
"""The daemon may have lived this long after its last heartbeat."""
WHY = "restored ledger"


@dataclass(frozen=True, slots=True)
class Restored:
    """What is known of a restoration.

    Attributes:
        ledger: the ledger's path.
        alive_until: until when the daemon may have acted without this ledger knowing.
        newest_run: the newest run that the restored ledger has.
    """

    ledger: Path
    alive_until: datetime
    newest_run: int


def find(conn: Connection, ledger: Path) -> Restored | None:
    """Whether the ledger was restored; to be asked before anything is claimed."""
    alive = heartbeat.restored(conn, ledger)
    return None if alive is None else Restored(ledger, alive + MARGIN, recovering.newest_run(conn))


def settle(conn: Connection, restored: Restored, now: datetime) -> list[Ended]:
    """Settle what the restoration left open; gives what ended."""
    ended = []
    words: dict[int, Run] = {}
    for run in runs.read_open(conn):
        if run.id > restored.newest_run:
            if run.scheduled_at <= restored.alive_until:
                ended.append(Ended(run, State.MISSED, WHY))
        elif not run.action.is_word:
            ended.append(Ended(run, State.UNKNOWN, WHY))
        else:
            if run.pool_no in words:
                older = words[run.pool_no]
                ended.append(Ended(older, State.SUPERSEDED, f"superseded by run {run.id}"))
            words[run.pool_no] = run
    gates.end(conn, [(gone.run.id, gone.state, gone.reason) for gone in ended], now)
    recovering.close_unanswered(conn, [run.id for run in words.values()], "lost", WHY, now)
    for run in words.values():
        over = replace(verdicts.by_desktops(run), retry_from=now - run.retry_for, maybe_executed=True)
        recovering.replace_state(conn, over, WHY)
    heartbeat.accept_restored(conn, restored.ledger)
    return ended

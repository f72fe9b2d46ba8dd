"""The ledger's heartbeat, and the file beside it that tells a restored ledger from a living one (protocol 5.5).

Every heartbeat counts up in the ledger and, once that is committed, is written to a file beside it. The file can be
behind (a crash between the two, a disk that lost the last rename), never ahead, unless the ledger itself has gone
back: somebody put a backup in its place, and what was done since is on record nowhere but here.

The counter decides, not the time: a clock that is set back must not look like a restored ledger (6.1).
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from daemon.ledger import schema

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from daemon.ledger.writer import Writer

_heart = schema.heart


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat.

    Attributes:
        count: counts up for as long as the ledger lives.
        at: when, aware UTC.
    """

    count: int
    at: datetime


async def beat(writer: Writer, ledger: Path, at: datetime) -> Beat:
    """Commit a heartbeat, then write it beside the ledger; one at a time.

    Args:
        writer: the ledger's.
        ledger: its path.
        at: now, aware UTC; may be earlier than the last one (6.1).

    Raises:
        LedgerUnavailable: it was not committed, and not written.
        OSError: it was committed, but the file could not be written.
    """
    done = await writer.do(partial(count_up, at=at))
    await asyncio.to_thread(write, heartbeat_path(ledger), done)
    return done


def count_up(conn: Connection, at: datetime) -> Beat:
    """The ledger's side of a heartbeat, a unit for the writer."""
    counted = _heart.update().values(beat=_heart.c.beat + 1, beat_at=at).returning(_heart.c.beat)
    return Beat(conn.execute(counted).scalar_one(), at)


def last(conn: Connection) -> Beat | None:
    """The ledger's last heartbeat, None before the first."""
    count, at = conn.execute(select(_heart.c.beat, _heart.c.beat_at)).one()
    return None if at is None else Beat(count, at)


def restored(conn: Connection, ledger: Path) -> datetime | None:
    """When the daemon was last alive, by the file, where the ledger has since been restored; else None."""
    written = read(heartbeat_path(ledger))
    count: int = conn.execute(select(_heart.c.beat)).scalar_one()
    return written.at if written is not None and written.count > count else None


def accept_restored(conn: Connection, ledger: Path) -> None:
    """Catch up with the file's counter: what a restored ledger asks for has been done.

    To be called in the transaction that does it (5.5), so that a crash on the way finds the ledger restored still,
    and a crash afterwards does not find it restored again.
    """
    written = read(heartbeat_path(ledger))
    if written is not None:
        conn.execute(_heart.update().values(beat=func.max(_heart.c.beat, written.count)))


def heartbeat_path(ledger: Path) -> Path:
    """Where the heartbeat file of a ledger stands."""
    return ledger.with_name(ledger.name + ".heartbeat")


def write(path: Path, beat: Beat) -> None:
    """Replace the heartbeat file: whoever reads it finds the old one or the new one, whole.

    Raises:
        OSError: it could not be written.
    """
    unfinished = path.with_name(path.name + ".new")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"count": beat.count, "at": beat.at.isoformat()}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def read(path: Path) -> Beat | None:
    """What the file says; None where there is none, or it is not one: then nothing can be told from it."""
    try:
        found = json.loads(path.read_bytes())
        written = Beat(int(found["count"]), datetime.fromisoformat(found["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return written if written.at.tzinfo is not None else None

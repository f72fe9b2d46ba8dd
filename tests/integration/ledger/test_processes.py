"""Several processes and one ledger: what was committed stays, whatever becomes of the process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from daemon.ledger import heartbeat, history
from daemon.ledger.ledger import open_ledger, reading
from daemon.ledger.upkeep import back_up, faults, prune

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.ledger.ledger import Ledger

AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)

WRITING = """
import asyncio, sys
from datetime import UTC, datetime
from daemon.ledger import heartbeat
from daemon.ledger.ledger import open_ledger

async def main():
    ledger = open_ledger(sys.argv[1], now=datetime.now(UTC))
    async def count():
        while True:
            done = await ledger.writer.do(lambda conn: heartbeat.count_up(conn, datetime.now(UTC)))
            print(done.count, flush=True)
    await asyncio.gather(*(count() for _ in range(20)))

asyncio.run(main())
"""

HOLDERS = """
import fcntl, struct, sys
with open(sys.argv[1], "r+b") as file:
    asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
    kind, _, _, _, pid = struct.unpack("hhqqi4x", fcntl.fcntl(file, fcntl.F_GETLK, asked))
print(0 if kind == fcntl.F_UNLCK else pid)
"""


def test_what_was_said_to_be_committed_survives_a_kill(url: str, root: Path) -> None:
    """SIGKILL in the middle of grouped commits loses nothing that a waiter had been told (protocol 7.1)."""
    with subprocess.Popen([sys.executable, "-c", WRITING, url], stdout=subprocess.PIPE, cwd=root, text=True) as writing:
        assert writing.stdout is not None
        told = [int(writing.stdout.readline()) for _ in range(500)]
        writing.kill()
        told += [int(line) for line in writing.stdout if line.endswith("\n")]
    ledger = open_ledger(url, now=AT)
    with ledger.reader() as conn:
        found = heartbeat.last(conn)
    assert found is not None
    assert found.count >= max(told)
    asyncio.run(ledger.aclose())
    assert faults(url) == []


async def test_nothing_the_daemon_does_drops_its_lock_on_the_database(ledger: Ledger, url: str, tmp_path: Path) -> None:
    """After every kind of work the process holds SQLite's lock: no outsider can remove its log (protocol 7.1)."""
    await heartbeat.beat(ledger.writer, ledger.path, AT)
    with ledger.reader() as conn:
        history.history(conn)
    with reading(url) as conn:
        history.show(conn, 1)
    back_up(url, tmp_path / "backup.db")
    await prune(ledger.writer, AT)
    await ledger.tend()
    await heartbeat.beat(ledger.writer, ledger.path, AT)
    asked = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", HOLDERS, ledger.path], check=True, capture_output=True, text=True
    )
    assert int(asked.stdout) == os.getpid()


async def test_reader_in_another_process_sees_commits_and_leaves_the_ledger_alone(
    ledger: Ledger, url: str, root: Path
) -> None:
    """`history` beside the daemon reads what is committed and removes nothing when it ends (protocol 7.1)."""
    await ledger.writer.do(lambda conn: heartbeat.count_up(conn, AT))
    program = (
        "import sys; from daemon.ledger import heartbeat; from daemon.ledger.ledger import reading\n"
        "with reading(sys.argv[1]) as conn: print(heartbeat.last(conn).count)"
    )
    asked = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program, url], check=True, capture_output=True, text=True, cwd=root
    )
    assert asked.stdout == "1\n"
    assert (await ledger.writer.do(lambda conn: heartbeat.count_up(conn, AT))).count == 2
    with reading(url) as conn:
        found = heartbeat.last(conn)
    assert found is not None
    assert found.count == 2

"""A schedule on a file system that does not answer holds nothing up (protocol 3.3)."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from daemon.service import reading, versions, watching
from daemon.service.reading import HangingError, PatientReader
from daemon.service.versions import Verdict
from daemon.service.watching import Watcher
from daemon.timetable.schedulefile import read_schedule
from tests.support.house import EVENING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from daemon.timetable.schedulefile import ScheduleSource
    from tests.support.house import House

SHORT = 0.02
"""Seconds of patience in which a reading that hangs is given up."""


class HungMount:
    """A file system whose server is away until ``answer`` is called.

    Attributes:
        begun: how many readings were begun.
    """

    def __init__(self) -> None:
        """Away from now on."""
        self.begun = 0
        self._answers = threading.Event()

    def read(self, path: Path) -> ScheduleSource:
        """Read, once the server is back."""
        self.begun += 1
        self._answers.wait(60)
        return read_schedule(path)

    def content(self, path: Path) -> str:
        """The same, for the watcher."""
        return self.read(path).hash

    def answer(self) -> None:
        """Be back."""
        self._answers.set()


@pytest.fixture
def mount(monkeypatch: pytest.MonkeyPatch) -> Iterator[HungMount]:
    """A mount that hangs, under everything that reads a schedule; it answers at the end."""
    hung = HungMount()
    monkeypatch.setattr(versions, "read_schedule", hung.read)
    monkeypatch.setattr(watching, "content_of", hung.content)
    yield hung
    hung.answer()


def fail(_path: Path) -> str:
    """Raise what no reading should."""
    raise ZeroDivisionError


async def test_reading_gives_what_it_found_or_raises_what_was_wrong(tmp_path: Path) -> None:
    """One after the other, on threads that the end of the process does not wait for."""
    reader = PatientReader(tmp_path)
    assert await reader.read(lambda path: (path, threading.current_thread().daemon)) == (tmp_path, True)
    with pytest.raises(ZeroDivisionError):
        await reader.read(fail)
    assert await reader.read(lambda path: path.name) == tmp_path.name


async def test_reading_that_hangs_is_given_up_and_no_second_one_is_begun(tmp_path: Path, mount: HungMount) -> None:
    """However often it is asked for: each would hang as well. Once it comes back, the next is begun."""
    file = tmp_path / "s.toml"
    file.write_text(EVENING)
    reader = PatientReader(file, SHORT)
    for _ in range(3):
        with pytest.raises(HangingError, match=r"has not answered for 0\.02 s") as caught:
            await reader.read(mount.read)
    assert caught.value.hint is not None
    assert mount.begun == 1
    mount.answer()
    reader._patience = 5
    assert await reader.read(lambda path: path.name) == "s.toml"


async def test_answer_that_comes_after_its_loop_has_ended_disturbs_nobody(tmp_path: Path, mount: HungMount) -> None:
    """The daemon has stopped meanwhile, without waiting for it."""
    (tmp_path / "s.toml").write_text(EVENING)
    before = set(threading.enumerate())

    async def live() -> None:
        with pytest.raises(HangingError):
            await PatientReader(tmp_path / "s.toml", SHORT).read(mount.read)

    await asyncio.to_thread(asyncio.run, live())
    hanging = [thread for thread in threading.enumerate() if thread.name == "schedule" and thread not in before]
    mount.answer()
    for thread in hanging:
        thread.join(5)
    assert [thread.is_alive() for thread in hanging] == [False]


async def test_thread_that_cannot_be_had_blocks_no_later_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system is out of threads for a moment."""
    reader = PatientReader(tmp_path)

    class NoThread(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(reading, "Thread", NoThread)
        with pytest.raises(RuntimeError):
            await reader.read(fail)
    assert await reader.read(lambda path: path.name) == tmp_path.name


async def test_schedule_that_hangs_is_trouble_and_the_version_stays(living: House, mount: HungMount) -> None:
    """A reload comes to an end, says what is wrong, and ends the trouble once the mount answers (protocol 3.3)."""
    living.reader._patience = SHORT
    outcome = await living.versions.consider()
    assert (outcome.verdict, outcome.version, outcome.hash) == (Verdict.INVALID, 1, None)
    assert "has not answered for" in living.wrong()["schedules.invalid"]
    assert "version 1 stays" in living.wrong()["schedules.invalid"]
    mount.answer()
    living.reader._patience = 5
    assert (await living.versions.consider()).verdict is Verdict.UNCHANGED
    assert living.wrong() == {}


async def test_watcher_tells_a_schedule_that_hangs_once(living: House, mount: HungMount) -> None:
    """What is told is the same that a reload says, so that nobody reads it again and again."""
    living.reader._patience = SHORT
    watcher = Watcher(living.reader, settled_after=0.0)
    seen = living.versions.standing.seen
    assert await watcher.settled(seen, 0.0) is None
    told = await watcher.settled(seen, 1.0)
    assert told is not None
    assert told.startswith("unreadable: ")
    await living.versions.consider()
    assert living.versions.standing.seen == told
    mount.answer()
    living.reader._patience = 5
    assert await watcher.settled(told, 2.0) is None
    assert await watcher.settled(told, 3.0) == seen


async def test_each_reload_reads_the_files_once(living: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is accepted is what was seen, whoever writes in between."""
    texts = iter([EVENING.replace("20:00", "21:00"), EVENING.replace("20:00", "22:00")])

    def changing(path: Path) -> ScheduleSource:
        path.write_text(next(texts))
        return read_schedule(path)

    monkeypatch.setattr(versions, "read_schedule", changing)
    outcome = await living.versions.consider()
    assert outcome.verdict is Verdict.ACCEPTED
    assert living.versions.standing.seen == outcome.hash == living.versions.standing.hash
    assert next(texts).endswith('22:00"]\n')

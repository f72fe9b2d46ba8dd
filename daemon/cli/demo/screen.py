"""The demonstration as a person sees it: the four acts, the commands to look beside, what happened."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from daemon.cli.demo.acts import ACTS, sentence
from daemon.cli.demo.story import Line, count
from daemon.cli.output import printable
from daemon.cli.runs import is_final, state_text
from daemon.workspace.sandbox.desktops import END_STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from rich.console import RenderableType

    from daemon.cli.demo.acts import Act
    from daemon.cli.demo.beside import Beside
    from daemon.cli.demo.watching import Scene
    from daemon.cli.runs import Row

WIDE = 104
"""Columns from which a job's id is shown in full."""
JOB_TAIL = 12
FEWEST_LINES = 3
MOST_LINES = 200
INDENT = "   "
FINISHED = "finished: look around beside it, or press Ctrl-C"


@dataclass(slots=True)
class Screen:
    """What does not change from one frame to the next, and the lines so far.

    Attributes:
        due: when each pool's act is due.
        zone: for times.
        beside: the commands to copy.
        lines: what happened.
    """

    due: Mapping[str, datetime]
    zone: ZoneInfo
    beside: Beside
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=MOST_LINES))

    def frame(self, scene: Scene, width: int, height: int) -> RenderableType:
        """Everything, in as many rows as the terminal has; the lines take what the rest leaves."""
        head = [_title(scene), *self.table(scene, width)]
        beside = [_bold("In another terminal (Ctrl-C here ends everything):"), *self._commands(scene)]
        taken = len(head) + len(beside)
        airy = height - taken >= 2 * FEWEST_LINES
        gap = [Text()] if airy else []
        last = [_bold(FINISHED)] if scene.is_over else []
        room = max(1, height - taken - 2 * len(gap) - len(last))
        return Group(*head, *gap, *beside, *gap, *self._log(room), *last)

    def table(self, scene: Scene, width: int) -> list[RenderableType]:
        """A head and three rows for each act, none of which wraps."""
        rows: list[RenderableType] = [_columns(width, _HEAD, "bold")]
        for number, act in enumerate(ACTS, start=1):
            run = scene.run_of(act)
            rows += [
                _bold(f"{number}  {act.shows[0].upper()}{act.shows[1:]}"),
                _columns(width, _cells(act, run, scene, width), ""),
                _dim(f"{INDENT}{self._reason(act, run)}"),
            ]
        return rows

    def story(self) -> list[Text]:
        """What happened, to stay on the terminal when the frame is gone."""
        return list(self._log(MOST_LINES))

    def _commands(self, scene: Scene) -> list[Text]:
        """The last one is for a run that has ended: until then its row says so, and nothing moves when it comes."""
        run = scene.run_of(ACTS[-1])
        is_over = run is not None and is_final(run)
        coming = _dim(f"{INDENT}(one more command, once {len(ACTS)} has ended)")
        last = _verbatim(self.beside.later) if is_over else coming
        return [*(_verbatim(command) for command in self.beside.now), last]

    def _reason(self, act: Act, run: Row | None) -> str:
        if run is None:
            return f"{sentence(act.action, self.due[act.pool].astimezone(self.zone))}"
        return printable(str(run["reason"] or run["policy"]))

    def _log(self, room: int) -> Iterable[Text]:
        newest = list(self.lines)[-room:]
        return (_dim(printable(line.shown(self.zone))) for line in newest)


_HEAD = ("POOL", "STATE", "TRIES", "JOB", "ERROR CODE", "DESKTOPS")


def _title(scene: Scene) -> Text:
    title = Text("poolpower demo", style="bold cyan", no_wrap=True, overflow="ellipsis")
    wrong = scene.shortfalls(ended_only=True)
    if wrong:
        return title.append(f"  not as announced: {'; '.join(wrong)}", style="red")
    if scene.is_over:
        return title.append("  all four ended as announced", style="green")
    return title.append("  the daemon, a minute's schedule, a simulated cloud", style="not bold default")


def _cells(act: Act, run: Row | None, scene: Scene, width: int) -> tuple[str | Text, ...]:
    desktops = scene.desktops.get(act.pool)
    seen = count(desktops, END_STATES[act.action]) if desktops else "no such pool"
    if run is None:
        return act.pool, _dim("not yet due"), "", "", "", seen
    job = run["job_id"] or "-"
    job = job if width >= WIDE or len(job) <= JOB_TAIL else f"…{job[1 - JOB_TAIL :]}"
    return act.pool, state_text(run), str(run["attempts"]), job, _error(run), seen


def _error(run: Row) -> Text:
    """The run's own code once it has ended; until then, and where it ended well, the last one that it met."""
    met = [attempt["error_code"] for attempt in run["attempts_detail"] if attempt["error_code"]]
    code = run["error_code"] or (met[-1] if met else None)
    harmless = not is_final(run) or not run["error_code"]
    return Text(code or "-", style="" if code is None else "yellow" if harmless else "red")


def _columns(width: int, cells: Sequence[str | Text], style: str) -> Table:
    """One row; every act's has the same widths, so that they stand below each other."""
    job = 36 if width >= WIDE else JOB_TAIL
    row = Table.grid(padding=(0, 2, 0, 0))
    for columns in (13, 11, 5, job, 12):
        row.add_column(width=columns, no_wrap=True, overflow="ellipsis", style=style)
    row.add_column(no_wrap=True, overflow="ellipsis", style=style)
    row.add_row(*cells)
    return _indented(row)


def _indented(row: Table) -> Table:
    outer = Table.grid(padding=0)
    outer.add_column(width=len(INDENT))
    outer.add_column()
    outer.add_row("", row)
    return outer


def _bold(text: str) -> Text:
    return Text(text, style="bold", no_wrap=True, overflow="ellipsis")


def _dim(text: str) -> Text:
    return Text(text, style="dim", no_wrap=True, overflow="ellipsis")


def _verbatim(command: str) -> Text:
    """What is to be copied is never cut; where it is too long it goes on in the next row."""
    return Text(f"{INDENT}{command}", style="cyan", overflow="fold")

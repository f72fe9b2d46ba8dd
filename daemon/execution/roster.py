"""Where every open run is in this process: waiting in its lane, being sent, or followed.

The ledger is the truth; this is the index of it that makes the next thing to do a look at the top of a heap.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.execution.agenda import Agenda
from daemon.ledger.states import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from structlog.typing import FilteringBoundLogger as Logger

    from daemon.execution.clocks import Clock
    from daemon.execution.lanes import Lane
    from daemon.ledger.claims import Ended
    from daemon.ledger.runs import Run


@dataclass(frozen=True, slots=True)
class Search:
    """A reboot of unknown fate whose job is looked for (protocol 5.4).

    Attributes:
        run: the run, which stays attempting meanwhile.
        attempt: the attempt without an answer.
        sent_at: when that attempt's gate opened.
        begun: reading of the elapsed clock when the search began.
        until: the same at which it ends without a job; time in which nobody could look moves it on.
        looked_at: the same at the last look, or where nobody could look, at the last attempt to.
    """

    run: Run
    attempt: int
    sent_at: datetime
    begun: float
    until: float
    looked_at: float


class Roster:
    """The open runs by what is to happen to them next.

    Attributes:
        looks: the accepted runs, by when their jobs and desktops are looked at next.
        searches: the reboots of unknown fate, by when their job is looked for next.
        live: the runs that a task has in hand.
        passing: the runs whose gate is being committed.
        doubtful: words to be sent again that may be done already: they are looked at before.
        faults: how often each run raised inside us since it last went well (4.13).
        seen_away: the desktops that the last look at a run saw, idle, away from their end state.
    """

    def __init__(self, lanes: Mapping[str, Lane], clock: Clock, wake: Callable[[], None], log: Logger) -> None:
        """Begin with no runs."""
        self._lanes = lanes
        self._clock = clock
        self._wake = wake
        self._log = log
        self.looks: Agenda[Run] = Agenda()
        self.searches: Agenda[Search] = Agenda()
        self.live: set[int] = set()
        self.passing: set[int] = set()
        self.doubtful: set[int] = set()
        self.faults: Counter[int] = Counter()
        self.seen_away: dict[int, frozenset[str]] = {}
        self._followed_since: dict[int, float] = {}

    def wait(self, run: Run, *, doubtful: bool = False) -> None:
        """It is to be sent at its time; a doubtful one is looked at before, it may be done already."""
        if doubtful and run.action.is_word:
            self.doubtful.add(run.id)
        self._lanes[run.project].waiting.add(run, self._clock.now())
        self._wake()

    def rest(self, run: Run, seconds: float, *, doubtful: bool = False) -> None:
        """It is to be sent after this backoff; a doubtful one is looked at before, it may be done already."""
        if doubtful and run.action.is_word:
            self.doubtful.add(run.id)
        self._lanes[run.project].waiting.rest(run, self._clock.elapsed() + seconds)
        self.freed(run)

    def put_behind(self, run: Run) -> None:
        """It is to be sent once all that could be sent now have been."""
        self._lanes[run.project].waiting.put_behind(run)
        self.freed(run)

    def block(self, run: Run) -> None:
        """It is to be sent once its pool is free."""
        self._lanes[run.project].waiting.block(run)

    def follow(self, run: Run, seconds: float, since: float | None = None) -> None:
        """Look at its job and desktops after these seconds.

        Args:
            run: an accepted run.
            seconds: until the next look.
            since: reading of the elapsed clock when following began; now where it begins with this.
        """
        elapsed = self._clock.elapsed()
        is_new = run.id not in self._followed_since
        self._followed_since.setdefault(run.id, elapsed if since is None else since)
        self.looks.put(run.id, elapsed + seconds, run)
        self._wake()
        if is_new:  # from now on a newer word may overtake it (4.6); another look changes nothing for the pool
            self.freed(run)

    def follow_on(self, run: Run, seconds: float) -> None:
        """Look again after these seconds; nothing where the run is not followed any more: something ended it."""
        if run.id in self._followed_since:
            self.follow(run, seconds)
        else:
            self.seen_away.pop(run.id, None)

    def search(self, run: Run, attempt: int, sent_at: datetime, seconds: float) -> None:
        """Look for the job of this reboot, at once and for so long."""
        elapsed = self._clock.elapsed()
        self.searches.put(run.id, elapsed, Search(run, attempt, sent_at, elapsed, elapsed + seconds, elapsed))
        self._wake()

    def held(self) -> set[int]:
        """Every run that is in some place here."""
        waiting = (lane.waiting.ids() for lane in self._lanes.values())
        return self.looks.keys() | self.searches.keys() | self.live | self.passing.union(*waiting)

    @property
    def searching(self) -> set[int]:
        """The runs whose job is looked for."""
        return self.searches.keys()

    def followed_for(self, run: Run) -> float:
        """Seconds since following this run began."""
        elapsed = self._clock.elapsed()
        return elapsed - self._followed_since.get(run.id, elapsed)

    def ended(self, run: Run, state: State, reason: str, error_code: str | None = None) -> None:
        """It is over: forget it, let its pool's next one in, and log the canonical line."""
        self.forget(run.id, run.project)
        self.freed(run)
        now = self._clock.now()
        say = self._log.warning if state in TROUBLE else self._log.info
        say(
            "run.ended",
            run=run.id,
            project=run.project,
            pool=run.pool,
            action=str(run.action),
            type=str(run.type),
            origin=str(run.origin),
            scheduled_at=run.scheduled_at,
            state=str(state),
            reason=reason,
            attempts=run.attempts,
            lateness=_lateness(run),
            took=(now - run.scheduled_at).total_seconds(),
            job_id=run.job_id,
            error_code=error_code,
        )

    def all_ended(self, endings: Iterable[Ended]) -> None:
        """These are over."""
        for ending in endings:
            self.ended(ending.run, ending.state, ending.reason)

    def moved_on(self, run: Run) -> None:
        """Something else took it in hand, and has placed it, or ended it."""
        if not run.state.is_open:
            self.forget(run.id, run.project)
        self.freed(run)

    def forget(self, id_: int, project: str) -> None:
        """Nothing more happens to it in this process; its project may be none of ours any more."""
        if project in self._lanes:
            self._lanes[project].waiting.discard(id_)
        self.looks.discard(id_)
        self.searches.discard(id_)
        self.doubtful.discard(id_)
        self.faults.pop(id_, None)
        self.seen_away.pop(id_, None)
        self._followed_since.pop(id_, None)

    def freed(self, run: Run) -> None:
        """Something happened to its pool: what waits for the pool has its turn."""
        if run.project in self._lanes:
            self._lanes[run.project].waiting.unblock(run.pool_no)
        self._wake()


TROUBLE = frozenset({State.FAILED, State.PARTIAL, State.UNKNOWN, State.MISSED, State.EXPIRED})


def _lateness(run: Run) -> float | None:
    """Seconds from due to the first request; None where none was sent."""
    if run.first_attempt_at is None:
        return None
    return (run.first_attempt_at - run.due_at).total_seconds()

"""What can be seen at an instant: the daemon's runs, by its control API, and the desktops, in the simulated cloud."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from daemon.cli.demo.acts import ACTS
from daemon.cli.runs import is_final
from daemon.workspace.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daemon.cli.demo.acts import Act
    from daemon.cli.demo.stage import Stage
    from daemon.cli.runs import Row
    from daemon.workspace.sandbox import World

LOOK_EVERY = 0.4
"""Seconds between two looks."""
MOST_RUNS = 100


@dataclass(frozen=True, slots=True)
class Scene:
    """What is so at an instant.

    Attributes:
        at: the instant, UTC.
        runs: by their ids, each as ``show --json`` has it.
        desktops: of each pool, the state of each desktop by its computer name.
    """

    at: datetime
    runs: Mapping[int, Row] = field(default_factory=dict)
    desktops: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def run_of(self, act: Act) -> Row | None:
        """The act's run: the pool's first one."""
        return next((run for _, run in sorted(self.runs.items()) if run["pool"] == act.pool), None)

    @property
    def is_over(self) -> bool:
        """True where every act's run has ended."""
        return all(run is not None and is_final(run) for run in map(self.run_of, ACTS))

    def shortfalls(self, *, ended_only: bool = False) -> list[str]:
        """What is not as announced; of the runs that have ended only, where asked for."""
        runs = [(act, self.run_of(act)) for act in ACTS]
        chosen = [(act, run) for act, run in runs if not ended_only or (run is not None and is_final(run))]
        return [short for act, run in chosen if (short := act.shortfall(run)) is not None]


async def look(stage: Stage, before: Scene) -> Scene:
    """See what is so now.

    The cloud first: what the daemon says afterwards is then never older, and lines come in the order of their times.

    Raises:
        StageError: the daemon has ended.
    """
    stage.fail_if_ended()
    at, desktops = datetime.now(UTC), _desktops(stage.world)
    rows: list[Row] = await stage.ask("/v1/history", limit=MOST_RUNS)
    known = before.runs
    changed = [row["run"] for row in rows if row["run"] not in known or not is_final(known[row["run"]])]
    details = {number: await stage.ask(f"/v1/runs/{number}") for number in changed}
    return Scene(at, {**known, **details}, desktops)


def _desktops(world: World) -> dict[str, dict[str, str]]:
    seen: dict[str, dict[str, str]] = {}
    for act in ACTS:
        try:
            pool = world.any_pool(act.pool_id)
        except Refusal:  # the pool that the cloud does not know
            continue
        seen[act.pool] = {desktop.computer_name: desktop.status for desktop in pool.desktops}
    return seen

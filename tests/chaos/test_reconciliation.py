"""Every due action is claimed once and carried out or accounted for, in weather of every kind."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.chaos.reconciling import discrepancies
from tests.chaos.scenario import scenario
from tests.chaos.storm import Storm, a_cloud

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.scenario import Scenario
    from tests.chaos.storm import Records


async def test_plan_ledger_and_journal_agree(seed: int, tmp_path: Path) -> None:
    """Whatever the cloud does and however often the daemon is killed, the three records tell one story."""
    made = scenario(seed, datetime.now(UTC))
    async with a_cloud(tmp_path, made) as url:
        records = await Storm(tmp_path, made, url).carry_out()
    (tmp_path / "records.json").write_text(json.dumps(asdict(records), indent=1))
    sys.stdout.write(f"\nseed {seed}: {tally(made, records)}; {tmp_path}\n")
    assert "\n".join(discrepancies(made, records)) == ""


def tally(made: Scenario, records: Records) -> str:
    """A storm in one line."""
    states = ", ".join(
        f"{count} {state}" for state, count in Counter(run["state"] for run in records.runs).most_common()
    )
    carried_out = sum(bool(request["executed"] and request["job_id"]) for request in records.requests)
    sent = sum(run["attempts"] for run in records.runs)
    return (
        f"{len(made.world['pools'])} pools, {len(made.kills)} kills, {len(records.plan)} occurrences: {states}; "
        f"{sent} attempts, {carried_out} actions carried out"
    )

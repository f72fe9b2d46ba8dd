"""Holds the coverage that `make test` measured to its floors, for lines and for branches apart.

Run as a script beside a combined `.coverage` file: prints the lines that no test reached, then one line a floor,
and exits 1 where one is not held.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FLOORS = {"daemon/timetable": 100.0, "daemon": 95.0}
"""Per cent by folder; a file counts for the first folder that it lies in."""


@dataclass
class Tally:
    """What was counted in the files of one floor."""

    statements: int = 0
    statements_hit: int = 0
    branches: int = 0
    branches_hit: int = 0

    def add(self, summary: Mapping[str, int]) -> None:
        """Count one file of coverage's JSON report."""
        self.statements += summary["num_statements"]
        self.statements_hit += summary["covered_lines"]
        self.branches += summary["num_branches"]
        self.branches_hit += summary["covered_branches"]

    def lines(self) -> float:
        """Per cent of the statements that ran; 100 where there are none."""
        return _per_cent(self.statements_hit, self.statements)

    def ways(self) -> float:
        """Per cent of the branches that were taken; 100 where there are none."""
        return _per_cent(self.branches_hit, self.branches)


def tally(report: Mapping[str, Any]) -> dict[str, Tally]:
    """Sum coverage's JSON report by the folders of FLOORS."""
    sums = {folder: Tally() for folder in FLOORS}
    for name, measured in report["files"].items():
        folder = next((folder for folder in FLOORS if PurePosixPath(name).is_relative_to(folder)), None)
        if folder is not None:
            sums[folder].add(measured["summary"])
    return sums


def verdicts(sums: Mapping[str, Tally]) -> list[tuple[bool, str]]:
    """Judge each floor: whether it holds, and the line that says so. Nothing measured is a floor not held."""
    rows = []
    for folder, floor in FLOORS.items():
        measured = sums[folder]
        held = measured.statements > 0 and min(measured.lines(), measured.ways()) >= floor
        line = f"{folder}: lines {measured.lines():.2f} %, branches {measured.ways():.2f} %, floor {floor:.0f} %"
        rows.append((held, line if held else f"{line}  NOT HELD"))
    return rows


def _per_cent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 100.0


def _measured() -> dict[str, Any]:
    from coverage import Coverage

    coverage = Coverage()
    coverage.load()
    coverage.report()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "coverage.json")
        coverage.json_report(outfile=str(path))
        return json.loads(path.read_text())


def main() -> int:
    """Print the report and the verdicts; 1 where a floor is not held."""
    rows = verdicts(tally(_measured()))
    for _, line in rows:
        print(line)  # noqa: T201 - a script's output
    return 0 if all(held for held, _ in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

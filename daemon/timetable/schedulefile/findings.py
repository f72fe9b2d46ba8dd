"""What is wrong or doubtful in a schedule file, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Finding:
    """One error or warning at one place of a schedule file.

    Attributes:
        file: name of the file, as it was given.
        line: counted from 1.
        column: of the first character concerned, counted in characters from 1.
        end_column: of the first character behind it, on the same line.
        message: what was found and what was expected.
        hint: the mend, or None where the message says it already.
        code: name of the warning, by which the file can silence it; None for errors.
        excerpt: the line and a second one that marks the place; empty where there is no text to show.
    """

    file: str
    line: int
    column: int
    end_column: int
    message: str
    hint: str | None = None
    code: str | None = None
    excerpt: str = ""

    def __str__(self) -> str:
        """The finding for a terminal: place, message, the line with its caret, and the mend."""
        place = f"{self.file}:{self.line}:{self.column}" if self.excerpt else self.file
        label = f" [{self.code}]" if self.code else ""
        lines = [f"{place}: {self.message}{label}", *(f"    {line}" for line in self.excerpt.splitlines())]
        return "\n".join(lines + ([f"    {self.hint}"] if self.hint else []))

    def to_json(self) -> dict[str, str | int | None]:
        """The fields that ``check --json`` prints; a warning has its code in front."""
        fields: dict[str, str | int | None] = {"code": self.code} if self.code else {}
        fields |= {"file": self.file, "line": self.line, "column": self.column}
        fields |= {"message": self.message, "hint": self.hint}
        return fields


class ScheduleError(PoolpowerError):
    """The schedule file cannot be used; every reason is among the findings, in the order of the file.

    Attributes:
        findings: all errors, at least one.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Summarise the findings in one sentence that names the first."""
        self.findings = tuple(findings)
        first = self.findings[0]
        place = f"{first.file}:{first.line}:{first.column}" if first.excerpt else first.file
        more = len(self.findings) - 1
        rest = f" (and {more} more {'error' if more == 1 else 'errors'})" if more else ""
        super().__init__(f"{place}: {first.message}{rest}", first.hint)

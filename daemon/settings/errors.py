"""What is wrong with the settings, every problem at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from collections.abc import Sequence


class SettingsError(PoolpowerError):
    """The settings cannot be used as they are.

    Attributes:
        problems: one sentence for each, naming the variable, where it stands, and what was expected. The value is
            shown too unless it is a secret.
    """

    def __init__(self, problems: Sequence[str], hint: str | None = None) -> None:
        """Say a single problem as it is, several as a list."""
        self.problems = tuple(problems)
        lines = [f"  - {problem}" for problem in self.problems]
        one = self.problems[0] if len(self.problems) == 1 else "\n".join(["the settings have these problems:", *lines])
        super().__init__(one, hint)

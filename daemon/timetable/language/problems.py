"""What is wrong with a policy, and where."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.errors import PoolpowerError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        start: offset in characters of its first character; in the table spelling, inside the value's own text.
        end: offset behind its last character; equal to `start` where something is missing.
        message: what was found, in one line.
        hint: what was expected, or the word that was probably meant.
        key: the table's key, in the table spelling; None for the table as a whole, and in sentences.
        index: which element, where the key's value is a list.
    """

    start: int
    end: int
    message: str
    hint: str | None = None
    key: str | None = None
    index: int | None = None


class PolicyError(PoolpowerError, ValueError):
    """The text is no policy.

    Attributes:
        problems: everything that is wrong with it, in order of place.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Say all problems in the message, and the mend of the first as the hint."""
        super().__init__("; ".join(problem.message for problem in problems), problems[0].hint)
        self.problems = problems


class ClauseError(Exception):
    """A clause that cannot be read to its end; the parser notes the problem and goes on at the next clause."""

    def __init__(self, problem: Problem) -> None:
        """Carry the problem to the parser."""
        super().__init__(problem.message)
        self.problem = problem

"""The one base of every error that poolpower raises on purpose."""

from __future__ import annotations


class PoolpowerError(Exception):
    """Something an administrator can act on: what was found, what was expected, and the mend.

    Attributes:
        message: what happened, in one sentence, fit to be printed as it is.
        hint: what to do about it, or None where the message says it already.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        """Keep the message and the mend apart, so that JSON output can give them as two fields."""
        super().__init__(message)
        self.message = message
        self.hint = hint

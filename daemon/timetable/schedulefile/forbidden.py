"""Keys that must not stand in a schedule file: secrets, and whatever says where requests are sent.

Who may edit schedules must not be able to send credentials elsewhere (design, section 3).
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = re.compile(
    r"secret|passw|passphrase|token|credential|private[_-]?key|api[_-]?key|access[_-]?key|"
    r"endpoint|(?:base|api|iam|auth|proxy)[_-]?ur[il]|authority|ca[_-]?(?:file|cert|bundle)",
    re.IGNORECASE,
)
_WHOLE: Final = re.compile(
    r"ak|sk|ur[il]|host|proxy|https?[_-]proxy|pwd|domain|iam[_-]?(?:user|domain)|key",
    re.IGNORECASE,
)
_ASSIGNED: Final = re.compile(r"""(?<![\w-])([\w-]++)["']?\s*+[=:]\s*+""")

MESSAGE: Final = "secrets and endpoints never stand in the schedule file"
HINT: Final = (
    "put them in /etc/poolpower/poolpower.env or in files of their own (see `poolpower settings`); "
    "a secret that stood here is known to others, so replace it"
)


def looks_forbidden(key: str) -> bool:
    """True for a key that reads like a secret or an endpoint, e.g. ``secret_key`` or ``iam-endpoint``."""
    return _WORDS.search(key) is not None or _WHOLE.fullmatch(key) is not None


def value_in(line: str) -> int | None:
    """Where the value of a forbidden key begins in this line, or None where there is none."""
    return next((found.end() for found in _ASSIGNED.finditer(line) if looks_forbidden(found[1])), None)

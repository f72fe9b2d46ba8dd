"""Keys that must not stand in a schedule file: secrets, and whatever says where requests are sent.

Who may edit schedules must not be able to send credentials elsewhere (design, section 3).
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = (
    r"secret|passw|passphrase|passwd|token|credential|private[_-]?key|api[_-]?key|access[_-]?key|"
    r"endpoint|(?:base|api|iam|auth|proxy)[_-]?ur[il]|authority|ca[_-]?(?:file|cert|bundle)"
)
_SHORT: Final = r"ak|sk|ur[il]|host|proxy|https?[_-]proxy|pwd|domain|iam[_-]?(?:user|domain)|key"
_KEY: Final = re.compile(rf"\A(?:.*(?:{_WORDS}).*|(?:{_SHORT}))\Z", re.IGNORECASE | re.DOTALL)
_ASSIGNED: Final = re.compile(
    rf"""(?:[\w-]*(?:{_WORDS})[\w-]*|(?<![\w-])(?:{_SHORT}))["']?\s*[=:]\s*""",
    re.IGNORECASE,
)

MESSAGE: Final = "secrets and endpoints never stand in the schedule file"
HINT: Final = (
    "put them in /etc/poolpower/poolpower.env or in files of their own (see `poolpower settings`); "
    "a secret that stood here is known to others, so replace it"
)


def looks_forbidden(key: str) -> bool:
    """True for a key that reads like a secret or an endpoint, e.g. ``secret_key`` or ``iam-endpoint``."""
    return _KEY.match(key) is not None


def value_in(line: str) -> int | None:
    """Where the value of a forbidden key begins in this line, or None where there is none."""
    match = _ASSIGNED.search(line)
    return None if match is None else match.end()

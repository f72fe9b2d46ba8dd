"""Tells a misspelt variable from one that the machinery around the daemon puts there."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from daemon.settings.levels import ENV_FILE_VARIABLE, PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.settings.levels import Level

TECHNICAL = frozenset({ENV_FILE_VARIABLE, "POOLPOWER_COMMAND"})
"""Not settings: the environment file's name, and the command that the acceptance tests run."""

_KUBERNETES = re.compile(
    r"POOLPOWER_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?)"
)
"""What Kubernetes sets for every service of the namespace whose name begins with ``poolpower``."""


def name_problems(levels: Iterable[Level], fields: frozenset[str]) -> list[str]:
    """Say for every name that means nothing what was probably meant."""
    return [
        _problem(given.name, given.origin, fields)
        for level in levels
        for given in level.strange
        if given.name not in TECHNICAL and not _KUBERNETES.fullmatch(given.name)
    ]


def _problem(name: str, origin: str, fields: frozenset[str]) -> str:
    if name.upper().startswith(f"{PREFIX}PROJECTS__"):
        return f"{name} ({origin}): keys for single projects are not available yet; all projects use the same ones"
    known = sorted(PREFIX + field.upper() for field in fields)
    near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.75)
    return f"{name} ({origin}) is no setting" + (f": did you mean {near[0]}?" if near else "")

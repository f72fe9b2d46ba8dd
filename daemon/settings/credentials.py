"""Credentials are one thing of several parts, so they are chosen as one thing.

- The highest level that names any part decides the kind: an access key or an IAM user. What lower levels say of the
  other kind is not in force.
- The parts of that kind may stand on different levels (the key's id in the environment file, its secret in systemd's
  credentials directory). A level that names another key's id is about another key: none of its parts are mixed in.
- The names of the vendor's SDK count only where none of ours is given, and each of its two places stands for itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.settings.levels import Level

ACCESS_KEY_PARTS = ("access_key", "secret_key", "security_token")
IAM_PARTS = ("iam_user", "iam_password", "iam_domain")
ALL_PARTS = frozenset(ACCESS_KEY_PARTS + IAM_PARTS)
_REQUIRED: dict[tuple[str, ...], tuple[str, ...]] = {
    ACCESS_KEY_PARTS: ("access_key", "secret_key"),
    IAM_PARTS: IAM_PARTS,
}
_IDENTITY: dict[tuple[str, ...], str] = {ACCESS_KEY_PARTS: "access_key", IAM_PARTS: "iam_user"}
_CALLED: dict[tuple[str, ...], str] = {ACCESS_KEY_PARTS: "an access key", IAM_PARTS: "an IAM user"}

WAYS = """give credentials in one of these ways:
  - an access key: POOLPOWER_ACCESS_KEY and POOLPOWER_SECRET_KEY (and POOLPOWER_SECURITY_TOKEN for a temporary one)
  - an IAM user: POOLPOWER_IAM_USER, POOLPOWER_IAM_PASSWORD and POOLPOWER_IAM_DOMAIN
  - what the vendor's SDK reads: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or ~/.huaweicloud/credentials
each in the environment, in /etc/poolpower/poolpower.env (POOLPOWER_ENV_FILE names another), or ours in files named
like the variable in systemd's $CREDENTIALS_DIRECTORY or in /run/secrets"""


def choose_credentials(levels: Sequence[Level]) -> tuple[tuple[Level, ...], list[str]]:
    """Leave only the credentials that are in force.

    Args:
        levels: every level, highest first.

    Returns:
        The levels without the parts that are not in force, and what contradicts.
    """
    first = next((level for level in levels if not ALL_PARTS.isdisjoint(level.values)), None)
    if first is None:
        return tuple(levels), []
    kinds = [kind for kind in (ACCESS_KEY_PARTS, IAM_PARTS) if not set(kind).isdisjoint(first.values)]
    if len(kinds) > 1:
        return tuple(levels), [_two_kinds(first)]
    (kind,) = kinds
    allowed = [level for level in levels if (level is first if first.is_sdk else not level.is_sdk)]
    chosen = _of_one_identity(allowed, _IDENTITY[kind])
    kept = tuple(_only(level, frozenset(kind) if level in chosen else frozenset()) for level in levels)
    return kept, _half(kept, kind)


def _of_one_identity(levels: Sequence[Level], identity: str) -> list[Level]:
    """The levels that do not speak of another key, or of another user, than the one in force."""
    named = next((level.values[identity].text for level in levels if identity in level.values), None)
    return [level for level in levels if identity not in level.values or level.values[identity].text == named]


def _only(level: Level, parts: frozenset[str]) -> Level:
    return replace(
        level, values={name: one for name, one in level.values.items() if name not in ALL_PARTS or name in parts}
    )


def _two_kinds(level: Level) -> str:
    names = ", ".join(level.values[part].name for part in (*ACCESS_KEY_PARTS, *IAM_PARTS) if part in level.values)
    return f"{names} ({level.name}): an access key and an IAM user contradict each other, give one of them"


def _half(levels: Sequence[Level], kind: tuple[str, ...]) -> list[str]:
    given = {part: level.values[part] for level in reversed(levels) for part in kind if part in level.values}
    missing = [part for part in _REQUIRED[kind] if part not in given]
    if not missing:
        return []
    there = ", ".join(f"{one.name} ({one.origin})" for one in given.values())
    lacking = " and ".join(f"POOLPOWER_{part.upper()}" for part in missing)
    return [f"{there}: half of {_CALLED[kind]}, {lacking} {'is' if len(missing) == 1 else 'are'} missing"]

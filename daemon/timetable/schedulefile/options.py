"""``[defaults]``, and the same inside a project or a pool: options for every policy that does not say otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daemon.timetable.language import PolicyError, policy_from_table
from daemon.timetable.policy import Options
from daemon.timetable.schedulefile.sentences import complain

if TYPE_CHECKING:
    from daemon.timetable.schedulefile.tables import Table

_OPTIONS: Final = ("type", "spread", "retry", "catch_up")
_LATER: Final = ("warn", "sparing", "unless", "then")
_ZONE: Final = 'write timezone = "…" beside the defaults, not among them'
_OF_A_POLICY: Final = "it belongs to a policy"
_ELSEWHERE: Final = {
    "zone": _ZONE,
    "timezone": _ZONE,
    **dict.fromkeys(("action", "days", "at", "cron", "from", "until", "during", "except"), _OF_A_POLICY),
}
_ANY_POLICY: Final = {"action": "stop", "at": "00:00"}


def read_options(around: Table) -> Options:
    """The options under ``defaults`` of a table; complains about everything else there."""
    table = around.table("defaults")
    if table is None:
        return Options()
    table.asked.update(_OPTIONS)
    table.finish(_LATER, _ELSEWHERE)
    said = {key: value for key, value in table.data.items() if key in _OPTIONS}
    try:
        policy = policy_from_table({**_ANY_POLICY, **said})
    except PolicyError as error:
        complain(error, said, table.document, table.path, table.complaints)
        return Options()
    return Options(policy.type, None, policy.spread, policy.retry_for, policy.catch_up)

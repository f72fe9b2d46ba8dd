"""The policy language: sentences and tables to policies, and back to sentences and words.

- `parse_policy(text)` and `policy_from_table(mapping)` give a `Policy` or raise `PolicyError`, whose ``problems`` hold
  every problem with its place.
- `options_from_table(mapping)` gives the options that ``[defaults]``, a project, a group or a pool can set. To let the
  more particular win: ``policy.with_defaults(pool.over(group).over(project).over(file))``.
- `format_policy(policy)` is the canonical sentence; `describe(policy, zone)` says in words what is in force.
"""

from __future__ import annotations

from daemon.timetable.language.parser import parse_policy
from daemon.timetable.language.problems import PolicyError, Problem
from daemon.timetable.language.table import POLICY_KEYS, options_from_table, policy_from_table
from daemon.timetable.language.writing import describe, format_policy

__all__ = [
    "POLICY_KEYS",
    "PolicyError",
    "Problem",
    "describe",
    "format_policy",
    "options_from_table",
    "parse_policy",
    "policy_from_table",
]

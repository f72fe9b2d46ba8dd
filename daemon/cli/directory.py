"""Which commands there are, in the order of the manual, and where each one is.

Kept as a static table so that ``--help`` imports no command: the process starts in the time that click takes.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """Where a command is, and its line in the list.

    Attributes:
        module: below ``daemon.cli.commands``.
        function: the click command in it.
        summary: one line.
    """

    module: str
    function: str
    summary: str


COMMANDS: Final = {
    "run": Entry("run", "run", "The daemon, in the foreground."),
    "demo": Entry("demo", "demo", "The daemon against the built-in sandbox, live, in a minute."),
    "init": Entry("init", "init", "Write a first schedule file."),
    "check": Entry("check", "check", "Validate the schedule file."),
    "fmt": Entry("fmt", "fmt", "Format the policies of a schedule file, comments kept."),
    "plan": Entry("plan", "plan", "What will happen, and what will not, and why."),
    "explain": Entry("explain", "explain", "What a policy means, in words, and its next times."),
    "why": Entry("why", "why", "What was or was not done for a pool at a time, and why."),
    "status": Entry("status", "status", "The daemon and its pools: next action, last run, trouble."),
    "health": Entry("status", "health", "One line and an exit code, for probes."),
    "history": Entry("history", "history", "What became of past actions."),
    "show": Entry("history", "show", "One run with every attempt, error, job and desktop."),
    "now": Entry("act", "now", "Act on pools now."),
    "retry": Entry("act", "retry", "Do a failed run again."),
    "cancel": Entry("act", "cancel", "Call a waiting run off."),
    "pause": Entry("overrides", "pause", "Leave pools alone for a time."),
    "skip": Entry("overrides", "skip", "Leave out the next actions of pools."),
    "hold": Entry("overrides", "hold", "Keep pools on, or off, for a time."),
    "resume": Entry("overrides", "resume", "End pauses, skips and holds early."),
    "overrides": Entry("overrides", "overrides", "Pauses, skips and holds, and what they skipped."),
    "ensure": Entry("ensure", "ensure", "Bring pools to what their schedule calls for now."),
    "reload": Entry("reload", "reload", "Make the daemon read the schedule file now."),
    "sandbox": Entry("sandbox", "sandbox", "The simulated Workspace API, for trying clients."),
    "settings": Entry("settings", "settings", "The settings in force and where they come from."),
    "db": Entry("db", "db", "The ledger: upgrade, backup, prune."),
    "completion": Entry("completion", "completion", "The shell's completion script."),
}

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
    "check": Entry("check", "check", "Validate the schedule file."),
    "plan": Entry("plan", "plan", "What will happen, and what will not, and why."),
    "explain": Entry("explain", "explain", "What a policy means, in words, and its next times."),
    "status": Entry("status", "status", "The daemon and its pools: next action, last run, trouble."),
    "health": Entry("status", "health", "One line and an exit code, for probes."),
    "history": Entry("history", "history", "What became of past actions."),
    "show": Entry("history", "show", "One run with every attempt, error, job and desktop."),
    "now": Entry("act", "now", "Act on pools now."),
    "retry": Entry("act", "retry", "Do a failed run again."),
    "cancel": Entry("act", "cancel", "Call a waiting run off."),
    "reload": Entry("reload", "reload", "Make the daemon read the schedule file now."),
    "sandbox": Entry("sandbox", "sandbox", "The simulated Workspace API, for trying clients."),
    "settings": Entry("settings", "settings", "The settings in force and where they come from."),
    "db": Entry("db", "db", "The ledger: upgrade, backup, prune."),
    "completion": Entry("completion", "completion", "The shell's completion script."),
}

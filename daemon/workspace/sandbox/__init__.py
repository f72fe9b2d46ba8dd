"""A faithful simulation of the Workspace API: for the demonstration, for tests, and for trying other clients.

It answers what the reference documents, oddities included, and misbehaves on request: see ``faults``. Its world is
pure and moves with the clock that it is given; see ``world``.
"""

from __future__ import annotations

from daemon.workspace.sandbox.app import create_app
from daemon.workspace.sandbox.desktops import Desktop, DesktopFailure, Outcome, Pool
from daemon.workspace.sandbox.faults import Fault
from daemon.workspace.sandbox.identity import Identity, KeyPair, User
from daemon.workspace.sandbox.quota import Quota
from daemon.workspace.sandbox.serving import Served, run_sandbox, serve
from daemon.workspace.sandbox.timing import Span, Timing
from daemon.workspace.sandbox.world import World
from daemon.workspace.sandbox.worldfile import load_world

__all__ = [
    "Desktop",
    "DesktopFailure",
    "Fault",
    "Identity",
    "KeyPair",
    "Outcome",
    "Pool",
    "Quota",
    "Served",
    "Span",
    "Timing",
    "User",
    "World",
    "create_app",
    "load_world",
    "run_sandbox",
    "serve",
]

"""``poolpower demo``: the real daemon, as a process of its own, against a simulated cloud in this one.

Four acts (``acts``) on a stage that is gone afterwards (``stage``), watched through the daemon's control API
(``watching``), told in lines (``story``) or shown live (``screen``).
"""

from __future__ import annotations

from daemon.cli.demo.performance import play

__all__ = ["play"]

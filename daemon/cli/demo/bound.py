"""The daemon, bound to the demonstration: killed in any way, it takes the daemon with it.

Run as ``python -m daemon.cli.demo.bound PID``: the same as ``python -m daemon run``, but that Linux sends it SIGTERM
when its parent is gone (prctl(2), ``PR_SET_PDEATHSIG``). Elsewhere only an orderly end of the demonstration ends it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def bind(parent: int) -> None:
    """Let this process end with its parent.

    Args:
        parent: the process that started this one; where it is gone already, this one ends here.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    if os.getppid() != parent:
        sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    from daemon.cli.main import main

    bind(int(sys.argv[1]))
    main(["run"])

"""Memory that the reading of a schedule needed and nobody needs any more."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress


def give_back() -> None:
    """Hand it back to the system, where the C library can: of 10,000 pools it keeps some megabytes otherwise."""
    gc.collect()
    with suppress(OSError, AttributeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)

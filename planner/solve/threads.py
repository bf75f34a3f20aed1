"""Threads of HiGHS, of which each thread of Python has its own."""

import threading
from typing import Any

AS_THEY_ARE = 0
"""As many as HiGHS has here already."""

_scheduled = threading.local()
"""`threads` that HiGHS keeps for this thread of Python."""


def schedule(highs: Any, threads: int, whole: bool) -> None:
    """HiGHS keeps the threads of its first run, and fails where another number is asked for.

    To be called by the thread of Python that runs it. A linear program is solved by one of them,
    however many they are. For whole numbers they are begun anew where the number differs, which
    waits for the others to leave.
    """
    kept = getattr(_scheduled, "threads", None)
    if whole and kept not in (None, threads):
        highs.resetThreadScheduler(True)
        kept = None
    highs.setOptionValue("threads", threads if whole or kept is None else AS_THEY_ARE)
    _scheduled.threads = kept or threads

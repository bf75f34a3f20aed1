"""How the processes of workers begin.

On Linux all are forked from one that only imports: what they need is imported once, and may be
while the program itself is still importing. That one never solves, since HiGHS keeps threads that a
fork would lose. Elsewhere each begins on its own.
"""

import signal
import sys
import time
from multiprocessing import forkserver, get_context
from multiprocessing.process import BaseProcess
from typing import Any

FORKED = sys.platform == "linux"
CONTEXT: Any = get_context("forkserver" if FORKED else "spawn")

TRIES, WAIT_S = 5, 0.05
"""So often a process is begun anew where the one that forks was killed meanwhile, after a while."""


def begin_ahead(*modules: str) -> None:
    """Import modules for all processes from now on, beside whatever this one does."""
    if not FORKED:
        return
    CONTEXT.set_forkserver_preload(list(modules))
    _running()


def started(target: Any, *args: Any) -> BaseProcess:
    """A process that has begun to do a function of a module."""
    for tried in range(1, TRIES + 1):
        process = CONTEXT.Process(target=target, args=args, daemon=True)
        try:
            if FORKED:
                _running()
            process.start()
        except (OSError, EOFError):
            if tried == TRIES:
                raise
            time.sleep(WAIT_S)  # all threads of one that dies must have ended to be found dead
        else:
            break
    return process


def _running() -> None:
    """Let the process that forks be there; Ctrl-C is for its parent alone."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

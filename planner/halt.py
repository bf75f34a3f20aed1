"""Ctrl-C for the length of a command: every solve of this process ends, and what is known is kept.

Python handles a signal between two of its own instructions in the main thread, which HiGHS may keep
from running for minutes. So the signal is also written into a socket, by the C handler, at once;
a thread reads it and raises the flag that HiGHS's callbacks look at.

Where half an answer is none, work is done `at once`: the first Ctrl-C raises `Halted` there.
"""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Halted(KeyboardInterrupt):
    """Someone asked to end while nothing was at hand that would be worth keeping."""


class _Here(threading.local):
    """What one thread does: whether `Halted` is raised in it, held back, or not even looked for."""

    raises = held = unheard = False


class Halt:
    """Whether someone asked all solves to end; `presses` counts how often."""

    def __init__(self) -> None:
        self.asked = False
        self.presses = 0
        self._here = _Here()

    @property
    def unheard(self) -> bool:
        """Whether this thread's solves go on to their end once they are begun."""
        return self._here.unheard

    def press(self) -> None:
        """Ask all solves of this process to end."""
        self.asked = True

    def forget(self) -> None:
        """Nobody asked."""
        self.asked, self.presses = False, 0

    def check(self) -> None:
        """Raise `Halted` where someone asked to end and nothing is to be kept."""
        if self.asked and self._here.raises and not self._here.held:
            raise Halted

    @contextmanager
    def in_short_solves(self) -> Iterator[None]:
        """Within it a solve is asked to end before it begins, and not at each of its steps.

        At each step this thread would wait for one that is busy with Python.
        """
        before, self._here.unheard = self._here.unheard, True
        try:
            yield
        finally:
            self._here.unheard = before

    @contextmanager
    def at_once(self, raises: bool = True) -> Iterator[None]:
        """Within it Ctrl-C raises `Halted`, as an earlier one does; or, if not, it ends solves."""
        before, self._here.raises = self._here.raises, raises
        try:
            self.check()
            yield
        finally:
            self._here.raises = before

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within it no first Ctrl-C raises: C++ would have to carry the exception. It does after.

        HiGHS ends by the flag.
        """
        before, self._here.held = self._here.held, True
        try:
            yield
        finally:
            self._here.held = before
        self.check()


HALT = Halt()
"""The one of this process: a signal knows no other addressee."""


@contextmanager
def halting() -> Iterator[Halt]:
    """Within it the first Ctrl-C ends all solves; a second one raises KeyboardInterrupt.

    Does nothing outside the main thread, where Python allows no handler.
    """
    HALT.forget()
    if threading.current_thread() is not threading.main_thread():
        yield HALT
        return
    ear, mouth = socket.socketpair()
    mouth.setblocking(False)

    def listen() -> None:
        while ear.recv(1) not in (b"", bytes([0])):
            HALT.press()

    def handle(number: int, frame: FrameType | None) -> None:
        HALT.press()
        HALT.presses += 1
        if HALT.presses > 1:
            raise KeyboardInterrupt
        HALT.check()

    before = signal.signal(signal.SIGINT, handle)
    wakeup = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield HALT
    finally:
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGINT, before)
        mouth.send(bytes([0]))
        listener.join()
        ear.close()
        mouth.close()
        HALT.forget()

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
from contextlib import AbstractContextManager, contextmanager
from types import FrameType


class Halted(KeyboardInterrupt):
    """Someone asked to end while nothing was at hand that would be worth keeping."""


class _Here(threading.local):
    """What one thread does: whether `Halted` is raised in it, held back, or not even looked for.

    And whether it goes on as if nobody had asked.
    """

    raises = held = unheard = goes_on = False


class Halt:
    """Whether someone asked all solves to end; `presses` counts how often."""

    def __init__(self) -> None:
        self.presses = 0
        self.woken = threading.Event()
        self._pressed = self._heard = False
        self._here = _Here()

    @property
    def asked(self) -> bool:
        """Whether the solves of this process are to end."""
        return self._pressed and not self._here.goes_on

    @property
    def unheard(self) -> bool:
        """Whether this thread's solves go on to their end once they are begun."""
        return self._here.unheard

    @property
    def wakes(self) -> bool:
        """Whether Ctrl-C sets `woken`, and this is the thread that may wait for it."""
        return self._heard and threading.current_thread() is threading.main_thread()

    def press(self) -> None:
        """Ask all solves of this process to end."""
        self._pressed = True
        self.woken.set()

    def forget(self, heard: bool = False) -> None:
        """Nobody asked; from now on a Ctrl-C is heard, or not."""
        self._pressed, self.presses, self._heard = False, 0, heard

    def check(self) -> None:
        """Raise `Halted` where someone asked to end and nothing is to be kept."""
        if self.asked and self._here.raises and not self._here.held:
            raise Halted

    def in_short_solves(self) -> AbstractContextManager[None]:
        """Within it a solve is asked to end before it begins, and not at each of its steps.

        At each step this thread would wait for one that is busy with Python.
        """
        return self._while("unheard", True)

    def going_on(self) -> AbstractContextManager[None]:
        """Within it solves end as if nobody had asked: small ones, of which a table is made."""
        return self._while("goes_on", True)

    @contextmanager
    def at_once(self, raises: bool = True) -> Iterator[None]:
        """Within it Ctrl-C raises `Halted`, as an earlier one does; or, if not, it ends solves."""
        with self._while("raises", raises):
            self.check()
            yield

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within it no first Ctrl-C raises: C++ would have to carry the exception. It does after.

        HiGHS ends by the flag.
        """
        with self._while("held", True):
            yield
        self.check()

    @contextmanager
    def _while(self, name: str, value: bool) -> Iterator[None]:
        before = getattr(self._here, name)
        setattr(self._here, name, value)
        try:
            yield
        finally:
            setattr(self._here, name, before)


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
    HALT.forget(heard=True)
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

"""How far a solve is: a live line on a terminal, a plain line now and then elsewhere."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from planner.solve.watch import Watch

EVERY_S = 5.0
"""Shortest time between two plain lines of the same stage."""


class Progress(Watch):
    """Shows stage, time passed, bound, incumbent, gap and the time left to the limit."""

    def __init__(self, console: Console, time_limit_s: float | None = None) -> None:
        self._console = console
        self._limit_s = time_limit_s
        self._start_s = time.monotonic()
        self._shown_s = float("-inf")
        self._stage = "reading"
        self._bound: float | None = None
        self._incumbent: float | None = None
        self._live: Live | None = None
        if console.is_terminal:
            self._live = Live(self, console=console, transient=True, refresh_per_second=4)

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def stage(self, name: str) -> None:
        """A new stage begins; what is known of the plan still holds."""
        self._stage = name
        self._show(at_once=True)

    def bound(self, value: float) -> None:
        """No plan can be better than this."""
        self._bound = value
        self._show()

    def incumbent(self, value: float) -> None:
        """A plan as good as this was found."""
        self._incumbent = value
        self._show()

    def __rich__(self) -> Text:
        return Text(self.line(), no_wrap=True, overflow="ellipsis")

    def line(self) -> str:
        """The state of the solve in one line."""
        passed_s = time.monotonic() - self._start_s
        parts = [f"{clock(passed_s)} {self._stage}"]
        if self._incumbent is not None:
            parts.append(f"best {self._incumbent:,.6g}")
        if self._bound is not None:
            parts.append(f"bound {self._bound:,.6g}")
        if self._incumbent and self._bound is not None:
            gap_frac = abs(self._bound - self._incumbent) / abs(self._incumbent)
            parts.append(f"gap {100 * gap_frac:.3g} %")
        if self._limit_s is not None:
            parts.append(f"{clock(max(0.0, self._limit_s - passed_s))} left")
        return "  ".join(parts)

    def _show(self, at_once: bool = False) -> None:
        if self._live:
            return  # it refreshes by itself
        now_s = time.monotonic()
        if at_once or now_s - self._shown_s >= EVERY_S:
            self._shown_s = now_s
            self._console.print(self.line(), highlight=False, soft_wrap=True)


def clock(seconds: float) -> str:
    """Minutes and seconds, `1:05`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"

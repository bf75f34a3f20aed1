"""Watches between a solve and who follows it: other units, and what is not to be told."""

import time

from planner.solve.watch import Watch

PATIENCE_FRAC = 0.2
"""How long a plan that is good enough is still improved, as a share of the time it took."""


class Shown(Watch):
    """Tells a watch in the unit that people read: the best plan and the tightest bound so far."""

    def __init__(self, watch: Watch, factor: float) -> None:
        self._watch, self._factor = watch, factor
        self._best, self._least = float("-inf"), float("inf")

    @property
    def stop(self) -> bool:  # type: ignore[override]
        """Whether the watch asks for the end."""
        return self._watch.stop

    def stage(self, name: str) -> None:
        """Passed on."""
        self._watch.stage(name)

    def bound(self, value: float) -> None:
        """Passed on, in that unit, if it is the tightest."""
        self._least = min(self._least, value)
        self._watch.bound(self._least * self._factor)

    def incumbent(self, value: float) -> None:
        """Passed on, in that unit, if it is the best."""
        self._best = max(self._best, value)
        self._watch.incumbent(self._best * self._factor)


class Quiet(Watch):
    """Keeps from a watch what holds only for some sites or for racks in groups.

    Asks for the end, too, once nothing better than `least` can be found, and soon after a plan as
    good as `enough` was.
    """

    def __init__(
        self,
        watch: Watch,
        plans: bool = False,
        least: float = float("-inf"),
        enough: float = float("inf"),
    ) -> None:
        self._watch, self._plans, self._least = watch, plans, least
        self._hopeless = False
        self._enough, self._begun, self._until = enough, time.monotonic(), float("inf")

    @property
    def stop(self) -> bool:  # type: ignore[override]
        """Whether the watch asks for the end, nothing good enough is left, or patience is."""
        return self._hopeless or self._watch.stop or time.monotonic() > self._until

    def bound(self, value: float) -> None:
        """Compared with what would be good enough."""
        self._hopeless = self._hopeless or value <= self._least

    def incumbent(self, value: float) -> None:
        """Passed on where plans are to be told."""
        if value >= self._enough:
            now = time.monotonic()
            self._until = min(self._until, now + PATIENCE_FRAC * (now - self._begun))
        if self._plans:
            self._watch.incumbent(value)

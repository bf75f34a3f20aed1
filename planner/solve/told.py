"""Watches between a solve and who follows it: other units, and what is not to be told."""

from planner.solve.highs import Watch


class Shown(Watch):
    """Tells a watch in the unit that people read."""

    def __init__(self, watch: Watch, factor: float) -> None:
        self._watch, self._factor = watch, factor

    @property
    def stop(self) -> bool:  # type: ignore[override]
        """Whether the watch asks for the end."""
        return self._watch.stop

    def stage(self, name: str) -> None:
        """Passed on."""
        self._watch.stage(name)

    def bound(self, value: float) -> None:
        """Passed on, in that unit."""
        self._watch.bound(value * self._factor)

    def incumbent(self, value: float) -> None:
        """Passed on, in that unit."""
        self._watch.incumbent(value * self._factor)


class Quiet(Watch):
    """Keeps from a watch what holds only for some sites or for racks in groups.

    Asks for the end, too, once nothing better than `least` can be found.
    """

    def __init__(self, watch: Watch, plans: bool = False, least: float = float("-inf")) -> None:
        self._watch, self._plans, self._least = watch, plans, least
        self._hopeless = False

    @property
    def stop(self) -> bool:  # type: ignore[override]
        """Whether the watch asks for the end, or nothing good enough is left."""
        return self._hopeless or self._watch.stop

    def bound(self, value: float) -> None:
        """Compared with what would be good enough."""
        self._hopeless = self._hopeless or value <= self._least

    def incumbent(self, value: float) -> None:
        """Passed on where plans are to be told."""
        if self._plans:
            self._watch.incumbent(value)

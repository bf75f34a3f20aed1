"""Which stage of a solve is open, and seconds by stage."""

import time

from planner.solve.watch import Watch


class Stages:
    """Seconds by stage."""

    def __init__(self, watch: Watch) -> None:
        self.seconds: dict[str, float] = {}
        self._watch, self._name, self._begun = watch, "", time.monotonic()

    def enter(self, name: str) -> None:
        """Close the stage before and open this one, if it is another."""
        if name == self._name:
            return
        self.close()
        self._name = name
        self._watch.stage(name)

    def close(self) -> None:
        """End the open stage."""
        now = time.monotonic()
        if self._name:
            self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._begun
        self._begun, self._name = now, ""

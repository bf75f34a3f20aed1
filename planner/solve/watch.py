"""Who is told how a solve goes on, and may ask it to end."""

import numpy as np


class Watch:
    """What a solve reports to; override what is wanted. `stop` asks the solve to end."""

    stop = False

    def stage(self, name: str) -> None:
        """A new stage begins."""

    def bound(self, value: float) -> None:
        """Nothing better than this exists."""

    def incumbent(self, value: float) -> None:
        """A plan as good as that is in hand."""

    def plan(self, x: np.ndarray) -> None:
        """A better plan was found, its columns in order."""

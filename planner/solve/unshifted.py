"""A linear program by the simplex without shifted bounds or costs, as far as that goes."""

from typing import Any

SHIFTS = (
    "primal_simplex_bound_perturbation_multiplier",
    "dual_simplex_cost_perturbation_multiplier",
)

STEPS, SECONDS_EACH = 0.5, 1e-4
"""Steps for each row and column, and seconds: far more than a change should take.

Without shifts the simplex may go round in circles, or put its basis in order again and again: 5 s
for 1,000 steps of a program of 6,500 rows and columns that goes on for 0.03 s with them.
"""


def run_unshifted(highs: Any, size: int) -> None:
    """Run HiGHS on from where it stands, for these steps and seconds at most; then as it was."""
    _, until = highs.getOptionValue("time_limit")
    asked = {
        **dict.fromkeys(SHIFTS, 0.0),
        "simplex_iteration_limit": int(STEPS * size),
        "time_limit": min(until, highs.getRunTime() + SECONDS_EACH * size),
    }
    before = {name: highs.getOptionValue(name)[1] for name in asked}
    for name, value in asked.items():
        highs.setOptionValue(name, value)
    highs.run()
    for name, value in before.items():
        highs.setOptionValue(name, value)

"""From a model to a proven answer: compile once, solve many times."""

from planner.solve import scipy_alone  # noqa: F401, before any of these imports scipy

"""From facts and choices to a case: every coefficient the model reads, computed once."""

from planner.coefficients.case import make_case, regrouped

__all__ = ["make_case", "regrouped"]

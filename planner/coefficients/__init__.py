"""From facts and choices to a case: every coefficient the model reads, computed once."""

from planner.coefficients.case import first_delivery, make_case, regrouped

__all__ = ["first_delivery", "make_case", "regrouped"]

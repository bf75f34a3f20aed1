"""Names a scenario uses, against those its region has: one section of the scenario a module."""

from planner.names.check import check_names

__all__ = ["check_names"]

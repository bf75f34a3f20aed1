"""An analyst's choices, one section of the YAML file a module."""

from planner.scenario.scenario import Scenario

__all__ = ["Scenario"]

"""Who builds."""

from planner.scenario.words import Amount, Strict


class People(Strict):
    """Construction workers a province can send to new sites at one time, by its code."""

    builders_max: dict[str, Amount] = {}

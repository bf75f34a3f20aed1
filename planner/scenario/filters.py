"""What a plan may choose from."""

from planner.scenario.words import Strict


class Pick(Strict):
    """Names or globs (`ulsan-*`): only these, never these, certainly these."""

    include: list[str] = ["*"]
    exclude: list[str] = []


class SitePick(Pick):
    """As Pick, and sites that must be used, with at least the IT load of their smallest hall."""

    force: list[str] = []


class Filters(Strict):
    """What the plan may choose from."""

    countries: list[str] = []
    sites: SitePick = SitePick()
    systems: Pick = Pick()
    cooling: Pick = Pick()
    power_states: Pick = Pick()

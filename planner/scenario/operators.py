"""Who may run sites: the operators a plan chooses from."""

from planner.scenario.words import Share, Strict


class Operator(Strict):
    """A company that runs sites, one company a site.

    Abroad it is foreign. At home it is foreign by `foreign_equity_frac`, and foreign-controlled
    where that is above one half. `share_max` is the largest part of all IT MW it may run.
    """

    home_country: str
    foreign_equity_frac: Share = 0.0
    certifications: list[str] = []
    share_max: Share = 1.0

"""Water drawn by a site comes from its sources, each within its limits of the peak day and year.

    peak day:  sum over d of  wue_peak[s,d] * it_mw[s,d,t]       =  sum over r of peak[s,r,t]
    year:      sum over d of  wue_mean[s,d] * it_mean_mw[s,d,t]  =  sum over r of mean[s,r,t]
      wue [L/kWh] * [MW] = [m3/h]       (1 MWh at 1 L/kWh is 1 m3)
    peak[s,r,t] * 24 h    <=  limit_m3_per_day[s,r]  * link[s,r,t]
    mean[s,r,t] * 8760 h  <=  limit_m3_per_year[s,r] * link[s,r,t]
    mean[s,r,t] * 24 h    <=  limit_m3_per_day[s,r]  * link[s,r,t]      where there are several
    link[s,r,t] >= link[s,r,t-1];  link <= open;  to its own source a site is linked when open
So in a relaxation half a site has half its water.
Cost: the year's water at the price of its source; a connection once.
A site with one source has no columns of its own for it: what its halls draw is what the source
gives. A source without a limit has no row. A design that evaporates nothing draws nothing.
"""

from collections import defaultdict
from typing import Any

from pyomo.environ import Binary, Constraint, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger, times
from models.periods import added, before, stay

DAY, YEAR = 24, 8760
PEAK, MEAN = "water_peak_m3_per_h", "water_mean_m3_per_h"

COLUMNS = (
    Column(
        "sites",
        "water_source",
        "where the water comes from",
        kind="text",
        allowed=("river", "industrial", "reclaimed", "sea", "city"),
    ),
    Column(
        "sites",
        "water_limit_m3_per_day",
        "largest withdrawal in a day; blank: no limit",
        low=0,
        default=None,
    ),
    Column(
        "sites",
        "water_limit_m3_per_year",
        "largest withdrawal in a year; blank: no limit",
        low=0,
        default=None,
    ),
    Column("sites", "water_local_per_m3", "price of water", low=0),
    Column("water_supplies", "connection_musd", "cost of a connection to it", low=0, default=0.0),
)
OUTCOMES = (
    Column("sites", "water_m3_per_day", "withdrawal of the plan on the peak day, last period"),
    Column("sites", "wue_l_per_kwh", "litres per kWh of IT energy over the year"),
    Column("water", "water_m3_per_year", "withdrawal of the plan over the year"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Withdrawal by source within its limits, its price and its connection."""
    peak, mean = case["wue_peak_l_per_kwh"], case["wue_mean_l_per_kwh"]
    for name, per_it, load_mw in ((PEAK, peak, m.it_mw), (MEAN, mean, m.it_mean_mw)):
        draws = [(i, mw) for i, mw in load_mw.items() if peak[i[:2]] > 0]
        terms = times((per_it[i[:2]] for i, _ in draws), (mw for _, mw in draws))
        ledger.put_all(name, [(s, t) for (s, _, t), _ in draws], terms, [i[1] for i, _ in draws])
    wet = set(ledger.indices(PEAK))
    sources: dict[str, list[str]] = defaultdict(list)
    for s, r in case.sets["WATER"]:
        sources[s].append(r)
    drawn = [(s, r, t) for s, t in case.sets["SITE_PERIOD"] if (s, t) in wet for r in sources[s]]
    _shared(m, ledger, [i for i in drawn if len(sources[i[0]]) > 1])
    _links(m, case, ledger, [i for i in drawn if i[:2] in case["water_musd"]])

    def given(name: str, s: str, r: str, t: int) -> Any:
        """All that the halls draw, where the source is the only one."""
        alone = len(sources[s]) == 1
        return ledger.total(name, (s, t)) if alone else getattr(m, name)[s, r, t]

    def link(s: str, r: str, t: int) -> Any:
        """Whether it is linked."""
        return m.water_link[s, r, t] if (s, r, t) in m.water_link else m.open[s, t]

    by_day, by_year = case["water_limit_m3_per_day"], case["water_limit_m3_per_year"]
    m.water_day_limit = Constraint(
        [i for i in drawn if i[:2] in by_day],
        rule=lambda m, *i: given(PEAK, *i) <= by_day[i[:2]] / DAY * link(*i),
    )
    m.water_year_limit = Constraint(
        [i for i in drawn if i[:2] in by_year],
        rule=lambda m, *i: given(MEAN, *i) <= by_year[i[:2]] / YEAR * link(*i),
    )
    m.water_mean_day = Constraint(
        [i for i in drawn if i[:2] in by_day and len(sources[i[0]]) > 1],
        rule=lambda m, *i: given(MEAN, *i) <= by_day[i[:2]] / DAY * link(*i),
    )
    for s, r, t in drawn:
        price = YEAR * case["water_usd_per_m3"][s, r] / 1e6
        ledger.put("opex_musd", (case["country"][s], t), price * given(MEAN, s, r, t), "water")


def _shared(m: Any, ledger: Ledger, drawn: list[tuple]) -> None:
    """What each of several sources gives; together what the halls draw."""
    m.water_peak_m3_per_h = Var(drawn, domain=NonNegativeReals)
    m.water_mean_m3_per_h = Var(drawn, domain=NonNegativeReals)
    at: dict[tuple, list[tuple]] = defaultdict(list)
    for s, r, t in drawn:
        at[s, t].append((s, r, t))
    m.water_peak_sources = Constraint(
        list(at),
        rule=lambda m, s, t: (
            quicksum(m.water_peak_m3_per_h[i] for i in at[s, t]) == ledger.total(PEAK, (s, t))
        ),
    )
    m.water_mean_sources = Constraint(
        list(at),
        rule=lambda m, s, t: (
            quicksum(m.water_mean_m3_per_h[i] for i in at[s, t]) == ledger.total(MEAN, (s, t))
        ),
    )


def _links(m: Any, case: Case, ledger: Ledger, links: list[tuple]) -> None:
    """Connections to further sources: once made, they stay; what they cost."""
    m.water_link = Var(links, domain=Binary)
    earlier = before(m.water_link, case)
    m.water_link_stays = stay(m.water_link, earlier)
    m.water_link_when_open = Constraint(
        links, rule=lambda m, s, r, t: m.water_link[s, r, t] <= m.open[s, t]
    )
    for s, r, t in links:
        where, cost = (case["country"][s], t), case["water_musd"][s, r]
        new = added(m.water_link[s, r, t], earlier.get((s, r, t)), cost)
        ledger.put("capex_musd", where, new, "water connection")
        annuity = case["facility_crf_per_year"][s] * cost
        ledger.put("annuity_musd", where, annuity * m.water_link[s, r, t], "water connection")

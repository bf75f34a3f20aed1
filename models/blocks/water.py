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
from itertools import repeat
from typing import Any

import numpy as np
from pyomo.core import Binary, Constraint, NonNegativeReals, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.periods import added, before, stay
from models.rows import AtMost, Columns
from models.sums import Sums, each

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
    numbers, places = m.hall_numbers, case.sets["SITE_PERIOD"]
    draws = np.flatnonzero(numbers.of_pair(peak) > 0)
    for name, per_it, load_mw in ((PEAK, peak, m.it_mw), (MEAN, mean, m.it_mean_mw)):
        terms = each(load_mw, numbers.of_pair(per_it)[draws], draws)
        designs, at = numbers.designs[draws], numbers.site_period[draws]
        ledger.put_all(name, places, terms, designs, at)
    wet = set(ledger.indices(PEAK))
    sources: dict[str, list[str]] = defaultdict(list)
    for s, r in case.sets["WATER"]:
        sources[s].append(r)
    drawn = [(s, r, t) for s, t in case.sets["SITE_PERIOD"] if (s, t) in wet for r in sources[s]]
    several = [i for i in drawn if len(sources[i[0]]) > 1]
    _shared(m, ledger, several)
    _links(m, case, ledger, [i for i in drawn if i[:2] in case["water_musd"]])
    _given(m, ledger, [i for i in drawn if len(sources[i[0]]) == 1], several)
    by_day, by_year = case["water_limit_m3_per_day"], case["water_limit_m3_per_year"]
    daily = [i for i in drawn if i[:2] in by_day]
    m.water_day_limit = _within(m, ledger, PEAK, daily, [by_day[i[:2]] / DAY for i in daily])
    yearly = [i for i in drawn if i[:2] in by_year]
    m.water_year_limit = _within(m, ledger, MEAN, yearly, [by_year[i[:2]] / YEAR for i in yearly])
    daily = [i for i in daily if len(sources[i[0]]) > 1]
    m.water_mean_day = _within(m, ledger, MEAN, daily, [by_day[i[:2]] / DAY for i in daily])
    price = [YEAR * case["water_usd_per_m3"][i[:2]] / 1e6 for i in drawn]
    where = [(case["country"][s], t) for s, _, t in drawn]
    cost = ledger.totals(f"given_{MEAN}", drawn) * price
    ledger.put_all("opex_musd", where, cost, repeat("water"))


def _given(m: Any, ledger: Ledger, alone: list[tuple], several: list[tuple]) -> None:
    """What each source gives: all that the halls draw, where it is the only one."""
    for name in (PEAK, MEAN):
        drawn = ledger.totals(name, [(s, t) for s, _, t in alone])
        ledger.put_all(f"given_{name}", alone, drawn, repeat("halls"))
        ledger.put_all(f"given_{name}", several, each(getattr(m, name)), repeat("source"))


def _within(m: Any, ledger: Ledger, name: str, at: list[tuple], most: list[float]) -> AtMost:
    """What a source gives is within its limit once it is linked, the site's own once that opens."""
    linked, most_by = Sums(len(at), ()), np.array(most)
    for var, index, here in (
        (m.water_link, at, [i in m.water_link for i in at]),
        (m.open, [(s, t) for s, _, t in at], [i not in m.water_link for i in at]),
    ):
        places = np.flatnonzero(here)
        part = each(var, most_by[places], [index[n] for n in places])
        linked = linked + part.gathered(places, len(at))
    return AtMost(at, ledger.totals(f"given_{name}", at), linked)


def _shared(m: Any, ledger: Ledger, drawn: list[tuple]) -> None:
    """What each of several sources gives; together what the halls draw."""
    m.water_peak_m3_per_h = Columns(drawn, NonNegativeReals)
    m.water_mean_m3_per_h = Columns(drawn, NonNegativeReals)
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
    m.water_link = Columns(links, Binary)
    earlier = before(m.water_link, case)
    m.water_link_stays = stay(m.water_link, earlier)
    opened = each(m.open, at=[(s, t) for s, _, t in links])
    m.water_link_when_open = AtMost(links, each(m.water_link), opened)
    where, source = [(case["country"][s], t) for s, _, t in links], repeat("water connection")
    cost, crf = [case["water_musd"][i[:2]] for i in links], case["facility_crf_per_year"]
    ledger.put_all("capex_musd", where, added(m.water_link, earlier, cost), source)
    yearly = each(m.water_link, [crf[i[0]] * musd for i, musd in zip(links, cost, strict=True)])
    ledger.put_all("annuity_musd", where, yearly, source)

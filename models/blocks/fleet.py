"""Racks are installed in a group of interchangeable sites and work in a power state on a workload.

    standing[g,k,c,t] = sum of install[g,k,c,t'] over t' <= t not older than the racks' life
    sum over p,w of work[g,k,c,p,w,t,h]             <= availability * standing[g,k,c,t]   each block
    sum over k   of rack_mw[k] * standing[g,k,c,t]  <= hall MW of class c in g       (nameplate)
    sum over k,p,w of kappa[k,p,w] * work           <= IT MW of class c in g         each block
    idle * IT MW + (1 - idle) * sum over k,p,w,h of kappa * work_frac[w,h] * work
                                                     = mean IT MW of class c in g
The last three are where *what* (fleet, by group) meets *where* (halls, by site). `work` counts
racks at work in block h of the day; it need not be whole, since a rack may divide its hour.
work_frac[w,h] is the share of the day that such work fills: the length of the block or, where the
day has one block only, the peak hour, mean over peak demand. The highest block sets the IT MW; more
than that is drawn only as far as racks that stand could draw it. With one block it is exactly that.
A rack system stands only in a cooling class that can carry its density and feed its cold plates.
Racks at work make software_gain[t] * theta[k,p,w] * work: theta holds for the engine of the
reference year, and better software makes more of the same racks and the same power.

Oversubscription, where the scenario states a factor: racks at work on a workload that allows it
take the room of what they draw, all others that of their nameplate:
    sum over k of rack_mw * standing - sum over such p,w of (rack_mw - kappa) * work <= hall MW
    sum over k of rack_mw * standing                                     <= factor * hall MW
"""

from itertools import repeat
from typing import Any

import numpy as np
from pyomo.core import Constraint, NonNegativeIntegers, NonNegativeReals

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.rows import Amounts, AtMost, Columns, Exactly
from models.sums import Sums, each

COLUMNS = (
    Column("parameters", "availability_frac", "share of standing racks at work", low=0, high=1),
    Column(
        "parameters", "it_idle_frac", "power of an idle rack over its power at work", low=0, high=1
    ),
    Column(
        "parameters", "network_frac", "share of a rack's price that is its network", low=0, high=1
    ),
    Column("parameters", "maintenance_it_frac", "upkeep a year, of rack price", low=0),
    Column("parameters", "rack_lead_years", "order to delivery of racks", low=0),
    Column("parameters", "it_life_years", "life of racks", low=1),
    Column(
        "parameters",
        "software_gain_frac_per_year",
        "tokens/s that better software adds to a rack in a year",
        low=0,
        high=1,
    ),
    Column("parameters", "throughput_reference_year", "year of the engine that tokens/s hold for"),
)
OUTCOMES = (
    Column("sites", "racks_count", "racks standing in the last period", kind="whole"),
    Column("fleet", "racks_count", "racks standing, whole", kind="whole"),
    Column(
        "fleet",
        "racks_at_work_count",
        "racks at work in the peak hour; mean of the day where demand has a daily shape",
    ),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Racks, the power they draw, and what they cost."""
    whole = NonNegativeIntegers if case.whole_racks else NonNegativeReals
    hours = case.sets["HOUR"]
    at = case.sets["INSTALL"]
    m.install = Columns(at, whole)
    runs = case.sets["RUN"]
    m.work = Columns([(*i, h) for i in runs for h in hours], NonNegativeReals)
    part = each(m.work, [case["hour_frac"][h] for h in hours] * len(runs))
    m.run = Amounts(runs, part.gathered(np.repeat(np.arange(len(runs)), len(hours)), len(runs)))
    m.standing = Amounts(at, _standing(m, case))
    nameplate = m.standing.sums * [case["rack_mw"][k] for _, k, _, _ in at]
    systems = [k for _, k, _, _ in at]
    ledger.put_all("nameplate_mw", [(g, c, t) for g, _, c, t in at], nameplate, systems)
    where = [(case["group_country"][g], k, t) for g, k, _, t in at]
    ledger.put_all("standing_in", where, m.standing.sums, [g for g, *_ in at])
    _at_work(m, case, ledger)
    _limits(m, case, ledger)
    _rooms(m, case, ledger)
    _cost(m, case, ledger)


def _standing(m: Any, case: Case) -> Sums:
    """What was installed in time to stand, of each kind of racks in each period."""
    at, place = case.sets["INSTALL"], m.install.place
    found = [
        (n, place[g, k, c, u])
        for n, (g, k, c, t) in enumerate(at)
        for u in case["delivered_in"][k, t]
        if (g, k, c, u) in place
    ]
    row, column = np.array(found, dtype=int).reshape(-1, 2).T
    return each(m.install, at=column).gathered(row, len(at))


def _at_work(m: Any, case: Case, ledger: Ledger) -> None:
    """What racks at work draw, and what they make."""
    kappa, theta, gain, part, over = (
        case[name]
        for name in (
            "kappa_mw",
            "theta_mtokens_per_s",
            "software_gain",
            "work_frac",
            "oversubscribed",
        )
    )
    at, systems = m.work.indices, [i[1] for i in m.work]
    racks = [(g, k, c, t, h) for g, k, c, _, _, t, h in at]
    ledger.put_all("at_work", racks, each(m.work), [i[4] for i in at])
    drawn = [kappa[k, p, w] for _, k, _, p, w, _, _ in at]
    classes = [(g, c, t, h) for g, _, c, _, _, t, h in at]
    ledger.put_all("draw_mw", classes, each(m.work, drawn), systems)
    mean = [mw * part[i[4], i[6]] for mw, i in zip(drawn, at, strict=True)]
    ledger.put_all("mean_work_mw", [i[:3] for i in classes], each(m.work, mean), systems)
    made = [gain[t] * theta[k, p, w] for _, k, _, p, w, t, _ in at]
    sender = case["sender"]
    senders = [(sender[g, w], w, t, h) for g, _, _, _, w, t, h in at]
    ledger.put_all("capacity", senders, each(m.work, made), systems)
    spared = [n for n, i in enumerate(at) if i[4] in over]
    rack_mw = case["rack_mw"]
    mw = each(m.work, [rack_mw[k] - drawn[n] for n, k in enumerate(systems)])
    where = [classes[n] for n in spared]
    ledger.put_all("spared_mw", where, mw.take(spared), [systems[n] for n in spared])


def _limits(m: Any, case: Case, ledger: Ledger) -> None:
    at = ledger.indices("at_work")
    able = [case["availability_frac"][k] for _, k, _, _, _ in at]
    standing = m.standing.at([i[:-1] for i in at])
    m.racks_at_work = AtMost(at, ledger.totals("at_work", at), standing * able)
    meet, idle = ledger.indices("it_mw"), case["idle_frac"]["it"]
    drawn = _highest_block(m, case, ledger, meet)
    m.it_load = Exactly(meet, drawn, ledger.totals("it_mw", meet))
    mean = drawn * idle + ledger.totals("mean_work_mw", meet) * (1 - idle)
    m.it_mean_load = Exactly(meet, ledger.totals("it_mean_mw", meet), mean)


def _highest_block(m: Any, case: Case, ledger: Ledger, meet: list[tuple]) -> Sums:
    """What the racks draw in the block of the day in which they draw most."""
    hours = case.sets["HOUR"]
    if len(hours) == 1:
        return ledger.totals("draw_mw", [(*at, hours[0]) for at in meet])
    m.draw_mw = Columns(meet, NonNegativeReals)
    m.block_load = Constraint(
        [(*at, h) for at in meet for h in hours],
        rule=lambda m, *at: ledger.total("draw_mw", at) <= m.draw_mw[at[:-1]],
    )
    most = dict(case["training_mw"])
    for (k, _, _), kappa in case["kappa_mw"].items():
        most[k] = max(kappa, most.get(k, 0.0))
    for g, k, c, t in case.sets["INSTALL"]:
        racks = case["availability_frac"][k] * m.standing[g, k, c, t]
        ledger.put("most_draw_mw", (g, c, t), most[k] * racks, k)
    m.most_load = Constraint(
        meet,
        rule=lambda m, *at: m.draw_mw[at] <= ledger.total("most_draw_mw", at),
    )
    return each(m.draw_mw)


def _rooms(m: Any, case: Case, ledger: Ledger) -> None:
    meet = ledger.indices("it_mw")
    factor = case["oversubscription_frac"].get("all", 1.0)
    room = ledger.totals("hall_mw", meet) * factor
    m.hall_space = AtMost(meet, ledger.totals("nameplate_mw", meet), room)
    m.hall_work = Constraint(
        [(*at, h) for at in meet for h in case.sets["HOUR"] if case["oversubscription_frac"]],
        rule=lambda m, *at: (
            ledger.total("nameplate_mw", at[:-1]) - ledger.total("spared_mw", at)
            <= ledger.total("hall_mw", at[:-1])
        ),
    )


def _cost(m: Any, case: Case, ledger: Ledger) -> None:
    at, crf = case.sets["INSTALL"], case["rack_crf_per_year"]
    where = [(case["group_country"][g], t) for g, _, _, t in at]
    price = np.array([case["rack_musd"][k] for _, k, _, _ in at])
    network = np.array([case["network_frac"].get(k, 0.0) for _, k, _, _ in at])
    yearly, upkeep = (
        np.array([of[k] for _, k, _, _ in at]) for of in (crf, case["maintenance_it_frac"])
    )
    for item, share in (("racks", 1 - network), ("network", network)):
        some = np.flatnonzero(share > 0)
        cost, there = (share * price)[some], [where[n] for n in some.tolist()]
        ledger.put_all("capex_musd", there, each(m.install, cost, some), repeat(item))
        annuity = m.standing.sums.take(some) * (yearly[some] * cost)
        ledger.put_all("annuity_musd", there, annuity, repeat(item))
    kept_up = m.standing.sums * (upkeep * price)
    ledger.put_all("opex_musd", where, kept_up, repeat("rack maintenance"))

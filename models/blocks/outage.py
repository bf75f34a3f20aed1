"""If any one site is lost, the others in its country still serve the sovereign demand.

Where the model knows which chips stand at a site (every group is one site), racks of the surviving
sites are put to the sovereign work, for each lost site o of country n:
    sum over p,w of rescue[o,k,p,w,t]          <= availability * racks of k standing in n outside o
    sum over k,p,w of kappa * rescue           <= IT MW in n outside o
    software_gain[t] * sum over k,p of theta[k,p,w] * rescue[o,k,p,w,t]
                                               >= share[n] * peak[w] * served[w,n,t]
Where sites are grouped, only what follows from it for the IT load can be said, which keeps the
bound valid:
    IT MW in n outside o >= sum over w of share[n] * peak[w] * served[w,n,t]
                                          * least kappa/theta[w] / software_gain[t]
"""

from typing import Any

from pyomo.core import Constraint, NonNegativeReals

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.rows import AtMost, Columns
from models.sums import Sums, each

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (Column("policies", "achieved", "sovereign tokens/s that the survivors can serve"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Survivors can serve the sovereign demand."""
    periods = case.sets["PERIOD"]
    sites, country = case.sets["SITE_PERIOD"], case["country"]
    where = [(country[s], t) for s, t in sites]
    it_mw = ledger.totals("site_it_mw", sites)
    ledger.put_all("country_it_mw", where, it_mw, [s for s, _ in sites])
    outage_frac = case["outage_frac"]
    losses = [(s, t) for s, t in sites if country[s] in outage_frac]
    countries = sorted({country[s] for s, _ in losses})
    at_least = [(n, t) for n in countries for t in periods]
    m.country_it_mw = Columns(at_least, NonNegativeReals)
    m.country_it_load = Constraint(
        at_least,
        rule=lambda m, n, t: m.country_it_mw[n, t] == ledger.total("country_it_mw", (n, t)),
    )
    _protected(m, case, ledger, at_least)
    where = [(country[s], t) for s, t in losses]
    left = each(m.country_it_mw, at=where) - ledger.totals("site_it_mw", losses)
    m.survivors_it_load = AtMost(losses, ledger.totals("protected_it_mw", where), left)
    if all(case["group"][s] == s for s in case.sets["SITE"]):
        _rescue(m, case, ledger, losses, left)


def _protected(m: Any, case: Case, ledger: Ledger, at: list[tuple[str, int]]) -> None:
    """The least IT MW that the protected demand of a country takes."""
    least, gain, peak = (
        case[name] for name in ("least_mw_per_mtoken_per_s", "software_gain", "peak_to_mean_ratio")
    )
    asked = [
        (w, n, t)
        for n, t in at
        for w in case.sets["WORKLOAD"]
        if (n, w) in case["outage_workload"] and (w, n, t) in m.served
    ]
    frac = [case["outage_frac"][n] * peak[w] * (least[w] / gain[t]) for w, n, t in asked]
    where, work = [(n, t) for _, n, t in asked], [w for w, _, _ in asked]
    ledger.put_all("protected_it_mw", where, each(m.served, frac, asked), work)


def _rescue(m: Any, case: Case, ledger: Ledger, losses: list[tuple[str, int]], left: Sums) -> None:
    """Racks of survivors do the sovereign work; their IT load is what is `left` after each loss."""
    country, gain, peak = case["country"], case["software_gain"], case["peak_to_mean_ratio"]
    runs = sorted({(k, p, w) for _, k, _, p, w, _ in case.sets["RUN"]})
    m.rescue = Columns(
        [
            (o, k, p, w, t)
            for o, t in losses
            for k, p, w in runs
            if (country[o], w) in case["outage_workload"]
        ],
        NonNegativeReals,
    )
    at = m.rescue.indices
    of_system, of_site = [(o, k, t) for o, k, _, _, t in at], [(o, t) for o, _, _, _, t in at]
    systems = [k for _, k, _, _, _ in at]
    ledger.put_all("rescue_racks", of_system, each(m.rescue), systems)
    drawn = [case["kappa_mw"][i[1:4]] for i in at]
    ledger.put_all("rescue_mw", of_site, each(m.rescue, drawn), systems)
    made = [gain[i[4]] * case["theta_mtokens_per_s"][i[1:4]] for i in at]
    of_work = [(o, w, t) for o, _, _, w, t in at]
    ledger.put_all("rescue_mtokens_per_s", of_work, each(m.rescue, made), systems)
    here = [(g, k, t) for g, k, _, t in m.standing.indices]
    ledger.put_all("standing_at", here, m.standing.sums, [g for g, _, _ in here])
    racks = ledger.indices("rescue_racks")
    there = ledger.totals("standing_in", [(country[o], k, t) for o, k, t in racks])
    able = [case["availability_frac"][k] for _, k, _ in racks]
    others = (there - ledger.totals("standing_at", racks)) * able
    m.rescue_racks = AtMost(racks, ledger.totals("rescue_racks", racks), others)
    m.rescue_power = AtMost(losses, ledger.totals("rescue_mw", losses), left)
    asked = [
        (o, w, t)
        for o, t in losses
        for w in case.sets["WORKLOAD"]
        if (country[o], w) in case["outage_workload"] and (w, country[o], t) in m.served
    ]
    frac = [case["outage_frac"][country[o]] * peak[w] for o, w, _ in asked]
    sovereign = each(m.served, frac, [(w, country[o], t) for o, w, t in asked])
    m.outage = AtMost(asked, sovereign, ledger.totals("rescue_mtokens_per_s", asked))

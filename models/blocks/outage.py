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

from pyomo.core import Constraint, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.rows import AtMost, Columns
from models.sums import each

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (Column("policies", "achieved", "sovereign tokens/s that the survivors can serve"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Survivors can serve the sovereign demand."""
    periods = case.sets["PERIOD"]
    sites, country = case.sets["SITE_PERIOD"], case["country"]
    where = [(country[s], t) for s, t in sites]
    it_mw = ledger.totals("site_it_mw", sites)
    ledger.put_all("country_it_mw", where, it_mw, [s for s, _ in sites])
    losses = [
        (s, t) for s, t in case.sets["SITE_PERIOD"] if case["country"][s] in case["outage_frac"]
    ]
    countries = sorted({case["country"][s] for s, _ in losses})
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
        _rescue(m, case, ledger, losses)


def _survivors(m: Any, case: Case, ledger: Ledger, s: str, t: int) -> Any:
    return m.country_it_mw[case["country"][s], t] - ledger.total("site_it_mw", (s, t))


def _sovereign(m: Any, case: Case, n: str, t: int) -> list[tuple[str, Any]]:
    """Peak tokens to serve by workload, for those the outage rule protects in that country."""
    return [
        (w, case["outage_frac"][n] * case["peak_to_mean_ratio"][w] * m.served[w, n, t])
        for w in case.sets["WORKLOAD"]
        if (n, w) in case["outage_workload"] and (w, n, t) in m.served
    ]


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


def _rescue(m: Any, case: Case, ledger: Ledger, losses: list) -> None:
    runs = sorted({(k, p, w) for _, k, _, p, w, _ in case.sets["RUN"]})
    index = [
        (o, k, p, w, t)
        for o, t in losses
        for k, p, w in runs
        if (case["country"][o], w) in case["outage_workload"]
    ]
    m.rescue = Var(index, domain=NonNegativeReals)
    work: dict[str, dict] = {"racks": {}, "power": {}, "tokens": {}}
    for o, k, p, w, t in index:
        racks = m.rescue[o, k, p, w, t]
        kappa = case["kappa_mw"][k, p, w]
        theta = case["software_gain"][t] * case["theta_mtokens_per_s"][k, p, w]
        work["racks"].setdefault((o, k, t), []).append(racks)
        work["power"].setdefault((o, t), []).append(kappa * racks)
        work["tokens"].setdefault((o, w, t), []).append(theta * racks)

    def standing(o: str, k: str, t: int) -> Any:
        return quicksum(
            m.standing[g, kk, c, u]
            for g, kk, c, u in case.sets["INSTALL"]
            if kk == k and u == t and g != o and case["group_country"][g] == case["country"][o]
        )

    m.rescue_racks = Constraint(
        list(work["racks"]),
        rule=lambda m, o, k, t: (
            quicksum(work["racks"][o, k, t]) <= case["availability_frac"][k] * standing(o, k, t)
        ),
    )
    m.rescue_power = Constraint(
        list(work["power"]),
        rule=lambda m, o, t: quicksum(work["power"][o, t]) <= _survivors(m, case, ledger, o, t),
    )
    m.outage = Constraint(
        [(o, w, t) for o, t in losses for w, _ in _sovereign(m, case, case["country"][o], t)],
        rule=lambda m, o, w, t: (
            quicksum(work["tokens"].get((o, w, t), [0.0]))
            >= dict(_sovereign(m, case, case["country"][o], t))[w]
        ),
    )

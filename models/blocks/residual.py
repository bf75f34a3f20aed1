"""Residual control: what still serves the sovereign demand when chips are lost, or come late.

    licence   chips of a maker country delivered from a year on stop serving
    delay     the deliveries of up to Gamma generations come one period late: what is installed in a
              period is not there in it. A plan bears every such set; losing more of them is
              never easier, so the sets of Gamma (of all, if fewer) are listed one by one.
For each such loss x in country n:
    sum over p,w of rescue[x,n,k,p,w,t]        <=  availability * racks of k in n that x leaves
    sum over k,p,w of kappa * rescue           <=  IT MW in n
    software_gain[t] * sum over k,p of theta[k,p,w] * rescue  >=  share[n] * peak[w] * served[w,n,t]
Racks are counted by country, so sites need not be told apart and the rule is exact in either form.
"""

from itertools import combinations
from typing import Any

from pyomo.core import Constraint, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (Column("policies", "achieved", "share of the peak that what is left can serve"),)

RULES = ("licence_loss", "late_delivery")


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """What is left after a loss serves the protected work."""
    found = [(rule, n, x) for rule in RULES for n, x in losses(case, rule)]
    if not found:
        return
    _modes(m, case, ledger, found)
    _rows(m, case, ledger, found)


def losses(case: Case, rule: str) -> list[tuple[str, str]]:
    """(country, what is lost) of a rule: the maker country, or generations joined by ` + `."""
    if rule == "licence_loss":
        return [(n, case["licence_maker"][n]) for n in case["licence_loss_frac"]]
    every = sorted(set(case["generation"].values()))
    return [
        (n, " + ".join(some))
        for n in case["late_delivery_frac"]
        for some in combinations(every, min(case["late_generations"][n], len(every)))
    ]


def lost_from(case: Case, rule: str, n: str, x: str, k: str, t: int) -> list[int]:
    """Periods whose installs of a system do not serve in a period after a loss."""
    standing = case["delivered_in"][k, t]
    if rule == "licence_loss":
        first = case["licence_from_year"].get(n, 0)
        return [u for u in standing if u >= first] if case["maker_country"][k] == x else []
    return [t] if case["generation"][k] in x.split(" + ") else []


def _modes(m: Any, case: Case, ledger: Ledger, found: list) -> None:
    served, there = set(case.sets["SERVED"]), set(ledger.indices("standing_in"))
    m.residual = Var(
        [
            (rule, n, x, k, p, w, t)
            for rule, n, x in found
            for k, p, w in case["theta_mtokens_per_s"]
            if (n, w) in case[f"{rule}_workload"]
            for t in case.sets["PERIOD"]
            if (w, n, t) in served and (n, k, t) in there
        ],
        domain=NonNegativeReals,
    )
    for rule, n, x, k, p, w, t in m.residual:
        racks = m.residual[rule, n, x, k, p, w, t]
        theta = case["software_gain"][t] * case["theta_mtokens_per_s"][k, p, w]
        ledger.put("residual_racks", (rule, n, x, k, t), racks, w)
        ledger.put("residual_mw", (rule, n, x, t), case["kappa_mw"][k, p, w] * racks, k)
        ledger.put("residual_tokens", (rule, n, x, w, t), theta * racks, k)


def _rows(m: Any, case: Case, ledger: Ledger, found: list) -> None:
    def left(rule: str, n: str, x: str, k: str, t: int) -> Any:
        gone = (ledger.total("delivered", (n, k, u)) for u in lost_from(case, rule, n, x, k, t))
        return ledger.total("standing_in", (n, k, t)) - quicksum(gone, m.nothing)

    m.residual_racks = Constraint(
        ledger.indices("residual_racks"),
        rule=lambda m, rule, n, x, k, t: (
            ledger.total("residual_racks", (rule, n, x, k, t))
            <= case["availability_frac"][k] * left(rule, n, x, k, t)
        ),
    )
    places = sorted({(n, t) for _, n, _, t in ledger.indices("residual_mw")})
    m.residual_it_mw = Var(places, domain=NonNegativeReals)
    m.residual_it_load = Constraint(
        places,
        rule=lambda m, n, t: m.residual_it_mw[n, t] == ledger.total("country_it_mw", (n, t)),
    )
    m.residual_power = Constraint(
        ledger.indices("residual_mw"),
        rule=lambda m, rule, n, x, t: (
            ledger.total("residual_mw", (rule, n, x, t)) <= m.residual_it_mw[n, t]
        ),
    )

    def holds(rule: str, n: str, x: str, w: str, t: int) -> Any:
        need = case[f"{rule}_frac"][n] * case["peak_to_mean_ratio"][w] * m.served[w, n, t]
        return ledger.total("residual_tokens", (rule, n, x, w, t)) >= need

    for rule in RULES:
        rows = [
            (n, x, w, t)
            for of, n, x in found
            for w, o, t in case.sets["SERVED"]
            if of == rule and o == n and (n, w) in case[f"{rule}_workload"]
        ]
        m.add_component(
            rule, Constraint(rows, rule=lambda m, n, x, w, t, rule=rule: holds(rule, n, x, w, t))
        )

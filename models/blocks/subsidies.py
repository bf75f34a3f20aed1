"""A programme of public money pays a share of an investment where its terms are met.

    granted_musd[p,i,t] <= share[p,i] * capex of item i in period t at the sites programme p is for
    sum over i, t of granted_musd[p,i,t]  <=  cap_musd[p]
A grant lowers the capex that budgets and funds see, and the yearly cost by the annuity of what was
granted, over the life of the item:
    annuity:  - sum over i, u of crf[n,i] * granted_musd[p,i,u]      t in paid_in[n,i,u]
Racks of a group stand at sites that the same programmes are for: the groups are made so.
"""

from collections import defaultdict
from typing import Any

from pyomo.core import Constraint, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger, place_of

COLUMNS = (
    Column("subsidies", "share_frac", "most it pays of them", low=0, high=1),
    Column("subsidies", "cap_local", "most it pays in all", low=0, default=None),
)
OUTCOMES = (
    Column("grants", "eligible_musd", "capex of the item at the sites the programme is for"),
    Column("grants", "granted_musd", "what the programme pays of it"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Grants within their share and cap, and the cost they save."""
    index = case.sets.get("GRANT", ())
    m.granted_musd = Var(index, domain=NonNegativeReals)
    eligible = _eligible(case, ledger) if index else {}
    m.subsidy_share = Constraint(
        index,
        rule=lambda m, p, i, t: (
            m.granted_musd[p, i, t]
            <= case["subsidy_share_frac"][p, i] * quicksum(eligible.get((p, i, t), []))
        ),
    )
    m.subsidy_cap = Constraint(
        [p for p in case["subsidy_cap_musd"] if p in {q for q, _, _ in index}],
        rule=lambda m, p: (
            quicksum(m.granted_musd[j] for j in index if j[0] == p) <= case["subsidy_cap_musd"][p]
        ),
    )
    for p, i, t in index:
        n = case["subsidy_country"][p]
        source, granted = f"subsidy {p}", m.granted_musd[p, i, t]
        ledger.put("grant_musd", (n, t), -granted, source)
        ledger.put("granted_of_item", (n, i, t), granted, p)
        like = i if (n, i) in case["item_crf_per_year"] else ""
        saved = case["item_crf_per_year"][n, like]
        for u in case["item_paid_in"][n, like, t]:
            ledger.put("annuity_musd", (n, u), -saved * granted, source)


def _eligible(case: Case, ledger: Ledger) -> dict[tuple[str, str, int], list[Any]]:
    """Terms of capex by programme, item and period, at the sites or groups it is for."""
    programmes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for p, i in case["subsidy_share_frac"]:
        programmes[case["subsidy_country"][p], i].append(p)
    places = {
        p: sites | {g for s, g in case["group"].items() if s in sites}
        for p, sites in case["subsidy_sites"].items()
    }
    found: dict[tuple[str, str, int], list[Any]] = defaultdict(list)
    index: Any
    for index, item, term in ledger.entries("capex_musd"):
        n, t = index
        for p in programmes.get((n, item), ()):
            if place_of(term) in places[p]:
                found[p, item, t].append(term)
    return found

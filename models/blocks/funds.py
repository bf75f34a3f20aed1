"""Investment is paid from stated funds, each with its own size, purpose, years and cost of capital.

    sum over funds f of fund_musd[n,f,i,t]  =  capex[n,t] of item i, less what was granted for it
    sum over i, t of fund_musd[n,f,i,t]    <=  size[n,f]
    sum over i, t of fund_musd[n,f,i,t]    <=  share_max[n,f] * capex of n, less grants
    a group F of funds among others A:   min * sum over A  <=  sum over F  <=  max * sum over A
The items' annuities are at the country's rate of discount; a fund adds the difference to its own,
over the life of what it paid for, which may be negative:
    annuity:  sum over i, u of (crf[n,f,i] - crf[n,i]) * fund_musd[n,f,i,u]
A country without stated funds pays as it likes: no row.
"""

from collections import defaultdict
from typing import Any

from pyomo.core import Constraint, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (
    Column("funds", "drawn_musd", "what the fund pays of the item, grants taken off"),
    Column("funds", "rate_frac", "cost of its capital a year"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Investment covered by funds within their terms, and what their capital costs."""
    needs = _needs(case, ledger)
    drawn = [
        (n, f, i, t)
        for n, i, t in needs
        for c, f in case.sets["FUND"]
        if c == n and (n, f, t) in case["fund_open"] and i in case["fund_use"].get((n, f), (i,))
    ]
    m.fund_musd = Var(drawn, domain=NonNegativeReals)
    parts: dict[tuple, list[Any]] = defaultdict(list)
    for n, f, i, t in drawn:
        parts[n, i, t].append(m.fund_musd[n, f, i, t])
        parts[n, f].append(m.fund_musd[n, f, i, t])
        parts[n, ""].append(m.fund_musd[n, f, i, t])
    m.fund_need = Constraint(
        list(needs),
        rule=lambda m, n, i, t: (
            m.nothing + quicksum(parts[n, i, t])
            == quicksum(needs[n, i, t]) - ledger.total("granted_of_item", (n, i, t))
        ),
    )
    m.fund_size = Constraint(
        list(case["fund_musd_max"]),
        rule=lambda m, n, f: m.nothing + quicksum(parts[n, f]) <= case["fund_musd_max"][n, f],
    )
    m.fund_share = Constraint(
        list(case["fund_share_max"]),
        rule=lambda m, n, f: (
            m.nothing + quicksum(parts[n, f])
            <= case["fund_share_max"][n, f] * quicksum(parts[n, ""])
        ),
    )
    _group_shares(m, case, parts)
    _cost(m, case, ledger, drawn)


def _needs(case: Case, ledger: Ledger) -> dict[tuple[str, str, int], list[Any]]:
    """Terms of capex by country, item and period, of the countries that state funds."""
    countries = {n for n, _ in case.sets.get("FUND", ())}
    found: dict[tuple[str, str, int], list[Any]] = defaultdict(list)
    index: Any
    for index, item, term in ledger.entries("capex_musd") if countries else ():
        n, t = index
        if n in countries:
            found[n, item, t].append(term)
    return found


def _group_shares(m: Any, case: Case, parts: dict[tuple, list[Any]]) -> None:
    members, among = case["fund_group"], case["fund_group_among"]

    def sums(group: tuple[str, str]) -> tuple[Any, Any]:
        n = group[0]

        def paid(funds: tuple[str, ...]) -> Any:
            return m.nothing + quicksum(x for f in funds for x in parts[n, f])

        return paid(members[group]), paid(among[group])

    m.fund_group_ceiling = Constraint(
        list(case["fund_group_max"]),
        rule=lambda m, n, name: (
            sums((n, name))[0] <= case["fund_group_max"][n, name] * sums((n, name))[1]
        ),
    )
    m.fund_group_floor = Constraint(
        list(case["fund_group_min"]),
        rule=lambda m, n, name: (
            sums((n, name))[0] >= case["fund_group_min"][n, name] * sums((n, name))[1]
        ),
    )


def _cost(m: Any, case: Case, ledger: Ledger, drawn: list[tuple]) -> None:
    for n, f, i, t in drawn:
        like = i if (n, i) in case["item_crf_per_year"] else ""
        extra = case["fund_crf_per_year"][n, f, like] - case["item_crf_per_year"][n, like]
        for u in case["item_paid_in"][n, like, t] if extra else ():
            ledger.put("annuity_musd", (n, u), extra * m.fund_musd[n, f, i, t], f"capital of {f}")

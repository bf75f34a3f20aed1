"""What law and policy ask of where tokens are made and on whose chips.

    in-country share    sum over w of flow n -> n  >=  share[n] * sum over w of tokens served in n
                        of all workloads, of a class of data, or of one workload
    cross-border        flow from n' to users of n in class q  <=  share[n,n',q] * served[n,q]
    domestic chips      basis of chips made in n  >=  share[n] * basis of all chips in n,
                        one share for all periods, or one a year
    barred chips        sum over g in n of run on class q of systems barred there  =  0
    vendor              basis of vendor f  <=  share * basis of all vendors
    country             min[n] * total  <=  facility MW in n  <=  max[n] * total
A cross-border share of 0 leaves no flow at all, so it needs no row.
The basis of a share is stated: chips, mw (IT load), flops (dense 8-bit) or tokens, each of the
racks at work in the peak hour: an idle rack counts for nothing, so none is bought for its passport.
Most of these are policy parameters, not law: the law decides which flows exist.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from pyomo.core import Constraint

from models.case import Case
from models.columns import Column, Table
from models.ledger import Ledger
from models.rows import AtMost
from models.sums import Sums

TABLES = (
    Table(
        "cross_border",
        "share of a country's tokens of a class that may be served in another country",
        ("from_country", "to_country", "sovereignty_class"),
    ),
)
COLUMNS = (
    Column("cross_border", "from_country", "country of the users", kind="text"),
    Column("cross_border", "to_country", "country of the racks", kind="text"),
    Column(
        "cross_border",
        "sovereignty_class",
        "class of the data",
        kind="text",
        allowed=("open", "private", "public", "restricted"),
    ),
    Column("cross_border", "max_frac", "largest share that may cross", low=0, high=1),
    Column("cross_border", "note", "the rule it stands for", kind="text", default=""),
)
OUTCOMES = (
    Column("policies", "required", "what the rule asks"),
    Column("policies", "achieved", "what the plan does"),
    Column("policies", "slack", "how far the plan is from the limit"),
    Column("policies", "shadow_price", "objective gained per unit of slack"),
)

AMOUNTS = {"chips": "chips", "mw": "mw", "flops": "flops", "tokens": "tokens_by_chip"}
"""The sum in the ledger of each basis of a share, by country, system and period."""


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Shares by country, class, maker and vendor."""
    _count_bases(m, case, ledger)
    _residency(m, case, ledger)
    _makers(m, case, ledger)
    _barred(m, case, ledger)
    _countries(m, case, ledger)


def _count_bases(m: Any, case: Case, ledger: Ledger) -> None:
    country, chips, flops, kappa, theta, gain = (
        case[name]
        for name in (
            "group_country",
            "chips_kilo_count",
            "flops_exa",
            "kappa_mw",
            "theta_mtokens_per_s",
            "software_gain",
        )
    )
    at = case.sets["RUN"]
    who, groups = [(country[g], k, t) for g, k, _, _, _, t in at], [i[0] for i in at]
    amounts = {
        "chips": [chips[k] for _, k, _, _, _, _ in at],
        "flops": [flops[k] for _, k, _, _, _, _ in at],
        "mw": [kappa[k, p, w] for _, k, _, p, w, _ in at],
        "tokens_by_chip": [gain[t] * theta[k, p, w] for _, k, _, p, w, t in at],
    }
    for name, each in amounts.items():
        ledger.put_all(name, who, m.run.sums * each, groups)


def _residency(m: Any, case: Case, ledger: Ledger) -> None:
    def flow(n: str, where: str, t: int, workloads: Any) -> Any:
        return sum(ledger.total("between", (w, where, n, t)) for w in workloads)

    m.in_country_share = Constraint(
        [(n, t) for n in case["in_country_frac"] for t in case.sets["PERIOD"]],
        rule=lambda m, n, t: (
            flow(n, n, t, case.sets["WORKLOAD"])
            >= case["in_country_frac"][n] * m.country_tokens[n, t]
        ),
    )

    def kept(m: Any, n: str, name: str, t: int) -> Any:
        members = [w for w in case["in_country_members"][n, name] if (w, n, t) in m.served]
        if not members:
            return Constraint.Skip
        served = sum(m.served[w, n, t] for w in members)
        return flow(n, n, t, members) >= case["in_country_of_frac"][n, name] * served

    m.in_country_share_of = Constraint(
        [(*i, t) for i in case["in_country_of_frac"] for t in case.sets["PERIOD"]], rule=kept
    )

    def crossing(m: Any, n: str, where: str, q: str, t: int) -> Any:
        of_class = [w for w in case.sets["WORKLOAD"] if case["sovereignty_class"][w] == q]
        members = [w for w in of_class if (w, n, t) in m.served]
        if not members:
            return Constraint.Skip
        served = sum(m.served[w, n, t] for w in members)
        return flow(n, where, t, members) <= case["cross_border_frac"][n, where, q] * served

    m.cross_border = Constraint(
        [
            (*rule, t)
            for rule, share in case["cross_border_frac"].items()
            if 0 < share < 1
            for t in case.sets["PERIOD"]
        ],
        rule=crossing,
    )


def _makers(m: Any, case: Case, ledger: Ledger) -> None:
    maker, vendor, periods = case["maker_country"], case["vendor"], case.sets["PERIOD"]

    def here(n: str, place: str, k: str) -> bool:
        return place == n

    def home_made(n: str, place: str, k: str) -> bool:
        return place == n == maker[k]

    def anyone(f: str, place: str, k: str) -> bool:
        return True

    def of_vendor(f: str, place: str, k: str) -> bool:
        return vendor[k] == f

    domestic = {
        "domestic_accelerators": {
            (*i, t): share for i, share in case["domestic_frac"].items() for t in periods
        },
        "domestic_accelerators_by_year": {
            i: share for i, share in case["domestic_by_year_frac"].items() if i[2] in periods
        },
    }
    for name, share in domestic.items():
        of_all, own = (_summed(ledger, list(share), count) for count in (here, home_made))
        m.add_component(name, _some(share, of_all * list(share.values()), own, of_all))
    share = {(*i, t): most for i, most in case["vendor_frac"].items() for t in periods}
    of_all, own = (_summed(ledger, list(share), count) for count in (anyone, of_vendor))
    m.vendor_share = _some(share, own, of_all * list(share.values()), of_all)


def _summed(
    ledger: Ledger, rows: Sequence[tuple[str, str, int]], counts: Callable[[str, str, str], bool]
) -> Sums:
    """In each row, of whom, a basis and a period, the amounts that count for whom.

    `counts` is told whom, the country of the racks and their system.
    """
    found = Sums(len(rows), ())
    for basis in dict.fromkeys(basis for _, basis, _ in rows):
        name = AMOUNTS[basis]
        amounts = ledger.indices(name)
        at = [
            (row, i)
            for row, (whom, b, t) in enumerate(rows)
            if b == basis
            for i in amounts
            if i[2] == t and counts(whom, *i[:2])
        ]
        row = np.array([row for row, _ in at], dtype=int)
        found += ledger.totals(name, [i for _, i in at]).gathered(row, len(rows))
    return found


def _some(rows: Iterable[tuple], less: Sums, more: Sums, of_all: Sums) -> AtMost:
    """Those of the rows `less <= more` that are about anything at all."""
    some = np.flatnonzero([next(of_all.of(row), None) is not None for row in range(of_all.count)])
    every = list(rows)
    return AtMost([every[row] for row in some], less.take(some), more.take(some))


def _barred(m: Any, case: Case, ledger: Ledger) -> None:
    country, of, barred = (
        case[name] for name in ("group_country", "sovereignty_class", "barred_systems")
    )
    runs = [i for i in case.sets["RUN"] if i[1] in barred.get((country[i[0]], of[i[4]]), ())]
    where = [(country[g], of[w], t) for g, _, _, _, w, t in runs]
    ledger.put_all("barred", where, m.run.at(runs), [i[1] for i in runs])
    m.barred_systems = Constraint(
        ledger.indices("barred"), rule=lambda m, *i: ledger.total("barred", i) <= 0
    )


def _countries(m: Any, case: Case, ledger: Ledger) -> None:
    def total(t: int) -> Any:
        return sum(ledger.total("country_mw", (n, t)) for n in case.sets["COUNTRY"])

    periods = case.sets["PERIOD"]
    m.country_floor = Constraint(
        [(n, t) for n in case["country_min_frac"] for t in periods],
        rule=lambda m, n, t: (
            ledger.total("country_mw", (n, t)) >= case["country_min_frac"][n] * total(t)
        ),
    )
    m.country_ceiling = Constraint(
        [(n, t) for n in case["country_max_frac"] for t in periods],
        rule=lambda m, n, t: (
            ledger.total("country_mw", (n, t)) <= case["country_max_frac"][n] * total(t)
        ),
    )

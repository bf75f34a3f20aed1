"""A training job needs one site with enough chips of one kind, for as long as its FLOP take.

    sum over s of host[s,j] = 1                                            one site
    sum over k of gang[g,j,k] = sum over s in g of host[s,j]               one rack system
    trains[g,j,k,t] <= gang[g,j,k]                                         when it runs
    chips[j] * trains <= chips of a rack * sum over c of train[g,j,k,c,t]  the whole gang, or none
    sum over c of train[g,j,k,c,t] <= most racks of use * trains
    sum over g,k,c,t of flop[j,k,t] * train[g,j,k,c,t] >= flop[j]          done by its date
    hall MW at s of classes that carry such racks >= least hall MW[j] * host[s,j]
flop[j,k,t] = chips of a rack * dense 16-bit FLOP/s * MFU * seconds of period t before the date.
`train` counts racks at work, all day and all of the period; they draw their power, stand in halls,
are among those that availability leaves, and make no tokens. Chips that only infer are left out.
Where sites are grouped, a gang is one of the group's: the last row, by site, is what is left of
"one site", which keeps the bound valid. Where each group is one site, the rules are exact.
"""

from typing import Any

from pyomo.core import Binary, Constraint, NonNegativeReals, Var

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.rows import Columns
from models.sums import each

COLUMNS = (
    Column("systems", "training_capable_flag", "1 where it can train LLMs", "flag"),
    Column("systems", "bf16_tflops", "dense peak per chip with 16-bit operands", low=1),
)
OUTCOMES = (
    Column("training", "made_flop", "FLOP the job gets by its date"),
    Column("training", "racks_at_work_count", "racks at work on the job, in the period with most"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Gangs of racks, where they stand and what they get done."""
    hosts, gangs, trains = (case.sets[name] for name in ("HOST", "GANG", "TRAIN"))
    m.host = Var(hosts, domain=Binary)
    m.gang = Var(gangs, domain=Binary)
    m.trains = Var(list(dict.fromkeys((g, j, k, t) for g, j, k, _, t in trains)), domain=Binary)
    m.train = Columns(trains, NonNegativeReals)
    for s, j in hosts:
        ledger.put("hosts", j, m.host[s, j], s)
        ledger.put("group_hosts", (case["group"][s], j), m.host[s, j], s)
    for g, j, k in gangs:
        ledger.put("gangs", (g, j), m.gang[g, j, k], k)
    _at_work(m, case, ledger)
    _gang(m, case, ledger)
    _room(m, case, ledger)


def _at_work(m: Any, case: Case, ledger: Ledger) -> None:
    at, hours, racks = m.train.indices, case.sets["HOUR"], each(m.train)
    jobs, systems = [j for _, j, _, _, _ in at], [k for _, _, k, _, _ in at]
    groups, classes = [g for g, *_ in at], [c for _, _, _, c, _ in at]
    mw = [case["training_mw"][k] for k in systems]
    for h in hours:
        ledger.put_all("at_work", [(g, k, c, t, h) for g, _, k, c, t in at], racks, jobs)
        tier = [(g, k, c, "", t, h) for g, _, k, c, t in at]
        ledger.put_all("tier_at_work", tier, racks, jobs)
        ledger.put_all("draw_mw", [(g, c, t, h) for g, _, _, c, t in at], racks * mw, systems)
    ledger.put_all("mean_work_mw", [(g, c, t) for g, _, _, c, t in at], racks * mw, systems)
    ledger.put_all("training_racks", [(g, j, k, t) for g, j, k, _, t in at], racks, classes)
    done = [case["training_rack_zettaflop"][j, k, t] for _, j, k, _, t in at]
    ledger.put_all("zettaflop", jobs, racks * done, groups)
    who = [(case["group_country"][g], k, t) for g, _, k, _, t in at]
    for name, of_rack in (("chips", "chips_kilo_count"), ("flops", "flops_exa")):
        ledger.put_all(name, who, racks * [case[of_rack][k] for k in systems], groups)
    ledger.put_all("mw", who, racks * mw, groups)


def _gang(m: Any, case: Case, ledger: Ledger) -> None:
    jobs = case.sets["JOB"]
    m.training_host = Constraint(jobs, rule=lambda m, j: ledger.total("hosts", j) == 1)
    m.training_system = Constraint(
        ledger.indices("group_hosts"),
        rule=lambda m, g, j: ledger.total("gangs", (g, j)) == ledger.total("group_hosts", (g, j)),
    )
    m.training_runs = Constraint(
        m.trains.index_set(), rule=lambda m, g, j, k, t: m.trains[g, j, k, t] <= m.gang[g, j, k]
    )
    m.training_chips = Constraint(
        m.trains.index_set(),
        rule=lambda m, g, j, k, t: (
            case["chips_kilo_count"][k] * ledger.total("training_racks", (g, j, k, t))
            >= case["training_chips_count"][j] / 1e3 * m.trains[g, j, k, t]
        ),
    )
    m.training_racks = Constraint(
        m.trains.index_set(),
        rule=lambda m, g, j, k, t: (
            ledger.total("training_racks", (g, j, k, t))
            <= case["training_racks_max_count"][j, k] * m.trains[g, j, k, t]
        ),
    )
    m.training_flop = Constraint(
        jobs, rule=lambda m, j: ledger.total("zettaflop", j) >= case["training_zettaflop"][j]
    )


def _room(m: Any, case: Case, ledger: Ledger) -> None:
    """A site with fewer MW of halls than the smallest gang needs is no host."""
    classes = {
        j: {c for c, systems in case["hosts"].items() for k in systems if (j, k) in _able(case)}
        for j in case.sets["JOB"]
    }
    last = {j: t for j, _, t in sorted(case["training_rack_zettaflop"], key=lambda i: i[2])}
    for j in case.sets["JOB"]:
        for s, d, t in case.sets["HALL"]:
            if t == last.get(j) and case["cooling_class"][d] in classes[j]:
                ledger.put("gang_hall_mw", (s, j), case["hall_mw"][s, d] * m.halls[s, d, t], d)
    m.training_hall = Constraint(
        case.sets["HOST"],
        rule=lambda m, s, j: (
            ledger.total("gang_hall_mw", (s, j)) >= case["training_hall_mw"][j] * m.host[s, j]
        ),
    )


def _able(case: Case) -> set[tuple[str, str]]:
    return {(j, k) for j, k, _ in case["training_rack_zettaflop"]}

"""Tiny plans counted out: every choice of sites, halls and whole racks, each with a small LP.

Nothing here is taken from the blocks: what a choice costs and what it can do is written down anew.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import linprog

from models.case import Case
from planner.solve.narrow import at_sites
from tests.solved import attempt, solve
from tests.tiny import tiny_case

MOST_RACKS = 2
SYSTEMS = ("fast", "slow")


@dataclass(frozen=True)
class Built:
    """What stands at one site; a site where nothing stands is shut."""

    halls: tuple[int, ...]
    racks: tuple[int, ...]

    @property
    def open(self) -> bool:
        return any(self.halls)


def drawn(seed: int, sites: int, designs: tuple[str, ...]) -> Case:
    """Sites whose halls hold 1 MW, racks of 0.3 to 0.5 MW, a floor on MW and a tight budget."""
    rng = np.random.default_rng(seed)
    names = "abc"[:sites]
    pairs = [(s, d) for s in names for d in designs]
    rack = {"fast": 0.5, "slow": float(rng.choice([0.3, 0.4]))}
    modes = {(k, p, "chat"): share for k in SYSTEMS for p, share in (("full", 1.0), ("cap", 0.7))}
    theta = {"fast": float(rng.uniform(4, 6)), "slow": float(rng.uniform(2, 4))}
    over = {pair: float(rng.uniform(0.05, 0.4)) for pair in pairs}
    return tiny_case(
        sites,
        cooling_class=dict.fromkeys(designs, "liquid"),
        theta_mtokens_per_s={i: theta[i[0]] * (x if x == 1 else 0.8) for i, x in modes.items()},
        kappa_mw={i: rack[i[0]] * x for i, x in modes.items()},
        rack_mw=rack,
        rack_musd={"fast": float(rng.uniform(2, 4)), "slow": float(rng.uniform(1, 2))},
        availability_frac=dict.fromkeys(SYSTEMS, 0.95),
        hall_mw=dict.fromkeys(pairs, 1.0),
        halls_max_count=dict.fromkeys(pairs, 1.0),
        facility_per_it_frac={pair: 1 + x for pair, x in over.items()},
        energy_per_it_frac={pair: 1 + x / 2 for pair, x in over.items()},
        cooling_musd_per_hall={pair: float(rng.uniform(0.5, 2)) for pair in pairs},
        site_musd={s: float(rng.uniform(0, 3)) for s in names},
        energy_usd_per_mwh={s: float(rng.uniform(50, 120)) for s in names},
        step_mw={(s, 1): float(rng.uniform(0.7, 1.2)) for s in names},
        step_musd={(s, 1): float(rng.uniform(0.2, 1)) for s in names},
        facility_mw_min={("all", 2027): float(rng.uniform(0.7, 1.1))},
        capex_total_musd_max={"all": float(rng.uniform(14, 20))},
        racks_supply_count={("KR", k, 2027): float(MOST_RACKS) for k in SYSTEMS},
    )


def choices(case: Case) -> list[tuple[Built, ...]]:
    """Every plan within the budget, the supply of racks, and the nameplate of the halls."""
    designs = tuple(case["cooling_class"])
    racks = list(itertools.product(range(MOST_RACKS + 1), repeat=len(SYSTEMS)))
    halls = list(itertools.product((0, 1), repeat=len(designs)))
    shut = Built((0,) * len(designs), (0,) * len(SYSTEMS))
    load = np.array([case["rack_mw"][k] for k in SYSTEMS])
    some = [Built(h, n) for h in halls if any(h) for n in racks if load @ n <= sum(h) + 1e-9]
    every = itertools.product([shut, *some], repeat=len(case.sets["SITE"]))
    return [
        plan
        for plan in every
        if (np.sum([b.racks for b in plan], axis=0) <= MOST_RACKS).all()
        and fixed_musd(case, plan, 1.0, 1.0) <= case["capex_total_musd_max"]["all"] + 1e-9
    ]


def fixed_musd(case: Case, plan: tuple[Built, ...], built: float, racks: float) -> float:
    """Money for what stands, with shares for buildings and for racks: all of it, or an annuity."""
    total = 0.0
    for s, at in zip(case.sets["SITE"], plan, strict=True):
        if at.open:
            total += built * (case["site_musd"][s] + case["step_musd"][s, 1])
        for d, count in zip(case["cooling_class"], at.halls, strict=True):
            total += built * count * (2.0 + case["cooling_musd_per_hall"][s, d])
        total += racks * sum(
            n * case["rack_musd"][k] for k, n in zip(SYSTEMS, at.racks, strict=True)
        )
    return total


class Inside:
    """What a plan can do once built: the linear program of Charnes and Cooper for its best ratio.

    Columns are racks at work by site and mode, IT MW by site and design, and 1 / denominator.
    """

    def __init__(self, case: Case) -> None:
        self.case, self.sites = case, case.sets["SITE"]
        self.designs, self.modes = tuple(case["cooling_class"]), tuple(case["theta_mtokens_per_s"])
        columns = [
            *itertools.product(self.sites, self.modes),
            *itertools.product(self.sites, self.designs),
            "one",
        ]
        self.at = {key: i for i, key in enumerate(columns)}

    def row(self, parts: dict, one: float = 0.0) -> np.ndarray:
        """Coefficients by column, and that of the one."""
        row = np.zeros(len(self.at))
        for key, value in {**parts, "one": one}.items():
            row[self.at[key]] = value
        return row

    def site(self, s: str, built: Built) -> tuple[list[np.ndarray], np.ndarray]:
        """Rows of a site: what is at most 0, and the draw of its racks less its IT load."""
        case, loads = self.case, [(s, d) for d in self.designs]
        meter = {i: case["facility_per_it_frac"][i] for i in loads}
        below = [self.row(meter, -case["step_mw"][s, 1] * built.open)]
        # in a hall of 1 MW full of racks no more is drawn than by those that draw most of them
        most = min(max(0.95 * mw / case["rack_mw"][m[0]] for m, mw in case["kappa_mw"].items()), 1)
        below += [self.row({i: 1.0}, -most * n) for i, n in zip(loads, built.halls, strict=True)]
        for k, n in zip(SYSTEMS, built.racks, strict=True):
            below.append(self.row({(s, m): 1.0 for m in self.modes if m[0] == k}, -0.95 * n))
        draw = {(s, m): case["kappa_mw"][m] for m in self.modes}
        return below, self.row({**draw, **dict.fromkeys(loads, -1.0)})

    def totals(self, plan: tuple[Built, ...]) -> dict[str, np.ndarray]:
        """Tokens, MW at the meter, and money a year."""
        case, loads = self.case, list(itertools.product(self.sites, self.designs))
        price = {s: 8760 / 1e6 * usd for s, usd in case["energy_usd_per_mwh"].items()}
        energy = {i: case["energy_per_it_frac"][i] * price[i[0]] for i in loads}
        tokens = {
            (s, m): case["theta_mtokens_per_s"][m]
            for s, m in itertools.product(self.sites, self.modes)
        }
        return {
            "tokens": self.row(tokens),
            "meter": self.row({i: case["facility_per_it_frac"][i] for i in loads}),
            "cost": self.row(energy, fixed_musd(case, plan, 0.1, 0.2)),
        }

    def best(self, plan: tuple[Built, ...], name: str) -> float | None:
        """The best ratio, more being better; None where the plan cannot be."""
        total = self.totals(plan)
        floor = -total["meter"]
        floor[-1] = self.case["facility_mw_min"]["all", 2027]
        sites = [self.site(s, built) for s, built in zip(self.sites, plan, strict=True)]
        below = np.array([floor, *(row for rows, _ in sites for row in rows)])
        per_mw = name == "tokens_per_mw"
        wanted = -total["tokens"] if per_mw else total["cost"]
        equal = np.array(
            [*(draw for _, draw in sites), total["meter"] if per_mw else total["tokens"]]
        )
        answer = linprog(
            wanted,
            A_ub=below,
            b_ub=np.zeros(len(below)),
            A_eq=equal,
            b_eq=np.append(np.zeros(len(sites)), 1.0),
        )
        return float(-answer.fun) if answer.status == 0 else None


SHAPES = [(2, ("dry",)), (2, ("dry", "wet")), (3, ("dry",))]


@pytest.mark.parametrize("name", ["tokens_per_mw", "cost_per_mtoken"])
@pytest.mark.parametrize("seed", range(1, 13))
def test_no_plan_counted_out_is_better(name, seed):
    case = drawn(seed, *SHAPES[seed % 3])
    ratios = [Inside(case).best(plan, name) for plan in choices(case)]
    best = max(r for r in ratios if r is not None)
    ours = attempt(at_sites(case, case.sets["SITE"]), name)
    assert ours is not None
    assert ours.best.value == pytest.approx(best, rel=1e-6)


def test_where_no_plan_is_counted_there_is_none():
    case = drawn(10, 3, ("dry",))  # its budget does not reach its floor
    assert choices(case)
    assert all(Inside(case).best(plan, "tokens_per_mw") is None for plan in choices(case))
    assert attempt(at_sites(case, case.sets["SITE"])) is None


def test_whole_racks_matter_in_these_cases():
    def gain(seed):
        case = drawn(seed, *SHAPES[seed % 3])
        placed = at_sites(case, case.sets["SITE"])
        whole, parts = (
            solve(c, "cost_per_mtoken").value for c in (placed, placed.having(whole_racks=False))
        )
        return whole / parts - 1

    assert sum(gain(seed) > 1e-6 for seed in range(1, 7)) >= 3

"""A plan's tables beside the case they answer to, with the sums that many rules need."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from models.case import Case
from planner.scenario import Scenario

Rows = tuple[tuple[str, float], ...]
"""Rows of the model, each with the growth of its right-hand side per unit of the limit."""

AT_LEAST, AT_MOST, EXACTLY = "at least", "at most", "exactly"


class Limit(NamedTuple):
    """One rule at one place and time: what it asks and what the plan does, in `unit`.

    `rows` hold it in the model; `file` is the result file the achieved number is read from.
    """

    rule: str
    where: str
    period: int | None
    sense: str
    required: float
    achieved: float
    unit: str
    file: str
    rows: Rows

    @property
    def slack(self) -> float:
        """How far the plan is from the limit; negative where it breaks the rule."""
        short = self.required - self.achieved
        slack = (
            -short if self.sense == AT_LEAST else short if self.sense == AT_MOST else -abs(short)
        )
        return slack + 0.0  # no -0 in the files

    @property
    def rounding(self) -> float:
        """What rounding in the solver may cost: 1e-4 MW, M$, racks or 1e6 tokens/s, and 1e-6."""
        smallest = min((abs(per) for _, per in self.rows if per), default=1.0)
        return 1e-6 * abs(self.required) + 1e-4 / smallest

    @property
    def binding(self) -> bool:
        """Whether the plan is within 0.1 % of the limit."""
        return self.slack <= 1e-3 * abs(self.required)


def named(rule: str, *index: Any) -> str:
    """The name of a row of the model."""
    return f"{rule}[{','.join(str(part) for part in index)}]"


@dataclass(frozen=True)
class Book:
    """Tables of a plan by result name, the case of its scenario, and the scenario."""

    case: Case
    scenario: Scenario
    tables: Mapping[str, Any]  # DataFrames

    @property
    def periods(self) -> tuple[int, ...]:
        """The planning periods."""
        return self.case.sets["PERIOD"]

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries planned."""
        return self.case.sets["COUNTRY"]

    @cached_property
    def facility_mw(self) -> dict[tuple[str, int], float]:
        """MW at the meter by country and period."""
        sums = self.tables["power"].groupby(["country", "period"])["facility_mw"].sum()
        found = {(str(n), int(t)): float(v) for (n, t), v in sums.items()}
        return {(n, t): found.get((n, t), 0.0) for n in self.countries for t in self.periods}

    @cached_property
    def supply(self) -> Any:
        """`supply.csv`; where the scenario has no power section, the grid alone, by `power.csv`."""
        if self.scenario.power is not None:
            return self.tables["supply"]
        power = self.tables["power"]
        alone = power[["site_id", "period", "energy_mwh_per_year"]].assign(
            source_id="grid", capacity_mw=power["connected_mw"], carried_mw=power["facility_mw"]
        )
        factor = power["site_id"].map(self.case["emission_gco2_per_kwh"]).astype(float)
        return alone.assign(carbon_t_per_year=alone["energy_mwh_per_year"] * factor / 1e3)

    @cached_property
    def grid_mw(self) -> dict[tuple[str, int], float]:
        """Load of the design hour that the grid carries, by site and period."""
        rows = self.supply
        rows = rows[rows["source_id"] == "grid"]
        at = zip(rows["site_id"], rows["period"], rows["carried_mw"], strict=True)
        return {(str(s), int(t)): float(mw) for s, t, mw in at}

    @cached_property
    def flows(self) -> Any:
        """Flows in 1e6 tokens/s with the countries of racks and users and the class of data."""
        flows, case = self.tables["flows"], self.case
        return flows.assign(
            mtokens=flows["tokens_per_s"] / 1e6,
            made_in=flows["site_id"].map(case["country"]),
            used_in=flows["market_id"].map(case["market_country"]),
            sovereignty=flows["workload_id"].map(case["sovereignty_class"]),
        )

    @cached_property
    def work(self) -> Any:
        """Racks at work in each block of the day; where it is one, the rows of the fleet."""
        blocks = self.case.sets["HOUR"]
        if len(blocks) > 1:
            return self.tables["hours"]
        fleet = self.tables["fleet"]
        return fleet[fleet["racks_at_work_count"] > 0].assign(hour_block=blocks[0])

    @cached_property
    def served(self) -> dict[tuple[str, str, int], float]:
        """Delivered 1e6 tokens/s by workload, country of the users and period."""
        sums = self.flows.groupby(["workload_id", "used_in", "period"])["mtokens"].sum()
        return {(str(w), str(n), int(t)): float(v) for (w, n, t), v in sums.items()}

    def delivered(self, t: int, country: str | None = None, workload: str | None = None) -> float:
        """Delivered 1e6 tokens/s in a period, unweighted."""
        return sum(
            v
            for (w, n, u), v in self.served.items()
            if u == t and country in (None, n) and workload in (None, w)
        )

    def weighted(self, t: int) -> float:
        """Delivered 1e6 tokens/s in a period, each workload by its weight."""
        weight = self.case["token_weight"]
        return sum(weight.get(w, 1.0) * v for (w, _, u), v in self.served.items() if u == t)

    def money(self, kind: str, country: str | None = None, period: int | None = None) -> float:
        """M$ of one kind, in all or of one country or period."""
        rows = self.tables["budget"]
        kept = rows["kind"] == kind
        if country is not None:
            kept &= rows["country"] == country
        if period is not None:
            kept &= rows["period"] == period
        return float(rows.loc[kept, "amount_musd"].sum())

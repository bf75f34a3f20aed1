"""What every coefficient is made from: the region's tables, the scenario, and how to read them."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property

import numpy as np
import pandas as pd

from planner.scenario import Scenario
from planner.scenario.filters import Pick
from planner.tables import Region

CURRENCY = {"KR": "KRW", "JP": "JPY"}


def picked(names: pd.Series, pick: Pick) -> pd.Series:
    """Which names a filter keeps: in an include pattern and in no exclude pattern."""

    def any_of(patterns: list[str]) -> np.ndarray:
        if not patterns or "*" in patterns:
            return np.full(len(names), bool(patterns))
        found = [any(fnmatchcase(name, p) for p in patterns) for name in names.tolist()]
        return np.array(found, dtype=bool)

    return pd.Series(any_of(pick.include) & ~any_of(pick.exclude), names.index)


@dataclass(frozen=True)
class Context:
    """A region's tables with the scenario that reads them; its countries where they are known."""

    region: Region
    scenario: Scenario
    known_countries: tuple[str, ...] | None = None

    def table(self, name: str) -> pd.DataFrame:
        """The table of that name."""
        return self.region.tables[name]

    def without(self, name: str, column: str) -> "Context":
        """The same but for a column of a table, for what must not read it."""
        tables = {**self.region.tables, name: self.table(name).drop(columns=column)}
        return replace(self, region=replace(self.region, tables=tables))

    @cached_property
    def _parameters(self) -> dict[tuple[str, str], float]:
        rows = self.table("parameters")
        return dict(
            zip(zip(rows["scope"], rows["parameter"], strict=True), rows["value"], strict=True)
        )

    def parameter(self, name: str, country: str) -> float:
        """A region's parameter: the country's own, or the one for all."""
        own = self._parameters.get((country, name))
        return float(self._parameters["*", name] if own is None else own)

    def by_country(self, name: str, countries: pd.Series) -> pd.Series:
        """A parameter for each row's country."""
        which, different = pd.factorize(countries)
        values = np.array([self.parameter(name, n) for n in different])
        return pd.Series(values[which], countries.index)

    def zone_headroom_mw(self) -> dict[str, float]:
        """The most that each grid zone can take in all, where that is limited."""
        zones = self.table("zones")[["zone_id", "headroom_mw"]].dropna()
        return dict(zip(zones["zone_id"].tolist(), zones["headroom_mw"].tolist(), strict=True))

    def discount_frac(self, country: str) -> float:
        """Rate of discount a year: the scenario's, or the country's."""
        stated = self.scenario.money.discount_frac
        return self.parameter("discount_frac", country) if stated is None else stated

    def local_per_usd(self, country: str) -> float:
        """Exchange rate of the country's currency: the scenario's, or the region's."""
        currency = CURRENCY.get(country)
        if currency is None:
            return 1.0
        stated = self.scenario.money.exchange_rates.get(currency)  # type: ignore[call-overload]
        return float(stated or self.parameter(f"{currency.lower()}_per_usd", country))

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Countries of the plan, in order of the alphabet."""
        if self.known_countries is not None:
            return self.known_countries
        every = sorted(self.table("sites")["country"].unique())
        asked = self.scenario.filters.countries
        return tuple(n for n in every if not asked or n in asked)

    @cached_property
    def workloads(self) -> pd.DataFrame:
        """The scenario's workloads, by id, with its changes laid over the region's facts."""
        scenario = self.scenario
        rows = self.table("workloads").set_index("workload_id").astype(object)
        for name, change in scenario.workloads.items():
            for column, value in change.model_dump(exclude_none=True).items():
                rows.loc[name, column] = value
        rows = rows.loc[list(scenario.demand.workloads)].infer_objects()
        if "home_country" not in rows:
            rows["home_country"] = ""
        rows["home_country"] = rows["home_country"].fillna("")
        here = rows["home_country"].isin(["", *self.countries])
        return rows[here]

    @cached_property
    def years_drawn(self) -> dict[int, list[int]]:
        """Calendar years whose deliveries a period can use: since the period before."""
        periods = self.scenario.periods
        starts = [periods[0] - 1, *periods[:-1]]
        return {t: list(range(a + 1, t + 1)) for a, t in zip(starts, periods, strict=True)}

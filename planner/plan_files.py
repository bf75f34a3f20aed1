"""A plan's folder as plain tables, and the figures a plan is judged by."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from planner.errors import InputError, Problem, listed, nearest, refuse
from planner.results.columns import ORDER, WHEN_STATED, declared, names_of
from planner.results.write import PLAN, SCENARIO
from planner.scenario_yaml import load, read_text

FIGURES = {
    "tokens_per_s": "delivered output tokens",
    "facility_mw": "load at the meter in the design hour",
    "it_mw": "peak IT load",
    "tokens_per_s_per_mw": "delivered tokens/s over MW at the meter",
    "pue": "facility energy over IT energy of a year",
    "cost_usd_per_mtoken": "annuities and opex of a year per million tokens",
    "capex_musd": "investment over the whole plan, grants taken off",
    "capex_musd_per_mw": "that over MW at the meter",
    "opex_musd_per_year": "energy, staff, water, maintenance",
    "carbon_t_per_year": "carbon of the energy drawn",
    "water_m3_per_year": "water withdrawn",
    "racks_count": "racks standing",
    "sites_count": "sites in use",
}
"""What a plan comes to in its last period, capex apart; by name, with its meaning."""

MTOKENS_PER_YEAR = 365.25 * 86400 / 1e6
"""Million tokens a year of one token/s."""


@dataclass(frozen=True)
class PlanFiles:
    """What a plan's files say: `plan.json`, the scenario as plain values, the tables by name."""

    folder: Path
    document: Mapping[str, Any]
    scenario: Mapping[Any, Any]
    tables: Mapping[str, pd.DataFrame]

    @property
    def solved(self) -> bool:
        """Whether there is a plan in it."""
        return self.document.get("value") is not None

    def figures(self) -> dict[str, float]:
        """What the plan comes to; empty where there is none."""
        return figures(self.tables) if self.solved else {}


def read_files(folder: str | Path) -> PlanFiles:
    """The files of a plan.

    Raises
    ------
    InputError
        The folder holds no plan; or all that is missing in its files, or cannot be read.
    """
    folder = Path(folder)
    path = folder / PLAN
    if not path.is_file():
        message = "no such folder" if not folder.is_dir() else f"holds no plan: {PLAN} is missing"
        raise InputError(Problem(str(folder), "", message, allowed="the folder of a plan"))
    try:
        document = json.loads(read_text(path))
        scenario, _ = load(read_text(folder / SCENARIO), str(folder / SCENARIO))
    except (ValueError, OSError) as error:
        raise InputError(Problem(str(folder), "", f"is not a whole plan: {error}")) from None
    if not isinstance(document, dict):
        raise InputError(Problem(str(path), "", "is not an object"))
    problems: list[Problem] = []
    tables = {
        name: _table(folder / f"{name}.csv", name, problems)
        for name in ORDER
        if _there(folder, name)
    }
    plan = PlanFiles(folder, document, scenario, tables)
    if plan.solved and not problems and tables["power"].empty:
        message = f"has no rows, but {PLAN} states a plan"
        problems.append(Problem(str(folder / "power.csv"), "", message))
    refuse(problems)
    return plan


def figures(tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """`FIGURES` of a solved plan, from its tables."""
    last = int(tables["power"]["period"].max())
    at = {name: _during(tables[name], last) for name in ("power", "halls", "installs", "flows")}
    water, budget = _during(tables["water"], last), tables["budget"]
    money = _during(budget, last).groupby("kind")["amount_musd"].sum()
    tokens_per_s = float(at["flows"]["tokens_per_s"].sum())
    facility_mw = float(at["power"]["facility_mw"].sum())
    capex_musd = float(budget.loc[budget["kind"] == "capex", "amount_musd"].sum())
    opex_musd = float(money.get("opex", 0.0))
    yearly_musd = opex_musd + float(money.get("annuity", 0.0))
    return {
        "tokens_per_s": tokens_per_s,
        "facility_mw": facility_mw,
        "it_mw": float(at["halls"]["it_mw"].sum()),
        "tokens_per_s_per_mw": _over(tokens_per_s, facility_mw),
        "pue": _over(at["power"]["mean_facility_mw"].sum(), at["halls"]["it_mean_mw"].sum()),
        "cost_usd_per_mtoken": _over(yearly_musd * 1e6, tokens_per_s * MTOKENS_PER_YEAR),
        "capex_musd": capex_musd,
        "capex_musd_per_mw": _over(capex_musd, facility_mw),
        "opex_musd_per_year": opex_musd,
        "carbon_t_per_year": float(at["power"]["carbon_t_per_year"].sum()),
        "water_m3_per_year": float(water["water_m3_per_year"].sum()),
        "racks_count": float(at["installs"]["racks_count"].sum()),
        "sites_count": float(at["power"]["site_id"].nunique()),
    }


def _during(table: pd.DataFrame, period: int) -> Any:
    return table[table["period"] == period]


def _over(above: float, below: float) -> float:
    return float(above / below) if below > 1e-9 else float("nan")


def _there(folder: Path, name: str) -> bool:
    """Whether a file must be read: it is written always, or it was."""
    return name not in WHEN_STATED or (folder / f"{name}.csv").is_file()


def _table(path: Path, name: str, problems: list[Problem]) -> pd.DataFrame:
    """A result file with all of its columns; what is wrong with it is added to the problems."""
    try:
        table = pd.read_csv(path, keep_default_na=False, na_values=[""], encoding="utf-8")
    except FileNotFoundError:
        problems.append(Problem(str(path), "", "no such file", allowed="every table of a plan"))
        return pd.DataFrame()
    except (ValueError, OSError) as error:
        problems.append(Problem(str(path), "", f"cannot be read: {error}"))
        return pd.DataFrame()
    wanted = names_of(name)
    strays = [column for column in table if column not in wanted]
    for column in wanted:
        if column not in table:
            near, allowed = nearest(column, strays), f"the columns {listed(wanted, 40)}"
            place = f"row 1, column {column}"
            problems.append(Problem(str(path), place, "is missing", None, allowed, near))
        elif declared()[name, column].kind != "text":
            problems += _not_numbers(table[column], path)
    return table


def _not_numbers(cells: pd.Series, path: Path) -> list[Problem]:
    if pd.api.types.is_numeric_dtype(cells):
        return []
    bad = pd.to_numeric(cells, errors="coerce").isna() & cells.notna()
    return [
        Problem(str(path), f"row {row + 2}, column {cells.name}", "is not a number", cells[row])
        for row in cells.index[bad]
    ]

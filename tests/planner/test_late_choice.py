"""What a plan decides now and what can wait: recomputed from its tables, and verified."""

from pathlib import Path

import pandas as pd
import pytest

from planner.planning import Plan
from planner.results.choice import calendar
from planner.verify import choice
from tests.runs import read_back, with_table

FILES = {"installs": "racks_new_count", "halls": "halls_new_count", "power": "connected_new_mw"}


def test_every_addition_has_a_year_and_nothing_else_has(solved: Plan) -> None:
    for name, new in FILES.items():
        rows = solved.tables[name]
        assert rows[new].sum() > 0, name
        assert (rows["decide_by_year"].notna() == (rows[new] > 1e-9)).all(), name
        assert (rows["decide"].eq("") == rows["decide_by_year"].isna()).all(), name


def test_what_is_decided_by_2026_is_decided_now(solved: Plan) -> None:
    # the decision year is 2026, and racks and halls take a year: those of 2027 now, of 2028 later
    for name in ("installs", "halls"):
        rows = solved.tables[name].dropna(subset="decide_by_year")
        assert (rows["decide_by_year"] == rows["period"] - 1).all()
        assert (rows["decide"].eq("now") == rows["period"].eq(2027)).all()


def test_connections_are_decided_by_their_steps_lead(solved: Plan) -> None:
    case, rows = solved.case, solved.tables["power"].dropna(subset="decide_by_year")
    for row in rows.itertuples():
        lead = case["step_lead_years"][row.site_id, row.steps_count]
        assert row.decide_by_year == row.period - lead
        assert row.decide_by_year >= solved.scenario.decision_year, "else it were too late"


def test_the_calendar_adds_up_to_the_plan(solved: Plan) -> None:
    rows, tables = calendar(solved.case, solved.tables), solved.tables
    last = tables["power"]["period"].max()
    for name, file in (("connected_mw", "power"), ("hall_mw", "halls")):
        stands = tables[file].loc[tables[file]["period"] == last, name].sum()
        assert rows[name].sum() == pytest.approx(stands)
    capex = tables["budget"].query("kind == 'capex'")["amount_musd"].sum()
    assert rows["capex_musd"].sum() == pytest.approx(capex)
    assert rows["decide_by_year"].is_monotonic_increasing


SPOILS = [(name, column) for name in FILES for column in ("decide_by_year", "decide")] + [
    ("halls", "halls_new_count"),
    ("power", "connected_new_mw"),
]


@pytest.mark.parametrize(("name", "column"), SPOILS)
def test_a_spoiled_choice_is_refused(written: Path, name: str, column: str) -> None:
    run = read_back(written)
    assert [m for check in choice.CHECKS for m in check(run)] == []
    table: pd.DataFrame = run.tables[name].copy()
    at = table.index[table["decide"] == "now"][0]
    if column == "decide":
        table.loc[at, column] = "later"
    else:
        table[column] = table[column].astype(float)
        table.loc[at, column] += 1
    spoiled = with_table(run, name, table)
    assert any(f"{name}.csv line" in m for c in choice.CHECKS for m in c(spoiled))

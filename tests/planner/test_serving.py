"""The serving table on the shipped facts."""

from pathlib import Path

import pandas as pd
import pytest

from models.columns import PROVENANCE
from models.facts import compute
from planner.serving import COLUMNS, MEASURED_CHIPS, serving_table
from planner.throughput.measured import shipped_measurements

DATA = Path(__file__).parents[2] / "data" / "kr-jp"
NAMES = ("systems", "llms", "workloads", "power_states", "throughput_coefficients")


def facts() -> list[pd.DataFrame]:
    return [pd.read_csv(DATA / f"{name}.csv") for name in NAMES]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return serving_table(*facts())


def test_declared_columns(table):
    declared = [c.name for c in compute.COLUMNS if c.table == "serving"]
    assert list(table.columns) == list(COLUMNS) == declared


@pytest.mark.parametrize("name", [t.name for t in compute.TABLES if t.provenance])
def test_every_column_of_a_fact_table_is_declared(name):
    declared = {c.name for c in compute.COLUMNS if c.table == name}
    have = set(pd.read_csv(DATA / f"{name}.csv").columns)
    assert have - set(PROVENANCE) - {"recalled"} == declared


def test_one_row_per_system_state_and_workload(table):
    assert not table.duplicated(["system_id", "state_id", "workload_id"]).any()


def test_a_lower_cap_never_gives_more_tokens(table):
    caps = facts()[3].set_index("state_id")["cap_frac"]
    ordered = table.assign(cap=table["state_id"].map(caps)).sort_values("cap")
    for _, rows in ordered.groupby(["system_id", "workload_id"]):
        assert rows["tokens_per_s"].is_monotonic_increasing


def test_targets_and_nameplate_hold(table):
    systems, _, workloads, *_ = facts()
    t = table.merge(workloads, on="workload_id").merge(systems, on="system_id")
    assert (t["ttft_ms"] <= t["ttft_s"].fillna(1e9) * 1e3).all()
    assert (t["tpot_ms_x"] <= t["tpot_ms_y"].fillna(1e9)).all()
    assert (t["it_kw"] <= t["rack_kw"]).all()


@pytest.mark.parametrize(("column", "factor"), [("hbm_gb", 1.3), ("hbm_tb_per_s", 1.3)])
def test_memory_changes_the_answer(table, column, factor):
    systems, llms, workloads, states, coefficients = facts()
    more = systems.assign(**{column: systems[column] * factor})
    one = workloads[workloads["workload_id"] == "batch-documents"]
    after = serving_table(more, llms, one, states, coefficients)
    both = table.merge(after, on=["system_id", "state_id", "workload_id"])
    gain = both["tokens_per_s_y"] / both["tokens_per_s_x"]
    assert (gain >= 0.999).all()
    assert gain.median() > 1.02


def test_chips_counted_as_measured_are_measured():
    names = {name.split()[0] for name in shipped_measurements()["accelerator"]}
    assert names - {"RTX"} == set(MEASURED_CHIPS)

"""Hours, training, required demand and oversubscription, from a scenario to files that verify."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.coefficients.case import make_case
from planner.errors import InputError
from planner.explain import explain
from planner.limits import limits
from planner.planning import Plan, plan
from planner.reading import read
from planner.verify import FAMILIES, answer, references, verify
from planner.verify.run import Run
from tests.region import shipped
from tests.runs import held_against, read_back, with_table

STATED = {
    "name": "day",
    "periods": [2028],
    "scale": {"facility_mw_min": {2028: 15}, "facility_mw_max": {2028: 40}},
    "demand": {
        "daily_shape": "weekday",
        "mix": {"chat": 0.6, "batch-documents": 0.4},
        "required": [
            {"workload": "chat", "country": "KR", "tokens_per_s": 1e6,
             "growth_frac_per_year": 0.5, "year": 2027},
            {"market": "tokyo", "tokens_per_s": 1e9, "unserved_usd_per_mtoken": 0.001},
        ],
    },
    "training": [
        {"name": "llm", "flop": 5e24, "by_year": 2028, "chips_count_min": 1000, "country": "KR"}
    ],
    "filters": {
        "sites": {"include": ["ulsan-ulju-154kv-1", "ishikari-bay"]},
        "systems": {"include": ["vr-nvl72-maxq", "tpu-v7", "rngd"]},
    },
    "policies": {"first_year": {"KR": 2027, "JP": 2028}},
    "serving": {"oversubscription_frac_max": 1.2},
    "solve": {"gap_frac": 0.01, "threads": 1},
}  # fmt: skip


@pytest.fixture(scope="module")
def solved() -> Plan:
    return plan(STATED, worth=False)


@pytest.fixture(scope="module")
def written(solved: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return solved.write(tmp_path_factory.mktemp("runs") / "day")


@pytest.fixture(scope="module")
def run(written: Path) -> Run:
    return read_back(written)


def test_the_plan_is_accepted(written: Path) -> None:
    assert verify(written) == []


def test_the_job_is_on_chips_that_train_at_one_site(solved: Plan) -> None:
    job = solved.tables["training"].iloc[0]
    assert job["system_id"] in ("vr-nvl72-maxq", "tpu-v7"), "rngd only infers"
    assert job["site_id"] == "ulsan-ulju-154kv-1", "the data are Korea's"
    assert job["chips_at_work_count"] >= 1000 - 1e-3
    assert job["made_flop"] >= 5e24 * (1 - 1e-6)


def test_batch_work_is_made_in_the_valley(solved: Plan) -> None:
    sent = solved.tables["hour_flows"]
    by_block = sent.groupby(["workload_id", "hour_block"])["tokens_per_s"].sum()
    batch, chat = by_block["batch-documents"], by_block["chat"]
    assert batch.idxmax() == "night" == chat.idxmin()


def test_demand_grows_and_what_is_unserved_is_paid(solved: Plan) -> None:
    rows = solved.tables["demand"].set_index("market_id")
    assert rows.loc["", "required_tokens_per_s"] == pytest.approx(1.5e6)  # 1e6 in 2027, half more
    assert rows.loc["", "unserved_tokens_per_s"] == 0
    tokyo = rows.loc["tokyo"]
    missing = 1e9 - tokyo["tokens_per_s"]
    assert tokyo["unserved_tokens_per_s"] == pytest.approx(missing, rel=1e-3)
    assert tokyo["unserved_musd_per_year"] == pytest.approx(
        0.001 * tokyo["unserved_tokens_per_s"] * 31.5576e6 / 1e6 / 1e6
    )
    budget = solved.tables["budget"]
    paid = budget.loc[budget["item"] == "unserved demand", "amount_musd"].sum()
    assert paid == pytest.approx(tokyo["unserved_musd_per_year"])


# -- spoiled plans ---------------------------------------------------------------------------------


def more(value: float) -> float:
    return float(value) * 1.01


SPOILS: dict[str, tuple[str, str, str, Any, str]] = {
    "racks of a block": ("hours", "it_kw > 500", "racks_at_work_count", more,
                         "but over the blocks of hours.csv"),
    "kW of a block": ("hours", "it_kw > 500", "it_kw", more, "racks at work x kW"),
    "tokens of a block": ("hours", "tokens_per_s > 1e5", "tokens_per_s", more,
                          "but hour_flows.csv has"),
    "what racks can make": ("hours", "it_kw > 500", "peak_tokens_per_s", more,
                            "racks at work x serving"),
    "length of a block": ("hours", "", "hours_h", 9.0, "but the daily shape gives"),
    "an unknown block": ("hour_flows", "", "hour_block", "noon", "no block of the scenario's"),
    "more than racks in the block make": ("hour_flows", "tokens_per_s > 1e6", "tokens_per_s",
                                          lambda v: v * 3, "more than its racks make"),
    "demand of a block": ("hour_flows", "workload_id == 'chat' and tokens_per_s > 1e6",
                          "tokens_per_s", more, "but the daily shape asks for"),
    "mean of the blocks": ("flows", "tokens_per_s > 1e6", "tokens_per_s", more,
                           "but over the blocks of hour_flows.csv"),
    "load below the highest block": ("halls", "it_mw > 1", "it_mw", lambda v: v * 0.9,
                                     "MW at work, but its halls carry"),
    "site of a job": ("training", "", "site_id", "ishikari-bay", "site_id is not that of"),
    "FLOP of a job": ("training", "", "made_flop", more, "but fleet.csv gives"),
    "a job of nobody": ("training", "", "job", "other", "no racks of fleet.csv train for it"),
    "a job abroad": ("fleet", "state_id == 'training'", "site_id", "ishikari-bay",
                     "the job's data may not leave its country"),
    "a gang too small": ("fleet", "state_id == 'training'", "racks_at_work_count",
                         lambda v: v * 0.9, "chips, must be at least 1000"),
    "chips that only infer": ("fleet", "state_id == 'training'", "system_id", "rngd",
                              "the rack cannot train for that job"),
    "required demand": ("demand", "", "required_tokens_per_s", more, "but it comes to"),
    "unserved": ("demand", "market_id == 'tokyo'", "unserved_tokens_per_s", lambda v: v * 0.5,
                 "must be at least 1e+09"),
    "price of the unserved": ("demand", "market_id == 'tokyo'", "unserved_musd_per_year", more,
                              "but it comes to"),
}  # fmt: skip


def messages(run: Run) -> Iterator[str]:
    yield from (message for check in references.CHECKS for message in check(run))
    for family in FAMILIES:
        for check in family.CHECKS if family is not answer else (answer.rules,):
            yield from check(run)


@pytest.mark.parametrize("name", SPOILS)
def test_a_spoiled_plan_is_refused(name: str, run: Run) -> None:
    table_name, rows, column, change, words = SPOILS[name]
    table: pd.DataFrame = run.tables[table_name].copy()
    at = table.query(rows).index[0] if rows else table.index[0]
    new = change(table.at[at, column]) if callable(change) else change
    assert new != table.at[at, column]
    table[column] = table[column].astype(object if isinstance(new, str) else float)
    table.at[at, column] = new
    assert [m for m in messages(with_table(run, table_name, table)) if words in m]


def test_racks_that_oversubscribe_are_refused_where_that_is_not_stated(run: Run) -> None:
    stock = run.tables["installs"].copy()
    stock["racks_count"] *= 1.25
    crowded = with_table(run, "installs", stock)
    plain = held_against(crowded, {**STATED, "serving": {}})
    exact = {"batch-documents": {"oversubscribe_flag": 0}}
    none = held_against(crowded, {**STATED, "workloads": exact})
    sums = stock.assign(mw=stock["racks_count"] * stock["system_id"].map(run.book.case["rack_mw"]))
    racks = sums.groupby(["site_id", "cooling_class"])["mw"].sum()
    halls = run.tables["halls"].groupby(["site_id", "cooling_class"])["hall_mw"].sum()
    assert (racks > halls.reindex(racks.index)).any()
    found = list(messages(plain))
    assert [m for m in found if "by nameplate, more than" in m]
    assert not [m for m in found if "racks take the room of" in m]
    assert [m for m in messages(none) if "racks take the room of" in m]


def test_rules_say_what_they_ask_and_what_is_done(run: Run) -> None:
    found = {(limit.rule, limit.where): limit for limit in limits(run.book)}
    assert found["training_host", "llm"].achieved == 1
    assert found["training_flop", "llm"].slack >= -1e18
    assert found["demand_required", "chat KR"].required == pytest.approx(1.5e6)
    assert found["demand_required", "tokyo"].achieved >= 1e9 - 1


# -- bad input -------------------------------------------------------------------------------------

JOB = STATED["training"][0]  # type: ignore[index]
DEMAND: dict[str, Any] = STATED["demand"]  # type: ignore[assignment]

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "shape": ({"demand": {**DEMAND, "daily_shape": "weekdy"}}, "did you mean 'weekday'"),
    "two peaks": ({"demand": {**DEMAND, "peak_to_mean_ratio": 1.5}},
                  "state either 'daily_shape' or 'peak_to_mean_ratio'"),
    "peak of a workload": ({"workloads": {"chat": {"peak_to_mean_ratio": 2.0}}},
                           "is not used: demand.daily_shape states the peak"),
    "nobody's demand": ({"demand": {**DEMAND, "required": [{"tokens_per_s": 1.0}]}},
                        "state either 'country' or 'market'"),
    "market": ({"demand": {**DEMAND, "required": [{"tokens_per_s": 1.0, "market": "tokio"}]}},
               "did you mean 'tokyo'"),
    "twice": ({"demand": {**DEMAND, "required": 2 * [{"tokens_per_s": 1.0, "country": "KR"}]}},
              "asks for the same as number 0"),
    "job twice": ({"training": [JOB, JOB]}, "is the name of another job"),
    "country": ({"training": [{**JOB, "country": "KP"}]}, "unknown country"),
    "class of nobody": ({"training": [{**JOB, "country": None, "sovereignty_class": "open"}]},
                        "'sovereignty_class' needs 'country'"),
    "too early": ({"training": [{**JOB, "by_year": 2027}]}, "before the first period of the plan"),
    "nothing trains": ({"filters": {"systems": {"include": ["rngd"]}}},
                       "before any rack system that can train"),
    "chips": ({"training": [{**JOB, "chips_count_min": 0}]}, "is too small"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name: str) -> None:
    changes, words = BAD[name]
    stated = {**STATED, **changes}
    with pytest.raises(InputError) as refused:
        read(stated, shipped())
    assert words in str(refused.value)


def test_a_shape_with_hours_missing_is_refused() -> None:
    facts = {"daily_shapes[weekday/KR/interactive/night].to_h": 6.0}
    scenario, region = read({**STATED, "facts": facts}, shipped())
    with pytest.raises(InputError, match="no whole day of interactive demand in KR"):
        make_case(region, scenario)


# -- why not ---------------------------------------------------------------------------------------


def test_a_gang_that_fits_no_site_is_explained() -> None:
    # two sites of one Korean and one Japanese node; the job is Korea's
    huge = {**JOB, "chips_count_min": 2_000_000}
    scenario, region = read({**STATED, "training": [huge]}, shipped())
    found = explain(scenario, region)
    assert found.feasible is False
    assert [rule for rule in found.conflict if rule.path.startswith("training")]

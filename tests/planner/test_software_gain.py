"""The yearly gain of software, and how much of a plan rests on chips without measurements."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.coefficients.what import software_gain
from planner.errors import InputError
from planner.planning import Plan
from planner.results.extrapolated import extrapolated_tokens_frac
from planner.verify import fleet
from planner.verify.run import Run
from tests.planner.test_plan import text_of
from tests.region import context
from tests.runs import read_back, with_table

PARAMETER = "parameters[*/{}].value"
YEARLY = PARAMETER.format("software_gain_frac_per_year")
REFERENCE = PARAMETER.format("throughput_reference_year")


@pytest.fixture(scope="module")
def run(written: Path) -> Run:
    return read_back(written)


# -- the gain ------------------------------------------------------------------------------------


def test_the_gain_is_the_regions_unless_the_scenario_states_one() -> None:
    # 20 % a year from 2026: 1.2 in 2027, 1.44 in 2028, 1.728 in 2029
    facts: dict[str, float | str] = {YEARLY: 0.2, REFERENCE: 2026.0}
    gain = {2027: 1.2, 2028: 1.44, 2029: 1.728}
    assert software_gain(context(facts)) == pytest.approx(gain)
    stated = context(facts, serving={"software_gain_frac_per_year": 0.5})
    assert software_gain(stated) == pytest.approx({2027: 1.5, 2028: 2.25, 2029: 3.375})
    none = context(facts, serving={"software_gain_frac_per_year": 0.0})
    assert software_gain(none) == dict.fromkeys(gain, 1.0)


def test_the_gain_counts_from_the_reference_year() -> None:
    later = software_gain(context({YEARLY: 0.2, REFERENCE: 2028.0}))
    assert later == pytest.approx({2027: 1 / 1.2, 2028: 1.0, 2029: 1.2})


def test_the_shipped_gain_is_marked_assumed() -> None:
    rows = context().table("parameters").set_index("parameter")
    row = rows.loc["software_gain_frac_per_year"]
    assert row["confidence"] == "assumed"
    assert row["low"] <= row["value"] <= row["high"]
    first = rows.loc["throughput_reference_year", "value"]
    assert software_gain(context())[2029] == pytest.approx((1 + row["value"]) ** (2029 - first))


@pytest.mark.parametrize("share", [-0.1, 1.5, "much"])
def test_a_gain_that_is_no_share_is_refused(share: Any) -> None:
    with pytest.raises(InputError, match="software_gain_frac_per_year"):
        context(serving={"software_gain_frac_per_year": share})


# -- a plan with it ------------------------------------------------------------------------------


def test_racks_make_their_serving_times_the_gain(solved: Plan) -> None:
    rows = solved.tables["fleet"].query("racks_at_work_count > 1")
    mode = ["system_id", "state_id", "workload_id"]
    theta = solved.tables["serving"].set_index(mode)["tokens_per_s"].rename("theta")
    each = rows.join(theta, on=mode)["theta"]
    made = rows["peak_tokens_per_s"] / rows["racks_at_work_count"] / each
    gain = rows["period"].map({2027: 1.1, 2028: 1.21})  # 10 % a year from 2026, as conftest states
    assert gain.nunique() == 2
    assert made.to_numpy() == pytest.approx(gain.to_numpy())


def test_a_plan_that_ignores_the_gain_is_refused(run: Run) -> None:
    assert fleet.work(run) == []
    rows = run.tables["fleet"]
    gain = rows["period"].map(run.book.case["software_gain"])
    assert (gain > 1).all()
    without = rows.assign(peak_tokens_per_s=rows["peak_tokens_per_s"] / gain)
    found = fleet.work(with_table(run, "fleet", without))
    assert found
    assert all("racks at work x serving x software gain gives" in message for message in found)


# -- extrapolation -------------------------------------------------------------------------------


def test_share_of_tokens_of_unmeasured_chips() -> None:
    # in 2028 the new chip makes 30 of 40 tokens/s; 2027 and its idle racks do not count
    names = ["system_id", "state_id", "workload_id"]
    serving = pd.DataFrame(
        [("old", "p100", "chat", 0), ("new", "p100", "chat", 1)],
        columns=[*names, "extrapolated_flag"],
    )
    rows = pd.DataFrame(
        [
            ("old", "p100", "chat", 2027, 99.0),
            ("old", "p100", "chat", 2028, 10.0),
            ("new", "p100", "chat", 2028, 30.0),
            ("new", "idle", "", 2028, 0.0),
        ],
        columns=[*names, "period", "tokens_per_s"],
    )
    tables = {"fleet": rows, "serving": serving}
    assert extrapolated_tokens_frac(tables, 2028) == pytest.approx(0.75)
    assert extrapolated_tokens_frac(tables, 2027) == 0
    assert extrapolated_tokens_frac(tables, 2029) == 0, "nothing is delivered"


def test_a_plan_says_how_much_of_it_is_extrapolated(solved: Plan, run: Run) -> None:
    flags = solved.tables["serving"].groupby("system_id")["extrapolated_flag"].max()
    last = solved.tables["fleet"].query("period == 2028")
    new = last["system_id"].map(flags) == 1
    share = last.loc[new, "tokens_per_s"].sum() / last["tokens_per_s"].sum()
    counts = run.document["counts"]
    assert counts["extrapolated_tokens_frac"] == pytest.approx(share)
    assert share > 0, "a rule on domestic chips asks for some without measurements"
    assert f"{share:.0%} of the tokens" in " ".join(text_of(solved).split())


@pytest.mark.parametrize("share", [None, 0.123])
def test_a_false_share_is_refused(share: float | None, run: Run) -> None:
    assert fleet.extrapolated(run) == []
    counts = {**run.document["counts"], "extrapolated_tokens_frac": share}
    found = fleet.extrapolated(replace(run, document={**run.document, "counts": counts}))
    assert found
    assert f"extrapolated_tokens_frac as {share!r}, not" in found[0]

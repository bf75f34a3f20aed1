"""Inputs that a sample draws because they are uncertain: what the facts say of their own errors."""

import pandas as pd

from models.columns import UNCERTAIN
from planner.coefficients.context import Context
from planner.errors import InputError
from planner.reading import read
from planner.scenario import Scenario
from planner.study.schema import Study
from planner.tables import Region
from planner.throughput.measured import shipped_folder


def with_draws(study: Study, scenario: Scenario, region: Region) -> Study:
    """The study with the inputs that `draw` stands for among those it draws; stated ones stay.

    throughput: measured over predicted tokens/s by kind, between the ends that hold 80 % of
    held-out measurements (data/throughput/throughput_intervals.csv); recalled: each parameter of
    the region that is recalled or assumed, between its own low and high.
    """
    found = {}
    if "throughput" in study.draw:
        found.update(_throughput())
    if "recalled" in study.draw:
        _, facts = read(scenario, region)
        found.update(_recalled(Context(facts, scenario)))
    over = {**{path: ends for path, ends in found.items() if path not in study.over}, **study.over}
    if not over:
        raise InputError(study.origin.problem(("draw",), "finds no uncertain input"))
    grown = study.model_copy(update={"over": over})
    grown.keep_origin(study)
    return grown


def _throughput() -> dict[str, list[float]]:
    rows = pd.read_csv(shipped_folder() / "throughput_intervals.csv")
    rows = rows[rows["quantity"] == "tokens_per_s"]
    return {
        f"serving.measured_over_predicted.{kind}": [float(low), float(high)]
        for kind, low, high in zip(rows["kind"], rows["low_frac"], rows["high_frac"], strict=True)
    }


def _recalled(context: Context) -> dict[str, list[float]]:
    rows = context.table("parameters")
    cells = rows["recalled"].fillna("").astype(str).str.split(";")
    weak = rows["confidence"].isin(UNCERTAIN) | cells.map(lambda names: "value" in names)
    here = rows["scope"].isin(["*", *context.countries])
    rows = rows[weak & here & (rows["low"] < rows["high"])]
    return {
        f"parameters[{scope}/{name}].value": [float(low), float(high)]
        for scope, name, low, high in zip(
            rows["scope"], rows["parameter"], rows["low"], rows["high"], strict=True
        )
    }

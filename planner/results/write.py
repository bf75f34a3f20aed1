"""A plan as files: written whole or not at all, numbers at full precision, hashes of all inputs."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from planner.folders import whole_folder
from planner.results.columns import WHEN_STATED
from planner.scenario import Scenario

PLAN, SCENARIO, MAP = "plan.json", "scenario.yaml", "sites.gpkg"
DIGITS = "%.12g"


def scenario_text(scenario: Scenario) -> str:
    """The scenario as it was solved, overrides and defaults included, as YAML."""
    return yaml.safe_dump(
        scenario.model_dump(exclude_none=True), sort_keys=False, allow_unicode=True
    )


def sha256(text: str) -> str:
    """Hash of a text as it is written."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def as_written(value: float) -> float:
    """The number that a reader of the CSV sees."""
    return float(DIGITS % value)


def csv_text(frame: pd.DataFrame) -> str:
    """The table as CSV; equal tables give equal bytes."""
    return str(frame.to_csv(index=False, float_format=DIGITS, lineterminator="\n"))


def write(
    folder: str | Path,
    document: dict[str, Any],
    scenario: Scenario,
    tables: dict[str, pd.DataFrame],
    sites: Any,
) -> Path:
    """Write `plan.json`, `scenario.yaml`, a CSV for each table and `sites.gpkg`.

    Raises
    ------
    InputError
        The folder holds something else, or cannot be written.
    """
    from planner.places import write_map

    with whole_folder(folder) as fresh:
        for name, frame in tables.items():
            if frame.empty and name in WHEN_STATED:
                continue
            (fresh / f"{name}.csv").write_text(csv_text(frame), encoding="utf-8")
        (fresh / SCENARIO).write_text(scenario_text(scenario), encoding="utf-8")
        write_map(sites, fresh / MAP)
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        (fresh / PLAN).write_text(text, encoding="utf-8")
    return Path(folder)

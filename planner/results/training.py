"""`training.csv`: each training job, where it runs, on what, from when to when, what it gets."""

import pandas as pd

from models.case import Case
from planner.results.columns import shaped
from planner.results.fleet import TRAINING

ZETTA = 1e21


def training(case: Case, fleet: pd.DataFrame) -> pd.DataFrame:
    """A row a job, from the rows of the fleet that train."""
    rows = fleet[fleet["state_id"] == TRAINING]
    found = []
    for job, part in rows.groupby("workload_id"):
        system = part["system_id"].iloc[0]
        by_period = part.groupby("period")["racks_at_work_count"].sum()
        racks = float(by_period.max())
        found.append(
            {
                "job": job,
                "site_id": part["site_id"].iloc[0],
                "system_id": system,
                "racks_at_work_count": racks,
                "chips_at_work_count": racks * case["chips_kilo_count"][system] * 1e3,
                "it_kw": float(part.groupby("period")["it_kw"].sum().max()),
                "first_period": int(by_period.index.min()),
                "last_period": int(by_period.index.max()),
                "required_chips_count": case["training_chips_count"][job],
                "required_flop": case["training_zettaflop"][job] * ZETTA,
                "made_flop": made_flop(case, part),
            }
        )
    return shaped("training", pd.DataFrame(found))


def made_flop(case: Case, rows: pd.DataFrame) -> float:
    """FLOP that rows of the fleet bring to their jobs by the jobs' dates."""
    each = case["training_rack_zettaflop"]
    keys = zip(rows["workload_id"], rows["system_id"], rows["period"], strict=True)
    per_rack = pd.Series([each.get((j, k, int(t)), 0.0) for j, k, t in keys], rows.index)
    return float((rows["racks_at_work_count"] * per_rack).sum()) * ZETTA
